/* Tells the kinds apart, and what their readers share. */
#include "format/threat_model_parts.h"

#include "base/utf8.h"
#include "format/yaml.h"

#include <string.h>

const char *const threat_model_schemes[MODEL_KINDS] = {"threat-dragon", "threat-composer", "otm", "w3c"};
const char *const threat_model_names[MODEL_KINDS] = {"Threat Dragon", "Threat Composer", "Open Threat Model", "W3C"};

/* ---- faults and losses ---- */

void model_fault(struct model_reading *r, const struct json_value *at, const char *what, const char *expected)
{
    enum { WITH_PLACE = 100 }; /* to find each is as long as the file */
    uint32_t line = 0, column = 0;
    if (r->diag->errors < WITH_PLACE)
        utf8_position(r->text, at->at, &line, &column);
    diag_error(r->diag, r->file, line, column, what, expected);
}

/* The line of a byte. Quick for one that is not before the last that was asked for. */
static uint32_t line_of(struct model_reading *r, size_t at)
{
    if (at < r->seen || !r->line) {
        r->seen = 0;
        r->line = 1;
    }
    for (; r->seen < at; r->seen++)
        r->line += r->text.at[r->seen] == '\n';
    return r->line;
}

void model_lose(struct model_reading *r, const char *what, struct sv example)
{
    for (size_t i = 0; i < r->out->losses.len; i++)
        if (!strcmp(r->out->losses.at[i].what, what)) {
            r->out->losses.at[i].count++;
            return;
        }
    *vec_push(r->a, &r->out->losses) = (struct threat_model_loss){what, 1, example};
}

static bool is_empty(const struct json_value *v)
{
    return !v || v->kind == JSON_NULL || (v->kind == JSON_STRING && !sv_trim(v->text).len) ||
           ((v->kind == JSON_ARRAY || v->kind == JSON_OBJECT) && !v->count);
}

void model_lose_members(struct model_reading *r, const struct json_value *object, const char *const *names)
{
    for (; names[0]; names += 2) {
        const struct json_value *v = json_get(object, names[0]);
        if (is_empty(v))
            continue;
        size_t times = v->kind == JSON_ARRAY ? v->count : 1;
        for (size_t i = 0; i < times; i++)
            model_lose(r, names[1], v->kind == JSON_STRING ? model_plain(r->a, v->text) : SV_NONE);
    }
}

/* ---- values ---- */

struct sv model_text(struct model_reading *r, const struct json_value *object, const char *key)
{
    const struct json_value *v = json_get(object, key);
    if (!v || v->kind == JSON_NULL)
        return SV_NONE;
    if (v->kind == JSON_INT)
        return sv_str(arena_printf(r->a, "%lld", (long long)v->integer));
    if (v->kind == JSON_STRING)
        return model_plain(r->a, v->text);
    model_fault(r, v, arena_printf(r->a, "\"%s\" is no text", key), "a string");
    return SV_NONE;
}

const struct json_value *model_list(struct model_reading *r, const struct json_value *object, const char *key)
{
    static const struct json_value none = {.kind = JSON_ARRAY};
    const struct json_value *v = json_get(object, key);
    if (!v || v->kind == JSON_NULL)
        return &none;
    if (v->kind == JSON_ARRAY)
        return v;
    model_fault(r, v, arena_printf(r->a, "\"%s\" is no list", key), "an array");
    return &none;
}

/* ---- threats ---- */

struct threat_model_threat *model_threat(struct model_reading *r, const struct json_value *at)
{
    if (at->kind != JSON_OBJECT) {
        model_fault(r, at, "this threat is no object", "its name and description as members");
        return NULL;
    }
    if (r->out->threats.len == THREAT_MODEL_THREATS_MAX) {
        if (!r->too_many)
            model_fault(r, at, "there are too many threats", "at most 5000 in one file");
        r->too_many = true;
        return NULL;
    }
    struct threat_model_threat *t = vec_push(r->a, &r->out->threats);
    *t = (struct threat_model_threat){.id = model_line(r, model_text(r, at, "id")), .line = line_of(r, at->at)};
    return t;
}

static void add_letter(struct arena *a, struct threat_model_threat *t, char letter)
{
    if (sv_find_char(t->stride, letter) < 0)
        t->stride = sv_str(arena_printf(a, "%.*s%c", SV_ARG(t->stride), letter));
}

void model_stride(struct model_reading *r, struct threat_model_threat *t, struct sv category)
{
    static const struct { char letter; const char *begins; } classes[] = {
        {'S', "spoof"},            {'T', "tamper"}, {'R', "repudiat"},
        {'I', "information disc"}, {'D', "denial"}, {'E', "elevation"},
    };
    category = sv_trim(category);
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        if (sv_starts_word(category, sv_str(classes[i].begins)) ||
            (category.len == 1 && category.at[0] == classes[i].letter)) {
            add_letter(r->a, t, classes[i].letter);
            return;
        }
    if (category.len)
        model_lose(r, "categories that are no class of STRIDE", category);
}

struct sv model_line(struct model_reading *r, struct sv text)
{
    char *line = arena_strndup(r->a, text.at, text.len);
    for (size_t i = 0; i < text.len; i++)
        line[i] = line[i] == '\n' ? ' ' : line[i];
    return sv_from(line, text.len);
}

