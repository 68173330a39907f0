#include "format/diff.h"

#include <stdlib.h>

enum {
    EDITS_MAX = 1200, /* beyond, two texts have nothing in common */
    GLUE_MAX = 3,     /* a part without a letter, of at most as many bytes, does not part two changes */
};

struct token {
    struct sv text;
    uint32_t hash;
};
struct tokens {
    VEC(struct token) list;
};
/* A stretch of either text, by its tokens; empty on one side, or the same on both. */
struct hunk {
    size_t old, old_len, new, new_len;
    bool same;
};
struct hunks {
    VEC(struct hunk) list;
};

static uint32_t hash_of(struct sv text)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        h = (h ^ (unsigned char)text.at[i]) * 16777619u;
    return h;
}

static void push(struct arena *a, struct tokens *out, struct sv text)
{
    *vec_push(a, &out->list) = (struct token){text, hash_of(text)};
}

static bool same(const struct token *a, const struct token *b)
{
    return a->hash == b->hash && sv_eq(a->text, b->text);
}

static void cut_lines(struct arena *a, struct sv text, struct tokens *out)
{
    while (text.len) {
        ptrdiff_t end = sv_find_char(text, '\n');
        size_t len = end < 0 ? text.len : (size_t)end + 1;
        push(a, out, sv_from(text.at, len));
        text = sv_from_byte(text, len);
    }
}

