/* Do closed rounds open what was committed to, and all of it? The chain alone proves only that nobody changed the
 * events since; who wrote the closing event could have written anything into it. */
#include "action/round.h"

struct committed { /* the newest commitment of one person to one factor of one threat */
    int64_t event, close; /* close: event that opened it or left it sealed, 0 */
    struct digest commitment, content; /* content: of what was opened; see content_of() */
    bool sealed;
    struct sv threat, factor, pseudonym;
};

struct checked_round {
    VEC(struct committed *) list;
};

struct checking {
    struct arena *a;
    struct record_faults *out;
    const char *file; /* of an exported record, or NULL */
    struct map committed; /* "R-1:e3 T-0001 damage" -> struct committed */
    struct map rounds;    /* id -> struct checked_round */
};

static void checking_init(struct checking *k, struct arena *a, struct record_faults *out, const char *file)
{
    *k = (struct checking){.a = a, .out = out, .file = file};
    map_init(&k->committed, a);
    map_init(&k->rounds, a);
}

static void fault(struct checking *k, int64_t seq, const char *text)
{
    k->out->total++;
    if (k->out->list.len >= RECORD_FAULTS_MAX)
        return;
    struct record_fault *f = vec_push(k->a, &k->out->list);
    f->seq = seq;
    f->text = sv_str(k->file ? arena_printf(k->a, "%s: %s", k->file, text) : text);
}

static struct sv key_of(struct arena *a, struct sv pseudonym, struct sv threat, struct sv factor)
{
    return sv_str(arena_printf(a, "%.*s %.*s %.*s", SV_ARG(pseudonym), SV_ARG(threat), SV_ARG(factor)));
}

static struct digest content_of(struct sv answer, struct sv reason, struct sv salt, struct sv name)
{
    return round_commitment(salt, name, SV_NONE, SV_NONE, answer, reason);
}

/* ---- events ---- */

static void check_give(struct checking *k, int64_t seq, struct sv actor, const struct json_value *payload)
{
    const struct json_value *list = json_get(payload, "estimates");
    struct sv round = arena_sv(k->a, json_get_text(payload, "round"));
    struct sv threat = arena_sv(k->a, json_get_text(payload, "threat"));
    struct checked_round *r = map_get(&k->rounds, round);
    if (!r) {
        r = arena_new(k->a, struct checked_round);
        map_set(&k->rounds, round, r);
    }
    for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
        struct sv factor = arena_sv(k->a, json_get_text(list->items[i], "factor"));
        struct sv key = key_of(k->a, actor, threat, factor);
        struct committed *c = map_get(&k->committed, key);
        if (!c) {
            c = arena_new(k->a, struct committed);
            *c = (struct committed){.threat = threat, .factor = factor, .pseudonym = arena_sv(k->a, actor)};
            map_set(&k->committed, key, c);
            *vec_push(k->a, &r->list) = c;
        }
        if (c->close)
            fault(k, seq, arena_printf(k->a, "event %lld is an estimate in a round that event %lld closed",
                                       (long long)seq, (long long)c->close));
        c->event = seq;
        if (!digest_from_hex(json_get_text(list->items[i], "commitment"), &c->commitment))
            fault(k, seq, arena_printf(k->a, "event %lld holds no valid commitment", (long long)seq));
    }
}

static void check_opened(struct checking *k, int64_t seq, struct sv round, const struct json_value *item, bool erased)
{
    struct sv threat = json_get_text(item, "threat"), factor = json_get_text(item, "factor");
    struct sv pseudonym = json_get_text(item, "pseudonym"), answer = json_get_text(item, "answer");
    struct sv reason = json_get_text(item, "reason");
    struct committed *c = map_get(&k->committed, key_of(k->a, pseudonym, threat, factor));
    struct digest salt = {{0}};
    bool salted = digest_from_hex(json_get_text(item, "salt"), &salt);
    struct sv salt_bytes = salted ? digest_sv(&salt) : SV_NONE;
    struct digest d = round_commitment(salt_bytes, round, threat, factor, answer, reason);
    if (!c) {
        fault(k, seq, arena_printf(k->a, "event %lld opens a %.*s of %.*s by %.*s that no event committed to",
                                   (long long)seq, SV_ARG(factor), SV_ARG(threat), SV_ARG(pseudonym)));
        return;
    }
    c->close = seq;
    c->content = content_of(answer, reason, salt_bytes, json_get_text(item, "name"));
    if (erased && json_get(item, "erased"))
        return; /* the reason is gone, and the salt with it */
    if (!salted || !digest_eq(&d, &c->commitment))
        fault(k, seq, arena_printf(k->a, "event %lld opens another %.*s of %.*s by %.*s than event %lld committed to",
                                   (long long)seq, SV_ARG(factor), SV_ARG(threat), SV_ARG(pseudonym),
                                   (long long)c->event));
}

