/* Changes to the text of a threat file that leave the rest as it is.
 *
 * Every change is made on the bytes that the parser points at and then verified by parsing the
 * result: a change that would not read back as meant, because the text around it is written in an
 * unusual way, is refused. */
#include "base/str.h"
#include "base/utf8.h"
#include "profile/internal.h"
#include "profile/parts.h"

enum { FILE_SLUG_MAX = 60 };

/* The text with [from, to) replaced. */
static struct sv splice(struct arena *a, struct sv text, size_t from, size_t to, struct sv with)
{
    char *joined = arena_alloc(a, text.len - (to - from) + with.len + 1);
    memcpy(joined, text.at, from);
    memcpy(joined + from, with.at, with.len);
    memcpy(joined + from + with.len, text.at + to, text.len - to);
    return sv_from(joined, text.len - (to - from) + with.len);
}

static struct sv value_text(struct arena *a, struct sv value, bool literal, bool inside_flow)
{
    struct str out = STR_INIT;
    if (literal)
        str_add(&out, sv_trim(value));
    else
        yaml_write_scalar(&out, value, inside_flow);
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

/* A change of the YAML of the front matter. */
struct change {
    struct arena *a;
    struct sv yaml;                  /* before and, step by step, after */
    const struct template *template; /* may be NULL */
    struct err *err;
};

static int refuse(struct change *c, const char *why)
{
    return err_set(c->err, CM_EINPUT, "the front matter cannot be changed: %s", why);
}

static const struct yaml_node *parse_quietly(struct arena *a, struct sv yaml, struct err *err)
{
    struct diag diag;
    diag_init(&diag, a);
    const struct yaml_node *root = yaml_parse(a, yaml, "", 1, &diag);
    if (!root && diag.len)
        err_set(err, CM_EINPUT, "line %u of the front matter: %s", diag.items[0].line,
                diag.items[0].text);
    return root && root->kind == YAML_MAPPING ? root : NULL;
}

/* Puts a new value behind the colon of a pair. */
static int replace_value(struct change *c, const struct yaml_pair *pair, struct sv text)
{
    struct yaml_part part = {.name = pair->key, .value = pair->value};
    size_t colon = yaml_pair_colon(c->yaml, pair->key);
    size_t end = yaml_part_value_end(c->yaml, &part);
    if (!colon)
        return refuse(c, "a key is written in an unusual way");
    if (end < colon)
        end = colon;
    c->yaml = splice(c->a, c->yaml, colon, end, sv_str(arena_printf(c->a, " %.*s", SV_ARG(text))));
    return CM_OK;
}

static int insert_key(struct change *c, const struct yaml_node *root, struct sv key, struct sv text)
{
    struct yaml_parts parts;
    yaml_parts_cut(c->a, c->yaml, root, &parts);
    if (!parts.whole)
        return refuse(c, "its keys do not stand at the left margin");
    size_t at = parts.tail;
    int rank = threat_key_rank(c->template, key);
    for (size_t i = parts.list.len; i-- > 0;)
        if (threat_key_rank(c->template, parts.list.at[i].key) > rank)
            at = parts.list.at[i].start;
    bool open_line = at && c->yaml.at[at - 1] != '\n';
    char *line =
        arena_printf(c->a, "%s%.*s: %.*s\n", open_line ? "\n" : "", SV_ARG(key), SV_ARG(text));
    c->yaml = splice(c->a, c->yaml, at, at, sv_str(line));
    return CM_OK;
}

static int remove_key(struct change *c, const struct yaml_node *root, struct sv key)
{
    struct yaml_parts parts;
    yaml_parts_cut(c->a, c->yaml, root, &parts);
    if (!parts.whole)
        return refuse(c, "its keys do not stand at the left margin");
    for (size_t i = 0; i < parts.list.len; i++)
        if (sv_eq(parts.list.at[i].key, key))
            c->yaml = splice(c->a, c->yaml, parts.list.at[i].line, parts.list.at[i].end, SV_NONE);
    return CM_OK;
}

/* A mapping below a key is rewritten as a whole, on one line: with a key set, replaced or (text
 * empty) left out. */
static struct sv rewrite_mapping(struct change *c, const struct yaml_node *map, struct sv key,
                                 struct sv text)
{
    struct str out = STR_INIT;
    bool done = !text.len;
    str_add_char(&out, '{');
    for (size_t i = 0; map && i < map->count; i++) {
        bool this_one = sv_eq(map->pairs[i].key->text, key);
        if (this_one && !text.len)
            continue;
        if (out.len > 1)
            str_add_str(&out, ", ");
        yaml_write_scalar(&out, map->pairs[i].key->text, true);
        str_add_str(&out, ": ");
        if (this_one)
            str_add(&out, text);
        else
            yaml_write_flow(&out, map->pairs[i].value);
        done = done || this_one;
    }
    if (!done) {
        if (out.len > 1)
            str_add_str(&out, ", ");
        str_addf(&out, "%.*s: %.*s", SV_ARG(key), SV_ARG(text));
    }
    str_add_char(&out, '}');
    struct sv result = arena_sv(c->a, str_sv(&out));
    str_release(&out);
    return result;
}

static const struct yaml_pair *find_pair(const struct yaml_node *map, struct sv key)
{
    for (size_t i = 0; map && map->kind == YAML_MAPPING && i < map->count; i++)
        if (sv_eq(map->pairs[i].key->text, key))
            return &map->pairs[i];
    return NULL;
}

/* A value inside braces is replaced where it stands; anything else makes the mapping be written
 * anew. */
static int set_inner(struct change *c, const struct yaml_node *root, struct sv outer,
                     struct sv inner, struct sv text)
{
    const struct yaml_pair *pair = find_pair(root, outer);
    const struct yaml_node *map = pair && pair->value->kind == YAML_MAPPING ? pair->value : NULL;
    const struct yaml_pair *old = find_pair(map, inner);
    bool flow = map && map->start < c->yaml.len && c->yaml.at[map->start] == '{';
    if (!text.len && !old)
        return CM_OK;
    if (old && flow && text.len)
        return replace_value(c, old, text);
    if (!text.len && map->count == 1)
        return remove_key(c, root, outer);
    struct sv whole = rewrite_mapping(c, map, inner, text);
    return pair ? replace_value(c, pair, whole) : insert_key(c, root, outer, whole);
}

static int set_outer(struct change *c, const struct yaml_node *root, struct sv key, struct sv text)
{
    const struct yaml_pair *pair = find_pair(root, key);
    if (!text.len)
        return pair ? remove_key(c, root, key) : CM_OK;
    return pair ? replace_value(c, pair, text) : insert_key(c, root, key, text);
}

/* Does the value read back as meant? */
static bool reads_back(const struct yaml_node *root, struct sv outer, struct sv inner,
                       struct sv value, bool flow)
{
    const struct yaml_pair *pair = find_pair(root, outer);
    if (inner.len)
        pair = pair ? find_pair(pair->value, inner) : NULL;
    if (!value.len)
        return !pair;
    return pair && (flow || (pair->value->kind == YAML_SCALAR && sv_eq(pair->value->text, value)));
}

/* Everything but the one key is as it was. */
static bool others_same(const struct yaml_node *before, const struct yaml_node *after,
                        struct sv key)
{
    size_t count = 0;
    for (size_t i = 0; i < after->count; i++)
        count += !sv_eq(after->pairs[i].key->text, key);
    for (size_t i = 0; i < before->count; i++) {
        const struct yaml_pair *pair = &before->pairs[i];
        if (sv_eq(pair->key->text, key))
            continue;
        const struct yaml_pair *now = find_pair(after, pair->key->text);
        if (!now || !yaml_same(now->value, pair->value))
            return false;
        count--;
    }
    return count == 0;
}

static bool good_key(struct sv key)
{
    for (size_t i = 0; i < key.len; i++)
        if (!(key.at[i] >= 'a' && key.at[i] <= 'z') && !(key.at[i] >= '0' && key.at[i] <= '9') &&
            key.at[i] != '-' && key.at[i] != '_')
            return false;
    return key.len > 0;
}

static int set_in_front(struct change *c, struct sv key, struct sv value, bool flow)
{
    struct sv rest = key, outer, inner = SV_NONE;
    sv_split(&rest, '.', &outer);
    if (outer.len < key.len)
        inner = sv_from_byte(key, outer.len + 1);
    if (!good_key(outer) || (outer.len < key.len && !good_key(inner)))
        return err_set(c->err, CM_EUSAGE, "\"%.*s\" is no key", SV_ARG(key));
    const struct yaml_node *before = parse_quietly(c->a, c->yaml, c->err);
    if (!before)
        return c->err->code ? c->err->code : refuse(c, "it is not a mapping");
    struct sv text = value.len ? value_text(c->a, value, flow, inner.len > 0) : SV_NONE;
    int result =
        inner.len ? set_inner(c, before, outer, inner, text) : set_outer(c, before, outer, text);
    if (result != CM_OK)
        return result;
    const struct yaml_node *after = parse_quietly(c->a, c->yaml, c->err);
    if (!after)
        return err_set(c->err, CM_EINPUT, "\"%.*s\" cannot be set to this value", SV_ARG(key));
    if (!reads_back(after, outer, inner, value, flow) || !others_same(before, after, outer))
        return refuse(c, "the value would not read back as written");
    return CM_OK;
}

static int cut_for_edit(struct arena *a, struct sv source, struct text_file *out, struct err *err)
{
    struct diag diag;
    diag_init(&diag, a);
    size_t bad;
    if (source.len > PROFILE_FILE_MAX)
        return err_set(err, CM_ELIMIT, "the file has more than %d bytes", PROFILE_FILE_MAX);
    if (!utf8_valid(source, &bad))
        return err_set(err, CM_EINPUT, "the file is not UTF-8");
    if (text_file_cut(a, source, "", &diag, out) && out->front)
        return CM_OK;
    if (!diag.len)
        return err_set(err, CM_EINPUT, "the file has no front matter");
    return err_set(err, CM_EINPUT, "line %u: %s", diag.items[0].line, diag.items[0].text);
}

int threat_text_set(struct arena *a, struct sv source, const char *key, struct sv value, bool flow,
                    struct sv *out, struct err *err)
{
    struct text_file f;
    *out = SV_NONE;
    int result = cut_for_edit(a, source, &f, err);
    if (result != CM_OK)
        return result;
    if (!utf8_valid(value, NULL) || sv_find_char(value, '\0') >= 0)
        return err_set(err, CM_EINPUT, "the value is not UTF-8 text");
    struct change c = {.a = a, .yaml = f.md.front, .err = err};
    result = set_in_front(&c, sv_str(key), value, flow);
    if (result == CM_OK)
        *out = splice(a, source, f.md.front_start, f.md.front_start + f.md.front.len, c.yaml);
    return result;
}

/* Where a new section goes: before the first one that the template puts after it. */
static size_t section_place(const struct template *t, const struct text_file *f, struct sv title)
{
    int field = template_field_named(t, title);
    for (size_t i = 1; field >= 0 && i < f->md.sections.len; i++)
        if (template_field_named(t, f->md.sections.at[i].title) > field)
            return f->md.sections.at[i].start;
    return f->text.len;
}

static bool section_reads_back(struct arena *a, struct sv text, const struct text_file *before,
                               struct sv title, struct sv body)
{
    struct text_file after;
    struct diag diag;
    diag_init(&diag, a);
    if (!text_file_cut(a, text, "", &diag, &after))
        return false;
    int old = text_file_section(before, title), now = text_file_section(&after, title);
    size_t expected = before->md.sections.len - (old >= 0) + (body.len > 0);
    if (after.md.sections.len != expected)
        return false;
    if (!body.len)
        return now < 0;
    return now >= 0 && sv_eq(sv_trim(after.md.sections.at[now].body), sv_trim(body));
}

/* Blank lines at both ends taken off; blanks before the first word stay. */
static struct sv trim_lines(struct sv body)
{
    size_t start = 0;
    for (size_t i = 0; i < body.len && (body.at[i] == ' ' || body.at[i] == '\t' ||
                                        body.at[i] == '\r' || body.at[i] == '\n');
         i++)
        if (body.at[i] == '\n')
            start = i + 1;
    body = sv_from_byte(body, start);
    while (body.len && strchr(" \t\r\n", body.at[body.len - 1]))
        body.len--;
    return body;
}

int threat_text_set_section(struct arena *a, const struct template *t, struct sv source,
                            struct sv title, struct sv body, struct sv *out, struct err *err)
{
    struct text_file f;
    *out = SV_NONE;
    int result = cut_for_edit(a, source, &f, err);
    if (result != CM_OK)
        return result;
    if (!utf8_valid(body, NULL) || sv_find_char(body, '\0') >= 0)
        return err_set(err, CM_EINPUT, "the section is not UTF-8 text");
    body = trim_lines(body);
    int old = text_file_section(&f, title);
    if (old < 0 && !body.len) {
        *out = source;
        return CM_OK;
    }
    size_t from = old >= 0 ? f.md.sections.at[old].start : section_place(t, &f, title);
    size_t to = old >= 0 ? f.md.sections.at[old].end : from;
    struct str part = STR_INIT;
    if (body.len) {
        if (from && source.at[from - 1] != '\n')
            str_add_char(&part, '\n');
        if (from > 1 && !sv_ends(sv_from(source.at, from), SV("\n\n")))
            str_add_char(&part, '\n');
        str_addf(&part, "## %.*s\n\n", SV_ARG(title));
        str_add(&part, body);
        str_add_str(&part, to < source.len ? "\n\n" : "\n");
    }
    *out = splice(a, source, from, to, arena_sv(a, str_sv(&part)));
    str_release(&part);
    if (!body.len && to == source.len) /* no blank line is left at the end */
        while (sv_ends(*out, SV("\n\n")))
            out->len--;
    if (section_reads_back(a, *out, &f, title, body))
        return CM_OK;
    *out = SV_NONE;
    return err_set(err, CM_EINPUT,
                   "the text of \"%.*s\" has a `##` heading, a code block that does not end, or an "
                   "underlined heading; use `###`",
                   SV_ARG(title));
}

/* The first sentence of a guidance on one line, blanks single, without what would end the comment. */
static void add_first_sentence(struct str *out, struct sv guidance)
{
    struct sv text = sv_first_sentence(guidance);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i] == '\n' || text.at[i] == '\t' ? ' ' : text.at[i];
        char before = out->len ? out->data[out->len - 1] : ' ';
        if (c != before || (c != ' ' && c != '-'))
            str_add_char(out, c);
    }
}

