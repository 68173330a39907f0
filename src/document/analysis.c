#include "document/analysis.h"

#include "document/build.h"
#include "register/rounds.h"
#include "tree/io/analysis_json.h"
#include "tree/io/analysis_words.h"
#include "tree/io/resolve.h"

#include <math.h>

enum {
    BEST_SHOWN = 3,
    GAP_SHOWN = 5,
    LISTED_MAX = 20, /* minimal attacks in the details */
    STEPS_SHOWN = 12,
    PATH_SHOWN = 60, /* nodes on the way of an attack */
    DEPTH_SHOWN = 12,
    MEMORY_MAX = 256 * 1024 * 1024,
};

/* What building one analysis carries around. */
struct builder {
    struct arena *a;      /* of the view: what is kept */
    struct arena scratch; /* for the computation */
    const struct view *v;
    const struct threat *threat;
    const struct tree *own;  /* the threat's, with the values that rounds pooled */
    const struct tree *tree; /* with the trees that it refers to */
    struct tree_analysis t;
};

static struct sv anchor_of(const struct builder *b, const char *part)
{
    return build_sv(b->a, "%.*s-%s", SV_ARG(b->threat->id), part);
}

/* The sentences come from the scratch arena. */
static void paragraph(struct builder *b, struct doc_block *s, struct sv first, struct sv second)
{
    if (first.len + second.len == 0)
        return;
    build_paragraph(b->a, s, "%.*s%s%.*s", SV_ARG(first), first.len && second.len ? " " : "", SV_ARG(second));
}

static struct doc_block *cell(struct builder *b, struct doc_block *row, struct sv text)
{
    return build_cell(b->a, row, arena_sv(b->a, text));
}

static void number(struct builder *b, struct doc_block *row, struct sv text)
{
    cell(b, row, text)->class_name = "number";
}

static void heading(struct builder *b, struct doc_block *row, struct sv text)
{
    build_row_heading(b->a, row, arena_sv(b->a, text));
}

/* ---- the three worlds ---- */

static const struct {
    enum tree_measure measure;
    const char *name;
} extremes[] = {{MEASURE_COST, "Cheapest attack"}, {MEASURE_TIME, "Fastest"}, {MEASURE_SKILL, "Least skill"}};

static bool any_world_has(const struct builder *b, enum tree_measure m)
{
    for (int w = 0; w < TREE_WORLDS; w++)
        if (b->t.computed[w] && b->t.worlds[w].defined && b->t.worlds[w].best[m].len)
            return true;
    return false;
}

static void world_row(struct builder *b, struct doc_block *table, const struct analysis_world *w, const bool *columns)
{
    struct doc_block *row = build_row(b->a, table);
    static const char *const names[TREE_WORLDS] = {"none", "as deployed today", "all deployed"};
    heading(b, row, sv_str(names[w->world]));
    if (columns[ARRAY_LEN(extremes)])
        number(b, row, words_number(&b->scratch, &w->probability));
    number(b, row, words_count(&b->scratch, w->minimal_attacks));
    for (size_t i = 0; i < ARRAY_LEN(extremes); i++)
        if (columns[i])
            number(b, row, w->best[extremes[i].measure].len
                               ? words_measure(&b->scratch, extremes[i].measure,
                                               w->best[extremes[i].measure].at[0].by[extremes[i].measure])
                               : SV("none"));
}

static void worlds(struct builder *b, struct doc_block *s)
{
    bool columns[ARRAY_LEN(extremes) + 1]; /* the last: probability */
    if (b->t.counts.countermeasures == 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(extremes); i++)
        columns[i] = any_world_has(b, extremes[i].measure);
    columns[ARRAY_LEN(extremes)] = b->t.worlds[WORLD_NONE].probability.known;
    struct doc_block *table = build_table(b->a, s, anchor_of(b, "worlds"),
                                          b->t.worlds[WORLD_DEPLOYED].defined
                                              ? "The goal in three worlds"
                                              : "The goal without countermeasures and with all of them");
    struct doc_block *row = build_row(b->a, table);
    table->header_row = true;
    heading(b, row, SV("Countermeasures"));
    if (columns[ARRAY_LEN(extremes)])
        heading(b, row, SV("Probability"));
    heading(b, row, SV("Minimal attacks"));
    for (size_t i = 0; i < ARRAY_LEN(extremes); i++)
        if (columns[i])
            heading(b, row, sv_str(extremes[i].name));
    for (int w = 0; w < TREE_WORLDS; w++)
        if (b->t.computed[w] && b->t.worlds[w].defined)
            world_row(b, table, &b->t.worlds[w], columns);
}

