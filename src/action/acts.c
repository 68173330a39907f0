#include "action/acts.h"
#include "action/deputy.h"

#include "action/part.h"
#include "base/date.h"
#include "base/utf8.h"

#include <limits.h>

enum { DAYS_MAX = 3660, LINK_MAX = 2000 };

static void prepare(struct act *act, struct action_context *c, const char *action, struct action_result *out)
{
    memset(act, 0, sizeof(*act));
    memset(out, 0, sizeof(*out));
    act->c = c;
    act->info = action_find(action);
    act->out = out;
}

/* Once the profile is there, or not: rc. */
static int begin(struct act *act, unsigned flags, int rc, struct err *err)
{
    if (!rc && !(flags & ACT_NEWCOMER))
        rc = permit(act->c, act->profile, act->info->needs, err);
    if (rc == CM_EREFUSED && (flags & ACT_DEPUTY))
        rc = deputy_begin(act, rc, err);
    if (!(flags & ACT_SECRET)) {
        payload_begin(act->c, &act->json, &act->payload, SV_NONE);
    } else {
        json_init(&act->json, &act->payload, true);
        json_object(&act->json);
    }
    return rc;
}

int act_begin(struct act *act, struct action_context *c, const char *action, unsigned flags, struct action_result *out,
              struct err *err)
{
    prepare(act, c, action, out);
    int rc = flags & ACT_RULES ? content_rules(c, &act->profile, err)
                               : content_profile(c, &act->files, &act->profile, err);
    return begin(act, flags, rc, err);
}

int act_begin_on(struct act *act, struct action_context *c, const char *action, unsigned flags, const struct sv *ids,
                 size_t count, struct action_result *out, struct err *err)
{
    prepare(act, c, action, out);
    return begin(act, flags, part_load(c, ids, count, &act->files, &act->profile, err), err);
}

int act_commit(struct act *act, struct sv subject, struct err *err)
{
    if (act->stands_for && !act->deputy_because.len)
        BUG("%s by a deputy, and nobody asked whether it waits", act->info->name);
    json_end(&act->json);
    json_finish(&act->json);
    act->out->id = subject;
    return content_event(act->c, act->info->name, subject, &act->payload, act->out, err);
}

void act_release(struct act *act)
{
    str_release(&act->payload);
}

/* By how the names of their actions begin. */
static const struct family {
    const char *prefix;
    int (*apply)(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
} families[] = {
    {"away.", away_apply},
    {"call.", call_apply},
    {"decision.answer", council_apply},
    {"decision.appeal", call_apply},
    {"decision.refer", council_apply},
    {"embargo.", embargo_apply},
    {"estimate.", round_apply},
    {"handover.", handover_apply},
    {"hold.", hold_apply},
    {"list.", list_apply},
    {"member.", people_apply},
    {"objection.", objection_apply},
    {"position.", position_apply},
    {"review.", review_apply},
    {"role.", people_apply},
    {"round.", round_apply},
    {"sig.", ending_apply},
    {"thread.", tie_apply},
    {"threat.challenge", challenge_apply},
    {"threat.edit", editorial_apply},
};

static const struct family *family_of(struct sv action)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (sv_starts(action, sv_str(families[i].prefix)))
            return &families[i];
    return NULL;
}

int acts_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct family *family = family_of(e->action);
    return family ? family->apply(s, a, e, err) : CM_OK;
}

int acts_apply_text(struct store *s, struct arena *a, struct act_event *e, struct sv payload, struct err *err)
{
    if (!family_of(e->action))
        return CM_OK;
    int rc = json_parse(a, payload, payload.len, &e->payload, err);
    return rc ? rc : acts_apply(s, a, e, err);
}

void act_put_member(struct act *act, struct sv id, struct sv name)
{
    json_key(&act->json, "member");
    json_object(&act->json);
    json_put(&act->json, "id", id);
    json_put(&act->json, "name", name);
    json_end(&act->json);
}

