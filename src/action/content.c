/* One change of content, whoever asks for it.
 *
 * The files in normal form are the content; rows about threats, history and search are derived here, in the
 * same transaction. The SIG is parsed as it would be after the change, so a store never holds content
 * that `check` would refuse: as much of it as the change can concern (part.h), or the whole. */
#include "action/acts.h"
#include "action/announce.h"
#include "action/part.h"
#include "action/pins.h"
#include "action/people.h"

#include "base/fs.h"
#include "register/rounds.h"
#include "base/utf8.h"
#include "register/voted.h"
#include "store/fts.h"

#include <stdlib.h>

struct sv content_key(struct arena *a, const char *path)
{
    struct sv name = sv_str(fs_base_name(path));
    if (!sv_starts(sv_str(path), SV("threats/")))
        return sv_str(path);
    ptrdiff_t hyphen = sv_find_char(name, '-');
    size_t end = hyphen < 0 ? name.len : (size_t)hyphen + 1;
    while (end < name.len && name.at[end] >= '0' && name.at[end] <= '9')
        end++;
    return sv_str(arena_printf(a, "threats/%.*s", (int)end, name.at));
}

static int role_refused(const struct action_context *c, const struct profile *p, enum permission needs, struct err *err)
{
    const struct role *r = sig_role(&p->sig, c->role);
    if (!r)
        return err_set(err, CM_EREFUSED, "there is no role \"%.*s\" in sig.yaml", SV_ARG(c->role));
    if (!role_may(r, sv_str(permission_names[needs])))
        return err_set(err, CM_EREFUSED, "the role \"%.*s\" may not %s; sig.yaml lists what it may", SV_ARG(r->name),
                       permission_names[needs]);
    return CM_OK;
}

/* Once roles are on record, who acts by name has the rights of the roles that are on record for the name. */
static int person_refused(const struct action_context *c, const struct profile *p, enum permission needs,
                          struct err *err)
{
    struct people people;
    int rc = people_load(c->store, c->arena, p, c->now, &people, err);
    if (rc || !people.governed)
        return rc;
    const struct person *person = people_find(&people, c->actor);
    if (!person || (!person->joined && !person->roles.len) || person->gone)
        return err_set(err, CM_EREFUSED, "%.*s is no member; \"casemate member add\" makes one", SV_ARG(c->actor));
    if (c->role.len && !person_holds(person, c->role))
        return err_set(err, CM_EREFUSED, "%.*s does not hold the role \"%.*s\"; \"casemate role list\" shows who does",
                       SV_ARG(c->actor), SV_ARG(c->role));
    if (!c->role.len && !person_may(person, p, sv_str(permission_names[needs])))
        return err_set(err, CM_EREFUSED, "%.*s holds no role that may %s; \"casemate role list\" shows who does",
                       SV_ARG(c->actor), permission_names[needs]);
    return CM_OK;
}

int permit(const struct action_context *c, const struct profile *p, enum permission needs, struct err *err)
{
    if (!p && c->role.len)
        return err_set(err, CM_EREFUSED, "the store has no roles yet; act as the operator (without --role)");
    int rc = c->role.len ? role_refused(c, p, needs, err) : CM_OK;
    return rc || !p || !c->actor.len ? rc : person_refused(c, p, needs, err);
}

