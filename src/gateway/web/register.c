/* The register as a table that is filtered, sorted and grouped by the address of the page. */
#include "document/document.h"
#include "document/html.h"
#include "gateway/web/pages.h"

#include <stdlib.h>

enum { WORDS_MAX = 10 };

/* What the query asks for; -1 and empty: any. */
struct asked {
    struct web_call *c;
    const struct view *v;
    int stage, area, level, stride, position;
    int64_t priority;
    struct sv document, words, sort, group;
};

struct row {
    int64_t key;     /* by which it is sorted, then by text */
    struct sv text;
    unsigned index;  /* in view->threats */
};
struct rows {
    VEC(struct row) list;
};

/* ---- the query ---- */

static const char *const sorts[] = {"priority", "number", "name", "stage", "changed"};
static const char *const groups[] = {"none", "area", "stage", "priority", "level"};

static bool is_word(const char *const *words, size_t count, struct sv word)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_str(word, words[i]))
            return true;
    return false;
}

static void fault(struct asked *q, const char *name, struct sv value)
{
    diag_error(&q->c->diag, name, 0, 0, arena_printf(q->c->arena, "there is no \"%.*s\"", SV_ARG(value)),
               "one of those that the form offers");
}

static int term_of(struct asked *q, const char *name, const struct terms *terms)
{
    struct sv value = form_value(&q->c->query, name);
    int index = value.len ? terms_find(terms, value) : -1;
    if (value.len && index < 0)
        fault(q, name, value);
    return index;
}

static struct sv word_of(struct asked *q, const char *name, const char *const *words, size_t count)
{
    struct sv value = form_value(&q->c->query, name);
    if (value.len && !is_word(words, count, value))
        fault(q, name, value);
    return value.len ? value : sv_str(words[0]);
}

static void read_query(struct asked *q)
{
    const struct sig *sig = &q->v->profile->sig;
    struct sv stage = form_value(&q->c->query, "stage"), priority = form_value(&q->c->query, "priority");
    uint64_t number = 0;
    q->stage = stage.len ? process_stage(&q->v->profile->process, stage) : -1;
    if (stage.len && q->stage < 0)
        fault(q, "stage", stage);
    q->area = term_of(q, "area", &sig->areas);
    q->level = term_of(q, "level", &sig->levels);
    q->stride = term_of(q, "stride", &sig->stride);
    q->position = term_of(q, "position", &sig->positions);
    if (priority.len && !sv_to_u64(priority, 1000, &number))
        fault(q, "priority", priority);
    q->priority = priority.len ? (int64_t)number : -1;
    q->document = sv_trim(form_value(&q->c->query, "document"));
    q->words = sv_trim(form_value(&q->c->query, "q"));
    q->sort = word_of(q, "sort", sorts, ARRAY_LEN(sorts));
    q->group = word_of(q, "group", groups, ARRAY_LEN(groups));
}

/* ---- filtering ---- */

static bool has(const int *list, size_t len, int wanted)
{
    for (size_t i = 0; i < len; i++)
        if (list[i] == wanted)
            return true;
    return wanted < 0;
}

static bool cites(const struct asked *q, const struct threat_view *t)
{
    for (size_t i = 0; i < t->documents.len; i++)
        if (sv_same_word(q->v->documents.at[t->documents.at[i]].reference->id, q->document))
            return true;
    return !q->document.len;
}

/* All words, in the name or in any text, whatever their case. */
static bool has_words(struct asked *q, const struct threat *t)
{
    struct arena *a = q->c->arena;
    struct sv rest = q->words, word;
    if (!rest.len)
        return true;
    struct sv text = arena_lower(a, sv_str(arena_printf(a, "%.*s\n%.*s", SV_ARG(t->name), SV_ARG(t->source))));
    for (int i = 0; i < WORDS_MAX && sv_split(&rest, ' ', &word); i++)
        if (word.len && sv_find(text, arena_lower(a, word)) < 0)
            return false;
    return true;
}

static bool is_shown(struct asked *q, const struct threat_view *t)
{
    bool ended = (size_t)t->confirmed >= q->v->profile->process.stage_count;
    return (q->stage < 0 ? !ended : t->confirmed == q->stage) && (q->priority < 0 || t->priority == q->priority) &&
           has(t->threat->areas.at, t->threat->areas.len, q->area) &&
           has(t->threat->stride.at, t->threat->stride.len, q->stride) &&
           (q->level < 0 || t->threat->level == q->level) &&
           (q->position < 0 || t->threat->attacker.position == q->position) && cites(q, t) &&
           has_words(q, t->threat);
}

