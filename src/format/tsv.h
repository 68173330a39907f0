/* Tab-separated values, no quoting: a header line, then one row a line; and CSV (RFC 4180) for writing. */
#ifndef CASEMATE_FORMAT_TSV_H
#define CASEMATE_FORMAT_TSV_H

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

struct tsv_row {
    uint32_t line;    /* from 1 */
    struct sv *cells; /* as many as there are columns; borrowed from the text, not trimmed */
};

struct tsv {
    struct sv *columns;
    size_t column_count;
    VEC(struct tsv_row) rows;
};

struct tsv_limits {
    size_t rows, columns; /* 0: 100,000 and 64 */
};

/* Parses valid UTF-8. Blank lines are skipped; a row with another number of cells than the header, a
 * duplicate or empty column name, and a line beyond the limits are faults. Faults go to diag; the rows
 * without fault are in *out all the same. */
void tsv_parse(struct arena *a, struct sv text, const char *file, const struct tsv_limits *limits, struct diag *diag,
               struct tsv *out);
/* Index of a column, or -1. */
int tsv_column(const struct tsv *t, const char *name);

/* CSV cells; a cell that a spreadsheet would take for a formula gets a leading apostrophe. Lines end with CRLF. */
void csv_cell(struct str *out, bool first, struct sv text);
void csv_end_row(struct str *out);

#endif
