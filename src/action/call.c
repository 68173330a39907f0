/* Calls: opened on a text, closed by a judgement, appealed. */
#include "action/call_run.h"
#include "base/date.h"
#include "base/suggest.h"

enum { QUESTION_MAX = 2000, JUDGEMENT_MAX = 64 * 1024 };

/* ---- what both families of acts share ---- */

int call_begin(struct call_run *r, const char *action, unsigned flags, struct err *err)
{
    struct sv wanted = r->close ? r->close->call : r->id;
    int rc = act_begin_on(&r->act, r->c, action, flags, &wanted, wanted.len > 0, r->out, err);
    return rc ? rc : calls_load_act(r->c->store, r->c->arena, r->act.profile, &r->act.files, r->c->now, wanted,
                                    &r->calls, err);
}

const struct call *call_wanted(struct call_run *r, struct sv id, int *rc, struct err *err)
{
    const struct call *c = calls_find(&r->calls, id);
    if (!c)
        *rc = err_set(err, CM_ENOTFOUND, "there is no call %.*s; \"casemate call list\" shows all", SV_ARG(id));
    else if (c->closed && c->decision)
        *rc = err_set(err, CM_EREFUSED, "%.*s is closed: %.*s; who disagrees may appeal (casemate decision appeal "
                      "%.*s --reason TEXT)", SV_ARG(id), SV_ARG(c->decision->id), SV_ARG(c->decision->id));
    return c;
}

const char *call_last_day(struct arena *a, const struct call *c)
{
    return date_format(a, date_from_time(c->until - 1));
}

/* "T-0003, T-0007 and 5 more", or the document whose own text changed. */
const char *call_changes(struct arena *a, const struct call *c)
{
    enum { SHOWN = 5 };
    struct str text = STR_INIT;
    size_t count = 0;
    if (c->text_match == VOTED_CHANGED)
        str_addf(&text, "%.*s.md", SV_ARG(call_document(c)));
    for (size_t i = 0; i < c->threats.len; i++)
        if (c->threats.at[i].match == VOTED_CHANGED && ++count <= SHOWN)
            str_addf(&text, "%s%.*s", text.len ? ", " : "", SV_ARG(c->threats.at[i].id));
    if (count > SHOWN)
        str_addf(&text, " and %zu more", count - SHOWN);
    const char *result = arena_strdup(a, str_cstr(&text));
    str_release(&text);
    return result;
}

/* ---- what a call binds to ---- */

static int newest_edition(struct call_run *r, struct sv document, struct sv *out_version, struct digest *out,
                          struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store, "SELECT version, digest FROM edition WHERE document = $1 "
                                        "ORDER BY position DESC LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, document);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out_version = arena_sv(r->c->arena, store_text(q, 0));
        (void)digest_from_bytes(store_text(q, 1), out);
    }
    store_done(q);
    return rc;
}

static int edition_texts(struct call_run *r, struct sv document, struct sv version, struct call *call, struct err *err)
{
    struct arena *a = r->c->arena;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile *p = arena_new(a, struct profile);
    struct diag quiet;
    int rc = edition_sources(r->c->store, a, document, version, &files, err);
    if (rc)
        return rc;
    call->text = voted_document(&files, document);
    if (!sv_eq_str(document, "analysis"))
        return CM_OK;
    diag_init(&quiet, a);
    profile_parse_checked(a, &files, "", &quiet, p);
    for (size_t i = 0; i < p->threats.len; i++)
        *vec_push(a, &call->threats) =
            (struct call_threat){.id = p->threats.at[i].id, .digest = voted_threat(p, &p->threats.at[i])};
    return CM_OK;
}

static int edition_mode(const struct profile *p, struct err *err)
{
    const struct mode *mode = process_mode(&p->process);
    if (mode->call_days && sv_eq_str(mode->acceptance, "call"))
        return CM_OK;
    return err_set(err, CM_EREFUSED, "the mode \"%.*s\" accepts documents by %.*s and has no call on editions "
                   "(process.md, \"Modes\"); a change of the mode brings it", SV_ARG(mode->id),
                   SV_ARG(mode->acceptance));
}

