/* What becomes of a post. Private to this room.
 *
 * mail_receive.c finds the list and the kind of address, and calls one function for each kind; that of posts is in
 * mail_post.c. A post that passes the rules, or that a moderator lets pass, goes through post_publish(). */
#ifndef CASEMATE_ACTION_POSTS_H
#define CASEMATE_ACTION_POSTS_H

#include "action/acts.h"
#include "action/mail.h"
#include "forum/message.h"
#include "forum/outbox.h"
#include "forum/subscriber.h"

/* One recipient of one message, on its way through. */
struct arriving {
    struct action_context *c;
    const struct process *process; /* the rules of moderation */
    const struct lists *lists;
    const struct list *list; /* of these */
    struct route route;
    const struct mail_in *in;
    struct mail mail;
    bool known;      /* its author is logged in: action_mail_receive_known() */
    bool unreadable; /* beyond a limit: only its header was read, if that */
    const char *why; /* it is unreadable */
    struct mail_reply *reply;
};

CM_MUST_USE int post_arrives(struct arriving *m, struct err *err);
CM_MUST_USE int bounce_arrives(struct arriving *m, struct err *err);

/* Makes a message public and sends it out: for one that passed and for one that a moderator let pass. */
CM_MUST_USE int post_publish(struct action_context *c, const struct list *list, int64_t message,
                             const struct mail *mail, struct err *err);
CM_MUST_USE int alarm_raise(struct action_context *c, const char *kind, const char *text, struct err *err);

#endif
