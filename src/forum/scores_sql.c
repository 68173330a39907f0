#include "forum/scores.h"

#include "base/date.h"
#include "forum/compose.h"
#include "forum/outbox.h"
#include "forum/subscriber.h"

static const char *const purposes[] = {"bounces", "probe", "enable"};
static const char *const letters[] = {"", "p", "e"};

struct tally {
    struct store *s;
    struct arena *a;
    const struct list *list;
    int64_t subscriber, now;
    /* as the store has it */
    struct sv address;
    enum subscriber_state state;
    int64_t score, day, weight, probed, disabled; /* day -1: no failure so far */
};

/* *out_found: the list has such a subscriber. */
static int load(struct tally *t, struct sv list, bool *out_found, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(t->s, "SELECT s.address, s.state, s.score, coalesce(b.day, -1), coalesce(b.weight, 0), "
                                 "coalesce(b.probed, 0), coalesce(b.disabled, 0) FROM subscriber s "
                                 "LEFT JOIN bounce b ON b.subscriber = s.id WHERE s.id = $1 AND s.list = $2", &q, err);
    *out_found = false;
    if (rc)
        return rc;
    store_bind_int(q, 1, t->subscriber);
    store_bind_text(q, 2, list);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out_found = true;
        t->address = arena_sv(t->a, store_text(q, 0));
        t->state = SUBSCRIBER_GONE;
        for (int i = 0; i < SUBSCRIBER_STATES; i++)
            if (sv_eq_str(store_text(q, 1), subscriber_state_names[i]))
                t->state = (enum subscriber_state)i;
        t->score = store_int(q, 2);
        t->day = store_int(q, 3);
        t->weight = store_int(q, 4);
        t->probed = store_int(q, 5);
        t->disabled = store_int(q, 6);
    }
    store_done(q);
    return rc;
}

