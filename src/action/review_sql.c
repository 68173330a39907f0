/* Reviews: an expert is asked about a text by a date, and answers. */
#include "action/review.h"

#include "action/acts.h"
#include "action/commands.h"
#include "action/people.h"
#include "base/date.h"
#include "base/suggest.h"
#include "register/reviewed.h"

enum { NAME_MAX_BYTES = 200 };

/* The text that a review is about. */
struct asked_text {
    struct digest digest;
    struct reviewed_threats threats;
};

/* ---- subjects ---- */

static int no_subject(struct sv subject, struct err *err)
{
    const char *near = suggest_nearest(subject, document_names, DOCUMENT_KINDS);
    return err_set(err, CM_ENOTFOUND, "there is no threat or document \"%.*s\"%s%s%s", SV_ARG(subject),
                   near ? "; did you mean \"" : "", near ? near : "",
                   near ? "\"?" : "; a review is of a threat, of process, template or analysis, or of an edition "
                                  "such as \"analysis 0.2\"");
}

static int threat_text(struct act *act, const struct threat *t, struct asked_text *out, struct err *err)
{
    const struct stage *stage = &act->profile->process.stages.at[t->stage];
    if (stage->end)
        return err_set(err, CM_EREFUSED, "%.*s is %.*s; only a threat in work is reviewed", SV_ARG(t->id),
                       SV_ARG(stage->id));
    out->digest = reviewed_threat_digest(act->c->arena, t->source);
    *vec_push(act->c->arena, &out->threats.list) = (struct reviewed_threat){t->id, out->digest};
    return CM_OK;
}

static int edition_text(struct act *act, struct sv document, struct sv version, struct asked_text *out,
                        struct err *err)
{
    struct arena *a = act->c->arena;
    struct profile_files files;
    int rc = edition_sources(act->c->store, a, document, version, &files, err);
    if (rc == CM_ENOTFOUND)
        return err_set(err, rc, "there is no edition %.*s of %.*s; \"casemate edition list\" shows all",
                       SV_ARG(version), SV_ARG(document));
    if (!rc)
        out->digest = reviewed_document_digest(a, &files, document, &out->threats);
    return rc;
}

static int find_text(struct act *act, struct sv subject, struct asked_text *out, struct err *err)
{
    const struct threat *t = map_get(&act->profile->by_id, subject);
    ptrdiff_t blank = sv_find_char(subject, ' ');
    struct sv document = blank < 0 ? subject : sv_from(subject.at, (size_t)blank);
    enum document_kind kind;
    memset(out, 0, sizeof(*out));
    if (t)
        return threat_text(act, t, out, err);
    if (!document_find(document, &kind))
        return no_subject(subject, err);
    if (blank >= 0)
        return edition_text(act, document, sv_from_byte(subject, (size_t)blank + 1), out, err);
    out->digest = reviewed_document_digest(act->c->arena, &act->files, document, &out->threats);
    return CM_OK;
}

static void put_text(struct act *act, const struct asked_text *text)
{
    struct json *j = &act->json;
    json_put_str(j, "digest", digest_hex(act->c->arena, &text->digest));
    if (!text->threats.list.len)
        return;
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < text->threats.list.len; i++) {
        json_object(j);
        json_put(j, "id", text->threats.list.at[i].threat);
        json_put_str(j, "digest", digest_hex(act->c->arena, &text->threats.list.at[i].digest));
        json_end(j);
    }
    json_end(j);
}

/* ---- acts ---- */

struct review_run {
    struct action_context *c;
    const struct review_request *request;
    const struct review_answer *answer;
    struct sv id;
    struct action_result *out;
};

/* A review of the working draft of the analysis is about all threats, any other about one or none. */
static int begin_on(struct act *act, struct review_run *r, const char *action, struct sv subject, struct err *err)
{
    if (sv_eq_str(subject, "analysis"))
        return act_begin(act, r->c, action, 0, r->out, err);
    return act_begin_on(act, r->c, action, 0, &subject, 1, r->out, err);
}

