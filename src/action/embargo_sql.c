#include "action/embargo.h"

#include "action/erasure.h"
#include "base/date.h"
#include "base/rand.h"

struct embargo_run {
    struct action_context *c;
    const struct embargo_request *request;
    struct sv id, text, reader;
    struct action_result *out;
};

/* commitment = BLAKE2b-256(part(salt) part(id) part(position in decimal) part(author) part(text)) */
static struct digest commit_to(const struct digest *salt, struct sv id, int64_t position, struct sv author,
                               struct sv text)
{
    struct str number = STR_INIT;
    str_addf(&number, "%lld", (long long)position);
    const struct sv parts[] = {digest_sv(salt), id, str_sv(&number), author, text};
    struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));
    str_release(&number);
    return d;
}

/* ---- reading ---- */

static int is_reader(struct action_context *c, struct sv id, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = !c->actor.len; /* the operator, who holds the file */
    int rc = store_prepare(c->store, "SELECT 1 FROM embargo_reader r JOIN member m ON m.id = r.member "
                                     "WHERE r.embargo = $1 AND m.name = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, c->actor);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

static int load_notes(struct action_context *c, struct embargo *e, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT v.at, coalesce(n.author, s.author), coalesce(n.text, s.text) "
                                     "FROM embargo_note n JOIN event v ON v.seq = n.event LEFT JOIN embargo_secret s "
                                     "ON s.embargo = n.embargo AND s.position = n.position WHERE n.embargo = $1 "
                                     "ORDER BY n.position", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        e->note_count++;
        if (e->readable)
            *vec_push(c->arena, &e->notes) = (struct embargo_note){
                store_int(q, 0), arena_sv(c->arena, store_text(q, 1)), arena_sv(c->arena, store_text(q, 2))};
    }
    store_done(q);
    return rc;
}

static int load_list(struct action_context *c, struct embargoes *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT e.id, v.at, e.until, e.released IS NOT NULL FROM embargo e "
                                     "JOIN event v ON v.seq = e.opened ORDER BY e.number", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(c->arena, &out->list) = (struct embargo){.id = arena_sv(c->arena, store_text(q, 0)),
                                                           .opened = store_int(q, 1), .until = store_int(q, 2),
                                                           .released = store_int(q, 3) != 0};
    store_done(q);
    return rc;
}

int embargoes_load(struct action_context *c, struct embargoes *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    int rc = load_list(c, out, err);
    for (size_t i = 0; !rc && i < out->list.len; i++) {
        struct embargo *e = &out->list.at[i];
        bool reader = false;
        rc = is_reader(c, e->id, &reader, err);
        e->readable = e->released || reader;
        rc = rc ? rc : load_notes(c, e, err);
    }
    return rc;
}

/* An embargo by id that is not released; CM_ENOTFOUND, CM_EREFUSED. Who is no reader learns what everybody knows. */
static int find(struct embargo_run *r, bool for_readers, struct embargo *out, struct err *err)
{
    struct embargoes all;
    int rc = embargoes_load(r->c, &all, err);
    for (size_t i = 0; !rc && i < all.list.len; i++) {
        if (!sv_eq(all.list.at[i].id, r->id))
            continue;
        *out = all.list.at[i];
        if (out->released)
            return err_set(err, CM_EREFUSED, "%.*s was released; it is public", SV_ARG(r->id));
        if (for_readers && !out->readable)
            return err_set(err, CM_EREFUSED, "%.*s is told to named members only, and %.*s is none of them",
                           SV_ARG(r->id), SV_ARG(r->c->actor));
        return CM_OK;
    }
    return rc ? rc : err_set(err, CM_ENOTFOUND, "there is no embargo %.*s; \"casemate embargo list\" shows all",
                             SV_ARG(r->id));
}

/* ---- private rows ---- */

static int keep_secret(struct embargo_run *r, int64_t position, struct sv author, const struct digest *salt,
                       struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store, "INSERT INTO embargo_secret (embargo, position, author, text, salt) "
                                        "VALUES ($1, $2, $3, $4, $5)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->id);
    store_bind_int(q, 2, position);
    store_bind_text(q, 3, author);
    store_bind_text(q, 4, r->text);
    store_bind_blob(q, 5, digest_sv(salt));
    return store_finish(q, err);
}

static int add_reader(struct action_context *c, struct sv id, struct sv name, struct err *err)
{
    struct store_stmt *q;
    struct sv member;
    int rc = act_member(c, name, &member, err);
    if (!rc)
        rc = store_prepare(c->store, "INSERT INTO embargo_reader (embargo, member) VALUES ($1, $2) "
                                     "ON CONFLICT DO NOTHING", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, member);
    return store_finish(q, err);
}

/* ---- acts ---- */

static int check_text(struct sv text, struct err *err)
{
    if (!sv_trim(text).len)
        return err_set(err, CM_EINPUT, "a note wants a text; add --text TEXT or --file FILE");
    if (text.len > EMBARGO_TEXT_MAX)
        return err_set(err, CM_ELIMIT, "a note has at most %d bytes, this one has %zu", EMBARGO_TEXT_MAX, text.len);
    return CM_OK;
}

/* The commitment into the payload; the note itself into the private table, once the event is there. */
static int commit_note(struct embargo_run *r, struct act *act, int64_t position, struct err *err)
{
    struct digest salt;
    struct sv author = r->c->actor.len ? r->c->actor : SV("operator");
    rand_bytes(salt.bytes, sizeof salt.bytes);
    struct digest d = commit_to(&salt, r->id, position, author, r->text);
    json_put_str(&act->json, "commitment", digest_hex(r->c->arena, &d));
    r->c->pseudonym = sv_str(arena_printf(r->c->arena, "%.*s:author", SV_ARG(r->id)));
    int rc = act_commit(act, r->id, err);
    r->c->pseudonym = SV_NONE;
    return rc ? rc : keep_secret(r, position, author, &salt, err);
}

static int end_of(const struct embargo_run *r, const struct profile *p, int64_t *out, struct err *err)
{
    unsigned most = p->process.embargo_days, days = r->request->days ? r->request->days : most;
    if (days > most)
        return err_set(err, CM_EREFUSED, "process.md ends an embargo after %u days; --days %u is more", most, days);
    if (r->request->reader_count > EMBARGO_READERS_MAX)
        return err_set(err, CM_ELIMIT, "an embargo has at most %d readers", EMBARGO_READERS_MAX);
    return act_due(r->c, "--days", sv_str(arena_printf(r->c->arena, "+%ud", days)), out, err);
}

static int open_embargo(struct store *s, void *context, struct err *err)
{
    struct embargo_run *r = context;
    struct act act;
    int64_t until = 0;
    (void)s;
    int rc = act_begin(&act, r->c, "embargo.open", ACT_SECRET | ACT_RULES, r->out, err);
    if (!rc)
        rc = check_text(r->text, err);
    if (!rc)
        rc = end_of(r, act.profile, &until, err);
    if (!rc)
        rc = act_next_id(r->c, 'E', "SELECT coalesce(max(number), 0) + 1 FROM embargo", &r->id, err);
    if (!rc) {
        json_put_str(&act.json, "until", date_format_time(r->c->arena, until));
        rc = commit_note(r, &act, 1, err);
    }
    if (!rc && r->c->actor.len)
        rc = add_reader(r->c, r->id, r->c->actor, err);
    for (size_t i = 0; !rc && i < r->request->reader_count; i++)
        rc = add_reader(r->c, r->id, r->request->readers[i], err);
    act_release(&act);
    return rc;
}

int action_embargo_open(struct action_context *c, const struct embargo_request *request, struct action_result *out,
                        struct err *err)
{
    struct embargo_run r = {.c = c, .request = request, .text = request->text, .out = out};
    return store_tx(c->store, open_embargo, &r, err);
}

static int note(struct store *s, void *context, struct err *err)
{
    struct embargo_run *r = context;
    struct act act;
    struct embargo e;
    (void)s;
    int rc = act_begin(&act, r->c, "embargo.note", ACT_SECRET | ACT_RULES, r->out, err);
    if (!rc)
        rc = check_text(r->text, err);
    if (!rc)
        rc = find(r, true, &e, err);
    if (!rc)
        rc = commit_note(r, &act, (int64_t)e.note_count + 1, err);
    act_release(&act);
    return rc;
}

int action_embargo_note(struct action_context *c, struct sv id, struct sv text, struct action_result *out,
                        struct err *err)
{
    struct embargo_run r = {.c = c, .id = id, .text = text, .out = out};
    return store_tx(c->store, note, &r, err);
}

static int share(struct store *s, void *context, struct err *err)
{
    struct embargo_run *r = context;
    struct act act;
    struct embargo e;
    (void)s;
    int rc = act_begin(&act, r->c, "embargo.share", ACT_SECRET | ACT_RULES, r->out, err);
    if (!rc)
        rc = find(r, true, &e, err);
    if (!rc)
        rc = add_reader(r->c, r->id, r->reader, err);
    if (!rc) {
        r->c->pseudonym = sv_str(arena_printf(r->c->arena, "%.*s:author", SV_ARG(r->id)));
        rc = act_commit(&act, r->id, err);
        r->c->pseudonym = SV_NONE;
    }
    act_release(&act);
    return rc;
}

int action_embargo_share(struct action_context *c, struct sv id, struct sv reader, struct action_result *out,
                         struct err *err)
{
    struct embargo_run r = {.c = c, .id = id, .reader = reader, .out = out};
    return store_tx(c->store, share, &r, err);
}

static int put_notes(struct embargo_run *r, size_t count, struct json *j, struct err *err)
{
    struct store_stmt *q;
    size_t found = 0;
    int rc = store_prepare(r->c->store, "SELECT author, text, lower(hex(salt)) FROM embargo_secret "
                                        "WHERE embargo = $1 ORDER BY position", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->id);
    json_key(j, "notes");
    json_array(j);
    for (; (rc = store_step(q, err)) == STORE_ROW; found++) {
        json_object(j);
        json_put(j, "author", store_text(q, 0));
        json_put(j, "text", store_text(q, 1));
        json_put(j, "salt", store_text(q, 2));
        json_end(j);
    }
    json_end(j);
    store_done(q);
    if (!rc && found < count)
        return err_set(err, CM_EREFUSED, "the notes of %.*s are kept in another store; release it there",
                       SV_ARG(r->id));
    return rc;
}

static int release(struct store *s, void *context, struct err *err)
{
    struct embargo_run *r = context;
    struct act act;
    struct embargo e;
    (void)s;
    memset(&act, 0, sizeof(act));
    int rc = find(r, false, &e, err);
    bool early = !rc && r->c->now < e.until;
    if (!rc)
        rc = act_begin(&act, r->c, early ? "embargo.release-early" : "embargo.release", ACT_RULES, r->out, err);
    if (!rc && early && !r->c->reason.len)
        rc = err_set(err, CM_EREFUSED, "%.*s ends on %s; to release it before wants a public reason: add --reason TEXT",
                     SV_ARG(r->id), date_format(r->c->arena, date_from_time(e.until - 1)));
    if (!rc)
        rc = put_notes(r, e.note_count, &act.json, err);
    if (!rc)
        rc = act_commit(&act, r->id, err);
    act_release(&act);
    return rc;
}

int action_embargo_release(struct action_context *c, struct sv id, struct action_result *out, struct err *err)
{
    struct embargo_run r = {.c = c, .id = id, .out = out};
    return store_tx(c->store, release, &r, err);
}

/* ---- rows ---- */

static int apply_note(struct store *s, const struct act_event *e, struct err *err)
{
    struct store_stmt *q;
    struct digest d;
    int rc = act_digest(e, e->payload, "commitment", &d, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO embargo_note (embargo, position, event, commitment) "
                              "SELECT $1, count(*) + 1, $2, $3 FROM embargo_note WHERE embargo = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->subject);
    store_bind_int(q, 2, e->seq);
    store_bind_blob(q, 3, digest_sv(&d));
    return store_finish(q, err);
}

static int apply_open(struct store *s, const struct act_event *e, struct err *err)
{
    struct store_stmt *q;
    int64_t until, number;
    int rc = act_number(e, e->subject, 'E', &number, err);
    if (!rc && !date_parse_time(json_get_text(e->payload, "until"), &until))
        rc = err_set(err, CM_ECORRUPT, "event %lld opens no valid embargo", (long long)e->seq);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO embargo (id, number, opened, until) VALUES ($1, $2, $3, $4)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->subject);
    store_bind_int(q, 2, number);
    store_bind_int(q, 3, e->seq);
    store_bind_int(q, 4, until);
    rc = store_finish(q, err);
    return rc ? rc : apply_note(s, e, err);
}

/* What was released must be what was committed to. */
static int is_as_committed(struct store *s, const struct act_event *e, int64_t position, const struct digest *found,
                           struct err *err)
{
    struct store_stmt *q;
    bool same = false;
    int rc = store_prepare(s, "SELECT commitment FROM embargo_note WHERE embargo = $1 AND position = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->subject);
    store_bind_int(q, 2, position);
    while ((rc = store_step(q, err)) == STORE_ROW)
        same = sv_eq(store_text(q, 0), digest_sv(found));
    store_done(q);
    if (!rc && !same)
        return err_set(err, CM_ECORRUPT, "event %lld releases a note %lld of %.*s that is not the one on record",
                       (long long)e->seq, (long long)position, SV_ARG(e->subject));
    return rc;
}

static int release_note(struct store *s, const struct act_event *e, int64_t position, const struct json_value *note,
                        struct err *err)
{
    struct store_stmt *q;
    struct digest salt = {{0}}, d;
    struct sv author, text;
    bool erased = erasure_of_item(e, note);
    int rc = act_text(e, note, "author", &author, err);
    if (!rc)
        rc = act_text(e, note, "text", &text, err);
    if (!rc && !erased)
        rc = act_digest(e, note, "salt", &salt, err);
    if (rc)
        return rc;
    d = commit_to(&salt, e->subject, position, author, text);
    if ((!erased && (rc = is_as_committed(s, e, position, &d, err))) ||
        (rc = store_prepare(s, "UPDATE embargo_note SET author = $1, text = $2, salt = $3 WHERE embargo = $4 AND "
                               "position = $5", &q, err)))
        return rc;
    store_bind_text(q, 1, author);
    store_bind_text(q, 2, text);
    if (!erased)
        store_bind_blob(q, 3, digest_sv(&salt));
    store_bind_text(q, 4, e->subject);
    store_bind_int(q, 5, position);
    return store_finish(q, err);
}

static int forget_secrets(struct store *s, const struct act_event *e, struct err *err)
{
    static const char *const steps[] = {"DELETE FROM embargo_secret WHERE embargo = $1",
                                        "DELETE FROM embargo_reader WHERE embargo = $1",
                                        "UPDATE embargo SET released = $2 WHERE id = $1"};
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < ARRAY_LEN(steps); i++) {
        struct store_stmt *q;
        if ((rc = store_prepare(s, steps[i], &q, err)))
            break;
        store_bind_text(q, 1, e->subject);
        if (i == 2)
            store_bind_int(q, 2, e->seq);
        rc = store_finish(q, err);
    }
    return rc;
}

/* How many notes the record has of an embargo. */
static int count_notes(struct store *s, struct sv id, size_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT count(*) FROM embargo_note WHERE embargo = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (size_t)store_int(q, 0);
    store_done(q);
    return rc;
}

static int apply_release(struct store *s, const struct act_event *e, struct err *err)
{
    const struct json_value *notes = json_get(e->payload, "notes");
    size_t count = 0;
    int rc = count_notes(s, e->subject, &count, err);
    if (!rc && (!notes || notes->kind != JSON_ARRAY || notes->count != count))
        rc = err_set(err, CM_ECORRUPT, "event %lld does not release the %zu notes of %.*s", (long long)e->seq, count,
                     SV_ARG(e->subject));
    for (size_t i = 0; !rc && i < count; i++)
        rc = release_note(s, e, (int64_t)i + 1, notes->items[i], err);
    return rc ? rc : forget_secrets(s, e, err);
}

int embargo_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    (void)a;
    if (sv_eq_str(e->action, "embargo.open"))
        return apply_open(s, e, err);
    if (sv_eq_str(e->action, "embargo.note"))
        return apply_note(s, e, err);
    return sv_starts(e->action, SV("embargo.release")) ? apply_release(s, e, err) : CM_OK;
}
