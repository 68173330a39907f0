#include "tree/io/reading.h"

#include "base/utf8.h"
#include "tree/io/outline_value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_MAX = 60, NUMBER_MAX = 40, LONG_LINE = 64 * 1024 };

static size_t limit_or(size_t given, size_t usual)
{
    return given ? given : usual;
}

void reading_init(struct reading *r, struct arena *a, const struct read_limits *limits, struct diag *diag)
{
    struct read_limits none = {0, 0, 0, 0};
    if (!limits)
        limits = &none;
    *r = (struct reading){.arena = a, .diag = diag, .faults_before = diag->errors};
    r->limits.bytes = limit_or(limits->bytes, 32u * 1024 * 1024);
    r->limits.nodes = limit_or(limits->nodes, 250000);
    r->limits.depth = limit_or(limits->depth, 20000);
    r->limits.label = limit_or(limits->label, 500);
}

bool reading_bytes(struct reading *r, const char *file, size_t bytes)
{
    if (bytes <= r->limits.bytes)
        return true;
    diag_error(r->diag, file, 0, 0, arena_printf(r->arena, "a tree of %zu bytes", bytes),
               arena_printf(r->arena, "at most %zu", r->limits.bytes));
    return false;
}

void reading_fault(struct reading *r, struct place at, const char *what, const char *expected)
{
    diag_error(r->diag, at.file, at.line, at.column, what, expected);
}

void reading_warning(struct reading *r, struct place at, const char *what, const char *expected)
{
    diag_warning(r->diag, at.file, at.line, at.column, what, expected);
}

struct sv reading_shown(struct sv text)
{
    if (text.len <= SHOWN_MAX)
        return text;
    text.len = SHOWN_MAX;
    while (text.len && ((unsigned char)text.at[text.len] & 0xC0) == 0x80)
        text.len--;
    return text;
}

/* ---- texts ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct sv squeezed(struct arena *a, struct sv text)
{
    char *copy = arena_strndup(a, text.at, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_blank(copy[i]))
            copy[len++] = copy[i];
        else if (len && copy[len - 1] != ' ')
            copy[len++] = ' ';
    }
    if (len && copy[len - 1] == ' ')
        len--;
    copy[len] = '\0';
    return sv_from(copy, len);
}

static void check_characters(struct reading *r, struct place at, struct sv text)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte >= ' ' && byte < 0x7F) {
            i++;
            continue;
        }
        uint32_t c = utf8_next(text, &i);
        if (c < ' ' || c == 0x7F || utf8_is_deceptive(c)) {
            reading_fault(r, at, arena_printf(r->arena, "control or invisible character U+%04X", (unsigned)c),
                          "visible text");
            return;
        }
    }
}

struct sv reading_text(struct reading *r, struct place at, struct sv text)
{
    text = squeezed(r->arena, text);
    check_characters(r, at, text);
    if (text.len > r->limits.label && utf8_count(text) > r->limits.label) {
        reading_fault(r, at, arena_printf(r->arena, "a text of %zu characters", utf8_count(text)),
                      arena_printf(r->arena, "at most %zu", r->limits.label));
        text.len = 0;
    }
    return text;
}

/* ---- values ---- */

static size_t skip_digits(struct sv text, size_t i)
{
    while (i < text.len && text.at[i] >= '0' && text.at[i] <= '9')
        i++;
    return i;
}

bool reading_number(struct sv text, double *out)
{
    char copy[64];
    size_t i = text.len && (text.at[0] == '-' || text.at[0] == '+'), start = i;
    i = skip_digits(text, i);
    size_t digits = i - start;
    if (i < text.len && text.at[i] == '.') {
        size_t fraction = skip_digits(text, i + 1);
        digits += fraction - i - 1;
        i = fraction;
    }
    if (i < text.len && (text.at[i] == 'e' || text.at[i] == 'E')) {
        size_t exponent = i + 1;
        exponent += exponent < text.len && (text.at[exponent] == '-' || text.at[exponent] == '+');
        i = skip_digits(text, exponent);
        if (i == exponent)
            return false;
    }
    if (!digits || i != text.len || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    *out = strtod(copy, NULL);
    return isfinite(*out);
}

const char *reading_number_text(struct arena *a, double value)
{
    char text[NUMBER_MAX];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (!(strtod(text, NULL) < value) && !(strtod(text, NULL) > value))
            break;
    }
    return arena_strdup(a, text);
}

/* The notation is also the outline's: digits, fraction, exponent. */
static bool is_outline_number(struct sv text)
{
    size_t i = skip_digits(text, 0), digits = i;
    if (i < text.len && text.at[i] == '.') {
        i = skip_digits(text, i + 1);
        if (i == digits + 1)
            return false;
    }
    if (!i || text.len > NUMBER_MAX)
        return false;
    if (i < text.len && (text.at[i] == 'e' || text.at[i] == 'E')) {
        i++;
        i += i < text.len && (text.at[i] == '-' || text.at[i] == '+');
        if (skip_digits(text, i) == i)
            return false;
        i = skip_digits(text, i);
    }
    return i == text.len;
}

static bool is_chance(enum tree_attribute attribute)
{
    return attribute == TREE_P || attribute == TREE_STOPS || attribute == TREE_DEPLOYED;
}

/* A time in the largest unit of which it is a whole number. */
static struct sv time_number(struct reading *r, double seconds)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        double number = seconds / units[i].seconds;
        if (number >= 1 && number <= 1e9 && !(floor(number) < number))
            return sv_str(arena_printf(r->arena, "%s%s", reading_number_text(r->arena, number), units[i].unit));
    }
    return sv_str(arena_printf(r->arena, "%ss", reading_number_text(r->arena, seconds)));
}

