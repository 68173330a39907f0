/* Publishing: the whole site is built beside the old one and then takes its place in one step.
 *
 * .casemate-site in the published folder names each file with the digest of what it was made from. A file
 * whose input has the same digest in the next run is in the folder of the new site already, when that is the
 * twin of the old one (site_twin.h), or is hard-linked from the old folder. The first line names the program
 * that wrote it; another build of the program writes everything again. */
#define _GNU_SOURCE /* dl_iterate_phdr, copy_file_range */
#include "document/site.h"

#include "base/fs.h"
#include "document/build.h"
#include "document/site_page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX = 64 * 1024 * 1024, PROGRAM_MAX = 512 * 1024 * 1024, LIST_MAX = 1000000 };

/* ---- files ---- */

static int make_folder_of(struct site *s, struct sv path, struct err *err)
{
    size_t cut = path.len;
    while (cut > 0 && path.at[cut - 1] != '/')
        cut--;
    struct sv folder = sv_from(path.at, cut);
    if (cut == 0 || map_get(&s->folders, folder))
        return CM_OK;
    map_set(&s->folders, arena_sv(s->a, folder), s);
    return fs_mkdirs(arena_printf(s->a, "%s/%.*s", s->fresh, SV_ARG(folder)), err);
}

static void note(struct site *s, struct sv path, const struct digest *input)
{
    struct arena a = ARENA_INIT;
    str_add_str(&s->manifest, digest_hex(&a, input));
    str_add_char(&s->manifest, ' ');
    str_add(&s->manifest, path);
    str_add_char(&s->manifest, '\n');
    arena_release(&a);
    s->out->pages++;
    log_progress(s->options->log, "publish", s->out->pages, s->planned > s->out->pages ? s->planned : s->out->pages);
}

static bool link_old(struct site *s, struct sv path)
{
    struct err ignored = ERR_INIT;
    char name[PATH_MAX];
    if (path.len >= sizeof name)
        return false;
    memcpy(name, path.at, path.len);
    name[path.len] = 0;
    return make_folder_of(s, path, &ignored) == 0 && linkat(s->old_fd, name, s->fresh_fd, name, 0) == 0;
}

static bool keep(struct site *s, struct sv path, struct site_old *old, const struct digest *input)
{
    if (old->altered || (!s->twin.in_use && !link_old(s, path)))
        return false;
    old->seen = old->kept = true;
    note(s, path, input);
    s->out->kept++;
    return true;
}

bool site_keep(struct site *s, struct sv path, const struct digest *input)
{
    struct site_old *old = map_get(&s->old_files, path);
    struct digest before;
    return old && digest_from_hex(old->hex, &before) && digest_eq(&before, input) && keep(s, path, old, input);
}

bool site_keep_old(struct site *s, struct sv path)
{
    struct site_old *old = map_get(&s->old_files, path);
    struct digest input;
    return old && digest_from_hex(old->hex, &input) && keep(s, path, old, &input);
}

