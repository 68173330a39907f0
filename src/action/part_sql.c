#include "action/part.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
    EDITS_MAX = 16, /* above, the whole is not much more */
    FILES_MAX = 400,
};

/* The rules as they were parsed, kept with the store for later acts. */
struct part_rules {
    struct arena arena;
    struct part_rules *before; /* what an act that goes on may still read; released with the next ones */
    struct digest key;         /* of the stored digests of these files */
    struct profile_files files; /* all but coverage.tsv */
    struct profile profile;
    bool sound; /* stored bytes are what their digests say, and have no fault */
};

/* Files as they are loaded, each once. */
struct part {
    struct action_context *c;
    struct arena *a;
    const struct part_rules *rules;
    struct profile_files threats;
    struct map seen;                     /* ids of threats */
    VEC(struct sv) queue;                /* of them, those whose trees are still to be followed */
    struct map checked;                  /* paths of the edits -> const struct content_edit* */
    bool sound;                          /* stored bytes are what their digests say, and have no fault */
};

static void part_init(struct part *p, struct action_context *c)
{
    *p = (struct part){.c = c, .a = c->arena, .sound = true};
    map_init(&p->seen, p->a);
    map_init(&p->checked, p->a);
}

/* A row of path, text, digest. False when the digest is another. */
static bool take_file(struct arena *a, struct store_stmt *q, struct profile_files *out)
{
    struct digest d = digest_of(store_text(q, 1));
    *vec_push(a, &out->list) = (struct profile_file){arena_strndup(a, store_text(q, 0).at, store_text(q, 0).len),
                                                     arena_sv(a, store_text(q, 1))};
    return sv_eq(store_text(q, 2), digest_sv(&d));
}

#define RULE_FILES "('analysis.md', 'process.md', 'references.tsv', 'sig.yaml', 'template.md') ORDER BY path"

static int rules_key(struct store *s, struct digest *out, struct err *err)
{
    struct store_stmt *q;
    struct digest_state state;
    int rc = store_prepare(s, "SELECT path, digest FROM file WHERE path IN " RULE_FILES, &q, err);
    if (rc)
        return rc;
    digest_begin(&state);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        digest_add_part(&state, store_text(q, 0));
        digest_add_part(&state, store_text(q, 1));
    }
    store_done(q);
    *out = digest_end(&state);
    return rc;
}

static void release_rules(void *kept)
{
    struct part_rules *next, *r = kept;
    for (; r; r = next) {
        next = r->before;
        arena_release(&r->arena);
        free(r);
    }
}

