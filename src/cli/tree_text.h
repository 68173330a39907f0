/* An analysis for people: the story first, then tables. */
#ifndef CASEMATE_CLI_TREE_TEXT_H
#define CASEMATE_CLI_TREE_TEXT_H

#include "cli/cli.h"
#include "tree/core/analysis.h"

struct tree_text {
    enum tree_measure by;
    size_t best;
    const bool *added; /* approaches asked for, or NULL */
    const double *budgets;
    size_t budgets_len;
    bool whole, explain, colour;
};
void tree_text_print(struct cli *c, const struct tree_analysis *t, const struct tree_text *what);

#endif
