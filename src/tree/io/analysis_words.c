#include "tree/io/analysis_words.h"

#include "base/str.h"
#include "tree/core/explain.h"
#include "tree/core/number_text.h"
#include "tree/io/analysis_json.h"

#include <math.h>
#include <stdlib.h>

static struct sv taken(struct arena *a, struct str *text)
{
    struct sv result = arena_sv(a, str_sv(text));
    str_release(text);
    return result;
}

struct sv words_probability(struct arena *a, double p)
{
    return sv_str(number_text(a, p));
}

struct sv words_ratio(struct arena *a, double value)
{
    return sv_str(number_text(a, value));
}

struct sv words_count(struct arena *a, const char *digits)
{
    return sv_str(number_count(a, digits));
}

struct sv words_measure(struct arena *a, enum tree_measure m, double value)
{
    if (isinf(value))
        return SV("none");
    return sv_str(m == MEASURE_TIME || m == MEASURE_TIME_SUM ? number_time_brief(a, value) : number_text(a, value));
}

struct sv words_number(struct arena *a, const struct analysis_number *n)
{
    if (!n->known)
        return SV("unknown");
    if (n->exact)
        return words_probability(a, n->value);
    struct sv lo = words_probability(a, n->lo), hi = words_probability(a, n->hi);
    if (sv_eq(lo, hi))
        return sv_str(arena_printf(a, "about %.*s", SV_ARG(lo)));
    return sv_str(arena_printf(a, "between %.*s and %.*s", SV_ARG(lo), SV_ARG(hi)));
}

struct sv words_world(enum tree_world w)
{
    switch (w) {
    case WORLD_NONE:
        return SV("no countermeasures");
    case WORLD_DEPLOYED:
        return SV("as deployed today");
    default:
        return SV("all countermeasures deployed");
    }
}

struct sv words_node(const struct tree *t, uint32_t node)
{
    return explain_name(t, node);
}

struct sv words_attack(struct arena *a, const struct tree *t, const struct tree_attack *attack)
{
    struct str text = STR_INIT;
    for (uint32_t i = 0; i < attack->len; i++) {
        if (i)
            str_add_str(&text, "; ");
        str_add(&text, words_node(t, attack->steps[i]));
    }
    if (attack->len == 0)
        str_add_str(&text, "nothing: the goal is reached without any step");
    return taken(a, &text);
}

static bool has_countermeasures(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++)
        if (t->nodes.at[i].role != TREE_ATTACK)
            return true;
    return false;
}

struct sv words_attack_measures(struct arena *a, const struct tree *t, const struct tree_attack *attack)
{
    static const struct {
        enum tree_measure measure;
        const char *name;
    } shown[] = {{MEASURE_PROBABILITY, "probability"},
                 {MEASURE_COST, "cost"},
                 {MEASURE_TIME, "time"},
                 {MEASURE_SKILL, "skill"},
                 {MEASURE_DAMAGE, "damage"}};
    struct str text = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        double value = attack->by[shown[i].measure];
        if (!isfinite(value) || (shown[i].measure == MEASURE_DAMAGE && value == 0))
            continue;
        str_addf(&text, "%s%s %.*s", text.len ? ", " : "", shown[i].name,
                 SV_ARG(words_measure(a, shown[i].measure, value)));
        if (shown[i].measure == MEASURE_PROBABILITY && has_countermeasures(t))
            str_add_str(&text, " if nothing stops it");
    }
    str_addf(&text, "%s%u step%s", text.len ? ", " : "", attack->len, attack->len == 1 ? "" : "s");
    return taken(a, &text);
}

struct sv words_path_step(struct arena *a, const struct tree *t, const struct explain_step *step)
{
    struct sv node = words_node(t, step->node);
    const char *kind = t->nodes.at[step->node].role == TREE_ATTACK ? "" : "a countermeasure, ";
    return *step->choice ? sv_str(arena_printf(a, "%.*s (%s%s)", SV_ARG(node), kind, step->choice)) : node;
}

