#include "tree_oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- events ------------------------------------------------------------------------------------ */

static const struct tree_node *at(const struct oracle *o, uint32_t node)
{
    return &o->tree->nodes.at[node];
}

static double number(const struct tree_node *n, enum tree_attribute attribute)
{
    return n->values[attribute].kind == TREE_NO_VALUE ? (double)NAN : n->values[attribute].mode;
}

/* "One random event per tree wherever its label or id recurs." */
static bool same_countermeasure(const struct tree_node *a, const struct tree_node *b)
{
    return (a->id.len && sv_eq(a->id, b->id)) || (a->label.len && sv_eq(a->label, b->label));
}

static bool has_parts(const struct oracle *o, uint32_t node)
{
    for (size_t i = 0; i < at(o, node)->children.len; i++)
        if (at(o, at(o, node)->children.at[i])->role != TREE_ATTACK)
            return true;
    return false;
}

static bool add_event(struct oracle *o, uint32_t node, uint32_t place)
{
    if (o->events == ORACLE_EVENTS)
        return false;
    o->node[o->events] = node;
    o->place[o->events++] = place;
    return true;
}

static bool number_steps(struct oracle *o)
{
    for (uint32_t i = 0; i < o->tree->nodes.len; i++) {
        o->bit[i] = -1;
        if (at(o, i)->role != TREE_ATTACK || at(o, i)->gate != TREE_LEAF)
            continue;
        o->bit[i] = (int)o->events;
        if (!add_event(o, i, 0))
            return false;
    }
    o->steps = o->events;
    return true;
}

static bool number_presences(struct oracle *o)
{
    for (uint32_t i = 0; i < o->tree->nodes.len; i++) {
        if (at(o, i)->role == TREE_ATTACK || (has_parts(o, i) && isnan(number(at(o, i), TREE_DEPLOYED))))
            continue;
        for (unsigned e = o->steps; e < o->events && o->bit[i] < 0; e++)
            if (same_countermeasure(at(o, o->node[e]), at(o, i)))
                o->bit[i] = (int)e;
        if (o->bit[i] >= 0)
            continue;
        o->bit[i] = (int)o->events;
        if (!add_event(o, i, 0))
            return false;
    }
    o->presences = o->events - o->steps;
    return true;
}

static double stops(const struct oracle *o, uint32_t node)
{
    double chance = number(at(o, node), TREE_STOPS);
    return isnan(chance) ? 1 : chance;
}

static bool number_stops(struct oracle *o)
{
    for (uint32_t i = 0; i < o->tree->nodes.len; i++) {
        for (size_t j = 0; j < at(o, i)->countermeasures.len; j++) {
            double chance = stops(o, at(o, i)->countermeasures.at[j]);
            if (chance > 0 && chance < 1 && !add_event(o, at(o, i)->countermeasures.at[j], i))
                return false;
        }
    }
    o->stops = o->events - o->steps - o->presences;
    return true;
}

/* ---- truth tables ------------------------------------------------------------------------------ */

static size_t words(const struct oracle *o)
{
    return o->events <= 6 ? 1 : (size_t)1 << (o->events - 6);
}

static uint64_t *new_table(const struct oracle *o, bool value)
{
    uint64_t *t = arena_new_array(o->arena, uint64_t, words(o));
    if (value)
        memset(t, 0xff, words(o) * sizeof(*t));
    return t;
}

static uint64_t *event_table(const struct oracle *o, unsigned event)
{
    uint64_t *t = new_table(o, false);
    for (uint32_t state = 0; state < (uint32_t)1 << o->events; state++)
        if (state >> event & 1)
            t[state >> 6] |= UINT64_C(1) << (state & 63);
    return t;
}

static void and_into(const struct oracle *o, uint64_t *to, const uint64_t *from, bool negated)
{
    for (size_t i = 0; i < words(o); i++)
        to[i] &= negated ? ~from[i] : from[i];
}

