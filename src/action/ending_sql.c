/* The end of a group: said by the body that it reports to, noted here. */
#include "action/acts.h"

struct ending_run {
    struct action_context *c;
    struct sv body, link;
    struct action_result *out;
};

static int end_sig(struct store *s, void *context, struct err *err)
{
    struct ending_run *r = context;
    struct act act;
    (void)s;
    int rc = act_begin(&act, r->c, "sig.end", ACT_RULES, r->out, err);
    if (!rc && (!r->body.len || !r->c->reason.len || !act_is_link(r->link, false)))
        rc = err_set(err, CM_EINPUT, "to end a group wants who decided it (--by), where that can be read (--link, a "
                                     "web address) and a public reason (--reason)");
    if (!rc) {
        json_put(&act.json, "body", r->body);
        json_put(&act.json, "link", r->link);
        rc = act_commit(&act, SV("sig"), err);
    }
    act_release(&act);
    return rc;
}

int action_sig_end(struct action_context *c, struct sv body, struct sv link, struct action_result *out, struct err *err)
{
    struct ending_run r = {c, body, link, out};
    return store_tx(c->store, end_sig, &r, err);
}

static int resume(struct store *s, void *context, struct err *err)
{
    struct ending_run *r = context;
    struct act act;
    struct ending ending;
    int rc = act_begin(&act, r->c, "sig.resume", ACT_RULES, r->out, err);
    if (!rc)
        rc = ending_load(s, r->c->arena, &ending, err);
    if (!rc && !ending.at)
        rc = err_set(err, CM_EREFUSED, "the group was not ended");
    if (!rc && !r->c->reason.len)
        rc = err_set(err, CM_EREFUSED, "to resume wants a public reason; add --reason TEXT");
    if (!rc)
        rc = act_commit(&act, SV("sig"), err);
    act_release(&act);
    return rc;
}

int action_sig_resume(struct action_context *c, struct action_result *out, struct err *err)
{
    struct ending_run r = {.c = c, .out = out};
    return store_tx(c->store, resume, &r, err);
}

int refuse_after_end(struct action_context *c, struct sv action, struct err *err)
{
    struct ending ending;
    int rc = ending_load(c->store, c->arena, &ending, err);
    if (rc || !ending.at || sv_eq_str(action, "sig.resume") || record_erases(action)) /* people keep that right */
        return rc;
    return err_set(err, CM_EREFUSED, "the group was ended by %.*s (%.*s); everything can be read, nothing is added",
                   SV_ARG(ending.body), SV_ARG(ending.link));
}

int ending_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    struct store_stmt *q;
    struct sv body, link, reason;
    (void)a;
    if (sv_eq_str(e->action, "sig.resume"))
        return store_run(s, "DELETE FROM ended", err);
    int rc = act_text(e, e->payload, "body", &body, err);
    if (!rc)
        rc = act_text(e, e->payload, "link", &link, err);
    if (!rc)
        rc = act_text(e, e->payload, "reason", &reason, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO ended (event, body, link, reason) VALUES ($1, $2, $3, $4)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, e->seq);
    store_bind_text(q, 2, body);
    store_bind_text(q, 3, link);
    store_bind_text(q, 4, reason);
    return store_finish(q, err);
}
