#include "profile/yaml_read.h"

#include "base/date.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/utf8.h"

enum { SHOWN_MAX = 60, SUGGESTIONS_MAX = 200, WORDS_SHOWN = 12 };

const char *yaml_read_shown(struct arena *a, struct sv text)
{
    struct str s = STR_INIT;
    size_t at = 0;
    for (size_t count = 0; at < text.len && count < SHOWN_MAX; count++) {
        uint32_t c = utf8_next(text, &at);
        str_add_utf8(&s, utf8_is_deceptive(c) || c < 0x20 ? ' ' : c);
    }
    if (at < text.len)
        str_add_str(&s, "...");
    const char *result = arena_strdup(a, str_cstr(&s));
    str_release(&s);
    return result;
}

void yaml_read_fault(const struct yaml_read *r, const struct yaml_node *at, const char *what,
                     const char *expected)
{
    diag_error(r->diag, r->file, at->line, at->column, what, expected);
}

/* "a, b or c" */
static const char *word_list(struct arena *a, const struct words *known)
{
    struct str s = STR_INIT;
    size_t count = known->list.len < WORDS_SHOWN ? known->list.len : WORDS_SHOWN;
    for (size_t i = 0; i < count; i++) {
        if (i)
            str_add_str(&s, i + 1 == known->list.len ? " or " : ", ");
        str_add_str(&s, known->list.at[i]);
    }
    if (count < known->list.len)
        str_addf(&s, " or one of %zu others", known->list.len - count);
    const char *text = arena_strdup(a, str_cstr(&s));
    str_release(&s);
    return text;
}

void yaml_read_unknown(const struct yaml_read *r, const struct yaml_node *at, const char *what,
                       const struct words *known)
{
    const char *expected = NULL;
    if (r->diag->errors < SUGGESTIONS_MAX) {
        const char *nearest = suggest_nearest(at->text, known->list.at, known->list.len);
        if (nearest)
            expected = arena_printf(r->a, "%s (did you mean that?)", nearest);
        else if (known->list.len)
            expected = word_list(r->a, known);
        else
            expected = arena_printf(r->a, "none, since sig.yaml lists no %s", what);
    }
    yaml_read_fault(r, at,
                    arena_printf(r->a, "unknown %s \"%s\"", what, yaml_read_shown(r->a, at->text)),
                    expected);
}

const struct yaml_node *yaml_read_mapping(const struct yaml_read *r, const struct yaml_node *node,
                                          const char *what)
{
    if (!node || node->kind == YAML_MAPPING)
        return node;
    yaml_read_fault(r, node, arena_printf(r->a, "%s is not a mapping", what), "`key: value` pairs");
    return NULL;
}

static bool knows(const struct words *known, struct sv word)
{
    for (size_t i = 0; i < known->list.len; i++)
        if (sv_eq_str(word, known->list.at[i]))
            return true;
    return false;
}

void yaml_read_keys(const struct yaml_read *r, const struct yaml_node *map,
                    const struct words *known)
{
    for (size_t i = 0; map && i < map->count; i++)
        if (!knows(known, map->pairs[i].key->text))
            yaml_read_unknown(r, map->pairs[i].key, "key", known);
}

static bool is_empty_scalar(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !sv_trim(node->text).len;
}

const struct yaml_node *yaml_read_get(const struct yaml_read *r, const struct yaml_node *map,
                                      const char *key, enum yaml_need need)
{
    if (!map)
        return NULL;
    const struct yaml_node *node = yaml_get(map, key);
    if (!node && need == YAML_REQUIRED)
        yaml_read_fault(r, map, arena_printf(r->a, "`%s` is missing", key),
                        arena_printf(r->a, "a line `%s: ...`", key));
    return node;
}

/* The scalar of a key, or NULL with its fault reported. */
static const struct yaml_node *read_scalar(const struct yaml_read *r, const struct yaml_node *map,
                                           const char *key, enum yaml_need need,
                                           const char *expected)
{
    const struct yaml_node *node = yaml_read_get(r, map, key, need);
    if (!node)
        return NULL;
    if (node->kind != YAML_SCALAR) {
        yaml_read_fault(r, node, arena_printf(r->a, "`%s` is not a single value", key), expected);
        return NULL;
    }
    if (!is_empty_scalar(node))
        return node;
    if (need == YAML_REQUIRED)
        yaml_read_fault(r, node, arena_printf(r->a, "`%s` is empty", key), expected);
    return NULL;
}

struct sv yaml_read_text(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                         enum yaml_need need)
{
    const struct yaml_node *node = read_scalar(r, map, key, need, "a text");
    return node ? sv_trim(node->text) : SV_NONE;
}

struct sv yaml_read_line(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                         enum yaml_need need)
{
    struct sv text = yaml_read_text(r, map, key, need);
    if (sv_find_char(text, '\n') >= 0)
        yaml_read_fault(r, yaml_get(map, key), arena_printf(r->a, "`%s` has several lines", key),
                        "one line");
    return text;
}