static int parse_rules(struct store *s, struct part_rules *r, struct err *err)
{
    struct store_stmt *q;
    struct diag diag;
    r->sound = true;
    int rc = store_prepare(s, "SELECT path, text, digest FROM file WHERE path IN " RULE_FILES, &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (!take_file(&r->arena, q, &r->files))
            r->sound = false;
    store_done(q);
    if (rc || !r->files.list.len)
        return rc ? rc : err_set(err, CM_ENOTFOUND, "the store is empty; run \"casemate import DIR\" first");
    diag_init(&diag, &r->arena);
    profile_parse_rules(&r->arena, &r->files, &diag, &r->profile);
    r->sound = r->sound && !diag.errors;
    return CM_OK;
}

/* Takes the place of those that are kept; these stay for one more change. */
static void keep_rules(struct store *s, struct part_rules *r)
{
    struct part_rules *former = store_kept(s);
    if (former) {
        release_rules(former->before);
        former->before = NULL;
        r->before = former;
    }
    store_keep(s, r, release_rules);
}

/* Parsed once, and anew when a file is another. */
static int kept_rules(struct store *s, const struct part_rules **out, struct err *err)
{
    struct digest key;
    struct part_rules *r;
    int rc = rules_key(s, &key, err);
    *out = store_kept(s);
    if (rc || (*out && digest_eq(&key, &(*out)->key)))
        return rc;
    r = base_malloc(sizeof(*r));
    memset(r, 0, sizeof(*r));
    r->key = key;
    if ((rc = parse_rules(s, r, err))) {
        release_rules(r);
        return rc;
    }
    keep_rules(s, r);
    *out = r;
    return CM_OK;
}

static int load_rules(struct part *p, struct err *err)
{
    int rc = kept_rules(p->c->store, &p->rules, err);
    p->sound = p->sound && !rc && p->rules->sound;
    return rc;
}

int content_rules(struct action_context *c, struct profile **out, struct err *err)
{
    const struct part_rules *rules;
    int rc = kept_rules(c->store, &rules, err);
    if (rc)
        return rc;
    *out = arena_new(c->arena, struct profile);
    **out = rules->profile;
    return CM_OK;
}

int permit_rules(struct action_context *c, enum permission needs, struct err *err)
{
    struct profile *p;
    int rc = content_rules(c, &p, err);
    return rc ? rc : permit(c, p, needs, err);
}

int part_rows_whole(struct store *s, bool *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT 1 FROM threat WHERE folded IS NULL LIMIT 1", &q, err);
    if (rc)
        return rc;
    rc = store_finish(q, err);
    *out = rc == 0;
    return rc < 0 ? rc : CM_OK;
}

/* The stored file of a threat; none when there is no such threat. */
static int load_threat(struct part *p, struct sv id, struct profile_files *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(p->c->store, "SELECT f.path, f.text, f.digest FROM threat t JOIN file f ON f.path = t.path "
                                        "WHERE t.id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (!take_file(p->a, q, out))
            p->sound = false;
    store_done(q);
    return rc;
}

/* The same into the part, once, and its tree is to be followed. */
static int want_threat(struct part *p, struct sv id, struct err *err)
{
    if (map_get(&p->seen, id))
        return CM_OK;
    struct sv kept = arena_sv(p->a, id);
    map_set(&p->seen, kept, p);
    *vec_push(p->a, &p->queue) = kept;
    return load_threat(p, kept, &p->threats, err);
}

static int order_files(const void *left, const void *right)
{
    return strcmp(((const struct profile_file *)left)->path, ((const struct profile_file *)right)->path);
}

int part_load(struct action_context *c, const struct sv *ids, size_t count, struct profile_files *files,
              struct profile **out, struct err *err)
{
    struct part p;
    struct diag diag;
    bool whole = false;
    part_init(&p, c);
    int rc = load_rules(&p, err);
    if (!rc)
        rc = part_rows_whole(c->store, &whole, err);
    for (size_t i = 0; !rc && i < count; i++)
        rc = want_threat(&p, ids[i], err);
    if (rc)
        return rc;
    if (!whole || !p.sound)
        return content_profile(c, files, out, err);
    diag_init(&diag, c->arena);
    *out = arena_new(c->arena, struct profile);
    profile_parse_part(c->arena, &p.rules->profile, &p.threats, NULL, &diag, *out);
    if (diag.errors)
        return content_profile(c, files, out, err);
    *files = p.rules->files;
    files->list.cap = files->list.len; /* a copy that grows leaves the rules' own list alone */
    if (p.threats.list.len > 1)
        qsort(p.threats.list.at, p.threats.list.len, sizeof(*p.threats.list.at), order_files);
    for (size_t i = 0; i < p.threats.list.len; i++) /* "threats/..." comes behind all others */
        *vec_push(c->arena, &files->list) = p.threats.list.at[i];
    return CM_OK;
}

/* ---- a change ---- */

struct trial {
    struct part part;
    const struct content_edit *edits;
    struct sv *ids; /* of the edits */
    size_t count;
    struct profile_files before; /* stored texts of the edits */
    struct part_change *out;
};

static bool is_small(const struct content_edit *edits, size_t count)
{
    bool small = count > 0 && count <= EDITS_MAX;
    for (size_t i = 0; small && i < count; i++)
        small = !edits[i].remove && !edits[i].old_path && sv_starts(sv_str(edits[i].path), SV("threats/"));
    return small;
}

/* A threat is new, or its file stays where it is. */
static int place_edit(struct trial *t, size_t i, struct err *err)
{
    struct part *p = &t->part;
    const struct content_edit *e = &t->edits[i];
    size_t had = t->before.list.len;
    t->ids[i] = sv_from_byte(content_key(p->a, e->path), strlen("threats/"));
    int rc = load_threat(p, t->ids[i], &t->before, err);
    if (rc)
        return rc;
    if (t->before.list.len > had && strcmp(t->before.list.at[had].path, e->path))
        p->sound = false;
    if (map_set(&p->seen, t->ids[i], p))
        p->sound = false;
    map_set(&p->checked, sv_str(e->path), (void *)(uintptr_t)e);
    *vec_push(p->a, &p->threats.list) = (struct profile_file){e->path, e->text};
    return CM_OK;
}

static int want_named(struct trial *t, size_t i, struct err *err)
{
    struct part *p = &t->part;
    struct profile_ids ids = {{NULL, 0, 0}};
    int rc = CM_OK;
    profile_ids_in(p->a, &p->rules->profile.sig, t->edits[i].text, &ids);
    if (ids.list.len > FILES_MAX)
        p->sound = false;
    for (size_t k = 0; !rc && p->sound && k < ids.list.len; k++)
        rc = want_threat(p, ids.list.at[k], err);
    return rc;
}

/* The threats that a statement gives for a threat. */
static int want_rows(struct part *p, const char *sql, struct sv id, struct err *err)
{
    struct store_stmt *q;
    VEC(struct sv) ids = {NULL, 0, 0};
    int rc = store_prepare(p->c->store, sql, &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(p->a, &ids) = arena_sv(p->a, store_text(q, 0));
    store_done(q);
    for (size_t i = 0; !rc && i < ids.len; i++)
        rc = want_threat(p, ids.at[i], err);
    return rc;
}

/* All that the trees of the part lead to. */
static int follow_trees(struct part *p, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && p->sound && i < p->queue.len; i++) {
        rc = want_rows(p, "SELECT target FROM tree_reference WHERE threat = $1", p->queue.at[i], err);
        if (p->threats.list.len > FILES_MAX)
            p->sound = false;
    }
    return rc;
}

/* Changed threats, what they name, the trees that lead to them, and what all these trees lead to. */
static int gather(struct trial *t, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < t->count; i++)
        rc = place_edit(t, i, err);
    for (size_t i = 0; !rc && t->part.sound && i < t->count; i++) {
        rc = want_named(t, i, err);
        if (!rc)
            rc = want_rows(&t->part, "SELECT threat FROM tree_reference WHERE target = $1", t->ids[i], err);
    }
    return rc ? rc : follow_trees(&t->part, err);
}

static const struct threat *edited(const struct trial *t, const struct profile *p, size_t i)
{
    return map_get(&p->by_id, t->ids[i]);
}

/* No other threat has the name. */
static int check_names(struct trial *t, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && t->part.sound && i < t->count; i++) {
        const struct threat *threat = edited(t, &t->out->profile, i);
        struct store_stmt *q;
        if (!threat) {
            t->part.sound = false;
            return CM_OK;
        }
        rc = store_prepare(t->part.c->store, "SELECT 1 FROM threat WHERE folded = $1 AND id <> $2 LIMIT 1", &q, err);
        if (rc)
            return rc;
        store_bind_text(q, 1, utf8_fold(t->part.a, threat->name));
        store_bind_text(q, 2, threat->id);
        rc = store_finish(q, err);
        if (rc == STORE_ROW) {
            t->part.sound = false;
            rc = CM_OK;
        }
    }
    return rc;
}