/* Some file systems and sandboxes cannot move a range themselves. */
static int copy_through(int from, int to, off_t at, size_t len)
{
    char buffer[64 * 1024];
    while (len > 0) {
        ssize_t n = pread(from, buffer, len < sizeof buffer ? len : sizeof buffer, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n < 0 ? errno : EIO; /* shorter than it was */
            return -1;
        }
        if (fs_write_fd(to, sv_from(buffer, (size_t)n)) < 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

/* A range of the old file, moved by the system: neither side is mapped here. */
static int copy_range(int from, int to, off_t at, size_t len)
{
    while (len > 0) {
        ssize_t n = copy_file_range(from, &at, to, NULL, len, 0);
        if (n <= 0)
            return copy_through(from, to, at, len);
        len -= (size_t)n;
    }
    return 0;
}

/* Whether the old file has these bytes there. */
static bool stands_at(int from, size_t at, struct sv bytes)
{
    char old[512];
    while (bytes.len > 0) {
        size_t n = bytes.len < sizeof old ? bytes.len : sizeof old;
        if (pread(from, old, n, (off_t)at) != (ssize_t)n || memcmp(old, bytes.at, n) != 0)
            return false;
        bytes = sv_from_byte(bytes, n);
        at += n;
    }
    return true;
}

struct range {
    size_t from, len; /* in the old file */
};

/* The old bytes as one range, as long as what was written between two gaps is what stands between them in the
 * old file. */
static size_t range_of(const struct fragments *f, size_t first, struct sv bytes, int old, struct range *out)
{
    const struct fragment_gap *g = &f->gaps.at[first];
    size_t n = first + 1, from = (size_t)g->from, end = from + (size_t)g->len;
    for (; n < f->gaps.len; n++) {
        const struct fragment_gap *next = &f->gaps.at[n];
        size_t between = next->at - f->gaps.at[n - 1].at;
        if (next->from != end + between || !stands_at(old, end, sv_from(bytes.at + next->at - between, between)))
            break;
        end = (size_t)(next->from + next->len);
    }
    *out = (struct range){from, end - from};
    return n;
}

static int write_pieces(int fd, struct sv bytes, const struct fragments *f, int old)
{
    size_t done = 0;
    for (size_t i = 0; i < f->gaps.len;) {
        struct range range;
        size_t at = f->gaps.at[i].at, next = range_of(f, i, bytes, old, &range);
        if (fs_write_fd(fd, sv_from(bytes.at + done, at - done)) < 0 ||
            copy_range(old, fd, (off_t)range.from, range.len) < 0)
            return -1;
        done = f->gaps.at[next - 1].at;
        i = next;
    }
    return fs_write_fd(fd, sv_from_byte(bytes, done));
}

static int write_with_old(struct site *s, int fd, struct sv path, struct sv bytes, const struct fragments *f)
{
    struct arena a = ARENA_INIT;
    int old = open(arena_printf(&a, "%s/%.*s", s->old, SV_ARG(path)), O_RDONLY | O_CLOEXEC);
    arena_release(&a);
    if (old < 0)
        return -1;
    int rc = write_pieces(fd, bytes, f, old), saved = errno;
    close(old);
    errno = saved;
    return rc;
}

int site_write(struct site *s, struct sv path, const struct digest *input, struct sv bytes, struct err *err)
{
    return site_write_fragments(s, path, input, bytes, NULL, err);
}

int site_write_fragments(struct site *s, struct sv path, const struct digest *input, struct sv bytes,
                         const struct fragments *f, struct err *err)
{
    int rc = make_folder_of(s, path, err);
    if (rc)
        return rc;
    site_twin_change(s, path);
    struct arena a = ARENA_INIT;
    const char *full = arena_printf(&a, "%s/%.*s", s->fresh, SV_ARG(path));
    int fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 || (f && f->gaps.len ? write_with_old(s, fd, path, bytes, f) : fs_write_fd(fd, bytes)) < 0)
        rc = err_errno(err, errno, "cannot write %s", full);
    if (fd >= 0 && close(fd) < 0 && !rc)
        rc = err_errno(err, errno, "cannot write %s", full);
    if (!rc) {
        note(s, path, input);
        s->out->written++;
    }
    arena_release(&a);
    return rc;
}

/* In a twin of the old site a note that is the same needs no writing. */
int site_write_note(struct site *s, const char *path, struct sv text, struct sv before, struct err *err)
{
    struct site_old *old = map_get(&s->old_files, sv_str(path));
    if (s->twin.in_use && old && sv_eq(text, before)) {
        old->seen = old->kept = true;
        return CM_OK;
    }
    site_twin_change(s, sv_str(path));
    return fs_write(fs_join(s->a, s->fresh, path), text, false, err);
}

int site_put(struct site *s, struct sv path, struct sv bytes, struct err *err)
{
    struct digest input = digest_of(bytes);
    return site_keep(s, path, &input) ? CM_OK : site_write(s, path, &input, bytes, err);
}

int site_page(struct site *s, struct page *p, const struct doc_block *content, struct err *err)
{
    struct digest shown = tree_digest_section(content);
    return site_page_from(s, p, content, &shown, err);
}

int site_page_from(struct site *s, struct page *p, const struct doc_block *content, const struct digest *shown,
                   struct err *err)
{
    struct digest_state d;
    digest_begin(&d);
    digest_add(&d, digest_sv(&s->shared));
    page_digest(&d, p);
    digest_add(&d, digest_sv(shown));
    struct digest input = digest_end(&d);
    if (site_keep(s, p->path, &input))
        return CM_OK;
    struct arena a = ARENA_INIT;
    struct markup m;
    struct html_context c = {.view = s->v, .root = p->root ? p->root : page_root(&a, p->path), .heading = 2,
                             .drawings = &s->drawings};
    str_clear(&s->buffer);
    markup_init(&m, &s->buffer, MARKUP_HTML);
    page_begin(&a, &m, s->v, p);
    markup_open(&m, "article");
    markup_attrf(&m, "class", "page%s%s", content->class_name ? " " : "",
                 content->class_name ? content->class_name : "");
    if (content->anchor.len)
        markup_attr(&m, "id", content->anchor);
    markup_newline(&m);
    markup_element(&m, "h1", content->title);
    markup_newline(&m);
    html_blocks(&m, &c, content->first);
    markup_close(&m, "article");
    markup_newline(&m);
    page_end(&a, &m, s->v, p);
    markup_finish(&m);
    int rc = site_write(s, p->path, &input, str_sv(&s->buffer), err);
    arena_release(&a);
    return rc;
}

/* ---- the folder ---- */

/* The number that the linker gave to this build: a digest of the program. out is a struct sv. */
static int note_build_id(struct dl_phdr_info *info, size_t size, void *out)
{
    (void)size;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        struct sv notes = SV_NONE;
        if (p->p_type == PT_NOTE)
            notes = sv_from((const char *)(uintptr_t)(info->dlpi_addr + p->p_vaddr), p->p_memsz);
        while (notes.len > sizeof(ElfW(Nhdr))) {
            ElfW(Nhdr) head;
            memcpy(&head, notes.at, sizeof head);
            size_t text = sizeof head + ((head.n_namesz + 3u) & ~3u), all = text + ((head.n_descsz + 3u) & ~3u);
            if (all > notes.len)
                break;
            if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && memcmp(notes.at + sizeof head, "GNU", 4) == 0)
                *(struct sv *)out = sv_from(notes.at + text, head.n_descsz);
            notes = sv_from_byte(notes, all);
        }
    }
    return 1; /* the first is the program itself, the others are libraries */
}

