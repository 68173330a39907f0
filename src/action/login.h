/* Log-in on the web by a one-time link that is mailed; with a password: action/account.h. Private acts: no event
 * but member.join, where somebody new joins.
 *
 * What is asked for is noted in the same way whatever the address is, and looked up only afterwards: neither the answer
 * nor its time tells who is a member. A member's address gets a link; any other is told how to join, once a day at most
 * (forum/answered.h). The link changes nothing before a button is pressed on its page: programs that check mail follow
 * links, too. */
#ifndef CASEMATE_ACTION_LOGIN_H
#define CASEMATE_ACTION_LOGIN_H

#include "action/action.h"
#include "forum/session.h"
#include "forum/token.h"

enum {
    LOGIN_MINUTES = 30,    /* for which a link is good */
    LOGIN_LINKS = 5,       /* to a member's address in an hour */
    LOGIN_WAITING = 1000,  /* requests that are not looked up yet; more are refused */
    LOGIN_NEXT_MAX = 300,  /* bytes of a page's path */
};

/* next: path of the page to go to afterwards ("/account"). CM_EINPUT: what is no mail address; CM_EREFUSED: no list
 * from which mail could come; CM_EAGAIN: too many wait. */
CM_MUST_USE int action_login_ask(struct action_context *c, struct sv address, struct sv next, struct err *err);
/* Looks up what was asked for, and writes the mails. url: of the site, "https://sec.example.org". *out: how many
 * requests there were. */
CM_MUST_USE int action_login_answer(struct action_context *c, struct sv url, size_t *out, struct err *err);

/* A link for an address, without a mail: for who runs the store, and wants to get in, or hands it over by other means.
 * *out: the path, "/login/...", good for LOGIN_MINUTES. Wants the right to configure. */
CM_MUST_USE int action_login_link(struct action_context *c, struct sv address, struct sv *out, struct err *err);

enum login_state {
    LOGIN_UNKNOWN,  /* no link of ours */
    LOGIN_OLD,      /* too old, or used */
    LOGIN_MEMBER,   /* of the member `name` */
    LOGIN_STRANGER, /* of who may join */
};
struct login {
    enum login_state state;
    struct sv member, name, address, next;
    bool wants_code;       /* of LOGIN_MEMBER: a one-time code beside the link */
    enum session_way way;  /* by which the session will be made */
    struct token token;
};
/* Changes nothing. */
CM_MUST_USE int action_login_look(struct action_context *c, struct sv link, struct login *out, struct err *err);
struct entrance {
    struct sv link, name, code;  /* name: under which a stranger joins; code: where the account asks for one */
    struct sv browser, session;  /* session: session_token() */
};
/* Spends the link and makes the session. CM_EREFUSED, CM_EINPUT: the name cannot be had, or the code is another; the
 * link is still good. CM_ECONFLICT: the link is not good any more. */
CM_MUST_USE int action_login(struct action_context *c, const struct entrance *entrance, struct login *out,
                             struct err *err);

/* ---- private to login.c and login_sql.c ---- */

struct login_request {
    int64_t id;
    struct sv address, next;
};
struct login_requests {
    VEC(struct login_request) list;
};
CM_MUST_USE int login_request_put(struct store *s, struct sv address, struct sv next, int64_t now, struct err *err);
CM_MUST_USE int login_requests_load(struct store *s, struct arena *a, struct login_requests *out, struct err *err);
CM_MUST_USE int login_requests_count(struct store *s, int64_t *out, struct err *err);
/* Those up to this id are answered. */
CM_MUST_USE int login_requests_drop(struct store *s, int64_t last, struct err *err);

#endif
