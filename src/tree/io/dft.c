/* Galileo's notation, reader and writer. A text is a row of statements that end with ";": words, and names in quotes.
 * Names without quotes are taken too where they have no blanks. */
#include "tree/io/dft.h"

#include "base/map.h"
#include "base/utf8.h"
#include "tree/io/naming.h"

struct dft_word {
    struct sv text;
    size_t at;
    bool quoted;
};

struct dft_node {
    struct sv name;
    size_t at;
    struct dft_word gate; /* empty: a basic event */
    uint32_t first, len;  /* in words: arguments of the gate, or attributes */
};

struct dft {
    struct reading r;
    const char *file;
    struct sv text;
    size_t at;
    struct text_lines lines;
    VEC(struct dft_word) words;
    VEC(struct dft_node) nodes;
    struct map names; /* name -> index */
    struct dft_word top;
    bool stopped;
};

static void fault(struct dft *d, size_t at, const char *what, const char *expected)
{
    reading_fault(&d->r, text_place(&d->lines, d->file, at), what, expected);
}

/* ---- words ---- */

static struct sv rest_of(const struct dft *d)
{
    return sv_from_byte(d->text, d->at);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct dft *d)
{
    for (;;) {
        while (d->at < d->text.len && is_blank(d->text.at[d->at]))
            d->at++;
        struct sv rest = rest_of(d);
        ptrdiff_t end;
        if (sv_starts(rest, SV("//"))) {
            end = sv_find_char(rest, '\n');
            d->at += end < 0 ? rest.len : (size_t)end;
        } else if (sv_starts(rest, SV("/*"))) {
            end = sv_find(rest, SV("*/"));
            if (end < 0)
                fault(d, d->at, "a comment that does not end", "*/");
            d->at += end < 0 ? rest.len : (size_t)end + 2;
        } else {
            return;
        }
    }
}

/* The next word of the statement; false at its end, which is taken off. */
static bool next_word(struct dft *d, struct dft_word *out)
{
    skip_blanks(d);
    struct sv rest = rest_of(d);
    if (!rest.len)
        return false;
    if (rest.at[0] == ';') {
        d->at++;
        return false;
    }
    *out = (struct dft_word){SV_NONE, d->at, rest.at[0] == '"'};
    if (out->quoted) {
        ptrdiff_t end = sv_find_char(sv_from_byte(rest, 1), '"');
        if (end < 0)
            fault(d, d->at, "a name that does not end", "a quotation mark after the name");
        out->text = sv_from(rest.at + 1, end < 0 ? rest.len - 1 : (size_t)end);
        d->at += out->text.len + (end < 0 ? 1 : 2);
        return true;
    }
    size_t len = 0;
    while (len < rest.len && !is_blank(rest.at[len]) && rest.at[len] != ';' && rest.at[len] != '"')
        len++;
    out->text = sv_from(rest.at, len);
    d->at += len;
    return true;
}

/* ---- statements ---- */

static bool is_known_gate(struct sv word)
{
    static const char *const words[] = {"and", "or", "vot", "pand", "por", "spare", "wsp", "csp", "hsp", "fdep", "pdep",
                                        "seq", "mutex", "prio", "inhibit", "not", "xor"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (sv_starts(word, sv_str(words[i])))
            return true;
    }
    return word.len && word.at[0] >= '0' && word.at[0] <= '9' && sv_find(word, SV("of")) > 0;
}

static void read_top(struct dft *d, size_t at)
{
    struct dft_word word;
    bool again = d->top.text.len > 0;
    if (again)
        fault(d, at, "a second toplevel", "one");
    if (!next_word(d, &d->top)) {
        fault(d, at, "toplevel without name", "toplevel \"name\";");
        return;
    }
    while (next_word(d, &word))
        fault(d, word.at, "text after the top's name", ";");
}

static void define(struct dft *d, const struct dft_word *name, uint32_t index)
{
    const uint32_t *former = map_get(&d->names, name->text);
    if (former) {
        fault(d, name->at,
              arena_printf(d->r.arena, "\"%.*s\" is already defined in line %u", SV_ARG(reading_shown(name->text)),
                           text_place(&d->lines, d->file, d->nodes.at[*former].at).line),
              "another name");
        return;
    }
    uint32_t *value = arena_new(d->r.arena, uint32_t);
    *value = index;
    map_set(&d->names, name->text, value);
}

