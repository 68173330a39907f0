#include "action/ties.h"

#include "action/acts.h"
#include "base/suggest.h"

enum { TIES_MAX = 5, MID_MAX = 1000 }; /* threats that one message may name */

/* ---- what there is ---- */

int tied_threat_load(struct action_context *c, struct sv id, struct tied_threat *out, bool *out_found,
                     struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT id, name, stage, coalesce(priority, 0) FROM threat WHERE id = $1", &q,
                           err);
    *out_found = false;
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out = (struct tied_threat){arena_sv(c->arena, store_text(q, 0)), arena_sv(c->arena, store_text(q, 1)),
                                    arena_sv(c->arena, store_text(q, 2)), store_int(q, 3)};
        *out_found = true;
    }
    store_done(q);
    return rc;
}

static int wanted_threat(struct action_context *c, struct sv id, struct tied_threat *out, struct err *err)
{
    bool found;
    int rc = tied_threat_load(c, id, out, &found, err);
    if (!rc && !found)
        rc = err_set(err, CM_ENOTFOUND, "there is no threat %.*s", SV_ARG(id));
    return rc;
}

static int wanted_stage(struct action_context *c, const struct process *p, struct sv stage, struct err *err)
{
    const char **names = arena_new_array(c->arena, const char *, p->stages.len + 1);
    size_t count = 0;
    int found = process_stage(p, stage);
    if (found >= 0 && !p->stages.at[found].end)
        return CM_OK;
    for (size_t i = 0; i < p->stages.len; i++)
        if (!p->stages.at[i].end)
            names[count++] = arena_strndup(c->arena, p->stages.at[i].id.at, p->stages.at[i].id.len);
    const char *near = suggest_nearest(stage, names, count);
    return err_set(err, CM_ENOTFOUND, "there is no stage \"%.*s\"%s%s%s", SV_ARG(stage),
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "; process.md names the stages");
}

struct thread_name {
    struct sv list, mid; /* of its first message */
};

static int name_thread(struct action_context *c, int64_t thread, struct thread_name *out, struct err *err)
{
    struct store_stmt *q;
    bool found = false;
    int rc = store_prepare(c->store, "SELECT list, mid FROM public_message WHERE thread = $1 "
                                     "ORDER BY parent IS NOT NULL, date, id LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, thread);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out = (struct thread_name){arena_sv(c->arena, store_text(q, 0)), arena_sv(c->arena, store_text(q, 1))};
        found = true;
    }
    store_done(q);
    if (!rc && !found)
        return err_set(err, CM_ENOTFOUND, "there is no thread %lld; \"casemate thread list\" shows them",
                       (long long)thread);
    return rc;
}

/* A tie of one of the messages of a thread. Threads grow together, so it need not be the first one any more. */
struct tie_row {
    struct sv mid, threat, about;
};
struct tie_rows {
    VEC(struct tie_row) list;
};

static int load_ties(struct action_context *c, int64_t thread, struct tie_rows *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT t.mid, t.threat, t.about FROM public_message m JOIN thread_tie t "
                                     "ON t.list = m.list AND t.mid = m.mid WHERE m.thread = $1 "
                                     "ORDER BY t.event", &q, err);
    *out = (struct tie_rows){{NULL, 0, 0}};
    if (rc)
        return rc;
    store_bind_int(q, 1, thread);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(c->arena, &out->list) = (struct tie_row){arena_sv(c->arena, store_text(q, 0)),
                                                           arena_sv(c->arena, store_text(q, 1)),
                                                           arena_sv(c->arena, store_text(q, 2))};
    store_done(q);
    return rc;
}

static const struct tie_row *find_tie(const struct tie_rows *rows, struct sv threat)
{
    for (size_t i = 0; i < rows->list.len; i++)
        if (sv_eq(rows->list.at[i].threat, threat))
            return &rows->list.at[i];
    return NULL;
}

/* ---- thread.tie, thread.untie ---- */

static void put_tie(struct act *act, const struct thread_name *thread, const struct tied_threat *threat,
                    struct sv about)
{
    json_put(&act->json, "list", thread->list);
    json_put(&act->json, "message", thread->mid);
    json_put(&act->json, "threat", threat->id);
    json_put(&act->json, "about", about);
    json_put(&act->json, "stage", threat->stage);
    if (threat->priority)
        json_put_int(&act->json, "priority", threat->priority);
}

