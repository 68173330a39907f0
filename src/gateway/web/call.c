#include "gateway/web/call.h"

#include <stdlib.h>

#include "action/inputs.h"
#include "base/utf8.h"
#include "gateway/web/api.h"
#include "register/due.h"

/* Only our own style, images and script, which asks only us; forms go nowhere else. */
static const char policy[] = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
                             "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/* ---- who may ---- */

int web_may(struct web_call *c, const char **out_why)
{
    const struct web_route *r = c->route;
    bool post = c->request->framing->method == FRAMING_POST;
    const struct action_form *form = r->who == WEB_ACT ? action_form_find(c->params[0]) : NULL;
    const char *proves = api_is(r) ? NULL : form ? form->action : r->action;
    *out_why = NULL;
    if (c->bad_token) {
        *out_why = "this access token is none of ours, or it has ended";
        return 401;
    }
    if (r->who != WEB_ANYONE && !c->person) {
        *out_why = api_is(r) ? "an access token is wanted, as \"Authorization: Bearer cm_...\""
                             : "Please log in first.";
        return 401;
    }
    if (form && api_is(r) && !access_scope_allows(c->access.scope, sv_str(form->action))) {
        *out_why = arena_printf(c->arena, "the scope of this access token does not have %s", form->action);
        return 403;
    }
    if (form && !action_may(c->person, c->frame->profile, action_find(form->action))) {
        *out_why = arena_printf(c->arena, "You hold no role that may do this (%s). Who holds which role, and how one "
                                          "gets it, is said in the process.", form->action);
        return 403;
    }
    if (r->who == WEB_RIGHT && !person_may(c->person, c->frame->profile, sv_str(permission_names[r->needs]))) {
        *out_why = arena_printf(c->arena, "You hold no role that may %s. Who holds which role, and how one gets it, is "
                                          "said in the process.", permission_names[r->needs]);
        return 403;
    }
    if (post && proves && !session_proves(c->arena, c->token, proves, form_value(&c->form, "proof"))) {
        *out_why = "This form is too old, or not ours. Please open its page again.";
        return 403;
    }
    return 0;
}

struct action_context web_context(struct web_call *c)
{
    return (struct action_context){.store = c->store, .arena = c->arena, .now = c->now, .diag = &c->diag,
                                   .actor = c->person ? c->person->name : SV_NONE, .source = SV("web")};
}

/* ---- pages ---- */

struct markup *web_begin_bare(struct web_call *c, const char *title)
{
    c->page = (struct page){.path = c->path, .title = sv_str(title), .root = "/", .no_index = true, .body_class = "act",
                            .script = "/act.js",
                            .bar = web_bar_of(c->arena, c->frame, c->person, c->path)};
    c->out->type = "text/html; charset=utf-8";
    c->out->policy = policy;
    str_clear(&c->out->text);
    markup_init(&c->markup, &c->out->text, MARKUP_HTML);
    page_begin(c->arena, &c->markup, c->frame, &c->page);
    return &c->markup;
}

void web_part_begin(struct web_call *c)
{
    c->out->type = "text/html; charset=utf-8";
    c->out->policy = policy;
    str_clear(&c->out->text);
    markup_init(&c->markup, &c->out->text, MARKUP_HTML);
}

void web_part_end(struct web_call *c)
{
    markup_finish(&c->markup);
    c->out->body = str_cstr(&c->out->text);
    c->out->body_len = c->out->text.len;
}

void web_live(struct web_call *c, const char *path, const char *name)
{
    struct markup *m = &c->markup;
    markup_open(m, "div");
    markup_attr_str(m, "class", "live");
    markup_attr_str(m, "data-live", path);
    markup_attr_str(m, "role", "region");
    markup_attr_str(m, "aria-label", name);
    markup_attr_str(m, "hidden", "hidden");
    markup_close(m, "div");
}

struct markup *web_begin(struct web_call *c, const char *title)
{
    struct markup *m = web_begin_bare(c, title);
    markup_element(m, "h1", sv_str(title));
    return m;
}

void web_end(struct web_call *c)
{
    page_end(c->arena, &c->markup, c->frame, &c->page);
    markup_finish(&c->markup);
    c->out->body = str_cstr(&c->out->text);
    c->out->body_len = c->out->text.len;
}

