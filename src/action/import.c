/* Import: a folder into the store, three ways.
 *
 * For each file: base is what the last import brought, ours is what the store holds now, theirs is what the
 * folder holds. Where only one side changed, that side wins; where both did, profile_merge() merges by field
 * and names what conflicts. Files are compared in normal form, threat files by their id, so that formatting
 * and file names are never a conflict. */
#include "action/content.h"
#include "base/fs.h"

enum { RECORD_FILE_MAX = 1024 * 1024 * 1024 };

struct side {
    const char *path;
    struct sv text;
};

struct trio {
    struct sv key;
    struct side base, ours, theirs; /* path NULL: not there */
};

struct import_run {
    struct action_context *c;
    const char *dir;
    struct action_result *out;
    struct map by_key; /* key -> struct trio* */
    VEC(struct trio *) trios;
    struct content_change change;
    struct map recorded;
    size_t conflicts;
};

static struct trio *trio_of(struct import_run *r, const char *path)
{
    struct sv key = content_key(r->c->arena, path);
    struct trio *t = map_get(&r->by_key, key);
    if (t)
        return t;
    t = arena_new(r->c->arena, struct trio);
    t->key = key;
    map_set(&r->by_key, key, t);
    *vec_push(r->c->arena, &r->trios) = t;
    return t;
}

static const char *in_dir(struct import_run *r, const char *path)
{
    return fs_join(r->c->arena, r->dir, path);
}

/* The file in normal form. What that takes is given back at once, unless a fault points into it. */
static int format_theirs(struct import_run *r, struct trio *t, const struct profile *parsed, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    struct sv normal;
    size_t told = r->c->diag->len;
    int rc = profile_format(&scratch, t->theirs.path, t->theirs.text, parsed, &normal, r->c->diag, err);
    if (!rc && !sv_eq(normal, t->theirs.text))
        t->theirs.text = arena_sv(r->c->arena, normal);
    if (r->c->diag->len > told)
        arena_join(r->c->arena, &scratch);
    arena_release(&scratch);
    return rc;
}

static int read_theirs(struct import_run *r, struct arena *a, struct err *err)
{
    struct profile_files files = {{NULL, 0, 0}};
    struct profile *parsed = arena_new(a, struct profile);
    int rc = profile_read_dir(r->c->arena, r->dir, &files, r->c->diag, err);
    if (rc)
        return rc;
    profile_parse(a, &files, r->dir, r->c->diag, parsed);
    for (size_t i = 0; i < files.list.len; i++) {
        struct trio *t = trio_of(r, files.list.at[i].path);
        t->theirs = (struct side){files.list.at[i].path, files.list.at[i].text};
        if (!r->c->diag->errors && (rc = format_theirs(r, t, parsed, err)))
            return rc;
    }
    if (r->c->diag->errors)
        return err_set(err, CM_EINPUT, "%s has %zu fault%s; nothing was %s", r->dir, r->c->diag->errors,
                       r->c->diag->errors == 1 ? "" : "s", r->c->done ? r->c->done : "imported");
    return CM_OK;
}

static int load_theirs(struct import_run *r, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    size_t told = r->c->diag->len;
    int rc = read_theirs(r, &scratch, err);
    if (rc || r->c->diag->len > told)
        arena_join(r->c->arena, &scratch);
    arena_release(&scratch);
    return rc;
}

static int load_ours(struct import_run *r, struct err *err)
{
    struct profile_files files = {{NULL, 0, 0}};
    int rc = view_load_files(r->c->store, r->c->arena, &files, err);
    for (size_t i = 0; !rc && i < files.list.len; i++)
        trio_of(r, files.list.at[i].path)->ours = (struct side){files.list.at[i].path, files.list.at[i].text};
    return rc;
}

static int load_base(struct import_run *r, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store, "SELECT path, text FROM base", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        const char *path = arena_strndup(r->c->arena, store_text(q, 0).at, store_text(q, 0).len);
        trio_of(r, path)->base = (struct side){path, arena_sv(r->c->arena, store_text(q, 1))};
    }
    store_done(q);
    return rc;
}

static bool same(const struct side *a, const struct side *b)
{
    return (a->path != NULL) == (b->path != NULL) && sv_eq(a->text, b->text);
}

static void conflict(struct import_run *r, const char *path, const char *what, const char *expected)
{
    r->conflicts++;
    diag_error(r->c->diag, in_dir(r, path), 0, 0, what, expected);
}

static void take(struct import_run *r, const struct trio *t, struct sv text)
{
    struct content_edit *e = vec_push(r->c->arena, &r->change.edits);
    e->path = t->theirs.path;
    e->text = text;
    if (t->ours.path && strcmp(t->ours.path, t->theirs.path))
        e->old_path = t->ours.path;
}

