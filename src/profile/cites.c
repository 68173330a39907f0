/* Which documents and threats a threat names: the one definition, for the check of coverage.tsv, the
 * index by document, the lists of references and the marks of what nobody cites.
 *
 * Texts count as readers see them: comments and code name nothing, but for the attack tree, which is
 * drawn. */
#include "profile/internal.h"

struct gathering {
    struct arena *a;
    const struct profile *p;
    struct cites *out;
    unsigned threat;      /* index + 1 */
    struct last {         /* by document: the last threat in each of its lists, index + 1 */
        unsigned affected, responding, any;
    } *last;
};

static ptrdiff_t document_of(const struct profile *p, struct sv id)
{
    const struct reference *r = map_get(&p->references.by_id, id);
    return r ? r - p->references.list.at : -1;
}

static void note(struct gathering *g, ptrdiff_t document)
{
    if (g->last[document].any != g->threat)
        *vec_push(g->a, &g->out->documents[document].all) = g->threat - 1;
    g->last[document].any = g->threat;
}

static void pinned(struct gathering *g, const struct threat *t)
{
    for (size_t i = 0; i < t->affects.len; i++) {
        ptrdiff_t d = document_of(g->p, t->affects.at[i].id);
        if (d < 0 || g->last[d].affected == g->threat)
            continue;
        g->last[d].affected = g->threat;
        *vec_push(g->a, &g->out->documents[d].affected) = g->threat - 1;
        note(g, d);
    }
    for (size_t i = 0; i < t->responses.len; i++) {
        ptrdiff_t d = document_of(g->p, t->responses.at[i].citation.id);
        if (d < 0 || g->last[d].responding == g->threat)
            continue;
        g->last[d].responding = g->threat;
        *vec_push(g->a, &g->out->documents[d].responding) = g->threat - 1;
        note(g, d);
    }
}

static void in_threat(void *context, const struct stretch *text, const struct mention *m)
{
    struct gathering *g = context;
    (void)text;
    if (m->threat) {
        const struct threat *t = map_get(&g->p->by_id, sv_str(m->id));
        if (t)
            *vec_push(g->a, &g->out->threats[g->threat - 1].names) =
                (unsigned)(t - g->p->threats.at);
        return;
    }
    ptrdiff_t d = document_of(g->p, sv_str(m->id));
    if (d < 0 || g->last[d].any == g->threat)
        return;
    *vec_push(g->a, &g->out->documents[d].mentioned) = g->threat - 1;
    note(g, d);
}

static void texts(struct gathering *g, struct arena *scratch, const struct threat *t)
{
    const struct mention_visitor v = {in_threat, g};
    const struct sig *sig = &g->p->sig;
    for (size_t i = 0; i < t->fields.len; i++)
        mention_each_prose(scratch, sig, t->fields.at[i].text, 1, &v);
    for (size_t i = 0; i < t->responses.len; i++)
        mention_each(sig, &(struct stretch){t->responses.at[i].how, 1, 1}, &v);
    const struct sv others[] = {t->likelihood.reason, t->damage.reason, t->reason, t->no_responses,
                                t->tree_text};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        mention_each(sig, &(struct stretch){others[i], 1, 1}, &v);
}

static void in_analysis(void *context, const struct stretch *text, const struct mention *m)
{
    struct gathering *g = context;
    (void)text;
    ptrdiff_t d = m->threat ? -1 : document_of(g->p, sv_str(m->id));
    if (d >= 0)
        g->out->documents[d].in_analysis = true;
}

static void analysis(struct gathering *g, struct arena *scratch)
{
    const struct mention_visitor v = {in_analysis, g};
    const struct analysis *analysis = &g->p->analysis;
    mention_each(&g->p->sig, &(struct stretch){analysis->abstract, 1, 1}, &v);
    for (size_t i = 0; i < analysis->before.len; i++)
        mention_each_prose(scratch, &g->p->sig, analysis->before.at[i].body, 1, &v);
    for (size_t i = 0; i < analysis->after.len; i++)
        mention_each_prose(scratch, &g->p->sig, analysis->after.at[i].body, 1, &v);
}

const struct cites *profile_cites(struct arena *a, const struct profile *p)
{
    struct arena scratch = ARENA_INIT;
    struct gathering g = {.a = a, .p = p, .out = arena_new(a, struct cites)};
    if (p->cites)
        return p->cites;
    g.out->documents = arena_new_array(a, struct citing, p->references.list.len + 1);
    g.out->threats = arena_new_array(a, struct naming, p->threats.len + 1);
    g.last = arena_new_array(&scratch, struct last, p->references.list.len + 1);
    for (size_t i = 0; i < p->threats.len; i++) {
        g.threat = (unsigned)i + 1;
        pinned(&g, &p->threats.at[i]);
        texts(&g, &scratch, &p->threats.at[i]);
    }
    analysis(&g, &scratch);
    arena_release(&scratch);
    return g.out;
}
