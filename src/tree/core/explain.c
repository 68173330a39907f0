#include "tree/core/explain.h"

#include "tree/core/attack_time.h"
#include "tree/core/number_text.h"

#include <math.h>
#include <string.h>

struct sv explain_name(const struct tree *t, uint32_t node)
{
    const struct tree_node *n = &t->nodes.at[node];
    return n->label.len ? n->label : n->reference.len ? n->reference : n->id;
}

struct sv explain_plain(struct arena *a, const struct explanation *e)
{
    size_t len = 0;
    for (size_t i = 0; i < e->parts.len; i++)
        len += e->parts.at[i].text.len;
    char *text = arena_alloc(a, len + 1);
    len = 0;
    for (size_t i = 0; i < e->parts.len; i++) {
        struct sv part = e->parts.at[i].text;
        if (part.len)
            memcpy(text + len, part.at, part.len);
        len += part.len;
    }
    return sv_from(text, len);
}

static void say(struct arena *a, struct explanation *out, const char *text)
{
    *vec_push(a, &out->parts) = (struct explain_part){sv_str(text), EXPLAIN_NO_NODE};
}

static void name(struct arena *a, struct explanation *out, const struct tree *t, uint32_t node)
{
    *vec_push(a, &out->parts) = (struct explain_part){explain_name(t, node), node};
}

/* Inside a sentence, where a label of several words has to be told from the words around it. */
static void quoted(struct arena *a, struct explanation *out, const struct tree *t, uint32_t node)
{
    say(a, out, "\xe2\x80\x9c");
    name(a, out, t, node);
    say(a, out, "\xe2\x80\x9d");
}

/* A blank between what was said before and the next sentence. */
static void begin_sentence(struct arena *a, struct explanation *out)
{
    if (out->parts.len)
        say(a, out, " ");
}

/* ---- one attack --------------------------------------------------------------------------------- */

static const char *const superlatives[TREE_MEASURES] = {
    [MEASURE_PROBABILITY] = "likeliest",    [MEASURE_COST] = "cheapest",       [MEASURE_TIME] = "fastest",
    [MEASURE_TIME_SUM] = "least laborious", [MEASURE_SKILL] = "least skilled", [MEASURE_SIZE] = "shortest",
    [MEASURE_DAMAGE] = "most damaging",
};

/* The figures of an attack speak of its steps alone. */
static const char *chance_predicate(struct arena *a, const struct tree *t, double value)
{
    const char *unless = "";
    for (size_t i = 0; i < t->nodes.len && !*unless; i++)
        if (t->nodes.at[i].role == TREE_COUNTERMEASURE)
            unless = ", where no countermeasure stops it,";
    if (!(value > 0))
        return "never succeeds";
    if (!(value < 1))
        return *unless ? "always succeeds where no countermeasure stops it" : "always succeeds";
    return arena_printf(a, "succeeds%s in %s%s attempts", unless, number_share(a, value), value < 1e-4 ? "" : " of");
}

/* "costs 1,200"; NULL when the value is missing. */
static const char *predicate(struct arena *a, const struct tree *t, enum tree_measure m, double value)
{
    if (isnan(value) || isinf(value))
        return NULL;
    switch (m) {
    case MEASURE_PROBABILITY:
        return chance_predicate(a, t, value);
    case MEASURE_COST:
        return value > 0 ? arena_printf(a, "costs %s", number_text(a, value)) : "costs nothing";
    case MEASURE_TIME:
        return value > 0 ? arena_printf(a, "takes %s", number_time(a, value)) : "takes no time";
    case MEASURE_TIME_SUM:
        return arena_printf(a, "means %s of work", number_time(a, value));
    case MEASURE_SKILL:
        return value > 0 ? arena_printf(a, "needs skill %s", number_text(a, value)) : "needs no skill";
    case MEASURE_DAMAGE:
        return value > 0 ? arena_printf(a, "does damage of %s", number_text(a, value)) : "does no damage";
    case MEASURE_SIZE:
    case TREE_MEASURES:
        break;
    }
    return NULL;
}

/* "It costs 1,200, succeeds in 12 % of attempts and needs skill 3.", the measure asked for first. */
static void say_figures(struct arena *a, const struct tree *t, struct explanation *out, const char *subject,
                        const double *by, enum tree_measure first)
{
    const char *said[TREE_MEASURES];
    size_t len = 0;
    for (unsigned turn = 0; turn < 2; turn++)
        for (unsigned m = 0; m < TREE_MEASURES; m++) {
            /* the sum of times says something new only to those who asked for it */
            bool wanted = turn == 0 ? m == (unsigned)first : m != (unsigned)first && m != MEASURE_TIME_SUM;
            const char *text = wanted ? predicate(a, t, m, by[m]) : NULL;
            if (text)
                said[len++] = text;
        }
    if (!len)
        return;
    begin_sentence(a, out);
    say(a, out, subject);
    for (size_t i = 0; i < len; i++) {
        say(a, out, i == 0 ? " " : i + 1 < len ? ", " : " and ");
        say(a, out, said[i]);
    }
    say(a, out, ".");
}

