/* The scanner and the reader of Markdown on any bytes: parts join up to the whole, and the tree is
 * sound. */
#include "format/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool find_mention(void *context CM_UNUSED, struct sv text, struct markdown_mention *out)
{
    ptrdiff_t at = sv_find(text, SV("RFC"));
    if (at < 0)
        return false;
    *out = (struct markdown_mention){MARKDOWN_REFERENCE, (size_t)at, 3, SV("RFC 1"),
                                     SV("https://example.org/")};
    return true;
}

static struct doc_block *fence(void *context CM_UNUSED, struct arena *a, struct sv language,
                               struct sv info CM_UNUSED, struct sv text CM_UNUSED)
{
    return sv_eq(language, SV("x")) ? doc_block_new(a, DOC_RULE) : NULL;
}

static void check_inlines(const struct doc_inline *i, const struct doc_inline *last, int depth)
{
    if (depth > 70)
        BUG("inlines nest too deep");
    for (; i; i = i->next) {
        if (!i->next && i != last)
            BUG("the last inline is not the last");
        check_inlines(i->first, i->last, depth + 1);
    }
}

static void check_blocks(const struct doc_block *b, const struct doc_block *last, int depth)
{
    if (depth > 80)
        BUG("blocks nest too deep");
    for (; b; b = b->next) {
        if (!b->next && b != last)
            BUG("the last block is not the last");
        if (b->kind == DOC_SECTION && !b->anchor.len)
            BUG("a section without anchor");
        check_inlines(b->inlines, b->inlines_last, 0);
        check_blocks(b->first, b->last, depth + 1);
    }
}

static void check_scan(struct sv text, const struct markdown_file *f)
{
    size_t at = f->sections.at[0].start;
    for (size_t i = 0; i < f->sections.len; i++) {
        const struct markdown_section *s = &f->sections.at[i];
        if (s->start != at || s->body_start < s->start || s->end < s->body_start ||
            s->end > text.len)
            BUG("sections do not join up");
        at = s->end;
    }
    if (at != text.len || f->body.at + f->body.len != text.at + text.len)
        BUG("something is lost at the end");
    for (size_t i = 0; i < f->fences.len; i++)
        if (f->fences.at[i].start > f->fences.at[i].end || f->fences.at[i].end > text.len)
            BUG("a fence outside the text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct err err = ERR_INIT;
    struct markdown_file f;
    struct sv text = sv_from((const char *)data, size);
    diag_init(&diag, &a);
    markdown_scan(&a, text, "f", &diag, &f);
    check_scan(text, &f);
    struct markdown_options options = {.file = "f",
                                       .first_line = 7,
                                       .anchor_prefix = SV("p-"),
                                       .find_mention = find_mention,
                                       .fence = fence,
                                       .diag = &diag};
    struct doc_block *root = doc_block_new(&a, DOC_SECTION);
    int rc = markdown_to_doc(&a, text, &options, root, &err);
    if (rc && root->first)
        BUG("blocks in spite of a failure");
    check_blocks(root->first, root->last, 0);
    arena_release(&a);
    return 0;
}
