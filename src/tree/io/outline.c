/* The outline reader: one pass over the lines with a stack of open levels, then the references.
 *
 * Each line is cut in order: quote marks, indentation, bullet, comment, marker, gate word, #id,
 * label, attributes. A line with a fault still becomes a node, so that the lines below it find
 * their level and one run names every fault. "= #id" is kept as a placeholder among the children
 * until the last line is read, because the id may be defined further down.
 *
 * Work is linear in the text: the limits on bytes, nodes and depth are checked before anything is
 * stored, and suggestions for misspelt ids stop when there are many. */
#include "tree/io/outline.h"

#include "base/suggest.h"
#include "base/utf8.h"
#include "tree/io/outline_parser.h"
#include "tree/io/outline_value.h"

enum {
    DEFAULT_BYTES = 1024 * 1024,
    DEFAULT_NODES = 100000,
    DEFAULT_DEPTH = 200,
    DEFAULT_LABEL = 500,
    LINE_MAX_BYTES = 64 * 1024,
    TAB_WIDTH = 8,
};

/* The parts of one line while it is read. */
struct outline_line {
    struct sv rest; /* what is not read yet; a view into whole */
    size_t indent;
    uint32_t column; /* of the first character after indentation and bullet */
    struct sv comment;
    enum { LINE_STEP, LINE_COUNTERMEASURE, LINE_APPROACH, LINE_WHOLE, LINE_SAME } marker;
    bool gate_written;
    enum tree_gate gate;
    unsigned k;
    struct sv id;
    uint32_t id_column;
};

static uint32_t column_of(const struct outline_parser *p, const char *at)
{
    uint32_t column = p->first_column;
    if (p->diag->len >= DIAG_MAX)
        return 0; /* not kept: do not spend time on it */
    for (const char *c = p->whole.at; c < at; c++)
        column += ((unsigned char)*c & 0xC0) != 0x80;
    return column;
}