int web_status(int code)
{
    switch (code) {
    case CM_EINPUT:
    case CM_ELIMIT:
        return 422;
    case CM_ENOTFOUND:
        return 404;
    case CM_EREFUSED: /* by a rule of the process, as things stand; who may not gets 403 before */
    case CM_ECONFLICT:
        return 409;
    case CM_EAGAIN:
        return 503;
    default:
        return 500;
    }
}

/* A form that was refused because its session ended meanwhile: nothing that was typed is lost. Passwords and codes are
 * not among these fields. */
static void keep_texts(struct web_call *c)
{
    static const char *const kept[][2] = {{"subject", "Subject"}, {"name", "Name"},     {"abstract", "Abstract"},
                                          {"text", "Text"},       {"reason", "Reason"}};
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        struct sv value = form_value(&c->form, kept[i][0]);
        if (!value.len)
            continue;
        if (!any)
            web_text(c, "What you wrote was not sent. Here it is, to be copied into the form when you have opened it "
                        "again.");
        any = true;
        web_field(c, &(struct web_field){.name = kept[i][0], .label = kept[i][1], .rows = 6, .value = value});
    }
}

void web_fail(struct web_call *c, int status, const char *why)
{
    if (api_is(c->route)) {
        api_fail(c, status, why);
        return;
    }
    c->out->status = status;
    c->out->retry_after = status == 503 ? 5 : 0;
    struct markup *m = web_begin(c, c->route->title);
    web_fault(c, why ? why : "This did not work, which is our fault. Nothing was changed. Whoever runs this site can "
                             "see in its log what it was.");
    if (status == 401) {
        markup_open(m, "p");
        web_link(m, "/login", SV("Log in"));
        markup_close(m, "p");
    }
    if (status == 401 || status == 403)
        keep_texts(c);
    web_end(c);
}

const char *web_cookie_name(bool secure)
{
    return secure ? "__Host-casemate" : "casemate";
}

void web_redirect(struct web_call *c, const char *path)
{
    if (path[0] != '/' || path[1] == '/')
        BUG("a way out of the site");
    http_response_plain(c->out, 303, NULL);
    str_clear(&c->out->location);
    str_add_str(&c->out->location, path);
}

void web_done(struct web_call *c, const struct action_result *r)
{
    web_redirect(c, arena_printf(c->arena, "/done?event=%lld", (long long)r->event));
}

struct sv web_next(struct sv text)
{
    bool good = text.len > 1 && text.len < 300 && text.at[0] == '/' && text.at[1] != '/';
    for (size_t i = 0; good && i < text.len; i++) {
        char ch = text.at[i];
        good = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || strchr("/-_.", ch);
    }
    return good ? text : SV("/account");
}

/* ---- the bar ---- */

void web_bar_link(struct markup *m, const char *href, const char *text)
{
    markup_open(m, "li");
    web_link(m, href, sv_str(text));
    markup_close(m, "li");
}

static bool round_is_open(const struct view *frame)
{
    for (size_t i = 0; i < frame->clocks->open.len; i++)
        if (frame->clocks->open.at[i].kind == DUE_ROUND && frame->clocks->open.at[i].until > frame->now)
            return true;
    return false;
}

/* What can be done about the page below, by the person. */
static void bar_links_about(struct arena *a, struct markup *m, const struct view *frame, const struct person *person,
                            struct sv path)
{
    struct sv id = path;
    if (sv_eq_str(path, "progress.html")) {
        web_bar_link(m, "/rounds", "Rounds");
        web_bar_link(m, "/calls", "Calls");
    }
    if (!sv_starts(path, SV("threats/")) || !sv_ends(path, SV(".html")))
        return;
    id = sv_from(path.at + 8, path.len - 8 - 5);
    for (size_t i = 0; i < id.len; i++)
        if (!((id.at[i] >= 'A' && id.at[i] <= 'Z') || (id.at[i] >= '0' && id.at[i] <= '9') || id.at[i] == '-'))
            return;
    web_bar_link(m, arena_printf(a, "/threats/%.*s/compare", SV_ARG(id)), "Versions");
    if (person_may(person, frame->profile, SV("edit")))
        web_bar_link(m, arena_printf(a, "/threats/%.*s/edit", SV_ARG(id)), arena_printf(a, "Edit %.*s", SV_ARG(id)));
    if (person_may(person, frame->profile, SV("estimate")) && round_is_open(frame))
        web_bar_link(m, arena_printf(a, "/threats/%.*s/estimate", SV_ARG(id)), "Estimate");
    web_bar_link(m, arena_printf(a, "/acts?threat=%.*s", SV_ARG(id)), arena_printf(a, "Act on %.*s", SV_ARG(id)));
}

