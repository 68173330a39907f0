#include "tree/io/analysis_json.h"

#include "base/map.h"

#include <math.h>

struct writer {
    struct json *j;
    const struct tree_analysis *t;
    const struct analysis_json *what;
    const struct sv *names;
    struct arena *scratch;
};

const char *const analysis_world_names[TREE_WORLDS] = {"none", "deployed", "all"};

/* What is best in each order, over all attacks. */
static const char *const extreme_keys[ANALYSIS_BEST] = {
    [MEASURE_PROBABILITY] = "max_probability", [MEASURE_COST] = "min_cost",         [MEASURE_TIME] = "min_time_max",
    [MEASURE_TIME_SUM] = "min_time_sum",       [MEASURE_SKILL] = "min_skill", [MEASURE_SIZE] = "min_size",
};

const struct sv *analysis_names(struct arena *a, const struct tree *t)
{
    struct sv *names = arena_new_array(a, struct sv, t->nodes.len);
    struct map taken; /* label or id -> the first node that has it */
    const struct sv *anchors = NULL;
    map_init(&taken, a);
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        names[i] = n->id.len ? n->id : n->label.len ? n->label : n->reference;
        struct sv *first = map_get(&taken, names[i]);
        if (!first) {
            map_set(&taken, names[i], &names[i]);
            continue;
        }
        if (!anchors)
            anchors = tree_anchors(a, t);
        names[i] = anchors[i];
        *first = anchors[first - names];
    }
    return names;
}

const struct tree_attacks *analysis_best(const struct analysis_world *w, enum tree_measure by,
                                         enum tree_measure *out_used)
{
    *out_used = (int)by < ANALYSIS_BEST && w->best[by].len ? by : MEASURE_SIZE;
    if (!w->best[*out_used].len) /* of bounds, only the likeliest are known */
        *out_used = w->best[MEASURE_PROBABILITY].len ? MEASURE_PROBABILITY : MEASURE_SIZE;
    return &w->best[*out_used];
}

const struct tree_front_point *analysis_within(const struct tree_front *f, double budget)
{
    const struct tree_front_point *best = NULL;
    for (size_t i = 0; i < f->len && f->at[i].by[0] <= budget; i++)
        best = &f->at[i];
    return best;
}

const struct defence_choice *analysis_defence_within(const struct defence_front *f, double budget)
{
    const struct defence_choice *best = NULL;
    for (size_t i = 0; i < f->len && f->at[i].cost <= budget; i++)
        best = &f->at[i];
    return best;
}

static bool gate_holds(const struct tree_node *n, const bool *reached)
{
    size_t all = n->children.len, held = 0;
    for (size_t i = 0; i < all; i++)
        held += reached[n->children.at[i]];
    switch (n->gate) {
    case TREE_AND:
    case TREE_SAND:
        return held == all;
    case TREE_AT_LEAST:
        return held >= n->k;
    case TREE_CARDINALITY:
        return held >= n->k && held <= n->k_max;
    case TREE_NOT:
    case TREE_NOR:
        return held == 0;
    case TREE_XOR:
        return held % 2 == 1;
    case TREE_NAND:
        return held < all;
    case TREE_IFF:
        return held == 0 || held == all;
    case TREE_IMPLY:
        return all == 2 && (!reached[n->children.at[0]] || reached[n->children.at[1]]);
    case TREE_CONSTANT:
        return n->k == 1;
    default:
        return held > 0;
    }
}

