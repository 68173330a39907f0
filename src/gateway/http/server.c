#define _GNU_SOURCE
#include "gateway/http/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/sandbox.h"
#include "gateway/http/files.h"
#include "gateway/http/index.h"
#include "gateway/http/loop.h"

enum {
    THREADS_DEFAULT = 2,
    THREADS_MAX = 64,
    TICK_MS = 500,
    URL_MAX = ADDRESS_TEXT_MAX + 16,
    SPARE_FDS = 128
};

struct http_server {
    struct loop_shared shared;
    struct index_store *site;
    struct log *log;
    bool reload;
    char url[URL_MAX];
    unsigned thread_count;
    struct loop threads[];
};

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value ? value : otherwise;
}

static struct http_limits limits_of(const struct http_options *options)
{
    const struct http_limits *l = &options->limits;
    return (struct http_limits){
        .connections = or_default(l->connections, 1024),
        .head_ms = or_default(l->head_ms, 10000),
        .idle_ms = or_default(l->idle_ms, 15000),
        .write_ms = or_default(l->write_ms, 30000),
        .body_ms = or_default(l->body_ms, 20000),
        .stop_ms = or_default(l->stop_ms, 5000),
        .cache = l->cache ? l->cache : (size_t)256 * 1024 * 1024,
    };
}

/* Every connection needs a descriptor; the usual soft limit is as small as our default. */
static void raise_descriptor_limit(unsigned connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + SPARE_FDS;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit); /* without it, accepting pauses when none is left */
}

static void make_url(struct http_server *server, const struct address *address)
{
    bool v6 = strchr(address->host, ':') != NULL;
    snprintf(server->url, sizeof(server->url), "http://%s%s%s:%u/", v6 ? "[" : "",
             address->host[0] ? address->host : "localhost", v6 ? "]" : "",
             server->shared.listeners.port);
}

static int start_threads(struct http_server *server, unsigned count, struct err *err)
{
    int result = CM_OK;
    while (result == CM_OK && server->thread_count < count) {
        result = loop_start(&server->threads[server->thread_count], &server->shared, err);
        if (result == CM_OK)
            server->thread_count++;
    }
    return result;
}

static int prepare(struct http_server *server, const struct http_options *options, struct err *err)
{
    struct address address;
    int result = address_parse(options->address ? options->address : "localhost", HTTP_DEFAULT_PORT, &address, err);
    if (result == CM_OK && address.path[0])
        result = err_set(err, CM_EUSAGE, "HTTP is served at a host and port, not at a unix socket");
    if (result == CM_OK && options->site) {
        result = index_store_open(options->site, server->shared.limits.cache, &server->site, err);
        if (result == CM_OK)
            index_store_set_bar(server->site, options->bar);
        server->shared.answer = files_answer;
        server->shared.context = server->site;
    }
    if (result == CM_OK)
        result = listen_open(&address, 0, &server->shared.listeners, err);
    if (result != CM_OK)
        return result;
    make_url(server, &address);
    server->shared.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return server->shared.wake < 0 ? err_errno(err, errno, "cannot start the server") : CM_OK;
}

/* The folder beside which new versions of the site appear. A site behind a symbolic link may move anywhere. */
static int confine(const char *site, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct stat st;
    bool link = lstat(site, &st) == 0 && S_ISLNK(st.st_mode);
    const char *read[] = {link ? "/" : fs_join(&a, site, ".."), NULL}, *none[] = {NULL};
    struct sandbox_rules rules = {.read = read, .write = none, .serves = true};
    int rc = sandbox_confine(&rules, err);
    arena_release(&a);
    return rc;
}

int http_server_start(const struct http_options *options, struct http_server **out, struct err *err)
{
    unsigned threads = or_default(options->threads, THREADS_DEFAULT);
    threads = threads < THREADS_MAX ? threads : THREADS_MAX;
    if (!options->site && !options->answer)
        BUG("a server with nothing to serve");
    struct http_server *server = base_malloc(sizeof(*server) + threads * sizeof(struct loop));
    memset(server, 0, sizeof(*server));
    server->shared.limits = limits_of(options);
    server->shared.answer = options->answer;
    server->shared.context = options->context;
    server->shared.local_names_only = options->local_names_only;
    server->shared.seen = options->seen;
    server->shared.seen_context = options->seen_context;
    server->shared.early = options->early;
    server->shared.early_context = options->early_context;
    server->shared.wake = -1;
    server->log = options->log;
    raise_descriptor_limit(server->shared.limits.connections);
    int result = prepare(server, options, err);
    if (result == CM_OK && options->confined && options->site)
        result = confine(options->site, err);
    if (result == CM_OK && options->work)
        result = work_start(options->work, server->site, &server->shared.work, err);
    if (result == CM_OK)
        result = start_threads(server, threads, err);
    *out = server;
    if (result != CM_OK)
        http_server_stop(out);
    return result;
}

const char *http_server_url(const struct http_server *server)
{
    return server->url;
}

unsigned http_server_port(const struct http_server *server)
{
    return server->shared.listeners.port;
}

int http_server_run(struct http_server *server, http_tick_fn *tick, void *context, struct err *err)
{
    sigset_t wanted, before;
    struct timespec pause = {.tv_nsec = TICK_MS * 1000000L};
    int result = CM_OK;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &wanted, &before);
    for (;;) {
        int got = tick ? sigtimedwait(&wanted, NULL, &pause) : sigwaitinfo(&wanted, NULL);
        if (got > 0 && got != SIGHUP)
            break;
        server->reload = server->reload || got == SIGHUP;
        if (tick && (got == SIGHUP || errno == EAGAIN) && (result = tick(context, err)) < 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (server->log && result == CM_OK)
        log_notice(server->log, "stopping; open requests are finished first");
    return result < 0 ? result : CM_OK;
}

void http_server_refresh(struct http_server *server)
{
    struct index *old = index_acquire(server->site);
    index_store_refresh(server->site, old);
    index_release(old);
}

bool http_server_reload(struct http_server *server)
{
    bool asked = server->reload;
    server->reload = false;
    return asked;
}

void http_server_stop(struct http_server **pointer)
{
    struct http_server *server = *pointer;
    uint64_t one = 1;
    if (!server)
        return;
    atomic_store(&server->shared.stopping, true);
    if (server->shared.wake >= 0 && write(server->shared.wake, &one, sizeof(one)) < 0)
        BUG("the server cannot be woken");
    for (unsigned i = 0; i < server->thread_count; i++)
        loop_join(&server->threads[i]);
    work_stop(&server->shared.work);
    for (unsigned i = 0; i < server->thread_count; i++)
        loop_close(&server->threads[i]);
    listen_close(&server->shared.listeners);
    if (server->shared.wake >= 0)
        close(server->shared.wake);
    index_store_free(&server->site);
    free(server);
    *pointer = NULL;
}
