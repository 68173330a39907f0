/* Binary decision diagrams with complement edges.
 *
 * A function and its negation share one node; of the two references the one to a function that holds when
 * all variables do is even. So hi is always even, and a function that no negation enters never shows an odd
 * reference but the constant "false". Operations are the textbook's (Brace, Rudell, Bryant 1990): cofactor
 * on the topmost variable, with a memo. AND and XOR have entries of their own in the memo of ITE, under
 * third arguments that ITE never has. */
#include "tree/core/bdd_table.h"

#include <stdlib.h>
#include <string.h>

enum { MEMO_AND = 0, MEMO_XOR = 1, LOOK_AT_CLOCK = 4096 };

struct bdd *bdd_new_within(uint32_t vars, const uint32_t *level_of, struct budget *budget, uint32_t max_nodes,
                           uint32_t room)
{
    struct bdd *b = base_malloc(sizeof(*b));
    memset(b, 0, sizeof(*b));
    b->budget = budget ? budget : &b->own;
    b->vars = vars;
    if (!budget)
        budget_init(&b->own, NULL);
    b->failed = !node_table_init(&b->nodes, 1, room, b->budget);
    b->failed = !memo_init(&b->memo, room, b->budget) || b->failed;
    if (max_nodes && max_nodes < b->nodes.max)
        b->nodes.max = max_nodes;
    if (!level_of || b->failed)
        return b;
    b->level_of = budget_realloc(b->budget, NULL, 0, (vars + (size_t)1) * sizeof(*level_of));
    b->var_at = budget_realloc(b->budget, NULL, 0, (vars + (size_t)1) * sizeof(*level_of));
    b->failed = !b->level_of || !b->var_at;
    for (uint32_t v = 0; v < vars && !b->failed; v++) {
        b->level_of[v] = level_of[v];
        b->var_at[level_of[v]] = v;
    }
    return b;
}

struct bdd *bdd_new(uint32_t vars, const uint32_t *level_of, const struct tree_limits *limits)
{
    struct bdd *b = bdd_new_within(vars, level_of, NULL, 0, 0);
    budget_init(&b->own, limits);
    atomic_store(&b->own.used, (b->nodes.room * sizeof(struct node)) + node_table_places(&b->nodes) * sizeof(uint32_t) +
                                   memo_entries(&b->memo) * sizeof(struct memo_entry) +
                                   (level_of ? 2 * (vars + (size_t)1) * sizeof(uint32_t) : 0));
    b->failed = b->failed || atomic_load(&b->own.used) > b->own.max_bytes;
    return b;
}

void bdd_free(struct bdd *b)
{
    if (!b)
        return;
    node_table_release(&b->nodes);
    memo_release(&b->memo);
    budget_free(b->budget, b->level_of, (b->vars + (size_t)1) * sizeof(*b->level_of));
    budget_free(b->budget, b->var_at, (b->vars + (size_t)1) * sizeof(*b->var_at));
    free(b);
}

bool bdd_failed(const struct bdd *b)
{
    return b->failed;
}

static uint32_t fail(struct bdd *b)
{
    b->failed = true;
    return BDD_FAIL;
}

static inline uint32_t level(const struct bdd *b, uint32_t r)
{
    return b->nodes.at[r >> 1].level;
}

static inline uint32_t hi(const struct bdd *b, uint32_t r)
{
    return b->nodes.at[r >> 1].hi ^ (r & 1);
}

static inline uint32_t lo(const struct bdd *b, uint32_t r)
{
    return b->nodes.at[r >> 1].lo ^ (r & 1);
}

static inline uint32_t make(struct bdd *b, uint32_t at, uint32_t h, uint32_t l)
{
    if (h == l)
        return h;
    uint32_t i = node_table_add(&b->nodes, at, h ^ (h & 1), l ^ (h & 1));
    return i == NODE_FAIL ? fail(b) : 2 * i | (h & 1);
}

/* Before every step that is not in the memo. */
static inline bool tired(struct bdd *b)
{
    if (++b->work < LOOK_AT_CLOCK)
        return false;
    b->work = 0;
    if (budget_over(b->budget))
        b->failed = true;
    return b->failed;
}

/* Whether the conjunction is known without looking; otherwise the two are put in order. */
static inline bool and_settled(uint32_t *f, uint32_t *g, uint32_t *out)
{
    if (*f > *g) {
        uint32_t swap = *f;
        *f = *g;
        *g = swap;
    }
    *out = *f == BDD_TRUE || *f == *g ? *g : BDD_FALSE;
    return *f < 2 || (*f ^ *g) < 2;
}

