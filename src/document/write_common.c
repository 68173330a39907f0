/* Small pieces that several writers use. */
#include "document/write.h"

void write_citations(struct arena *a, const struct view *v, struct write_citations *out)
{
    out->of_threat = arena_new_array(a, struct write_ids, v->threats.len + 1);
    for (size_t i = 0; i < v->documents.len; i++) {
        const struct document_view *d = &v->documents.at[i];
        for (size_t n = 0; n < d->all.len; n++)
            *vec_push(a, &out->of_threat[d->all.at[n]].list) = d->reference->id;
    }
}

struct sv write_author_name(struct arena *a, const struct author *author)
{
    const char *blank = author->first.len && author->last.len ? " " : "";
    return sv_str(
        arena_printf(a, "%.*s%s%.*s", SV_ARG(author->first), blank, SV_ARG(author->last)));
}

bool write_web_address(struct sv url)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:", "xmpp:"};
    for (size_t i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char)url.at[i];
        if (c <= 0x20 || c == 0x7F || c == '\\')
            return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (url.len > strlen(schemes[i]) && sv_starts(url, sv_str(schemes[i])))
            return true;
    return false;
}

void write_outline(struct arena *a, struct sv text, size_t level_max, struct write_outline *out)
{
    struct {
        VEC(size_t) list;
    } indents = {0};
    struct sv line;
    while (sv_next_line(&text, &line)) {
        size_t indent = 0;
        while (indent < line.len && line.at[indent] == ' ')
            indent++;
        struct sv content = sv_trim(line);
        if (content.len == 0)
            continue;
        while (indents.list.len && indents.list.at[indents.list.len - 1] > indent)
            indents.list.len--;
        if (indents.list.len == 0 ||
            (indents.list.at[indents.list.len - 1] < indent && indents.list.len <= level_max))
            *vec_push(a, &indents.list) = indent;
        *vec_push(a, &out->lines) = (struct write_outline_line){indents.list.len - 1, content};
    }
}