struct tie_run {
    struct action_context *c;
    int64_t thread;
    struct sv threat, stage;
    struct action_result *out;
};

static int tie(struct store *s, void *context, struct err *err)
{
    struct tie_run *r = context;
    struct act act;
    struct thread_name thread = {SV_NONE, SV_NONE};
    struct tied_threat threat = {SV_NONE, SV_NONE, SV_NONE, 0};
    struct tie_rows rows;
    (void)s;
    int rc = act_begin(&act, r->c, "thread.tie", ACT_RULES, r->out, err);
    if (!rc)
        rc = name_thread(r->c, r->thread, &thread, err);
    if (!rc)
        rc = wanted_threat(r->c, r->threat, &threat, err);
    if (!rc && r->stage.len)
        rc = wanted_stage(r->c, &act.profile->process, r->stage, err);
    if (!rc)
        rc = load_ties(r->c, r->thread, &rows, err);
    struct sv about = r->stage.len ? r->stage : threat.stage;
    const struct tie_row *old = rc ? NULL : find_tie(&rows, threat.id);
    if (old)
        thread.mid = old->mid; /* one row for a thread and a threat */
    if (!rc && !(old && sv_eq(old->about, about))) {
        put_tie(&act, &thread, &threat, about);
        rc = act_commit(&act, threat.id, err);
    }
    act_release(&act);
    return rc;
}

int action_thread_tie(struct action_context *c, int64_t thread, struct sv threat, struct sv stage,
                      struct action_result *out, struct err *err)
{
    struct tie_run r = {c, thread, threat, stage, out};
    return store_tx(c->store, tie, &r, err);
}

static int untie(struct store *s, void *context, struct err *err)
{
    struct tie_run *r = context;
    struct act act;
    struct thread_name thread = {SV_NONE, SV_NONE};
    struct tie_rows rows = {{NULL, 0, 0}};
    (void)s;
    int rc = act_begin(&act, r->c, "thread.untie", ACT_RULES, r->out, err);
    if (!rc)
        rc = name_thread(r->c, r->thread, &thread, err);
    if (!rc)
        rc = load_ties(r->c, r->thread, &rows, err);
    if (!rc && !(r->threat.len ? find_tie(&rows, r->threat) != NULL : rows.list.len > 0))
        rc = err_set(err, CM_ENOTFOUND, "thread %lld is not tied to %.*s", (long long)r->thread,
                     SV_ARG(r->threat.len ? r->threat : SV("any threat")));
    if (!rc) {
        json_put(&act.json, "list", thread.list);
        json_key(&act.json, "ties");
        json_array(&act.json);
        for (size_t i = 0; i < rows.list.len; i++) {
            if (r->threat.len && !sv_eq(r->threat, rows.list.at[i].threat))
                continue;
            json_object(&act.json);
            json_put(&act.json, "message", rows.list.at[i].mid);
            json_put(&act.json, "threat", rows.list.at[i].threat);
            json_end(&act.json);
        }
        json_end(&act.json);
        rc = act_commit(&act, r->threat.len ? r->threat : rows.list.at[0].threat, err);
    }
    act_release(&act);
    return rc;
}

int action_thread_untie(struct action_context *c, int64_t thread, struct sv threat, struct action_result *out,
                        struct err *err)
{
    struct tie_run r = {c, thread, threat, SV_NONE, out};
    return store_tx(c->store, untie, &r, err);
}

/* ---- rows ---- */

static int apply_tie(struct store *s, const struct act_event *e, struct err *err)
{
    struct store_stmt *q;
    struct sv list, mid, threat, about, stage;
    int64_t priority = json_get_int(e->payload, "priority", 0);
    int rc = act_text(e, e->payload, "list", &list, err);
    if (!rc)
        rc = act_text(e, e->payload, "message", &mid, err);
    if (!rc)
        rc = act_text(e, e->payload, "threat", &threat, err);
    if (!rc)
        rc = act_text(e, e->payload, "about", &about, err);
    if (!rc)
        rc = act_text(e, e->payload, "stage", &stage, err);
    if (!rc && (!mid.len || mid.len > MID_MAX || priority < 0))
        rc = err_set(err, CM_ECORRUPT, "event %lld names no valid thread", (long long)e->seq);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO thread_tie (list, mid, threat, about, stage, priority, event) "
                              "VALUES ($1, $2, $3, $4, $5, nullif($6, 0), $7) ON CONFLICT (list, mid, threat) "
                              "DO UPDATE SET about = excluded.about, stage = excluded.stage, "
                              "priority = excluded.priority, event = excluded.event", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_text(q, 2, mid);
    store_bind_text(q, 3, threat);
    store_bind_text(q, 4, about);
    store_bind_text(q, 5, stage);
    store_bind_int(q, 6, priority);
    store_bind_int(q, 7, e->seq);
    return store_finish(q, err);
}

