/* What there is to read. */
#include "gateway/web/api.h"

#include "action/inputs.h"
#include "action/search.h"
#include "base/date.h"
#include "gateway/http/files.h"
#include "register/calls_json.h"
#include "register/due.h"
#include "register/rounds_json.h"
#include "gateway/web/search_more.h"
#include "store/fts.h"

#include <stdio.h>

enum { LIMIT = 50, LIMIT_MAX = 200, SEARCH_PATIENCE_MS = 2000 };

/* Everything here follows from the state. True: the client has it, and the answer is made. */
static bool is_known(struct web_call *c)
{
    snprintf(c->out->etag, sizeof(c->out->etag), "\"%llx-%llx-%llx\"", (unsigned long long)c->state.event,
             (unsigned long long)c->state.mail, (unsigned long long)c->state.day);
    if (!files_has_tag(c->request->framing, c->request->head, c->out->etag))
        return false;
    c->out->status = 304;
    return true;
}

/* "limit" of a query. */
static int limit_of(struct web_call *c, size_t *out, struct err *err)
{
    uint64_t limit = LIMIT;
    struct sv text = form_value(&c->query, "limit");
    if (text.len && (!sv_to_u64(text, LIMIT_MAX, &limit) || !limit))
        return err_set(err, CM_EINPUT, "\"limit\" is a number from 1 to %d", LIMIT_MAX);
    *out = (size_t)limit;
    return CM_OK;
}

/* A fault for each name that the query has and the route does not know. */
static int only(struct web_call *c, const char *const *names, size_t count, struct err *err)
{
    for (size_t i = 0; i < c->query.list.len; i++) {
        struct sv name = c->query.list.at[i].name;
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known = known || sv_eq_str(name, names[k]);
        if (!known)
            diag_error(&c->diag, arena_strndup(c->arena, name.at, name.len), 0, 0, "there is no such parameter", NULL);
    }
    return c->diag.errors ? err_set(err, CM_EINPUT, "the query has parameters that this address does not take") : CM_OK;
}

/* "next": the same address and query, behind a place. */
static void put_next(struct web_call *c, struct json *j, const char *name, struct sv value)
{
    struct str to = STR_INIT;
    str_addf(&to, "/%.*s?", SV_ARG(c->path));
    for (size_t i = 0; i < c->query.list.len; i++)
        if (!sv_eq_str(c->query.list.at[i].name, name))
            form_write(&to, arena_strndup(c->arena, c->query.list.at[i].name.at, c->query.list.at[i].name.len),
                       c->query.list.at[i].value);
    form_write(&to, name, value);
    json_put(j, "next", str_sv(&to));
    str_release(&to);
}

/* ---- threats ---- */

static bool names_area(const struct sig *sig, const struct threat *t, struct sv area)
{
    int index = terms_find(&sig->areas, area);
    for (size_t i = 0; i < t->areas.len; i++)
        if (t->areas.at[i] == index)
            return true;
    return false;
}

static bool is_wanted(struct web_call *c, const struct view *v, const struct threat_view *t)
{
    struct sv stage = form_value(&c->query, "stage"), area = form_value(&c->query, "area");
    struct sv priority = form_value(&c->query, "priority"), after = form_value(&c->query, "after");
    const struct stage *confirmed = &v->profile->process.stages.at[t->confirmed];
    return (!stage.len || sv_eq(confirmed->id, stage)) &&
           (!area.len || names_area(&v->profile->sig, t->threat, area)) &&
           (!priority.len || sv_eq_str(priority, arena_printf(c->arena, "%u", t->priority))) &&
           (!after.len || view_find(v, t->threat->id) > view_find(v, after));
}

static int check_filters(struct web_call *c, const struct view *v, struct err *err)
{
    static const char *const names[] = {"stage", "area", "priority", "after", "limit"};
    struct sv stage = form_value(&c->query, "stage"), area = form_value(&c->query, "area");
    struct sv after = form_value(&c->query, "after");
    int rc = only(c, names, ARRAY_LEN(names), err);
    if (!rc && stage.len && process_stage(&v->profile->process, stage) < 0)
        rc = err_set(err, CM_EINPUT, "there is no stage \"%.*s\"", SV_ARG(stage));
    if (!rc && area.len && terms_find(&v->profile->sig.areas, area) < 0)
        rc = err_set(err, CM_EINPUT, "there is no area \"%.*s\"", SV_ARG(area));
    if (!rc && after.len && view_find(v, after) < 0)
        rc = err_set(err, CM_EINPUT, "there is no threat \"%.*s\"", SV_ARG(after));
    return rc;
}