int member_id(struct action_context *c, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    *out = c->pseudonym.len ? c->pseudonym : SV("operator");
    if (c->pseudonym.len || !c->actor.len)
        return CM_OK;
    int rc = store_prepare(c->store, "SELECT id FROM member WHERE name = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, c->actor);
    rc = store_step(q, err);
    if (rc == STORE_ROW)
        *out = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    if (rc)
        return rc < 0 ? rc : CM_OK;
    if ((rc = people_new_name(c, c->actor, err)))
        return rc;
    rc = store_prepare(c->store, "INSERT INTO member (id, name) SELECT 'm' || (count(*) + 1), $1 FROM member "
                                 "RETURNING id", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, c->actor);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    return rc;
}

void payload_begin(const struct action_context *c, struct json *j, struct str *out, struct sv source)
{
    json_init(j, out, true);
    json_object(j);
    json_put(j, "actor", c->actor.len ? c->actor : SV("operator"));
    json_put_str(j, "asserted_by", !c->source.len ? "operator" : sv_eq_str(c->source, "web") ? "web" : "mail");
    if (c->role.len)
        json_put(j, "role", c->role);
    if (c->reason.len)
        json_put(j, "reason", c->reason);
    if (source.len || c->source.len)
        json_put(j, "source", source.len ? source : c->source);
}

int content_profile(struct action_context *c, struct profile_files *files, struct profile **out, struct err *err)
{
    struct diag diag;
    memset(files, 0, sizeof(*files));
    int rc = view_load_files(c->store, c->arena, files, err);
    if (rc)
        return rc;
    if (!files->list.len)
        return err_set(err, CM_ENOTFOUND, "the store is empty; run \"casemate import DIR\" first");
    *out = arena_new(c->arena, struct profile);
    diag_init(&diag, c->arena);
    profile_parse(c->arena, files, "", &diag, *out);
    if (diag.errors)
        return err_set(err, CM_ECORRUPT, "the stored files do not verify: %s", diag_format(&diag, &diag.items[0]));
    return CM_OK;
}

struct change_run {
    struct action_context *c;
    const struct content_change *change;
    VEC(struct content_edit) edits; /* of the change, and of coverage.tsv when it follows */
    struct profile_files files; /* as they will be */
    struct profile profile;
    struct coverage_moves moves;
    struct digest state;
    VEC(struct field_row) rows;
    VEC(struct pins) pins; /* of threats that cite something else now */
    VEC(const struct content_edit *) changed;
    bool every_row; /* derive the rows of all threats */
    int64_t event;
    struct sv payload; /* of the event, when it is announced */
};

struct field_row {
    struct sv threat, field, text;
    bool removed, initial;
};

static int order_files(const void *left, const void *right)
{
    return strcmp(((const struct profile_file *)left)->path, ((const struct profile_file *)right)->path);
}

/* The file list after the edits. */
static int edited_files(struct change_run *r, struct err *err)
{
    struct profile_files stored = {{NULL, 0, 0}};
    struct map gone;
    int rc = view_load_files(r->c->store, r->c->arena, &stored, err);
    if (rc)
        return rc;
    map_init(&gone, r->c->arena);
    for (size_t i = 0; i < r->edits.len; i++) {
        struct content_edit *e = &r->edits.at[i];
        map_set(&gone, sv_str(e->path), e);
        if (e->old_path)
            map_set(&gone, sv_str(e->old_path), e);
        if (!e->remove)
            *vec_push(r->c->arena, &r->files.list) = (struct profile_file){e->path, e->text};
    }
    for (size_t i = 0; i < stored.list.len; i++)
        if (!map_get(&gone, sv_str(stored.list.at[i].path)))
            *vec_push(r->c->arena, &r->files.list) = stored.list.at[i];
    if (r->files.list.len)
        qsort(r->files.list.at, r->files.list.len, sizeof(*r->files.list.at), order_files);
    return CM_OK;
}

static struct digest state_of(const struct profile_files *files)
{
    struct digest_state s;
    digest_begin(&s);
    for (size_t i = 0; i < files->list.len; i++) {
        struct digest d = digest_of(files->list.at[i].text);
        digest_add_part(&s, sv_str(files->list.at[i].path));
        digest_add_part(&s, digest_sv(&d));
    }
    return digest_end(&s);
}

int content_state(struct store *s, struct arena *a, struct digest *out, struct err *err)
{
    struct profile_files files = {{NULL, 0, 0}};
    int rc = view_load_files(s, a, &files, err);
    if (rc == CM_OK)
        *out = state_of(&files);
    return rc;
}

/* The last recorded text of each field of a threat: name -> struct sv*. NULL texts (removed) are left out. */
static int recorded_fields(struct change_run *r, struct sv threat, struct map *out, bool *out_known, struct err *err)
{
    struct store_stmt *q;
    *out_known = false;
    map_init(out, r->c->arena);
    int rc = store_prepare(r->c->store,
                           "SELECT field, text, text IS NULL FROM field_change WHERE threat = $1 ORDER BY id",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv *text = arena_new(r->c->arena, struct sv);
        *text = store_int(q, 2) ? (struct sv){NULL, 0} : arena_sv(r->c->arena, store_text(q, 1));
        map_set(out, arena_sv(r->c->arena, store_text(q, 0)), text);
        *out_known = true;
    }
    store_done(q);
    return rc;
}

static void add_row(struct change_run *r, struct sv threat, struct sv field, struct sv text, bool removed, bool initial)
{
    *vec_push(r->c->arena, &r->rows) = (struct field_row){threat, field, text, removed, initial};
}

static int diff_threat(struct change_run *r, const struct content_edit *e, struct err *err)
{
    struct sv key = content_key(r->c->arena, e->path);
    struct sv id = sv_from_byte(key, strlen("threats/"));
    struct map recorded;
    bool known;
    struct text_fields now = {{NULL, 0, 0}};
    int rc = recorded_fields(r, id, &recorded, &known, err);
    if (rc)
        return rc;
    threat_text_fields(r->c->arena, e->text, &now);
    struct map present;
    map_init(&present, r->c->arena);
    for (size_t i = 0; i < now.list.len; i++) {
        struct text_field *f = &now.list.at[i];
        const struct sv *old = map_get(&recorded, f->name);
        map_set(&present, f->name, f);
        if (!old || !old->at || !sv_eq(*old, f->text))
            add_row(r, id, f->name, f->text, false, !known && r->change->initial);
    }
    for (size_t i = 0; i < recorded.len; i++) {
        const struct sv *old = recorded.entries[i].value;
        if (old->at && !map_get(&present, recorded.entries[i].key))
            add_row(r, id, recorded.entries[i].key, SV_NONE, true, false);
    }
    return CM_OK;
}

/* What an adopted record knows about a file, or NULL. */
static const struct recorded_file *recorded_file(const struct change_run *r, const char *path)
{
    return r->change->recorded ? map_get(r->change->recorded, sv_str(path)) : NULL;
}

static bool is_recorded(const struct change_run *r, const struct content_edit *e)
{
    const struct recorded_file *known = recorded_file(r, e->path);
    struct digest now = digest_of(e->text);
    return known && digest_eq(&known->digest, &now);
}

/* After the rows of a threat were found, from `from` on. */
static void pin_threat(struct change_run *r, const struct content_edit *e, size_t from)
{
    struct sv id = sv_from_byte(content_key(r->c->arena, e->path), strlen("threats/"));
    const struct threat *t = map_get(&r->profile.by_id, id);
    bool cites = false;
    for (size_t i = from; i < r->rows.len; i++)
        cites = cites || sv_eq_str(r->rows.at[i].field, "affects") || sv_eq_str(r->rows.at[i].field, "responses");
    if (t && cites)
        pins_of(r->c->arena, t, vec_push(r->c->arena, &r->pins));
}

static int find_changes(struct change_run *r, struct err *err)
{
    for (size_t i = 0; i < r->edits.len; i++) {
        const struct content_edit *e = &r->edits.at[i];
        if (is_recorded(r, e))
            continue;
        *vec_push(r->c->arena, &r->changed) = e;
        if (!e->remove && sv_starts(sv_str(e->path), SV("threats/"))) {
            size_t from = r->rows.len;
            int rc = diff_threat(r, e, err);
            if (rc)
                return rc;
            pin_threat(r, e, from);
        }
    }
    return CM_OK;
}

static bool same_rating(const struct rating *a, const struct rating *b)
{
    return a->given == b->given && a->level == b->level && a->low == b->low && a->high == b->high &&
           a->estimators == b->estimators;
}

/* What the group rates and counts by is substance, whatever the change says of itself. */
static int editorial_refused(const struct change_run *r, struct err *err)
{
    const struct content_editorial *e = r->change->editorial;
    const struct threat *now = e ? map_get(&r->profile.by_id, e->was->id) : NULL;
    if (!now)
        return CM_OK;
    const char *what = !same_rating(&now->likelihood, &e->was->likelihood) ? "likelihood"
                       : !same_rating(&now->damage, &e->was->damage)       ? "damage"
                       : now->level != e->was->level                       ? "level"
                                                                           : NULL;
    return what ? err_set(err, CM_EREFUSED, "another %s of %.*s is a change of substance, not an editorial one "
                          "(process.md, \"Calls\"); leave --editorial out", what, SV_ARG(now->id)) : CM_OK;
}

static void put_mapping(struct change_run *r, struct json *j, const struct digest *before, const struct digest *after)
{
    json_put_str(j, "before", digest_hex(r->c->arena, before));
    json_put_str(j, "after", digest_hex(r->c->arena, after));
}

/* Nothing when what is voted on stayed as it was; what rounds rate is a part of that. */
static void payload_editorial(struct change_run *r, struct json *j)
{
    const struct content_editorial *e = r->change->editorial;
    const struct threat *t = e ? map_get(&r->profile.by_id, e->was->id) : NULL;
    if (!t)
        return;
    struct digest after = voted_threat(&r->profile, t), rated = rounds_rated(&r->profile, t);
    if (digest_eq(&after, &e->before))
        return;
    json_key(j, "editorial");
    json_object(j);
    json_put(j, "threat", t->id);
    put_mapping(r, j, &e->before, &after);
    if (!digest_eq(&rated, &e->rated)) {
        json_key(j, "rated");
        json_object(j);
        put_mapping(r, j, &e->rated, &rated);
        json_end(j);
    }
    json_end(j);
}

static void write_payload(struct change_run *r, struct str *out)
{
    struct json j;
    payload_begin(r->c, &j, out, r->change->source);
    json_key(&j, "files");
    json_array(&j);
    for (size_t i = 0; i < r->changed.len; i++) {
        const struct content_edit *e = r->changed.at[i];
        struct digest d = digest_of(e->text);
        json_object(&j);
        json_put_str(&j, "path", e->path);
        if (e->old_path)
            json_put_str(&j, "was", e->old_path);
        json_put_str(&j, "digest", e->remove ? NULL : digest_hex(r->c->arena, &d));
        json_end(&j);
    }
    json_end(&j);
    json_key(&j, "fields");
    json_array(&j);
    for (size_t i = 0; i < r->rows.len; i++) {
        const struct field_row *f = &r->rows.at[i];
        json_object(&j);
        json_put(&j, "threat", f->threat);
        json_put(&j, "field", f->field);
        json_key(&j, "text");
        if (f->removed)
            json_null(&j);
        else
            json_string(&j, f->text);
        if (f->initial)
            json_put_bool(&j, "initial", true);
        json_end(&j);
    }
    json_end(&j);
    pins_json(&j, r->pins.at, r->pins.len);
    if (r->moves.list.len)
        coverage_moves_json(&j, &r->moves);
    payload_editorial(r, &j);
    if (r->change->payload)
        r->change->payload(&j, r->change->payload_data);
    json_end(&j);
    json_finish(&j);
}

/* The event, and the rows that follow from it. */
static int record(struct action_context *c, const struct record_draft *draft, int64_t *out, struct err *err)
{
    struct act_event e = {.at = draft->at, .actor = draft->actor, .action = draft->action, .subject = draft->subject};
    int rc = refuse_after_end(c, draft->action, err);
    if (!rc)
        rc = record_append(c->store, draft, &e.seq, err);
    *out = e.seq;
    return rc ? rc : acts_apply_text(c->store, c->arena, &e, draft->payload, err);
}

static int append_event(struct change_run *r, struct err *err)
{
    struct str payload = STR_INIT;
    struct sv actor;
    int rc = member_id(r->c, &actor, err);
    if (rc)
        return rc;
    write_payload(r, &payload);
    struct record_draft draft = {r->c->now, actor, sv_str(r->change->action),
                                 sv_from(r->change->subject.at, r->change->subject.len), r->state,
                                 str_sv(&payload)};
    rc = record(r->c, &draft, &r->event, err);
    if (announce_wanted(draft.action))
        r->payload = arena_sv(r->c->arena, str_sv(&payload));
    str_release(&payload);
    return rc;
}

int content_event(struct action_context *c, const char *action, struct sv subject, const struct str *payload,
                  struct action_result *out, struct err *err)
{
    struct sv actor;
    struct record_draft draft = {c->now, SV_NONE, sv_str(action), subject, {{0}}, str_sv(payload)};
    int64_t head;
    int rc = member_id(c, &actor, err);
    if (!rc) /* the content is what it was, so the record says so; what was changed past it stays to be found */
        rc = record_head(c->store, &head, NULL, &draft.state, err);
    if (!rc && !head)
        rc = content_state(c->store, c->arena, &draft.state, err);
    if (rc)
        return rc;
    draft.actor = actor;
    rc = record(c, &draft, &out->event, err);
    return rc ? rc : announce(c, draft.action, subject, draft.payload, out->event, err);
}

static int put_file(struct change_run *r, const struct content_edit *e, int64_t event, struct err *err)
{
    struct store_stmt *q;
    int rc;
    if (e->old_path) {
        if ((rc = store_prepare(r->c->store, "UPDATE file SET path = $1 WHERE path = $2", &q, err)))
            return rc;
        store_bind_text(q, 1, sv_str(e->path));
        store_bind_text(q, 2, sv_str(e->old_path));
        rc = store_finish(q, err);
        if (rc)
            return rc;
    }
    rc = store_prepare(r->c->store, e->remove ? "DELETE FROM file WHERE path = $1"
                                              : "INSERT INTO file (path, text, digest, event) VALUES ($1, $2, $3, $4) "
                                                "ON CONFLICT (path) DO UPDATE SET text = excluded.text, "
                                                "digest = excluded.digest, event = excluded.event", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, sv_str(e->path));
    struct digest d = digest_of(e->text);
    if (!e->remove) {
        store_bind_text(q, 2, e->text);
        store_bind_blob(q, 3, digest_sv(&d));
        store_bind_int(q, 4, event);
    }
    return store_finish(q, err);
}

static int put_files(struct change_run *r, struct err *err)
{
    for (size_t i = 0; i < r->edits.len; i++) {
        const struct content_edit *e = &r->edits.at[i];
        const struct recorded_file *known = recorded_file(r, e->path);
        int rc = put_file(r, e, known && is_recorded(r, e) ? known->event : r->event, err);
        if (rc)
            return rc;
    }
    return CM_OK;
}

static int put_rows(struct change_run *r, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < r->rows.len; i++) {
        const struct field_row *f = &r->rows.at[i];
        rc = put_field_change(r->c->store, f->threat, f->field, r->event, f->removed ? NULL : &f->text,
                              sv_from(r->change->source.at, r->change->source.len), f->initial, err);
    }
    for (size_t i = 0; !rc && i < r->pins.len; i++)
        rc = pins_put(r->c->store, &r->pins.at[i], r->event, err);
    return rc;
}

