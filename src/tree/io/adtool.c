/* The ADTool reader: first all elements as they stand, then the roles, then the nodes.
 *
 * A countermeasure among the parents of a step concerns that place alone, but the step may occur elsewhere too: so
 * where a label occurs once, countermeasures stand on the step itself; where it recurs, each guarded place
 * becomes a one-child OR on which they stand. */
#include "tree/io/adtool.h"

#include "base/map.h"
#include "format/xml.h"

enum adt_refinement { ADT_OR, ADT_AND, ADT_SAND };

struct adt_parameter {
    struct sv domain, text;
    uint32_t node, line, column;
};

struct adt_node {
    struct sv label, comment;
    enum adt_refinement refinement;
    bool switches, defence, spine; /* spine: the defender's goal and what it consists of */
    uint32_t parent, refined, switched; /* how many of its children switch sides, and how many do not */
    uint32_t line, column;
    uint32_t out; /* the tree node that stands for it */
    VEC(uint32_t) children;
};

struct adt_domain {
    struct sv id, class;
    bool told;
};

struct adt_leaf {
    uint32_t places, out; /* out: index + 1 */
};

enum adt_context { IN_NOTHING, IN_TREE, IN_NODE, IN_LABEL, IN_COMMENT, IN_PARAMETER, IN_DOMAIN, IN_CLASS, IN_SKIPPED };

enum { FRAMES_MAX = 256, DOMAINS_MAX = 1000 };

struct adt_frame {
    enum adt_context context;
    uint32_t node;
};

struct adtool {
    struct reading r;
    const char *file;
    struct adt_frame frames[FRAMES_MAX];
    size_t depth;
    struct str text;
    bool root_seen;
    VEC(struct adt_node) nodes;
    VEC(struct adt_parameter) parameters;
    VEC(struct adt_domain) domains;
    struct map leaves; /* "a" or "d" and the label -> struct adt_leaf */
    VEC(struct tree_node) out;
    VEC(uint32_t) placed; /* by out: the parent below which it was put last, plus 1 */
};

static void fault(struct adtool *p, const struct xml_tag *tag, const char *what, const char *expected)
{
    reading_fault(&p->r, (struct place){p->file, tag->line, tag->column}, what, expected);
}

/* ---- elements ---- */

static void push(struct adtool *p, const struct xml_tag *tag, enum adt_context context, uint32_t node)
{
    if (p->depth >= FRAMES_MAX)
        BUG("more frames than levels of XML");
    p->frames[p->depth++] = (struct adt_frame){context, node};
    str_clear(&p->text);
    (void)tag;
}

static enum adt_refinement refinement_of(struct adtool *p, const struct xml_tag *tag)
{
    struct sv text;
    bool there = xml_attribute(tag, "refinement", &text);
    if (sv_eq_str(text, "conjunctive"))
        return ADT_AND;
    if (sv_eq_str(text, "sequential"))
        return ADT_SAND;
    if (there && !sv_eq_str(text, "disjunctive"))
        fault(p, tag, arena_printf(p->r.arena, "unknown refinement \"%.*s\"", SV_ARG(reading_shown(text))),
              "disjunctive, conjunctive or sequential");
    return ADT_OR;
}

static bool switches_role(struct adtool *p, const struct xml_tag *tag)
{
    struct sv text;
    if (!xml_attribute(tag, "switchRole", &text) || sv_eq_str(text, "no") || sv_eq_str(text, "false"))
        return false;
    if (!sv_eq_str(text, "yes") && !sv_eq_str(text, "true"))
        fault(p, tag, "switchRole is neither yes nor no", "yes or no");
    return true;
}

static void open_node(struct adtool *p, const struct xml_tag *tag, uint32_t parent)
{
    uint32_t index = (uint32_t)p->nodes.len;
    if (index >= p->r.limits.nodes) {
        fault(p, tag, "the tree has too many nodes", arena_printf(p->r.arena, "at most %zu", p->r.limits.nodes));
        xml_stop(tag);
        return;
    }
    if (parent == GRAPH_NONE && index)
        fault(p, tag, "a second goal", "one node in the tree, all others within it");
    struct adt_node *n = vec_push(p->r.arena, &p->nodes);
    n->label = n->comment = SV_NONE;
    n->refinement = refinement_of(p, tag);
    n->switches = switches_role(p, tag);
    n->parent = parent;
    n->line = tag->line;
    n->column = tag->column;
    if (parent != GRAPH_NONE) {
        struct adt_node *above = &p->nodes.at[parent];
        *vec_push(p->r.arena, &above->children) = index;
        above->switched += n->switches;
        above->refined += !n->switches;
    }
    push(p, tag, IN_NODE, index);
}