static void fault(struct outline_parser *p, const char *at, const char *what, const char *expected)
{
    outline_fault_at(p, column_of(p, at), what, expected);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Control and invisible characters would make two labels that look the same differ. */
static void check_characters(struct outline_parser *p)
{
    for (size_t at = 0; at < p->whole.len;) {
        unsigned char byte = (unsigned char)p->whole.at[at];
        if (byte >= ' ' && byte < 0x7F) {
            at++;
            continue;
        }
        const char *start = p->whole.at + at;
        uint32_t c = utf8_next(p->whole, &at);
        if (c != '\t' && (c < ' ' || c == 0x7F || utf8_is_deceptive(c))) {
            fault(p, start,
                  arena_printf(p->arena, "control or invisible character U+%04X", (unsigned)c),
                  "visible text");
            return;
        }
    }
}

/* ---- indentation
 * -------------------- */

static struct sv skip_quote_marks(struct sv text)
{
    for (;;) {
        struct sv inner = outline_skip_blanks(text);
        if (!inner.len || inner.at[0] != '>')
            return text;
        text = sv_from_byte(inner, 1);
        if (text.len && text.at[0] == ' ')
            text = sv_from_byte(text, 1);
    }
}

static size_t read_indent(struct outline_parser *p, struct sv *text)
{
    size_t indent = 0, i = 0;
    bool told = false;
    for (; i < text->len && is_blank(text->at[i]); i++) {
        if (text->at[i] == '\t' && !told) {
            fault(p, text->at + i, "a tab in the indentation", "blanks, two for each level");
            told = true;
        }
        indent = text->at[i] == '\t' ? (indent / TAB_WIDTH + 1) * TAB_WIDTH : indent + 1;
    }
    *text = sv_from_byte(*text, i);
    return indent;
}

/* Bullets, and quote marks behind them: a label begins with neither. */
static struct sv skip_bullets(struct sv text)
{
    for (;;) {
        bool bullet =
            text.len >= 2 && (text.at[0] == '-' || text.at[0] == '*') && is_blank(text.at[1]);
        bool quote = text.len && text.at[0] == '>';
        if (!bullet && !quote)
            return text;
        text = outline_skip_blanks(sv_from_byte(text, 1));
    }
}

/* ---- comments
 * --------------------
 */

/* Cuts "; comment" off the text: a semicolon at its start or behind a blank. */
static bool cut_comment(struct sv *text, struct sv *out_comment)
{
    struct sv rest = *text;
    ptrdiff_t found;
    size_t from = 0;
    while ((found = sv_find_char(sv_from_byte(rest, from), ';')) >= 0) {
        size_t at = from + (size_t)found;
        if (at == 0 || is_blank(rest.at[at - 1])) {
            *out_comment = sv_trim(sv_from_byte(rest, at + 1));
            *text = sv_trim(sv_from(rest.at, at));
            return true;
        }
        from = at + 1;
    }
    *out_comment = SV_NONE;
    *text = sv_trim(rest);
    return false;
}

/* The comment lines above and the comment beside, as tree_node.comment wants them. */
static struct sv take_comment(struct outline_parser *p, struct sv beside)
{
    if (!p->pending.len)
        return beside;
    str_add(&p->pending, beside);
    struct sv both = arena_sv(p->arena, str_sv(&p->pending));
    str_clear(&p->pending);
    return both;
}

/* ---- the parts of a line
 * -------------------- */

static void read_marker(struct outline_line *l)
{
    l->marker = LINE_STEP;
    size_t len = 1;
    if (l->rest.at[0] == '!') {
        l->marker = LINE_COUNTERMEASURE;
    } else if (l->rest.at[0] == '?') {
        l->marker = LINE_APPROACH;
    } else if (l->rest.at[0] == '=') {
        l->marker = LINE_SAME;
    } else if (sv_starts(l->rest, SV("->"))) {
        l->marker = LINE_WHOLE;
        len = 2;
    } else {
        return;
    }
    l->rest = outline_skip_blanks(sv_from_byte(l->rest, len));
}

/* OR, AND, SAND or "k OF" at the start of the rest. */
static void read_gate(struct outline_line *l)
{
    struct sv word = outline_first_word(l->rest),
              after = outline_skip_blanks(sv_from_byte(l->rest, word.len));
    uint64_t k = 0;
    if (sv_eq_str(word, "OR")) {
        l->gate = TREE_OR;
    } else if (sv_eq_str(word, "AND")) {
        l->gate = TREE_AND;
    } else if (sv_eq_str(word, "SAND")) {
        l->gate = TREE_SAND;
    } else if (outline_all_digits(word) && sv_eq_str(outline_first_word(after), "OF")) {
        l->gate = TREE_AT_LEAST;
        if (!sv_to_u64(word, UINT32_MAX, &k))
            k = UINT32_MAX;
        after = outline_skip_blanks(sv_from_byte(after, 2));
    } else {
        return;
    }
    l->k = (unsigned)k;
    l->gate_written = true;
    l->rest = after;
}

static bool is_id_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* True when the id is made as it should; otherwise says what is wrong with it. */
static bool check_id(struct outline_parser *p, struct sv id)
{
    if (!id.len) {
        fault(p, id.at, "no identifier after #",
              "an identifier of lower-case letters, digits and hyphens");
        return false;
    }
    for (size_t i = 0; i < id.len; i++) {
        if (is_id_char(id.at[i]))
            continue;
        fault(
            p, id.at + i,
            arena_printf(p->arena, "a character that #%.*s cannot have", SV_ARG(outline_shown(id))),
            "lower-case letters, digits and hyphens");
        return false;
    }
    return true;
}

static void read_id(struct outline_parser *p, struct outline_line *l)
{
    if (!l->rest.len || l->rest.at[0] != '#')
        return;
    struct sv id = sv_from_byte(outline_first_word(l->rest), 1);
    l->id_column = column_of(p, l->rest.at);
    l->rest = outline_skip_blanks(sv_from_byte(l->rest, id.len + 1));
    if (check_id(p, id))
        l->id = id;
}

static bool looks_like_attribute(struct sv text)
{
    size_t i = 0;
    text = outline_skip_blanks(text);
    while (i < text.len && text.at[i] >= 'a' && text.at[i] <= 'z')
        i++;
    return i > 0 && i < text.len && text.at[i] == '=';
}

/* Cuts "[attributes]" off the end of the rest: *out_block is what stands between the brackets. */
static bool cut_attributes(struct outline_parser *p, struct sv *rest, struct sv *out_block)
{
    struct sv text = *rest;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '[' || (i > 0 && !is_blank(text.at[i - 1])))
            continue;
        struct sv inner = sv_from_byte(text, i + 1);
        ptrdiff_t close = sv_find_char(inner, ']');
        bool last = close >= 0 && (size_t)close + 1 == inner.len;
        if (!last && !looks_like_attribute(inner))
            continue;
        if (close < 0)
            fault(p, text.at + i, "the attributes do not end", "] after the last attribute");
        else if (!last)
            fault(p, inner.at + close + 1, "text after the attributes",
                  "nothing, or a comment that begins with ;");
        *out_block = sv_from(inner.at, close < 0 ? inner.len : (size_t)close);
        *rest = sv_trim(sv_from(text.at, i));
        return true;
    }
    return false;
}

