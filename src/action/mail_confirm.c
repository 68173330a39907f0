/* LIST-confirm+TOKEN@: what the token was made for is done. LIST-unsubscribe+DETAIL@: the subscription ends. */
#include "action/membership.h"

#include "action/commands.h"
#include "action/held.h"
#include "action/people.h"
#include "base/date.h"
#include "forum/answered.h"
#include "forum/token.h"
#include "forum/unsubscribe.h"

static int answer(struct arriving *m, struct sv to, const char *subject, const char *text, struct err *err)
{
    const struct answer mail = {
        to, SV_NONE, sv_str(arena_printf(m->c->arena, "%.*s: %s", SV_ARG(m->list->title), subject)), sv_str(text)};
    return list_answer(m, &mail, err);
}

/* ---- subscribing ---- */

static int welcome(struct arriving *m, struct sv to, enum subscriber_delivery delivery, struct err *err)
{
    struct arena *a = m->c->arena;
    return answer(m, to, "you are subscribed",
                  arena_printf(a,
                               "From now on the mail of\n%.*s, %.*s\nis sent to this address, %s.\n\n"
                               "What you write to %.*s is public, with the name you write\nit under.\n\n"
                               "To get no more mail of it, write \"unsubscribe\" to\n%.*s, or use the\n"
                               "\"unsubscribe\" of your mail program. There, \"help\" tells more.\n",
                               SV_ARG(m->list->title), SV_ARG(m->list->address), delivery_words(delivery),
                               SV_ARG(m->list->address),
                               SV_ARG(route_address(a, m->list->address, "-request", SV_NONE))),
                  err);
}

struct joining {
    struct sv address, name, word; /* word: of a delivery; what is none changes nothing */
    const char *consent;
};

static int put_subscriber(struct arriving *m, const struct joining *j, struct err *err)
{
    struct arena *a = m->c->arena;
    struct subscriber who = {.id = 0};
    enum subscriber_delivery delivery;
    int rc = subscriber_put(m->c->store, a, m->list->id, j->address, j->name, sv_str(j->consent), m->c->now, NULL, err);
    if (!rc)
        rc = subscriber_find(m->c->store, a, m->list->id, j->address, &who, err);
    if (!rc && subscriber_delivery_find(j->word, &delivery)) {
        who.delivery = delivery;
        rc = subscriber_set_delivery(m->c->store, who.id, delivery, err);
    }
    return rc ? rc : welcome(m, who.address, who.delivery, err);
}

static int confirm_subscribe(struct arriving *m, const struct token *t, struct err *err)
{
    struct arena *a = m->c->arena;
    struct sv name = t->detail, word;
    sv_split(&name, ' ', &word);
    const struct joining j = {t->subject, name, word, arena_printf(a, "confirmed by mail, asked for on %s",
                                                                   date_format(a, date_from_time(t->made)))};
    return put_subscriber(m, &j, err);
}

/* ---- leaving ---- */

static int goodbye(struct arriving *m, struct sv to, struct err *err)
{
    return answer(m, to, "you are not subscribed",
                  arena_printf(m->c->arena,
                               "No more mail of\n%.*s, %.*s\nis sent to this address. What is on its way already may "
                               "still arrive.\n\n\"subscribe\" to %.*s would begin it again.\n",
                               SV_ARG(m->list->title), SV_ARG(m->list->address),
                               SV_ARG(route_address(m->c->arena, m->list->address, "-request", SV_NONE))),
                  err);
}

static int confirm_unsubscribe(struct arriving *m, const struct token *t, struct err *err)
{
    struct subscriber who;
    int rc = subscriber_find(m->c->store, m->c->arena, m->list->id, t->subject, &who, err);
    if (!rc && who.id)
        rc = subscriber_set_state(m->c->store, who.id, SUBSCRIBER_GONE, err);
    return rc ? rc : goodbye(m, t->subject, err);
}

