/* Markdown into the block tree, from md4c's callbacks.
 *
 * md4c reports blocks and spans as they open and close; what is open stands on two stacks of fixed
 * size. Text comes in pieces (entities, escapes, line ends), which are joined before mentions are
 * looked for in them. Whatever the input could multiply (nodes, text of reference links, cells of
 * ragged tables) is counted and refused beyond a cap, which also ends md4c's own work. */
#include "format/markdown.h"

#include "base/library.h"
#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "format/markdown_text.h"

#include <md4c.h>

#define MD4C_FUNCTIONS(X)                                                                                              \
    X(md_parse)
LIBRARY_TABLE(md4c, MD4C_FUNCTIONS);
LIBRARY(static, md4c, LIBRARY_MD4C, MD4C_FUNCTIONS)

enum {
    MD_BYTES_MAX = 16 << 20,
    MD_NESTING_MAX = 64,
    MD_NODES_MAX = 200000,
    MD_GROWTH_MAX = 8,
    MD_LEVELS = 6,
    MD_ROOM = 64
};

struct anchor_count {
    unsigned last;
};

struct builder {
    struct arena *a;
    struct sv text;
    const struct markdown_options *options;
    struct err *err;
    int rc;

    struct doc_block *sections[MD_LEVELS + 1]; /* the root and the open headings */
    unsigned levels[MD_LEVELS + 1];
    size_t section_depth;
    struct doc_block *blocks[MD_NESTING_MAX]; /* open containers, innermost last */
    size_t depth;
    struct doc_block *leaf;                   /* takes inlines; NULL: a paragraph is to be made */
    struct doc_inline *spans[MD_NESTING_MAX]; /* open spans; NULL for those that leave no trace */
    MD_SPANTYPE span_types[MD_NESTING_MAX];
    size_t span_depth;
    size_t link_depth;
    unsigned heading_level; /* of the open heading, or 0 */

    struct str run; /* text not yet put into a node */
    size_t nodes, bytes;
    struct map anchors; /* anchor -> struct anchor_count */

    size_t last;                  /* offset of the text seen last */
    bool in_html;                 /* in an HTML block */
    size_t html;                  /* offset of its first text, or SIZE_MAX */
    size_t place_at, place_start; /* for positions: an offset, the start and number of its line */
    uint32_t place_line;
};

static int limit(struct builder *b, const char *what)
{
    if (!b->rc)
        b->rc = err_set(b->err, CM_ELIMIT, "%s: %s",
                        b->options->file ? b->options->file : "Markdown", what);
    return b->rc;
}

/* The text brought md4c out of step. */
static int malformed(struct builder *b)
{
    if (!b->rc)
        b->rc = err_set(b->err, CM_EINPUT, "%s: brackets or links that cannot be read as Markdown",
                        b->options->file ? b->options->file : "Markdown");
    return b->rc;
}

/* Where in the text a piece from md4c stands; the place before when md4c made the piece. */
static size_t place_of(struct builder *b, const char *piece)
{
    uintptr_t start = (uintptr_t)b->text.at, at = (uintptr_t)piece;
    if (at >= start && at < start + b->text.len)
        b->last = at - start;
    return b->last;
}

/* Pieces lie in the text, or are blanks and line ends of md4c's own. For a few malformed links md4c
 * 0.4.8 loses count and gives a negative length. */
static bool sound_piece(const struct builder *b, const char *piece, size_t size)
{
    uintptr_t start = (uintptr_t)b->text.at, at = (uintptr_t)piece;
    if (at < start || at > start + b->text.len)
        return size <= 64;
    return size <= start + b->text.len - at;
}

static void fault(struct builder *b, size_t offset, const char *what, const char *expected)
{
    if (!b->options->diag)
        return;
    if (offset < b->place_at) {
        b->place_at = b->place_start = 0;
        b->place_line = 0;
    }
    for (; b->place_at < offset; b->place_at++) {
        if (b->text.at[b->place_at] != '\n')
            continue;
        b->place_line++;
        b->place_start = b->place_at + 1;
    }
    size_t column = utf8_count(sv_from(b->text.at + b->place_start, offset - b->place_start)) + 1;
    diag_error(b->options->diag, b->options->file, b->options->first_line + b->place_line,
               (uint32_t)column, what, expected);
}