static const char *const attack_attributes[] = {"p", "cost", "time", "skill", "damage"};
static const char *const counter_attributes[] = {"stops", "deployed", "cost"};

static const char *attributes_wanted(bool counter)
{
    return counter ? "stops, deployed or cost" : "p, cost, time, skill or damage";
}

static bool is_among(struct sv name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sv_eq_str(name, names[i]))
            return true;
    }
    return false;
}

static int find_attribute(struct outline_parser *p, struct sv name, bool counter)
{
    const char *const *mine = counter ? counter_attributes : attack_attributes;
    size_t count = counter ? ARRAY_LEN(counter_attributes) : ARRAY_LEN(attack_attributes);
    const char *wanted = attributes_wanted(counter);
    if (!is_among(name, mine, count) && is_among(name, tree_attribute_names, TREE_ATTRIBUTES)) {
        fault(p, name.at,
              arena_printf(p->arena, "\"%.*s\" on a %s", SV_ARG(name),
                           counter ? "countermeasure" : "step of the attack"),
              counter ? wanted
                      : arena_printf(p->arena, "%s (stops and deployed belong to a countermeasure)",
                                     wanted));
        return -1;
    }
    for (int i = 0; i < TREE_ATTRIBUTES; i++) {
        if (sv_eq_str(name, tree_attribute_names[i]))
            return i;
    }
    const char *nearest =
        name.len > 1 && p->diag->len < DIAG_MAX ? suggest_nearest(name, mine, count) : NULL;
    fault(p, name.at,
          arena_printf(p->arena, "unknown attribute \"%.*s\"", SV_ARG(outline_shown(name))),
          nearest ? arena_printf(p->arena, "%s (did you mean \"%s\"?)", wanted, nearest) : wanted);
    return -1;
}

static void read_attribute(struct outline_parser *p, struct sv token, struct tree_node *n)
{
    struct outline_fault bad;
    struct tree_value value;
    ptrdiff_t equals = sv_find_char(token, '=');
    struct sv name = sv_from(token.at, equals < 0 ? token.len : (size_t)equals);
    bool counter = n->role != TREE_ATTACK;
    if (equals < 0 && !is_among(name, tree_attribute_names, TREE_ATTRIBUTES)) {
        fault(p, token.at,
              arena_printf(p->arena, "\"%.*s\" is no attribute", SV_ARG(outline_shown(token))),
              "name=value, with blanks between");
        return;
    }
    int attribute = find_attribute(p, name, counter);
    if (attribute < 0)
        return;
    if (n->values[attribute].kind != TREE_NO_VALUE) {
        fault(p, token.at, arena_printf(p->arena, "%.*s is given twice", SV_ARG(name)), "it once");
        return;
    }
    struct sv text = sv_from_byte(token, name.len + (equals >= 0));
    if (outline_value_parse(p->arena, (enum tree_attribute)attribute, text, &value, &bad))
        n->values[attribute] = value;
    else
        fault(p, text.at + bad.at, bad.what, bad.expected);
}

