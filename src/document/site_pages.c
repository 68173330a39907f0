/* The front page, the indexes, and the pages about the whole: matrix, board, progress, references, about, 404. */
#include "document/build.h"
#include "document/site_page.h"
#include "document/visuals.h"
#include "register/due.h"

#include <stdio.h>
#include <stdlib.h>

enum { DUE_SHOWN_DAYS = 30 };

struct doc_block *site_threat_table(struct arena *a, const struct view *v, const unsigned *list, size_t count,
                                    struct sv anchor, const char *caption)
{
    struct doc_block *table = doc_block_new(a, DOC_TABLE);
    table->anchor = anchor;
    table->class_name = "threats";
    doc_text(a, table, sv_str(caption));
    build_header(a, table, (const char *const[]){"Id", "Threat", "Priority", "Stage"}, 4);
    for (size_t i = 0; i < count; i++) {
        const struct threat_view *t = &v->threats.at[list[i]];
        struct doc_block *row = build_row(a, table);
        build_cell_threat(a, row, t->threat, false)->heading = true;
        build_cell_threat(a, row, t->threat, true);
        build_cell_priority(a, row, v, t->priority);
        build_cell_stage(a, row, v, t);
    }
    return table;
}

struct doc_block *document_threat_table(struct arena *a, const struct view *v, const unsigned *list, size_t count,
                                        const char *caption)
{
    return site_threat_table(a, v, list, count, SV_NONE, caption);
}

static struct doc_block *content_new(struct arena *a, const char *title, const char *lead)
{
    struct doc_block *content = doc_block_new(a, DOC_SECTION);
    content->title = sv_str(title);
    if (lead)
        build_paragraph(a, content, "%s", lead)->class_name = "lead";
    return content;
}

/* A page with the usual breadcrumb. That of the register is also there for other programs. */
static int put_page(struct site *s, struct arena *a, const char *path, const char *section, const char *description,
                    struct doc_block *content, struct err *err)
{
    struct page p = {.path = sv_str(path), .title = content->title, .description = sv_str(description),
                     .section = section};
    page_add_crumb(a, &p, SV("Start"), SV("index.html"));
    if (section && strcmp(section, path) != 0 && strcmp(section, "threats/index.html") == 0)
        page_add_crumb(a, &p, SV("Threats"), SV("threats/index.html"));
    page_add_crumb(a, &p, content->title, p.path);
    if (sv_eq_str(p.path, "threats/index.html"))
        site_exchange_links(a, &p);
    return site_page(s, &p, content, err);
}

/* ---- front page ---- */

static void card(struct arena *a, struct doc_block *list, const struct document *d, unsigned formats)
{
    static const struct {
        unsigned bit;
        const char *suffix, *label;
    } others[] = {{SITE_PDF, "pdf", "PDF"},
                  {SITE_XML, "xml", "XML"},
                  {SITE_JSON, "json", "JSON"},
                  {SITE_TEXT, "txt", "Text"}};
    struct doc_block *item = doc_add(a, list, DOC_ITEM);
    struct doc_block *p = doc_add(a, item, DOC_PARAGRAPH);
    const char *name = document_names[d->kind];
    p->class_name = "card-title";
    doc_link(a, p, build_sv(a, "site:%s.html", name), d->title);
    build_paragraph(a, item, "%.*s", SV_ARG(d->abstract));
    p = doc_add(a, item, DOC_PARAGRAPH);
    p->class_name = "card-formats";
    doc_text(a, p, SV("Also as"));
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (!(formats & others[i].bit))
            continue;
        doc_text(a, p, SV(" "));
        doc_link(a, p, build_sv(a, "site:%s.%s", name, others[i].suffix), sv_str(others[i].label));
    }
}

static void cards(struct site *s, struct arena *a, struct doc_block *content)
{
    struct doc_block *list = doc_add(a, content, DOC_LIST);
    list->class_name = "cards";
    unsigned formats = s->options->formats;
    if (!s->has_pdf)
        formats &= ~(unsigned)SITE_PDF;
    card(a, list, &s->documents[DOCUMENT_ANALYSIS], formats);
    card(a, list, &s->documents[DOCUMENT_PROCESS], formats);
    card(a, list, &s->documents[DOCUMENT_TEMPLATE], formats);
}

