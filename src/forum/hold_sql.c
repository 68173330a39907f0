#include "forum/hold.h"

#include "base/str.h"

const struct hold_rule_info hold_rule_table[HOLD_RULES] = {
    [HOLD_CLOSED] = {"closed", "the list takes no posts at present"},
    [HOLD_STRANGER] = {"stranger", "its author is not subscribed"},
    [HOLD_UNPROVEN] = {"unproven", "it cannot be seen whether it is from whom it says"},
    [HOLD_FIRST_POST] = {"first-post", "it is the first post of its author"},
    [HOLD_EVERY_POST] = {"every-post", "every post waits for a moderator"},
    [HOLD_SIZE] = {"size", "it is larger than the list takes"},
    [HOLD_FILE] = {"file", "it brings a file"},
    [HOLD_RATE] = {"rate", "its author wrote many posts in a day"},
    [HOLD_OFF_STAGE] = {"off-stage", "it is about a later stage of a threat than the group works on"},
    [HOLD_UNREADABLE] = {"unreadable", "it is beyond a limit of what is read"},
};

struct sv hold_rules_text(struct arena *a, hold_rules rules)
{
    struct str out = STR_INIT;
    for (int i = 0; i < HOLD_RULES; i++)
        if (rules & 1u << i)
            str_addf(&out, "%s%s", out.len ? " " : "", hold_rule_table[i].name);
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

int hold_rules_read(struct sv text, hold_rules *out, struct err *err)
{
    struct sv rest = text, word;
    *out = 0;
    while (rest.len && sv_split(&rest, ' ', &word)) {
        int i = 0;
        while (i < HOLD_RULES && !sv_eq_str(word, hold_rule_table[i].name))
            i++;
        if (i == HOLD_RULES)
            return err_set(err, CM_ECORRUPT, "there is no rule \"%.*s\" that holds posts", SV_ARG(word));
        *out |= 1u << i;
    }
    return CM_OK;
}

struct sv hold_id(struct arena *a, int64_t number)
{
    return sv_str(arena_printf(a, "P-%lld", (long long)number));
}

bool hold_number(struct sv id, int64_t *out)
{
    uint64_t number = 0;
    bool good = id.len > 2 && (id.at[0] == 'P' || id.at[0] == 'p') && id.at[1] == '-' &&
                sv_to_u64(sv_from_byte(id, 2), INT32_MAX, &number) && number > 0;
    *out = (int64_t)number;
    return good;
}

/* ---- what waits ---- */

static int next_number(struct store *s, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT 1 + max(coalesce((SELECT max(number) FROM hold), 0), "
                              "coalesce((SELECT max(post) FROM moderation), 0))", &q, err);
    if (rc)
        return rc;
    return store_finish_int(q, out, err);
}

int hold_add(struct store *s, struct arena *a, const struct hold *h, int64_t *out_number, struct err *err)
{
    struct store_stmt *q;
    int rc = next_number(s, out_number, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO hold (number, message, rules, stranger, since, due) "
                              "VALUES ($1, $2, $3, $4, $5, $6)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, *out_number);
    store_bind_int(q, 2, h->message);
    store_bind_text(q, 3, hold_rules_text(a, h->rules));
    store_bind_int(q, 4, h->stranger);
    store_bind_int(q, 5, h->since);
    if (h->due)
        store_bind_int(q, 6, h->due);
    return store_finish(q, err);
}

#define HOLD_COLUMNS "SELECT h.number, h.message, h.since, coalesce(h.due, 0), coalesce(h.settled, 0), m.list, " \
                     "h.rules, h.stranger FROM hold h JOIN message m ON m.id = h.message "

static int read_hold(struct store_stmt *q, struct arena *a, struct hold *out, struct err *err)
{
    *out = (struct hold){.number = store_int(q, 0), .message = store_int(q, 1), .since = store_int(q, 2),
                         .due = store_int(q, 3), .settled = store_int(q, 4), .list = arena_sv(a, store_text(q, 5)),
                         .stranger = store_int(q, 7) != 0};
    return hold_rules_read(store_text(q, 6), &out->rules, err);
}

static int read_one(struct store_stmt *q, struct arena *a, struct hold *out, struct err *err)
{
    int bad = CM_OK, rc;
    *out = (struct hold){.number = 0};
    while ((rc = store_step(q, err)) == STORE_ROW && !bad)
        bad = read_hold(q, a, out, err);
    store_done(q);
    return bad ? bad : rc;
}

int hold_load(struct store *s, struct arena *a, int64_t number, struct hold *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, HOLD_COLUMNS "WHERE h.number = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, number);
    rc = read_one(q, a, out, err);
    if (!rc && !out->number)
        rc = err_set(err, CM_ENOTFOUND, "no post P-%lld is held here; \"casemate hold list\" shows what waits",
                     (long long)number);
    return rc;
}

int hold_due(struct store *s, struct arena *a, int64_t now, struct hold *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, HOLD_COLUMNS "WHERE h.settled IS NULL AND h.due <= $1 ORDER BY h.due, h.number LIMIT 1",
                           &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, now);
    return read_one(q, a, out, err);
}

int holds_load(struct store *s, struct arena *a, struct sv list, struct holds *out, struct err *err)
{
    struct store_stmt *q;
    int bad = CM_OK, rc = store_prepare(s, HOLD_COLUMNS "WHERE h.settled IS NULL AND ($1 = '' OR m.list = $1) "
                                                        "ORDER BY h.number", &q, err);
    memset(out, 0, sizeof(*out));
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    while ((rc = store_step(q, err)) == STORE_ROW && !bad)
        bad = read_hold(q, a, vec_push(a, &out->list), err);
    store_done(q);
    return bad ? bad : rc;
}

/* The one-time addresses about it are good for nothing from now on. */
int hold_settle(struct store *s, struct arena *a, int64_t number, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE hold SET settled = $2 WHERE number = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, number);
    store_bind_int(q, 2, now);
    if ((rc = store_finish(q, err)) ||
        (rc = store_prepare(s, "UPDATE token SET used = $2 WHERE kind = 'moderate' AND subject = $1 AND used IS NULL",
                            &q, err)))
        return rc;
    store_bind_text(q, 1, hold_id(a, number));
    store_bind_int(q, 2, now);
    return store_finish(q, err);
}

