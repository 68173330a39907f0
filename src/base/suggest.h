/* "Did you mean": the nearest known word by edit distance. */
#ifndef CASEMATE_BASE_SUGGEST_H
#define CASEMATE_BASE_SUGGEST_H

#include "base/sv.h"

/* Damerau-Levenshtein distance (adjacent swap counts one), bytewise; words longer than 64 bytes give SIZE_MAX. */
size_t suggest_distance(struct sv a, struct sv b);
/* The candidate nearest to word, or NULL when none is close (a third of its length, at least one change). */
const char *suggest_nearest(struct sv word, const char *const *candidates, size_t count);

#endif
