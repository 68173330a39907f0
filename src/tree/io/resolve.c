/* Resolving walks from the goal over the nodes of all trees and loads a tree when it is first referred to. A node is
 * known by its tree and its index there; references are followed on the way and never become nodes. */
#include "tree/io/resolve.h"

#include "base/map.h"
#include "base/str.h"
#include "base/suggest.h"
#include "tree/io/naming.h"
#include "tree/io/reading.h"

enum { NODES_USUAL = 100000, CYCLES_MAX = 20, PATH_SHOWN = 12, HOPS_MAX = 100 };
enum { SUGGEST_IDS = 2000, SUGGEST_FAULTS = 20 };

struct source {
    struct sv threat;
    const char *file;
    const struct tree *tree; /* NULL: it has none */
    bool exists;
    const struct sv *anchors;
    struct map by_anchor; /* -> index + 1 */
    uint32_t *merged;     /* by node: index in merged + 1 */
};

struct merged_node {
    uint32_t source, node;
};

/* How a node was met: the reference by which it was first (source GRAPH_NONE: by none), and the parent below which it
 * was last, plus 1. */
struct via {
    struct merged_node reference;
    uint32_t parent;
};

struct resolution {
    struct reading r;
    const struct tree_resolver *resolver;
    struct map threats; /* id -> index in sources + 1 */
    VEC(struct source) sources;
    VEC(struct merged_node) merged;
    VEC(struct via) vias;        /* the same */
    VEC(struct tree_node) nodes; /* the same, with children in merged numbers */
    size_t nodes_max;
    size_t suggestions;
    bool full;
};

static const struct tree_node *node_at(const struct resolution *s, struct merged_node m)
{
    return &s->sources.at[m.source].tree->nodes.at[m.node];
}

static struct place place_of(const struct resolution *s, struct merged_node m)
{
    const struct tree_node *n = node_at(s, m);
    return (struct place){s->sources.at[m.source].file, n->line, n->column};
}

/* ---- the trees ---- */

static void add_source(struct resolution *s, struct sv threat, const char *file, const struct tree *t, bool exists)
{
    struct arena *a = s->r.arena;
    struct source *source = vec_push(a, &s->sources);
    *source = (struct source){.threat = threat, .file = file ? file : "", .tree = t, .exists = exists};
    uint32_t *index = arena_new(a, uint32_t);
    *index = (uint32_t)s->sources.len;
    if (threat.len)
        map_set(&s->threats, threat, index);
    if (!t)
        return;
    source->anchors = tree_anchors(a, t);
    source->merged = arena_new_array(a, uint32_t, t->nodes.len + 1);
}

/* The index of the threat's tree, loaded when it is new. */
static uint32_t source_of(struct resolution *s, struct sv threat)
{
    const struct tree *t = NULL;
    const char *file = NULL;
    const uint32_t *known = map_get(&s->threats, threat);
    if (known)
        return *known - 1;
    bool exists = s->resolver->find && s->resolver->find(s->resolver->context, threat, &t, &file);
    add_source(s, threat, file, exists ? t : NULL, exists);
    return (uint32_t)s->sources.len - 1;
}

static void fill_anchors(struct resolution *s, struct source *source)
{
    map_init(&source->by_anchor, s->r.arena);
    for (uint32_t i = 0; i < source->tree->nodes.len; i++) {
        uint32_t *index = arena_new(s->r.arena, uint32_t);
        *index = i + 1;
        map_set(&source->by_anchor, source->anchors[i], index);
    }
}