static int put_address(struct action_context *c, struct sv id, struct sv address, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "INSERT INTO review_address (review, address) VALUES ($1, $2)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, address);
    return store_finish(q, err);
}

static int commit_request(struct act *act, struct review_run *r, const struct asked_text *text, int64_t due,
                          struct err *err)
{
    int rc = act_next_id(r->c, 'V', "SELECT coalesce(max(number), 0) + 1 FROM review", &r->id, err);
    if (rc)
        return rc;
    json_key(&act->json, "review");
    json_object(&act->json);
    json_put(&act->json, "id", r->id);
    json_put(&act->json, "subject", r->request->subject);
    json_put(&act->json, "reviewer", r->request->name);
    json_put_str(&act->json, "due", date_format_time(r->c->arena, due));
    put_text(act, text);
    json_end(&act->json);
    return act_commit(act, r->id, err);
}

static int request(struct store *s, void *context, struct err *err)
{
    struct review_run *r = context;
    struct act act;
    struct asked_text text;
    struct sv address;
    int64_t due = 0;
    (void)s;
    int rc = begin_on(&act, r, "review.request", r->request->subject, err);
    if (!rc)
        rc = act_plain("--name", r->request->name, NAME_MAX_BYTES, false, err);
    if (!rc)
        rc = people_new_name(r->c, r->request->name, err); /* nobody's name that can be mistaken */
    if (!rc)
        rc = people_address(r->c->arena, SV("mail"), r->request->address, &address, err);
    if (!rc)
        rc = act_due(r->c, "--by", r->request->by, &due, err);
    if (!rc)
        rc = find_text(&act, r->request->subject, &text, err);
    if (!rc)
        rc = commit_request(&act, r, &text, due, err);
    if (!rc)
        rc = put_address(r->c, r->id, address, err);
    if (!rc)
        rc = review_ask(r->c, &act.profile->sig, r->id, r->request->subject, r->request->name, address, due, err);
    act_release(&act);
    return rc;
}

int action_review_request(struct action_context *c, const struct review_request *wanted, struct action_result *out,
                          struct err *err)
{
    struct review_run r = {.c = c, .request = wanted, .out = out};
    return store_tx(c->store, request, &r, err);
}

/* A review as its row has it. */
struct review_row {
    struct sv subject;
    struct digest digest;
    bool answered, withdrawn;
};

static int find_review(struct action_context *c, struct sv id, struct review_row *out, struct err *err)
{
    struct store_stmt *q;
    bool found = false;
    int rc = store_prepare(c->store, "SELECT subject, digest, answered, withdrawn FROM review WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out = (struct review_row){arena_sv(c->arena, store_text(q, 0)), {{0}}, !store_is_null(q, 2),
                                   !store_is_null(q, 3)};
        (void)digest_from_bytes(store_text(q, 1), &out->digest);
        found = true;
    }
    store_done(q);
    if (!rc && !found)
        return err_set(err, CM_ENOTFOUND, "there is no review %.*s; \"casemate review list\" shows all", SV_ARG(id));
    if (!rc && out->withdrawn)
        return err_set(err, CM_EREFUSED, "review %.*s was withdrawn; \"casemate review request\" asks again",
                       SV_ARG(id));
    return rc;
}