int unsubscribe_arrives(struct arriving *m, struct err *err)
{
    struct subscriber who;
    *m->reply = (struct mail_reply){FATE_TAKEN, "2.1.5", "taken", 0};
    int rc = unsubscribe_find(m->c->store, m->c->arena, m->list->id, m->route.detail, &who, err);
    if (rc || !who.id || who.state == SUBSCRIBER_GONE)
        return rc;
    rc = subscriber_set_state(m->c->store, who.id, SUBSCRIBER_GONE, err);
    return rc ? rc : goodbye(m, who.address, err);
}

struct leaving {
    struct action_context *c;
    struct sv list, detail;
};

static int leave_by_link(struct store *s, void *context, struct err *err)
{
    struct leaving *l = context;
    struct lists lists;
    struct mail_reply ignored;
    int rc = lists_load(s, l->c->arena, &lists, err);
    const struct list *list = rc ? NULL : lists_find(&lists, l->list);
    struct arriving m = {.c = l->c, .list = list, .route = {.detail = l->detail}, .reply = &ignored};
    return list ? unsubscribe_arrives(&m, err) : rc;
}

int action_list_leave_by_link(struct action_context *c, struct sv list, struct sv detail, struct err *err)
{
    struct leaving l = {c, list, detail};
    return store_tx(c->store, leave_by_link, &l, err);
}

/* ---- settings ---- */

static int confirm_settings(struct arriving *m, const struct token *t, struct err *err)
{
    struct arena *a = m->c->arena;
    struct subscriber who;
    enum subscriber_delivery delivery;
    int rc = subscriber_find(m->c->store, a, m->list->id, t->address, &who, err);
    if (rc)
        return rc;
    if (!who.id || who.state == SUBSCRIBER_GONE)
        return answer(m, t->address, "nothing was set", "This address is not subscribed, so there is nothing to set.\n",
                      err);
    if (sv_eq_str(t->subject, "name")) {
        rc = subscriber_set_name(m->c->store, who.id, t->detail, err);
        return rc ? rc : answer(m, who.address, "set", arena_printf(a, "The list knows you as %.*s.\n",
                                                                   SV_ARG(t->detail)), err);
    }
    if (!subscriber_delivery_find(t->detail, &delivery))
        return err_set(err, CM_ECORRUPT, "a token of the store sets what a subscriber does not have");
    rc = subscriber_set_delivery(m->c->store, who.id, delivery, err);
    return rc ? rc : answer(m, who.address, "set", arena_printf(a, "From now on its mail comes %s.\n",
                                                               delivery_words(delivery)), err);
}

/* ---- by who is logged in ---- */

struct web_membership {
    struct action_context *c;
    struct sv member, list, address, word;
};

/* The address as the member has it, and the member's name. */
static int find_own_address(struct web_membership *w, struct sv *out_name, struct err *err)
{
    struct sv id;
    int rc = people_by_mail(w->c, w->address, &id, out_name, err);
    if (!rc && (!id.len || !sv_eq(id, w->member)))
        rc = err_set(err, CM_EREFUSED, "that is no mail address of yours (any more)");
    return rc;
}

static int change_membership(struct store *s, void *context, struct err *err)
{
    struct web_membership *w = context;
    struct lists lists;
    struct subscriber who;
    struct mail_reply ignored;
    struct sv name;
    enum subscriber_delivery delivery;
    int rc = find_own_address(w, &name, err);
    if (!rc)
        rc = lists_load(s, w->c->arena, &lists, err);
    const struct list *list = rc ? NULL : lists_find(&lists, w->list);
    if (list)
        rc = subscriber_find(s, w->c->arena, list->id, w->address, &who, err);
    bool here = list && !rc && who.id && who.state != SUBSCRIBER_GONE;
    if (!rc && (!list || list->followed || !(here || list_is(list, SET_ARCHIVE, "public"))))
        rc = err_set(err, CM_ENOTFOUND, "there is no such list that can be subscribed to here");
    if (rc)
        return rc;
    struct arriving m = {.c = w->c, .list = list, .reply = &ignored};
    const struct token t = {.subject = w->address, .address = w->address};
    if (sv_eq_str(w->word, "unsubscribe"))
        return here ? confirm_unsubscribe(&m, &t, err) : CM_OK;
    if (!subscriber_delivery_find(w->word, &delivery))
        return err_set(err, CM_EINPUT, "the form does not say how mail is to come");
    const struct token settings = {.subject = SV("delivery"), .address = w->address, .detail = w->word};
    if (here && who.state == SUBSCRIBER_ACTIVE)
        return confirm_settings(&m, &settings, err);
    const struct joining j = {w->address, name, w->word, "on the web, by who is logged in with that address"};
    return put_subscriber(&m, &j, err);
}

