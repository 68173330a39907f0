/* The ADTool writer. The format is a tree, so a shared gate is written wherever it stands; steps are the same where
 * their label is. Recursion ends at the depth that the reader takes. */
#include "base/map.h"
#include "format/markup.h"
#include "tree/io/adtool.h"
#include "tree/io/naming.h"

enum { DEPTH_MAX = 180, NODES_MAX = 100000 };

struct adt_writer {
    struct arena *arena;
    const struct tree *t;
    struct sv *labels;
    struct markup m;
    struct loss *loss;
    size_t written;
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
    loss_add(w->loss, i, naming_shown(&w->t->nodes.at[i]), what, reason);
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
        break;
    default:
        break;
    }
    loss_add_meaning(w->loss, i, naming_shown(n), "gate", "ADTool has only AND, OR and sequential AND");
    return "disjunctive";
}

/* Refined by nodes of its own side. */
static bool is_refined(const struct adt_writer *w, const struct tree_node *n)
{
    for (size_t i = 0; i < n->children.len; i++) {
        if ((w->t->nodes.at[n->children.at[i]].role == TREE_ATTACK) == (n->role == TREE_ATTACK))
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

static void write_node(struct adt_writer *w, uint32_t i, bool switches, size_t depth)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    uint32_t below;
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
    for (size_t pass = 0; pass < 2; pass++) { /* what refines it first */
        for (size_t j = 0; tree_below(n, j, &below); j++) {
            const struct tree_node *b = &w->t->nodes.at[below];
            bool other = (b->role == TREE_ATTACK) != (n->role == TREE_ATTACK);
            if (other != (pass == 1))
                continue;
            if (b->role == TREE_APPROACH)
                lose(w, below, "approach", "ADTool has no potential countermeasures");
            else
                write_node(w, below, other, depth + 1);
            if (other && j >= n->countermeasures.len && n->role == TREE_ATTACK)
                loss_add_meaning(w->loss, below, naming_shown(b), "place",
                                 "in ADTool a countermeasure stands against its parent");
        }
    }
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
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        order |= t->nodes.at[i].gate == TREE_SAND;
        counters |= t->nodes.at[i].role != TREE_ATTACK;
        if (t->nodes.at[i].id.len && !sv_eq(t->nodes.at[i].id, t->nodes.at[i].label))
            lose(w, i, "id", "ADTool has labels only");
        if (t->nodes.at[i].reference.len)
            lose(w, i, "reference", "ADTool knows no other threats: a step stands for it");
    }
    w->sand = order && !counters;
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
