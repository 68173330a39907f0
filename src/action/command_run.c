#include "action/commands.h"

#include "action/call.h"
#include "action/part.h"
#include "action/round.h"
#include "action/ties.h"
#include "base/date.h"

enum { STEPS_MAX = 20, FAULTS_SHOWN = 10, LINES_SHOWN = 60 };

bool command_is_refusal(int code)
{
    return code == CM_EINPUT || code == CM_EREFUSED || code == CM_ENOTFOUND || code == CM_ECONFLICT ||
           code == CM_ELIMIT;
}

/* ---- as JSON ---- */

static const struct {
    const char *key;
    size_t at;
} members[] = {
    {"subject", offsetof(struct command, subject)}, {"word", offsetof(struct command, word)},
    {"areas", offsetof(struct command, areas)},     {"likelihood", offsetof(struct command, likelihood)},
    {"damage", offsetof(struct command, damage)},   {"steps", offsetof(struct command, steps)},
    {"rest", offsetof(struct command, rest)},       {"text", offsetof(struct command, text)},
};

void command_write(struct json *j, const struct command *cmd)
{
    json_object(j);
    json_put_str(j, "command", command_names[cmd->kind]);
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        struct sv text;
        memcpy(&text, (const char *)cmd + members[i].at, sizeof text);
        if (text.len)
            json_put(j, members[i].key, text);
    }
    json_end(j);
}

bool command_load(const struct json_value *v, struct command *out)
{
    struct sv name = json_get_text(v, "command");
    int kind = 0;
    while (kind < COMMAND_KINDS && !sv_eq_str(name, command_names[kind]))
        kind++;
    *out = (struct command){.kind = (enum command_kind)kind};
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        struct sv text = json_get_text(v, members[i].key);
        memcpy((char *)out + members[i].at, &text, sizeof text);
    }
    return kind < COMMAND_KINDS;
}

/* ---- fields and trees ---- */

static int load_threat(struct action_context *c, struct sv id, const struct profile **out_profile,
                       const struct threat **out, struct err *err)
{
    struct profile_files files;
    struct profile *p;
    int rc = part_load(c, &id, 1, &files, &p, err);
    if (rc)
        return rc;
    *out_profile = p;
    *out = map_get(&p->by_id, id);
    return *out ? CM_OK : err_set(err, CM_ENOTFOUND, "there is no threat \"%.*s\"", SV_ARG(id));
}

int command_field(struct action_context *c, struct sv threat, struct sv field, struct sv *out, struct err *err)
{
    const struct profile *p;
    const struct threat *t;
    int rc = load_threat(c, threat, &p, &t, err);
    if (rc)
        return rc;
    if (sv_eq_str(field, "tree"))
        return threat_outline(t->source, out) ? CM_OK : err_set(err, CM_ENOTFOUND, "%.*s has no attack tree yet",
                                                           SV_ARG(threat));
    int index = template_field(&p->template, field);
    if (index < 0)
        index = template_field_named(&p->template, field);
    if (index < 0 || p->template.fields.at[index].kind != FIELD_PROSE)
        return err_set(err, CM_EINPUT, "there is no field \"%.*s\" whose text is edited by mail; template.md names the "
                       "fields, and \"tree\" is the attack tree", SV_ARG(field));
    *out = threat_field(t, index);
    return CM_OK;
}

static int replace_tree(struct action_context *c, const struct command *cmd, struct action_result *out,
                        struct err *err)
{
    const struct profile *p;
    const struct threat *t;
    struct sv old;
    struct sv rest = cmd->text, line;
    int rc = load_threat(c, cmd->subject, &p, &t, err);
    if (rc)
        return rc;
    if (!threat_outline(t->source, &old))
        return err_set(err, CM_ENOTFOUND, "%.*s has no attack tree yet", SV_ARG(cmd->subject));
    while (sv_next_line(&rest, &line))
        if (sv_starts(sv_trim(line), SV("```")))
            return err_set(err, CM_EINPUT, "an outline has no line that begins with ```");
    size_t before = (size_t)(old.at - t->source.at);
    struct sv after = sv_from_byte(t->source, before + old.len);
    struct sv text = sv_str(arena_printf(c->arena, "%.*s%.*s%s%.*s", (int)before, t->source.at, SV_ARG(cmd->text),
                                         sv_ends(cmd->text, SV("\n")) ? "" : "\n", SV_ARG(after)));
    return action_threat_replace(c, cmd->subject, t->source, text, out, err);
}