static void check_close(struct checking *k, int64_t seq, const struct json_value *payload, bool erased)
{
    const struct json_value *opened = json_get(payload, "opened"), *sealed = json_get(payload, "sealed");
    struct sv round = json_get_text(payload, "round");
    const struct checked_round *r = map_get(&k->rounds, round);
    for (size_t i = 0; opened && opened->kind == JSON_ARRAY && i < opened->count; i++)
        check_opened(k, seq, round, opened->items[i], erased);
    for (size_t i = 0; sealed && sealed->kind == JSON_ARRAY && i < sealed->count; i++) {
        const struct json_value *s = sealed->items[i];
        struct committed *c = map_get(&k->committed, key_of(k->a, json_get_text(s, "pseudonym"),
                                                            json_get_text(s, "threat"), json_get_text(s, "factor")));
        if (c && !c->close) {
            c->close = seq;
            c->sealed = true;
        }
    }
    for (size_t i = 0; r && i < r->list.len; i++) {
        struct committed *c = r->list.at[i];
        if (!c->close)
            fault(k, seq, arena_printf(k->a, "event %lld leaves out the %.*s of %.*s by %.*s that event %lld "
                                             "committed to",
                                       (long long)seq, SV_ARG(c->factor), SV_ARG(c->threat), SV_ARG(c->pseudonym),
                                       (long long)c->event));
    }
}

static void check_event(struct checking *k, int64_t seq, struct sv actor, struct sv action, struct sv payload,
                        bool erased)
{
    struct arena scratch = ARENA_INIT;
    struct err ignored = ERR_INIT;
    const struct json_value *json;
    bool give = sv_eq_str(action, "estimate.give");
    bool close = sv_eq_str(action, "round.close") || sv_eq_str(action, "round.override");
    if ((give || close) && json_parse(&scratch, payload, payload.len, &json, &ignored) == CM_OK) {
        if (give)
            check_give(k, seq, actor, json);
        else
            check_close(k, seq, json, erased);
    }
    arena_release(&scratch);
}

static int check_events(struct store *s, struct checking *k, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT seq, actor, action, payload, salt FROM event WHERE action IN ('estimate.give', "
                              "'round.close', 'round.override') ORDER BY seq", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        check_event(k, store_int(q, 0), store_text(q, 1), store_text(q, 2), store_text(q, 3), store_is_null(q, 4));
    store_done(q);
    return rc;
}

/* ---- rows ---- */

static void check_row(struct checking *k, struct store_stmt *q)
{
    struct sv pseudonym = store_text(q, 0), threat = store_text(q, 1), factor = store_text(q, 2);
    const struct committed *c = map_get(&k->committed, key_of(k->a, pseudonym, threat, factor));
    if (!c || !c->close || c->sealed)
        return; /* open */
    struct digest d = content_of(store_text(q, 3), store_text(q, 4), store_text(q, 5), store_text(q, 6));
    if (!digest_eq(&d, &c->content))
        fault(k, c->close, arena_printf(k->a, "the %.*s of %.*s by %.*s is not what event %lld opened", SV_ARG(factor),
                                        SV_ARG(threat), SV_ARG(pseudonym), (long long)c->close));
}

static int check_rows(struct store *s, struct checking *k, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT pseudonym, threat, factor, answer, reason, salt, name FROM estimate "
                              "ORDER BY event, factor", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        check_row(k, q);
    store_done(q);
    return rc;
}

int round_verify_store(struct store *s, struct arena *a, struct record_faults *out, struct err *err)
{
    struct checking k;
    checking_init(&k, a, out, NULL);
    int rc = check_events(s, &k, err);
    return rc ? rc : check_rows(s, &k, err);
}

/* ---- an exported record ---- */

static bool concerns_rounds(struct sv line)
{
    return sv_find(line, SV("estimate.give")) >= 0 || sv_find(line, SV("round.")) >= 0;
}

static int check_line(struct checking *k, struct arena *scratch, struct sv line, struct err *err)
{
    const struct json_value *event, *header;
    int rc = json_parse(scratch, line, line.len, &event, err);
    struct sv text = rc ? SV_NONE : json_get_text(event, "header");
    if (!rc)
        rc = json_parse(scratch, text, text.len, &header, err);
    if (rc)
        return rc;
    check_event(k, json_get_int(event, "seq", 0), json_get_text(header, "actor"), json_get_text(header, "action"),
                json_get_text(event, "payload"), !json_get_text(event, "salt").len);
    return CM_OK;
}

int round_verify_export(struct arena *a, struct sv text, const char *file, struct record_faults *out, struct err *err)
{
    struct checking k;
    struct sv line;
    int rc = CM_OK;
    checking_init(&k, a, out, file);
    while (!rc && sv_next_line(&text, &line)) {
        struct arena scratch = ARENA_INIT;
        if (concerns_rounds(line))
            rc = check_line(&k, &scratch, line, err);
        arena_release(&scratch);
    }
    return rc;
}