const bool *analysis_reached(struct arena *a, const struct tree *t, const struct tree_attack *attack)
{
    bool *reached = arena_new_array(a, bool, t->nodes.len), *way = arena_new_array(a, bool, t->nodes.len);
    struct arena scratch = ARENA_INIT;
    struct err ignored = ERR_INIT;
    struct model m;
    for (uint32_t i = 0; i < attack->len; i++)
        reached[attack->steps[i]] = true;
    if (model_init(&m, &scratch, t, &ignored) == CM_OK) {
        for (size_t i = 0; i < t->nodes.len; i++) {
            const struct tree_node *n = &t->nodes.at[m.order[i]];
            if (n->role == TREE_ATTACK && n->gate != TREE_LEAF)
                reached[m.order[i]] = gate_holds(n, reached);
        }
        way[0] = reached[0];
        for (size_t i = t->nodes.len; i-- > 0;) {
            const struct tree_node *n = &t->nodes.at[m.order[i]];
            for (size_t k = 0; way[m.order[i]] && k < n->children.len; k++)
                way[n->children.at[k]] = reached[n->children.at[k]];
        }
    }
    arena_release(&scratch);
    return way;
}

bool analysis_measure(struct sv name, enum tree_measure *out)
{
    for (int i = 0; i < TREE_MEASURES; i++)
        if (sv_eq_str(name, tree_measure_names[i])) {
            *out = (enum tree_measure)i;
            return true;
        }
    return false;
}

/* ---- single values ---- */

static void number(struct json *j, double value)
{
    if (isfinite(value))
        json_double(j, value);
    else
        json_null(j);
}

static void put_number(struct json *j, const char *key, double value)
{
    json_key(j, key);
    number(j, value);
}

static void put_pair(struct json *j, const char *key, double a, double b)
{
    json_key(j, key);
    json_array(j);
    number(j, a);
    number(j, b);
    json_end(j);
}

static void put_name(const struct writer *w, const char *key, uint32_t node)
{
    json_put(w->j, key, w->names[node]);
}

static void put_names(const struct writer *w, const char *key, const uint32_t *nodes, uint32_t len)
{
    if (key)
        json_key(w->j, key);
    json_array(w->j);
    for (uint32_t i = 0; i < len; i++)
        json_string(w->j, w->names[nodes[i]]);
    json_end(w->j);
}

static void put_missing(const struct writer *w, const char *key, uint32_t node, int attribute)
{
    if (node == UINT32_MAX || node >= w->t->tree->nodes.len)
        return;
    json_key(w->j, key);
    json_object(w->j);
    put_name(w, "node", node);
    json_put(w->j, "label", w->t->tree->nodes.at[node].label);
    if (attribute >= 0 && attribute < TREE_ATTRIBUTES)
        json_put_str(w->j, "attribute", tree_attribute_names[attribute]);
    json_end(w->j);
}

/* probability, exact, bounds where it is not, missing where there is none. */
static void put_probability(const struct writer *w, const struct analysis_number *n)
{
    put_number(w->j, "probability", n->known ? n->value : (double)NAN);
    json_put_bool(w->j, "exact", n->exact);
    if (n->known && !n->exact)
        put_pair(w->j, "bounds", n->lo, n->hi);
    if (!n->known)
        put_missing(w, "missing", n->missing, n->missing_attribute);
}

static void put_count(struct json *j, const char *key, const char *digits)
{
    json_key(j, key);
    json_string_str(j, digits);
}

/* ---- attacks ---- */

static void attack_members(const struct writer *w, const struct tree_attack *a)
{
    put_names(w, "steps", a->steps, a->len);
    for (int m = 0; m < TREE_MEASURES; m++)
        if (isfinite(a->by[m]))
            put_number(w->j, tree_measure_names[m], a->by[m]);
}

static void put_attacks(const struct writer *w, const char *key, const struct tree_attacks *all)
{
    json_key(w->j, key);
    json_array(w->j);
    for (size_t i = 0; i < all->len; i++) {
        json_object(w->j);
        attack_members(w, &all->at[i]);
        json_end(w->j);
    }
    json_end(w->j);
}

static void put_step_sets(const struct writer *w, const char *key, const struct tree_attacks *all)
{
    json_key(w->j, key);
    json_array(w->j);
    for (size_t i = 0; i < all->len; i++)
        put_names(w, NULL, all->at[i].steps, all->at[i].len);
    json_end(w->j);
}