static int save_score(const struct tally *t, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(t->s, "UPDATE subscriber SET score = $2 WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, t->subscriber);
    store_bind_int(q, 2, t->score);
    return store_finish(q, err);
}

static int save_days(const struct tally *t, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(t->s, "INSERT INTO bounce (subscriber, day, weight, probed, disabled) "
                                 "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (subscriber) DO UPDATE SET "
                                 "day = excluded.day, weight = excluded.weight, probed = excluded.probed, "
                                 "disabled = excluded.disabled", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, t->subscriber);
    store_bind_int(q, 2, t->day);
    store_bind_int(q, 3, t->weight);
    if (t->probed)
        store_bind_int(q, 4, t->probed);
    if (t->disabled)
        store_bind_int(q, 5, t->disabled);
    return store_finish(q, err);
}

/* ---- details ---- */

static struct sv covered_by(struct arena *a, enum score_kind kind, struct sv list, int64_t disabled)
{
    return kind == SCORE_ENABLES ? sv_str(arena_printf(a, "%.*s %lld", SV_ARG(list), (long long)disabled)) : list;
}

static struct sv write_detail(struct arena *a, const struct signing *key, enum score_kind kind, struct sv list,
                              int64_t subscriber, int64_t disabled)
{
    struct sv detail = signed_write(a, key, subscriber, covered_by(a, kind, list, disabled));
    return sv_str(arena_printf(a, "%s%.*s", letters[kind], SV_ARG(detail)));
}

int score_key(struct store *s, enum score_kind kind, struct signing *out, struct err *err)
{
    return signing_load(s, purposes[kind], out, err);
}

struct sv score_detail(struct arena *a, const struct signing *key, enum score_kind kind, struct sv list,
                       int64_t subscriber)
{
    return write_detail(a, key, kind, list, subscriber, 0);
}

static enum score_kind take_kind(struct sv *detail)
{
    if (!detail->len || !strchr("pPeE", detail->at[0]))
        return SCORE_OF_POST;
    enum score_kind kind = detail->at[0] == 'p' || detail->at[0] == 'P' ? SCORE_OF_PROBE : SCORE_ENABLES;
    *detail = sv_from_byte(*detail, 1);
    return kind;
}

int score_read(struct store *s, struct arena *a, struct sv list, struct sv detail, enum score_kind *out_kind,
               int64_t *out_subscriber, struct err *err)
{
    struct tally t = {.s = s, .a = a};
    struct signing key;
    bool found;
    *out_kind = take_kind(&detail);
    *out_subscriber = 0;
    if (!signed_number(detail, &t.subscriber))
        return CM_OK;
    int rc = load(&t, list, &found, err);
    if (!rc)
        rc = score_key(s, *out_kind, &key, err);
    if (!rc && found && signed_check(a, &key, detail, covered_by(a, *out_kind, list, t.disabled)))
        *out_subscriber = t.subscriber;
    return rc;
}

/* ---- mails ---- */

static int write_mail(struct tally *t, struct sv reply_to, const char *subject, const char *text, struct sv *out,
                      struct err *err)
{
    const struct compose mail = {
        .from = route_address(t->a, t->list->address, "-owner", SV_NONE), .from_name = t->list->title,
        .to = t->address, .reply_to = reply_to, .subject = sv_str(subject), .text = sv_str(text), .date = t->now,
        .automatic = COMPOSE_GENERATED, .list = {.address = t->list->address, .title = t->list->title}};
    return compose_mail(t->a, &mail, out, err);
}

static int send_probe(struct tally *t, struct err *err)
{
    struct sv mail;
    int rc = write_mail(t, SV_NONE, "Does this mail reach you?",
                        "Several mails of this list to you came back. If you can read this one, there is nothing to "
                        "do.\n\n"
                        "If it comes back as well, no more mails of the list will be sent to you.\n", &mail, err);
    return rc ? rc : outbox_probe(t->s, t->list->id, t->address, t->subscriber, mail, t->now, err);
}

/* Its envelope has no sender: what becomes of it, nobody is told. */
static int send_last(struct tally *t, struct err *err)
{
    struct sv mail, detail;
    struct signing key;
    int rc = score_key(t->s, SCORE_ENABLES, &key, err);
    if (rc)
        return rc;
    detail = write_detail(t->a, &key, SCORE_ENABLES, t->list->id, t->subscriber, t->disabled);
    rc = write_mail(t, route_address(t->a, t->list->address, "-bounces", detail),
                    "No more mails of this list are sent to you",
                    "Mails of this list to you came back, and so did one that asked whether they reach you. You "
                    "are still\n"
                    "subscribed, but nothing is sent to you.\n\n"
                    "To get mails again, answer this one. It does not matter what you write.\n", &mail, err);
    return rc ? rc : outbox_mail(t->s, SV_NONE, t->address, mail, t->now, err);
}

/* ---- failures ---- */

static void count(struct tally *t, int64_t weight)
{
    int64_t day = t->now / DATE_DAY;
    if (t->day < 0 || day - t->day > SCORE_DAYS || day < t->day) { /* before: the clock was put back */
        t->score = 0;
        t->weight = 0;
        t->probed = 0;
    } else if (day != t->day) {
        t->weight = 0;
    }
    t->day = day;
    if (weight > t->weight) {
        t->score += weight - t->weight;
        t->weight = weight;
    }
}

int score_failure(struct store *s, struct arena *a, const struct list *list, int64_t subscriber,
                  enum bounce_severity severity, int64_t now, struct err *err)
{
    struct tally t = {.s = s, .a = a, .list = list, .subscriber = subscriber, .now = now};
    bool found;
    int rc = load(&t, list->id, &found, err);
    if (rc || !found || t.state != SUBSCRIBER_ACTIVE)
        return rc;
    count(&t, severity == BOUNCE_HARD ? SCORE_HARD : SCORE_SOFT);
    bool probe = t.score >= SCORE_PROBE && (!t.probed || now - t.probed > SCORE_DAYS * DATE_DAY);
    if (probe)
        t.probed = now;
    rc = save_score(&t, err);
    if (!rc)
        rc = save_days(&t, err);
    return rc || !probe ? rc : send_probe(&t, err);
}

int score_probe_failure(struct store *s, struct arena *a, const struct list *list, int64_t subscriber, int64_t now,
                        struct err *err)
{
    struct tally t = {.s = s, .a = a, .list = list, .subscriber = subscriber, .now = now};
    bool found;
    int rc = load(&t, list->id, &found, err);
    if (rc || !found || t.state != SUBSCRIBER_ACTIVE || !t.probed)
        return rc;
    t.disabled = now;
    rc = subscriber_set_state(s, subscriber, SUBSCRIBER_DISABLED, err);
    if (!rc)
        rc = save_days(&t, err);
    return rc ? rc : send_last(&t, err);
}

static int forget(struct store *s, int64_t subscriber, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM bounce WHERE subscriber = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, subscriber);
    return store_finish(q, err);
}

int score_enable(struct store *s, int64_t subscriber, bool *out_done, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE subscriber SET state = 'active', score = 0 "
                              "WHERE id = $1 AND state = 'disabled' RETURNING 1", &q, err);
    *out_done = false;
    if (rc)
        return rc;
    store_bind_int(q, 1, subscriber);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out_done = true;
    store_done(q);
    return rc || !*out_done ? rc : forget(s, subscriber, err);
}

bool score_refusal(struct sv status, int code, enum bounce_severity *out)
{
    static const char *const soft[] = {"5.2.", "5.4.", "5.7."};
    bool known = false;
    if (code < 500) /* our own reason, or the server was not reached */
        return false;
    *out = BOUNCE_SOFT;
    for (size_t i = 0; i < ARRAY_LEN(soft); i++)
        known = known || sv_starts(status, sv_str(soft[i]));
    if (!sv_starts(status, SV("5.1.")))
        return known;
    if (!sv_starts(status, SV("5.1.7")) && !sv_starts(status, SV("5.1.8"))) /* those are about the sender */
        *out = BOUNCE_HARD;
    return *out == BOUNCE_HARD;
}
