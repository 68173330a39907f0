/* Attack trees as SVG: tidy layout of our own, shared nodes drawn once with references, long labels wrapped.
 *
 * Colours only through CSS variables with fallbacks (--tree-goal, --tree-gate, --tree-step, --tree-counter, --tree-approach, --tree-line, --tree-text, --tree-paper),
 * so that the page's light and dark styles apply. Deterministic: same tree, same bytes. No script, no external resource. Each node is
 * a group with an id (id_prefix + anchor) and a <title>. */
#ifndef CASEMATE_TREE_IO_DRAW_H
#define CASEMATE_TREE_IO_DRAW_H

#include "format/doc.h"
#include "format/markup.h"
#include "tree/core/tree.h"

struct draw_layout; /* opaque; in the arena */

/* Computes the layout. width_hint: wished width in CSS pixels (0: 720); a tree that is wider than that is laid out as an indented (vertical) drawing, so that
 * it never needs more than the hint unless one label does. */
const struct draw_layout *draw_layout(struct arena *a, const struct tree *t, double width_hint);
void draw_size(const struct draw_layout *l, double *out_width, double *out_height);
/* The <svg> element with role="img", <title> and <desc>. standalone: adds xmlns and a <style> with the fallback colours for light and dark. */
void draw_svg(struct markup *m, const struct draw_layout *l, const char *id_prefix, bool standalone);
/* One or two sentences: how many steps, gates, countermeasures; the goal. */
struct sv draw_alternative(struct arena *a, const struct tree *t);
/* A doc_figure whose draw() calls draw_svg. */
const struct doc_figure *draw_figure(struct arena *a, const struct tree *t);

#endif
