/* threat: reading side, and dispatch to the changing side in cmd_threat_change.c. */
#include "cli/cmd_threat.h"

#include "base/date.h"
#include "base/utf8.h"
#include "register/calls.h"
#include "register/discussion.h"
#include "store/fts.h"

#include <stdio.h>

struct filter {
    const char *stage, *priority, *area, *reference, *level, *text;
    bool drafts, ended;
};

static bool has_area(const struct profile *p, const struct threat *t, const char *area)
{
    for (size_t i = 0; i < t->areas.len; i++)
        if (sv_eq_str(p->sig.areas.list.at[t->areas.at[i]].id, area))
            return true;
    return false;
}

static bool cites(const struct view *v, unsigned index, const char *reference)
{
    for (size_t i = 0; i < v->documents.len; i++) {
        const struct document_view *d = &v->documents.at[i];
        if (!sv_eq_str(d->reference->id, reference))
            continue;
        for (size_t k = 0; k < d->all.len; k++)
            if (d->all.at[k] == index)
                return true;
    }
    return false;
}

static bool hit(const struct fts_hits *hits, struct sv id)
{
    for (size_t i = 0; i < hits->list.len; i++)
        if (sv_starts(hits->list.at[i].key, SV("threat:")) && sv_eq(sv_from_byte(hits->list.at[i].key, 7), id))
            return true;
    return false;
}

static bool passes(const struct view *v, unsigned index, const struct filter *f, const struct fts_hits *hits)
{
    const struct profile *p = v->profile;
    const struct threat_view *t = &v->threats.at[index];
    const struct stage *stage = &p->process.stages.at[t->threat->stage];
    if (f->stage && !sv_eq_str(stage->id, f->stage) && !sv_eq_str(p->process.stages.at[t->confirmed].id, f->stage))
        return false;
    if (f->priority && !sv_eq_str(sv_str(arena_printf(v->arena, "%u", t->priority)), f->priority))
        return false;
    if (f->area && !has_area(p, t->threat, f->area))
        return false;
    if (f->level && (t->threat->level < 0 || !sv_eq_str(p->sig.levels.list.at[t->threat->level].id, f->level)))
        return false;
    if (f->reference && !cites(v, index, f->reference))
        return false;
    return !f->text || hit(hits, t->threat->id);
}

static bool known_term(const struct terms *terms, const char *id)
{
    return !id || terms_find(terms, sv_str(id)) >= 0;
}

/* A filter word that cannot match anything is a mistake, not an empty list. */
static int check_filter(const struct command *self, const struct view *v, const struct filter *f)
{
    const struct profile *p = v->profile;
    if (f->stage && process_stage(&p->process, sv_str(f->stage)) < 0)
        return usage_error(self, "there is no stage \"%s\"; process.md names the stages", f->stage);
    if (!known_term(&p->sig.areas, f->area))
        return usage_error(self, "there is no area \"%s\"; sig.yaml names the areas", f->area);
    if (!known_term(&p->sig.levels, f->level))
        return usage_error(self, "there is no level \"%s\"; sig.yaml names the levels", f->level);
    if (!known_term(&p->sig.priorities, f->priority))
        return usage_error(self, "there is no priority \"%s\"; sig.yaml names the priorities", f->priority);
    if (f->reference && !map_get(&p->references.by_id, sv_str(f->reference)))
        return usage_error(self, "\"%s\" is not in references.tsv", f->reference);
    return 0;
}

static struct sv term_id(const struct terms *terms, int index)
{
    return index < 0 ? SV_NONE : terms->list.at[index].id;
}

static void put_terms(struct json *j, const char *key, const struct terms *terms, const int *at, size_t len)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < len; i++)
        json_string(j, terms->list.at[at[i]].id);
    json_end(j);
}

static void put_rating(struct json *j, const char *key, const struct terms *scale, const struct rating *r)
{
    json_key(j, key);
    if (!r->given) {
        json_null(j);
        return;
    }
    json_object(j);
    json_put(j, "rating", term_id(scale, r->level));
    json_put_int(j, "estimators", r->estimators);
    if (r->low >= 0 && r->high >= 0) {
        json_put(j, "low", term_id(scale, r->low));
        json_put(j, "high", term_id(scale, r->high));
    }
    json_put(j, "reason", r->reason);
    json_end(j);
}

