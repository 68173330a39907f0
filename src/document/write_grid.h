/* Tables of the text form, for write_text.c. */
#ifndef CASEMATE_DOCUMENT_WRITE_GRID_H
#define CASEMATE_DOCUMENT_WRITE_GRID_H

#include "base/arena.h"
#include "base/str.h"

struct grid {
    size_t columns, rows;
    struct sv *cells; /* [row * columns + column]; hard line breaks are LF */
    size_t *widths;   /* of the columns; set by grid_write */
};

/* Appends the table in at most width columns of the terminal: with borders when its words fit beside one
 * another, otherwise each row as lines "Heading: cell". header: the first row names the columns. Nothing is
 * cut. */
void grid_write(struct arena *a, struct str *out, struct grid *g, bool header, size_t width);

#endif
