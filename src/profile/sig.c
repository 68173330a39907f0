/* sig.yaml */
#include "base/str.h"
#include "profile/internal.h"

enum { PREFIX_MAX = 8, PRIORITIES_MAX = 20 };

const struct role *sig_role(const struct sig *sig, struct sv id)
{
    for (size_t i = 0; i < sig->roles.len; i++)
        if (sv_eq(sig->roles.at[i].id, id))
            return &sig->roles.at[i];
    return NULL;
}

bool role_may(const struct role *r, struct sv right)
{
    for (size_t i = 0; r && i < r->may.len; i++)
        if (sv_eq(r->may.at[i], right))
            return true;
    return false;
}

int terms_find(const struct terms *t, struct sv id)
{
    for (size_t i = 0; i < t->list.len; i++)
        if (sv_eq(t->list.at[i].id, id))
            return (int)i;
    return -1;
}

struct words terms_words(struct arena *a, const struct terms *t)
{
    struct words words = {{NULL, 0, 0}};
    for (size_t i = 0; i < t->list.len; i++)
        *vec_push(a, &words.list) = arena_strndup(a, t->list.at[i].id.at, t->list.at[i].id.len);
    return words;
}

unsigned sig_priority(const struct sig *sig, int likelihood, int damage)
{
    if (likelihood < 0 || damage < 0 || !sig->priority_table)
        return 0;
    return sig->priority_table[(size_t)likelihood * sig->damage.list.len + (size_t)damage];
}

static struct link read_link(const struct yaml_read *r, const struct yaml_node *map,
                             const char *key)
{
    struct link link = {SV_NONE, SV_NONE};
    const struct yaml_node *node = yaml_read_mapping(r, yaml_read_get(r, map, key, YAML_REQUIRED),
                                                     arena_printf(r->a, "`%s`", key));
    YAML_READ_KEYS(r, node, "name", "url");
    link.name = yaml_read_line(r, node, "name", YAML_REQUIRED);
    link.url = yaml_read_url(r, node, "url", YAML_OPTIONAL);
    return link;
}

static void read_authors(const struct yaml_read *r, const struct yaml_node *map, struct sig *out)
{
    const struct yaml_node *list =
        yaml_read_list(r, map, "authors", YAML_REQUIRED, PROFILE_WORDS_LIST_MAX);
    if (list && !list->count)
        yaml_read_fault(r, list, "`authors` is empty",
                        "at least one person who signs the documents");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct yaml_node *item = yaml_read_mapping(r, list->items[i], "an author");
        if (!item)
            continue;
        YAML_READ_KEYS(r, item, "first", "last", "email", "jid", "org", "uri");
        struct author *author = vec_push(r->a, &out->authors);
        author->first = yaml_read_line(r, item, "first", YAML_REQUIRED);
        author->last = yaml_read_line(r, item, "last", YAML_REQUIRED);
        author->email = yaml_read_line(r, item, "email", YAML_OPTIONAL);
        author->jid = yaml_read_line(r, item, "jid", YAML_OPTIONAL);
        author->org = yaml_read_line(r, item, "org", YAML_OPTIONAL);
        author->uri = yaml_read_url(r, item, "uri", YAML_OPTIONAL);
    }
}

static void read_legal(const struct yaml_read *r, const struct yaml_node *map, struct sig *out)
{
    const struct yaml_node *legal =
        yaml_read_mapping(r, yaml_read_get(r, map, "legal", YAML_REQUIRED), "`legal`");
    YAML_READ_KEYS(r, legal, "profile", "copyright", "permissions", "warranty", "liability",
                   "conformance");
    out->legal.profile = YAML_READ_CHOICE(r, legal, "profile", YAML_REQUIRED, "own", "xsf");
    out->legal.copyright = yaml_read_text(r, legal, "copyright", YAML_REQUIRED);
    out->legal.permissions = yaml_read_text(r, legal, "permissions", YAML_REQUIRED);
    out->legal.warranty = yaml_read_text(r, legal, "warranty", YAML_REQUIRED);
    out->legal.liability = yaml_read_text(r, legal, "liability", YAML_REQUIRED);
    out->legal.conformance = yaml_read_text(r, legal, "conformance", YAML_REQUIRED);
}

