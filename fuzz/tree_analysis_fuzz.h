/* Reading any bytes in one format and analysing what they say, with everything asked for and little time and
 * memory. */
#ifndef CASEMATE_FUZZ_TREE_ANALYSIS_FUZZ_H
#define CASEMATE_FUZZ_TREE_ANALYSIS_FUZZ_H

#include "tree/core/analysis.h"
#include "tree/io/analysis_json.h"
#include "tree/io/read.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_number(const struct analysis_number *n, const char *what)
{
    if (!n->known)
        return;
    if (!(n->lo <= n->value && n->value <= n->hi) || (n->exact && (n->lo < n->value || n->hi > n->value)))
        BUG("%s: %g within %g .. %g, exact %d", what, n->value, n->lo, n->hi, n->exact);
}

static void check_world(const struct tree_analysis *t, const struct analysis_world *w)
{
    check_number(&w->probability, "probability");
    if (w->probability.known && !(w->probability.lo >= 0 && w->probability.hi <= 1 + 1e-12))
        BUG("probability %g .. %g", w->probability.lo, w->probability.hi);
    for (int m = 0; m < ANALYSIS_BEST; m++)
        for (size_t i = 0; i < w->best[m].len; i++)
            for (uint32_t k = 0; k < w->best[m].at[i].len; k++)
                if (w->best[m].at[i].steps[k] >= t->tree->nodes.len)
                    BUG("a step that is no node");
}

static void analyse(const struct tree *t, bool with_approaches)
{
    struct arena a = ARENA_INIT;
    struct str text = STR_INIT;
    struct json j;
    struct err err = ERR_INIT;
    struct tree_analysis out;
    bool *added = arena_new_array(&a, bool, t->nodes.len);
    for (size_t i = 0; i < t->nodes.len; i++)
        added[i] = with_approaches && t->nodes.at[i].role == TREE_APPROACH;
    struct analysis_options options = {.limits = {.max_seconds = 0.02, .max_bytes = 4 << 20},
                                       .added = added,
                                       .best = 3,
                                       .worlds = true,
                                       .importance = true,
                                       .fronts = true,
                                       .defence = true,
                                       .all_attacks = true,
                                       .list_max = 50,
                                       .samples = 20,
                                       .seed = 3};
    int rc = tree_analyse(t, &options, &a, &out, &err);
    if (rc && rc != CM_EINPUT)
        BUG("analysis ends with %d: %s", rc, err.text);
    for (int w = 0; w < TREE_WORLDS && !rc; w++)
        if (out.computed[w])
            check_world(&out, &out.worlds[w]);
    if (!rc) {
        check_number(&out.specification_gap, "specification gap");
        check_number(&out.deployment_gap, "deployment gap");
        struct analysis_json what = {.worlds = true,
                                     .gap = true,
                                     .attacks = true,
                                     .importance = true,
                                     .fronts = true,
                                     .defence = true,
                                     .approaches = true,
                                     .whole = true};
        json_init(&j, &text, true);
        json_object(&j);
        analysis_json_write(&j, &out, &what, &a);
        json_end(&j);
        json_finish(&j);
    }
    str_release(&text);
    arena_release(&a);
}

static int read_and_analyse(enum tree_format format, const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct tree_read_options options = {.format = format, .limits = {.nodes = 3000}};
    diag_init(&diag, &a);
    const struct tree *t = tree_read(&a, sv_from((const char *)data, size), "f", &options, &diag);
    if (t)
        analyse(t, size % 2);
    arena_release(&a);
    return 0;
}

#endif