static void put_summary(struct json *j, const struct view *v, unsigned index)
{
    const struct profile *p = v->profile;
    const struct threat_view *t = &v->threats.at[index];
    const struct threat *threat = t->threat;
    json_put(j, "id", threat->id);
    json_put(j, "name", threat->name);
    json_put(j, "stage", p->process.stages.at[threat->stage].id);
    json_put(j, "confirmed", p->process.stages.at[t->confirmed].id);
    json_put_bool(j, "draft", t->provisional);
    put_terms(j, "areas", &p->sig.areas, threat->areas.at, threat->areas.len);
    put_terms(j, "stride", &p->sig.stride, threat->stride.at, threat->stride.len);
    json_put(j, "level", term_id(&p->sig.levels, threat->level));
    put_rating(j, "likelihood", &p->sig.likelihood, &threat->likelihood);
    put_rating(j, "damage", &p->sig.damage, &threat->damage);
    json_key(j, "priority");
    if (t->priority)
        json_int(j, t->priority);
    else
        json_null(j);
    json_put_bool(j, "editors_rating", t->editors_rating);
    json_key(j, "affects");
    json_array(j);
    for (size_t i = 0; i < threat->affects.len; i++)
        json_string(j, threat->affects.at[i].text);
    json_end(j);
}

static void print_list(struct cli *c, const struct view *v, const struct view_order *order)
{
    struct table t;
    static const char *const heads[] = {"ID", "PRIORITY", "STAGE", "AREA", "NAME"};
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < order->list.len; i++) {
        const struct threat_view *tv = &v->threats.at[order->list.at[i]];
        table_cell(&t, tv->threat->id);
        table_cell(&t, tv->priority ? sv_str(arena_printf(&c->arena, "%u%s", tv->priority,
                                                          tv->editors_rating ? " (editor's)" : "")) : SV("-"));
        table_cellf(&t, "%.*s%s", SV_ARG(v->profile->process.stages.at[tv->threat->stage].id),
                    tv->provisional ? " (draft)" : "");
        table_cell(&t, tv->threat->areas.len ? v->profile->sig.areas.list.at[tv->threat->areas.at[0]].id : SV("-"));
        table_cell(&t, tv->threat->name);
    }
    table_print(&t);
    if (!order->list.len)
        puts("no threat matches");
}