static const char *nearest_step(struct resolution *s, const struct source *source, struct sv step)
{
    size_t count = source->tree->nodes.len;
    if (count > SUGGEST_IDS || s->suggestions++ >= SUGGEST_FAULTS)
        return NULL;
    const char **known = arena_new_array(s->r.arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        known[i] = arena_strndup(s->r.arena, source->anchors[i].at, source->anchors[i].len);
    return suggest_nearest(step, known, count);
}

static bool no_tree(struct resolution *s, struct place at, const struct source *source)
{
    struct arena *a = s->r.arena;
    if (!source->exists)
        reading_fault(&s->r, at, arena_printf(a, "there is no threat %.*s", SV_ARG(reading_shown(source->threat))),
                      "the id of a threat that has an attack tree");
    else
        reading_fault(&s->r, at, arena_printf(a, "%.*s has no attack tree", SV_ARG(reading_shown(source->threat))),
                      "a threat that has one");
    return false;
}

/* From a reference to what it refers to, which may be a reference again. */
static bool follow_once(struct resolution *s, struct merged_node *m)
{
    const struct tree_node *n = node_at(s, *m);
    struct place at = place_of(s, *m);
    ptrdiff_t hash = sv_find_char(n->reference, '#');
    struct sv threat = sv_from(n->reference.at, hash < 0 ? n->reference.len : (size_t)hash);
    uint32_t index = source_of(s, threat);
    struct source *source = &s->sources.at[index];
    if (!source->tree)
        return no_tree(s, at, source);
    *m = (struct merged_node){index, 0};
    if (n->reference_whole || hash < 0)
        return true;
    struct sv step = sv_from_byte(n->reference, (size_t)hash + 1);
    if (!source->by_anchor.arena)
        fill_anchors(s, source);
    const uint32_t *found = map_get(&source->by_anchor, step);
    if (found) {
        m->node = *found - 1;
        return true;
    }
    const char *nearest = nearest_step(s, source, step);
    reading_fault(&s->r, at,
                  arena_printf(s->r.arena, "%.*s has no step #%.*s", SV_ARG(reading_shown(threat)),
                               SV_ARG(reading_shown(step))),
                  nearest ? arena_printf(s->r.arena, "a step of that tree (did you mean #%s?)", nearest)
                          : "a step of that tree");
    return false;
}

static bool follow(struct resolution *s, struct merged_node *m)
{
    struct place at = place_of(s, *m);
    for (size_t hops = 0; node_at(s, *m)->reference.len; hops++) {
        if (hops == HOPS_MAX) {
            reading_fault(&s->r, at, "a cycle: references that only refer to each other", "a step");
            return false;
        }
        if (!follow_once(s, m))
            return false;
    }
    return true;
}

/* ---- merging ---- */

static uint32_t merge(struct resolution *s, struct merged_node m)
{
    uint32_t *known = &s->sources.at[m.source].merged[m.node];
    if (*known)
        return *known - 1;
    if (s->merged.len >= s->nodes_max) {
        if (!s->full)
            reading_fault(&s->r, place_of(s, m), "with what it refers to, the tree has too many nodes",
                          arena_printf(s->r.arena, "at most %zu", s->nodes_max));
        s->full = true;
        return GRAPH_NONE;
    }
    *vec_push(s->r.arena, &s->merged) = m;
    *known = (uint32_t)s->merged.len;
    vec_push(s->r.arena, &s->vias)->reference.source = GRAPH_NONE;
    struct tree_node *n = vec_push(s->r.arena, &s->nodes);
    *n = *node_at(s, m);
    n->children.at = n->countermeasures.at = NULL;
    n->children.len = n->children.cap = n->countermeasures.len = n->countermeasures.cap = 0;
    return *known - 1;
}

static void place_below(struct resolution *s, uint32_t parent, struct merged_node reference, uint32_t below)
{
    struct tree_node *n = &s->nodes.at[parent];
    if (s->vias.at[below].parent == parent + 1) {
        reading_fault(&s->r, place_of(s, reference),
                      arena_printf(s->r.arena, "\"%.*s\" stands twice below the same node",
                                   SV_ARG(reading_shown(naming_shown(&s->nodes.at[below])))),
                      "each step once");
        return;
    }
    s->vias.at[below].parent = parent + 1;
    bool stands = node_at(s, reference)->role != TREE_ATTACK || node_at(s, reference)->reference.len;
    if (s->nodes.at[below].role != TREE_ATTACK && n->role == TREE_ATTACK && stands)
        *vec_push(s->r.arena, &n->countermeasures) = below;
    else
        *vec_push(s->r.arena, &n->children) = below;
}

static void merge_below(struct resolution *s, uint32_t i)
{
    struct merged_node m = s->merged.at[i];
    const struct tree_node *n = node_at(s, m);
    uint32_t node;
    for (size_t j = 0; !s->full && tree_below(n, j, &node); j++) {
        struct merged_node reference = {m.source, node}, target = reference;
        if (!follow(s, &target))
            continue;
        uint32_t below = merge(s, target);
        if (below == GRAPH_NONE)
            continue;
        if (node_at(s, reference)->reference.len && s->vias.at[below].reference.source == GRAPH_NONE)
            s->vias.at[below].reference = reference;
        if (node_at(s, reference)->reference.len)
            place_below(s, i, reference, below);
        else if (j < n->countermeasures.len) {
            *vec_push(s->r.arena, &s->nodes.at[i].countermeasures) = below;
            s->vias.at[below].parent = i + 1;
        } else
            place_below(s, i, reference, below);
    }
    struct tree_node *merged = &s->nodes.at[i];
    if (!merged->children.len && merged->gate == TREE_OR && !merged->gate_written)
        merged->gate = TREE_LEAF; /* what seemed to be a child is a countermeasure */
}

/* ---- names ---- */

static void name_nodes(struct resolution *s)
{
    struct arena *a = s->r.arena;
    struct map taken;
    map_init(&taken, a);
    for (size_t i = 0; i < s->merged.len; i++) {
        if (s->merged.at[i].source == 0 && s->nodes.at[i].id.len)
            naming_unique(a, &taken, s->nodes.at[i].id);
    }
    for (size_t i = 0; i < s->merged.len; i++) {
        struct merged_node m = s->merged.at[i];
        const struct source *source = &s->sources.at[m.source];
        struct tree_node *n = &s->nodes.at[i];
        if (m.source == 0)
            continue;
        n->origin = source->threat;
        n->origin_anchor = source->anchors[m.node];
        if (n->id.len || n->role == TREE_ATTACK)
            n->id = naming_unique(a, &taken,
                                  sv_str(arena_printf(a, "%.*s-%.*s", SV_ARG(arena_lower(a, source->threat)),
                                                      SV_ARG(n->origin_anchor))));
    }
}

/* ---- cycles ---- */

/* The reference by which the path leaves the tree in which it begins. */
static struct place place_of_cycle(const struct resolution *s, const uint32_t *path, size_t len, size_t start)
{
    uint32_t source = s->merged.at[path[start]].source;
    for (size_t i = 1; i <= len; i++) {
        const struct via *v = &s->vias.at[path[(start + i) % len]];
        if (v->reference.source == source)
            return place_of(s, v->reference);
    }
    return place_of(s, s->merged.at[path[start]]);
}

/* A cycle has places in several trees, as each tree by itself has none. */
static void report_cycle(void *context, const uint32_t *path, size_t len)
{
    struct resolution *s = context;
    struct str text = STR_INIT;
    size_t start = 0, shown = 0;
    bool entered = false;
    for (size_t i = 0; i < len; i++) { /* begin where our own tree is entered, else where any is */
        uint32_t here = s->merged.at[path[i]].source, before = s->merged.at[path[(i + len - 1) % len]].source;
        if (here != before && (here == 0 || !entered))
            start = i;
        entered |= here != before;
        if (here != before && here == 0)
            break;
    }
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < len; i++) {
        uint32_t source = s->merged.at[path[(start + i) % len]].source;
        if (source == last)
            continue;
        last = source;
        struct sv name = s->sources.at[source].threat;
        if (shown++ < PATH_SHOWN)
            str_addf(&text, "%.*s -> ", SV_ARG(name.len ? reading_shown(name) : SV("this tree")));
        else if (shown == PATH_SHOWN + 1)
            str_add_str(&text, "... -> ");
    }
    struct sv name = s->sources.at[s->merged.at[path[start]].source].threat;
    str_add(&text, name.len ? reading_shown(name) : SV("this tree"));
    reading_fault(&s->r, place_of_cycle(s, path, len, start), arena_printf(s->r.arena, "a cycle: %s", str_cstr(&text)),
                  "references that do not lead back");
    str_release(&text);
}