int act_lacks(const struct act_event *e, const char *key, struct err *err)
{
    return err_set(err, CM_ECORRUPT, "event %lld (%.*s) has no valid \"%s\"", (long long)e->seq, SV_ARG(e->action),
                   key);
}

int act_text(const struct act_event *e, const struct json_value *object, const char *key, struct sv *out,
             struct err *err)
{
    const struct json_value *v = json_get(object, key);
    if (!v || v->kind != JSON_STRING)
        return act_lacks(e, key, err);
    *out = v->text;
    return CM_OK;
}

int act_digest(const struct act_event *e, const struct json_value *object, const char *key, struct digest *out,
               struct err *err)
{
    return digest_from_hex(json_get_text(object, key), out) ? CM_OK : act_lacks(e, key, err);
}

int act_plain(const char *option, struct sv text, size_t max, bool lines, struct err *err)
{
    if (!sv_trim(text).len || text.len > max)
        return err_set(err, CM_EINPUT, "%s wants a text of at most %zu bytes", option, max);
    if (!utf8_valid(text, NULL))
        return err_set(err, CM_EINPUT, "%s is not UTF-8", option);
    for (size_t at = 0; at < text.len;) {
        uint32_t c = utf8_next(text, &at);
        if (utf8_is_deceptive(c) || (!lines && (c == '\n' || c == '\t')))
            return err_set(err, CM_EINPUT, "%s holds the %s U+%04X, which is not taken", option,
                           c == '\n' || c == '\t' ? "line end or tab" : "invisible character", (unsigned)c);
    }
    return CM_OK;
}

bool act_is_link(struct sv link, bool messages)
{
    static const char *const schemes[] = {"https://", "http://", "xmpp:", "mid:", "mailto:"};
    bool good = false;
    for (size_t i = 0; i < (messages ? ARRAY_LEN(schemes) : 2); i++)
        good = good || (sv_starts(link, sv_str(schemes[i])) && link.len > strlen(schemes[i]));
    for (size_t i = 0; i < link.len; i++)
        good = good && (unsigned char)link.at[i] > ' ' && !strchr("<>\"\x7f", link.at[i]);
    return good && link.len <= LINK_MAX;
}

int act_next_id(struct action_context *c, char letter, const char *sql, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, sql, &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = sv_str(arena_printf(c->arena, "%c-%lld", letter, (long long)store_int(q, 0)));
    store_done(q);
    return rc;
}

int act_number(const struct act_event *e, struct sv id, char letter, int64_t *out, struct err *err)
{
    uint64_t number = 0;
    bool good = id.len > 2 && id.at[0] == letter && id.at[1] == '-' &&
                sv_to_u64(sv_from_byte(id, 2), INT32_MAX, &number) && number > 0;
    *out = (int64_t)number;
    return good ? CM_OK : act_lacks(e, "id", err);
}

int act_due(struct action_context *c, const char *option, struct sv text, int64_t *out, struct err *err)
{
    struct date day;
    uint64_t days;
    int64_t today = date_to_time(date_from_time(c->now));
    if (text.len > 2 && text.at[0] == '+' && text.at[text.len - 1] == 'd' &&
        sv_to_u64(sv_from(text.at + 1, text.len - 2), DAYS_MAX, &days)) {
        *out = today + ((int64_t)days + 1) * DATE_DAY;
        return CM_OK;
    }
    if (date_parse(text, &day))
        *out = date_to_time(day) + DATE_DAY;
    else if (!date_parse_time(text, out))
        return err_set(err, CM_EINPUT,
                       "%s \"%.*s\" is no date; write a day such as 2026-12-31, or +14d for days from now", option,
                       SV_ARG(text));
    if (*out <= c->now)
        return err_set(err, CM_EINPUT, "%s %.*s has passed; today is %s", option, SV_ARG(text),
                       date_format(c->arena, date_from_time(c->now)));
    return CM_OK;
}