static int count_node(struct builder *b)
{
    return ++b->nodes > MD_NODES_MAX ? limit(b, "more than 200,000 parts") : b->rc;
}

static int count_bytes(struct builder *b, size_t len)
{
    b->bytes += len;
    return b->bytes > b->text.len * MD_GROWTH_MAX + 65536
               ? limit(b, "links that repeat too much text")
               : b->rc;
}

static struct doc_block *container(const struct builder *b)
{
    return b->depth ? b->blocks[b->depth - 1] : b->sections[b->section_depth - 1];
}

static struct doc_block *add_block(struct builder *b, enum doc_block_kind kind)
{
    count_node(b);
    return doc_add(b->a, container(b), kind);
}

/* Inlines */

static void put(struct builder *b, struct doc_inline *i)
{
    count_node(b);
    for (size_t n = b->span_depth; n > 0; n--) {
        if (!b->spans[n - 1])
            continue;
        doc_put_child(b->spans[n - 1], i);
        return;
    }
    if (!b->leaf)
        b->leaf = add_block(b, DOC_PARAGRAPH);
    doc_put(b->leaf, i);
}

static void put_mention(struct builder *b, const struct markdown_mention *m, struct sv text)
{
    bool reference = m->kind == MARKDOWN_REFERENCE;
    struct doc_inline *i = doc_inline_new(b->a, reference ? DOC_REFERENCE : DOC_THREAT, text);
    i->id = arena_sv(b->a, m->id);
    if (reference)
        i->url = arena_sv(b->a, m->url);
    put(b, i);
}

/* Text without addresses */
static void put_words(struct builder *b, struct sv text)
{
    bool search = b->options->find_mention && !b->link_depth && !b->heading_level;
    while (text.len && !b->rc) {
        struct markdown_mention m;
        bool found = search && b->options->find_mention(b->options->context, text, &m) && m.len &&
                     m.at < text.len && m.len <= text.len - m.at;
        size_t before = found ? m.at : text.len;
        if (before)
            put(b, doc_inline_new(b->a, DOC_TEXT, sv_from(text.at, before)));
        if (!found)
            break;
        put_mention(b, &m, sv_from(text.at + m.at, m.len));
        text = sv_from_byte(text, m.at + m.len);
    }
}

static void put_bare_url(struct builder *b, struct sv url)
{
    struct doc_inline *link = doc_inline_new(b->a, DOC_LINK, SV_NONE);
    link->url = arena_sv(b->a, url);
    doc_put_child(link, doc_inline_new(b->a, DOC_TEXT, url));
    put(b, link);
}

/* md4c could find bare addresses too, but takes quadratic time over many of them. */
static void put_text(struct builder *b, struct sv text)
{
    size_t at, len;
    while (!b->link_depth && !b->rc && markdown_bare_url(text, &at, &len)) {
        put_words(b, sv_from(text.at, at));
        put_bare_url(b, sv_from(text.at + at, len));
        text = sv_from_byte(text, at + len);
    }
    put_words(b, text);
}

static void flush(struct builder *b)
{
    if (b->run.len)
        put_text(b, str_sv(&b->run));
    str_clear(&b->run);
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *context)
{
    struct builder *b = context;
    if (!sound_piece(b, text, size))
        return malformed(b);
    struct sv piece = sv_from(text, size);
    size_t place = place_of(b, text);
    switch (type) {
    case MD_TEXT_BR:
        flush(b);
        put(b, doc_inline_new(b->a, DOC_BREAK, SV_NONE));
        break;
    case MD_TEXT_SOFTBR:
        str_add_char(&b->run, ' ');
        break;
    case MD_TEXT_NULLCHAR:
        str_add_utf8(&b->run, 0xFFFD);
        break;
    case MD_TEXT_ENTITY:
        markdown_entity(&b->run, piece);
        break;
    case MD_TEXT_HTML:
        if (b->in_html && b->html == SIZE_MAX)
            b->html = place;
        if (!b->in_html)
            fault(b, place, "raw HTML", "Markdown; a < that is meant as text is written \\<");
        str_add(&b->run, piece);
        break;
    default:
        str_add(&b->run, piece);
    }
    return count_bytes(b, size);
}

