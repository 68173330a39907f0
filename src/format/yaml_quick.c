/* YAML in its usual dress.
 *
 * Nearly every text that the program reads was written by its own formatter: keys at the margin, values in the
 * same line, lists in brackets or as indented lines with a dash, text in double quotes. Such a text is read
 * here in one pass. Whatever else occurs (comments behind values, other quotes, text over several lines, tabs,
 * keys that stand twice, ...) ends the attempt, and libyaml reads the whole text and says what is wrong. So
 * this reader never decides that a text is bad, and the tree it gives is the same, with all positions; the
 * fuzz target of YAML compares the two. */
#include "format/yaml_quick.h"

#include <string.h>

enum { QUICK_DEPTH_MAX = 4, QUICK_KEYS_MAX = 32, QUICK_KEY_MAX = 64, QUICK_NODES_MAX = 20000 };

struct quick {
    struct arena *a;
    struct sv text;
    size_t at;
    uint32_t line;             /* of `at`, in the file */
    size_t counted;            /* bytes of the line whose characters are counted in column */
    uint32_t column;
    size_t nodes;
};

struct quick_list {
    VEC(const struct yaml_node *) items;
};

struct quick_pairs {
    VEC(struct yaml_pair) list;
};

static const struct yaml_node *value(struct quick *q, bool flow, unsigned depth);

