/* Blocks as plain paragraphs, for formats that know no markup. */
#include "document/build.h"
#include "document/exchange_parts.h"

enum { PLAIN_DEPTH_MAX = 96 };

static void put(struct str *out, struct sv lead, struct sv text, unsigned indent)
{
    struct sv line;
    for (bool first = true; sv_next_line(&text, &line); first = false) {
        str_add_repeat(out, ' ', line.len ? indent : 0);
        if (first)
            str_add(out, lead);
        else
            str_add_repeat(out, ' ', line.len ? lead.len : 0);
        str_add(out, line);
        str_add_char(out, '\n');
    }
}

static void between(struct str *out)
{
    if (out->len && !sv_ends(str_sv(out), SV("\n\n")))
        str_add_char(out, '\n');
}

static void blocks(struct arena *a, struct str *out, const struct doc_block *b, struct sv lead, unsigned indent,
                   unsigned depth);

static void items(struct arena *a, struct str *out, const struct doc_block *list, unsigned indent, unsigned depth)
{
    unsigned number = list->start ? list->start : 1;
    for (const struct doc_block *i = list->first; i; i = i->next)
        blocks(a, out, i->first, list->ordered ? build_sv(a, "%u. ", number++) : SV("- "), indent, depth + 1);
}

static void table(struct arena *a, struct str *out, const struct doc_block *b, unsigned indent)
{
    for (const struct doc_block *row = b->first; row; row = row->next) {
        struct str line = STR_INIT;
        for (const struct doc_block *cell = row->first; cell; cell = cell->next)
            str_addf(&line, "%s%.*s", line.len ? " | " : "", SV_ARG(doc_plain(a, cell->inlines)));
        put(out, SV_NONE, str_sv(&line), indent);
        str_release(&line);
    }
}

/* What a list puts before a line stands before the first of its item only; what follows in the item is moved in. */
static void blocks(struct arena *a, struct str *out, const struct doc_block *b, struct sv lead, unsigned indent,
                   unsigned depth)
{
    for (; b && depth < PLAIN_DEPTH_MAX; b = b->next) {
        if (b->kind == DOC_CODE_BLOCK && sv_eq(b->language, SV("attack-tree")))
            continue;
        if (!lead.len || out->len == 0)
            between(out);
        if (b->title.len)
            put(out, lead, b->title, indent);
        if (b->kind == DOC_LIST)
            items(a, out, b, indent, depth);
        else if (b->kind == DOC_TABLE)
            table(a, out, b, indent);
        else if (b->text.len)
            put(out, lead, b->text, indent);
        else if (b->inlines)
            put(out, lead, doc_plain(a, b->inlines), indent);
        if (b->kind != DOC_LIST && b->kind != DOC_TABLE)
            blocks(a, out, b->first, SV_NONE, indent, depth + 1);
        indent += (unsigned)lead.len;
        lead = SV_NONE;
    }
}

struct sv exchange_plain(struct arena *a, struct sv markdown)
{
    struct err ignored = ERR_INIT;
    struct arena scratch = ARENA_INIT;
    struct doc_block *top = doc_block_new(&scratch, DOC_SECTION);
    const struct markdown_options options = {.file = "text", .first_line = 1, .heading_base = 3};
    struct str out = STR_INIT;
    if (markdown_to_doc(&scratch, markdown, &options, top, &ignored))
        str_add(&out, markdown); /* beyond the limits of the reader: as it was written */
    else
        blocks(&scratch, &out, top->first, SV_NONE, 0, 0);
    struct sv text = arena_sv(a, sv_trim(str_sv(&out)));
    str_release(&out);
    arena_release(&scratch);
    return text;
}
