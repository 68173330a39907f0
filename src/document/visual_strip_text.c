/* What a drawing of estimates shows, in words and as a table. */
#include "document/visual_strip.h"

#include "document/build.h"

struct strip_rows strip_rows(struct arena *a, const struct visual_strip *strip)
{
    struct strip_rows rows = {.factors = strip->count, .rounds = strip->rounds};
    if (rows.rounds < 1 || rows.rounds > VISUAL_STRIP_ROUNDS)
        BUG("%zu rounds", rows.rounds);
    rows.at = arena_new_array(a, struct strip_row, rows.factors * rows.rounds);
    struct visual_strip_factor *factors = arena_new_array(a, struct visual_strip_factor, rows.factors);
    for (size_t f = 0; f < rows.factors; f++) {
        factors[f] = (struct visual_strip_factor){.name = strip->factors[f].name, .scale = strip->factors[f].scale};
        for (size_t k = 0; k < rows.rounds; k++) {
            const struct visual_strip_round *round = &strip->factors[f].rounds[k];
            struct strip_row *r = &rows.at[f * rows.rounds + k];
            *r = (struct strip_row){.factor = &factors[f], .round = k, .abstained = round->abstained};
            pooled_levels((unsigned)r->factor->scale->list.len, round->estimates, round->count, &r->pooled);
        }
    }
    return rows;
}

struct sv strip_word(const struct strip_row *r, unsigned level)
{
    return r->factor->scale->list.at[level].name;
}

struct sv strip_round_name(const struct strip_rows *rows, size_t round)
{
    return rows->rounds == 1 ? SV_NONE : round ? SV("Second round") : SV("First round");
}

/* "low", "low to high" */
static struct sv from_to(struct arena *a, const struct strip_row *r, unsigned low, unsigned high)
{
    if (low == high)
        return strip_word(r, low);
    return build_sv(a, "%.*s to %.*s", SV_ARG(strip_word(r, low)), SV_ARG(strip_word(r, high)));
}

/* "medium", or "medium and high, of which high counts" */
static struct sv medians(struct arena *a, const struct strip_row *r)
{
    struct sv lower = strip_word(r, r->pooled.medians[0]), higher = strip_word(r, r->pooled.medians[1]);
    if (r->pooled.median_count < 2)
        return lower;
    return build_sv(a, "%.*s and %.*s, of which %.*s counts", SV_ARG(lower), SV_ARG(higher), SV_ARG(higher));
}

/* "low 2, medium 3": the levels that were chosen */
static struct sv by_level(struct arena *a, const struct strip_row *r)
{
    struct str s = STR_INIT;
    for (unsigned l = 0; l < r->pooled.levels; l++)
        if (r->pooled.at[l])
            str_addf(&s, "%s%.*s %zu", s.len ? ", " : "", SV_ARG(strip_word(r, l)), r->pooled.at[l]);
    struct sv text = arena_sv(a, str_sv(&s));
    str_release(&s);
    return text;
}

static void describe(struct arena *a, const struct strip_rows *rows, const struct strip_row *r, struct str *out)
{
    const struct pooled *p = &r->pooled;
    str_addf(out, "%s%.*s%s: ", out->len ? " " : "", SV_ARG(r->factor->name),
             rows->rounds == 1 ? "" : r->round ? ", second round" : ", first round");
    if (p->count)
        str_addf(out, "%zu %s (%.*s), %s %.*s, middle half %.*s", p->count, p->count == 1 ? "estimate" : "estimates",
                 SV_ARG(by_level(a, r)), p->median_count == 2 ? "medians" : "median", SV_ARG(medians(a, r)),
                 SV_ARG(from_to(a, r, p->lower_quartile, p->upper_quartile)));
    else
        str_add_str(out, "no estimates");
    if (r->abstained)
        str_addf(out, ", %zu abstained", r->abstained);
    str_add_char(out, '.');
}

struct sv strip_description(struct arena *a, const struct strip_rows *rows)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < rows->factors * rows->rounds; i++)
        describe(a, rows, &rows->at[i], &s);
    struct sv text = arena_sv(a, str_sv(&s));
    str_release(&s);
    return text;
}

static void cells(struct arena *a, struct doc_block *row, const struct strip_row *r)
{
    const struct pooled *p = &r->pooled;
    build_cell_number(a, row, p->count);
    build_cell_number(a, row, r->abstained);
    if (!p->count) {
        for (int i = 0; i < 5; i++)
            build_cell(a, row, SV("none"));
        return;
    }
    build_cell(a, row, by_level(a, r));
    build_cell(a, row, medians(a, r));
    build_cell(a, row, from_to(a, r, p->lower_quartile, p->upper_quartile));
    build_cell(a, row, from_to(a, r, p->low, p->high));
    /* no "-0.00" */
    build_cell(a, row, build_sv(a, "%.2f", p->agreement > -.005 && p->agreement < 0 ? 0 : p->agreement));
}

struct doc_block *strip_table(struct arena *a, const struct strip_rows *rows, struct sv anchor)
{
    static const char *const names[] = {"Factor", "Round", "Estimates", "Abstained", "By level", "Median",
                                        "Middle half", "Range", "Agreement, -1 to 1"};
    const char *shown[ARRAY_LEN(names)];
    size_t count = 0;
    struct doc_block *table = doc_block_new(a, DOC_TABLE);
    table->anchor = anchor;
    doc_text(a, table, SV("Estimates by factor"));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (i != 1 || rows->rounds > 1)
            shown[count++] = names[i];
    build_header(a, table, shown, count);
    for (size_t i = 0; i < rows->factors * rows->rounds; i++) {
        const struct strip_row *r = &rows->at[i];
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, r->factor->name);
        if (rows->rounds > 1)
            build_cell(a, row, r->round ? SV("second") : SV("first"));
        cells(a, row, r);
    }
    return table;
}

struct doc_block *visual_strip_table(struct arena *a, const struct visual_strip *strip, struct sv anchor)
{
    struct strip_rows rows = strip_rows(a, strip);
    return strip_table(a, &rows, anchor);
}
