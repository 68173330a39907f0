/* The layout of a drawing.
 *
 * First the places are listed: every occurrence of a node in the order of the outline, with what
 * stands below it only at its home. Then two ways to lay them out are tried. "Across" puts the
 * levels in rows; each subtree is pushed to the left until its outline (leftmost and rightmost edge
 * per level) touches that of its left neighbour, and a parent is centred over its children, as in
 * Reingold and Tilford, "Tidier Drawings of Trees" (1981). It is for small trees. Otherwise "down":
 * one box per row, indented. */
#include "tree/io/layout.h"

#include "tree/io/draw.h"

enum {
    NO_PLACE = -1,
    MARGIN = 4,
    WIDTH_USUAL = 720,
    WIDTH_LEAST = 240,
    BOX_LEAST = 150,  /* width that deep nodes keep */
    LABEL_DOWN = 440, /* widest label in the indented drawing */
    INDENT = 26,
    GAP_DOWN = 8,
    GAP_BADGE = 4,
    ACROSS_PLACES = 48, /* more are always drawn downwards */
    ACROSS_LEVELS = 8,
    GAP_ACROSS = 14,
    ACROSS_BOX = 60, /* a usual box is not narrower, with its gap */
    GUARD_INDENT = 16,
    STUB = 8, /* length of the line before and behind a gate word */
    LABEL_SIZE = 13,
    VALUE_SIZE = 11,
    LOW = 520, /* a drawing with levels side by side that is no higher need not be indented */
};

/* One occurrence of a node. */
struct place {
    uint32_t node;
    int parent, first, last, next; /* places; NO_PLACE */
    int depth;
    enum draw_kind kind;
    size_t box;
    int spine[2]; /* how far down the lines to children and to countermeasures are drawn already; 0:
                     none yet */
};

/* A part of a label that is not broken. */
struct piece {
    size_t start, end; /* bytes of the text */
    uint32_t width;
    bool spaced; /* a blank stands before it */
};

struct layouter {
    struct arena *arena;
    const struct tree *tree;
    const uint32_t *homes;
    struct draw_layout *out;
    int width;
    VEC(struct place) places;
    VEC(struct piece) pieces;
    int depth;
};

bool layout_has_mark(enum draw_kind kind)
{
    return kind >= DRAW_COUNTERMEASURE;
}

/* ---- text
 * --------------------
 */

static uint32_t pixels(uint32_t thousandths, unsigned size)
{
    return (thousandths * size + 999) / 1000;
}

static bool is_good_break(char c)
{
    return c == '-' || c == '/' || c == '.' || c == '_' || c == ',' || c == ':';
}

/* The longest beginning of text that is no wider than most, behind a hyphen or the like where there
 * is one; at least one character. */
static size_t piece_len(struct sv text, uint32_t most)
{
    uint32_t width = 0;
    size_t at = 0, good = 0;
    while (at < text.len) {
        size_t end = at + 1;
        while (end < text.len && ((unsigned char)text.at[end] & 0xC0) == 0x80)
            end++;
        width += measure_text(sv_from(text.at + at, end - at));
        if (width > most && at)
            return good > at / 2 ? good : at;
        if (is_good_break(text.at[at]))
            good = end;
        at = end;
    }
    return text.len;
}

/* Cuts text into words, and words wider than most (thousandths) into pieces. */
static void cut_pieces(struct layouter *l, struct sv text, uint32_t most)
{
    size_t at = 0;
    l->pieces.len = 0;
    while (at < text.len) {
        bool spaced = text.at[at] == ' ';
        at += spaced;
        size_t end = at;
        while (end < text.len && text.at[end] != ' ')
            end++;
        while (at < end) {
            uint32_t width = measure_text(sv_from(text.at + at, end - at));
            size_t len =
                width <= most ? end - at : piece_len(sv_from(text.at + at, end - at), most);
            struct piece *piece = vec_push(l->arena, &l->pieces);
            if (len < end - at)
                width = measure_text(sv_from(text.at + at, len));
            *piece = (struct piece){at, at + len, width, spaced};
            spaced = false;
            at += len;
        }
    }
}

/* How many lines the pieces need at a width; the width of the widest goes to *out_widest. With
 * emit, stores them. */
