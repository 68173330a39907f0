/* YAML over libyaml's events.
 *
 * libyaml is asked for one event after the other and a tree is built on a stack of our own, so the
 * depth of the input never becomes depth of calls. libyaml counts positions in characters and takes
 * U+0085, U+2028 and U+2029 for line ends; a cursor over the bytes turns its character index into
 * byte offset, line and column as every editor shows them. */
#include "format/yaml.h"

#include "base/library.h"
#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "format/yaml_quick.h"

#include <yaml.h>

#define LIBYAML_FUNCTIONS(X)                                                                                           \
    X(yaml_event_delete)                                                                                               \
    X(yaml_parser_delete)                                                                                              \
    X(yaml_parser_initialize)                                                                                          \
    X(yaml_parser_parse)                                                                                               \
    X(yaml_parser_set_encoding)                                                                                        \
    X(yaml_parser_set_input_string)
LIBRARY_TABLE(libyaml, LIBYAML_FUNCTIONS);
LIBRARY(static, libyaml, LIBRARY_YAML, LIBYAML_FUNCTIONS)

enum { YAML_DEPTH_MAX = 16, YAML_NODES_MAX = 50000, YAML_FEW_KEYS = 8 };

/* Moves over the text, mostly forwards. */
struct cursor {
    struct sv text;
    size_t index; /* in characters */
    size_t at;    /* in bytes */
    uint32_t line, column;
};

struct frame {
    struct yaml_node *node;
    bool flow;
    VEC(const struct yaml_node *) items;
    VEC(struct yaml_pair) pairs;
    const struct yaml_node *key; /* of a mapping: read, its value is awaited */
    struct map keys;             /* used beyond YAML_FEW_KEYS pairs */
};

struct reader {
    struct arena *a;
    struct sv text;
    size_t base; /* bytes before the text that libyaml sees */
    const char *file;
    uint32_t first_line;
    struct diag *diag;
    struct cursor starts, ends;
    struct frame stack[YAML_DEPTH_MAX];
    size_t depth;
    size_t nodes;
    struct yaml_node *root;
    bool failed, done;
};

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static void cursor_forward(struct cursor *c, size_t index)
{
    const char *text = c->text.at;
    size_t len = c->text.len, at = c->at, now = c->index;
    for (; now < index && at < len; now++) {
        if (text[at] == '\n') {
            c->line++;
            c->column = 1;
        } else {
            c->column++;
        }
        at++;
        while (at < len && is_continuation(text[at]))
            at++;
    }
    c->at = at;
    c->index = now;
}

/* Places the cursor on the character with this index. */
static void cursor_move(struct cursor *c, size_t index)
{
    if (index >= c->index) {
        cursor_forward(c, index);
        return;
    }
    for (; c->index > index && c->at > 0; c->index--) {
        do
            c->at--;
        while (c->at > 0 && is_continuation(c->text.at[c->at]));
    }
    utf8_position(c->text, c->at, &c->line, &c->column);
}

static void fault(struct reader *r, uint32_t line, uint32_t column, const char *what,
                  const char *expected)
{
    diag_error(r->diag, r->file, line, column, what, expected);
    r->failed = true;
}

static void node_fault(struct reader *r, const struct yaml_node *node, const char *what,
                       const char *expected)
{
    fault(r, node->line, node->column, what, expected);
}

/* For messages: at most 40 characters, on one line. */
static const char *shown(struct reader *r, struct sv text)
{
    struct str s = STR_INIT;
    size_t at = 0;
    for (size_t count = 0; at < text.len && count < 40; count++) {
        uint32_t c = utf8_next(text, &at);
        str_add_utf8(&s, c < 0x20 || c == 0x7F ? ' ' : c);
    }
    if (at < text.len)
        str_add_str(&s, "...");
    const char *result = arena_strdup(r->a, str_cstr(&s));
    str_release(&s);
    return result;
}

static struct yaml_node *new_node(struct reader *r, enum yaml_kind kind, const yaml_event_t *event)
{
    struct yaml_node *node = arena_new(r->a, struct yaml_node);
    node->kind = kind;
    cursor_move(&r->starts, event->start_mark.index);
    cursor_move(&r->ends, event->end_mark.index);
    node->line = r->first_line + r->starts.line - 1;
    node->column = r->starts.column;
    node->start = r->base + r->starts.at;
    node->end = r->base + r->ends.at;
    r->nodes++;
    return node;
}