static void put_best(const struct writer *w, const struct analysis_world *world)
{
    enum tree_measure used;
    const struct tree_attacks *best = analysis_best(world, w->what->by, &used);
    json_put_str(w->j, "attacks_by", tree_measure_names[used]);
    json_put_bool(w->j, "attacks_exact", best->exact);
    if (isfinite(world->cutoff)) /* not all attacks are known: all that are likelier than this */
        put_number(w->j, "cutoff", world->cutoff);
    put_attacks(w, "attacks", best);
    json_key(w->j, "best");
    json_object(w->j);
    for (int m = 0; m < ANALYSIS_BEST; m++)
        if (world->best[m].len)
            put_attacks(w, tree_measure_names[m], &world->best[m]);
    json_end(w->j);
    if (world->list.len) {
        json_put_bool(w->j, "all_attacks_complete", world->list.exact);
        put_step_sets(w, "all_attacks", &world->list);
    }
}

/* ---- explanation ---- */

static void put_path(const struct writer *w, const struct explain_path *path)
{
    json_key(w->j, "path");
    json_array(w->j);
    for (size_t i = 0; i < path->steps.len; i++) {
        const struct explain_step *s = &path->steps.at[i];
        json_object(w->j);
        put_name(w, "node", s->node);
        json_put_int(w->j, "depth", (int64_t)s->depth);
        json_put_str(w->j, "choice", s->choice);
        json_end(w->j);
    }
    json_end(w->j);
}

static void put_sentences(const struct writer *w, const char *key, const struct explanation *e)
{
    if (e->parts.len)
        json_put(w->j, key, explain_plain(w->scratch, e));
}

static void put_explanation(const struct writer *w, const struct analysis_world *world)
{
    json_key(w->j, "explanation");
    json_object(w->j);
    for (unsigned m = 0; m < ANALYSIS_BEST; m++) {
        const struct analysis_explanation *e = &world->explained[m];
        if (!e->attack.parts.len)
            continue;
        struct sv attack = explain_plain(w->scratch, &e->attack), limits = explain_plain(w->scratch, &e->limits);
        json_key(w->j, tree_measure_names[m]);
        json_object(w->j);
        put_path(w, &e->path);
        json_put_str(w->j, "text", arena_printf(w->scratch, "%.*s%s%.*s", SV_ARG(attack), limits.len ? " " : "",
                                                SV_ARG(limits)));
        json_end(w->j);
    }
    json_end(w->j);
    put_sentences(w, "importance_text", &world->importance_text);
    put_sentences(w, "front_text", &world->front_text);
}

/* ---- worlds ---- */

static void put_extremes(const struct writer *w, const struct analysis_world *world)
{
    for (int m = 0; m < ANALYSIS_BEST; m++)
        if (world->best[m].len && isfinite(world->best[m].at[0].by[m]))
            put_number(w->j, extreme_keys[m], world->best[m].at[0].by[m]);
}

static void put_world(const struct writer *w, enum tree_world which)
{
    const struct analysis_world *world = &w->t->worlds[which];
    if (!w->t->computed[which])
        return;
    json_key(w->j, analysis_world_names[which]);
    json_object(w->j);
    json_put_bool(w->j, "defined", world->defined);
    if (world->defined) {
        put_probability(w, &world->probability);
        put_count(w->j, "minimal_attacks", world->minimal_attacks);
        put_extremes(w, world);
    } else {
        put_number(w->j, "probability", (double)NAN);
        put_missing(w, "missing", world->undefined_because, TREE_DEPLOYED);
    }
    json_end(w->j);
}

static void put_worlds(const struct writer *w)
{
    json_key(w->j, "worlds");
    json_object(w->j);
    for (int i = 0; i < TREE_WORLDS; i++)
        put_world(w, (enum tree_world)i);
    json_end(w->j);
}

static void put_gap_part(const struct writer *w, const char *key, const char *bounds, const struct analysis_number *n)
{
    put_number(w->j, key, n->known ? n->value : (double)NAN);
    if (n->known && !n->exact)
        put_pair(w->j, bounds, n->lo, n->hi);
}