void model_place(struct model_reading *r, struct threat_model_threat *t, struct sv name)
{
    enum { PLACES_MAX = 20 };
    name = model_line(r, name);
    for (size_t i = 0; i < t->places.len; i++)
        if (sv_eq(t->places.at[i], name))
            return;
    if (t->places.len == PLACES_MAX)
        model_lose(r, "places of a threat beyond the twentieth", name);
    else if (name.len)
        *vec_push(r->a, &t->places) = name;
}

void model_mitigation(struct model_reading *r, struct threat_model_threat *t, struct sv name, struct sv text)
{
    bool both = name.len && text.len && !sv_starts(text, name);
    struct sv whole = text.len ? text : name;
    if (both)
        whole = sv_str(arena_printf(r->a, "%.*s: %.*s", SV_ARG(name), SV_ARG(text)));
    if (whole.len)
        *vec_push(r->a, &t->mitigations) = whole;
}

/* ---- which kind ---- */

/* YAML as JSON: all scalars are texts, but for those that stand for nothing. */
static const struct json_value *from_yaml(struct arena *a, const struct yaml_node *n)
{
    struct json_value *v = arena_new(a, struct json_value);
    *v = (struct json_value){.kind = JSON_STRING, .at = n->start, .text = n->text, .count = n->count};
    if (n->kind == YAML_SCALAR) {
        if (n->plain && (!n->text.len || sv_eq_str(n->text, "~") || sv_eq_str(n->text, "null")))
            v->kind = JSON_NULL;
        return v;
    }
    v->kind = n->kind == YAML_SEQUENCE ? JSON_ARRAY : JSON_OBJECT;
    const struct json_value **items = arena_new_array(a, const struct json_value *, n->count + 1);
    struct json_member *members = arena_new_array(a, struct json_member, n->count + 1);
    for (size_t i = 0; i < n->count; i++) {
        bool list = v->kind == JSON_ARRAY;
        items[i] = from_yaml(a, list ? n->items[i] : n->pairs[i].value);
        if (!list)
            members[i] = (struct json_member){n->pairs[i].key->text, n->pairs[i].key->start, items[i]};
    }
    v->items = items;
    v->members = members;
    return v;
}

static int parse(struct model_reading *r, const struct json_value **out, struct err *err)
{
    if (sv_starts(sv_trim(r->text), SV("{")))
        return json_parse(r->a, r->text, THREAT_MODEL_BYTES_MAX, out, err) ? err_prefix(err, "%s", r->file) : CM_OK;
    const struct yaml_node *n = yaml_parse(r->a, r->text, r->file, 1, r->diag);
    *out = n ? from_yaml(r->a, n) : NULL;
    return n ? CM_OK : err_set(err, CM_EINPUT, "%s has faults", r->file);
}

static bool is_dragon(const struct json_value *root)
{
    return json_get(root, "summary") && json_get(json_get(root, "detail"), "diagrams");
}

static bool is_composer(const struct json_value *root)
{
    return json_get(root, "schema") && (json_get(root, "threats") || json_get(root, "mitigations"));
}

static bool is_otm(const struct json_value *root)
{
    return json_get(root, "otmVersion");
}

static bool is_w3c(const struct json_value *root)
{
    return json_get(root, "id") && json_get(root, "name") && json_get(root, "description");
}

static const struct {
    bool (*is)(const struct json_value *root);
    void (*read)(struct model_reading *r, const struct json_value *root);
} kinds[MODEL_KINDS] = {
    [MODEL_THREAT_DRAGON] = {is_dragon, model_read_dragon},
    [MODEL_THREAT_COMPOSER] = {is_composer, model_read_composer},
    [MODEL_OTM] = {is_otm, model_read_otm},
    [MODEL_W3C] = {is_w3c, model_read_w3c},
};

int threat_model_read(struct arena *a, struct sv text, const char *file, struct diag *diag, struct threat_model *out,
                      struct err *err)
{
    struct model_reading r = {a, text, file, diag, out, 0, 0, false};
    const struct json_value *root = NULL;
    size_t faults = diag->errors, bad;
    memset(out, 0, sizeof *out);
    if (text.len > THREAT_MODEL_BYTES_MAX)
        return err_set(err, CM_ELIMIT, "%s has more than %d MiB", file, THREAT_MODEL_BYTES_MAX >> 20);
    if (!utf8_valid(text, &bad))
        return err_set(err, CM_EINPUT, "%s: byte %zu is no UTF-8", file, bad + 1);
    int rc = parse(&r, &root, err);
    if (rc)
        return rc;
    while (out->kind < MODEL_KINDS && !kinds[out->kind].is(root))
        out->kind++;
    if (out->kind == MODEL_KINDS)
        return err_set(err, CM_EINPUT, "%s is no threat model of Threat Dragon (\"summary\" and \"detail\"), Threat "
                       "Composer (\"schema\" and \"threats\"), Open Threat Model (\"otmVersion\") or W3C (\"id\", "
                       "\"name\" and \"description\")", file);
    kinds[out->kind].read(&r, root);
    return diag->errors > faults ? err_set(err, CM_EINPUT, "%s has faults", file) : CM_OK;
}