static const struct yaml_node *former_key(struct frame *f, struct sv key)
{
    if (f->pairs.len > YAML_FEW_KEYS)
        return map_get(&f->keys, key);
    for (size_t i = 0; i < f->pairs.len; i++)
        if (sv_eq(f->pairs.at[i].key->text, key))
            return f->pairs.at[i].key;
    return NULL;
}

static void remember_key(struct reader *r, struct frame *f, const struct yaml_pair *pair)
{
    if (f->pairs.len <= YAML_FEW_KEYS)
        return;
    if (f->pairs.len == YAML_FEW_KEYS + 1) {
        map_init(&f->keys, r->a);
        for (size_t i = 0; i < f->pairs.len; i++)
            map_set(&f->keys, f->pairs.at[i].key->text, (void *)(uintptr_t)f->pairs.at[i].key);
        return;
    }
    map_set(&f->keys, pair->key->text, (void *)(uintptr_t)pair->key);
}

static void accept_key(struct reader *r, struct frame *f, const struct yaml_node *key)
{
    f->key = key;
    if (key->kind != YAML_SCALAR) {
        node_fault(r, key, "a key that is itself a list or mapping", "a word");
        return;
    }
    const struct yaml_node *former = former_key(f, key->text);
    if (former)
        node_fault(r, key, arena_printf(r->a, "the key `%s` stands twice", shown(r, key->text)),
                   arena_printf(r->a, "it once; the first is in line %u", former->line));
}

static void add_pair(struct reader *r, struct frame *f, const struct yaml_node *value)
{
    const struct yaml_node *key = f->key;
    f->key = NULL;
    if (key->kind != YAML_SCALAR || former_key(f, key->text))
        return; /* reported before */
    struct yaml_pair *pair = vec_push(r->a, &f->pairs);
    *pair = (struct yaml_pair){key, value};
    remember_key(r, f, pair);
}

/* A complete node goes where the stack says. */
static void deliver(struct reader *r, struct yaml_node *node)
{
    if (!r->depth) {
        r->root = node;
        return;
    }
    struct frame *f = &r->stack[r->depth - 1];
    if (f->node->kind == YAML_SEQUENCE)
        *vec_push(r->a, &f->items) = node;
    else if (!f->key)
        accept_key(r, f, node);
    else
        add_pair(r, f, node);
}

static void refuse_properties(struct reader *r, const struct yaml_node *node,
                              const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        node_fault(r, node, "an anchor (&name)", "plain YAML without anchors");
    if (tag)
        node_fault(r, node, "a tag (!name)",
                   "plain YAML without tags; text that begins with ! stands in quotes");
}

static void on_scalar(struct reader *r, const yaml_event_t *event)
{
    struct yaml_node *node = new_node(r, YAML_SCALAR, event);
    struct sv text = sv_from((const char *)event->data.scalar.value, event->data.scalar.length);
    node->text = arena_sv(r->a, text);
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    refuse_properties(r, node, event->data.scalar.anchor, event->data.scalar.tag);
    if (text.len && memchr(text.at, '\0', text.len))
        node_fault(r, node, "a NUL character", "text");
    deliver(r, node);
}

static void on_alias(struct reader *r, const yaml_event_t *event)
{
    struct yaml_node *node = new_node(r, YAML_SCALAR, event);
    node_fault(r, node, "an alias (*name)",
               "the value itself; text that begins with * stands in quotes");
    node->text = arena_sv(r->a, sv_from(r->starts.text.at + r->starts.at, node->end - node->start));
    deliver(r, node);
}

static void on_open(struct reader *r, const yaml_event_t *event)
{
    bool sequence = event->type == YAML_SEQUENCE_START_EVENT;
    struct yaml_node *node = new_node(r, sequence ? YAML_SEQUENCE : YAML_MAPPING, event);
    refuse_properties(
        r, node, sequence ? event->data.sequence_start.anchor : event->data.mapping_start.anchor,
        sequence ? event->data.sequence_start.tag : event->data.mapping_start.tag);
    if (r->depth == YAML_DEPTH_MAX) {
        node_fault(r, node,
                   arena_printf(r->a, "lists and mappings nested deeper than %d", YAML_DEPTH_MAX),
                   "a flatter text");
        r->done = true;
        return;
    }
    struct frame *f = &r->stack[r->depth++];
    memset(f, 0, sizeof(*f));
    f->node = node;
    f->flow = sequence ? event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
                       : event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
}