struct sv words_missing(struct arena *a, const struct tree *t, uint32_t node, int attribute)
{
    static const char *const words[TREE_ATTRIBUTES] = {
        [TREE_P] = "the probability (p)", [TREE_COST] = "the cost",   [TREE_TIME] = "the time",
        [TREE_SKILL] = "the skill",       [TREE_DAMAGE] = "the damage",
        [TREE_STOPS] = "how often it stops an attack (stops)",
        [TREE_DEPLOYED] = "how widely it is deployed (deployed)"};
    if (node == UINT32_MAX || node >= t->nodes.len || attribute < 0 || attribute >= TREE_ATTRIBUTES)
        return SV_NONE;
    return sv_str(arena_printf(a, "%s of \xe2\x80\x9c%.*s\xe2\x80\x9d is not given", words[attribute],
                               SV_ARG(words_node(t, node))));
}

/* ---- the story ---- */

static bool is(const char *digits, const char *value)
{
    return digits && sv_eq_str(sv_str(digits), value);
}

static struct sv story_attacks(struct arena *a, const struct tree_analysis *t)
{
    const struct analysis_world *w = &t->worlds[t->main_world];
    enum tree_measure by;
    const struct tree_attacks *best = analysis_best(w, MEASURE_PROBABILITY, &by);
    const char *place = t->main_world == WORLD_DEPLOYED && t->counts.countermeasures ? " today" : "";
    struct str text = STR_INIT;
    if (!w->minimal_attacks)
        str_addf(&text, "There are more minimal attacks%s than could be counted within the limits.", place);
    else if (is(w->minimal_attacks, "0"))
        str_addf(&text, "No set of steps reaches the goal%s for certain.", place);
    else if (is(w->minimal_attacks, "1"))
        str_addf(&text, "One minimal attack reaches the goal%s.", place);
    else
        str_addf(&text, "%.*s minimal attacks reach the goal%s.", SV_ARG(words_count(a, w->minimal_attacks)), place);
    const char *found = best->exact ? "" : " that was found";
    if (best->len && best->at[0].len == 1)
        str_addf(&text, " %s%s is a single step: \xe2\x80\x9c%.*s\xe2\x80\x9d.",
                 by == MEASURE_PROBABILITY ? "The likeliest" : "The shortest", found,
                 SV_ARG(words_attack(a, t->tree, &best->at[0])));
    else if (best->len)
        str_addf(&text, " %s%s takes %u steps: %.*s.",
                 by == MEASURE_PROBABILITY ? "The likeliest" : "The shortest", found, best->at[0].len,
                 SV_ARG(words_attack(a, t->tree, &best->at[0])));
    return taken(a, &text);
}

static bool has_probabilities(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++)
        if (t->nodes.at[i].values[TREE_P].kind != TREE_NO_VALUE)
            return true;
    return false;
}

static struct sv story_worlds(struct arena *a, const struct tree_analysis *t)
{
    const struct analysis_world *main = &t->worlds[t->main_world];
    const struct analysis_number *p = &main->probability;
    struct str text = STR_INIT;
    if (!p->known) {
        struct sv missing = words_missing(a, t->tree, p->missing, p->missing_attribute);
        str_addf(&text, "How likely the goal is cannot be said: %.*s.",
                 SV_ARG(missing.len && has_probabilities(t->tree) ? missing : SV("the tree has no probabilities")));
        return taken(a, &text);
    }
    if (t->counts.countermeasures == 0) {
        str_addf(&text, "An attacker who tries reaches the goal with probability %.*s.", SV_ARG(words_number(a, p)));
    } else if (t->main_world == WORLD_DEPLOYED) {
        str_addf(&text, "An attacker who tries reaches the goal with probability %.*s as things are deployed today",
                 SV_ARG(words_number(a, p)));
        if (t->computed[WORLD_NONE] && t->computed[WORLD_ALL])
            str_addf(&text, "; without any countermeasure it would be %.*s, with all of them deployed %.*s",
                     SV_ARG(words_number(a, &t->worlds[WORLD_NONE].probability)),
                     SV_ARG(words_number(a, &t->worlds[WORLD_ALL].probability)));
        str_add_char(&text, '.');
    } else {
        str_addf(&text, "Without countermeasures an attacker who tries reaches the goal with probability %.*s",
                 SV_ARG(words_number(a, p)));
        if (t->computed[WORLD_ALL])
            str_addf(&text, ", with all of them deployed %.*s",
                     SV_ARG(words_number(a, &t->worlds[WORLD_ALL].probability)));
        struct sv missing = words_missing(a, t->tree, t->worlds[WORLD_DEPLOYED].undefined_because, TREE_DEPLOYED);
        if (missing.len)
            str_addf(&text, "; how likely it is today cannot be said: %.*s", SV_ARG(missing));
        str_add_char(&text, '.');
    }
    return taken(a, &text);
}