static void figure_item(struct arena *a, struct doc_block *list, size_t number, const char *url, const char *one,
                        const char *many)
{
    struct doc_block *p = build_item(a, list);
    doc_strong(a, p, build_sv(a, "%zu", number));
    doc_text(a, p, SV(" "));
    doc_link(a, p, sv_str(url), number == 1 ? sv_str(one) : sv_str(many));
}

static void stands(struct site *s, struct arena *a, struct doc_block *content)
{
    const struct view *v = s->v;
    struct doc_block *part = doc_add_section(a, content, SV("Where the work stands"), SV("stands"));
    struct doc_block *list = build_list(a, part);
    size_t rated = 0;
    for (size_t i = 1; i < v->by_priority.len; i++)
        rated += v->by_priority.counts[i];
    list->class_name = "figures";
    figure_item(a, list, v->active, "site:threats/index.html", "threat in the register", "threats in the register");
    figure_item(a, list, rated, "site:priority.html", "has a priority", "have a priority");
    figure_item(a, list, v->drafts, "site:progress.html", "is an editor\xe2\x80\x99s draft",
                "are editor\xe2\x80\x99s drafts");
    figure_item(a, list, v->documents.len, "site:documents/index.html", "document is cited", "documents are cited");
    if (v->profile->coverage.given)
        figure_item(a, list, v->coverage_counts.read, "site:coverage.html", "document was read", "documents were read");
    doc_append(part, visual_matrix(a, v, SV("matrix"), VISUAL_BRIEF));
    doc_append(part, visual_board(a, v, SV("board"), false));
}

struct news {
    struct sv date, text;
    int threat; /* index, or -1 */
    struct sv url, link;
};
struct all_news {
    VEC(struct news) list;
};

static int newest(const void *left, const void *right)
{
    const struct news *l = left, *r = right;
    int order = sv_cmp(r->date, l->date);
    return order ? order : l->threat - r->threat;
}

static void collect_news(struct arena *a, const struct view *v, struct all_news *news)
{
    for (size_t i = 0; i < v->editions.len; i++) {
        const struct edition *e = &v->editions.at[i];
        *vec_push(a, &news->list) = (struct news){
            e->date, build_sv(a, ": %.*s", SV_ARG(e->remark)), -1,
            build_sv(a, "site:editions/%.*s/%.*s/%.*s.html", SV_ARG(e->document), SV_ARG(e->version),
                     SV_ARG(e->document)),
            build_sv(a, "Edition %.*s of the %.*s document", SV_ARG(e->version), SV_ARG(e->document))};
    }
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat_view *t = &v->threats.at[i];
        const struct change *last = NULL;
        for (size_t k = 0; k < t->changes.len; k++)
            if (!t->changes.at[k].initial)
                last = &t->changes.at[k];
        if (last)
            *vec_push(a, &news->list) = (struct news){build_date(a, last->at), build_sv(a, ": %.*s changed",
                                                      SV_ARG(last->field)), (int)i, SV_NONE, SV_NONE};
        else if (t->threat->proposed.date.len)
            *vec_push(a, &news->list) = (struct news){t->threat->proposed.date, build_sv(a, " proposed: %.*s",
                                                      SV_ARG(t->threat->name)), (int)i, SV_NONE, SV_NONE};
    }
}

static void whats_new(struct arena *a, const struct view *v, struct doc_block *content)
{
    struct all_news news = {0};
    collect_news(a, v, &news);
    if (news.list.len == 0)
        return;
    qsort(news.list.at, news.list.len, sizeof *news.list.at, newest);
    struct doc_block *part = doc_add_section(a, content, SV("What is new"), SV("new"));
    struct doc_block *list = build_list(a, part);
    list->class_name = "news";
    for (size_t i = 0; i < news.list.len && i < 8; i++) {
        const struct news *n = &news.list.at[i];
        struct doc_block *p = build_item(a, list);
        doc_textf(a, p, "%.*s ", SV_ARG(n->date));
        if (n->threat >= 0)
            doc_threat(a, p, v->threats.at[n->threat].threat->id, v->threats.at[n->threat].threat->id);
        else
            doc_link(a, p, n->url, n->link);
        doc_text(a, p, n->text);
    }
}

