#include "register/steps.h"

#include "base/str.h"
#include "tree/io/outline_value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- names ---- */

static const double PROBABILITY_MOST = 1 - 1e-9;
static const enum tree_attribute quantities[] = {TREE_P, TREE_COST, TREE_TIME};

bool step_key_parse(struct sv text, struct step_key *out)
{
    ptrdiff_t colon = sv_find_char(text, ':');
    if (text.len && text.at[0] == '#') {
        text = sv_from_byte(text, 1);
        colon--;
    }
    struct sv quantity = colon < 0 ? SV("p") : sv_from_byte(text, (size_t)colon + 1);
    *out = (struct step_key){.step = colon < 0 ? text : sv_from(text.at, (size_t)colon)};
    for (size_t i = 0; i < ARRAY_LEN(quantities); i++) {
        out->attribute = quantities[i];
        if (sv_eq_str(quantity, tree_attribute_names[quantities[i]]))
            return out->step.len > 0;
    }
    return false;
}

struct sv step_key_text(struct arena *a, const struct step_key *key)
{
    return sv_str(arena_printf(a, "#%.*s:%s", SV_ARG(key->step), tree_attribute_names[key->attribute]));
}

const char *step_quantity(enum tree_attribute attribute)
{
    return attribute == TREE_P ? "probability" : attribute == TREE_COST ? "cost" : "time";
}

/* ---- answers ---- */

static int bad(struct sv text, const struct outline_fault *fault, struct err *err)
{
    return err_set(err, CM_EINPUT, "\"%.*s\" is no estimate: %s; expected LOW..HIGH, or LOW..HIGH~BEST%s%s",
                   SV_ARG(text), fault->what, fault->expected ? ", with " : "", fault->expected ? fault->expected : "");
}

static int wrong(struct sv text, const char *what, struct err *err)
{
    const struct outline_fault fault = {0, what, NULL};
    return bad(text, &fault, err);
}

int step_interval_parse(struct arena *a, enum tree_attribute attribute, struct sv text, struct step_interval *out,
                        struct err *err)
{
    struct tree_value range, best = {.kind = TREE_NO_VALUE};
    struct outline_fault fault;
    ptrdiff_t tilde = sv_find_char(text, '~');
    *out = (struct step_interval){{0, 0}, 0};
    if (text.len > STEP_ANSWER_MAX)
        return err_set(err, CM_EINPUT, "an estimate of a step has at most %d bytes", STEP_ANSWER_MAX);
    struct sv interval = tilde < 0 ? text : sv_from(text.at, (size_t)tilde);
    if (!outline_value_parse(a, attribute, interval, &range, &fault))
        return bad(text, &fault, err);
    if (range.kind != TREE_RANGE)
        return wrong(text, "it wants the two ends of a 90 % interval", err);
    if (attribute == TREE_P && range.hi > PROBABILITY_MOST)
        return wrong(text, "a probability nearer to 1 than a billionth is none that people can tell", err);
    out->range = (struct pooled_range){range.lo, range.hi};
    if (tilde < 0)
        return CM_OK;
    if (!outline_value_parse(a, attribute, sv_from_byte(text, (size_t)tilde + 1), &best, &fault))
        return bad(text, &fault, err);
    if (best.kind != TREE_POINT || best.lo < range.lo || best.lo > range.hi)
        return wrong(text, "the best guess is one number between the two ends", err);
    out->best = best.lo;
    return CM_OK;
}

/* ---- the pool ---- */

int step_pool(enum tree_attribute attribute, const struct pooled_range *ranges, size_t count,
              struct pooled_interval *out, struct err *err)
{
    return pooled_intervals(attribute == TREE_P ? POOLED_PROBABILITY : POOLED_POSITIVE, ranges, count, out, err);
}

enum { DIGITS_LEAST = 3, DIGITS_MOST = 17 };

/* The shortest number with at least three digits that is as near as step_range_text() promises. room: what the
 * distance is small against. */
static void put_number(struct str *out, double value, double room)
{
    char text[40];
    for (int digits = DIGITS_LEAST; digits <= DIGITS_MOST; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (fabs(strtod(text, NULL) - value) <= room / 200)
            break;
    }
    str_add_str(out, text);
}

struct step_unit {
    const char *name;
    double factor;
};

/* In the largest unit that fits. */
static void put_scaled(struct str *out, double value, const struct step_unit *units, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (value >= units[i].factor)
            best = i;
    put_number(out, value / units[best].factor, value / units[best].factor);
    str_add_str(out, units[best].name);
}

static void put_end(struct str *out, enum tree_attribute attribute, double value)
{
    static const struct step_unit money[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}};
    static const struct step_unit times[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"y", 31557600}};
    if (attribute == TREE_P)
        put_number(out, value, fmin(value, 1 - value));
    else if (attribute == TREE_COST)
        put_scaled(out, value, money, ARRAY_LEN(money));
    else
        put_scaled(out, value, times, ARRAY_LEN(times));
}

struct sv step_range_text(struct arena *a, enum tree_attribute attribute, const struct pooled_interval *pool)
{
    struct str text = STR_INIT;
    put_end(&text, attribute, pool->lo);
    str_add_str(&text, "..");
    put_end(&text, attribute, pool->hi);
    struct sv result = arena_sv(a, str_sv(&text));
    str_release(&text);
    return result;
}

/* ---- steps of trees ---- */

bool step_is(const struct tree_node *n)
{
    return n->gate == TREE_LEAF && n->role == TREE_ATTACK && !n->reference.len;
}

int step_find(struct arena *a, const struct tree *t, struct sv anchor)
{
    const struct sv *anchors = t ? tree_anchors(a, t) : NULL;
    for (size_t i = 0; t && i < t->nodes.len; i++)
        if (sv_eq(anchors[i], anchor) && step_is(&t->nodes.at[i]))
            return (int)i;
    return -1;
}