bool yaml_read_is_id(struct sv text)
{
    bool dash = true; /* a hyphen may not come first */
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '-' && dash)
            return false;
        dash = c == '-';
        if (!dash && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return text.len && text.len <= 64 && !dash;
}

struct sv yaml_read_id(const struct yaml_read *r, const struct yaml_node *map, const char *key)
{
    const struct yaml_node *node = read_scalar(r, map, key, YAML_REQUIRED, "an identifier");
    if (!node)
        return SV_NONE;
    struct sv text = sv_trim(node->text);
    if (yaml_read_is_id(text))
        return text;
    yaml_read_fault(r, node,
                    arena_printf(r->a, "\"%s\" is not an identifier", yaml_read_shown(r->a, text)),
                    "lower-case words joined by hyphens");
    return SV_NONE;
}

unsigned yaml_read_number(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                          enum yaml_need need, unsigned min, unsigned max, unsigned fallback)
{
    const struct yaml_node *node = read_scalar(r, map, key, need, "a number");
    uint64_t value;
    if (!node)
        return fallback;
    if (sv_to_u64(sv_trim(node->text), max, &value) && value >= min)
        return (unsigned)value;
    yaml_read_fault(r, node,
                    arena_printf(r->a, "`%s` is \"%s\"", key, yaml_read_shown(r->a, node->text)),
                    min == max ? arena_printf(r->a, "%u", min)
                               : arena_printf(r->a, "a whole number from %u to %u", min, max));
    return fallback;
}

bool yaml_read_bool(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                    enum yaml_need need)
{
    const struct yaml_node *node = read_scalar(r, map, key, need, "true or false");
    if (!node || sv_eq(node->text, SV("false")))
        return false;
    if (sv_eq(node->text, SV("true")))
        return true;
    yaml_read_fault(r, node,
                    arena_printf(r->a, "`%s` is \"%s\"", key, yaml_read_shown(r->a, node->text)),
                    "true or false");
    return false;
}

struct sv yaml_read_date(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                         enum yaml_need need)
{
    const struct yaml_node *node = read_scalar(r, map, key, need, "a date such as 2026-11-22");
    struct date date;
    if (!node)
        return SV_NONE;
    if (date_parse(sv_trim(node->text), &date))
        return sv_trim(node->text);
    yaml_read_fault(r, node,
                    arena_printf(r->a, "`%s` is \"%s\"", key, yaml_read_shown(r->a, node->text)),
                    "a date such as 2026-11-22");
    return SV_NONE;
}

bool yaml_read_is_url(struct sv text)
{
    size_t scheme = sv_starts(text, SV("https://")) ? 8 : sv_starts(text, SV("http://")) ? 7 : 0;
    if (!scheme || text.len == scheme)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= 0x20 || c == 0x7F || c == '<' || c == '>' || c == '"' || c == '\\')
            return false;
    }
    return true;
}

struct sv yaml_read_url(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                        enum yaml_need need)
{
    struct sv text = yaml_read_text(r, map, key, need);
    if (!text.len || yaml_read_is_url(text))
        return text;
    yaml_read_fault(r, yaml_get(map, key),
                    arena_printf(r->a, "`%s` is \"%s\"", key, yaml_read_shown(r->a, text)),
                    "an http or https address");
    return SV_NONE;
}

struct sv yaml_read_choice(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                           enum yaml_need need, const struct words *known)
{
    const struct yaml_node *node = read_scalar(r, map, key, need, word_list(r->a, known));
    if (!node)
        return SV_NONE;
    if (knows(known, node->text))
        return node->text;
    yaml_read_unknown(r, node, arena_printf(r->a, "value of `%s`:", key), known);
    return SV_NONE;
}

const struct yaml_node *yaml_read_list(const struct yaml_read *r, const struct yaml_node *map,
                                       const char *key, enum yaml_need need, size_t max)
{
    const struct yaml_node *node = yaml_read_get(r, map, key, need);
    if (!node)
        return NULL;
    if (node->kind != YAML_SEQUENCE) {
        yaml_read_fault(r, node, arena_printf(r->a, "`%s` is not a list", key),
                        "a list such as [a, b]");
        return NULL;
    }
    if (node->count <= max)
        return node;
    yaml_read_fault(r, node, arena_printf(r->a, "`%s` has %zu items", key, node->count),
                    arena_printf(r->a, "at most %zu", max));
    return NULL;
}

bool yaml_read_item(const struct yaml_read *r, const struct yaml_node *item, const char *what,
                    struct sv *out)
{
    if (item->kind == YAML_SCALAR && sv_trim(item->text).len) {
        *out = sv_trim(item->text);
        return true;
    }
    yaml_read_fault(r, item,
                    arena_printf(r->a, "%s is %s", what,
                                 item->kind == YAML_SCALAR ? "empty" : "not a single value"),
                    "a word");
    return false;
}
