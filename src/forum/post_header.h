/* Fields of a header as bytes, for passing them on unchanged; format/mail.h understands them. */
#ifndef CASEMATE_FORUM_POST_HEADER_H
#define CASEMATE_FORUM_POST_HEADER_H

#include "base/arena.h"
#include "base/str.h"

struct header_field {
    struct sv name;
    struct sv value; /* without the blanks at its ends; folded as it is */
    struct sv rest;  /* all behind the colon, with the line end, if there is one */
    struct sv whole; /* with its line end, if there is one */
};

/* Takes the next field off; lines that are none, and what continues them, are skipped. False at the end. */
bool header_next(struct sv *rest, struct header_field *out);
bool header_is(struct sv name, const char *wanted);
bool header_starts(struct sv name, const char *prefix);
/* Adds whole or rest of a field, and a line end where there is none. */
void header_add(struct str *out, struct sv lines);
/* The value of a tag of a DKIM-Signature ("d", "h"), without blanks and line ends. */
bool header_tag(struct arena *a, struct sv value, const char *tag, struct sv *out);

#endif