static void read_node(struct dft *d, const struct dft_word *name)
{
    struct dft_word word;
    struct dft_node node = {.name = name->text, .at = name->at, .gate = {SV_NONE, name->at, false}};
    node.first = (uint32_t)d->words.len;
    bool first = true;
    if (d->nodes.len >= d->r.limits.nodes) {
        fault(d, name->at, "the tree has too many nodes", arena_printf(d->r.arena, "at most %zu", d->r.limits.nodes));
        d->stopped = true;
        return;
    }
    while (next_word(d, &word)) {
        if (first && !word.quoted && is_known_gate(word.text))
            node.gate = word;
        else
            *vec_push(d->r.arena, &d->words) = word;
        first = false;
    }
    if (first)
        fault(d, name->at, "a name alone", "\"name\" and \"a\" \"b\"; or \"name\" prob=0.1;");
    if (!name->text.len)
        fault(d, name->at, "an empty name", "a name");
    node.len = (uint32_t)d->words.len - node.first;
    *vec_push(d->r.arena, &d->nodes) = node;
    define(d, name, (uint32_t)d->nodes.len - 1);
}

static void read_statements(struct dft *d)
{
    struct dft_word word;
    while (!d->stopped) {
        skip_blanks(d);
        if (d->at >= d->text.len)
            return;
        if (!next_word(d, &word))
            continue;
        if (!word.quoted && sv_eq_str(word.text, "toplevel"))
            read_top(d, word.at);
        else
            read_node(d, &word);
    }
}

/* ---- nodes ---- */

static bool read_count(struct sv *text, unsigned *out)
{
    size_t len = 0;
    uint64_t number;
    while (len < text->len && text->at[len] >= '0' && text->at[len] <= '9')
        len++;
    if (!len || !sv_to_u64(sv_from(text->at, len), UINT32_MAX / 2, &number))
        return false;
    *out = (unsigned)number;
    *text = sv_from_byte(*text, len);
    return true;
}

static void read_vote(struct dft *d, const struct dft_node *g, struct tree_node *n)
{
    struct sv word = g->gate.text;
    unsigned of = g->len;
    bool vot = sv_starts(word, SV("vot"));
    if (vot)
        word = sv_from_byte(word, 3);
    bool good = read_count(&word, &n->k);
    if (good && !vot) {
        good = sv_starts(word, SV("of"));
        word = sv_from_byte(word, 2);
        good = good && read_count(&word, &of);
    }
    n->gate = TREE_AT_LEAST;
    if (!good || word.len)
        fault(d, g->gate.at, "a vote without numbers", "2of3, or vot2");
    else if (of != g->len)
        fault(d, g->gate.at, arena_printf(d->r.arena, "%.*s with %u arguments", SV_ARG(g->gate.text), g->len),
              arena_printf(d->r.arena, "%u", of));
}

static void read_gate(struct dft *d, const struct dft_node *g, struct tree_node *n)
{
    struct sv word = g->gate.text;
    n->gate_written = true;
    n->gate = TREE_OR;
    if (sv_eq_str(word, "and"))
        n->gate = TREE_AND;
    else if (sv_starts(word, SV("vot")) || (word.at[0] >= '0' && word.at[0] <= '9'))
        read_vote(d, g, n);
    else if (!sv_eq_str(word, "or"))
        fault(d, g->gate.at, arena_printf(d->r.arena, "%.*s is a dynamic gate", SV_ARG(reading_shown(word))),
              "and, or, or a vote such as 2of3");
    for (uint32_t i = 0; i < g->len; i++) {
        const struct dft_word *arg = &d->words.at[g->first + i];
        const uint32_t *index = map_get(&d->names, arg->text);
        if (index)
            *vec_push(d->r.arena, &n->children) = *index;
        else
            fault(d, arg->at, arena_printf(d->r.arena, "\"%.*s\" is not defined", SV_ARG(reading_shown(arg->text))),
                  "a statement that begins with this name");
    }
}