/* How many of the arguments hold, state by state. */
static unsigned char *count_table(const struct oracle *o, uint64_t *const *args, size_t len)
{
    unsigned char *count = arena_new_array(o->arena, unsigned char, words(o) * 64);
    for (size_t i = 0; i < len; i++)
        for (size_t state = 0; state < words(o) * 64; state++)
            count[state] = (unsigned char)(count[state] + (args[i][state >> 6] >> (state & 63) & 1));
    return count;
}

static bool gate_says(const struct tree_node *n, size_t count, size_t len, bool first, bool last)
{
    switch (n->gate) {
    case TREE_LEAF: /* a group below a countermeasure without gate word */
    case TREE_OR:
        return count >= 1;
    case TREE_AND:
    case TREE_SAND:
        return count == len;
    case TREE_AT_LEAST:
        return count >= n->k;
    case TREE_CARDINALITY:
        return count >= n->k && count <= n->k_max;
    case TREE_NOT:
    case TREE_NOR:
        return count == 0;
    case TREE_XOR:
        return count % 2 == 1;
    case TREE_NAND:
        return count < len;
    case TREE_IFF:
        return count == 0 || count == len;
    case TREE_IMPLY:
        return !first || last;
    case TREE_CONSTANT:
        return n->k != 0;
    }
    BUG("gate %d", (int)n->gate);
}

static uint64_t *gate_table(const struct oracle *o, const struct tree_node *n, uint64_t *const *args, size_t len)
{
    const unsigned char *count = count_table(o, args, len);
    uint64_t *t = new_table(o, false);
    for (size_t state = 0; state < words(o) * 64; state++) {
        bool first = len && (args[0][state >> 6] >> (state & 63) & 1);
        bool last = len && (args[len - 1][state >> 6] >> (state & 63) & 1);
        if (gate_says(n, count[state], len, first, last))
            t[state >> 6] |= UINT64_C(1) << (state & 63);
    }
    return t;
}

static void fill(struct oracle *o, uint32_t node);

/* The gate of a node over its children; of a countermeasure over its parts or over what defeats it. NULL: there
 * is none of them. */
static uint64_t *group_table(struct oracle *o, uint32_t node, bool all, bool parts)
{
    const struct tree_node *n = at(o, node);
    uint64_t **args = arena_new_array(o->arena, uint64_t *, n->children.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < n->children.len; i++) {
        fill(o, n->children.at[i]);
        if (all || (at(o, n->children.at[i])->role != TREE_ATTACK) == parts)
            args[len++] = o->table[n->children.at[i]];
    }
    return len || all ? gate_table(o, n, args, len) : NULL;
}

/* Takes away the states in which a countermeasure on the node is present and stops it. */
static void take_stopped(struct oracle *o, uint32_t node, uint64_t *t)
{
    for (size_t i = 0; i < at(o, node)->countermeasures.len; i++) {
        uint32_t c = at(o, node)->countermeasures.at[i];
        double chance = stops(o, c);
        uint64_t *acts = new_table(o, chance > 0);
        fill(o, c);
        and_into(o, acts, o->table[c], false);
        for (unsigned e = o->steps + o->presences; e < o->events; e++)
            if (o->node[e] == c && o->place[e] == node)
                and_into(o, acts, event_table(o, e), false);
        and_into(o, t, acts, true);
    }
}

static void fill(struct oracle *o, uint32_t node)
{
    const struct tree_node *n = at(o, node);
    uint64_t *t, *group;
    if (o->table[node])
        return;
    if (n->role == TREE_ATTACK) {
        t = n->gate == TREE_LEAF ? event_table(o, (unsigned)o->bit[node]) : group_table(o, node, true, false);
    } else if (n->role == TREE_APPROACH && !(o->added && o->added[node])) {
        for (size_t i = 0; i < n->children.len; i++)
            fill(o, n->children.at[i]);
        t = new_table(o, false);
    } else {
        t = o->bit[node] >= 0 ? event_table(o, (unsigned)o->bit[node]) : new_table(o, true);
        if ((group = group_table(o, node, false, true)))
            and_into(o, t, group, false);
        if ((group = group_table(o, node, false, false)))
            and_into(o, t, group, true);
    }
    take_stopped(o, node, t);
    o->table[node] = t;
}

