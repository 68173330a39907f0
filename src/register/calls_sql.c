#include "register/calls.h"

#include <string.h>

const char *const call_kinds[CALL_KINDS] = {"edition", "process", "template", "appeal"};
const char *const stands[STANDS] = {"support", "object", "abstain"};
const char *const objection_states[OBJECTION_STATES] = {"open", "answered", "withdrawn", "dissent"};
const char *const council_answers[COUNCIL_ANSWERS] = {"open", "dismissed", "upheld"};
const char *const voted_match_names[] = {"same", "editorial", "changed"};

int calls_word(const char *const *words, size_t count, struct sv word)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_str(word, words[i]))
            return (int)i;
    return -1;
}

struct loading {
    struct store *store;
    struct arena *arena;
    const struct profile *profile;
    const struct profile_files *files;
    int64_t now;
    struct calls *out;
    const struct sv *act; /* of calls_load_act(): the call that it is about; NULL: all of all calls */
    struct call *last;    /* rows come call by call */
};

static struct sv column(const struct loading *l, struct store_stmt *q, int column)
{
    return arena_sv(l->arena, store_text(q, column));
}

static struct digest digest_column(struct store_stmt *q, int column)
{
    struct digest d = {{0}};
    (void)digest_from_bytes(store_text(q, column), &d);
    return d;
}

/* What the program itself never writes is in the store. */
static int unknown_word(struct store_stmt *q, int column, struct err *err)
{
    return err_set(err, CM_ECORRUPT, "the store holds \"%.*s\" where calls have no such word",
                   SV_ARG(store_text(q, column)));
}

static struct call *call_of(struct loading *l, struct sv id)
{
    if (!l->last || !sv_eq(l->last->id, id))
        l->last = (struct call *)(uintptr_t)calls_find(l->out, id);
    return l->last;
}

/* ---- editorial changes ---- */

int editorials_load(struct store *s, struct arena *a, struct editorials *out, struct err *err)
{
    struct store_stmt *q;
    editorials_init(out, a);
    int rc = store_prepare(s, "SELECT threat, before, after, event FROM editorial ORDER BY event", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        const struct editorial change = {digest_column(q, 1), digest_column(q, 2), store_int(q, 3)};
        editorials_add(out, store_text(q, 0), &change);
    }
    store_done(q);
    return rc;
}

/* ---- rows ---- */

/* Who opened a call stands in a payload that names all threats: acts do not ask for it. */
static int load_heads(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->store,
                           "SELECT c.id, c.kind, c.subject, c.question, c.digest, c.text, c.opened, c.until, c.closed, "
                           "e.at, CASE WHEN $1 IS NULL THEN coalesce(e.payload ->> 'actor', '(erased)') ELSE '' END, "
                           "(SELECT x.event FROM edition x WHERE c.kind = 'edition' AND "
                           "x.document || ' ' || x.version = c.subject) "
                           "FROM call c JOIN event e ON e.seq = c.opened ORDER BY c.number", &q, err);
    if (rc)
        return rc;
    if (l->act)
        store_bind_text(q, 1, *l->act);
    while (!rc && (rc = store_step(q, err)) == STORE_ROW) {
        int kind = calls_word(call_kinds, CALL_KINDS, store_text(q, 1));
        struct call *c = vec_push(l->arena, &l->out->list);
        *c = (struct call){.id = column(l, q, 0), .kind = (enum call_kind)kind, .subject = column(l, q, 2),
                           .question = column(l, q, 3), .digest = digest_column(q, 4), .text = digest_column(q, 5),
                           .opened = store_int(q, 6), .until = store_int(q, 7), .closed = store_int(q, 8),
                           .at = store_int(q, 9), .opener = column(l, q, 10), .edition = store_int(q, 11)};
        c->overdue = !c->closed && c->until <= l->now;
        rc = kind < 0 ? unknown_word(q, 1, err) : CM_OK;
    }
    store_done(q);
    return rc;
}

/* Of the call that the act is about, the threats whose text is not the edition's: only files that were written since
 * are asked; all of them when the words of sig.yaml or the template are others. */