/* Which of the changed threats cite the document: a bit for each edit. */
static uint32_t citing_edits(const struct trial *t, const struct profile *p, const struct citing *c)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < c->all.len; i++) {
        const struct content_edit *e = map_get(&t->part.checked, sv_str(p->threats.at[c->all.at[i]].file));
        if (e)
            bits |= 1u << (e - t->edits);
    }
    return bits;
}

struct coverage_changes {
    VEC(struct coverage_change) list;
};

static void find_citations(struct trial *t, struct coverage_changes *out)
{
    struct part *p = &t->part;
    const struct references *refs = &p->rules->profile.references;
    const struct profile *now = &t->out->profile;
    struct profile before;
    struct diag diag;
    diag_init(&diag, p->a);
    profile_parse_part(p->a, &p->rules->profile, &t->before, NULL, &diag, &before);
    const struct cites *cites = profile_cites(p->a, now), *cited = profile_cites(p->a, &before);
    for (size_t d = 0; d < refs->list.len; d++) {
        uint32_t bits = citing_edits(t, now, &cites->documents[d]);
        uint32_t changed = bits ^ citing_edits(t, &before, &cited->documents[d]);
        for (size_t i = 0; changed && i < t->count; i++)
            if (changed & 1u << i)
                *vec_push(p->a, &out->list) =
                    (struct coverage_change){refs->list.at[d].id, t->ids[i], (bits & 1u << i) != 0};
    }
}