/* ---- attacks ---- */

static void attack_item(struct builder *b, struct doc_block *list, const struct tree_attack *attack, bool measures)
{
    struct doc_block *p = build_item(b->a, list);
    struct tree_attack shown = *attack;
    if (shown.len > STEPS_SHOWN)
        shown.len = STEPS_SHOWN;
    doc_text(b->a, p, arena_sv(b->a, words_attack(&b->scratch, b->tree, &shown)));
    if (shown.len < attack->len)
        doc_textf(b->a, p, "; and %u more", attack->len - shown.len);
    if (measures)
        doc_textf(b->a, p, " (%.*s)", SV_ARG(words_attack_measures(&b->scratch, b->tree, attack)));
}

/* Without numbers the gap is a list. */
static bool gap_is_a_list(const struct builder *b)
{
    return !b->t.worlds[WORLD_NONE].probability.known && b->t.counts.countermeasures && b->t.untouched_list.len;
}

static void gap(struct builder *b, struct doc_block *s)
{
    const struct tree_attacks *all = &b->t.untouched_list;
    doc_strong(b->a, doc_add(b->a, s, DOC_PARAGRAPH),
               SV("The gap: minimal attacks that no existing countermeasure touches"));
    struct doc_block *list = build_list(b->a, s);
    list->class_name = "attacks";
    for (size_t i = 0; i < all->len && i < GAP_SHOWN; i++)
        attack_item(b, list, &all->at[i], false);
    if (all->len > GAP_SHOWN)
        build_paragraph(b->a, s, "The details below have more of them.");
}

static void best_attacks(struct builder *b, struct doc_block *s)
{
    enum tree_measure by;
    const struct tree_attacks *best = analysis_best(&b->t.worlds[b->t.main_world], MEASURE_PROBABILITY, &by);
    if (best->len == 0)
        return;
    doc_strong(b->a, doc_add(b->a, s, DOC_PARAGRAPH),
               by == MEASURE_PROBABILITY ? SV("Likeliest minimal attacks") : SV("Shortest minimal attacks"));
    struct doc_block *list = build_list(b->a, s);
    list->ordered = true;
    list->start = 1;
    list->class_name = "attacks";
    for (size_t i = 0; i < best->len && i < BEST_SHOWN; i++) /* where a limit ended the count there may be more */
        attack_item(b, list, &best->at[i], true);
}

/* ---- countermeasures ---- */

static void helps(struct builder *b, struct doc_block *s)
{
    if (b->t.approaches_len == 0)
        return;
    const struct analysis_approach *const *sorted = words_by_worth(&b->scratch, &b->t);
    struct doc_block *table = build_table(b->a, s, anchor_of(b, "helps"), "What each countermeasure is worth");
    build_header(b->a, table,
                 (const char *const[]){"Countermeasure", "Deployed today", "Would remove", "Would leave"}, 4);
    for (size_t i = 0; i < b->t.approaches_len; i++) {
        const struct tree_node *n = &b->tree->nodes.at[sorted[i]->node];
        struct doc_block *row = build_row(b->a, table);
        heading(b, row, words_node(b->tree, sorted[i]->node));
        cell(b, row, n->role == TREE_APPROACH ? SV("no, a potential approach")
                     : n->values[TREE_DEPLOYED].kind == TREE_NO_VALUE ? SV("not known")
                                                                      : n->values[TREE_DEPLOYED].text);
        number(b, row, words_probability(&b->scratch, sorted[i]->removes));
        number(b, row, words_probability(&b->scratch, sorted[i]->leaves));
    }
}

/* ---- what is folded ---- */

static void attack_list(struct builder *b, struct doc_block *s, const char *title, const struct tree_attacks *all)
{
    if (all->len == 0)
        return;
    doc_strong(b->a, doc_add(b->a, s, DOC_PARAGRAPH), sv_str(title));
    struct doc_block *list = build_list(b->a, s);
    for (size_t i = 0; i < all->len && i < LISTED_MAX; i++)
        attack_item(b, list, &all->at[i], false);
    if (all->len > LISTED_MAX)
        build_paragraph(b->a, s, "And %zu more.", all->len - LISTED_MAX);
}