static int apply_untie(struct store *s, const struct act_event *e, struct sv list, const struct json_value *tied,
                       struct err *err)
{
    struct store_stmt *q;
    struct sv mid, threat;
    int rc = act_text(e, tied, "message", &mid, err);
    if (!rc)
        rc = act_text(e, tied, "threat", &threat, err);
    if (!rc)
        rc = store_prepare(s, "DELETE FROM thread_tie WHERE list = $1 AND mid = $2 AND threat = $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_text(q, 2, mid);
    store_bind_text(q, 3, threat);
    return store_finish(q, err);
}

int tie_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *ties = json_get(e->payload, "ties");
    struct sv list;
    (void)a;
    if (sv_eq_str(e->action, "thread.tie"))
        return apply_tie(s, e, err);
    int rc = act_text(e, e->payload, "list", &list, err);
    if (!rc && (!ties || ties->kind != JSON_ARRAY))
        rc = err_set(err, CM_ECORRUPT, "event %lld has no valid \"ties\"", (long long)e->seq);
    for (size_t i = 0; !rc && i < ties->count; i++)
        rc = apply_untie(s, e, list, ties->items[i], err);
    return rc;
}

/* ---- by mail ---- */

int tie_aim(struct action_context *c, struct sv detail, struct tie_words *out, struct err *err)
{
    struct profile *rules;
    struct tied_threat threat;
    int rc = content_rules(c, &rules, err);
    if (rc)
        return rc;
    if (!tie_read(c->arena, rules->sig.prefix, detail, out))
        return err_set(err, CM_ENOTFOUND, "there is no such address here; one about a threat is LIST+%.*s42@",
                       SV_ARG(rules->sig.prefix));
    rc = wanted_threat(c, out->threat, &threat, err);
    return rc || !out->stage.len ? rc : wanted_stage(c, &rules->process, out->stage, err);
}

int tie_keep_aim(struct action_context *c, int64_t message, struct sv detail, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "INSERT INTO message_aim (message, detail) VALUES ($1, $2) "
                                        "ON CONFLICT (message) DO UPDATE SET detail = excluded.detail", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, message);
    store_bind_text(q, 2, detail);
    return store_finish(q, err);
}

static int take_aim(struct action_context *c, int64_t message, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "DELETE FROM message_aim WHERE message = $1 RETURNING detail", &q, err);
    *out = SV_NONE;
    if (rc)
        return rc;
    store_bind_int(q, 1, message);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    return rc;
}

struct aims {
    struct tie_words list[TIES_MAX];
    size_t count;
};

static void add_aim(struct aims *out, const struct tie_words *w)
{
    for (size_t i = 0; i < out->count; i++)
        if (sv_eq(out->list[i].threat, w->threat))
            return;
    if (out->count < TIES_MAX)
        out->list[out->count++] = *w;
}

static int find_aims(struct action_context *c, const struct message *m, struct aims *out, struct err *err)
{
    struct profile *rules;
    struct tie_words words;
    struct sv detail, rest = m->subject;
    int rc = take_aim(c, m->id, &detail, err);
    if (rc || (!detail.len && sv_find_char(rest, '[') < 0))
        return rc;
    if ((rc = content_rules(c, &rules, err)))
        return rc;
    if (detail.len && tie_read(c->arena, rules->sig.prefix, detail, &words))
        add_aim(out, &words);
    while (tie_next_tag(c->arena, rules->sig.prefix, &rest, &words)) {
        int stage = process_stage(&rules->process, words.stage);
        if (stage < 0 || rules->process.stages.at[stage].end)
            words.stage = SV_NONE; /* a subject is free text */
        add_aim(out, &words);
    }
    return CM_OK;
}

static int note_message(struct action_context *c, int64_t message, const struct tied_threat *threat, struct sv about,
                        struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "INSERT INTO message_tie (message, threat, about, stage, priority) "
                                     "VALUES ($1, $2, $3, $4, nullif($5, 0)) ON CONFLICT DO NOTHING", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, message);
    store_bind_text(q, 2, threat->id);
    store_bind_text(q, 3, about);
    store_bind_text(q, 4, threat->stage);
    store_bind_int(q, 5, threat->priority);
    return store_finish(q, err);
}

