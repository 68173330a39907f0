/* Fields of forms, by the kind of what they ask for. */
#include "gateway/web/act.h"

#include "register/due.h"

enum { SUGGESTIONS_MAX = 500 };

/* ---- closed lists ---- */

struct choices {
    VEC(struct web_choice) list;
};

static void add(struct web_call *c, struct choices *out, struct sv value, struct sv label, struct sv help)
{
    *vec_push(c->arena, &out->list) = (struct web_choice){value, label.len ? label : value, help};
}

static void add_terms(struct web_call *c, const struct terms *terms, struct choices *out)
{
    for (size_t i = 0; i < terms->list.len; i++)
        add(c, out, terms->list.at[i].id, terms->list.at[i].name, terms->list.at[i].means);
}

static void add_words(struct web_call *c, const char *words, struct choices *out)
{
    struct sv rest = sv_str(words), word;
    while (rest.len && sv_split(&rest, ' ', &word))
        add(c, out, word, SV_NONE, SV_NONE);
}

static void add_ratings(struct web_call *c, const struct terms *scale, struct choices *out)
{
    add_terms(c, scale, out);
    add(c, out, SV("abstain"), SV("I abstain"), SV_NONE);
    add(c, out, SV("not-competent"), SV("I cannot judge that"), SV_NONE);
}

/* False: whatever of the kind there is, it is no short list. */
static bool choices_for(struct web_call *c, const struct action_input *in, struct choices *out)
{
    const struct profile *p = c->frame->profile;
    if (!(in->flags & (INPUT_WANTED | INPUT_MANY)))
        add(c, out, SV(""), SV("Left open"), sv_str(in->help));
    switch (in->kind) {
    case INPUT_CHOICE:
        add_words(c, in->words, out);
        break;
    case INPUT_STAGE:
        for (size_t i = 0; i < p->process.stage_count; i++)
            add(c, out, p->process.stages.at[i].id, p->process.stages.at[i].name, SV_NONE);
        break;
    case INPUT_ROLE:
        for (size_t i = 0; i < p->sig.roles.len; i++)
            add(c, out, p->sig.roles.at[i].id, p->sig.roles.at[i].name, SV_NONE);
        break;
    case INPUT_AREA:
        add_terms(c, &p->sig.areas, out);
        break;
    case INPUT_DOCUMENT:
        for (int k = 0; k < DOCUMENT_KINDS; k++)
            add(c, out, sv_str(document_names[k]), SV_NONE, SV_NONE);
        break;
    case INPUT_LIKELIHOOD:
        add_ratings(c, &p->sig.likelihood, out);
        break;
    case INPUT_DAMAGE:
        add_ratings(c, &p->sig.damage, out);
        break;
    case INPUT_BECAUSE:
        for (size_t i = 0; i < p->process.moderation_reasons.len; i++) {
            const struct moderation_reason *r = &p->process.moderation_reasons.at[i];
            add(c, out, r->id, SV_NONE, r->means);
        }
        break;
    default:
        return false;
    }
    return true;
}

static const char *box_name(struct web_call *c, const struct action_input *in, struct sv value)
{
    return arena_printf(c->arena, "%s.%.*s", in->name, SV_ARG(value));
}

static bool is_given(const struct action_values *given, const char *name, struct sv value)
{
    for (size_t i = 0; i < given->list.len; i++)
        if (sv_eq_str(given->list.at[i].name, name) && sv_eq(given->list.at[i].text, value))
            return true;
    return false;
}

static void boxes(struct web_call *c, const struct action_input *in, const struct choices *choices,
                  const struct action_values *given)
{
    markup_open(&c->markup, "fieldset");
    markup_element(&c->markup, "legend", sv_str(in->label));
    for (size_t i = 0; i < choices->list.len; i++) {
        const struct web_choice *k = &choices->list.at[i];
        web_box(c, box_name(c, in, k->value), is_given(given, in->name, k->value), k->label, k->help);
    }
    markup_close(&c->markup, "fieldset");
}

/* ---- open lists: what is there is suggested ---- */

static enum due_kind clock_of(enum input_kind kind)
{
    switch (kind) {
    case INPUT_ROUND:
        return DUE_ROUND;
    case INPUT_CALL:
        return DUE_CALL;
    case INPUT_EMBARGO:
        return DUE_EMBARGO;
    case INPUT_REVIEW:
        return DUE_REVIEW;
    case INPUT_HANDOVER:
        return DUE_HANDOVER;
    default:
        return DUE_KINDS;
    }
}

