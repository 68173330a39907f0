/* PDF by WeasyPrint, run by Python in a sandboxed child. The child reads one file and writes one
 * file in a folder of its own. */
#include "document/pdf.h"

#include "base/digest.h"
#include "base/embed.h"
#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

extern const struct embedded pdf_scripts[];

enum {
    HTML_MAX = 64 * 1024 * 1024,
    PDF_MAX = 512 * 1024 * 1024,
    SECONDS = 300,
    VERSION_SECONDS = 30,
};
static const uint64_t memory_max = (uint64_t)4 * 1024 * 1024 * 1024;

/* Interpreters that may have the module, in order. Debian's package belongs to the first. */
static const char *const interpreters[] = {"/usr/bin/python3", "/usr/local/bin/python3"};

static const char *const readable[] = {
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/fonts",
    "/etc/python3",
    "/etc/python3.11",
    "/etc/python3.12",
    "/etc/python3.13",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/alternatives",
    "/etc/papersize",
    "/var/cache/fontconfig",
    "/var/lib/ghostscript/fonts",
    "/dev/urandom",
    "/dev/null",
    "/dev/zero",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    NULL,
};

/* One run: its folder, and the interpreter that was found. */
struct renderer {
    struct arena *arena;
    const char *folder, *script;
    const char *python;
    struct sandbox sandbox;
};

static int make_folder(struct renderer *r, struct err *err)
{
    const char *base = getenv("TMPDIR");
    char *folder =
        arena_printf(r->arena, "%s/casemate-pdf-XXXXXX", base && *base == '/' ? base : "/tmp");
    if (!mkdtemp(folder))
        return err_errno(err, errno, "cannot make the folder %s", folder);
    r->folder = folder;
    return CM_OK;
}

static int renderer_open(struct renderer *r, struct arena *a, struct err *err)
{
    *r = (struct renderer){.arena = a, .sandbox = {.landlock = -1}};
    int rc = make_folder(r, err);
    if (rc < 0)
        return rc;
    const char *writable[] = {r->folder, NULL};
    struct sandbox_rules rules = {.read = readable, .write = writable};
    r->script = fs_join(a, r->folder, "render.py");
    rc = fs_write(r->script, embedded_sv(&pdf_scripts[0]), false, err);
    if (rc == 0)
        rc = sandbox_prepare(&rules, &r->sandbox, err);
    return rc;
}

/* The first fault is the one that is reported. */
static int renderer_close(struct renderer *r, int rc, struct err *err)
{
    struct err later = ERR_INIT;
    sandbox_release(&r->sandbox);
    int removed = r->folder ? fs_remove_tree(r->folder, &later) : 0;
    if (rc == 0 && removed < 0) {
        *err = later;
        return removed;
    }
    return rc;
}

static int run(struct renderer *r, const char *python, const char *const *arguments,
               unsigned seconds, int64_t epoch, struct proc_result *out, struct err *err)
{
    const char *argv[8] = {python, "-s", "-B", r->script};
    for (size_t i = 0; arguments[i]; i++)
        argv[4 + i] = arguments[i];
    const char *environment[] = {
        arena_printf(r->arena, "HOME=%s", r->folder),
        arena_printf(r->arena, "TMPDIR=%s", r->folder),
        arena_printf(r->arena, "XDG_CACHE_HOME=%s/cache", r->folder),
        arena_printf(r->arena, "SOURCE_DATE_EPOCH=%" PRId64, epoch),
        "PATH=/usr/bin:/bin",
        "LANG=C.UTF-8",
        "LC_ALL=C.UTF-8",
        "TZ=UTC",
        "PYTHONHASHSEED=0",
        NULL,
    };
    struct proc_options options = {
        .argv = argv,
        .environment = environment,
        .directory = r->folder,
        .sandbox = &r->sandbox,
        .seconds = seconds,
        .memory = memory_max,
        .file_size = PDF_MAX,
    };
    return proc_run(r->arena, &options, out, err);
}