/* Text of an attribute, entities resolved */
static struct sv attribute(struct builder *b, const MD_ATTRIBUTE *attribute)
{
    struct str s = STR_INIT;
    if (!attribute->text || count_bytes(b, attribute->size))
        return SV_NONE;
    if (attribute->size > b->text.len) {
        malformed(b);
        return SV_NONE;
    }
    for (size_t i = 0; attribute->substr_offsets[i] < attribute->size; i++) {
        size_t start = attribute->substr_offsets[i], end = attribute->substr_offsets[i + 1];
        struct sv part = sv_from(attribute->text + start, end - start);
        if (attribute->substr_types[i] == MD_TEXT_ENTITY)
            markdown_entity(&s, part);
        else if (attribute->substr_types[i] == MD_TEXT_NULLCHAR)
            str_add_utf8(&s, 0xFFFD);
        else
            str_add(&s, part);
    }
    struct sv result = arena_sv(b->a, str_sv(&s));
    str_release(&s);
    return result;
}

static struct doc_inline *open_link(struct builder *b, const MD_SPAN_A_DETAIL *detail)
{
    struct sv url = attribute(b, &detail->href);
    count_bytes(b, detail->title.size); /* not used, but md4c reads it for each link */
    b->link_depth++;
    if (!markdown_url_allowed(url)) {
        fault(b, detail->href.text ? place_of(b, detail->href.text) : b->last,
              "a link to an address of this kind", "http:, https:, mailto:, xmpp: or #anchor");
        return NULL;
    }
    struct doc_inline *link = doc_inline_new(b->a, DOC_LINK, SV_NONE);
    link->url = url;
    return link;
}

static int on_enter_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct builder *b = context;
    struct doc_inline *span = NULL;
    flush(b);
    if (b->depth + b->span_depth >= MD_NESTING_MAX)
        return limit(b, "nested deeper than 64");
    if (type == MD_SPAN_EM)
        span = doc_inline_new(b->a, DOC_EM, SV_NONE);
    else if (type == MD_SPAN_STRONG)
        span = doc_inline_new(b->a, DOC_STRONG, SV_NONE);
    else if (type == MD_SPAN_A)
        span = open_link(b, detail);
    else if (type == MD_SPAN_IMG)
        fault(b, b->last, "an image", "text, or an attack tree in a fenced block `attack-tree`");
    if (span)
        put(b, span);
    b->span_types[b->span_depth] = type;
    b->spans[b->span_depth++] = span;
    return b->rc;
}

/* Closes the spans above the given depth. */
static void close_spans(struct builder *b, size_t depth)
{
    while (b->span_depth > depth)
        if (b->span_types[--b->span_depth] == MD_SPAN_A)
            b->link_depth--;
}

/* For some texts, such as "[a[b](c](d)" with escapes, md4c reports the end of a span that did not
 * begin. */
static bool is_open(const struct builder *b, MD_SPANTYPE type, size_t *out_depth)
{
    for (size_t n = b->span_depth; n > 0; n--) {
        if (b->span_types[n - 1] != type)
            continue;
        *out_depth = n - 1;
        return true;
    }
    return false;
}

static int on_leave_span(MD_SPANTYPE type, void *detail CM_UNUSED, void *context)
{
    struct builder *b = context;
    size_t depth;
    if (!is_open(b, type, &depth))
        return b->rc;
    if (type == MD_SPAN_CODE) {
        put(b, doc_inline_new(b->a, DOC_CODE, str_sv(&b->run)));
        str_clear(&b->run);
    }
    flush(b);
    close_spans(b, depth);
    return b->rc;
}

/* Blocks */

static struct sv unique_anchor(struct builder *b, struct sv title)
{
    struct sv slug = doc_anchor(b->a, title), prefix = b->options->anchor_prefix;
    struct sv anchor = sv_str(arena_printf(b->a, "%.*s%.*s", SV_ARG(prefix), SV_ARG(slug)));
    struct anchor_count *count = map_get(&b->anchors, anchor);
    struct sv unique = anchor;
    if (!count)
        count = arena_new(b->a, struct anchor_count);
    else
        while (map_get(&b->anchors, unique))
            unique = sv_str(arena_printf(b->a, "%.*s-%u", SV_ARG(anchor), ++count->last + 1));
    map_set(&b->anchors, anchor, count);
    if (!sv_eq(unique, anchor))
        map_set(&b->anchors, unique, arena_new(b->a, struct anchor_count));
    return unique;
}

