#include "action/commands.h"
#include "action/follow.h"
#include "action/held.h"
#include "action/membership.h"
#include "action/ties.h"

static struct sv author_of(const struct arriving *m)
{
    return m->mail.from.count ? m->mail.from.at[0].address : m->in->sender;
}

int alarm_raise(struct action_context *c, const char *kind, const char *text, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "INSERT INTO alarm (at, kind, text) VALUES ($1, $2, $3)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, c->now);
    store_bind_text(q, 2, sv_str(kind));
    store_bind_text(q, 3, sv_str(text));
    return store_finish(q, err);
}

int post_publish(struct action_context *c, const struct list *list, int64_t message, const struct mail *mail,
                 struct err *err)
{
    struct subscriber who = {.id = 0};
    int rc = message_publish(c->store, c->arena, message, mail, message_words(c->arena, mail), err);
    if (!rc)
        rc = tie_message(c, message, err);
    if (!rc && mail->from.count)
        rc = subscription_of(c, list->id, mail->from.at[0].address, &who, err);
    if (!rc && who.id)
        rc = subscriber_count_post(c->store, who.id, err);
    if (rc || list->followed)
        return rc;
    rc = outbox_post(c->store, list->id, message, c->now, err);
    if (!rc)
        rc = follow_tell_post(c, list, message, mail, err);
    return rc ? rc : commands_of_post(c, list, message, mail, err);
}

static int judge(struct arriving *m, int64_t message, struct err *err)
{
    struct hold h = {.message = message, .list = m->list->id};
    struct subscriber who;
    if (m->list->followed)
        return post_publish(m->c, m->list, message, &m->mail, err);
    if (mail_is_loop(m) || !m->in->sender.len) /* that, and notices of programs, go to nobody */
        return message_set_state(m->c->store, message, MESSAGE_DISCARDED, err);
    if (commands_hold_estimate(&m->mail)) {
        int returned = message_set_state(m->c->store, message, MESSAGE_RETURNED, err);
        return returned ? returned : command_return_estimate(m, err);
    }
    int rc = subscription_of(m->c, m->list->id, author_of(m), &who, err);
    if (!rc)
        rc = post_rules(m, &who, &h, err);
    if (rc)
        return rc;
    if (post_is_sent_away(m, &h))
        return post_send_away(m, message, err);
    return h.rules ? post_hold(m, &h, err) : post_publish(m->c, m->list, message, &m->mail, err);
}

int post_arrives(struct arriving *m, struct err *err)
{
    bool twice;
    int64_t id;
    const struct message_new new = {m->list->id, m->in->bytes, &m->mail, true, m->in->sender, m->c->now,
                                    NULL};
    int rc = message_add(m->c->store, m->c->arena, &new, &id, &twice, err);
    if (!rc && !twice && m->route.detail.len)
        rc = tie_keep_aim(m->c, id, m->route.detail, err);
    if (!rc && !twice)
        rc = m->unreadable ? post_quarantine(m, id, err) : judge(m, id, err);
    *m->reply = (struct mail_reply){FATE_TAKEN, "2.1.5", twice ? "taken before" : "taken", id};
    return rc;
}
