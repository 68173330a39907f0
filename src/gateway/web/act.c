/* The page of an act: its form, from the table of what acts ask for. And the page of all acts. */
#include "gateway/web/act.h"

#include "gateway/web/pages.h"

const char *act_page_of(struct arena *a, const struct action_form *f, struct sv thing)
{
    struct str out = STR_INIT;
    if (!strcmp(f->action, "threat.propose"))
        return "/propose";
    if (thing.len && !strcmp(f->action, "threat.edit"))
        return arena_printf(a, "/threats/%.*s/edit", SV_ARG(thing));
    if (thing.len && !strcmp(f->action, "estimate.give"))
        return arena_printf(a, "/threats/%.*s/estimate", SV_ARG(thing));
    if (thing.len && !strcmp(f->action, "position.take"))
        return arena_printf(a, "/calls/%.*s/position", SV_ARG(thing));
    if (thing.len)
        form_write(&out, f->inputs[0].name, thing);
    const char *query = thing.len ? str_cstr(&out) : "";
    const char *page = arena_printf(a, "/acts/%s%s%s", f->action, *query ? "?" : "", query);
    str_release(&out);
    return page;
}

/* ---- one ---- */

static const struct action_form *find(struct web_call *c, struct err *err)
{
    const struct action_form *f = action_form_find(c->params[0]);
    if (!f)
        err_set(err, CM_ENOTFOUND, "There is no act \"%.*s\" here.", SV_ARG(c->params[0]));
    return f;
}

static void faults(struct web_call *c, const struct action_form *f, const char *why)
{
    struct markup *m = &c->markup;
    markup_open(m, "div");
    markup_attr_str(m, "class", "notice warning");
    markup_attr_str(m, "role", "alert");
    if (!c->diag.len)
        markup_element(m, "p", sv_str(action_words(c->arena, f, why)));
    for (size_t i = 0; i < c->diag.len; i++) {
        const struct diag_item *d = &c->diag.items[i];
        const struct action_input *in = d->file ? action_form_input(f, sv_str(d->file)) : NULL;
        if (in)
            markup_element(m, "p", sv_str(arena_printf(c->arena, "%s: %s", in->label, d->text)));
        else
            markup_element(m, "p", sv_str(action_words(c->arena, f, diag_format(&c->diag, d))));
    }
    markup_close(m, "div");
}

static void form(struct web_call *c, const struct action_form *f, const struct action_values *given, const char *why)
{
    web_begin(c, f->title);
    if (why)
        faults(c, f, why);
    const char *summary = action_find(f->action)->summary;
    web_text(c, arena_printf(c->arena, "%c%s.", summary[0] >= 'a' && summary[0] <= 'z' ? summary[0] - 32 : summary[0],
                             summary + 1));
    web_form_begin(c, arena_printf(c->arena, "/acts/%s", f->action), f->action);
    for (size_t i = 0; i < f->count; i++)
        act_field(c, &f->inputs[i], given);
    web_form_end(c, f->title);
    web_end(c);
}

int act_page(struct web_call *c, struct err *err)
{
    struct action_values given = {{NULL, 0, 0}};
    const struct action_form *f = find(c, err);
    if (!f)
        return CM_ENOTFOUND;
    act_values_of_form(c, f, &c->query, &given);
    form(c, f, &given, NULL);
    return CM_OK;
}

int act_do(struct web_call *c, struct err *err)
{
    struct action_values given = {{NULL, 0, 0}};
    struct action_context context = web_context(c);
    struct action_result r;
    struct err why = ERR_INIT;
    const struct action_form *f = find(c, err);
    if (!f)
        return CM_ENOTFOUND;
    act_values_of_form(c, f, &c->form, &given);
    int rc = action_perform(&context, f, &given, &r, &why);
    if (rc == CM_EINPUT || rc == CM_EREFUSED || rc == CM_ENOTFOUND || rc == CM_ECONFLICT || rc == CM_ELIMIT) {
        c->out->status = web_status(rc == CM_ENOTFOUND ? CM_EINPUT : rc);
        form(c, f, &given, why.text);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    web_done(c, &r);
    return CM_OK;
}

/* ---- all ---- */

static const struct family {
    const char *begins, *title; /* what names of its actions begin with, with blanks between */
} families[] = {{"threat.", "Threats"},
                {"round. estimate. objection.raise", "Estimates and priorities"},
                {"call. position. objection. decision.", "Consensus"},
                {"edition. assent. review. handover.", "Editions, reviews and hand-overs"},
                {"embargo.", "Unpatched flaws"},
                {"hold. thread. list.", "Forum"},
                {"member. role. away.", "People"},
                {"sig.", "The group"}};

static bool is_of(const struct family *k, const char *action)
{
    struct sv rest = sv_str(k->begins), word;
    while (rest.len && sv_split(&rest, ' ', &word))
        if (sv_starts(sv_str(action), word))
            return true;
    return false;
}

/* The first family that has it. */
static const struct family *family_of(const char *action)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (is_of(&families[i], action))
            return &families[i];
    BUG("no family of acts for %s", action);
}

/* What the page is about: the query names it as a form does. NULL: nothing, so all acts are shown. */
static const struct form_field *thing_of(struct web_call *c)
{
    for (size_t i = 0; i < c->query.list.len; i++)
        if (c->query.list.at[i].value.len)
            return &c->query.list.at[i];
    return NULL;
}

static bool is_shown(struct web_call *c, const struct action_form *f, const struct form_field *thing)
{
    return action_may(c->person, c->frame->profile, action_find(f->action)) &&
           (!thing || (f->count && sv_eq_str(thing->name, f->inputs[0].name)));
}

static void item(struct web_call *c, const struct action_form *f, struct sv thing)
{
    struct markup *m = &c->markup;
    markup_open(m, "li");
    web_link(m, act_page_of(c->arena, f, thing), sv_str(f->title));
    markup_close(m, "li");
}

static size_t family(struct web_call *c, const struct family *k, const struct form_field *thing)
{
    struct markup *m = &c->markup;
    size_t count = 0;
    for (size_t i = 0; i < action_form_count; i++) {
        const struct action_form *f = &action_forms[i];
        if (family_of(f->action) != k || !is_shown(c, f, thing))
            continue;
        if (!count++) {
            markup_element(m, "h2", sv_str(k->title));
            markup_open(m, "ul");
        }
        item(c, f, thing ? thing->value : SV_NONE);
    }
    if (count)
        markup_close(m, "ul");
    return count;
}

int acts_page(struct web_call *c, struct err *err CM_UNUSED)
{
    const struct form_field *thing = thing_of(c);
    size_t count = 0;
    web_begin(c, thing ? arena_printf(c->arena, "What you can do about %.*s", SV_ARG(thing->value)) : c->route->title);
    web_text(c, "Each act is done once, by you, and stands in the public record with your name. Whether the process "
                "allows it now is said when you do it.");
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        count += family(c, &families[i], thing);
    if (!count)
        web_text(c, "Nothing: your roles have no right to any act on it.");
    web_end(c);
    return CM_OK;
}