static void put_gap(const struct writer *w)
{
    json_key(w->j, "gap");
    json_object(w->j);
    put_gap_part(w, "specification", "specification_bounds", &w->t->specification_gap);
    put_gap_part(w, "deployment", "deployment_bounds", &w->t->deployment_gap);
    put_count(w->j, "untouched", w->t->untouched);
    put_step_sets(w, "untouched_attacks", &w->t->untouched_list);
    json_end(w->j);
}

/* ---- importance and approaches ---- */

static void put_importance(const struct writer *w, const struct tree_importances *all)
{
    json_key(w->j, "importance");
    json_object(w->j);
    for (size_t i = 0; i < all->len; i++) {
        const struct tree_importance *v = &all->at[i];
        json_key_sv(w->j, w->names[v->node]);
        json_object(w->j);
        put_number(w->j, "birnbaum", v->birnbaum);
        put_number(w->j, "criticality", v->criticality);
        put_number(w->j, "fussell_vesely", v->fussell_vesely);
        put_number(w->j, "raw", v->raw);
        put_number(w->j, "rrw", v->rrw);
        json_end(w->j);
    }
    json_end(w->j);
}

static void put_approaches(const struct writer *w)
{
    json_key(w->j, "approaches");
    json_array(w->j);
    for (size_t i = 0; i < w->t->approaches_len; i++) {
        const struct analysis_approach *a = &w->t->approaches[i];
        const struct tree_node *n = &w->t->tree->nodes.at[a->node];
        json_object(w->j);
        put_name(w, "node", a->node);
        json_put(w->j, "label", n->label);
        json_put_str(w->j, "kind", n->role == TREE_APPROACH ? "approach" : "countermeasure");
        put_number(w->j, "removes", a->removes);
        put_number(w->j, "leaves", a->leaves);
        json_end(w->j);
    }
    json_end(w->j);
}

/* ---- fronts ---- */

static void put_front(const struct writer *w, const char *key, const struct tree_front *f)
{
    if (f->axes_len == 0)
        return;
    json_key(w->j, key);
    json_object(w->j);
    json_put_bool(w->j, "exact", f->exact);
    if (f->missing != UINT32_MAX) {
        put_name(w, "missing", f->missing);
        json_put_str(w->j, "missing_measure", tree_measure_names[f->missing_measure]);
    }
    json_key(w->j, "points");
    json_array(w->j);
    for (size_t i = 0; i < f->len; i++) {
        json_object(w->j);
        for (unsigned k = 0; k < f->axes_len; k++)
            put_number(w->j, tree_measure_names[f->axes[k]], f->at[i].by[k]);
        put_names(w, "steps", f->at[i].attack.steps, f->at[i].attack.len);
        json_end(w->j);
    }
    json_end(w->j);
    json_end(w->j);
}

/* [[a, b], ...] */
static void put_pairs(const struct writer *w, const char *key, const struct tree_front *f)
{
    if (f->axes_len < 2 || f->missing != UINT32_MAX)
        return;
    json_key(w->j, key);
    json_array(w->j);
    for (size_t i = 0; i < f->len; i++) {
        json_array(w->j);
        number(w->j, f->at[i].by[0]);
        number(w->j, f->at[i].by[1]);
        json_end(w->j);
    }
    json_end(w->j);
}

/* "time_skill" */
static const char *front_key(struct arena *a, const struct tree_front *f)
{
    const char *key = tree_measure_names[f->axes[0]];
    for (unsigned k = 1; k < f->axes_len; k++)
        key = arena_printf(a, "%s_%s", key, tree_measure_names[f->axes[k]]);
    return key;
}

