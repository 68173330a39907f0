#include "action/announce.h"

#include "action/follow.h"
#include "action/posts.h"
#include "action/ties.h"
#include "base/date.h"
#include "forum/compose.h"

/* What is said, and in which thread. */
struct notice {
    struct sv key;       /* "T-0042", "C-1", "analysis": of its thread */
    const char *subject; /* of the mail */
    const char *text;
};

/* One event, read. */
struct announcing {
    struct action_context *c;
    const struct profile *rules;
    struct sv action, subject;
    const struct json_value *payload;
    int64_t event;
};

static struct sv day(struct arena *a, struct sv time)
{
    int64_t at;
    return date_parse_time(time, &at) ? sv_str(date_format(a, date_from_time(at - 1))) : time;
}

/* "By Ada. Why: ..." and where it is on record. */
static const char *tail(const struct announcing *n)
{
    struct arena *a = n->c->arena;
    struct sv by = json_get_text(n->payload, "actor"), why = json_get_text(n->payload, "reason");
    return arena_printf(a, "%s%.*s%s%s%.*s%s\nThis is event %lld of the group's public record.\n",
                        by.len ? "By " : "", SV_ARG(by), by.len ? ".\n" : "", why.len ? "Why: " : "", SV_ARG(why),
                        why.len ? "\n" : "", (long long)n->event);
}

static int about_threat(const struct announcing *n, struct notice *out, struct err *err)
{
    struct arena *a = n->c->arena;
    struct tied_threat t;
    bool found;
    int rc = tied_threat_load(n->c, n->subject, &t, &found, err);
    if (rc || !found)
        return rc;
    int index = process_stage(&n->rules->process, t.stage);
    struct sv stage = index < 0 ? t.stage : n->rules->process.stages.at[index].name;
    bool new = sv_eq_str(n->action, "threat.propose");
    out->key = t.id;
    out->subject = arena_printf(a, "[%.*s] %.*s: %s%.*s", SV_ARG(t.id), SV_ARG(t.name), new ? "proposed, " : "now ",
                                SV_ARG(stage));
    out->text = arena_printf(a, "%.*s, \"%.*s\",\n%s \"%.*s\"%s.\n%s", SV_ARG(t.id), SV_ARG(t.name),
                             new ? "was proposed, and enters the stage" : "is now at the stage", SV_ARG(stage),
                             sv_eq_str(n->action, "threat.override") ? ", against an entry rule of the process" : "",
                             tail(n));
    return CM_OK;
}

static struct sv threats_of(const struct announcing *n, const struct json_value *threats)
{
    struct str text = STR_INIT;
    for (size_t i = 0; threats && i < threats->count; i++)
        str_addf(&text, "%s%.*s", text.len ? ", " : "", SV_ARG(json_get_text(threats->items[i], "threat")));
    struct sv result = arena_sv(n->c->arena, str_sv(&text));
    str_release(&text);
    return result;
}

static int about_round(const struct announcing *n, struct notice *out, struct err *err)
{
    struct arena *a = n->c->arena;
    bool opened = sv_eq_str(n->action, "round.open");
    struct sv due = day(a, json_get_text(n->payload, "due"));
    (void)err;
    out->key = n->subject;
    out->subject = arena_printf(a, "Round %.*s is %s", SV_ARG(n->subject), opened ? "open" : "closed");
    if (opened)
        out->text = arena_printf(a, "Round %.*s is open until the end of %.*s (UTC). It rates\n%.*s.\n\nEstimates are "
                                 "blind: send yours to the list's \"-request\" address, not to the list.\n\n%s",
                                 SV_ARG(n->subject), SV_ARG(due),
                                 SV_ARG(threats_of(n, json_get(n->payload, "threats"))), tail(n));
    else
        out->text = arena_printf(a, "Round %.*s is closed%s; what was estimated is public now, with its reasons.\n\n%s",
                                 SV_ARG(n->subject), sv_eq_str(n->action, "round.override")
                                     ? " before its time, or without a quorum" : "", tail(n));
    return CM_OK;
}

static int about_call(const struct announcing *n, struct notice *out, struct err *err)
{
    struct arena *a = n->c->arena;
    const struct json_value *call = json_get(n->payload, "call"), *decision = json_get(n->payload, "decision");
    (void)err;
    if (decision && decision->kind == JSON_OBJECT) {
        struct sv outcome = json_get_text(decision, "outcome");
        out->key = json_get_text(decision, "call");
        out->subject = arena_printf(a, "Call %.*s on %.*s: %.*s", SV_ARG(out->key),
                                    SV_ARG(json_get_text(decision, "subject")), SV_ARG(outcome));
        out->text = arena_printf(a, "The call %.*s on %.*s is closed; decision %.*s: %.*s.\n\n%.*s\n\n%s",
                                 SV_ARG(out->key), SV_ARG(json_get_text(decision, "subject")),
                                 SV_ARG(json_get_text(decision, "id")),
                                 SV_ARG(outcome), SV_ARG(json_get_text(decision, "judgement")), tail(n));
        return CM_OK;
    }
    out->key = json_get_text(call, "id");
    if (!out->key.len)
        return CM_OK;
    out->subject = arena_printf(a, "Call %.*s on %.*s", SV_ARG(out->key), SV_ARG(json_get_text(call, "subject")));
    out->text = arena_printf(a, "The call %.*s on %.*s is open until the end of %.*s (UTC).\n\n%.*s\n\nTo answer by "
                             "mail, write to the list's \"-request\" address:\n\n    Position: support %.*s\n"
                             "    Position: object %.*s because ...\n\n%s",
                             SV_ARG(out->key), SV_ARG(json_get_text(call, "subject")),
                             SV_ARG(day(a, json_get_text(call, "until"))), SV_ARG(json_get_text(call, "question")),
                             SV_ARG(out->key), SV_ARG(out->key), tail(n));
    return CM_OK;
}

