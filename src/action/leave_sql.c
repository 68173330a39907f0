/* Leaving under a pseudonym: the name goes from every event, row and stored edition, and a pseudonym made of the id of
 * the person, which headers hold anyway, stands in its place. What remains of each event is vouched for by the event of
 * the leave (store/record.h). */
#include "action/people.h"

#include "action/erasure.h"
#include "forum/list.h"

struct leave_run {
    struct action_context *c;
    struct sv name, id, pseudonym;
    struct leave_outcome *outcome;
    struct action_result *out;
    struct act act;
    struct erased erased;
    struct content_change change;
};

static int find_person(struct leave_run *r, struct err *err)
{
    struct people people;
    int rc = people_load(r->c->store, r->c->arena, NULL, r->c->now, &people, err);
    const struct person *person = rc ? NULL : people_find(&people, r->name);
    if (!rc && !person)
        return err_set(err, CM_ENOTFOUND, "%.*s is not known; \"casemate member list\" shows all", SV_ARG(r->name));
    if (rc)
        return rc;
    r->id = person->id;
    r->pseudonym = sv_str(arena_printf(r->c->arena, "Former member %.*s", SV_ARG(sv_from_byte(person->id, 1))));
    return sv_eq(r->pseudonym, r->name) ? err_set(err, CM_EREFUSED, "%.*s is a pseudonym already", SV_ARG(r->name))
                                        : people_new_name(r->c, r->pseudonym, err);
}

/* ---- what stands in the way ---- */

static int check_authors(struct leave_run *r, struct err *err)
{
    const struct sig *sig = &r->act.profile->sig;
    for (size_t i = 0; i < sig->authors.len; i++) {
        const struct author *a = &sig->authors.at[i];
        if (sv_eq_str(r->name, arena_printf(r->c->arena, "%.*s %.*s", SV_ARG(a->first), SV_ARG(a->last))))
            return err_set(err, CM_EREFUSED, "sig.yaml names %.*s as an author of the documents; change that first",
                           SV_ARG(r->name));
    }
    return CM_OK;
}

/* The notes of a closed embargo commit to their author's name. */
static int check_embargoes(struct leave_run *r, struct err *err)
{
    struct store_stmt *q;
    struct sv id = SV_NONE;
    int rc = store_prepare(r->c->store, "SELECT embargo FROM embargo_secret WHERE author = $1 LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->name);
    while ((rc = store_step(q, err)) == STORE_ROW)
        id = arena_sv(r->c->arena, store_text(q, 0));
    store_done(q);
    if (!rc && id.len)
        rc = err_set(err, CM_EREFUSED, "%.*s wrote notes of embargo %.*s, which the record commits to with the "
                     "name; leave without --pseudonym now, and ask for it again when the embargo was released",
                     SV_ARG(r->name), SV_ARG(id));
    return rc;
}

/* ---- the name in events and rows ---- */

static bool is_name(const struct erasure_text *t)
{
    static const char *const keys[] = {"actor", "name", "author", "carrier", "reviewer"};
    if (sv_eq_str(t->parent, "fields"))
        return sv_eq_str(t->key, "text") && sv_eq_str(json_get_text(t->object, "field"), "proposed.by");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (sv_eq_str(t->key, keys[i]))
            return true;
    return false;
}

/* Who runs a list: names with commas between. */
static bool owners_instead(struct leave_run *r, struct sv owners, struct sv *out)
{
    struct str text = STR_INIT;
    struct sv name;
    bool found = false;
    while (sv_split(&owners, ',', &name)) {
        bool own = sv_eq(sv_trim(name), r->name);
        found = found || own;
        str_addf(&text, "%s%.*s", text.len ? ", " : "", SV_ARG(own ? r->pseudonym : sv_trim(name)));
    }
    *out = arena_sv(r->c->arena, str_sv(&text));
    str_release(&text);
    return found;
}

static bool pseudonym_instead(void *context, const struct erasure_text *t, struct sv *out)
{
    struct leave_run *r = context;
    if (sv_eq_str(t->parent, "settings") && sv_eq_str(t->key, list_setting_table[SET_OWNERS].name))
        return owners_instead(r, t->text, out);
    *out = r->pseudonym;
    return sv_eq(t->text, r->name) && is_name(t);
}

static int rename_events(struct leave_run *r, struct err *err)
{
    struct erasure_events found = {{NULL, 0, 0}};
    int rc = erasure_find(r->c, r->name, &found, err);
    for (size_t i = 0; !rc && i < found.list.len; i++) {
        const struct erasure_event *e = &found.list.at[i];
        struct arena scratch = ARENA_INIT;
        const struct json_value *payload;
        struct sv remains = SV_NONE, ignored;
        bool clean = true;
        rc = json_parse(&scratch, e->payload, e->payload.len, &payload, err);
        bool changed = !rc && erasure_remains(&scratch, payload, pseudonym_instead, r, &remains);
        if (changed)
            rc = erasure_put(r->c, &r->erased, e->seq, remains, err);
        struct sv left = changed ? remains : e->payload;
        if (!rc && erasure_rewrite(&scratch, SV("payload.json"), left, r->name, SV_NONE, &ignored, &clean))
            *vec_push(r->c->arena, &r->outcome->events) = e->seq;
        arena_release(&scratch);
    }
    return rc;
}

static int rename_rows(struct leave_run *r, struct err *err)
{
    static const char *const updates[] = {
        "UPDATE member SET name = $1 WHERE name = $2",
        "UPDATE estimate SET name = $1 WHERE name = $2",
        "UPDATE handover SET carrier = $1 WHERE carrier = $2",
        "UPDATE review SET reviewer = $1 WHERE reviewer = $2",
        "UPDATE assent SET author = $1 WHERE author = $2",
        "UPDATE embargo_note SET author = $1, salt = NULL WHERE author = $2",
        "UPDATE field_change SET text = $1 WHERE field = 'proposed.by' AND text = $2",
    };
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < ARRAY_LEN(updates); i++) {
        struct store_stmt *q;
        if ((rc = store_prepare(r->c->store, updates[i], &q, err)))
            return rc;
        store_bind_text(q, 1, r->pseudonym);
        store_bind_text(q, 2, r->name);
        rc = store_finish(q, err);
    }
    return rc;
}