static size_t break_lines(struct layouter *l, struct sv text, uint32_t most, bool emit, bool value,
                          uint32_t *out_widest)
{
    uint32_t blank = measure_text(SV(" ")), width = 0;
    size_t lines = 0, start = 0;
    *out_widest = 0;
    for (size_t i = 0; i <= l->pieces.len; i++) {
        const struct piece *piece = i < l->pieces.len ? &l->pieces.at[i] : NULL;
        uint32_t more = piece ? piece->width + (piece->spaced ? blank : 0) : 0;
        if (i > start && (!piece || width + more > most)) {
            if (emit) {
                size_t from = l->pieces.at[start].start, to = l->pieces.at[i - 1].end;
                *vec_push(l->arena, &l->out->texts) =
                    (struct draw_text){sv_from(text.at + from, to - from), value};
            }
            lines++;
            start = i;
            width = 0;
        }
        if (piece)
            width = i == start ? piece->width : width + more;
        if (width > *out_widest)
            *out_widest = width;
    }
    return lines;
}

/* Appends the lines of text, none wider than most pixels and all of about the same length; gives
 * their width in pixels. */
static uint32_t wrap(struct layouter *l, struct sv text, uint32_t most, unsigned size, bool value,
                     size_t *out_lines)
{
    uint32_t limit = most * 1000 / size, widest, low = 0, high;
    cut_pieces(l, text, limit);
    size_t lines = break_lines(l, text, limit, false, value, &widest);
    high = widest;
    for (size_t i = 0; i < l->pieces.len; i++)
        low = l->pieces.at[i].width > low ? l->pieces.at[i].width : low;
    while (lines > 1 && low + 200 < high) { /* the least width that needs no further line */
        uint32_t middle = low + (high - low) / 2, unused;
        if (break_lines(l, text, middle, false, value, &unused) <= lines)
            high = middle;
        else
            low = middle;
    }
    *out_lines = break_lines(l, text, high, true, value, &widest);
    return pixels(widest, size);
}

/* "p=0.9 cost=100": the attributes as written */
static struct sv values_text(struct layouter *l, const struct tree_node *n)
{
    struct str text = STR_INIT;
    for (size_t i = 0; i < TREE_ATTRIBUTES; i++) {
        enum tree_attribute attribute = tree_attribute_order[i];
        if (n->values[attribute].kind == TREE_NO_VALUE)
            continue;
        if (text.len)
            str_add_char(&text, ' ');
        str_add_str(&text, tree_attribute_names[attribute]);
        str_add_char(&text, '=');
        str_add(&text, n->values[attribute].text);
    }
    struct sv result = text.len ? arena_sv(l->arena, str_sv(&text)) : SV_NONE;
    str_release(&text);
    return result;
}

static struct sv label_text(struct layouter *l, const struct tree_node *n)
{
    if (!n->reference.len)
        return n->label.len ? n->label : SV("...");
    if (!n->label.len)
        return n->reference;
    return sv_str(arena_printf(l->arena, "%.*s %.*s", SV_ARG(n->reference), SV_ARG(n->label)));
}

/* Makes the box of a place, at most `most` pixels wide. */
static void fit_box(struct layouter *l, struct place *p, int most)
{
    const struct tree_node *n = &l->tree->nodes.at[p->node];
    int mark = layout_has_mark(p->kind) ? DRAW_MARK : 0;
    unsigned size = p->kind == DRAW_GOAL ? LABEL_SIZE * 6 / 5 : LABEL_SIZE; /* the goal is bold */
    int room = most - 2 * DRAW_PAD_X - mark;
    size_t labels, values = 0;
    p->box = l->out->boxes.len;
    struct draw_box *box = vec_push(l->arena, &l->out->boxes);
    *box = (struct draw_box){.kind = p->kind, .node = p->node, .first_text = l->out->texts.len};
    uint32_t width = wrap(l, label_text(l, n), (uint32_t)room, size, false, &labels);
    struct sv text = p->kind == DRAW_SAME ? SV_NONE : values_text(l, n);
    if (text.len) {
        uint32_t value_width = wrap(l, text, (uint32_t)room, VALUE_SIZE, true, &values);
        width = value_width > width ? value_width : width;
    }
    box->text_count = labels + values;
    box->w = (int)width + 2 * DRAW_PAD_X + mark;
    box->h = (int)(labels * DRAW_LINE_HEIGHT + values * DRAW_VALUE_HEIGHT) + 2 * DRAW_PAD_Y;
}

