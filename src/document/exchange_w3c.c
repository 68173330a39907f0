/* The register as threat files of the W3C: the keys are those of the files that w3c/vc-data-model publishes, which
 * respec-threats renders. Texts may hold HTML and references of ReSpec there, so what could be either is escaped. */
#include "document/build.h"
#include "document/exchange_parts.h"
#include "format/yaml.h"

static void put(struct str *out, const char *key, struct sv text)
{
    struct str escaped = STR_INIT;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i], next = i + 1 < text.len ? text.at[i + 1] : '\0';
        if (c == '&')
            str_add_str(&escaped, "&amp;");
        else if (c == '<')
            str_add_str(&escaped, "&lt;");
        else if (c == '[' && (next == '[' || next == '='))
            str_add_str(&escaped, "&#91;");
        else
            str_add_char(&escaped, c);
    }
    str_add_str(out, key);
    yaml_write_scalar(out, str_sv(&escaped), false);
    str_add_char(out, '\n');
    str_release(&escaped);
}

static void put_word(struct str *out, bool *any, struct sv word)
{
    str_add_str(out, *any ? ", " : "");
    yaml_write_scalar(out, word, true);
    *any = true;
}

struct sv exchange_w3c_name(struct arena *a, const struct view *v, size_t index)
{
    const struct threat *t = v->threats.at[index].threat;
    if (exchange_ended(v, t))
        return SV_NONE;
    return build_sv(a, "%.*s.yaml", SV_ARG(doc_anchor(a, t->id)));
}

static void put_elements(struct str *out, const struct threat *t)
{
    bool any = false;
    str_add_str(out, "elements: [");
    for (size_t i = 0; i < t->affects.len; i++) {
        bool before = false;
        for (size_t k = 0; k < i; k++)
            before = before || sv_eq(t->affects.at[k].id, t->affects.at[i].id);
        if (!before)
            put_word(out, &any, t->affects.at[i].id);
    }
    str_add_str(out, "]\n");
}

static void put_tags(struct str *out, const struct sig *sig, const struct threat *t)
{
    bool any = false;
    str_add_str(out, "tags: [");
    for (size_t i = 0; i < t->areas.len; i++)
        put_word(out, &any, sig->areas.list.at[t->areas.at[i]].id);
    if (t->level >= 0)
        put_word(out, &any, sig->levels.list.at[t->level].id);
    str_add_str(out, "]\n");
}

static void put_response(struct arena *a, struct str *out, size_t number, struct sv name, struct sv text)
{
    if (number == 1)
        str_add_str(out, "response:\n");
    str_addf(out, "  - id: R%zu\n", number);
    put(out, "    name: ", name);
    put(out, "    description: ", exchange_plain(a, text));
}

void exchange_w3c_threat(const struct view *v, size_t index, struct str *out)
{
    struct arena a = ARENA_INIT;
    const struct sig *sig = &v->profile->sig;
    const struct threat *t = v->threats.at[index].threat;
    int advice = exchange_advice(v);
    size_t number = 0;
    put(out, "id: ", t->id);
    put(out, "name: ", t->name);
    put_elements(out, t);
    put_tags(out, sig, t);
    if (t->stride.len) {
        str_add_str(out, "taxonomyName: STRIDE\n");
        put(out, "taxonomyClass: ", sig->stride.list.at[t->stride.at[0]].name);
    }
    put(out, "description: ", exchange_plain(&a, exchange_field(v, t, "abstract")));
    for (size_t i = 0; i < t->responses.len; i++)
        put_response(&a, out, ++number, t->responses.at[i].citation.text, t->responses.at[i].how);
    if (advice >= 0 && sv_trim(threat_field(t, advice)).len)
        put_response(&a, out, ++number, v->profile->template.fields.at[advice].name, threat_field(t, advice));
    arena_release(&a);
}

static bool in_area(const struct view *v, const struct threat *t, int area)
{
    return !exchange_ended(v, t) && (t->areas.len ? t->areas.at[0] : -1) == area;
}

static void put_category(const struct view *v, int area, struct str *out)
{
    bool any = false;
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat *t = v->threats.at[i].threat;
        if (!in_area(v, t, area))
            continue;
        if (!any) {
            put(out, "  - name: ", area < 0 ? SV("No area") : v->profile->sig.areas.list.at[area].name);
            put(out, "    id: ", area < 0 ? SV("none") : v->profile->sig.areas.list.at[area].id);
            str_add_str(out, "    threats: [");
        }
        put_word(out, &any, t->id);
    }
    if (any)
        str_add_str(out, "]\n");
}

static void put_element_names(const struct view *v, struct str *out)
{
    bool any = false;
    for (size_t i = 0; i < v->documents.len; i++) {
        const struct document_view *d = &v->documents.at[i];
        if (!d->affected.len)
            continue;
        str_add_str(out, any ? "" : "elements:\n");
        any = true;
        str_add_str(out, "  ");
        yaml_write_scalar(out, d->reference->id, true);
        str_add_str(out, ": ");
        yaml_write_scalar(out, d->reference->title, false);
        str_add_char(out, '\n');
    }
    if (!any)
        str_add_str(out, "elements: {}\n");
}

void exchange_w3c_outline(const struct view *v, struct str *out)
{
    struct arena a = ARENA_INIT;
    size_t files = 0;
    str_add_str(out, "categories:\n");
    for (int area = -1; area < (int)v->profile->sig.areas.list.len; area++)
        put_category(v, area, out);
    put_element_names(v, out);
    for (size_t i = 0; i < v->threats.len; i++) {
        struct sv name = exchange_w3c_name(&a, v, i);
        if (!name.len)
            continue;
        str_addf(out, "%s  - %.*s\n", files++ ? "" : "files:\n", SV_ARG(name));
    }
    if (!files)
        str_add_str(out, "files: []\n");
    arena_release(&a);
}
