/* coverage.tsv: which documents were looked at, and what came of it. Reading, and the check that it says all
 * and nothing else.
 *
 * The column of threats can be derived (profile_cites()); it stands in the file so that whoever reads or
 * changes the folder sees it, and so that a citation that is taken out of a threat is noticed. Nothing but
 * the check looks at it. */
#include "base/str.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "profile/internal.h"

#include <stdlib.h>

enum { ROWS_MAX = 20000, NOTE_MAX = 200, NAMED_MAX = 12 };

const char *const coverage_results[COVERAGE_RESULTS] = {"cited", "nothing-new", "unread", "left-out"};
const char *const considerations_words[CONSIDERATIONS] = {"substantive", "thin", "none", "-"};
const char *const coverage_columns[COVERAGE_COLUMNS] = {"id",      "version",        "result",
                                                        "threats", "considerations", "note"};

#define WRITE_HINT "casemate coverage DIR --write brings this column up to date"

int coverage_word(const char *const *words, size_t count, struct sv word)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_str(word, words[i]))
            return (int)i;
    return -1;
}

bool coverage_is_table(const struct tsv *tsv)
{
    if (tsv->column_count != COVERAGE_COLUMNS)
        return false;
    for (size_t i = 0; i < COVERAGE_COLUMNS; i++)
        if (!sv_eq_str(tsv->columns[i], coverage_columns[i]))
            return false;
    return true;
}

/* -- versions -- */

/* Takes a part off *text that ends before `separator`. */
static struct sv next_part(struct sv *text, char separator)
{
    struct sv part = SV_NONE;
    if (text->len)
        sv_split(text, separator, &part);
    return part;
}

/* "12rc1" before "12rc2", "2" before "12". */
static int order_parts(struct sv a, struct sv b)
{
    struct sv left = a, right = b;
    while (left.len && left.at[0] == '0')
        left = sv_from_byte(left, 1);
    while (right.len && right.at[0] == '0')
        right = sv_from_byte(right, 1);
    size_t left_digits = 0, right_digits = 0;
    while (left_digits < left.len && left.at[left_digits] >= '0' && left.at[left_digits] <= '9')
        left_digits++;
    while (right_digits < right.len && right.at[right_digits] >= '0' && right.at[right_digits] <= '9')
        right_digits++;
    if (left_digits != right_digits)
        return left_digits < right_digits ? -1 : 1;
    return sv_cmp(left, right);
}

static int order_dotted(struct sv a, struct sv b)
{
    int order = 0;
    while (!order && (a.len || b.len))
        order = order_parts(next_part(&a, '.'), next_part(&b, '.'));
    return order;
}

int version_order(struct sv a, struct sv b)
{
    struct sv main_a = next_part(&a, '-'), main_b = next_part(&b, '-');
    int order = order_dotted(main_a, main_b);
    if (order || (!a.len && !b.len))
        return order;
    if (!a.len || !b.len) /* what has something behind the hyphen comes before what it leads to */
        return a.len ? -1 : 1;
    return order_dotted(a, b);
}

/* -- the reading list -- */

bool reading_list_has(const struct sig *sig, const struct reference *r)
{
    const struct reading_list *list = &sig->reading_list;
    for (size_t i = 0; i < list->also.len; i++)
        if (sv_eq(list->also.at[i].text, r->id))
            return true;
    for (size_t i = 0; i < list->series.len; i++) {
        const struct reading_series *s = &list->series.at[i];
        if (!sv_starts(r->id, s->prefix))
            continue;
        for (size_t k = 0; k < s->statuses.len; k++)
            if (sv_eq(s->statuses.at[k].text, r->status))
                return true;
    }
    return false;
}

/* A status that no document has is a fault only when it looks like one that some have: that there is, say, no
 * proposed document at the moment is no fault. */
static void check_status(const struct coverage_check *c, const struct reading_series *s,
                         const struct placed *status)
{
    const struct references *refs = &c->p->references;
    struct arena *a = c->sig->read.a;
    struct words known = {{NULL, 0, 0}};
    struct map seen;
    map_init(&seen, a);
    for (size_t i = 0; i < refs->list.len; i++) {
        struct reference *r = &refs->list.at[i];
        if (!sv_starts(r->id, s->prefix))
            continue;
        if (sv_eq(r->status, status->text))
            return;
        if (!map_set(&seen, r->status, r))
            *vec_push(a, &known.list) = arena_strndup(a, r->status.at, r->status.len);
    }
    const char *near = suggest_nearest(status->text, known.list.at, known.list.len);
    if (near)
        diag_error(c->sig->read.diag, c->sig->read.file, status->line, status->column,
                   arena_printf(a, "no document of this series has the status \"%s\"",
                                yaml_read_shown(a, status->text)),
                   arena_printf(a, "%s (did you mean that?)", near));
}