static int check_answer(const struct review_answer *answer, struct err *err)
{
    static const char *const verdicts[] = {"sound", "changes-wanted", "declined"};
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
        known = known || sv_eq_str(answer->verdict, verdicts[i]);
    if (!known) {
        const char *near = suggest_nearest(answer->verdict, verdicts, ARRAY_LEN(verdicts));
        return err_set(err, CM_EINPUT, "--verdict is sound, changes-wanted or declined, not \"%.*s\"%s%s%s",
                       SV_ARG(answer->verdict), near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    if (!answer->text.len && sv_eq_str(answer->verdict, "changes-wanted"))
        return err_set(err, CM_EINPUT, "who wants changes says which; add --text TEXT or --file FILE");
    return answer->text.len ? act_plain("the answer", answer->text, REVIEW_TEXT_MAX, true, err) : CM_OK;
}

static int answered_text(struct act *act, const struct review_row *row, bool present, struct asked_text *out,
                         struct err *err)
{
    memset(out, 0, sizeof(*out));
    out->digest = row->digest;
    if (!present)
        return CM_OK;
    if (sv_find_char(row->subject, ' ') >= 0)
        return err_set(err, CM_EINPUT, "%.*s is an edition, whose text never changes; leave out --present",
                       SV_ARG(row->subject));
    return find_text(act, row->subject, out, err);
}

/* The text is looked at only when the answer is about the present one. That there is no such review is said later. */
static int begin_answer(struct act *act, struct review_run *r, struct err *err)
{
    struct store_stmt *q;
    struct sv subject = SV_NONE;
    int rc = store_prepare(r->c->store, "SELECT subject FROM review WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->answer->id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        subject = arena_sv(r->c->arena, store_text(q, 0));
    store_done(q);
    return rc ? rc : begin_on(act, r, "review.answer", r->answer->present ? subject : SV_NONE, err);
}

static int answer(struct store *s, void *context, struct err *err)
{
    struct review_run *r = context;
    struct act act;
    struct review_row row;
    struct asked_text text;
    (void)s;
    int rc = begin_answer(&act, r, err);
    if (!rc)
        rc = check_answer(r->answer, err);
    if (!rc)
        rc = find_review(r->c, r->answer->id, &row, err);
    if (!rc)
        rc = answered_text(&act, &row, r->answer->present, &text, err);
    if (!rc) {
        json_key(&act.json, "review");
        json_object(&act.json);
        json_put(&act.json, "id", r->answer->id);
        json_put(&act.json, "verdict", r->answer->verdict);
        if (r->answer->text.len)
            json_put(&act.json, "text", r->answer->text);
        put_text(&act, &text);
        json_end(&act.json);
        rc = act_commit(&act, r->answer->id, err);
    }
    act_release(&act);
    return rc;
}

int action_review_answer(struct action_context *c, const struct review_answer *given, struct action_result *out,
                         struct err *err)
{
    struct review_run r = {.c = c, .answer = given, .out = out};
    return store_tx(c->store, answer, &r, err);
}

static int withdraw(struct store *s, void *context, struct err *err)
{
    struct review_run *r = context;
    struct act act;
    struct review_row row;
    (void)s;
    int rc = act_begin(&act, r->c, "review.withdraw", ACT_RULES, r->out, err);
    if (!rc && !r->c->reason.len)
        rc = err_set(err, CM_EREFUSED, "to withdraw a request wants a public reason; add --reason TEXT");
    if (!rc)
        rc = find_review(r->c, r->id, &row, err);
    if (!rc && row.answered)
        rc = err_set(err, CM_EREFUSED, "review %.*s was answered, and answers stay; request another review",
                     SV_ARG(r->id));
    if (!rc) {
        json_key(&act.json, "review");
        json_object(&act.json);
        json_put(&act.json, "id", r->id);
        json_end(&act.json);
        rc = act_commit(&act, r->id, err);
    }
    act_release(&act);
    return rc;
}

int action_review_withdraw(struct action_context *c, struct sv id, struct action_result *out, struct err *err)
{
    struct review_run r = {.c = c, .id = id, .out = out};
    return store_tx(c->store, withdraw, &r, err);
}

int review_address(struct store *s, struct arena *a, struct sv id, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    int rc = store_prepare(s, "SELECT address FROM review_address WHERE review = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(a, store_text(q, 0));
    store_done(q);
    return rc;
}

/* ---- rows ---- */

static int apply_threats(struct store *s, const struct act_event *e, struct sv id, const struct json_value *threats,
                         struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && threats && i < threats->count; i++) {
        struct store_stmt *q;
        struct sv threat;
        struct digest digest;
        if ((rc = act_text(e, threats->items[i], "id", &threat, err)) ||
            (rc = act_digest(e, threats->items[i], "digest", &digest, err)) ||
            (rc = store_prepare(s, "INSERT INTO review_threat (review, event, threat, digest) "
                                   "VALUES ($1, $2, $3, $4)", &q, err)))
            return rc;
        store_bind_text(q, 1, id);
        store_bind_int(q, 2, e->seq);
        store_bind_text(q, 3, threat);
        store_bind_blob(q, 4, digest_sv(&digest));
        rc = store_finish(q, err);
    }
    return rc;
}

static int apply_request(struct store *s, const struct act_event *e, const struct json_value *review, struct sv id,
                         struct err *err)
{
    struct store_stmt *q;
    struct sv subject, reviewer, due;
    struct digest digest;
    int64_t number, at;
    int rc = act_text(e, review, "subject", &subject, err);
    if (!rc)
        rc = act_text(e, review, "reviewer", &reviewer, err);
    if (!rc)
        rc = act_text(e, review, "due", &due, err);
    if (!rc)
        rc = act_digest(e, review, "digest", &digest, err);
    if (!rc)
        rc = act_number(e, id, 'V', &number, err);
    if (!rc && !date_parse_time(due, &at))
        rc = err_set(err, CM_ECORRUPT, "event %lld names no valid review", (long long)e->seq);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO review (id, number, subject, reviewer, digest, requested, due, about) "
                              "VALUES ($1, $2, $3, $4, $5, $6, $7, $6)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_int(q, 2, number);
    store_bind_text(q, 3, subject);
    store_bind_text(q, 4, reviewer);
    store_bind_blob(q, 5, digest_sv(&digest));
    store_bind_int(q, 6, e->seq);
    store_bind_int(q, 7, at);
    rc = store_finish(q, err);
    return rc ? rc : apply_threats(s, e, id, json_get(review, "threats"), err);
}

/* An answer about the text that was asked about lists no threats: those of the request count again. */
static int apply_answer(struct store *s, const struct act_event *e, const struct json_value *review, struct sv id,
                        struct err *err)
{
    struct store_stmt *q;
    struct sv verdict;
    struct digest digest;
    const struct json_value *threats = json_get(review, "threats");
    int rc = act_text(e, review, "verdict", &verdict, err);
    if (!rc)
        rc = act_digest(e, review, "digest", &digest, err);
    if (!rc)
        rc = store_prepare(s, "UPDATE review SET answered = $1, verdict = $2, answer = $3, reviewed = $4, "
                              "about = coalesce($5, requested) WHERE id = $6", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, e->seq);
    store_bind_text(q, 2, verdict);
    store_bind_text(q, 3, json_get_text(review, "text"));
    store_bind_blob(q, 4, digest_sv(&digest));
    if (threats)
        store_bind_int(q, 5, e->seq);
    store_bind_text(q, 6, id);
    rc = store_finish(q, err);
    return rc ? rc : apply_threats(s, e, id, threats, err);
}

static int apply_withdraw(struct store *s, const struct act_event *e, struct sv id, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM review_address WHERE review = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    if ((rc = store_finish(q, err)) || (rc = token_forget(s, TOKEN_REVIEW, id, err)) ||
        (rc = store_prepare(s, "UPDATE review SET withdrawn = $1, why = $2 WHERE id = $3", &q, err)))
        return rc;
    store_bind_int(q, 1, e->seq);
    store_bind_text(q, 2, json_get_text(e->payload, "reason"));
    store_bind_text(q, 3, id);
    return store_finish(q, err);
}

int review_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *review = json_get(e->payload, "review");
    struct sv id;
    (void)a;
    int rc = act_text(e, review, "id", &id, err);
    if (rc)
        return rc;
    if (sv_eq_str(e->action, "review.request"))
        return apply_request(s, e, review, id, err);
    return sv_eq_str(e->action, "review.answer") ? apply_answer(s, e, review, id, err)
                                                 : apply_withdraw(s, e, id, err);
}
