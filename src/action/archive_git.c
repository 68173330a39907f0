/* An inbox of public-inbox, version 2, as a source of an import: git repositories of one mail for each commit, in the
 * folder git, from 0.git on. They may be anybody's: git is run with no configuration but theirs, without the network,
 * and for the printing of objects only. What was taken out of the inbox does not come. */
#include "action/archive_parts.h"

#include "base/map.h"
#include "base/proc.h"
#include "format/git_export.h"

#include <stdlib.h>

enum { SHARDS_MAX = 1000, HOURS = 24 };

struct archive_git {
    struct arena arena;
    VEC(const char *) shards;
    size_t next;
    struct proc_stream stream;
    struct git_export export;
    bool open;
    struct map removed; /* object names of the messages that were taken out, of all shards */
};

/* ---- git ---- */

static const char *find_git(void)
{
    static const char *const places[] = {"/usr/bin/git", "/usr/local/bin/git", "/bin/git"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (fs_kind(places[i]) == FS_FILE)
            return places[i];
    return NULL;
}

static int start(struct archive_git *g, const char *shard, bool data, struct err *err)
{
    static const char *const environment[] = {"LC_ALL=C", "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1",
                                              "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ALLOW_PROTOCOL=none",
                                              "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_PAGER=cat", NULL};
    const char *git = find_git(), *folder = arena_printf(&g->arena, "--git-dir=%s", shard);
    if (!git)
        return err_set(err, CM_ENOTFOUND, "git is not installed; an inbox of public-inbox is read with it");
    const char *const argv[] = {git, folder, "fast-export", "--show-original-ids", "--reencode=no",
                                "HEAD", data ? NULL : "--no-data", NULL};
    const struct proc_options options = {.argv = argv, .environment = environment, .seconds = HOURS * 3600,
                                         .no_errors = true};
    int rc = proc_stream_open(&options, &g->stream, err);
    if (rc)
        return rc;
    git_export_begin(&g->export, g->stream.fd, MAIL_BYTES_MAX);
    g->open = true;
    return CM_OK;
}

static int stop(struct archive_git *g, bool all, struct err *err)
{
    if (!g->open)
        return CM_OK;
    g->open = false;
    git_export_release(&g->export);
    int rc = proc_stream_close(&g->stream, all, err);
    return rc ? err_set(err, CM_EINPUT, "git cannot read %s: is it a whole repository of public-inbox, and yours?",
                        g->shards.at[g->next ? g->next - 1 : 0])
              : CM_OK;
}

/* ---- what was taken out ---- */

/* Counts messages, and notes those that were taken out. */
static int look_at(struct archive_git *g, const char *shard, uint64_t *total, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct git_export_item item;
    struct err ignored = ERR_INIT;
    int rc = start(g, shard, false, err);
    while (!rc && (rc = git_export_next(&g->export, &a, &item, err)) == GIT_EXPORT_ITEM) {
        *total += item.added;
        if (item.removed)
            map_set(&g->removed, arena_sv(&g->arena, item.oid), g);
        arena_release(&a);
        rc = CM_OK;
    }
    arena_release(&a);
    int ended = stop(g, !rc, rc ? &ignored : err);
    return rc ? rc : ended;
}

/* ---- the source ---- */

static int by_number(const void *left, const void *right)
{
    const char *const *l = left, *const *r = right;
    long a = strtol(fs_base_name(*l), NULL, 10), b = strtol(fs_base_name(*r), NULL, 10);
    return a < b ? -1 : a > b;
}

static bool is_shard(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && digits < 5 && !strcmp(name + digits, ".git");
}

static int find_shards(struct archive_git *g, const char *path, struct err *err)
{
    struct fs_names names = {{NULL, 0, 0}};
    const char *folder = fs_join(&g->arena, path, "git");
    int rc = fs_list(&g->arena, folder, SHARDS_MAX, &names, err);
    for (size_t i = 0; !rc && i < names.list.len; i++)
        if (is_shard(names.list.at[i]))
            *vec_push(&g->arena, &g->shards) = fs_join(&g->arena, folder, names.list.at[i]);
    if (!rc)
        qsort(g->shards.at, g->shards.len, sizeof *g->shards.at, by_number);
    return rc;
}

bool archive_git_is_there(struct arena *a, const char *path)
{
    return fs_kind(fs_join(a, fs_join(a, path, "git"), "0.git")) == FS_DIR;
}

int archive_git_open(struct archive_git **out, const char *path, uint64_t *out_total, struct err *err)
{
    struct archive_git *g = base_malloc(sizeof *g);
    *g = (struct archive_git){.arena = ARENA_INIT};
    map_init(&g->removed, &g->arena);
    *out = g;
    *out_total = 0;
    int rc = find_shards(g, path, err);
    for (size_t i = 0; !rc && i < g->shards.len; i++) {
        g->next = i + 1;
        rc = look_at(g, g->shards.at[i], out_total, err);
    }
    g->next = 0;
    return rc;
}

/* The next commit of any shard; 0: there is none any more. */
static int next_commit(struct archive_git *g, struct arena *a, struct git_export_item *out, struct err *err)
{
    for (;;) {
        if (!g->open && g->next == g->shards.len)
            return 0;
        int rc = g->open ? CM_OK : start(g, g->shards.at[g->next++], true, err);
        if (rc)
            return rc;
        rc = git_export_next(&g->export, a, out, err);
        if (rc)
            return rc;
        if ((rc = stop(g, true, err)))
            return rc;
    }
}

int archive_git_next(struct archive_git *g, struct arena *a, struct archive_item *out, struct err *err)
{
    struct git_export_item item;
    int rc;
    while ((rc = next_commit(g, a, &item, err)) == GIT_EXPORT_ITEM) {
        if (!item.added || map_get(&g->removed, item.oid) || !(item.has_bytes || item.too_long))
            continue; /* one that has no bytes was printed with an earlier commit */
        *out = (struct archive_item){item.bytes, item.too_long, item.time > 0, false, item.time};
        return ARCHIVE_ITEM;
    }
    return rc;
}

void archive_git_close(struct archive_git **pointer)
{
    struct archive_git *g = *pointer;
    struct err ignored = ERR_INIT;
    if (!g)
        return;
    (void)stop(g, false, &ignored);
    arena_release(&g->arena);
    free(g);
    *pointer = NULL;
}
