/* doctor: what is not as it should be. */
#include "action/moderation.h"
#include "base/date.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "document/pdf.h"
#include "forum/list.h"
#include "forum/queue.h"
#include "gateway/net/address.h"
#include "store/record.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* One finding of doctor: "ok", "none" (not there, not needed), "note" or "wrong". */
struct finding {
    const char *state, *what, *text;
};
struct findings {
    VEC(struct finding) list;
};

static void find(struct cli *c, struct findings *f, const char *state, const char *what, const char *text)
{
    *vec_push(&c->arena, &f->list) = (struct finding){state, what, arena_strdup(&c->arena, text)};
}

static void find_store(struct cli *c, struct findings *f)
{
    struct record_faults faults = {.events = 0};
    if (fs_kind(c->db) == FS_NONE) {
        find(c, f, "none", "store", arena_printf(&c->arena, "no store at %s; \"casemate init\" makes one", c->db));
        return;
    }
    int rc = cli_open(c, STORE_READ_ONLY);
    if (!rc)
        rc = store_check(c->store, &c->err);
    if (!rc)
        rc = verify_store(c->store, &c->arena, &faults, &c->err);
    if (rc) {
        find(c, f, "wrong", "store", c->err.text);
        return;
    }
    for (size_t i = 0; i < faults.list.len; i++)
        find(c, f, "wrong", "record", arena_printf(&c->arena, "%.*s", SV_ARG(faults.list.at[i].text)));
    if (!faults.list.len)
        find(c, f, "ok", "store",
             arena_printf(&c->arena, "%s, version %d, %zu events, verifies", c->db, store_version(c->store),
                          faults.events));
}

/* What does not leave is wrong; other alarms are for an operator to look at. */
static void find_mail(struct cli *c, struct findings *f)
{
    enum { ALARMS_MAX = 20 };
    struct queue_counts counts = {0, 0, 0, 0};
    struct alarms alarms = {{NULL, 0, 0}};
    struct action_context context;
    if (!c->store)
        return;
    cli_context(c, &context);
    int rc = queue_count(c->store, &counts, &c->err);
    if (!rc)
        rc = alarms_load(&context, false, &alarms, &c->err);
    if (rc) {
        find(c, f, "wrong", "mail", c->err.text);
        return;
    }
    int64_t minutes = counts.oldest ? (c->time - counts.oldest) / 60 : 0;
    find(c, f, minutes >= QUEUE_STUCK_MINUTES ? "wrong" : "ok", "mail",
         arena_printf(&c->arena, "on its way out: %lld, failed: %lld%s", (long long)(counts.waiting + counts.sending),
                      (long long)counts.failed,
                      counts.oldest ? arena_printf(&c->arena, "; the oldest has waited for %lld minutes",
                                                   (long long)minutes) : ""));
    for (size_t i = alarms.list.len; i > 0 && alarms.list.len - i < ALARMS_MAX; i--) {
        const struct alarm *alarm = &alarms.list.at[i - 1]; /* the newest first */
        find(c, f, "note", "alarm",
             arena_printf(&c->arena, "%s %.*s: %.*s", date_format_time(&c->arena, alarm->at), SV_ARG(alarm->kind),
                          SV_ARG(alarm->text)));
    }
}

/* The store holds addresses and secrets: it is for its owner, and for a group that the owner chose. */
static void find_rights(struct cli *c, struct findings *f)
{
    struct stat st;
    if (stat(c->db, &st) < 0)
        return;
    unsigned mode = st.st_mode & 07777;
    if (mode & S_IWOTH)
        find(c, f, "wrong", "rights", arena_printf(&c->arena, "anyone may write %s; chmod o-w it", c->db));
    else if (mode & S_IROTH)
        find(c, f, "note", "rights", arena_printf(&c->arena, "anyone on this machine may read %s, which holds "
                                                             "addresses; "
                                                             "chmod o-r it", c->db));
    else
        find(c, f, "ok", "rights", arena_printf(&c->arena, "%s has mode %03o", c->db, mode));
    if (access(c->db, W_OK) < 0)
        find(c, f, "note", "rights", arena_printf(&c->arena, "this user cannot write %s", c->db));
}

static const char *folder_of(struct cli *c, const char *path)
{
    const char *slash = strrchr(path, '/');
    return !slash ? "." : slash == path ? "/" : arena_strndup(&c->arena, path, (size_t)(slash - path));
}

/* A store that is full refuses mail and acts; its log alone may grow to the size of what changes. */
static void find_disk(struct cli *c, struct findings *f)
{
    enum { LEAST = 16, FEW = 512 }; /* MiB */
    struct statvfs disk;
    const char *folder = folder_of(c, c->db);
    if (statvfs(folder, &disk) < 0) {
        find(c, f, "note", "disk", arena_printf(&c->arena, "%s: %s", folder, strerror(errno)));
        return;
    }
    uint64_t free_mib = (uint64_t)disk.f_bavail * disk.f_frsize >> 20;
    bool fixed = disk.f_flag & ST_RDONLY;
    find(c, f, fixed || free_mib < LEAST ? "wrong" : free_mib < FEW ? "note" : "ok", "disk",
         arena_printf(&c->arena, "%llu MiB left in %s%s", (unsigned long long)free_mib, folder,
                      fixed ? ", which cannot be written" : ""));
}

