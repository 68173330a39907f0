#include "register/similar.h"

#include "register/stems.h"
#include "register/tree_terms.h"

#include <math.h>
#include <stdlib.h>

enum kind { WORDS, DOCUMENTS, STEPS, GATES, KINDS };

struct part {
    struct term_use *term;
    double count; /* tf */
};
struct bag {
    VEC(struct part) parts;
};

/* A term of one kind, over the whole register. */
struct term_use {
    struct sv shown;
    unsigned threats;     /* df */
    double rarity;        /* idf */
    double query;         /* weight in the query, 0: not there */
    const struct bag *in; /* the last bag that it came into, and where it is in that */
    size_t at;
};

struct space {
    struct arena *arena; /* scratch */
    const struct profile *p;
    struct map terms[KINDS];
    struct bag *bags; /* [threat * KINDS + kind] */
    struct bag query[KINDS];
    double query_length[KINDS]; /* squared */
    struct stems stems;         /* of one text after the other */
    bool trees;
};

/* ---- counting ---- */

static void put(struct space *s, enum kind kind, struct bag *bag, struct sv key, struct sv shown, double count)
{
    struct term_use *t = map_get(&s->terms[kind], key);
    if (!t) {
        t = arena_new(s->arena, struct term_use);
        t->shown = shown;
        map_set(&s->terms[kind], key, t);
    }
    if (t->in == bag) {
        bag->parts.at[t->at].count += count;
        return;
    }
    t->in = bag;
    t->at = bag->parts.len;
    t->threats += bag != &s->query[kind];
    *vec_push(s->arena, &bag->parts) = (struct part){t, count};
}

static void put_words(struct space *s, struct bag *bags, struct sv text, double count)
{
    s->stems.list.len = 0;
    stems_of(s->arena, text, &s->stems);
    for (size_t i = 0; i < s->stems.list.len; i++)
        put(s, WORDS, &bags[WORDS], s->stems.list.at[i].stem, s->stems.list.at[i].shown, count);
}

/* Words between what names documents and threats; documents by themselves. */
static void put_prose(struct space *s, struct bag *bags, struct sv text)
{
    struct markdown_mention m;
    while (profile_find_mention((void *)(uintptr_t)s->p, text, &m)) {
        put_words(s, bags, sv_from(text.at, m.at), 1);
        if (m.kind == MARKDOWN_REFERENCE)
            put(s, DOCUMENTS, &bags[DOCUMENTS], m.id, m.id, 1);
        text = sv_from_byte(text, m.at + m.len);
    }
    put_words(s, bags, text, 1);
}

static void put_tree(struct space *s, struct bag *bags, const struct tree *t)
{
    struct tree_terms terms = {{NULL, 0, 0}};
    tree_terms_of(s->arena, t, &terms);
    for (size_t i = 0; i < terms.list.len; i++) {
        enum kind kind = terms.list.at[i].step ? STEPS : GATES;
        put(s, kind, &bags[kind], terms.list.at[i].key, terms.list.at[i].shown, 1);
    }
}

static void put_all(struct space *s, struct bag *bags, const struct similar_query *q)
{
    vec_reserve(s->arena, &bags[WORDS].parts, (q->name.len + q->abstract.len) / 8 + 1);
    put_words(s, bags, q->name, SIMILAR_NAME);
    put_prose(s, bags, q->abstract);
    for (size_t i = 0; i < q->affects_count; i++)
        put(s, DOCUMENTS, &bags[DOCUMENTS], q->affects[i].id, q->affects[i].id, 1);
    if (s->trees && q->tree)
        put_tree(s, bags, q->tree);
}

/* ---- weighing ---- */

static double weight(const struct part *part)
{
    return log1p(part->count) * part->term->rarity;
}

static void weigh_query(struct space *s, size_t threats)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const struct map *terms = &s->terms[kind];
        for (size_t i = 0; i < terms->len; i++) {
            struct term_use *t = terms->entries[i].value;
            t->rarity = log(((double)threats + 1) / (t->threats + 0.5));
        }
        for (size_t i = 0; i < s->query[kind].parts.len; i++) {
            struct part *part = &s->query[kind].parts.at[i];
            part->term->query = weight(part);
            s->query_length[kind] += part->term->query * part->term->query;
        }
    }
}

static double cosine(const struct space *s, enum kind kind, const struct bag *bag)
{
    double product = 0, length = 0;
    for (size_t i = 0; i < bag->parts.len; i++) {
        double w = weight(&bag->parts.at[i]);
        product += w * bag->parts.at[i].term->query;
        length += w * w;
    }
    return product > 0 ? fmin(product / sqrt(length * s->query_length[kind]), 1) : 0;
}

