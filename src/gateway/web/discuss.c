/* Posts to a list: a new one, an answer with a quote, one about a threat. Each is shown before it is sent, and is a
 * mail to the list then (action/discuss.h). */
#include "action/discuss.h"
#include "action/follow.h"
#include "forum/archive.h"
#include "forum/secret.h"
#include "forum/text.h"
#include "gateway/web/pages.h"

/* What the page is about, and what the form of it holds. */
struct writing {
    struct lists lists;
    const struct list *list;
    struct discuss_post post;
    const char *action;      /* that the form proves */
    struct sv back;          /* page to go back to */
    struct sv address;
    enum discuss_standing standing;
};

static int begin(struct web_call *c, struct writing *w, struct err *err)
{
    struct action_context context = web_context(c);
    int rc = discuss_list(&context, w->post.list, &w->lists, &w->list, err);
    if (!rc)
        rc = discuss_address(&context, c->person, w->list->id, &w->address, &w->standing, err);
    if (rc)
        return rc;
    w->post.list = w->list->id;
    w->post.draft = form_has(&c->form, "draft") ? form_value(&c->form, "draft") : secret_make(c->arena);
    w->post.subject = form_value(&c->form, "subject");
    w->post.text = form_value(&c->form, "text");
    return CM_OK;
}

/* ---- the form ---- */

static void notes(struct web_call *c, const struct writing *w)
{
    const struct process *p = &c->frame->profile->process;
    web_text(c, arena_printf(c->arena, "What you write is sent as a mail to %.*s, and is public in its archive, with "
                                       "your "
                                       "name. It goes out from your address %.*s, which subscribers see.",
                             SV_ARG(w->list->title), SV_ARG(w->address)));
    if (w->standing == DISCUSS_STRANGER && list_is(w->list, SET_POSTS, "members"))
        web_text(c, list_is(w->list, SET_STRANGERS, "return")
                        ? "No address of yours is subscribed to this list: posts of others are returned. Subscribe on "
                          "the "
                          "page of your account first; it need not send you any mail."
                        : "No address of yours is subscribed to this list: a moderator looks at your post first.");
    else if (w->standing == DISCUSS_FIRST && sv_eq_str(p->moderation_first_post, "hold"))
        web_text(c, "It is your first post to this list: a moderator looks at it before it appears.");
}

static void preview(struct web_call *c, struct sv bytes)
{
    struct markup *m = &c->markup;
    struct mail mail;
    struct err limit = ERR_INIT;
    const struct text_page page = {.addresses = true};
    if (mail_read(c->arena, bytes, &mail, &limit))
        return;
    struct mail_text text = mail_text_read(c->arena, &mail);
    markup_open(m, "section");
    markup_attr_str(m, "class", "notice draft");
    markup_element(m, "h2", mail.subject);
    mail_text_write(m, &text, &page);
    markup_close(m, "section");
}

static void form(struct web_call *c, const struct writing *w, const char *fault, struct sv shown)
{
    web_begin(c, w->post.threat.len ? arena_printf(c->arena, "Discuss %.*s", SV_ARG(w->post.threat)) : c->route->title);
    if (fault)
        web_fault(c, fault);
    if (shown.len)
        preview(c, shown);
    notes(c, w);
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), w->action);
    web_hidden(c, "draft", w->post.draft);
    web_field(c, &(struct web_field){.name = "subject", .label = "Subject", .type = "text", .required = true,
                                     .max = DISCUSS_SUBJECT_MAX, .value = w->post.subject});
    web_field(c, &(struct web_field){.name = "text", .label = "Text", .required = true, .rows = 14,
                                     .value = w->post.text,
                                     .help = w->post.answers ? "Keep of the quote what you answer, and write below it."
                                                             : "Plain text, as in a mail."});
    web_button(c, "preview", "Preview");
    web_button(c, "send", "Send");
    web_form_close(c);
    web_end(c);
}

/* ---- what became of it ---- */

static void held(struct web_call *c, const struct hold *h)
{
    const struct process *p = &c->frame->profile->process;
    struct markup *m = &c->markup;
    web_text(c, arena_printf(c->arena, "A moderator looks at it first: it waits as %.*s.",
                             SV_ARG(hold_id(c->arena, h->number))));
    markup_open(m, "ul");
    for (int i = 0; i < HOLD_RULES; i++)
        if (h->rules & 1u << i)
            markup_element(m, "li", sv_str(arena_printf(c->arena, "Held because %s", hold_rule_table[i].means)));
    markup_close(m, "ul");
    struct sv then = h->stranger ? p->moderation_strangers_on_timeout : p->moderation_on_timeout;
    if (h->due)
        web_text(c, arena_printf(c->arena, "If nobody decides before %s, the process does: \"%.*s\".",
                                 web_time(c, h->due), SV_ARG(then)));
}

static void outcome(struct web_call *c, const struct writing *w, const struct discuss_outcome *o)
{
    struct markup *m = web_begin(c, o->state == MESSAGE_PUBLIC ? "Sent" : o->state == MESSAGE_HELD ? "Your post waits"
                                                                                               : "Not sent");
    if (o->state == MESSAGE_PUBLIC) {
        web_text(c, arena_printf(c->arena, "Your post is on its way to the subscribers of %.*s. Its page is there in a "
                                           "moment, when the site is published anew:", SV_ARG(w->list->title)));
        markup_open(m, "p");
        web_link(m, arena_printf(c->arena, "/lists/%.*s/message/%.*s.html", SV_ARG(w->list->id), SV_ARG(o->key)),
                 w->post.subject);
        markup_close(m, "p");
    } else if (o->state == MESSAGE_HELD && o->hold.number) {
        held(c, &o->hold);
    } else {
        web_text(c, o->state == MESSAGE_RETURNED ? "The list did not take it; a mail to you says why."
                                                 : "The list did not take it.");
    }
    markup_open(m, "p");
    web_link(m, arena_printf(c->arena, "%.*s", SV_ARG(w->back)), SV("Back"));
    markup_text_str(m, " · ");
    web_link(m, "/account/posts", SV("Your posts"));
    markup_close(m, "p");
    web_end(c);
}