static void add_new_section(struct str *out, const struct template_field *f)
{
    struct str sentence = STR_INIT;
    add_first_sentence(&sentence, f->guidance);
    str_addf(out, "\n## %.*s\n", SV_ARG(f->name));
    if (sentence.len && sv_find(str_sv(&sentence), SV("<!-")) < 0 &&
        sv_find(str_sv(&sentence), SV("->")) < 0) {
        str_add_str(out, "\n<!-- ");
        str_add(out, sv_trim(str_sv(&sentence)));
        str_add_str(out, " -->\n");
    }
    str_release(&sentence);
}

/* "# areas: [...], one or several of: messaging, transport", in lines of usual width. */
static void add_area_hint(struct str *out, const struct terms *areas)
{
    enum { WIDTH = 100 };
    size_t line = out->len;
    str_add_str(out, "# areas: [...], one or several of:");
    for (size_t i = 0; i < areas->list.len; i++) {
        struct sv id = areas->list.at[i].id;
        if (out->len - line + id.len + 2 > WIDTH) {
            str_add_char(out, '\n');
            line = out->len;
            str_add_str(out, "#  ");
        }
        str_addf(out, " %.*s%s", SV_ARG(id), i + 1 < areas->list.len ? "," : "");
    }
    str_add_char(out, '\n');
}

