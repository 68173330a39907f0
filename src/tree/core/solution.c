/* Figures that come with a solution: its probability and the number of its minimal sets. */
#include "tree/core/bignum.h"
#include "tree/core/solve.h"

#include <math.h>
#include <stdlib.h>

static size_t longest(const struct solution *s, bool sets)
{
    size_t most = 2;
    for (uint32_t i = 0; i < s->len; i++) {
        size_t len = sets ? s->parts[i].sets.len : s->parts[i].bdd.len;
        most = len > most ? len : most;
    }
    return most;
}

static struct chance part_chance(const struct diagram *d, const struct chance *by_var, struct chance *at)
{
    at[0] = (struct chance){1, 0};
    for (uint32_t i = 1; i < d->len; i++) {
        const struct diagram_node *n = &d->at[i];
        struct chance x = by_var[n->var], hi = at[n->hi >> 1], lo = at[n->lo >> 1];
        double lo_p = n->lo & 1 ? lo.q : lo.p, lo_q = n->lo & 1 ? lo.p : lo.q;
        double hi_p = n->hi & 1 ? hi.q : hi.p, hi_q = n->hi & 1 ? hi.p : hi.q;
        at[i] = (struct chance){x.p * hi_p + x.q * lo_p, x.p * hi_q + x.q * lo_q};
    }
    struct chance root = at[d->root >> 1];
    return d->root & 1 ? (struct chance){root.q, root.p} : root;
}

struct chance solution_probability(const struct solution *s, const double *p, const double *q)
{
    struct chance *by_var = base_malloc((s->events + s->len) * sizeof(*by_var));
    struct chance *at = base_malloc(longest(s, false) * sizeof(*at));
    for (uint32_t e = 0; e < s->events; e++)
        by_var[e] = (struct chance){p[e], q ? q[e] : 1 - p[e]};
    for (uint32_t i = 0; i < s->len; i++)
        by_var[s->events + i] = part_chance(&s->parts[i].bdd, by_var, at);
    struct chance result = by_var[s->events + s->len - 1];
    free(at);
    free(by_var);
    return result;
}

/* Binary logarithms of the counts, a little too large: how long the numbers will be. `at` has room for the
 * longest part, by_part for all. Returns the largest. */
static double estimate_bits(const struct solution *s, double *at, double *by_part)
{
    double most = 0;
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = &s->parts[i].sets;
        at[0] = -INFINITY;
        at[1] = 0;
        for (uint32_t j = 2; j < d->len; j++) {
            const struct diagram_node *n = &d->at[j];
            double lo = at[n->lo], hi = at[n->hi] + (n->var < s->events ? 0 : by_part[n->var - s->events]);
            double larger = lo > hi ? lo : hi, smaller = lo > hi ? hi : lo;
            at[j] = larger > -INFINITY ? larger + log2(1 + exp2(smaller - larger)) + 1e-12 : larger;
            most = at[j] > most ? at[j] : most;
        }
        by_part[i] = at[d->root];
    }
    return most;
}

/* The counts of all parts, each of `limbs` limbs; at has room for the longest part. */
static void count(const struct solution *s, size_t limbs, uint64_t *at, uint64_t *by_part)
{
    struct arena scratch = ARENA_INIT;
    uint64_t *product = arena_new_array(&scratch, uint64_t, limbs);
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = &s->parts[i].sets;
        for (size_t j = 0; j < 2 * limbs; j++)
            at[j] = j == limbs;
        for (uint32_t j = 2; j < d->len; j++) {
            const struct diagram_node *n = &d->at[j];
            const uint64_t *hi = at + n->hi * limbs, *lo = at + n->lo * limbs;
            if (n->var >= s->events) {
                bignum_multiply(product, hi, by_part + (n->var - s->events) * limbs, limbs);
                hi = product;
            }
            for (size_t k = 0; k < limbs; k++)
                at[j * limbs + k] = lo[k];
            bignum_add(at + j * limbs, hi, limbs);
        }
        for (size_t k = 0; k < limbs; k++)
            by_part[i * limbs + k] = at[d->root * limbs + k];
    }
    arena_release(&scratch);
}

/* Of the largest count that is met. */
static size_t count_limbs(const struct solution *s, size_t most)
{
    double *bits = base_malloc((most + s->len) * sizeof(*bits));
    size_t limbs = (size_t)(estimate_bits(s, bits, bits + most) / 64) + 1;
    free(bits);
    if ((most + s->len) > SIZE_MAX / sizeof(uint64_t) / limbs)
        BUG("a count of %zu limbs", limbs);
    return limbs;
}

size_t solution_count_bytes(const struct solution *s)
{
    size_t most = longest(s, true);
    return (most + s->len) * sizeof(uint64_t) * count_limbs(s, most);
}

const char *solution_count(const struct solution *s, struct arena *arena)
{
    size_t most = longest(s, true), limbs = count_limbs(s, most);
    uint64_t *at = base_malloc((most + s->len) * limbs * sizeof(*at)), *by_part = at + most * limbs;
    count(s, limbs, at, by_part);
    const char *text = bignum_text(by_part + (s->len - 1) * limbs, limbs, arena);
    free(at);
    return text;
}