static void bind_word(struct store_stmt *q, int parameter, const struct terms *words, int index)
{
    if (index < 0)
        store_bind_null(q, parameter);
    else
        store_bind_text(q, parameter, words->list.at[index].id);
}

static int put_threat(struct change_run *r, const struct threat *t, struct err *err)
{
    struct store_stmt *q;
    struct threat_view v;
    const struct sig *sig = &r->profile.sig;
    memset(&v, 0, sizeof(v));
    view_derive_threat(r->c->arena, &r->profile, t, (struct on_record){0, 0}, &v);
    int rc = store_prepare(r->c->store,
                           "INSERT INTO threat (id, number, name, path, stage, level, likelihood, damage, priority, "
                           "folded, voted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
                           "ON CONFLICT (id) DO UPDATE SET name = excluded.name, path = excluded.path, "
                           "stage = excluded.stage, level = excluded.level, likelihood = excluded.likelihood, "
                           "damage = excluded.damage, priority = excluded.priority, folded = excluded.folded, "
                           "voted = excluded.voted", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, t->id);
    store_bind_int(q, 2, t->number);
    store_bind_text(q, 3, t->name);
    store_bind_text(q, 4, sv_str(t->file));
    store_bind_text(q, 5, r->profile.process.stages.at[t->stage].id);
    bind_word(q, 6, &sig->levels, t->level);
    bind_word(q, 7, &sig->likelihood, t->likelihood.given ? t->likelihood.level : -1);
    bind_word(q, 8, &sig->damage, t->damage.given ? t->damage.level : -1);
    if (v.priority)
        store_bind_int(q, 9, v.priority);
    else
        store_bind_null(q, 9);
    struct digest voted = voted_threat(&r->profile, t);
    store_bind_text(q, 10, t->name.len ? utf8_fold(r->c->arena, t->name) : SV_NONE);
    store_bind_blob(q, 11, digest_sv(&voted));
    return store_finish(q, err);
}