static void find_cycles(struct resolution *s)
{
    struct arena scratch = ARENA_INIT;
    uint32_t count = (uint32_t)s->nodes.len, node;
    size_t edges = 0;
    for (uint32_t i = 0; i < count; i++)
        edges += s->nodes.at[i].children.len + s->nodes.at[i].countermeasures.len;
    uint32_t *first = arena_new_array(&scratch, uint32_t, count + 1u);
    uint32_t *below = arena_new_array(&scratch, uint32_t, edges + 1);
    edges = 0;
    for (uint32_t i = 0; i < count; i++) {
        first[i] = (uint32_t)edges;
        for (size_t j = 0; tree_below(&s->nodes.at[i], j, &node); j++)
            below[edges++] = node;
    }
    first[count] = (uint32_t)edges;
    struct graph g = {count, first, below};
    graph_cycles(&g, CYCLES_MAX, report_cycle, s);
    arena_release(&scratch);
}

static bool has_references(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++) {
        if (t->nodes.at[i].reference.len)
            return true;
    }
    return false;
}

const struct tree *tree_resolve(struct arena *a, const struct tree *t, const struct tree_resolver *resolver,
                                struct diag *diag)
{
    if (!has_references(t))
        return t;
    struct resolution *s = arena_new(a, struct resolution);
    reading_init(&s->r, a, NULL, diag);
    s->resolver = resolver;
    s->nodes_max = resolver->nodes ? resolver->nodes : NODES_USUAL;
    map_init(&s->threats, a);
    add_source(s, resolver->own, resolver->file, t, true);
    struct merged_node goal = {0, 0};
    if (!follow(s, &goal))
        return NULL;
    merge(s, goal);
    for (uint32_t i = 0; i < s->merged.len; i++)
        merge_below(s, i);
    if (!s->full)
        find_cycles(s);
    if (reading_failed(&s->r))
        return NULL;
    name_nodes(s);
    struct tree *merged = reading_assemble(&s->r, resolver->file ? resolver->file : "", s->nodes.at,
                                           (uint32_t)s->nodes.len, 0);
    if (merged) {
        merged->leading_comment = t->leading_comment;
        merged->trailing_comment = t->trailing_comment;
    }
    return merged;
}