/* ---- places
 * --------------------
 */

static enum draw_kind place_kind(const struct tree_node *n, uint32_t node, bool here)
{
    if (node == 0 && n->role == TREE_ATTACK)
        return DRAW_GOAL;
    if (!here)
        return DRAW_SAME;
    if (n->reference.len)
        return DRAW_OTHER;
    if (n->role != TREE_ATTACK)
        return n->role == TREE_COUNTERMEASURE ? DRAW_COUNTERMEASURE : DRAW_APPROACH;
    return n->gate == TREE_LEAF ? DRAW_STEP : DRAW_GATE;
}

static int add_place(struct layouter *l, uint32_t node, int parent, bool here)
{
    int index = (int)l->places.len;
    struct place *p = vec_push(l->arena, &l->places);
    *p = (struct place){node, parent, NO_PLACE, NO_PLACE, NO_PLACE, 0, DRAW_GOAL, 0, {0, 0}};
    p->kind = place_kind(&l->tree->nodes.at[node], node, here);
    l->out->links |= p->kind == DRAW_SAME;
    if (parent == NO_PLACE)
        return index;
    struct place *above = &l->places.at[parent];
    p->depth = above->depth + 1;
    l->depth = p->depth > l->depth ? p->depth : l->depth;
    if (above->last == NO_PLACE)
        above->first = index;
    else
        l->places.at[above->last].next = index;
    above->last = index;
    return index;
}

struct list_level {
    uint32_t node;
    int place;
    size_t next;
};

static void list_places(struct layouter *l)
{
    struct list_level *stack = arena_new_array(l->arena, struct list_level, l->tree->nodes.len + 1);
    unsigned char *written = arena_alloc(l->arena, l->tree->nodes.len + 1);
    size_t depth = 1;
    stack[0] = (struct list_level){0, add_place(l, 0, NO_PLACE, true), 0};
    written[0] = 1;
    while (depth) {
        struct list_level *top = &stack[depth - 1];
        uint32_t node, parent = top->node;
        int above = top->place;
        if (!tree_below(&l->tree->nodes.at[parent], top->next++, &node)) {
            depth--;
            continue;
        }
        bool here = !written[node] && l->homes[node] == parent;
        int place = add_place(l, node, above, here);
        if (!here)
            continue;
        written[node] = 1;
        stack[depth++] = (struct list_level){node, place, 0};
    }
}

static bool is_guard(const struct layouter *l, const struct place *p)
{
    return l->tree->nodes.at[p->node].role != TREE_ATTACK;
}

/* ---- gates
 * --------------------
 */

struct sv layout_gate_word(struct arena *a, const struct tree_node *n)
{
    static const char *const words[] = {
        [TREE_LEAF] = "OR",  [TREE_OR] = "OR",    [TREE_AND] = "AND", [TREE_SAND] = "SAND", [TREE_NOT] = "NOT",
        [TREE_XOR] = "XOR",  [TREE_NAND] = "NAND", [TREE_NOR] = "NOR", [TREE_IFF] = "IFF",   [TREE_IMPLY] = "IMPLY",
        [TREE_CONSTANT] = "",
    };
    if (n->gate == TREE_AT_LEAST)
        return sv_str(arena_printf(a, "%u of %zu", n->k, n->children.len));
    if (n->gate == TREE_CARDINALITY)
        return sv_str(arena_printf(a, "%u to %u of %zu", n->k, n->k_max, n->children.len));
    return sv_str(words[n->gate]);
}

static bool has_badge(const struct layouter *l, const struct place *p)
{
    return p->first != NO_PLACE && p->kind != DRAW_SAME &&
           l->tree->nodes.at[p->node].children.len > 0;
}

static struct draw_box *box_of(struct layouter *l, const struct place *p)
{
    return &l->out->boxes.at[p->box];
}

static void measure_badge(struct layouter *l, const struct place *p)
{
    const struct tree_node *n = &l->tree->nodes.at[p->node];
    struct draw_box *box = box_of(l, p);
    box->has_badge = true;
    box->badge = layout_gate_word(l->arena, n);
    box->badge_w = (int)pixels(measure_text(box->badge) * 6 / 5, VALUE_SIZE) + 16 +
                   (n->gate == TREE_SAND ? 16 : 0);
}

