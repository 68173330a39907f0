/* Mails that the site writes to people by itself, from the list that sig.yaml names, or else the first that is
 * hosted. */
#ifndef CASEMATE_ACTION_ACCOUNT_MAIL_H
#define CASEMATE_ACTION_ACCOUNT_MAIL_H

#include "action/action.h"
#include "forum/list.h"

struct account_sender {
    struct profile *rules;
    struct lists lists;
    const struct list *list; /* NULL: there is none, and no mail */
};
CM_MUST_USE int account_sender_load(struct action_context *c, struct account_sender *out, struct err *err);
/* Into the queue; inside store_tx(). sender->list must be there. */
CM_MUST_USE int account_send(struct action_context *c, const struct account_sender *sender, struct sv to,
                             const char *subject, const char *text, struct err *err);
/* What changed, to a member's own address; without a list or an address nobody is told. what: a sentence. */
CM_MUST_USE int account_tell(struct action_context *c, struct sv to, const char *what, struct err *err);

#endif