static uint32_t and_step(struct bdd *b, uint32_t f, uint32_t g, uint32_t hash);

/* Five calls of six end here, so it is no call. */
static inline uint32_t and_(struct bdd *b, uint32_t f, uint32_t g)
{
    uint32_t known;
    if (and_settled(&f, &g, &known))
        return known;
    uint32_t hash = memo_hash(f, g, MEMO_AND);
    return memo_find(&b->memo, hash, f, g, MEMO_AND, &known) ? known : and_step(b, f, g, hash);
}

/* The step of and_() when no special case applies and the memo does not know it: f < g. */
static uint32_t and_step(struct bdd *b, uint32_t f, uint32_t g, uint32_t hash)
{
    if (tired(b))
        return BDD_FAIL;
    uint32_t lf = level(b, f), lg = level(b, g), top = lf < lg ? lf : lg, l;
    uint32_t f0 = lf == top ? lo(b, f) : f, g0 = lg == top ? lo(b, g) : g;
    uint32_t f1 = lf == top ? hi(b, f) : f, g1 = lg == top ? hi(b, g) : g;
    bool settled = and_settled(&f0, &g0, &l);
    uint32_t hash0 = memo_hash(f0, g0, MEMO_AND);
    memo_prefetch(&b->memo, hash0);
    uint32_t h = and_(b, f1, g1);
    if (h == BDD_FAIL)
        return BDD_FAIL;
    if (!settled && !memo_find(&b->memo, hash0, f0, g0, MEMO_AND, &l)) {
        l = and_step(b, f0, g0, hash0);
        if (l == BDD_FAIL)
            return BDD_FAIL;
    }
    uint32_t result = make(b, top, h, l);
    if (result != BDD_FAIL)
        memo_keep(&b->memo, hash, f, g, MEMO_AND, result);
    return result;
}

static uint32_t xor_(struct bdd *b, uint32_t f, uint32_t g)
{
    uint32_t sign = (f ^ g) & 1, result;
    f &= ~1u;
    g &= ~1u;
    if (f > g) {
        uint32_t swap = f;
        f = g;
        g = swap;
    }
    if (f == g)
        return BDD_FALSE ^ sign;
    if (f == BDD_TRUE)
        return g ^ 1 ^ sign;
    if (memo_get(&b->memo, f, g, MEMO_XOR, &result))
        return result ^ sign;
    if (tired(b))
        return BDD_FAIL;
    uint32_t lf = level(b, f), lg = level(b, g), top = lf < lg ? lf : lg;
    uint32_t h = xor_(b, lf == top ? hi(b, f) : f, lg == top ? hi(b, g) : g);
    if (h == BDD_FAIL)
        return BDD_FAIL;
    uint32_t l = xor_(b, lf == top ? lo(b, f) : f, lg == top ? lo(b, g) : g);
    if (l == BDD_FAIL)
        return BDD_FAIL;
    result = make(b, top, h, l);
    if (result == BDD_FAIL)
        return result;
    memo_put(&b->memo, f, g, MEMO_XOR, result);
    return result ^ sign;
}

static uint32_t or_(struct bdd *b, uint32_t f, uint32_t g)
{
    return BDD_NOT(and_(b, f ^ 1, g ^ 1));
}

static uint32_t ite(struct bdd *b, uint32_t f, uint32_t g, uint32_t h);

/* The step of ite() when no special case applies. f and g are even. */
static uint32_t ite_step(struct bdd *b, uint32_t f, uint32_t g, uint32_t h)
{
    uint32_t result;
    if (memo_get(&b->memo, f, g, h, &result))
        return result;
    if (tired(b))
        return BDD_FAIL;
    uint32_t lf = level(b, f), lg = level(b, g), lh = level(b, h), top = lf < lg ? lf : lg;
    top = lh < top ? lh : top;
    uint32_t one =
        ite(b, lf == top ? hi(b, f) : f, lg == top ? hi(b, g) : g, lh == top ? hi(b, h) : h);
    if (one == BDD_FAIL)
        return BDD_FAIL;
    uint32_t zero =
        ite(b, lf == top ? lo(b, f) : f, lg == top ? lo(b, g) : g, lh == top ? lo(b, h) : h);
    if (zero == BDD_FAIL)
        return BDD_FAIL;
    result = make(b, top, one, zero);
    if (result != BDD_FAIL)
        memo_put(&b->memo, f, g, h, result);
    return result;
}

