/* One request while it is answered: who asks, what it brings, and the page that is made. Private to this room. */
#ifndef CASEMATE_GATEWAY_WEB_CALL_H
#define CASEMATE_GATEWAY_WEB_CALL_H

#include "document/page.h"
#include "forum/session.h"
#include "gateway/http/form.h"
#include "gateway/web/route.h"
#include "register/people.h"

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
    struct sv token;              /* of the cookie; empty: none yet */
    struct session session;       /* id 0: nobody is logged in */
    const struct person *person;  /* NULL likewise */
    struct diag diag;
    bool asked;                   /* out: a log-in was asked for, which is looked up after the answer */
    struct markup markup;         /* between web_begin() and web_end() */
    struct page page;
};

/* The one place that decides whether a request may be answered: 0, or the status to refuse it with, and why. */
int web_may(struct web_call *c, const char **out_why);

/* For the act functions: as the member, by web. */
struct action_context web_context(struct web_call *c);

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
};
void web_field(struct web_call *c, const struct web_field *f);
struct web_choice {
    struct sv value, label, help;
};
/* Radio buttons in a group. chosen: a value, or empty. */
void web_choices(struct web_call *c, const char *name, const char *legend, const struct web_choice *choices,
                 size_t count, struct sv chosen, bool required);
/* What was wrong with a form, above it. */
void web_fault(struct web_call *c, const char *text);
/* Lines that went and lines that came, between two texts. */
void web_difference(struct web_call *c, struct sv old, struct sv new);
void web_text(struct web_call *c, const char *text); /* a paragraph */
void web_link(struct markup *m, const char *href, struct sv text);

/* The bar above all pages. person: who is logged in; NULL: nobody, and frame may be NULL. path: of the page below it,
 * which it may have links about. In the arena. */
struct sv web_bar_of(struct arena *a, const struct view *frame, const struct person *person, struct sv path);

/* "/account" for what is no path of a page of ours. */
struct sv web_next(struct sv text);

#endif