bool oracle_init(struct oracle *o, struct arena *a, const struct tree *t, const bool *added)
{
    memset(o, 0, sizeof(*o));
    o->tree = t;
    o->arena = a;
    o->added = added;
    o->bit = arena_new_array(a, int, t->nodes.len);
    o->table = arena_new_array(a, uint64_t *, t->nodes.len);
    if (!number_steps(o) || !number_presences(o) || !number_stops(o))
        return false;
    for (uint32_t i = 0; i < t->nodes.len; i++)
        fill(o, i);
    return true;
}

bool oracle_holds(const struct oracle *o, uint32_t node, uint32_t state)
{
    return o->table[node][state >> 6] >> (state & 63) & 1;
}

/* ---- chances ----------------------------------------------------------------------------------- */

/* The chance of a presence in the world as deployed: what any of its places says. Where it is a potential approach
 * in all its places it is there only when added, and for certain when nothing is said. */
static double chance_today(const struct oracle *o, unsigned event, bool *out_counts)
{
    bool existing = false;
    double chance = (double)NAN;
    *out_counts = false;
    for (uint32_t i = 0; i < o->tree->nodes.len; i++) {
        if (o->bit[i] != (int)event)
            continue;
        existing = existing || at(o, i)->role == TREE_COUNTERMEASURE;
        *out_counts = *out_counts || existing || (o->added && o->added[i]);
        if (isnan(chance))
            chance = number(at(o, i), TREE_DEPLOYED);
    }
    return isnan(chance) && !existing ? 1 : chance;
}

void oracle_chances(const struct oracle *o, enum tree_world world, uint32_t chosen, double *out)
{
    for (unsigned e = 0; e < o->steps; e++)
        out[e] = number(at(o, o->node[e]), TREE_P);
    for (unsigned e = o->steps; e < o->steps + o->presences; e++) {
        bool counts;
        out[e] = chance_today(o, e, &counts);
        if (world == WORLD_ALL || (chosen >> (e - o->steps) & 1))
            out[e] = 1;
        if (world == WORLD_NONE || !counts)
            out[e] = 0;
    }
    for (unsigned e = o->steps + o->presences; e < o->events; e++)
        out[e] = stops(o, o->node[e]);
}

static long double weigh(const uint64_t *t, unsigned events, uint32_t state, const double *p)
{
    if (events == 0)
        return t[state >> 6] >> (state & 63) & 1 ? 1.0L : 0.0L;
    unsigned e = events - 1;
    long double hi = p[e] <= 0 ? 0 : weigh(t, e, state | (uint32_t)1 << e, p);
    long double lo = p[e] >= 1 ? 0 : weigh(t, e, state, p);
    if (isnan(hi) || isnan(lo))
        return (long double)NAN;
    if (isnan(p[e]))
        return hi < lo || hi > lo ? (long double)NAN : hi;
    return (long double)p[e] * hi + (1.0L - (long double)p[e]) * lo;
}

double oracle_probability(const struct oracle *o, uint32_t node, const double *chances)
{
    return (double)weigh(o->table[node], o->events, 0, chances);
}

uint32_t oracle_certain(const struct oracle *o, enum tree_world world, uint32_t chosen)
{
    double chances[ORACLE_EVENTS];
    uint32_t present = 0;
    oracle_chances(o, world, chosen, chances);
    for (unsigned e = o->steps; e < o->steps + o->presences; e++)
        if (chances[e] >= 1)
            present |= (uint32_t)1 << e;
    return present;
}

/* ---- sets -------------------------------------------------------------------------------------- */