static uint32_t ite(struct bdd *b, uint32_t f, uint32_t g, uint32_t h)
{
    if (f == BDD_TRUE || g == h)
        return g;
    if (f == BDD_FALSE)
        return h;
    if ((f ^ g) < 2)
        g = f == g ? BDD_TRUE : BDD_FALSE;
    if ((f ^ h) < 2)
        h = f == h ? BDD_FALSE : BDD_TRUE;
    if (g < 2)
        return g == BDD_TRUE ? or_(b, f, h) : and_(b, f ^ 1, h);
    if (h < 2)
        return h == BDD_FALSE ? and_(b, f, g) : or_(b, f ^ 1, g);
    if (g == (h ^ 1))
        return BDD_NOT(xor_(b, f, g));
    if (f & 1) {
        uint32_t swap = g;
        g = h;
        h = swap;
        f ^= 1;
    }
    if (g & 1)
        return BDD_NOT(ite_step(b, f, g ^ 1, h ^ 1));
    return ite_step(b, f, g, h);
}

uint32_t bdd_variable(struct bdd *b, uint32_t var)
{
    return b->failed ? BDD_FAIL : make(b, bdd_level(b, var), BDD_TRUE, BDD_FALSE);
}

uint32_t bdd_and(struct bdd *b, uint32_t f, uint32_t g)
{
    return b->failed || f == BDD_FAIL || g == BDD_FAIL ? fail(b) : and_(b, f, g);
}

uint32_t bdd_or(struct bdd *b, uint32_t f, uint32_t g)
{
    return b->failed || f == BDD_FAIL || g == BDD_FAIL ? fail(b) : or_(b, f, g);
}

uint32_t bdd_xor(struct bdd *b, uint32_t f, uint32_t g)
{
    return b->failed || f == BDD_FAIL || g == BDD_FAIL ? fail(b) : xor_(b, f, g);
}

uint32_t bdd_ite(struct bdd *b, uint32_t f, uint32_t g, uint32_t h)
{
    return b->failed || f == BDD_FAIL || g == BDD_FAIL || h == BDD_FAIL ? fail(b) : ite(b, f, g, h);
}

uint32_t bdd_node(struct bdd *b, uint32_t var, uint32_t h, uint32_t l)
{
    if (b->failed || h == BDD_FAIL || l == BDD_FAIL)
        return fail(b);
    uint32_t at = bdd_level(b, var);
    if (level(b, h) <= at || level(b, l) <= at)
        BUG("variable %u does not stand above its branches", var);
    return make(b, at, h, l);
}

static uint32_t restrict_(struct bdd *b, uint32_t f, uint32_t at, bool value)
{
    uint32_t own = level(b, f), sign = f & 1, result;
    if (own > at)
        return f;
    if (own == at)
        return value ? hi(b, f) : lo(b, f);
    f ^= sign;
    if (memo_get(&b->memo, f, at, UINT32_MAX - value, &result))
        return result ^ sign;
    if (tired(b))
        return BDD_FAIL;
    uint32_t h = restrict_(b, hi(b, f), at, value);
    uint32_t l = h == BDD_FAIL ? h : restrict_(b, lo(b, f), at, value);
    result = l == BDD_FAIL ? l : make(b, own, h, l);
    if (result == BDD_FAIL)
        return BDD_FAIL;
    memo_put(&b->memo, f, at, UINT32_MAX - value, result);
    return result ^ sign;
}

uint32_t bdd_restrict(struct bdd *b, uint32_t f, uint32_t var, bool value)
{
    return b->failed || f == BDD_FAIL ? fail(b) : restrict_(b, f, bdd_level(b, var), value);
}

uint32_t bdd_var(const struct bdd *b, uint32_t r)
{
    uint32_t at = level(b, r);
    return at == NODE_TERMINAL ? DIAGRAM_TERMINAL : b->var_at ? b->var_at[at] : at;
}

uint32_t bdd_hi(const struct bdd *b, uint32_t r)
{
    return hi(b, r);
}

uint32_t bdd_lo(const struct bdd *b, uint32_t r)
{
    return lo(b, r);
}

uint32_t bdd_level(const struct bdd *b, uint32_t var)
{
    if (var >= b->vars)
        BUG("variable %u of %u", var, b->vars);
    return b->level_of ? b->level_of[var] : var;
}

uint32_t bdd_nodes(const struct bdd *b)
{
    return b->nodes.len;
}