static void due_item(struct arena *a, struct doc_block *list, size_t count, const char *anchor, const char *one,
                     const char *many)
{
    if (count == 0)
        return;
    struct doc_block *p = build_item(a, list);
    doc_link(a, p, build_sv(a, "site:progress.html#%s", anchor), build_count(a, count, one, many));
    doc_text(a, p, SV("."));
}

/* What has a date: overdue, or due within a month. */
static void dates(struct arena *a, const struct view *v, struct doc_block *list)
{
    struct due_list all;
    due_collect(a, v, &all);
    for (size_t i = 0; i < all.list.len; i++) {
        const struct due *d = &all.list.at[i];
        if (!d->overdue && d->days > DUE_SHOWN_DAYS)
            continue;
        struct doc_block *p = build_item(a, list);
        doc_strong(a, p, d->day);
        if (d->overdue)
            doc_textf(a, p, " (overdue by %.*s)", SV_ARG(build_count(a, (size_t)d->days, "day", "days")));
        doc_textf(a, p, ": %.*s", SV_ARG(d->what));
        if (d->who.len)
            doc_textf(a, p, " (%.*s)", SV_ARG(d->who));
        doc_text(a, p, SV("."));
    }
}

static void whats_due(struct arena *a, const struct view *v, struct doc_block *content)
{
    size_t unrated = 0, editors = 0, lacking = 0, old = 0, empty = 0;
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat_view *t = &v->threats.at[i];
        if (build_is_end(v, t->threat->stage))
            continue;
        unrated += t->priority == 0;
        editors += t->priority && t->editors_rating;
        lacking += t->lacks.list.len > 0;
        for (size_t k = 0; k < t->threat->responses.len; k++) {
            const struct citation *c = &t->threat->responses.at[k].citation;
            old += c->reference && c->version.len && c->reference->version.len &&
                   !sv_eq(c->version, c->reference->version);
        }
    }
    for (size_t i = 0; i < v->by_area.len; i++)
        empty += v->by_area.counts[i] == 0;
    struct doc_block *part = doc_add_section(a, content, SV("What is due"), SV("due"));
    struct doc_block *list = build_list(a, part);
    dates(a, v, list);
    due_item(a, list, editors, "progress-estimates", "threat waits for more people\xe2\x80\x99s estimates",
             "threats wait for more people\xe2\x80\x99s estimates");
    due_item(a, list, unrated, "progress-estimates", "threat has no ratings", "threats have no ratings");
    due_item(a, list, lacking, "progress-next", "threat lacks something for its stage or the next one",
             "threats lack something for their stages or the next ones");
    due_item(a, list, old, "progress-versions", "response was checked against an older version",
             "responses were checked against an older version");
    due_item(a, list, empty, "progress-areas", "area has no threat yet", "areas have no threat yet");
    due_item(a, list, v->coverage_counts.by_result[COVERAGE_UNREAD], "progress-documents",
             "document is unread", "documents are unread");
    due_item(a, list, v->coverage_counts.again, "progress-documents",
             "document has a newer version than the one that was read",
             "documents have a newer version than the one that was read");
    if (!list->first)
        doc_text(a, build_item(a, list), SV("Nothing."));
}

static const struct {
    const char *path, *label, *what;
} lookups[] = {
    {"threats/index.html", "All threats", "by identifier"},
    {"priority.html", "By priority", "the most urgent first"},
    {"stage.html", "By stage", "how far the work has come"},
    {"area.html", "By area", "the map of the subject"},
    {"level.html", "By level", "who would have to act"},
    {"stride.html", "By class of harm", "what is violated"},
    {"documents/index.html", "By document", "what touches a specification, with a worksheet for its authors"},
    {"coverage.html", "Coverage", "which specifications were read, and what came of it"},
    {"gaps.html", "Gaps", "what each specification does about each threat"},
    {"exports.html", "Exports", "the register as STIX, Open Threat Model, W3C threat files, CSV and JSON"},
    {"matrix.html", "Risk matrix", "likelihood against damage"},
    {"board.html", "Board", "all threats by stage"},
};