/* Blanks separate, except within parentheses. */
static void read_attributes(struct outline_parser *p, struct sv block, struct tree_node *n)
{
    if (!outline_skip_blanks(block).len)
        fault(p, block.at, "no attribute within the brackets", "name=value");
    for (block = outline_skip_blanks(block); block.len; block = outline_skip_blanks(block)) {
        size_t len = 0, open = 0;
        for (; len < block.len && (open || !is_blank(block.at[len])); len++) {
            if (block.at[len] == '(')
                open = 1;
            else if (block.at[len] == ')')
                open = 0;
        }
        read_attribute(p, sv_from(block.at, len), n);
        block = sv_from_byte(block, len);
    }
}

/* One blank for each run of blanks; the same view when nothing changes. */
static struct sv squeeze_blanks(struct arena *a, struct sv text)
{
    bool wanted = sv_find_char(text, '\t') >= 0 || sv_find(text, SV("  ")) >= 0;
    if (!wanted)
        return text;
    char *copy = arena_alloc(a, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_blank(text.at[i]))
            copy[len++] = text.at[i];
        else if (copy[len - 1] != ' ') /* trimmed: never the first */
            copy[len++] = ' ';
    }
    return sv_from(copy, len);
}

static void check_label(struct outline_parser *p, struct sv label)
{
    size_t count = 0;
    if (label.len <= p->limits.label)
        return;
    for (size_t at = 0; at < label.len; count++) {
        if (count == p->limits.label) {
            fault(p, label.at + at,
                  arena_printf(p->arena, "a label of %zu characters", utf8_count(label)),
                  arena_printf(p->arena, "at most %zu", p->limits.label));
            return;
        }
        utf8_next(label, &at);
    }
}

/* ---- references
 * --------------------
 */

/* The length of "T-0017" or "T-1" at the start of the text, 0 when there is none. */
static size_t threat_id_len(struct sv text)
{
    size_t prefix = 0, digits = 0;
    while (prefix < text.len && ((text.at[prefix] >= 'A' && text.at[prefix] <= 'Z') ||
                                 (prefix && text.at[prefix] >= '0' && text.at[prefix] <= '9')))
        prefix++;
    if (!prefix || prefix >= text.len || text.at[prefix] != '-')
        return 0;
    while (prefix + 1 + digits < text.len && text.at[prefix + 1 + digits] >= '0' &&
           text.at[prefix + 1 + digits] <= '9')
        digits++;
    return digits ? prefix + 1 + digits : 0;
}

bool outline_is_reference(struct sv text)
{
    size_t len = threat_id_len(text);
    if (!len || len == text.len)
        return len > 0;
    struct sv step = sv_from_byte(text, len + 1);
    for (size_t i = 0; i < step.len; i++) {
        if (!is_id_char(step.at[i]))
            return false;
    }
    return text.at[len] == '#' && step.len > 0;
}

static void read_reference(struct outline_parser *p, struct outline_line *l, struct tree_node *n)
{
    struct sv word = outline_first_word(l->rest);
    size_t len = threat_id_len(word);
    bool whole = l->marker == LINE_WHOLE;
    n->reference = word;
    n->reference_whole = whole;
    l->rest = outline_skip_blanks(sv_from_byte(l->rest, word.len));
    if (!len) {
        fault(p, word.at,
              arena_printf(p->arena, "\"%.*s\" is no threat's identifier",
                           SV_ARG(outline_shown(word))),
              whole ? "-> T-0017" : "= #step of this tree, or = T-0017#step of another threat's");
    } else if (whole && len < word.len) {
        fault(p, word.at + len, "-> stands for another threat's whole tree",
              arena_printf(p->arena, "-> %.*s, or = T-0017#step for one of its steps", (int)len,
                           word.at));
    } else if (!whole && (len == word.len || word.at[len] != '#')) {
        fault(p, word.at + len, "= stands for one step",
              "= T-0017#step, or -> T-0017 for a threat's whole tree");
    } else if (!whole) {
        check_id(p, sv_from_byte(word, len + 1));
    }
}