static int prepare_changed(struct loading *l, struct store_stmt **out, struct err *err)
{
    const struct call *call = calls_find(l->out, *l->act);
    int64_t edition = !call || call->kind != CALL_EDITION ? INT64_MAX : call->edition;
    int rc = store_prepare(l->store, "SELECT t.call, t.threat, t.digest FROM call_threat t JOIN threat n "
                                     "ON n.id = t.threat WHERE t.call = $1 AND n.voted <> t.digest AND t.threat IN "
                                     "(SELECT m.id FROM file f JOIN threat m ON m.path = f.path WHERE f.event > "
                                     "CASE WHEN EXISTS (SELECT 1 FROM file r WHERE r.path IN ('sig.yaml', "
                                     "'template.md') AND r.event > $2) THEN 0 ELSE $2 END) ORDER BY t.threat", out,
                           err);
    if (rc)
        return rc;
    store_bind_text(*out, 1, *l->act);
    store_bind_int(*out, 2, edition);
    return CM_OK;
}

static int load_threats(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = l->act ? prepare_changed(l, &q, err)
                    : store_prepare(l->store, "SELECT call, threat, digest FROM call_threat ORDER BY call, threat", &q,
                                    err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct call *c = call_of(l, store_text(q, 0));
        if (c)
            *vec_push(l->arena, &c->threats) =
                (struct call_threat){.id = column(l, q, 1), .digest = digest_column(q, 2)};
    }
    store_done(q);
    return rc;
}

static int load_positions(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->store,
                           "SELECT p.call, p.member, m.name, p.position, p.reason, p.event, e.at FROM position p "
                           "JOIN member m ON m.id = p.member JOIN event e ON e.seq = p.event "
                           "WHERE p.call = $1 OR $1 IS NULL ORDER BY p.call, CAST(substr(p.member, 2) AS INTEGER)", &q,
                           err);
    if (rc)
        return rc;
    if (l->act)
        store_bind_text(q, 1, *l->act);
    while (!rc && (rc = store_step(q, err)) == STORE_ROW) {
        struct call *c = call_of(l, store_text(q, 0));
        int stand = calls_word(stands, STANDS, store_text(q, 3));
        if (c)
            *vec_push(l->arena, &c->positions) =
                (struct position){.member = column(l, q, 1), .name = column(l, q, 2), .stand = (enum stand)stand,
                                  .reason = column(l, q, 4), .event = store_int(q, 5), .at = store_int(q, 6)};
        rc = stand < 0 ? unknown_word(q, 3, err) : CM_OK;
    }
    store_done(q);
    return rc;
}

static int load_objections(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->store,
                           "SELECT o.id, o.subject, o.member, m.name, o.text, o.event, e.at, o.state, o.answer, "
                           "o.settled, f.at FROM objection o JOIN member m ON m.id = o.member "
                           "JOIN event e ON e.seq = o.event LEFT JOIN event f ON f.seq = o.settled ORDER BY o.number",
                           &q, err);
    if (rc)
        return rc;
    while (!rc && (rc = store_step(q, err)) == STORE_ROW) {
        struct call *c = call_of(l, store_text(q, 1));
        int state = calls_word(objection_states, OBJECTION_STATES, store_text(q, 7));
        struct objection *o = c ? vec_push(l->arena, &c->objections) : vec_push(l->arena, &l->out->others);
        *o = (struct objection){.id = column(l, q, 0), .subject = column(l, q, 1), .member = column(l, q, 2),
                                .name = column(l, q, 3), .text = column(l, q, 4), .event = store_int(q, 5),
                                .at = store_int(q, 6), .state = (enum objection_state)state,
                                .answer = column(l, q, 8), .settled = store_int(q, 9),
                                .settled_at = store_int(q, 10)};
        rc = state < 0 ? unknown_word(q, 7, err) : CM_OK;
    }
    store_done(q);
    return rc;
}

static int load_decisions(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->store,
                           "SELECT d.id, d.call, d.outcome, d.judgement, d.link, d.event, e.at, e.actor, "
                           "coalesce(e.payload ->> 'actor', '(erased)'), e.payload -> 'deputy' ->> 'because' "
                           "FROM decision d JOIN event e ON e.seq = d.event ORDER BY d.number", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(l->arena, &l->out->decisions) = (struct decision){
            .id = column(l, q, 0), .call = calls_find(l->out, store_text(q, 1)), .outcome = column(l, q, 2),
            .accepted = sv_eq_str(store_text(q, 2), "accepted"), .judgement = column(l, q, 3), .link = column(l, q, 4),
            .event = store_int(q, 5), .at = store_int(q, 6), .by_id = column(l, q, 7), .by = column(l, q, 8),
            .deputy = column(l, q, 9)};
    store_done(q);
    return rc;
}

