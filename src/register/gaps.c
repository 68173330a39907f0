#include "register/gaps.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static bool has_ended(const struct view *v, const struct threat *t)
{
    const struct process *p = &v->profile->process;
    return t->stage >= 0 && (size_t)t->stage < p->stages.len && p->stages.at[t->stage].end;
}

/* What the documents (columns by index in the profile's references) do about one threat. */
static void put_cells(const struct view *v, const struct threat *t, const size_t *columns, int *cells)
{
    const struct reference *first = v->profile->references.list.at;
    for (size_t i = 0; i < t->affects.len; i++) {
        const struct reference *r = t->affects.at[i].reference;
        if (!r)
            continue;
        const struct coverage_view *c = view_coverage_of(v, r);
        cells[columns[r - first]] =
            c && (c->row->result == COVERAGE_UNREAD || c->in_part) ? GAP_UNREAD : GAP_OPEN;
    }
    for (size_t i = 0; i < t->responses.len; i++) {
        const struct response *response = &t->responses.at[i];
        if (!response->citation.reference)
            continue;
        int *cell = &cells[columns[response->citation.reference - first]];
        if (response->covers > *cell)
            *cell = response->covers;
    }
}

/* Index in the profile's references of each that a threat affects or cites as a response. */
static void mark_used(const struct view *v, const struct threat *t, bool *used)
{
    const struct reference *first = v->profile->references.list.at;
    for (size_t i = 0; i < t->affects.len; i++)
        if (t->affects.at[i].reference)
            used[t->affects.at[i].reference - first] = true;
    for (size_t i = 0; i < t->responses.len; i++)
        if (t->responses.at[i].citation.reference)
            used[t->responses.at[i].citation.reference - first] = true;
}

void gaps_derive(struct arena *a, const struct view *v, struct gaps *out)
{
    const struct profile *p = v->profile;
    bool *used = arena_new_array(a, bool, p->references.list.len + 1);
    size_t *columns = arena_new_array(a, size_t, p->references.list.len + 1);
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < v->threats.len; i++)
        if (!has_ended(v, v->threats.at[i].threat))
            mark_used(v, v->threats.at[i].threat, used);
    for (size_t i = 0; i < p->references.list.len; i++)
        if (used[i]) {
            columns[i] = out->documents.len;
            *vec_push(a, &out->documents) = &p->references.list.at[i];
        }
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat *t = v->threats.at[i].threat;
        if (has_ended(v, t))
            continue;
        struct gap_row row = {(unsigned)i, arena_new_array(a, int, out->documents.len + 1)};
        bool any = false;
        for (size_t d = 0; d < out->documents.len; d++)
            row.cells[d] = GAP_BLANK;
        put_cells(v, t, columns, row.cells);
        for (size_t d = 0; d < out->documents.len; d++)
            any = any || row.cells[d] != GAP_BLANK;
        if (any)
            *vec_push(a, &out->rows) = row;
    }
}

static struct gap_words words_of(const struct sig *sig, int state)
{
    if (state == GAP_UNREAD)
        return (struct gap_words){SV("unread"), SV("Unread"),
                                  SV("The threat affects the document, and nobody has read it as a whole."), ""};
    if (state == GAP_OPEN)
        return (struct gap_words){SV("open"), SV("Open"),
                                  SV("The threat affects the document, and no response of it is named."), ""};
    const struct term *t = &sig->coverage.list.at[state];
    return (struct gap_words){t->id, t->name, t->means, ""};
}

/* The whole characters that begin in the first `len` bytes, at most so many as a mark has room for. */
static size_t whole_characters(struct sv text, size_t len)
{
    size_t end = 0;
    for (int count = 0; count < GAP_MARK_MAX && end < len && end < text.len; count++)
        (void)utf8_next(text, &end);
    return end;
}

static size_t in_common(struct sv one, struct sv other)
{
    size_t len = 0;
    while (len < one.len && len < other.len && one.at[len] == other.at[len])
        len++;
    return len;
}

struct gap_words gaps_words(const struct sig *sig, int state)
{
    struct gap_words words = words_of(sig, state);
    size_t len = 1;
    for (int other = GAP_UNREAD; other < (int)sig->coverage.list.len; other++) {
        size_t common = other == state ? 0 : in_common(words.name, words_of(sig, other).name);
        len = common >= len ? common + 1 : len;
    }
    len = whole_characters(words.name, len);
    memcpy(words.mark, words.name.at, len);
    words.mark[len] = 0;
    return words;
}
