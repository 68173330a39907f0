/* mbox files: many messages in one, each after a line that begins with "From ". Reading is hostile-proof and needs
 * memory for one message; writing is exact: what is read back are the same bytes and the same time of arrival.
 *
 * Three forms are about: in mboxrd each ">" before "From " is one more, in mboxo only "From " itself got one, so that
 * ">From " cannot be told from a quoted one, and some programs quote nothing. For the last, a line is a separator only
 * when it follows an empty line, holds a time, and a header field comes after it. The texts that Pipermail offers
 * for download are like that, and write addresses as "ada at example.org": in the field From, which names them first,
 * that is undone. */
#ifndef CASEMATE_FORMAT_MBOX_H
#define CASEMATE_FORMAT_MBOX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum mbox_form { MBOX_RD, MBOX_O, MBOX_UNQUOTED, MBOX_PIPERMAIL, MBOX_FORMS };
extern const char *const mbox_form_names[MBOX_FORMS]; /* "mboxrd" "mboxo" "unquoted" "pipermail" */

struct mbox {
    int fd;
    enum mbox_form form;
    size_t max;          /* bytes of one message */
    struct str buffer;   /* from the separator of the next message on */
    uint64_t offset;     /* of the buffer in the file */
    bool ended, begun;
};

struct mbox_message {
    struct sv bytes;   /* in the arena, without quoting; empty when too_long */
    uint64_t offset;   /* of its separator in the file */
    bool too_long;     /* more than max: passed over */
    bool has_time;
    bool exact;        /* it was written by mbox_add() */
    int64_t time;      /* of the separator */
};

enum { MBOX_MESSAGE = 1 };

void mbox_begin(struct mbox *m, int fd, enum mbox_form form, size_t max);
/* MBOX_MESSAGE, or 0 at the end. CM_EINPUT: the file does not begin as an mbox does. CM_EIO. */
CM_MUST_USE int mbox_next(struct mbox *m, struct arena *a, struct mbox_message *out, struct err *err);
void mbox_release(struct mbox *m);

/* Appends a message as mboxrd. */
void mbox_add(struct str *out, struct sv bytes, int64_t time);

#endif
