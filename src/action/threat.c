/* Actions on one threat. Each edits the text of its file and hands it to content_apply(). */
#include "action/part.h"

#include "base/date.h"
#include "base/suggest.h"
#include "register/rounds.h"
#include "register/voted.h"

struct threat_run {
    struct action_context *c;
    struct action_result *out;
    const struct action_info *info;
    struct sv id, stage;
    bool override;
    const struct proposal *proposal;
    const struct field_edit *edits;
    size_t edit_count;
    struct sv base, text;
    const struct sv *into;
    size_t into_count;
    const char *end;
    bool editorial; /* of edit() and replace() */
    /* filled by begin() */
    struct profile_files files;
    struct profile *profile;
    const struct threat *threat;
    struct standing standing; /* of advance() */
};

/* The threat, and those that take its place. */
static int load_part(struct threat_run *r, struct err *err)
{
    struct sv *ids = arena_new_array(r->c->arena, struct sv, r->into_count + 1);
    for (size_t i = 0; i < r->into_count; i++)
        ids[i] = r->into[i];
    ids[r->into_count] = r->id;
    return part_load(r->c, ids, r->into_count + (r->id.len > 0), &r->files, &r->profile, err);
}

static int begin(struct threat_run *r, const char *action, struct err *err)
{
    r->info = action_find(action);
    int rc = load_part(r, err);
    if (!rc)
        rc = permit(r->c, r->profile, r->info->needs, err);
    if (rc || !r->id.len)
        return rc;
    r->threat = map_get(&r->profile->by_id, r->id);
    if (!r->threat)
        return err_set(err, CM_ENOTFOUND, "there is no threat %.*s; \"casemate threat list\" shows all", SV_ARG(r->id));
    return CM_OK;
}

static int want_reason(const struct threat_run *r, struct err *err)
{
    if (r->c->reason.len)
        return CM_OK;
    return err_set(err, CM_EREFUSED, "%s wants a public reason; add --reason TEXT", r->info->command);
}

static int finish(struct threat_run *r, const char *path, struct sv text, const struct content_change *extra,
                  struct err *err)
{
    struct content_change change = *extra;
    struct content_editorial editorial = {.was = r->threat};
    struct content_edit *e = vec_push(r->c->arena, &change.edits);
    struct sv normal;
    int rc = profile_format(r->c->arena, path, text, r->profile, &normal, r->c->diag, err);
    if (rc)
        return rc;
    if (r->threat && sv_eq(normal, r->threat->source))
        return CM_OK;
    e->path = path;
    e->text = normal;
    change.action = r->info->name;
    if (r->c->source.len)
        change.source = r->c->source;
    if (!change.source.len)
        change.source = SV("command line");
    change.subject = r->id;
    r->out->id = r->id;
    if (r->editorial) {
        editorial.before = voted_threat(r->profile, r->threat);
        editorial.rated = rounds_rated(r->profile, r->threat);
        change.editorial = &editorial;
    }
    return content_apply(r->c, &change, r->out, err);
}

/* "threat edit --editorial". */
static int want_editorial(struct threat_run *r, struct err *err)
{
    r->editorial = r->c->editorial;
    if (!r->editorial || r->c->reason.len)
        return CM_OK;
    return err_set(err, CM_EREFUSED, "what is called editorial says why in public, as members may challenge it; add "
                   "--reason TEXT");
}

/* The highest number ever given: rows of threats are never deleted. */
static int highest_number(struct store *s, unsigned *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT coalesce(max(number), 0) FROM threat", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (unsigned)store_int(q, 0);
    store_done(q);
    return rc;
}

static int set(struct threat_run *r, struct sv *text, const char *key, struct sv value, bool flow, struct err *err)
{
    struct sv changed;
    int rc = threat_text_set(r->c->arena, *text, key, value, flow, &changed, err);
    if (!rc)
        *text = changed;
    return rc;
}

static struct sv flow_list(struct arena *a, struct sv comma_separated)
{
    return sv_str(arena_printf(a, "[%.*s]", SV_ARG(comma_separated)));
}

static const char *const front_keys[] = {"name",     "areas",   "stride",     "level",  "affects", "attacker",
                                         "proposed", "likelihood", "damage", "responses", "reason", "into", "related"};

