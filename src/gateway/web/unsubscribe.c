/* The https address in the header of each mail: a POST ends the subscription at once (RFC 8058), a GET changes nothing.
 *
 * Whose address it is, whether it is one of ours, and whether the subscription had ended before shows nowhere: to
 * whoever cannot write such an address, one looks like another. */
#include "action/membership.h"
#include "forum/list.h"
#include "gateway/web/pages.h"

#define FIELD "List-Unsubscribe"
#define VALUE "One-Click"

/* What the list is called, where everybody may know that there is one. */
static int title_of(struct web_call *c, struct sv *out, struct err *err)
{
    struct lists lists;
    int rc = lists_load(c->store, c->arena, &lists, err);
    const struct list *list = rc ? NULL : lists_find(&lists, c->params[0]);
    *out = list && list_is(list, SET_ARCHIVE, "public") ? list->title : SV("the mailing list");
    return rc;
}

int unsubscribe_page(struct web_call *c, struct err *err)
{
    struct sv title;
    int rc = title_of(c, &title, err);
    if (rc)
        return rc;
    web_begin(c, c->route->title);
    web_text(c, arena_printf(c->arena, "This link is from a mail of %.*s. Press the button, and the mail of this list "
                                       "is no more sent to the address that the mail came to.", SV_ARG(title)));
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "unsubscribe");
    web_hidden(c, FIELD, SV(VALUE));
    web_form_end(c, "Unsubscribe");
    web_end(c);
    return CM_OK;
}

int unsubscribe_do(struct web_call *c, struct err *err)
{
    struct sv title;
    struct action_context context = web_context(c);
    if (!sv_eq_str(form_value(&c->form, FIELD), VALUE))
        return err_set(err, CM_EINPUT, "the form must say " FIELD "=" VALUE);
    int rc = action_list_leave_by_link(&context, c->params[0], c->params[1], err);
    if (!rc)
        rc = title_of(c, &title, err);
    if (rc)
        return rc;
    web_begin(c, "Unsubscribed");
    web_text(c, arena_printf(c->arena, "If this link belongs to a subscription, it has ended: no more mail of %.*s is "
                                       "sent to that address. What is on its way already may still "
                                       "arrive.", SV_ARG(title)));
    web_end(c);
    return CM_OK;
}