/* ---- nodes
 * --------------------
 */

static bool node_limit(struct outline_parser *p, uint32_t column)
{
    if (p->tree->nodes.len + p->links.len < p->limits.nodes)
        return false;
    outline_fault_at(p, column, "the tree has too many nodes",
                     arena_printf(p->arena, "at most %zu", p->limits.nodes));
    p->stopped = true;
    return true;
}

static struct tree_node *new_node(struct outline_parser *p, const struct outline_line *l,
                                  uint32_t *out_index)
{
    *out_index = (uint32_t)p->tree->nodes.len;
    struct tree_node *n = vec_push(p->arena, &p->tree->nodes);
    n->line = p->line;
    n->column = l->column;
    n->id = n->label = n->comment = n->reference = SV_NONE;
    for (size_t i = 0; i < TREE_ATTRIBUTES; i++)
        n->values[i].text = SV_NONE;
    return n;
}

static void define_id(struct outline_parser *p, const struct outline_line *l, uint32_t index)
{
    if (!l->id.len)
        return;
    const uint32_t *former = map_get(&p->ids, l->id);
    if (former) {
        outline_fault_at(p, l->id_column,
                         arena_printf(p->arena, "#%.*s is already defined in line %u",
                                      SV_ARG(outline_shown(l->id)),
                                      p->tree->nodes.at[*former].line),
                         "another identifier, or = to say that it is the same step");
        return;
    }
    uint32_t *value = arena_new(p->arena, uint32_t);
    *value = index;
    map_set(&p->ids, l->id, value);
    p->tree->nodes.at[index].id = l->id;
}

static void attach(struct outline_parser *p, uint32_t parent, uint32_t index)
{
    struct tree_node *n = &p->tree->nodes.at[parent];
    p->tree->nodes.at[index].home = parent;
    if (p->tree->nodes.at[index].role == TREE_ATTACK || n->role != TREE_ATTACK) {
        *vec_push(p->arena, &n->children) = index; /* a countermeasure below one is a part of it */
        return;
    }
    if (n->children.len)
        p->unsorted = true;
    *vec_push(p->arena, &n->countermeasures) = index;
}

/* Takes off levels that the indentation closes; gives the parent's level, or NULL for the first
 * line. */
static struct outline_level *find_parent(struct outline_parser *p, const struct outline_line *l)
{
    size_t closed = SIZE_MAX;
    while (p->levels.len && p->levels.at[p->levels.len - 1].indent >= l->indent)
        closed = p->levels.at[--p->levels.len].indent;
    if (closed == SIZE_MAX && !p->levels.len)
        return NULL;
    if (!p->levels.len) {
        outline_fault_at(p, l->column, "a second goal",
                         "all lines below the goal further in than the goal's first line");
        p->levels.len = 1;
    } else if (closed != SIZE_MAX && closed != l->indent) {
        size_t outer = p->levels.at[p->levels.len - 1].indent;
        outline_fault_at(p, l->column,
                         arena_printf(p->arena,
                                      "an indentation of %zu blanks, which fits no line above",
                                      l->indent),
                         p->levels.len == 1 ? arena_printf(p->arena, "%zu", closed)
                                            : arena_printf(p->arena, "%zu or %zu", outer, closed));
    }
    return &p->levels.at[p->levels.len - 1];
}

static void push_level(struct outline_parser *p, const struct outline_line *l, uint32_t node,
                       const char *closed)
{
    if (p->levels.len >= p->limits.depth) {
        outline_fault_at(p, l->column, "the tree is too deep",
                         arena_printf(p->arena, "at most %zu levels", p->limits.depth));
        p->stopped = true;
        return;
    }
    struct outline_level *level = vec_push(p->arena, &p->levels);
    *level = (struct outline_level){l->indent, node, closed ? p->line : 0, closed};
}

