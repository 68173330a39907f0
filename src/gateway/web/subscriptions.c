/* A person's subscriptions, list by list, and their own posts. */
#include "action/discuss.h"
#include "action/membership.h"
#include "gateway/web/pages.h"

#define TEXT(literal) {literal, sizeof(literal) - 1}
static const struct web_choice deliveries[] = {
    {TEXT("each"), TEXT("Each mail"), TEXT("As it is posted.")},
    {TEXT("digest"), TEXT("Digest"), TEXT("Several mails in one, whole.")},
    {TEXT("plain"), TEXT("Plain digest"), TEXT("Several mails in one text.")},
    {TEXT("none"), TEXT("No mail"), TEXT("Subscribed, to write, without mail.")},
    {TEXT("unsubscribe"), TEXT("Not subscribed"), TEXT("No mail of this list to this address.")},
};

/* ---- subscriptions ---- */

struct own_subscription {
    const struct list *list;
    struct sv address;
    struct subscriber who;
    bool here; /* it is one */
};

static int load_one(struct web_call *c, const struct list *list, struct sv address, struct own_subscription *out,
                    struct err *err)
{
    *out = (struct own_subscription){.list = list, .address = address};
    int rc = subscriber_find(c->store, c->arena, list->id, address, &out->who, err);
    out->here = !rc && out->who.id && out->who.state != SUBSCRIBER_GONE;
    return rc;
}

static void one(struct web_call *c, const struct own_subscription *o)
{
    struct sv chosen = o->here ? sv_str(subscriber_delivery_names[o->who.delivery]) : SV("unsubscribe");
    const char *legend = arena_printf(c->arena, "%.*s", SV_ARG(o->address));
    if (o->here && o->who.state == SUBSCRIBER_DISABLED)
        web_fault(c, "Mail to this address came back, and nothing is sent there now. Choose again to begin anew.");
    web_form_begin(c, "/account/lists", "list.membership");
    web_hidden(c, "list", o->list->id);
    web_hidden(c, "address", o->address);
    web_choices(c, "how", legend, deliveries, ARRAY_LEN(deliveries), chosen, true);
    web_form_end(c, "Set");
}

/* Of a closed list nobody learns here but who has a subscription. */
static int of_list(struct web_call *c, const struct list *list, const struct addresses *addresses, bool *any,
                   struct err *err)
{
    bool named = false, open = list_is(list, SET_ARCHIVE, "public");
    int rc = CM_OK;
    for (size_t i = 0; !rc && !list->followed && i < addresses->list.len; i++) {
        struct own_subscription o;
        if (!sv_eq_str(addresses->list.at[i].kind, "mail"))
            continue;
        rc = load_one(c, list, addresses->list.at[i].address, &o, err);
        if (rc || !(open || o.here))
            continue;
        if (!named) {
            markup_element(&c->markup, "h2", list->title);
            if (list->setting[SET_DESCRIPTION].len)
                markup_element(&c->markup, "p", list->setting[SET_DESCRIPTION]);
        }
        named = *any = true;
        one(c, &o);
    }
    return rc;
}

static int show(struct web_call *c, const char *fault, struct err *err)
{
    struct lists lists;
    struct addresses addresses;
    bool any = false;
    int rc = lists_load(c->store, c->arena, &lists, err);
    if (!rc)
        rc = people_addresses(c->store, c->arena, c->person->id, &addresses, err);
    if (rc)
        return rc;
    web_begin(c, c->route->title);
    if (fault)
        web_fault(c, fault);
    web_text(c, "Which mail of which list comes to which of your addresses. Who is subscribed is told to nobody.");
    for (size_t i = 0; !rc && i < lists.list.len; i++)
        rc = of_list(c, &lists.list.at[i], &addresses, &any, err);
    if (!any)
        web_text(c, "There is no list here, or you have no mail address.");
    if (!rc)
        web_end(c);
    return rc;
}

int subscriptions_page(struct web_call *c, struct err *err)
{
    return show(c, NULL, err);
}

int subscriptions_do(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct err why = ERR_INIT;
    int rc = action_list_membership(&context, c->person->id, form_value(&c->form, "list"),
                                    form_value(&c->form, "address"), form_value(&c->form, "how"), &why);
    if (rc == CM_EINPUT || rc == CM_EREFUSED) {
        c->out->status = 422;
        return show(c, why.text, err);
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    web_redirect(c, "/account/lists");
    return CM_OK;
}

/* ---- posts ---- */

static void post_row(struct web_call *c, const struct own_post *p)
{
    struct markup *m = &c->markup;
    struct sv subject = p->subject.len ? p->subject : SV("(no subject)");
    markup_open(m, "li");
    if (p->key.len)
        web_link(m, arena_printf(c->arena, "/lists/%.*s/message/%.*s.html", SV_ARG(p->list), SV_ARG(p->key)), subject);
    else
        markup_text(m, subject);
    markup_textf(m, ", to %.*s, %s%s", SV_ARG(p->list), web_time(c, p->received),
                 p->state == MESSAGE_HELD ? ": it waits for a moderator"
                 : p->state == MESSAGE_RETURNED ? ": it was returned" : "");
    markup_close(m, "li");
}

int own_posts_page(struct web_call *c, struct err *err)
{
    struct own_posts posts;
    int rc = discuss_own_posts(c->store, c->arena, c->person->id, &posts, err);
    if (rc)
        return rc;
    struct markup *m = web_begin(c, c->route->title);
    web_text(c, posts.list.len ? "From your addresses, the newest first; what waits or was returned is shown to you "
                                 "alone."
                               : "There are none from your addresses.");
    markup_open(m, "ul");
    for (size_t i = 0; i < posts.list.len; i++)
        post_row(c, &posts.list.at[i]);
    markup_close(m, "ul");
    web_end(c);
    return CM_OK;
}
