/* What changes between two texts, line by line. */
#include <stdlib.h>

#include "base/vec.h"
#include "gateway/web/pages.h"

enum {
    LINES_MAX = 1500, /* of a text; beyond, the whole of it is shown as changed */
    CONTEXT = 2,      /* lines that stay, around one that does not */
};

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

struct step {
    char kind; /* '=', '-', '+' */
    struct sv text;
};
struct steps {
    VEC(struct step) list;
};

static void find_steps(struct arena *a, const struct lines *old, const struct lines *new, struct steps *out)
{
    uint16_t *table = common(old, new);
    size_t i = 0, j = 0, width = new->list.len + 1;
    while (i < old->list.len || j < new->list.len) {
        bool both = i < old->list.len && j < new->list.len;
        struct step *s = vec_push(a, &out->list);
        if (both && sv_eq(old->list.at[i], new->list.at[j]))
            *s = (struct step){'=', old->list.at[i++]}, j++;
        else if (j == new->list.len || (both && table[(i + 1) * width + j] >= table[i * width + j + 1]))
            *s = (struct step){'-', old->list.at[i++]};
        else
            *s = (struct step){'+', new->list.at[j++]};
    }
    free(table);
}

/* Whether a line that stays is near one that does not. */
static bool is_near_change(const struct steps *steps, size_t at)
{
    size_t from = at < CONTEXT ? 0 : at - CONTEXT;
    for (size_t i = from; i < steps->list.len && i <= at + CONTEXT; i++)
        if (steps->list.at[i].kind != '=')
            return true;
    return false;
}

/* The sign says it, not the colour alone. */
static void line(struct markup *m, const struct step *s)
{
    const char *element = s->kind == '-' ? "del" : s->kind == '+' ? "ins" : "span";
    markup_open(m, element);
    markup_textf(m, "%s %.*s\n", s->kind == '-' ? "\xe2\x88\x92" : s->kind == '+' ? "+" : " ", SV_ARG(s->text));
    markup_close(m, element);
}

static void write_steps(struct markup *m, const struct steps *steps)
{
    size_t left_out = 0;
    for (size_t i = 0; i <= steps->list.len; i++) {
        bool shown = i == steps->list.len || is_near_change(steps, i);
        if (shown && left_out) {
            markup_open(m, "span");
            markup_attr_str(m, "class", "same");
            markup_textf(m, "  (%zu line%s as before)\n", left_out, left_out == 1 ? "" : "s");
            markup_close(m, "span");
        }
        left_out = shown ? 0 : left_out + 1;
        if (shown && i < steps->list.len)
            line(m, &steps->list.at[i]);
    }
}

void web_difference(struct web_call *c, struct sv old, struct sv new)
{
    struct markup *m = &c->markup;
    struct lines before, after;
    struct steps steps = {{NULL, 0, 0}};
    cut(c->arena, old, &before);
    cut(c->arena, new, &after);
    markup_open(m, "pre");
    markup_attr_str(m, "class", "difference");
    if (before.list.len <= LINES_MAX && after.list.len <= LINES_MAX) {
        find_steps(c->arena, &before, &after, &steps);
        write_steps(m, &steps);
    } else {
        markup_element(m, "del", old);
        markup_element(m, "ins", new);
    }
    markup_close(m, "pre");
}
