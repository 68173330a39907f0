/* The process document: the group's prose, then the rules in force, printed from the same data that is enforced. */
#include "document/build.h"

static const char *const need_texts[ENTRY_NEEDS] = {
    [NEED_FIELDS] = "every field of the template that is required by then",
    [NEED_ATTACKER] = "the attacker: position, surfaces, activity",
    [NEED_LEVEL] = "the level at which the fault lies",
    [NEED_AFFECTS] = "the documents affected",
    [NEED_ESTIMATES] = "estimates of both ratings, as many as the mode asks for",
    [NEED_PRIORITY_STOOD] = "a priority that stood without open objection",
    [NEED_RESPONSES] = "at least one response, or the words that none is known and where one looked",
    [NEED_ACCEPTANCE] = "acceptance as the mode says: expert reviews or a call",
    [NEED_REASON] = "a reason",
    [NEED_SUCCESSOR] = "the entry that takes its place",
    [NEED_SUCCESSORS] = "the entries that take its place",
};

static struct sv needs_of(struct arena *a, uint32_t needs)
{
    struct str s = STR_INIT;
    for (unsigned i = 0; i < ENTRY_NEEDS; i++) {
        if (!(needs & (1u << i)))
            continue;
        if (s.len)
            str_add_str(&s, "; ");
        str_add_str(&s, need_texts[i]);
    }
    struct sv text = arena_sv(a, str_sv(&s));
    str_release(&s);
    return text.len ? text : SV("nothing");
}

static void stages(struct arena *a, const struct view *v, struct doc_block *parent)
{
    const struct process *p = &v->profile->process;
    struct doc_block *s = doc_add_section(a, parent, SV("Stages and entry rules"), SV("rules-stages"));
    struct doc_block *table = build_table(a, s, SV("stages-table"), "What a threat needs to enter each stage");
    build_header(a, table, (const char *const[]){"Stage", "What it means", "Needs"}, 3);
    for (size_t i = 0; i < p->stages.len; i++) {
        const struct stage *stage = &p->stages.at[i];
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, stage->end ? build_sv(a, "%.*s (way out)", SV_ARG(stage->name)) : stage->name);
        build_cell(a, row, stage->means);
        build_cell(a, row, needs_of(a, stage->needs));
    }
}

static struct sv days(struct arena *a, unsigned n)
{
    return n ? build_count(a, n, "day", "days") : SV("none");
}

static struct sv second_round(struct arena *a, const struct view *v, const struct mode *m)
{
    if (!sv_eq_str(m->second_round, "on-spread"))
        return SV("none");
    return build_sv(a, "%u days, where estimates lie %u or more levels apart, or a member asks", m->second_round_days,
                    v->profile->process.spread);
}

static void mode_row(struct arena *a, struct doc_block *table, const struct view *v, const char *label,
                     struct sv (*value)(struct arena *a, const struct view *v, const struct mode *m))
{
    const struct process *p = &v->profile->process;
    struct doc_block *row = build_row(a, table);
    build_row_heading(a, row, sv_str(label));
    for (size_t i = 0; i < p->modes.len; i++)
        build_cell(a, row, value(a, v, &p->modes.at[i]));
}

static struct sv value_estimators(struct arena *a, const struct view *v, const struct mode *m)
{
    (void)v;
    return build_sv(a, "%u", m->estimators);
}

static struct sv value_first(struct arena *a, const struct view *v, const struct mode *m)
{
    (void)v;
    return days(a, m->first_round_days);
}

static struct sv value_acceptance(struct arena *a, const struct view *v, const struct mode *m)
{
    (void)v;
    if (sv_eq_str(m->acceptance, "reviews"))
        return SV("expert reviews, printed by name; no consensus sought");
    return build_sv(a, "a call of %u days on each edition", m->call_days);
}

static void modes(struct arena *a, const struct view *v, struct doc_block *parent)
{
    const struct process *p = &v->profile->process;
    struct doc_block *s = doc_add_section(a, parent, SV("Modes"), SV("rules-modes"));
    struct doc_block *table = build_table(a, s, SV("modes-table"), "Settings of the modes");
    struct doc_block *row = build_row(a, table);
    table->header_row = true;
    build_row_heading(a, row, SV("Setting"));
    for (size_t i = 0; i < p->modes.len; i++)
        build_row_heading(a, row, i == p->mode ? build_sv(a, "%.*s (in force)", SV_ARG(p->modes.at[i].id))
                                               : p->modes.at[i].id);
    mode_row(a, table, v, "Estimators for each rating", value_estimators);
    mode_row(a, table, v, "First blind round", value_first);
    mode_row(a, table, v, "Second round", second_round);
    mode_row(a, table, v, "Acceptance", value_acceptance);
}

