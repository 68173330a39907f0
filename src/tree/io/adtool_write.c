/* The ADTool writer. The format is a tree, so a shared gate is written wherever it stands; steps are the same where
 * their label is. So "k of n" can be said exactly too: as the OR of all ANDs of k of them, where these are few.
 * Recursion ends at the depth that the reader takes. */
#include "base/map.h"
#include "format/markup.h"
#include "tree/io/adtool.h"
#include "tree/io/naming.h"

enum { DEPTH_MAX = 180, NODES_MAX = 100000, WAYS_MAX = 256 };

struct adt_writer {
    struct arena *arena;
    const struct tree *t;
    struct sv *labels;
    struct markup m;
    struct loss *loss;
    size_t written;
    size_t *sizes; /* by node: of what is written for it; 0: not known yet */
    bool ways;     /* "k of n" as its ways, where they are few */
    bool *told;    /* by node: it was written once, and what it loses is listed */
    bool sand;
    bool used[TREE_ATTRIBUTES];
};

static const struct {
    enum tree_attribute attribute;
    const char *id, *class;
} domains[] = {{TREE_COST, "MinCost1", "lu.uni.adtool.domains.adtpredefined.MinCost"},
               {TREE_P, "ProbSucc1", "lu.uni.adtool.domains.adtpredefined.ProbSucc"},
               {TREE_DEPLOYED, "ProbSucc1", "lu.uni.adtool.domains.adtpredefined.ProbSucc"},
               {TREE_TIME, "MinTimePar1", "lu.uni.adtool.domains.adtpredefined.MinTimePar"},
               {TREE_SKILL, "MinSkill1", "lu.uni.adtool.domains.adtpredefined.MinSkill"}};

static void lose(struct adt_writer *w, uint32_t i, const char *what, const char *reason)
{
    if (!w->told[i])
        loss_add(w->loss, i, naming_shown(&w->t->nodes.at[i]), what, reason);
}

static void lose_meaning(struct adt_writer *w, uint32_t i, const char *what, const char *reason)
{
    if (!w->told[i])
        loss_add_meaning(w->loss, i, naming_shown(&w->t->nodes.at[i]), what, reason);
}

/* Steps of one side must differ in their labels, as countermeasures with the same label are one anyway. */
static void make_labels(struct adt_writer *w)
{
    struct map taken;
    map_init(&taken, w->arena);
    w->labels = arena_new_array(w->arena, struct sv, w->t->nodes.len + 1);
    for (uint32_t i = 0; i < w->t->nodes.len; i++) {
        const struct tree_node *n = &w->t->nodes.at[i];
        struct sv label = n->label.len ? n->label : naming_shown(n);
        w->labels[i] = label;
        if (n->gate != TREE_LEAF || n->role != TREE_ATTACK)
            continue;
        w->labels[i] = naming_unique(w->arena, &taken, label);
        if (!sv_eq(label, w->labels[i]))
            lose(w, i, "label", "steps with the same label would be one step in ADTool: a number is added");
    }
}

static bool same_side(const struct tree_node *a, const struct tree_node *b)
{
    return (a->role == TREE_ATTACK) == (b->role == TREE_ATTACK);
}

/* In how many ways k of the n children can be chosen; 0: it is written otherwise. */
static size_t ways_of(const struct adt_writer *w, const struct tree_node *n)
{
    size_t len = n->children.len, ways = 1;
    if (n->gate != TREE_AT_LEAST || n->k <= 1 || n->k >= len)
        return 0;
    for (size_t j = 0; j < len; j++) {
        const struct tree_node *child = &w->t->nodes.at[n->children.at[j]];
        if (!same_side(child, n) || child->role == TREE_APPROACH)
            return 0;
    }
    for (size_t j = 1; j <= n->k && ways <= WAYS_MAX; j++) /* C(len - k + j, j) */
        ways = ways * (len - n->k + j) / j;
    return ways <= WAYS_MAX ? ways : 0;
}

