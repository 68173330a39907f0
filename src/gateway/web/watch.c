#include "gateway/web/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/fs.h"
#include "forum/hold.h"
#include "forum/queue.h"
#include "forum/session.h"
#include "format/json.h"
#include "gateway/http/files.h"
#include "gateway/web/route.h"

enum { STATUS_LEAST = 100, STATUSES = 500, BUCKETS = 11 };

static const double bounds[BUCKETS] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

struct durations {
    atomic_uint_fast64_t buckets[BUCKETS + 1], nanoseconds; /* each bucket by itself; the last one: longer */
};

/* Places in the table of counts: the routes, then these. */
enum { NO_ROUTE_PAGE, NO_ROUTE_BAD, NO_ROUTES };
static const char *const no_routes[NO_ROUTES] = {"page", "bad"};

struct web_watch {
    struct web_watch_options options;
    int log;          /* -1: none */
    pthread_mutex_t log_lock;
    struct durations pages, dynamic;
    atomic_uint_fast64_t busy; /* answers that a store could not give */
    atomic_uint_fast64_t counts[]; /* (routes + NO_ROUTES) * STATUSES */
};

static size_t places(void)
{
    return web_route_count + NO_ROUTES;
}

/* ---- the log ---- */

static int open_log(const char *name, int *out, struct err *err)
{
    *out = -1;
    if (!name)
        return CM_OK;
    if (strcmp(name, "-") == 0)
        *out = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    else
        *out = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
    return *out < 0 ? err_errno(err, errno, "cannot write the log of requests %s", name) : CM_OK;
}

int web_watch_reopen(struct web_watch *w, struct err *err)
{
    int fresh, rc = open_log(w->options.access_log, &fresh, err);
    if (rc || fresh < 0)
        return rc;
    pthread_mutex_lock(&w->log_lock);
    int old = w->log;
    w->log = fresh;
    pthread_mutex_unlock(&w->log_lock);
    close(old);
    return CM_OK;
}

/* The path of a page is public when there is such a page; all others may hold what people sent by mistake. */
static bool shows_path(const struct http_seen *what, const struct web_route *route)
{
    return !route && (what->status == 200 || what->status == 206 || what->status == 304);
}

static void write_line(struct web_watch *w, const struct http_seen *what, const struct web_route *route)
{
    struct arena a = ARENA_INIT;
    struct str line = STR_INIT;
    struct json j;
    json_init(&j, &line, true);
    json_object(&j);
    json_put_str(&j, "time", date_format_time(&a, w->options.clock(w->options.context)));
    json_put_str(&j, "method", what->method);
    json_put_str(&j, "route", route ? route->pattern : what->path.len ? no_routes[NO_ROUTE_PAGE]
                 : no_routes[NO_ROUTE_BAD]);
    if (shows_path(what, route))
        json_put(&j, "path", what->path);
    json_put_int(&j, "status", what->status);
    json_put_int(&j, "bytes", (int64_t)what->bytes);
    json_key(&j, "ms");
    json_double(&j, (double)(what->nanoseconds / 1000) / 1e3);
    json_end(&j);
    json_finish(&j);
    str_add_char(&line, '\n');
    pthread_mutex_lock(&w->log_lock);
    (void)!write(w->log, line.data, line.len); /* nothing can be done about a log that takes nothing */
    pthread_mutex_unlock(&w->log_lock);
    str_release(&line);
    arena_release(&a);
}

/* ---- counting ---- */

static const struct web_route *route_of(const struct http_seen *what)
{
    char bytes[FRAMING_LINE_MAX];
    size_t len;
    struct sv params[WEB_PARAMS];
    const char *allow;
    enum framing_method method = strcmp(what->method, "POST") == 0 ? FRAMING_POST : FRAMING_GET;
    if (!what->path.len || !files_decode_path(what->path, bytes, &len))
        return NULL;
    return web_route_find(sv_from(bytes, len), method, params, &allow);
}

