/* What the drawing of estimates and the words beside it share. Inside this room only; callers use visuals.h. */
#ifndef CASEMATE_DOCUMENT_VISUAL_STRIP_H
#define CASEMATE_DOCUMENT_VISUAL_STRIP_H

#include "document/visuals.h"
#include "register/pooled.h"

/* One strip: a factor in a round. */
struct strip_row {
    const struct visual_strip_factor *factor;
    size_t round, abstained;
    struct pooled pooled;
};
/* All strips: by factor, then by round. In the arena; keeps no estimates. */
struct strip_rows {
    struct strip_row *at;
    size_t factors, rounds;
};
struct strip_rows strip_rows(struct arena *a, const struct visual_strip *strip);

struct sv strip_word(const struct strip_row *r, unsigned level);
/* "First round"; empty when there is only one. */
struct sv strip_round_name(const struct strip_rows *rows, size_t round);
/* "Likelihood, first round: 5 estimates (low 2, medium 3), median medium, middle half low to medium, 1 abstained." and
 * so on. */
struct sv strip_description(struct arena *a, const struct strip_rows *rows);
struct doc_block *strip_table(struct arena *a, const struct strip_rows *rows, struct sv anchor);

#endif