static bool has_digit(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] >= '0' && text.at[i] <= '9')
            return true;
    return false;
}

/* Prefixes keep a final blank: they are not trimmed. */
static struct sv read_series_prefix(const struct yaml_read *r, const struct yaml_node *item)
{
    struct sv trimmed = yaml_read_line(r, item, "prefix", YAML_REQUIRED);
    const struct yaml_node *node = yaml_get(item, "prefix");
    if (!trimmed.len)
        return SV_NONE;
    if (node->text.len > 32 || has_digit(node->text) || node->text.at[0] == ' ') {
        yaml_read_fault(
            r, node,
            arena_printf(r->a, "\"%s\" is no prefix of a series",
                         yaml_read_shown(r->a, node->text)),
            "at most 32 characters that begin with no blank and hold no digit, such as \"RFC \"");
        return SV_NONE;
    }
    return node->text;
}

static void read_series(const struct yaml_read *r, const struct yaml_node *map, struct sig *out)
{
    const struct yaml_node *list = yaml_read_list(r, map, "series", YAML_REQUIRED, 50);
    for (size_t i = 0; list && i < list->count; i++) {
        const struct yaml_node *item = yaml_read_mapping(r, list->items[i], "a series");
        if (!item)
            continue;
        YAML_READ_KEYS(r, item, "prefix", "digits", "name");
        struct series s = {.prefix = read_series_prefix(r, item),
                           .name = yaml_read_line(r, item, "name", YAML_REQUIRED)};
        s.digits = yaml_read_number(r, item, "digits", YAML_OPTIONAL, 1, 9, 0);
        if (!s.prefix.len)
            continue;
        for (size_t j = 0; j < out->series.len; j++)
            if (sv_eq(out->series.at[j].prefix, s.prefix))
                yaml_read_fault(
                    r, item,
                    arena_printf(r->a, "the series \"%.*s\" stands twice", SV_ARG(s.prefix)),
                    "it once");
        *vec_push(r->a, &out->series) = s;
    }
}

static bool to_probability(const struct yaml_node *node, double *out)
{
    double value = 0, scale = 1;
    bool point = false;
    if (node->kind != YAML_SCALAR || !node->text.len || node->text.len > 12)
        return false;
    for (size_t i = 0; i < node->text.len; i++) {
        char c = node->text.at[i];
        if (c == '.' && !point && i) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
        scale *= point ? 10 : 1;
    }
    *out = value / scale;
    return *out <= 1;
}

static void read_interval(const struct yaml_read *r, const struct yaml_node *item,
                          struct term *term)
{
    const struct yaml_node *node = yaml_read_list(r, item, "interval", YAML_OPTIONAL, 2);
    if (!node)
        return;
    if (node->count == 2 && to_probability(node->items[0], &term->interval_lo) &&
        to_probability(node->items[1], &term->interval_hi) &&
        term->interval_lo <= term->interval_hi)
        term->has_interval = true;
    else
        yaml_read_fault(r, node, "`interval` is not a pair of probabilities",
                        "two numbers from 0 to 1, the lower one first");
}

enum term_form { TERM_WORD, TERM_SCALE, TERM_LIKELIHOOD };

static bool read_term(const struct yaml_read *r, const struct yaml_node *item, enum term_form form,
                      struct term *out)
{
    *out = (struct term){.id = SV_NONE};
    if (!yaml_read_mapping(r, item, "an entry of a list of words"))
        return false;
    if (form == TERM_LIKELIHOOD)
        YAML_READ_KEYS(r, item, "id", "name", "means", "example", "interval");
    else if (form == TERM_SCALE)
        YAML_READ_KEYS(r, item, "id", "name", "means", "example");
    else
        YAML_READ_KEYS(r, item, "id", "name", "means");
    out->id = yaml_read_id(r, item, "id");
    out->name = yaml_read_line(r, item, "name", YAML_REQUIRED);
    out->means = yaml_read_text(r, item, "means", YAML_REQUIRED);
    if (form != TERM_WORD)
        out->example = yaml_read_text(r, item, "example", YAML_OPTIONAL);
    if (form == TERM_LIKELIHOOD)
        read_interval(r, item, out);
    return out->id.len > 0;
}