int api_threats(struct web_call *c, struct err *err)
{
    const struct view *v;
    struct json j;
    size_t limit, count = 0, next = 0;
    if (is_known(c))
        return CM_OK;
    int rc = web_view(c, &v, err);
    if (!rc)
        rc = check_filters(c, v, err);
    if (!rc)
        rc = limit_of(c, &limit, err);
    if (rc)
        return rc;
    size_t *indexes = arena_new_array(c->arena, size_t, limit);
    for (size_t i = 0; i < v->threats.len && !next; i++) {
        if (!is_wanted(c, v, &v->threats.at[i]))
            continue;
        if (count == limit)
            next = indexes[count - 1] + 1;
        else
            indexes[count++] = i;
    }
    api_begin(c, &j);
    document_write_threats_json(v, indexes, count, false, &j);
    if (next)
        put_next(c, &j, "after", v->threats.at[next - 1].threat->id);
    api_end(c, &j);
    return CM_OK;
}

int api_threat(struct web_call *c, struct err *err)
{
    const struct view *v;
    struct json j;
    if (is_known(c))
        return CM_OK;
    int rc = web_view(c, &v, err);
    int index = rc ? -1 : view_find(v, c->params[0]);
    if (!rc && index < 0)
        rc = err_set(err, CM_ENOTFOUND, "there is no threat \"%.*s\"", SV_ARG(c->params[0]));
    if (rc)
        return rc;
    size_t one = (size_t)index;
    api_begin(c, &j);
    document_write_threats_json(v, &one, 1, true, &j);
    api_end(c, &j);
    return CM_OK;
}

/* ---- rounds, calls, decisions, due ---- */

static int put_list(struct web_call *c, const char *name,
                    void (*put)(struct web_call *c, const struct view *v, struct json *j), struct err *err)
{
    const struct view *v;
    struct json j;
    if (is_known(c))
        return CM_OK;
    int rc = only(c, NULL, 0, err);
    if (!rc)
        rc = web_view(c, &v, err);
    if (rc)
        return rc;
    api_begin(c, &j);
    json_key(&j, name);
    json_array(&j);
    put(c, v, &j);
    json_end(&j);
    api_end(c, &j);
    return CM_OK;
}

static void put_rounds(struct web_call *c, const struct view *v, struct json *j)
{
    for (size_t i = 0; i < v->rounds->list.len; i++) {
        json_object(j);
        round_write_head(c->arena, j, &v->rounds->list.at[i], c->now);
        json_end(j);
    }
}

static void put_calls(struct web_call *c, const struct view *v, struct json *j)
{
    for (size_t i = 0; i < v->calls->list.len; i++) {
        json_object(j);
        call_write_head(c->arena, j, &v->calls->list.at[i]);
        json_end(j);
    }
}

static void put_decisions(struct web_call *c, const struct view *v, struct json *j)
{
    for (size_t i = 0; i < v->calls->decisions.len; i++)
        decision_write(c->arena, j, &v->calls->decisions.at[i]);
}

static void put_due(struct web_call *c, const struct view *v CM_UNUSED, struct json *j)
{
    struct due_list due = {{NULL, 0, 0}};
    due_collect(c->arena, c->frame, &due);
    for (size_t i = 0; i < due.list.len; i++)
        due_write(j, &due.list.at[i]);
}

int api_rounds(struct web_call *c, struct err *err)
{
    return put_list(c, "rounds", put_rounds, err);
}

int api_calls(struct web_call *c, struct err *err)
{
    return put_list(c, "calls", put_calls, err);
}

int api_decisions(struct web_call *c, struct err *err)
{
    return put_list(c, "decisions", put_decisions, err);
}

int api_due(struct web_call *c, struct err *err)
{
    return put_list(c, "due", put_due, err);
}