static int bind_edition(struct call_run *r, struct sv document, struct sv version, struct call *call, struct err *err)
{
    struct sv newest = SV_NONE;
    int rc = edition_mode(r->act.profile, err);
    if (!rc)
        rc = newest_edition(r, document, &newest, &call->digest, err);
    if (rc)
        return rc;
    if (!newest.len)
        return err_set(err, CM_ENOTFOUND, "there is no edition of \"%.*s\"; publish one first (casemate edition new)",
                       SV_ARG(document));
    if (!sv_eq(newest, version))
        return err_set(err, CM_EREFUSED, "%.*s %.*s is not the newest edition; a call is on %.*s %.*s",
                       SV_ARG(document), SV_ARG(version), SV_ARG(document), SV_ARG(newest));
    if ((rc = edition_texts(r, document, version, call, err)))
        return rc;
    if ((rc = call_match(r->c->store, r->c->arena, &r->calls, r->act.profile, &r->act.files, call, err)))
        return rc;
    if (call->match == VOTED_CHANGED)
        return err_set(err, CM_EREFUSED, "the text has changed since %.*s: %s; publish the next edition, and open the "
                       "call on that one", SV_ARG(call->subject), call_changes(r->c->arena, call));
    return CM_OK;
}

static int bind_appeal(struct call_run *r, struct sv id, struct call *call, struct err *err)
{
    const struct decision *d = calls_decision(&r->calls, id);
    if (!d)
        return err_set(err, CM_ENOTFOUND, "there is no decision %.*s; \"casemate decision list\" shows all",
                       SV_ARG(id));
    if (d->call->kind == CALL_APPEAL)
        return err_set(err, CM_EREFUSED, "%.*s decided an appeal; after that the Council may be asked for its opinion "
                       "(process.md, \"Appeals\")", SV_ARG(id));
    call->digest = call->text = voted_decision(&d->call->digest, d->outcome, d->judgement);
    return CM_OK;
}

/* Kind and digests, from the subject as it is written. */
static int bind_subject(struct call_run *r, struct sv subject, struct call *call, struct err *err)
{
    struct sv rest = subject, first = SV_NONE;
    (void)sv_split(&rest, ' ', &first);
    enum document_kind kind;
    call->subject = subject;
    if (document_find(first, &kind) && rest.at) {
        call->kind = CALL_EDITION;
        return bind_edition(r, first, sv_trim(rest), call, err);
    }
    if (sv_starts(subject, SV("D-"))) {
        call->kind = CALL_APPEAL;
        return bind_appeal(r, subject, call, err);
    }
    if (!sv_eq_str(subject, "process") && !sv_eq_str(subject, "template"))
        return err_set(err, CM_EINPUT, "a call is on an edition (analysis 0.2), on the process, on the template, or on "
                       "a decision (appeal D-3), not on \"%.*s\" (process.md, \"Calls\")", SV_ARG(subject));
    call->kind = sv_eq_str(subject, "process") ? CALL_PROCESS : CALL_TEMPLATE;
    call->digest = call->text = voted_document(&r->act.files, subject);
    return CM_OK;
}

/* ---- call.open, decision.appeal ---- */

static unsigned least_days(const struct profile *p, const struct call *call)
{
    return call->kind == CALL_EDITION ? process_mode(&p->process)->call_days : p->process.call_minimum_days;
}

static int end_date(struct call_run *r, struct sv until, struct call *call, struct err *err)
{
    unsigned days = least_days(r->act.profile, call);
    struct sv least = sv_str(arena_printf(r->c->arena, "+%ud", days));
    int rc = act_due(r->c, "--until", until.len ? until : least, &call->until, err);
    if (rc || call->until - r->c->now >= (int64_t)days * DATE_DAY)
        return rc;
    int64_t earliest;
    if ((rc = act_due(r->c, "--until", least, &earliest, err)))
        return rc;
    const char *day = date_format(r->c->arena, date_from_time(earliest - 1));
    if (call->kind == CALL_EDITION)
        return err_set(err, CM_EREFUSED, "a call on an edition runs for at least %u days in the mode \"%.*s\" "
                       "(process.md, \"Calls\"): until %s or later, not %.*s", days,
                       SV_ARG(process_mode(&r->act.profile->process)->id), day, SV_ARG(until));
    return err_set(err, CM_EREFUSED, "a call runs for at least %u days (process.md, \"Calls\"): until %s or later, "
                   "not %.*s", days, day, SV_ARG(until));
}

static int is_open_already(const struct call_run *r, struct sv subject, struct err *err)
{
    for (size_t i = 0; i < r->calls.list.len; i++) {
        const struct call *c = &r->calls.list.at[i];
        if (!c->closed && sv_eq(c->subject, subject))
            return err_set(err, CM_EREFUSED, "%.*s on %.*s is open; a second call on it waits until that one is closed",
                           SV_ARG(c->id), SV_ARG(subject));
    }
    return CM_OK;
}