static void say_steps(struct arena *a, const struct tree *t, const struct tree_attack *attack,
                      struct explanation *out)
{
    for (uint32_t i = 0; i < attack->len; i++) {
        say(a, out, i ? "; " : "");
        name(a, out, t, attack->steps[i]);
    }
}

void explain_attack(struct arena *a, const struct tree *t, const struct tree_attack *attack, enum tree_measure by,
                    struct explanation *out)
{
    begin_sentence(a, out);
    if (!attack->len) {
        say(a, out, "The goal is reached without a single step.");
        return;
    }
    say(a, out, arena_printf(a, "The %s attack takes %s: ", superlatives[by], number_of(a, attack->len, "step")));
    say_steps(a, t, attack, out);
    say(a, out, ".");
    say_figures(a, t, out, "It", attack->by, by);
}

/* ---- what decides ------------------------------------------------------------------------------- */

/* The step with the most extreme value, and whether another one has the same; false when a value is missing. */
static bool extreme(const struct attack_values *v, const struct tree_attack *attack, enum tree_measure m, bool least,
                    uint32_t *out_node, double *out_value, bool *out_alone)
{
    bool any = false;
    for (uint32_t i = 0; i < attack->len; i++) {
        double x = v->of[m][v->model->event_of[attack->steps[i]]];
        if (isnan(x))
            return false;
        if (any && !(x < *out_value) && !(x > *out_value)) {
            *out_alone = false;
        } else if (!any || (x < *out_value) == least) {
            *out_node = attack->steps[i];
            *out_value = x;
            *out_alone = any = true;
        }
    }
    return any;
}

/* The chain of steps that decides the time: from the goal's moment back to the start, always to the step that ended
 * when the next one began. */
static uint32_t slowest_chain(struct arena *a, const struct attack_values *v, const struct tree_attack *attack,
                              const struct attack_clock *clock, uint32_t *out)
{
    bool *used = arena_new_array(a, bool, attack->len + 1u);
    double until = clock->reached[0];
    uint32_t len = 0;
    for (bool found = true; found && until > 0;) {
        found = false;
        for (uint32_t i = 0; i < attack->len && !found; i++) {
            uint32_t node = attack->steps[i];
            double own = v->of[MEASURE_TIME][v->model->event_of[node]], end = clock->begun[node] + own;
            if (used[i] || !(own > 0) || fabs(end - until) > 1e-9 * until)
                continue;
            used[i] = found = true;
            out[len++] = node;
            until = clock->begun[node];
        }
    }
    for (uint32_t i = 0; i < len / 2; i++) {
        uint32_t swap = out[i];
        out[i] = out[len - 1 - i];
        out[len - 1 - i] = swap;
    }
    return len;
}

static void say_chain(struct arena *a, const struct attack_values *v, const struct tree_attack *attack,
                      struct explanation *out)
{
    const struct tree *t = v->model->tree;
    struct attack_clock clock;
    struct arena scratch = ARENA_INIT;
    bool *state = arena_new_array(&scratch, bool, v->formula.events + 1u);
    uint32_t *chain = arena_new_array(&scratch, uint32_t, attack->len + 1u), len = 0;
    for (uint32_t i = 0; i < attack->len; i++)
        state[v->model->event_of[attack->steps[i]]] = true;
    attack_clock_init(&clock, v, &scratch);
    double time = attack_clock_time(&clock, state);
    if (isfinite(time) && time > 0)
        len = slowest_chain(&scratch, v, attack, &clock, chain);
    if (len)
        begin_sentence(a, out);
    for (uint32_t i = 0; i < len; i++) {
        say(a, out, i ? ", then " : len == 1 ? "The time is that of " : "The time goes to ");
        quoted(a, out, t, chain[i]);
        say(a, out, arena_printf(a, " (%s)", number_time(a, v->of[MEASURE_TIME][v->model->event_of[chain[i]]])));
    }
    if (len)
        say(a, out, len == attack->len ? "." : "; what else there is to do fits beside it.");
    arena_release(&scratch);
}