static void open_parameter(struct adtool *p, const struct xml_tag *tag, uint32_t node)
{
    struct sv category, domain;
    xml_attribute(tag, "domainId", &domain);
    if (xml_attribute(tag, "category", &category) && !sv_eq_str(category, "basic")) {
        push(p, tag, IN_SKIPPED, node); /* computed or default, not given */
        return;
    }
    struct adt_parameter *parameter = vec_push(p->r.arena, &p->parameters);
    struct sv id = reading_text(&p->r, (struct place){p->file, tag->line, tag->column}, domain);
    *parameter = (struct adt_parameter){id, SV_NONE, node, tag->line, tag->column};
    push(p, tag, IN_PARAMETER, node);
}

static void open_in_tree(struct adtool *p, const struct xml_tag *tag)
{
    struct sv id;
    if (strcmp(tag->name, "node") == 0) {
        open_node(p, tag, GRAPH_NONE);
    } else if (strcmp(tag->name, "domain") == 0 && p->domains.len < DOMAINS_MAX) {
        struct adt_domain *d = vec_push(p->r.arena, &p->domains);
        xml_attribute(tag, "id", &id);
        *d = (struct adt_domain){arena_sv(p->r.arena, id), SV_NONE, false};
        push(p, tag, IN_DOMAIN, 0);
    } else {
        push(p, tag, IN_SKIPPED, 0);
    }
}

static void open_in_node(struct adtool *p, const struct xml_tag *tag, uint32_t node)
{
    if (strcmp(tag->name, "node") == 0)
        open_node(p, tag, node);
    else if (strcmp(tag->name, "label") == 0)
        push(p, tag, IN_LABEL, node);
    else if (strcmp(tag->name, "comment") == 0)
        push(p, tag, IN_COMMENT, node);
    else if (strcmp(tag->name, "parameter") == 0)
        open_parameter(p, tag, node);
    else
        push(p, tag, IN_SKIPPED, node);
}

static void on_open(void *data, const struct xml_tag *tag)
{
    struct adtool *p = data;
    struct adt_frame above = p->depth ? p->frames[p->depth - 1] : (struct adt_frame){IN_NOTHING, 0};
    switch (above.context) {
    case IN_NOTHING:
        p->root_seen = strcmp(tag->name, "adtree") == 0 || strcmp(tag->name, "sandtree") == 0;
        if (!p->root_seen)
            fault(p, tag,
                  arena_printf(p->r.arena, "the element %.*s", SV_ARG(reading_shown(sv_str(tag->name)))),
                  "adtree or sandtree");
        push(p, tag, p->root_seen ? IN_TREE : IN_SKIPPED, 0);
        break;
    case IN_TREE:
        open_in_tree(p, tag);
        break;
    case IN_NODE:
        open_in_node(p, tag, above.node);
        break;
    case IN_DOMAIN:
        push(p, tag, strcmp(tag->name, "class") == 0 ? IN_CLASS : IN_SKIPPED, 0);
        break;
    default:
        push(p, tag, IN_SKIPPED, 0);
    }
}

static void on_close(void *data, const char *name CM_UNUSED)
{
    struct adtool *p = data;
    const struct adt_frame f = p->frames[--p->depth];
    struct adt_node *n = f.node < p->nodes.len ? &p->nodes.at[f.node] : NULL;
    struct place at = {p->file, n ? n->line : 0, n ? n->column : 0};
    switch (f.context) {
    case IN_LABEL:
        n->label = reading_text(&p->r, at, str_sv(&p->text));
        break;
    case IN_COMMENT:
        n->comment = reading_text(&p->r, at, str_sv(&p->text));
        break;
    case IN_PARAMETER:
        p->parameters.at[p->parameters.len - 1].text = arena_sv(p->r.arena, sv_trim(str_sv(&p->text)));
        break;
    case IN_CLASS:
        p->domains.at[p->domains.len - 1].class = arena_sv(p->r.arena, sv_trim(str_sv(&p->text)));
        break;
    case IN_NODE:
        if (!n->label.len)
            reading_fault(&p->r, at, "a node without label", "some words in its label");
        break;
    default:
        break;
    }
}