static void add_edge(struct layouter *l, struct draw_edge edge)
{
    *vec_push(l->arena, &l->out->edges) = edge;
}

/* ---- down
 * --------------------
 */

struct down {
    int y, step;
};

static void down_badge(struct layouter *l, struct down *d, int place)
{
    struct draw_box *box = box_of(l, &l->places.at[place]);
    measure_badge(l, &l->places.at[place]);
    box->badge_x = box->x;
    box->badge_y = d->y - GAP_DOWN + GAP_BADGE;
    d->y = box->badge_y + DRAW_BADGE_HEIGHT + GAP_BADGE;
}

static void down_box(struct layouter *l, struct down *d, int place)
{
    struct place *p = &l->places.at[place];
    int x = MARGIN + p->depth * d->step, most = l->width - MARGIN - x;
    fit_box(l, p, most < LABEL_DOWN ? most : LABEL_DOWN);
    struct draw_box *box = box_of(l, p);
    box->x = x;
    box->y = d->y;
    d->y += box->h + GAP_DOWN;
    if (p->parent == NO_PLACE)
        return;
    const struct draw_box *above = box_of(l, &l->places.at[p->parent]);
    bool guard = is_guard(l, p);
    int *drawn = &l->places.at[p->parent].spine[guard];
    int middle = box->y + box->h / 2, x1 = above->x + (d->step + 1) / 2;
    add_edge(
        l, (struct draw_edge){x1, *drawn ? *drawn : above->y + above->h, middle, x, middle, guard, p->node});
    *drawn = middle;
}

/* The gate word stands behind the countermeasures and before the first child. */
static void lay_down(struct layouter *l)
{
    int room = l->width - 2 * MARGIN - BOX_LEAST;
    struct down d = {MARGIN, INDENT};
    if (l->depth && d.step * l->depth > room)
        d.step = room / l->depth;
    if (d.step < 1)
        d.step = l->depth < room ? 1 : 0;
    for (size_t i = 0; i < l->places.len; i++) {
        const struct place *p = &l->places.at[i];
        int parent = p->parent;
        if (parent != NO_PLACE && !is_guard(l, p) && !box_of(l, &l->places.at[parent])->has_badge)
            down_badge(l, &d, parent);
        down_box(l, &d, (int)i);
    }
    l->out->height = d.y - GAP_DOWN + MARGIN;
    l->out->width = 0;
    for (size_t i = 0; i < l->out->boxes.len; i++) {
        const struct draw_box *box = &l->out->boxes.at[i];
        int right = box->x + (box->has_badge && box->badge_w > box->w ? box->badge_w : box->w);
        l->out->width = right > l->out->width ? right : l->out->width;
    }
    l->out->width += MARGIN;
}

/* ---- across
 * --------------------
 */

/* A subtree's edges per level, relative to the middle of its top box; and how far that middle is
 * from its parent's. */
struct outline_shape {
    int left[ACROSS_LEVELS], right[ACROSS_LEVELS];
    int levels, offset, x; /* x: of the middle, in the drawing */
};

struct across {
    struct outline_shape shapes[ACROSS_PLACES];
    int row_height[ACROSS_LEVELS], row_y[ACROSS_LEVELS];
    bool row_gates[ACROSS_LEVELS]; /* a gate word stands below this row */
};

/* Countermeasures hang below steps only, and nothing below countermeasures; and no level has more
 * boxes than could stand side by side. */
static bool can_go_across(const struct layouter *l)
{
    int boxes[ACROSS_LEVELS] = {0};
    if (l->places.len > ACROSS_PLACES || l->depth >= ACROSS_LEVELS)
        return false;
    for (size_t i = 0; i < l->places.len; i++) {
        const struct place *p = &l->places.at[i];
        bool guard = is_guard(l, p);
        if (guard && (p->first != NO_PLACE || l->places.at[p->parent].kind != DRAW_STEP))
            return false;
        boxes[p->depth] += !guard;
        if (boxes[p->depth] * ACROSS_BOX > l->width)
            return false;
    }
    return true;
}