/* ---- doing ---- */

static int estimate(struct action_context *c, const struct command *cmd, struct action_result *out, struct err *err)
{
    struct sv steps[STEPS_MAX], rest = cmd->steps;
    size_t count = 0;
    while (rest.len && count < STEPS_MAX && sv_split(&rest, ' ', &steps[count]))
        count++;
    if (rest.len)
        return err_set(err, CM_ELIMIT, "a mail estimates at most %d steps; send another one for the rest", STEPS_MAX);
    const struct estimate_request r = {.threat = cmd->subject, .answers = {cmd->likelihood, cmd->damage},
                                       .steps = steps, .step_count = count, .rest = cmd->rest, .reason = cmd->text};
    return action_estimate(c, &r, out, err);
}

static int act(struct action_context *c, const struct command *cmd, struct action_result *out, struct err *err)
{
    const struct proposal proposal = {.name = cmd->word, .abstract = cmd->text, .areas = cmd->areas};
    const struct field_edit edit = {cmd->word, cmd->text};
    memset(out, 0, sizeof(*out));
    switch (cmd->kind) {
    case COMMAND_PROPOSE:
        return action_threat_propose(c, &proposal, out, err);
    case COMMAND_POSITION:
        c->reason = cmd->text;
        return action_position_take(c, cmd->subject, cmd->word, out, err);
    case COMMAND_OBJECTION:
        c->reason = cmd->text;
        return action_objection_raise(c, cmd->subject, out, err);
    case COMMAND_ANSWER:
        return action_objection_answer(c, cmd->subject, cmd->text, out, err);
    case COMMAND_ESTIMATE:
        return estimate(c, cmd, out, err);
    case COMMAND_EDIT:
        return sv_eq_str(cmd->word, "tree") ? replace_tree(c, cmd, out, err)
                                            : action_threat_edit(c, cmd->subject, &edit, 1, out, err);
    default:
        return err_set(err, CM_EINPUT, "%s changes nothing", command_names[cmd->kind]);
    }
}

/* ---- telling ---- */

static void add_lines(struct str *out, struct sv text, const char *before)
{
    struct sv rest = text, line;
    for (int shown = 0; sv_next_line(&rest, &line); shown++) {
        if (shown == LINES_SHOWN) {
            str_addf(out, "%s(and more)\n", before);
            return;
        }
        str_addf(out, "%s%.*s\n", before, SV_ARG(line));
    }
}

/* Whole lines that both begin with. */
static size_t same_head(struct sv a, struct sv b)
{
    size_t same = 0, line = 0;
    while (same < a.len && same < b.len && a.at[same] == b.at[same])
        if (a.at[same++] == '\n')
            line = same;
    return same == a.len && same == b.len ? same : line;
}

static size_t same_tail(struct sv a, struct sv b)
{
    size_t same = 0, line = 0;
    while (same < a.len && same < b.len && a.at[a.len - 1 - same] == b.at[b.len - 1 - same])
        if (a.at[a.len - 1 - same++] == '\n')
            line = same - 1;
    return line;
}

/* What lies between the lines that stay: "- was", "+ becomes". */
static void add_difference(struct str *out, struct sv was, struct sv now)
{
    size_t head = same_head(was, now);
    was = sv_from_byte(was, head);
    now = sv_from_byte(now, head);
    size_t tail = same_tail(was, now);
    if (head)
        str_add_str(out, "      ...\n");
    add_lines(out, sv_from(was.at, was.len - tail), "    - ");
    add_lines(out, sv_from(now.at, now.len - tail), "    + ");
    if (tail > 1)
        str_add_str(out, "      ...\n");
}