/* What the attack tree of a threat leads to, for part.h. */
static int put_tree_references(struct change_run *r, const struct threat *t, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store, "DELETE FROM tree_reference WHERE threat = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, t->id);
    rc = store_finish(q, err);
    for (size_t i = 0; !rc && t->tree && i < t->tree->nodes.len; i++) {
        struct sv target = t->tree->nodes.at[i].reference;
        ptrdiff_t hash = sv_find_char(target, '#');
        if (!target.len)
            continue;
        rc = store_prepare(r->c->store, "INSERT INTO tree_reference (threat, target) VALUES ($1, $2) "
                                        "ON CONFLICT (threat, target) DO NOTHING", &q, err);
        if (rc)
            return rc;
        store_bind_text(q, 1, t->id);
        store_bind_text(q, 2, hash < 0 ? target : sv_from(target.at, (size_t)hash));
        rc = store_finish(q, err);
    }
    return rc;
}

static int put_search(struct change_run *r, const struct threat *t, struct err *err)
{
    struct str text = STR_INIT;
    for (size_t i = 0; i < t->fields.len; i++) {
        str_add(&text, t->fields.at[i].text);
        str_add_char(&text, '\n');
    }
    int rc = fts_put(r->c->store, sv_str(arena_printf(r->c->arena, "threat:%.*s", SV_ARG(t->id))), t->name,
                     str_sv(&text), err);
    str_release(&text);
    return rc;
}

