#include "base/suggest.h"

enum { SUGGEST_MAX = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t suggest_distance(struct sv a, struct sv b)
{
    size_t rows[3][SUGGEST_MAX + 1];
    if (a.len > SUGGEST_MAX || b.len > SUGGEST_MAX)
        return SIZE_MAX;
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = last[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            now[j] = least(change, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.len];
}

const char *suggest_nearest(struct sv word, const char *const *candidates, size_t count)
{
    const char *best = NULL;
    size_t best_distance = word.len / 3 > 1 ? word.len / 3 : 1;
    for (size_t i = 0; i < count; i++) {
        size_t distance = suggest_distance(word, sv_str(candidates[i]));
        if (distance < best_distance || (!best && distance == best_distance)) {
            best = candidates[i];
            best_distance = distance;
        }
    }
    return best;
}