static int tell_fields(struct action_context *c, int64_t event, struct str *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT f.field, coalesce(f.text, ''), coalesce((SELECT o.text FROM field_change "
                                     "o WHERE o.threat = f.threat AND o.field = f.field AND o.event < f.event "
                                     "ORDER BY o.id DESC LIMIT 1), '') FROM field_change f WHERE f.event = $1 "
                                     "ORDER BY f.id", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, event);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        if (!sv_trim(store_text(q, 1)).len && !sv_trim(store_text(q, 2)).len)
            continue;
        str_addf(out, "  %.*s\n", SV_ARG(store_text(q, 0)));
        add_difference(out, arena_sv(c->arena, store_text(q, 2)), arena_sv(c->arena, store_text(q, 1)));
    }
    store_done(q);
    return rc;
}

static int tell_lacks(struct action_context *c, struct sv id, struct str *out, struct err *err)
{
    struct view v;
    int rc = view_load(c->store, c->arena, c->now, &v, err);
    int index = rc ? -1 : view_find(&v, id);
    if (rc || index < 0)
        return rc;
    const struct threat_view *t = &v.threats.at[index];
    if (t->wants < 0)
        return CM_OK;
    struct sv stage = v.profile->process.stages.at[t->wants].name;
    if (!t->lacks.list.len)
        str_addf(out, "\nFor \"%.*s\" the text has all that it needs.\n", SV_ARG(stage));
    else
        str_addf(out, "\nFor \"%.*s\" it still needs:\n", SV_ARG(stage));
    for (size_t i = 0; i < t->lacks.list.len; i++)
        str_addf(out, "  - %.*s\n", SV_ARG(t->lacks.list.at[i].text));
    return CM_OK;
}

static void tell_given(struct str *out, const char *label, struct sv text)
{
    if (text.len)
        str_addf(out, "  %s: %.*s\n", label, SV_ARG(text));
}

static int tell(struct action_context *c, const struct command *cmd, const struct action_result *r, struct str *out,
                struct err *err)
{
    bool content = cmd->kind == COMMAND_PROPOSE || cmd->kind == COMMAND_EDIT;
    if (!r->event) {
        str_add_str(out, "Nothing changes: it is so already.\n");
        return CM_OK;
    }
    str_addf(out, "%s, as %.*s:\n", command_names[cmd->kind], SV_ARG(c->actor));
    if (content) {
        str_addf(out, "\n  %.*s\n", SV_ARG(r->id));
        int rc = tell_fields(c, r->event, out, err);
        return rc ? rc : tell_lacks(c, r->id, out, err);
    }
    str_add_str(out, "\n");
    tell_given(out, "about", cmd->subject);
    tell_given(out, "position", cmd->word);
    tell_given(out, "likelihood", cmd->likelihood);
    tell_given(out, "damage", cmd->damage);
    tell_given(out, "steps", cmd->steps);
    tell_given(out, "for the rest", cmd->rest);
    tell_given(out, cmd->kind == COMMAND_ANSWER ? "answer" : "because", cmd->text);
    if (cmd->kind == COMMAND_ESTIMATE)
        str_add_str(out, "\nNobody sees it before the round closes.\n");
    return CM_OK;
}

static void tell_refusal(struct action_context *c, const struct err *reason, struct str *out)
{
    str_addf(out, "%s.\n", reason->text);
    for (size_t i = 0; i < c->diag->len && i < FAULTS_SHOWN; i++)
        str_addf(out, "  %s\n", diag_format(c->diag, &c->diag->items[i]));
}

/* ---- what undoes an act ---- */

