/* serve: the published site over HTTP. Three sources: a site that is published already (--site), a folder of
 * text as a live preview (--from), or the store. The last two are published into a temporary folder, and
 * again whenever they change. Beside them, mail in and out in a thread of its own. */
#include "action/clock.h"
#include "base/date.h"
#include "base/fs.h"
#include "cli/mail_daemon.h"
#include "cli/publish.h"
#include "cli/supervise.h"
#include "forum/message.h"
#include "gateway/http/server.h"
#include "gateway/web/watch.h"
#include "gateway/web/web.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What runs. */
struct served {
    struct web *web;
    struct web_watch *watch;
    struct mail_daemon *mail;
    struct http_server *http, *figures; /* figures: of --metrics; may be NULL */
    struct log_watch building;          /* how far the first publication is */
    atomic_bool built;
};

struct preview {
    struct cli *c;
    const char *from;   /* NULL: the store */
    const char *site;   /* where it is published */
    struct digest seen; /* of names, sizes and times of the source at the last publication */
    struct digest content; /* of a store: see content_of() */
    bool never_pdf;     /* --without-pdf */
    bool may_be_cut;    /* a signal while PDFs are made ends the program at once: nothing but the site is at work */
    bool without_pdf;   /* what is there has no PDFs yet: they take long, and the pages need not wait for them */
    bool faulty;        /* the last attempt failed; the site shows the state before */
    int64_t every;      /* seconds between ticks of the clock; 0: none. Only with a store */
    int64_t next;       /* when the next one comes, by a clock that nobody sets */
    bool stuck;         /* the last one failed, which was told */
};

static void add_stat(struct digest_state *s, const char *path)
{
    struct stat st;
    char text[128];
    if (stat(path, &st) < 0)
        return;
    int len = snprintf(text, sizeof(text), "%lld %lld.%09ld %lld", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                       st.st_mtim.tv_nsec, (long long)st.st_ino);
    digest_add_part(s, sv_str(path));
    digest_add_part(s, sv_from(text, (size_t)len));
}

/* What the source looks like from outside; cheap enough to ask twice a second. */
static struct digest fingerprint(const struct preview *p)
{
    struct digest_state s;
    struct arena a = ARENA_INIT;
    struct err ignored = ERR_INIT;
    struct fs_names names = {{NULL, 0, 0}};
    digest_begin(&s);
    if (!p->from) {
        add_stat(&s, p->c->db);
        add_stat(&s, arena_printf(&a, "%s-wal", p->c->db));
    } else if (fs_walk(&a, p->from, PROFILE_FILES_MAX * 2, &names, &ignored) == CM_OK) {
        for (size_t i = 0; i < names.list.len; i++)
            add_stat(&s, fs_join(&a, p->from, names.list.at[i]));
    }
    struct digest d = digest_end(&s);
    arena_release(&a);
    return d;
}

/* What a site is made from, by its newest event and its public mail. A store with mail changes all the time: what
 * waits, is sent or comes back shows on no page. */
static struct digest content_of(const struct preview *p)
{
    struct digest_state s;
    struct digest head;
    struct store *store = NULL;
    struct err err = ERR_INIT;
    int64_t numbers[3] = {0, 0, 0};
    digest_begin(&s);
    int rc = store_open(p->c->db, STORE_READ_ONLY, &store, &err);
    if (!rc)
        rc = record_head(store, &numbers[0], &head, NULL, &err);
    if (!rc)
        rc = message_count_public(store, &numbers[1], &numbers[2], &err);
    digest_add(&s, sv_from((const char *)numbers, sizeof(numbers)));
    if (rc) /* publishing will say what is wrong */
        digest_add(&s, digest_sv(&p->seen));
    store_close(&store);
    return digest_end(&s);
}

static bool has_changed(struct preview *p)
{
    struct digest now = fingerprint(p);
    if (digest_eq(&now, &p->seen))
        return false;
    p->seen = now;
    if (p->from)
        return true;
    struct digest content = content_of(p);
    bool changed = p->faulty || !digest_eq(&content, &p->content);
    p->content = content;
    return changed;
}

