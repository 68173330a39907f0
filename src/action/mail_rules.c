/* The rules that hold a post. */
#include "action/held.h"
#include "action/ties.h"
#include "base/date.h"
#include "forum/author.h"
#include "register/discussion.h"

static bool is_signature(const struct mail_part *p)
{
    return sv_eq_str(p->type, "application/pgp-signature") || sv_eq_str(p->type, "application/pkcs7-signature") ||
           sv_eq_str(p->type, "application/x-pkcs7-signature");
}

static bool has_file(const struct mail *m)
{
    for (size_t i = 0; i < m->part_count; i++) {
        const struct mail_part *p = &m->parts[i];
        if ((p->attached || p->name.len || p->kind == MAIL_ATTACHMENT) && !is_signature(p))
            return true;
    }
    return false;
}

/* Posts to the list in the last day, with this one. What others wrote under the name does not count, or they could
 * silence anybody. */
static int count_today(struct arriving *m, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    struct sv address = m->mail.from.count ? m->mail.from.at[0].address : m->in->sender;
    int rc = store_prepare(m->c->store, "SELECT count(*) FROM message m WHERE m.address = $1 AND m.received > $2 AND "
                                        "m.list = $3 AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.message = m.id AND "
                                        "h.stranger = 1)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, route_mailbox(m->c->arena, address));
    store_bind_int(q, 2, m->c->now - DATE_DAY);
    store_bind_text(q, 3, m->list->id);
    return store_finish_int(q, out, err);
}

static void holds(struct hold *h, bool applies, enum hold_rule rule)
{
    if (applies)
        h->rules |= 1u << rule;
}

/* A post that is about a later stage of a threat than the group works towards. */
static int off_stage(struct arriving *m, struct hold *out, struct err *err)
{
    struct tie_words aim;
    struct tied_threat threat;
    bool found;
    int rc = tie_aim(m->c, m->route.detail, &aim, err);
    if (!rc)
        rc = tied_threat_load(m->c, aim.threat, &threat, &found, err);
    if (!rc)
        holds(out, found && aim.stage.len && discussion_is_ahead(m->process, threat.stage, aim.stage) &&
                       sv_eq_str(m->process->moderation_off_stage, "hold"), HOLD_OFF_STAGE);
    return rc;
}

int post_rules(struct arriving *m, const struct subscriber *who, struct hold *out, struct err *err)
{
    int64_t today = 0, rate = list_number(m->list, SET_RATE);
    bool known = who->id && who->state != SUBSCRIBER_GONE, members = list_is(m->list, SET_POSTS, "members");
    bool proven = m->known || author_is_proven(m->c->arena, &m->mail, m->list->setting[SET_TRUSTED]);
    bool first = known && proven && !who->passed;
    int rc = count_today(m, &today, err);
    holds(out, list_is(m->list, SET_POSTS, "nobody"), HOLD_CLOSED);
    holds(out, members && proven && !known, HOLD_STRANGER);
    /* where anyone may post, a name that is nobody's needs no proof */
    holds(out, !proven && (members || known || m->mail.from.count != 1), HOLD_UNPROVEN);
    holds(out, first && sv_eq_str(m->process->moderation_first_post, "hold"), HOLD_FIRST_POST);
    holds(out, !first && sv_eq_str(m->process->moderation_other_posts, "hold"), HOLD_EVERY_POST);
    holds(out, (int64_t)m->in->bytes.len > list_number(m->list, SET_MAX_BYTES), HOLD_SIZE);
    holds(out, list_is(m->list, SET_ATTACHMENTS, "hold") && has_file(&m->mail), HOLD_FILE);
    holds(out, rate && today > rate, HOLD_RATE);
    out->stranger = !(known && proven);
    return rc || !m->route.detail.len ? rc : off_stage(m, out, err);
}

/* Not where it may be another who is told. */
bool post_is_sent_away(const struct arriving *m, const struct hold *h)
{
    return (h->rules & 1u << HOLD_STRANGER) && !(h->rules & 1u << HOLD_UNPROVEN) &&
           list_is(m->list, SET_STRANGERS, "return");
}

int post_hold(struct arriving *m, struct hold *h, struct err *err)
{
    int64_t number;
    h->since = m->c->now;
    h->due = m->c->now + m->process->hold_hours * (int64_t)3600;
    int rc = hold_add(m->c->store, m->c->arena, h, &number, err);
    return rc ? rc : moderators_ask(m, h, number, err);
}

int post_quarantine(struct arriving *m, int64_t message, struct err *err)
{
    int64_t number;
    const struct hold h = {.message = message, .rules = 1u << HOLD_UNREADABLE, .stranger = true, .since = m->c->now};
    int rc = message_set_state(m->c->store, message, MESSAGE_QUARANTINED, err);
    if (!rc)
        rc = hold_add(m->c->store, m->c->arena, &h, &number, err);
    if (rc)
        return rc;
    return alarm_raise(m->c, "quarantine", arena_printf(m->c->arena, "P-%lld to %.*s: %s", (long long)number,
                                                        SV_ARG(m->list->id), m->why), err);
}
