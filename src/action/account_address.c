/* Addresses of a member: a further one, confirmed by a link that is mailed to it; which of them mail goes to; one
 * less. */
#include "action/account.h"

#include "action/account_mail.h"
#include "action/people.h"
#include "base/date.h"
#include "forum/token.h"

struct address_run {
    struct action_context *c;
    struct sv member, address, url, link;
};

/* ---- asking ---- */

/* Mail to whom nobody asked stays rare: each member, and each address, counts. */
static int check_rate(struct address_run *r, struct err *err)
{
    int64_t asked, sent;
    int rc = token_count_for(r->c->store, TOKEN_ADDRESS, r->member, r->c->now - DATE_DAY, &asked, err);
    if (!rc)
        rc = token_count(r->c->store, r->c->arena, TOKEN_ADDRESS, r->address, r->c->now - DATE_DAY, &sent, err);
    if (!rc && (asked >= ACCOUNT_ASKS || sent >= ACCOUNT_ASKS))
        rc = err_set(err, CM_EREFUSED, "at most %d links for new addresses are sent in a day; try again tomorrow",
                     ACCOUNT_ASKS);
    return rc;
}

static int ask(struct store *s, void *context, struct err *err)
{
    struct address_run *r = context;
    struct account_sender sender;
    struct sv link;
    int rc = account_sender_load(r->c, &sender, err);
    if (!rc && !sender.list)
        rc = err_set(err, CM_EREFUSED, "there is no mailing list here from which a link could be sent");
    if (!rc)
        rc = check_rate(r, err);
    const struct token_new t = {.kind = TOKEN_ADDRESS, .subject = r->member, .address = r->address, .detail = SV(""),
                                .now = r->c->now,
                                .expires = r->c->now + ACCOUNT_LINK_HOURS * 3600};
    if (!rc)
        rc = token_make(s, r->c->arena, &t, &link, err);
    if (rc)
        return rc;
    return account_send(r->c, &sender, r->address, "a further address",
                        arena_printf(r->c->arena, "Somebody, probably you, wants to use this address for an account. "
                                                  "To "
                                                  "do so,\nopen this page in the browser in which you are logged in, "
                                                  "and "
                                                  "press its\nbutton:\n\n    %.*s/account/address/%.*s\n\nIt works "
                                                  "once, "
                                                  "for %d hours. If it was not you, do nothing: then\nnothing "
                                                  "happens.\n",
                                     SV_ARG(r->url), SV_ARG(link), ACCOUNT_LINK_HOURS),
                        err);
}

int action_address_ask(struct action_context *c, struct sv member, struct sv address, struct sv url, struct err *err)
{
    struct address_run r = {.c = c, .member = member, .url = url};
    int rc = people_address(c->arena, SV("mail"), sv_trim(address), &r.address, err);
    return rc ? rc : store_tx(c->store, ask, &r, err);
}

/* ---- the link ---- */

static int find_link(struct address_run *r, struct token *out, struct err *err)
{
    int rc = token_find(r->c->store, r->c->arena, r->link, r->c->now, out, err);
    bool good = !rc && out->state == TOKEN_GOOD && out->kind == TOKEN_ADDRESS && sv_eq(out->subject, r->member);
    r->address = good ? out->address : SV_NONE;
    return rc;
}

int account_address_look(struct action_context *c, struct sv member, struct sv link, struct sv *out, struct err *err)
{
    struct address_run r = {.c = c, .member = member, .link = link};
    struct token t;
    int rc = find_link(&r, &t, err);
    *out = r.address;
    return rc;
}

/* before, behind: of the sentence, around the address. */
static int tell(struct address_run *r, struct sv to, const char *before, const char *behind, struct err *err)
{
    return account_tell(r->c, to, arena_printf(r->c->arena, "%s %.*s\n%s", before, SV_ARG(r->address), behind), err);
}

static size_t count_mails(const struct addresses *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->list.len; i++)
        count += sv_eq_str(list->list.at[i].kind, "mail");
    return count;
}

static int add(struct store *s, void *context, struct err *err)
{
    struct address_run *r = context;
    struct addresses have;
    struct token t;
    struct sv to;
    int rc = find_link(r, &t, err);
    if (!rc && !r->address.len)
        rc = err_set(err, CM_ECONFLICT, "this link is not good any more: it works once, for %d hours",
                     ACCOUNT_LINK_HOURS);
    if (!rc)
        rc = token_spend(s, &t, r->c->now, err);
    if (!rc)
        rc = people_addresses(s, r->c->arena, r->member, &have, err);
    if (!rc && count_mails(&have) >= ACCOUNT_ADDRESSES)
        rc = err_set(err, CM_EREFUSED, "an account has at most %d addresses", ACCOUNT_ADDRESSES);
    if (!rc)
        rc = people_mail(s, r->c->arena, r->member, &to, err);
    if (!rc)
        rc = people_put_address(r->c, r->member, SV("mail"), r->address, err);
    return rc ? rc : tell(r, to, "The address", "was added to your account: who reads its mail can log in.", err);
}

int action_address_add(struct action_context *c, struct sv member, struct sv link, struct err *err)
{
    struct address_run r = {.c = c, .member = member, .link = link};
    return store_tx(c->store, add, &r, err);
}

/* ---- which of them ---- */

static int find_own(struct address_run *r, struct addresses *out, struct err *err)
{
    int rc = people_addresses(r->c->store, r->c->arena, r->member, out, err);
    for (size_t i = 0; !rc && i < out->list.len; i++)
        if (sv_eq_str(out->list.at[i].kind, "mail") && sv_eq(out->list.at[i].address, r->address))
            return CM_OK;
    return rc ? rc : err_set(err, CM_ENOTFOUND, "that is no mail address of yours (any more)");
}

static int choose(struct store *s, void *context, struct err *err)
{
    struct address_run *r = context;
    struct addresses have;
    struct sv before;
    int rc = find_own(r, &have, err);
    if (!rc)
        rc = people_mail(s, r->c->arena, r->member, &before, err);
    if (!rc)
        rc = account_choose(s, r->member, r->address, err);
    return rc || sv_eq(before, r->address) ? rc : tell(r, before, "Mail for you goes to", "from now on.", err);
}

int action_address_choose(struct action_context *c, struct sv member, struct sv address, struct err *err)
{
    struct address_run r = {.c = c, .member = member, .address = address};
    return store_tx(c->store, choose, &r, err);
}

static int drop(struct store *s, void *context, struct err *err)
{
    struct address_run *r = context;
    struct addresses have;
    bool gone;
    int rc = find_own(r, &have, err);
    if (!rc && count_mails(&have) < 2)
        rc = err_set(err, CM_EREFUSED, "this is your only address; add another one first");
    if (!rc)
        rc = account_address_drop(s, r->member, r->address, &gone, err);
    return rc ? rc : tell(r, r->address, "The address", "belongs to your account no more: nobody can log in with it.",
                          err);
}

int action_address_remove(struct action_context *c, struct sv member, struct sv address, struct err *err)
{
    struct address_run r = {.c = c, .member = member, .address = address};
    return store_tx(c->store, drop, &r, err);
}