static int load_referral(struct loading *l, struct store_stmt *q, struct err *err)
{
    struct decision *d = (struct decision *)(uintptr_t)calls_decision(l->out, store_text(q, 0));
    int answer = store_is_null(q, 5) ? COUNCIL_OPEN
                                     : calls_word(council_answers, COUNCIL_ANSWERS, store_text(q, 5));
    struct referral *r = arena_new(l->arena, struct referral);
    if (answer < 0)
        return unknown_word(q, 5, err);
    *r = (struct referral){.asked_by = column(l, q, 1), .reason = column(l, q, 2), .asked = store_int(q, 3),
                           .answer_by = store_int(q, 4), .answer = (enum council_answer)answer,
                           .answered_by = column(l, q, 6), .why = column(l, q, 7), .link = column(l, q, 8),
                           .answered = store_int(q, 9)};
    if (d)
        d->council = r;
    return CM_OK;
}

static int load_referrals(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->store,
                           "SELECT r.decision, coalesce(e.payload ->> 'actor', '(erased)'), r.reason, e.at, "
                           "r.answer_by, r.answer, coalesce(f.payload ->> 'actor', '(erased)'), r.why, r.link, f.at "
                           "FROM referral r JOIN event e ON e.seq = r.asked LEFT JOIN event f ON f.seq = r.answered "
                           "ORDER BY r.asked", &q, err);
    if (rc)
        return rc;
    while (!rc && (rc = store_step(q, err)) == STORE_ROW)
        rc = load_referral(l, q, err);
    store_done(q);
    return rc;
}

/* ---- what became of the texts ---- */

struct matching {
    struct store *store;
    struct arena *arena;
    const struct profile *profile;
    const struct profile_files *files;
    const struct editorials *editorials;
    struct map digests; /* of the threats as they are: id -> struct digest*, each reckoned once */
};

/* As its row has it: for a profile that holds a part of the threats. Nothing when there is no such threat. */
static int stored_digest(struct matching *m, struct sv id, struct digest **out, struct err *err)
{
    struct store_stmt *q;
    struct digest d;
    int rc = store_prepare(m->store, "SELECT voted FROM threat WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (digest_from_bytes(store_text(q, 0), &d)) {
            *out = arena_new(m->arena, struct digest);
            **out = d;
        }
    store_done(q);
    return rc;
}

static int present_digest(struct matching *m, struct sv id, struct digest **out, struct err *err)
{
    const struct threat *threat;
    int rc = CM_OK;
    if ((*out = map_get(&m->digests, id)))
        return CM_OK;
    if ((threat = map_get(&m->profile->by_id, id))) {
        *out = arena_new(m->arena, struct digest);
        **out = voted_threat(m->profile, threat);
    } else {
        rc = stored_digest(m, id, out, err);
    }
    if (!rc && *out)
        map_set(&m->digests, id, *out);
    return rc;
}

static int threat_match(struct matching *m, struct call_threat *t, struct err *err)
{
    struct digest *now;
    int rc = present_digest(m, t->id, &now, err);
    t->match = !rc && now ? voted_match(m->arena, m->editorials, t->id, &t->digest, now) : VOTED_CHANGED;
    return rc;
}

/* An appeal is about a decision, which does not change. */
static enum voted_match text_match(const struct matching *m, const struct call *c)
{
    if (c->kind == CALL_APPEAL)
        return VOTED_SAME;
    struct digest now = voted_document(m->files, call_document(c));
    return digest_eq(&now, &c->text) ? VOTED_SAME : VOTED_CHANGED;
}

static int match(struct matching *m, struct call *c, struct err *err)
{
    int rc = CM_OK;
    c->match = c->text_match = text_match(m, c);
    for (size_t i = 0; !rc && i < c->threats.len; i++) {
        struct call_threat *t = &c->threats.at[i];
        rc = threat_match(m, t, err);
        c->match = t->match > c->match ? t->match : c->match;
    }
    return rc;
}