static void read_terms(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                       bool may_be_empty, enum term_form form, struct terms *out)
{
    const struct yaml_node *list =
        yaml_read_list(r, map, key, YAML_REQUIRED, PROFILE_WORDS_LIST_MAX);
    if (list && !list->count && !may_be_empty)
        yaml_read_fault(r, list, arena_printf(r->a, "`%s` is empty", key), "at least one entry");
    for (size_t i = 0; list && i < list->count; i++) {
        struct term term;
        if (!read_term(r, list->items[i], form, &term))
            continue;
        if (terms_find(out, term.id) >= 0) {
            yaml_read_fault(
                r, yaml_get(list->items[i], "id"),
                arena_printf(r->a, "the id \"%.*s\" stands twice in `%s`", SV_ARG(term.id), key),
                "another id");
            continue;
        }
        *vec_push(r->a, &out->list) = term;
    }
}

static void read_attacker(const struct yaml_read *r, const struct yaml_node *map, struct sig *out)
{
    const struct yaml_node *node =
        yaml_read_mapping(r, yaml_read_get(r, map, "attacker", YAML_REQUIRED), "`attacker`");
    YAML_READ_KEYS(r, node, "positions", "surfaces", "activities");
    read_terms(r, node, "positions", true, TERM_WORD, &out->positions);
    read_terms(r, node, "surfaces", true, TERM_WORD, &out->surfaces);
    read_terms(r, node, "activities", true, TERM_WORD, &out->activities);
}

static void read_priorities(const struct yaml_read *r, const struct yaml_node *map, struct sig *out)
{
    const struct yaml_node *list =
        yaml_read_list(r, map, "priorities", YAML_REQUIRED, PRIORITIES_MAX);
    if (list && !list->count)
        yaml_read_fault(r, list, "`priorities` is empty", "at least one entry");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct yaml_node *item = yaml_read_mapping(r, list->items[i], "a priority");
        if (!item)
            continue;
        YAML_READ_KEYS(r, item, "id", "name", "means");
        unsigned number = yaml_read_number(r, item, "id", YAML_REQUIRED, 1, PRIORITIES_MAX, 0);
        struct term *term = vec_push(r->a, &out->priorities.list);
        term->id = sv_str(arena_printf(r->a, "%u", number));
        term->name = yaml_read_line(r, item, "name", YAML_REQUIRED);
        term->means = yaml_read_text(r, item, "means", YAML_REQUIRED);
        if (number && number != i + 1)
            yaml_read_fault(
                r, yaml_get(item, "id"),
                arena_printf(r->a, "priority %u is at place %zu of the list", number, i + 1),
                "1, 2, 3 and so on, the most urgent first");
    }
}

/* One row of the table: the priorities of one likelihood. */
static void read_table_row(const struct yaml_read *r, const struct yaml_node *table,
                           size_t likelihood, struct sig *out)
{
    struct words damages = terms_words(r->a, &out->damage);
    const struct term *level = &out->likelihood.list.at[likelihood];
    const char *key = arena_strndup(r->a, level->id.at, level->id.len);
    const struct yaml_node *row = yaml_get(table, key);
    if (!row) {
        yaml_read_fault(r, table,
                        arena_printf(r->a, "`priority_table` has no line for likelihood %s", key),
                        "a priority for each pair of levels");
        return;
    }
    if (!yaml_read_mapping(r, row, arena_printf(r->a, "the line of likelihood %s", key)))
        return;
    yaml_read_keys(r, row, &damages);
    for (size_t d = 0; d < damages.list.len; d++) {
        const struct yaml_node *cell = yaml_get(row, damages.list.at[d]);
        uint64_t priority;
        if (!cell) {
            yaml_read_fault(r, row,
                            arena_printf(r->a, "no priority for likelihood %s and damage %s", key,
                                         damages.list.at[d]),
                            "a priority for each pair of levels");
        } else if (cell->kind != YAML_SCALAR ||
                   !sv_to_u64(cell->text, out->priorities.list.len, &priority) || !priority) {
            yaml_read_fault(
                r, cell,
                arena_printf(r->a, "the priority of likelihood %s and damage %s is \"%s\"", key,
                             damages.list.at[d], yaml_read_shown(r->a, cell->text)),
                arena_printf(r->a, "a number of `priorities`, 1 to %zu", out->priorities.list.len));
        } else {
            out->priority_table[likelihood * damages.list.len + d] = (uint8_t)priority;
        }
    }
}

