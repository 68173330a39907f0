/* The text of coverage.tsv: cells in normal form, and the column of threats brought up to date. */
#include "base/str.h"
#include "format/json.h"
#include "profile/internal.h"

#include <stdlib.h>

static struct sv or_hyphen(struct sv cell)
{
    cell = sv_trim(cell);
    return cell.len ? cell : SV("-");
}

struct word {
    struct sv text;
    unsigned number; /* of the threat; others come last, as they stand */
    size_t place;
};

static int order_words(const void *left, const void *right)
{
    const struct word *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->place < b->place ? -1 : 1;
}

struct words_list {
    VEC(struct word) list;
};

/* Each threat once, ascending, one blank between. */
static struct sv tidy_threats(struct arena *a, const struct sig *sig, struct sv cell)
{
    struct words_list words = {{NULL, 0, 0}};
    struct str out = STR_INIT;
    struct sv rest = sv_trim(cell), text;
    while (rest.len && sv_split(&rest, ' ', &text)) {
        unsigned number = threat_id_number(sig->prefix, text);
        if (text.len)
            *vec_push(a, &words.list) =
                (struct word){text, number ? number : UINT32_MAX, words.list.len};
    }
    if (words.list.len > 1)
        qsort(words.list.at, words.list.len, sizeof(*words.list.at), order_words);
    for (size_t i = 0; i < words.list.len; i++) {
        if (i && sv_eq(words.list.at[i].text, words.list.at[i - 1].text))
            continue;
        if (out.len)
            str_add_char(&out, ' ');
        str_add(&out, words.list.at[i].text);
    }
    struct sv tidy = out.len ? arena_sv(a, str_sv(&out)) : SV("-");
    str_release(&out);
    return tidy;
}

void coverage_tidy_row(struct arena *a, const struct sig *sig, struct sv *cells)
{
    cells[COVERAGE_VERSION] = or_hyphen(cells[COVERAGE_VERSION]);
    cells[COVERAGE_THREATS] = tidy_threats(a, sig, cells[COVERAGE_THREATS]);
    cells[COVERAGE_CONSIDERATIONS] = or_hyphen(cells[COVERAGE_CONSIDERATIONS]);
}

/* The row with its column of threats as it should be, where that is for nobody to decide. */
static void bring_row(struct arena *a, const struct profile *p, struct sv *cells,
                      struct coverage_moves *moves)
{
    const struct reference *r = map_get(&p->references.by_id, sv_trim(cells[COVERAGE_ID]));
    int result = coverage_word(coverage_results, COVERAGE_RESULTS, sv_trim(cells[COVERAGE_RESULT]));
    if (!r || result < 0)
        return;
    const struct citing *c = &p->cites->documents[r - p->references.list.at];
    if (c->all.len ? result == COVERAGE_LEFT_OUT : result == COVERAGE_CITED)
        return;
    struct sv threats = coverage_threat_cell(a, p, c);
    if (!sv_eq(sv_trim(cells[COVERAGE_THREATS]), threats))
        cells[COVERAGE_THREATS] = threats;
    if (!c->all.len || result == COVERAGE_CITED)
        return;
    cells[COVERAGE_RESULT] = sv_str(coverage_results[COVERAGE_CITED]);
    *vec_push(a, &moves->list) = (struct coverage_move){r->id, (enum coverage_result)result};
}

static void put_cells(struct str *out, const struct sv *cells)
{
    for (size_t i = 0; i < COVERAGE_COLUMNS; i++) {
        if (i)
            str_add_char(out, '\t');
        str_add(out, cells[i]);
    }
}