/* An event that names nobody: who a mail is from was not proved. After the end of the group there are no events, and
 * posts pass all the same. */
static int tie_by_mail(struct action_context *c, const struct message *m, const struct tied_threat *threat,
                       struct sv about, struct err *err)
{
    struct action_context unnamed = *c;
    struct action_result out;
    struct thread_name thread = {SV_NONE, SV_NONE};
    struct act act;
    struct ending ending;
    int rc = ending_load(c->store, c->arena, &ending, err);
    if (rc || ending.at)
        return rc;
    unnamed.actor = unnamed.role = unnamed.reason = SV_NONE;
    unnamed.pseudonym = sv_str(arena_printf(c->arena, "%.*s:mail", SV_ARG(m->list)));
    rc = act_begin(&act, &unnamed, "thread.tie", ACT_RULES | ACT_SECRET, &out, err);
    if (!rc)
        rc = name_thread(c, m->thread, &thread, err);
    if (!rc) {
        put_tie(&act, &thread, threat, about);
        rc = act_commit(&act, threat->id, err);
    }
    act_release(&act);
    return rc;
}

static int follow_aim(struct action_context *c, const struct message *m, const struct tie_rows *rows,
                      const struct tie_words *aim, struct err *err)
{
    struct tied_threat threat;
    bool found;
    const struct tie_row *tied = find_tie(rows, aim->threat);
    int rc = tied_threat_load(c, aim->threat, &threat, &found, err);
    if (rc || !found)
        return rc;
    struct sv about = aim->stage.len ? aim->stage : tied ? tied->about : threat.stage;
    rc = note_message(c, m->id, &threat, about, err);
    return rc || tied ? rc : tie_by_mail(c, m, &threat, about, err);
}

static int note_ties(struct action_context *c, int64_t message, const struct tie_rows *rows, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < rows->list.len; i++) {
        struct tied_threat threat;
        bool found;
        rc = tied_threat_load(c, rows->list.at[i].threat, &threat, &found, err);
        if (!rc && found)
            rc = note_message(c, message, &threat, rows->list.at[i].about, err);
    }
    return rc;
}

int tie_message(struct action_context *c, int64_t message, struct err *err)
{
    struct message m;
    struct tie_rows rows = {{NULL, 0, 0}};
    struct aims aims = {.count = 0};
    int rc = message_load(c->store, c->arena, message, &m, err);
    if (!rc)
        rc = find_aims(c, &m, &aims, err);
    if (!rc)
        rc = load_ties(c, m.thread, &rows, err);
    for (size_t i = 0; !rc && i < aims.count; i++)
        rc = follow_aim(c, &m, &rows, &aims.list[i], err);
    return rc ? rc : note_ties(c, message, &rows, err);
}

int tie_only_threat(struct action_context *c, int64_t message, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT min(threat), count(*) FROM message_tie WHERE message = $1", &q, err);
    *out = SV_NONE;
    if (rc)
        return rc;
    store_bind_int(q, 1, message);
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (store_int(q, 1) == 1)
            *out = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    return rc;
}

int thread_rows_load(struct store *s, struct arena *a, struct sv list, struct sv threat, struct thread_rows *out,
                     struct err *err)
{
    struct store_stmt *q;
    *out = (struct thread_rows){{NULL, 0, 0}};
    int rc = store_prepare(s, "SELECT h.id, h.list, h.subject, h.first, h.last, h.messages, (SELECT "
                              "group_concat(DISTINCT t.threat) FROM public_message m JOIN thread_tie t "
                              "ON t.list = m.list AND t.mid = m.mid WHERE m.thread = h.id) AS threats "
                              "FROM thread h WHERE h.became IS NULL AND h.messages > 0 "
                              "AND ($1 = '' OR h.list = $1) AND ($2 = '' OR "
                              "instr(',' || threats || ',', ',' || $2 || ',') > 0) ORDER BY h.last DESC, h.id",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_text(q, 2, threat);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) =
            (struct thread_row){store_int(q, 0), store_int(q, 3), store_int(q, 4), store_int(q, 5),
                                arena_sv(a, store_text(q, 1)), arena_sv(a, store_text(q, 2)),
                                arena_sv(a, store_text(q, 6))};
    store_done(q);
    return rc;
}