struct sv web_bar_of(struct arena *a, const struct view *frame, const struct person *person, struct sv path)
{
    struct str out = STR_INIT;
    struct markup m;
    markup_init(&m, &out, MARKUP_HTML);
    markup_open(&m, "nav");
    markup_attr_str(&m, "class", "account");
    markup_attr_str(&m, "aria-label", "Account");
    markup_open(&m, "ul");
    web_bar_link(&m, "/search", "Search");
    web_bar_link(&m, "/register", "Register");
    web_bar_link(&m, "/record", "Record");
    if (person) {
        bar_links_about(a, &m, frame, person, path);
        web_bar_discussion(a, &m, frame, person, path);
        if (person_may(person, frame->profile, SV("propose")))
            web_bar_link(&m, "/propose", "Propose a threat");
        web_bar_link(&m, "/acts", "Acts");
        web_bar_link(&m, "/account", arena_printf(a, "%.*s", SV_ARG(person->name)));
    } else {
        web_bar_link(&m, "/login", "Log in");
    }
    markup_close(&m, "ul");
    markup_close(&m, "nav");
    markup_finish(&m);
    struct sv bar = arena_sv(a, str_sv(&out));
    str_release(&out);
    return bar;
}

/* ---- parts of pages ---- */

void web_link(struct markup *m, const char *href, struct sv text)
{
    markup_open(m, "a");
    markup_attr_str(m, "href", href);
    markup_text(m, text);
    markup_close(m, "a");
}

void web_text(struct web_call *c, const char *text)
{
    markup_element(&c->markup, "p", sv_str(text));
}

void web_fault(struct web_call *c, const char *text)
{
    struct markup *m = &c->markup;
    markup_open(m, "div");
    markup_attr_str(m, "class", "notice warning");
    markup_attr_str(m, "role", "alert");
    markup_element(m, "p", sv_str(text));
    for (size_t i = 0; i < c->diag.len; i++)
        markup_element(m, "p", sv_str(diag_format(&c->diag, &c->diag.items[i])));
    markup_close(m, "div");
}

void web_form_begin(struct web_call *c, const char *path, const char *action)
{
    struct markup *m = &c->markup;
    if (!c->token.len) {
        c->token = session_token(c->arena);
        http_response_cookie(c->out, web_cookie_name(c->secure), c->token, -1, c->secure);
    }
    markup_open(m, "form");
    markup_attr_str(m, "class", "act");
    markup_attr_str(m, "method", "post");
    markup_attr_str(m, "action", path);
    web_hidden(c, "proof", session_proof(c->arena, c->token, action));
}

void web_form_end(struct web_call *c, const char *button)
{
    struct markup *m = &c->markup;
    markup_open(m, "p");
    markup_attr_str(m, "class", "buttons");
    markup_open(m, "button");
    markup_attr_str(m, "type", "submit");
    markup_text_str(m, button);
    markup_close(m, "button");
    markup_close(m, "p");
    markup_close(m, "form");
}

void web_button(struct web_call *c, const char *value, const char *label)
{
    struct markup *m = &c->markup;
    markup_open(m, "button");
    markup_attr_str(m, "type", "submit");
    markup_attr_str(m, "name", "do");
    markup_attr_str(m, "value", value);
    markup_text_str(m, label);
    markup_close(m, "button");
    markup_text_str(m, " ");
}

void web_form_close(struct web_call *c)
{
    markup_close(&c->markup, "form");
}

void web_hidden(struct web_call *c, const char *name, struct sv value)
{
    struct markup *m = &c->markup;
    markup_open(m, "input");
    markup_attr_str(m, "type", "hidden");
    markup_attr_str(m, "name", name);
    markup_attr(m, "value", value);
    markup_close(m, "input");
}

