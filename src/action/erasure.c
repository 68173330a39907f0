#include "action/erasure.h"

#include "base/date.h"

#include <string.h>

/* ---- payloads ---- */

struct remaining {
    struct json json;
    erasure_replace *replace;
    void *context;
    bool changed;
};

static bool replaced(struct remaining *r, struct sv parent, const struct json_value *object,
                     const struct json_member *m, struct sv *out)
{
    const struct erasure_text t = {erasure_place(parent, m->key), object, parent, m->key, m->value->text};
    return m->value->kind == JSON_STRING && r->replace(r->context, &t, out);
}

/* Notes commit to author and text, estimates to the reason. */
static bool loses_salt(struct remaining *r, struct sv parent, const struct json_value *object)
{
    struct sv ignored;
    bool notes = sv_eq_str(parent, "notes"), opened = sv_eq_str(parent, "opened");
    for (size_t i = 0; (notes || opened) && i < object->count; i++)
        if ((notes || sv_eq_str(object->members[i].key, "reason")) &&
            replaced(r, parent, object, &object->members[i], &ignored))
            return true;
    return false;
}

static void write_value(struct remaining *r, struct sv parent, const struct json_value *v);

static void write_object(struct remaining *r, struct sv parent, const struct json_value *v)
{
    bool unsalted = loses_salt(r, parent, v);
    json_object(&r->json);
    for (size_t i = 0; i < v->count; i++) {
        const struct json_member *m = &v->members[i];
        struct sv text;
        if (unsalted && (sv_eq_str(m->key, "salt") || sv_eq_str(m->key, "erased")))
            continue;
        json_key_sv(&r->json, m->key);
        if (replaced(r, parent, v, m, &text)) {
            json_string(&r->json, text);
            r->changed = true;
        } else {
            write_value(r, m->key, m->value);
        }
    }
    if (unsalted)
        json_put_bool(&r->json, "erased", true);
    json_end(&r->json);
}

static void write_value(struct remaining *r, struct sv parent, const struct json_value *v)
{
    switch (v->kind) {
    case JSON_NULL: json_null(&r->json); break;
    case JSON_BOOL: json_bool(&r->json, v->boolean); break;
    case JSON_INT: json_int(&r->json, v->integer); break;
    case JSON_DOUBLE: json_double(&r->json, v->number); break;
    case JSON_STRING: json_string(&r->json, v->text); break;
    case JSON_OBJECT: write_object(r, parent, v); break;
    case JSON_ARRAY:
        json_array(&r->json);
        for (size_t i = 0; i < v->count; i++)
            write_value(r, parent, v->items[i]);
        json_end(&r->json);
        break;
    }
}

bool erasure_remains(struct arena *a, const struct json_value *payload, erasure_replace *replace, void *context,
                     struct sv *out)
{
    struct str text = STR_INIT;
    struct remaining r = {.replace = replace, .context = context};
    json_init(&r.json, &text, true);
    write_value(&r, SV(""), payload);
    json_finish(&r.json);
    *out = r.changed ? arena_sv(a, str_sv(&text)) : SV_NONE;
    str_release(&text);
    return r.changed;
}

bool erasure_of_item(const struct act_event *e, const struct json_value *item)
{
    const struct json_value *erased = json_get(item, "erased");
    return e->erased && erased && erased->kind == JSON_BOOL && erased->boolean;
}

/* ---- marks ---- */

struct sv erasure_mark(struct arena *a, int64_t at, struct sv reason)
{
    return sv_str(arena_printf(a, "[erased on %s: %.*s]", date_format(a, date_from_time(at)), SV_ARG(reason)));
}

bool erasure_is_mark(struct sv text)
{
    return sv_starts(text, SV("[erased on ")) && sv_ends(text, SV("]"));
}

/* ---- finding words ---- */

enum form { FORM_TEXT, FORM_MARKUP, FORM_JSON, FORM_OTHER };

