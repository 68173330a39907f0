/* Mail that arrives, from whatever gateway: LMTP, `casemate deliver`. One call takes a batch in one transaction, so
 * that many messages share one fsync; each recipient stands by itself, and one that fails leaves no trace of its own
 * while the others are kept. A reply "taken" means: on disk, with its place in the archive and all that goes out. */
#ifndef CASEMATE_ACTION_MAIL_H
#define CASEMATE_ACTION_MAIL_H

#include "action/action.h"
#include "forum/list.h"

struct mail_in {
    struct sv sender;    /* of the envelope; empty: "<>" */
    struct sv recipient;
    struct sv bytes;     /* LF or CRLF */
};

enum mail_fate { FATE_TAKEN, FATE_REFUSED, FATE_LATER };

struct mail_reply {
    enum mail_fate fate;
    const char *status; /* RFC 3463: "2.1.5" */
    const char *text;   /* a sentence; in the arena or static */
    int64_t message;    /* 0: none was kept */
};

/* Whether there is such an address here. */
CM_MUST_USE int action_mail_recipient(struct action_context *c, struct sv recipient, struct mail_reply *out,
                                      struct err *err);
/* replies: one for each of `mails`. An error means that nothing at all was done; CM_EAGAIN: try later. */
CM_MUST_USE int action_mail_receive(struct action_context *c, const struct mail_in *mails, size_t count,
                                    struct mail_reply *replies, struct err *err);
/* One mail whose author is known by a log-in: nothing in it has to prove who it is. Everything else is the same. */
CM_MUST_USE int action_mail_receive_known(struct action_context *c, const struct mail_in *mail,
                                          struct mail_reply *reply, struct err *err);

/* list.new: kind of list and address; list.set: settings of forum/list.h. */
CM_MUST_USE int action_list_new(struct action_context *c, struct sv id, struct sv address, struct sv title,
                                bool followed, struct action_result *out, struct err *err);
CM_MUST_USE int action_list_set(struct action_context *c, struct sv id, const struct field_edit *settings, size_t count,
                                struct action_result *out, struct err *err);

#endif
