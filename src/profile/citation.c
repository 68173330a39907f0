/* Citations ("XEP-0384 v0.8.3 §4.2") as front matter states them. */
#include "base/suggest.h"
#include "profile/internal.h"

#define SECTION_SIGN "\xC2\xA7"

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool citation_is_version(struct sv text)
{
    if (!text.len || text.at[0] < '0' || text.at[0] > '9')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_alnum(text.at[i]) && text.at[i] != '.' && text.at[i] != '-')
            return false;
    return text.at[text.len - 1] != '.';
}

static bool is_section(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_alnum(text.at[i]) && text.at[i] != '.' && text.at[i] != '-')
            return false;
    return text.len && is_alnum(text.at[0]) && is_alnum(text.at[text.len - 1]);
}

/* Last occurrence of needle, or -1. */
static ptrdiff_t find_last(struct sv text, struct sv needle)
{
    for (size_t at = text.len; at-- > 0;)
        if (sv_starts(sv_from_byte(text, at), needle))
            return (ptrdiff_t)at;
    return -1;
}

static bool is_id(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < 0x20)
            return false;
    return text.len && text.len <= 100 && sv_trim(text).len == text.len &&
           sv_find(text, SV(SECTION_SIGN)) < 0;
}

bool citation_parse(struct sv text, struct citation *out)
{
    *out = (struct citation){SV_NONE, SV_NONE, SV_NONE, sv_trim(text), NULL};
    struct sv rest = out->text;
    ptrdiff_t section = find_last(rest, SV(" " SECTION_SIGN));
    if (section >= 0) {
        out->section = sv_from_byte(rest, (size_t)section + 3);
        rest.len = (size_t)section;
        if (!is_section(out->section))
            return false;
    }
    ptrdiff_t version = find_last(rest, SV(" v"));
    if (version >= 0 && citation_is_version(sv_from_byte(rest, (size_t)version + 2))) {
        out->version = sv_from_byte(rest, (size_t)version + 2);
        rest.len = (size_t)version;
    }
    out->id = rest;
    return is_id(rest);
}

const char *citation_nearest(const struct yaml_read *r, const struct references *refs, struct sv id)
{
    struct words near = {{NULL, 0, 0}};
    if (r->diag->errors > 50)
        return NULL;
    for (size_t i = 0; i < refs->list.len; i++)
        if (id.len > 2 && sv_starts(refs->list.at[i].id, sv_from(id.at, id.len / 2)))
            *vec_push(r->a, &near.list) =
                arena_strndup(r->a, refs->list.at[i].id.at, refs->list.at[i].id.len);
    return suggest_nearest(id, near.list.at, near.list.len);
}

bool citation_read(const struct yaml_read *r, const struct references *refs,
                   const struct yaml_node *node, const char *what, struct citation *out)
{
    struct sv text;
    *out = (struct citation){SV_NONE, SV_NONE, SV_NONE, SV_NONE, NULL};
    if (!yaml_read_item(r, node, what, &text))
        return false;
    if (!citation_parse(text, out)) {
        yaml_read_fault(
            r, node, arena_printf(r->a, "\"%s\" is not a reference", yaml_read_shown(r->a, text)),
            "ID, ID vVERSION, ID " SECTION_SIGN "SECTION or ID vVERSION " SECTION_SIGN "SECTION");
        return false;
    }
    struct reference *found = map_get(&refs->by_id, out->id);
    if (!found && refs->unread)
        return true;
    if (!found) {
        const char *nearest = citation_nearest(r, refs, out->id);
        yaml_read_fault(
            r, node,
            arena_printf(r->a, "%s is not in references.tsv", yaml_read_shown(r->a, out->id)),
            nearest ? arena_printf(r->a, "%s (did you mean that?), or a line for it there", nearest)
                    : "a line for it there");
        return false;
    }
    out->reference = found;
    return true;
}