static int put_old_position(struct action_context *c, const struct command *cmd, struct json *j, bool *out_any,
                            struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT p.position, p.reason FROM position p JOIN member m ON m.id = p.member "
                                     "WHERE p.call = $1 AND m.name = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, cmd->subject);
    store_bind_text(q, 2, c->actor);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        json_put(j, "position", store_text(q, 0));
        json_put(j, "reason", store_text(q, 1));
        *out_any = true;
    }
    store_done(q);
    return rc;
}

/* What has to be known before the act. */
static int put_before(struct action_context *c, const struct command *cmd, struct json *j, bool *out_any,
                      struct err *err)
{
    struct sv old = SV_NONE;
    struct err none = ERR_INIT;
    if (cmd->kind == COMMAND_POSITION)
        return put_old_position(c, cmd, j, out_any, err);
    if (cmd->kind == COMMAND_EDIT && !command_field(c, cmd->subject, cmd->word, &old, &none)) {
        json_put(j, "old", old);
        *out_any = true;
    }
    *out_any = *out_any || cmd->kind == COMMAND_PROPOSE || cmd->kind == COMMAND_OBJECTION;
    return CM_OK;
}

struct command_run {
    struct action_context *c;
    const struct command *cmd;
    struct command_outcome *out;
    bool dry, told;
};

static int run(struct store *s, void *context, struct err *err)
{
    struct command_run *r = context;
    struct str text = STR_INIT, undo = STR_INIT;
    struct json j;
    bool undoable = false;
    (void)s;
    json_init(&j, &undo, true);
    json_object(&j);
    int rc = put_before(r->c, r->cmd, &j, &undoable, err);
    if (!rc)
        rc = act(r->c, r->cmd, &r->out->result, err);
    if (!rc)
        rc = tell(r->c, r->cmd, &r->out->result, &text, err);
    json_put(&j, "id", r->out->result.id);
    json_put_int(&j, "event", r->out->result.event);
    json_key(&j, "of");
    command_write(&j, r->cmd);
    json_end(&j);
    json_finish(&j);
    r->out->text = arena_sv(r->c->arena, str_sv(&text));
    if (undoable && r->out->result.event)
        r->out->undo = arena_sv(r->c->arena, str_sv(&undo));
    str_release(&text);
    str_release(&undo);
    r->told = !rc;
    return rc || !r->dry ? rc : CM_EREFUSED; /* so that all of it is taken back */
}

static int attempt(struct action_context *c, const struct command *cmd, bool dry, struct command_outcome *out,
                   struct err *err)
{
    struct action_context mine = *c;
    struct diag diag;
    struct err reason = ERR_INIT;
    struct str text = STR_INIT;
    struct command_run r = {&mine, cmd, out, dry, false};
    memset(out, 0, sizeof(*out));
    diag_init(&diag, c->arena);
    mine.diag = &diag;
    int rc = store_tx(c->store, run, &r, &reason);
    if (r.told && (!rc || dry))
        return CM_OK;
    if (!command_is_refusal(rc)) {
        *err = reason;
        return rc;
    }
    out->refused = true;
    out->undo = SV_NONE;
    tell_refusal(&mine, &reason, &text);
    out->text = arena_sv(c->arena, str_sv(&text));
    str_release(&text);
    return CM_OK;
}

int command_try(struct action_context *c, const struct command *cmd, struct command_outcome *out, struct err *err)
{
    return attempt(c, cmd, true, out, err);
}

int command_do(struct action_context *c, const struct command *cmd, struct command_outcome *out, struct err *err)
{
    return attempt(c, cmd, false, out, err);
}

/* ---- undoing ---- */

