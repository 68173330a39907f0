#include "format/merge.h"

#include "base/str.h"
#include "format/diff.h"

/* base.at[from..to) becomes text. */
struct change {
    size_t from, to;
    struct sv text;
};
struct changes {
    VEC(struct change) list; /* in order */
};

static void find_changes(struct arena *a, struct sv base, struct sv text, struct changes *out)
{
    struct diff d;
    size_t at = 0;
    *out = (struct changes){{NULL, 0, 0}};
    diff_words(a, base, text, &d);
    for (size_t i = 0; i < d.parts.len; i++) {
        const struct diff_part *p = &d.parts.at[i];
        bool follows = p->kind == DIFF_NEW && i && d.parts.at[i - 1].kind == DIFF_OLD;
        if (p->kind == DIFF_NEW && !follows)
            *vec_push(a, &out->list) = (struct change){at, at, p->text};
        else if (p->kind == DIFF_NEW)
            out->list.at[out->list.len - 1].text = p->text;
        else if (p->kind == DIFF_OLD)
            *vec_push(a, &out->list) = (struct change){at, at + p->text.len, SV_NONE};
        if (p->kind != DIFF_NEW)
            at += p->text.len;
    }
}

/* Where the lines begin and end that a change touches. */
static size_t line_begin(struct sv base, size_t at)
{
    while (at && base.at[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(struct sv base, size_t at)
{
    while (at < base.len && base.at[at] != '\n')
        at++;
    return at;
}

static bool is_same(const struct change *x, const struct change *y)
{
    return x->from == y->from && x->to == y->to && sv_eq(x->text, y->text);
}

static bool touch_one_line(struct sv base, const struct change *x, const struct change *y)
{
    return line_begin(base, x->from) <= line_end(base, y->to) && line_begin(base, y->from) <= line_end(base, x->to);
}

static bool are_apart(struct sv base, const struct changes *one, const struct changes *other)
{
    size_t i = 0, k = 0;
    while (i < one->list.len && k < other->list.len) {
        const struct change *x = &one->list.at[i], *y = &other->list.at[k];
        if (is_same(x, y))
            i++, k++;
        else if (touch_one_line(base, x, y))
            return false;
        else if (x->from < y->from)
            i++;
        else
            k++;
    }
    return true;
}

static void add_change(struct str *out, struct sv base, size_t *at, const struct change *x)
{
    str_add(out, sv_from(base.at + *at, x->from - *at));
    str_add(out, x->text);
    *at = x->to;
}

bool merge_texts(struct arena *a, struct sv base, struct sv one, struct sv other, struct sv *out)
{
    struct changes x, y;
    struct str text = STR_INIT;
    size_t i = 0, k = 0, at = 0;
    *out = SV_NONE;
    find_changes(a, base, one, &x);
    find_changes(a, base, other, &y);
    if (!are_apart(base, &x, &y))
        return false;
    while (i < x.list.len || k < y.list.len) {
        const struct change *p = i < x.list.len ? &x.list.at[i] : NULL, *q = k < y.list.len ? &y.list.at[k] : NULL;
        bool both = p && q && is_same(p, q), first = p && (!q || p->from <= q->from);
        add_change(&text, base, &at, first ? p : q);
        i += first || both;
        k += !first || both;
    }
    str_add(&text, sv_from_byte(base, at));
    *out = arena_sv(a, str_sv(&text));
    str_release(&text);
    return true;
}