/* Keys whose value is a list or a mapping. */
static bool is_flow(struct sv key)
{
    static const char *const flows[] = {"areas", "stride", "affects", "attacker", "proposed", "likelihood",
                                        "damage", "responses", "into", "related"};
    for (size_t i = 0; i < ARRAY_LEN(flows); i++)
        if (sv_eq_str(key, flows[i]))
            return true;
    return false;
}

static int unknown_field(const struct threat_run *r, struct sv name, struct err *err)
{
    const struct template *t = &r->profile->template;
    const char *near = suggest_nearest(name, front_keys, ARRAY_LEN(front_keys));
    for (size_t i = 0; !near && i < t->fields.len; i++) {
        const char *id = arena_strndup(r->c->arena, t->fields.at[i].id.at, t->fields.at[i].id.len);
        near = suggest_nearest(name, &id, 1);
    }
    return err_set(err, CM_EINPUT, "there is no field \"%.*s\"%s%s%s", SV_ARG(name), near ? "; did you mean \"" : "",
                   near ? near : "", near ? "\"?" : "; template.md names the fields");
}

static int apply_edit(struct threat_run *r, struct sv *text, const struct field_edit *e, struct err *err)
{
    const struct template *t = &r->profile->template;
    struct arena *a = r->c->arena;
    if (sv_eq_str(e->field, "stage") || sv_eq_str(e->field, "id"))
        return err_set(err, CM_EREFUSED, "\"%.*s\" is not edited; %s", SV_ARG(e->field),
                       e->field.at[0] == 's' ? "use threat advance, reopen, merge, split or withdraw"
                                             : "it is for life");
    int field = template_field(t, e->field);
    if (field < 0)
        field = template_field_named(t, e->field);
    if (field >= 0 && t->fields.at[field].kind == FIELD_PRIORITY)
        return err_set(err, CM_EREFUSED, "the priority is derived from likelihood and damage; set those");
    bool dotted = sv_find_char(e->field, '.') >= 0;
    if (field >= 0 && t->fields.at[field].kind == FIELD_PROSE)
        return threat_text_set_section(a, t, *text, t->fields.at[field].name, e->text, text, err);
    bool known = dotted || (field >= 0 && t->fields.at[field].kind == FIELD_LINE);
    for (size_t i = 0; i < ARRAY_LEN(front_keys); i++)
        known = known || sv_eq_str(e->field, front_keys[i]);
    if (!known)
        return unknown_field(r, e->field, err);
    const char *key = arena_strndup(a, e->field.at, e->field.len);
    return set(r, text, key, e->text, !dotted && is_flow(e->field), err);
}

static int propose(struct store *s, void *context, struct err *err)
{
    struct threat_run *r = context;
    struct arena *a = r->c->arena;
    unsigned number = 0;
    int rc = begin(r, "threat.propose", err);
    if (!rc)
        rc = highest_number(s, &number, err);
    if (rc)
        return rc;
    const struct sig *sig = &r->profile->sig;
    r->id = sv_str(arena_printf(a, "%.*s-%04u", SV_ARG(sig->prefix), number + 1));
    struct sv by = r->c->actor.len ? r->c->actor : SV("operator");
    struct sv date = sv_str(date_format(a, date_from_time(r->c->now)));
    struct sv text = threat_text_new(a, r->profile, number + 1, r->proposal->name, by, date);
    const struct template *t = &r->profile->template;
    struct sv abstract_title = t->fields.at[template_field(t, SV("abstract"))].name;
    if ((rc = set(r, &text, "areas", flow_list(a, r->proposal->areas), true, err)))
        return rc;
    if (r->proposal->abstract.len &&
        (rc = threat_text_set_section(a, t, text, abstract_title, r->proposal->abstract, &text, err)))
        return rc;
    for (size_t i = 0; i < r->proposal->edit_count; i++)
        if ((rc = apply_edit(r, &text, &r->proposal->edits[i], err)))
            return rc;
    struct content_change change = {.initial = true};
    return finish(r, threat_file_name(a, r->id, r->proposal->name), text, &change, err);
}