/* One that is refused, or only shown, comes back with all that was typed. */
static int take(struct web_call *c, struct writing *w, struct err *err)
{
    struct action_context context = web_context(c);
    struct discuss_outcome o;
    struct err why = ERR_INIT;
    struct sv bytes = SV_NONE;
    bool send = sv_eq_str(form_value(&c->form, "do"), "send");
    int rc = send ? action_discuss_post(&context, c->person, &w->post, &o, &why)
                  : discuss_compose(&context, c->person, &w->post, &bytes, &why);
    if (rc && rc != CM_EINPUT)
        return err_set(err, rc, "%s", why.text);
    if (rc)
        c->out->status = 422;
    if (rc || !send)
        form(c, w, rc ? why.text : NULL, rc ? SV_NONE : bytes);
    else
        outcome(c, w, &o);
    return CM_OK;
}

/* ---- a new one ---- */

static int begin_new(struct web_call *c, struct writing *w, struct err *err)
{
    *w = (struct writing){.post = {.list = c->params[0]}, .action = "post.new"};
    int rc = begin(c, w, err);
    w->back = sv_str(arena_printf(c->arena, "/lists/%.*s/index.html", SV_ARG(w->post.list)));
    return rc;
}

int post_page(struct web_call *c, struct err *err)
{
    struct writing w;
    int rc = begin_new(c, &w, err);
    if (!rc)
        form(c, &w, NULL, SV_NONE);
    return rc;
}

int post_do(struct web_call *c, struct err *err)
{
    struct writing w;
    int rc = begin_new(c, &w, err);
    return rc ? rc : take(c, &w, err);
}

/* ---- an answer ---- */

static int begin_reply(struct web_call *c, struct writing *w, struct err *err)
{
    struct sv key = c->params[1];
    *w = (struct writing){.post = {.list = c->params[0]}, .action = "post.reply"};
    int rc = begin(c, w, err);
    if (!rc)
        rc = archive_find(c->store, w->list->id, key, &w->post.answers, err);
    if (!rc && !w->post.answers)
        rc = err_set(err, CM_ENOTFOUND, "There is no such message.");
    w->back = sv_str(arena_printf(c->arena, "/lists/%.*s/message/%.*s.html", SV_ARG(w->post.list), SV_ARG(key)));
    return rc;
}

int reply_page(struct web_call *c, struct err *err)
{
    struct writing w;
    struct action_context context = web_context(c);
    int rc = begin_reply(c, &w, err);
    if (!rc)
        rc = discuss_quote(&context, w.list->id, w.post.answers, &w.post.subject, &w.post.text, err);
    if (!rc)
        form(c, &w, NULL, SV_NONE);
    return rc;
}

int reply_do(struct web_call *c, struct err *err)
{
    struct writing w;
    int rc = begin_reply(c, &w, err);
    return rc ? rc : take(c, &w, err);
}

/* Of a thread: to its newest message. */
int reply_thread(struct web_call *c, struct err *err)
{
    struct writing w = {.post = {.list = c->params[0]}};
    struct message m;
    uint64_t thread;
    int64_t newest = 0;
    int rc = begin(c, &w, err);
    if (!rc && sv_to_u64(c->params[1], INT64_MAX, &thread))
        rc = discuss_newest(c->store, w.list->id, (int64_t)thread, &newest, err);
    if (!rc && !newest)
        rc = err_set(err, CM_ENOTFOUND, "There is no such thread.");
    if (!rc)
        rc = message_load(c->store, c->arena, newest, &m, err);
    if (!rc)
        web_redirect(c, arena_printf(c->arena, "/lists/%.*s/message/%.*s/reply", SV_ARG(w.list->id),
                                     SV_ARG(archive_key(c->arena, m.mid, m.copy))));
    return rc;
}

/* ---- about a threat ---- */

/* To the list of the group, by the address that ties the thread to the threat. */
static int begin_threat(struct web_call *c, struct writing *w, struct follow *threat, struct err *err)
{
    const struct followed what = {0, c->params[0]};
    struct lists lists;
    int rc = follow_look(c->store, c->arena, c->person->id, what, threat, err);
    if (!rc)
        rc = lists_load(c->store, c->arena, &lists, err);
    const struct list *list = rc ? NULL : lists_sender(&lists, c->frame->profile->sig.list);
    if (!rc && !list)
        rc = err_set(err, CM_ENOTFOUND, "There is no mailing list here to discuss it on.");
    if (rc)
        return rc;
    *w = (struct writing){.post = {.list = list->id, .threat = c->params[0]}, .action = "post.threat"};
    w->back = sv_str(arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(c->params[0])));
    return begin(c, w, err);
}

int discuss_page(struct web_call *c, struct err *err)
{
    struct writing w;
    struct follow threat;
    int rc = begin_threat(c, &w, &threat, err);
    if (rc)
        return rc;
    w.post.subject = sv_str(arena_printf(c->arena, "%.*s %.*s: ", SV_ARG(w.post.threat), SV_ARG(threat.title)));
    form(c, &w, NULL, SV_NONE);
    return CM_OK;
}

int discuss_do(struct web_call *c, struct err *err)
{
    struct writing w;
    struct follow threat;
    int rc = begin_threat(c, &w, &threat, err);
    return rc ? rc : take(c, &w, err);
}