/* The page of coverage is there when the profile has the table. */
static bool is_there(const struct view *v, const char *path)
{
    return strcmp(path, "coverage.html") != 0 || v->profile->coverage.given;
}

static void look_up_item(struct arena *a, struct doc_block *list, const char *path, const char *label, const char *what)
{
    struct doc_block *p = build_item(a, list);
    doc_link(a, p, build_sv(a, "site:%s", path), sv_str(label));
    doc_textf(a, p, ": %s", what);
}

static void look_up(struct site *s, struct arena *a, struct doc_block *content)
{
    struct doc_block *part = doc_add_section(a, content, SV("Look something up"), SV("look-up"));
    struct doc_block *list = build_list(a, part);
    list->class_name = "links";
    for (size_t i = 0; i < ARRAY_LEN(lookups); i++)
        if (is_there(s->v, lookups[i].path))
            look_up_item(a, list, lookups[i].path, lookups[i].label, lookups[i].what);
    if (site_has_moderation(s))
        look_up_item(a, list, "moderation.html", "Moderation", "which posts were held, by which rule, and who decided");
}

static void contact(struct arena *a, struct doc_block *list, const char *label, const char *scheme, struct sv address)
{
    if (address.len == 0)
        return;
    struct doc_block *p = build_item(a, list);
    doc_textf(a, p, "%s: ", label);
    doc_link(a, p, build_sv(a, "%s%.*s", scheme, SV_ARG(address)), address);
}

static void named(struct arena *a, struct doc_block *list, const char *label, const struct link *l)
{
    if (l->name.len == 0)
        return;
    struct doc_block *p = build_item(a, list);
    doc_textf(a, p, "%s: ", label);
    if (l->url.len)
        doc_link(a, p, l->url, l->name);
    else
        doc_text(a, p, l->name);
}

static void contacts(struct arena *a, const struct sig *sig, struct doc_block *part)
{
    struct doc_block *list = build_list(a, part);
    named(a, list, "Discussion", &sig->venue);
    contact(a, list, "Mailing list", "mailto:", sig->list);
    contact(a, list, "Chat room", "xmpp:", sig->room);
    named(a, list, "Reports to", &sig->reports_to);
    contact(a, list, "Faults in the documents", "mailto:", sig->errata);
}

static int front(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    const struct sig *sig = &s->v->profile->sig;
    struct doc_block *content = doc_block_new(&a, DOC_SECTION);
    content->title = sig->name;
    content->class_name = "front";
    build_paragraph(&a, content, "%.*s", SV_ARG(sig->charter))->class_name = "lead";
    cards(s, &a, content);
    stands(s, &a, content);
    whats_new(&a, s->v, content);
    build_open_now(&a, s->v, content);
    whats_due(&a, s->v, content);
    look_up(s, &a, content);
    struct doc_block *part = doc_add_section(&a, content, SV("Take part"), SV("take-part"));
    struct doc_block *p =
        build_paragraph(&a, part,
                        "Anyone may propose a threat, comment, and correct. How that works is "
                        "told in ");
    doc_link(&a, p, SV("site:process.html"), SV("the process"));
    doc_text(&a, p, SV("; what an entry says, in "));
    doc_link(&a, p, SV("site:template.html"), SV("the template"));
    doc_text(&a, p, SV("."));
    contacts(&a, sig, part);
    struct page page = {.path = SV("index.html"), .title = sig->name, .description = sig->charter};
    int rc = site_page(s, &page, content, err);
    arena_release(&a);
    return rc;
}

/* ---- indexes ---- */

struct group {
    VEC(unsigned) list;
};

/* A page with one section for each word; which words a threat has is said by `of`. */
struct index_page {
    const char *path, *title, *lead, *prefix;
    const struct terms *(*terms)(const struct view *v);
    size_t (*of)(const struct view *v, const struct threat_view *t, const int **out, int *one);
};

static const struct terms *area_terms(const struct view *v)
{
    return &v->profile->sig.areas;
}

static const struct terms *level_terms(const struct view *v)
{
    return &v->profile->sig.levels;
}