int api_round(struct web_call *c, struct err *err)
{
    const struct view *v;
    struct round_people may = {{NULL, 0, 0}};
    struct json j;
    if (is_known(c))
        return CM_OK;
    int rc = web_view(c, &v, err);
    const struct round *r = rc ? NULL : rounds_find(v->rounds, c->params[0]);
    if (!rc && !r)
        rc = err_set(err, CM_ENOTFOUND, "there is no round \"%.*s\"", SV_ARG(c->params[0]));
    if (!rc && !r->closed)
        rc = rounds_may(c->store, c->arena, v->profile, v->people, r, &may, err);
    if (rc)
        return rc;
    api_begin(c, &j);
    round_write(c->arena, &j, v, r, r->closed ? NULL : &may);
    api_end(c, &j);
    return CM_OK;
}

int api_call(struct web_call *c, struct err *err)
{
    const struct view *v;
    struct json j;
    if (is_known(c))
        return CM_OK;
    int rc = web_view(c, &v, err);
    const struct call *call = rc ? NULL : calls_find(v->calls, c->params[0]);
    if (!rc && !call)
        rc = err_set(err, CM_ENOTFOUND, "there is no call \"%.*s\"", SV_ARG(c->params[0]));
    if (rc)
        return rc;
    api_begin(c, &j);
    call_write(c->arena, &j, call);
    api_end(c, &j);
    return CM_OK;
}

/* ---- the record ---- */

static void put_event(struct web_call *c, struct json *j, const struct record_line *e)
{
    json_object(j);
    json_put_int(j, "event", e->seq);
    json_put_str(j, "at", date_format_time(c->arena, e->at));
    json_put(j, "name", web_name_of(c, e->actor));
    json_put(j, "action", e->action);
    json_put(j, "subject", e->subject);
    json_put(j, "reason", e->reason);
    json_put(j, "source", e->source);
    json_put_bool(j, "erased", e->erased);
    json_put_str(j, "hash", digest_hex(c->arena, &e->hash));
    json_end(j);
}

int api_record(struct web_call *c, struct err *err)
{
    static const char *const names[] = {"after", "limit"};
    uint64_t after = 0;
    size_t limit;
    struct record_lines events;
    struct json j;
    if (is_known(c))
        return CM_OK;
    int rc = only(c, names, ARRAY_LEN(names), err);
    if (!rc)
        rc = limit_of(c, &limit, err);
    if (!rc && form_has(&c->query, "after") && !sv_to_u64(form_value(&c->query, "after"), INT64_MAX - 1, &after))
        rc = err_set(err, CM_EINPUT, "\"after\" is no number of an event");
    if (!rc)
        rc = record_read_lines(c->store, c->arena, (int64_t)after + 1, limit + 1, &events, err);
    if (rc)
        return rc;
    api_begin(c, &j);
    json_key(&j, "events");
    json_array(&j);
    for (size_t i = 0; i < events.list.len && i < limit; i++)
        put_event(c, &j, &events.list.at[i]);
    json_end(&j);
    if (events.list.len > limit)
        put_next(c, &j, "after", sv_str(arena_printf(c->arena, "%lld", (long long)events.list.at[limit - 1].seq)));
    api_end(c, &j);
    return CM_OK;
}

/* ---- search ---- */

/* Without the marks of hits. */
static struct sv plain(struct web_call *c, struct sv text)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != 2 && text.at[i] != 3)
            str_add_char(&out, text.at[i]);
    struct sv result = arena_sv(c->arena, str_sv(&out));
    str_release(&out);
    return result;
}

static void put_text_hits(struct web_call *c, struct json *j, const struct fts_hits *hits)
{
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < hits->list.len; i++) {
        const struct fts_hit *hit = &hits->list.at[i];
        if (!sv_starts(hit->key, SV("threat:")))
            continue;
        json_object(j);
        json_put(j, "id", sv_from_byte(hit->key, 7));
        json_put(j, "name", hit->title);
        json_put(j, "text", plain(c, hit->snippet));
        json_end(j);
    }
    json_end(j);
}