static void on_close(struct reader *r, const yaml_event_t *event)
{
    struct frame *f = &r->stack[--r->depth];
    struct yaml_node *node = f->node;
    cursor_move(&r->ends, event->end_mark.index);
    node->items = f->items.at;
    node->pairs = f->pairs.at;
    node->count = node->kind == YAML_SEQUENCE ? f->items.len : f->pairs.len;
    if (f->flow)
        node->end = r->base + r->ends.at;
    else if (node->count) /* a block ends with its last part, not where the next thing begins */
        node->end = node->kind == YAML_SEQUENCE ? node->items[node->count - 1]->end
                                                : node->pairs[node->count - 1].value->end;
    deliver(r, node);
}

/* After the document only comments, blank lines and "..." may stand. libyaml is not asked: it would
 * first read any number of directives. */
static void check_rest(struct reader *r, const yaml_event_t *end)
{
    cursor_move(&r->ends, end->end_mark.index);
    struct sv rest = sv_from_byte(r->ends.text, r->ends.at), line;
    while (sv_next_line(&rest, &line)) {
        struct sv trimmed = sv_trim(line);
        if (!trimmed.len || trimmed.at[0] == '#' || sv_eq(trimmed, SV("...")))
            continue;
        uint32_t row, column;
        utf8_position(r->starts.text, (size_t)(trimmed.at - r->starts.text.at), &row, &column);
        fault(r, r->first_line + row - 1, column, "a second document", "the end of the text");
        break;
    }
    r->done = true;
}

static void on_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        on_scalar(r, event);
        break;
    case YAML_ALIAS_EVENT:
        on_alias(r, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        on_open(r, event);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        on_close(r, event);
        break;
    case YAML_DOCUMENT_END_EVENT:
        check_rest(r, event);
        break;
    case YAML_STREAM_END_EVENT:
        r->done = true;
        break;
    default:
        break;
    }
    if (r->nodes > YAML_NODES_MAX) {
        fault(r, r->first_line + r->starts.line - 1, r->starts.column,
              arena_printf(r->a, "more than %d values", YAML_NODES_MAX), "a smaller text");
        r->done = true;
    }
}

static void syntax_fault(struct reader *r, const yaml_parser_t *parser)
{
    const char *problem = parser->problem ? parser->problem : "out of memory";
    uint32_t line, column;
    if (parser->error == YAML_READER_ERROR) {
        utf8_position(r->starts.text, parser->problem_offset, &line, &column);
    } else {
        cursor_move(&r->ends, parser->problem_mark.index);
        line = r->ends.line;
        column = r->ends.column;
    }
    const char *what = arena_printf(r->a, "YAML: %s", problem);
    if (parser->context && parser->error != YAML_READER_ERROR)
        what = arena_printf(r->a, "YAML: %s, %s", parser->context, problem);
    fault(r, r->first_line + line - 1, column, what, NULL);
}

/* Directives may stand only before the first thing of the text. */
static bool refuse_directives(struct reader *r)
{
    struct sv rest = r->starts.text, line;
    for (uint32_t row = 0; sv_next_line(&rest, &line); row++) {
        struct sv trimmed = sv_trim(line);
        if (line.len && line.at[0] == '%') {
            fault(r, r->first_line + row, 1, "a directive (%)", "plain YAML without directives");
            return true;
        }
        if (trimmed.len && trimmed.at[0] != '#')
            break;
    }
    return false;
}

static void read_events(struct reader *r)
{
    yaml_parser_t parser;
    if (!libyaml()->yaml_parser_initialize(&parser))
        BUG("out of memory");
    libyaml()->yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    libyaml()->yaml_parser_set_input_string(&parser, (const unsigned char *)r->starts.text.at,
                                 r->starts.text.len);
    while (!r->done) {
        yaml_event_t event;
        if (!libyaml()->yaml_parser_parse(&parser, &event)) {
            syntax_fault(r, &parser);
            break;
        }
        on_event(r, &event);
        libyaml()->yaml_event_delete(&event);
    }
    libyaml()->yaml_parser_delete(&parser);
}

