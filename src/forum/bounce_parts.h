/* Inside bounce*.c */
#ifndef CASEMATE_FORUM_BOUNCE_PARTS_H
#define CASEMATE_FORUM_BOUNCE_PARTS_H

#include "base/vec.h"
#include "forum/bounce.h"

typedef VEC(struct bounce_recipient) bounce_recipients;

/* A report taken apart. */
struct report {
    struct arena *a;
    const struct mail *m;
    struct sv explanation; /* for people, before the returned mail */
    struct sv status;      /* RFC 3464 fields; empty: none */
    struct mail original;  /* the header of the returned mail, as far as there is one */
    bool has_original;
};

/* What the texts say about an address. The words of the explanation decide before the status, as
 * mailers use 5.0.0 and 5.7.1 for everything. */
enum bounce_severity bounce_judge(struct sv status, struct sv text);
/* The first status code (RFC 3463) of a text, or empty; after an SMTP reply's code where there is
 * one. */
struct sv bounce_find_status(struct sv text);
/* Does the text, in any case, hold one of the words (lower case, NULL at the end)? */
bool bounce_says(struct sv text, const char *const *words);
/* Recipients by the fields of RFC 3464. *out_receipt: some were delivered. */
void bounce_read_status(struct report *r, bounce_recipients *out, bool *out_receipt);
/* Recipients by the explanation and the returned mail. */
void bounce_read_explanation(struct report *r, bounce_recipients *out);
struct bounce_recipient *bounce_add(struct arena *a, bounce_recipients *list, struct sv address);
/* A text as a reason: one line, cut. */
struct sv bounce_reason(struct arena *a, struct sv text);

#endif
