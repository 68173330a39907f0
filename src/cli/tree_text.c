#include "cli/tree_text.h"

#include "base/utf8.h"
#include "tree/io/analysis_json.h"
#include "tree/io/analysis_words.h"

#include <math.h>
#include <stdio.h>

enum { TEXT_WIDTH = 92, LISTED_STEPS = 12, DEPTH_SHOWN = 24 };

struct printer {
    struct cli *c;
    struct arena *a;
    const struct tree_analysis *t;
    const struct tree_text *what;
};

/* ---- pieces ---- */

static void bold(const struct printer *p, struct sv text)
{
    printf("%s%.*s%s", p->what->colour ? "\033[1m" : "", SV_ARG(text), p->what->colour ? "\033[0m" : "");
}

static void heading(const struct printer *p, const char *text)
{
    putchar('\n');
    bold(p, sv_str(text));
    putchar('\n');
}

/* Wraps at blanks; the first line after `lead`, which is `indent` wide, like all others. */
static void wrapped(const char *lead, size_t indent, struct sv text)
{
    size_t column = indent;
    struct sv word;
    bool first = true;
    fputs(lead, stdout);
    while (sv_split(&text, ' ', &word)) {
        size_t width = utf8_width(word);
        if (!first && column + 1 + width > TEXT_WIDTH) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            putchar(' ');
            column++;
        }
        fwrite(word.at, 1, word.len, stdout);
        column += width;
        first = false;
    }
    putchar('\n');
}

static void paragraph(struct sv text)
{
    if (text.len)
        wrapped("  ", 2, text);
}

static struct sv plain(const struct printer *p, const char *text)
{
    return sv_str(arena_strdup(p->a, text));
}

/* A table whose cells are cut nowhere; columns but the first stand to the right. */
struct grid {
    size_t columns;
    VEC(struct sv) cells;
};

static void cell(const struct printer *p, struct grid *g, struct sv text)
{
    *vec_push(p->a, &g->cells) = text;
}

static void grid_print(const struct printer *p, const struct grid *g)
{
    size_t *widths = arena_new_array(p->a, size_t, g->columns);
    for (size_t i = 0; i < g->cells.len; i++) {
        size_t width = utf8_width(g->cells.at[i]), *w = &widths[i % g->columns];
        *w = width > *w ? width : *w;
    }
    for (size_t i = 0; i < g->cells.len; i++) {
        size_t column = i % g->columns, pad = widths[column] - utf8_width(g->cells.at[i]);
        if (column == 0)
            fputs("  ", stdout);
        if (i < g->columns && p->what->colour)
            fputs("\033[2m", stdout);
        if (column)
            printf("%*s", (int)pad + 2, "");
        fwrite(g->cells.at[i].at, 1, g->cells.at[i].len, stdout);
        if (i < g->columns && p->what->colour)
            fputs("\033[0m", stdout);
        if (column == 0 && g->columns > 1)
            printf("%*s", (int)pad, "");
        if (column + 1 == g->columns)
            putchar('\n');
    }
}

/* A node's label in a table: shortened, since the outline has all of it. */
static struct sv label(const struct printer *p, uint32_t node)
{
    struct sv text = words_node(p->t->tree, node);
    size_t at = 0, width = 0;
    if (utf8_width(text) <= 52)
        return text;
    while (at < text.len && width < 51) {
        size_t next = at;
        utf8_next(text, &next);
        width += utf8_width(sv_from(text.at + at, next - at));
        at = next;
    }
    return sv_str(arena_printf(p->a, "%.*s\xe2\x80\xa6", (int)at, text.at));
}

/* ---- parts ---- */

static void print_head(const struct printer *p)
{
    const struct tree_counts *n = &p->t->counts;
    bold(p, p->t->tree->nodes.at[0].label);
    printf("\n  %zu step%s, %zu gate%s", n->steps, n->steps == 1 ? "" : "s", n->gates, n->gates == 1 ? "" : "s");
    if (n->countermeasures)
        printf(", %zu countermeasure%s", n->countermeasures, n->countermeasures == 1 ? "" : "s");
    if (n->approaches)
        printf(", %zu potential approach%s", n->approaches, n->approaches == 1 ? "" : "es");
    if (p->t->tree->shared)
        printf(", %zu shared", p->t->tree->shared);
    putchar('\n');
    for (size_t i = 0; p->what->added && i < p->t->tree->nodes.len; i++)
        if (p->what->added[i])
            printf("  With the approach \xe2\x80\x9c%.*s\xe2\x80\x9d in place.\n",
                   SV_ARG(words_node(p->t->tree, (uint32_t)i)));
}