static const struct terms *stride_terms(const struct view *v)
{
    return &v->profile->sig.stride;
}

static const struct terms *priority_terms(const struct view *v)
{
    return &v->profile->sig.priorities;
}

static size_t areas_of(const struct view *v, const struct threat_view *t, const int **out, int *one)
{
    (void)v, (void)one;
    *out = t->threat->areas.at;
    return t->threat->areas.len;
}

static size_t stride_of(const struct view *v, const struct threat_view *t, const int **out, int *one)
{
    (void)v, (void)one;
    *out = t->threat->stride.at;
    return t->threat->stride.len;
}

static size_t level_of(const struct view *v, const struct threat_view *t, const int **out, int *one)
{
    (void)v;
    *one = t->threat->level;
    *out = one;
    return 1;
}

static size_t priority_of(const struct view *v, const struct threat_view *t, const int **out, int *one)
{
    char number[24];
    int len = snprintf(number, sizeof number, "%u", t->priority);
    *one = t->priority && len > 0 ? terms_find(&v->profile->sig.priorities, sv_from(number, (size_t)len)) : -1;
    *out = one;
    return 1;
}

static const struct index_page index_pages[] = {
    {"priority.html", "Threats by priority", "1 is the most urgent. Priority follows from likelihood and damage by the "
     "group\xe2\x80\x99s table.", "priority", priority_terms, priority_of},
    {"area.html", "Threats by area", "A threat may stand in several areas.", "area", area_terms, areas_of},
    {"level.html", "Threats by level", "Where the fault lies, and so who would have to act.", "level", level_terms,
     level_of},
    {"stride.html", "Threats by class of harm", "What the attack violates.", "stride", stride_terms, stride_of},
};

/* Pages that follow from the rules of the group and little else are told by a digest of that, so that they need
 * not be built to see that they are the same. */
static void quick_begin(const struct site *s, struct digest_state *state)
{
    digest_begin(state);
    digest_add(state, digest_sv(&s->shared));
    digest_add(state, digest_sv(&s->v->profile->rules));
}

static bool same_quick(struct site *s, const char *path, struct digest_state *state)
{
    struct digest quick = digest_end(state);
    return site_reuse_page(s, sv_str(path), &quick);
}

/* All that the rows of site_threat_table() show of a threat, and all by which index pages sort them into tables. */
static bool same_rows(struct site *s, const char *path)
{
    struct digest_state state;
    quick_begin(s, &state);
    digest_add(&state, s->v->profile->coverage.given ? SV("+") : SV("-"));
    for (size_t i = 0; i < s->v->threats.len; i++) {
        const struct threat_view *t = &s->v->threats.at[i];
        const int numbers[] = {t->threat->stage, t->threat->level, t->confirmed, t->provisional, (int)t->priority,
                               t->editors_rating, (int)t->threat->areas.len, (int)t->threat->stride.len};
        digest_add_part(&state, t->threat->id);
        digest_add_part(&state, t->threat->name);
        digest_add(&state, sv_from((const char *)numbers, sizeof numbers));
        digest_add(&state, sv_from((const char *)t->threat->areas.at, t->threat->areas.len * sizeof(int)));
        digest_add(&state, sv_from((const char *)t->threat->stride.at, t->threat->stride.len * sizeof(int)));
    }
    return same_quick(s, path, &state);
}

static void group_section(struct arena *a, const struct view *v, struct doc_block *content, struct sv title,
                          struct sv anchor, struct sv means, const struct group *g)
{
    struct doc_block *part = doc_add_section(a, content, title, anchor);
    if (means.len)
        build_paragraph(a, part, "%.*s", SV_ARG(means));
    if (g->list.len)
        doc_append(part, site_threat_table(a, v, g->list.at, g->list.len, build_sv(a, "%.*s-table", SV_ARG(anchor)),
                                           arena_printf(a, "%.*s: %.*s", SV_ARG(title),
                                                        SV_ARG(build_count(a, g->list.len, "threat", "threats")))));
    else
        build_paragraph(a, part, "No threat.")->class_name = "missing";
}