const uint32_t *oracle_minimal(const struct oracle *o, uint32_t present, size_t *out_len)
{
    uint32_t all = (uint32_t)1 << o->steps;
    bool *below = arena_new_array(o->arena, bool, all); /* some proper subset reaches the goal */
    uint32_t *found = arena_new_array(o->arena, uint32_t, all);
    *out_len = 0;
    for (uint32_t s = 0; s < all; s++) {
        for (unsigned e = 0; e < o->steps && !below[s]; e++) {
            uint32_t without = s & ~((uint32_t)1 << e);
            below[s] = without != s && (below[without] || oracle_holds(o, 0, without | present));
        }
        if (!below[s] && oracle_holds(o, 0, s | present))
            found[(*out_len)++] = s;
    }
    return found;
}

/* What happens besides the steps is an environment; in each of them the attacks are other ones. */
double oracle_some_set_with(const struct oracle *o, unsigned event, const double *chances)
{
    uint64_t *t = new_table(o, false);
    for (uint32_t around = 0; around < (uint32_t)1 << (o->events - o->steps); around++) {
        size_t len;
        const uint32_t *sets = oracle_minimal(o, around << o->steps, &len);
        for (size_t i = 0; i < len; i++) {
            if (!(sets[i] >> event & 1))
                continue;
            for (uint32_t s = 0; s < (uint32_t)1 << o->steps; s++) {
                uint32_t state = around << o->steps | s;
                if ((s & sets[i]) == sets[i])
                    t[state >> 6] |= UINT64_C(1) << (state & 63);
            }
        }
    }
    return (double)weigh(t, o->events, 0, chances);
}

/* ---- time -------------------------------------------------------------------------------------- */

/* The attacker has as many hands as he likes and begins everything as soon as he may: a node at the earliest
 * moment at which one of its places lets it begin. All are begun at once but those of a SAND, which begins
 * each child when the one before is reached. What is not reached in the end begins nothing. Found by going round
 * until nothing gets earlier. */
