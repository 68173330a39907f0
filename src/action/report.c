#include "action/acts.h"

#include "base/date.h"
#include "register/activity.h"
#include "register/due.h"

struct report_run {
    struct action_context *c;
    int64_t since;
    struct sv text;
    struct action_result *out;
};

/* The first report has no date: no deputy makes it. */
static int waits(struct report_run *r, struct act *act, struct err *err)
{
    struct activity activity;
    int rc = activity_load(r->c->store, r->c->now, r->c->now, &activity, err);
    if (rc)
        return rc;
    int64_t last = activity.last_report;
    return act_waits(act, last ? due_report(last, act->profile->process.report_days) : 0, err);
}

static int record(struct store *s, void *context, struct err *err)
{
    struct report_run *r = context;
    struct act act;
    (void)s;
    int rc = act_begin(&act, r->c, "report.record", ACT_RULES | ACT_DEPUTY, r->out, err);
    if (!rc)
        rc = waits(r, &act, err);
    if (!rc) {
        json_put_str(&act.json, "since", date_format_time(r->c->arena, r->since));
        json_put(&act.json, "text", r->text);
        rc = act_commit(&act, SV("report"), err);
    }
    act_release(&act);
    return rc;
}

int action_report_record(struct action_context *c, int64_t since, struct sv text, struct action_result *out,
                         struct err *err)
{
    struct report_run r = {c, since, text, out};
    return store_tx(c->store, record, &r, err);
}
