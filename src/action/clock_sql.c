/* What is due is done, or said, once. */
#include "action/clock.h"
#include "action/moderation.h"

#include "action/acts.h"
#include "action/round.h"
#include "base/date.h"
#include "register/due.h"
#include "register/people.h"

const char *const reminder_stages[] = {"", "before", "on the day", "overdue", "deputy"};

/* ---- what process.md leaves to the clock ---- */

static int due_rounds(struct action_context *c, const struct due_list *due, struct tick_result *out, struct err *err)
{
    for (size_t i = 0; i < due->list.len; i++) {
        const struct due *d = &due->list.at[i];
        struct action_result done;
        struct action_context own = *c;
        if (d->kind != DUE_ROUND || !d->overdue)
            continue;
        own.reason = SV("its time was over (process.md, rounds)");
        int rc = action_round_close(&own, d->id, false, &done, err);
        if (rc == CM_EAGAIN || rc == CM_ECORRUPT || rc == CM_EIO)
            return rc;
        if (!rc)
            *vec_push(c->arena, &out->closed) = d->id;
        else if (rc != CM_EREFUSED && c->log) /* one round that cannot be closed keeps no reminder back */
            log_notice(c->log, "%.*s was not closed: %s", SV_ARG(d->id), err->text);
        if (rc) /* no quorum, or another process was first: it stays a leader's business */
            *err = (struct err)ERR_INIT;
    }
    return CM_OK;
}

/* ---- reminders ---- */

struct reminding {
    struct action_context *c;
    const struct view *view;
    struct tick_result *out;
};

/* 0: not yet. */
static int stage_of(const struct due *d, unsigned remind_days)
{
    if (d->overdue)
        return d->deputy.len ? REMINDER_DEPUTY : REMINDER_OVERDUE;
    if (!d->days)
        return REMINDER_ON;
    return d->days <= (int64_t)remind_days ? REMINDER_BEFORE : 0;
}

/* 0: it was written before, or a later one of the same thing and date. */
static int put_reminder(struct reminding *r, const struct due *d, int stage, int64_t *out_id, struct err *err)
{
    struct store_stmt *q;
    *out_id = 0;
    int rc = store_prepare(r->c->store,
                           "INSERT INTO reminder (kind, thing, until, stage, what, who, at) "
                           "SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT 1 FROM reminder "
                           "WHERE kind = $1 AND thing = $2 AND until = $3 AND stage >= $4) RETURNING id", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, sv_str(due_kind_names[d->kind]));
    store_bind_text(q, 2, d->id);
    store_bind_int(q, 3, d->until);
    store_bind_int(q, 4, stage);
    store_bind_text(q, 5, d->what);
    store_bind_text(q, 6, d->who);
    store_bind_int(q, 7, r->c->now);
    return store_finish_int(q, out_id, err);
}

static int put_notice(struct reminding *r, const struct notice *n, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store, "INSERT INTO notice (reminder, member) VALUES ($1, $2)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, n->reminder);
    store_bind_text(q, 2, n->member);
    if (!(rc = store_finish(q, err)))
        *vec_push(r->c->arena, &r->out->notices) = *n;
    return rc;
}

/* Whose turn it is: the person, or who holds the role, and when deputies may act they too. */
static bool concerns(const struct due *d, const struct person *p)
{
    if (!p->joined || p->gone)
        return false;
    return d->role.len ? person_holds(p, d->role) || (d->deputy.len && person_holds(p, d->deputy))
                       : sv_eq(p->name, d->who);
}

static int put_notices(struct reminding *r, const struct due *d, int stage, int64_t id, struct err *err)
{
    const struct people *people = r->view->people;
    struct notice n = {.reminder = id, .member = SV("operator"), .kind = sv_str(due_kind_names[d->kind]),
                       .thing = d->id, .what = d->what, .who = d->who, .until = d->until,
                       .stage = (enum reminder_stage)stage, .at = r->c->now};
    bool any = false;
    int rc = CM_OK;
    for (size_t i = 0; !rc && people && i < people->list.len; i++) {
        const struct person *p = &people->list.at[i];
        if (!concerns(d, p))
            continue;
        any = true;
        n.member = p->id;
        n.name = p->name;
        rc = put_notice(r, &n, err);
    }
    return rc || any ? rc : put_notice(r, &n, err);
}

static int remind(struct reminding *r, const struct due *d, struct err *err)
{
    int stage = stage_of(d, r->view->profile->process.remind_days);
    int64_t id = 0;
    int rc = stage ? put_reminder(r, d, stage, &id, err) : CM_OK;
    return rc || !id ? rc : put_notices(r, d, stage, id, err);
}