static void report_reversal(const struct yaml_read *r, const struct yaml_node *table,
                            const struct sig *sig, const size_t lower[2], const size_t higher[2])
{
    unsigned before = sig_priority(sig, (int)lower[0], (int)lower[1]);
    unsigned after = sig_priority(sig, (int)higher[0], (int)higher[1]);
    const struct term *l = sig->likelihood.list.at, *d = sig->damage.list.at;
    if (!before || !after || after <= before)
        return;
    const struct yaml_node *row =
        yaml_get(table, arena_strndup(r->a, l[higher[0]].id.at, l[higher[0]].id.len));
    const struct yaml_node *cell =
        yaml_get(row, arena_strndup(r->a, d[higher[1]].id.at, d[higher[1]].id.len));
    yaml_read_fault(r, cell ? cell : table,
                    arena_printf(r->a,
                                 "likelihood %.*s and damage %.*s has priority %u, less urgent "
                                 "than the %u of %.*s and %.*s",
                                 SV_ARG(l[higher[0]].id), SV_ARG(d[higher[1]].id), after, before,
                                 SV_ARG(l[lower[0]].id), SV_ARG(d[lower[1]].id)),
                    arena_printf(r->a, "%u or a smaller number", before));
}

static void read_table(const struct yaml_read *r, const struct yaml_node *map, struct sig *out)
{
    size_t rows = out->likelihood.list.len, columns = out->damage.list.len;
    const struct yaml_node *table = yaml_read_mapping(
        r, yaml_read_get(r, map, "priority_table", YAML_REQUIRED), "`priority_table`");
    if (!table || !rows || !columns || !out->priorities.list.len)
        return;
    struct words likelihoods = terms_words(r->a, &out->likelihood);
    out->priority_table = arena_new_array(r->a, uint8_t, rows * columns);
    yaml_read_keys(r, table, &likelihoods);
    for (size_t l = 0; l < rows; l++)
        read_table_row(r, table, l, out);
    for (size_t l = 0; l < rows; l++)
        for (size_t d = 0; d < columns; d++) {
            if (l)
                report_reversal(r, table, out, (size_t[]){l - 1, d}, (size_t[]){l, d});
            if (d)
                report_reversal(r, table, out, (size_t[]){l, d - 1}, (size_t[]){l, d});
        }
}

/* A deputy stands in for a role that is there, and that stands in for nobody. */
static void check_deputies(const struct yaml_read *r, const struct yaml_node *list, const struct sig *sig)
{
    struct words known = {{NULL, 0, 0}};
    for (size_t i = 0; i < sig->roles.len; i++)
        if (!sig->roles.at[i].deputy_for.len)
            *vec_push(r->a, &known.list) =
                arena_strndup(r->a, sig->roles.at[i].id.at, sig->roles.at[i].id.len);
    for (size_t i = 0; list && i < list->count; i++) {
        const struct yaml_node *node = yaml_get(list->items[i], "deputy_for");
        if (!node || node->kind != YAML_SCALAR || !node->text.len)
            continue;
        const struct role *stands_for = sig_role(sig, node->text);
        if (!stands_for || stands_for->deputy_for.len)
            yaml_read_unknown(r, node, "role to stand in for", &known);
    }
}