static void check_reading_list(const struct coverage_check *c)
{
    const struct reading_list *list = &c->p->sig.reading_list;
    const struct references *refs = &c->p->references;
    struct arena *a = c->sig->read.a;
    for (size_t i = 0; i < list->also.len; i++) {
        const struct placed *p = &list->also.at[i];
        if (map_get(&refs->by_id, p->text))
            continue;
        const char *near = citation_nearest(&c->sig->read, refs, p->text);
        diag_error(c->sig->read.diag, c->sig->read.file, p->line, p->column,
                   arena_printf(a, "%s is not in references.tsv", yaml_read_shown(a, p->text)),
                   near ? arena_printf(a, "%s (did you mean that?), or a line for it there", near)
                        : "a line for it there");
    }
    for (size_t i = 0; i < list->series.len; i++)
        for (size_t k = 0; k < list->series.at[i].statuses.len; k++)
            check_status(c, &list->series.at[i], &list->series.at[i].statuses.at[k]);
}

/* -- rows, each by itself -- */

static void unknown_word(const struct cell *c, const char *what, const char *const *words, size_t count)
{
    struct arena *a = c->s->read.a;
    struct sv word = sv_trim(c->row->cells[c->column]);
    const char *near = suggest_nearest(word, words, count);
    struct str all = STR_INIT;
    for (size_t i = 0; i < count; i++)
        str_addf(&all, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", words[i]);
    cell_fault(c, arena_printf(a, "unknown word for %s: \"%s\"", what, yaml_read_shown(a, word)),
               near ? arena_printf(a, "%s (did you mean that?)", near) : arena_strdup(a, str_cstr(&all)));
    str_release(&all);
}

static void check_version(const struct cell *c, const struct coverage_row *row)
{
    struct arena *a = c->s->read.a;
    const struct reference *r = row->reference;
    struct sv version = sv_trim(c->row->cells[COVERAGE_VERSION]);
    const char *id = arena_strndup(a, r->id.at, r->id.len), *shown = yaml_read_shown(a, version);
    if (!version.len || (!sv_eq(version, SV("-")) && !citation_is_version(version)))
        cell_fault(c, arena_printf(a, "the version of %s is \"%s\"", id, shown),
                   "the version that was read, such as 1.2.0, or - when there is none");
    else if (!row->version.len && row->result == COVERAGE_NOTHING_NEW && r->version.len)
        cell_fault(c, arena_printf(a, "it is not said which version of %s was read", id),
                   arena_printf(a, "a version; references.tsv has %.*s", SV_ARG(r->version)));
    else if (row->version.len && row->result == COVERAGE_UNREAD)
        cell_fault(c, arena_printf(a, "%s is unread, but version %s is said to have been read", id, shown),
                   "-, or another result");
    else if (row->version.len && !r->version.len)
        cell_fault(c, arena_printf(a, "references.tsv has no version of %s", id), "-");
    else if (row->version.len && version_order(version, r->version) > 0)
        cell_fault(c, arena_printf(a, "version %s of %s is newer than the one in references.tsv", shown, id),
                   arena_printf(a, "%.*s or an older one", SV_ARG(r->version)));
}

static void check_note(const struct cell *c, const struct coverage_row *row)
{
    struct arena *a = c->s->read.a;
    size_t count = utf8_count(row->note);
    if (count > NOTE_MAX)
        cell_fault(c, arena_printf(a, "the note has %zu characters", count),
                   arena_printf(a, "at most %d", NOTE_MAX));
    if (!count && row->result == COVERAGE_LEFT_OUT)
        cell_fault(c, arena_printf(a, "%.*s is left out without a reason", SV_ARG(row->reference->id)),
                   "the reason, as the note");
}

/* False when the row names no document that is known, or no known result. */
static bool read_row(const struct cell *c, const struct references *refs, struct coverage_row *out)
{
    struct arena *a = c->s->read.a;
    const struct sv *cells = c->row->cells;
    struct sv id = sv_trim(cells[COVERAGE_ID]), version = sv_trim(cells[COVERAGE_VERSION]);
    int result = coverage_word(coverage_results, COVERAGE_RESULTS, sv_trim(cells[COVERAGE_RESULT]));
    int considerations = coverage_word(considerations_words, CONSIDERATIONS,
                                       sv_trim(cells[COVERAGE_CONSIDERATIONS]));
    const struct reference *reference = map_get(&refs->by_id, id);
    if (!id.len)
        cell_fault(c, "the id is empty", "the identifier of a document in references.tsv");
    else if (!reference && !refs->unread) {
        const char *near = citation_nearest(&c->s->read, refs, id);
        cell_fault(c, arena_printf(a, "%s is not in references.tsv", yaml_read_shown(a, id)),
                   near ? arena_printf(a, "%s (did you mean that?), or a line for it there", near)
                        : "a line for it there");
    }
    if (result < 0)
        unknown_word(&(struct cell){c->s, c->row, COVERAGE_RESULT}, "the result", coverage_results,
                     COVERAGE_RESULTS);
    if (considerations < 0)
        unknown_word(&(struct cell){c->s, c->row, COVERAGE_CONSIDERATIONS}, "the considerations",
                     considerations_words, CONSIDERATIONS);
    *out = (struct coverage_row){.reference = reference,
                                 .version = sv_eq(version, SV("-")) ? SV_NONE : version,
                                 .result = result < 0 ? COVERAGE_UNREAD : (enum coverage_result)result,
                                 .considerations = considerations < 0 ? CONSIDERATIONS_UNSEEN
                                                                      : (enum considerations)considerations,
                                 .note = sv_trim(cells[COVERAGE_NOTE]),
                                 .line = c->row->line};
    return reference && result >= 0;
}

static bool read_table(struct source *s, struct tsv *out)
{
    const struct tsv_limits limits = {ROWS_MAX, 64};
    tsv_parse(s->read.a, s->text, s->read.file, &limits, s->read.diag, out);
    if (coverage_is_table(out))
        return true;
    if (out->column_count)
        diag_error(s->read.diag, s->read.file, 1, 1, "the first line does not name the columns",
                   "id, version, result, threats, considerations, note, with one tab between");
    return false;
}

static int order_rows(const void *left, const void *right)
{
    const struct coverage_row *a = left, *b = right;
    return a->reference < b->reference ? -1 : a->reference > b->reference;
}

void coverage_read(struct source *s, const struct references *refs, struct coverage *out)
{
    struct tsv tsv;
    struct map seen;
    map_init(&seen, s->read.a);
    out->given = true;
    if (!read_table(s, &tsv))
        return;
    for (size_t i = 0; i < tsv.rows.len; i++) {
        const struct cell c = {s, &tsv.rows.at[i], COVERAGE_ID};
        struct coverage_row row;
        bool good = read_row(&c, refs, &row);
        if (row.reference) {
            const struct tsv_row *former = map_get(&seen, row.reference->id);
            if (former) {
                cell_fault(&c, arena_printf(s->read.a, "%.*s stands twice", SV_ARG(row.reference->id)),
                           arena_printf(s->read.a, "it once; the first is in line %u", former->line));
                continue;
            }
            map_set(&seen, row.reference->id, &tsv.rows.at[i]);
            check_note(&(struct cell){s, c.row, COVERAGE_NOTE}, &row);
            if (good)
                check_version(&(struct cell){s, c.row, COVERAGE_VERSION}, &row);
        }
        if (good)
            *vec_push(s->read.a, &out->list) = row;
    }
    if (out->list.len > 1)
        qsort(out->list.at, out->list.len, sizeof(*out->list.at), order_rows);
}

/* -- rows against one another and against the threats -- */

struct sv coverage_threat_cell(struct arena *a, const struct profile *p, const struct citing *c)
{
    struct str out = STR_INIT;
    struct sv last = SV_NONE;
    for (size_t i = 0; i < c->all.len; i++) {
        struct sv id = p->threats.at[c->all.at[i]].id;
        if (sv_eq(id, last)) /* two files claim one id */
            continue;
        if (out.len)
            str_add_char(&out, ' ');
        str_add(&out, id);
        last = id;
    }
    struct sv text = out.len ? arena_sv(a, str_sv(&out)) : SV("-");
    str_release(&out);
    return text;
}

struct threats_check {
    const struct coverage_check *check;
    struct cell cell;
    struct sv id;               /* of the document */
    const struct citing *citing;
    enum coverage_result result;
    bool *named;                /* by place in citing->all */
    size_t good, bad;           /* identifiers in the cell */
};

static bool is_unsure(const struct threats_check *t, const struct threat *threat)
{
    const struct coverage_check *c = t->check;
    return c->unsure && c->unsure[threat - c->p->threats.at];
}

/* Place of a threat in the list of those that cite the document, or -1. */
static ptrdiff_t place_of(const struct threats_check *t, const struct threat *threat)
{
    unsigned index = (unsigned)(threat - t->check->p->threats.at);
    size_t low = 0, high = t->citing->all.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->citing->all.at[middle] < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->citing->all.len && t->citing->all.at[low] == index ? (ptrdiff_t)low : -1;
}

static void not_citing(struct threats_check *t, struct sv word)
{
    struct arena *a = t->cell.s->read.a;
    t->bad++;
    if (t->citing->all.len)
        cell_fault_at(&t->cell, word.at,
                      arena_printf(a, "%.*s does not cite %.*s", SV_ARG(word), SV_ARG(t->id)),
                      "only threats that do (" WRITE_HINT ")");
    else
        cell_fault_at(&t->cell, word.at,
                      arena_printf(a, "%.*s does not cite %.*s, nor does any other threat", SV_ARG(word),
                                   SV_ARG(t->id)),
                      "that citation in the threat, or another result and -");
}

static void check_word(struct threats_check *t, struct sv word, unsigned *last)
{
    struct arena *a = t->cell.s->read.a;
    const struct profile *p = t->check->p;
    const struct threat *threat = map_get(&p->by_id, word);
    if (!threat) {
        t->bad++;
        cell_fault_at(&t->cell, word.at, arena_printf(a, "there is no threat %s", yaml_read_shown(a, word)),
                      "identifiers of threats of this group with one blank between, or -");
        return;
    }
    if (threat->number <= *last)
        cell_fault_at(&t->cell, word.at,
                      threat->number == *last
                          ? arena_printf(a, "%.*s stands twice", SV_ARG(word))
                          : arena_printf(a, "%.*s stands behind a higher number", SV_ARG(word)),
                      "each threat once, in ascending order");
    *last = threat->number;
    ptrdiff_t place = place_of(t, threat);
    if (place >= 0)
        t->named[place] = true;
    if (place >= 0 || is_unsure(t, threat))
        t->good++;
    else
        not_citing(t, word);
}

/* Threats that cite the document and are not in the cell, up to a limit; their number. */
static size_t missing_threats(const struct threats_check *t, struct str *out)
{
    size_t count = 0;
    for (size_t i = 0; i < t->citing->all.len; i++) {
        const struct threat *threat = &t->check->p->threats.at[t->citing->all.at[i]];
        if (t->named[i] || is_unsure(t, threat))
            continue;
        if (count++ < NAMED_MAX)
            str_addf(out, "%s%.*s", count > 1 ? ", " : "", SV_ARG(threat->id));
    }
    if (count > NAMED_MAX)
        str_addf(out, " and %zu more", count - NAMED_MAX);
    return count;
}

static void check_missing(struct threats_check *t)
{
    struct arena *a = t->cell.s->read.a;
    struct str names = STR_INIT;
    size_t count = missing_threats(t, &names);
    const char *verb = count == 1 ? "cites" : "cite";
    const struct cell result = {t->cell.s, t->cell.row, COVERAGE_RESULT};
    if (count && t->result == COVERAGE_CITED)
        cell_fault(&t->cell,
                   arena_printf(a, "%s %s %.*s, and %s not named here", str_cstr(&names), verb, SV_ARG(t->id),
                                count == 1 ? "is" : "are"),
                   "all threats that do (" WRITE_HINT ")");
    else if (count)
        cell_fault(&result,
                   arena_printf(a, "%.*s is `%s`, but %s %s it", SV_ARG(t->id), coverage_results[t->result],
                                str_cstr(&names), verb),
                   t->result == COVERAGE_LEFT_OUT
                       ? "cited, or no citation of a document that is left out"
                       : "cited (casemate coverage DIR --write makes it so)");
    else if (t->result == COVERAGE_CITED && !t->good && !t->bad)
        cell_fault(&result, arena_printf(a, "%.*s is `cited`, but no threat cites it", SV_ARG(t->id)),
                   "another result, or a threat that names it");
    str_release(&names);
}

static void check_threats(const struct coverage_check *check, const struct tsv_row *row,
                          const struct reference *r, enum coverage_result result)
{
    const struct profile *p = check->p;
    struct source *s = check->coverage;
    struct threats_check t = {.check = check, .cell = {s, row, COVERAGE_THREATS}, .id = r->id,
                              .citing = &p->cites->documents[r - p->references.list.at], .result = result};
    struct sv rest = sv_trim(row->cells[COVERAGE_THREATS]), word;
    unsigned last = 0;
    t.named = arena_new_array(s->read.a, bool, t.citing->all.len + 1);
    if (!rest.len)
        cell_fault(&t.cell, "no threats are named", "their identifiers, or -");
    if (sv_eq(rest, SV("-")))
        rest = SV_NONE;
    if (rest.len && result != COVERAGE_CITED) {
        cell_fault(&t.cell,
                   arena_printf(s->read.a, "%.*s is `%s`, but threats are named", SV_ARG(r->id),
                                coverage_results[result]),
                   "-, or the result cited");
        rest = SV_NONE;
    }
    while (rest.len && sv_split(&rest, ' ', &word))
        if (word.len)
            check_word(&t, word, &last);
    check_missing(&t);
}

static void check_order(const struct coverage_check *c, const struct tsv_row *row, const struct id_rank *rank,
                        const struct id_rank *before)
{
    struct source *s = c->coverage;
    if (before->id.len && id_rank_order(rank, before) < 0)
        cell_fault(&(struct cell){s, row, COVERAGE_ID},
                   arena_printf(s->read.a, "%.*s stands behind %.*s", SV_ARG(rank->id), SV_ARG(before->id)),
                   "rows in the order of references.tsv (casemate fmt sorts them)");
}

/* What a note names exists. It is no citation: a note is the reader's, not a threat's. */
static void check_mentions(const struct coverage_check *c, const struct tsv_row *row)
{
    struct sv note = sv_trim(row->cells[COVERAGE_NOTE]);
    if (!note.len)
        return;
    struct sv before = sv_from(row->cells[0].at, (size_t)(note.at - row->cells[0].at));
    mention_check_text(c->p, c->coverage, note, row->line, (uint32_t)utf8_count(before) + 1);
}

/* A row for each document of the reading list; one that is missing is told where it belongs. */
static void check_complete(const struct coverage_check *c, const struct map *rows, const struct tsv *tsv)
{
    struct source *s = c->coverage;
    const struct references *refs = &c->p->references;
    uint32_t *place = arena_new_array(s->read.a, uint32_t, refs->list.len + 1);
    uint32_t next = tsv->rows.len ? tsv->rows.at[tsv->rows.len - 1].line + 1 : 2;
    for (size_t i = refs->list.len; i-- > 0;) {
        const struct tsv_row *row = map_get(rows, refs->list.at[i].id);
        next = row ? row->line : next;
        place[i] = row ? 0 : next;
    }
    for (size_t i = 0; i < refs->list.len; i++) {
        const struct reference *r = &refs->list.at[i];
        if (place[i] && reading_list_has(&c->p->sig, r))
            diag_error(s->read.diag, s->read.file, place[i], 1,
                       arena_printf(s->read.a, "there is no row for %.*s", SV_ARG(r->id)),
                       "one before this line: the reading list of sig.yaml asks for it");
    }
}

static void check_rows(const struct coverage_check *c)
{
    struct source *s = c->coverage;
    struct diag quiet; /* the faults of the table itself were reported when it was read */
    struct tsv tsv;
    struct map rows;
    struct id_rank before = {0, 0, SV_NONE};
    diag_init(&quiet, s->read.a);
    map_init(&rows, s->read.a);
    tsv_parse(s->read.a, s->text, s->read.file, &(struct tsv_limits){ROWS_MAX, 64}, &quiet, &tsv);
    if (!coverage_is_table(&tsv))
        return;
    for (size_t i = 0; i < tsv.rows.len; i++) {
        struct tsv_row *row = &tsv.rows.at[i];
        const struct reference *r = map_get(&c->p->references.by_id, sv_trim(row->cells[COVERAGE_ID]));
        int result = coverage_word(coverage_results, COVERAGE_RESULTS, sv_trim(row->cells[COVERAGE_RESULT]));
        if (!r || map_get(&rows, r->id))
            continue;
        map_set(&rows, r->id, row);
        struct id_rank rank = id_rank(&c->p->sig, r->id);
        check_order(c, row, &rank, &before);
        before = rank;
        if (result >= 0)
            check_threats(c, row, r, (enum coverage_result)result);
        check_mentions(c, row);
    }
    check_complete(c, &rows, &tsv);
}

void coverage_check(const struct coverage_check *c)
{
    const struct sig *sig = &c->p->sig;
    if (c->p->references.unread || (!c->coverage && !sig->reading_list.given))
        return;
    if (sig->reading_list.given)
        check_reading_list(c);
    if (c->coverage)
        check_rows(c);
    else
        diag_error(c->sig->read.diag, c->missing, 0, 0, "the file is missing",
                   "it beside the others of the group, since sig.yaml has a `reading_list`");
}