static void open_heading(struct builder *b, unsigned level)
{
    unsigned base = b->options->heading_base ? b->options->heading_base : 3;
    b->heading_level = level < base ? base : level;
    b->leaf = doc_block_new(b->a, DOC_PARAGRAPH); /* collects the title */
}

/* Sections cannot stand in lists and quotes: such a heading becomes a strong paragraph. */
static void heading_as_text(struct builder *b, const struct doc_block *title)
{
    fault(b, b->last, "a heading in a list or quote", "a heading that begins its line");
    struct doc_inline *strong = doc_inline_new(b->a, DOC_STRONG, SV_NONE);
    strong->first = title->inlines;
    strong->last = title->inlines_last;
    doc_put(add_block(b, DOC_PARAGRAPH), strong);
}

static void close_heading(struct builder *b)
{
    struct doc_block *title = b->leaf;
    unsigned level = b->heading_level;
    flush(b);
    b->heading_level = 0;
    b->leaf = NULL;
    if (b->depth) {
        heading_as_text(b, title);
        return;
    }
    while (b->section_depth > 1 && b->levels[b->section_depth - 1] >= level)
        b->section_depth--;
    struct sv text = sv_trim(doc_plain(b->a, title->inlines));
    struct doc_block *section = add_block(b, DOC_SECTION);
    section->title = text;
    section->anchor = unique_anchor(b, text);
    b->levels[b->section_depth] = level;
    b->sections[b->section_depth++] = section;
}

static void close_code(struct builder *b, const MD_BLOCK_CODE_DETAIL *detail)
{
    struct sv language = attribute(b, &detail->lang), text = arena_sv(b->a, str_sv(&b->run));
    struct doc_block *block = NULL;
    str_clear(&b->run);
    if (b->options->fence && detail->fence_char && !b->rc)
        block = b->options->fence(b->options->context, b->a, language, sv_trim(attribute(b, &detail->info)), text);
    if (block) {
        count_node(b);
        doc_append(container(b), block);
        return;
    }
    block = add_block(b, DOC_CODE_BLOCK);
    block->text = text;
    block->language = language;
}

static void close_html(struct builder *b)
{
    fault(b, b->html == SIZE_MAX ? b->last : b->html, "raw HTML",
          "Markdown; a < that is meant as text is written \\<");
    struct sv text = sv_trim(str_sv(&b->run));
    if (text.len)
        doc_text(b->a, add_block(b, DOC_PARAGRAPH), text);
    str_clear(&b->run);
    b->in_html = false;
    b->html = SIZE_MAX;
}

/* Opens a block that holds blocks. */
static struct doc_block *open_container(struct builder *b, enum doc_block_kind kind)
{
    if (b->depth + 1 >= MD_NESTING_MAX) {
        limit(b, "nested deeper than 64");
        return NULL;
    }
    struct doc_block *block = add_block(b, kind);
    b->blocks[b->depth++] = block;
    b->leaf = NULL;
    return block;
}

static void open_list(struct builder *b, MD_BLOCKTYPE type, const void *detail)
{
    const MD_BLOCK_UL_DETAIL *bullets = detail;
    const MD_BLOCK_OL_DETAIL *numbers = detail;
    struct doc_block *list = open_container(b, DOC_LIST);
    if (!list)
        return;
    list->ordered = type == MD_BLOCK_OL;
    list->tight = list->ordered ? numbers->is_tight : bullets->is_tight;
    list->start = list->ordered ? numbers->start : 0;
}

static void open_table_part(struct builder *b, MD_BLOCKTYPE type)
{
    struct doc_block *block = open_container(b, type == MD_BLOCK_TABLE ? DOC_TABLE
                                                : type == MD_BLOCK_TR  ? DOC_ROW
                                                                       : DOC_CELL);
    if (!block)
        return;
    block->header_row = type == MD_BLOCK_TABLE;
    block->heading = type == MD_BLOCK_TH;
    if (block->kind == DOC_CELL)
        b->leaf = block;
}

