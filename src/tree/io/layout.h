/* The geometry of a drawing: computed by layout.c, written by draw.c. All numbers are whole CSS
 * pixels. */
#ifndef CASEMATE_TREE_IO_LAYOUT_H
#define CASEMATE_TREE_IO_LAYOUT_H

#include "base/vec.h"
#include "tree/core/tree.h"

enum draw_kind {
    DRAW_GOAL,
    DRAW_GATE,
    DRAW_STEP,
    DRAW_COUNTERMEASURE,
    DRAW_APPROACH,
    DRAW_SAME,  /* a further place of a shared node */
    DRAW_OTHER, /* another threat's tree or step */
};

enum {
    DRAW_LINE_HEIGHT = 17,  /* of a label's line, 13 px text */
    DRAW_VALUE_HEIGHT = 14, /* of a line of attributes, 11 px text */
    DRAW_PAD_X = 10,
    DRAW_PAD_Y = 6,
    DRAW_MARK = 22, /* room for the sign before a label */
    DRAW_BADGE_HEIGHT = 18,
    DRAW_LEGEND_HEIGHT = 22,
    DRAW_LEGEND_WIDTH = 230,
};

struct draw_text {
    struct sv text;
    bool value; /* a line of attributes */
};

struct draw_box {
    enum draw_kind kind;
    uint32_t node;
    int x, y, w, h;
    size_t first_text, text_count;
    bool has_badge;
    int badge_x, badge_y, badge_w; /* the gate word */
    struct sv badge;
};

/* From (x1, y1) down to turn, across to x2, down to y2; without the last part when turn == y2. */
struct draw_edge {
    int x1, y1, turn, x2, y2;
    bool guard; /* to a countermeasure */
    uint32_t child; /* the node below, and whether its box stands for it there or is a chip */
};

struct draw_layout {
    const struct tree *tree;
    const struct sv *anchors;
    VEC(struct draw_box)
    boxes; /* in the order of the outline, each followed by what stands below it */
    VEC(struct draw_text) texts;
    VEC(struct draw_edge) edges;
    int width, height;
    const bool *best; /* by node: to be marked; NULL: none. draw_mark_best() sets it */
    int legend;       /* y of the line that explains the mark; 0: none */
    const bool *chips; /* by node, in a part: stands for a node that another part shows under the same anchor */
    bool continued;    /* the first box is shown in an earlier part too */
    size_t number;     /* of the part; 0: the first or only one */
    bool across; /* children side by side */
    bool links;
    bool part;   /* of a drawing that is split; its references lead to other parts */
    int percent; /* size in which it is shown */
    struct sv alternative;
    struct sv name; /* of what the tree belongs to, for the captions of parts */
};

/* The lower one of the two ways to draw a tree; as draw_layout() with the usual width; the indented one. */
struct draw_layout *layout_lower(struct arena *a, const struct tree *t, int width);
struct draw_layout *layout_usual(struct arena *a, const struct tree *t);
struct draw_layout *layout_down(struct arena *a, const struct tree *t, int width);

/* The word of a gate: "OR", "2 of 3"; empty for a leaf. */
struct sv layout_gate_word(struct arena *a, const struct tree_node *n);

/* Width of a label's text in thousandths of the font's size. */
uint32_t measure_text(struct sv text);
/* True when the box has a sign before its label. */
bool layout_has_mark(enum draw_kind kind);

#endif
