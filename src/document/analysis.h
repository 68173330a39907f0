/* What the attack tree of a threat says: computed once per view, shown the same way on the page and in every format. */
#ifndef CASEMATE_DOCUMENT_ANALYSIS_H
#define CASEMATE_DOCUMENT_ANALYSIS_H

#include "base/digest.h"
#include "register/view.h"
#include "tree/core/analysis.h"

struct doc_block;

/* All of it in the view's arena; the analysis itself is not kept. */
struct threat_analysis {
    struct sv json;            /* one compact object, keys as docs/formats.md; empty when the tree contradicts itself */
    const bool *best;          /* by node of threat->tree: what the best attack carries out and reaches; or NULL */
    struct doc_block *section; /* "What the attack tree says" */
    struct sv note;            /* where the group's rating and the tree disagree; or empty */
};

/* Of the threat with that index, or NULL when it has no attack tree. Computed when it is asked for first. */
const struct threat_analysis *document_analysis(const struct view *v, size_t index);
/* What the analysis depends on beside the threat's own file: the trees it refers to. */
void document_analysis_input(struct digest_state *s, const struct view *v, size_t index);

#endif