void explain_limits(struct arena *a, const struct attack_values *v, const struct tree_attack *attack,
                    struct explanation *out)
{
    const struct tree *t = v->model->tree;
    uint32_t node = 0;
    double value = 0;
    bool alone = false;
    if (attack->len < 2)
        return;
    if (extreme(v, attack, MEASURE_PROBABILITY, true, &node, &value, &alone) && alone && value < 1) {
        begin_sentence(a, out);
        say(a, out, "The hardest step to succeed in is ");
        quoted(a, out, t, node);
        say(a, out, arena_printf(a, " (%s).", number_share(a, value)));
    }
    if (extreme(v, attack, MEASURE_COST, false, &node, &value, &alone) && alone && value > 0) {
        begin_sentence(a, out);
        quoted(a, out, t, node);
        say(a, out,
            arena_printf(a, " accounts for %s of the cost.",
                         value < attack->by[MEASURE_COST] ? number_share(a, value / attack->by[MEASURE_COST])
                                                          : "all"));
    }
    if (extreme(v, attack, MEASURE_SKILL, false, &node, &value, &alone) && alone && value > 0) {
        begin_sentence(a, out);
        say(a, out, "The skill is needed for ");
        quoted(a, out, t, node);
        say(a, out, ".");
    }
    say_chain(a, v, attack, out);
}

/* ---- the path ----------------------------------------------------------------------------------- */

struct pathfinder {
    struct arena *a;
    const struct attack_values *v;
    struct attack_clock clock;
    bool *told; /* by node */
    struct explain_path *out;
};

static bool reached(const struct pathfinder *p, uint32_t node)
{
    return p->clock.reached[node] < (double)INFINITY;
}

/* How many of so many children a gate needs. */
static size_t needed(const struct tree_node *n, size_t len)
{
    switch (n->gate) {
    case TREE_AND:
    case TREE_SAND:
        return len;
    case TREE_AT_LEAST:
    case TREE_CARDINALITY:
        return n->k < len ? n->k : len;
    case TREE_LEAF:
    case TREE_OR:
        return len ? 1 : 0;
    default:
        return len; /* gates of negation: all that hold */
    }
}

static const char *choice_text(struct arena *a, const struct tree_node *n, size_t len)
{
    size_t need = needed(n, len);
    const char *order = n->gate == TREE_SAND && len > 1 ? ", in this order" : "";
    if (len < 2 || n->gate == TREE_LEAF)
        return "";
    if (need == len)
        return arena_printf(a, "%s%s", len == 2 ? "both" : arena_printf(a, "all %zu", len), order);
    return need == 1 ? arena_printf(a, "any of %zu", len) : arena_printf(a, "%zu of %zu", need, len);
}

struct path_frame {
    uint32_t node, depth;
};

/* The children to follow, last first, on top of the stack. */
static void follow(struct pathfinder *p, struct path_frame at, struct path_frame *stack, size_t *depth)
{
    const struct model *m = p->v->model;
    const struct tree_node *n = &m->tree->nodes.at[at.node];
    size_t attacks = 0, taken = 0, first = *depth;
    bool defence = n->role != TREE_ATTACK;
    for (size_t i = 0; i < n->children.len; i++)
        attacks += !defence || m->tree->nodes.at[n->children.at[i]].role == TREE_ATTACK;
    for (size_t i = 0; i < n->countermeasures.len && !defence; i++) {
        uint32_t c = n->countermeasures.at[i];
        bool stops = m->stops.at[p->clock.stop_at[at.node] + i].stops >= 1;
        if (stops && !formula_is_constant(p->v->edges[c]) && reached(p, c))
            stack[(*depth)++] = (struct path_frame){c, at.depth + 1};
    }
    size_t need = needed(n, attacks);
    for (size_t i = 0; i < n->children.len && taken < need; i++) {
        uint32_t child = n->children.at[i];
        if (!reached(p, child) || (defence && m->tree->nodes.at[child].role != TREE_ATTACK))
            continue;
        stack[(*depth)++] = (struct path_frame){child, at.depth + 1};
        taken++;
    }
    for (size_t i = first, j = *depth; i + 1 < j; i++) {
        struct path_frame swap = stack[i];
        stack[i] = stack[--j];
        stack[j] = swap;
    }
}