/* Whether there was a later act about the same threat, or a round or call that holds it. */
static int was_built_on(struct action_context *c, struct sv threat, int64_t event, bool *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT EXISTS (SELECT 1 FROM event WHERE seq > $1 AND subject = $2 "
                                     "AND action NOT LIKE 'thread.%') OR EXISTS (SELECT 1 FROM round_threat t "
                                     "JOIN round r ON r.id = t.round WHERE t.threat = $2 AND r.opened > $1) OR EXISTS "
                                     "(SELECT 1 FROM call_threat t JOIN call k ON k.id = t.call WHERE t.threat = $2 "
                                     "AND k.opened > $1) OR EXISTS "
                                     "(SELECT 1 FROM field_change WHERE threat = $2 AND event > $1)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, event);
    store_bind_text(q, 2, threat);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = store_int(q, 0) != 0;
    store_done(q);
    return rc;
}

/* The position is the one that the act took. */
static int position_stands(struct action_context *c, const struct command *cmd, int64_t event, struct err *err)
{
    struct store_stmt *q;
    bool same = false;
    int rc = store_prepare(c->store, "SELECT 1 FROM position p JOIN member m ON m.id = p.member WHERE p.call = $1 "
                                     "AND m.name = $2 AND p.event = $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, cmd->subject);
    store_bind_text(q, 2, c->actor);
    store_bind_int(q, 3, event);
    while ((rc = store_step(q, err)) == STORE_ROW)
        same = true;
    store_done(q);
    return rc || same ? rc : err_set(err, CM_EREFUSED, "you took another position in %.*s since",
                                       SV_ARG(cmd->subject));
}

struct undo_run {
    struct action_context *c;
    const struct json_value *undo;
    struct action_result *result;
};

static int undo_threat(struct undo_run *r, struct command *cmd, struct sv id, int64_t event, struct err *err)
{
    struct action_context *c = r->c;
    bool built = false;
    int rc = was_built_on(c, id, event, &built, err);
    if (!rc && built)
        rc = err_set(err, CM_EREFUSED, "others built on it since: the history of %.*s has more events after %lld",
                     SV_ARG(id), (long long)event);
    if (rc)
        return rc;
    if (cmd->kind == COMMAND_EDIT) {
        cmd->text = json_get_text(r->undo, "old");
        return act(c, cmd, r->result, err);
    }
    /* To take back what one proposed a moment ago is everybody's; to end a threat is not. */
    c->reason = sv_str(arena_printf(c->arena, "Taken back by %.*s, who proposed it.", SV_ARG(c->actor)));
    c->actor = SV_NONE;
    return action_threat_end(c, id, "withdrawn", NULL, 0, r->result, err);
}

static int undo(struct store *s, void *context, struct err *err)
{
    struct undo_run *r = context;
    struct action_context *c = r->c;
    struct command cmd;
    struct sv id = json_get_text(r->undo, "id");
    int64_t event = json_get_int(r->undo, "event", 0);
    (void)s;
    if (!command_load(json_get(r->undo, "of"), &cmd) || !event)
        return err_set(err, CM_ECORRUPT, "a token of the store undoes nothing");
    if (cmd.kind == COMMAND_PROPOSE || cmd.kind == COMMAND_EDIT)
        return undo_threat(r, &cmd, id, event, err);
    if (cmd.kind == COMMAND_OBJECTION)
        return action_objection_withdraw(c, id, r->result, err);
    int rc = position_stands(c, &cmd, event, err);
    if (rc)
        return rc;
    c->reason = json_get_text(r->undo, "reason");
    return action_position_take(c, cmd.subject, json_get_text(r->undo, "position"), r->result, err);
}

int command_undo(struct action_context *c, const struct json_value *value, struct command_outcome *out,
                 struct err *err)
{
    struct action_context mine = *c;
    struct diag diag;
    struct err reason = ERR_INIT;
    struct undo_run r = {&mine, value, &out->result};
    memset(out, 0, sizeof(*out));
    diag_init(&diag, c->arena);
    mine.diag = &diag;
    int rc = store_tx(c->store, undo, &r, &reason);
    if (rc && !command_is_refusal(rc)) {
        *err = reason;
        return rc;
    }
    out->refused = rc != CM_OK;
    out->text = out->refused ? sv_str(arena_printf(c->arena, "%s.\n", reason.text)) : SV_NONE;
    return CM_OK;
}