/* Words and rules change what is derived for every threat; a change of one threat concerns only that one. */
static bool rules_changed(const struct change_run *r)
{
    for (size_t i = 0; i < r->edits.len; i++)
        if (!sv_starts(sv_str(r->edits.at[i].path), SV("threats/")) &&
            strcmp(r->edits.at[i].path, "coverage.tsv"))
            return true;
    return false;
}

static int derive_rows(struct change_run *r, struct err *err)
{
    struct map touched;
    map_init(&touched, r->c->arena);
    for (size_t i = 0; i < r->edits.len; i++)
        map_set(&touched, sv_str(r->edits.at[i].path), r);
    for (size_t i = 0; i < r->profile.threats.len; i++) {
        const struct threat *t = &r->profile.threats.at[i];
        bool mine = map_get(&touched, sv_str(t->file)) != NULL;
        int rc = CM_OK;
        if (r->every_row || mine)
            rc = put_threat(r, t, err);
        if (!rc && (r->every_row || mine))
            rc = put_tree_references(r, t, err);
        if (!rc && mine)
            rc = put_search(r, t, err);
        if (rc)
            return rc;
        log_progress(r->c->log, "indexing threats", i + 1, r->profile.threats.len);
    }
    log_finish(r->c->log);
    return CM_OK;
}

