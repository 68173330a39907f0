/* Loading a view from a store: files, changes, editions, and what the acts on record make of the threats. */
#include "register/calls.h"
#include "register/discussion.h"
#include "register/due.h"
#include "register/people.h"
#include "register/reviews.h"
#include "register/rounds.h"
#include "register/view.h"

#include <stdio.h>

int view_load_files(struct store *s, struct arena *a, struct profile_files *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT path, text FROM file ORDER BY path", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct profile_file *f = vec_push(a, &out->list);
        f->path = arena_strndup(a, store_text(q, 0).at, store_text(q, 0).len);
        f->text = arena_sv(a, store_text(q, 1));
    }
    store_done(q);
    return rc;
}

struct event_words {
    struct sv who, why;
};

/* Who and why of each event that changed a field, by sequence number as text. One look at each payload,
 * however many rows point to it. */
static int load_words(struct store *s, struct arena *a, bool initial, struct map *out, struct err *err)
{
    struct store_stmt *q;
    map_init(out, a);
    int rc = store_prepare(s, "SELECT seq, payload ->> 'actor', payload ->> 'reason', payload IS NULL FROM event "
                              "WHERE seq IN (SELECT event FROM field_change WHERE initial <= $1)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, initial);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct event_words *w = arena_new(a, struct event_words);
        w->who = store_int(q, 3) ? SV("(erased)") : arena_sv(a, store_text(q, 1));
        w->why = arena_sv(a, store_text(q, 2));
        map_set(out, sv_str(arena_printf(a, "%lld", (long long)store_int(q, 0))), w);
    }
    store_done(q);
    return rc;
}

static void read_change(struct arena *a, struct store_stmt *q, const struct map *words, struct change *c)
{
    char key[24];
    c->seq = store_int(q, 4);
    snprintf(key, sizeof(key), "%lld", (long long)c->seq);
    const struct event_words *w = map_get(words, sv_str(key));
    c->who = w ? w->who : SV_NONE;
    c->why = w ? w->why : SV_NONE;
    c->at = store_int(q, 5);
    c->action = arena_sv(a, store_text(q, 6));
    c->field = arena_sv(a, store_text(q, 1));
    c->text = arena_sv(a, store_text(q, 2));
    c->source = arena_sv(a, store_text(q, 3));
    c->initial = store_int(q, 7) != 0;
}

static int load_changes(struct store *s, struct view *v, bool initial, struct err *err)
{
    struct store_stmt *q;
    struct map words;
    int rc = load_words(s, v->arena, initial, &words, err);
    if (!rc)
        rc = store_prepare(
            s,
            "SELECT c.threat, c.field, c.text, c.source, e.seq, e.at, e.action, c.initial "
            "FROM field_change c JOIN event e ON e.seq = c.event WHERE c.initial <= $1 ORDER BY c.id",
            &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, initial);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        int index = view_find(v, store_text(q, 0));
        if (index >= 0)
            read_change(v->arena, q, &words, vec_push(v->arena, &v->threats.at[index].changes));
    }
    store_done(q);
    return rc;
}

/* Documents whose status is not the one under which a threat cited them. */
static int load_restated(struct store *s, struct view *v, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT threat, document, status FROM pin ORDER BY threat, document", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        int index = view_find(v, store_text(q, 0));
        const struct reference *r = map_get(&v->profile->references.by_id, store_text(q, 1));
        if (index >= 0 && r && !sv_eq(r->status, store_text(q, 2)))
            *vec_push(v->arena, &v->threats.at[index].restated) =
                (struct pinned){r, arena_sv(v->arena, store_text(q, 2))};
    }
    store_done(q);
    return rc;
}

static int load_edition_files(struct store *s, struct arena *a, struct edition *e, struct err *err)
{
    struct store_stmt *q;
    VEC(struct edition_file) files = {NULL, 0, 0};
    int rc = store_prepare(s, "SELECT name, lower(hex(digest)), length(bytes) FROM edition_file "
                              "WHERE document = $1 AND version = $2 ORDER BY name", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->document);
    store_bind_text(q, 2, e->version);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct edition_file *f = vec_push(a, &files);
        f->name = arena_sv(a, store_text(q, 0));
        f->digest = arena_sv(a, store_text(q, 1));
        f->size = (size_t)store_int(q, 2);
    }
    store_done(q);
    e->files = files.at;
    e->file_count = files.len;
    return rc;
}

static int load_editions(struct store *s, struct view *v, struct err *err)
{
    struct store_stmt *q;
    struct arena *a = v->arena;
    int rc = store_prepare(s, "SELECT document, version, date, kind, remark, initials, lower(hex(digest)) "
                              "FROM edition ORDER BY event", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct edition *e = vec_push(a, &v->editions);
        e->document = arena_sv(a, store_text(q, 0));
        e->version = arena_sv(a, store_text(q, 1));
        e->date = arena_sv(a, store_text(q, 2));
        e->kind = arena_sv(a, store_text(q, 3));
        e->remark = arena_sv(a, store_text(q, 4));
        e->initials = arena_sv(a, store_text(q, 5));
        struct sv hex = store_text(q, 6);
        memcpy(e->digest.text, hex.at, hex.len < 64 ? hex.len : 64);
    }
    store_done(q);
    for (size_t i = 0; rc == CM_OK && i < v->editions.len; i++)
        rc = load_edition_files(s, a, &v->editions.at[i], err);
    return rc;
}