static int on_enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct builder *b = context;
    flush(b);
    close_spans(b, 0);
    b->leaf = NULL;
    switch (type) {
    case MD_BLOCK_QUOTE:
        open_container(b, DOC_QUOTE);
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        open_list(b, type, detail);
        break;
    case MD_BLOCK_LI:
        open_container(b, DOC_ITEM);
        break;
    case MD_BLOCK_TABLE:
    case MD_BLOCK_TR:
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        open_table_part(b, type);
        break;
    case MD_BLOCK_HR:
        add_block(b, DOC_RULE);
        break;
    case MD_BLOCK_H:
        open_heading(b, ((const MD_BLOCK_H_DETAIL *)detail)->level);
        break;
    case MD_BLOCK_P:
        b->leaf = add_block(b, DOC_PARAGRAPH);
        break;
    case MD_BLOCK_HTML:
        b->in_html = true;
        break;
    default:
        break;
    }
    return b->rc;
}

static int on_leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct builder *b = context;
    switch (type) {
    case MD_BLOCK_H:
        close_heading(b);
        break;
    case MD_BLOCK_CODE:
        close_code(b, detail);
        break;
    case MD_BLOCK_HTML:
        close_html(b);
        break;
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
    case MD_BLOCK_LI:
    case MD_BLOCK_TABLE:
    case MD_BLOCK_TR:
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        flush(b);
        b->depth -= b->depth > 0;
        break;
    default:
        flush(b);
    }
    close_spans(b, 0);
    b->leaf = NULL;
    return b->rc;
}

/* What would cost md4c more than linear time is refused before. */
static int check_size(struct builder *b)
{
    if (b->text.len > MD_BYTES_MAX)
        return limit(b, "more than 16 MiB of text");
    if (markdown_nesting(b->text) > MD_NESTING_MAX)
        return limit(b, "quotes and lists nested deeper than 64");
    return 0;
}

/* md4c 0.4.8 reads one byte beyond texts that end within a link or an entity, so it gets a copy
 * with room on both sides. */
static struct sv with_room(struct arena *a, struct sv text)
{
    char *copy = arena_alloc(a, text.len + 2 * (size_t)MD_ROOM);
    memset(copy, '\n', MD_ROOM);
    if (text.len)
        memcpy(copy + MD_ROOM, text.at, text.len);
    copy[MD_ROOM + text.len] = '\n';
    return sv_from(copy + MD_ROOM, text.len);
}

static int run_md4c(struct builder *b)
{
    b->text = with_room(b->a, b->text);
    MD_PARSER parser = {
        .flags = MD_FLAG_TABLES,
        .enter_block = on_enter_block,
        .leave_block = on_leave_block,
        .enter_span = on_enter_span,
        .leave_span = on_leave_span,
        .text = on_text,
    };
    int rc = md4c()->md_parse(b->text.at, (MD_SIZE)b->text.len, &parser, b);
    if (rc && !b->rc)
        limit(b, "the text cannot be read as Markdown");
    return b->rc;
}

/* The scratch section's children go to parent. */
static void move_children(struct doc_block *from, struct doc_block *to)
{
    if (!from->first)
        return;
    if (to->last)
        to->last->next = from->first;
    else
        to->first = from->first;
    to->last = from->last;
}

int markdown_to_doc(struct arena *a, struct sv text, const struct markdown_options *options,
                    struct doc_block *parent, struct err *err)
{
    static const struct markdown_options none = {.first_line = 1};
    struct builder *b = arena_new(a, struct builder);
    b->a = a;
    b->text = text;
    b->options = options ? options : &none;
    b->err = err;
    b->html = SIZE_MAX;
    b->sections[b->section_depth++] = doc_block_new(a, DOC_SECTION);
    map_init(&b->anchors, a);
    int rc = check_size(b);
    if (!rc)
        rc = run_md4c(b);
    if (!rc)
        move_children(b->sections[0], parent);
    str_release(&b->run);
    return rc;
}