static void count_time(struct durations *d, int64_t nanoseconds)
{
    size_t i = 0;
    while (i < BUCKETS && (double)nanoseconds > bounds[i] * 1e9)
        i++;
    atomic_fetch_add_explicit(&d->buckets[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&d->nanoseconds, (uint64_t)nanoseconds, memory_order_relaxed);
}

void web_watch_seen(void *watch, const struct http_seen *what)
{
    struct web_watch *w = watch;
    const struct web_route *route = route_of(what);
    size_t place = route ? (size_t)(route - web_routes) : web_route_count + (what->path.len ? NO_ROUTE_PAGE
                                                                             : NO_ROUTE_BAD);
    if (what->status >= STATUS_LEAST && what->status < STATUS_LEAST + STATUSES)
        atomic_fetch_add_explicit(&w->counts[place * STATUSES + (size_t)(what->status - STATUS_LEAST)], 1,
                                  memory_order_relaxed);
    if (what->worked && what->status == 503 && !(route && sv_eq_str(what->path, "/healthz")))
        atomic_fetch_add_explicit(&w->busy, 1, memory_order_relaxed);
    if (what->path.len)
        count_time(what->worked ? &w->dynamic : &w->pages, what->nanoseconds);
    if (w->options.access_log)
        write_line(w, what, route);
}

int web_watch_new(const struct web_watch_options *options, struct web_watch **out, struct err *err)
{
    size_t size = sizeof(struct web_watch) + places() * STATUSES * sizeof(atomic_uint_fast64_t);
    struct web_watch *w = base_malloc(size);
    memset(w, 0, size);
    w->options = *options;
    pthread_mutex_init(&w->log_lock, NULL);
    *out = w;
    int rc = open_log(options->access_log, &w->log, err);
    if (rc)
        web_watch_free(out);
    return rc;
}

void web_watch_free(struct web_watch **watch)
{
    struct web_watch *w = *watch;
    if (!w)
        return;
    if (w->log >= 0)
        close(w->log);
    pthread_mutex_destroy(&w->log_lock);
    free(w);
    *watch = NULL;
}

/* ---- Prometheus ---- */

static void describe(struct str *out, const char *name, const char *type, const char *help)
{
    str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_requests(struct web_watch *w, struct str *out)
{
    describe(out, "casemate_http_requests_total", "counter", "Requests by route, method and status.");
    for (size_t i = 0; i < places(); i++)
        for (size_t s = 0; s < STATUSES; s++) {
            uint64_t count = atomic_load_explicit(&w->counts[i * STATUSES + s], memory_order_relaxed);
            bool routed = i < web_route_count;
            if (count)
                str_addf(out, "casemate_http_requests_total{route=\"%s\",method=\"%s\",status=\"%zu\"} %" PRIu64 "\n",
                         routed ? web_routes[i].pattern : no_routes[i - web_route_count],
                         routed ? web_routes[i].method : "GET", s + STATUS_LEAST, count);
        }
}

static void put_durations(struct durations *d, const char *kind, struct str *out)
{
    uint64_t sum = 0;
    for (size_t i = 0; i <= BUCKETS; i++) {
        sum += atomic_load_explicit(&d->buckets[i], memory_order_relaxed);
        str_addf(out, "casemate_http_request_duration_seconds_bucket{kind=\"%s\",le=\"", kind);
        if (i < BUCKETS)
            str_addf(out, "%g", bounds[i]);
        else
            str_add_str(out, "+Inf");
        str_addf(out, "\"} %" PRIu64 "\n", sum);
    }
    double seconds = (double)atomic_load_explicit(&d->nanoseconds, memory_order_relaxed) / 1e9;
    str_addf(out, "casemate_http_request_duration_seconds_sum{kind=\"%s\"} %.9f\n", kind, seconds);
    str_addf(out, "casemate_http_request_duration_seconds_count{kind=\"%s\"} %" PRIu64 "\n", kind, sum);
}

static void gauge(struct str *out, const char *name, const char *help, int64_t value)
{
    describe(out, name, "gauge", help);
    str_addf(out, "%s %" PRId64 "\n", name, value);
}

static int put_queue(struct store *s, int64_t now, struct str *out, struct err *err)
{
    struct queue_counts c = {0, 0, 0, 0};
    int rc = queue_count(s, &c, err);
    if (rc)
        return rc;
    describe(out, "casemate_queue_deliveries", "gauge", "Mails to one recipient each, on their way out or failed.");
    str_addf(out, "casemate_queue_deliveries{state=\"waiting\"} %" PRId64 "\n", c.waiting);
    str_addf(out, "casemate_queue_deliveries{state=\"sending\"} %" PRId64 "\n", c.sending);
    str_addf(out, "casemate_queue_deliveries{state=\"failed\"} %" PRId64 "\n", c.failed);
    gauge(out, "casemate_queue_oldest_seconds", "How long the oldest of those that did not fail has waited.",
          c.oldest ? now - c.oldest : 0);
    return CM_OK;
}

static void put_store(struct web_watch *w, struct str *out)
{
    struct store *s = NULL;
    struct err ignored = ERR_INIT;
    int64_t now = w->options.clock(w->options.context), held = 0, sessions = 0;
    if (!w->options.db)
        return;
    int rc = store_open(w->options.db, STORE_READ_ONLY, &s, &ignored);
    describe(out, "casemate_store_busy_total", "counter", "Requests that the store was too busy to answer.");
    str_addf(out, "casemate_store_busy_total %" PRIu64 "\n", atomic_load_explicit(&w->busy, memory_order_relaxed));
    gauge(out, "casemate_store_up", "Whether the store can be opened.", rc == 0);
    if (!rc && !put_queue(s, now, out, &ignored) && !hold_count(s, &held, &ignored) &&
        !session_count(s, &sessions, &ignored)) {
        gauge(out, "casemate_held_posts", "Posts that wait for a moderator.", held);
        gauge(out, "casemate_sessions", "Sessions of people who are logged in.", sessions);
    }
    store_close(&s);
}

void web_watch_metrics(struct web_watch *w, struct str *out)
{
    describe(out, "casemate_build_info", "gauge", "The version that runs.");
    str_addf(out, "casemate_build_info{version=\"%s\"} 1\n", CASEMATE_VERSION);
    put_requests(w, out);
    describe(out, "casemate_http_request_duration_seconds", "histogram",
             "From the end of a request's head to its answer; dynamic: a thread with a store answered.");
    put_durations(&w->pages, "page", out);
    put_durations(&w->dynamic, "dynamic", out);
    put_store(w, out);
}

/* ---- a server of its own ---- */

static int ask_health(const struct web_watch *w, struct str *out)
{
    struct store *s = NULL;
    struct err ignored = ERR_INIT;
    bool well = true;
    if (!w->options.db)
        str_add_str(out, "ok\n");
    else if (store_open(w->options.db, STORE_READ_ONLY, &s, &ignored))
        str_add_str(out, "failing: store\n"), well = false;
    else
        well = web_health(s, w->options.db, w->options.clock(w->options.context), out);
    store_close(&s);
    return well ? 200 : 503;
}

void web_watch_answer(void *watch, const struct framing *request, struct sv head, struct http_response *out)
{
    struct sv path = framing_text(head, request->path);
    if (sv_eq_str(path, "/metrics")) {
        out->type = "text/plain; version=0.0.4; charset=utf-8";
        web_watch_metrics(watch, &out->text);
    } else if (sv_eq_str(path, "/healthz")) {
        out->type = "text/plain; charset=utf-8";
        out->status = ask_health(watch, &out->text);
    } else {
        http_response_plain(out, 404, "there are /metrics and /healthz");
        return;
    }
    out->body = str_cstr(&out->text);
    out->body_len = out->text.len;
}