static void take_removal(struct import_run *r, const struct trio *t)
{
    if (sv_starts(t->key, SV("threats/"))) {
        conflict(r, t->ours.path, "a threat is missing from the folder, and threats are never deleted",
                 "the file, with \"stage: withdrawn\" and a reason");
        return;
    }
    struct content_edit *e = vec_push(r->c->arena, &r->change.edits);
    e->path = t->ours.path;
    e->remove = true;
}

static int merge(struct import_run *r, const struct trio *t, struct err *err)
{
    struct sv merged;
    size_t faults = r->c->diag->errors;
    if (!t->theirs.path || !t->ours.path) {
        conflict(r, t->theirs.path ? t->theirs.path : t->ours.path, "removed on one side, changed on the other",
                 "one of the two: restore the file in the folder, or undo the change");
        return CM_OK;
    }
    int rc = profile_merge(r->c->arena, in_dir(r, t->theirs.path), t->base.path ? t->base.text : SV_NONE, t->ours.text,
                           t->theirs.text, &merged, r->c->diag, err);
    if (rc == CM_ECONFLICT || r->c->diag->errors > faults) {
        r->conflicts += r->c->diag->errors - faults;
        return CM_OK;
    }
    if (rc)
        return rc;
    if (!sv_eq(merged, t->ours.text))
        take(r, t, merged);
    return CM_OK;
}

static int decide(struct import_run *r, const struct trio *t, struct err *err)
{
    bool renamed = t->theirs.path && t->ours.path && strcmp(t->theirs.path, t->ours.path);
    if (same(&t->theirs, &t->ours)) {
        if (renamed)
            take(r, t, t->theirs.text);
        return CM_OK;
    }
    if (same(&t->theirs, &t->base))
        return CM_OK; /* only the store changed */
    if (!same(&t->ours, &t->base))
        return merge(r, t, err);
    if (t->theirs.path)
        take(r, t, t->theirs.text);
    else
        take_removal(r, t);
    return CM_OK;
}

static int put_base(struct import_run *r, struct err *err)
{
    struct store_stmt *q;
    int rc = store_run(r->c->store, "DELETE FROM base", err);
    for (size_t i = 0; !rc && i < r->trios.len; i++) {
        const struct side *theirs = &r->trios.at[i]->theirs;
        if (!theirs->path)
            continue;
        rc = store_prepare(r->c->store, "INSERT INTO base (path, text) VALUES ($1, $2)", &q, err);
        if (rc)
            return rc;
        store_bind_text(q, 1, sv_str(theirs->path));
        store_bind_text(q, 2, theirs->text);
        rc = store_finish(q, err);
    }
    return rc;
}

static int adopt_record(struct import_run *r, struct err *err)
{
    struct sv text;
    int64_t seq;
    struct digest hash, state;
    const char *path = in_dir(r, "record.jsonl");
    int rc = record_head(r->c->store, &seq, &hash, &state, err);
    if (rc || seq || fs_kind(path) != FS_FILE)
        return rc;
    if ((rc = fs_read(r->c->arena, path, RECORD_FILE_MAX, &text, err)))
        return rc;
    if ((rc = record_adopt(r->c->store, r->c->arena, text, path, err)))
        return rc;
    r->change.recorded = &r->recorded;
    return replay_record(r->c, r->dir, &r->recorded, err);
}

static int check_permission(struct import_run *r, struct err *err)
{
    struct profile *p = NULL;
    if (!r->c->role.len && !r->c->actor.len)
        return CM_OK;
    int rc = content_rules(r->c, &p, err);
    if (rc && rc != CM_ENOTFOUND)
        return rc;
    return permit(r->c, p, PERMIT_IMPORT, err);
}

static int import(struct store *s, void *context, struct err *err)
{
    struct import_run *r = context;
    int rc;
    (void)s;
    if ((rc = check_permission(r, err)) || (rc = load_theirs(r, err)) || (rc = load_ours(r, err)) ||
        (rc = load_base(r, err)) || (rc = adopt_record(r, err)))
        return rc;
    for (size_t i = 0; i < r->trios.len; i++)
        if ((rc = decide(r, r->trios.at[i], err)))
            return rc;
    if (r->conflicts)
        return err_set(err, CM_ECONFLICT,
                       "%zu conflict%s between the folder and the store; nothing was imported", r->conflicts,
                       r->conflicts == 1 ? "" : "s");
    r->change.action = "import";
    r->change.source = sv_str(fs_base_name(r->dir));
    r->change.initial = true;
    if ((rc = content_apply(r->c, &r->change, r->out, err)))
        return rc;
    return put_base(r, err);
}

int action_import(struct action_context *c, const char *dir, struct action_result *out, struct err *err)
{
    struct import_run r;
    memset(&r, 0, sizeof(r));
    memset(out, 0, sizeof(*out));
    r.c = c;
    r.out = out;
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/')
        len--;
    r.dir = arena_strndup(c->arena, dir, len);
    map_init(&r.by_key, c->arena);
    return store_tx(c->store, import, &r, err);
}
