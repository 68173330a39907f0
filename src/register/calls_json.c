#include "register/calls_json.h"

#include "base/date.h"

static void put_time(struct arena *a, struct json *j, const char *key, int64_t seconds)
{
    json_put_str(j, key, date_format_time(a, seconds));
}

void objection_write(struct arena *a, struct json *j, const struct objection *o)
{
    json_object(j);
    json_put(j, "id", o->id);
    json_put(j, "subject", o->subject);
    json_put(j, "by", o->name);
    json_put(j, "text", o->text);
    json_put_str(j, "state", objection_states[o->state]);
    put_time(a, j, "at", o->at);
    json_put_int(j, "event", o->event);
    if (o->answer.len)
        json_put(j, "answer", o->answer);
    if (o->settled) {
        put_time(a, j, "settled", o->settled_at);
        json_put_int(j, "settled_by", o->settled);
    }
    json_end(j);
}

static void put_council(struct arena *a, struct json *j, const struct referral *r)
{
    json_key(j, "council");
    json_object(j);
    json_put(j, "asked_by", r->asked_by);
    put_time(a, j, "asked", r->asked);
    json_put(j, "reason", r->reason);
    put_time(a, j, "answer_by", r->answer_by);
    json_put_str(j, "answer", council_answers[r->answer]);
    if (r->answer != COUNCIL_OPEN) {
        json_put(j, "answered_by", r->answered_by);
        put_time(a, j, "answered", r->answered);
        json_put(j, "why", r->why);
        json_put(j, "link", r->link);
    }
    json_end(j);
}

void decision_write(struct arena *a, struct json *j, const struct decision *d)
{
    json_object(j);
    json_put(j, "id", d->id);
    json_put(j, "call", d->call->id);
    json_put(j, "subject", d->call->subject);
    json_put(j, "outcome", d->outcome);
    json_put_str(j, "state", decision_state(d));
    json_put(j, "judgement", d->judgement);
    if (d->link.len)
        json_put(j, "link", d->link);
    json_put(j, "by", d->by);
    put_time(a, j, "at", d->at);
    json_put_int(j, "event", d->event);
    json_put_str(j, "digest", digest_hex(a, &d->call->digest));
    if (d->appeal)
        json_put(j, "appeal", d->appeal->id);
    if (d->overturned)
        json_put(j, "overturned_by", d->overturned->id);
    if (d->deputy.len)
        json_put(j, "deputy", d->deputy);
    if (d->council)
        put_council(a, j, d->council);
    json_end(j);
}

static void put_threats(struct arena *a, struct json *j, const struct call *call)
{
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < call->threats.len; i++) {
        json_object(j);
        json_put(j, "id", call->threats.at[i].id);
        json_put_str(j, "digest", digest_hex(a, &call->threats.at[i].digest));
        json_put_str(j, "text", voted_match_names[call->threats.at[i].match]);
        json_end(j);
    }
    json_end(j);
}

static void put_positions(struct arena *a, struct json *j, const struct call *call)
{
    json_key(j, "positions");
    json_array(j);
    for (size_t i = 0; i < call->positions.len; i++) {
        const struct position *p = &call->positions.at[i];
        json_object(j);
        json_put(j, "by", p->name);
        json_put_str(j, "position", stands[p->stand]);
        if (p->reason.len)
            json_put(j, "reason", p->reason);
        put_time(a, j, "at", p->at);
        json_put_int(j, "event", p->event);
        json_end(j);
    }
    json_end(j);
}

void call_write_head(struct arena *a, struct json *j, const struct call *call)
{
    json_put(j, "id", call->id);
    json_put_str(j, "kind", call_kinds[call->kind]);
    json_put(j, "subject", call->subject);
    json_put(j, "question", call->question);
    json_put(j, "opened_by", call->opener);
    put_time(a, j, "opened", call->at);
    put_time(a, j, "until", call->until);
    json_put_bool(j, "open", !call->closed);
    json_put_bool(j, "overdue", call->overdue);
    json_put_str(j, "text", voted_match_names[call->match]);
    json_put_str(j, "digest", digest_hex(a, &call->digest));
    json_put_int(j, "open_objections", (int64_t)call_open_objections(call));
}

void call_write(struct arena *a, struct json *j, const struct call *call)
{
    call_write_head(a, j, call);
    json_put_str(j, "document_text", voted_match_names[call->text_match]);
    put_threats(a, j, call);
    put_positions(a, j, call);
    json_key(j, "objections");
    json_array(j);
    for (size_t i = 0; i < call->objections.len; i++)
        objection_write(a, j, &call->objections.at[i]);
    json_end(j);
    if (call->decision) {
        json_key(j, "decision");
        decision_write(a, j, call->decision);
    }
}