static void read_roles(const struct yaml_read *r, const struct yaml_node *map, struct sig *out)
{
    const char *const rights[] = {
        "read",     "propose", "comment", "estimate", "position", "edit",   "advance",   "merge",
        "moderate", "round",   "call",    "publish",  "override", "import", "configure", "appeal",
        "answer"};
    struct words known = {{(const char **)(uintptr_t)rights, ARRAY_LEN(rights), 0}};
    const struct yaml_node *list = yaml_read_list(r, map, "roles", YAML_REQUIRED, 50);
    if (list && !list->count)
        yaml_read_fault(r, list, "`roles` is empty", "at least one entry");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct yaml_node *item = yaml_read_mapping(r, list->items[i], "a role");
        if (!item)
            continue;
        YAML_READ_KEYS(r, item, "id", "name", "may", "mark", "deputy_for");
        struct role role = {.id = yaml_read_id(r, item, "id"),
                            .name = yaml_read_line(r, item, "name", YAML_REQUIRED),
                            .mark = yaml_read_bool(r, item, "mark", YAML_OPTIONAL),
                            .deputy_for = yaml_read_line(r, item, "deputy_for", YAML_OPTIONAL)};
        const struct yaml_node *may = yaml_read_list(r, item, "may", YAML_REQUIRED, 100);
        for (size_t j = 0; may && j < may->count; j++) {
            struct sv word;
            if (!yaml_read_item(r, may->items[j], "a right", &word))
                continue;
            bool found = false;
            for (size_t k = 0; k < ARRAY_LEN(rights); k++)
                found = found || sv_eq_str(word, rights[k]);
            if (found)
                *vec_push(r->a, &role.may) = word;
            else
                yaml_read_unknown(r, may->items[j], "right", &known);
        }
        if (role.id.len && sig_role(out, role.id))
            yaml_read_fault(r, item, arena_printf(r->a, "the role \"%.*s\" stands twice", SV_ARG(role.id)),
                            "another id");
        *vec_push(r->a, &out->roles) = role;
    }
    check_deputies(r, list, out);
}

static void read_prefix(const struct yaml_read *r, const struct yaml_node *map, struct sig *out)
{
    struct sv text = yaml_read_line(r, map, "prefix", YAML_REQUIRED);
    bool good = text.len <= PREFIX_MAX;
    for (size_t i = 0; i < text.len; i++)
        good = good && ((text.at[i] >= 'A' && text.at[i] <= 'Z') ||
                        (i && text.at[i] >= '0' && text.at[i] <= '9'));
    if (good)
        out->prefix = text;
    else
        yaml_read_fault(r, yaml_get(map, "prefix"),
                        arena_printf(r->a, "`prefix` is \"%s\"", yaml_read_shown(r->a, text)),
                        "one to eight capital letters or digits, a letter first");
}

static void read_words(const struct yaml_read *r, const struct yaml_node *root, struct sig *out)
{
    read_series(r, root, out);
    read_terms(r, root, "areas", false, TERM_WORD, &out->areas);
    read_terms(r, root, "stride", true, TERM_WORD, &out->stride);
    read_terms(r, root, "levels", false, TERM_WORD, &out->levels);
    read_attacker(r, root, out);
    read_terms(r, root, "coverage", false, TERM_WORD, &out->coverage);
    const struct yaml_node *scales =
        yaml_read_mapping(r, yaml_read_get(r, root, "scales", YAML_REQUIRED), "`scales`");
    YAML_READ_KEYS(r, scales, "likelihood", "damage");
    read_terms(r, scales, "likelihood", false, TERM_LIKELIHOOD, &out->likelihood);
    read_terms(r, scales, "damage", false, TERM_SCALE, &out->damage);
}

/* A text of a list with its place; false with a fault. */
static bool read_placed(const struct yaml_read *r, const struct yaml_node *item, const char *what,
                        struct placed *out)
{
    if (!yaml_read_item(r, item, what, &out->text))
        return false;
    out->line = item->line;
    out->column = item->column;
    return true;
}