/* Finds an interpreter that has WeasyPrint; *out_version is "weasyprint 57.2". */
static int find_renderer(struct renderer *r, struct sv *out_version, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(interpreters); i++) {
        struct proc_result result;
        struct err ignored = ERR_INIT;
        if (run(r, interpreters[i], (const char *const[]){"--version", NULL}, VERSION_SECONDS, 0,
                &result, &ignored) < 0)
            continue;
        struct sv version = sv_trim(result.output);
        if (result.status != 0 || !sv_starts(version, SV("weasyprint ")))
            continue;
        r->python = interpreters[i];
        *out_version = version;
        return CM_OK;
    }
    return err_set(
        err, CM_ENOTFOUND,
        "WeasyPrint is not installed, so no PDF can be made; install it with: apt-get install "
        "weasyprint");
}

static struct sv last_line(struct sv text)
{
    struct sv line, last = SV_NONE;
    while (sv_next_line(&text, &line)) {
        line = sv_trim(line);
        if (line.len)
            last = line;
    }
    return last.len > 300 ? sv_from(last.at, 300) : last;
}

static int judge(const struct proc_result *result, unsigned seconds, struct err *err)
{
    if (result->timed_out || result->signal == SIGXCPU)
        return err_set(err, CM_ELIMIT, "WeasyPrint took longer than %u seconds and was stopped",
                       seconds);
    if (result->signal)
        return err_set(err, CM_EIO, "WeasyPrint died of signal %d", result->signal);
    if (result->status != 0)
        return err_set(err, CM_EIO, "WeasyPrint failed: %.*s", SV_ARG(last_line(result->output)));
    return CM_OK;
}

static int render(struct renderer *r, struct sv html, const struct pdf_options *options,
                  struct sv *out, struct err *err)
{
    unsigned seconds = options->seconds ? options->seconds : SECONDS;
    const char *source = fs_join(r->arena, r->folder, "in.html"),
               *target = fs_join(r->arena, r->folder, "out.pdf");
    struct proc_result result;
    int rc = fs_write(source, html, false, err);
    if (rc == 0)
        rc = run(r, r->python, (const char *const[]){"in.html", "out.pdf", NULL}, seconds,
                 options->epoch, &result, err);
    if (rc == 0)
        rc = judge(&result, seconds, err);
    if (rc == 0)
        rc = fs_read(r->arena, target, PDF_MAX, out, err);
    if (rc == 0 && !sv_starts(*out, SV("%PDF-")))
        rc = err_set(err, CM_EIO, "WeasyPrint wrote no PDF");
    return rc;
}

static const char *cache_name(struct arena *a, const char *cache, struct sv html, int64_t epoch,
                              struct sv version)
{
    struct digest_state s;
    digest_begin(&s);
    digest_add_part(&s, SV("casemate pdf 1"));
    digest_add_part(&s, html);
    digest_add_part(&s, sv_str(arena_printf(a, "%" PRId64, epoch)));
    digest_add_part(&s, version);
    digest_add_part(&s, embedded_sv(&pdf_scripts[0]));
    struct digest d = digest_end(&s);
    return fs_join(a, cache, arena_printf(a, "%s.pdf", digest_hex(a, &d)));
}

static bool from_cache(struct arena *a, const char *name, struct sv *out)
{
    struct err ignored = ERR_INIT;
    return name && fs_read(a, name, PDF_MAX, out, &ignored) == 0 && sv_starts(*out, SV("%PDF-"));
}

static void to_cache(const char *cache, const char *name, struct sv pdf)
{
    struct err ignored = ERR_INIT;
    if (name && fs_mkdirs(cache, &ignored) == 0 && fs_write(name, pdf, false, &ignored) == 0)
        return; /* a cache that cannot be written costs time, nothing else */
}

int pdf_render(struct arena *a, struct sv html, const struct pdf_options *options, struct sv *out,
               struct err *err)
{
    struct renderer r;
    struct sv version;
    const char *name = NULL;
    if (html.len > HTML_MAX)
        return err_set(err, CM_ELIMIT, "the page has %zu bytes; at most %d can be rendered as PDF",
                       html.len, HTML_MAX);
    int rc = renderer_open(&r, a, err);
    if (rc == 0)
        rc = find_renderer(&r, &version, err);
    if (rc == 0 && options->cache)
        name = cache_name(a, options->cache, html, options->epoch, version);
    if (rc == 0 && !from_cache(a, name, out)) {
        rc = render(&r, html, options, out, err);
        if (rc == 0)
            to_cache(options->cache, name, *out);
    }
    return renderer_close(&r, rc, err);
}

struct sv pdf_sandbox_gaps(struct arena *a)
{
    return sandbox_gaps(a);
}