static void read_attribute(struct dft *d, const struct dft_node *e, const struct dft_word *word, struct tree_node *n,
                           const struct dft_word **out_rate)
{
    ptrdiff_t equals = sv_find_char(word->text, '=');
    double number;
    if (equals < 0 || word->quoted) {
        fault(d, word->at, arena_printf(d->r.arena, "\"%.*s\" is no attribute", SV_ARG(reading_shown(word->text))),
              "a gate (and, or, 2of3) or prob=0.1");
        return;
    }
    struct sv name = sv_from(word->text.at, (size_t)equals), value = sv_from_byte(word->text, (size_t)equals + 1);
    if (!reading_number(value, &number)) {
        fault(d, word->at + name.len + 1, arena_printf(d->r.arena, "%.*s is no number", SV_ARG(reading_shown(value))),
              "a number such as 0.1");
    } else if (sv_eq_str(name, "prob")) {
        reading_point(&d->r, text_place(&d->lines, d->file, word->at), TREE_P, number, value, &n->values[TREE_P]);
    } else if (sv_eq_str(name, "lambda") || sv_eq_str(name, "rate") || sv_eq_str(name, "shape")) {
        *out_rate = word;
    } else if (!sv_eq_str(name, "dorm")) { /* dormancy matters in spares only */
        reading_warning(&d->r, text_place(&d->lines, d->file, word->at),
                        arena_printf(d->r.arena, "\"%.*s\": %.*s is not carried", SV_ARG(reading_shown(e->name)),
                                     SV_ARG(reading_shown(name))),
                        NULL);
    }
}

static void read_event(struct dft *d, const struct dft_node *e, struct tree_node *n)
{
    const struct dft_word *rate = NULL;
    for (uint32_t i = 0; i < e->len; i++)
        read_attribute(d, e, &d->words.at[e->first + i], n, &rate);
    if (rate && n->values[TREE_P].kind == TREE_NO_VALUE)
        fault(d, rate->at,
              arena_printf(d->r.arena, "\"%.*s\" has a rate, which says nothing without a mission time",
                           SV_ARG(reading_shown(e->name))),
              "prob=, the probability within the time that matters");
}

static const struct tree *make_tree(struct dft *d)
{
    struct tree_node *nodes = arena_new_array(d->r.arena, struct tree_node, d->nodes.len + 1);
    for (uint32_t i = 0; i < d->nodes.len; i++) {
        const struct dft_node *from = &d->nodes.at[i];
        struct place at = text_place(&d->lines, d->file, from->at);
        struct tree_node *n = &nodes[i];
        n->id = n->label = reading_text(&d->r, at, from->name);
        n->comment = n->reference = SV_NONE;
        n->line = at.line;
        n->column = at.column;
        for (size_t k = 0; k < TREE_ATTRIBUTES; k++)
            n->values[k].text = SV_NONE;
        if (from->gate.text.len)
            read_gate(d, from, n);
        else
            read_event(d, from, n);
    }
    const uint32_t *top = map_get(&d->names, d->top.text);
    if (!d->top.text.len)
        fault(d, 0, "there is no toplevel", "toplevel \"name\";");
    else if (!top)
        fault(d, d->top.at, arena_printf(d->r.arena, "\"%.*s\" is not defined", SV_ARG(reading_shown(d->top.text))),
              "the name of a gate");
    if (!d->nodes.len)
        return NULL;
    return reading_assemble(&d->r, d->file, nodes, (uint32_t)d->nodes.len, top ? *top : 0); /* or for its faults */
}

const struct tree *dft_parse(struct arena *a, struct sv text, const char *file, const struct read_limits *limits,
                             struct diag *diag)
{
    struct dft *d = arena_new(a, struct dft);
    size_t bad;
    reading_init(&d->r, a, limits, diag);
    d->file = file;
    if (!reading_bytes(&d->r, file, text.len))
        return NULL;
    if (!utf8_valid(text, &bad)) {
        diag_error(diag, file, 0, 0, arena_printf(a, "byte %zu is not UTF-8", bad + 1), "text in UTF-8");
        return NULL;
    }
    d->text = text;
    d->at = sv_starts(text, SV("\xEF\xBB\xBF")) ? 3 : 0;
    d->top.text = SV_NONE;
    text_lines_init(&d->lines, a, text);
    map_init(&d->names, a);
    read_statements(d);
    if (d->stopped)
        return NULL;
    return make_tree(d);
}

/* ---- writer ---- */

struct dft_writer {
    struct arena *arena;
    const struct tree *t;
    const struct sv *names;
    struct str *out;
    struct loss *loss;
};

