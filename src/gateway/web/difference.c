/* What changes between two texts, line by line. */
#include <stdlib.h>

#include "base/vec.h"
#include "gateway/web/pages.h"

enum { LINES_MAX = 1500 }; /* of a text; beyond, the whole of it is shown as changed */

struct lines {
    VEC(struct sv) list;
};

static void cut(struct arena *a, struct sv text, struct lines *out)
{
    struct sv line;
    *out = (struct lines){{NULL, 0, 0}};
    while (sv_next_line(&text, &line))
        *vec_push(a, &out->list) = line;
}

/* Length of the longest common subsequence of what is behind (i, j), for all i and j. */
static uint16_t *common(const struct lines *old, const struct lines *new)
{
    size_t width = new->list.len + 1;
    uint16_t *table = base_malloc((old->list.len + 1) * width * sizeof(*table));
    memset(table, 0, (old->list.len + 1) * width * sizeof(*table));
    for (size_t i = old->list.len; i-- > 0;)
        for (size_t j = new->list.len; j-- > 0;) {
            uint16_t down = table[(i + 1) * width + j], right = table[i * width + j + 1];
            bool same = sv_eq(old->list.at[i], new->list.at[j]);
            table[i * width + j] =
                same ? (uint16_t)(table[(i + 1) * width + j + 1] + 1) : down > right ? down : right;
        }
    return table;
}

/* The sign says it, not the colour alone. */
static void line(struct markup *m, const char *element, const char *sign, struct sv text)
{
    markup_open(m, element);
    markup_textf(m, "%s %.*s\n", sign, SV_ARG(text));
    markup_close(m, element);
}

static void write_lines(struct markup *m, const struct lines *old, const struct lines *new)
{
    uint16_t *table = common(old, new);
    size_t i = 0, j = 0, width = new->list.len + 1;
    while (i < old->list.len || j < new->list.len) {
        bool both = i < old->list.len && j < new->list.len;
        if (both && sv_eq(old->list.at[i], new->list.at[j])) {
            line(m, "span", " ", old->list.at[i]);
            i++, j++;
        } else if (j == new->list.len || (both && table[(i + 1) * width + j] >= table[i * width + j + 1])) {
            line(m, "del", "\xe2\x88\x92", old->list.at[i++]);
        } else {
            line(m, "ins", "+", new->list.at[j++]);
        }
    }
    free(table);
}

void web_difference(struct web_call *c, struct sv old, struct sv new)
{
    struct markup *m = &c->markup;
    struct lines before, after;
    cut(c->arena, old, &before);
    cut(c->arena, new, &after);
    markup_open(m, "pre");
    markup_attr_str(m, "class", "difference");
    if (before.list.len <= LINES_MAX && after.list.len <= LINES_MAX) {
        write_lines(m, &before, &after);
    } else {
        markup_element(m, "del", old);
        markup_element(m, "ins", new);
    }
    markup_close(m, "pre");
}