/* Publishes in a command context of its own, whose memory goes with it. */
static int publish_once(struct preview *p, struct err *err)
{
    struct cli run = *p->c;
    struct view v;
    struct site_result r = {0};
    unsigned formats = p->from || p->never_pdf || p->without_pdf ? SITE_ALL & ~(unsigned)SITE_PDF : SITE_ALL;
    arena_init(&run.arena);
    diag_init(&run.diag, &run.arena);
    run.store = NULL;
    run.err = (struct err)ERR_INIT;
    int rc = publish_load(&run, p->from, &v);
    if (!rc)
        rc = publish_site(&run, &v, p->site, formats, &r);
    if (rc)
        cli_print_diag(&run);
    *err = run.err;
    store_close(&run.store);
    arena_release(&run.arena);
    return rc;
}

/* What "casemate tick" does, in a command context of its own. A fault is told once, however many ticks it
 * lasts. */
static void tick_once(struct preview *p)
{
    struct cli run = *p->c;
    struct action_context context;
    struct tick_result r = {.posts = 0};
    arena_init(&run.arena);
    diag_init(&run.diag, &run.arena);
    run.store = NULL;
    run.err = (struct err)ERR_INIT;
    int rc = cli_open(&run, 0);
    cli_context(&run, &context);
    if (!rc)
        rc = action_tick(&context, &r, &run.err);
    if (rc && !p->stuck)
        log_notice(&p->c->log, "casemate: the clock could not act: %s", run.err.text);
    else if (!p->c->quiet && (r.closed.len || r.notices.len))
        log_notice(&p->c->log, "the clock closed %zu rounds and wrote %zu reminders", r.closed.len, r.notices.len);
    p->stuck = rc != 0;
    store_close(&run.store);
    arena_release(&run.arena);
}

static int64_t monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* A new day is a new site: what is due depends on it. */
static void watch_clock(struct preview *p)
{
    int64_t before = p->c->time;
    if (!p->c->now)
        p->c->time = date_system_now();
    if (date_to_time(date_from_time(before)) != date_to_time(date_from_time(p->c->time)))
        p->seen = p->content = (struct digest){{0}};
    if (!p->every || monotonic() < p->next)
        return;
    p->next = monotonic() + p->every;
    tick_once(p);
}

/* SIGINT and SIGTERM are held back from before the address is printed until http_server_run() waits for them,
 * so that one in between is neither lost nor kills; afterwards a second Ctrl-C ends a slow stop at once. */
static void hold_signals(bool hold)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static int tick(void *context, struct err *err)
{
    struct preview *p = context;
    struct err fault = ERR_INIT;
    watch_clock(p);
    (void)err;
    bool completes = p->without_pdf && !p->from && !p->never_pdf;
    if (!has_changed(p) && !completes)
        return CM_OK;
    p->without_pdf = false;
    if (completes && p->may_be_cut) /* rendering takes long, and who is at a terminal may want to stop */
        hold_signals(false);
    int rc = publish_once(p, &fault);
    hold_signals(true);
    if (rc) {
        p->faulty = true;
        log_notice(&p->c->log, "casemate: %s; the site still shows the state before", fault.text);
    } else if (!p->c->quiet && !completes) {
        log_notice(&p->c->log, p->faulty ? "mended and published again" : "published again");
        p->faulty = false;
    }
    return CM_OK;
}

/* What is asked for beside the published pages. */
struct serve_wish {
    const char *lmtp, *smtp;
    bool sends;
    bool pages;      /* log-in, search and acts: of a store */
    const char *url; /* of these, as people reach them; NULL: on this machine only */
    const char *metrics, *access_log;
    bool never_pdf;
    bool builds; /* the site is made when it is served */
};