static void field_attributes(struct web_call *c, const struct web_field *f)
{
    struct markup *m = &c->markup;
    markup_attr_str(m, "name", f->name);
    markup_attrf(m, "id", "field-%s", f->name);
    if (f->help)
        markup_attrf(m, "aria-describedby", "help-%s", f->name);
    if (f->max)
        markup_attrf(m, "maxlength", "%u", f->max);
    if (f->required)
        markup_attr_str(m, "required", "required");
    if (f->list)
        markup_attr_str(m, "list", f->list);
    markup_attr_str(m, "autocomplete", f->complete ? f->complete : "off");
}

void web_field(struct web_call *c, const struct web_field *f)
{
    struct markup *m = &c->markup;
    markup_open(m, "div");
    markup_attr_str(m, "class", "field");
    markup_open(m, "label");
    markup_attrf(m, "for", "field-%s", f->name);
    markup_text_str(m, f->label);
    markup_close(m, "label");
    if (f->help) {
        markup_open(m, "p");
        markup_attr_str(m, "class", "help");
        markup_attrf(m, "id", "help-%s", f->name);
        markup_text_str(m, f->help);
        markup_close(m, "p");
    }
    if (f->type) {
        markup_open(m, "input");
        markup_attr_str(m, "type", f->type);
        field_attributes(c, f);
        markup_attr(m, "value", f->value);
        markup_close(m, "input");
    } else {
        markup_open(m, "textarea");
        markup_attrf(m, "rows", "%u", f->rows ? f->rows : 4);
        field_attributes(c, f);
        markup_text(m, f->value);
        markup_close(m, "textarea");
    }
    markup_close(m, "div");
}

void web_choices(struct web_call *c, const char *name, const char *legend, const struct web_choice *choices,
                 size_t count, struct sv chosen, bool required)
{
    struct markup *m = &c->markup;
    markup_open(m, "fieldset");
    markup_element(m, "legend", sv_str(legend));
    for (size_t i = 0; i < count; i++) {
        markup_open(m, "label");
        markup_attr_str(m, "class", "choice");
        markup_open(m, "input");
        markup_attr_str(m, "type", "radio");
        markup_attr_str(m, "name", name);
        markup_attr(m, "value", choices[i].value);
        if (sv_eq(choices[i].value, chosen))
            markup_attr_str(m, "checked", "checked");
        if (required)
            markup_attr_str(m, "required", "required");
        markup_close(m, "input");
        markup_open(m, "span");
        markup_element(m, "b", choices[i].label);
        if (choices[i].help.len) {
            markup_text_str(m, " ");
            markup_element_class(m, "span", "help", choices[i].help);
        }
        markup_close(m, "span");
        markup_close(m, "label");
    }
    markup_close(m, "fieldset");
}

void web_box(struct web_call *c, const char *name, bool checked, struct sv label, struct sv help)
{
    struct markup *m = &c->markup;
    markup_open(m, "label");
    markup_attr_str(m, "class", "choice");
    markup_open(m, "input");
    markup_attr_str(m, "type", "checkbox");
    markup_attr_str(m, "name", name);
    markup_attr_str(m, "value", "yes");
    if (checked)
        markup_attr_str(m, "checked", "checked");
    markup_close(m, "input");
    markup_open(m, "span");
    markup_element(m, "b", label);
    if (help.len) {
        markup_text_str(m, " ");
        markup_element_class(m, "span", "help", help);
    }
    markup_close(m, "span");
    markup_close(m, "label");
}

void web_select(struct web_call *c, const char *name, const char *label, const struct web_choice *choices,
                size_t count, struct sv chosen)
{
    struct markup *m = &c->markup;
    markup_open(m, "div");
    markup_attr_str(m, "class", "field");
    markup_open(m, "label");
    markup_attrf(m, "for", "field-%s", name);
    markup_text_str(m, label);
    markup_close(m, "label");
    markup_open(m, "select");
    markup_attr_str(m, "name", name);
    markup_attrf(m, "id", "field-%s", name);
    for (size_t i = 0; i < count; i++) {
        markup_open(m, "option");
        markup_attr(m, "value", choices[i].value);
        if (sv_eq(choices[i].value, chosen))
            markup_attr_str(m, "selected", "selected");
        markup_text(m, choices[i].label);
        markup_close(m, "option");
    }
    markup_close(m, "select");
    markup_close(m, "div");
}

struct sv web_name_of(const struct web_call *c, struct sv id)
{
    const struct person *person = people_by_id(c->frame->people, id);
    return person ? person->name : id;
}