static bool is_digit_or_letter(unsigned char u)
{
    return (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z');
}

/* Whether the byte is part of a word. Beyond ASCII all is, but for typographic quotes, dashes and blanks (U+0080 to
 * U+00BF, U+2000 to U+207F). */
static bool is_word(struct sv text, size_t at)
{
    size_t start = at;
    if ((unsigned char)text.at[at] < 0x80)
        return is_digit_or_letter((unsigned char)text.at[at]);
    while (start > 0 && at - start < 3 && ((unsigned char)text.at[start] & 0xc0) == 0x80)
        start--;
    unsigned char lead = (unsigned char)text.at[start];
    unsigned char next = start + 1 < text.len ? (unsigned char)text.at[start + 1] : 0;
    return !(lead == 0xc2 || (lead == 0xe2 && (next == 0x80 || next == 0x81)));
}

/* In JSON a line end or tab is written as two characters. */
static bool escapes_blank(struct sv text, size_t at, enum form form)
{
    return form == FORM_JSON && text.at[at] == '\\' && at + 1 < text.len && strchr("nt", text.at[at + 1]);
}

/* Bytes between words at `at`. */
static size_t between(struct sv text, size_t at, enum form form)
{
    size_t end = at;
    while (end < text.len && !is_word(text, end))
        end += escapes_blank(text, end, form) ? 2 : 1;
    return end - at;
}

/* A word begins here, and not within a longer one. */
static bool begins(struct sv text, size_t at, enum form form)
{
    return at == 0 || (at > 1 && escapes_blank(text, at - 2, form)) || !is_word(text, at - 1);
}

/* The length of the words at `at`, 0 when they are not there. words begins and ends with a word. */
static size_t match(struct sv text, size_t at, struct sv words, enum form form)
{
    size_t end = at;
    if (!begins(text, at, form))
        return 0;
    for (size_t i = 0; i < words.len;) {
        size_t gap = between(words, i, form), found = gap ? between(text, end, form) : 1;
        if (!found || (!gap && (end >= text.len || text.at[end] != words.at[i])))
            return 0;
        end += found;
        i += gap ? gap : 1;
    }
    return end < text.len && is_word(text, end) ? 0 : end - at;
}

struct sv erasure_words(struct sv text)
{
    size_t from = 0, to = text.len;
    while (from < to && !is_word(text, from))
        from++;
    while (to > from && !is_word(text, to - 1))
        to--;
    return sv_from(text.at + from, to - from);
}

struct sv erasure_first_word(struct sv text)
{
    size_t end = 0;
    text = erasure_words(text);
    while (end < text.len && is_word(text, end))
        end++;
    return sv_from(text.at, end);
}

bool erasure_holds(struct sv text, struct sv words)
{
    words = erasure_words(words);
    for (size_t at = 0; words.len && at < text.len; at++)
        if (text.at[at] == words.at[0] && match(text, at, words, FORM_TEXT))
            return true;
    return false;
}

/* ---- files of editions ---- */

static enum form form_of(struct sv name)
{
    static const struct {
        const char *end;
        enum form form;
    } forms[] = {{".html", FORM_MARKUP}, {".xml", FORM_MARKUP}, {".svg", FORM_MARKUP}, {".json", FORM_JSON},
                 {".txt", FORM_TEXT},    {".csv", FORM_TEXT},   {".md", FORM_TEXT}};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (sv_ends(name, sv_str(forms[i].end)))
            return forms[i].form;
    return FORM_OTHER;
}

/* As the text stands in a file of that form. */
static struct sv written(struct arena *a, struct sv text, enum form form)
{
    static const struct {
        char c;
        const char *name;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
    struct str out = STR_INIT;
    for (size_t i = 0; i < text.len; i++) {
        const char *name = NULL;
        for (size_t k = 0; form == FORM_MARKUP && k < ARRAY_LEN(entities); k++)
            name = entities[k].c == text.at[i] ? entities[k].name : name;
        if (form == FORM_JSON && (text.at[i] == '"' || text.at[i] == '\\'))
            str_add_char(&out, '\\');
        if (name)
            str_add_str(&out, name);
        else
            str_add_char(&out, text.at[i]);
    }
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

/* The text of a file of markup as it is read: no tags, entities resolved. */
static struct sv shown(struct arena *a, struct sv bytes, enum form form)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&apos;", '\''}};
    struct str out = STR_INIT;
    bool tag = false;
    if (form != FORM_MARKUP)
        return bytes;
    for (size_t i = 0; i < bytes.len; i++) {
        size_t k = 0;
        tag = tag || bytes.at[i] == '<';
        while (k < ARRAY_LEN(entities) && !sv_starts(sv_from_byte(bytes, i), sv_str(entities[k].name)))
            k++;
        if (!tag && k < ARRAY_LEN(entities)) {
            str_add_char(&out, entities[k].c);
            i += strlen(entities[k].name) - 1;
        } else if (!tag) {
            str_add_char(&out, bytes.at[i]);
        }
        tag = tag && bytes.at[i] != '>';
    }
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

size_t erasure_rewrite(struct arena *a, struct sv name, struct sv bytes, struct sv words, struct sv with,
                       struct sv *out, bool *out_clean)
{
    enum form form = form_of(name);
    struct str text = STR_INIT;
    size_t count = 0;
    words = erasure_words(words);
    *out = bytes;
    *out_clean = false;
    if (form == FORM_OTHER || !words.len)
        return 0;
    struct sv searched = written(a, words, form), put = written(a, with, form);
    for (size_t at = 0; at < bytes.len;) {
        size_t len = bytes.at[at] == searched.at[0] ? match(bytes, at, searched, form) : 0;
        if (len)
            str_add(&text, put);
        else
            str_add_char(&text, bytes.at[at]);
        count += len > 0;
        at += len ? len : 1;
    }
    if (count)
        *out = arena_sv(a, str_sv(&text));
    str_release(&text);
    *out_clean = !erasure_holds(shown(a, *out, form), words);
    return count;
}