static void put_mail_hits(struct web_call *c, struct json *j, const struct mail_hits *hits)
{
    json_key(j, "messages");
    json_array(j);
    for (size_t i = 0; i < hits->list.len; i++) {
        const struct mail_hit *hit = &hits->list.at[i];
        json_object(j);
        json_put(j, "list", hit->list);
        json_put_str(j, "page", arena_printf(c->arena, "/lists/%.*s/message/%.*s.html", SV_ARG(hit->list),
                                             SV_ARG(hit->key)));
        json_put(j, "subject", hit->subject);
        json_put(j, "name", hit->name);
        json_put_str(j, "date", date_format_time(c->arena, hit->date));
        json_put(j, "text", plain(c, hit->snippet));
        json_end(j);
    }
    json_end(j);
}

static void put_more_hits(struct json *j, const char *name, const struct more_hits *hits)
{
    json_key(j, name);
    json_array(j);
    for (size_t i = 0; i < hits->list.len; i++) {
        json_object(j);
        json_put_str(j, "page", hits->list.at[i].path);
        json_put_str(j, "name", hits->list.at[i].title);
        json_put(j, "text", hits->list.at[i].text);
        json_end(j);
    }
    json_end(j);
}

int api_search(struct web_call *c, struct err *err)
{
    static const char *const names[] = {"q", "below", "limit"};
    struct mail_query query;
    struct fts_hits texts = {{NULL, 0, 0}};
    struct mail_hits mails;
    struct json j;
    uint64_t below = 0;
    size_t limit;
    struct action_context context = web_context(c);
    struct sv text = form_value(&c->query, "q"), from = form_value(&c->query, "below");
    int rc = only(c, names, ARRAY_LEN(names), err);
    if (!rc)
        rc = limit_of(c, &limit, err);
    if (!rc && !text.len)
        rc = err_set(err, CM_EINPUT, "\"q\" is empty: it holds the words to look for");
    if (!rc && from.len && (!sv_to_u64(from, INT64_MAX, &below) || !below))
        rc = err_set(err, CM_EINPUT, "\"below\" is no number of a message");
    if (!rc)
        rc = mail_query_read(c->arena, text, &query, err);
    if (rc)
        return rc;
    query.below = (int64_t)below;
    store_set_patience(c->store, SEARCH_PATIENCE_MS);
    rc = search_check(&context, &query, err);
    if (!rc)
        rc = mail_search(c->store, c->arena, &query, false, limit, &mails, err);
    if (!rc && !below && !query.mail_only)
        rc = fts_search(c->store, c->arena, text, limit, &texts, err);
    store_set_patience(c->store, 0);
    struct more_hits documents = {{NULL, 0, 0}}, calls = {{NULL, 0, 0}};
    if (!rc && !below && !query.mail_only)
        rc = search_more(c, text, &documents, &calls, err);
    if (rc)
        return rc;
    api_begin(c, &j);
    put_text_hits(c, &j, &texts);
    put_more_hits(&j, "calls", &calls);
    put_more_hits(&j, "documents", &documents);
    put_mail_hits(c, &j, &mails);
    if (mails.more)
        put_next(c, &j, "below", sv_str(arena_printf(c->arena, "%lld",
                                                     (long long)mails.list.at[mails.list.len - 1].id)));
    api_end(c, &j);
    return CM_OK;
}

/* ---- who asks ---- */

int api_me(struct web_call *c, struct err *err CM_UNUSED)
{
    struct json j;
    const struct profile *p = c->frame->profile;
    api_begin(c, &j);
    json_put(&j, "id", c->person->id);
    json_put(&j, "name", c->person->name);
    json_key(&j, "roles");
    json_array(&j);
    json_string(&j, SV("member"));
    for (size_t i = 0; i < c->person->roles.len; i++)
        if (!c->person->roles.at[i].ended)
            json_string(&j, c->person->roles.at[i].role);
    json_end(&j);
    json_key(&j, "acts"); /* that the roles and the token allow */
    json_array(&j);
    for (size_t i = 0; i < action_form_count; i++)
        if (access_scope_allows(c->access.scope, sv_str(action_forms[i].action)) &&
            action_may(c->person, p, action_find(action_forms[i].action)))
            json_string_str(&j, action_forms[i].action);
    json_end(&j);
    json_key(&j, "token");
    json_object(&j);
    json_put(&j, "name", c->access.name);
    json_put(&j, "scope", c->access.scope);
    json_put_str(&j, "ends", date_format_time(c->arena, c->access.ends));
    json_end(&j);
    api_end(c, &j);
    return CM_OK;
}
