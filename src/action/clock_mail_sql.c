/* Reminders become mails: one to each person, with all that is new for them. */
#include "action/clock.h"
#include "action/mail.h"
#include "action/membership.h"
#include "base/date.h"
#include "forum/compose.h"
#include "register/people.h"

struct sending {
    struct action_context *c;
    const struct list *list;
    struct notices notices;
    size_t count;
};

static int mark_sent(struct sending *s, struct sv member, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s->c->store, "UPDATE notice SET sent_at = $2 WHERE member = $1 AND sent_at IS NULL", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, s->c->now);
    return store_finish(q, err);
}

static void add_line(struct arena *a, struct str *text, const struct notice *n)
{
    static const char *const says[] = {"", "is due on", "is due today,", "is overdue since", "waits since"};
    str_addf(text, "- %.*s %s %s (%.*s)%s\n", SV_ARG(n->what), says[n->stage],
             date_format(a, date_from_time(n->until - 1)), SV_ARG(n->who),
             n->stage == REMINDER_DEPUTY ? "; deputies may act" : "");
}

/* All that waits for one member: notices from `first` up to `end`. */
static int write_mail(struct sending *s, size_t first, size_t end, struct err *err)
{
    struct arena *a = s->c->arena;
    const struct notice *n = &s->notices.list.at[first];
    struct str text = STR_INIT;
    struct sv to;
    int rc = people_mail(s->c->store, a, n->member, &to, err);
    if (rc)
        return rc;
    str_addf(&text, "Hello %.*s,\n\nthis waits for you, or for those who share your role:\n\n", SV_ARG(n->name));
    for (size_t i = first; i < end; i++)
        add_line(a, &text, &s->notices.list.at[i]);
    str_add_str(&text, "\nEach reminder comes once. \"casemate due\", the front page and the report list all that is "
                       "due.\n");
    const struct compose mail = {.from = route_address(a, s->list->address, "-owner", SV_NONE),
                                 .from_name = s->list->title, .to = to, .to_name = n->name,
                                 .subject = SV("What is due"), .text = str_sv(&text), .date = s->c->now,
                                 .automatic = COMPOSE_GENERATED};
    rc = list_send(s->c, s->list, &mail, err);
    str_release(&text);
    return rc ? rc : mark_sent(s, n->member, err);
}

static int send_all(struct store *store, void *context, struct err *err)
{
    struct sending *s = context;
    const struct notices *all = &s->notices;
    int rc = notices_load(store, s->c->arena, NOTICES_TO_MAIL, &s->notices, err);
    for (size_t first = 0, end; !rc && first < all->list.len; first = end) {
        for (end = first + 1; end < all->list.len && sv_eq(all->list.at[end].member, all->list.at[first].member);)
            end++;
        rc = write_mail(s, first, end, err);
        s->count++;
    }
    return rc;
}

int notices_mail(struct action_context *c, struct sv list, size_t *out_count, struct err *err)
{
    struct lists lists;
    struct sending s = {.c = c};
    *out_count = 0;
    int rc = lists_load(c->store, c->arena, &lists, err);
    s.list = rc ? NULL : lists_sender(&lists, list);
    if (rc || !s.list)
        return rc;
    rc = notices_load(c->store, c->arena, NOTICES_TO_MAIL, &s.notices, err);
    if (rc || !s.notices.list.len)
        return rc;
    rc = store_tx(c->store, send_all, &s, err);
    if (!rc)
        *out_count = s.count;
    return rc;
}
