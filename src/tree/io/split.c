/* Drawings for paper: a tree that is higher than a page is cut into subtrees, each a drawing of its own.
 *
 * From the bottom up, a subtree that is too high gives its highest child away until it fits; in place of what
 * was given away stands a chip. A node with so many children that not even their chips fit is continued in a
 * further drawing. The heights come from the indented drawing of the whole tree, so each part is laid out
 * again and measured; when one is too high all the same, the cutting is repeated with a lower limit. */
#include "tree/io/draw.h"
#include "tree/io/layout.h"

/* What the parts are for. */
struct medium {
    int width, height; /* of the layout */
    int percent;       /* size in which it is shown */
};

/* Of A4, whose lines it fills: a page with a heading and a caption; 13 px are printed as 8 pt. */
static const struct medium paper = {750, 960, 82};
static const struct medium screen = {720, 1300, 100};

enum {
    CHIP_HEIGHT = 48,
    TRIES = 8,
    WHOLE = UINT32_MAX,
};

/* A part shows `root`, of what stands below it the places first to last - 1, and below these all that is not
 * given away. */
struct part {
    uint32_t root;
    size_t first, last;
    unsigned number; /* of the subtree; 0: the goal's own drawing */
    bool continued;
};

struct splitter {
    struct arena *arena;
    const struct tree *tree;
    const struct medium *medium;
    const struct sv *anchors; /* of the whole tree */
    const bool *best;
    const struct draw_layout *whole;
    uint32_t *order; /* nodes, each before what stands below it */
    size_t count;
    uint32_t *homes_at; /* position below its home at which a node is written out */
    const uint32_t *homes;
    int *own, *all; /* height of a node's box; of what is drawn for it in its parent's part */
    bool *away;     /* given away by its parent */
    size_t *part_of;
    VEC(struct part) parts;
};

static struct draw_layout *medium_layout(struct arena *a, const struct tree *t, const struct medium *medium, bool part)
{
    struct draw_layout *l = layout_lower(a, t, medium->width);
    l->percent = medium->percent;
    l->part = part;
    return l;
}

static bool is_home(const struct splitter *s, uint32_t parent, size_t position, uint32_t node)
{
    return node != 0 && s->homes[node] == parent && s->homes_at[node] == position;
}

static void measure(struct splitter *s)
{
    size_t n = s->tree->nodes.len;
    s->order = arena_new_array(s->arena, uint32_t, n + 1);
    s->homes_at = arena_new_array(s->arena, uint32_t, n + 1);
    s->own = arena_new_array(s->arena, int, n + 1);
    s->all = arena_new_array(s->arena, int, n + 1);
    s->away = arena_new_array(s->arena, bool, n + 1);
    s->part_of = arena_new_array(s->arena, size_t, n + 1);
    s->homes = tree_homes(s->arena, s->tree);
    bool *seen = arena_new_array(s->arena, bool, n + 1);
    const struct draw_layout *down = layout_down(s->arena, s->tree, s->medium->width);
    for (size_t i = 0; i < down->boxes.len; i++) {
        const struct draw_box *box = &down->boxes.at[i];
        int next = i + 1 < down->boxes.len ? down->boxes.at[i + 1].y : down->height;
        if (box->kind == DRAW_SAME)
            continue;
        s->own[box->node] = next - box->y;
        s->order[s->count++] = box->node;
        uint32_t below;
        for (size_t j = 0; tree_below(&s->tree->nodes.at[box->node], j, &below); j++) {
            if (below == 0 || seen[below] || s->homes[below] != box->node)
                continue;
            seen[below] = true;
            s->homes_at[below] = (uint32_t)j;
        }
    }
}

static int height_in(const struct splitter *s, uint32_t parent, size_t position, uint32_t node)
{
    return is_home(s, parent, position, node) && !s->away[node] ? s->all[node] : CHIP_HEIGHT;
}

static int height_of(const struct splitter *s, uint32_t node)
{
    int height = s->own[node];
    uint32_t below;
    for (size_t j = 0; tree_below(&s->tree->nodes.at[node], j, &below) && height < INT32_MAX / 2; j++)
        height += height_in(s, node, j, below);
    return height;
}

