/* Setting text in lines of a fixed width: for write_text.c. Widths are in columns (utf8_width()).
 */
#ifndef CASEMATE_DOCUMENT_WRITE_WRAP_H
#define CASEMATE_DOCUMENT_WRITE_WRAP_H

#include "base/arena.h"
#include "base/str.h"

/* How one paragraph is set: first is put before its first line, rest before the others. */
struct wrap_frame {
    struct sv first, rest;
    size_t width; /* of the whole line */
};

/* Appends text, whose hard line breaks are LF, wrapped at blanks; words that are too long are
 * broken. Lines have no blanks at their end, and each ends with LF. Nothing for empty text. */
void wrap_text(struct str *out, struct sv text, const struct wrap_frame *f);
/* Takes as much of a word as fits into `room` columns, at least one character. */
struct sv wrap_cut(struct sv *word, size_t room);
bool wrap_next_word(struct sv *rest, struct sv *out);
struct sv wrap_blanks(struct arena *a, size_t count);

#endif
