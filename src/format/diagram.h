/* A drawing in characters, as people make it in a mail: boxes of + - |, lines, arrow heads, words. The scan tells
 * strokes from words by what stands beside each character, and finds the boxes; nothing is drawn here.
 *
 *     +--------+   +--------+        - and = (a double line) run to the left and right, | up and down,
 *     | client |==>| server |--+     + joins what reaches it, < > v ^ are heads where a line ends,
 *     +--------+   +--------+  |     all other characters are words at their place.
 *
 * A character that could be a stroke and touches none is a word: "end-to-end", "a | b", "C++". */
#ifndef CASEMATE_FORMAT_DIAGRAM_H
#define CASEMATE_FORMAT_DIAGRAM_H

#include "base/err.h"
#include "base/sv.h"
#include "base/vec.h"

enum { DIAGRAM_COLUMNS_MAX = 120, DIAGRAM_ROWS_MAX = 80 };

/* Places are cells: a column and a row, from 0. */
struct diagram_box {
    unsigned left, top, right, bottom; /* cells of its corners */
    bool twofold;                      /* its top and bottom are double lines */
    bool region;                       /* other boxes stand in it */
};

/* A straight stroke in half cells, from the upper or left end: the middle of a cell is odd, its edges are even. */
struct diagram_line {
    unsigned x1, y1, x2, y2;
    bool twofold;
};

struct diagram_head {
    unsigned column, row;
    char direction; /* '<' '>' 'v' '^' */
    bool touches;   /* the cell that it points to has a stroke */
};

/* Words in one row with single blanks between; or a mark, such as "(1)", which stands by itself. */
struct diagram_label {
    unsigned column, row, width; /* cells */
    struct sv text;              /* as written */
    int box;                     /* index of the smallest box around it, -1 */
    bool listed;                 /* begins below or above a longer or shorter one: a list, not centred */
    bool mark;
};

struct diagram {
    unsigned columns, rows;
    VEC(struct diagram_box) boxes; /* those around others come before them */
    VEC(struct diagram_line) lines; /* without the sides of boxes */
    VEC(struct diagram_head) heads;
    VEC(struct diagram_label) labels; /* by row, then column */
};

/* What keeps a text from being a drawing. */
struct diagram_fault {
    unsigned line;        /* of the text, from 1; 0: the whole */
    unsigned column;      /* from 1; 0: the whole line */
    const char *what, *expected; /* in the arena, or literals */
};

/* True when the text (valid UTF-8, LF) is a drawing; texts of labels point into a copy in the arena. Otherwise
 * *fault says what is wrong: it has no visible character, a tab, more than DIAGRAM_COLUMNS_MAX columns or
 * DIAGRAM_ROWS_MAX rows. Blank rows at both ends and blank columns at the left do not count. */
bool diagram_scan(struct arena *a, struct sv text, struct diagram *out, struct diagram_fault *fault);

#endif
