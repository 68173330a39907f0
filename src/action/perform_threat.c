/* Threats and their rounds. */
#include "action/perform.h"

#include "action/call.h"
#include "action/commands.h"
#include "action/round.h"

static struct sv line(const struct action_values *v, const char *name)
{
    return sv_trim(action_value(v, name));
}

static struct sv joined(struct arena *a, const struct sv *texts, size_t count)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < count; i++)
        str_addf(&out, "%s%.*s", i ? "," : "", SV_ARG(texts[i]));
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

PERFORM(threat_propose)
{
    const struct sv *areas;
    size_t count = action_value_all(c->arena, v, "area", &areas);
    const struct proposal p = {.name = line(v, "name"), .abstract = line(v, "abstract"),
                               .areas = joined(c->arena, areas, count)};
    return action_threat_propose(c, &p, out, err);
}

struct edit_run {
    struct action_context *c;
    const struct action_values *v;
    struct action_result *out;
};

/* "was": the text that the change was made from. Nobody can come in between. */
static int edit(struct store *s CM_UNUSED, void *context, struct err *err)
{
    struct edit_run *r = context;
    struct sv threat = line(r->v, "threat"), now, was = action_value(r->v, "was");
    const struct field_edit change = {line(r->v, "field"), sv_trim(action_value(r->v, "text"))};
    if (was.len) {
        int rc = command_field(r->c, threat, change.field, &now, err);
        if (rc)
            return rc;
        if (!sv_eq(sv_trim(was), sv_trim(now)))
            return err_set(err, CM_ECONFLICT, "\"%.*s\" of %.*s is another text now than \"was\" says; read it again, "
                           "and put both changes together", SV_ARG(change.field), SV_ARG(threat));
    }
    return action_threat_edit(r->c, threat, &change, 1, r->out, err);
}

PERFORM(threat_edit)
{
    struct edit_run r = {c, v, out};
    return store_tx(c->store, edit, &r, err);
}

PERFORM(threat_advance)
{
    return action_threat_advance(c, line(v, "threat"), line(v, "to"), action_value_flag(v, "override"), out, err);
}

PERFORM(threat_reopen)
{
    return action_threat_reopen(c, line(v, "threat"), line(v, "to"), out, err);
}

static int end_threat(struct action_context *c, const struct action_values *v, const char *end,
                      struct action_result *out, struct err *err)
{
    const struct sv *into;
    size_t count = action_value_all(c->arena, v, "into", &into);
    return action_threat_end(c, line(v, "threat"), end, into, count, out, err);
}

PERFORM(threat_merge)
{
    return end_threat(c, v, "merged", out, err);
}

PERFORM(threat_split)
{
    return end_threat(c, v, "split", out, err);
}

PERFORM(threat_withdraw)
{
    return end_threat(c, v, "withdrawn", out, err);
}

PERFORM(threat_challenge)
{
    return action_threat_challenge(c, line(v, "threat"), out, err);
}

PERFORM(threat_recheck)
{
    return action_threat_recheck(c, line(v, "threat"), out, err);
}

/* ---- rounds ---- */

PERFORM(round_open)
{
    struct round_request r = {.until = line(v, "until"), .follows = line(v, "follows")};
    r.threat_count = action_value_all(c->arena, v, "threat", &r.threats);
    r.step_count = action_value_all(c->arena, v, "step", &r.steps);
    return action_round_open(c, &r, out, err);
}

PERFORM(round_close)
{
    return action_round_close(c, line(v, "round"), action_value_flag(v, "override"), out, err);
}

PERFORM(round_accept)
{
    return action_round_accept(c, line(v, "round"), line(v, "step"), out, err);
}

PERFORM(round_keep)
{
    return action_round_keep(c, line(v, "round"), line(v, "step"), out, err);
}

PERFORM(estimate_give)
{
    struct estimate_request r = {.threat = line(v, "threat"), .round = line(v, "round"), .rest = line(v, "rest"),
                                 .answers = {line(v, "likelihood"), line(v, "damage")}, .reason = line(v, "because")};
    r.step_count = action_value_all(c->arena, v, "step", &r.steps);
    return action_estimate(c, &r, out, err);
}
