#include "action/membership.h"
#include "action/ties.h"

struct batch {
    struct action_context *c;
    struct lists lists;
    struct profile *profile;
    const struct mail_in *mails;
    size_t count;
    bool known;
    struct mail_reply *replies;
};

static const struct mail_reply unknown_address = {FATE_REFUSED, "5.1.1", "there is no such address here", 0};

/* ---- one recipient ---- */

/* Of a list that others run only posts are for us. */
static bool is_here(const struct list *list, const struct route *route)
{
    return route->kind == ROUTE_POST || (!list->followed && route->kind != ROUTE_NONE);
}

/* Whether the address of a post names a threat and a stage that are here; refused otherwise, with what would be
 * right. */
static int check_detail(struct action_context *c, const struct route *route, struct mail_reply *reply, bool *out_good,
                        struct err *err)
{
    struct tie_words aim;
    int rc = route->kind == ROUTE_POST && route->detail.len ? tie_aim(c, route->detail, &aim, err) : CM_OK;
    *out_good = !rc;
    if (rc == CM_ENOTFOUND)
        *reply = (struct mail_reply){FATE_REFUSED, "5.1.1", arena_strdup(c->arena, err->text), 0};
    return rc == CM_ENOTFOUND ? CM_OK : rc;
}

static int arrive(struct store *s, void *context, struct err *err)
{
    struct arriving *m = context;
    bool good;
    (void)s;
    if (!is_here(m->list, &m->route)) {
        *m->reply = unknown_address;
        return CM_OK;
    }
    int rc = check_detail(m->c, &m->route, m->reply, &good, err);
    if (rc || !good)
        return rc;
    switch (m->route.kind) {
    case ROUTE_POST:
        return post_arrives(m, err);
    case ROUTE_BOUNCES:
        return bounce_arrives(m, err);
    case ROUTE_REQUEST:
        return request_arrives(m, err);
    case ROUTE_CONFIRM:
        return confirm_arrives(m, err);
    case ROUTE_UNSUBSCRIBE:
        return unsubscribe_arrives(m, err);
    case ROUTE_OWNER:
        return owner_arrives(m, err);
    default:
        *m->reply = unknown_address;
        return CM_OK;
    }
}

static int receive_one(struct batch *b, size_t i, struct err *err)
{
    struct err reason = ERR_INIT;
    struct arriving m = {.c = b->c, .process = &b->profile->process, .lists = &b->lists, .in = &b->mails[i],
                         .known = b->known, .reply = &b->replies[i]};
    *m.reply = unknown_address;
    m.list = lists_route(&b->lists, m.in->recipient, &m.route);
    if (!m.list)
        return CM_OK;
    int rc = mail_read(b->c->arena, m.in->bytes, &m.mail, &reason);
    m.unreadable = rc != CM_OK;
    m.why = arena_strdup(b->c->arena, reason.text);
    rc = store_tx(b->c->store, arrive, &m, &reason);
    if (rc == CM_EAGAIN || rc == CM_ECORRUPT || rc == CM_EIO) { /* of the store: the others would fare no better */
        *err = reason;
        return rc;
    }
    if (rc)
        *m.reply = (struct mail_reply){FATE_REFUSED, "5.6.0", arena_strdup(b->c->arena, reason.text), 0};
    return CM_OK;
}

static int receive_all(struct store *s, void *context, struct err *err)
{
    struct batch *b = context;
    (void)s;
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < b->count; i++)
        rc = receive_one(b, i, err);
    return rc;
}

static int receive(struct batch *b, struct err *err)
{
    int rc = lists_load(b->c->store, b->c->arena, &b->lists, err);
    if (!rc)
        rc = content_rules(b->c, &b->profile, err);
    return rc ? rc : store_tx(b->c->store, receive_all, b, err);
}

int action_mail_receive(struct action_context *c, const struct mail_in *mails, size_t count,
                        struct mail_reply *replies, struct err *err)
{
    struct batch b = {.c = c, .mails = mails, .count = count, .replies = replies};
    return receive(&b, err);
}

int action_mail_receive_known(struct action_context *c, const struct mail_in *mail, struct mail_reply *reply,
                              struct err *err)
{
    struct batch b = {.c = c, .mails = mail, .count = 1, .known = true, .replies = reply};
    return receive(&b, err);
}

int action_mail_recipient(struct action_context *c, struct sv recipient, struct mail_reply *out, struct err *err)
{
    struct lists lists;
    struct route route = {ROUTE_NONE, SV_NONE};
    int rc = lists_load(c->store, c->arena, &lists, err);
    if (rc)
        return rc;
    const struct list *list = lists_route(&lists, recipient, &route);
    bool good, here = list && is_here(list, &route);
    *out = here ? (struct mail_reply){FATE_TAKEN, "2.1.5", "that address is here", 0} : unknown_address;
    return here && route.kind == ROUTE_POST ? check_detail(c, &route, out, &good, err) : CM_OK;
}