static void stop_all(struct served *s)
{
    http_server_stop(&s->figures);
    http_server_stop(&s->http);
    daemon_stop(&s->mail);
    web_free(&s->web);
    web_watch_free(&s->watch);
}

/* While the first publication is under way: a page that asks again by itself. */
static bool still_building(void *context, struct http_response *out)
{
    struct served *s = context;
    size_t done = atomic_load(&s->building.done), total = atomic_load(&s->building.total);
    if (atomic_load(&s->built))
        return false;
    supervise_wait_page(out, done, total);
    return true;
}

static int start_mail(struct cli *c, const struct serve_wish *wish, struct mail_daemon **out)
{
    *out = NULL;
    if (!wish->lmtp && !wish->sends)
        return CM_OK;
    const struct daemon_options options = mail_daemon_options(c, wish->lmtp, wish->sends, wish->smtp);
    int rc = daemon_start(&options, out, &c->err);
    if (!rc && daemon_port(*out))
        printf("taking mail at port %u\n", daemon_port(*out));
    return rc;
}

static int64_t clock_of(void *context)
{
    const struct cli *c = context;
    return c->now ? c->time : date_system_now();
}

/* The site, and where it is a store's, the pages that are made when they are asked for. */
static int start_http(struct cli *c, struct http_options *options, struct web *web, struct http_server **out)
{
    struct http_work work;
    if (web) {
        work = web_work(web);
        options->work = &work;
        options->bar = web_bar(web);
    }
    int rc = http_server_start(options, out, &c->err);
    if (!rc && web)
        web_set_url(web, http_server_url(*out));
    return rc;
}

static int start_watch(struct cli *c, const struct serve_wish *wish, struct http_options *options, struct served *out)
{
    const struct web_watch_options watch = {.access_log = wish->access_log, .db = wish->pages ? c->db : NULL,
                                            .clock = clock_of, .context = c};
    if (!wish->metrics && !wish->access_log)
        return CM_OK;
    options->seen = web_watch_seen;
    int rc = web_watch_new(&watch, &out->watch, &c->err);
    options->seen_context = out->watch;
    return rc;
}

/* Figures are for who runs the site: at an address of their own, which the proxy does not lead to. */
static int start_figures(struct cli *c, const struct serve_wish *wish, struct served *out)
{
    const struct http_options options = {.address = wish->metrics, .answer = web_watch_answer, .context = out->watch,
                                         .threads = 1};
    int rc = http_server_start(&options, &out->figures, &c->err);
    if (!rc)
        printf("figures at %smetrics\n", http_server_url(out->figures));
    return rc;
}

/* Everything that was asked for, or nothing. */
static int start_all(struct cli *c, struct http_options *options, const struct serve_wish *wish, struct served *out)
{
    const struct web_options pages = {.db = c->db, .url = wish->url, .clock = clock_of, .context = c, .log = &c->log};
    int rc = wish->pages ? web_new(&pages, &out->web, &c->err) : CM_OK;
    if (!rc && out->web)
        web_set_pages(out->web, !wish->builds);
    if (!rc)
        rc = start_watch(c, wish, options, out);
    if (!rc)
        rc = start_mail(c, wish, &out->mail);
    if (!rc)
        rc = start_http(c, options, out->web, &out->http);
    if (!rc && wish->metrics)
        rc = start_figures(c, wish, out);
    if (rc)
        stop_all(out);
    return rc;
}

/* The address answers already. Signals end this at once, as they do a publication on the command line: nothing of it is
 * anywhere but in its own folder. */
static int build_first(struct cli *c, struct preview *p, struct served *served)
{
    if (!c->quiet && c->log.terminal)
        log_notice(&c->log, "making the pages; %s answers, and asks to wait", http_server_url(served->http));
    c->log.watch = &served->building;
    p->without_pdf = true;
    hold_signals(false);
    int rc = publish_once(p, &c->err);
    hold_signals(true);
    c->log.watch = NULL;
    if (!rc)
        http_server_refresh(served->http);
    return rc;
}

