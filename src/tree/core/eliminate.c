#include "tree/core/eliminate.h"
#include "tree/core/nnf.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
    NODES_MAX = 8 * 1000,
    VARS_MAX = 8 * 1000,   /* the graph is a square of bits */
    SCOPE_MAX = 40,        /* variables of one table */
    JOINED_MAX = 4096,     /* tables joined at one variable */
    CLOCK_EVERY = 1 << 20, /* entries between looks at the clock */
};

/* A number and how far it may be off. */
struct rough {
    double at, off;
};

struct table {
    uint32_t len;    /* variables */
    uint32_t *scope; /* ascending in the sequence of elimination; bit i of an index is scope[i] */
    struct rough *entries;
    bool owned; /* entries by the budget, not the arena */
    struct table *next; /* in its bucket */
};

struct eliminating {
    struct nnf n;
    const double *p;
    struct budget *budget;
    struct arena *arena;
    uint32_t vars;
    bool *reached;      /* by node */
    uint32_t *uses;     /* by reference: how often it is an argument (literals of one event together) */
    uint32_t *value_of; /* by reference: the variable of its value, UINT32_MAX: none (used once) */
    uint32_t first_gate; /* variable of node 0's setting; of node i: + i */
    struct table *tables; /* before the sequence is known: a list */
    uint32_t *place;      /* by variable, in the sequence */
    struct table **buckets; /* by place */
    /* the graph */
    uint64_t *edges, *now;
    size_t words;
    uint32_t *degree, *fill;
    uint32_t *sequence, *best_sequence;
    uint32_t *scopes, *best_scopes; /* by step: SCOPE_MAX neighbours of what goes; and how many */
    uint32_t *lens, *best_lens;
    double best_cost;
    uint32_t best_width;
};

static uint32_t base(const struct eliminating *x)
{
    return 2 * x->n.events;
}

static bool is_literal(const struct eliminating *x, uint32_t ref)
{
    return ref < base(x);
}

/* ---- tables of the formula --------------------------------------------------------------------- */

static struct rough exact(double value)
{
    return (struct rough){value, 0};
}

static struct table *add_table(struct eliminating *x, uint32_t a, uint32_t b)
{
    struct table *t = arena_new(x->arena, struct table);
    t->len = b == UINT32_MAX ? 1 : 2;
    t->scope = arena_new_array(x->arena, uint32_t, 2);
    t->scope[0] = a;
    t->scope[1] = b;
    t->entries = arena_new_array(x->arena, struct rough, 4);
    t->next = x->tables;
    x->tables = t;
    return t;
}

static uint32_t setting(const struct eliminating *x, uint32_t node)
{
    return x->first_gate + node;
}

/* 1 - p, and how far that may be off. */
static struct rough chance_of(const struct eliminating *x, uint32_t literal)
{
    double p = x->p[literal / 2];
    return literal & 1u ? (struct rough){1 - p, DBL_EPSILON} : exact(p);
}

/* Settings: 0 is "all off", 1 "free". A literal used once says only how likely "all off" is with it. */
static void join_single_literal(struct eliminating *x, uint32_t literal, uint32_t node)
{
    struct table *t = add_table(x, setting(x, node), UINT32_MAX);
    t->entries[0] = chance_of(x, x->n.nodes.at[node].is_and ? literal : literal ^ 1u);
    t->entries[1] = exact(1);
}

/* Values of events: 0 false, 1 true. */
static void join_literal(struct eliminating *x, uint32_t literal, uint32_t node)
{
    struct table *t = add_table(x, x->value_of[literal], setting(x, node));
    for (unsigned value = 0; value < 2; value++) {
        bool holds = (value == 1) != (literal & 1u);
        t->entries[value] = exact(holds == x->n.nodes.at[node].is_and);
        t->entries[value + 2] = exact(1);
    }
}

/* Whether "all off" of `node` demands "all off" of its argument; otherwise it demands the contrary. */
static bool same_demand(const struct eliminating *x, uint32_t argument, uint32_t node)
{
    return x->n.nodes.at[argument].is_and == x->n.nodes.at[node].is_and;
}

static void join_single_node(struct eliminating *x, uint32_t argument, uint32_t node)
{
    struct table *t = add_table(x, setting(x, argument), setting(x, node));
    bool same = same_demand(x, argument, node);
    t->entries[0] = exact(same ? 1 : -1);
    t->entries[1] = exact(same ? 0 : 1);
    t->entries[2] = exact(0);
    t->entries[3] = exact(1);
}

