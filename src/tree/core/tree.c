#include "tree/core/tree.h"

#include "base/map.h"

const char *const tree_attribute_names[TREE_ATTRIBUTES] = {[TREE_P] = "p",
                                                           [TREE_COST] = "cost",
                                                           [TREE_TIME] = "time",
                                                           [TREE_SKILL] = "skill",
                                                           [TREE_DAMAGE] = "damage",
                                                           [TREE_STOPS] = "stops",
                                                           [TREE_DEPLOYED] = "deployed"};

const enum tree_attribute tree_attribute_order[TREE_ATTRIBUTES] = {
    TREE_STOPS, TREE_DEPLOYED, TREE_P, TREE_COST, TREE_TIME, TREE_SKILL, TREE_DAMAGE};

enum { ANCHOR_MAX = 48 };

bool tree_below(const struct tree_node *n, size_t i, uint32_t *out_node)
{
    if (i < n->countermeasures.len)
        *out_node = n->countermeasures.at[i];
    else if (i - n->countermeasures.len < n->children.len)
        *out_node = n->children.at[i - n->countermeasures.len];
    else
        return false;
    return true;
}

struct depth_frame {
    uint32_t node;
    size_t next;
};

/* The number of nodes on the longest way down from the goal: depth first, each node's height
 * computed once. */
static size_t tree_depth(const struct tree *t)
{
    struct arena a = ARENA_INIT;
    size_t *heights = arena_new_array(&a, size_t, t->nodes.len);
    struct depth_frame *stack = arena_new_array(&a, struct depth_frame, t->nodes.len + 1);
    size_t depth = 1;
    stack[0] = (struct depth_frame){0, 0};
    while (depth) {
        struct depth_frame *top = &stack[depth - 1];
        uint32_t below;
        if (tree_below(&t->nodes.at[top->node], top->next, &below)) {
            top->next++;
            if (!heights[below])
                stack[depth++] = (struct depth_frame){below, 0};
            continue;
        }
        size_t height = 0;
        for (size_t i = 0; tree_below(&t->nodes.at[top->node], i, &below); i++)
            height = heights[below] > height ? heights[below] : height;
        heights[top->node] = height + 1;
        depth--;
    }
    size_t result = heights[0];
    arena_release(&a);
    return result;
}

void tree_count(const struct tree *t, struct tree_counts *out)
{
    *out = (struct tree_counts){.nodes = t->nodes.len};
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        if (n->role == TREE_COUNTERMEASURE)
            out->countermeasures++;
        else if (n->role == TREE_APPROACH)
            out->approaches++;
        else if (n->reference.len)
            out->references++;
        else if (n->gate == TREE_LEAF)
            out->steps++;
        else
            out->gates++;
    }
    out->depth = t->nodes.len ? tree_depth(t) : 0;
}

/* Lower-case ASCII letters and digits, everything else a single hyphen; cut between words; never
 * empty. */
static struct sv anchor_slug(struct arena *a, struct sv text)
{
    char *slug = arena_alloc(a, ANCHOR_MAX + 1);
    size_t len = 0, word_end = 0;
    for (size_t i = 0; i < text.len && len < ANCHOR_MAX; i++) {
        char c = text.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            slug[len++] = c;
        } else if (len && slug[len - 1] != '-') {
            word_end = len;
            slug[len++] = '-';
        }
    }
    if (len == ANCHOR_MAX && word_end)
        len = word_end;
    while (len && slug[len - 1] == '-')
        len--;
    return len ? sv_from(slug, len) : SV("step");
}

const struct sv *tree_anchors(struct arena *a, const struct tree *t)
{
    struct sv *anchors = arena_new_array(a, struct sv, t->nodes.len + 1);
    struct map taken;
    map_init(&taken, a);
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        if (n->id.len && !map_get(&taken, n->id)) {
            anchors[i] = n->id;
            map_set(&taken, n->id, arena_new(a, uint32_t));
        }
    }
    for (size_t i = 0; i < t->nodes.len; i++) {
        if (anchors[i].len)
            continue;
        const struct tree_node *n = &t->nodes.at[i];
        struct sv slug = anchor_slug(a, n->label.len ? n->label : n->reference);
        anchors[i] = slug;
        uint32_t *used = map_get(&taken, slug); /* the last number tried behind this slug */
        while (map_get(&taken, anchors[i])) {
            *used = *used ? *used + 1 : 2;
            anchors[i] = sv_str(arena_printf(a, "%.*s-%u", SV_ARG(slug), *used));
        }
        map_set(&taken, anchors[i], arena_new(a, uint32_t));
    }
    return anchors;
}

struct sv tree_anchor(struct arena *a, const struct tree *t, uint32_t node)
{
    if (node >= t->nodes.len)
        BUG("node %u of %zu", node, t->nodes.len);
    return t->nodes.at[node].id.len ? t->nodes.at[node].id : tree_anchors(a, t)[node];
}

const uint32_t *tree_homes(struct arena *a, const struct tree *t)
{
    enum { NONE, FIRST, SETTLED };
    uint32_t *homes = arena_new_array(a, uint32_t, t->nodes.len + 1);
    unsigned char *state = arena_alloc(a, t->nodes.len + 1);
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        uint32_t below;
        for (size_t j = 0; tree_below(&t->nodes.at[i], j, &below); j++) {
            unsigned char better = t->nodes.at[below].home == i ? SETTLED : FIRST;
            if (better > state[below]) {
                state[below] = better;
                homes[below] = i;
            }
        }
    }
    return homes;
}