static void put_standard_fronts(const struct writer *w, const struct analysis_world *world)
{
    put_front(w, "cost_probability", &world->cost_probability);
    put_front(w, "cost_damage", &world->cost_damage);
    put_front(w, "cost_time", &world->cost_time);
    put_front(w, "cost_skill", &world->cost_skill);
    put_front(w, "cost_time_probability", &world->cost_time_probability);
    put_front(w, "budget_probability", &world->budget_probability);
}

static void put_fronts(const struct writer *w, const struct analysis_world *world)
{
    json_key(w->j, "fronts");
    json_object(w->j);
    if (w->what->fronts)
        put_standard_fronts(w, world);
    for (size_t i = 0; i < world->chosen_len; i++)
        put_front(w, front_key(w->scratch, &world->chosen[i]), &world->chosen[i]);
    json_end(w->j);
}

/* ---- defence ---- */

static void put_defence_budgets(const struct writer *w)
{
    json_key(w->j, "defence_budget");
    json_array(w->j);
    for (size_t i = 0; i < w->t->budgets_len; i++) {
        const struct defence_budget *b = &w->t->budgets[i];
        json_object(w->j);
        put_number(w->j, "budget", b->budget);
        put_number(w->j, "min_p", b->least_probability.probability);
        put_number(w->j, "max_attacker_min_cost", b->dearest_attack.cheapest);
        json_put_bool(w->j, "exact", b->exact);
        if (!b->exact)
            put_number(w->j, "min_p_bound", b->bound);
        put_names(w, "countermeasures", b->least_probability.nodes, b->least_probability.len);
        json_end(w->j);
    }
    json_end(w->j);
}

static void put_defence_front(const struct writer *w, const char *key, const struct defence_front *f, bool probability)
{
    json_key(w->j, key);
    json_array(w->j);
    for (size_t i = 0; i < f->len; i++) {
        json_array(w->j);
        number(w->j, f->at[i].cost);
        number(w->j, probability ? f->at[i].probability : f->at[i].cheapest);
        json_end(w->j);
    }
    json_end(w->j);
}

static void put_cuts(const struct writer *w)
{
    json_key(w->j, "cuts");
    json_object(w->j);
    put_count(w->j, "count", w->t->cuts.count);
    json_put_bool(w->j, "exact", w->t->cuts.exact);
    json_key(w->j, "sets");
    json_array(w->j);
    for (size_t i = 0; i < w->t->cuts.len; i++) {
        const struct defence_choice *c = &w->t->cuts.at[i];
        json_object(w->j);
        put_names(w, "countermeasures", c->nodes, c->len);
        put_number(w->j, "cost", c->cost);
        json_end(w->j);
    }
    json_end(w->j);
    json_end(w->j);
}

/* Without countermeasures there is one choice: nothing, for nothing. */
static void put_no_defence(const struct writer *w)
{
    const struct analysis_world *world = &w->t->worlds[w->t->main_world];
    const struct tree_attacks *cheapest = &world->best[MEASURE_COST];
    struct defence_choice nothing = {
        .probability = world->probability.known ? world->probability.value : (double)NAN,
        .cheapest = cheapest->len ? cheapest->at[0].by[MEASURE_COST] : (double)NAN};
    struct defence_front front = {&nothing, 1, true};
    json_key(w->j, "defence_budget");
    json_array(w->j);
    json_object(w->j);
    put_number(w->j, "budget", 0);
    put_number(w->j, "min_p", nothing.probability);
    put_number(w->j, "max_attacker_min_cost", nothing.cheapest);
    json_put_bool(w->j, "exact", world->probability.exact);
    put_names(w, "countermeasures", NULL, 0);
    json_end(w->j);
    json_end(w->j);
    put_defence_front(w, "pareto_defence_cost_probability", &front, true);
    put_defence_front(w, "pareto_defence_cost_attack_cost", &front, false);
    put_cuts(w);
}