static struct sv ratio(struct builder *b, double value)
{
    return isfinite(value) ? words_ratio(&b->scratch, value) : isinf(value) ? SV("all") : SV("not defined");
}

static void importance(struct builder *b, struct doc_block *s)
{
    const struct tree_importances *all = &b->t.worlds[b->t.main_world].importance;
    if (all->len == 0)
        return;
    struct doc_block *table =
        build_table(b->a, s, anchor_of(b, "importance"), "Importance of steps and countermeasures");
    build_header(b->a, table,
                 (const char *const[]){"Step or countermeasure", "Birnbaum", "Criticality", "Fussell-Vesely"}, 4);
    for (size_t i = 0; i < all->len && i < LISTED_MAX; i++) {
        struct doc_block *row = build_row(b->a, table);
        heading(b, row, words_node(b->tree, all->at[i].node));
        number(b, row, ratio(b, all->at[i].birnbaum));
        number(b, row, ratio(b, all->at[i].criticality));
        number(b, row, ratio(b, all->at[i].fussell_vesely));
    }
}

static void front(struct builder *b, struct doc_block *s)
{
    const struct tree_front *f = &b->t.worlds[b->t.main_world].cost_probability;
    if (f->len < 2)
        return;
    struct doc_block *table = build_table(b->a, s, anchor_of(b, "front"), "What an attacker gets for more money");
    build_header(b->a, table, (const char *const[]){"Cost", "Probability", "Attack"}, 3);
    for (size_t i = 0; i < f->len && i < LISTED_MAX; i++) {
        struct doc_block *row = build_row(b->a, table);
        number(b, row, words_measure(&b->scratch, MEASURE_COST, f->at[i].by[0]));
        number(b, row, words_probability(&b->scratch, f->at[i].by[1]));
        cell(b, row, words_attack(&b->scratch, b->tree, &f->at[i].attack));
    }
}

/* The way of the best attack through the tree, as a list in lists. A goal with one step below it says nothing. */
static void path(struct builder *b, struct doc_block *s)
{
    enum tree_measure by;
    const struct analysis_world *main = &b->t.worlds[b->t.main_world];
    analysis_best(main, MEASURE_PROBABILITY, &by);
    const struct explain_path *way = &main->explained[by].path;
    struct doc_block *lists[DEPTH_SHOWN + 1];
    size_t deepest = 0; /* the innermost list that is open */
    if (way->steps.len < 3)
        return;
    doc_strong(b->a, doc_add(b->a, s, DOC_PARAGRAPH),
               by == MEASURE_PROBABILITY ? SV("The way of the likeliest attack")
                                         : SV("The way of the shortest attack"));
    lists[0] = build_list(b->a, s);
    for (size_t i = 0; i < way->steps.len && i < PATH_SHOWN; i++) {
        const struct explain_step *step = &way->steps.at[i];
        size_t depth = step->depth < DEPTH_SHOWN ? step->depth : DEPTH_SHOWN;
        if (depth > deepest)
            lists[depth] = doc_add(b->a, lists[deepest]->last, DOC_LIST);
        deepest = depth;
        lists[depth]->tight = true;
        lists[depth]->class_name = "path";
        doc_text(b->a, build_item(b->a, lists[depth]),
                 arena_sv(b->a, words_path_step(&b->scratch, b->tree, step)));
    }
    if (way->steps.len > PATH_SHOWN)
        build_paragraph(b->a, s, "And %zu more on the way.", way->steps.len - PATH_SHOWN);
    paragraph(b, s, explain_plain(&b->scratch, &main->explained[by].limits), SV_NONE);
}

static void details(struct builder *b, struct doc_block *s)
{
    const struct analysis_world *main = &b->t.worlds[b->t.main_world];
    struct doc_block *d = doc_block_new(b->a, DOC_DETAILS);
    d->title = SV("Details of the analysis");
    path(b, d);
    if (b->t.counts.countermeasures && (!gap_is_a_list(b) || b->t.untouched_list.len > GAP_SHOWN))
        attack_list(b, d, "Minimal attacks that no existing countermeasure touches", &b->t.untouched_list);
    if (main->list.len > main->best[MEASURE_SIZE].len)
        attack_list(b, d, "All minimal attacks", &main->list);
    importance(b, d);
    front(b, d);
    if (d->first)
        doc_append(s, d);
}

