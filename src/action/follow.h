/* What members follow: a thread, or a threat with all its threads and its stages. What is new there comes to their
 * address by mail, or not at all: then it is no more than a list of their own. Private acts.
 *
 * A post is told when it becomes public, in the same transaction; an act about a threat (announce.h) where no list was
 * told of it, since a post about it is told anyway. Nobody gets twice what a list sends them, nor their own posts. Each
 * such mail ends what it is from by one click (RFC 8058). Lists that are run by others, or whose archive is closed, are
 * not followed. */
#ifndef CASEMATE_ACTION_FOLLOW_H
#define CASEMATE_ACTION_FOLLOW_H

#include "action/action.h"
#include "forum/list.h"
#include "format/mail.h"

enum { FOLLOWS_MAX = 500 }; /* of a member */

/* Either a thread or a threat. */
struct followed {
    int64_t thread;   /* 0: a threat */
    struct sv threat; /* id; empty: a thread */
};
struct follow {
    int64_t id; /* 0: none */
    struct followed what;
    struct sv list, title; /* of a thread: its list, its subject; of a threat: its name */
    bool mail;
    int64_t last;          /* of a thread: date of its newest message */
};
struct follows {
    VEC(struct follow) list;
};
/* Of a member ("m3"), the newest first. */
CM_MUST_USE int follows_load(struct store *s, struct arena *a, struct sv member, struct follows *out, struct err *err);
/* What may be followed, with the member's own row: id 0: they do not. A thread that became a part of another is that
 * one. CM_ENOTFOUND: no such threat, or no thread of a list that may be followed. */
CM_MUST_USE int follow_look(struct store *s, struct arena *a, struct sv member, struct followed what,
                            struct follow *out, struct err *err);
/* Begins to, or changes whether mail comes. site: its address. CM_ENOTFOUND; CM_ELIMIT: too many. */
CM_MUST_USE int action_follow(struct action_context *c, struct sv member, struct followed what, bool mail,
                              struct sv site, struct err *err);
/* CM_ENOTFOUND: no such row of theirs. */
CM_MUST_USE int action_follow_end(struct action_context *c, struct sv member, int64_t id, struct err *err);
/* By the link of a mail; the same whether it is one of ours, and whether it had ended before. */
CM_MUST_USE int action_follow_end_by_link(struct action_context *c, struct sv detail, struct err *err);

/* ---- inside this room, in store_tx() ---- */

/* A message that has just become public. */
CM_MUST_USE int follow_tell_post(struct action_context *c, const struct list *list, int64_t message,
                                 const struct mail *mail, struct err *err);
/* An act about a threat. */
CM_MUST_USE int follow_tell_act(struct action_context *c, struct sv threat, const char *subject, const char *text,
                                struct err *err);

/* ---- private to follow*.c ---- */

struct follower {
    int64_t id;
    struct sv member, name, site, address;
};
struct followers {
    VEC(struct follower) list; /* of a member the first row alone */
};
/* thread: with the threats that it is tied to, for posts of that list; 0: of the threat, for acts. */
CM_MUST_USE int followers_load(struct store *s, struct arena *a, int64_t thread, struct sv list, struct sv threat,
                               struct followers *out, struct err *err);
CM_MUST_USE int follow_count(struct store *s, struct sv member, int64_t *out, struct err *err);
CM_MUST_USE int follow_put(struct store *s, struct sv member, struct followed what, bool mail, struct sv site,
                           int64_t now, struct err *err);
/* member empty: of whomever. *out: there was one. */
CM_MUST_USE int follow_drop(struct store *s, struct sv member, int64_t id, bool *out, struct err *err);
CM_MUST_USE int follow_member(struct store *s, struct arena *a, int64_t id, struct sv *out, struct err *err);

#endif
