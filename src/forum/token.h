/* One-time keys, sent to an address and brought back by whoever reads its mail: LIST-confirm+TOKEN@, or a link.
 *
 * A token is 128 random bits in 26 letters and digits of any case. The store keeps its digest only, so that a stolen
 * store confirms nothing. It is looked up by that digest: what the look-up's time tells is about the digest of a
 * guess, and leads to no token; the digests themselves are compared in constant time.
 *
 * Inside store_tx(): a token that is spent in a transaction that fails is not spent. */
#ifndef CASEMATE_FORUM_TOKEN_H
#define CASEMATE_FORUM_TOKEN_H

#include "store/store.h"

enum token_kind {
    TOKEN_SUBSCRIBE,   /* to a list; detail: the name given */
    TOKEN_UNSUBSCRIBE, /* from a list */
    TOKEN_JOIN,        /* become a member of the SIG; detail: the name */
    TOKEN_SETTINGS,    /* of a subscriber; detail: "delivery=digest" */
    TOKEN_MODERATE,    /* a moderator's answer about a held message */
    TOKEN_COMMAND,     /* an act asked for by mail */
    TOKEN_REVIEW,      /* an expert's answer */
    TOKEN_LOGIN,       /* to log in on the web; detail: the page to go to */
    TOKEN_SECOND,      /* likewise, for who gave the password, and is to give a one-time code; subject: the member */
    TOKEN_ADDRESS,     /* an address that a member wants to add; subject: the member */
    TOKEN_KINDS,
};
extern const char *const token_kind_names[TOKEN_KINDS];

enum { TOKEN_LENGTH = 26 }; /* as text */

struct token_new {
    enum token_kind kind;
    struct sv list;    /* id; may be empty */
    struct sv subject; /* what it is for, such as a message's id; may be empty */
    struct sv address; /* where it is sent; kept in lower case */
    struct sv detail;  /* may be empty */
    int64_t now, expires;
};
/* *out: the token as text, in the arena. Nowhere else is it kept. What expired a month ago is forgotten. */
CM_MUST_USE int token_make(struct store *s, struct arena *a, const struct token_new *t, struct sv *out,
                           struct err *err);

enum token_state { TOKEN_UNKNOWN, TOKEN_GOOD, TOKEN_EXPIRED, TOKEN_USED };
struct token {
    enum token_state state; /* TOKEN_UNKNOWN: nothing else is set */
    enum token_kind kind;
    struct sv list, subject, address, detail;
    int64_t made, expires;
    unsigned char digest[32];
};
/* Of any text from outside. It is the caller's to see that kind and list are those that are meant. */
CM_MUST_USE int token_find(struct store *s, struct arena *a, struct sv text, int64_t now, struct token *out,
                           struct err *err);
/* A token that token_find() gave as good. From now on it is used. CM_ECONFLICT: it was used meanwhile. */
CM_MUST_USE int token_spend(struct store *s, const struct token *t, int64_t now, struct err *err);
/* How many of a kind were made for an address since a time, over all lists: for limits. */
CM_MUST_USE int token_count(struct store *s, struct arena *a, enum token_kind kind, struct sv address, int64_t since,
                            int64_t *out, struct err *err);
/* The same for one thing, wherever they were sent. */
CM_MUST_USE int token_count_for(struct store *s, enum token_kind kind, struct sv subject, int64_t since, int64_t *out,
                                struct err *err);
/* Forgets all of a kind that are for one thing, with their addresses. */
CM_MUST_USE int token_forget(struct store *s, enum token_kind kind, struct sv subject, struct err *err);
/* Forgets all that expired before a time. */
CM_MUST_USE int token_purge(struct store *s, int64_t before, struct err *err);

#endif