static void put_defence(const struct writer *w)
{
    if (w->t->counts.countermeasures == 0 && w->t->budgets_len == 0) {
        put_no_defence(w);
        return;
    }
    put_defence_budgets(w);
    put_defence_front(w, "pareto_defence_cost_probability", &w->t->cost_residual, true);
    put_defence_front(w, "pareto_defence_cost_attack_cost", &w->t->cost_cheapest, false);
    put_missing(w, "defence_budget_lacks", w->t->no_budgets.node, w->t->no_budgets.attribute);
    put_missing(w, "residual_front_lacks", w->t->no_residual.node, w->t->no_residual.attribute);
    put_missing(w, "attack_cost_front_lacks", w->t->no_cheapest.node, w->t->no_cheapest.attribute);
    put_cuts(w);
}

static void put_budgets(const struct writer *w, const struct analysis_world *world)
{
    json_key(w->j, "budgets");
    json_array(w->j);
    for (size_t i = 0; i < w->what->budgets_len; i++) {
        double budget = w->what->budgets[i];
        const struct tree_front_point *attack = analysis_within(&world->cost_probability, budget);
        const struct defence_choice *defence = analysis_defence_within(&w->t->cost_residual, budget);
        json_object(w->j);
        put_number(w->j, "budget", budget);
        json_key(w->j, "attacker");
        if (attack) {
            json_object(w->j);
            attack_members(w, &attack->attack);
            json_end(w->j);
        } else {
            json_null(w->j);
        }
        const struct tree_front_point *attempt = analysis_within(&world->budget_probability, budget);
        json_key(w->j, "attempt");
        if (attempt) {
            json_object(w->j);
            put_names(w, "steps", attempt->attack.steps, attempt->attack.len);
            put_number(w->j, "cost", attempt->by[0]);
            put_number(w->j, "probability", attempt->by[1]);
            json_put_bool(w->j, "exact", world->budget_probability.exact);
            json_end(w->j);
        } else {
            json_null(w->j);
        }
        json_key(w->j, "defender");
        if (defence) {
            json_object(w->j);
            put_names(w, "countermeasures", defence->nodes, defence->len);
            put_number(w->j, "cost", defence->cost);
            put_number(w->j, "probability", defence->probability);
            json_end(w->j);
        } else {
            json_null(w->j);
        }
        json_end(w->j);
    }
    json_end(w->j);
}

/* ---- samples ---- */

static void put_quantiles(const struct writer *w, const char *key, const struct tree_samples *s)
{
    json_key(w->j, key);
    if (s->undefined >= w->t->trials) {
        json_null(w->j);
        return;
    }
    const struct {
        const char *key;
        double value;
    } all[] = {{"mean", s->mean}, {"deviation", s->deviation}, {"q05", s->q05}, {"q25", s->q25},
               {"q50", s->q50},   {"q75", s->q75},             {"q95", s->q95}};
    json_object(w->j);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        put_number(w->j, all[i].key, all[i].value);
    if (s->undefined)
        json_put_int(w->j, "undefined", (int64_t)s->undefined);
    json_end(w->j);
}

static void put_samples(const struct writer *w)
{
    const struct tree_analysis *t = w->t;
    json_key(w->j, "samples");
    json_object(w->j);
    json_put_int(w->j, "trials", (int64_t)t->trials);
    json_put_int(w->j, "seed", (int64_t)w->what->seed);
    json_key(w->j, "probability");
    json_object(w->j);
    for (int i = 0; i < TREE_WORLDS; i++)
        if (t->computed[i] && t->worlds[i].defined)
            put_quantiles(w, analysis_world_names[i], &t->sampled_probability[i]);
    json_end(w->j);
    json_key(w->j, "best");
    json_object(w->j);
    for (int m = 0; m < TREE_MEASURES; m++)
        put_quantiles(w, tree_measure_names[m], &t->sampled_measures[m]);
    json_end(w->j);
    json_key(w->j, "drivers");
    json_array(w->j);
    for (size_t i = 0; i < t->drivers_len; i++) {
        json_object(w->j);
        put_name(w, "node", t->drivers[i].node);
        json_put(w->j, "label", t->tree->nodes.at[t->drivers[i].node].label);
        json_put_str(w->j, "attribute", tree_attribute_names[t->drivers[i].attribute]);
        put_number(w->j, "share", t->drivers[i].share);
        json_end(w->j);
    }
    json_end(w->j);
    json_end(w->j);
}

