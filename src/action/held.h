/* Moderation, private to this room: which rules hold a post, and the mails about it. */
#ifndef CASEMATE_ACTION_HELD_H
#define CASEMATE_ACTION_HELD_H

#include "action/moderation.h"
#include "action/posts.h"
#include "forum/token.h"

/* Which rules hold a post: list and message of *out are set before. who: the subscription of its author, id 0: none. */
CM_MUST_USE int post_rules(struct arriving *m, const struct subscriber *who, struct hold *out, struct err *err);
/* A post of a stranger that the list returns by itself (setting `strangers`). */
bool post_is_sent_away(const struct arriving *m, const struct hold *h);
CM_MUST_USE int post_send_away(struct arriving *m, int64_t message, struct err *err);
/* Holds it, and tells the moderators. */
CM_MUST_USE int post_hold(struct arriving *m, struct hold *h, struct err *err);
/* Beyond a limit of reading: raises an alarm. */
CM_MUST_USE int post_quarantine(struct arriving *m, int64_t message, struct err *err);

/* ---- mails: moderation_mail.c ---- */

/* To each moderator with an address, with one-time addresses of their own. */
CM_MUST_USE int moderators_ask(struct arriving *m, const struct hold *h, int64_t number, struct err *err);
/* To the author of a post that is returned; means: in words, why. Programs, null senders and our own addresses are
 * never answered, strangers once a day. */
CM_MUST_USE int author_tell(struct arriving *m, const struct hold *h, const char *means, struct hold_done *done,
                            struct err *err);
/* A one-time address of moderation came back. */
CM_MUST_USE int moderation_confirm(struct arriving *m, const struct token *t, struct err *err);
/* The author contests what was done: an event that names nobody. */
CM_MUST_USE int hold_contest(struct action_context *c, int64_t post, struct action_result *out, struct err *err);

/* What a person sees of a mail: brief header and text, at most `lines` of it, each line after `prefix`. */
struct sv mail_brief(struct arena *a, const struct mail *m, size_t bytes, const char *prefix, size_t lines);

#endif
