/* Membership of lists. Who is subscribed is private: no act here is an event, and no answer to a mail tells it.
 *
 * By mail: what LIST-request@ is asked for is done once the address itself confirms it, with a one-time key that was
 * sent to it (forum/token.h). The answer to a request is the same whoever is subscribed, goes to the address that the
 * mail gives as its writer's, and goes there once a day at most (forum/answered.h). Mail of programs gets none. */
#ifndef CASEMATE_ACTION_MEMBERSHIP_H
#define CASEMATE_ACTION_MEMBERSHIP_H

#include "action/posts.h"
#include "forum/bounce.h"
#include "forum/compose.h"

/* ---- mail ---- */

CM_MUST_USE int request_arrives(struct arriving *m, struct err *err);
CM_MUST_USE int confirm_arrives(struct arriving *m, struct err *err);
CM_MUST_USE int unsubscribe_arrives(struct arriving *m, struct err *err);
/* To the mail addresses of the members whom the setting "owners" names. */
CM_MUST_USE int owner_arrives(struct arriving *m, struct err *err);

/* Whether it may be answered: a person wrote it, as far as can be seen, from an address that is not one of ours
 * (RFC 3834). *out_writer: that address. */
void mail_is_answerable(struct arriving *m, bool *out, struct sv *out_writer);

/* The message as the source of an act. */
struct sv mail_source(const struct arriving *m);
/* For an act that a mail asked for: by the member whom a one-time address proved; empty: by nobody by name. */
struct action_context mail_acts_as(const struct arriving *m, struct sv member, struct sv source);

/* Puts a mail that we write into the queue, to mail->to. */
CM_MUST_USE int list_send(struct action_context *c, const struct list *list, const struct compose *mail,
                          struct err *err);

struct answer {
    struct sv to;       /* an address: what is none was not answerable */
    struct sv reply_to; /* may be empty */
    struct sv subject, text;
};
/* A mail from LIST-request@, in answer to m. */
CM_MUST_USE int list_answer(struct arriving *m, const struct answer *answer, struct err *err);
/* A token from LIST-confirm+TOKEN@, or from "confirm TOKEN". */
CM_MUST_USE int confirm_token(struct arriving *m, struct sv text, struct err *err);
/* The same to an address at most once a day. */
CM_MUST_USE int list_answer_rarely(struct arriving *m, const struct answer *answer, struct err *err);
/* Mail that went through this list once. */
bool mail_is_loop(struct arriving *m);
/* Whether it is a report, an automatic answer and so on; the list knows its own mail again. */
struct bounce mail_bounce(struct arriving *m);
/* "as a digest", "one by one": how mail comes. */
const char *delivery_words(enum subscriber_delivery delivery);

/* The subscription of a person to a list: that of the address, or else, where the address is a member's, that of
 * another address of the same member. id 0: none. */
CM_MUST_USE int subscription_of(struct action_context *c, struct sv list, struct sv address, struct subscriber *out,
                                struct err *err);

/* ---- by those who may moderate ---- */

struct subscription {
    struct sv address, name; /* name: may be empty */
    bool has_delivery;       /* that is said; otherwise each mail */
    enum subscriber_delivery delivery;
    uint32_t line;           /* of the file; 0: none */
};
struct subscriptions {
    VEC(struct subscription) list;
};
/* Lines "Name <address>" or "address"; empty ones and those that begin with "#" do not count. All faults go to diag,
 * with their line; CM_EINPUT then. */
CM_MUST_USE int subscriptions_read(struct arena *a, const char *file, struct sv text, struct diag *diag,
                                   struct subscriptions *out, struct err *err);

/* The roster of a list as Mailman 3 gives it (the JSON of /lists/LIST/roster/member), or lines as above. Entries that
 * are no members (owners, moderators) are counted in *out_others. */
CM_MUST_USE int subscriptions_read_mailman(struct arena *a, const char *file, struct sv text, struct diag *diag,
                                           struct subscriptions *out, size_t *out_others, struct err *err);

struct subscribe_request {
    struct sv list, consent; /* consent: how it is known that they want it */
    const char *file;        /* that the rows are from; NULL: the command line */
    const struct subscriptions *rows;
    bool again; /* also who left */
};
struct subscribe_outcome {
    size_t added, already;
};
/* All or none, without a mail to anybody. */
CM_MUST_USE int action_list_subscribe(struct action_context *c, const struct subscribe_request *r,
                                      struct subscribe_outcome *out, struct err *err);
/* By the https address that is in each mail (forum/unsubscribe.h), for whoever has it. It is the same whether it is one
 * of ours, of whom, and whether the subscription had ended before. */
CM_MUST_USE int action_list_leave_by_link(struct action_context *c, struct sv list, struct sv detail, struct err *err);
CM_MUST_USE int action_list_unsubscribe(struct action_context *c, struct sv list, const struct sv *addresses,
                                        size_t count, struct err *err);
CM_MUST_USE int action_list_set_delivery(struct action_context *c, struct sv list, struct sv address, struct sv word,
                                         struct err *err);
/* By a member who is logged in, for an address of theirs: what a confirmed mail to LIST-request@ does, with the
 * same mail about it. word: a kind of delivery subscribes, or changes how mail comes; "unsubscribe" ends it.
 * CM_EREFUSED: not theirs, or a list whose archive is closed to whom it does not have; CM_ENOTFOUND: no such list. */
CM_MUST_USE int action_list_membership(struct action_context *c, struct sv member, struct sv list, struct sv address,
                                       struct sv word, struct err *err);
struct subscriber_seen {
    struct subscriber who;
    struct sv member; /* name; empty: no member's address */
};
struct subscribers_seen {
    VEC(struct subscriber_seen) list;
};
/* For the operator alone: CM_EREFUSED to everybody who acts by name or role. */
CM_MUST_USE int list_subscribers(struct action_context *c, struct sv list, struct subscribers_seen *out,
                                 struct err *err);

#endif