/* Whether there is anything to write: most ticks only read, and leave others alone. */
static int is_written(struct reminding *r, const struct due *d, int stage, bool *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store, "SELECT 1 FROM reminder WHERE kind = $1 AND thing = $2 AND until = $3 "
                                        "AND stage >= $4", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, sv_str(due_kind_names[d->kind]));
    store_bind_text(q, 2, d->id);
    store_bind_int(q, 3, d->until);
    store_bind_int(q, 4, stage);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

static int news(struct reminding *r, const struct due_list *due, bool *out, struct err *err)
{
    *out = false;
    for (size_t i = 0; i < due->list.len && !*out; i++) {
        const struct due *d = &due->list.at[i];
        int stage = stage_of(d, r->view->profile->process.remind_days);
        bool written = false;
        int rc = stage ? is_written(r, d, stage, &written, err) : CM_OK;
        if (rc)
            return rc;
        *out = stage && !written;
    }
    return CM_OK;
}

static int load(struct action_context *c, struct view *v, struct due_list *out, struct err *err)
{
    int rc = view_load_process(c->store, c->arena, c->now, v, err);
    if (!rc)
        due_collect(c->arena, v, out);
    return rc;
}

/* What is due is read again inside the transaction: another process may have changed it since. */
static int write_all(struct store *s, void *context, struct err *err)
{
    struct reminding *r = context;
    struct due_list due;
    struct view view;
    (void)s;
    int rc = load(r->c, &view, &due, err);
    r->view = &view;
    for (size_t i = 0; !rc && i < due.list.len; i++)
        rc = remind(r, &due.list.at[i], err);
    r->view = NULL;
    return rc;
}

int action_tick(struct action_context *c, struct tick_result *out, struct err *err)
{
    struct view view;
    struct due_list due;
    struct ending ending;
    struct reminding r = {c, &view, out};
    bool any = false;
    memset(out, 0, sizeof(*out));
    int rc = ending_load(c->store, c->arena, &ending, err);
    if (rc || ending.at)
        return rc;
    rc = load(c, &view, &due, err);
    if (!rc && view.profile->process.rounds_by_clock)
        rc = due_rounds(c, &due, out, err);
    if (!rc && out->closed.len)
        rc = load(c, &view, &due, err);
    if (!rc)
        rc = news(&r, &due, &any, err);
    if (!rc && any)
        rc = store_tx(c->store, write_all, &r, err);
    if (rc)
        memset(&out->notices, 0, sizeof(out->notices)); /* none was written */
    if (!rc)
        rc = action_holds_due(c, &out->posts, err);
    if (!rc)
        rc = notices_mail(c, view.profile->sig.list, &out->mails, err);
    return rc;
}

/* ---- the queue ---- */

#define NOTICE_COLUMNS \
    "SELECT r.id, n.member, m.name, r.kind, r.thing, r.what, r.who, r.until, r.stage, r.at, n.sent_at " \
    "FROM notice n JOIN reminder r ON r.id = n.reminder LEFT JOIN member m ON m.id = n.member "
#define NOTICE_MEMBER "CAST(substr(n.member, 2) AS INTEGER)"

static const char *const notice_queries[] = {
    [NOTICES_ALL] = NOTICE_COLUMNS "ORDER BY r.id, " NOTICE_MEMBER,
    [NOTICES_UNSENT] = NOTICE_COLUMNS "WHERE n.sent_at IS NULL ORDER BY r.id, " NOTICE_MEMBER,
    [NOTICES_TO_MAIL] = NOTICE_COLUMNS "WHERE n.sent_at IS NULL AND EXISTS (SELECT 1 FROM address a "
                                       "WHERE a.member = n.member AND a.kind = 'mail') "
                                       "ORDER BY " NOTICE_MEMBER ", r.id",
};

int notices_load(struct store *s, struct arena *a, enum notices_wanted wanted, struct notices *out, struct err *err)
{
    struct store_stmt *q;
    memset(out, 0, sizeof(*out));
    int rc = store_prepare(s, notice_queries[wanted], &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = (struct notice){
            .reminder = store_int(q, 0), .member = arena_sv(a, store_text(q, 1)), .name = arena_sv(a, store_text(q, 2)),
            .kind = arena_sv(a, store_text(q, 3)), .thing = arena_sv(a, store_text(q, 4)),
            .what = arena_sv(a, store_text(q, 5)), .who = arena_sv(a, store_text(q, 6)), .until = store_int(q, 7),
            .stage = (enum reminder_stage)store_int(q, 8), .at = store_int(q, 9), .sent_at = store_int(q, 10)};
    store_done(q);
    return rc;
}