static void suggestions_for(struct web_call *c, enum input_kind kind, struct choices *out)
{
    struct due_list due = {{NULL, 0, 0}};
    if (kind == INPUT_MEMBER)
        for (size_t i = 0; i < c->frame->people->list.len && out->list.len < SUGGESTIONS_MAX; i++)
            if (!c->frame->people->list.at[i].gone)
                add(c, out, c->frame->people->list.at[i].name, SV_NONE, SV_NONE);
    if (clock_of(kind) == DUE_KINDS)
        return;
    due_collect(c->arena, c->frame, &due);
    for (size_t i = 0; i < due.list.len && out->list.len < SUGGESTIONS_MAX; i++)
        if (due.list.at[i].kind == clock_of(kind))
            add(c, out, due.list.at[i].id, due.list.at[i].what, SV_NONE);
}

static const char *suggest(struct web_call *c, const struct action_input *in)
{
    struct markup *m = &c->markup;
    struct choices list = {{NULL, 0, 0}};
    suggestions_for(c, in->kind, &list);
    if (!list.list.len)
        return NULL;
    const char *id = arena_printf(c->arena, "list-%s", in->name);
    markup_open(m, "datalist");
    markup_attr_str(m, "id", id);
    for (size_t i = 0; i < list.list.len; i++) {
        markup_open(m, "option");
        markup_attr(m, "value", list.list.at[i].value);
        markup_text(m, list.list.at[i].label);
        markup_close(m, "option");
    }
    markup_close(m, "datalist");
    return id;
}

/* ---- one field ---- */

static struct sv lines_of(struct web_call *c, const struct action_input *in, const struct action_values *given)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < given->list.len; i++)
        if (sv_eq_str(given->list.at[i].name, in->name))
            str_addf(&out, "%.*s\n", SV_ARG(given->list.at[i].text));
    struct sv text = arena_sv(c->arena, str_sv(&out));
    str_release(&out);
    return text;
}

static const char *help_of(struct web_call *c, const struct action_input *in, bool many)
{
    bool wanted = (in->flags & INPUT_WANTED) != 0;
    const char *more = many ? " One a line." : "", *optional = wanted ? "" : " May be left out.";
    if (in->help && strstr(in->help, "eft out"))
        optional = "";
    const char *text = arena_printf(c->arena, "%s%s%s", in->help ? in->help : "", more, optional);
    return *text ? text + (*text == ' ') : NULL;
}

void act_field(struct web_call *c, const struct action_input *in, const struct action_values *given)
{
    struct choices choices = {{NULL, 0, 0}};
    struct sv value = action_value(given, in->name);
    bool many = (in->flags & INPUT_MANY) != 0, lines = many || in->kind == INPUT_TEXT;
    if (in->kind == INPUT_FLAG) {
        web_box(c, in->name, value.len > 0, sv_str(in->label), sv_str(in->help));
    } else if (choices_for(c, in, &choices)) {
        if (many)
            boxes(c, in, &choices, given);
        else
            web_choices(c, in->name, in->label, choices.list.at, choices.list.len, value,
                        (in->flags & INPUT_WANTED) != 0);
    } else {
        web_field(c, &(struct web_field){
                         .name = in->name, .label = in->label, .help = help_of(c, in, many),
                         .type = lines ? NULL : in->kind == INPUT_ADDRESS ? "email" : "text",
                         .rows = many ? 3 : 6, .required = (in->flags & INPUT_WANTED) != 0,
                         .list = lines ? NULL : suggest(c, in), .value = many ? lines_of(c, in, given) : value});
    }
}

/* ---- back from the form ---- */

static void give(struct web_call *c, struct action_values *out, const char *name, struct sv text)
{
    *vec_push(c->arena, &out->list) = (struct action_value){sv_str(name), text};
}

static void give_many(struct web_call *c, const struct action_input *in, const struct form *form,
                      struct action_values *out)
{
    struct choices choices = {{NULL, 0, 0}};
    struct sv rest = form_value(form, in->name), line;
    while (sv_next_line(&rest, &line))
        if (sv_trim(line).len)
            give(c, out, in->name, sv_trim(line));
    if (choices_for(c, in, &choices))
        for (size_t i = 0; i < choices.list.len; i++)
            if (form_has(form, box_name(c, in, choices.list.at[i].value)))
                give(c, out, in->name, choices.list.at[i].value);
}

void act_values_of_form(struct web_call *c, const struct action_form *f, const struct form *form,
                        struct action_values *out)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct action_input *in = &f->inputs[i];
        struct sv value = sv_trim(form_value(form, in->name));
        if (in->flags & INPUT_MANY)
            give_many(c, in, form, out);
        else if (value.len)
            give(c, out, in->name, value);
    }
}
