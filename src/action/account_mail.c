#include "action/account_mail.h"

#include "action/content.h"
#include "forum/compose.h"
#include "forum/outbox.h"
#include "forum/route.h"

int account_sender_load(struct action_context *c, struct account_sender *out, struct err *err)
{
    *out = (struct account_sender){.rules = NULL};
    int rc = content_rules(c, &out->rules, err);
    if (!rc)
        rc = lists_load(c->store, c->arena, &out->lists, err);
    if (!rc)
        out->list = lists_sender(&out->lists, out->rules->sig.list);
    return rc;
}

int account_send(struct action_context *c, const struct account_sender *sender, struct sv to, const char *subject,
                 const char *text, struct err *err)
{
    struct sv bytes, name = sender->rules->sig.name;
    const struct compose mail = {.from = route_address(c->arena, sender->list->address, "-owner", SV_NONE),
                                 .from_name = name, .to = to,
                                 .subject = sv_str(arena_printf(c->arena, "%.*s: %s", SV_ARG(name), subject)),
                                 .text = sv_str(text), .date = c->now, .automatic = COMPOSE_GENERATED};
    int rc = compose_mail(c->arena, &mail, &bytes, err);
    return rc ? rc : outbox_mail(c->store, sender->list->id, to, bytes, c->now, err);
}

int account_tell(struct action_context *c, struct sv to, const char *what, struct err *err)
{
    struct account_sender sender;
    int rc = to.len ? account_sender_load(c, &sender, err) : CM_OK;
    if (rc || !to.len || !sender.list || !route_is_address(to))
        return rc;
    return account_send(c, &sender, to, "your account",
                        arena_printf(c->arena, "%s\n\nIf it was not you, log in by a mailed link, end all other "
                                               "sessions on the\npage of your account, and tell those who run the "
                                               "site.\n", what),
                        err);
}