static void on_text(void *data, struct sv piece)
{
    struct adtool *p = data;
    enum adt_context context = p->depth ? p->frames[p->depth - 1].context : IN_NOTHING;
    if (context == IN_LABEL || context == IN_COMMENT || context == IN_PARAMETER || context == IN_CLASS)
        str_add(&p->text, piece);
}

/* ---- roles and repeated labels ---- */

static struct adt_leaf *leaf_of(struct adtool *p, const struct adt_node *n)
{
    struct sv key = sv_str(arena_printf(p->r.arena, "%c%.*s", n->defence ? 'd' : 'a', SV_ARG(n->label)));
    struct adt_leaf *leaf = map_get(&p->leaves, key);
    if (!leaf) {
        leaf = arena_new(p->r.arena, struct adt_leaf);
        map_set(&p->leaves, key, leaf);
    }
    return leaf;
}

/* ---- nodes ---- */

static uint32_t add_node(struct adtool *p, const struct adt_node *like, enum tree_gate gate, struct sv label)
{
    uint32_t index = (uint32_t)p->out.len;
    struct tree_node *n = vec_push(p->r.arena, &p->out);
    vec_push(p->r.arena, &p->placed);
    n->gate = gate;
    n->gate_written = gate != TREE_LEAF;
    n->id = n->comment = n->reference = SV_NONE;
    n->label = label;
    n->line = like->line;
    n->column = like->column;
    for (size_t i = 0; i < TREE_ATTRIBUTES; i++)
        n->values[i].text = SV_NONE;
    return index;
}

/* False, with a warning, when it is there already. */
static bool is_new_below(struct adtool *p, uint32_t parent, uint32_t child, const struct adt_node *at)
{
    if (p->placed.at[child] == parent + 1) {
        reading_warning(&p->r, (struct place){p->file, at->line, at->column},
                        arena_printf(p->r.arena, "%.*s stands twice below the same node and is read once",
                                     SV_ARG(reading_shown(at->label))),
                        NULL);
        return false;
    }
    p->placed.at[child] = parent + 1;
    return true;
}

static void add_child(struct adtool *p, uint32_t parent, uint32_t child, const struct adt_node *at)
{
    if (is_new_below(p, parent, child, at))
        *vec_push(p->r.arena, &p->out.at[parent].children) = child;
}

static uint32_t leaf_node(struct adtool *p, const struct adt_node *n)
{
    struct adt_leaf *leaf = leaf_of(p, n);
    if (!leaf->out) {
        uint32_t index = add_node(p, n, TREE_LEAF, n->label);
        p->out.at[index].role = n->defence ? TREE_COUNTERMEASURE : TREE_ATTACK;
        leaf->out = index + 1;
    }
    return leaf->out - 1;
}

/* A node comes before those within it. Steps are made here, so that each stands where it is met first. */
static void find_roles(struct adtool *p)
{
    for (uint32_t i = 0; i < p->nodes.len; i++) {
        struct adt_node *n = &p->nodes.at[i];
        const struct adt_node *above = n->parent == GRAPH_NONE ? NULL : &p->nodes.at[n->parent];
        n->defence = above ? above->defence != n->switches : n->switches;
        n->spine = n->defence && (!above || (above->spine && !n->switches));
        if (n->refined)
            continue;
        leaf_of(p, n)->places++;
        if (!n->defence || !n->switched || n->spine)
            leaf_node(p, n);
    }
}

static enum tree_gate gate_of(const struct adt_node *n)
{
    return n->refinement == ADT_AND ? TREE_AND : n->refinement == ADT_SAND ? TREE_SAND : TREE_OR;
}

static struct sv defeat_label(struct adtool *p, const struct adt_node *n)
{
    return sv_str(arena_printf(p->r.arena, "Defeat %.*s", SV_ARG(n->label)));
}

/* The children of one kind become children of a tree node, or its countermeasures. */
static void attach(struct adtool *p, uint32_t to, const struct adt_node *n, bool switched, bool as_countermeasures)
{
    for (size_t i = 0; i < n->children.len; i++) {
        const struct adt_node *child = &p->nodes.at[n->children.at[i]];
        if (child->switches != switched)
            continue;
        if (!as_countermeasures)
            add_child(p, to, child->out, child);
        else if (is_new_below(p, to, child->out, child))
            *vec_push(p->r.arena, &p->out.at[to].countermeasures) = child->out;
    }
}