/* Nodes that are written for a node; NODES_MAX + 1 for more than NODES_MAX, or deeper than DEPTH_MAX. */
static size_t size_of(struct adt_writer *w, uint32_t i, size_t depth)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    size_t own = 0, other = 1, ways = ways_of(w, n);
    uint32_t below;
    if (depth > DEPTH_MAX || w->sizes[i])
        return depth > DEPTH_MAX ? NODES_MAX + 1 : w->sizes[i];
    for (size_t j = 0; tree_below(n, j, &below); j++)
        *(j < n->countermeasures.len ? &other : &own) += size_of(w, below, depth + 1 + (ways > 0));
    /* each child stands in k of n ways */
    size_t size = other + (ways ? ways + own * ways / n->children.len * n->k : own);
    return w->sizes[i] = size <= NODES_MAX ? size : NODES_MAX + 1;
}

static const char *refinement_of(struct adt_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    switch (n->gate) {
    case TREE_LEAF:
    case TREE_OR:
        return "disjunctive";
    case TREE_AND:
        return "conjunctive";
    case TREE_SAND:
        if (w->sand)
            return "sequential";
        lose(w, i, "order", "a tree with countermeasures has no order in ADTool");
        return "conjunctive";
    case TREE_AT_LEAST:
        if (n->k == 1 || n->k == n->children.len)
            return n->k == 1 ? "disjunctive" : "conjunctive";
        if (!w->ways || !ways_of(w, n))
            lose_meaning(w, i, "gate",
                         "as OR of ANDs it is more than 256 of these, or the file more than 100,000 nodes");
        return "disjunctive";
    default:
        break;
    }
    lose_meaning(w, i, "gate", "ADTool has only AND, OR and sequential AND");
    return "disjunctive";
}

/* Refined by nodes of its own side. */
static bool is_refined(const struct adt_writer *w, const struct tree_node *n)
{
    for (size_t i = 0; i < n->children.len; i++) {
        if (same_side(&w->t->nodes.at[n->children.at[i]], n))
            return true;
    }
    return false;
}

static void write_values(struct adt_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    bool refined = is_refined(w, n);
    for (size_t d = 0; d < ARRAY_LEN(domains); d++) {
        const struct tree_value *v = &n->values[domains[d].attribute];
        if (v->kind == TREE_NO_VALUE)
            continue;
        if (refined) {
            lose(w, i, tree_attribute_names[domains[d].attribute], "a refined node in ADTool has no value of its own");
            continue;
        }
        if (v->kind != TREE_POINT)
            lose(w, i, "distribution", "ADTool has single values: the middle is written");
        w->used[domains[d].attribute] = true;
        markup_open(&w->m, "parameter");
        markup_attr_str(&w->m, "domainId", domains[d].id);
        markup_attr_str(&w->m, "category", "basic");
        markup_text_str(&w->m, reading_number_text(w->arena, v->mode));
        markup_close(&w->m, "parameter");
    }
    if (n->values[TREE_DAMAGE].kind != TREE_NO_VALUE)
        lose(w, i, "damage", "ADTool has no domain for damage");
    if (n->values[TREE_STOPS].kind != TREE_NO_VALUE &&
        !(n->values[TREE_STOPS].kind == TREE_POINT && n->values[TREE_STOPS].lo >= 1))
        lose(w, i, "stops", "a countermeasure in ADTool stops what it stands on");
}

static void write_node(struct adt_writer *w, uint32_t i, bool switches, size_t depth);

/* The next k of n places in the order of a dictionary; false after the last. */
static bool next_way(size_t *chosen, size_t k, size_t n)
{
    size_t i = k;
    while (i && chosen[i - 1] == n - k + i - 1)
        i--;
    if (!i)
        return false;
    chosen[i - 1]++;
    for (; i < k; i++)
        chosen[i] = chosen[i - 1] + 1;
    return true;
}

static void write_ways(struct adt_writer *w, const struct tree_node *n, size_t ways, size_t depth)
{
    size_t *chosen = arena_new_array(w->arena, size_t, n->k), number = 0;
    for (size_t j = 0; j < n->k; j++)
        chosen[j] = j;
    do {
        markup_newline(&w->m);
        markup_open(&w->m, "node");
        markup_attr_str(&w->m, "refinement", "conjunctive");
        markup_element(&w->m, "label", sv_str(arena_printf(w->arena, "way %zu of %zu", ++number, ways)));
        w->written++;
        for (size_t j = 0; j < n->k; j++)
            write_node(w, n->children.at[chosen[j]], false, depth + 2);
        markup_close(&w->m, "node");
    } while (next_way(chosen, n->k, n->children.len));
}