static void print_list_json(const struct view *v, const struct view_order *order)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "threats");
    json_array(&j.j);
    for (size_t i = 0; i < order->list.len; i++) {
        json_object(&j.j);
        put_summary(&j.j, v, order->list.at[i]);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

/* All threats in register order; ended ones last, when they are asked for. */
static void select_threats(struct cli *c, const struct view *v, const struct filter *f, const struct fts_hits *hits,
                           struct view_order *out)
{
    struct view_order order;
    memset(out, 0, sizeof(*out));
    view_by_priority(&c->arena, v, &order);
    for (size_t i = 0; i < order.list.len; i++)
        if (passes(v, order.list.at[i], f, hits))
            *vec_push(&c->arena, &out->list) = order.list.at[i];
    for (unsigned i = 0; i < v->threats.len; i++)
        if (v->profile->process.stages.at[v->threats.at[i].threat->stage].end && passes(v, i, f, hits))
            *vec_push(&c->arena, &out->list) = i;
}

int threat_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct filter f = {0};
    struct words words;
    struct view v;
    struct view_order order;
    struct fts_hits hits = {{NULL, 0, 0}};
    const struct option options[] = {
        {"stage", OPTION_TEXT, &f.stage, "STAGE", "claimed or confirmed stage"},
        {"priority", OPTION_TEXT, &f.priority, "N", "priority number"},
        {"area", OPTION_TEXT, &f.area, "AREA", "one of the SIG's areas"},
        {"level", OPTION_TEXT, &f.level, "LEVEL", "where the fault lies"},
        {"reference", OPTION_TEXT, &f.reference, "DOC", "affected, responding or mentioned document, \"XEP-0384\""},
        {"text", OPTION_TEXT, &f.text, "WORDS", "full-text search"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "threat list takes no word \"%s\"", words.at[0]);
    if ((rc = cli_load_view(c, &v)))
        return cli_fail(c, rc);
    if ((rc = check_filter(self, &v, &f)))
        return rc;
    if (f.text && (rc = fts_search(c->store, &c->arena, sv_str(f.text), 100000, &hits, &c->err)))
        return cli_fail(c, rc);
    select_threats(c, &v, &f, &hits, &order);
    if (c->json)
        print_list_json(&v, &order);
    else
        print_list(c, &v, &order);
    return EXIT_DONE;
}

static void print_show_json(const struct view *v, unsigned index)
{
    const struct threat_view *t = &v->threats.at[index];
    const struct template *template = &v->profile->template;
    struct cli_json j;
    cli_json_begin(&j);
    put_summary(&j.j, v, index);
    json_key(&j.j, "responses");
    json_array(&j.j);
    for (size_t i = 0; i < t->threat->responses.len; i++) {
        const struct response *r = &t->threat->responses.at[i];
        json_object(&j.j);
        json_put(&j.j, "reference", r->citation.text);
        json_put(&j.j, "covers", term_id(&v->profile->sig.coverage, r->covers));
        json_put(&j.j, "how", r->how);
        json_end(&j.j);
    }
    json_end(&j.j);
    json_key(&j.j, "fields");
    json_object(&j.j);
    for (size_t i = 0; i < t->threat->fields.len; i++) {
        const struct field_text *f = &t->threat->fields.at[i];
        json_key_sv(&j.j, template->fields.at[f->field].id);
        json_string(&j.j, f->text);
    }
    json_end(&j.j);
    json_key(&j.j, "lacks");
    json_array(&j.j);
    for (size_t i = 0; i < t->lacks.list.len; i++)
        json_string(&j.j, t->lacks.list.at[i].text);
    json_end(&j.j);
    json_put(&j.j, "text", t->threat->source);
    document_write_discussion(&j.j, v, t->threat->id);
    cli_json_end(&j);
}

/* "; discussed: On the gate (sec, thread 3, 12 messages, newest 2026-11-22)" */
static void print_discussion(const struct view *v, struct sv threat)
{
    for (size_t i = 0; i < v->discussions->list.len; i++) {
        const struct discussion *d = &v->discussions->list.at[i];
        if (!sv_eq(d->threat, threat))
            continue;
        if (d->thread)
            printf("; discussed: %.*s (%.*s, thread %lld, %lld message%s, newest %s)", SV_ARG(d->subject),
                   SV_ARG(d->list), (long long)d->thread, (long long)d->messages, d->messages == 1 ? "" : "s",
                   date_format(v->arena, date_from_time(d->last)));
        else
            printf("; discussed on %.*s, in a thread that is not here", SV_ARG(d->list));
        printf("%s%.*s\n", d->parked ? ", parked until " : ", about ", SV_ARG(d->about));
    }
}

static void print_show(const struct view *v, unsigned index)
{
    const struct threat_view *t = &v->threats.at[index];
    const struct process *p = &v->profile->process;
    fwrite(t->threat->source.at, 1, t->threat->source.len, stdout);
    printf("\n; stage %.*s", SV_ARG(p->stages.at[t->threat->stage].name));
    if (t->provisional)
        printf(" (editor's draft; confirmed: %.*s)", SV_ARG(p->stages.at[t->confirmed].name));
    if (t->priority)
        printf("; priority %u%s", t->priority, t->editors_rating ? " (editor's rating)" : "");
    putchar('\n');
    if (t->lacks.list.len)
        printf(t->next < 0 ? "; at \"%.*s\" it still needs:\n" : "; before \"%.*s\" it still needs:\n",
               SV_ARG(p->stages.at[t->wants].name));
    for (size_t i = 0; i < t->lacks.list.len; i++)
        printf(";   %.*s\n", SV_ARG(t->lacks.list.at[i].text));
    for (size_t i = 0; i < t->restated.len; i++)
        printf("; to look at again: %.*s was \"%.*s\" when it was cited, and is \"%.*s\" now\n",
               SV_ARG(t->restated.at[i].reference->id), SV_ARG(t->restated.at[i].status),
               SV_ARG(t->restated.at[i].reference->status));
    print_discussion(v, t->threat->id);
}

/* Parses common options, wants one threat id, loads the view. A result >= 0 is the threat's index; otherwise
 * -1 - exit code. */
static int load_one(struct cli *c, const struct command *self, const char *verb, int argc, const char **argv,
                    const struct option *options, size_t count, struct view *v)
{
    struct words words;
    int rc = options_parse(c, self, argc, argv, options, count, &words);
    if (rc)
        return -1 - options_exit(rc);
    if (words.len != 1)
        return -1 - usage_error(self, "threat %s wants one id, such as T-0001", verb);
    if ((rc = cli_load_view(c, v)))
        return -1 - cli_fail(c, rc);
    int index = view_find(v, sv_str(words.at[0]));
    if (index < 0)
        return -1 -
               cli_fail(c, err_set(&c->err, CM_ENOTFOUND,
                                   "there is no threat %s; \"casemate threat list\" shows all", words.at[0]));
    return index;
}

int threat_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct view v;
    int index = load_one(c, self, "show", argc, argv, NULL, 0, &v);
    if (index < 0)
        return -1 - index;
    if (c->json)
        print_show_json(&v, (unsigned)index);
    else
        print_show(&v, (unsigned)index);
    return EXIT_DONE;
}