static uint32_t make_attack(struct adtool *p, const struct adt_node *n)
{
    uint32_t index;
    if (n->refined) {
        index = add_node(p, n, gate_of(n), n->label);
        attach(p, index, n, false, false);
    } else {
        index = leaf_node(p, n);
        if (n->switched && leaf_of(p, n)->places > 1) {
            uint32_t step = index;
            index = add_node(p, n, TREE_OR, n->label);
            p->out.at[index].gate_written = false;
            add_child(p, index, step, n);
        }
    }
    attach(p, index, n, true, true);
    return index;
}

/* A countermeasure: what it consists of, then what defeats it; any one of several attacks does. */
static uint32_t make_defence(struct adtool *p, const struct adt_node *n)
{
    if (!n->refined && !n->switched)
        return leaf_node(p, n);
    uint32_t index = add_node(p, n, n->refined ? gate_of(n) : TREE_OR, n->label), under = index;
    p->out.at[index].role = TREE_COUNTERMEASURE;
    if (!n->refined)
        p->out.at[index].gate_written = false;
    attach(p, index, n, false, false);
    if (n->switched > 1 && p->out.at[index].gate != TREE_OR) {
        under = add_node(p, n, TREE_OR, defeat_label(p, n));
        add_child(p, index, under, n);
    }
    attach(p, under, n, true, false);
    return index;
}

/* The defender's own goal, turned round: what the attacker does so that it does not hold. */
static uint32_t make_spine(struct adtool *p, const struct adt_node *n)
{
    uint32_t index;
    if (n->refined) {
        index = add_node(p, n, n->refinement == ADT_OR ? TREE_AND : TREE_OR, defeat_label(p, n));
        attach(p, index, n, false, false);
    } else {
        uint32_t leaf = leaf_node(p, n);
        index = add_node(p, n, TREE_NOT, sv_str(arena_printf(p->r.arena, "Without %.*s", SV_ARG(n->label))));
        add_child(p, index, leaf, n);
    }
    if (!n->switched)
        return index;
    uint32_t either = add_node(p, n, TREE_OR, defeat_label(p, n));
    add_child(p, either, index, n);
    attach(p, either, n, true, false);
    return either;
}

/* ---- values ---- */

static struct sv domain_class(struct adtool *p, struct sv id)
{
    for (size_t i = 0; i < p->domains.len; i++) {
        struct sv class = p->domains.at[i].class;
        if (!sv_eq(p->domains.at[i].id, id) || !class.len)
            continue;
        for (size_t c = class.len; c > 0; c--) {
            if (class.at[c - 1] == '.')
                return sv_from_byte(class, c);
        }
        return class;
    }
    return id;
}

static int attribute_of(struct sv class)
{
    static const struct {
        const char *start;
        enum tree_attribute attribute;
    } classes[] = {{"MinCost", TREE_COST}, {"ProbSucc", TREE_P},   {"Prob", TREE_P},     {"MinTime", TREE_TIME},
                   {"MinSkill", TREE_SKILL}, {"DiffLMH", TREE_SKILL}, {"Difficulty", TREE_SKILL}, {"Diff", TREE_SKILL},
                   {"Cost", TREE_COST},    {"Time", TREE_TIME},    {"Skill", TREE_SKILL}};
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        if (sv_starts(class, sv_str(classes[i].start)))
            return (int)classes[i].attribute;
    }
    return -1;
}

static bool read_letter(struct sv text, double *out)
{
    static const char letters[] = "LMHE"; /* low, medium, high, extreme */
    const char *found = text.len == 1 && text.at[0] ? strchr(letters, text.at[0]) : NULL;
    *out = found ? (double)(found - letters) + 1 : 0;
    return found;
}