/* ---- values from rounds ---- */

/* What the analysis takes, and what the author wrote. */
static void pooled_values(struct builder *b, struct doc_block *s)
{
    struct step_values values;
    rounds_steps(&b->scratch, b->v->rounds, b->threat, &values);
    if (!values.list.len)
        return;
    struct doc_block *table = build_table(b->a, s, anchor_of(b, "pooled"), "Values of steps that people estimated");
    build_header(b->a, table, (const char *const[]){"Step", "Quantity", "In the outline", "Counts", "Because"}, 5);
    for (size_t i = 0; i < values.list.len; i++) {
        const struct step_value *v = &values.list.at[i];
        struct doc_block *row = build_row(b->a, table);
        heading(b, row, v->label);
        cell(b, row, sv_str(step_quantity(v->attribute)));
        cell(b, row, v->outline.len ? v->outline : SV("no value"));
        cell(b, row, v->counts);
        cell(b, row, rounds_step_says(&b->scratch, v));
    }
}

/* ---- rating and tree ---- */

static const struct term *rating_of(const struct builder *b)
{
    const struct terms *scale = &b->v->profile->sig.likelihood;
    const struct rating *r = &b->threat->likelihood;
    if (!r->given || r->level < 0 || (size_t)r->level >= scale->list.len || !scale->list.at[r->level].has_interval)
        return NULL;
    return &scale->list.at[r->level];
}

/* Ratings describe the network as it is deployed today. -1: the tree is below the word's interval, 1: above. */
static int disagreement(const struct builder *b, const struct term *word)
{
    const struct analysis_world *w = &b->t.worlds[WORLD_DEPLOYED];
    if (!word || !b->t.computed[WORLD_DEPLOYED] || !w->defined || !w->probability.known)
        return 0;
    return w->probability.hi < word->interval_lo ? -1 : w->probability.lo > word->interval_hi ? 1 : 0;
}

static struct sv note(struct builder *b)
{
    const struct term *word = rating_of(b);
    int side = disagreement(b, word);
    if (!side)
        return SV_NONE;
    return build_sv(b->a,
                    "The likelihood is rated \xe2\x80\x9c%.*s\xe2\x80\x9d, which stands for a probability from %g to "
                    "%g. The attack tree gives %.*s for today, which is %s. One of the two needs another look.",
                    SV_ARG(word->name), word->interval_lo, word->interval_hi,
                    SV_ARG(words_number(&b->scratch, &b->t.worlds[WORLD_DEPLOYED].probability)),
                    side < 0 ? "less" : "more");
}

/* ---- the whole ---- */

static struct doc_block *section(struct builder *b)
{
    struct words_story story;
    struct doc_block *s = doc_block_new(b->a, DOC_SECTION);
    s->title = SV("What the attack tree says");
    s->anchor = anchor_of(b, "analysis");
    s->class_name = "field";
    words_story(&b->scratch, &b->t, &story);
    paragraph(b, s, story.attacks, SV_NONE);
    paragraph(b, s, story.worlds, story.gap);
    paragraph(b, s, story.help, story.limits);
    worlds(b, s);
    if (gap_is_a_list(b))
        gap(b, s);
    else
        best_attacks(b, s);
    helps(b, s);
    pooled_values(b, s);
    details(b, s);
    return s;
}

static void put_rating(struct builder *b, struct json *j)
{
    const struct term *word = rating_of(b);
    const struct analysis_world *w = &b->t.worlds[WORLD_DEPLOYED];
    if (!word)
        return;
    json_key(j, "rating");
    json_object(j);
    json_put(j, "likelihood", word->id);
    json_key(j, "interval");
    json_array(j);
    json_double(j, word->interval_lo);
    json_double(j, word->interval_hi);
    json_end(j);
    json_key(j, "agrees");
    if (w->defined && w->probability.known)
        json_bool(j, disagreement(b, word) == 0);
    else
        json_null(j);
    json_end(j);
}