/* Events are in the order of their times; one from the future shows that this clock, or the one then, was wrong. */
static void find_clock(struct cli *c, struct findings *f)
{
    struct record_events newest;
    const struct json_value *header;
    int64_t head = 0, at = 0;
    if (!c->store || record_head(c->store, &head, NULL, NULL, &c->err) || !head ||
        record_read(c->store, &c->arena, head, 1, &newest, &c->err) || !newest.list.len ||
        json_parse(&c->arena, newest.list.at[0].header, newest.list.at[0].header.len, &header, &c->err))
        return;
    if (!date_parse_time(json_get_text(header, "at"), &at))
        at = json_get_int(header, "at", 0);
    const char *now = date_format_time(&c->arena, c->time);
    if (at > c->time)
        find(c, f, "wrong", "clock", arena_printf(&c->arena,
                                                  "it is %s here, before the newest event, which is of %s", now,
                                                  date_format_time(&c->arena, at)));
    else
        find(c, f, "ok", "clock", now);
}

/* The first line of a mail server; "": none came in time. */
static bool greets(const struct address_item *at, char *out, size_t size)
{
    enum { PATIENCE_MS = 3000 };
    int fd = socket(at->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ssize_t got = -1;
    bool there = fd >= 0 && (connect(fd, (const struct sockaddr *)&at->storage, at->len) == 0 || errno == EINPROGRESS);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (there && poll(&p, 1, PATIENCE_MS) == 1)
        got = recv(fd, out, size - 1, 0);
    out[got > 0 ? got : 0] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    if (fd >= 0)
        close(fd);
    return strncmp(out, "220", 3) == 0;
}

/* Whether there is somebody who takes mail; who hosts no list needs nobody. */
static void find_smtp(struct cli *c, struct findings *f, const char *smtp)
{
    enum { SMTP_PORT = 25, LINE = 200 };
    struct address address;
    struct address_list list = {.count = 0};
    struct lists hosted = {{NULL, 0, 0}};
    char line[LINE] = "";
    bool found = false, wanted = c->store && !lists_load(c->store, &c->arena, &hosted, &c->err) && hosted.list.len;
    int rc = address_parse(smtp, SMTP_PORT, &address, &c->err);
    if (!rc)
        rc = address_resolve(&address, &list, &c->err);
    for (size_t i = 0; i < list.count && !found; i++)
        found = greets(&list.at[i], line, sizeof line);
    if (found)
        find(c, f, "ok", "smtp", arena_printf(&c->arena, "%s: %s", smtp, line));
    else
        find(c, f, wanted ? "wrong" : "none", "smtp",
             rc ? c->err.text : arena_printf(&c->arena, "no mail server greets at %s%s", smtp,
                                             wanted ? ", and there are lists" : "; none is needed without lists"));
}

/* The fonts that pages of paper are set in; without them their looks depend on what there is. */
static void find_fonts(struct cli *c, struct findings *f)
{
    bool dejavu = fs_kind("/usr/share/fonts/truetype/dejavu") == FS_DIR;
    bool noto = fs_kind("/usr/share/fonts/truetype/noto") == FS_DIR;
    if (dejavu && noto)
        find(c, f, "ok", "fonts", "Noto and DejaVu");
    else
        find(c, f, "note", "fonts", arena_printf(&c->arena, "for PDFs %s%s%s should be installed",
                                                 noto ? "" : "fonts-noto-core", noto || dejavu ? "" : " and ",
                                                 dejavu ? "" : "fonts-dejavu-core"));
}

static void find_pdf(struct cli *c, struct findings *f)
{
    struct sv pdf, gaps = pdf_sandbox_gaps(&c->arena);
    struct err err = ERR_INIT;
    const struct pdf_options options = {0, NULL, 60};
    if (pdf_render(&c->arena, SV("<!DOCTYPE html><title>t</title><p>t"), &options, &pdf, &err))
        find(c, f, "none", "pdf", err.text);
    else
        find(c, f, "ok", "pdf", "WeasyPrint renders");
    if (gaps.len)
        find(c, f, "note", "sandbox", arena_printf(&c->arena, "%.*s", SV_ARG(gaps)));
}

static void print_findings(struct cli *c, const struct findings *f)
{
    struct cli_json j;
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "findings");
        json_array(&j.j);
    }
    for (size_t i = 0; i < f->list.len; i++) {
        const struct finding *x = &f->list.at[i];
        if (!c->json) {
            printf("%-6s %-10s %s\n", x->state, x->what, x->text);
            continue;
        }
        json_object(&j.j);
        json_put_str(&j.j, "state", x->state);
        json_put_str(&j.j, "what", x->what);
        json_put_str(&j.j, "text", x->text);
        json_end(&j.j);
    }
    if (c->json) {
        json_end(&j.j);
        cli_json_end(&j);
    }
}

int cmd_doctor(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *smtp = "localhost:25";
    struct words words;
    struct findings f = {{NULL, 0, 0}};
    const struct option options[] = {
        {"smtp", OPTION_TEXT, &smtp, "ADDRESS", "the mail server (default: localhost:25)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "doctor takes no words");
    find(c, &f, "ok", "casemate", CASEMATE_VERSION);
    find_store(c, &f);
    find_rights(c, &f);
    find_disk(c, &f);
    find_clock(c, &f);
    find_mail(c, &f);
    find_smtp(c, &f, smtp);
    find_fonts(c, &f);
    find_pdf(c, &f);
    print_findings(c, &f);
    for (size_t i = 0; i < f.list.len; i++)
        if (!strcmp(f.list.at[i].state, "wrong"))
            return EXIT_INPUT;
    return EXIT_DONE;
}