static int index_page(struct site *s, const struct index_page *i, struct err *err)
{
    if (same_rows(s, i->path))
        return CM_OK;
    struct arena a = ARENA_INIT;
    const struct terms *terms = i->terms(s->v);
    struct group *groups = arena_new_array(&a, struct group, terms->list.len + 1); /* last: none */
    for (size_t k = 0; k < s->v->threats.len; k++) {
        const struct threat_view *t = &s->v->threats.at[k];
        const int *words = NULL;
        int one = -1;
        if (build_is_end(s->v, t->threat->stage))
            continue;
        size_t count = i->of(s->v, t, &words, &one);
        for (size_t w = 0; w < count; w++)
            *vec_push(&a, &groups[words[w] >= 0 ? (size_t)words[w] : terms->list.len].list) = (unsigned)k;
    }
    struct doc_block *content = content_new(&a, i->title, i->lead);
    for (size_t w = 0; w < terms->list.len; w++) {
        const struct term *t = &terms->list.at[w];
        struct sv title = i->of == priority_of ? build_sv(&a, "%.*s: %.*s", SV_ARG(t->id), SV_ARG(t->name)) : t->name;
        group_section(&a, s->v, content, title, build_sv(&a, "%s-%.*s", i->prefix, SV_ARG(t->id)), t->means,
                      &groups[w]);
    }
    if (groups[terms->list.len].list.len)
        group_section(&a, s->v, content, SV("Not said yet"), build_sv(&a, "%s-none", i->prefix), SV_NONE,
                      &groups[terms->list.len]);
    int rc = put_page(s, &a, i->path, "threats/index.html", i->title, content, err);
    arena_release(&a);
    return rc;
}

static int stage_page(struct site *s, struct err *err)
{
    if (same_rows(s, "stage.html"))
        return CM_OK;
    struct arena a = ARENA_INIT;
    const struct process *p = &s->v->profile->process;
    struct group *groups = arena_new_array(&a, struct group, p->stages.len + 1);
    for (size_t k = 0; k < s->v->threats.len; k++)
        *vec_push(&a, &groups[s->v->threats.at[k].threat->stage].list) = (unsigned)k;
    struct doc_block *content = content_new(&a, "Threats by stage", "The stage is the one that the text claims; an "
                                            "editor\xe2\x80\x99s draft is ahead of what the group has decided.");
    for (size_t i = 0; i < p->stages.len; i++)
        group_section(&a, s->v, content, p->stages.at[i].name, build_sv(&a, "stage-%.*s", SV_ARG(p->stages.at[i].id)),
                      p->stages.at[i].means, &groups[i]);
    int rc = put_page(s, &a, "stage.html", "threats/index.html", "Threats by stage of the process", content, err);
    arena_release(&a);
    return rc;
}

static int threats_index(struct site *s, struct err *err)
{
    if (same_rows(s, "threats/index.html"))
        return CM_OK;
    struct arena a = ARENA_INIT;
    struct doc_block *content = content_new(&a, "Threats",
                                            "Every threat has a page that it keeps for life, also when it "
                                            "is merged into another or withdrawn.");
    struct doc_block *list = build_list(&a, content);
    list->class_name = "tabs";
    for (size_t i = 1; i < ARRAY_LEN(lookups); i++)
        if (is_there(s->v, lookups[i].path))
            doc_link(&a, build_item(&a, list), build_sv(&a, "site:%s", lookups[i].path), sv_str(lookups[i].label));
    unsigned *all = arena_new_array(&a, unsigned, s->v->threats.len + 1);
    for (size_t i = 0; i < s->v->threats.len; i++)
        all[i] = (unsigned)i;
    if (s->v->threats.len)
        doc_append(content, site_threat_table(&a, s->v, all, s->v->threats.len, SV("all-threats"),
                                              "The register, by identifier"));
    else
        build_paragraph(&a, content, "The register is empty.");
    int rc = put_page(s, &a, "threats/index.html", "threats/index.html", "All threats of the register.", content, err);
    arena_release(&a);
    return rc;
}