/* Digest of the running program, so that a newer one does not keep pages of an older. */
static struct sv program_id(struct arena *a)
{
    struct err err = ERR_INIT;
    struct arena bytes = ARENA_INIT;
    struct sv program = SV_NONE;
    struct digest d = digest_of(SV(CASEMATE_VERSION));
    dl_iterate_phdr(note_build_id, &program);
    if (program.len)
        d = digest_of(program);
    else if (fs_read(&bytes, "/proc/self/exe", PROGRAM_MAX, &program, &err) == 0)
        d = digest_of(program);
    struct sv hex = sv_str(digest_hex(a, &d));
    arena_release(&bytes);
    return hex;
}

static bool all_ours_or_empty(struct arena *a, const char *to, bool *out_ours, int *out_rc, struct err *err)
{
    struct fs_names names = {0};
    *out_ours = fs_kind(fs_join(a, to, SITE_MANIFEST)) == FS_FILE;
    if (*out_ours)
        return true;
    *out_rc = fs_list(a, to, LIST_MAX, &names, err);
    return *out_rc == 0 && names.list.len == 0;
}

static int check_target(struct arena *a, const char *to, bool *out_ours, struct err *err)
{
    *out_ours = false;
    switch (fs_kind(to)) {
    case FS_NONE:
        return CM_OK;
    case FS_DIR:
        break;
    default:
        return err_set(err, CM_EINPUT, "%s is not a folder", to);
    }
    int rc = 0;
    if (all_ours_or_empty(a, to, out_ours, &rc, err))
        return CM_OK;
    if (rc)
        return rc;
    return err_set(err, CM_EREFUSED,
                   "%s is not empty and was not written by publish (it has no %s); name another folder or empty it", to,
                   SITE_MANIFEST);
}

/* Folders of runs that were killed: TO.new-PID where no process PID is alive. */
static void remove_stale(struct arena *a, const char *to)
{
    struct err ignored = ERR_INIT;
    const char *base = fs_base_name(to);
    size_t cut = (size_t)(base - to);
    const char *parent = cut == 0 ? "." : cut == 1 ? "/" : arena_strndup(a, to, cut - 1);
    struct sv prefix = build_sv(a, "%s.new-", base);
    struct fs_names names = {0};
    if (fs_list(a, parent, LIST_MAX, &names, &ignored))
        return;
    for (size_t i = 0; i < names.list.len; i++) {
        struct sv name = sv_str(names.list.at[i]);
        uint64_t pid;
        if (!sv_starts(name, prefix) || !sv_to_u64(sv_from_byte(name, prefix.len), 1u << 30, &pid))
            continue;
        if ((pid_t)pid == getpid() || (kill((pid_t)pid, 0) < 0 && errno == ESRCH))
            (void)!fs_remove_tree(fs_join(a, parent, names.list.at[i]), &ignored);
    }
}

static void read_manifest(struct site *s, struct sv program)
{
    struct err ignored = ERR_INIT;
    struct sv text, line;
    if (fs_read(s->a, fs_join(s->a, s->old, SITE_MANIFEST), MANIFEST_MAX, &text, &ignored))
        return;
    s->old_manifest = text;
    struct sv first = build_sv(s->a, "casemate-site 1 %.*s", SV_ARG(program));
    if (!sv_next_line(&text, &line) || !sv_eq(line, first))
        return;
    while (sv_next_line(&text, &line)) {
        if (line.len < DIGEST_HEX + 2 || line.at[DIGEST_HEX] != ' ')
            continue;
        struct site_old *old = arena_new(s->a, struct site_old);
        old->hex = sv_from(line.at, DIGEST_HEX);
        map_set(&s->old_files, sv_from_byte(line, DIGEST_HEX + 1), old);
    }
}