int action_list_membership(struct action_context *c, struct sv member, struct sv list, struct sv address,
                           struct sv word, struct err *err)
{
    struct web_membership w = {c, member, list, address, word};
    return store_tx(c->store, change_membership, &w, err);
}

/* ---- joining the group ---- */

static int confirm_join(struct arriving *m, const struct token *t, struct err *err)
{
    struct action_context c = mail_acts_as(m, t->subject, mail_source(m));
    struct action_result r;
    struct err reason = ERR_INIT;
    int rc = action_member_join(&c, t->address, &r, &reason);
    if (command_is_refusal(rc))
        return answer(m, t->address, "nobody joined", arena_printf(c.arena, "%s.\n", reason.text), err);
    if (rc) {
        *err = reason;
        return rc;
    }
    return answer(m, t->address, "you are a member",
                  arena_printf(c.arena, "The public record says since now (event %lld) that %.*s is a member.\n",
                               (long long)r.event, SV_ARG(t->subject)), err);
}

/* ---- tokens ---- */

static int do_confirmed(struct arriving *m, const struct token *t, struct err *err)
{
    switch (t->kind) {
    case TOKEN_SUBSCRIBE:
        return confirm_subscribe(m, t, err);
    case TOKEN_UNSUBSCRIBE:
        return confirm_unsubscribe(m, t, err);
    case TOKEN_JOIN:
        return confirm_join(m, t, err);
    default:
        return confirm_settings(m, t, err);
    }
}

static int confirm_membership(struct arriving *m, const struct token *t, struct err *err)
{
    if (t->state == TOKEN_EXPIRED) {
        const struct answer old = {
            t->address, SV_NONE,
            sv_str(arena_printf(m->c->arena, "%.*s: that is too old", SV_ARG(m->list->title))),
            SV("What you confirm was asked for too long ago, and nothing was done.\nPlease ask again.\n")};
        return list_answer_rarely(m, &old, err);
    }
    if (t->state != TOKEN_GOOD) /* done before: whoever sends it again gets no further answer */
        return CM_OK;
    int rc = token_spend(m->c->store, t, m->c->now, err);
    if (!rc)
        rc = answered_forget(m->c->store, m->c->arena, t->address, ANSWERED_CONFIRMATION, err);
    return rc ? rc : do_confirmed(m, t, err);
}

int confirm_token(struct arriving *m, struct sv text, struct err *err)
{
    struct token t;
    int rc = token_find(m->c->store, m->c->arena, text, m->c->now, &t, err);
    if (rc || t.state == TOKEN_UNKNOWN || !sv_eq(t.list, m->list->id))
        return rc;
    switch (t.kind) {
    case TOKEN_SUBSCRIBE:
    case TOKEN_UNSUBSCRIBE:
    case TOKEN_JOIN:
    case TOKEN_SETTINGS:
        return confirm_membership(m, &t, err);
    case TOKEN_COMMAND:
        return command_confirmed(m, &t, err);
    case TOKEN_REVIEW:
        return review_answered(m, &t, err);
    case TOKEN_MODERATE:
        return moderation_confirm(m, &t, err);
    default:
        return CM_OK;
    }
}

int confirm_arrives(struct arriving *m, struct err *err)
{
    bool answerable;
    struct sv writer;
    if (!m->route.detail.len)
        return request_arrives(m, err);
    *m->reply = (struct mail_reply){FATE_TAKEN, "2.1.5", "taken", 0};
    mail_is_answerable(m, &answerable, &writer);
    return !answerable ? CM_OK : confirm_token(m, m->route.detail, err);
}
