/* Attack trees as SVG, with a layout of our own.
 *
 * A small tree is drawn with the goal at the top and its children side by side below it, each level
 * in a row. A tree that would be wider than the wish is drawn as an indented list of boxes with
 * elbow lines, which fits any width from 240 px on. Shared nodes are drawn once; the other places
 * hold a chip "= label" that links to the drawing. Long labels are wrapped.
 *
 * Deterministic: same tree, same bytes. No script, no external resource, no style attribute.
 * Colours stand in presentation attributes (fill, stroke), which any style sheet overrides by these
 * classes:
 *
 *     attack-tree     the svg element
 *     tree-goal       rect: the goal                        tree-gate      rect: a node with
 * children tree-step       rect: a leaf                          tree-counter   rect: an existing
 * countermeasure tree-approach   rect, dashed: a potential approach    tree-ref       rect, round
 * ends: "= step", "-> threat" tree-line       path: connection of gate and child    tree-guard
 * path: of countermeasure and what it protects tree-badge      rect: behind the gate word
 * tree-badge-text  text in it (and tree-arrow: path of SAND) tree-mark       circle behind ! and ?
 * tree-mark-text   the sign in it (also = and -> of chips) tree-label      text of labels
 * tree-value     text of attributes
 *
 * Kinds differ by shape and sign, not by colour alone. Each node is a <g> with id = id_prefix +
 * anchor (tree_anchor()) and a <title>. Text is 13 px (attributes and gates 11 px) in font-family
 * "system-ui, Noto Sans, DejaVu Sans, sans-serif"; boxes are measured so that the widest of the
 * common sans-serif fonts fits. */
#ifndef CASEMATE_TREE_IO_DRAW_H
#define CASEMATE_TREE_IO_DRAW_H

#include "format/doc.h"
#include "format/markup.h"
#include "tree/core/tree.h"

struct draw_layout; /* opaque; in the arena */

/* Computes the layout. width_hint: the width in CSS pixels that the drawing does not exceed (0:
 * 720; at least 240). The tree must live as long as the layout. */
struct draw_layout *draw_layout(struct arena *a, const struct tree *t, double width_hint);
/* Marks the nodes (by node; NULL: none) that are on the way of the best attack; a line below explains the mark. */
void draw_mark_best(struct draw_layout *l, const bool *best);
void draw_size(const struct draw_layout *l, double *out_width, double *out_height);
/* The <svg> element with <title> and <desc>; role="img", or role="group" when it holds links.
 * id_prefix: put before every id. standalone: adds xmlns and a <style> with colours for light and
 * dark. */
void draw_svg(struct markup *m, const struct draw_layout *l, const char *id_prefix,
              bool standalone);
/* One or two sentences: how many steps, gates, countermeasures; the goal. */
struct sv draw_alternative(struct arena *a, const struct tree *t);
/* A doc_figure of the usual width whose draw() calls draw_svg. name: what the tree belongs to ("T-0001"). best: by
 * node, those on the way of the best attack, which are marked (class tree-best, a thicker line and a corner turned
 * down); or NULL. Drawings that would be higher than DRAW_FOLD_HEIGHT are cut into subtrees on a screen. */
enum { DRAW_FOLD_HEIGHT = 2200 };
const struct doc_figure *draw_figure(struct arena *a, const struct tree *t, struct sv name, const bool *best);
/* The same for a layout. */
const struct doc_figure *draw_layout_figure(struct arena *a, const struct draw_layout *l);
/* Drawings in parts, io/split.c: one, or the goal with its first levels and then a drawing for each subtree that does
 * not fit there. On paper each fits a page of A4 with its text at about 8 points; on a screen each is about as high
 * as the window, and has the ids of the whole drawing, so that all of them take the same id_prefix. The first has no
 * caption of its own. */
size_t draw_on_paper(struct arena *a, const struct tree *t, struct sv name, const bool *best,
                     const struct doc_figure_part **out_parts);
size_t draw_on_screen(struct arena *a, const struct tree *t, struct sv name, const bool *best,
                      const struct doc_figure_part **out_parts);

#endif
