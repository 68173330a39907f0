/* What keeps us from flooding anybody: of answers that anyone can ask for in the name of an address, one a day goes to
 * it, over all lists; of those to a member's commands, some. "+detail" does not make it another address.
 *
 * Inside store_tx(). */
#ifndef CASEMATE_FORUM_ANSWERED_H
#define CASEMATE_FORUM_ANSWERED_H

#include "store/store.h"

enum answered_kind {
    ANSWERED_CONFIRMATION, /* "is this what you want?" */
    ANSWERED_HELP,         /* what it can do, what was wrong, that a key is too old */
    ANSWERED_COMMAND,      /* what a command would do, or why it is refused; that a review is not understood */
    ANSWERED_KINDS,
};
/* *out: it may be answered now, and is taken to be. */
CM_MUST_USE int answered_may(struct store *s, struct arena *a, struct sv address, enum answered_kind kind, int64_t now,
                             bool *out, struct err *err);
/* Somebody who reads the address's mail confirmed: the next question may follow at once. */
CM_MUST_USE int answered_forget(struct store *s, struct arena *a, struct sv address, enum answered_kind kind,
                                struct err *err);

#endif
