#include "document/build.h"
#include "document/report.h"
#include "register/calls.h"
#include "register/due.h"
#include "register/reviews.h"

#include "base/date.h"

struct report {
    struct arena *arena;
    const struct view *view;
    const struct activity *activity;
    struct doc_block *root;
};

static struct doc_block *chapter(const struct report *r, const char *title, const char *anchor)
{
    return doc_add_section(r->arena, r->root, sv_str(title), sv_str(anchor));
}

/* "T-0042 Name": a report stands alone, so nothing in it links to the register. */
static struct sv threat_label(const struct report *r, const struct threat_view *t)
{
    return build_sv(r->arena, "%.*s %.*s", SV_ARG(t->threat->id), SV_ARG(t->threat->name));
}

/* ---- what moved ---- */

int report_stage_at(const struct view *v, const struct threat_view *t, int64_t at)
{
    int stage = -1;
    for (size_t i = 0; i < t->changes.len; i++) {
        const struct change *c = &t->changes.at[i];
        if (c->at >= at)
            break;
        if (sv_eq_str(c->field, "stage"))
            stage = process_stage(&v->profile->process, c->text);
    }
    return stage;
}

static bool changed_since(const struct threat_view *t, struct sv field, int64_t since, const struct change **out)
{
    *out = NULL;
    for (size_t i = 0; i < t->changes.len; i++)
        if (t->changes.at[i].at >= since && sv_eq(t->changes.at[i].field, field))
            *out = &t->changes.at[i];
    return *out != NULL;
}

static void moved_row(const struct report *r, struct doc_block **table, const struct threat_view *t, int before)
{
    struct arena *a = r->arena;
    const struct change *c;
    int now = t->threat->stage;
    if (!*table) {
        *table = build_table(a, chapter(r, "What moved", "report-moved"), SV("report-moved-table"),
                             "Threats that came or changed their stage");
        build_header(a, *table, (const char *const[]){"Threat", "From", "To", "Why"}, 4);
    }
    struct doc_block *row = build_row(a, *table);
    build_row_heading(a, row, threat_label(r, t));
    build_cell(a, row, before < 0 ? SV("new") : build_stage_name(r->view, before));
    build_cell(a, row, build_stage_name(r->view, now));
    bool reason = changed_since(t, SV("stage"), r->activity->since, &c);
    build_cell(a, row, reason && c->why.len ? c->why : t->threat->reason);
}

static void moved(const struct report *r)
{
    struct doc_block *table = NULL;
    for (size_t i = 0; i < r->view->threats.len; i++) {
        const struct threat_view *t = &r->view->threats.at[i];
        int before = report_stage_at(r->view, t, r->activity->since);
        if (before != t->threat->stage)
            moved_row(r, &table, t, before);
    }
    if (!table)
        build_paragraph(r->arena, chapter(r, "What moved", "report-moved"), "No threat came or changed its stage.");
}

/* ---- priorities ---- */

/* A level that a rating had before the period, by the changes on record; -1: none. */
static int level_at(const struct threat_view *t, const char *field, const struct terms *scale, int64_t at)
{
    int level = -1;
    for (size_t i = 0; i < t->changes.len && t->changes.at[i].at < at; i++)
        if (sv_eq_str(t->changes.at[i].field, field))
            level = terms_find(scale, t->changes.at[i].text);
    return level;
}

static unsigned priority_at(const struct report *r, const struct threat_view *t)
{
    const struct sig *sig = &r->view->profile->sig;
    return sig_priority(sig, level_at(t, "likelihood.rating", &sig->likelihood, r->activity->since),
                        level_at(t, "damage.rating", &sig->damage, r->activity->since));
}

