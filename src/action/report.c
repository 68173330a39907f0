#include "action/acts.h"

#include "base/date.h"

struct report_run {
    struct action_context *c;
    int64_t since;
    struct sv text;
    struct action_result *out;
};

static int record(struct store *s, void *context, struct err *err)
{
    struct report_run *r = context;
    struct act act;
    (void)s;
    int rc = act_begin(&act, r->c, "report.record", ACT_RULES, r->out, err);
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
