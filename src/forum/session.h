/* Who is logged in on the web. A session is a token that only the browser has; the store keeps its digest. Private:
 * nothing of it leaves the store. */
#ifndef CASEMATE_FORUM_SESSION_H
#define CASEMATE_FORUM_SESSION_H

#include "base/vec.h"
#include "store/store.h"

enum {
    SESSION_TOKEN_LENGTH = 26,              /* as text: 128 bits */
    SESSION_IDLE = 14 * 24 * 3600,          /* seconds after which an unused one ends */
    SESSION_LIFE = 90 * 24 * 3600,          /* and any */
    SESSION_SEEN_EVERY = 3600,              /* how exactly it is known when one was used */
    SESSION_BROWSER_MAX = 160,              /* bytes of what the browser says it is */
    SESSIONS_MAX = 20,                      /* of a member; the one that was used least lately makes room */
};

enum session_way { SESSION_BY_LINK, SESSION_BY_PASSWORD };

struct session {
    int64_t id; /* 0: none */
    struct sv member, name, browser; /* "m3"; the name to print; what the browser says it is */
    int64_t made, seen;
    enum session_way way; /* how whoever has it was recognised */
};
struct sessions {
    VEC(struct session) list;
};

/* A new token that nobody has, as text in the arena. It is a session once session_make() says so. */
struct sv session_token(struct arena *a);
/* Inside store_tx(), like all that change something. */
CM_MUST_USE int session_make(struct store *s, struct sv token, struct sv member, struct sv browser,
                             enum session_way way, int64_t now, struct err *err);
/* Of any text from outside; id 0: no session, or one that is over, or of who is no member any more. */
CM_MUST_USE int session_find(struct store *s, struct arena *a, struct sv token, int64_t now, struct session *out,
                             struct err *err);
/* It is used now. */
/* How many there are; also those whose time is over, as long as nobody tidied up. */
CM_MUST_USE int session_count(struct store *s, int64_t *out, struct err *err);
CM_MUST_USE int session_touch(struct store *s, int64_t id, int64_t now, struct err *err);
/* Those of a member that are not over, the one that was used last first. */
CM_MUST_USE int sessions_load(struct store *s, struct arena *a, struct sv member, int64_t now, struct sessions *out,
                              struct err *err);
/* One of the member's own; *out: there was one. */
CM_MUST_USE int session_end(struct store *s, struct sv member, int64_t id, bool *out, struct err *err);
/* All of the member's but one (0: all). */
CM_MUST_USE int session_end_others(struct store *s, struct sv member, int64_t but, struct err *err);

/* What proves that a form is from a page that we made for this session and this action: of the token, which no other
 * site knows, by a digest that does not lead back to it. */
struct sv session_proof(struct arena *a, struct sv token, const char *action);
bool session_proves(struct arena *a, struct sv token, const char *action, struct sv proof); /* in constant time */

#endif
