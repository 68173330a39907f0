/* The digest of a block tree: everything that a writer can show of it. A page whose tree has the digest of
 * the last run is not written again. */
#include "document/site_page.h"

static void number(struct digest_state *s, uint64_t n)
{
    digest_add(s, sv_from((const char *)&n, sizeof n));
}

static void inlines(struct digest_state *s, const struct doc_inline *i)
{
    for (; i; i = i->next) {
        number(s, (uint64_t)i->kind + 1);
        digest_add_part(s, i->text);
        digest_add_part(s, i->id);
        digest_add_part(s, i->url);
        if (i->first)
            inlines(s, i->first);
    }
    number(s, 0);
}

static void blocks(struct digest_state *s, const struct doc_block *b, const struct map *known)
{
    for (; b; b = b->next) {
        const struct digest *section =
            known && b->kind == DOC_SECTION && b->anchor.len ? map_get(known, b->anchor) : NULL;
        if (section) {
            digest_add(s, digest_sv(section));
            continue;
        }
        number(s, (uint64_t)b->kind + 1);
        number(s, (uint64_t)b->start << 4 | (uint64_t)b->ordered << 3 | (uint64_t)b->tight << 2 |
                      (uint64_t)b->header_row << 1 | (uint64_t)b->heading);
        digest_add_part(s, b->anchor);
        digest_add_part(s, b->title);
        digest_add_part(s, b->text);
        digest_add_part(s, b->language);
        digest_add_part(s, b->key);
        digest_add_part(s, sv_str(b->class_name));
        for (size_t i = 0; i < b->value_count; i++)
            digest_add_part(s, b->values[i]);
        /* A drawing shows what its text equivalent says, which stands in its children, at this size. */
        if (b->figure) {
            digest_add_part(s, b->figure->alternative);
            digest_add(s, sv_from((const char *)&b->figure->width, sizeof b->figure->width));
            digest_add(s, sv_from((const char *)&b->figure->height, sizeof b->figure->height));
        }
        inlines(s, b->inlines);
        blocks(s, b->first, known);
    }
    number(s, 0);
}

void tree_digest_add(struct digest_state *s, const struct doc_block *first, const struct map *known)
{
    blocks(s, first, known);
}

struct digest tree_digest_section(const struct doc_block *section)
{
    struct digest_state s;
    digest_begin(&s);
    digest_add_part(&s, section->title);
    digest_add_part(&s, section->anchor);
    digest_add_part(&s, sv_str(section->class_name));
    blocks(&s, section->first, NULL);
    return digest_end(&s);
}