/* The highest subtree that stands directly below the node and is worth more than a chip; WHOLE when there is none. */
static uint32_t highest_below(const struct splitter *s, uint32_t node)
{
    uint32_t below, best = WHOLE;
    int most = CHIP_HEIGHT;
    for (size_t j = 0; tree_below(&s->tree->nodes.at[node], j, &below); j++) {
        uint32_t deeper;
        if (!is_home(s, node, j, below) || s->away[below] || s->all[below] <= most ||
            !tree_below(&s->tree->nodes.at[below], 0, &deeper))
            continue;
        most = s->all[below];
        best = below;
    }
    return best;
}

static void cut(struct splitter *s, int limit)
{
    for (size_t i = 0; i < s->count; i++)
        s->away[s->order[i]] = false;
    for (size_t i = s->count; i > 0; i--) {
        uint32_t node = s->order[i - 1], given;
        s->all[node] = height_of(s, node);
        while (s->all[node] > limit && (given = highest_below(s, node)) != WHOLE) {
            s->away[given] = true;
            s->all[node] -= s->all[given] - CHIP_HEIGHT;
        }
        if (s->all[node] > limit && node != 0)
            s->away[node] = true; /* is continued: stands alone */
    }
}

/* The drawings of one root: one, or more when what stands below it does not fit. */
static void add_parts(struct splitter *s, uint32_t root, unsigned number, int limit)
{
    size_t first = 0, j = 0;
    int height = s->own[root];
    uint32_t below;
    for (; tree_below(&s->tree->nodes.at[root], j, &below); j++) {
        int more = height_in(s, root, j, below);
        if (j > first && height + more > limit) {
            *vec_push(s->arena, &s->parts) = (struct part){root, first, j, number, first > 0};
            first = j;
            height = s->own[root];
        }
        height += more;
    }
    *vec_push(s->arena, &s->parts) = (struct part){root, first, j, number, first > 0};
}

static void list_parts(struct splitter *s, int limit)
{
    unsigned number = 0;
    s->parts.len = 0;
    for (size_t i = 0; i < s->count; i++) {
        uint32_t node = s->order[i];
        if (i > 0 && !s->away[node]) {
            size_t part = s->part_of[s->homes[node]];
            while (s->parts.at[part].root == s->homes[node] && s->homes_at[node] >= s->parts.at[part].last &&
                   part + 1 < s->parts.len)
                part++;
            s->part_of[node] = part;
            continue;
        }
        s->part_of[node] = s->parts.len;
        add_parts(s, node, number++, limit);
    }
}

/* ---- the tree of one part ---- */

struct copy {
    struct splitter *s;
    size_t part;
    struct tree *to;
    uint32_t *index; /* of a node in the copy */
    VEC(uint32_t) from; /* by node of the copy: the node */
    VEC(bool) chips;    /* by node of the copy */
};

static bool shows(const struct copy *c, uint32_t node)
{
    return node == c->s->parts.at[c->part].root || (!c->s->away[node] && c->s->part_of[node] == c->part);
}

/* "Subtree 3: label", in place of what another drawing shows. */
static uint32_t add_chip(struct copy *c, uint32_t node)
{
    struct arena *a = c->s->arena;
    const struct tree_node *n = &c->s->tree->nodes.at[node];
    const struct part *there = &c->s->parts.at[c->s->part_of[node]];
    struct tree_node *chip = vec_push(a, &c->to->nodes);
    const char *in = there->root == node ? "" : "in ";
    *vec_push(a, &c->from) = node;
    *vec_push(a, &c->chips) = true;
    *chip = (struct tree_node){.label = n->label, .reference_whole = true, .role = n->role, .parents = 1};
    chip->reference = there->number ? sv_str(arena_printf(a, "%ssubtree %u:", in, there->number))
                                    : SV("in the first drawing:");
    return (uint32_t)c->to->nodes.len - 1;
}

static void copy_below(struct copy *c, uint32_t node)
{
    struct arena *a = c->s->arena;
    const struct tree_node *from = &c->s->tree->nodes.at[node];
    const struct part *part = &c->s->parts.at[c->part];
    uint32_t to = c->index[node], below;
    for (size_t j = 0; tree_below(from, j, &below); j++) {
        if (node == part->root && (j < part->first || j >= part->last))
            continue;
        uint32_t child = below != part->root && shows(c, below) ? c->index[below] : add_chip(c, below);
        struct tree_node *n = &c->to->nodes.at[to]; /* a chip may have moved it */
        if (j < from->countermeasures.len)
            *vec_push(a, &n->countermeasures) = child;
        else
            *vec_push(a, &n->children) = child;
    }
}