int action_threat_propose(struct action_context *c, const struct proposal *p, struct action_result *out,
                          struct err *err)
{
    struct threat_run r = {.c = c, .out = out, .proposal = p};
    memset(out, 0, sizeof(*out));
    if (!p->name.len)
        return err_set(err, CM_EINPUT, "a threat needs a name; add --name NAME");
    return store_tx(c->store, propose, &r, err);
}

static int edit(struct store *s, void *context, struct err *err)
{
    struct threat_run *r = context;
    int rc = begin(r, "threat.edit", err);
    (void)s;
    if (!rc)
        rc = want_editorial(r, err);
    if (rc)
        return rc;
    struct sv text = r->threat->source;
    for (size_t i = 0; i < r->edit_count; i++)
        if ((rc = apply_edit(r, &text, &r->edits[i], err)))
            return rc;
    struct content_change change = {.initial = false};
    return finish(r, r->threat->file, text, &change, err);
}

int action_threat_edit(struct action_context *c, struct sv id, const struct field_edit *edits, size_t count,
                       struct action_result *out, struct err *err)
{
    struct threat_run r = {.c = c, .out = out, .id = id, .edits = edits, .edit_count = count};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, edit, &r, err);
}

static struct sv front_value(struct arena *a, struct sv text, const char *key)
{
    struct text_fields fields = {{NULL, 0, 0}};
    threat_text_fields(a, text, &fields);
    for (size_t i = 0; i < fields.list.len; i++)
        if (sv_eq_str(fields.list.at[i].name, key))
            return fields.list.at[i].text;
    return SV_NONE;
}

static int replace(struct store *s, void *context, struct err *err)
{
    struct threat_run *r = context;
    struct sv text, normal;
    int rc = begin(r, "threat.edit", err);
    (void)s;
    if (!rc)
        rc = want_editorial(r, err);
    if (!rc)
        rc = profile_format(r->c->arena, r->threat->file, r->text, r->profile, &normal, r->c->diag, err);
    if (rc)
        return rc;
    if (!sv_eq(front_value(r->c->arena, r->base, "id"), front_value(r->c->arena, normal, "id")) ||
        !sv_eq(front_value(r->c->arena, r->base, "stage"), front_value(r->c->arena, normal, "stage")))
        return err_set(err, CM_EREFUSED,
                       "id and stage are not edited; use threat advance, reopen, merge, split or withdraw");
    if ((rc = profile_merge(r->c->arena, r->threat->file, r->base, r->threat->source, normal, &text, r->c->diag, err)))
        return rc;
    struct content_change change = {.source = SV("editor")};
    return finish(r, r->threat->file, text, &change, err);
}

int action_threat_replace(struct action_context *c, struct sv id, struct sv base, struct sv text,
                          struct action_result *out, struct err *err)
{
    struct threat_run r = {.c = c, .out = out, .id = id, .base = base, .text = text};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, replace, &r, err);
}

static const char *act_missing(struct arena *a, const struct profile *p, const struct threat *t, int stage)
{
    const struct mode *mode = process_mode(&p->process);
    uint32_t needs = p->process.stages.at[stage].needs;
    if (needs & 1u << NEED_ESTIMATES && mode->first_round_days)
        return arena_printf(a, "a closed round in which at least %u members rated likelihood and damage of the text as "
                            "it is (\"casemate round open %.*s\")", mode->estimators, SV_ARG(t->id));
    if (needs & 1u << NEED_ESTIMATES) {
        unsigned have = t->likelihood.given && t->damage.given
                            ? (t->likelihood.estimators < t->damage.estimators ? t->likelihood.estimators
                                                                               : t->damage.estimators)
                            : 0;
        return arena_printf(a, "estimates by %u people for each factor, there are %u", mode->estimators, have);
    }
    if (needs & 1u << NEED_PRIORITY_STOOD)
        return arena_printf(a, "a closed round on the text as it is, and %u days since without an open objection",
                            p->process.objection_days);
    bool reviews = sv_eq_str(mode->acceptance, "reviews");
    return arena_printf(a, "acceptance by %.*s on record%s", SV_ARG(mode->acceptance),
                        reviews ? " (a review that was answered \"sound\" about the text as it is; see casemate review "
                                  "request)" : "");
}