/* ---- sorting ---- */

static int64_t changed_at(const struct threat_view *t)
{
    return t->changes.len ? t->changes.at[t->changes.len - 1].seq : 0;
}

static struct row row_of(const struct asked *q, unsigned index)
{
    const struct threat_view *t = &q->v->threats.at[index];
    struct row r = {.index = index};
    if (sv_eq_str(q->sort, "priority"))
        r.key = t->priority ? (int64_t)t->priority : INT64_MAX; /* what is not rated comes last */
    else if (sv_eq_str(q->sort, "name"))
        r.text = t->threat->name;
    else if (sv_eq_str(q->sort, "stage"))
        r.key = t->confirmed;
    else if (sv_eq_str(q->sort, "changed"))
        r.key = -changed_at(t);
    return r;
}

static int by_key(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int by = x->key != y->key ? (x->key < y->key ? -1 : 1) : sv_cmp(x->text, y->text);
    return by ? by : x->index < y->index ? -1 : x->index > y->index;
}

static void find_rows(struct asked *q, struct rows *out)
{
    for (unsigned i = 0; i < q->v->threats.len; i++)
        if (is_shown(q, &q->v->threats.at[i]))
            *vec_push(q->c->arena, &out->list) = row_of(q, i);
    if (out->list.len)
        qsort(out->list.at, out->list.len, sizeof(*out->list.at), by_key);
}

/* ---- the form ---- */

static void select_term(struct asked *q, const char *name, const char *label, const struct terms *terms, int chosen)
{
    struct arena *a = q->c->arena;
    struct web_choice *choices = arena_new_array(a, struct web_choice, terms->list.len + 1);
    choices[0] = (struct web_choice){SV_NONE, SV("Any"), SV_NONE};
    for (size_t i = 0; i < terms->list.len; i++)
        choices[i + 1] = (struct web_choice){terms->list.at[i].id, terms->list.at[i].name, SV_NONE};
    if (terms->list.len)
        web_select(q->c, name, label, choices, terms->list.len + 1,
                   chosen < 0 ? SV_NONE : terms->list.at[chosen].id);
}

static void select_stage(struct asked *q)
{
    const struct process *p = &q->v->profile->process;
    struct web_choice *choices = arena_new_array(q->c->arena, struct web_choice, p->stages.len + 1);
    choices[0] = (struct web_choice){SV_NONE, SV("Any, but ended"), SV_NONE};
    for (size_t i = 0; i < p->stages.len; i++)
        choices[i + 1] = (struct web_choice){p->stages.at[i].id, p->stages.at[i].name, SV_NONE};
    web_select(q->c, "stage", "Stage", choices, p->stages.len + 1,
               q->stage < 0 ? SV_NONE : p->stages.at[q->stage].id);
}

static void select_priority(struct asked *q)
{
    size_t count = q->v->by_priority.len;
    struct web_choice *choices = arena_new_array(q->c->arena, struct web_choice, count + 1);
    choices[0] = (struct web_choice){SV_NONE, SV("Any"), SV_NONE};
    for (size_t i = 0; i < count; i++) {
        struct sv number = sv_str(arena_printf(q->c->arena, "%zu", i));
        choices[i + 1] = (struct web_choice){number, i ? number : SV("Not rated"), SV_NONE};
    }
    web_select(q->c, "priority", "Priority", choices, count + 1,
               q->priority < 0 ? SV_NONE : sv_str(arena_printf(q->c->arena, "%d", (int)q->priority)));
}

static void select_word(struct asked *q, const char *name, const char *label, const char *const *words, size_t count,
                        struct sv chosen)
{
    struct web_choice *choices = arena_new_array(q->c->arena, struct web_choice, count);
    for (size_t i = 0; i < count; i++)
        choices[i] = (struct web_choice){sv_str(words[i]), sv_str(words[i]), SV_NONE};
    web_select(q->c, name, label, choices, count, chosen);
}