static void print_story(const struct printer *p)
{
    struct words_story story;
    words_story(p->a, p->t, &story);
    putchar('\n');
    paragraph(story.attacks);
    paragraph(story.worlds);
    paragraph(story.gap);
    paragraph(story.help);
    paragraph(story.limits);
}

static void print_worlds(const struct printer *p)
{
    struct grid g = {.columns = 6};
    static const char *const head[] = {"", "probability", "minimal attacks", "cheapest", "fastest", "least skill"};
    static const enum tree_measure measures[] = {MEASURE_COST, MEASURE_TIME, MEASURE_SKILL};
    if (p->t->counts.countermeasures == 0 && !p->what->added)
        return;
    for (size_t i = 0; i < ARRAY_LEN(head); i++)
        cell(p, &g, sv_str(head[i]));
    for (int i = 0; i < TREE_WORLDS; i++) {
        const struct analysis_world *w = &p->t->worlds[i];
        if (!p->t->computed[i] || !w->defined)
            continue;
        cell(p, &g, words_world((enum tree_world)i));
        cell(p, &g, w->probability.known ? words_number(p->a, &w->probability) : SV("-"));
        cell(p, &g, w->minimal_attacks ? words_count(p->a, w->minimal_attacks) : SV("-"));
        for (size_t k = 0; k < ARRAY_LEN(measures); k++) {
            enum tree_measure m = measures[k];
            cell(p, &g, w->best[m].len ? words_measure(p->a, m, w->best[m].at[0].by[m]) : SV("-"));
        }
    }
    heading(p, "Three worlds");
    grid_print(p, &g);
}

static void print_attack(const struct printer *p, const char *lead, size_t indent, const struct tree_attack *attack)
{
    struct sv measures = words_attack_measures(p->a, p->t->tree, attack);
    printf("%s%.*s\n", lead, SV_ARG(measures));
    for (uint32_t k = 0; k < attack->len && k < LISTED_STEPS; k++)
        wrapped(arena_printf(p->a, "%*s", (int)indent + 2, "- "), indent + 2, words_node(p->t->tree, attack->steps[k]));
    if (attack->len > LISTED_STEPS)
        printf("%*sand %u more\n", (int)indent, "", attack->len - LISTED_STEPS);
}

static void print_attacks(const struct printer *p)
{
    enum tree_measure by;
    const struct analysis_world *w = &p->t->worlds[p->t->main_world];
    const struct tree_attacks *best = analysis_best(w, p->what->by, &by);
    static const char *const words[TREE_MEASURES] = {"likeliest first", "cheapest first", "fastest first",
                                                     "fastest first, one pair of hands", "least skill first",
                                                     "fewest steps first", "most damage first"};
    if (best->len == 0)
        return;
    heading(p, arena_printf(p->a, "Minimal attacks, %s", words[by]));
    if (by != p->what->by && p->what->by != MEASURE_PROBABILITY)
        printf("  (not by %s: the tree lacks values for it)\n", tree_measure_names[p->what->by]);
    size_t shown = best->len < p->what->best ? best->len : p->what->best;
    for (size_t i = 0; i < shown; i++) {
        char lead[32];
        snprintf(lead, sizeof(lead), "%3zu. ", i + 1);
        print_attack(p, lead, 5, &best->at[i]);
    }
    if (best->len > shown)
        printf("  and %zu more (--best %zu shows them)\n", best->len - shown, best->len);
    if (!isnan(w->cutoff) && by == MEASURE_PROBABILITY)
        printf("  A limit ended the search; every minimal attack likelier than %.*s is among them.\n",
               SV_ARG(words_probability(p->a, w->cutoff)));
    else if (!best->exact)
        puts("  A limit ended the search: better attacks may exist.");
}

static void print_sentences(const struct printer *p, const struct explanation *e)
{
    paragraph(explain_plain(p->a, e));
}