struct running {
    struct cli *c;
    struct preview *p; /* NULL: a site that others publish */
    struct served *served;
};

/* SIGHUP: the log of requests by its name anew, and the site made again whatever it was made from. */
static void reload(struct running *r)
{
    struct err err = ERR_INIT;
    if (r->served->watch && web_watch_reopen(r->served->watch, &err))
        log_notice(&r->c->log, "casemate: %s; lines go on into the old file", err.text);
    if (r->p)
        r->p->seen = r->p->content = (struct digest){{0}};
}

static int tick_running(void *context, struct err *err)
{
    struct running *r = context;
    if (http_server_reload(r->served->http))
        reload(r);
    return r->p ? tick(r->p, err) : CM_OK;
}

static int serve(struct cli *c, const char *address, const char *site, struct preview *p, const struct serve_wish *wish)
{
    struct served served = {.web = NULL};
    struct http_options options = {.address = address, .site = site, .local_names_only = p && p->from,
                                   .confined = !p && !wish->lmtp && !wish->sends && !wish->pages && !wish->metrics &&
                                               !wish->access_log,
                                   .log = &c->log, .early = still_building, .early_context = &served};
    hold_signals(true);
    int rc = start_all(c, &options, wish, &served);
    if (!rc && p)
        rc = build_first(c, p, &served);
    if (rc) {
        hold_signals(false);
        stop_all(&served);
        return rc;
    }
    atomic_store(&served.built, true);
    if (served.web)
        web_set_pages(served.web, true);
    supervise_tell("READY=1");
    if (p && p->from)
        printf("serving %s at %s, published again whenever a file changes; Ctrl-C stops\n", p->from,
               http_server_url(served.http));
    else
        printf("serving %s at %s; Ctrl-C stops\n", p ? c->db : site, http_server_url(served.http));
    fflush(stdout);
    struct running run = {c, p, &served};
    rc = http_server_run(served.http, p || served.watch ? tick_running : NULL, &run, &c->err);
    supervise_tell("STOPPING=1");
    hold_signals(false);
    stop_all(&served);
    return rc;
}

/* What stands at the site's place until the first publication takes it: nothing but a mark that it may be replaced. */
static int site_begin(const char *site, struct err *err)
{
    struct arena a = ARENA_INIT;
    int rc = fs_mkdirs(site, err);
    if (!rc)
        rc = fs_write(fs_join(&a, site, ".casemate-site"), SV("casemate-site 0\n"), false, err);
    arena_release(&a);
    return rc;
}

#define FOLDER "casemate-serve-"

/* The lock says that the folder is in use, also to a process that does not see ours. -1: taken, or no folder of
 * this user. It goes when the descriptor is closed. */