static int write_manifest(struct site *s, struct err *err)
{
    return site_write_note(s, SITE_MANIFEST, str_sv(&s->manifest), s->old_manifest, err);
}

/* ---- contents ---- */

static void build_all(struct site *s)
{
    const struct document_options options = {.threat = site_reuse_threat, .context = s};
    for (int k = 0; k < DOCUMENT_KINDS; k++)
        document_build(s->a, s->v, (enum document_kind)k, &options, &s->documents[k]);
    for (size_t i = 0; i < s->v->threats.len; i++) {
        struct digest *digest = arena_new(s->a, struct digest);
        *digest = site_reuse_content(s, i);
        map_set(&s->threat_digests, s->v->threats.at[i].threat->id, digest);
    }
    for (int k = 0; k < DOCUMENT_KINDS; k++) {
        struct digest_state state;
        digest_begin(&state);
        tree_digest_add(&state, s->documents[k].root->first, &s->threat_digests);
        s->contents[k] = digest_end(&state);
    }
    s->planned = s->v->threats.len * ((s->options->formats & SITE_JSON) ? 2 : 1) + s->v->documents.len + 40;
    struct digest_state d;
    digest_begin(&d);
    page_digest_site(&d, s->v);
    s->shared = digest_end(&d);
}

static int write_assets(struct site *s, struct err *err)
{
    int rc = 0;
    for (const struct embedded *e = web_assets; e->name && !rc; e++) {
        if (strcmp(e->name, "site.css") == 0)
            rc = site_put(s, SV("style.css"), embedded_sv(e), err);
        else if (strcmp(e->name, "pdf.css") != 0)
            rc = site_put(s, sv_str(e->name), embedded_sv(e), err);
    }
    return rc;
}


static int write_all_parts(struct site *s, struct err *err)
{
    static int (*const parts[])(struct site *s, struct err *err) = {
        write_assets,         site_document_pages, site_threat_pages, site_front_pages, site_index_pages,
        site_worksheet_pages, site_coverage_pages, site_gaps_pages,   site_edition_pages, site_compare_pages,
        site_exchange_pages,
        site_feed,            site_documents_json, site_list_pages,  site_moderation_pages,
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        int rc = parts[i](s, err);
        if (rc)
            return rc;
    }
    return CM_OK;
}

static const char *without_slash(struct arena *a, const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return arena_strndup(a, path, len);
}

static int open_folders(struct site *s, const char *to, struct sv program, struct err *err)
{
    s->old_fd = s->old ? open(s->old, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (s->old)
        read_manifest(s, program);
    site_twin_open(s, to);
    s->fresh = s->twin.in_use ? s->twin.site : arena_printf(s->a, "%s.new-%ld", to, (long)getpid());
    int rc = fs_mkdirs(s->fresh, err);
    if (!rc && (s->fresh_fd = open(s->fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        rc = err_errno(err, errno, "cannot open %s", s->fresh);
    return rc;
}

static int publish(struct site *s, const char *to, struct err *err)
{
    bool ours = false;
    int rc = check_target(s->a, to, &ours, err);
    if (rc)
        return rc;
    remove_stale(s->a, to);
    struct sv program = program_id(s->a);
    s->old = ours ? to : NULL;
    str_addf(&s->manifest, "casemate-site 1 %.*s\n", SV_ARG(program));
    if ((rc = open_folders(s, to, program, err)))
        return rc;
    site_reuse_init(s);
    site_reuse_load(s, program);
    build_all(s);
    if (!(rc = write_all_parts(s, err)) && !(rc = site_reuse_write(s, program, err)) && !(rc = write_manifest(s, err)))
        rc = site_twin_exchange(s, to, err);
    if (rc)
        site_twin_abandon(s);
    return rc;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

int site_publish(const struct view *v, const struct site_options *options, struct site_result *out, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct view with_lists = *v;
    struct site s = {.a = &a, .v = &with_lists, .options = options, .out = out, .fresh_fd = -1, .old_fd = -1,
                     .twin = {.lock = -1}};
    *out = (struct site_result){0};
    map_init(&s.old_files, &a);
    map_init(&s.folders, &a);
    map_init(&s.threat_digests, &a);
    html_drawings_init(&s.drawings, &a);
    int rc = site_lists_any(options->store, &a, &with_lists.lists, err);
    if (!rc && options->store)
        rc = moderations_load(options->store, &a, 0, SV_NONE, &s.moderation, err);
    if (!rc)
        rc = publish(&s, without_slash(&a, options->to), err);
    if (options->log)
        log_finish(options->log);
    out->pdf_reason = arena_sv(v->arena, out->pdf_reason);
    site_twin_close(&s);
    close_fd(s.fresh_fd);
    close_fd(s.old_fd);
    str_release(&s.manifest);
    str_release(&s.reuse.out);
    str_release(&s.buffer);
    arena_release(&a);
    return rc;
}