/* The way of the best attack through the tree, and what its figures come from. */
static void print_explanation(const struct printer *p)
{
    enum tree_measure by;
    const struct analysis_world *w = &p->t->worlds[p->t->main_world];
    const struct tree_attacks *best = analysis_best(w, p->what->by, &by);
    static const char *const words[TREE_MEASURES] = {"likeliest", "cheapest", "fastest", "least laborious",
                                                     "least skilled", "shortest", "most damaging"};
    const struct analysis_explanation *e = &w->explained[by];
    if (best->len == 0)
        return;
    heading(p, arena_printf(p->a, "The way of the %s attack", words[by]));
    for (size_t i = 0; i < e->path.steps.len; i++) {
        const struct explain_step *s = &e->path.steps.at[i];
        size_t indent = 2 + 2 * (s->depth < DEPTH_SHOWN ? (size_t)s->depth : DEPTH_SHOWN);
        wrapped(arena_printf(p->a, "%*s", (int)indent, ""), indent, words_path_step(p->a, p->t->tree, s));
    }
    if (!e->path.steps.len)
        puts("  Its steps alone do not reach the goal: something else must not happen.");
    if (e->path.steps.len && e->limits.parts.len)
        putchar('\n');
    print_sentences(p, &e->limits);
    print_sentences(p, &w->importance_text);
    print_sentences(p, &w->front_text);
}

static struct sv deployed(const struct printer *p, uint32_t node)
{
    const struct tree_value *v = &p->t->tree->nodes.at[node].values[TREE_DEPLOYED];
    return v->kind == TREE_NO_VALUE ? SV("-") : v->text;
}

static void print_approaches(const struct printer *p)
{
    struct grid g = {.columns = 4};
    if (p->t->approaches_len == 0)
        return;
    cell(p, &g, SV(""));
    cell(p, &g, SV("deployed"));
    cell(p, &g, SV("removes"));
    cell(p, &g, SV("leaves"));
    const struct analysis_approach *const *sorted = words_by_worth(p->a, p->t);
    for (size_t i = 0; i < p->t->approaches_len; i++) {
        const struct analysis_approach *a = sorted[i];
        bool potential = p->t->tree->nodes.at[a->node].role == TREE_APPROACH;
        cell(p, &g, sv_str(arena_printf(p->a, "%c %.*s", potential ? '?' : '!', SV_ARG(label(p, a->node)))));
        cell(p, &g, potential ? SV("no") : deployed(p, a->node));
        cell(p, &g, words_probability(p->a, a->removes));
        cell(p, &g, words_probability(p->a, a->leaves));
    }
    heading(p, "What deploying each everywhere (!) or adding it (?) does to the probability");
    grid_print(p, &g);
}

static struct sv ratio(const struct printer *p, double value)
{
    return isinf(value) ? SV("all") : isnan(value) ? SV("-") : words_ratio(p->a, value);
}

static void print_importance(const struct printer *p)
{
    const struct tree_importances *all = &p->t->worlds[p->t->main_world].importance;
    struct grid g = {.columns = 6};
    static const char *const head[] = {"", "Birnbaum", "criticality", "Fussell-Vesely", "RAW", "RRW"};
    size_t count = p->what->whole ? all->len : all->len < 8 ? all->len : 8;
    if (count == 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(head); i++)
        cell(p, &g, sv_str(head[i]));
    for (size_t i = 0; i < count; i++) {
        const struct tree_importance *v = &all->at[i];
        cell(p, &g, label(p, v->node));
        cell(p, &g, ratio(p, v->birnbaum));
        cell(p, &g, ratio(p, v->criticality));
        cell(p, &g, ratio(p, v->fussell_vesely));
        cell(p, &g, ratio(p, v->raw));
        cell(p, &g, ratio(p, v->rrw));
    }
    heading(p, "Importance");
    grid_print(p, &g);
    if (count < all->len)
        printf("  and %zu more (--all)\n", all->len - count);
}

