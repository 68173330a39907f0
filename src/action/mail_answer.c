/* Answers to mail: whether there may be one, and how it is sent. */
#include "action/membership.h"

#include "forum/answered.h"
#include "forum/compose.h"

struct bounce mail_bounce(struct arriving *m)
{
    const struct bounce_list list = {compose_list_id(m->c->arena, m->list->address), m->list->address};
    return bounce_read(m->c->arena, &m->mail, &list);
}

bool mail_is_loop(struct arriving *m)
{
    struct sv id = sv_str(arena_printf(m->c->arena, "<%.*s>", SV_ARG(compose_list_id(m->c->arena, m->list->address))));
    return sv_find(mail_value(&m->mail, "List-Id"), id) >= 0 ||
           sv_find(mail_value(&m->mail, "X-Loop"), m->list->address) >= 0;
}

static struct sv folded_value(struct arriving *m, const char *field)
{
    return route_mailbox(m->c->arena, sv_trim(mail_value(&m->mail, field)));
}

/* RFC 3834, 2: mail of programs, and mail that is sent to many. */
static bool is_from_a_program(struct arriving *m)
{
    static const char *const bulk[] = {"bulk", "list", "junk"};
    struct sv submitted = folded_value(m, "Auto-Submitted"), precedence = folded_value(m, "Precedence");
    if (submitted.len && !sv_eq_str(submitted, "no"))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(bulk); i++)
        if (sv_eq_str(precedence, bulk[i]))
            return true;
    return mail_find(&m->mail, "List-Id") || mail_bounce(m).kind != BOUNCE_NONE;
}

static bool is_sender_of_programs(struct arena *a, struct sv sender)
{
    static const char *const ends[] = {"-request", "-owner", "-bounces", "-bounce"};
    struct sv local, domain;
    if (!route_split(route_mailbox(a, sender), &local, &domain))
        return true; /* "<>", and what nobody can be reached at */
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (sv_ends(local, sv_str(ends[i])))
            return true;
    return sv_eq_str(local, "mailer-daemon") || sv_starts(local, SV("owner-"));
}

void mail_is_answerable(struct arriving *m, bool *out, struct sv *out_writer)
{
    struct route route;
    *out = false;
    *out_writer = SV_NONE;
    if (m->unreadable || m->mail.from.count != 1 || !route_is_address(m->mail.from.at[0].address) ||
        is_sender_of_programs(m->c->arena, m->in->sender) || mail_is_loop(m) || is_from_a_program(m))
        return;
    *out_writer = m->mail.from.at[0].address;
    *out = !lists_route(m->lists, *out_writer, &route) && !lists_route(m->lists, m->in->sender, &route);
}

struct sv mail_source(const struct arriving *m)
{
    return m->mail.message_id.len ? sv_str(arena_printf(m->c->arena, "mid:%.*s", SV_ARG(m->mail.message_id)))
                                  : SV("mail");
}

struct action_context mail_acts_as(const struct arriving *m, struct sv member, struct sv source)
{
    struct action_context c = *m->c;
    c.actor = member;
    c.role = c.reason = c.pseudonym = SV_NONE;
    c.editorial = false;
    c.source = source;
    return c;
}

int list_send(struct action_context *c, const struct list *list, const struct compose *mail, struct err *err)
{
    struct sv bytes;
    int rc = compose_mail(c->arena, mail, &bytes, err);
    return rc ? rc : outbox_mail(c->store, list->id, mail->to, bytes, c->now, err);
}

int list_answer(struct arriving *m, const struct answer *answer, struct err *err)
{
    const struct compose mail = {
        .from = route_address(m->c->arena, m->list->address, "-request", SV_NONE),
        .from_name = m->list->title,
        .to = answer->to,
        .reply_to = answer->reply_to,
        .subject = answer->subject,
        .text = answer->text,
        .date = m->c->now,
        .in_reply_to = m->mail.message_id,
        .references = &m->mail.message_id,
        .reference_count = 1,
        .automatic = COMPOSE_REPLIED,
        .list = {.address = m->list->address, .title = m->list->title},
    };
    return list_send(m->c, m->list, &mail, err);
}

int list_answer_rarely(struct arriving *m, const struct answer *answer, struct err *err)
{
    bool may;
    int rc = answered_may(m->c->store, m->c->arena, answer->to, ANSWERED_HELP, m->c->now, &may, err);
    return rc || !may ? rc : list_answer(m, answer, err);
}

const char *delivery_words(enum subscriber_delivery delivery)
{
    static const char *const words[SUBSCRIBER_DELIVERIES] = {[DELIVER_EACH] = "one by one",
                                                             [DELIVER_DIGEST] = "as a digest",
                                                             [DELIVER_PLAIN] = "as a plain digest",
                                                             [DELIVER_NONE] = "not at all, for now"};
    return words[delivery];
}
