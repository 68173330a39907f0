/* Export: everything that may travel, as the folder of docs/formats.md. Addresses, secrets and open estimates
 * are never in it. */
#include "action/content.h"
#include "base/fs.h"

struct export_run {
    struct action_context *c;
    const char *dir;
    size_t files;
};

static int write_file(struct export_run *r, const char *path, struct sv text, struct err *err)
{
    struct err ignored = ERR_INIT;
    struct sv present;
    const char *full = fs_join(r->c->arena, r->dir, path);
    const char *name = fs_base_name(full);
    int rc = fs_mkdirs(arena_strndup(r->c->arena, full, (size_t)(name - full) - 1), err);
    if (rc)
        return rc;
    r->files++;
    if (fs_read(r->c->arena, full, text.len, &present, &ignored) == CM_OK && sv_eq(present, text))
        return CM_OK; /* unchanged: its time stamp stays */
    return fs_write(full, text, false, err);
}

/* A threat file that bears the id of one of ours under another name is the same threat, renamed since. */
static int remove_renamed(struct export_run *r, const struct profile_files *files, struct err *err)
{
    struct fs_names names;
    struct map ours;
    const char *dir = fs_join(r->c->arena, r->dir, "threats");
    if (fs_kind(dir) != FS_DIR)
        return CM_OK;
    map_init(&ours, r->c->arena);
    for (size_t i = 0; i < files->list.len; i++)
        map_set(&ours, content_key(r->c->arena, files->list.at[i].path), (void *)(uintptr_t)files->list.at[i].path);
    int rc = fs_list(r->c->arena, dir, PROFILE_FILES_MAX, &names, err);
    for (size_t i = 0; !rc && i < names.list.len; i++) {
        const char *path = arena_printf(r->c->arena, "threats/%s", names.list.at[i]);
        const char *stored = map_get(&ours, content_key(r->c->arena, path));
        if (stored && strcmp(stored, path))
            rc = fs_remove_tree(fs_join(r->c->arena, r->dir, path), err);
    }
    return rc;
}

/* Files of an edition that it has no more, as they held what was erased: those that its event lists. What people put
 * beside them is theirs. */
static int remove_from_edition(struct export_run *r, const char *dir, int64_t event, const struct map *present,
                               struct err *err)
{
    struct record_events one = {{NULL, 0, 0}};
    const struct json_value *payload, *files;
    int rc = record_read(r->c->store, r->c->arena, event, 1, &one, err);
    if (rc || one.list.len != 1 || !one.list.at[0].payload.len)
        return rc;
    if ((rc = json_parse(r->c->arena, one.list.at[0].payload, one.list.at[0].payload.len, &payload, err)))
        return rc;
    files = json_get(json_get(payload, "edition"), "files");
    for (size_t i = 0; !rc && files && files->kind == JSON_ARRAY && i < files->count; i++) {
        struct sv name = json_get_text(files->items[i], "name");
        const char *path = fs_join(r->c->arena, dir, arena_strndup(r->c->arena, name.at, name.len));
        if (name.len && sv_find_char(name, '/') < 0 && !map_get(present, sv_str(path)) && fs_kind(path) == FS_FILE)
            rc = fs_remove_tree(path, err);
    }
    return rc;
}

static int clean_editions(struct export_run *r, const struct map *present, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store, "SELECT document, version, event FROM edition", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        const char *dir = fs_join(r->c->arena, r->dir, arena_printf(r->c->arena, "editions/%.*s/%.*s",
                                                                    SV_ARG(store_text(q, 0)),
                                                                    SV_ARG(store_text(q, 1))));
        if (fs_kind(dir) == FS_DIR && (rc = remove_from_edition(r, dir, store_int(q, 2), present, err)))
            break;
    }
    store_done(q);
    return rc;
}

static int export_editions(struct export_run *r, struct err *err)
{
    struct store_stmt *q;
    struct map present;
    map_init(&present, r->c->arena);
    int rc = store_prepare(r->c->store, "SELECT document, version, name, bytes FROM edition_file "
                                        "ORDER BY document, version, name", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv document = store_text(q, 0), version = store_text(q, 1), name = store_text(q, 2);
        const char *path = arena_printf(r->c->arena, "editions/%.*s/%.*s/%.*s", SV_ARG(document), SV_ARG(version),
                                        SV_ARG(name));
        map_set(&present, sv_str(fs_join(r->c->arena, r->dir, path)), r);
        if ((rc = write_file(r, path, store_text(q, 3), err)))
            break;
    }
    store_done(q);
    return rc ? rc : clean_editions(r, &present, err);
}

static int export(struct store *s, void *context, struct err *err)
{
    struct export_run *r = context;
    struct profile_files files = {{NULL, 0, 0}};
    struct str record = STR_INIT;
    int rc = view_load_files(s, r->c->arena, &files, err);
    if (!rc)
        rc = fs_mkdirs(r->dir, err);
    if (!rc)
        rc = remove_renamed(r, &files, err);
    for (size_t i = 0; !rc && i < files.list.len; i++)
        rc = write_file(r, files.list.at[i].path, files.list.at[i].text, err);
    if (!rc)
        rc = record_export(s, &record, err);
    if (!rc)
        rc = write_file(r, "record.jsonl", str_sv(&record), err);
    str_release(&record);
    return rc ? rc : export_editions(r, err);
}

int action_export(struct action_context *c, const char *dir, size_t *out_files, struct err *err)
{
    struct export_run r = {c, dir, 0};
    int rc = store_read_tx(c->store, export, &r, err);
    *out_files = r.files;
    return rc;
}