int call_match(struct store *s, struct arena *a, const struct calls *calls, const struct profile *p,
               const struct profile_files *files, struct call *c, struct err *err)
{
    struct matching m = {.store = s, .arena = a, .profile = p, .files = files, .editorials = &calls->editorials};
    map_init(&m.digests, a);
    return match(&m, c, err);
}

static int match_all(const struct loading *l, struct err *err)
{
    int rc = CM_OK;
    struct matching m = {.store = l->store, .arena = l->arena, .profile = l->profile, .files = l->files,
                         .editorials = &l->out->editorials};
    map_init(&m.digests, l->arena);
    for (size_t i = 0; !rc && i < l->out->list.len; i++)
        rc = match(&m, &l->out->list.at[i], err);
    return rc;
}

/* Calls and decisions point to each other once their arrays grow no more. */
static void link_decisions(struct calls *calls)
{
    for (size_t i = 0; i < calls->decisions.len; i++) {
        struct call *c = (struct call *)(uintptr_t)calls->decisions.at[i].call;
        if (c)
            c->decision = &calls->decisions.at[i];
    }
    for (size_t i = 0; i < calls->list.len; i++) {
        const struct call *c = &calls->list.at[i];
        struct decision *d = (struct decision *)(uintptr_t)calls_decision(calls, c->subject);
        if (c->kind != CALL_APPEAL || !d)
            continue;
        d->appeal = c;
        if (c->decision && c->decision->accepted)
            d->overturned = c->decision;
    }
}

/* A call on an edition holds all its threats: whoever asks for one threat is not to look through all. */
static void index_threats(struct loading *l)
{
    map_init(&l->out->about, l->arena);
    for (size_t i = 0; i < l->out->list.len; i++) {
        const struct call *c = &l->out->list.at[i];
        for (size_t k = 0; k < c->threats.len; k++) {
            struct calls_about *about = map_get(&l->out->about, c->threats.at[k].id);
            if (!about)
                map_set(&l->out->about, c->threats.at[k].id, about = arena_new(l->arena, struct calls_about));
            *vec_push(l->arena, &about->list) = (struct call_about){c, &c->threats.at[k]};
        }
    }
}

static int load(struct loading *l, struct err *err)
{
    memset(l->out, 0, sizeof(*l->out));
    int rc = editorials_load(l->store, l->arena, &l->out->editorials, err);
    if (rc || (rc = load_heads(l, err)) || (rc = load_threats(l, err)) || (rc = load_positions(l, err)) ||
        (rc = load_objections(l, err)) || (rc = load_decisions(l, err)) || (rc = load_referrals(l, err)) ||
        (rc = match_all(l, err)))
        return rc;
    link_decisions(l->out);
    if (!l->act)
        index_threats(l);
    return CM_OK;
}

int calls_load(struct store *s, struct arena *a, const struct profile *p, const struct profile_files *files,
               int64_t now, struct calls *out, struct err *err)
{
    struct loading l = {.store = s, .arena = a, .profile = p, .files = files, .now = now, .out = out};
    return load(&l, err);
}

int calls_load_act(struct store *s, struct arena *a, const struct profile *p, const struct profile_files *files,
                   int64_t now, struct sv call, struct calls *out, struct err *err)
{
    struct loading l = {.store = s, .arena = a, .profile = p, .files = files, .now = now, .out = out, .act = &call};
    return load(&l, err);
}

/* ---- looking up ---- */

const struct calls_about *calls_about(const struct calls *calls, struct sv threat)
{
    return map_get(&calls->about, threat);
}

bool call_holds(const struct call *c, struct sv threat)
{
    for (size_t i = 0; i < c->threats.len; i++)
        if (sv_eq(c->threats.at[i].id, threat))
            return true;
    return false;
}

const struct decision *calls_decided(const struct calls *calls, struct sv threat, int64_t event)
{
    for (size_t i = 0; i < calls->decisions.len; i++) {
        const struct decision *d = &calls->decisions.at[i];
        if (d->accepted && d->call && d->call->edition > event && call_holds(d->call, threat))
            return d;
    }
    return NULL;
}

struct sv call_document(const struct call *c)
{
    ptrdiff_t blank = sv_find_char(c->subject, ' ');
    return c->kind == CALL_EDITION && blank > 0 ? sv_from(c->subject.at, (size_t)blank) : c->subject;
}