/* ---- acts ---- */

bool moderation_settles(const struct moderation *m)
{
    static const char *const acts[] = {"approve", "return", "discard", "timeout"};
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        if (sv_eq_str(m->act, acts[i]))
            return true;
    return false;
}

int moderation_insert(struct store *s, const struct moderation *m, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO moderation (event, post, list, act, outcome, because, rules, urgent, "
                              "seconds, threat, stage) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, m->event);
    store_bind_int(q, 2, m->post);
    store_bind_text(q, 3, m->list);
    store_bind_text(q, 4, m->act);
    if (m->outcome.len)
        store_bind_text(q, 5, m->outcome);
    if (m->because.len)
        store_bind_text(q, 6, m->because);
    store_bind_text(q, 7, m->rules);
    store_bind_int(q, 8, m->urgent);
    if (m->seconds)
        store_bind_int(q, 9, m->seconds);
    if (m->threat.len)
        store_bind_text(q, 10, m->threat);
    if (m->stage.len)
        store_bind_text(q, 11, m->stage);
    return store_finish(q, err);
}

int moderations_load(struct store *s, struct arena *a, int64_t post, struct sv list, struct moderations *out,
                     struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT m.event, e.at, m.post, coalesce(m.seconds, 0), m.list, m.act, "
                              "coalesce(m.outcome, ''), coalesce(m.because, ''), m.rules, e.actor, m.urgent, "
                              "coalesce(m.threat, ''), coalesce(m.stage, ''), "
                              "CASE WHEN m.act = 'contest' THEN 'the author' "
                              "ELSE coalesce(e.payload ->> 'actor', '(erased)') END, "
                              "coalesce(e.payload ->> 'reason', '') "
                              "FROM moderation m JOIN event e ON e.seq = m.event "
                              "WHERE ($1 = 0 OR m.post = $1) AND ($2 = '' OR m.list = $2) ORDER BY m.event", &q, err);
    memset(out, 0, sizeof(*out));
    if (rc)
        return rc;
    store_bind_int(q, 1, post);
    store_bind_text(q, 2, list);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = (struct moderation){
            .event = store_int(q, 0), .at = store_int(q, 1), .post = store_int(q, 2), .seconds = store_int(q, 3),
            .list = arena_sv(a, store_text(q, 4)), .act = arena_sv(a, store_text(q, 5)),
            .outcome = arena_sv(a, store_text(q, 6)), .because = arena_sv(a, store_text(q, 7)),
            .rules = arena_sv(a, store_text(q, 8)), .by_id = arena_sv(a, store_text(q, 9)),
            .urgent = store_int(q, 10) != 0, .threat = arena_sv(a, store_text(q, 11)),
            .stage = arena_sv(a, store_text(q, 12)), .by = arena_sv(a, store_text(q, 13)),
            .why = arena_sv(a, store_text(q, 14))};
    store_done(q);
    return rc;
}

int moderation_overturned(struct store *s, struct arena *a, int64_t post, bool *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT 1 FROM call c JOIN decision d ON d.call = c.id WHERE c.kind = 'appeal' AND "
                              "c.subject = $1 AND d.outcome = 'accepted' AND NOT EXISTS (SELECT 1 FROM moderation m "
                              "WHERE m.post = $2 AND m.act = 'approve' AND m.event > d.event)", &q, err);
    *out = false;
    if (rc)
        return rc;
    store_bind_text(q, 1, hold_id(a, post));
    store_bind_int(q, 2, post);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

int hold_count(struct store *s, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT count(*) FROM hold WHERE settled IS NULL", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = store_int(q, 0);
    store_done(q);
    return rc;
}