/* The parent may refuse what stands below it. */
static void check_parent(struct outline_parser *p, const struct outline_line *l,
                         const struct outline_level *parent)
{
    if (parent->closed)
        outline_fault_at(p, l->column,
                         arena_printf(p->arena, "something below line %u", parent->closed),
                         parent->what);
}

static void add_link(struct outline_parser *p, struct outline_line *l,
                     const struct outline_level *parent)
{
    struct sv word = outline_first_word(l->rest), id = sv_from_byte(word, 1);
    struct sv after = outline_skip_blanks(sv_from_byte(l->rest, word.len));
    uint32_t index = (uint32_t)p->links.len, node = parent ? parent->node : 0;
    if (node_limit(p, l->column))
        return;
    struct outline_link *link = vec_push(p->arena, &p->links);
    *link = (struct outline_link){
        node, NO_NODE, id, take_comment(p, l->comment), p->line, l->column, column_of(p, word.at),
        0};
    if (!check_id(p, id))
        link->id = SV_NONE;
    if (after.len)
        fault(p, after.at, arena_printf(p->arena, "text after = #%.*s", SV_ARG(outline_shown(id))),
              "only the identifier, or a comment that begins with ;");
    *vec_push(p->arena, &p->tree->nodes.at[node].children) = PLACEHOLDER | index;
    push_level(p, l, node, "its children where the step is defined, not where it is repeated");
}

static void read_text(struct outline_parser *p, struct outline_line *l, struct tree_node *n)
{
    struct sv block;
    bool refers = l->marker == LINE_WHOLE || l->marker == LINE_SAME;
    if (refers)
        read_reference(p, l, n);
    if (cut_attributes(p, &l->rest, &block)) {
        if (refers)
            fault(p, block.at - 1, "attributes on a reference",
                  "them where the other threat defines the step");
        else
            read_attributes(p, block, n);
    }
    check_label(p, l->rest);
    n->label = squeeze_blanks(p->arena, l->rest);
    if (!n->label.len && !refers)
        fault(p, l->rest.at, l->gate_written ? "a gate without label" : "a line without label",
              "some words that say what the attacker does");
}

static void add_goal(struct outline_parser *p, struct outline_line *l, struct tree_node *n)
{
    if (l->marker == LINE_COUNTERMEASURE || l->marker == LINE_APPROACH) {
        outline_fault_at(p, l->column, "a countermeasure on nothing",
                         "the goal in the first line, countermeasures below steps");
        n->role = TREE_ATTACK;
    } else if (l->marker != LINE_STEP) {
        outline_fault_at(p, l->column, "a reference in the place of the goal",
                         "the goal in the first line");
    }
    l->marker = LINE_STEP;
    if (p->pending.len) {
        p->tree->leading_comment = arena_sv(p->arena, sv_from(p->pending.data, p->pending.len - 1));
        str_clear(&p->pending);
    }
}

static void add_node(struct outline_parser *p, struct outline_line *l,
                     const struct outline_level *parent)
{
    uint32_t index;
    if (node_limit(p, l->column))
        return;
    struct tree_node *n = new_node(p, l, &index);
    n->role = l->marker == LINE_COUNTERMEASURE ? TREE_COUNTERMEASURE
              : l->marker == LINE_APPROACH     ? TREE_APPROACH
                                               : TREE_ATTACK;
    n->gate = l->gate;
    n->k = l->k;
    n->gate_written = l->gate_written;
    if (!parent)
        add_goal(p, l, n);
    read_text(p, l, n);
    n->comment = take_comment(p, l->comment);
    define_id(p, l, index);
    if (parent)
        attach(p, parent->node, index);
    push_level(p, l, index,
               n->reference.len ? "nothing below another threat's tree or step" : NULL);
}

