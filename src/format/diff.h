/* What changed between two texts, word by word.
 *
 * Lines are compared first, then the words of lines that changed, both by the greedy algorithm of Myers ("An O(ND)
 * Difference Algorithm and Its Variations", 1986), which finds the least change. Where texts have so little in common
 * that it would take long, all of the old one goes and all of the new one comes. */
#ifndef CASEMATE_FORMAT_DIFF_H
#define CASEMATE_FORMAT_DIFF_H

#include "base/arena.h"
#include "base/sv.h"
#include "base/vec.h"

enum diff_kind { DIFF_SAME, DIFF_OLD, DIFF_NEW };

struct diff_part {
    enum diff_kind kind;
    struct sv text; /* a part of the old text (SAME, OLD) or of the new one (NEW); never empty */
};
struct diff {
    VEC(struct diff_part) parts; /* SAME and OLD are the old text in order, SAME and NEW the new one; never two of a
                                    kind in a row; of a change in one place OLD stands before NEW */
};

/* Valid UTF-8. The parts borrow from the texts; the list is in the arena. */
void diff_words(struct arena *a, struct sv old, struct sv new, struct diff *out);

#endif