/* Height and right edge (from the box's left) of a box with the countermeasures below it. */
static void block_size(struct layouter *l, const struct place *p, int *out_width, int *out_height)
{
    const struct draw_box *box = box_of(l, p);
    *out_width = box->w;
    *out_height = box->h;
    for (int i = p->first; i != NO_PLACE; i = l->places.at[i].next) {
        if (!is_guard(l, &l->places.at[i]))
            continue;
        const struct draw_box *guard = box_of(l, &l->places.at[i]);
        *out_height += GAP_DOWN + guard->h;
        if (GUARD_INDENT + guard->w > *out_width)
            *out_width = GUARD_INDENT + guard->w;
    }
}

/* Puts the child's shape to the right of what is there already. */
static void push_shape(struct outline_shape *all, struct outline_shape *child, bool first)
{
    int offset = 0;
    for (int d = 0; d < child->levels && !first; d++) {
        int needed = d + 1 < all->levels ? all->right[d + 1] + GAP_ACROSS - child->left[d] : 0;
        if (d + 1 < all->levels && (d == 0 || needed > offset))
            offset = needed;
    }
    child->offset = offset;
    for (int d = 0; d < child->levels; d++) {
        if (d + 1 >= all->levels)
            all->left[d + 1] = offset + child->left[d];
        all->right[d + 1] = offset + child->right[d];
    }
    if (child->levels + 1 > all->levels)
        all->levels = child->levels + 1;
}

static void shape_place(struct layouter *l, struct across *s, int place)
{
    const struct place *p = &l->places.at[place];
    struct outline_shape *shape = &s->shapes[place];
    const struct draw_box *box = box_of(l, p);
    int width, height, first = NO_PLACE, last = NO_PLACE;
    block_size(l, p, &width, &height);
    if (height > s->row_height[p->depth])
        s->row_height[p->depth] = height;
    shape->levels = 1;
    for (int i = p->first; i != NO_PLACE; i = l->places.at[i].next) {
        if (is_guard(l, &l->places.at[i]))
            continue;
        push_shape(shape, &s->shapes[i], first == NO_PLACE);
        first = first == NO_PLACE ? i : first;
        last = i;
    }
    int middle = first == NO_PLACE ? 0 : s->shapes[last].offset / 2;
    for (int i = first; i != NO_PLACE; i = l->places.at[i].next)
        s->shapes[i].offset -= middle;
    for (int d = 1; d < shape->levels; d++) {
        shape->left[d] -= middle;
        shape->right[d] -= middle;
    }
    int reach = box->has_badge && box->badge_w > box->w ? box->badge_w : box->w;
    shape->left[0] = -(reach + 1) / 2;
    shape->right[0] = width - box->w / 2 > (reach + 1) / 2 ? width - box->w / 2 : (reach + 1) / 2;
}

/* Boxes of the countermeasures below their step. */
static void hang_guards(struct layouter *l, const struct place *p)
{
    const struct draw_box *box = box_of(l, p);
    int y = box->y + box->h, bottom = y;
    for (int i = p->first; i != NO_PLACE; i = l->places.at[i].next) {
        if (!is_guard(l, &l->places.at[i]))
            continue;
        struct draw_box *guard = box_of(l, &l->places.at[i]);
        guard->x = box->x + GUARD_INDENT;
        guard->y = y + GAP_DOWN;
        y = guard->y + guard->h;
        int middle = guard->y + guard->h / 2;
        add_edge(l, (struct draw_edge){box->x + GUARD_INDENT / 2, bottom, middle, guard->x, middle,
                                       true, l->places.at[i].node});
        bottom = middle;
    }
}

static void put_place(struct layouter *l, struct across *s, int place)
{
    const struct place *p = &l->places.at[place];
    struct outline_shape *shape = &s->shapes[place];
    struct draw_box *box = box_of(l, p);
    if (p->parent != NO_PLACE) {
        const struct draw_box *above = box_of(l, &l->places.at[p->parent]);
        shape->x = s->shapes[p->parent].x + shape->offset;
        int x1 = s->shapes[p->parent].x, turn = s->row_y[p->depth] - STUB;
        bool first = l->places.at[p->parent].first == place;
        add_edge(l, (struct draw_edge){x1, first ? above->y + above->h : turn, turn, shape->x,
                                       s->row_y[p->depth], false, p->node});
    }
    box->x = shape->x - box->w / 2;
    box->y = s->row_y[p->depth];
    if (box->has_badge) {
        box->badge_x = shape->x - box->badge_w / 2;
        box->badge_y = box->y + box->h + STUB;
    }
    hang_guards(l, p);
}