static void priorities(const struct report *r)
{
    struct arena *a = r->arena;
    struct doc_block *table = NULL;
    for (size_t i = 0; i < r->view->threats.len; i++) {
        const struct threat_view *t = &r->view->threats.at[i];
        unsigned before = priority_at(r, t);
        if (before == t->priority || build_is_end(r->view, t->threat->stage))
            continue;
        if (!table) {
            table = build_table(a, chapter(r, "New priorities", "report-priorities"), SV("report-priorities-table"),
                                "Threats whose priority is new or another one");
            build_header(a, table, (const char *const[]){"Threat", "Before", "Now", "Estimated by"}, 4);
        }
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, threat_label(r, t));
        build_cell(a, row, before ? build_priority_name(a, r->view, before) : SV("none"));
        build_cell(a, row, build_priority_name(a, r->view, t->priority));
        build_cell(a, row, t->editors_rating ? SV("an editor, not the group")
                                             : build_count(a, t->threat->likelihood.estimators, "person", "people"));
    }
}

/* ---- recommendations ---- */

/* Without its line ends. */
static struct sv first_sentence(struct arena *a, struct sv text)
{
    struct sv sentence = sv_first_sentence(text);
    char *line = arena_strndup(a, sentence.at, sentence.len);
    for (size_t i = 0; i < sentence.len; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    return sv_from(line, sentence.len);
}

static int recommendation_field(const struct profile *p)
{
    int found = -1;
    for (size_t i = 0; i < p->template.fields.len; i++)
        if (p->template.fields.at[i].kind == FIELD_PROSE)
            found = (int)i; /* a template ends with what is recommended */
    return found;
}

static void recommendation(const struct report *r, struct doc_block *list, const struct threat_view *t, struct sv text)
{
    doc_textf(r->arena, build_item(r->arena, list), "%.*s (priority %.*s): %.*s", SV_ARG(threat_label(r, t)),
              SV_ARG(build_priority_name(r->arena, r->view, t->priority)), SV_ARG(first_sentence(r->arena, text)));
}

/* Recommendations that are new or changed, the most urgent first. */
static void recommendations(const struct report *r)
{
    struct arena *a = r->arena;
    struct view_order order;
    int field = recommendation_field(r->view->profile);
    struct doc_block *s = chapter(r, "What we recommend", "report-recommendations"), *list = NULL;
    view_by_priority(a, r->view, &order);
    for (size_t i = 0; field >= 0 && i < order.list.len; i++) {
        const struct threat_view *t = &r->view->threats.at[order.list.at[i]];
        const struct change *c;
        struct sv text = threat_field(t->threat, field);
        if (!text.len || !changed_since(t, r->view->profile->template.fields.at[field].name, r->activity->since, &c))
            continue;
        if (!list)
            list = build_list(a, s);
        recommendation(r, list, t, text);
    }
    if (!list)
        build_paragraph(a, s, "No recommendation is new or was changed.");
    build_paragraph(a, s, "A recommendation says what the group thinks best at this time. It approves nothing and "
                          "binds nobody; solutions are the business of the documents that it names.");
}

/* ---- decisions ---- */

static void dissents(const struct report *r, struct doc_block *item, const struct call *c)
{
    for (size_t i = 0; i < c->objections.len; i++) {
        const struct objection *o = &c->objections.at[i];
        if (o->state == OBJECTION_DISSENT)
            doc_textf(r->arena, item, " Dissent of %.*s: %.*s", SV_ARG(o->name),
                      SV_ARG(first_sentence(r->arena, o->text)));
    }
}

static void decision(const struct report *r, struct doc_block *list, const struct decision *d)
{
    struct doc_block *item = build_item(r->arena, list);
    doc_textf(r->arena, item, "%.*s on %.*s: %.*s (%s). %.*s", SV_ARG(d->id), SV_ARG(d->call->subject),
              SV_ARG(d->outcome), decision_state(d), SV_ARG(first_sentence(r->arena, d->judgement)));
    dissents(r, item, d->call);
}

/* Those of the period, and older ones whose text has changed since. */
static void decisions(const struct report *r)
{
    const struct calls *calls = r->view->calls;
    struct doc_block *list = NULL, *old = NULL;
    for (size_t i = 0; calls && i < calls->decisions.len; i++) {
        const struct decision *d = &calls->decisions.at[i];
        bool recent = d->at >= r->activity->since;
        if (recent && !list)
            list = build_list(r->arena, chapter(r, "What was decided", "report-decisions"));
        if (recent)
            decision(r, list, d);
    }
    for (size_t i = 0; calls && i < calls->decisions.len; i++) {
        const struct decision *d = &calls->decisions.at[i];
        if (d->at >= r->activity->since || strcmp(decision_state(d), "outdated"))
            continue;
        if (!old)
            old = doc_add(r->arena, chapter(r, "Decisions whose text has changed since", "report-outdated"),
                          DOC_PARAGRAPH);
        doc_textf(r->arena, old, "%s%.*s on %.*s", old->inlines ? ", " : "", SV_ARG(d->id), SV_ARG(d->call->subject));
    }
}

/* Appeals that the body this report goes to was asked about: the open ones, and those it answered in the period. */
static void appeals(const struct report *r)
{
    const struct calls *calls = r->view->calls;
    struct doc_block *list = NULL;
    for (size_t i = 0; calls && i < calls->decisions.len; i++) {
        const struct decision *d = &calls->decisions.at[i];
        const struct referral *asked = d->council;
        if (!asked || (asked->answer != COUNCIL_OPEN && asked->answered < r->activity->since))
            continue;
        if (!list)
            list = build_list(r->arena, chapter(r, "Appeals to the council", "report-appeals"));
        struct doc_block *item = build_item(r->arena, list);
        doc_textf(r->arena, item, "%.*s on %.*s, asked about by %.*s on %.*s: ", SV_ARG(d->id),
                  SV_ARG(d->call->subject), SV_ARG(asked->asked_by), SV_ARG(build_date(r->arena, asked->asked)));
        if (asked->answer == COUNCIL_OPEN)
            doc_textf(r->arena, item, "an answer is hoped for until %.*s. %.*s",
                      SV_ARG(build_date(r->arena, asked->answer_by - 1)),
                      SV_ARG(first_sentence(r->arena, asked->reason)));
        else
            doc_textf(r->arena, item, "%s on %.*s. %.*s", council_answers[asked->answer],
                      SV_ARG(build_date(r->arena, asked->answered)), SV_ARG(first_sentence(r->arena, asked->why)));
    }
}

/* ---- hand-overs and dates ---- */

static void handovers(const struct report *r)
{
    const struct reviews *reviews = r->view->reviews;
    struct arena *a = r->arena;
    struct doc_block *table = NULL;
    for (size_t i = 0; reviews && i < reviews->handovers.len; i++) {
        const struct handover *h = &reviews->handovers.at[i];
        bool open = sv_eq_str(h->state, "open");
        if (!open && h->settled_at < r->activity->since)
            continue;
        if (!table) {
            table = build_table(a, chapter(r, "Recommendations on their way", "report-handovers"),
                                SV("report-handovers-table"), "Recommendations that were carried to a venue");
            build_header(a, table, (const char *const[]){"Threat", "Document", "Carried by", "To", "On", "State"}, 6);
        }
        struct doc_block *row = build_row(a, table);
        const struct sv cells[] = {h->document, h->carrier, h->venue, h->date, h->state};
        build_row_heading(a, row, h->threat);
        for (size_t k = 0; k < ARRAY_LEN(cells); k++)
            build_cell(a, row, cells[k]);
    }
}

static void overdue(const struct report *r)
{
    struct due_list due;
    struct doc_block *list = NULL;
    due_collect(r->arena, r->view, &due);
    for (size_t i = 0; i < due.list.len; i++) {
        const struct due *d = &due.list.at[i];
        if (!d->overdue)
            continue;
        if (!list)
            list = build_list(r->arena, chapter(r, "Overdue", "report-overdue"));
        doc_textf(r->arena, build_item(r->arena, list), "%.*s (%.*s): since %.*s", SV_ARG(d->what), SV_ARG(d->who),
                  SV_ARG(d->day));
    }
}

/* ---- what is to be looked at again ---- */

static bool cites_older(const struct threat *t)
{
    for (size_t i = 0; i < t->responses.len; i++)
        if (build_outdated(&t->responses.at[i].citation))
            return true;
    for (size_t i = 0; i < t->affects.len; i++)
        if (build_outdated(&t->affects.at[i]))
            return true;
    return false;
}

/* Entries that cite a document whose status is another one since. */
static void restated(const struct report *r, struct doc_block *s)
{
    struct doc_block *p = NULL;
    size_t count = 0;
    for (size_t i = 0; i < r->view->threats.len; i++) {
        const struct threat_view *t = &r->view->threats.at[i];
        for (size_t k = 0; k < t->restated.len && !build_is_end(r->view, t->threat->stage); k++) {
            const struct pinned *now = &t->restated.at[k];
            if (!s)
                s = chapter(r, "To look at again", "report-checks");
            if (!p)
                p = build_paragraph(r->arena, s, "A document has another status than when it was cited in: ");
            doc_textf(r->arena, p, "%s%.*s (%.*s was %.*s)", count++ ? ", " : "", SV_ARG(t->threat->id),
                      SV_ARG(now->reference->id), SV_ARG(now->status));
        }
    }
    if (p)
        doc_text(r->arena, p, SV("."));
}

/* Entries that cite a version which has a newer one since. */
static void checks(const struct report *r)
{
    struct doc_block *p = NULL, *s = NULL;
    size_t count = 0;
    for (size_t i = 0; i < r->view->threats.len; i++) {
        const struct threat_view *t = &r->view->threats.at[i];
        if (build_is_end(r->view, t->threat->stage) || !cites_older(t->threat))
            continue;
        if (!p)
            p = build_paragraph(r->arena, s = chapter(r, "To look at again", "report-checks"),
                                "A document has a newer version than the one that was looked at in: ");
        doc_textf(r->arena, p, "%s%.*s", count++ ? ", " : "", SV_ARG(t->threat->id));
    }
    if (p)
        doc_text(r->arena, p, SV("."));
    restated(r, s);
}

/* ---- participation and silence ---- */

static void participation(const struct report *r)
{
    const struct activity *x = r->activity;
    struct arena *a = r->arena;
    struct doc_block *s = chapter(r, "Who took part", "report-participation");
    struct doc_block *p = build_paragraph(a, s, "The group has %.*s; %zu joined since %s.",
                                          SV_ARG(build_count(a, x->members, "member", "members")), x->joined,
                                          date_format_long(a, date_from_time(x->since)));
    if (x->people)
        doc_textf(a, p, " %.*s acted by name.", SV_ARG(build_count(a, x->people, "person", "people")));
    else
        doc_text(a, p, SV(" Nobody acted by name."));
    if (x->estimators)
        doc_textf(a, p, " In blind rounds %.*s given estimates.",
                  SV_ARG(build_count(a, x->estimators, "person has", "people have")));
    doc_textf(a, p, " The record grew by %.*s.", SV_ARG(build_count(a, x->events, "event", "events")));
}

static void warning(const struct report *r, struct doc_block *s, unsigned months)
{
    const struct profile *p = r->view->profile;
    struct doc_block *quote = doc_add(r->arena, s, DOC_QUOTE);
    build_paragraph(r->arena, quote, "To the list of the %.*s: nothing has been said or done here for %.*s. XEP-0002 "
                                     "lets a group be ended after %u months without activity, once it has been warned. "
                                     "Whoever wants the work to go on is asked to say so here, and what comes next.",
                    SV_ARG(p->sig.name), SV_ARG(build_count(r->arena, months, "month", "months")),
                    p->process.silence_end_months);
}

static void silence(const struct report *r)
{
    const struct process *p = &r->view->profile->process;
    unsigned months = activity_silence(r->activity);
    if (months < p->silence_warn_months)
        return;
    struct doc_block *s = chapter(r, "Silence", "report-silence");
    build_paragraph(r->arena, s, "Nobody has acted for %.*s.%s Here is a warning to the list, for a person to send.",
                    SV_ARG(build_count(r->arena, months, "month", "months")),
                    r->view->profile->sig.standing ? " This is a standing group, which carries on." : "");
    warning(r, s, months);
}

/* ---- what is asked for ---- */

static void asks(const struct report *r)
{
    struct arena *a = r->arena;
    struct view_order order;
    size_t count = 0;
    int field = recommendation_field(r->view->profile);
    struct doc_block *s = chapter(r, "What we ask for", "report-asks"), *list = NULL;
    view_by_priority(a, r->view, &order);
    for (size_t i = 0; field >= 0 && i < order.list.len && count < REPORT_ASKS_MAX; i++) {
        const struct threat_view *t = &r->view->threats.at[order.list.at[i]];
        const struct change *c;
        if (!threat_field(t->threat, field).len || !t->priority ||
            !changed_since(t, r->view->profile->template.fields.at[field].name, r->activity->since, &c))
            continue;
        list = list ? list : build_list(a, s);
        doc_textf(a, build_item(a, list), "That the recommendation on %.*s be brought to those who own the documents "
                                          "it names.", SV_ARG(threat_label(r, t)));
        count++;
    }
    if (!list)
        build_paragraph(a, s, "Nothing at this time.");
}

static void in_short(const struct report *r)
{
    const struct view *v = r->view;
    struct doc_block *p = build_paragraph(r->arena, r->root, "The register holds %.*s in work",
                                          SV_ARG(build_count(r->arena, v->active, "threat", "threats")));
    p->class_name = "lead";
    for (size_t i = 1; i < v->by_priority.len; i++)
        doc_textf(r->arena, p, "%s %u of priority %zu", i == 1 ? ":" : ",", v->by_priority.counts[i], i);
    if (v->by_priority.len && v->by_priority.counts[0])
        doc_textf(r->arena, p, ", %u not rated", v->by_priority.counts[0]);
    doc_text(r->arena, p, SV("."));
    if (v->drafts)
        doc_textf(r->arena, p, " Of %.*s the text is ahead of what the group has decided.",
                  SV_ARG(build_count(r->arena, v->drafts, "one entry", "entries")));
}

void document_build_report(struct arena *a, const struct view *v, const struct activity *activity, struct document *out)
{
    const struct sig *sig = &v->profile->sig;
    *out = (struct document){.kind = DOCUMENT_REPORT, .view = v, .working_draft = false};
    out->date = build_date(a, v->now);
    out->version = out->date;
    out->title = build_sv(a, "Report of the %.*s to the %.*s", SV_ARG(sig->name), SV_ARG(sig->reports_to.name));
    out->abstract = build_sv(a, "What happened in the %.*s from %s to %s, what it recommends, and what it asks for.",
                             SV_ARG(sig->name), date_format_long(a, date_from_time(activity->since)),
                             date_format_long(a, date_from_time(v->now)));
    *vec_push(a, &out->revisions) =
        (struct revision){out->version, out->date, SV("ed"), SV("Generated from the record.")};
    out->root = doc_block_new(a, DOC_SECTION);
    out->root->title = out->title;
    out->root->anchor = SV("report");
    struct report r = {a, v, activity, out->root};
    in_short(&r);
    asks(&r);
    moved(&r);
    priorities(&r);
    recommendations(&r);
    decisions(&r);
    appeals(&r);
    handovers(&r);
    checks(&r);
    overdue(&r);
    participation(&r);
    silence(&r);
    build_unique_anchors(a, out->root);
}