/* coverage.tsv follows what the changed threats cite. */
static int follow_citations(struct trial *t, struct err *err)
{
    struct part *p = &t->part;
    struct profile_files coverage = {{NULL, 0, 0}};
    struct coverage_changes changes = {{NULL, 0, 0}};
    struct store_stmt *q;
    find_citations(t, &changes);
    if (t->out->faults.errors && changes.list.len)
        p->sound = false; /* what a file with faults cites may not be all it says */
    if (!changes.list.len || !p->sound)
        return CM_OK;
    int rc = store_prepare(p->c->store, "SELECT path, text, digest FROM file WHERE path = 'coverage.tsv'", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (!take_file(p->a, q, &coverage))
            p->sound = false;
    store_done(q);
    if (rc || !p->sound || !coverage.list.len)
        return rc;
    struct sv before = coverage.list.at[0].text;
    p->sound = coverage_follow(p->a, &p->rules->profile.sig, before, changes.list.at, changes.list.len,
                               &t->out->coverage, &t->out->moves);
    if (sv_eq(before, t->out->coverage))
        t->out->coverage = SV_NONE;
    return rc;
}

/* A fault of a changed file is one on the whole, too; of another one, the whole says what it is. */
static void check_files(struct trial *t)
{
    struct part *p = &t->part;
    profile_parse_part(p->a, &p->rules->profile, &p->threats, &p->checked, &t->out->faults, &t->out->profile);
    const struct diag *faults = &t->out->faults;
    size_t own = 0;
    for (size_t i = 0; i < faults->len; i++)
        own += faults->items[i].kind == DIAG_ERROR && map_get(&p->checked, sv_str(faults->items[i].file));
    p->sound = p->sound && own == faults->errors;
}

/* ---- state: as state_of() in content.c, from digests that are stored ---- */

struct stating {
    struct digest_state state;
    struct str bytes; /* not yet in the state: for a function that is slow with small pieces */
    size_t files;
};

/* Length and bytes, where there is room for them. Once for every file of the register. */
static void state_part(struct stating *s, struct sv part)
{
    char *to = s->bytes.data + s->bytes.len;
    for (size_t i = 0; i < 8; i++)
        to[i] = (char)(part.len >> (8 * i));
    if (part.len)
        memcpy(to + 8, part.at, part.len);
    s->bytes.len += 8 + part.len;
}

static void state_file(struct stating *s, struct sv path, struct sv digest)
{
    str_reserve(&s->bytes, 2 * 8 + path.len + digest.len);
    state_part(s, path);
    state_part(s, digest);
    s->files++;
    if (s->bytes.len < 1 << 15)
        return;
    digest_add(&s->state, str_sv(&s->bytes));
    str_clear(&s->bytes);
}

static int order_edits(const void *left, const void *right)
{
    const struct content_edit *const *a = left, *const *b = right;
    return strcmp((*a)->path, (*b)->path);
}

/* Edits before this path, or all; true when the one of this path was among them. */
static bool state_edits(struct stating *s, const struct content_edit ***at, const struct content_edit **end,
                        const struct sv *path)
{
    bool found = false;
    for (; *at < end && (!path || sv_cmp(sv_str((**at)->path), *path) <= 0); ++*at) {
        struct digest d = digest_of((**at)->text);
        found = path && sv_eq(sv_str((**at)->path), *path);
        state_file(s, sv_str((**at)->path), digest_sv(&d));
    }
    return found;
}

static int add_files(struct trial *t, struct stating *s, struct err *err)
{
    struct store_stmt *q;
    const struct content_edit coverage = {.path = "coverage.tsv", .text = t->out->coverage};
    const struct content_edit **edits = arena_new_array(t->part.a, const struct content_edit *, t->count + 1);
    size_t count = t->count;
    for (size_t i = 0; i < count; i++)
        edits[i] = &t->edits[i];
    if (coverage.text.len)
        edits[count++] = &coverage;
    const struct content_edit **end = edits + count;
    qsort(edits, count, sizeof(*edits), order_edits);
    int rc = store_prepare(t->part.c->store, "SELECT path, digest FROM file ORDER BY path", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv path = store_text(q, 0);
        if (!state_edits(s, &edits, end, &path))
            state_file(s, path, store_text(q, 1));
    }
    store_done(q);
    (void)state_edits(s, &edits, end, NULL);
    return rc;
}

static int find_state(struct trial *t, struct err *err)
{
    struct stating s = {.bytes = STR_INIT};
    digest_begin(&s.state);
    int rc = add_files(t, &s, err);
    digest_add(&s.state, str_sv(&s.bytes));
    t->out->state = digest_end(&s.state);
    if (s.files > PROFILE_FILES_MAX) /* the whole says whether that is too many */
        t->part.sound = false;
    str_release(&s.bytes);
    return rc;
}

static int settle(struct trial *t, struct err *err)
{
    int rc = load_rules(&t->part, err);
    if (!rc && t->part.sound)
        rc = gather(t, err);
    if (!rc && t->part.sound)
        check_files(t);
    if (!rc && t->part.sound)
        rc = check_names(t, err);
    if (!rc && t->part.sound)
        rc = follow_citations(t, err);
    if (!rc && t->part.sound)
        rc = find_state(t, err);
    return rc;
}

int part_try(struct action_context *c, const struct content_edit *edits, size_t count, struct part_change *out,
             struct err *err)
{
    struct trial t = {.edits = edits, .count = count, .out = out};
    bool whole = false;
    memset(out, 0, sizeof(*out));
    if (!is_small(edits, count))
        return CM_OK;
    part_init(&t.part, c);
    diag_init(&out->faults, c->arena);
    t.ids = arena_new_array(c->arena, struct sv, count);
    int rc = part_rows_whole(c->store, &whole, err);
    if (rc || !whole)
        return rc;
    rc = settle(&t, err);
    if (rc == CM_ENOTFOUND) /* an empty store has no rules yet */
        return CM_OK;
    out->settled = !rc && t.part.sound;
    return rc;
}