/* By step and quantity: what was estimated, and what the figures take. */
static void put_pooled(struct builder *b, struct json *j)
{
    static const char *const sources[] = {"outline", "pooled", "accepted"};
    struct step_values values;
    rounds_steps(&b->scratch, b->v->rounds, b->threat, &values);
    if (!values.list.len)
        return;
    json_key(j, "estimated");
    json_array(j);
    for (size_t i = 0; i < values.list.len; i++) {
        const struct step_value *v = &values.list.at[i];
        json_object(j);
        json_put(j, "step", v->key);
        json_put(j, "label", v->label);
        json_put_str(j, "quantity", step_quantity(v->attribute));
        json_key(j, "outline");
        if (v->outline.len)
            json_string(j, v->outline);
        else
            json_null(j);
        json_put(j, "pooled", v->offered_step->range);
        json_put_int(j, "estimators", (int64_t)v->offered_step->rating.interval.count);
        json_put(j, "round", v->offered->id);
        json_put(j, "counts", v->counts);
        json_put_str(j, "source", sources[v->source]);
        json_end(j);
    }
    json_end(j);
}

static struct sv as_json(struct builder *b)
{
    struct str out = STR_INIT;
    struct json j;
    struct analysis_json what = {.worlds = true, .gap = true, .attacks = true, .approaches = true, .importance = true,
                                 .by = MEASURE_PROBABILITY};
    json_init(&j, &out, true);
    json_object(&j);
    analysis_json_write(&j, &b->t, &what, &b->scratch);
    put_rating(b, &j);
    put_pooled(b, &j);
    json_end(&j);
    json_finish(&j);
    struct sv text = arena_sv(b->a, str_sv(&out));
    str_release(&out);
    return text;
}

/* ---- the drawing: what the best attack carries out, and what it reaches on the way to the goal ---- */

/* What a node of the resolved tree is called in its own file: the threat and the anchor there; nodes of the own file
 * have their line instead, since an anchor may be another one there. */
static struct sv place_of(struct arena *a, struct sv origin, struct sv anchor, uint32_t line)
{
    return origin.len ? build_sv(a, "%.*s#%.*s", SV_ARG(origin), SV_ARG(anchor)) : build_sv(a, "%u", line);
}

static struct sv referred_place(struct builder *b, const struct tree_node *n)
{
    ptrdiff_t hash = sv_find_char(n->reference, '#');
    if (hash >= 0)
        return n->reference;
    const struct threat *other = map_get(&b->v->profile->by_id, n->reference);
    struct sv goal = other && other->tree ? tree_anchor(&b->scratch, other->tree, 0) : SV_NONE;
    return place_of(&b->scratch, n->reference, goal, 0);
}

static const bool *best_nodes(struct builder *b)
{
    enum tree_measure by;
    const struct tree *own = b->own;
    const struct tree_attacks *best = analysis_best(&b->t.worlds[b->t.main_world], MEASURE_PROBABILITY, &by);
    if (best->len == 0 || best->at[0].len == 0)
        return NULL;
    if (b->tree == own)
        return analysis_reached(b->a, own, &best->at[0]);
    const bool *reached = analysis_reached(&b->scratch, b->tree, &best->at[0]);
    bool *marked = arena_new_array(b->a, bool, own->nodes.len);
    struct map places;
    map_init(&places, &b->scratch);
    for (size_t i = 0; i < b->tree->nodes.len; i++) {
        const struct tree_node *n = &b->tree->nodes.at[i];
        if (reached[i])
            map_set(&places, place_of(&b->scratch, n->origin, n->origin_anchor, n->line), b);
    }
    for (size_t i = 0; i < own->nodes.len; i++) {
        const struct tree_node *n = &own->nodes.at[i];
        marked[i] = map_get(&places, n->reference.len ? referred_place(b, n)
                                                      : place_of(&b->scratch, SV_NONE, SV_NONE, n->line)) != NULL;
    }
    return marked;
}

/* ---- the trees of other threats that it refers to ---- */

/* One without a tree counts as one step. */
static const struct tree *single_step(struct arena *a, const struct threat *t)
{
    struct tree *tree = arena_new(a, struct tree);
    struct tree_node *n = vec_push(a, &tree->nodes);
    *n = (struct tree_node){.label = t->name.len ? t->name : t->id};
    return tree;
}

static bool find_tree(void *context, struct sv id, const struct tree **out_tree, const char **out_file)
{
    struct builder *b = context;
    const struct threat *t = map_get(&b->v->profile->by_id, id);
    if (!t)
        return false;
    *out_tree = t->tree ? rounds_tree(&b->scratch, b->v->rounds, t) : single_step(&b->scratch, t);
    *out_file = t->file;
    return true;
}

static bool has_references(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++)
        if (t->nodes.at[i].reference.len)
            return true;
    return false;
}

