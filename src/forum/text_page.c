/* The text of a mail as a fragment of a page: all elements and attributes are ours. */
#include "forum/text.h"

struct page_writer {
    struct markup *m;
    const struct mail_text *t;
    const struct text_page *page;
    struct str text; /* for pieces that are made */
    size_t links;
};

static void write_link(struct page_writer *w, struct sv address)
{
    markup_open(w->m, "a");
    markup_attr_str(w->m, "class", "leaves");
    markup_attr_str(w->m, "rel", "external nofollow noopener noreferrer ugc");
    markup_attr_url(w->m, "href", address);
    markup_text(w->m, address);
    markup_close(w->m, "a");
}

static void write_address(struct page_writer *w, struct sv address)
{
    str_clear(&w->text);
    if (!w->page->addresses || w->links++ >= TEXT_LINKS_MAX) {
        text_add_hidden(&w->text, address);
        markup_text(w->m, str_sv(&w->text));
        return;
    }
    str_addf(&w->text, "mailto:%.*s", SV_ARG(address));
    markup_open(w->m, "a");
    markup_attr_url(w->m, "href", str_sv(&w->text));
    markup_text(w->m, address);
    markup_close(w->m, "a");
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* A user before "@" is there to deceive about the host; a port is a number; "%" begins two digits. What is not sound
 * stays text: it is shown, and leads nowhere. */
static bool is_sound(struct sv link)
{
    ptrdiff_t slashes = sv_find(link, SV("://"));
    struct sv host = slashes < 0 ? SV_NONE : sv_from_byte(link, (size_t)slashes + 3);
    size_t end = 0, colon = SIZE_MAX;
    while (end < host.len && !strchr("/?#", host.at[end]))
        end++;
    for (size_t i = 0; i < end; i++) {
        if (host.at[i] == '@')
            return false;
        colon = host.at[i] == ':' ? i : host.at[i] == ']' ? SIZE_MAX : colon;
    }
    for (size_t i = colon == SIZE_MAX ? end : colon + 1; i < end; i++)
        if (host.at[i] < '0' || host.at[i] > '9')
            return false;
    for (size_t i = 0; i < link.len; i++)
        if (link.at[i] == '%' && (i + 2 >= link.len || !is_hex(link.at[i + 1]) || !is_hex(link.at[i + 2])))
            return false;
    return true;
}

static void write_line(struct page_writer *w, struct sv line)
{
    struct text_piece piece;
    while (text_next_piece(&line, &piece)) {
        if (piece.kind == TEXT_LINK && is_sound(piece.text) && w->links++ < TEXT_LINKS_MAX)
            write_link(w, piece.text);
        else if (piece.kind == TEXT_ADDRESS)
            write_address(w, piece.address);
        else
            markup_text(w->m, piece.text);
    }
}

static void write_block(struct page_writer *w, const struct text_block *block)
{
    static const char *const classes[] = {"lines", NULL, "lines signature", "note"};
    const char *element = block->kind == TEXT_PRE ? "pre" : "p";
    markup_open(w->m, element);
    if (classes[block->kind])
        markup_attr_str(w->m, "class", classes[block->kind]);
    markup_attr_str(w->m, "dir", "auto");
    for (size_t i = 0; i < block->count; i++) {
        if (i && block->kind == TEXT_PRE) {
            markup_text_str(w->m, "\n");
        } else if (i) {
            markup_open(w->m, "br");
            markup_close(w->m, "br");
        }
        if (block->kind == TEXT_NOTE)
            markup_text(w->m, w->t->lines[block->first + i]);
        else
            write_line(w, w->t->lines[block->first + i]);
    }
    markup_close(w->m, element);
    markup_newline(w->m);
}

/* Blocks from `from` that are quoted, and how many lines they have together. */
static size_t quote_end(const struct mail_text *t, size_t from, size_t *out_lines)
{
    size_t i = from;
    for (*out_lines = 0; i < t->block_count && t->blocks[i].quote; i++)
        *out_lines += t->blocks[i].count;
    return i;
}

static void write_quote(struct page_writer *w, size_t from, size_t end, size_t lines)
{
    unsigned depth = 0;
    bool folded = lines > TEXT_FOLD_LINES;
    if (folded) {
        markup_open(w->m, "details");
        markup_attr_str(w->m, "class", "quote");
        markup_open(w->m, "summary");
        markup_textf(w->m, "%zu quoted lines", lines);
        markup_close(w->m, "summary");
    }
    for (size_t i = from; i < end; i++) {
        for (; depth < w->t->blocks[i].quote; depth++)
            markup_open(w->m, "blockquote");
        for (; depth > w->t->blocks[i].quote; depth--)
            markup_close(w->m, "blockquote");
        write_block(w, &w->t->blocks[i]);
    }
    for (; depth > 0; depth--)
        markup_close(w->m, "blockquote");
    if (folded)
        markup_close(w->m, "details");
    markup_newline(w->m);
}

static void write_name(struct page_writer *w, const struct text_attachment *file)
{
    str_clear(&w->text);
    if (file->name.len)
        str_add(&w->text, file->name);
    else
        str_addf(&w->text, "part %zu", file->part);
    if (!w->page->attachment_base) {
        markup_text(w->m, str_sv(&w->text));
        return;
    }
    markup_open(w->m, "a");
    markup_attrf(w->m, "href", "%s%zu%s", w->page->attachment_base, file->part,
                 w->page->attachment_end ? w->page->attachment_end : "");
    markup_attr(w->m, "download", str_sv(&w->text));
    markup_text(w->m, str_sv(&w->text));
    markup_close(w->m, "a");
}

static void write_attachments(struct page_writer *w)
{
    if (!w->t->attachment_count)
        return;
    markup_open(w->m, "ul");
    markup_attr_str(w->m, "class", "attachments");
    for (size_t i = 0; i < w->t->attachment_count; i++) {
        const struct text_attachment *file = &w->t->attachments[i];
        markup_open(w->m, "li");
        write_name(w, file);
        markup_textf(w->m, " (%.*s, %zu bytes)", SV_ARG(file->type), file->size);
        markup_close(w->m, "li");
    }
    markup_close(w->m, "ul");
    markup_newline(w->m);
}

void mail_text_write(struct markup *m, const struct mail_text *t, const struct text_page *page)
{
    struct page_writer w = {m, t, page, STR_INIT, 0};
    size_t lines;
    markup_open(m, "div");
    markup_attr_str(m, "class", "mail-text");
    markup_newline(m);
    for (size_t i = 0; i < t->block_count;) {
        size_t end = quote_end(t, i, &lines);
        if (end > i)
            write_quote(&w, i, end, lines);
        else
            write_block(&w, &t->blocks[end++]);
        i = end;
    }
    write_attachments(&w);
    markup_close(m, "div");
    str_release(&w.text);
}
