#include "tree/io/draw.h"

#include "tree/io/layout.h"

#include <stdio.h>

struct draw_look {
    const char *class_name, *fill, *stroke, *dash;
    const char *width; /* of the outline; NULL: as the svg element says */
    int radius;
    const char *word; /* before the label in the node's title */
};

static const struct draw_look looks[] = {
    [DRAW_GOAL] = {"tree-goal", "#fdeceb", "#a8261c", NULL, "2", 6, "Goal"},
    [DRAW_GATE] = {"tree-gate", "#eef2f8", "#52627a", NULL, NULL, 6, NULL},
    [DRAW_STEP] = {"tree-step", "#fff", "#52627a", NULL, NULL, 6, "Step"},
    [DRAW_COUNTERMEASURE] = {"tree-counter", "#e4f4e9", "#1d6f3a", NULL, "1.5", 1,
                             "Countermeasure"},
    [DRAW_APPROACH] = {"tree-approach", "#f4faf5", "#1d6f3a", "5 3", "1.5", 1,
                       "Potential approach"},
    [DRAW_SAME] = {"tree-ref", "#f4f0fb", "#674aa0", NULL, NULL, 14, "The same as"},
    [DRAW_OTHER] = {"tree-ref", "#f4f0fb", "#674aa0", NULL, NULL, 14, "Another threat"},
};

static const char standalone_style[] = "@media (prefers-color-scheme: dark) {\n"
                                       ".tree-goal { fill: #46201d; stroke: #ff9b8f }\n"
                                       ".tree-gate { fill: #263143; stroke: #94a5be }\n"
                                       ".tree-step { fill: #191f29; stroke: #94a5be }\n"
                                       ".tree-counter { fill: #16351f; stroke: #6fcf8f }\n"
                                       ".tree-approach { fill: #14251a; stroke: #6fcf8f }\n"
                                       ".tree-ref { fill: #2b2340; stroke: #b9a2ee }\n"
                                       ".tree-line { stroke: #7c8ba3 }\n"
                                       ".tree-best, .tree-way { stroke: #ff9b8f }\n"
                                       ".tree-corner { fill: #ff9b8f }\n"
                                       ".tree-guard, .tree-mark { stroke: #6fcf8f }\n"
                                       ".tree-mark { fill: #191f29 }\n"
                                       ".tree-badge { fill: #c3cfe0 }\n"
                                       ".tree-badge-text { fill: #10151d }\n"
                                       ".tree-arrow { stroke: #10151d }\n"
                                       ".tree-label, .tree-mark-text { fill: #e8edf5 }\n"
                                       ".tree-value { fill: #b3bfd0 }\n"
                                       "}\n";

enum { EDGE_MAX_BYTES = 80 }; /* five letters and five numbers */

/* Appends a letter (0: none) and a whole number: nearly all of a drawing, and much faster than
 * printf. */