/* Values of nodes: 0 is "all its arguments off", 1 the contrary. */
static void join_node(struct eliminating *x, uint32_t argument, uint32_t node)
{
    struct table *t = add_table(x, x->value_of[base(x) + argument], setting(x, node));
    bool same = same_demand(x, argument, node);
    t->entries[0] = exact(same);
    t->entries[1] = exact(!same);
    t->entries[2] = t->entries[3] = exact(1);
}

static void define_value(struct eliminating *x, uint32_t node)
{
    struct table *t = add_table(x, setting(x, node), x->value_of[base(x) + node]);
    t->entries[0] = exact(1);  /* all off is all off */
    t->entries[1] = exact(0);
    t->entries[2] = exact(-1); /* the contrary is free less all off */
    t->entries[3] = exact(1);
}

static void count_uses(struct eliminating *x)
{
    size_t refs = base(x) + x->n.nodes.len;
    x->uses = arena_new_array(x->arena, uint32_t, refs + 1);
    x->value_of = arena_new_array(x->arena, uint32_t, refs + 1);
    x->reached = arena_new_array(x->arena, bool, x->n.nodes.len + 1);
    x->reached[x->n.root - base(x)] = true;
    for (size_t i = x->n.nodes.len; i-- > 0;)
        for (uint32_t j = 0; j < x->n.nodes.at[i].len && x->reached[i]; j++) {
            uint32_t a = x->n.args.at[x->n.nodes.at[i].first + j];
            x->uses[a]++;
            if (!is_literal(x, a))
                x->reached[a - base(x)] = true;
        }
    for (uint32_t e = 0; e < x->n.events; e++) {
        uint32_t uses = x->uses[2 * e] + x->uses[2 * e + 1];
        x->value_of[2 * e] = x->value_of[2 * e + 1] = uses > 1 ? x->vars++ : UINT32_MAX;
    }
    x->first_gate = x->vars;
    x->vars += (uint32_t)x->n.nodes.len;
    for (size_t i = 0; i < x->n.nodes.len; i++)
        x->value_of[base(x) + i] = x->uses[base(x) + i] > 1 ? x->vars++ : UINT32_MAX;
}

/* Nodes that the root does not reach have no tables. */
static void make_tables(struct eliminating *x)
{
    for (uint32_t i = 0; i < x->n.nodes.len; i++) {
        const struct nnf_node *g = &x->n.nodes.at[i];
        for (uint32_t j = 0; j < g->len && x->reached[i]; j++) {
            uint32_t a = x->n.args.at[g->first + j];
            bool single = x->value_of[a] == UINT32_MAX;
            if (is_literal(x, a))
                single ? join_single_literal(x, a, i) : join_literal(x, a, i);
            else
                single ? join_single_node(x, a - base(x), i) : join_node(x, a - base(x), i);
        }
        if (x->value_of[base(x) + i] != UINT32_MAX)
            define_value(x, i);
    }
    for (uint32_t e = 0; e < x->n.events; e++) {
        if (x->value_of[2 * e] == UINT32_MAX)
            continue;
        struct table *t = add_table(x, x->value_of[2 * e], UINT32_MAX);
        t->entries[0] = chance_of(x, 2 * e + 1);
        t->entries[1] = chance_of(x, 2 * e);
    }
    uint32_t root = x->n.root - base(x);
    struct table *t = add_table(x, setting(x, root), UINT32_MAX);
    bool is_and = x->n.nodes.at[root].is_and; /* AND holds when all is off, OR when not */
    t->entries[0] = exact(is_and ? 1 : -1);
    t->entries[1] = exact(is_and ? 0 : 1);
}

/* ---- the sequence ------------------------------------------------------------------------------ */

static bool joined(const struct eliminating *x, uint32_t a, uint32_t b)
{
    return x->now[a * x->words + b / 64] >> (b % 64) & 1;
}

static void join(uint64_t *edges, size_t words, uint32_t a, uint32_t b)
{
    edges[a * words + b / 64] |= (uint64_t)1 << (b % 64);
    edges[b * words + a / 64] |= (uint64_t)1 << (a % 64);
}

static void separate(struct eliminating *x, uint32_t a, uint32_t b)
{
    x->now[a * x->words + b / 64] &= ~((uint64_t)1 << (b % 64));
}

