/* One request while it is answered: who asks, what it brings, and the page that is made. Private to this room. */
#ifndef CASEMATE_GATEWAY_WEB_CALL_H
#define CASEMATE_GATEWAY_WEB_CALL_H

#include <stdatomic.h>

#include "base/zone.h"
#include "document/page.h"
#include "forum/access.h"
#include "forum/session.h"
#include "gateway/http/form.h"
#include "gateway/web/route.h"
#include "register/people.h"

/* From which follows all that anybody may read: the newest event, the newest public mail, the day. Mails become public
 * later than others by an event only. */
struct web_state {
    int64_t event, mail, day;
};

struct web_call {
    const struct http_request *request;
    struct http_response *out;
    const struct web_route *route;
    struct sv path; /* decoded, without the first slash */
    struct sv params[WEB_PARAMS];
    struct form query, form;
    int64_t now;
    struct arena *arena;
    struct store *store;          /* GET: can only read */
    const char *db;               /* its path */
    const struct view *frame;     /* rules, people, calls' clocks: view_load_process() */
    bool secure;                  /* the cookie is for https only */
    struct sv url;                /* of the site, as mails have it */
    atomic_uint *hashing;         /* passwords that are hashed just now: web_hash_begin() */
    struct sv token;              /* of the cookie; empty: none yet */
    struct session session;       /* id 0: nobody is logged in */
    struct access access;         /* of the API's routes; id 0: no token */
    bool bad_token;               /* there was one, and it is none of ours, or over */
    struct web_worker *worker;    /* for web_view() */
    struct web_state state;       /* when the request came */
    const struct person *person;  /* NULL likewise */
    const struct zone *zone;      /* web_zone() */
    bool zoned;                   /* it was looked for */
    struct diag diag;
    bool asked;                   /* out: a log-in was asked for, which is looked up after the answer */
    struct markup markup;         /* between web_begin() and web_end() */
    struct page page;
};

/* The one place that decides whether a request may be answered: 0, or the status to refuse it with, and why. */
int web_may(struct web_call *c, const char **out_why);

/* Everything as of the newest event: kept by the thread, and read anew when something happened. */
CM_MUST_USE int web_view(struct web_call *c, const struct view **out, struct err *err);

/* For the act functions: as the member, by web. */
struct action_context web_context(struct web_call *c);

/* Before and after a password is hashed, which takes memory and time: at most WEB_HASHINGS go on at once. CM_EAGAIN:
 * there are as many, and nothing is to be ended. */
enum { WEB_HASHINGS = 2 };
CM_MUST_USE int web_hash_begin(struct web_call *c, struct err *err);
void web_hash_end(struct web_call *c);
/* What the browser says it is, so that its owner knows it again in the list of sessions. */
struct sv web_browser(const struct web_call *c);
/* The time zone of who is logged in; NULL: UTC, also for one that is no more here. Looked for once. */
const struct zone *web_zone(struct web_call *c);
/* A time in that zone: "2026-12-07 01:00 CET". */
const char *web_time(struct web_call *c, int64_t at);
/* Of the first second that is too late: "until 2026-12-06", and in a zone "before 2026-12-07 01:00 CET". */
const char *web_until(struct web_call *c, int64_t until);
/* account_prove(), by the field "password" of the form; within web_hash_begin(). */
CM_MUST_USE int web_prove(struct web_call *c, struct err *err);
/* Whether the session alone does. */
bool web_is_fresh(const struct web_call *c);
/* The field for the password, or where to get a link, where it does not. */
void web_prove_field(struct web_call *c);

/* ---- pages ---- */

/* Status 200 unless set before. The page is begun up to its heading. */
struct markup *web_begin(struct web_call *c, const char *title);
/* The same without the heading, for content that brings its own. */
struct markup *web_begin_bare(struct web_call *c, const char *title);
void web_end(struct web_call *c);
/* A page that says what went wrong, with the status that fits: CM_EINPUT 422, CM_EREFUSED 409, ... What is our own
 * fault goes to the log, and not on the page. */
int web_status(int code);
void web_fail(struct web_call *c, int status, const char *why);
/* The name that the cookie of a session has: one for https only is bound to its host. */
const char *web_cookie_name(bool secure);
/* 303 to a path of ours, which may have a query. */
void web_redirect(struct web_call *c, const char *path);
/* After an act: to the page that says so. what: "T-0042"; may be empty. */
void web_done(struct web_call *c, const struct action_result *r);

/* A part of a page, for our script: markup without a page around it. */
void web_part_begin(struct web_call *c);
void web_part_end(struct web_call *c);
/* Within a form: a place where our script shows what comes back for the form as it is, while somebody writes. path: to
 * which it sends the form; name: for who cannot see where it stands. Without the script it is hidden. */
void web_live(struct web_call *c, const char *path, const char *name);

/* A form for POST to a path, which proves `action`. Makes a token for who has none. */
void web_form_begin(struct web_call *c, const char *path, const char *action);
void web_form_end(struct web_call *c, const char *button);
/* In place of web_form_end(), for several buttons: the form's "do" says which was pressed. The first is what Enter
 * does. */
void web_button(struct web_call *c, const char *value, const char *label);
void web_form_close(struct web_call *c);
void web_hidden(struct web_call *c, const char *name, struct sv value);

struct web_field {
    const char *name, *label, *help; /* help: a sentence, or NULL */
    const char *type;                /* "text", "email", "search"; NULL: several lines */
    struct sv value;
    unsigned rows, max;              /* max: characters; 0: any */
    bool required;
    const char *complete;            /* autocomplete; NULL: "off" */
    const char *list;                /* id of a datalist before it; NULL: none */
};
void web_field(struct web_call *c, const struct web_field *f);
struct web_choice {
    struct sv value, label, help;
};
/* Radio buttons in a group. chosen: a value, or empty. */
void web_choices(struct web_call *c, const char *name, const char *legend, const struct web_choice *choices,
                 size_t count, struct sv chosen, bool required);
/* Who is behind a pseudonymous id; the id of who is unknown. */
struct sv web_name_of(const struct web_call *c, struct sv id);
/* A list to choose one of; its first is what an unknown choice is. */
void web_select(struct web_call *c, const char *name, const char *label, const struct web_choice *choices,
                size_t count, struct sv chosen);
/* A box to tick, with the value "yes". help may be empty. */
void web_box(struct web_call *c, const char *name, bool checked, struct sv label, struct sv help);
/* What was wrong with a form, above it. */
void web_fault(struct web_call *c, const char *text);
/* Lines that went and lines that came, between two texts. */
void web_difference(struct web_call *c, struct sv old, struct sv new);
void web_text(struct web_call *c, const char *text); /* a paragraph */
void web_link(struct markup *m, const char *href, struct sv text);

/* Of the bar: what can be done about the page of a list, a thread, a message or a threat. */
void web_bar_discussion(struct arena *a, struct markup *m, const struct view *frame, const struct person *person,
                        struct sv path);
/* One of its links. */
void web_bar_link(struct markup *m, const char *href, const char *text);

/* The bar above all pages. person: who is logged in; NULL: nobody, and frame may be NULL. path: of the page below it,
 * which it may have links about. In the arena. */
struct sv web_bar_of(struct arena *a, const struct view *frame, const struct person *person, struct sv path);

/* "/account" for what is no path of a page of ours. */
struct sv web_next(struct sv text);

#endif