static void form(struct asked *q)
{
    struct web_call *c = q->c;
    struct markup *m = &c->markup;
    const struct sig *sig = &q->v->profile->sig;
    markup_open(m, "form");
    markup_attr_str(m, "class", "act filter");
    markup_attr_str(m, "method", "get");
    markup_attr_str(m, "action", "/register");
    web_field(c, &(struct web_field){.name = "q", .label = "Words", .type = "search", .value = q->words, .max = 200});
    select_stage(q);
    select_term(q, "area", "Area", &sig->areas, q->area);
    select_priority(q);
    select_term(q, "level", "Level", &sig->levels, q->level);
    select_term(q, "stride", "STRIDE", &sig->stride, q->stride);
    select_term(q, "position", "Attacker", &sig->positions, q->position);
    web_field(c, &(struct web_field){.name = "document", .label = "Cites", .type = "text", .value = q->document,
                                     .max = 60});
    select_word(q, "sort", "Sort by", sorts, ARRAY_LEN(sorts), q->sort);
    select_word(q, "group", "Group by", groups, ARRAY_LEN(groups), q->group);
    web_form_end(c, "Show");
}

/* ---- the table ---- */

static void table(struct asked *q, const struct rows *rows, const char *caption)
{
    struct arena *a = q->c->arena;
    unsigned *list = arena_new_array(a, unsigned, rows->list.len + 1);
    const struct html_context html = {.view = q->v, .root = "/", .heading = 3};
    for (size_t i = 0; i < rows->list.len; i++)
        list[i] = rows->list.at[i].index;
    html_blocks(&q->c->markup, &html, document_threat_table(a, q->v, list, rows->list.len, caption));
}

/* Whether a threat belongs into the group of that number; a threat may be in several areas. */
static bool is_in_group(const struct asked *q, const struct threat_view *t, size_t group)
{
    if (sv_eq_str(q->group, "area"))
        return has(t->threat->areas.at, t->threat->areas.len, (int)group);
    if (sv_eq_str(q->group, "stage"))
        return t->confirmed == (int)group;
    if (sv_eq_str(q->group, "level"))
        return t->threat->level == (int)group;
    return t->priority == group;
}

static size_t group_count(const struct asked *q)
{
    const struct profile *p = q->v->profile;
    return sv_eq_str(q->group, "area")    ? p->sig.areas.list.len
           : sv_eq_str(q->group, "stage") ? p->process.stages.len
           : sv_eq_str(q->group, "level") ? p->sig.levels.list.len
                                          : q->v->by_priority.len;
}

static struct sv group_name(const struct asked *q, size_t group)
{
    const struct profile *p = q->v->profile;
    if (sv_eq_str(q->group, "area"))
        return p->sig.areas.list.at[group].name;
    if (sv_eq_str(q->group, "stage"))
        return p->process.stages.at[group].name;
    if (sv_eq_str(q->group, "level"))
        return p->sig.levels.list.at[group].name;
    return sv_str(group ? arena_printf(q->c->arena, "Priority %zu", group) : "Not rated");
}

static void grouped(struct asked *q, const struct rows *rows)
{
    for (size_t g = 0; g < group_count(q); g++) {
        struct rows some = {{NULL, 0, 0}};
        for (size_t i = 0; i < rows->list.len; i++)
            if (is_in_group(q, &q->v->threats.at[rows->list.at[i].index], g))
                *vec_push(q->c->arena, &some.list) = rows->list.at[i];
        if (!some.list.len)
            continue;
        struct sv name = group_name(q, g);
        markup_element(&q->c->markup, "h2", name);
        table(q, &some, arena_printf(q->c->arena, "%.*s: %zu threat%s", SV_ARG(name), some.list.len,
                                     some.list.len == 1 ? "" : "s"));
    }
}

int register_page(struct web_call *c, struct err *err)
{
    struct asked q = {.c = c};
    struct rows rows = {{NULL, 0, 0}};
    int rc = web_view(c, &q.v, err);
    if (rc)
        return rc;
    read_query(&q);
    if (c->diag.errors)
        c->out->status = 422;
    else
        find_rows(&q, &rows);
    web_begin(c, c->route->title);
    if (c->diag.errors)
        web_fault(c, "The address of this page asks for what there is not:");
    form(&q);
    const char *caption = arena_printf(c->arena, "%zu of %zu threats", rows.list.len, q.v->threats.len);
    if (!rows.list.len)
        web_text(c, "No threat is like that. Leave some of it open, and ask again.");
    else if (sv_eq_str(q.group, "none"))
        table(&q, &rows, caption);
    else
        grouped(&q, &rows);
    web_end(c);
    return CM_OK;
}
