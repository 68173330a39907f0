/* How sure the order of the register is: which threats could change places within the published spread of their
 * ratings. Nothing is said while no rating has a spread, as those of one editor have none. */
#include "document/build.h"
#include "register/sensitivity.h"

struct spread_threats {
    VEC(struct sensitivity_threat) list;
    VEC(unsigned) index; /* in view->threats */
    bool any;            /* one of them has a spread */
};

static bool has_spread(const struct rating *r)
{
    return r->low >= 0 && r->high > r->low;
}

static void collect(struct arena *a, const struct view *v, struct spread_threats *out)
{
    for (unsigned i = 0; i < v->threats.len; i++) {
        const struct threat_view *t = &v->threats.at[i];
        const struct rating *likelihood = &t->threat->likelihood, *damage = &t->threat->damage;
        if (!t->priority || build_is_end(v, t->threat->stage))
            continue;
        out->any = out->any || has_spread(likelihood) || has_spread(damage);
        *vec_push(a, &out->list) = (struct sensitivity_threat){
            .priority = t->priority,
            .likelihood_low = likelihood->low >= 0 ? likelihood->low : likelihood->level,
            .likelihood_high = likelihood->high >= 0 ? likelihood->high : likelihood->level,
            .damage_low = damage->low >= 0 ? damage->low : damage->level,
            .damage_high = damage->high >= 0 ? damage->high : damage->level,
        };
        *vec_push(a, &out->index) = i;
    }
}

static void group_row(struct arena *a, const struct view *v, struct doc_block *table, const struct spread_threats *all,
                      const struct sensitivity *s, const struct sensitivity_group *g)
{
    struct doc_block *row = build_row(a, table);
    unsigned *members = arena_new_array(a, unsigned, g->count);
    for (size_t i = 0; i < g->count; i++)
        members[i] = all->index.at[s->order[g->first + i]];
    build_row_heading(a, row, build_sv(a, "%zu to %zu", g->first + 1, g->first + g->count));
    build_threat_list(a, build_cell(a, row, SV_NONE), v, members, g->count);
}

void build_sensitivity(struct arena *a, const struct view *v, struct doc_block *parent)
{
    struct spread_threats all = {0};
    struct sensitivity s;
    struct str text = STR_INIT;
    struct doc_block *table = NULL;
    collect(a, v, &all);
    if (!all.any)
        return;
    sensitivity_find(a, all.list.at, all.list.len, sensitivity_of_sig, &v->profile->sig, &s);
    sensitivity_say(&s, SV("the spread of their estimates"), &text);
    build_paragraph(a, parent, "How sure this order is: %.*s", SV_ARG(str_sv(&text)))->anchor = SV("sensitivity");
    str_release(&text);
    for (size_t i = 0; i < s.groups.len; i++) {
        if (s.groups.at[i].count < 2)
            continue;
        if (!table) {
            table = build_table(a, parent, SV("sensitivity-table"), "Places that could change hands");
            build_header(a, table, (const char *const[]){"Places", "Threats"}, 2);
        }
        group_row(a, v, table, &all, &s, &s.groups.at[i]);
    }
}
