#include "gateway/web/web.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "action/login.h"
#include "base/date.h"
#include "forum/list.h"
#include "forum/message.h"
#include "gateway/http/files.h"
#include "gateway/web/api.h"
#include "gateway/web/pages.h"

enum { HOST_MAX = 256 };

struct web {
    struct web_options options;
    char *db;
    char url[WEB_URL_MAX];  /* without a slash at its end; guarded by lock until it is set for good */
    bool given, secure;     /* the url is of the options; it is https */
    char host[HOST_MAX];    /* of a given url */
    pthread_mutex_t lock;
    struct rate *rates;
    struct str bar;
    atomic_bool without_pages;
    atomic_bool asked; /* log-ins wait to be looked up */
    atomic_uint hashing;
};

/* What was read once, for as long as nothing happens. */
struct kept {
    struct arena arena;
    struct view view;
    bool good;
    struct web_state of;
};

/* One thread's. */
struct web_worker {
    struct web *web;
    struct index_store *site;
    struct store *reader, *writer;
    struct kept frame, view; /* the rules and clocks; everything, once it was asked for */
};

/* ---- where we are ---- */

static struct sv without_slash(struct sv url)
{
    return sv_ends(url, SV("/")) ? sv_from(url.at, url.len - 1) : url;
}

int web_address_read(struct sv url, struct web_address *out, struct err *err)
{
    url = without_slash(url);
    bool secure = sv_starts(url, SV("https://"));
    struct sv host = sv_from_byte(url, secure ? 8 : 7);
    if (!(secure || sv_starts(url, SV("http://"))) || !framing_host_valid(host) || url.len >= WEB_URL_MAX)
        return err_set(err, CM_EUSAGE, "\"%.*s\" is not the address of a site: https, host, and nothing behind it, "
                                       "such as https://sec.example.org", SV_ARG(url));
    if (!secure && !framing_host_local(host))
        return err_set(err, CM_EUSAGE, "%.*s: log-ins over a network want https; http is for localhost", SV_ARG(url));
    *out = (struct web_address){url, host, secure};
    return CM_OK;
}

static int take_url(struct web *w, struct sv url, struct err *err)
{
    struct web_address at;
    int rc = web_address_read(url, &at, err);
    if (rc)
        return rc;
    snprintf(w->url, sizeof(w->url), "%.*s", SV_ARG(at.url));
    snprintf(w->host, sizeof(w->host), "%.*s", SV_ARG(at.host));
    w->secure = at.secure;
    return CM_OK;
}

/* Better said now than by every request. It is brought to the newest version, too. */
static int look_at_store(const struct web *w, struct err *err)
{
    struct store *s;
    int rc = store_open(w->db, 0, &s, err);
    store_close(&s);
    return rc;
}

int web_new(const struct web_options *options, struct web **out, struct err *err)
{
    struct web *w = base_malloc(sizeof(*w));
    struct arena a = ARENA_INIT;
    memset(w, 0, sizeof(*w));
    w->options = *options;
    w->db = base_malloc(strlen(options->db) + 1);
    memcpy(w->db, options->db, strlen(options->db) + 1);
    pthread_mutex_init(&w->lock, NULL);
    w->rates = rate_new();
    w->given = options->url != NULL;
    atomic_init(&w->asked, true);
    atomic_init(&w->hashing, 0);
    str_add(&w->bar, web_bar_of(&a, NULL, NULL, SV_NONE));
    arena_release(&a);
    int rc = w->given ? take_url(w, sv_str(options->url), err) : CM_OK;
    if (!rc)
        rc = look_at_store(w, err);
    *out = w;
    if (rc)
        web_free(out);
    return rc;
}

void web_free(struct web **pointer)
{
    struct web *w = *pointer;
    if (!w)
        return;
    rate_free(&w->rates);
    pthread_mutex_destroy(&w->lock);
    str_release(&w->bar);
    free(w->db);
    free(w);
    *pointer = NULL;
}

void web_set_url(struct web *w, const char *url)
{
    struct sv text = without_slash(sv_str(url));
    pthread_mutex_lock(&w->lock);
    if (!w->given && text.len < sizeof(w->url))
        snprintf(w->url, sizeof(w->url), "%.*s", SV_ARG(text));
    pthread_mutex_unlock(&w->lock);
}

void web_set_pages(struct web *w, bool are_there)
{
    atomic_store(&w->without_pages, !are_there);
}

struct sv web_bar(const struct web *w)
{
    return str_sv(&w->bar);
}

static struct sv url_of(struct web *w, struct arena *a)
{
    pthread_mutex_lock(&w->lock);
    struct sv url = arena_sv(a, sv_str(w->url));
    pthread_mutex_unlock(&w->lock);
    return url;
}

/* ---- in the loops: what needs no store ---- */