static void add_untouched(struct arena *a, const struct tree_analysis *t, struct str *text)
{
    if (!t->untouched)
        return;
    if (is(t->untouched, "0"))
        str_add_str(text, "Every minimal attack meets an existing countermeasure.");
    else
        str_addf(text, "%.*s minimal attack%s touched by no existing countermeasure%s.",
                 SV_ARG(is(t->untouched, "1") ? SV("One") : words_count(a, t->untouched)),
                 is(t->untouched, "1") ? " is" : "s are",
                 t->worlds[WORLD_NONE].probability.known ? "" : ": that is the gap");
}

static struct sv story_gap(struct arena *a, const struct tree_analysis *t)
{
    struct str text = STR_INIT;
    if (t->counts.countermeasures == 0)
        return SV_NONE;
    if (t->specification_gap.known && t->computed[WORLD_ALL] && t->worlds[WORLD_NONE].probability.known)
        str_addf(&text, "The gap: %.*s stays open even when everything is deployed (specification)",
                 SV_ARG(words_number(a, &t->specification_gap)));
    if (text.len && t->deployment_gap.known)
        str_addf(&text, ", and %.*s is open because not everything is (deployment)",
                 SV_ARG(words_number(a, &t->deployment_gap)));
    if (text.len)
        str_add_str(&text, ". ");
    add_untouched(a, t, &text);
    return taken(a, &text);
}

static int by_worth(const void *a, const void *b)
{
    const struct analysis_approach *x = *(const struct analysis_approach *const *)a;
    const struct analysis_approach *y = *(const struct analysis_approach *const *)b;
    if (x->removes < y->removes || x->removes > y->removes)
        return x->removes < y->removes ? 1 : -1;
    return (x->node > y->node) - (x->node < y->node);
}

const struct analysis_approach *const *words_by_worth(struct arena *a, const struct tree_analysis *t)
{
    size_t room = t->approaches_len + 1;
    const struct analysis_approach **sorted = arena_new_array(a, const struct analysis_approach *, room);
    for (size_t i = 0; i < t->approaches_len; i++)
        sorted[i] = &t->approaches[i];
    qsort(sorted, t->approaches_len, sizeof(*sorted), by_worth);
    return sorted;
}

static struct sv story_help(struct arena *a, const struct tree_analysis *t)
{
    const struct analysis_approach *best[2] = {NULL, NULL};
    const struct analysis_approach *const *sorted = words_by_worth(a, t);
    struct str text = STR_INIT;
    for (size_t i = t->approaches_len; i-- > 0;)
        if (sorted[i]->removes > 0)
            best[t->tree->nodes.at[sorted[i]->node].role == TREE_APPROACH] = sorted[i];
    if (best[0])
        str_addf(&text,
                 "What would help most is to deploy \xe2\x80\x9c%.*s\xe2\x80\x9d everywhere: that would leave %.*s.",
                 SV_ARG(words_node(t->tree, best[0]->node)), SV_ARG(words_probability(a, best[0]->leaves)));
    if (best[1])
        str_addf(&text, "%s \xe2\x80\x9c%.*s\xe2\x80\x9d would leave %.*s.",
                 best[0] ? " Of the potential approaches," : "Of the potential approaches,",
                 SV_ARG(words_node(t->tree, best[1]->node)), SV_ARG(words_probability(a, best[1]->leaves)));
    return taken(a, &text);
}

static struct sv story_limits(struct arena *a, const struct tree_analysis *t)
{
    struct str text = STR_INIT;
    const struct analysis_world *w = &t->worlds[t->main_world];
    if (w->probability.known && !w->probability.exact)
        str_add_str(&text, "The limits of time or memory ended the computation: probabilities are proven bounds.");
    if (t->ranges)
        str_addf(&text, "%sWhere the tree has ranges, their middle is taken.", text.len ? " " : "");
    return taken(a, &text);
}

void words_story(struct arena *a, const struct tree_analysis *t, struct words_story *out)
{
    out->attacks = story_attacks(a, t);
    out->worlds = story_worlds(a, t);
    out->gap = story_gap(a, t);
    out->help = story_help(a, t);
    out->limits = story_limits(a, t);
}
