/* Fragments: the trace of a part of a file, and whether it still holds. */
#include "document/fragment.h"

#include <string.h>

void fragment_put_text(struct str *out, struct sv text)
{
    str_addf(out, "%zu ", text.len);
    str_add(out, text);
}

bool fragment_next_number(struct sv *text, uint64_t *out)
{
    ptrdiff_t blank = sv_find_char(*text, ' ');
    if (blank < 0 || !sv_to_u64(sv_from(text->at, (size_t)blank), UINT64_MAX / 4, out))
        return false;
    *text = sv_from_byte(*text, (size_t)blank + 1);
    return true;
}

bool fragment_next_text(struct sv *text, struct sv *out)
{
    uint64_t len;
    if (!fragment_next_number(text, &len) || len > text->len)
        return false;
    *out = sv_from(text->at, (size_t)len);
    *text = sv_from_byte(*text, (size_t)len);
    return true;
}

bool fragment_next_span(struct sv *text, struct sv *out_id, struct fragment_span *out)
{
    return fragment_next_text(text, out_id) && fragment_next_number(text, &out->at) &&
           fragment_next_number(text, &out->len) && fragment_next_text(text, &out->trace);
}

static bool next_question(struct sv *trace, char *kind, struct sv *key, struct sv *answer)
{
    if (trace->len == 0)
        return false;
    *kind = trace->at[0];
    *trace = sv_from_byte(*trace, 1);
    return fragment_next_text(trace, key) && fragment_next_text(trace, answer);
}

/* Whether all questions have the same answers now; a damaged trace has not. */
static bool holds(struct sv trace, const struct fragment_questions *q)
{
    struct arena a = ARENA_INIT;
    struct sv key, answer;
    char kind;
    size_t fresh = 0;
    bool same = true;
    while (same && trace.len)
        same = q && next_question(&trace, &kind, &key, &answer) &&
               sv_eq(q->answer(q->writer, &a, kind, key, &fresh), answer);
    arena_release(&a);
    return same;
}

static bool reuse(struct fragments *f, struct sv id, struct sv place, const struct fragment_questions *questions,
                  const struct str *out)
{
    const struct fragment_span *span = f->old ? map_get(f->old, id) : NULL;
    struct sv trace, before, key, answer;
    char kind;
    if (!span || span->at > f->old_size || span->len > f->old_size - span->at || !f->same(f->context, id))
        return false;
    trace = span->trace;
    if (!fragment_next_text(&trace, &before) || !sv_eq(before, place) || !holds(trace, questions))
        return false;
    while (next_question(&trace, &kind, &key, &answer))
        questions->take(questions->writer, kind, key);
    *vec_push(f->arena, &f->gaps) = (struct fragment_gap){out->len, span->at, span->len};
    fragment_put_text(&f->spans, id);
    str_addf(&f->spans, "%llu %llu ", (unsigned long long)(out->len + f->copied), (unsigned long long)span->len);
    fragment_put_text(&f->spans, span->trace);
    f->copied += span->len;
    return true;
}

bool fragment_begin(struct fragments *f, struct sv id, struct sv place, const struct fragment_questions *questions,
                    const struct str *out)
{
    if (!f)
        return false;
    if (reuse(f, id, place, questions, out))
        return true;
    f->open = true;
    f->start = out->len;
    f->id = id;
    map_init(&f->asked, f->arena);
    str_clear(&f->trace);
    fragment_put_text(&f->trace, place);
    return false;
}

void fragment_end(struct fragments *f, const struct str *out)
{
    if (!f)
        return;
    f->open = false;
    fragment_put_text(&f->spans, f->id);
    str_addf(&f->spans, "%llu %zu ", (unsigned long long)(f->start + f->copied), out->len - f->start);
    fragment_put_text(&f->spans, str_sv(&f->trace));
}

void fragment_asked(struct fragments *f, char kind, struct sv key, struct sv answer)
{
    if (!f || !f->open)
        return;
    char *both = arena_alloc(f->arena, key.len + 1);
    both[0] = kind;
    if (key.len)
        memcpy(both + 1, key.at, key.len);
    if (map_set(&f->asked, sv_from(both, key.len + 1), f))
        return;
    str_add_char(&f->trace, kind);
    fragment_put_text(&f->trace, key);
    fragment_put_text(&f->trace, answer);
}

bool fragment_is(const struct fragments *f, const struct doc_block *b)
{
    return f && b->kind == DOC_SECTION && b->class_name && strcmp(b->class_name, "threat") == 0;
}

const struct doc_block *fragment_whole(const struct fragments *f, const struct doc_block *b)
{
    return f->whole ? f->whole(f->context, b) : b;
}