static bool is_our_host(const struct web *w, const struct http_request *r)
{
    struct sv host = framing_text(r->head, r->framing->host);
    return w->given ? sv_same_word(host, sv_str(w->host)) : host.len && framing_host_local(host);
}

/* The proxy in front, which speaks to us from this machine, writes who asks at the end of the field. */
static struct sv client_of(const struct web *w, const struct http_request *r)
{
    size_t index = 0;
    struct sv value, last = SV_NONE, element;
    struct sv peer = sv_str(r->peer);
    bool local = sv_starts(peer, SV("127.")) || sv_eq_str(peer, "::1") || sv_starts(peer, SV("::ffff:127."));
    if (!w->secure || !local)
        return peer;
    while (framing_next_field(r->framing, r->head, "x-forwarded-for", &index, &value))
        while (framing_next_element(&value, &element))
            last = element;
    return last.len ? last : peer;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_too_often(struct web *w, const struct http_request *r, const struct web_route *route, unsigned *out_wait)
{
    char peer[RATE_PEER_MAX], key[RATE_PEER_MAX + 8];
    struct sv who = rate_peer(client_of(w, r), peer);
    int len = snprintf(key, sizeof(key), "%d %.*s", (int)route->rate, SV_ARG(who));
    return !rate_take(w->rates, sv_from(key, (size_t)len), &web_rates[route->rate], monotonic_ms(), out_wait);
}

/* A form that another site made, where the browser says so. What proves that a form is ours is in the form. */
static bool is_from_elsewhere(const struct web *w, const struct http_request *r)
{
    size_t index = 0;
    struct sv value;
    if (framing_next_field(r->framing, r->head, "sec-fetch-site", &index, &value))
        return !sv_eq_str(value, "same-origin") && !sv_eq_str(value, "none");
    index = 0;
    if (!framing_next_field(r->framing, r->head, "origin", &index, &value) || sv_eq_str(value, "null"))
        return false;
    struct sv host = framing_text(r->head, r->framing->host), scheme = w->secure ? SV("https://") : SV("http://");
    return !sv_starts(value, scheme) || !sv_same_word(sv_from_byte(value, scheme.len), host);
}

static enum http_way refuse(struct http_response *out, int status, const char *why)
{
    http_response_plain(out, status, why);
    return HTTP_WAY_ANSWERED;
}

static enum http_way refuse_api(struct http_response *out, int status, const char *why)
{
    api_refuse(out, status, why);
    return HTTP_WAY_ANSWERED;
}

static enum http_way way_of_route(struct web *w, const struct http_request *r, const struct web_route *route,
                                  size_t *out_body_max, struct http_response *out)
{
    unsigned wait;
    bool post = r->framing->method == FRAMING_POST;
    if (is_too_often(w, r, route, &wait)) {
        out->retry_after = wait;
        return (api_is(route) ? refuse_api : refuse)(out, 429, "please wait a little");
    }
    *out_body_max = post ? route->body_max : 0;
    if (!post || (api_is(route) && api_is_sent(r->framing, r->head)))
        return HTTP_WAY_WORK;
    if (api_is(route))
        return refuse_api(out, 415, "a JSON object is wanted: Content-Type: application/json");
    if (route->action && is_from_elsewhere(w, r))
        return refuse(out, 403, "this form is of another site");
    struct sv boundary;
    if (!form_is_sent(r->framing, r->head) && (route->action || !form_is_multipart(r->framing, r->head, &boundary)))
        return refuse(out, 415, "a form is wanted: application/x-www-form-urlencoded, in UTF-8");
    return HTTP_WAY_WORK;
}

/* A page of the site for a browser that was given a cookie: it may have a bar of its own. */
static bool is_for_somebody(const struct web *w, const struct http_request *r, struct sv path)
{
    struct sv token;
    bool page = !path.len || sv_ends(path, SV("/")) || sv_ends(path, SV(".html"));
    return page && (r->framing->method == FRAMING_GET || r->framing->method == FRAMING_HEAD) && is_our_host(w, r) &&
           cookie_find(r->framing, r->head, web_cookie_name(w->secure), &token) && token.len == SESSION_TOKEN_LENGTH;
}

static enum http_way way(void *context, const struct http_request *r, size_t *out_body_max, struct http_response *out)
{
    struct web *w = context;
    char bytes[FRAMING_LINE_MAX];
    size_t len;
    struct sv params[WEB_PARAMS];
    const char *allow;
    if (!r->framing->path.len || !files_decode_path(framing_text(r->head, r->framing->path), bytes, &len))
        return HTTP_WAY_SITE;
    struct sv path = sv_from(bytes, len);
    const struct web_route *route = web_route_find(path, r->framing->method, params, &allow);
    if (!route && !allow)
        return !atomic_load(&w->without_pages) && is_for_somebody(w, r, path) ? HTTP_WAY_WORK : HTTP_WAY_SITE;
    if (!is_our_host(w, r) && !(route && route->answer == health_page)) /* who supervises asks by number */
        return refuse(out, 421, w->given ? "this is another host" : "log-in and search are for localhost; with --url "
                                                                    "for a public address");
    if (route)
        return way_of_route(w, r, route, out_body_max, out);
    out->allow = allow;
    return refuse(out, 405, NULL);
}

/* ---- in the threads ---- */

static void *begin(void *context, struct index_store *site)
{
    struct web_worker *k = base_malloc(sizeof(*k));
    memset(k, 0, sizeof(*k));
    k->web = context;
    k->site = site;
    arena_init(&k->frame.arena);
    arena_init(&k->view.arena);
    return k;
}

static void end(void *worker)
{
    struct web_worker *k = worker;
    store_close(&k->reader);
    store_close(&k->writer);
    arena_release(&k->frame.arena);
    arena_release(&k->view.arena);
    free(k);
}

static int open_stores(struct web_worker *k, struct err *err)
{
    int rc = CM_OK;
    if (!k->writer)
        rc = store_open(k->web->db, 0, &k->writer, err);
    if (!rc && !k->reader)
        rc = store_open(k->web->db, STORE_READ_ONLY, &k->reader, err);
    return rc;
}

static int has_public_list(struct store *s, struct arena *a, bool *out, struct err *err)
{
    struct lists lists;
    int rc = lists_load(s, a, &lists, err);
    *out = false;
    for (size_t i = 0; !rc && i < lists.list.len; i++)
        *out = *out || list_is(&lists.list.at[i], SET_ARCHIVE, "public");
    return rc;
}

static int read_state(struct web_worker *k, int64_t now, struct web_state *out, struct err *err)
{
    int rc = record_head(k->reader, &out->event, NULL, NULL, err);
    out->day = now / DATE_DAY;
    return rc ? rc : message_newest_public(k->reader, &out->mail, err);
}

static bool is_still(const struct kept *k, const struct web_state *s)
{
    return k->good && k->of.event == s->event && k->of.mail == s->mail && k->of.day == s->day;
}

/* Between these the view is loaded. */
static void keep_begin(struct kept *k)
{
    k->good = false;
    arena_release(&k->arena);
}

static void keep_end(struct kept *k, const struct web_state *of, int rc)
{
    k->good = !rc;
    k->of = *of;
}

static int load_frame(struct web_worker *k, const struct web_call *c, struct err *err)
{
    struct kept *f = &k->frame;
    if (is_still(f, &c->state))
        return CM_OK;
    keep_begin(f);
    int rc = view_load_process(k->reader, &f->arena, c->now, &f->view, err);
    if (!rc)
        rc = has_public_list(k->reader, &f->arena, &f->view.lists, err);
    keep_end(f, &c->state, rc);
    return rc;
}

int web_view(struct web_call *c, const struct view **out, struct err *err)
{
    struct kept *v = &c->worker->view;
    *out = &v->view;
    if (is_still(v, &c->state))
        return CM_OK;
    keep_begin(v);
    int rc = view_load_published(c->worker->reader, &v->arena, c->now, &v->view, err);
    keep_end(v, &c->state, rc);
    return rc;
}

struct touching {
    bool access; /* otherwise a session */
    int64_t id, now;
};
static int touch(struct store *s, void *context, struct err *err)
{
    const struct touching *t = context;
    return (t->access ? access_touch : session_touch)(s, t->id, t->now, err);
}

/* The member whom a program acts for. */
static int find_access(struct web_worker *k, struct web_call *c, struct err *err)
{
    struct err ignored = ERR_INIT;
    struct sv token;
    c->bad_token = !api_token(c->request->framing, c->request->head, &token);
    if (c->bad_token || !token.len)
        return CM_OK;
    int rc = access_find(k->reader, c->arena, token, c->now, &c->access, err);
    c->bad_token = !rc && !c->access.id;
    if (rc || !c->access.id)
        return rc;
    c->person = people_by_id(c->frame->people, c->access.member);
    struct touching t = {true, c->access.id, c->now};
    if (c->now - c->access.seen >= ACCESS_SEEN_EVERY)
        (void)!store_tx(k->writer, touch, &t, &ignored);
    return CM_OK;
}

/* Who asks. That a session is used is noted now and then, which is all that a GET writes; when it cannot be, it is
 * noted another time. */
static int find_session(struct web_worker *k, struct web_call *c, struct err *err)
{
    struct err ignored = ERR_INIT;
    struct sv token;
    if (c->route && api_is(c->route))
        return find_access(k, c, err);
    if (!cookie_find(c->request->framing, c->request->head, web_cookie_name(k->web->secure), &token) ||
        token.len != SESSION_TOKEN_LENGTH)
        return CM_OK;
    c->token = arena_sv(c->arena, token);
    int rc = session_find(k->reader, c->arena, c->token, c->now, &c->session, err);
    if (rc || !c->session.id)
        return rc;
    c->person = people_by_id(c->frame->people, c->session.member);
    struct touching t = {false, c->session.id, c->now};
    if (c->now - c->session.seen >= SESSION_SEEN_EVERY)
        (void)!store_tx(k->writer, touch, &t, &ignored);
    return CM_OK;
}

static int read_forms(struct web_call *c, struct err *err)
{
    int rc = form_read(c->arena, framing_text(c->request->head, c->request->framing->query), &c->query, err);
    struct sv boundary;
    if (api_is(c->route))
        return rc;
    if (!rc && form_is_multipart(c->request->framing, c->request->head, &boundary))
        return form_read_multipart(c->arena, c->request->body, boundary, &c->form, err);
    return rc ? rc : form_read(c->arena, c->request->body, &c->form, err);
}

static void tell_operator(struct web *w, const struct web_call *c, const struct err *err)
{
    if (w->options.log)
        log_notice(w->options.log, "casemate: %s: %s", c->route ? c->route->title : "a page", err->text);
}

static void answer_route(struct web *w, struct web_call *c)
{
    struct err err = ERR_INIT;
    const char *why;
    int rc = read_forms(c, &err);
    if (rc) {
        web_fail(c, 400, err.text);
        return;
    }
    int status = web_may(c, &why);
    if (status == 401 && c->request->framing->method != FRAMING_POST && !api_is(c->route)) {
        struct str to = STR_INIT;
        str_add_str(&to, "/login?");
        form_write(&to, "next", sv_str(arena_printf(c->arena, "/%.*s", SV_ARG(c->path))));
        web_redirect(c, str_cstr(&to));
        str_release(&to);
    } else if (status) {
        web_fail(c, status, why);
    } else if ((rc = c->route->answer(c, &err))) {
        status = web_status(rc);
        if (status >= 500)
            tell_operator(w, c, &err);
        web_fail(c, status, status == 500 ? NULL : err.text);
    }
    if (c->asked)
        atomic_store(&w->asked, true);
}

static void answer_page(struct web_worker *k, struct web_call *c)
{
    files_answer_personal(k->site, c->request->framing, c->request->head,
                          web_bar_of(c->arena, c->frame, c->person, c->path), c->out);
}

static void answer(void *worker, const struct http_request *request, struct http_response *out)
{
    struct web_worker *k = worker;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    const char *allow;
    char *path = arena_alloc(&a, request->framing->path.len + 1u);
    struct web_call c = {.request = request, .out = out, .now = k->web->options.clock(k->web->options.context),
                         .arena = &a, .db = k->web->options.db, .secure = k->web->secure, .frame = &k->frame.view,
                         .worker = k, .url = url_of(k->web, &a), .hashing = &k->web->hashing};
    if (!files_decode_path(framing_text(request->head, request->framing->path), path, &c.path.len))
        BUG("a path that was well-formed before");
    c.path.at = path;
    c.route = web_route_find(c.path, request->framing->method, c.params, &allow);
    diag_init(&c.diag, &a);
    out->personal = !(c.route && api_is(c.route));
    int rc = open_stores(k, &err);
    if (!rc)
        rc = read_state(k, c.now, &c.state, &err);
    if (!rc)
        rc = load_frame(k, &c, &err);
    if (!rc)
        rc = find_session(k, &c, &err);
    out->personal = out->personal || c.access.id || c.bad_token;
    c.store = request->framing->method == FRAMING_POST ? k->writer : k->reader;
    if (rc) {
        tell_operator(k->web, &c, &err);
        out->retry_after = 5;
        http_response_plain(out, 503, "the store cannot be read now");
    } else if (c.route) {
        answer_route(k->web, &c);
    } else {
        answer_page(k, &c);
    }
    arena_release(&a);
}

/* Who asked to log in gets a mail, now that the answer, which is the same for everybody, is on its way. */
static void after(void *worker)
{
    struct web_worker *k = worker;
    struct web *w = k->web;
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct err err = ERR_INIT;
    size_t count;
    struct sv url = url_of(w, &a);
    if (url.len && k->writer && atomic_exchange(&w->asked, false)) {
        diag_init(&diag, &a);
        struct action_context c = {.store = k->writer, .arena = &a, .now = w->options.clock(w->options.context),
                                   .diag = &diag, .log = w->options.log};
        if (action_login_answer(&c, url, &count, &err)) {
            atomic_store(&w->asked, true);
            if (w->options.log)
                log_notice(w->options.log, "casemate: mails for log-ins wait: %s", err.text);
        }
    }
    arena_release(&a);
}

struct http_work web_work(struct web *w)
{
    return (struct http_work){way, begin, answer, after, end, w, 0, 0};
}