static void read_node(struct outline_parser *p, struct outline_line *l)
{
    read_marker(l);
    bool same_here = l->marker == LINE_SAME && l->rest.len && l->rest.at[0] == '#';
    if (l->marker != LINE_WHOLE && l->marker != LINE_SAME) {
        read_gate(l);
        read_id(p, l);
        if (!l->gate_written)
            read_gate(l);
    }
    const struct outline_level *parent = find_parent(p, l);
    if (parent) {
        check_parent(p, l, parent);
        struct outline_level copy = *parent; /* the levels move when they grow */
        if (same_here)
            add_link(p, l, &copy);
        else
            add_node(p, l, &copy);
    } else {
        add_node(p, l, NULL);
    }
}

static void read_line(struct outline_parser *p, struct sv line)
{
    struct outline_line l = {.comment = SV_NONE, .id = SV_NONE};
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    p->whole = line;
    if (line.len > LINE_MAX_BYTES) {
        outline_fault_at(p, 0, arena_printf(p->arena, "a line of %zu bytes", line.len),
                         arena_printf(p->arena, "at most %d", (int)LINE_MAX_BYTES));
        return;
    }
    check_characters(p);
    line = skip_quote_marks(line);
    if (!sv_trim(line).len)
        return;
    l.indent = read_indent(p, &line);
    l.rest = skip_bullets(line);
    l.column = column_of(p, l.rest.at);
    bool commented = cut_comment(&l.rest, &l.comment);
    if (l.rest.len) {
        read_node(p, &l);
    } else if (commented) {
        str_add(&p->pending, l.comment);
        str_add_char(&p->pending, '\n');
    } else {
        outline_fault_at(p, l.column, "a bullet without text",
                         "some words that say what the attacker does");
    }
}

static void set_limits(struct outline_limits *limits, const struct outline_limits *given)
{
    if (given)
        *limits = *given;
    limits->bytes = limits->bytes ? limits->bytes : DEFAULT_BYTES;
    limits->nodes = limits->nodes ? limits->nodes : DEFAULT_NODES;
    limits->depth = limits->depth ? limits->depth : DEFAULT_DEPTH;
    limits->label = limits->label ? limits->label : DEFAULT_LABEL;
}

/* Room for as many nodes as there are lines of usual length, so that the array seldom moves. */
static void reserve_nodes(struct outline_parser *p, struct sv text)
{
    size_t lines = 1, most = text.len / 16 < p->limits.nodes ? text.len / 16 : p->limits.nodes;
    for (size_t i = 0; i < text.len && lines < most; i++)
        lines += text.at[i] == '\n';
    p->tree->nodes.at = arena_new_array(p->arena, struct tree_node, lines);
    p->tree->nodes.cap = lines;
}

const struct tree *outline_parse(struct arena *a, struct sv text, const char *file,
                                 uint32_t first_line, uint32_t first_column,
                                 const struct outline_limits *limits, struct diag *diag)
{
    struct outline_parser p = {.arena = a,
                               .diag = diag,
                               .file = file,
                               .line = first_line,
                               .first_column = first_column ? first_column : 1,
                               .pending = STR_INIT};
    struct sv line;
    const struct tree *result = NULL;
    set_limits(&p.limits, limits);
    p.faults_before = diag->errors;
    map_init(&p.ids, a);
    p.tree = arena_new(a, struct tree);
    p.tree->leading_comment = p.tree->trailing_comment = SV_NONE;
    if (text.len > p.limits.bytes) {
        outline_fault_at(&p, 0, arena_printf(a, "an attack tree of %zu bytes", text.len),
                         arena_printf(a, "at most %zu", p.limits.bytes));
        return NULL;
    }
    if (sv_starts(text, SV("\xEF\xBB\xBF")))
        text = sv_from_byte(text, 3);
    reserve_nodes(&p, text);
    for (; !p.stopped && sv_next_line(&text, &line); p.line++)
        read_line(&p, line);
    if (p.stopped)
        goto out;
    if (p.tree->nodes.len) {
        result = outline_finish(&p);
    } else if (diag->errors == p.faults_before) {
        p.line = first_line;
        outline_fault_at(&p, 0, "an attack tree without goal", "the goal in the first line");
    }
out:
    str_release(&p.pending);
    return result;
}
