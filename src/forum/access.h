/* Access tokens: how a program acts for a member through the API. A token is told once; the store keeps its digest.
 * Private: nothing of it leaves the store. */
#ifndef CASEMATE_FORUM_ACCESS_H
#define CASEMATE_FORUM_ACCESS_H

#include "base/vec.h"
#include "store/store.h"

enum {
    ACCESS_TOKEN_LENGTH = 29,     /* "cm_" and 26 characters: 128 bits */
    ACCESS_MAX = 50,              /* of a member */
    ACCESS_NAME_MAX = 100,        /* bytes */
    ACCESS_SCOPE_MAX = 1000,
    ACCESS_DAYS_MAX = 366,
    ACCESS_SEEN_EVERY = 3600,     /* how exactly it is known when one was used */
};

struct access {
    int64_t id;                    /* 0: none */
    struct sv member, member_name; /* "m3"; the name to print */
    struct sv name;                /* what it is for, in the member's words */
    struct sv scope;               /* of access_scope_allows() */
    int64_t made, ends, seen;      /* ends: the first second after its life; seen: 0: never */
};
struct accesses {
    VEC(struct access) list;
};

/* Words with blanks between: names of actions ("position.take"), families ("threat.*"), or "*". Empty: nothing but
 * reading what the member alone may read. The word that is none goes to *out_word. */
bool access_scope_is(struct sv scope, struct sv *out_word);
bool access_scope_allows(struct sv scope, struct sv action);

/* A new token that nobody has, as text in the arena. */
struct sv access_token(struct arena *a);
/* Inside store_tx(), like all that change something. made comes from now. CM_ELIMIT: the member has too many. */
CM_MUST_USE int access_make(struct store *s, struct sv token, const struct access *access, int64_t now,
                            struct err *err);
/* Of any text from outside; id 0: none, or one that is over, or of who is no member any more. */
CM_MUST_USE int access_find(struct store *s, struct arena *a, struct sv token, int64_t now, struct access *out,
                            struct err *err);
CM_MUST_USE int access_touch(struct store *s, int64_t id, int64_t now, struct err *err);
/* Those of a member that are not over, the newest first. */
CM_MUST_USE int access_load(struct store *s, struct arena *a, struct sv member, int64_t now, struct accesses *out,
                            struct err *err);
/* One of the member's own; *out: there was one. */
CM_MUST_USE int access_end(struct store *s, struct sv member, int64_t id, bool *out, struct err *err);

#endif