/* ---- the whole ---- */

/* Digits as a number where every reader of JSON can hold it. */
static void put_mcs_count(struct json *j, const char *digits)
{
    uint64_t value;
    if (digits && sv_to_u64(sv_str(digits), (uint64_t)1 << 53, &value))
        json_put_int(j, "mcs_count", (int64_t)value);
    else
        put_count(j, "mcs_count", digits);
}

static void put_whole_world(const struct writer *w, const char *key, enum tree_world which)
{
    const struct analysis_world *world = &w->t->worlds[which];
    if (!w->t->computed[which] || !world->defined)
        return;
    json_key(w->j, key);
    json_object(w->j);
    if (world->probability.known && world->probability.exact)
        put_number(w->j, "p_exact", world->probability.value);
    else if (world->probability.known)
        put_pair(w->j, "p_bounds", world->probability.lo, world->probability.hi);
    put_mcs_count(w->j, world->minimal_attacks);
    put_extremes(w, world);
    if (world->cost_probability.len)
        put_pairs(w, "pareto_cost_probability", &world->cost_probability);
    if (which == WORLD_NONE || world->list.len) {
        put_step_sets(w, "mcs", &world->list);
        if (!world->list.exact && world->list.len)
            json_put_bool(w->j, "mcs_complete", false);
    }
    put_pairs(w, "pareto_cost_damage", &world->cost_damage);
    if (world->importance.len)
        put_importance(w, &world->importance);
    json_end(w->j);
}

static void put_counts(const struct writer *w)
{
    const struct tree_counts *n = &w->t->counts;
    json_put(w->j, "goal", w->t->tree->nodes.at[0].label);
    json_put_int(w->j, "nodes", (int64_t)n->nodes);
    json_put_int(w->j, "steps", (int64_t)n->steps);
    json_put_int(w->j, "gates", (int64_t)n->gates);
    json_put_int(w->j, "countermeasures", (int64_t)n->countermeasures);
    json_put_int(w->j, "potential_approaches", (int64_t)n->approaches);
    if (w->what->whole) {
        json_put_int(w->j, "attack_leaves", (int64_t)n->steps);
        json_put_int(w->j, "defence_leaves", (int64_t)n->countermeasures);
    }
}

void analysis_json_write(struct json *j, const struct tree_analysis *t, const struct analysis_json *what,
                         struct arena *scratch)
{
    struct writer w = {j, t, what, analysis_names(scratch, t->tree), scratch};
    const struct analysis_world *main = &t->worlds[t->main_world];
    put_counts(&w);
    json_put_str(j, "world", analysis_world_names[t->main_world]);
    put_count(j, "minimal_attacks", main->minimal_attacks);
    put_probability(&w, &main->probability);
    json_put_bool(j, "ranges", t->ranges);
    if (what->seconds) {
        put_number(j, "seconds", t->seconds);
        json_put_int(j, "diagram_nodes", (int64_t)t->diagram_nodes);
    }
    if (what->worlds)
        put_worlds(&w);
    if (what->gap)
        put_gap(&w);
    if (what->attacks || isfinite(main->cutoff))
        put_best(&w, main);
    if (what->explanation)
        put_explanation(&w, main);
    if (what->approaches)
        put_approaches(&w);
    if (what->importance)
        put_importance(&w, &main->importance);
    if (what->fronts || main->chosen_len)
        put_fronts(&w, main);
    if (what->budgets_len)
        put_budgets(&w, main);
    if (what->defence)
        put_defence(&w);
    if (t->sampled)
        put_samples(&w);
    if (what->whole) {
        put_whole_world(&w, "no_defence", WORLD_NONE);
        put_whole_world(&w, "all_defences", WORLD_ALL);
    }
}
