/* A member's account on the web: password, one-time codes, addresses, time zone. Private acts: nothing of it is an
 * event, but that somebody left (member.leave, action/people.h).
 *
 * What changes how one gets in, or where mail goes, wants that the member was recognised just now: by a session that a
 * mailed link has just made, or by the password (account_prove()). Each such change is told by a mail to the address
 * that mail goes to, and where that address changes, to the old one.
 *
 * Guesses are bounded in the store, whoever makes them and from wherever: ACCOUNT_TRIES wrong passwords in an hour
 * for an address (whether somebody has it or not), as many wrong codes for a member. A mailed link still works then.
 *
 * `member` is the pseudonymous id ("m3"); c->actor is not looked at. Common errors: as in action.h. */
#ifndef CASEMATE_ACTION_ACCOUNT_H
#define CASEMATE_ACTION_ACCOUNT_H

#include "action/action.h"
#include "forum/session.h"

enum {
    ACCOUNT_TRIES = 10,              /* in ACCOUNT_HOUR */
    ACCOUNT_HOUR = 3600,
    ACCOUNT_FRESH = 30 * 60,         /* seconds for which a session that a link made proves who it is */
    ACCOUNT_CODES = 8,               /* recovery codes */
    ACCOUNT_ADDRESSES = 10,          /* of a member */
    ACCOUNT_ASKS = 5,                /* addresses that a member may ask to add in a day */
    ACCOUNT_LINK_HOURS = 24,         /* for which the link to a new address is good */
};

struct account {
    bool has_password, has_codes, waits; /* waits: a secret for codes was shown, and is not proved yet */
    size_t recovery;                     /* codes that are left */
    struct sv zone;                      /* empty: UTC */
};
CM_MUST_USE int account_load(struct store *s, struct arena *a, struct sv member, struct account *out, struct err *err);

/* ---- who it is ---- */

/* CM_EREFUSED: neither is the session fresh nor the password right, or too many passwords were tried. Hashes a password
 * that is not empty: outside of store_tx(). */
CM_MUST_USE int account_prove(struct action_context *c, const struct session *session, struct sv password,
                              struct err *err);
/* Made by a link within ACCOUNT_FRESH. */
bool account_is_fresh(const struct session *session, int64_t now);
/* A one-time code, or a recovery code, which is used up. Inside store_tx(), after account_may_try() outside of it.
 * CM_EINPUT: wrong. */
CM_MUST_USE int account_spend_code(struct action_context *c, struct sv member, struct sv code, struct err *err);

enum account_try { TRY_PASSWORD, TRY_CODE };
/* Takes one of the tries for an address or a member. A transaction of its own, so that it counts whatever comes of it.
 * CM_EREFUSED: there is none now. */
CM_MUST_USE int account_may_try(struct action_context *c, enum account_try what, struct sv who, struct err *err);
/* It was right: the tries are given back. */
CM_MUST_USE int account_tried_well(struct action_context *c, enum account_try what, struct sv who, struct err *err);

/* ---- log-in with a password ---- */

enum login_way {
    LOGIN_WRONG,   /* address or password: which of them, nobody is told */
    LOGIN_DONE,    /* the session is made */
    LOGIN_SECOND,  /* a one-time code is wanted, on the page of `link` */
};
struct password_login {
    struct sv address, password, next, browser, session; /* session: session_token() */
};
/* *out_link: "/login/...". CM_EREFUSED: too many were tried for this address; CM_EINPUT: what is no address. Takes as
 * long for an address that nobody has as for one whose password is another. */
CM_MUST_USE int action_login_password(struct action_context *c, const struct password_login *p, enum login_way *out,
                                      struct sv *out_link, struct err *err);

/* ---- acts ---- */

/* stored: password_store(); empty: none any more. Ends all sessions but one. */
CM_MUST_USE int action_account_password(struct action_context *c, const struct session *session, struct sv stored,
                                        struct err *err);