/* What stands below a node: what refines it first. */
static void write_below(struct adt_writer *w, uint32_t i, size_t depth)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    size_t ways = w->ways ? ways_of(w, n) : 0;
    uint32_t below;
    if (ways)
        write_ways(w, n, ways, depth);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t j = 0; tree_below(n, j, &below); j++) {
            const struct tree_node *b = &w->t->nodes.at[below];
            bool other = !same_side(b, n);
            if (other != (pass == 1) || (ways && j >= n->countermeasures.len))
                continue;
            if (b->role == TREE_APPROACH)
                lose(w, below, "approach", "ADTool has no potential countermeasures");
            if (other && j >= n->countermeasures.len && n->role == TREE_ATTACK)
                lose_meaning(w, below, "place", "in ADTool a countermeasure stands against its parent");
            if (b->role != TREE_APPROACH)
                write_node(w, below, other, depth + 1);
            w->told[below] = true;
        }
    }
}

static void write_node(struct adt_writer *w, uint32_t i, bool switches, size_t depth)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    if (depth > DEPTH_MAX || w->written++ > NODES_MAX) {
        loss_add_meaning(w->loss, i, naming_shown(n), "size",
                         "written out as a tree it is more than 180 deep or 100,000 nodes large");
        return;
    }
    markup_newline(&w->m);
    markup_open(&w->m, "node");
    markup_attr_str(&w->m, "refinement", refinement_of(w, i));
    if (switches)
        markup_attr_str(&w->m, "switchRole", "yes");
    markup_element(&w->m, "label", w->labels[i]);
    if (n->comment.len)
        lose(w, i, "comment", "ADTool carries no comments");
    write_values(w, i);
    write_below(w, i, depth);
    w->told[i] = true;
    markup_close(&w->m, "node");
}

static void write_domains(struct adt_writer *w)
{
    bool probability = false;
    for (size_t d = 0; d < ARRAY_LEN(domains); d++) {
        if (!w->used[domains[d].attribute])
            continue;
        bool chance = domains[d].attribute == TREE_P || domains[d].attribute == TREE_DEPLOYED;
        if (chance && probability)
            continue;
        probability |= chance;
        markup_newline(&w->m);
        markup_open(&w->m, "domain");
        markup_attr_str(&w->m, "id", domains[d].id);
        markup_element(&w->m, "class", sv_str(domains[d].class));
        markup_element(&w->m, "tool", SV("ADTool2"));
        markup_close(&w->m, "domain");
    }
}

void adtool_write(const struct tree *t, struct str *out, struct loss *loss)
{
    struct arena a = ARENA_INIT;
    struct adt_writer *w = arena_new(&a, struct adt_writer);
    bool order = false, counters = false;
    w->arena = &a;
    w->t = t;
    w->loss = loss;
    w->told = arena_new_array(&a, bool, t->nodes.len);
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        order |= t->nodes.at[i].gate == TREE_SAND;
        counters |= t->nodes.at[i].role != TREE_ATTACK;
        if (t->nodes.at[i].id.len && !sv_eq(t->nodes.at[i].id, t->nodes.at[i].label))
            lose(w, i, "id", "ADTool has labels only");
        if (t->nodes.at[i].reference.len)
            lose(w, i, "reference", "ADTool knows no other threats: a step stands for it");
    }
    w->sand = order && !counters;
    w->sizes = arena_new_array(&a, size_t, t->nodes.len);
    w->ways = size_of(w, 0, 1) <= NODES_MAX;
    make_labels(w);
    markup_init(&w->m, out, MARKUP_XML);
    markup_xml_declaration(&w->m, NULL);
    markup_open(&w->m, w->sand ? "sandtree" : "adtree");
    write_node(w, 0, false, 1);
    write_domains(w);
    markup_newline(&w->m);
    markup_close(&w->m, w->sand ? "sandtree" : "adtree");
    markup_newline(&w->m);
    markup_finish(&w->m);
    if (t->leading_comment.len || t->trailing_comment.len || t->remarks.len)
        loss_add(loss, LOSS_NONE, SV_NONE, "comment", "ADTool carries no comments");
    arena_release(&a);
}