static int documents_index(struct site *s, struct err *err)
{
    struct digest_state state;
    quick_begin(s, &state);
    digest_add(&state, s->v->profile->coverage.given ? SV("+") : SV("-"));
    for (size_t i = 0; i < s->v->documents.len; i++) {
        const struct document_view *d = &s->v->documents.at[i];
        const size_t counts[] = {d->affected.len, d->responding.len, d->mentioned.len};
        digest_add_part(&state, d->reference->id);
        digest_add(&state, sv_from((const char *)counts, sizeof counts));
    }
    if (same_quick(s, "documents/index.html", &state))
        return CM_OK;
    struct arena a = ARENA_INIT;
    struct doc_block *content = content_new(&a, "Documents", "Every document that a threat affects, cites or mentions. "
                                            "Each has a page with its threats and a worksheet for its authors.");
    if (s->v->profile->coverage.given) {
        struct doc_block *p = build_paragraph(&a, content, "What was read, also of documents that no threat names, is "
                                                           "told under ");
        doc_link(&a, p, SV("site:coverage.html"), SV("coverage"));
        doc_text(&a, p, SV("."));
    }
    struct doc_block *table =
        build_table(&a, content, SV("documents-table"), "Documents and the threats that touch them");
    build_header(&a, table, (const char *const[]){"Document", "Title", "Affected by", "Answers", "Mentioned by"}, 5);
    for (size_t i = 0; i < s->v->documents.len; i++) {
        const struct document_view *d = &s->v->documents.at[i];
        struct doc_block *row = build_row(&a, table);
        struct doc_block *cell = build_row_heading(&a, row, SV_NONE);
        doc_link(&a, cell, build_sv(&a, "site:%.*s", SV_ARG(site_reference_path(&a, d->reference->id))),
                 d->reference->id);
        build_cell(&a, row, d->reference->title);
        build_cell_number(&a, row, d->affected.len);
        build_cell_number(&a, row, d->responding.len);
        build_cell_number(&a, row, d->mentioned.len);
    }
    int rc = put_page(s, &a, "documents/index.html", "documents/index.html",
                      "Which threats touch which specification.", content, err);
    arena_release(&a);
    return rc;
}

static int references_page(struct site *s, struct err *err)
{
    struct digest_state state;
    quick_begin(s, &state);
    for (size_t i = 0; i < s->v->profile->references.list.len; i++)
        digest_add(&state, s->v->cited[i] ? SV("+") : SV("-"));
    if (same_quick(s, "references.html", &state))
        return CM_OK;
    struct arena a = ARENA_INIT;
    struct doc_block *content = content_new(&a, "References",
                                            "The group\xe2\x80\x99s bibliography: every document that "
                                            "entries may cite, in the version looked at last.");
    struct doc_block *table = build_table(&a, content, SV("references-table"), "Bibliography");
    table->class_name = "references";
    build_header(&a, table, (const char *const[]){"Document", "Title", "Version", "Date", "Status", "Cited"}, 6);
    for (size_t i = 0; i < s->v->profile->references.list.len; i++) {
        const struct reference *r = &s->v->profile->references.list.at[i];
        struct doc_block *row = build_row(&a, table);
        doc_reference(&a, build_row_heading(&a, row, SV_NONE), r->id, r->id, r->url);
        build_cell(&a, row, r->title);
        build_cell(&a, row, r->version);
        build_cell(&a, row, r->date);
        build_cell(&a, row, r->status);
        build_cell(&a, row, s->v->cited[i] ? SV("yes") : SV_NONE);
    }
    int rc = put_page(s, &a, "references.html", NULL, "The bibliography of the group.", content, err);
    arena_release(&a);
    return rc;
}

static int visual_pages(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct doc_block *content = content_new(&a, "Risk matrix",
                                            "Where each rated threat stands. The number in a cell is "
                                            "the priority that the group\xe2\x80\x99s table gives.");
    doc_append(content, visual_matrix(&a, s->v, SV("matrix"), VISUAL_WHOLE));
    struct doc_block *p = build_paragraph(&a, content, "The table is defined in ");
    doc_link(&a, p, SV("site:template.html#priority-table"), SV("the template"));
    doc_text(&a, p, SV("; the same threats as a list stand in "));
    doc_link(&a, p, SV("site:priority.html"), SV("threats by priority"));
    doc_text(&a, p, SV("."));
    int rc = put_page(s, &a, "matrix.html", "threats/index.html", "Threats by likelihood and damage.", content, err);
    if (!rc) {
        content = content_new(&a, "Board", "How far the work on each threat has come. Hollow entries are "
                              "editor\xe2\x80\x99s drafts.");
        doc_append(content, visual_board(&a, s->v, SV("board"), false));
        rc = put_page(s, &a, "board.html", "threats/index.html", "Threats by stage, as a board.", content, err);
    }
    arena_release(&a);
    return rc;
}

