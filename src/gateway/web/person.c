/* What pages need to know about who is logged in. */
#include "action/account.h"
#include "base/date.h"
#include "base/utf8.h"
#include "gateway/web/call.h"

int web_hash_begin(struct web_call *c, struct err *err)
{
    if (atomic_fetch_add(c->hashing, 1) < WEB_HASHINGS)
        return CM_OK;
    atomic_fetch_sub(c->hashing, 1);
    return err_set(err, CM_EAGAIN, "too many log in at this moment; try again in a few seconds");
}

void web_hash_end(struct web_call *c)
{
    atomic_fetch_sub(c->hashing, 1);
}

struct sv web_browser(const struct web_call *c)
{
    size_t index = 0;
    struct sv value = SV_NONE;
    if (!framing_next_field(c->request->framing, c->request->head, "user-agent", &index, &value) ||
        !utf8_valid(value, NULL) || value.len > SESSION_BROWSER_MAX)
        return SV("unknown");
    return value;
}

const struct zone *web_zone(struct web_call *c)
{
    struct account account;
    struct err none = ERR_INIT;
    struct zone *z = arena_new(c->arena, struct zone);
    if (!c->zoned && c->person && !account_load(c->store, c->arena, c->person->id, &account, &none) &&
        account.zone.len && !zone_load(c->arena, account.zone, z, &none))
        c->zone = z;
    c->zoned = true;
    return c->zone;
}

const char *web_time(struct web_call *c, int64_t at)
{
    return zone_format(c->arena, web_zone(c), at);
}

const char *web_until(struct web_call *c, int64_t until)
{
    if (web_zone(c))
        return arena_printf(c->arena, "before %s", web_time(c, until));
    return arena_printf(c->arena, "until %s", date_format(c->arena, date_from_time(until - 1)));
}

int web_prove(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    return account_prove(&context, &c->session, form_value(&c->form, "password"), err);
}

bool web_is_fresh(const struct web_call *c)
{
    return account_is_fresh(&c->session, c->now);
}

void web_prove_field(struct web_call *c)
{
    struct account account;
    struct err none = ERR_INIT;
    if (web_is_fresh(c) || account_load(c->store, c->arena, c->person->id, &account, &none))
        return;
    if (!account.has_password) {
        markup_open(&c->markup, "p");
        markup_attr_str(&c->markup, "class", "help");
        markup_textf(&c->markup, "This can be done for %d minutes after a log-in by a mailed link. ",
                     ACCOUNT_FRESH / 60);
        web_link(&c->markup, "/account/security", SV("Get a link"));
        markup_close(&c->markup, "p");
        return;
    }
    web_field(c, &(struct web_field){.name = "password", .label = "Your password", .type = "password", .required = true,
                                     .complete = "current-password"});
}