/* What keeps the threat out of a stage, as one text; empty when nothing does. Content first, then acts of the group. */
static void list_lacks(struct threat_run *r, int stage, struct str *content, struct str *acts)
{
    struct lacks lacks = {{NULL, 0, 0}};
    struct arena *a = r->c->arena;
    profile_lacks(a, r->profile, r->threat, stage, &lacks);
    for (size_t i = 0; i < lacks.list.len; i++)
        str_addf(content, "%s%.*s", content->len ? "; " : "", SV_ARG(lacks.list.at[i].text));
    if (!view_acts_done(r->profile, r->threat, stage, standing_of(&r->standing, r->threat).acts))
        str_addf(acts, "%s%s", acts->len ? "; " : "", act_missing(a, r->profile, r->threat, stage));
}

static int refuse(struct threat_run *r, int stage, const struct str *content, const struct str *acts, struct err *err)
{
    struct sv name = r->profile->process.stages.at[stage].name;
    if (content->len)
        return err_set(err, CM_EREFUSED, "%.*s cannot enter \"%.*s\": %s%s%s", SV_ARG(r->id), SV_ARG(name),
                       content->data, acts->len ? "; also missing: " : "", str_cstr(acts));
    if (acts->len && !r->override)
        return err_set(err, CM_EREFUSED,
                       "%.*s cannot enter \"%.*s\": it needs %s; a leader may use --override --reason TEXT",
                       SV_ARG(r->id), SV_ARG(name), acts->data);
    return CM_OK;
}

struct overridden_stages {
    const struct process *process;
    uint32_t bits;
};

static void override_payload(struct json *j, const void *data)
{
    const struct overridden_stages *o = data;
    json_key(j, "override");
    json_array(j);
    for (size_t i = 0; i < o->process->stage_count && i < 32; i++)
        if (o->bits & 1u << i)
            json_string(j, o->process->stages.at[i].id);
    json_end(j);
}

static int target_stage(struct threat_run *r, int *out, struct err *err)
{
    const struct process *p = &r->profile->process;
    int now = r->threat->stage;
    if (p->stages.at[now].end)
        return err_set(err, CM_EREFUSED, "%.*s is %.*s; use threat reopen first", SV_ARG(r->id),
                       SV_ARG(p->stages.at[now].id));
    *out = r->stage.len ? process_stage(p, r->stage) : now + 1;
    if (!r->stage.len && (size_t)*out >= p->stage_count)
        return err_set(err, CM_EREFUSED, "%.*s is at the last stage", SV_ARG(r->id));
    if (*out < 0 || p->stages.at[*out].end)
        return err_set(err, CM_EINPUT, "there is no stage \"%.*s\"; process.md names the stages", SV_ARG(r->stage));
    return CM_OK;
}

static int put_overrides(struct threat_run *r, const struct overridden_stages *o, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < o->process->stage_count && i < 32; i++)
        if (o->bits & 1u << i)
            rc = put_override(r->c->store, r->id, o->process->stages.at[i].id, r->out->event, err);
    return rc;
}

static int advance(struct store *s, void *context, struct err *err)
{
    struct threat_run *r = context;
    int target = -1;
    int rc = begin(r, r->override ? "threat.override" : "threat.advance", err);
    if (!rc && r->override)
        rc = want_reason(r, err);
    if (!rc)
        rc = target_stage(r, &target, err);
    if (!rc)
        rc = standing_load_one(s, r->c->arena, r->profile, r->c->now, r->id, &r->standing, err);
    if (rc)
        return rc;
    if (target <= r->threat->stage)
        return err_set(err, CM_EREFUSED, "%.*s is at \"%.*s\" already; to go back use threat reopen", SV_ARG(r->id),
                       SV_ARG(r->profile->process.stages.at[r->threat->stage].name));
    struct overridden_stages o = {&r->profile->process, 0};
    for (int stage = 0; !rc && stage <= target; stage++) {
        struct str content = STR_INIT, acts = STR_INIT;
        list_lacks(r, stage, &content, &acts);
        if (acts.len && stage < 32)
            o.bits |= 1u << stage;
        rc = refuse(r, stage, &content, &acts, err);
        str_release(&content);
        str_release(&acts);
    }
    struct sv text = r->threat->source;
    if (!rc)
        rc = set(r, &text, "stage", o.process->stages.at[target].id, false, err);
    struct content_change change = {.payload = o.bits ? override_payload : NULL, .payload_data = &o};
    if (!rc)
        rc = finish(r, r->threat->file, text, &change, err);
    return rc ? rc : put_overrides(r, &o, err);
}