/* When the text of each threat, and of what all of them depend on, became what it is. */
static int load_written(struct store *s, struct view *v, struct err *err)
{
    struct store_stmt *q;
    struct map files;
    map_init(&files, v->arena);
    for (size_t i = 0; i < v->threats.len; i++)
        map_set(&files, sv_str(v->threats.at[i].threat->file), &v->threats.at[i]);
    int rc = store_prepare(s, "SELECT f.path, e.at FROM file f JOIN event e ON e.seq = f.event "
                              "WHERE f.path NOT IN ('coverage.tsv', 'calibration.yaml')", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct threat_view *t = map_get(&files, store_text(q, 0));
        if (t)
            t->written = store_int(q, 1);
        else if (store_int(q, 1) > v->rules_written)
            v->rules_written = store_int(q, 1);
    }
    store_done(q);
    if (rc || (rc = store_prepare(s, "SELECT min(at) FROM event", &q, err)))
        return rc;
    if ((rc = store_step(q, err)) == STORE_ROW) {
        v->begun = store_int(q, 0);
        rc = CM_OK;
    }
    store_done(q);
    return rc;
}

struct loading {
    struct arena *arena;
    int64_t now;
    bool published; /* only what documents show */
    struct view *out;
};

static int load(struct store *s, void *context, struct err *err)
{
    struct loading *l = context;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile *p = arena_new(l->arena, struct profile);
    struct diag diag;
    struct standing standing;
    struct people *people = arena_new(l->arena, struct people);
    struct calls *calls = arena_new(l->arena, struct calls);
    struct rounds *rounds = arena_new(l->arena, struct rounds);
    struct reviews *reviews = arena_new(l->arena, struct reviews);
    struct discussions *discussions = arena_new(l->arena, struct discussions);
    struct due_clocks *clocks = arena_new(l->arena, struct due_clocks);
    int rc = view_load_files(s, l->arena, &files, err);
    if (rc)
        return rc;
    if (!files.list.len)
        return err_set(err, CM_EINPUT, "the store is empty; run \"casemate import DIR\" first");
    diag_init(&diag, l->arena);
    (l->published ? profile_parse_checked : profile_parse)(l->arena, &files, "", &diag, p);
    if (diag.errors) {
        diag_sort(&diag);
        return err_set(err, CM_ECORRUPT, "the stored files do not verify: %s", diag_format(&diag, &diag.items[0]));
    }
    if ((rc = standing_load(s, l->arena, p, l->now, &standing, err)) ||
        (rc = people_load(s, l->arena, p, l->now, people, err)) ||
        (rc = calls_load(s, l->arena, p, &files, l->now, calls, err)) ||
        (rc = rounds_load(s, l->arena, p, rounds, err)) ||
        (rc = reviews_load(s, l->arena, p, &files, reviews, err)) ||
        (rc = due_load(s, l->arena, l->now, clocks, err)) ||
        (rc = discussions_load(s, l->arena, &p->process, discussions, err)))
        return rc;
    view_derive_with(l->arena, p, l->now, standing_of, &standing, l->out);
    l->out->people = people;
    l->out->rounds = rounds;
    l->out->calls = calls;
    l->out->reviews = reviews;
    l->out->discussions = discussions;
    l->out->clocks = clocks;
    if ((rc = ending_load(s, l->arena, &l->out->ending, err)) || (rc = load_restated(s, l->out, err)) ||
        (rc = load_written(s, l->out, err)) || (rc = load_changes(s, l->out, !l->published, err)))
        return rc;
    return load_editions(s, l->out, err);
}

int view_load(struct store *s, struct arena *a, int64_t now, struct view *out, struct err *err)
{
    struct loading l = {a, now, false, out};
    return store_read_tx(s, load, &l, err);
}

int view_load_published(struct store *s, struct arena *a, int64_t now, struct view *out, struct err *err)
{
    struct loading l = {a, now, true, out};
    return store_read_tx(s, load, &l, err);
}

static int load_rules(struct store *s, struct arena *a, struct profile **out, struct err *err)
{
    struct store_stmt *q;
    struct profile_files files = {{NULL, 0, 0}};
    struct diag missing; /* of what was left out; the files themselves were checked on the way in */
    int rc = store_prepare(s, "SELECT path, text FROM file WHERE path IN ('process.md', 'sig.yaml', 'template.md') "
                              "ORDER BY path", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &files.list) = (struct profile_file){arena_strndup(a, store_text(q, 0).at, store_text(q, 0).len),
                                                          arena_sv(a, store_text(q, 1))};
    store_done(q);
    if (!rc && !files.list.len)
        rc = err_set(err, CM_ENOTFOUND, "the store is empty; run \"casemate import DIR\" first");
    if (rc)
        return rc;
    *out = arena_new(a, struct profile);
    diag_init(&missing, a);
    profile_parse_rules(a, &files, &missing, *out);
    return CM_OK;
}

static int load_process(struct store *s, void *context, struct err *err)
{
    struct loading *l = context;
    struct arena *a = l->arena;
    struct profile *p = NULL;
    struct people *people = arena_new(a, struct people);
    struct reviews *reviews = arena_new(a, struct reviews);
    struct due_clocks *clocks = arena_new(a, struct due_clocks);
    int rc = load_rules(s, a, &p, err);
    if (rc || (rc = people_load(s, a, p, l->now, people, err)) || (rc = reviews_load_open(s, a, reviews, err)) ||
        (rc = due_load(s, a, l->now, clocks, err)))
        return rc;
    *l->out = (struct view){.arena = a, .profile = p, .now = l->now, .people = people, .reviews = reviews,
                            .clocks = clocks};
    return ending_load(s, a, &l->out->ending, err);
}

int view_load_process(struct store *s, struct arena *a, int64_t now, struct view *out, struct err *err)
{
    struct loading l = {.arena = a, .now = now, .out = out};
    return store_read_tx(s, load_process, &l, err);
}