/* A reference that cannot be followed was reported when the profile was checked, and stays a step. */
static const struct tree *with_references(struct builder *b)
{
    struct diag ignored;
    struct tree_resolver resolver = {.context = b, .own = b->threat->id, .file = b->threat->file, .find = find_tree};
    if (!has_references(b->own))
        return b->own;
    diag_init(&ignored, &b->scratch);
    const struct tree *resolved = tree_resolve(&b->scratch, b->own, &resolver, &ignored);
    return resolved ? resolved : b->own;
}

static struct doc_block *contradiction(struct builder *b, const struct err *err)
{
    struct doc_block *s = doc_block_new(b->a, DOC_SECTION);
    s->title = SV("What the attack tree says");
    s->anchor = anchor_of(b, "analysis");
    s->class_name = "field";
    build_paragraph(b->a, s, "Nothing yet, because the tree contradicts itself: %s.", err->text);
    return s;
}

static struct threat_analysis *compute(const struct view *v, size_t index)
{
    struct builder b = {.a = v->arena, .scratch = ARENA_INIT, .v = v, .threat = v->threats.at[index].threat};
    struct threat_analysis *out = arena_new(v->arena, struct threat_analysis);
    struct err err = ERR_INIT;
    /* Memory, which is counted the same way each time, is what limits: an edition has to come out the same again. */
    struct analysis_options o = {.limits = {.max_bytes = MEMORY_MAX, .max_seconds = v->patience},
                                 .best = BEST_SHOWN, .worlds = true,
                                 .explain = 1U << MEASURE_PROBABILITY | 1U << MEASURE_SIZE,
                                 .importance = true, .all_attacks = true, .list_max = LISTED_MAX, .fronts = true};
    b.own = rounds_tree(&b.scratch, v->rounds, b.threat);
    b.tree = with_references(&b);
    int rc = tree_analyse(b.tree, &o, &b.scratch, &b.t, &err);
    if (rc && rc != CM_ELIMIT) {
        out->section = contradiction(&b, &err);
    } else if (!rc) {
        out->section = section(&b);
        out->json = as_json(&b);
        out->note = note(&b);
        out->best = best_nodes(&b);
    }
    arena_release(&b.scratch);
    return out;
}

const struct threat_analysis *document_analysis(const struct view *v, size_t index)
{
    if (!v->threats.at[index].threat->tree)
        return NULL;
    if (!v->analyses[index])
        v->analyses[index] = compute(v, index);
    return v->analyses[index];
}

static void add_pooled(struct digest_state *s, const struct view *v, const struct threat *t)
{
    struct arena a = ARENA_INIT;
    struct step_values values;
    rounds_steps(&a, v->rounds, t, &values);
    for (size_t i = 0; i < values.list.len; i++) {
        digest_add_part(s, values.list.at[i].key);
        digest_add_part(s, values.list.at[i].counts);
        digest_add_part(s, rounds_step_says(&a, &values.list.at[i]));
    }
    arena_release(&a);
}

/* The threats that a tree refers to, and those that these refer to, each once. */
static void add_referred(struct digest_state *s, const struct view *v, const struct threat *t, struct map *seen,
                         struct arena *a, unsigned depth)
{
    for (size_t i = 0; t->tree && i < t->tree->nodes.len && depth < 64; i++) {
        struct sv id = t->tree->nodes.at[i].reference;
        ptrdiff_t hash = sv_find_char(id, '#');
        id.len = hash >= 0 ? (size_t)hash : id.len;
        if (id.len == 0 || map_set(seen, id, a))
            continue;
        const struct threat *other = map_get(&v->profile->by_id, id);
        digest_add_part(s, other ? other->name : SV_NONE);
        digest_add_part(s, other ? other->tree_text : SV_NONE);
        if (other)
            add_pooled(s, v, other);
        if (other)
            add_referred(s, v, other, seen, a, depth + 1);
    }
}

void document_analysis_input(struct digest_state *s, const struct view *v, size_t index)
{
    struct arena a = ARENA_INIT;
    struct map seen;
    const struct threat *t = v->threats.at[index].threat;
    if (t->tree)
        add_pooled(s, v, t);
    if (!t->tree || !has_references(t->tree))
        return;
    map_init(&seen, &a);
    add_referred(s, v, t, &seen, &a, 0);
    arena_release(&a);
}