static struct sv value_number(struct reading *r, enum tree_attribute attribute, double value)
{
    return attribute == TREE_TIME ? time_number(r, value) : sv_str(reading_number_text(r->arena, value));
}

bool reading_point(struct reading *r, struct place at, enum tree_attribute attribute, double value, struct sv written,
                   struct tree_value *out)
{
    double most = is_chance(attribute) ? 1 : 1e30;
    *out = (struct tree_value){.kind = TREE_NO_VALUE, .text = SV_NONE};
    if (!(value >= 0 && value <= most)) {
        reading_fault(r, at,
                      arena_printf(r->arena, "%s is %s, outside %s", tree_attribute_names[attribute],
                                   reading_number_text(r->arena, value),
                                   is_chance(attribute) ? "0 to 1" : "0 to 1e30"),
                      is_chance(attribute) ? "a fraction of 1" : "a number from 0");
        return false;
    }
    value = value > 0 ? value : 0; /* no negative zero */
    *out = (struct tree_value){TREE_POINT, value, value, value, SV_NONE};
    if (attribute != TREE_TIME && is_outline_number(written))
        out->text = arena_sv(r->arena, written);
    else
        out->text = value_number(r, attribute, value);
    return true;
}

/* Put together as the outline writes it and read back: one place decides what a value may be. */
bool reading_value(struct reading *r, struct place at, enum tree_attribute attribute, enum tree_distribution kind,
                   double lo, double mode, double hi, struct tree_value *out)
{
    struct outline_fault bad;
    struct sv a = value_number(r, attribute, lo), m = value_number(r, attribute, mode),
              b = value_number(r, attribute, hi);
    const char *text = "";
    switch (kind) {
    case TREE_RANGE:
        text = arena_printf(r->arena, "%.*s..%.*s", SV_ARG(a), SV_ARG(b));
        break;
    case TREE_UNIFORM:
        text = arena_printf(r->arena, "uniform(%.*s,%.*s)", SV_ARG(a), SV_ARG(b));
        break;
    case TREE_TRIANGULAR:
    case TREE_PERT:
        text = arena_printf(r->arena, "%s(%.*s,%.*s,%.*s)", kind == TREE_PERT ? "pert" : "triangular", SV_ARG(a),
                            SV_ARG(m), SV_ARG(b));
        break;
    default:
        return reading_point(r, at, attribute, lo, SV_NONE, out);
    }
    if (outline_value_parse(r->arena, attribute, sv_str(text), out, &bad))
        return true;
    reading_fault(r, at, arena_printf(r->arena, "%s=%s: %s", tree_attribute_names[attribute], text, bad.what),
                  bad.expected);
    *out = (struct tree_value){.kind = TREE_NO_VALUE, .text = SV_NONE};
    return false;
}

/* ---- positions ---- */

void text_lines_init(struct text_lines *l, struct arena *a, struct sv text)
{
    VEC(size_t) starts = {NULL, 0, 0};
    const char *end = text.at + text.len;
    *vec_push(a, &starts) = 0;
    for (const char *c = text.at; c < end && (c = memchr(c, '\n', (size_t)(end - c))); c++)
        *vec_push(a, &starts) = (size_t)(c - text.at) + 1;
    *l = (struct text_lines){text, starts.at, starts.len};
}

struct place text_place(const struct text_lines *l, const char *file, size_t offset)
{
    size_t low = 0, high = l->count;
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (l->starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    struct place at = {file, (uint32_t)low + 1, 0};
    struct sv before = sv_from(l->text.at + l->starts[low], offset - l->starts[low]);
    if (before.len <= LONG_LINE)
        at.column = (uint32_t)utf8_count(before) + 1;
    return at;
}

/* ---- the tree ---- */

bool reading_size(struct reading *r, const char *file, size_t nodes, size_t depth)
{
    if (nodes > r->limits.nodes)
        diag_error(r->diag, file, 0, 0, arena_printf(r->arena, "the tree has too many nodes (%zu)", nodes),
                   arena_printf(r->arena, "at most %zu", r->limits.nodes));
    else if (depth > r->limits.depth)
        diag_error(r->diag, file, 0, 0, arena_printf(r->arena, "the tree is too deep (%zu levels)", depth),
                   arena_printf(r->arena, "at most %zu", r->limits.depth));
    return nodes <= r->limits.nodes && depth <= r->limits.depth;
}

struct tree *reading_tree(struct arena *a, uint32_t nodes)
{
    struct tree *t = arena_new(a, struct tree);
    t->leading_comment = t->trailing_comment = SV_NONE;
    t->nodes.at = arena_new_array(a, struct tree_node, nodes);
    t->nodes.len = t->nodes.cap = nodes;
    for (uint32_t i = 0; i < nodes; i++) {
        struct tree_node *n = &t->nodes.at[i];
        n->id = n->label = n->comment = n->reference = SV_NONE;
        for (size_t j = 0; j < TREE_ATTRIBUTES; j++)
            n->values[j].text = SV_NONE;
    }
    return t;
}

void reading_finish(struct tree *t, const struct graph_order *order)
{
    t->shared = 0;
    for (uint32_t i = 0; i < order->len; i++) {
        t->nodes.at[i].home = order->home[i];
        t->nodes.at[i].parents = order->parents[i];
        t->shared += order->parents[i] > 1;
    }
}
