/* People, moderation, mailing lists, and the group itself. */
#include "action/perform.h"

#include "action/call.h"
#include "action/deputy.h"
#include "action/embargo.h"
#include "action/mail.h"
#include "action/moderation.h"
#include "action/people.h"
#include "action/ties.h"

static struct sv line(const struct action_values *v, const char *name)
{
    return sv_trim(action_value(v, name));
}

PERFORM(member_add)
{
    struct member_request r = {.name = line(v, "name")};
    r.mail_count = action_value_all(c->arena, v, "mail", &r.mails);
    r.jid_count = action_value_all(c->arena, v, "jid", &r.jids);
    return action_member_add(c, &r, out, err);
}

static int leave(struct action_context *c, struct sv name, bool pseudonym, struct action_result *out, struct err *err)
{
    struct leave_outcome outcome;
    return pseudonym ? action_member_leave_as_pseudonym(c, name, &outcome, out, err)
                     : action_member_leave(c, name, out, err);
}

/* Of whoever acts. */
PERFORM(member_leave)
{
    if (!c->actor.len)
        return err_set(err, CM_EREFUSED, "the operator is no member who could leave");
    return leave(c, c->actor, action_value_flag(v, "pseudonym"), out, err);
}

PERFORM(member_remove)
{
    struct sv name = line(v, "name");
    if (sv_eq(name, c->actor))
        return err_set(err, CM_EINPUT, "to leave yourself is another act: member.leave");
    return leave(c, name, action_value_flag(v, "pseudonym"), out, err);
}

PERFORM(role_give)
{
    const struct role_request r = {line(v, "name"), line(v, "role"), line(v, "until"), line(v, "mark")};
    return action_role_give(c, &r, out, err);
}

PERFORM(role_take)
{
    const struct role_request r = {.name = line(v, "name"), .role = line(v, "role")};
    return action_role_take(c, &r, out, err);
}

PERFORM(away_announce)
{
    const struct away_request r = {c->actor, line(v, "from"), line(v, "until")};
    return action_away_announce(c, &r, out, err);
}

PERFORM(away_end)
{
    (void)v;
    return action_away_end(c, c->actor, out, err);
}

/* ---- embargoes ---- */

PERFORM(embargo_open)
{
    uint64_t days = 0;
    struct embargo_request r = {.text = line(v, "text")};
    r.reader_count = action_value_all(c->arena, v, "to", &r.readers);
    if (line(v, "days").len && (!sv_to_u64(line(v, "days"), UINT32_MAX, &days) || !days))
        return err_set(err, CM_EINPUT, "an embargo has at least one day");
    r.days = (unsigned)days;
    return action_embargo_open(c, &r, out, err);
}

PERFORM(embargo_note)
{
    return action_embargo_note(c, line(v, "embargo"), line(v, "text"), out, err);
}

PERFORM(embargo_share)
{
    return action_embargo_share(c, line(v, "embargo"), line(v, "name"), out, err);
}

PERFORM(embargo_release)
{
    return action_embargo_release(c, line(v, "embargo"), out, err);
}

/* ---- moderation ---- */

static int decide(struct action_context *c, const struct action_values *v, const char *outcome,
                  struct action_result *out, struct err *err)
{
    struct hold_done done;
    const struct hold_decision d = {line(v, "post"), sv_str(outcome), line(v, "because"),
                                    action_value_flag(v, "urgent")};
    return action_hold_decide(c, &d, &done, out, err);
}

PERFORM(hold_approve)
{
    return decide(c, v, "approve", out, err);
}

PERFORM(hold_return)
{
    return decide(c, v, "return", out, err);
}

PERFORM(hold_discard)
{
    return decide(c, v, "discard", out, err);
}

PERFORM(hold_refile)
{
    return action_hold_refile(c, line(v, "post"), line(v, "to"), line(v, "stage"), out, err);
}

PERFORM(hold_appeal)
{
    return action_hold_appeal(c, line(v, "post"), line(v, "until"), out, err);
}

/* ---- threads and lists ---- */

static int thread_of(const struct action_values *v, int64_t *out, struct err *err)
{
    uint64_t number;
    struct sv text = line(v, "thread");
    if (!sv_to_u64(text, INT64_MAX, &number))
        return err_set(err, CM_EINPUT, "\"%.*s\" is no thread's number", SV_ARG(text));
    *out = (int64_t)number;
    return CM_OK;
}

PERFORM(thread_tie)
{
    int64_t thread;
    int rc = thread_of(v, &thread, err);
    return rc ? rc : action_thread_tie(c, thread, line(v, "threat"), line(v, "stage"), out, err);
}

PERFORM(thread_untie)
{
    int64_t thread;
    int rc = thread_of(v, &thread, err);
    return rc ? rc : action_thread_untie(c, thread, line(v, "threat"), out, err);
}

PERFORM(list_new)
{
    return action_list_new(c, line(v, "list"), line(v, "address"), line(v, "title"), action_value_flag(v, "followed"),
                           out, err);
}

/* "NAME=VALUE" each. */
PERFORM(list_set)
{
    const struct sv *texts;
    size_t count = action_value_all(c->arena, v, "setting", &texts);
    struct field_edit *settings = arena_new_array(c->arena, struct field_edit, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct sv rest = texts[i], name;
        if (!memchr(rest.at, '=', rest.len))
            return err_set(err, CM_EINPUT, "\"%.*s\" is no setting; write NAME=VALUE", SV_ARG(rest));
        sv_split(&rest, '=', &name);
        settings[i] = (struct field_edit){sv_trim(name), sv_trim(rest)};
    }
    return action_list_set(c, line(v, "list"), settings, count, out, err);
}

/* ---- the group ---- */

PERFORM(sig_end)
{
    return action_sig_end(c, line(v, "by"), line(v, "link"), out, err);
}

PERFORM(sig_resume)
{
    (void)v;
    return action_sig_resume(c, out, err);
}