static int rename_owner(struct leave_run *r, const struct list *list, struct err *err)
{
    struct store_stmt *q;
    struct sv owners;
    if (!owners_instead(r, list->setting[SET_OWNERS], &owners))
        return CM_OK;
    int rc = list_setting_check(SET_OWNERS, owners, err);
    if (!rc)
        rc = store_prepare(r->c->store, "UPDATE list_setting SET value = $3 WHERE list = $1 AND name = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list->id);
    store_bind_text(q, 2, sv_str(list_setting_table[SET_OWNERS].name));
    store_bind_text(q, 3, owners);
    return store_finish(q, err);
}

static int rename_owners(struct leave_run *r, struct err *err)
{
    struct lists lists;
    int rc = lists_load(r->c->store, r->c->arena, &lists, err);
    for (size_t i = 0; !rc && i < lists.list.len; i++)
        rc = rename_owner(r, &lists.list.at[i], err);
    return rc;
}

/* Who proposed a threat stands in its file. */
static int rename_files(struct leave_run *r, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < r->act.profile->threats.len; i++) {
        const struct threat *t = &r->act.profile->threats.at[i];
        struct sv text, normal;
        if (!sv_eq(t->proposed.by, r->name))
            continue;
        rc = threat_text_set(r->c->arena, t->source, "proposed.by", r->pseudonym, false, &text, err);
        if (!rc)
            rc = profile_format(r->c->arena, t->file, text, r->act.profile, &normal, r->c->diag, err);
        if (!rc)
            *vec_push(r->c->arena, &r->change.edits) = (struct content_edit){.path = t->file, .text = normal};
    }
    return rc;
}

/* ---- the act ---- */

static void put_payload(struct json *j, const void *data)
{
    const struct leave_run *r = data;
    json_key(j, "member");
    json_object(j);
    json_put(j, "id", r->id);
    json_put(j, "name", r->pseudonym);
    json_end(j);
    json_put_bool(j, "pseudonym", true);
    erasure_json(r->c->arena, j, &r->erased);
}

static int commit(struct leave_run *r, struct err *err)
{
    if (!r->change.edits.len) { /* act_begin() wrote the name */
        str_clear(&r->act.payload);
        payload_begin(r->c, &r->act.json, &r->act.payload, SV_NONE);
        put_payload(&r->act.json, r);
        return act_commit(&r->act, r->id, err);
    }
    r->out->id = r->id;
    r->change.action = r->act.info->name;
    r->change.subject = r->id;
    r->change.payload = put_payload;
    r->change.payload_data = r;
    return content_apply(r->c, &r->change, r->out, err);
}

static int leave(struct store *s, void *context, struct err *err)
{
    struct leave_run *r = context;
    struct erasure_paths paths = {{NULL, 0, 0}};
    bool own = sv_eq(r->c->actor, r->name);
    (void)s;
    int rc = act_begin(&r->act, r->c, own ? "member.leave" : "member.remove", 0, r->out, err);
    if (!rc && !own && !r->c->reason.len)
        rc = err_set(err, CM_EREFUSED, "to remove a member wants a public reason; add --reason TEXT");
    if (!rc && erasure_holds(r->c->reason, r->name))
        rc = err_set(err, CM_EINPUT, "the reason holds the name, and it is public");
    if (!rc)
        rc = find_person(r, err);
    if (rc || (rc = check_authors(r, err)) || (rc = check_embargoes(r, err)) || (rc = rename_events(r, err)) ||
        (rc = rename_rows(r, err)) || (rc = rename_owners(r, err)) || (rc = rename_files(r, err)) ||
        (rc = erasure_reminders(r->c, r->name, r->pseudonym, err)) ||
        (rc = erasure_editions(r->c, &r->erased, r->name, r->pseudonym, err)) ||
        (rc = erasure_forget_import(r->c, r->name, err)) || (rc = erasure_finish(r->c, &r->erased, err)))
        goto out;
    if (own)
        r->c->actor = r->pseudonym;
    rc = commit(r, err);
    if (!rc)
        rc = erasure_present(r->c, r->name, &paths, err);
    for (size_t i = 0; i < paths.list.len; i++)
        *vec_push(r->c->arena, &r->outcome->files) = paths.list.at[i];
    r->outcome->pseudonym = r->pseudonym;
out:
    act_release(&r->act);
    return rc;
}

int action_member_leave_as_pseudonym(struct action_context *c, struct sv name, struct leave_outcome *outcome,
                                     struct action_result *out, struct err *err)
{
    struct leave_run r = {.c = c, .name = name, .outcome = outcome, .out = out};
    memset(outcome, 0, sizeof(*outcome));
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, leave, &r, err);
}