static void read_reading_series(const struct yaml_read *r, const struct yaml_node *item,
                                struct sig *out)
{
    struct reading_series s = {.prefix = SV_NONE};
    struct words known = {{NULL, 0, 0}};
    if (!yaml_read_mapping(r, item, "a series of the reading list"))
        return;
    YAML_READ_KEYS(r, item, "prefix", "statuses");
    const struct yaml_node *prefix = yaml_read_get(r, item, "prefix", YAML_REQUIRED);
    const struct yaml_node *statuses =
        yaml_read_list(r, item, "statuses", YAML_REQUIRED, PROFILE_WORDS_LIST_MAX);
    for (size_t i = 0; i < out->series.len; i++) {
        struct sv one = out->series.at[i].prefix;
        *vec_push(r->a, &known.list) = arena_strndup(r->a, one.at, one.len);
        if (prefix && prefix->kind == YAML_SCALAR && sv_eq(prefix->text, one))
            s.prefix = one;
    }
    if (prefix && !s.prefix.len)
        yaml_read_unknown(r, prefix, "series", &known);
    if (statuses && !statuses->count)
        yaml_read_fault(r, statuses, "`statuses` is empty", "at least one status of references.tsv");
    for (size_t i = 0; statuses && i < statuses->count; i++) {
        struct placed status;
        if (read_placed(r, statuses->items[i], "a status", &status))
            *vec_push(r->a, &s.statuses) = status;
    }
    if (s.prefix.len)
        *vec_push(r->a, &out->reading_list.series) = s;
}

static void read_reading_list(const struct yaml_read *r, const struct yaml_node *root,
                              struct sig *out)
{
    const struct yaml_node *node = yaml_read_mapping(
        r, yaml_read_get(r, root, "reading_list", YAML_OPTIONAL), "`reading_list`");
    if (!node)
        return;
    out->reading_list.given = true;
    YAML_READ_KEYS(r, node, "series", "also");
    const struct yaml_node *series = yaml_read_list(r, node, "series", YAML_OPTIONAL, 50);
    const struct yaml_node *also =
        yaml_read_list(r, node, "also", YAML_OPTIONAL, PROFILE_LIST_MAX);
    for (size_t i = 0; series && i < series->count; i++)
        read_reading_series(r, series->items[i], out);
    for (size_t i = 0; also && i < also->count; i++) {
        struct placed id;
        if (read_placed(r, also->items[i], "a document of the reading list", &id))
            *vec_push(r->a, &out->reading_list.also) = id;
    }
    if (!(series && series->count) && !(also && also->count))
        yaml_read_fault(r, node, "`reading_list` names no document",
                        "`series`, `also` or both; or no such key");
}

void sig_read(struct source *s, struct sig *out)
{
    const struct yaml_read *r = &s->read;
    const struct yaml_node *root =
        yaml_read_mapping(r, yaml_parse(r->a, s->text, r->file, 1, r->diag), "sig.yaml");
    if (!root)
        return;
    YAML_READ_KEYS(r, root, "casemate", "name", "community", "prefix", "language", "charter",
                   "standing", "reports_to", "venue", "list", "room", "errata", "authors", "legal",
                   "series", "areas", "stride", "levels", "attacker", "coverage", "scales",
                   "priorities", "priority_table", "roles", "reading_list");
    yaml_read_number(r, root, "casemate", YAML_REQUIRED, 1, 1, 1);
    out->name = yaml_read_line(r, root, "name", YAML_REQUIRED);
    out->community = yaml_read_line(r, root, "community", YAML_REQUIRED);
    read_prefix(r, root, out);
    out->language = yaml_read_line(r, root, "language", YAML_REQUIRED);
    out->charter = yaml_read_text(r, root, "charter", YAML_REQUIRED);
    out->standing = yaml_read_bool(r, root, "standing", YAML_REQUIRED);
    out->reports_to = read_link(r, root, "reports_to");
    out->venue = read_link(r, root, "venue");
    out->list = yaml_read_line(r, root, "list", YAML_OPTIONAL);
    out->room = yaml_read_line(r, root, "room", YAML_OPTIONAL);
    out->errata = yaml_read_line(r, root, "errata", YAML_REQUIRED);
    read_authors(r, root, out);
    read_legal(r, root, out);
    read_words(r, root, out);
    read_priorities(r, root, out);
    read_table(r, root, out);
    read_roles(r, root, out);
    read_reading_list(r, root, out);
}