/* "D-3", or nothing. */
static struct sv decision_on(const struct view *v, const struct threat_view *t, const struct change *change)
{
    const struct decision *d = v->calls ? calls_decided(v->calls, t->threat->id, change->seq) : NULL;
    return d ? d->id : SV_NONE;
}

static void print_change_json(struct cli *c, struct json *j, const struct change *change, struct sv decision)
{
    json_object(j);
    json_put_int(j, "event", change->seq);
    json_put_str(j, "at", date_format_time(&c->arena, change->at));
    json_put(j, "who", change->who);
    json_put(j, "why", change->why);
    json_put(j, "action", change->action);
    json_put(j, "field", change->field);
    json_put(j, "text", change->text);
    json_put(j, "source", change->source);
    if (decision.len)
        json_put(j, "decision", decision);
    json_end(j);
}

static struct sv one_line(struct arena *a, struct sv text, size_t most)
{
    struct sv line = SV_NONE, rest = sv_trim(text);
    sv_next_line(&rest, &line);
    size_t at = 0, count = 0;
    while (at < line.len && count < most) {
        utf8_next(line, &at);
        count++;
    }
    bool cut = at < line.len || rest.len;
    return sv_str(arena_printf(a, "%.*s%s", (int)at, line.at, cut ? "..." : ""));
}

static void print_history(struct cli *c, const struct view *v, const struct threat_view *t, const char *field)
{
    struct table table;
    const char *const heads[] = {"EVENT", "WHEN", "WHO", "ACTION", "FROM", "UNDER", "FIELD", "NOW"};
    table_begin(&table, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < t->changes.len; i++) {
        const struct change *h = &t->changes.at[i];
        if (field && !sv_eq_str(h->field, field))
            continue;
        table_cellf(&table, "%lld", (long long)h->seq);
        table_cell(&table, sv_str(date_format_time(&c->arena, h->at)));
        table_cell(&table, h->who);
        table_cell(&table, h->action);
        table_cell(&table, h->source);
        table_cell(&table, decision_on(v, t, h));
        table_cell(&table, h->field);
        struct sv now = one_line(&c->arena, h->text, 50);
        table_cell(&table, h->why.len ? sv_str(arena_printf(&c->arena, "%.*s  (why: %.*s)", SV_ARG(now),
                                                            SV_ARG(h->why)))
                                      : now);
    }
    table_print(&table);
}

int threat_history(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct view v;
    const char *field = NULL;
    const struct option options[] = {{"field", OPTION_TEXT, &field, "FIELD", "only this field"}};
    int index = load_one(c, self, "history", argc, argv, options, ARRAY_LEN(options), &v);
    if (index < 0)
        return -1 - index;
    const struct threat_view *t = &v.threats.at[index];
    if (!c->json) {
        print_history(c, &v, t, field);
        if (!field)
            print_discussion(&v, t->threat->id);
        return EXIT_DONE;
    }
    struct cli_json j;
    cli_json_begin(&j);
    json_put(&j.j, "id", t->threat->id);
    json_key(&j.j, "changes");
    json_array(&j.j);
    for (size_t i = 0; i < t->changes.len; i++)
        if (!field || sv_eq_str(t->changes.at[i].field, field))
            print_change_json(c, &j.j, &t->changes.at[i], decision_on(&v, t, &t->changes.at[i]));
    json_end(&j.j);
    document_write_discussion(&j.j, &v, t->threat->id);
    cli_json_end(&j);
    return EXIT_DONE;
}

int cmd_threat(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"list", threat_list},     {"show", threat_show},         {"new", threat_new},
        {"propose", threat_propose}, {"edit", threat_edit},       {"advance", threat_advance},
        {"reopen", threat_reopen}, {"merge", threat_merge},       {"split", threat_split},
        {"withdraw", threat_withdraw}, {"history", threat_history}, {"diff", threat_diff},
        {"similar", threat_similar},
        {"challenge", threat_challenge}, {"export", threat_export}, {"import", threat_import},
        {"recheck", threat_recheck},
    };
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