static void clear_geometry(struct layouter *l)
{
    l->out->boxes.len = l->out->texts.len = l->out->edges.len = 0;
}

/* False when the drawing would be too wide. */
static bool lay_across(struct layouter *l, int most)
{
    struct across s = {0};
    int left = 0, right = 0, y = MARGIN;
    clear_geometry(l);
    for (size_t i = 0; i < l->places.len; i++) {
        struct place *p = &l->places.at[i];
        fit_box(l, p, p->kind == DRAW_GOAL ? 2 * most : most);
        if (has_badge(l, p)) {
            measure_badge(l, p);
            s.row_gates[p->depth] = true;
        }
    }
    for (size_t i = l->places.len; i > 0; i--) {
        if (!is_guard(l, &l->places.at[i - 1]))
            shape_place(l, &s, (int)i - 1);
    }
    for (int d = 0; d < s.shapes[0].levels; d++) {
        left = s.shapes[0].left[d] < left ? s.shapes[0].left[d] : left;
        right = s.shapes[0].right[d] > right ? s.shapes[0].right[d] : right;
        s.row_y[d] = y;
        y += s.row_height[d] + (s.row_gates[d] ? DRAW_BADGE_HEIGHT + 4 * STUB : 0);
    }
    l->out->width = right - left + 2 * MARGIN;
    l->out->height = y + MARGIN;
    if (l->out->width > l->width)
        return false;
    s.shapes[0].x = MARGIN - left;
    for (size_t i = 0; i < l->places.len; i++) {
        if (!is_guard(l, &l->places.at[i]))
            put_place(l, &s, (int)i);
    }
    return true;
}

static struct draw_layout *lay_out(struct arena *a, const struct tree *t, int width, bool may_go_across)
{
    static const int widths[] = {190, 160, 136, 118};
    struct layouter l = {.arena = a,
                         .tree = t,
                         .homes = tree_homes(a, t),
                         .out = arena_new(a, struct draw_layout),
                         .width = width};
    l.out->tree = t;
    l.out->percent = 100;
    l.out->anchors = tree_anchors(a, t);
    l.out->alternative = draw_alternative(a, t);
    list_places(&l);
    if (may_go_across && can_go_across(&l) && lay_across(&l, widths[ARRAY_LEN(widths) - 1])) {
        for (size_t i = 0; !l.out->across; i++)
            l.out->across = lay_across(&l, widths[i]);
    }
    if (!l.out->across) {
        clear_geometry(&l);
        lay_down(&l);
    }
    return l.out;
}

struct draw_layout *draw_layout(struct arena *a, const struct tree *t, double width_hint)
{
    int width = !(width_hint > 0)          ? WIDTH_USUAL
                : width_hint < WIDTH_LEAST ? WIDTH_LEAST
                : width_hint > 8192        ? 8192
                                           : (int)width_hint;
    return lay_out(a, t, width, true);
}

void draw_mark_best(struct draw_layout *l, const bool *best)
{
    bool any = false;
    for (size_t i = 0; best && i < l->boxes.len; i++)
        any |= best[l->boxes.at[i].node];
    if (!any)
        return;
    l->best = best;
    l->legend = l->height + 6;
    l->height += 6 + DRAW_LEGEND_HEIGHT;
    if (l->width < DRAW_LEGEND_WIDTH)
        l->width = DRAW_LEGEND_WIDTH;
}

struct draw_layout *layout_usual(struct arena *a, const struct tree *t)
{
    return lay_out(a, t, WIDTH_USUAL, true);
}

struct draw_layout *layout_down(struct arena *a, const struct tree *t, int width)
{
    return lay_out(a, t, width, false);
}

struct draw_layout *layout_lower(struct arena *a, const struct tree *t, int width)
{
    struct draw_layout *across = lay_out(a, t, width, true);
    if (!across->across || across->height < LOW)
        return across;
    struct draw_layout *down = layout_down(a, t, width);
    return down->height < across->height ? down : across;
}