const struct call *calls_find(const struct calls *calls, struct sv id)
{
    for (size_t i = 0; i < calls->list.len; i++)
        if (sv_eq(calls->list.at[i].id, id))
            return &calls->list.at[i];
    return NULL;
}

const struct decision *calls_decision(const struct calls *calls, struct sv id)
{
    for (size_t i = 0; i < calls->decisions.len; i++)
        if (sv_eq(calls->decisions.at[i].id, id))
            return &calls->decisions.at[i];
    return NULL;
}

const struct objection *calls_objection(const struct calls *calls, struct sv id)
{
    for (size_t i = 0; i < calls->others.len; i++)
        if (sv_eq(calls->others.at[i].id, id))
            return &calls->others.at[i];
    for (size_t c = 0; c < calls->list.len; c++)
        for (size_t i = 0; i < calls->list.at[c].objections.len; i++)
            if (sv_eq(calls->list.at[c].objections.at[i].id, id))
                return &calls->list.at[c].objections.at[i];
    return NULL;
}

const char *decision_state(const struct decision *d)
{
    static const char *const states[] = {"valid", "with editorial changes", "outdated"};
    if (d->council && d->council->answer == COUNCIL_UPHELD)
        return "set aside";
    return d->overturned ? "overturned" : states[d->call->match];
}

size_t call_open_objections(const struct call *c)
{
    size_t open = 0;
    for (size_t i = 0; i < c->objections.len; i++)
        open += c->objections.at[i].state == OBJECTION_OPEN;
    return open;
}

/* ---- acceptance ---- */

struct accepted_text {
    struct digest digest;
    bool accepted;
};
struct accepted_texts {
    VEC(struct accepted_text) list; /* in the order of the decisions */
};
struct acceptance {
    struct arena *arena;
    struct map by_threat; /* id -> struct accepted_texts* */
    struct editorials editorials;
};

/* A decision that an accepted appeal overturned, or that the council set aside, accepts nothing. */
#define ACCEPTED_ROWS                                                                                                  \
    "SELECT t.threat, t.digest, d.outcome = 'accepted' AND NOT EXISTS (SELECT 1 FROM call ac JOIN decision ad "        \
    "ON ad.call = ac.id WHERE ac.kind = 'appeal' AND ac.subject = d.id AND ad.outcome = 'accepted') "                  \
    "AND NOT EXISTS (SELECT 1 FROM referral r WHERE r.decision = d.id AND r.answer = 'upheld') "                       \
    "FROM decision d JOIN call c ON c.id = d.call JOIN call_threat t ON t.call = c.id WHERE c.kind = 'edition' "

static int load_accepted(struct store *s, const struct sv *threat, struct acceptance *acc, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, threat ? ACCEPTED_ROWS "AND t.threat = $1 ORDER BY d.number"
                                     : ACCEPTED_ROWS "ORDER BY d.number", &q, err);
    if (rc)
        return rc;
    if (threat)
        store_bind_text(q, 1, *threat);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct accepted_texts *texts = map_get(&acc->by_threat, store_text(q, 0));
        if (!texts) {
            texts = arena_new(acc->arena, struct accepted_texts);
            map_set(&acc->by_threat, arena_sv(acc->arena, store_text(q, 0)), texts);
        }
        *vec_push(acc->arena, &texts->list) = (struct accepted_text){digest_column(q, 1), store_int(q, 2) != 0};
    }
    store_done(q);
    return rc;
}

int acceptance_load(struct store *s, struct arena *a, const struct sv *threat, struct acceptance **out,
                    struct err *err)
{
    struct acceptance *acc = arena_new(a, struct acceptance);
    acc->arena = a;
    map_init(&acc->by_threat, a);
    *out = acc;
    int rc = editorials_load(s, a, &acc->editorials, err);
    return rc ? rc : load_accepted(s, threat, acc, err);
}

bool acceptance_of(const struct acceptance *acc, const struct profile *p, const struct threat *t)
{
    const struct accepted_texts *texts = map_get(&acc->by_threat, t->id);
    if (!texts)
        return false;
    struct digest now = voted_threat(p, t);
    for (size_t i = texts->list.len; i-- > 0;) {
        const struct accepted_text *text = &texts->list.at[i];
        if (voted_match(acc->arena, &acc->editorials, t->id, &text->digest, &now) != VOTED_CHANGED)
            return text->accepted;
    }
    return false;
}