static const struct profile_file *find_file(const struct profile_files *files, const char *path)
{
    for (size_t i = 0; i < files->list.len; i++)
        if (!strcmp(files->list.at[i].path, path))
            return &files->list.at[i];
    return NULL;
}

/* The column of threats in coverage.tsv follows the threats: what parsing made of it belongs to the change. */
static void follow_coverage(struct change_run *r, struct sv before)
{
    const struct profile_file *now = find_file(&r->files, "coverage.tsv");
    if (!now || sv_eq(now->text, before))
        return;
    for (size_t i = 0; i < r->edits.len; i++)
        if (!r->edits.at[i].remove && !strcmp(r->edits.at[i].path, now->path)) {
            r->edits.at[i].text = now->text;
            return;
        }
    *vec_push(r->c->arena, &r->edits) = (struct content_edit){.path = now->path, .text = now->text};
}

static int refused(const struct diag *diag, struct err *err)
{
    return err_set(err, CM_EINPUT, "%zu fault%s; nothing was changed", diag->errors, diag->errors == 1 ? "" : "s");
}

/* Parses the whole SIG as it would be. */
static int try_whole(struct change_run *r, struct err *err)
{
    bool rows_whole = false;
    int rc = edited_files(r, err);
    if (!rc)
        rc = part_rows_whole(r->c->store, &rows_whole, err);
    if (rc)
        return rc;
    const struct profile_file *coverage = find_file(&r->files, "coverage.tsv");
    struct sv before = coverage ? coverage->text : SV_NONE;
    profile_parse_current(r->c->arena, &r->files, "", r->c->diag, &r->profile, &r->moves);
    follow_coverage(r, before);
    if (r->c->diag->errors)
        return refused(r->c->diag, err);
    r->state = state_of(&r->files);
    r->every_row = rules_changed(r) || !rows_whole;
    return CM_OK;
}