static char peek(const struct quick *q)
{
    return q->at < q->text.len ? q->text.at[q->at] : '\0';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool letter_or_digit(char c)
{
    return letter(c) || (c >= '0' && c <= '9');
}

static bool key_char(char c)
{
    return letter_or_digit(c) || c == '-' || c == '_';
}

/* Length of a sequence above ASCII that libyaml reads as one ordinary character; 0 for others. */
static size_t usual_sequence(const struct quick *q, size_t at)
{
    const unsigned char *s = (const unsigned char *)q->text.at + at;
    size_t left = q->text.len - at;
    if (left < 2 || (s[1] & 0xC0) != 0x80)
        return 0;
    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        return s[0] > 0xC2 || s[1] >= 0xA0 ? 2 : 0;
    if (s[0] >= 0xE1 && s[0] <= 0xEC && left >= 3 && (s[2] & 0xC0) == 0x80)
        return s[0] == 0xE2 && s[1] == 0x80 && (s[2] == 0xA8 || s[2] == 0xA9) ? 0 : 3;
    return 0;
}

/* Begins a node at the present place. Places only go forward. */
static struct yaml_node *begin(struct quick *q, enum yaml_kind kind)
{
    struct yaml_node *node = arena_new(q->a, struct yaml_node);
    for (; q->counted < q->at; q->counted++)
        q->column += ((unsigned char)q->text.at[q->counted] & 0xC0) != 0x80;
    *node = (struct yaml_node){.kind = kind, .line = q->line, .column = q->column, .start = q->at, .end = q->at};
    q->nodes++;
    return node;
}

static bool next_line(struct quick *q)
{
    if (q->at < q->text.len && q->text.at[q->at] != '\n')
        return false;
    q->at += q->at < q->text.len;
    q->line++;
    q->counted = q->at;
    q->column = 1;
    return true;
}

static const struct yaml_node *finish(struct quick *q, struct yaml_node *node, size_t end)
{
    node->text = arena_sv(q->a, sv_from(q->text.at + node->start, end - node->start));
    node->end = end;
    node->plain = true;
    return node;
}

/* Text without quotes up to the end of the line. */
static const struct yaml_node *plain_in_block(struct quick *q)
{
    struct yaml_node *node = begin(q, YAML_SCALAR);
    while (q->at < q->text.len && q->text.at[q->at] != '\n') {
        unsigned char c = (unsigned char)q->text.at[q->at];
        size_t len = c < 0x80 ? 1 : usual_sequence(q, q->at);
        char next = q->at + 1 < q->text.len ? q->text.at[q->at + 1] : '\n';
        if (len == 0 || c < 0x20 || c == 0x7F || (c == ':' && (next == ' ' || next == '\n')) ||
            (c == ' ' && (next == '#' || next == '\n')))
            return NULL;
        q->at += len;
    }
    return finish(q, node, q->at);
}

static bool flow_plain_char(char c)
{
    return letter_or_digit(c) || c == ' ' || c == '.' || c == '/' || c == '-' || c == '_' || c == '+' || c == '(' ||
           c == ')';
}

/* Text without quotes between brackets or braces. */
static const struct yaml_node *plain_in_flow(struct quick *q)
{
    struct yaml_node *node = begin(q, YAML_SCALAR);
    size_t end = q->at;
    while (q->at < q->text.len && q->text.at[q->at] != ',' && q->text.at[q->at] != ']' && q->text.at[q->at] != '}') {
        char c = q->text.at[q->at];
        size_t len = (unsigned char)c < 0x80 ? flow_plain_char(c) : usual_sequence(q, q->at);
        if (len == 0)
            return NULL;
        q->at += len;
        if (c != ' ')
            end = q->at;
    }
    return finish(q, node, end);
}

/* "..." in one line; of the escapes only those of the quote and the backslash. */
static const struct yaml_node *quoted(struct quick *q)
{
    struct yaml_node *node = begin(q, YAML_SCALAR);
    size_t from = ++q->at, escapes = 0;
    for (; q->at < q->text.len && q->text.at[q->at] != '"';) {
        unsigned char c = (unsigned char)q->text.at[q->at];
        size_t len = c < 0x80 ? 1 : usual_sequence(q, q->at);
        if (c == '\\') {
            char next = q->at + 1 < q->text.len ? q->text.at[q->at + 1] : '\0';
            len = next == '"' || next == '\\' ? 2 : 0;
            escapes++;
        }
        if (len == 0 || c < 0x20 || c == 0x7F)
            return NULL;
        q->at += len;
    }
    if (q->at >= q->text.len)
        return NULL;
    char *text = arena_alloc(q->a, q->at - from - escapes + 1);
    size_t len = 0;
    for (size_t i = from; i < q->at; i++) {
        i += q->text.at[i] == '\\';
        text[len++] = q->text.at[i];
    }
    node->text = sv_from(text, len);
    node->end = ++q->at;
    return node;
}

static void skip_blanks(struct quick *q)
{
    while (peek(q) == ' ')
        q->at++;
}

/* After an item of a list or mapping in one line: on to the next, or to the end. */
static bool next_in_flow(struct quick *q, char close, bool *out_more)
{
    skip_blanks(q);
    *out_more = peek(q) == ',';
    if (!*out_more && peek(q) != close)
        return false;
    q->at++;
    if (*out_more)
        skip_blanks(q);
    return !*out_more || peek(q) != close;
}

static const struct yaml_node *flow_sequence(struct quick *q, unsigned depth)
{
    struct yaml_node *node = begin(q, YAML_SEQUENCE);
    struct quick_list l = {{NULL, 0, 0}};
    bool more = true;
    q->at++;
    skip_blanks(q);
    if (peek(q) == ']')
        more = false, q->at++;
    while (more) {
        const struct yaml_node *item = value(q, true, depth + 1);
        if (!item || !next_in_flow(q, ']', &more))
            return NULL;
        *vec_push(q->a, &l.items) = item;
    }
    node->items = l.items.at;
    node->count = l.items.len;
    node->end = q->at;
    return node;
}

/* "key:", and not one that is there already. */
static const struct yaml_node *key(struct quick *q, const struct quick_pairs *before)
{
    struct yaml_node *node = begin(q, YAML_SCALAR);
    if (!letter(peek(q)) || before->list.len == QUICK_KEYS_MAX)
        return NULL;
    while (key_char(peek(q)))
        q->at++;
    if (peek(q) != ':' || q->at - node->start > QUICK_KEY_MAX)
        return NULL;
    finish(q, node, q->at++);
    for (size_t i = 0; i < before->list.len; i++)
        if (sv_eq(before->list.at[i].key->text, node->text))
            return NULL;
    return node;
}

static void close_mapping(struct yaml_node *node, const struct quick_pairs *p, size_t end)
{
    node->pairs = p->list.at;
    node->count = p->list.len;
    node->end = end;
}

static const struct yaml_node *flow_mapping(struct quick *q, unsigned depth)
{
    struct yaml_node *node = begin(q, YAML_MAPPING);
    struct quick_pairs p = {{NULL, 0, 0}};
    bool more = true;
    q->at++;
    skip_blanks(q);
    if (peek(q) == '}')
        more = false, q->at++;
    while (more) {
        const struct yaml_node *name = key(q, &p);
        if (!name || peek(q) != ' ')
            return NULL;
        skip_blanks(q);
        const struct yaml_node *content = value(q, true, depth + 1);
        if (!content || !next_in_flow(q, '}', &more))
            return NULL;
        *vec_push(q->a, &p.list) = (struct yaml_pair){name, content};
    }
    close_mapping(node, &p, q->at);
    return node;
}

/* A value within one line. In flow: between brackets or braces. */
static const struct yaml_node *value(struct quick *q, bool flow, unsigned depth)
{
    char c = peek(q);
    if (depth > QUICK_DEPTH_MAX || q->nodes > QUICK_NODES_MAX)
        return NULL;
    if (c == '[')
        return flow_sequence(q, depth);
    if (c == '{')
        return flow_mapping(q, depth);
    if (c == '"')
        return quoted(q);
    if (!letter_or_digit(c))
        return NULL;
    return flow ? plain_in_flow(q) : plain_in_block(q);
}

static size_t indent_at(const struct quick *q)
{
    size_t at = q->at;
    while (at < q->text.len && q->text.at[at] == ' ')
        at++;
    return at - q->at;
}

/* Lines "  - value" below a key. */
static const struct yaml_node *block_sequence(struct quick *q)
{
    struct yaml_node *node = NULL;
    struct quick_list l = {{NULL, 0, 0}};
    size_t indent = indent_at(q);
    while (indent > 0 && indent_at(q) == indent) {
        q->at += indent;
        if (peek(q) != '-')
            return NULL;
        if (!node)
            node = begin(q, YAML_SEQUENCE);
        q->at++;
        if (peek(q) != ' ')
            return NULL;
        q->at++;
        const struct yaml_node *item = value(q, false, 0);
        if (!item || !next_line(q))
            return NULL;
        *vec_push(q->a, &l.items) = item;
    }
    if (!node || indent_at(q) > 0)
        return NULL;
    node->items = l.items.at;
    node->count = l.items.len;
    node->end = l.items.at[l.items.len - 1]->end;
    return node;
}

const struct yaml_node *yaml_quick(struct arena *a, struct sv text, uint32_t first_line)
{
    struct quick q = {.a = a, .text = text, .line = first_line, .column = 1};
    struct quick_pairs p = {{NULL, 0, 0}};
    struct yaml_node *root = NULL;
    while (q.at < text.len) {
        if (peek(&q) == '\n') {
            next_line(&q);
            continue;
        }
        if (!root)
            root = begin(&q, YAML_MAPPING);
        const struct yaml_node *name = key(&q, &p), *content;
        if (!name)
            return NULL;
        if (peek(&q) == '\n') {
            next_line(&q);
            content = block_sequence(&q);
        } else {
            if (peek(&q) != ' ')
                return NULL;
            q.at++;
            content = value(&q, false, 0);
            if (content && !next_line(&q))
                return NULL;
        }
        if (!content || indent_at(&q) > 0)
            return NULL;
        *vec_push(a, &p.list) = (struct yaml_pair){name, content};
    }
    if (root)
        close_mapping(root, &p, p.list.at[p.list.len - 1].value->end);
    return root;
}
