/* Reminders become mails: one to each person, with all that is new for them. */
#include "action/clock.h"
#include "action/mail.h"
#include "base/date.h"
#include "forum/compose.h"
#include "forum/outbox.h"

struct sending {
    struct action_context *c;
    const struct list *list;
    struct notices notices;
    size_t count;
};

static int address_of(struct sending *s, struct sv member, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s->c->store, "SELECT address FROM address WHERE member = $1 AND kind = 'mail' "
                                        "ORDER BY at, address LIMIT 1", &q, err);
    *out = SV_NONE;
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(s->c->arena, store_text(q, 0));
    store_done(q);
    return rc;
}

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

/* All that waits for the member of the notice at `first`. */
static int write_mail(struct sending *s, size_t first, struct sv to, struct err *err)
{
    struct arena *a = s->c->arena;
    const struct notice *n = &s->notices.list.at[first];
    struct str text = STR_INIT;
    struct sv bytes;
    str_addf(&text, "Hello %.*s,\n\nthis waits for you, or for those who share your role:\n\n", SV_ARG(n->name));
    for (size_t i = first; i < s->notices.list.len; i++)
        if (sv_eq(s->notices.list.at[i].member, n->member))
            add_line(a, &text, &s->notices.list.at[i]);
    str_add_str(&text, "\nEach reminder comes once. \"casemate due\", the front page and the report list all that is "
                       "due.\n");
    const struct compose mail = {.from = route_address(a, s->list->address, "-owner", SV_NONE),
                                 .from_name = s->list->title, .to = to, .to_name = n->name,
                                 .subject = SV("What is due"), .text = str_sv(&text), .date = s->c->now,
                                 .automatic = COMPOSE_GENERATED};
    int rc = compose_mail(a, &mail, &bytes, err);
    str_release(&text);
    if (!rc)
        rc = outbox_mail(s->c->store, s->list->id, to, bytes, s->c->now, err);
    return rc ? rc : mark_sent(s, n->member, err);
}

static bool is_first_of_member(const struct notices *all, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (sv_eq(all->list.at[i].member, all->list.at[at].member))
            return false;
    return true;
}

static int send_all(struct store *store, void *context, struct err *err)
{
    struct sending *s = context;
    int rc = notices_load(store, s->c->arena, false, &s->notices, err);
    for (size_t i = 0; !rc && i < s->notices.list.len; i++) {
        struct sv to;
        if (!is_first_of_member(&s->notices, i))
            continue;
        rc = address_of(s, s->notices.list.at[i].member, &to, err);
        if (!rc && to.len) {
            rc = write_mail(s, i, to, err);
            s->count++;
        }
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
    rc = notices_load(c->store, c->arena, false, &s.notices, err);
    if (rc || !s.notices.list.len)
        return rc;
    rc = store_tx(c->store, send_all, &s, err);
    if (!rc)
        *out_count = s.count;
    return rc;
}