void explain_path(struct arena *a, const struct attack_values *v, const struct tree_attack *attack,
                  struct explain_path *out)
{
    const struct tree *t = v->model->tree;
    struct arena scratch = ARENA_INIT;
    struct pathfinder p = {.a = a, .v = v, .out = out, .told = arena_new_array(&scratch, bool, t->nodes.len)};
    bool *state = arena_new_array(&scratch, bool, v->formula.events + 1u);
    size_t edges = 1, depth = 0;
    attack_clock_init(&p.clock, v, &scratch);
    for (uint32_t i = 0; i < attack->len; i++)
        state[v->model->event_of[attack->steps[i]]] = true;
    for (size_t i = 0; i < t->nodes.len; i++)
        edges += t->nodes.at[i].children.len + t->nodes.at[i].countermeasures.len;
    struct path_frame *stack = arena_new_array(&scratch, struct path_frame, edges + 1);
    double time = attack_clock_time(&p.clock, state);
    if (isnan(time)) { /* a missing time: what is reached counts, not when */
        for (size_t i = 0; i < t->nodes.len; i++)
            p.clock.reached[i] = attack_clock_holds(&p.clock, state, (uint32_t)i) ? 0 : (double)INFINITY;
        time = p.clock.reached[0];
    }
    if (time < (double)INFINITY)
        stack[depth++] = (struct path_frame){0, 0};
    while (depth) {
        struct path_frame at = stack[--depth];
        const struct tree_node *n = &t->nodes.at[at.node];
        bool again = p.told[at.node] && n->gate != TREE_LEAF;
        *vec_push(a, &out->steps) =
            (struct explain_step){at.node, at.depth,
                                  again                    ? "as above"
                                  : n->role != TREE_ATTACK ? "defeated by"
                                                           : choice_text(a, n, n->children.len)};
        p.told[at.node] = true;
        if (!again)
            follow(&p, at, stack, &depth);
    }
    arena_release(&scratch);
}

/* ---- fronts and importance ---------------------------------------------------------------------- */

static void say_point(struct arena *a, const struct tree *t, const struct tree_front *f, const char *what,
                      const struct tree_front_point *p, struct explanation *out)
{
    const char *said[3];
    size_t len = 0;
    for (unsigned i = 0; i < f->axes_len; i++) {
        const char *text = predicate(a, t, f->axes[i], p->by[i]);
        if (text)
            said[len++] = text;
    }
    begin_sentence(a, out);
    say(a, out, what);
    for (size_t i = 0; i < len; i++) {
        say(a, out, i == 0 ? " " : i + 1 < len ? ", " : " and ");
        say(a, out, said[i]);
    }
    if (p->attack.len) {
        say(a, out, ": ");
        say_steps(a, t, &p->attack, out);
    }
    say(a, out, ".");
}

/* The point from which on the second axis improves most slowly: farthest from the line between the ends. */
static size_t knee(const struct tree_front *f)
{
    const struct tree_front_point *p = f->at, *q = &f->at[f->len - 1];
    double width = q->by[0] - p->by[0], height = q->by[1] - p->by[1], most = 0;
    size_t best = 0;
    for (size_t i = 1; i + 1 < f->len && fabs(width) > 0 && fabs(height) > 0; i++) {
        double gain = (f->at[i].by[1] - p->by[1]) / height - (f->at[i].by[0] - p->by[0]) / width;
        if (gain > most) {
            most = gain;
            best = i;
        }
    }
    return best;
}

void explain_front(struct arena *a, const struct tree *t, const struct tree_front *f, struct explanation *out)
{
    if (!f->len)
        return;
    const char *first = arena_printf(a, "The %s attack", superlatives[f->axes[0]]);
    bool rising = f->axes[0] != MEASURE_PROBABILITY && f->axes[0] != MEASURE_DAMAGE;
    if (f->len == 1) {
        say_point(a, t, f, "One attack is best in every respect: it", &f->at[0], out);
        return;
    }
    const struct tree_front_point *low = rising ? &f->at[0] : &f->at[f->len - 1];
    const struct tree_front_point *high = rising ? &f->at[f->len - 1] : &f->at[0];
    if (low->attack.len)
        say_point(a, t, f, first, low, out);
    size_t middle = f->axes_len == 2 && rising ? knee(f) : 0;
    if (middle)
        say_point(a, t, f, "The best bargain", &f->at[middle], out);
    if (f->axes_len == 2)
        say_point(a, t, f, arena_printf(a, "The %s attack", superlatives[f->axes[1]]), high, out);
    if (!f->exact) {
        begin_sentence(a, out);
        say(a, out, "A limit ended the search; better trades may exist.");
    }
}

void explain_importance(struct arena *a, const struct tree *t, const struct tree_importances *list,
                        double probability, size_t most, struct explanation *out)
{
    for (size_t i = 0, said = 0; i < list->len && said < most; i++) {
        const struct tree_importance *e = &list->at[i];
        bool defence = t->nodes.at[e->node].role != TREE_ATTACK;
        /* of a step: the chance when it fails; of a countermeasure: when it is there for certain */
        double other = defence ? e->raw * probability : isinf(e->rrw) ? 0 : probability / e->rrw;
        if (isnan(other) || !(fabs(other - probability) > 1e-3 * probability))
            continue;
        const char *where = defence ? " everywhere" : "";
        begin_sentence(a, out);
        say(a, out, defence ? "With " : "Without ");
        quoted(a, out, t, e->node);
        say(a, out,
            other > 0 ? arena_printf(a, "%s the chance would be %s instead of %s.", where, number_share(a, other),
                                     number_share(a, probability))
                      : arena_printf(a, "%s there would be no attack left.", where));
        said++;
    }
}
