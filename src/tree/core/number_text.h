/* Numbers as people read them, the same on every page and in the shell: three significant digits, thousands apart,
 * time in its natural unit. A share is never rounded to certainty or impossibility. All texts are UTF-8 and live in
 * the arena; NAN gives "unknown". */
#ifndef CASEMATE_TREE_CORE_NUMBER_TEXT_H
#define CASEMATE_TREE_CORE_NUMBER_TEXT_H

#include "tree/core/figures.h"

#include "base/arena.h"

/* "1,200", "0.0915", "12,300,000", "1.2e-9"; INFINITY: "no limit". */
const char *number_text(struct arena *a, double value);
/* "12 %", "0.034 %", "1 in 12,300,000", "over 99.9 %", "never", "always". */
const char *number_share(struct arena *a, double probability);
/* In the largest unit that fits and the next smaller one: "45 seconds", "1 hour", "2 days 12 hours", "25 years". */
const char *number_time(struct arena *a, double seconds);
/* The same for tables: "45 s", "1 h", "2 d 12 h", "25 y". */
const char *number_time_brief(struct arena *a, double seconds);
/* "62,995,811" from "62995811"; NULL: "unknown". */
const char *number_count(struct arena *a, const char *digits);
/* "1 step", "3 steps", "12,000 steps": the noun takes an s. */
const char *number_of(struct arena *a, uint64_t count, const char *noun);
/* A figure by its measure: a share, a time, or a plain number. */
const char *number_measure(struct arena *a, enum tree_measure m, double value);

#endif