static void setting(struct arena *a, struct doc_block *table, const char *label, struct sv value)
{
    struct doc_block *row = build_row(a, table);
    build_row_heading(a, row, sv_str(label));
    build_cell(a, row, value);
}

static void periods(struct arena *a, const struct view *v, struct doc_block *parent)
{
    const struct process *p = &v->profile->process;
    struct doc_block *s = doc_add_section(a, parent, SV("Periods and defaults"), SV("rules-periods"));
    struct doc_block *table = build_table(a, s, SV("periods-table"), "Periods and defaults in force");
    build_header(a, table, (const char *const[]){"Setting", "Value"}, 2);
    setting(a, table, "Threats in one round, at most", build_sv(a, "%u", p->batch));
    setting(a, table, "A priority must have stood for", days(a, p->objection_days));
    setting(a, table, "A call runs for at least", days(a, p->call_minimum_days));
    setting(a, table, "Silence in a call", p->calls_silence);
    setting(a, table, "A newcomer\xe2\x80\x99s first post", p->moderation_first_post);
    setting(a, table, "Other posts", p->moderation_other_posts);
    setting(a, table, "Posts ahead of a threat\xe2\x80\x99s stage", p->moderation_off_stage);
    setting(a, table, "A held post is decided within", build_sv(a, "%u hours, otherwise: %.*s", p->hold_hours,
                                                                SV_ARG(p->moderation_on_timeout)));
    setting(a, table, "The same, of somebody who is no member", p->moderation_strangers_on_timeout);
    setting(a, table, "Acts of moderation that want two moderators", p->moderation_two_person);
    setting(a, table, "Where that is urgent, one moderator acts", p->moderation_urgent);
    setting(a, table, "An embargo ends after", days(a, p->embargo_days));
    setting(a, table, "A report is due every", days(a, p->report_days));
    setting(a, table, "A reminder comes before something is due, earlier by", days(a, p->remind_days));
    setting(a, table, "A deputy may act on what has waited for",
            p->deputy_days ? days(a, p->deputy_days) : SV("only while all are away for whom the deputy stands in"));
    setting(a, table, "A round that is due and has its quorum is closed by",
            p->rounds_by_clock ? SV("the clock") : SV("a leader"));
    setting(a, table, "Silence draws a warning after", build_count(a, p->silence_warn_months, "month", "months"));
    setting(a, table, "Silence may end the group after", build_count(a, p->silence_end_months, "month", "months"));
}

static void reasons(struct arena *a, const struct view *v, struct doc_block *parent)
{
    const struct process *p = &v->profile->process;
    struct doc_block *s = doc_add_section(a, parent, SV("Reasons of moderation"), SV("rules-reasons"));
    struct doc_block *table = build_table(a, s, SV("reasons-table"), "Why a post may be kept from the list");
    build_header(a, table, (const char *const[]){"Reason", "What it says", "Act"}, 3);
    for (size_t i = 0; i < p->moderation_reasons.len; i++) {
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, p->moderation_reasons.at[i].id);
        build_cell(a, row, p->moderation_reasons.at[i].means);
        build_cell(a, row, p->moderation_reasons.at[i].act);
    }
}

static void roles(struct arena *a, const struct view *v, struct doc_block *parent)
{
    const struct sig *sig = &v->profile->sig;
    struct doc_block *s = doc_add_section(a, parent, SV("Roles"), SV("rules-roles"));
    struct doc_block *table = build_table(a, s, SV("roles-table"), "What each role may do");
    build_header(a, table, (const char *const[]){"Role", "May"}, 2);
    for (size_t i = 0; i < sig->roles.len; i++) {
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, sig->roles.at[i].name);
        struct doc_block *cell = build_cell(a, row, SV_NONE);
        for (size_t k = 0; k < sig->roles.at[i].may.len; k++) {
            if (k > 0)
                doc_text(a, cell, SV(", "));
            doc_text(a, cell, sig->roles.at[i].may.at[k]);
        }
        const struct role *other = sig_role(sig, sig->roles.at[i].deputy_for);
        if (other)
            doc_textf(a, cell, "; as deputy, what waits for the role %.*s", SV_ARG(other->name));
    }
}

void build_process_chapters(struct arena *a, const struct view *v, struct document *d)
{
    const struct process *p = &v->profile->process;
    struct build_prose prose = {.view = v, .file = "process.md", .line = p->prose_line};
    build_prose_chapters(a, d->root, p->prose, &prose);
    struct doc_block *rules = doc_add_section(a, d->root, SV("The rules in force"), SV("rules"));
    build_paragraph(
        a, rules, "These tables are printed from the settings that the group\xe2\x80\x99s software applies.");
    stages(a, v, rules);
    modes(a, v, rules);
    periods(a, v, rules);
    reasons(a, v, rules);
    roles(a, v, rules);
}