struct sv coverage_current(struct arena *a, const struct profile *p, struct sv text,
                           struct coverage_moves *moves)
{
    struct diag quiet;
    struct tsv tsv;
    struct str out = STR_INIT;
    struct sv rest = text, line;
    size_t next = 0;
    diag_init(&quiet, a);
    tsv_parse(a, text, "", NULL, &quiet, &tsv);
    if (!coverage_is_table(&tsv))
        return text;
    for (uint32_t number = 1; sv_next_line(&rest, &line); number++) {
        if (next < tsv.rows.len && tsv.rows.at[next].line == number) {
            struct sv *cells = tsv.rows.at[next++].cells;
            bring_row(a, p, cells, moves);
            put_cells(&out, cells);
        } else {
            str_add(&out, line);
        }
        str_add_char(&out, '\n');
    }
    struct sv result = sv_eq(str_sv(&out), text) ? text : arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

/* ---- some threats of many ---- */

/* Puts a threat into the cell, or takes it out; false when it was there already, or was not. */
static bool change_cell(struct arena *a, const struct sig *sig, const struct coverage_change *change, struct sv *cell)
{
    struct str out = STR_INIT;
    struct sv rest = sv_eq(*cell, SV("-")) ? SV_NONE : *cell, word;
    unsigned number = threat_id_number(sig->prefix, change->threat);
    bool found = false, placed = !change->cites;
    while (rest.len && sv_split(&rest, ' ', &word)) {
        bool same = sv_eq(word, change->threat);
        found = found || same;
        if (!placed && threat_id_number(sig->prefix, word) > number) {
            str_addf(&out, "%s%.*s", out.len ? " " : "", SV_ARG(change->threat));
            placed = true;
        }
        if (!same)
            str_addf(&out, "%s%.*s", out.len ? " " : "", SV_ARG(word));
    }
    if (!placed)
        str_addf(&out, "%s%.*s", out.len ? " " : "", SV_ARG(change->threat));
    *cell = arena_sv(a, str_sv(&out));
    str_release(&out);
    return found != change->cites;
}

static bool change_row(struct arena *a, const struct sig *sig, const struct coverage_change *change, struct sv *cells,
                       struct coverage_moves *moves)
{
    int result = coverage_word(coverage_results, COVERAGE_RESULTS, cells[COVERAGE_RESULT]);
    if (result < 0 || result == COVERAGE_LEFT_OUT || (result != COVERAGE_CITED && !change->cites))
        return false;
    if (!change_cell(a, sig, change, &cells[COVERAGE_THREATS]) || !cells[COVERAGE_THREATS].len)
        return false;
    if (result != COVERAGE_CITED) {
        cells[COVERAGE_RESULT] = sv_str(coverage_results[COVERAGE_CITED]);
        *vec_push(a, &moves->list) = (struct coverage_move){change->document, (enum coverage_result)result};
    }
    return true;
}

static bool cut_row(struct sv line, struct sv *cells)
{
    size_t count = 0;
    for (size_t at = 0, i = 0; i <= line.len; i++)
        if (i == line.len || line.at[i] == '\t') {
            if (count == COVERAGE_COLUMNS)
                return false;
            cells[count++] = sv_from(line.at + at, i - at);
            at = i + 1;
        }
    return count == COVERAGE_COLUMNS;
}

bool coverage_follow(struct arena *a, const struct sig *sig, struct sv text, const struct coverage_change *changes,
                     size_t count, struct sv *out, struct coverage_moves *moves)
{
    struct str now = STR_INIT;
    struct sv rest = text, line, cells[COVERAGE_COLUMNS];
    bool good = true;
    while (good && sv_next_line(&rest, &line)) {
        good = cut_row(line, cells);
        for (size_t i = 0; good && i < count; i++)
            if (sv_eq(cells[COVERAGE_ID], changes[i].document))
                good = change_row(a, sig, &changes[i], cells, moves);
        if (good)
            put_cells(&now, cells);
        str_add_char(&now, '\n');
    }
    *out = arena_sv(a, str_sv(&now));
    str_release(&now);
    return good;
}

void coverage_moves_json(struct json *j, const struct coverage_moves *moves)
{
    json_key(j, "cited");
    json_array(j);
    for (size_t i = 0; i < moves->list.len; i++) {
        json_object(j);
        json_put(j, "document", moves->list.at[i].document);
        json_put_str(j, "was", coverage_results[moves->list.at[i].was]);
        json_end(j);
    }
    json_end(j);
}