int action_threat_advance(struct action_context *c, struct sv id, struct sv stage, bool override,
                          struct action_result *out, struct err *err)
{
    struct threat_run r = {.c = c, .out = out, .id = id, .stage = stage, .override = override};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, advance, &r, err);
}

static int reopen(struct store *s, void *context, struct err *err)
{
    struct threat_run *r = context;
    int rc = begin(r, "threat.reopen", err);
    (void)s;
    if (!rc)
        rc = want_reason(r, err);
    if (rc)
        return rc;
    const struct process *p = &r->profile->process;
    int stage = process_stage(p, r->stage);
    if (stage < 0 || p->stages.at[stage].end)
        return err_set(err, CM_EINPUT, "there is no stage \"%.*s\" to reopen to; process.md names the stages",
                       SV_ARG(r->stage));
    if (!p->stages.at[r->threat->stage].end && stage >= r->threat->stage)
        return err_set(err, CM_EREFUSED, "%.*s is at \"%.*s\"; reopening goes back, threat advance goes on",
                       SV_ARG(r->id), SV_ARG(p->stages.at[r->threat->stage].name));
    struct sv text = r->threat->source;
    rc = set(r, &text, "stage", p->stages.at[stage].id, false, err);
    if (!rc && p->stages.at[r->threat->stage].end && r->threat->reason.len)
        rc = set(r, &text, "reason", SV_NONE, false, err);
    if (!rc && p->stages.at[r->threat->stage].end && r->threat->into.len)
        rc = set(r, &text, "into", SV_NONE, true, err);
    struct content_change change = {.initial = false};
    return rc ? rc : finish(r, r->threat->file, text, &change, err);
}

int action_threat_reopen(struct action_context *c, struct sv id, struct sv stage, struct action_result *out,
                         struct err *err)
{
    struct threat_run r = {.c = c, .out = out, .id = id, .stage = stage};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, reopen, &r, err);
}

static struct sv successors(struct threat_run *r)
{
    struct str list = STR_INIT;
    str_add_char(&list, '[');
    for (size_t i = 0; i < r->into_count; i++)
        str_addf(&list, "%s%.*s", i ? ", " : "", SV_ARG(r->into[i]));
    str_add_char(&list, ']');
    struct sv result = arena_sv(r->c->arena, str_sv(&list));
    str_release(&list);
    return result;
}

static int end_threat(struct store *s, void *context, struct err *err)
{
    struct threat_run *r = context;
    const char *action = !strcmp(r->end, "merged")  ? "threat.merge"
                         : !strcmp(r->end, "split") ? "threat.split"
                                                    : "threat.withdraw";
    int rc = begin(r, action, err);
    (void)s;
    if (!rc)
        rc = want_reason(r, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < r->into_count; i++) {
        if (!map_get(&r->profile->by_id, r->into[i]))
            return err_set(err, CM_ENOTFOUND, "there is no threat %.*s", SV_ARG(r->into[i]));
        if (sv_eq(r->into[i], r->id))
            return err_set(err, CM_EINPUT, "%.*s cannot succeed itself", SV_ARG(r->id));
    }
    struct sv text = r->threat->source;
    if ((rc = set(r, &text, "stage", sv_str(r->end), false, err)) ||
        (rc = set(r, &text, "reason", r->c->reason, false, err)))
        return rc;
    if (r->into_count && (rc = set(r, &text, "into", successors(r), true, err)))
        return rc;
    struct content_change change = {.initial = false};
    return finish(r, r->threat->file, text, &change, err);
}

int action_threat_end(struct action_context *c, struct sv id, const char *end, const struct sv *into, size_t into_count,
                      struct action_result *out, struct err *err)
{
    struct threat_run r = {.c = c, .out = out, .id = id, .end = end, .into = into, .into_count = into_count};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, end_threat, &r, err);
}
