#include "action/archive.h"

#include "base/fs.h"
#include "base/map.h"
#include "format/mailman.h"
#include "forum/archive.h"
#include "forum/list.h"

enum { PAGES_MAX = 2000000, PAGE_BYTES_MAX = 16 << 20 };

struct run {
    struct arena *a;
    const struct list *list;
    const struct archive_moved_from *from;
    struct archive archive;
    struct map ids;  /* Message-ID -> struct archive_message */
    struct map seen; /* old addresses in small letters: a map of nginx knows no case, and takes none twice */
    struct str *out;
    struct archive_moved_counts *counts;
};

/* What may stand between quotes in a map: nothing that ends them, or begins anything else. */
static bool is_writable(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= ' ' || (unsigned char)text.at[i] >= 0x7F || strchr("\"'\\${};", text.at[i]))
            return false;
    return text.len > 0;
}

static void put_line(struct run *r, const char *base, struct sv old, const char *folder, struct sv page)
{
    struct sv whole = sv_str(arena_printf(r->a, "%s/%.*s", base, SV_ARG(old)));
    if (!is_writable(whole) || map_set(&r->seen, arena_lower(r->a, whole), r)) {
        r->counts->unwritable++;
        return;
    }
    str_addf(r->out, "\"%.*s\" \"/lists/%.*s/%s/%.*s.html\";\n", SV_ARG(whole), SV_ARG(r->list->id), folder,
             SV_ARG(page));
    r->counts->lines++;
}

/* HyperKitty names messages as we do, and threads by their first message. */
static void put_hyperkitty(struct run *r)
{
    struct arena *a = r->a;
    for (size_t i = 0; i < r->archive.messages.len; i++) {
        struct sv hash = archive_key(a, r->archive.messages.at[i].mid, 1);
        if (sv_eq(hash, r->archive.messages.at[i].key))
            put_line(r, r->from->hyperkitty, sv_str(arena_printf(a, "message/%.*s/", SV_ARG(hash))), "message", hash);
    }
    for (size_t i = 0; i < r->archive.threads.len; i++) {
        const struct archive_thread *t = &r->archive.threads.at[i];
        const struct archive_message *first = &r->archive.messages.at[t->from];
        struct sv hash = archive_key(a, first->mid, 1);
        if (!sv_eq(hash, first->key)) /* another came first under its Message-ID */
            continue;
        put_line(r, r->from->hyperkitty, sv_str(arena_printf(a, "thread/%.*s/", SV_ARG(hash))), "thread",
                 sv_str(arena_printf(a, "%lld", (long long)t->id)));
    }
}

static void put_public_inbox(struct run *r)
{
    for (size_t i = 0; i < r->archive.messages.len; i++) {
        const struct archive_message *m = &r->archive.messages.at[i];
        if (map_get(&r->ids, m->mid) == m) /* the first under its Message-ID */
            put_line(r, r->from->public_inbox, sv_str(arena_printf(r->a, "%.*s/", SV_ARG(m->mid))), "message", m->key);
    }
}

/* "2020-March/001234.html" */
static bool is_page(const char *name)
{
    const char *base = fs_base_name(name);
    size_t digits = strspn(base, "0123456789");
    return base != name && digits >= 1 && !strcmp(base + digits, ".html");
}

static int put_page(struct run *r, const char *name, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct sv html;
    int rc = fs_read(&a, fs_join(&a, r->from->pipermail_folder, name), PAGE_BYTES_MAX, &html, err);
    if (!rc) {
        struct sv id = pipermail_page_id(&a, html);
        const struct archive_message *m = id.len ? map_get(&r->ids, id) : NULL;
        if (m)
            put_line(r, r->from->pipermail, sv_str(name), "message", m->key);
        r->counts->unknown += !m;
    }
    arena_release(&a);
    return rc;
}

static int put_pipermail(struct run *r, struct err *err)
{
    struct fs_names names = {{NULL, 0, 0}};
    int rc = fs_walk(r->a, r->from->pipermail_folder, PAGES_MAX, &names, err);
    for (size_t i = 0; !rc && i < names.list.len; i++)
        if (is_page(names.list.at[i]))
            rc = put_page(r, names.list.at[i], err);
    return rc;
}

static int check_path(const char *path, struct err *err)
{
    if (!path || (path[0] == '/' && path[1] && !sv_ends(sv_str(path), SV("/")) && is_writable(sv_str(path))))
        return CM_OK;
    return err_set(err, CM_EINPUT, "\"%s\" is no path of an archive; expected one such as /pipermail/security, without "
                   "a slash at its end", path);
}

static int find_list(struct action_context *c, struct sv id, const struct list **out, struct err *err)
{
    struct lists lists;
    int rc = lists_load(c->store, c->arena, &lists, err);
    *out = rc ? NULL : lists_find(&lists, id);
    if (rc || *out)
        return rc;
    return err_set(err, CM_ENOTFOUND, "there is no list \"%.*s\"", SV_ARG(id));
}

static int prepare(struct run *r, struct action_context *c, struct sv id, struct err *err)
{
    int rc = check_path(r->from->hyperkitty, err);
    if (!rc)
        rc = check_path(r->from->public_inbox, err);
    if (!rc)
        rc = check_path(r->from->pipermail, err);
    if (!rc)
        rc = find_list(c, id, &r->list, err);
    if (!rc && !list_is(r->list, SET_ARCHIVE, "public"))
        rc = err_set(err, CM_EREFUSED, "the archive of %.*s is closed: it has no pages", SV_ARG(r->list->id));
    if (!rc)
        rc = archive_load(c->store, c->arena, r->list->id, &r->archive, err);
    map_init(&r->ids, c->arena);
    map_init(&r->seen, c->arena);
    for (size_t i = 0; !rc && i < r->archive.messages.len; i++) {
        struct archive_message *m = &r->archive.messages.at[i];
        if (!map_get(&r->ids, m->mid) || sv_eq(archive_key(c->arena, m->mid, 1), m->key))
            map_set(&r->ids, m->mid, m);
    }
    return rc;
}

int action_archive_redirects(struct action_context *c, struct sv list, const struct archive_moved_from *from,
                             struct str *out, struct archive_moved_counts *counts, struct err *err)
{
    struct run r = {.a = c->arena, .from = from, .out = out, .counts = counts};
    *counts = (struct archive_moved_counts){0, 0, 0};
    int rc = prepare(&r, c, list, err);
    if (rc)
        return rc;
    if (from->hyperkitty)
        put_hyperkitty(&r);
    if (from->public_inbox)
        put_public_inbox(&r);
    return from->pipermail ? put_pipermail(&r, err) : CM_OK;
}