/* Names and marks of the whole drawing. */
static void take_names(const struct copy *c, struct draw_layout *l)
{
    struct arena *a = c->s->arena;
    struct sv *anchors = arena_new_array(a, struct sv, c->from.len + 1);
    bool *best = arena_new_array(a, bool, c->from.len + 1);
    for (size_t i = 0; i < c->from.len; i++) {
        anchors[i] = c->s->anchors[c->from.at[i]];
        best[i] = c->s->best && c->s->best[c->from.at[i]];
        l->links |= c->chips.at[i];
    }
    l->anchors = anchors;
    l->chips = c->chips.at;
    l->number = c->part;
    l->continued = c->s->parts.at[c->part].continued;
    draw_mark_best(l, best);
}

static struct draw_layout *part_layout(struct splitter *s, size_t part)
{
    struct tree *to = arena_new(s->arena, struct tree);
    struct copy c = {s, part, to, arena_new_array(s->arena, uint32_t, s->tree->nodes.len + 1), {0}, {0}};
    for (size_t i = 0; i < s->count; i++) {
        uint32_t node = s->order[i];
        if (!shows(&c, node))
            continue;
        c.index[node] = (uint32_t)to->nodes.len;
        struct tree_node *n = vec_push(s->arena, &to->nodes);
        *vec_push(s->arena, &c.from) = node;
        *vec_push(s->arena, &c.chips) = false;
        *n = s->tree->nodes.at[node];
        memset(&n->children, 0, sizeof n->children);
        memset(&n->countermeasures, 0, sizeof n->countermeasures);
        n->home = to->nodes.len > 1 ? c.index[s->homes[node]] : 0;
    }
    for (size_t i = 0; i < s->count; i++)
        if (shows(&c, s->order[i]))
            copy_below(&c, s->order[i]);
    struct draw_layout *l = medium_layout(s->arena, to, s->medium, true);
    take_names(&c, l);
    return l;
}

static struct sv part_caption(struct splitter *s, const struct part *p, struct sv name)
{
    struct str text = STR_INIT;
    if (p->number)
        str_addf(&text, "Subtree %u of %.*s", p->number, SV_ARG(name));
    else
        str_addf(&text, "Attack tree of %.*s", SV_ARG(name));
    str_addf(&text, "%s: %.*s", p->continued ? ", continued" : "", SV_ARG(s->tree->nodes.at[p->root].label));
    struct sv result = arena_sv(s->arena, str_sv(&text));
    str_release(&text);
    return result;
}

/* Lays out all parts; false when one is too high. */
static bool lay_parts(struct splitter *s, const struct draw_layout **layouts)
{
    bool fits = true;
    for (size_t i = 0; i < s->parts.len; i++) {
        layouts[i] = part_layout(s, i);
        fits = fits && layouts[i]->height <= s->medium->height;
    }
    return fits;
}

static size_t in_parts(struct arena *a, const struct tree *t, struct sv name, const bool *best,
                       const struct medium *medium, const struct doc_figure_part **out_parts)
{
    struct draw_layout *whole = medium_layout(a, t, medium, false);
    struct splitter s = {.arena = a, .tree = t, .medium = medium, .anchors = whole->anchors, .best = best,
                         .whole = whole};
    const struct draw_layout **layouts = &s.whole;
    int limit = medium->height;
    draw_mark_best(whole, best);
    if (whole->height > medium->height && t->nodes.len > 1) {
        measure(&s);
        for (unsigned i = 0; i < TRIES; i++, limit -= limit / 8) {
            cut(&s, limit);
            list_parts(&s, limit);
            layouts = arena_new_array(a, const struct draw_layout *, s.parts.len);
            if (lay_parts(&s, layouts))
                break;
        }
    }
    size_t count = s.parts.len ? s.parts.len : 1;
    struct doc_figure_part *parts = arena_new_array(a, struct doc_figure_part, count);
    for (size_t i = 0; i < count; i++) {
        parts[i].figure = draw_layout_figure(a, layouts[i]);
        parts[i].caption = i ? part_caption(&s, &s.parts.at[i], name) : SV_NONE;
    }
    *out_parts = parts;
    return count;
}

size_t draw_on_paper(struct arena *a, const struct tree *t, struct sv name, const bool *best,
                     const struct doc_figure_part **out_parts)
{
    return in_parts(a, t, name, best, &paper, out_parts);
}

size_t draw_on_screen(struct arena *a, const struct tree *t, struct sv name, const bool *best,
                      const struct doc_figure_part **out_parts)
{
    return in_parts(a, t, name, best, &screen, out_parts);
}