/* A new secret, which waits for account_codes_prove(); those that are in use stay so until then. In the arena. */
CM_MUST_USE int action_codes_begin(struct action_context *c, struct sv member, struct sv *out_secret, struct err *err);
/* The secret that waits; empty: none. */
CM_MUST_USE int account_codes_waiting(struct store *s, struct arena *a, struct sv member, struct sv *out,
                                      struct err *err);
/* From now on codes are asked for. out_recovery: ACCOUNT_CODES texts, which are kept nowhere. CM_EINPUT: the code is
 * another. */
CM_MUST_USE int action_codes_prove(struct action_context *c, const struct session *session, struct sv code,
                                   struct sv out_recovery[ACCOUNT_CODES], struct err *err);
CM_MUST_USE int action_codes_end(struct action_context *c, struct sv member, struct sv code, struct err *err);

/* For who lost password and codes: takes both away, and ends all sessions; a mailed link does then. Wants the right to
 * configure. name: of the member; CM_ENOTFOUND. */
CM_MUST_USE int action_account_reset(struct action_context *c, struct sv name, struct err *err);

/* Sends a link to an address that the member wants to add, whether somebody has it or not. url: of the site. */
CM_MUST_USE int action_address_ask(struct action_context *c, struct sv member, struct sv address, struct sv url,
                                   struct err *err);
/* The address that a link of the member's is for; empty: none of theirs, used, or too old. Changes nothing. */
CM_MUST_USE int account_address_look(struct action_context *c, struct sv member, struct sv link, struct sv *out,
                                     struct err *err);
/* CM_EREFUSED: somebody has it, or there are too many. */
CM_MUST_USE int action_address_add(struct action_context *c, struct sv member, struct sv link, struct err *err);
/* Mail goes there from now on. CM_ENOTFOUND: not an address of theirs. */
CM_MUST_USE int action_address_choose(struct action_context *c, struct sv member, struct sv address, struct err *err);
/* CM_EREFUSED: the last one. */
CM_MUST_USE int action_address_remove(struct action_context *c, struct sv member, struct sv address, struct err *err);

/* name: as zone_load() takes it; empty: UTC. */
CM_MUST_USE int action_account_zone(struct action_context *c, struct sv member, struct sv name, struct err *err);

/* ---- private to account*.c and login.c ---- */

struct account_keys {
    struct sv password, totp, waiting;
    int64_t step;
};
CM_MUST_USE int account_keys_load(struct store *s, struct arena *a, struct sv member, struct account_keys *out,
                                  struct err *err);
CM_MUST_USE int account_password_put(struct store *s, struct sv member, struct sv stored, struct err *err);
CM_MUST_USE int account_waiting_put(struct store *s, struct sv member, struct sv secret, struct err *err);
/* secret empty: none. What waited does so no more. */
CM_MUST_USE int account_totp_put(struct store *s, struct sv member, struct sv secret, int64_t step, struct err *err);
CM_MUST_USE int account_step_put(struct store *s, struct sv member, int64_t step, struct err *err);
CM_MUST_USE int account_zone_put(struct store *s, struct sv member, struct sv zone, struct err *err);
CM_MUST_USE int account_recovery_put(struct store *s, struct sv member, const struct digest *d, struct err *err);
/* *out: there was one, and it is gone. d NULL: all. */
CM_MUST_USE int account_recovery_take(struct store *s, struct sv member, const struct digest *d, bool *out,
                                      struct err *err);
CM_MUST_USE int account_tries(struct store *s, const struct digest *what, int64_t since, int64_t *out, struct err *err);
CM_MUST_USE int account_try_put(struct store *s, const struct digest *what, int64_t now, struct err *err);
CM_MUST_USE int account_tries_forget(struct store *s, const struct digest *what, struct err *err);
CM_MUST_USE int account_choose(struct store *s, struct sv member, struct sv address, struct err *err);
CM_MUST_USE int account_address_drop(struct store *s, struct sv member, struct sv address, bool *out, struct err *err);

#endif
