#include "action/posts.h"

#include "base/date.h"

/* ---- the rules that hold a post ---- */

enum { RULES_MAX = 8 };

struct rules {
    const char *held[RULES_MAX];
    size_t count;
};

static void holds(struct rules *r, bool applies, const char *rule)
{
    if (applies && r->count < RULES_MAX)
        r->held[r->count++] = rule;
}

static bool has_file(const struct mail *m)
{
    for (size_t i = 0; i < m->part_count; i++)
        if (m->parts[i].attached || m->parts[i].name.len)
            return true;
    return false;
}

static int count_today(struct arriving *m, struct sv address, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(m->c->store, "SELECT count(*) FROM message WHERE address = $1 AND received > $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, address);
    store_bind_int(q, 2, m->c->now - DATE_DAY);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = store_int(q, 0);
    store_done(q);
    return rc;
}

static struct sv author_of(const struct arriving *m)
{
    return m->mail.from.count ? m->mail.from.at[0].address : m->in->sender;
}

static int apply_rules(struct arriving *m, const struct subscriber *who, struct rules *out, struct err *err)
{
    int64_t today = 0, rate = list_number(m->list, SET_RATE);
    bool member = who->id && who->state != SUBSCRIBER_GONE;
    int rc = count_today(m, route_mailbox(m->c->arena, author_of(m)), &today, err);
    holds(out, list_is(m->list, SET_POSTS, "nobody"), "closed");
    holds(out, list_is(m->list, SET_POSTS, "members") && !member, "stranger");
    holds(out, member && !who->passed && sv_eq_str(m->process->moderation_first_post, "hold"), "first-post");
    holds(out, member && who->passed && sv_eq_str(m->process->moderation_other_posts, "hold"), "every-post");
    holds(out, (int64_t)m->in->bytes.len > list_number(m->list, SET_MAX_BYTES), "size");
    holds(out, list_is(m->list, SET_ATTACHMENTS, "hold") && has_file(&m->mail), "file");
    holds(out, rate && today > rate, "rate"); /* today: with this one */
    return rc;
}

/* ---- what becomes of it ---- */

static int hold(struct arriving *m, int64_t message, const struct rules *rules, struct err *err)
{
    struct store_stmt *q;
    struct sv text = SV_NONE;
    int rc = store_prepare(m->c->store, "INSERT INTO hold (message, rules, since, due) VALUES ($1, $2, $3, $4)", &q,
                           err);
    if (rc)
        return rc;
    for (size_t i = 0; i < rules->count; i++)
        text = sv_str(arena_printf(m->c->arena, "%.*s%s%s", SV_ARG(text), i ? " " : "", rules->held[i]));
    store_bind_int(q, 1, message);
    store_bind_text(q, 2, text);
    store_bind_int(q, 3, m->c->now);
    store_bind_int(q, 4, m->c->now + m->process->hold_hours * (int64_t)3600);
    return act_run(q, err);
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
    return act_run(q, err);
}

static int quarantine(struct arriving *m, int64_t message, struct err *err)
{
    int rc = message_set_state(m->c->store, message, MESSAGE_QUARANTINED, err);
    if (rc)
        return rc;
    return alarm_raise(m->c, "quarantine", arena_printf(m->c->arena, "message %lld to %.*s: %s", (long long)message,
                                                        SV_ARG(m->list->id), m->why), err);
}

int post_publish(struct action_context *c, const struct list *list, int64_t message, const struct mail *mail,
                 struct err *err)
{
    struct subscriber who = {.id = 0};
    int rc = message_publish(c->store, c->arena, message, mail, message_words(c->arena, mail), err);
    if (!rc && mail->from.count)
        rc = subscriber_find(c->store, c->arena, list->id, mail->from.at[0].address, &who, err);
    if (!rc && who.id)
        rc = subscriber_count_post(c->store, who.id, err);
    return rc || list->followed ? rc : outbox_post(c->store, list->id, message, c->now, NULL, err);
}

/* Mail that went through this list once, and notices of programs, go to nobody. */
static bool is_loop(const struct arriving *m)
{
    return sv_find(mail_value(&m->mail, "List-Id"), m->list->address) >= 0 ||
           sv_find(mail_value(&m->mail, "X-Loop"), m->list->address) >= 0;
}

static int judge(struct arriving *m, int64_t message, struct err *err)
{
    struct rules rules = {.count = 0};
    struct subscriber who;
    if (m->list->followed)
        return post_publish(m->c, m->list, message, &m->mail, err);
    if (is_loop(m) || !m->in->sender.len)
        return message_set_state(m->c->store, message, MESSAGE_DISCARDED, err);
    int rc = subscriber_find(m->c->store, m->c->arena, m->list->id, author_of(m), &who, err);
    if (!rc)
        rc = apply_rules(m, &who, &rules, err);
    if (rc)
        return rc;
    return rules.count ? hold(m, message, &rules, err) : post_publish(m->c, m->list, message, &m->mail, err);
}

int post_arrives(struct arriving *m, struct err *err)
{
    bool twice;
    int64_t id;
    const struct message_new new = {m->list->id, m->in->bytes, &m->mail, true, m->in->sender, m->c->now,
                                    NULL};
    int rc = message_add(m->c->store, m->c->arena, &new, &id, &twice, err);
    if (!rc && !twice)
        rc = m->unreadable ? quarantine(m, id, err) : judge(m, id, err);
    *m->reply = (struct mail_reply){FATE_TAKEN, "2.1.5", twice ? "taken before" : "taken", id};
    return rc;
}