static void put_call(struct call_run *r, const struct call *call)
{
    struct json *j = &r->act.json;
    struct arena *a = r->c->arena;
    json_key(j, "call");
    json_object(j);
    json_put(j, "id", call->id);
    json_put_str(j, "kind", call_kinds[call->kind]);
    json_put(j, "subject", call->subject);
    json_put(j, "question", call->question);
    json_put_str(j, "digest", digest_hex(a, &call->digest));
    json_put_str(j, "text", digest_hex(a, &call->text));
    json_put_str(j, "until", date_format_time(a, call->until));
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < call->threats.len; i++) {
        json_object(j);
        json_put(j, "id", call->threats.at[i].id);
        json_put_str(j, "digest", digest_hex(a, &call->threats.at[i].digest));
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static int open_call(struct call_run *r, const char *action, const struct call_request *request, struct err *err)
{
    struct call call = {.question = request->question};
    int rc = call_begin(r, action, 0, err);
    if (!rc)
        rc = is_open_already(r, request->subject, err);
    if (!rc)
        rc = bind_subject(r, request->subject, &call, err);
    if (!rc)
        rc = end_date(r, request->until, &call, err);
    if (!rc)
        rc = act_next_id(r->c, 'C', "SELECT coalesce(max(number), 0) + 1 FROM call", &call.id, err);
    if (!rc) {
        put_call(r, &call);
        rc = act_commit(&r->act, call.id, err);
    }
    act_release(&r->act);
    return rc;
}

static int call_open(struct store *s, void *context, struct err *err)
{
    struct call_run *r = context;
    (void)s;
    return open_call(r, "call.open", r->open, err);
}

static int check_question(struct sv text, const char *option, struct err *err)
{
    if (!sv_trim(text).len)
        return err_set(err, CM_EREFUSED, "a call asks a question; add %s TEXT", option);
    if (text.len > QUESTION_MAX)
        return err_set(err, CM_EINPUT, "%s has at most %d bytes; what is longer belongs into a message or a minute",
                       option, QUESTION_MAX);
    return CM_OK;
}

int action_call_open(struct action_context *c, const struct call_request *request, struct action_result *out,
                     struct err *err)
{
    struct call_run r = {.c = c, .open = request, .out = out};
    memset(out, 0, sizeof(*out));
    int rc = check_question(request->question, "--question", err);
    return rc ? rc : store_tx(c->store, call_open, &r, err);
}

static int decision_appeal(struct store *s, void *context, struct err *err)
{
    struct call_run *r = context;
    (void)s;
    return open_call(r, "decision.appeal", r->open, err);
}

int action_decision_appeal(struct action_context *c, struct sv decision, struct sv until, struct action_result *out,
                           struct err *err)
{
    const struct call_request request = {.subject = decision, .question = c->reason, .until = until};
    struct call_run r = {.c = c, .open = &request, .out = out};
    memset(out, 0, sizeof(*out));
    int rc = check_question(c->reason, "--reason", err);
    if (!rc && !sv_starts(decision, SV("D-")))
        rc = err_set(err, CM_EINPUT, "an appeal is about a decision, such as D-3, not \"%.*s\"", SV_ARG(decision));
    return rc ? rc : store_tx(c->store, decision_appeal, &r, err);
}

/* ---- call.close ---- */

/* Every open objection with who raised it, as far as a message holds it; the list has them all. */
static int still_open(const struct call *call, struct err *err)
{
    enum { SHOWN = 4, TEXT_SHOWN = 60 };
    struct str text = STR_INIT;
    size_t open = call_open_objections(call), shown = 0;
    if (!open)
        return CM_OK;
    for (size_t i = 0; i < call->objections.len; i++) {
        const struct objection *o = &call->objections.at[i];
        if (o->state != OBJECTION_OPEN || ++shown > SHOWN)
            continue;
        size_t len = o->text.len < TEXT_SHOWN ? o->text.len : TEXT_SHOWN;
        while (len < o->text.len && len && ((unsigned char)o->text.at[len] & 0xc0) == 0x80)
            len--;
        str_addf(&text, "%s%.*s by %.*s (\"%.*s%s\")", shown > 1 ? "; " : "", SV_ARG(o->id), SV_ARG(o->name), (int)len,
                 o->text.at, len < o->text.len ? "..." : "");
    }
    if (open > SHOWN)
        str_addf(&text, "; and %zu more (casemate objection list %.*s)", open - SHOWN, SV_ARG(call->id));
    int rc = err_set(err, CM_EREFUSED, "%.*s cannot close over an open objection (process.md, \"Calls\"): each is "
                     "answered (objection answer), withdrawn by who raised it (objection withdraw), or recorded as "
                     "dissent (objection dissent) first: %s", SV_ARG(call->id), str_cstr(&text));
    str_release(&text);
    return rc;
}

static int concerned(struct call_run *r, const struct call *call, struct err *err)
{
    struct sv id;
    if (call->kind != CALL_APPEAL)
        return CM_OK;
    const struct decision *d = calls_decision(&r->calls, call->subject);
    int rc = member_id(r->c, &id, err);
    if (!rc && d && sv_eq(d->by_id, id))
        rc = err_set(err, CM_EREFUSED, "%.*s took %.*s; an appeal is closed by somebody else (process.md, \"Appeals\")",
                     SV_ARG(d->by), SV_ARG(d->id));
    return rc;
}

static int may_close(struct call_run *r, const struct call *call, struct err *err)
{
    if (r->c->now < call->until)
        return err_set(err, CM_EREFUSED, "%.*s runs until %s, and positions may change until then; it is closed after "
                       "that day (process.md, \"Calls\")", SV_ARG(call->id), call_last_day(r->c->arena, call));
    int rc = act_waits(&r->act, call->until, err);
    if (!rc)
        rc = concerned(r, call, err);
    return rc ? rc : still_open(call, err);
}

static void put_decision(struct call_run *r, struct sv id, const struct call *call)
{
    struct json *j = &r->act.json;
    json_key(j, "decision");
    json_object(j);
    json_put(j, "id", id);
    json_put(j, "call", call->id);
    json_put(j, "subject", call->subject);
    json_put_str(j, "digest", digest_hex(r->c->arena, &call->digest));
    json_put(j, "outcome", r->close->outcome);
    json_put(j, "judgement", r->close->judgement);
    if (r->close->link.len)
        json_put(j, "link", r->close->link);
    json_end(j);
}

static int call_close(struct store *s, void *context, struct err *err)
{
    struct call_run *r = context;
    struct sv id = SV_NONE;
    (void)s;
    int rc = call_begin(r, "call.close", ACT_DEPUTY, err);
    const struct call *call = rc ? NULL : call_wanted(r, r->close->call, &rc, err);
    if (!rc)
        rc = may_close(r, call, err);
    if (!rc)
        rc = act_next_id(r->c, 'D', "SELECT coalesce(max(number), 0) + 1 FROM decision", &id, err);
    if (!rc) {
        put_decision(r, id, call);
        rc = act_commit(&r->act, call->id, err);
        r->out->id = id;
    }
    act_release(&r->act);
    return rc;
}

static int check_outcome(struct sv outcome, struct err *err)
{
    static const char *const outcomes[] = {"accepted", "not-accepted"};
    if (calls_word(outcomes, ARRAY_LEN(outcomes), outcome) >= 0)
        return CM_OK;
    const char *near = suggest_nearest(outcome, outcomes, ARRAY_LEN(outcomes));
    return err_set(err, CM_EINPUT, "the outcome of a call is \"accepted\" or \"not-accepted\", not \"%.*s\"%s%s%s; the "
                   "group approves nothing (XEP-0139)", SV_ARG(outcome), near ? ", did you mean \"" : "",
                   near ? near : "", near ? "\"?" : "");
}

int action_call_close(struct action_context *c, const struct close_request *request, struct action_result *out,
                      struct err *err)
{
    struct call_run r = {.c = c, .close = request, .out = out};
    memset(out, 0, sizeof(*out));
    int rc = check_outcome(request->outcome, err);
    if (!rc && !sv_trim(request->judgement).len)
        rc = err_set(err, CM_EREFUSED, "a call is closed in writing, positions are not counted (process.md, "
                     "\"Calls\"); add --judgement TEXT");
    if (!rc && request->judgement.len > JUDGEMENT_MAX)
        rc = err_set(err, CM_EINPUT, "--judgement has at most %d bytes; give what is longer as --link",
                     JUDGEMENT_MAX);
    if (!rc && request->link.len && !act_is_link(request->link, true))
        rc = err_set(err, CM_EINPUT, "--link is the address of a minute or message, such as "
                     "https://example.org/minutes, not \"%.*s\"", SV_ARG(request->link));
    return rc ? rc : store_tx(c->store, call_close, &r, err);
}