static int about_edition(const struct announcing *n, struct notice *out, struct err *err)
{
    struct arena *a = n->c->arena;
    const struct json_value *edition = json_get(n->payload, "edition");
    struct sv document = json_get_text(edition, "document"), version = json_get_text(edition, "version");
    (void)err;
    out->key = document;
    out->subject = arena_printf(a, "Edition %.*s of the %.*s document", SV_ARG(version), SV_ARG(document));
    out->text = arena_printf(a, "The %.*s document is published as edition %.*s (%.*s).\n\n%.*s\n\n%s",
                             SV_ARG(document), SV_ARG(version), SV_ARG(json_get_text(edition, "kind")),
                             SV_ARG(json_get_text(edition, "remark")), tail(n));
    return CM_OK;
}

static const struct {
    const char *action;
    int (*about)(const struct announcing *n, struct notice *out, struct err *err);
} announced[] = {
    {"threat.propose", about_threat}, {"threat.advance", about_threat}, {"threat.override", about_threat},
    {"threat.reopen", about_threat},  {"threat.merge", about_threat},   {"threat.split", about_threat},
    {"threat.withdraw", about_threat}, {"round.open", about_round},     {"round.close", about_round},
    {"round.override", about_round},  {"call.open", about_call},        {"call.close", about_call},
    {"decision.appeal", about_call},  {"hold.appeal", about_call},      {"edition.new", about_edition},
};

static int row_of(struct sv action)
{
    for (size_t i = 0; i < ARRAY_LEN(announced); i++)
        if (sv_eq_str(action, announced[i].action))
            return (int)i;
    return -1;
}

bool announce_wanted(struct sv action)
{
    return row_of(action) >= 0;
}

/* ---- sending ---- */

static struct sv domain_of(struct sv address)
{
    return sv_from_byte(address, (size_t)sv_find_char(address, '@') + 1);
}

static int publish(const struct announcing *n, const struct list *list, struct sv bytes, struct err *err)
{
    struct mail mail;
    bool twice;
    int64_t id;
    int rc = mail_read(n->c->arena, bytes, &mail, err);
    if (rc)
        return rc;
    const struct message_new new = {.list = list->id, .bytes = bytes, .mail = &mail, .has_sender = true,
                                    .received = n->c->now};
    rc = message_add(n->c->store, n->c->arena, &new, &id, &twice, err);
    return rc || twice ? rc : post_publish(n->c, list, id, &mail, err);
}

static int send(const struct announcing *n, const struct notice *notice, const struct list *list, struct err *err)
{
    struct arena *a = n->c->arena;
    struct sv domain = domain_of(list->address), bytes;
    struct sv first = sv_str(arena_printf(a, "casemate.%.*s.%.*s@%.*s", SV_ARG(list->id), SV_ARG(notice->key),
                                          SV_ARG(domain)));
    struct sv later = sv_str(arena_printf(a, "casemate.%.*s.%.*s.%lld@%.*s", SV_ARG(list->id), SV_ARG(notice->key),
                                          (long long)n->event, SV_ARG(domain)));
    int64_t here = 0;
    int rc = message_find(n->c->store, list->id, first, &here, err);
    if (rc)
        return rc;
    const struct compose mail = {
        .from = list->address, .from_name = n->rules->sig.name, .to = list->address,
        .subject = sv_str(notice->subject), .text = sv_str(notice->text), .date = n->c->now,
        .message_id = here ? later : first, .in_reply_to = here ? first : SV_NONE, .references = &first,
        .reference_count = here ? 1 : 0, .automatic = COMPOSE_GENERATED};
    rc = compose_mail(a, &mail, &bytes, err);
    return rc ? rc : publish(n, list, bytes, err);
}

static bool wants(const struct announcing *n, const struct list *list)
{
    bool main = n->rules->sig.list.len && sv_eq(route_mailbox(n->c->arena, n->rules->sig.list), list->address);
    return !list->followed && (list_is(list, SET_ANNOUNCE, "yes") || (list_is(list, SET_ANNOUNCE, "auto") && main));
}

/* Where a list is told, its followers are, by the post. */
static int tell_followers(const struct announcing *n, struct notice *notice, struct err *err)
{
    int rc = about_threat(n, notice, err);
    return rc || !notice->key.len ? rc : follow_tell_act(n->c, notice->key, notice->subject, notice->text, err);
}

int announce(struct action_context *c, struct sv action, struct sv subject, struct sv payload, int64_t event,
             struct err *err)
{
    struct announcing n = {.c = c, .action = action, .subject = subject, .event = event};
    struct notice notice = {SV_NONE, NULL, NULL};
    struct lists lists;
    struct profile *rules;
    int row = row_of(action);
    bool sent = false;
    int rc = row < 0 ? CM_OK : lists_load(c->store, c->arena, &lists, err);
    if (rc || row < 0 || !lists.list.len)
        return rc;
    if ((rc = content_rules(c, &rules, err)) || (rc = json_parse(c->arena, payload, payload.len, &n.payload, err)))
        return rc;
    n.rules = rules;
    for (size_t i = 0; !rc && i < lists.list.len; i++) {
        if (!wants(&n, &lists.list.at[i]))
            continue;
        if (!notice.key.len)
            rc = announced[row].about(&n, &notice, err);
        if (!rc && notice.key.len)
            rc = send(&n, &notice, &lists.list.at[i], err);
        sent = sent || notice.key.len;
    }
    return rc || sent || announced[row].about != about_threat ? rc : tell_followers(&n, &notice, err);
}
