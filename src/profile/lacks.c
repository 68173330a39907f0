/* What a threat's content lacks to enter a stage. */
#include "base/utf8.h"
#include "profile/internal.h"

static void add(struct arena *a, struct lacks *out, enum entry_need need, int field,
                const char *text)
{
    struct lack *lack = vec_push(a, &out->list);
    *lack = (struct lack){need, field, sv_str(text)};
}

static void lacking_field(struct arena *a, const struct profile *p, const struct threat *t,
                          size_t field, struct lacks *out)
{
    const struct template_field *f = &p->template.fields.at[field];
    bool rated = f->likelihood ? t->likelihood.given : t->damage.given;
    const char *text = NULL;
    if (f->kind == FIELD_LINE && !threat_field(t, (int)field).len)
        text = arena_printf(a, "%.*s is empty; write a line `%.*s: ...`", SV_ARG(f->name),
                            SV_ARG(f->id));
    else if (f->kind == FIELD_PROSE && !threat_field(t, (int)field).len)
        text = arena_printf(a, "%.*s is empty; write a section \"## %.*s\"", SV_ARG(f->name),
                            SV_ARG(f->name));
    else if (f->kind == FIELD_RATING && !rated)
        text = arena_printf(
            a, "%.*s is not rated; write `%.*s: {rating: ..., estimators: 1, reason: \"...\"}`",
            SV_ARG(f->name), SV_ARG(f->id));
    if (text)
        add(a, out, NEED_FIELDS, (int)field, text);
}

/* The field in which responses are discussed: the first prose field of the stage that needs
 * responses, or -1. */
static int responses_field(const struct profile *p)
{
    int stage = -1;
    for (size_t i = 0; stage < 0 && i < p->process.stage_count; i++)
        if (p->process.stages.at[i].needs & 1u << NEED_RESPONSES)
            stage = (int)i;
    for (size_t i = 0; i < p->template.fields.len; i++)
        if (p->template.fields.at[i].kind == FIELD_PROSE && p->template.fields.at[i].from == stage)
            return (int)i;
    return -1;
}

/* "None known; searched ..." */
static bool says_none(struct arena *a, struct sv text)
{
    struct sv start = sv_from(text.at, text.len < 16 ? text.len : 16);
    while (start.len && !utf8_valid(start, NULL))
        start.len--;
    struct sv folded = utf8_fold(a, start);
    while (folded.len && (folded.at[0] == '*' || folded.at[0] == '_'))
        folded = sv_from_byte(folded, 1);
    return sv_starts(folded, SV("none")) || sv_starts(folded, SV("no "));
}

static void lacking_responses(struct arena *a, const struct profile *p, const struct threat *t,
                              struct lacks *out)
{
    int field = responses_field(p);
    if (t->responses.len || t->no_responses.len ||
        (field >= 0 && says_none(a, threat_field(t, field))))
        return;
    add(a, out, NEED_RESPONSES, -1,
        "no response is cited; write `responses:` with {reference, covers, how}, or `responses: "
        "\"None known; searched ...\"`");
}

static bool attacker_whole(const struct profile *p, const struct threat *t)
{
    const struct sig *sig = &p->sig;
    return t->attacker.given && (t->attacker.position >= 0 || !sig->positions.list.len) &&
           (t->attacker.activity >= 0 || !sig->activities.list.len) &&
           (t->attacker.on.len || !sig->surfaces.list.len);
}

static void lacking_key(struct arena *a, const struct profile *p, const struct threat *t,
                        enum entry_need need, struct lacks *out)
{
    switch (need) {
    case NEED_ATTACKER:
        if (!attacker_whole(p, t))
            add(a, out, need, -1,
                "the attacker is not described; write `attacker: {position: ..., on: [...], "
                "activity: ...}`");
        break;
    case NEED_LEVEL:
        if (t->level < 0)
            add(a, out, need, -1,
                "the level is missing; write `level: ...` with one of the levels of sig.yaml");
        break;
    case NEED_AFFECTS:
        if (!t->affects.len)
            add(a, out, need, -1,
                "no affected document is named; write `affects: [...]` with references");
        break;
    case NEED_RESPONSES:
        lacking_responses(a, p, t, out);
        break;
    case NEED_REASON:
        if (!t->reason.len)
            add(a, out, need, -1, "the reason is missing; write `reason: \"...\"`");
        break;
    case NEED_SUCCESSOR:
        if (!t->into.len)
            add(a, out, need, -1,
                "the successor is missing; write `into: [...]` with the threat that takes its "
                "place");
        break;
    case NEED_SUCCESSORS:
        if (t->into.len < 2)
            add(a, out, need, -1,
                "the successors are missing; write `into: [..., ...]` with the threats that take "
                "its place");
        break;
    default: /* acts of the group */
        break;
    }
}

void profile_lacks(struct arena *a, const struct profile *p, const struct threat *t, int stage,
                   struct lacks *out)
{
    memset(out, 0, sizeof(*out));
    if (stage < 0 || (size_t)stage >= p->process.stages.len)
        return;
    uint32_t needs = p->process.stages.at[stage].needs;
    bool end = p->process.stages.at[stage].end;
    for (int i = 0; !end && i < stage; i++)
        needs |= p->process.stages.at[i].needs;
    for (size_t i = 0; needs & 1u << NEED_FIELDS && i < p->template.fields.len; i++)
        if (end ? p->template.fields.at[i].from == 0 : p->template.fields.at[i].from <= stage)
            lacking_field(a, p, t, i, out);
    for (unsigned need = 0; need < ENTRY_NEEDS; need++)
        if (needs & 1u << need)
            lacking_key(a, p, t, (enum entry_need)need, out);
}