static void print_front(const struct printer *p, const char *title, const struct tree_front *f)
{
    struct grid g = {.columns = f->axes_len + 1};
    if (f->axes_len == 0 || f->len == 0)
        return;
    for (unsigned k = 0; k < f->axes_len; k++)
        cell(p, &g, plain(p, tree_measure_names[f->axes[k]]));
    cell(p, &g, SV("steps"));
    for (size_t i = 0; i < f->len; i++) {
        for (unsigned k = 0; k < f->axes_len; k++)
            cell(p, &g, words_measure(p->a, f->axes[k], f->at[i].by[k]));
        cell(p, &g, sv_str(arena_printf(p->a, "%u", f->at[i].attack.len)));
    }
    heading(p, title);
    grid_print(p, &g);
    if (!f->exact)
        puts("  A limit ended the search: better points may exist.");
}

/* A front that was asked for by its measures: also that it is empty is said. */
static void print_chosen_front(const struct printer *p, const struct tree_front *f)
{
    const char *title = tree_measure_names[f->axes[0]];
    for (unsigned k = 1; k < f->axes_len; k++)
        title = arena_printf(p->a, "%s, %s", title, tree_measure_names[f->axes[k]]);
    title = arena_printf(p->a, "No attack is better in all of %s", title);
    if (f->len) {
        print_front(p, title, f);
        return;
    }
    heading(p, title);
    if (f->missing == UINT32_MAX)
        puts("  there is no attack");
    else
        printf("  cannot be said: %s of \xe2\x80\x9c%.*s\xe2\x80\x9d is not given\n",
               tree_measure_names[f->missing_measure], SV_ARG(words_node(p->t->tree, f->missing)));
}

static void print_choice(const struct printer *p, struct str *out, const uint32_t *nodes, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        str_addf(out, "%s%.*s", i ? "; " : "", SV_ARG(words_node(p->t->tree, nodes[i])));
    if (len == 0)
        str_add_str(out, "nothing");
}

/* All steps that the money buys, tried together: more than the best single attack. */
static void print_attempt(const struct printer *p, const struct tree_front *front, double budget)
{
    const struct tree_front_point *best = analysis_within(front, budget);
    struct str text = STR_INIT;
    if (!best || best->attack.len == 0)
        return;
    str_addf(&text, "trying everything that it buys, an attacker succeeds with %s%.*s, for %.*s: ",
             front->exact ? "" : "at least ", SV_ARG(words_probability(p->a, best->by[1])),
             SV_ARG(words_measure(p->a, MEASURE_COST, best->by[0])));
    print_choice(p, &text, best->attack.steps, best->attack.len);
    wrapped("  ", 4, str_sv(&text));
    str_release(&text);
}

static void print_budgets(const struct printer *p)
{
    const struct analysis_world *w = &p->t->worlds[p->t->main_world];
    for (size_t i = 0; i < p->what->budgets_len; i++) {
        double budget = p->what->budgets[i];
        const struct tree_front_point *attack = analysis_within(&w->cost_probability, budget);
        const struct defence_choice *defence = analysis_defence_within(&p->t->cost_residual, budget);
        heading(p, arena_printf(p->a, "With a budget of %.*s", SV_ARG(words_measure(p->a, MEASURE_COST, budget))));
        if (attack)
            print_attack(p, arena_printf(p->a, "  an attacker's best: "), 4, &attack->attack);
        else if (w->cost_probability.missing != UINT32_MAX)
            puts("  what an attacker can do cannot be said: costs or probabilities are missing");
        else
            puts("  an attacker can do nothing");
        print_attempt(p, &w->budget_probability, budget);
        if (defence) {
            struct str text = STR_INIT;
            str_addf(&text, "a defender's best leaves %.*s, for %.*s: ",
                     SV_ARG(words_probability(p->a, defence->probability)),
                     SV_ARG(words_measure(p->a, MEASURE_COST, defence->cost)));
            print_choice(p, &text, defence->nodes, defence->len);
            wrapped("  ", 4, str_sv(&text));
            str_release(&text);
        }
    }
}