static int try_change(struct change_run *r, struct err *err)
{
    struct part_change part = {.settled = false};
    bool whole = r->change->recorded || r->c->diag->len;
    int rc = whole ? CM_OK : part_try(r->c, r->edits.at, r->edits.len, &part, err);
    if (rc || !part.settled)
        return rc ? rc : try_whole(r, err);
    if (part.faults.errors) {
        *r->c->diag = part.faults;
        return refused(&part.faults, err);
    }
    r->profile = part.profile;
    r->state = part.state;
    r->moves = part.moves;
    if (part.coverage.len)
        *vec_push(r->c->arena, &r->edits) = (struct content_edit){.path = "coverage.tsv", .text = part.coverage};
    return CM_OK;
}

static int run_change(struct change_run *r, struct action_result *out, struct err *err)
{
    int rc = try_change(r, err);
    if (rc || (rc = editorial_refused(r, err)) || (rc = find_changes(r, err)))
        return rc;
    if (!r->change->recorded || r->changed.len) {
        if ((rc = append_event(r, err)))
            return rc;
    }
    if ((rc = put_files(r, err)) || (rc = put_rows(r, err)) || (rc = derive_rows(r, err)))
        return rc;
    out->event = r->event;
    out->files = r->changed.len;
    out->fields = r->rows.len;
    out->moves = r->moves;
    struct sv subject = sv_from(r->change->subject.at, r->change->subject.len);
    return r->payload.len ? announce(r->c, sv_str(r->change->action), subject, r->payload, r->event, err) : CM_OK;
}

int content_apply(struct action_context *c, const struct content_change *change, struct action_result *out,
                  struct err *err)
{
    struct change_run r;
    memset(&r, 0, sizeof(r));
    if (!change->edits.len)
        return CM_OK;
    r.c = c;
    r.change = change;
    for (size_t i = 0; i < change->edits.len; i++)
        *vec_push(c->arena, &r.edits) = change->edits.at[i];
    return run_change(&r, out, err);
}