struct clock {
    const struct oracle *o;
    uint32_t steps, present;
    double *begin, *done; /* by node; countermeasures: done is when it is defeated */
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* When the k-th of them is reached; 0 when k is 0. */
static double kth(double *times, size_t len, size_t k)
{
    if (k > len)
        return (double)INFINITY;
    qsort(times, len, sizeof(*times), by_size);
    return k ? times[k - 1] : 0;
}

/* The time at which the gate over these times holds. */
static double gate_time(const struct tree_node *n, double *times, size_t len, bool dual)
{
    size_t k;
    if (n->gate == TREE_AND || n->gate == TREE_SAND)
        k = len;
    else if (n->gate == TREE_OR || n->gate == TREE_LEAF)
        k = 1;
    else if (n->gate == TREE_AT_LEAST)
        k = n->k;
    else if (n->gate == TREE_CONSTANT)
        return n->k ? 0 : (double)INFINITY;
    else
        return (double)NAN;
    return kth(times, len, dual ? (len + 1 > k ? len + 1 - k : 0) : k);
}

static bool begin_at(struct clock *c, uint32_t node, double time)
{
    bool earlier = time < c->begin[node];
    if (earlier)
        c->begin[node] = time;
    return earlier;
}

/* A countermeasure that is there as long as the attacker does nothing. */
static bool in_the_way(const struct clock *c, uint32_t node)
{
    return oracle_holds(c->o, node, c->present);
}

/* True when something below now begins earlier. What cannot stop for certain is not attacked. */
static bool begin_below(struct clock *c, uint32_t node)
{
    const struct tree_node *n = at(c->o, node);
    double from = c->begin[node];
    bool changed = false;
    bool holds = oracle_holds(c->o, node, c->steps | c->present);
    if (n->role == TREE_ATTACK ? !holds : holds || !in_the_way(c, node))
        return false;
    for (size_t i = 0; i < n->countermeasures.len; i++)
        if (stops(c->o, n->countermeasures.at[i]) >= 1)
            changed = begin_at(c, n->countermeasures.at[i], from) || changed;
    for (size_t i = 0; i < n->children.len; i++) {
        uint32_t child = n->children.at[i];
        changed = begin_at(c, child, from) || changed;
        if (n->gate == TREE_SAND && at(c->o, child)->role == TREE_ATTACK)
            from = fmax(from, c->done[child]);
    }
    return changed;
}

static double done_defence(const struct clock *c, uint32_t node)
{
    const struct tree_node *n = at(c->o, node);
    double *times = arena_new_array(c->o->arena, double, n->children.len + 1), broken = (double)INFINITY;
    size_t len = 0;
    if (!in_the_way(c, node))
        return 0;
    for (size_t i = 0; i < n->children.len; i++)
        if (at(c->o, n->children.at[i])->role == TREE_ATTACK)
            times[len++] = c->done[n->children.at[i]];
    if (len)
        broken = gate_time(n, times, len, false);
    len = 0;
    for (size_t i = 0; i < n->children.len; i++)
        if (at(c->o, n->children.at[i])->role != TREE_ATTACK)
            times[len++] = c->done[n->children.at[i]];
    return len ? fmin(broken, gate_time(n, times, len, true)) : broken;
}

static double done_attack(const struct clock *c, uint32_t node)
{
    const struct oracle *o = c->o;
    const struct tree_node *n = at(o, node);
    double *times = arena_new_array(o->arena, double, n->children.len + 1), done;
    if (n->gate == TREE_LEAF) {
        done = c->steps >> o->bit[node] & 1 ? c->begin[node] + number(n, TREE_TIME) : (double)INFINITY;
    } else {
        for (size_t i = 0; i < n->children.len; i++) {
            uint32_t child = n->children.at[i];
            times[i] = at(o, child)->role == TREE_ATTACK               ? c->done[child]
                       : oracle_holds(o, child, c->steps | c->present) ? 0
                                                                       : (double)INFINITY;
        }
        done = fmax(c->begin[node], gate_time(n, times, n->children.len, false));
    }
    for (size_t i = 0; i < n->countermeasures.len; i++)
        if (stops(o, n->countermeasures.at[i]) >= 1)
            done = fmax(done, c->done[n->countermeasures.at[i]]);
    return done;
}

static bool timeless(const struct oracle *o, uint32_t steps)
{
    for (uint32_t i = 0; i < o->tree->nodes.len; i++) {
        const struct tree_node *n = at(o, i);
        bool odd = n->gate > TREE_AT_LEAST && n->gate != TREE_CONSTANT;
        if (odd || (n->role != TREE_ATTACK && n->countermeasures.len))
            return true;
    }
    for (unsigned e = 0; e < o->steps; e++)
        if ((steps >> e & 1) && isnan(number(at(o, o->node[e]), TREE_TIME)))
            return true;
    return false;
}

static double makespan(const struct oracle *o, uint32_t steps, uint32_t present)
{
    size_t len = o->tree->nodes.len;
    struct clock c = {o, steps, present, arena_new_array(o->arena, double, len),
                      arena_new_array(o->arena, double, len)};
    if (timeless(o, steps))
        return (double)NAN;
    for (size_t i = 0; i < len; i++)
        c.begin[i] = c.done[i] = (double)INFINITY;
    c.begin[0] = 0;
    for (unsigned quiet = 0; quiet < 2;) {
        bool changed = false;
        for (uint32_t i = 0; i < len; i++) {
            double done = at(o, i)->role == TREE_ATTACK ? done_attack(&c, i) : done_defence(&c, i);
            changed = begin_below(&c, i) || done < c.done[i] || changed;
            c.done[i] = done;
        }
        quiet = changed ? 0 : quiet + 1;
    }
    return c.done[0];
}

/* ---- measures and fronts ----------------------------------------------------------------------- */

static double damage(const struct oracle *o, uint32_t state)
{
    double sum = 0;
    for (uint32_t i = 0; i < o->tree->nodes.len; i++) {
        double value = number(at(o, i), TREE_DAMAGE);
        if (at(o, i)->role == TREE_ATTACK && !isnan(value) && oracle_holds(o, i, state))
            sum += value;
    }
    return sum;
}

double oracle_measure(const struct oracle *o, enum tree_measure m, uint32_t steps, uint32_t present)
{
    static const enum tree_attribute attribute[] = {
        [MEASURE_PROBABILITY] = TREE_P, [MEASURE_COST] = TREE_COST, [MEASURE_TIME_SUM] = TREE_TIME,
        [MEASURE_SKILL] = TREE_SKILL,   [MEASURE_SIZE] = TREE_COST,
    };
    double result = m == MEASURE_PROBABILITY ? 1 : 0;
    if (m == MEASURE_DAMAGE)
        return damage(o, steps | present);
    if (m == MEASURE_TIME)
        return makespan(o, steps, present);
    for (unsigned e = 0; e < o->steps; e++) {
        if (!(steps >> e & 1))
            continue;
        double value = m == MEASURE_SIZE ? 1 : number(at(o, o->node[e]), attribute[m]);
        if (m == MEASURE_PROBABILITY)
            result *= value;
        else if (m == MEASURE_SKILL)
            result = isnan(value) || isnan(result) || value > result ? value + 0 * result : result;
        else
            result += value;
    }
    return result;
}

static int better_way(enum tree_measure m)
{
    return m == MEASURE_PROBABILITY || m == MEASURE_DAMAGE ? 1 : -1;
}

static bool dominates(const struct oracle_point *x, const struct oracle_point *y, unsigned axes, const int *better)
{
    bool strictly = false;
    for (unsigned i = 0; i < axes; i++) {
        double gain = (x->by[i] - y->by[i]) * better[i];
        if (gain < 0)
            return false;
        strictly = strictly || gain > 0;
    }
    return strictly;
}

static int by_axes(const void *a, const void *b)
{
    const struct oracle_point *x = a, *y = b;
    for (size_t i = 0; i < ARRAY_LEN(x->by); i++)
        if (x->by[i] < y->by[i] || x->by[i] > y->by[i])
            return x->by[i] < y->by[i] ? -1 : 1;
    return x->steps < y->steps ? -1 : x->steps > y->steps;
}

size_t oracle_undominated(struct oracle_point *points, size_t len, unsigned axes, const int *better)
{
    size_t kept = 0, distinct = 0;
    qsort(points, len, sizeof(*points), by_axes);
    for (size_t i = 0; i < len; i++)
        if (!distinct || memcmp(points[distinct - 1].by, points[i].by, sizeof(points[i].by)) != 0)
            points[distinct++] = points[i];
    bool *bad = calloc(distinct + 1, sizeof(*bad));
    for (size_t i = 0; i < distinct; i++)
        for (size_t j = 0; j < distinct && !bad[i]; j++)
            bad[i] = !bad[j] && dominates(&points[j], &points[i], axes, better);
    for (size_t i = 0; i < distinct; i++)
        if (!bad[i])
            points[kept++] = points[i];
    free(bad);
    return kept;
}

const struct oracle_point *oracle_front(const struct oracle *o, uint32_t present, const enum tree_measure *axes,
                                        unsigned axes_len, size_t *out_len)
{
    struct oracle_point *points = arena_new_array(o->arena, struct oracle_point, (size_t)1 << o->steps);
    int better[3] = {0, 0, 0};
    size_t len = 0, sets_len;
    bool every = false;
    const uint32_t *sets = oracle_minimal(o, present, &sets_len);
    for (unsigned i = 0; i < axes_len; i++) {
        better[i] = better_way(axes[i]);
        every = every || axes[i] == MEASURE_DAMAGE;
    }
    if (every)
        sets_len = (size_t)1 << o->steps;
    *out_len = 0;
    for (size_t i = 0; i < sets_len; i++) {
        struct oracle_point *p = &points[len++];
        p->steps = every ? (uint32_t)i : sets[i];
        for (unsigned j = 0; j < axes_len; j++) {
            p->by[j] = oracle_measure(o, axes[j], p->steps, present);
            if (isnan(p->by[j]))
                return NULL;
        }
    }
    *out_len = oracle_undominated(points, len, axes_len, better);
    return points;
}