struct sv threat_text_new(struct arena *a, const struct profile *p, unsigned number, struct sv name,
                          struct sv by, struct sv date)
{
    struct str out = STR_INIT;
    str_addf(&out, "---\nid: %.*s-%04u\nname: ", SV_ARG(p->sig.prefix), number);
    yaml_write_scalar(&out, name, false);
    str_add_char(&out, '\n');
    add_area_hint(&out, &p->sig.areas);
    str_add_str(&out, "stage: ");
    yaml_write_scalar(&out, p->process.stages.len ? p->process.stages.at[0].id : SV_NONE, false);
    str_add_str(&out, "\nproposed: {by: ");
    yaml_write_scalar(&out, by, true);
    str_add_str(&out, ", date: ");
    yaml_write_scalar(&out, date, true);
    str_add_str(&out, "}\n---\n");
    for (size_t i = 0; i < p->template.fields.len; i++)
        if (p->template.fields.at[i].kind == FIELD_PROSE)
            add_new_section(&out, &p->template.fields.at[i]);
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

const char *threat_file_name(struct arena *a, struct sv id, struct sv name)
{
    struct sv slug = name.len ? doc_anchor(a, name) : SV_NONE;
    if (slug.len > FILE_SLUG_MAX) {
        slug.len = FILE_SLUG_MAX;
        while (slug.len > FILE_SLUG_MAX / 2 && slug.at[slug.len] != '-' &&
               slug.at[slug.len - 1] != '-')
            slug.len--;
    }
    while (slug.len && slug.at[slug.len - 1] == '-')
        slug.len--;
    return arena_printf(a, "threats/%.*s%s%.*s.md", SV_ARG(id), slug.len ? "-" : "", SV_ARG(slug));
}