static int lock_folder(const char *dir)
{
    struct stat st;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Folders "casemate-serve-PID-XXXXXX" of runs that were killed: no such process, and nobody holds the lock. */
static void remove_stale(struct arena *a, const char *tmp)
{
    enum { LIST_MAX = 1000000 };
    struct err ignored = ERR_INIT;
    struct fs_names names = {{NULL, 0, 0}};
    if (fs_list(a, tmp, LIST_MAX, &names, &ignored))
        return;
    for (size_t i = 0; i < names.list.len; i++) {
        struct sv name = sv_str(names.list.at[i]);
        uint64_t pid;
        if (!sv_starts(name, SV(FOLDER)))
            continue;
        name = sv_from_byte(name, strlen(FOLDER));
        ptrdiff_t dash = sv_find_char(name, '-');
        if (dash < 0 || !sv_to_u64(sv_from(name.at, (size_t)dash), 1u << 30, &pid) || pid == 0 ||
            kill((pid_t)pid, 0) == 0 || errno != ESRCH)
            continue;
        const char *dir = fs_join(a, tmp, names.list.at[i]);
        int lock = lock_folder(dir);
        if (lock >= 0) {
            (void)!fs_remove_tree(dir, &ignored);
            close(lock);
        }
    }
}

static int serve_preview(struct cli *c, const char *from, const char *address, int64_t every,
                         const struct serve_wish *wish)
{
    const char *tmp = getenv("TMPDIR");
    if (!tmp || !*tmp)
        tmp = "/tmp";
    remove_stale(&c->arena, tmp);
    char *dir = arena_printf(&c->arena, "%s/" FOLDER "%ld-XXXXXX", tmp, (long)getpid());
    struct err ignored = ERR_INIT;
    if (!mkdtemp(dir))
        return err_errno(&c->err, errno, "cannot make a folder for the site in %s", tmp);
    int lock = lock_folder(dir);
    struct preview p = {.c = c, .from = from, .never_pdf = wish->never_pdf,
                        .may_be_cut = c->log.terminal && !wish->lmtp && !wish->sends, .every = from ? 0 : every,
                        .site = fs_join(&c->arena, dir, "site")};
    (void)has_changed(&p);
    int rc = site_begin(p.site, &c->err);
    if (!rc)
        rc = serve(c, address, p.site, &p, wish);
    if (fs_remove_tree(dir, &ignored))
        log_notice(&c->log, "casemate: %s", ignored.text);
    if (lock >= 0)
        close(lock);
    return rc;
}

int cmd_serve(struct cli *c, const struct command *self, int argc, const char **argv)
{
    enum { EVERY = 60, EVERY_MAX = 24 * 60 * 60 };
    const char *from = NULL, *address = NULL, *site = NULL, *every = NULL;
    uint64_t seconds = EVERY;
    struct serve_wish wish = {.pages = false};
    struct words words;
    const struct option options[] = {
        {"from", OPTION_TEXT, &from, "DIR", "live preview of this folder"},
        {"http", OPTION_TEXT, &address, "ADDRESS", "host:port (default: localhost:8139)"},
        {"site", OPTION_TEXT, &site, "DIR", "serve this published site"},
        {"tick", OPTION_TEXT, &every, "SECONDS", "let the clock act so often; 0: never (default: 60)"},
        {"lmtp", OPTION_TEXT, &wish.lmtp, "ADDRESS", "take mail here, such as unix:/run/casemate/lmtp"},
        {"worker", OPTION_FLAG, &wish.sends, NULL, "send mail"},
        {"url", OPTION_TEXT, &wish.url, "URL", "address of the site, such as https://sec.example.org behind a proxy"},
        {"without-pdf", OPTION_FLAG, &wish.never_pdf, NULL, "publish all formats but this one, which takes long"},
        {"metrics", OPTION_TEXT, &wish.metrics, "ADDRESS", "figures for Prometheus at an address of their own: 9139"},
        {"access-log", OPTION_TEXT, &wish.access_log, "FILE", "a line of JSON for each request; - is standard error"},
        {"smtp", OPTION_TEXT, &wish.smtp, "ADDRESS", "the mail server that takes it (default: localhost:25)"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len || (from && site))
        return usage_error(self, words.len ? "serve takes no words" : "--from and --site exclude each other");
    if (every && (from || site))
        return usage_error(self, "--tick is for a store; the clock does not act on a folder or a site");
    if (every && !sv_to_u64(sv_str(every), EVERY_MAX, &seconds))
        return usage_error(self, "--tick \"%s\" is no number of seconds from 0 to %d", every, EVERY_MAX);
    if (wish.smtp && !wish.sends)
        return usage_error(self, "--smtp says where --worker sends; without --worker nothing is sent");
    if (from && (wish.lmtp || wish.sends))
        return usage_error(self, "--from shows a folder, and mail wants a store");
    if (wish.url && from)
        return usage_error(self, "--url is for log-in and search, which want a store");
    wish.pages = !from && (!site || wish.url);
    wish.builds = !site;
    rc = site ? serve(c, address, site, NULL, &wish) : serve_preview(c, from, address, (int64_t)seconds, &wish);
    return rc ? cli_fail(c, rc) : EXIT_DONE;
}