static int about(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    const struct sig *sig = &s->v->profile->sig;
    struct doc_block *content = content_new(&a, "About", NULL);
    build_paragraph(&a, content, "%.*s", SV_ARG(sig->charter))->class_name = "lead";
    struct doc_block *part = doc_add_section(&a, content, SV("Where to find the group"), SV("contact"));
    contacts(&a, sig, part);
    part = doc_add_section(&a, content, SV("Authors"), SV("authors"));
    struct doc_block *list = build_list(&a, part);
    for (size_t i = 0; i < sig->authors.len; i++) {
        const struct author *w = &sig->authors.at[i];
        struct doc_block *p = build_item(&a, list);
        doc_textf(&a, p, "%.*s %.*s", SV_ARG(w->first), SV_ARG(w->last));
        if (w->org.len)
            doc_textf(&a, p, ", %.*s", SV_ARG(w->org));
        if (w->uri.len) {
            doc_text(&a, p, SV(", "));
            doc_link(&a, p, w->uri, w->uri);
        }
    }
    part = doc_add_section(&a, content, SV("Notices"), SV("notices"));
    const struct sv notices[] = {sig->legal.copyright, sig->legal.permissions, sig->legal.warranty,
                                 sig->legal.liability, sig->legal.conformance};
    for (size_t i = 0; i < ARRAY_LEN(notices); i++)
        if (notices[i].len)
            build_paragraph(&a, part, "%.*s", SV_ARG(notices[i]));
    part = doc_add_section(&a, content, SV("This site"), SV("site"));
    build_paragraph(
        &a, part,
        "It is generated by Casemate from the group\xe2\x80\x99s register. It needs no script, sets "
        "no cookie, and asks nothing of any other site. Identifiers of threats and sections never "
        "change, so every link may be kept.");
    int rc = put_page(s, &a, "about.html", "about.html", "Who the group is, and the notices of its documents.", content,
                      err);
    arena_release(&a);
    return rc;
}

static int progress(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct doc_block *content = document_build_progress(&a, s->v);
    content->anchor = SV_NONE;
    int rc = put_page(s, &a, "progress.html", "progress.html", "What the group did and what remains.", content, err);
    arena_release(&a);
    return rc;
}

static int not_found(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct doc_block *content = content_new(&a, "Page not found", NULL);
    struct doc_block *p = build_paragraph(&a, content, "There is nothing at this address. Threats keep their pages for "
                                                       "life: look in ");
    doc_link(&a, p, SV("site:threats/index.html"), SV("the list of threats"));
    doc_text(&a, p, SV(", or begin at "));
    doc_link(&a, p, SV("site:index.html"), SV("the front page"));
    doc_text(&a, p, SV("."));
    struct page page = {.path = SV("404.html"), .title = content->title, .root = "/", .no_index = true};
    int rc = site_page(s, &page, content, err);
    arena_release(&a);
    return rc;
}

int site_front_pages(struct site *s, struct err *err)
{
    static int (*const pages[])(struct site *s, struct err *err) = {front, about, progress, not_found};
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        int rc = pages[i](s, err);
        if (rc)
            return rc;
    }
    return CM_OK;
}

int site_index_pages(struct site *s, struct err *err)
{
    static int (*const pages[])(struct site *s, struct err *err) = {threats_index, stage_page, documents_index,
                                                                    references_page, visual_pages};
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(pages) && !rc; i++)
        rc = pages[i](s, err);
    for (size_t i = 0; i < ARRAY_LEN(index_pages) && !rc; i++)
        rc = index_page(s, &index_pages[i], err);
    return rc;
}