static uint32_t neighbours(const struct eliminating *x, uint32_t v, uint32_t *out)
{
    uint32_t n = 0;
    for (size_t w = 0; w < x->words; w++)
        for (uint64_t bits = x->now[v * x->words + w]; bits; bits &= bits - 1)
            out[n++] = (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(bits);
    return n;
}

static void weigh(struct eliminating *x, uint32_t v, uint32_t *scratch)
{
    uint32_t n = neighbours(x, v, scratch), missing = 0;
    x->degree[v] = n;
    for (uint32_t i = 0; i < n && n <= SCOPE_MAX + 20; i++)
        for (uint32_t j = i + 1; j < n; j++)
            missing += !joined(x, scratch[i], scratch[j]);
    x->fill[v] = n <= SCOPE_MAX + 20 ? missing : n * n / 2;
}

/* A different but fixed taste for every try. */
static double taste(uint32_t v, unsigned attempt)
{
    uint32_t h = (v + 1) * 0x9e3779b1u + attempt * 0x85ebca6bu;
    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    return attempt ? (double)((h ^ (h >> 13)) & 1023) / 1024 : 0;
}

static uint32_t cheapest(const struct eliminating *x, const bool *gone, unsigned attempt)
{
    uint32_t best = UINT32_MAX;
    double least = INFINITY;
    for (uint32_t v = 0; v < x->vars; v++) {
        if (gone[v])
            continue;
        double score = x->fill[v] * (1 + 0.2 * taste(v, attempt)) + x->degree[v] * 1e-3 + taste(v, attempt) * 1e-3;
        if (score < least) {
            least = score;
            best = v;
        }
    }
    return best;
}

static void swap(uint32_t **a, uint32_t **b)
{
    uint32_t *keep = *a;
    *a = *b;
    *b = keep;
}

/* One sequence; false when it is no better than the best known. */
static bool find_sequence(struct eliminating *x, unsigned attempt)
{
    struct arena scratch = ARENA_INIT;
    bool *gone = arena_new_array(&scratch, bool, x->vars + 1), better = true;
    uint64_t *touched = arena_new_array(&scratch, uint64_t, x->words);
    uint32_t *near = arena_new_array(&scratch, uint32_t, x->vars + 1);
    uint32_t *more = arena_new_array(&scratch, uint32_t, x->vars + 1), width = 0;
    double cost = 0;
    memcpy(x->now, x->edges, x->words * x->vars * sizeof(uint64_t));
    for (uint32_t v = 0; v < x->vars; v++)
        weigh(x, v, near);
    for (uint32_t i = 0; i < x->vars && better; i++) {
        uint32_t v = cheapest(x, gone, attempt), n = neighbours(x, v, near);
        x->sequence[i] = v;
        gone[v] = true;
        width = n > width ? n : width;
        cost += ldexp(1, (int)n + 1);
        better = n <= SCOPE_MAX && cost < x->best_cost && !((i & 63) == 0 && budget_over(x->budget));
        if (!better)
            break;
        memset(touched, 0, x->words * sizeof(*touched));
        memcpy(&x->scopes[(size_t)i * SCOPE_MAX], near, n * sizeof(*near));
        x->lens[i] = n;
        for (uint32_t a = 0; a < n; a++) {
            separate(x, near[a], v);
            touched[near[a] / 64] |= (uint64_t)1 << (near[a] % 64);
        }
        for (uint32_t a = 0; a < n; a++)
            for (uint32_t b = a + 1; b < n; b++) {
                if (joined(x, near[a], near[b]))
                    continue;
                for (size_t w = 0; w < x->words; w++)
                    touched[w] |= x->now[near[a] * x->words + w] & x->now[near[b] * x->words + w];
                join(x->now, x->words, near[a], near[b]);
            }
        for (uint32_t t = 0; t < x->vars; t++)
            if (touched[t / 64] >> (t % 64) & 1 && !gone[t])
                weigh(x, t, more);
    }
    if (better) {
        swap(&x->best_sequence, &x->sequence);
        swap(&x->best_scopes, &x->scopes);
        swap(&x->best_lens, &x->lens);
        x->best_cost = cost;
        x->best_width = width;
    }
    arena_release(&scratch);
    return better;
}

static void plan(struct eliminating *x, unsigned tries)
{
    x->words = (x->vars + 63) / 64;
    x->edges = arena_new_array(x->arena, uint64_t, x->words * x->vars + 1);
    x->now = arena_new_array(x->arena, uint64_t, x->words * x->vars + 1);
    x->degree = arena_new_array(x->arena, uint32_t, x->vars + 1);
    x->fill = arena_new_array(x->arena, uint32_t, x->vars + 1);
    x->sequence = arena_new_array(x->arena, uint32_t, x->vars + 1);
    x->best_sequence = arena_new_array(x->arena, uint32_t, x->vars + 1);
    x->lens = arena_new_array(x->arena, uint32_t, x->vars + 1);
    x->best_lens = arena_new_array(x->arena, uint32_t, x->vars + 1);
    x->scopes = arena_new_array(x->arena, uint32_t, (size_t)x->vars * SCOPE_MAX + 1);
    x->best_scopes = arena_new_array(x->arena, uint32_t, (size_t)x->vars * SCOPE_MAX + 1);
    x->best_cost = INFINITY;
    for (const struct table *t = x->tables; t; t = t->next)
        if (t->len == 2 && t->scope[0] != t->scope[1])
            join(x->edges, x->words, t->scope[0], t->scope[1]);
    for (unsigned i = 0; i < tries && !budget_over(x->budget); i++)
        find_sequence(x, i);
    x->place = arena_new_array(x->arena, uint32_t, x->vars + 1);
    for (uint32_t i = 0; i < x->vars; i++)
        x->place[x->best_sequence[i]] = i;
}

/* The most bytes that all tables take at once: a result lives until the first variable of its scope goes. */
static double peak(const struct eliminating *x)
{
    struct arena scratch = ARENA_INIT;
    double *freed = arena_new_array(&scratch, double, x->vars + 1), used = 0, most = 0;
    for (uint32_t i = 0; i < x->vars; i++) {
        double bytes = ldexp(sizeof(struct rough), (int)x->best_lens[i]);
        uint32_t first = UINT32_MAX;
        for (uint32_t j = 0; j < x->best_lens[i]; j++) {
            uint32_t place = x->place[x->best_scopes[(size_t)i * SCOPE_MAX + j]];
            first = place < first ? place : first;
        }
        used += bytes;
        most = fmax(most, used);
        used -= freed[i];
        if (first == UINT32_MAX)
            used -= bytes;
        else
            freed[first] += bytes;
    }
    arena_release(&scratch);
    return most;
}

/* The event that stands in the most table entries. */
static uint32_t dearest_event(const struct eliminating *x)
{
    struct arena scratch = ARENA_INIT;
    double *entries = arena_new_array(&scratch, double, x->vars + 1), most = 0;
    uint32_t event = UINT32_MAX;
    for (uint32_t i = 0; i < x->vars; i++) {
        double own = ldexp(1, (int)x->best_lens[i]);
        entries[x->best_sequence[i]] += own;
        for (uint32_t j = 0; j < x->best_lens[i]; j++)
            entries[x->best_scopes[(size_t)i * SCOPE_MAX + j]] += own;
    }
    for (uint32_t e = 0; e < x->n.events; e++)
        if (x->value_of[2 * e] != UINT32_MAX && entries[x->value_of[2 * e]] > most) {
            most = entries[x->value_of[2 * e]];
            event = e;
        }
    arena_release(&scratch);
    return event;
}

/* ---- elimination ------------------------------------------------------------------------------- */

/* Into the bucket of its variable that is eliminated first; its scope becomes places, ascending. */
static void file_away(struct eliminating *x, struct table *t)
{
    struct table **bucket = &x->buckets[t->scope[0]];
    t->next = *bucket;
    *bucket = t;
}

static void file_all(struct eliminating *x)
{
    for (struct table *t = x->tables, *next; t; t = next) {
        next = t->next;
        for (uint32_t i = 0; i < t->len; i++)
            t->scope[i] = x->place[t->scope[i]];
        if (t->len == 2 && t->scope[0] == t->scope[1]) { /* x and x: only equal values count */
            t->len = 1;
            t->entries[1] = t->entries[3];
        } else if (t->len == 2 && t->scope[0] > t->scope[1]) {
            uint32_t place = t->scope[0];
            struct rough entry = t->entries[1];
            t->scope[0] = t->scope[1];
            t->scope[1] = place;
            t->entries[1] = t->entries[2];
            t->entries[2] = entry;
        }
        file_away(x, t);
    }
}

struct cursor { /* where a table stands while all entries of the result are gone through */
    const struct rough *low, *high; /* at value 0 and 1 of the variable that goes */
    int64_t step[SCOPE_MAX + 1];    /* in entries, when bit i becomes 1 and all below it 0 */
    int64_t at;
};

static void set_cursor(struct cursor *c, const struct table *t, const uint32_t *scope, uint32_t len)
{
    int64_t below = 0; /* what bits below i amount to when all are set */
    c->low = t->entries;
    c->high = t->entries + 1; /* the variable that goes is the first of every scope */
    c->at = 0;
    for (uint32_t i = 0, j = 1; i < len; i++) {
        int64_t own = 0;
        if (j < t->len && t->scope[j] == scope[i])
            own = (int64_t)1 << j++;
        c->step[i] = own - below;
        below += own;
    }
    c->step[len] = 0;
}

static inline struct rough times(struct rough a, struct rough b)
{
    double at = a.at * b.at;
    return (struct rough){at, fabs(a.at) * b.off + a.off * (fabs(b.at) + b.off) + DBL_EPSILON * fabs(at)};
}

static inline struct rough plus(struct rough a, struct rough b)
{
    double at = a.at + b.at;
    return (struct rough){at, (a.off + b.off + DBL_EPSILON * fabs(at)) * (1 + 8 * DBL_EPSILON) + DBL_MIN};
}

static bool sum_products(struct eliminating *x, struct cursor *cursors, uint32_t n, struct rough *out, uint32_t len)
{
    uint64_t entries = (uint64_t)1 << len;
    for (uint64_t i = 0;;) {
        struct rough low = cursors[0].low[cursors[0].at], high = cursors[0].high[cursors[0].at];
        for (uint32_t j = 1; j < n; j++) {
            const struct cursor *c = &cursors[j];
            low = times(low, c->low[c->at]);
            high = times(high, c->high[c->at]);
        }
        out[i] = plus(low, high);
        if (++i == entries)
            return true;
        unsigned bit = (unsigned)__builtin_ctzll(i);
        for (uint32_t j = 0; j < n; j++)
            cursors[j].at += cursors[j].step[bit];
        if (i % CLOCK_EVERY == 0 && budget_over(x->budget))
            return false;
    }
}

static size_t table_bytes(uint32_t len)
{
    return sizeof(struct rough) << len;
}

static void drop_table(struct eliminating *x, struct table *t)
{
    if (t->owned)
        budget_free(x->budget, t->entries, table_bytes(t->len));
    t->entries = NULL;
    t->owned = false;
}

static uint32_t merge_scope(uint32_t *scope, uint32_t len, const struct table *t)
{
    for (uint32_t i = 1; i < t->len; i++) {
        uint32_t j = len;
        while (j > 0 && scope[j - 1] > t->scope[i])
            j--;
        if ((j > 0 && scope[j - 1] == t->scope[i]) || len == SCOPE_MAX)
            continue;
        memmove(&scope[j + 1], &scope[j], (len - j) * sizeof(*scope));
        scope[j] = t->scope[i];
        len++;
    }
    return len;
}

enum { SMALL_MAX = 11 }; /* variables of a table that stays in the cache */

/* Small tables of a bucket become few: their products are taken once, not for every entry of the result. The first
 * variable of all scopes is the one that goes. */
static void multiply_small(struct eliminating *x, uint32_t place, struct arena *arena)
{
    struct table *kept = NULL, *product = NULL;
    for (struct table *t = x->buckets[place], *next; t; t = next) {
        uint32_t scope[SCOPE_MAX + 1] = {place}, len = 0;
        next = t->next;
        if (t->len <= SMALL_MAX && product) {
            len = merge_scope(scope, merge_scope(scope, 0, product), t);
        }
        if (t->len > SMALL_MAX || (product && len + 1 > SMALL_MAX)) {
            t->next = kept;
            kept = t;
            continue;
        }
        if (!product) {
            product = t;
            continue;
        }
        struct cursor c[2];
        struct table *both = arena_new(arena, struct table);
        both->len = len + 1;
        both->scope = arena_new_array(arena, uint32_t, len + 1);
        both->entries = arena_new_array(arena, struct rough, (size_t)2 << len);
        both->scope[0] = place;
        memcpy(&both->scope[1], scope, len * sizeof(*scope));
        set_cursor(&c[0], product, scope, len);
        set_cursor(&c[1], t, scope, len);
        for (uint64_t i = 0; i < (uint64_t)1 << len; i++) {
            both->entries[2 * i] = times(c[0].low[c[0].at], c[1].low[c[1].at]);
            both->entries[2 * i + 1] = times(c[0].high[c[0].at], c[1].high[c[1].at]);
            unsigned bit = (unsigned)__builtin_ctzll(i + 1);
            for (unsigned j = 0; j < 2 && bit <= len; j++)
                c[j].at += c[j].step[bit];
        }
        drop_table(x, product);
        drop_table(x, t);
        product = both;
    }
    if (product) {
        product->next = kept;
        kept = product;
    }
    x->buckets[place] = kept;
}

/* All tables with this variable become one without it. A variable without tables belongs to a node out of reach. */
static bool eliminate_at(struct eliminating *x, uint32_t place, struct rough *constant)
{
    uint32_t scope[SCOPE_MAX + 1], len = 0, n = 0;
    for (struct table *t = x->buckets[place]; t; t = t->next, n++)
        len = merge_scope(scope, len, t);
    if (!n)
        return true;
    struct table *result = arena_new(x->arena, struct table);
    struct arena scratch = ARENA_INIT;
    if (n > 2 && len > 2)
        multiply_small(x, place, &scratch);
    n = 0;
    for (struct table *t = x->buckets[place]; t; t = t->next)
        n++;
    struct cursor *cursors = arena_new_array(&scratch, struct cursor, n), *c = cursors;
    bool ok = true;
    result->len = len;
    result->entries = budget_realloc(x->budget, NULL, 0, table_bytes(len));
    result->owned = result->entries != NULL;
    if (result->entries) {
        for (struct table *t = x->buckets[place]; t; t = t->next)
            set_cursor(c++, t, scope, len);
        ok = sum_products(x, cursors, n, result->entries, len);
    }
    for (struct table *t = x->buckets[place]; t; t = t->next)
        drop_table(x, t);
    x->buckets[place] = NULL;
    arena_release(&scratch);
    ok = ok && result->entries;
    if (ok && len) {
        result->scope = arena_new_array(x->arena, uint32_t, len);
        memcpy(result->scope, scope, len * sizeof(*scope));
        file_away(x, result);
        return true;
    }
    if (ok)
        *constant = times(*constant, result->entries[0]);
    drop_table(x, result);
    return ok;
}

static void run(struct eliminating *x, struct elimination *out)
{
    struct rough result = exact(1);
    bool ok = true;
    x->buckets = arena_new_array(x->arena, struct table *, x->vars + 1);
    file_all(x);
    for (uint32_t i = 0; i < x->vars && ok; i++)
        ok = !((i & 15) == 0 && budget_over(x->budget)) && eliminate_at(x, i, &result);
    for (uint32_t i = 0; i < x->vars; i++)
        for (struct table *t = x->buckets[i]; t; t = t->next)
            drop_table(x, t);
    if (!ok || !(result.off < 1))
        return;
    out->done = true;
    double slack = (fabs(result.at) + result.off) * 4 * DBL_EPSILON;
    out->lo = fmin(1, fmax(0, result.at - result.off - slack));
    out->hi = fmax(0, fmin(1, result.at + result.off + slack));
}

void eliminate(const struct formula *f, const double *p, unsigned tries, double max_cost, struct budget *budget,
               struct elimination *out)
{
    struct arena scratch = ARENA_INIT;
    struct eliminating x = {.p = p, .budget = budget, .arena = &scratch};
    *out = (struct elimination){.lo = 0, .hi = 1, .pivot = UINT32_MAX};
    if (nnf_build(&x.n, &scratch, f, NODES_MAX)) {
        if (formula_is_constant(x.n.root) || is_literal(&x, x.n.root)) {
            struct rough c = formula_is_constant(x.n.root) ? exact(x.n.root == NNF_TRUE) : chance_of(&x, x.n.root);
            *out = (struct elimination){true, fmax(0, c.at - c.off), fmin(1, c.at + c.off), 1, 1, UINT32_MAX};
        } else {
            count_uses(&x);
            size_t graph = (size_t)x.vars * (x.vars / 4 + 8 * SCOPE_MAX + 256);
            if (x.vars <= VARS_MAX && graph < budget->max_bytes) {
                make_tables(&x);
                plan(&x, tries ? tries : 1);
                out->cost = isfinite(x.best_cost) ? x.best_cost : 0;
                out->width = x.best_width;
                if (x.best_cost <= max_cost && peak(&x) <= (double)budget->max_bytes)
                    run(&x, out);
                else if (isfinite(x.best_cost))
                    out->pivot = dearest_event(&x);
            }
        }
    }
    arena_release(&scratch);
}