static const struct yaml_node *empty_mapping(struct reader *r)
{
    struct yaml_node *node = arena_new(r->a, struct yaml_node);
    node->kind = YAML_MAPPING;
    node->line = r->first_line;
    node->column = 1;
    return node;
}

const struct yaml_node *yaml_parse(struct arena *a, struct sv text, const char *file,
                                   uint32_t first_line, struct diag *diag)
{
    const struct yaml_node *root = yaml_quick(a, text, first_line);
    return root ? root : yaml_parse_events(a, text, file, first_line, diag);
}

const struct yaml_node *yaml_parse_events(struct arena *a, struct sv text, const char *file,
                                          uint32_t first_line, struct diag *diag)
{
    struct reader *r = arena_new(a, struct reader);
    r->a = a;
    r->text = text;
    r->base = sv_starts(text, SV("\xEF\xBB\xBF")) ? 3 : 0;
    r->file = file;
    r->first_line = first_line;
    r->diag = diag;
    r->starts = r->ends = (struct cursor){sv_from_byte(text, r->base), 0, 0, 1, 1};
    if (refuse_directives(r))
        return NULL;
    read_events(r);
    if (r->failed)
        return NULL;
    bool nothing =
        !r->root || (r->root->kind == YAML_SCALAR && r->root->plain && !r->root->text.len);
    return nothing ? empty_mapping(r) : r->root;
}

const struct yaml_pair *yaml_pair(const struct yaml_node *mapping, const char *key)
{
    if (!mapping || mapping->kind != YAML_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (sv_eq_str(mapping->pairs[i].key->text, key))
            return &mapping->pairs[i];
    return NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
    const struct yaml_pair *pair = yaml_pair(mapping, key);
    return pair ? pair->value : NULL;
}

/* Characters that libyaml refuses or takes for a line end, and those that a reader cannot see. */
static bool needs_escape(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF ||
           c == 0xFFFE || c == 0xFFFF;
}

static bool plain_start(struct sv text)
{
    char first = text.at[0], second = text.len > 1 ? text.at[1] : ' ';
    if (first == '-')
        return (second >= '0' && second <= '9') || (second >= 'a' && second <= 'z');
    return !strchr("?:,[]{}#&*!|>'\"%@`. ", first) ||
           (first == '.' && second >= '0' && second <= '9');
}

static bool plain_safe(struct sv text, bool flow)
{
    if (!text.len || text.at[text.len - 1] == ' ' || text.at[text.len - 1] == ':' ||
        !plain_start(text))
        return false;
    for (size_t at = 0; at < text.len;) {
        char byte = text.at[at], next = at + 1 < text.len ? text.at[at + 1] : ' ';
        if (flow && strchr(",[]{}?:", byte) && byte)
            return false;
        if ((byte == ':' && next == ' ') || (byte == ' ' && next == '#'))
            return false;
        if (needs_escape(utf8_next(text, &at)))
            return false;
    }
    return true;
}

static void write_escaped(struct str *out, uint32_t c)
{
    if (c == '"' || c == '\\') {
        str_add_char(out, '\\');
        str_add_char(out, (char)c);
    } else if (c == '\n') {
        str_add_str(out, "\\n");
    } else if (c == '\t') {
        str_add_str(out, "\\t");
    } else if (c == 0) {
        str_add_utf8(out, 0xFFFD);
    } else if (needs_escape(c)) {
        str_addf(out, c < 0x100 ? "\\x%02X" : "\\u%04X", c);
    } else {
        str_add_utf8(out, c);
    }
}

static void write_quoted(struct str *out, struct sv text)
{
    str_add_char(out, '"');
    while (text.len) {
        size_t bad = text.len;
        utf8_valid(text, &bad);
        struct sv good = sv_from(text.at, bad);
        for (size_t at = 0; at < good.len;)
            write_escaped(out, utf8_next(good, &at));
        if (bad < text.len) {
            str_add_utf8(out, 0xFFFD);
            bad++;
        }
        text = sv_from_byte(text, bad);
    }
    str_add_char(out, '"');
}

void yaml_write_scalar(struct str *out, struct sv text, bool flow)
{
    if (utf8_valid(text, NULL) && plain_safe(text, flow))
        str_add(out, text);
    else
        write_quoted(out, text);
}