static void tell_lost(struct adtool *p, const struct adt_parameter *x, const char *why)
{
    for (size_t i = 0; i < p->domains.len; i++) {
        if (sv_eq(p->domains.at[i].id, x->domain) && p->domains.at[i].told)
            return;
        if (sv_eq(p->domains.at[i].id, x->domain))
            p->domains.at[i].told = true;
    }
    reading_warning(&p->r, (struct place){p->file, x->line, x->column},
                    arena_printf(p->r.arena, "the value of %.*s in domain \"%.*s\" is not carried: %s",
                                 SV_ARG(reading_shown(p->nodes.at[x->node].label)), SV_ARG(reading_shown(x->domain)),
                                 why),
                    NULL);
}

/* On a countermeasure the chance that it works is the chance that it is there. */
static int fitting_attribute(int attribute, bool defence)
{
    if (!defence || attribute == TREE_COST)
        return attribute;
    return attribute == TREE_P ? TREE_DEPLOYED : -1;
}

/* One step has one value, wherever it recurs. */
static void set_value(struct adtool *p, const struct adt_parameter *x, struct tree_value *own, int attribute,
                      const struct tree_value *value)
{
    if (own->kind != TREE_NO_VALUE && (own->lo < value->lo || own->lo > value->lo))
        reading_fault(&p->r, (struct place){p->file, x->line, x->column},
                      arena_printf(p->r.arena, "%.*s has two values of %s: %.*s and %.*s",
                                   SV_ARG(reading_shown(p->nodes.at[x->node].label)), tree_attribute_names[attribute],
                                   SV_ARG(own->text), SV_ARG(value->text)),
                      "the same value wherever the step recurs");
    *own = *value;
}

static void read_parameter(struct adtool *p, const struct adt_parameter *x)
{
    const struct adt_node *n = &p->nodes.at[x->node];
    struct place at = {p->file, x->line, x->column};
    struct tree_value value;
    double number;
    int attribute = attribute_of(domain_class(p, x->domain));
    if (attribute < 0) {
        tell_lost(p, x, "the domain is unknown");
        return;
    }
    attribute = fitting_attribute(attribute, n->defence);
    if (attribute < 0) {
        tell_lost(p, x, "countermeasures have only a cost and a probability");
        return;
    }
    if (n->refined) {
        tell_lost(p, x, "it stands on a node that is refined");
        return;
    }
    if (!reading_number(x->text, &number) && !(attribute == TREE_SKILL && read_letter(x->text, &number))) {
        tell_lost(p, x, arena_printf(p->r.arena, "\"%.*s\" is no number", SV_ARG(reading_shown(x->text))));
        return;
    }
    if (!reading_point(&p->r, at, (enum tree_attribute)attribute, number, SV_NONE, &value))
        return;
    uint32_t leaf = leaf_of(p, n)->out;
    if (leaf)
        set_value(p, x, &p->out.at[leaf - 1].values[attribute], attribute, &value);
    if (!leaf || (n->out != leaf - 1 && p->out.at[n->out].role != TREE_ATTACK))
        set_value(p, x, &p->out.at[n->out].values[attribute], attribute, &value);
}

static const struct tree *make_tree(struct adtool *p)
{
    map_init(&p->leaves, p->r.arena);
    find_roles(p);
    for (size_t i = p->nodes.len; i-- > 0;) {
        struct adt_node *n = &p->nodes.at[i];
        n->out = n->spine ? make_spine(p, n) : n->defence ? make_defence(p, n) : make_attack(p, n);
        if (n->comment.len && !p->out.at[n->out].comment.len)
            p->out.at[n->out].comment = n->comment;
    }
    for (size_t i = 0; i < p->parameters.len; i++)
        read_parameter(p, &p->parameters.at[i]);
    return reading_assemble(&p->r, p->file, p->out.at, (uint32_t)p->out.len, p->nodes.at[0].out);
}

const struct tree *adtool_parse(struct arena *a, struct sv text, const char *file, const struct read_limits *limits,
                                struct diag *diag)
{
    static const struct xml_calls calls = {.open = on_open, .close = on_close, .text = on_text};
    struct adtool *p = arena_new(a, struct adtool);
    reading_init(&p->r, a, limits, diag);
    p->file = file;
    if (!reading_bytes(&p->r, file, text.len))
        return NULL;
    bool read = xml_read(text, file, NULL, &calls, p, diag);
    str_release(&p->text);
    if (read && p->root_seen && !p->nodes.len)
        diag_error(diag, file, 0, 0, "a tree without node", "a node with a label");
    return read && p->nodes.len && p->root_seen ? make_tree(p) : NULL;
}