static int class_of(char c)
{
    unsigned char u = (unsigned char)c;
    if (u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z'))
        return 1;
    return u == ' ' || u == '\n' || u == '\t' ? 2 : 0;
}

/* Words, runs of blanks, and every other character by itself. */
static void cut_words(struct arena *a, struct sv text, struct tokens *out)
{
    enum { BYTES_EACH = 3 }; /* about as many on the average */
    vec_reserve(a, &out->list, text.len / BYTES_EACH + 1);
    while (text.len) {
        size_t len = 1;
        int class = class_of(text.at[0]);
        while (class && len < text.len && class_of(text.at[len]) == class)
            len++;
        push(a, out, sv_from(text.at, len));
        text = sv_from_byte(text, len);
    }
}

/* How much both texts begin with, up to a place where a word ends in both. */
static size_t common_head(struct sv old, struct sv new)
{
    size_t len = 0, most = old.len < new.len ? old.len : new.len;
    while (len < most && old.at[len] == new.at[len])
        len++;
    while (len > 0 && len < most && class_of(old.at[len - 1]) == 1)
        len--;
    return len == most && old.len != new.len ? 0 : len;
}

/* ---- the least change ---- */

struct search {
    const struct token *old, *new;
    ptrdiff_t old_len, new_len;
    int32_t *trace; /* the furthest reach on each diagonal,
        after each number of edits: d + 1 of them behind each other */
};

static int32_t *row(const struct search *s, ptrdiff_t d)
{
    return s->trace + d * (d + 1) / 2; /* diagonals -d, -d + 2, ..., d */
}

/* Whether the last edit on the way to diagonal k takes a token of the new text (from k + 1) or of the old (k - 1). */
static bool takes_new(const struct search *s, ptrdiff_t d, ptrdiff_t k)
{
    const int32_t *before = row(s, d - 1);
    ptrdiff_t at = (k + d) / 2; /* k - 1 is at - 1 in the row before, k + 1 is at */
    return k == -d || (k != d && before[at - 1] < before[at]);
}

static ptrdiff_t start_of(const struct search *s, ptrdiff_t d, ptrdiff_t k)
{
    if (d == 0)
        return 0;
    ptrdiff_t at = (k + d) / 2;
    return takes_new(s, d, k) ? row(s, d - 1)[at] : row(s, d - 1)[at - 1] + 1;
}

/* The number of edits; -1: too many. */
static ptrdiff_t reach(struct search *s)
{
    for (ptrdiff_t d = 0; d <= EDITS_MAX && d <= s->old_len + s->new_len; d++) {
        s->trace = base_realloc(s->trace, (size_t)((d + 1) * (d + 2) / 2) * sizeof *s->trace);
        for (ptrdiff_t k = -d; k <= d; k += 2) {
            ptrdiff_t x = start_of(s, d, k), y = x - k;
            while (x < s->old_len && y >= 0 && y < s->new_len && same(&s->old[x], &s->new[y]))
                x++, y++;
            row(s, d)[(k + d) / 2] = (int32_t)x;
            if (x >= s->old_len && y >= s->new_len)
                return d;
        }
    }
    return -1;
}

static void add(struct arena *a, struct hunks *out, struct hunk h)
{
    struct hunk *last = out->list.len ? &out->list.at[out->list.len - 1] : NULL;
    if (h.old_len + h.new_len == 0)
        return;
    if (last && last->same == h.same) {
        last->old_len += h.old_len;
        last->new_len += h.new_len;
    } else {
        *vec_push(a, &out->list) = h;
    }
}

/* The way back from the end, one edit and the sameness behind it at a time. */
static void walk(struct arena *a, const struct search *s, ptrdiff_t d, size_t skip, struct hunks *out)
{
    struct hunks back = {{NULL, 0, 0}};
    ptrdiff_t x = s->old_len, y = s->new_len;
    for (; d >= 0; d--) {
        ptrdiff_t k = x - y, from = start_of(s, d, k), from_y = from - k;
        *vec_push(a, &back.list) = (struct hunk){(size_t)from + skip, (size_t)(x - from), (size_t)from_y + skip,
                                                 (size_t)(x - from), true};
        if (d == 0)
            break;
        bool came = takes_new(s, d, k);
        x = came ? from : from - 1;
        y = came ? from_y - 1 : from_y;
        *vec_push(a, &back.list) = (struct hunk){(size_t)x + skip, !came, (size_t)y + skip, came, false};
    }
    for (size_t i = back.list.len; i-- > 0;)
        add(a, out, back.list.at[i]);
}

static void compare(struct arena *a, const struct tokens *old, const struct tokens *new, struct hunks *out)
{
    size_t n = old->list.len, m = new->list.len, head = 0, tail = 0;
    while (head < n && head < m && same(&old->list.at[head], &new->list.at[head]))
        head++;
    while (tail < n - head && tail < m - head && same(&old->list.at[n - 1 - tail], &new->list.at[m - 1 - tail]))
        tail++;
    struct search s = {.old_len = (ptrdiff_t)(n - head - tail), .new_len = (ptrdiff_t)(m - head - tail)};
    s.old = n ? old->list.at + head : NULL;
    s.new = m ? new->list.at + head : NULL;
    add(a, out, (struct hunk){0, head, 0, head, true});
    ptrdiff_t d = s.old_len && s.new_len ? reach(&s) : -1;
    if (d < 0)
        add(a, out, (struct hunk){head, (size_t)s.old_len, head, (size_t)s.new_len, false});
    else
        walk(a, &s, d, head, out);
    add(a, out, (struct hunk){n - tail, tail, m - tail, tail, true});
    free(s.trace);
}

/* ---- parts ---- */

static struct sv text_of(const struct tokens *t, size_t from, size_t len)
{
    if (!len)
        return SV_NONE;
    const struct sv *first = &t->list.at[from].text, *last = &t->list.at[from + len - 1].text;
    return sv_from(first->at, (size_t)(last->at + last->len - first->at));
}

struct change { /* what goes and what comes in one place; both are contiguous in their texts */
    struct sv old, new;
};

static void grow(struct sv *text, struct sv by)
{
    *text = text->len ? sv_from(text->at, (size_t)(by.at + by.len - text->at)) : by;
}

static void put(struct arena *a, struct diff *out, enum diff_kind kind, struct sv text)
{
    if (text.len)
        *vec_push(a, &out->parts) = (struct diff_part){kind, text};
}

static bool parts_nothing(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (class_of(text.at[i]) == 1 || text.at[i] == '\n')
            return false;
    return text.len <= GLUE_MAX;
}

static void flush(struct arena *a, struct change *c, struct diff *out)
{
    put(a, out, DIFF_OLD, c->old);
    put(a, out, DIFF_NEW, c->new);
    *c = (struct change){SV_NONE, SV_NONE};
}

struct writing {
    struct change open;
    struct sv same_old, same_new; /* what is the same, not yet written */
};

static void see_same(struct arena *a, struct writing *w, struct sv old, struct sv new, struct diff *out)
{
    if (!w->same_old.len)
        flush(a, &w->open, out);
    grow(&w->same_old, old);
    grow(&w->same_new, new);
}

static void see_change(struct arena *a, struct writing *w, struct sv old, struct sv new, struct diff *out)
{
    put(a, out, DIFF_SAME, w->same_old);
    w->same_old = w->same_new = SV_NONE;
    if (old.len)
        grow(&w->open.old, old);
    if (new.len)
        grow(&w->open.new, new);
}

static void words(struct arena *a, struct writing *w, struct sv old, struct sv new, struct diff *out)
{
    struct tokens o = {{NULL, 0, 0}}, n = {{NULL, 0, 0}};
    struct hunks hunks = {{NULL, 0, 0}};
    size_t head = common_head(old, new);
    if (head)
        see_same(a, w, sv_from(old.at, head), sv_from(new.at, head), out);
    old = sv_from_byte(old, head);
    new = sv_from_byte(new, head);
    cut_words(a, old, &o);
    cut_words(a, new, &n);
    compare(a, &o, &n, &hunks);
    for (size_t i = 0; i < hunks.list.len; i++) {
        const struct hunk *h = &hunks.list.at[i];
        struct sv gone = text_of(&o, h->old, h->old_len), come = text_of(&n, h->new, h->new_len);
        bool between = i > 0 && i + 1 < hunks.list.len;
        if (h->same && !(between && parts_nothing(gone)))
            see_same(a, w, gone, come, out);
        else
            see_change(a, w, gone, come, out);
    }
}

void diff_words(struct arena *a, struct sv old, struct sv new, struct diff *out)
{
    struct arena scratch = ARENA_INIT;
    struct tokens o = {{NULL, 0, 0}}, n = {{NULL, 0, 0}};
    struct hunks hunks = {{NULL, 0, 0}};
    struct diff all = {{NULL, 0, 0}};
    struct writing w = {{SV_NONE, SV_NONE}, SV_NONE, SV_NONE};
    cut_lines(&scratch, old, &o);
    cut_lines(&scratch, new, &n);
    compare(&scratch, &o, &n, &hunks);
    for (size_t i = 0; i < hunks.list.len; i++) {
        const struct hunk *h = &hunks.list.at[i];
        struct sv gone = text_of(&o, h->old, h->old_len), come = text_of(&n, h->new, h->new_len);
        if (h->same)
            see_same(&scratch, &w, gone, come, &all);
        else
            words(&scratch, &w, gone, come, &all);
    }
    put(&scratch, &all, DIFF_SAME, w.same_old);
    flush(&scratch, &w.open, &all);
    *out = (struct diff){{NULL, 0, 0}};
    for (size_t i = 0; i < all.parts.len; i++)
        *vec_push(a, &out->parts) = all.parts.at[i];
    arena_release(&scratch);
}
