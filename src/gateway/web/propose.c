/* A new threat: what it might be a duplicate of is shown before it is proposed. */
#include "action/action.h"
#include "gateway/web/pages.h"
#include "register/similar.h"

enum { SIMILAR_MOST = 5 };

static struct sv area_name(struct web_call *c, const struct term *area)
{
    return sv_str(arena_printf(c->arena, "area-%.*s", SV_ARG(area->id)));
}

static void areas(struct web_call *c)
{
    struct markup *m = &c->markup;
    const struct terms *list = &c->frame->profile->sig.areas;
    markup_open(m, "fieldset");
    markup_element(m, "legend", SV("Areas"));
    for (size_t i = 0; i < list->list.len; i++) {
        struct sv name = area_name(c, &list->list.at[i]);
        markup_open(m, "label");
        markup_attr_str(m, "class", "choice");
        markup_open(m, "input");
        markup_attr_str(m, "type", "checkbox");
        markup_attr(m, "name", name);
        markup_attr_str(m, "value", "yes");
        if (form_has(&c->form, name.at))
            markup_attr_str(m, "checked", "checked");
        markup_close(m, "input");
        markup_open(m, "span");
        markup_element(m, "b", list->list.at[i].name);
        markup_text_str(m, " ");
        markup_element_class(m, "span", "help", list->list.at[i].means);
        markup_close(m, "span");
        markup_close(m, "label");
    }
    markup_close(m, "fieldset");
}

static void similar_part(struct web_call *c, const struct profile *p, const struct similars *found)
{
    struct markup *m = &c->markup;
    markup_open(m, "section");
    markup_attr_str(m, "class", "notice draft");
    markup_element(m, "h2", SV("Is it one of these?"));
    markup_open(m, "ul");
    for (size_t i = 0; i < found->list.len; i++) {
        const struct threat *t = &p->threats.at[found->list.at[i].threat];
        markup_open(m, "li");
        web_link(m, arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(t->id)),
                 sv_str(arena_printf(c->arena, "%.*s %.*s", SV_ARG(t->id), SV_ARG(t->name))));
        markup_close(m, "li");
    }
    markup_close(m, "ul");
    web_text(c, "If it is, please write about it there, on its page or on the list. If not, propose yours.");
    markup_close(m, "section");
}

static void form(struct web_call *c, const char *fault, const struct profile *p, const struct similars *found)
{
    web_begin(c, c->route->title);
    if (fault)
        web_fault(c, fault);
    if (found)
        similar_part(c, p, found);
    web_text(c, "A name and a few sentences are enough: what an attacker does, and what it does to whom. Everything "
                "else is worked out together.");
    web_form_begin(c, "/propose", "threat.propose");
    web_field(c, &(struct web_field){.name = "name", .label = "Name", .type = "text", .required = true, .max = 200,
                                     .value = form_value(&c->form, "name"),
                                     .help = "A few words that tell it from all others."});
    web_field(c, &(struct web_field){.name = "abstract", .label = "Abstract", .required = true, .rows = 6,
                                     .value = form_value(&c->form, "abstract"),
                                     .help = "What happens, in plain words. How to solve it comes later."});
    if (!found)
        web_live(c, "/propose/similar", "Threats that it may be");
    areas(c);
    if (found)
        web_hidden(c, "new", SV("yes"));
    web_form_end(c, found ? "It is none of these: propose it" : "Propose");
    web_end(c);
}

int propose_page(struct web_call *c, struct err *err CM_UNUSED)
{
    form(c, NULL, NULL, NULL);
    return CM_OK;
}

static struct sv chosen_areas(struct web_call *c)
{
    const struct terms *list = &c->frame->profile->sig.areas;
    struct str out = STR_INIT;
    for (size_t i = 0; i < list->list.len; i++)
        if (form_has(&c->form, area_name(c, &list->list.at[i]).at))
            str_addf(&out, "%s%.*s", out.len ? "," : "", SV_ARG(list->list.at[i].id));
    struct sv areas_text = arena_sv(c->arena, str_sv(&out));
    str_release(&out);
    return areas_text;
}

/* Those that it is likely to be a duplicate of. */
static int look_for_similar(struct web_call *c, const struct proposal *p, const struct view **v, struct similars *out,
                            struct err *err)
{
    int rc = web_view(c, v, err);
    if (rc)
        return rc;
    const struct similar_query q = {.name = p->name, .abstract = p->abstract};
    similar_likely(c->arena, (*v)->profile, &q, SIMILAR_MOST, out);
    return CM_OK;
}

/* For who still writes. */
int similar_do(struct web_call *c, struct err *err)
{
    const struct proposal p = {.name = sv_trim(form_value(&c->form, "name")),
                               .abstract = sv_trim(form_value(&c->form, "abstract"))};
    const struct view *v;
    struct similars found = {{NULL, 0, 0}};
    int rc = p.name.len || p.abstract.len ? look_for_similar(c, &p, &v, &found, err) : CM_OK;
    if (rc)
        return rc;
    web_part_begin(c);
    if (found.list.len)
        similar_part(c, v->profile, &found);
    web_part_end(c);
    return CM_OK;
}

int propose_do(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct action_result r;
    struct err why = ERR_INIT;
    const struct view *v = NULL;
    struct similars found = {{NULL, 0, 0}};
    const struct proposal p = {.name = sv_trim(form_value(&c->form, "name")),
                               .abstract = sv_trim(form_value(&c->form, "abstract")),
                               .areas = chosen_areas(c)};
    int rc = p.name.len && p.abstract.len && !form_has(&c->form, "new") ? look_for_similar(c, &p, &v, &found,
                                                                                           err) : CM_OK;
    if (rc)
        return rc;
    if (found.list.len) {
        form(c, NULL, v->profile, &found);
        return CM_OK;
    }
    rc = action_threat_propose(&context, &p, &r, &why);
    if (rc == CM_EINPUT) {
        c->out->status = 422;
        form(c, why.text, NULL, NULL);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    web_done(c, &r);
    return CM_OK;
}