static double score(const struct space *s, const struct bag *bags)
{
    double like[KINDS];
    for (int kind = 0; kind < KINDS; kind++)
        like[kind] = cosine(s, (enum kind)kind, &bags[kind]);
    bool gates = s->query[GATES].parts.len || bags[GATES].parts.len;
    double tree = gates ? SIMILAR_STEPS * like[STEPS] + (1 - SIMILAR_STEPS) * like[GATES] : like[STEPS];
    return 1 - (1 - like[WORDS]) * (1 - SIMILAR_DOCUMENTS * like[DOCUMENTS]) * (1 - SIMILAR_TREE * tree);
}

/* ---- the best, and why ---- */

/* A list of at most `most`, the best first; among equals the earlier threat. */
static void keep_best(struct arena *a, struct similars *out, size_t most, unsigned threat, double score)
{
    size_t at = out->list.len;
    while (at && out->list.at[at - 1].score < score)
        at--;
    if (at >= most)
        return;
    if (out->list.len < most)
        (void)vec_push(a, &out->list);
    for (size_t i = out->list.len - 1; i > at; i--)
        out->list.at[i] = out->list.at[i - 1];
    out->list.at[at] = (struct similar){.threat = threat, .score = score};
}

/* By insertion: the heaviest first, and among equals the one that comes first in the query. */
static void explain(struct arena *a, const struct bag *query, const struct bag *bag, struct similar_why *out)
{
    double weights[SIMILAR_WHY_MAX] = {0};
    for (size_t i = 0; i < query->parts.len; i++) {
        const struct term_use *t = query->parts.at[i].term;
        if (t->in != bag)
            continue;
        double w = t->query * weight(&bag->parts.at[t->at]);
        size_t at = out->len;
        out->all++;
        while (at && weights[at - 1] < w)
            at--;
        if (at >= SIMILAR_WHY_MAX)
            continue;
        out->len += out->len < SIMILAR_WHY_MAX;
        for (size_t k = out->len - 1; k > at; k--) {
            weights[k] = weights[k - 1];
            out->at[k] = out->at[k - 1];
        }
        weights[at] = w;
        out->at[at] = arena_sv(a, t->shown);
    }
}

static void explain_all(struct space *s, struct arena *a, struct similar *similar)
{
    struct similar_why *whys[KINDS] = {
        [WORDS] = &similar->words, [DOCUMENTS] = &similar->documents, [STEPS] = &similar->steps};
    for (int kind = 0; kind < KINDS; kind++) {
        const struct bag *bag = &s->bags[similar->threat * KINDS + (unsigned)kind];
        for (size_t i = 0; i < bag->parts.len; i++) { /* another bag may have come after this one */
            bag->parts.at[i].term->in = bag;
            bag->parts.at[i].term->at = i;
        }
        if (whys[kind])
            explain(a, &s->query[kind], bag, whys[kind]);
    }
}

struct similar_query similar_to(const struct profile *p, const struct threat *t)
{
    return (struct similar_query){.name = t->name,
                                  .abstract = threat_field(t, template_field(&p->template, SV("abstract"))),
                                  .affects = t->affects.at,
                                  .affects_count = t->affects.len,
                                  .tree = t->tree,
                                  .leave_out = t};
}

void similar_find(struct arena *a, const struct profile *p, const struct similar_query *q, size_t most,
                  struct similars *out)
{
    struct arena scratch = ARENA_INIT;
    struct space s = {.arena = &scratch, .p = p, .trees = q->tree != NULL};
    size_t compared = 0;
    *out = (struct similars){{NULL, 0, 0}};
    s.bags = arena_new_array(&scratch, struct bag, p->threats.len * KINDS + 1);
    for (int kind = 0; kind < KINDS; kind++)
        map_init(&s.terms[kind], &scratch);
    put_all(&s, s.query, q);
    for (size_t i = 0; i < p->threats.len; i++) {
        struct similar_query entry = similar_to(p, &p->threats.at[i]);
        if (&p->threats.at[i] == q->leave_out)
            continue;
        put_all(&s, &s.bags[i * KINDS], &entry);
        compared++;
    }
    weigh_query(&s, compared);
    for (unsigned i = 0; i < p->threats.len; i++) {
        double likeness = score(&s, &s.bags[i * KINDS]);
        if (likeness > 0)
            keep_best(a, out, most, i, likeness);
    }
    for (size_t i = 0; i < out->list.len; i++)
        explain_all(&s, a, &out->list.at[i]);
    arena_release(&scratch);
}

void similar_likely(struct arena *a, const struct profile *p, const struct similar_query *q, size_t most,
                    struct similars *out)
{
    similar_find(a, p, q, most, out);
    while (out->list.len && out->list.at[out->list.len - 1].score < SIMILAR_LIKELY)
        out->list.len--;
}