static size_t put_int(char *out, size_t at, char letter, int value)
{
    char digits[12];
    size_t len = 0;
    unsigned rest = value < 0 ? 0u - (unsigned)value : (unsigned)value;
    if (letter)
        out[at++] = letter;
    do
        digits[len++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        out[at++] = '-';
    while (len)
        out[at++] = digits[--len];
    return at;
}

static void attr_int(struct markup *m, const char *name, int value)
{
    char digits[16];
    size_t len = put_int(digits, 0, '\0', value);
    markup_attr(m, name, sv_from(digits, len));
}

static void draw_rect(struct markup *m, const char *class_name, int x, int y, int w, int h,
                      int radius)
{
    markup_open(m, "rect");
    markup_attr_str(m, "class", class_name);
    attr_int(m, "x", x);
    attr_int(m, "y", y);
    attr_int(m, "width", w);
    attr_int(m, "height", h);
    attr_int(m, "rx", radius);
}

/* fill NULL: as the svg element says */
static void open_text(struct markup *m, const char *class_name, int x, int y, const char *fill)
{
    markup_open(m, "text");
    markup_attr_str(m, "class", class_name);
    attr_int(m, "x", x);
    attr_int(m, "y", y);
    if (fill)
        markup_attr_str(m, "fill", fill);
}

static void close_text(struct markup *m, struct sv text)
{
    markup_text(m, text);
    markup_close(m, "text");
}

static bool is_best(const struct draw_layout *l, uint32_t node)
{
    return l->best && l->best[node];
}

enum edges { EDGES_PLAIN, EDGES_GUARD, EDGES_BEST };

/* All lines of one kind are one path; half a pixel aside they are sharp. */
static void draw_edges(struct markup *m, const struct draw_layout *l, enum edges kind)
{
    static const char *const classes[] = {"tree-line", "tree-guard", "tree-line tree-way"};
    bool guard = kind == EDGES_GUARD;
    struct str path = STR_INIT;
    for (size_t i = 0; i < l->edges.len; i++) {
        const struct draw_edge *e = &l->edges.at[i];
        if (e->guard != guard || (kind == EDGES_BEST && !is_best(l, e->child)))
            continue;
        char edge[EDGE_MAX_BYTES];
        size_t len = put_int(edge, 0, 'M', e->x1);
        len = put_int(edge, len, ' ', e->y1);
        len = put_int(edge, len, 'V', e->turn);
        len = put_int(edge, len, 'H', e->x2);
        if (e->turn != e->y2)
            len = put_int(edge, len, 'V', e->y2);
        str_add(&path, sv_from(edge, len));
    }
    if (path.len) {
        markup_open(m, "path");
        markup_attr_str(m, "class", classes[kind]);
        markup_attr_str(m, "fill", "none");
        markup_attr_str(m, "stroke", guard ? "#1d6f3a" : "#64728a");
        if (guard)
            markup_attr_str(m, "stroke-dasharray", "2 3");
        markup_attr_str(m, "stroke-width", kind == EDGES_BEST ? "3" : "1");
        markup_attr_str(m, "transform", "translate(.5 .5)");
        markup_attr(m, "d", str_sv(&path));
        markup_close(m, "path");
        markup_newline(m);
    }
    str_release(&path);
}

static void draw_badge(struct markup *m, const struct draw_layout *l, const struct draw_box *box)
{
    bool arrow = l->tree->nodes.at[box->node].gate == TREE_SAND;
    int middle = box->badge_x + (box->badge_w - (arrow ? 16 : 0)) / 2;
    draw_rect(m, "tree-badge", box->badge_x, box->badge_y, box->badge_w, DRAW_BADGE_HEIGHT, 9);
    markup_attr_str(m, "fill", "#33425a");
    markup_close(m, "rect");
    open_text(m, "tree-badge-text", middle, box->badge_y + 13, "#fff");
    markup_attr_str(m, "font-size", "11");
    markup_attr_str(m, "font-weight", "bold");
    markup_attr_str(m, "text-anchor", "middle");
    close_text(m, box->badge);
    if (!arrow)
        return;
    int x = box->badge_x + box->badge_w - 22, y = box->badge_y + DRAW_BADGE_HEIGHT / 2;
    markup_open(m, "path");
    markup_attr_str(m, "class", "tree-arrow");
    markup_attrf(m, "d", "M%d %dH%dM%d %dL%d %dL%d %d", x, y, x + 13, x + 9, y - 4, x + 13, y,
                 x + 9, y + 4);
    markup_attr_str(m, "fill", "none");
    markup_attr_str(m, "stroke", "#fff");
    markup_attr_str(m, "stroke-width", "1.5");
    markup_close(m, "path");
}

static void draw_mark(struct markup *m, const struct draw_layout *l, const struct draw_box *box)
{
    int x = box->x + DRAW_PAD_X + 7, y = box->y + DRAW_PAD_Y + DRAW_LINE_HEIGHT / 2;
    const char *sign = box->kind == DRAW_COUNTERMEASURE ? "!"
                       : box->kind == DRAW_APPROACH     ? "?"
                                                        : "=";
    if (box->kind == DRAW_OTHER && l->tree->nodes.at[box->node].reference_whole)
        sign = "\xE2\x86\x92";
    if (box->kind == DRAW_COUNTERMEASURE || box->kind == DRAW_APPROACH) {
        markup_open(m, "circle");
        markup_attr_str(m, "class", "tree-mark");
        attr_int(m, "cx", x);
        attr_int(m, "cy", y);
        markup_attr_str(m, "r", "7.5");
        markup_attr_str(m, "fill", "#fff");
        markup_attr_str(m, "stroke", "#1d6f3a");
        markup_close(m, "circle");
    }
    open_text(m, "tree-mark-text", x, y + 4, NULL);
    markup_attr_str(m, "font-size", "12");
    markup_attr_str(m, "font-weight", "bold");
    markup_attr_str(m, "text-anchor", "middle");
    close_text(m, sv_str(sign));
}

static void draw_texts(struct markup *m, const struct draw_layout *l, const struct draw_box *box)
{
    int x = box->x + DRAW_PAD_X + (layout_has_mark(box->kind) ? DRAW_MARK : 0),
        y = box->y + DRAW_PAD_Y;
    for (size_t i = 0; i < box->text_count; i++) {
        const struct draw_text *line = &l->texts.at[box->first_text + i];
        open_text(m, line->value ? "tree-value" : "tree-label", x, y + (line->value ? 11 : 13),
                  line->value ? "#46526a" : NULL);
        if (line->value)
            markup_attr_str(m, "font-size", "11");
        else if (box->kind == DRAW_GOAL)
            markup_attr_str(m, "font-weight", "bold");
        close_text(m, line->text);
        y += line->value ? DRAW_VALUE_HEIGHT : DRAW_LINE_HEIGHT;
    }
}

static const char *gate_title(const struct tree_node *n)
{
    switch (n->gate) {
    case TREE_AND:
        return "All of";
    case TREE_SAND:
        return "All of, in this order";
    case TREE_AT_LEAST:
        return "At least so many of";
    case TREE_CARDINALITY:
        return "So many of";
    case TREE_NOT:
        return "Not";
    case TREE_XOR:
        return "An odd number of";
    case TREE_NAND:
        return "Not all of";
    case TREE_NOR:
        return "None of";
    case TREE_IFF:
        return "All or none of";
    case TREE_IMPLY:
        return "Not the first, or the second of";
    default:
        return "Any of";
    }
}

static void draw_title(struct markup *m, const struct draw_layout *l, const struct draw_box *box)
{
    const struct tree_node *n = &l->tree->nodes.at[box->node];
    const char *word = l->part && box->kind == DRAW_OTHER && n->reference_whole ? "Drawn apart" : looks[box->kind].word;
    markup_open(m, "title");
    markup_text_str(m, word ? word : gate_title(n));
    markup_text(m, SV(": "));
    markup_text(m, n->reference.len ? n->reference : n->label);
    if (n->reference.len && n->label.len)
        markup_textf(m, " %.*s", SV_ARG(n->label));
    markup_close(m, "title");
}

/* A corner turned down, so that the mark is not a colour alone. */
static void draw_corner(struct markup *m, int right, int top)
{
    markup_open(m, "path");
    markup_attr_str(m, "class", "tree-corner");
    markup_attrf(m, "d", "M%d %dh10a4 4 0 0 1 4 4v10z", right - 14, top);
    markup_attr_str(m, "fill", "#a8261c");
    markup_close(m, "path");
}

static void draw_legend(struct markup *m, const struct draw_layout *l)
{
    int y = l->legend;
    draw_rect(m, "tree-step tree-best", 4, y + 3, 26, 15, 4);
    markup_attr_str(m, "fill", "#fff");
    markup_attr_str(m, "stroke", "#a8261c");
    markup_attr_str(m, "stroke-width", "2.5");
    markup_close(m, "rect");
    draw_corner(m, 30, y + 3);
    open_text(m, "tree-value", 38, y + 15, "#46526a");
    markup_attr_str(m, "font-size", "11");
    close_text(m, SV("on the way of the best attack"));
    markup_newline(m);
}

/* A further place of a node links to the node; the first place carries the id. */
static bool open_box(struct markup *m, const struct draw_layout *l, const struct draw_box *box, const char *id_prefix)
{
    struct sv anchor = l->anchors[box->node];
    bool link = box->kind == DRAW_SAME || (l->chips && l->chips[box->node]);
    markup_open(m, link ? "a" : "g");
    if (link || !(l->continued && box->node == 0))
        markup_attrf(m, link ? "href" : "id", "%s%s%.*s", link ? "#" : "", id_prefix, SV_ARG(anchor));
    return link;
}

static void draw_box(struct markup *m, const struct draw_layout *l, const struct draw_box *box,
                     const char *id_prefix)
{
    const struct draw_look *look = &looks[box->kind];
    bool best = is_best(l, box->node), link = open_box(m, l, box, id_prefix);
    draw_title(m, l, box);
    char classes[40];
    snprintf(classes, sizeof(classes), "%s%s", look->class_name, best ? " tree-best" : "");
    draw_rect(m, classes, box->x, box->y, box->w, box->h, look->radius);
    markup_attr_str(m, "fill", look->fill);
    markup_attr_str(m, "stroke", best ? "#a8261c" : look->stroke);
    if (best || look->width)
        markup_attr_str(m, "stroke-width", best ? "2.5" : look->width);
    if (look->dash)
        markup_attr_str(m, "stroke-dasharray", look->dash);
    markup_close(m, "rect");
    if (best)
        draw_corner(m, box->x + box->w, box->y);
    if (layout_has_mark(box->kind))
        draw_mark(m, l, box);
    draw_texts(m, l, box);
    if (box->has_badge)
        draw_badge(m, l, box);
    markup_close(m, link ? "a" : "g");
    markup_newline(m);
}

/* A length in the size in which the drawing is shown. */
static int shown(const struct draw_layout *l, int length)
{
    return (length * l->percent + 50) / 100;
}

static void draw_head(struct markup *m, const struct draw_layout *l, const char *id_prefix,
                      bool standalone)
{
    markup_open(m, "svg");
    if (standalone)
        markup_attr_str(m, "xmlns", "http://www.w3.org/2000/svg");
    markup_attr_str(m, "class", "attack-tree");
    markup_attr_str(m, "role", l->links ? "group" : "img");
    char number[24] = "";
    if (l->number)
        snprintf(number, sizeof(number), "-%zu", l->number);
    markup_attrf(m, "aria-labelledby", "%s_title%s %s_desc%s", id_prefix, number, id_prefix, number);
    attr_int(m, "width", shown(l, l->width));
    attr_int(m, "height", shown(l, l->height));
    markup_attrf(m, "viewBox", "0 0 %d %d", l->width, l->height);
    markup_attr_str(m, "font-family", "system-ui, Noto Sans, DejaVu Sans, sans-serif");
    attr_int(m, "font-size", 13);
    markup_attr_str(m, "fill", "#1c2430");
    markup_attr_str(m, "stroke-width", "1.25");
    markup_newline(m);
    markup_open(m, "title");
    markup_attrf(m, "id", "%s_title%s", id_prefix, number);
    markup_text_str(m, "Attack tree: ");
    markup_text(m, l->tree->nodes.at[0].label);
    markup_close(m, "title");
    markup_open(m, "desc");
    markup_attrf(m, "id", "%s_desc%s", id_prefix, number);
    markup_text(m, l->alternative);
    markup_close(m, "desc");
    markup_newline(m);
    if (!standalone)
        return;
    markup_open(m, "style");
    markup_raw_text(m, sv_str(standalone_style));
    markup_close(m, "style");
    markup_newline(m);
}

void draw_svg(struct markup *m, const struct draw_layout *l, const char *id_prefix, bool standalone)
{
    draw_head(m, l, id_prefix, standalone);
    draw_edges(m, l, EDGES_PLAIN);
    draw_edges(m, l, EDGES_GUARD);
    if (l->best)
        draw_edges(m, l, EDGES_BEST);
    for (size_t i = 0; i < l->boxes.len; i++)
        draw_box(m, l, &l->boxes.at[i], id_prefix);
    if (l->legend)
        draw_legend(m, l);
    markup_close(m, "svg");
}

void draw_size(const struct draw_layout *l, double *out_width, double *out_height)
{
    *out_width = shown(l, l->width);
    *out_height = shown(l, l->height);
}

static void add_count(struct str *out, const char *before, size_t count, const char *one,
                      const char *many)
{
    if (count)
        str_addf(out, "%s%zu %s", before, count, count == 1 ? one : many);
}

struct sv draw_alternative(struct arena *a, const struct tree *t)
{
    struct tree_counts counts;
    struct str text = STR_INIT;
    tree_count(t, &counts);
    str_add_str(&text, "Attack tree with the goal \"");
    str_add(&text, t->nodes.at[0].label);
    str_add_str(&text, "\": ");
    str_addf(&text, "%zu %s", counts.steps, counts.steps == 1 ? "step" : "steps");
    add_count(&text, " below ", counts.gates, "gate", "gates");
    add_count(&text, ", ", counts.countermeasures, "existing countermeasure",
              "existing countermeasures");
    add_count(&text, ", ", counts.approaches, "potential approach", "potential approaches");
    add_count(&text, ", ", counts.references, "reference to another threat",
              "references to other threats");
    str_add_str(&text, ".");
    struct sv result = arena_sv(a, str_sv(&text));
    str_release(&text);
    return result;
}

static void figure_draw(struct markup *m, const void *data, const char *id_prefix)
{
    draw_svg(m, data, id_prefix, false);
}

static size_t figure_on_paper(struct arena *a, const void *data, const struct doc_figure_part **out_parts)
{
    const struct draw_layout *l = data;
    return draw_on_paper(a, l->tree, l->name, l->best, out_parts);
}

static size_t figure_on_screen(struct arena *a, const void *data, const struct doc_figure_part **out_parts)
{
    const struct draw_layout *l = data;
    return draw_on_screen(a, l->tree, l->name, l->best, out_parts);
}

const struct doc_figure *draw_layout_figure(struct arena *a, const struct draw_layout *l)
{
    struct doc_figure *figure = arena_new(a, struct doc_figure);
    figure->draw = figure_draw;
    figure->data = l;
    draw_size(l, &figure->width, &figure->height);
    figure->alternative = l->alternative;
    return figure;
}

const struct doc_figure *draw_figure(struct arena *a, const struct tree *t, struct sv name, const bool *best)
{
    struct doc_figure *figure = arena_new(a, struct doc_figure);
    struct draw_layout *layout = layout_usual(a, t);
    layout->name = name;
    draw_mark_best(layout, best);
    *figure = *draw_layout_figure(a, layout);
    figure->on_paper = figure_on_paper;
    if (layout->height > DRAW_FOLD_HEIGHT)
        figure->on_screen = figure_on_screen;
    return figure;
}