static void add_name(struct str *out, struct sv name)
{
    str_add_char(out, '"');
    for (size_t i = 0; i < name.len; i++)
        str_add_char(out, name.at[i] == '"' ? '\'' : name.at[i]);
    str_add_char(out, '"');
}

static void add_gate_word(struct dft_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    struct sv name = naming_shown(n);
    if (n->gate == TREE_SAND)
        loss_add(w->loss, i, name, "order", "a static gate in Galileo has no order");
    if (n->gate == TREE_AT_LEAST || (n->gate == TREE_CARDINALITY && n->k_max == n->children.len))
        str_addf(w->out, " %uof%zu", n->k, n->children.len);
    else
        str_add_str(w->out, n->gate == TREE_AND || n->gate == TREE_SAND ? " and" : " or");
    if (n->gate > TREE_AT_LEAST && !(n->gate == TREE_CARDINALITY && n->k_max == n->children.len))
        loss_add_meaning(w->loss, i, name, "gate", "Galileo's static gates are AND, OR and k of n");
}

/* "At least none of them", which Galileo cannot say of a gate. */
static bool always_holds(const struct tree_node *n)
{
    return n->children.len && n->k == 0 &&
           (n->gate == TREE_AT_LEAST || (n->gate == TREE_CARDINALITY && n->k_max == n->children.len));
}

static void write_node(struct dft_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    const struct tree_value *p = &n->values[TREE_P];
    add_name(w->out, w->names[i]);
    if (always_holds(n)) {
        str_add_str(w->out, " prob=1");
    } else if (n->children.len) {
        add_gate_word(w, i);
        for (size_t j = 0; j < n->children.len; j++) {
            str_add_char(w->out, ' ');
            add_name(w->out, w->names[n->children.at[j]]);
        }
    } else if (n->gate == TREE_CONSTANT) {
        str_addf(w->out, " prob=%u", n->k);
    } else if (p->kind != TREE_NO_VALUE) {
        str_addf(w->out, " prob=%s", reading_number_text(w->arena, p->mode));
    } else {
        str_add_str(w->out, " dorm=0");
    }
    str_add_str(w->out, ";\n");
}

static void report_losses(struct dft_writer *w)
{
    for (uint32_t i = 0; i < w->t->nodes.len; i++) {
        const struct tree_node *n = &w->t->nodes.at[i];
        struct sv name = naming_shown(n);
        for (int k = 0; k < TREE_ATTRIBUTES; k++) {
            if (k != TREE_P && n->values[k].kind != TREE_NO_VALUE)
                loss_add(w->loss, i, name, tree_attribute_names[k], "Galileo carries probabilities only");
        }
        if (n->values[TREE_P].kind > TREE_POINT)
            loss_add(w->loss, i, name, "distribution", "Galileo has single values: the middle is written");
        if (n->values[TREE_P].kind != TREE_NO_VALUE && n->children.len)
            loss_add(w->loss, i, name, "p", "a gate in Galileo has no probability of its own");
        if (n->label.len && !sv_eq(n->label, w->names[i]))
            loss_add(w->loss, i, name, "label", "Galileo has names only");
        if (n->comment.len)
            loss_add(w->loss, i, name, "comment", "comments are not carried");
        if (n->countermeasures.len)
            loss_add_meaning(w->loss, i, name, "countermeasures", "Galileo has none");
        if (n->role != TREE_ATTACK && n->children.len)
            loss_add_meaning(w->loss, i, name, "countermeasures", "Galileo has none");
        if (n->reference.len)
            loss_add(w->loss, i, name, "reference", "Galileo knows no other threats: an event stands for it");
    }
    if (w->t->leading_comment.len || w->t->trailing_comment.len || w->t->remarks.len)
        loss_add(w->loss, LOSS_NONE, SV_NONE, "comment", "comments are not carried");
}

void dft_write(const struct tree *t, struct str *out, struct loss *loss)
{
    struct arena a = ARENA_INIT;
    struct dft_writer w = {&a, t, tree_anchors(&a, t), out, loss};
    str_add_str(out, "toplevel ");
    add_name(out, w.names[0]);
    str_add_str(out, ";\n");
    for (uint32_t i = 0; i < t->nodes.len; i++)
        write_node(&w, i);
    report_losses(&w);
    arena_release(&a);
}