static void print_defence(const struct printer *p)
{
    struct grid g = {.columns = 4};
    if (p->t->budgets_len) {
        cell(p, &g, SV("defence budget"));
        cell(p, &g, SV("leaves"));
        cell(p, &g, SV("cheapest attack"));
        cell(p, &g, SV(""));
        for (size_t i = 0; i < p->t->budgets_len; i++) {
            const struct defence_budget *b = &p->t->budgets[i];
            cell(p, &g, words_measure(p->a, MEASURE_COST, b->budget));
            cell(p, &g, words_probability(p->a, b->least_probability.probability));
            cell(p, &g, words_measure(p->a, MEASURE_COST, b->dearest_attack.cheapest));
            cell(p, &g, b->exact ? SV("") : sv_str(arena_printf(p->a, "not proven best; at least %.*s is left",
                                                                SV_ARG(words_probability(p->a, b->bound)))));
        }
        heading(p, "What a defender can buy");
        grid_print(p, &g);
    }
    if (p->t->no_budgets.node != UINT32_MAX) {
        heading(p, "What a defender can buy");
        printf("  cannot be said: %.*s\n",
               SV_ARG(words_missing(p->a, p->t->tree, p->t->no_budgets.node, p->t->no_budgets.attribute)));
    }
    if (!p->t->cuts.len)
        return;
    heading(p, "Smallest sets of countermeasures that leave no attack");
    for (size_t i = 0; i < p->t->cuts.len && i < 5; i++) {
        struct str text = STR_INIT;
        print_choice(p, &text, p->t->cuts.at[i].nodes, p->t->cuts.at[i].len);
        wrapped("  - ", 4, str_sv(&text));
        str_release(&text);
    }
    if (p->t->cuts.count && !sv_eq(sv_str(p->t->cuts.count), sv_str(arena_printf(p->a, "%zu", p->t->cuts.len))))
        printf("  of %.*s\n", SV_ARG(words_count(p->a, p->t->cuts.count)));
}

static void sample_row(const struct printer *p, struct grid *g, const char *name, enum tree_measure m,
                       const struct tree_samples *s)
{
    const double values[] = {s->mean, s->q05, s->q50, s->q95};
    if (s->undefined >= p->t->trials)
        return;
    cell(p, g, plain(p, name));
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        cell(p, g, words_measure(p->a, m, values[i]));
}

static void print_samples(const struct printer *p)
{
    struct grid g = {.columns = 5};
    static const char *const head[] = {"", "mean", "5 %", "median", "95 %"};
    if (!p->t->sampled)
        return;
    for (size_t i = 0; i < ARRAY_LEN(head); i++)
        cell(p, &g, sv_str(head[i]));
    for (int i = 0; i < TREE_WORLDS; i++)
        if (p->t->computed[i] && p->t->worlds[i].defined)
            sample_row(p, &g, arena_printf(p->a, "probability, %.*s", SV_ARG(words_world((enum tree_world)i))),
                       MEASURE_PROBABILITY, &p->t->sampled_probability[i]);
    for (int m = MEASURE_COST; m < TREE_MEASURES; m++)
        if (m != MEASURE_SIZE)
            sample_row(p, &g, arena_printf(p->a, "best %s", tree_measure_names[m]), (enum tree_measure)m,
                       &p->t->sampled_measures[m]);
    heading(p, arena_printf(p->a, "Uncertainty, %llu trials", (unsigned long long)p->t->trials));
    grid_print(p, &g);
    for (size_t i = 0; i < p->t->drivers_len && i < 5; i++)
        printf("  %3.0f %% of the spread comes from %s of \xe2\x80\x9c%.*s\xe2\x80\x9d\n", p->t->drivers[i].share * 100,
               tree_attribute_names[p->t->drivers[i].attribute], SV_ARG(words_node(p->t->tree, p->t->drivers[i].node)));
}

void tree_text_print(struct cli *c, const struct tree_analysis *t, const struct tree_text *what)
{
    struct printer p = {c, &c->arena, t, what};
    const struct analysis_world *w = &t->worlds[t->main_world];
    print_head(&p);
    print_story(&p);
    print_worlds(&p);
    print_attacks(&p);
    if (what->explain)
        print_explanation(&p);
    print_approaches(&p);
    print_budgets(&p);
    if (what->whole) {
        print_importance(&p);
        print_front(&p, "Cost against probability: no attack is better in both", &w->cost_probability);
        print_front(&p, "Cost against damage", &w->cost_damage);
        print_front(&p, "Cost against time", &w->cost_time);
        print_front(&p, "Cost against skill", &w->cost_skill);
        print_front(&p, "Cost against time and probability", &w->cost_time_probability);
        print_defence(&p);
    }
    for (size_t i = 0; i < w->chosen_len; i++)
        print_chosen_front(&p, &w->chosen[i]);
    print_samples(&p);
}
