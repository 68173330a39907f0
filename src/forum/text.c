/* Which parts of a mail are read, and the texts that are made of all blocks together. */
#include "forum/text.h"

#include "base/utf8.h"
#include "forum/text_build.h"

/* ---- building ---- */

/* The line without control characters and such that reorder it; the same view where there are none.
 */
static struct sv harmless(struct arena *a, struct sv line)
{
    size_t i = 0;
    while (i < line.len && (unsigned char)line.at[i] < 0x7F &&
           ((unsigned char)line.at[i] >= ' ' || line.at[i] == '\t'))
        i++;
    if (i == line.len)
        return line;
    struct str out = STR_INIT;
    bool changed = false;
    str_add(&out, sv_from(line.at, i));
    while (i < line.len) {
        size_t start = i, length = utf8_sequence(line, i);
        uint32_t c = length ? utf8_next(line, &i) : 0xFFFD;
        if (!length)
            i++;
        bool mark = c == 0x200E || c == 0x200F ||
                    c == 0x061C; /* of right-to-left scripts: they hide nothing */
        if (length && (mark || !utf8_is_deceptive(c) || c == '\t')) {
            str_add(&out, sv_from(line.at + start, length));
            continue;
        }
        changed = true;
        if (c != 0xFEFF)
            str_add_utf8(&out, 0xFFFD);
    }
    struct sv clean = changed ? arena_sv(a, str_sv(&out)) : line;
    str_release(&out);
    return clean;
}

void text_end_block(struct text_builder *b)
{
    if (!b->open)
        return;
    struct text_block *block = &b->blocks.at[b->blocks.len - 1];
    while (block->count > 1 && !sv_trim(b->lines.at[block->first + block->count - 1]).len)
        block->count--;
    if (block->kind == TEXT_PARAGRAPH && b->shaped)
        block->kind = TEXT_PRE;
    b->open = b->shaped = false;
}

void text_add(struct text_builder *b, enum text_kind kind, unsigned quote, struct sv line)
{
    quote = quote < TEXT_QUOTE_MAX ? quote : TEXT_QUOTE_MAX;
    struct text_block *last = b->open ? &b->blocks.at[b->blocks.len - 1] : NULL;
    if (last && (last->kind != kind || last->quote != quote)) {
        text_end_block(b);
        last = NULL;
    }
    if (!sv_trim(line).len && (kind == TEXT_PARAGRAPH || !last)) {
        text_end_block(b);
        return;
    }
    if (b->bytes + line.len > TEXT_BYTES_MAX || b->lines.len >= TEXT_LINES_MAX ||
        (!last && b->blocks.len >= TEXT_BLOCKS_MAX))
        b->cut = true;
    if (b->cut)
        return;
    if (!last) {
        last = vec_push(b->a, &b->blocks);
        *last = (struct text_block){.kind = kind, .quote = quote, .first = b->lines.len};
        b->open = true;
    }
    *vec_push(b->a, &b->lines) = harmless(b->a, line);
    last->count++;
    b->bytes += line.len + 1;
}

void text_note(struct text_builder *b, const char *note)
{
    text_end_block(b);
    text_add(b, TEXT_NOTE, 0, sv_str(note));
    text_end_block(b);
}

/* ---- choosing parts ---- */

/* The index after a part and all that it holds. */
static size_t after(const struct mail *m, size_t part)
{
    size_t i = part + 1;
    while (i < m->part_count && m->parts[i].depth > m->parts[part].depth)
        i++;
    return i;
}

/* Three letters or digits are something; blanks and a lone "-" are not. */
static bool says_something(struct sv text)
{
    size_t letters = 0;
    for (size_t i = 0; i < text.len && letters < 3; i++) {
        unsigned char c = (unsigned char)text.at[i];
        letters += c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
    }
    return letters >= 3;
}

/* How good one alternative is, with all that it holds: 2 plain text that says something, 1 HTML, 0
 * neither. */
static int worth(const struct mail *m, size_t part)
{
    int best = 0;
    for (size_t i = part, end = after(m, part); i < end; i++) {
        bool something = says_something(m->parts[i].content);
        if (m->parts[i].kind == MAIL_TEXT && something)
            return 2;
        if (m->parts[i].kind == MAIL_HTML && something)
            best = 1;
    }
    return best;
}

static void list_attachment(struct text_builder *b, const struct mail *m, size_t part)
{
    const struct mail_part *p = &m->parts[part];
    *vec_push(b->a, &b->attachments) = (struct text_attachment){
        .part = part, .name = p->name, .type = p->type, .size = p->content.len};
}

static void read_part(struct text_builder *b, const struct mail *m, size_t part);

/* The best alternative; the last of equals, as RFC 2046 wants. Files of the others are still
 * listed. */
static void read_alternatives(struct text_builder *b, const struct mail *m, size_t container)
{
    size_t end = after(m, container), chosen = end;
    int best = -1;
    for (size_t i = container + 1; i < end; i = after(m, i)) {
        int value = worth(m, i);
        if (value >= best) {
            best = value;
            chosen = i;
        }
    }
    for (size_t i = container + 1; i < end; i = after(m, i)) {
        if (i == chosen) {
            read_part(b, m, i);
            continue;
        }
        for (size_t k = i; k < after(m, i); k++)
            if (m->parts[k].kind == MAIL_ATTACHMENT)
                list_attachment(b, m, k);
    }
}

static void read_parts(struct text_builder *b, const struct mail *m, size_t container)
{
    for (size_t i = container + 1, end = after(m, container); i < end; i = after(m, i))
        read_part(b, m, i);
}

/* What a signed part covers stands between two notes; nothing is checked. */
static void read_signed(struct text_builder *b, const struct mail *m, size_t container)
{
    bool pgp = sv_eq_str(m->parts[container].report, "application/pgp-signature");
    b->protection |= pgp ? TEXT_PGP_SIGNED : TEXT_SMIME_SIGNED;
    text_note(b, pgp ? "Signed with OpenPGP; the signature is not checked here."
                     : "Signed with S/MIME; the signature is not checked here.");
    read_parts(b, m, container);
    text_note(b, "End of the signed part.");
}

static void read_encrypted(struct text_builder *b, const struct mail *m, size_t container)
{
    bool pgp = sv_eq_str(m->parts[container].report, "application/pgp-encrypted");
    b->protection |= pgp ? TEXT_PGP_ENCRYPTED : TEXT_SMIME_OPAQUE;
    text_note(b, "Encrypted; not opened here.");
    read_parts(b, m, container);
}

static void read_container(struct text_builder *b, const struct mail *m, size_t part)
{
    struct sv type = m->parts[part].type;
    if (sv_eq_str(type, "multipart/alternative"))
        read_alternatives(b, m, part);
    else if (sv_eq_str(type, "multipart/signed"))
        read_signed(b, m, part);
    else if (sv_eq_str(type, "multipart/encrypted"))
        read_encrypted(b, m, part);
    else
        read_parts(b, m, part);
}

static bool is_opaque(struct sv type)
{
    return sv_eq_str(type, "application/pkcs7-mime") || sv_eq_str(type, "application/x-pkcs7-mime");
}

static bool is_patch(struct sv type)
{
    return sv_eq_str(type, "text/x-patch") || sv_eq_str(type, "text/x-diff") ||
           sv_eq_str(type, "text/x-c");
}

static void read_text(struct text_builder *b, const struct mail_part *p)
{
    if (p->damaged) {
        b->damaged = true;
        text_note(b,
                  "Some characters of this text could not be read and are shown as \xEF\xBF\xBD.");
    }
    text_end_block(b);
    if (p->kind == MAIL_HTML)
        text_add_html(b, p->content);
    else if (is_patch(p->type))
        text_add_pre(b, p->content);
    else
        text_add_plain(b, p->content, p->flowed, p->delsp);
    text_end_block(b);
}

static void read_part(struct text_builder *b, const struct mail *m, size_t part)
{
    const struct mail_part *p = &m->parts[part];
    switch (p->kind) {
    case MAIL_CONTAINER:
        read_container(b, m, part);
        return;
    case MAIL_TEXT:
    case MAIL_HTML:
        read_text(b, p);
        return;
    case MAIL_ATTACHMENT:
        if (is_opaque(p->type)) {
            b->protection |= TEXT_SMIME_OPAQUE;
            text_note(b,
                      "A message in S/MIME, signed or encrypted; neither opened nor checked here.");
        }
        list_attachment(b, m, part);
        return;
    case MAIL_MESSAGE: /* somebody else's message: listed, not mixed with the author's words */
        list_attachment(b, m, part);
        return;
    }
}

struct mail_text mail_text_read(struct arena *a, const struct mail *m)
{
    struct text_builder b = {.a = a};
    if (m->part_count)
        read_part(&b, m, 0);
    text_end_block(&b);
    if (b.cut) {
        *vec_push(a, &b.blocks) =
            (struct text_block){.kind = TEXT_NOTE, .first = b.lines.len, .count = 1};
        *vec_push(a, &b.lines) = SV("The text goes on; it is too long to be shown here.");
    }
    return (struct mail_text){.blocks = b.blocks.at,
                              .block_count = b.blocks.len,
                              .lines = b.lines.at,
                              .line_count = b.lines.len,
                              .attachments = b.attachments.at,
                              .attachment_count = b.attachments.len,
                              .protection = b.protection,
                              .damaged = b.damaged,
                              .cut = b.cut};
}

/* ---- texts ---- */

static void add_plain_line(struct str *out, const struct text_block *block, struct sv line)
{
    if (block->quote) {
        str_add_repeat(out, '>', block->quote);
        str_add_char(out, ' ');
    } else if (sv_starts(line, SV(">")) || sv_eq_str(line, "-- ")) {
        str_add_char(out, ' ');
    }
    str_add(out, line);
    str_add_char(out, '\n');
}

static struct sv texts(struct arena *a, const struct mail_text *t, bool own_only)
{
    struct str out = STR_INIT;
    bool signature = false;
    for (size_t i = 0; i < t->block_count; i++) {
        const struct text_block *block = &t->blocks[i];
        bool foreign = block->quote || block->kind == TEXT_SIGNATURE;
        if (block->kind == TEXT_NOTE || (own_only && foreign))
            continue;
        if (out.len)
            str_add_char(&out, '\n');
        if (block->kind == TEXT_SIGNATURE && !signature)
            str_add_str(&out, "-- \n");
        signature = block->kind == TEXT_SIGNATURE;
        for (size_t k = 0; k < block->count; k++)
            add_plain_line(&out, block, t->lines[block->first + k]);
    }
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

struct sv mail_plain_text(struct arena *a, const struct mail_text *t)
{
    return texts(a, t, false);
}

struct sv mail_own_text(struct arena *a, const struct mail_text *t)
{
    return texts(a, t, true);
}

/* "On Monday Ada wrote:" before a quote: the last line of its paragraph, perhaps wrapped from the
 * one before. */
static bool introduces_quote(const struct mail_text *t, size_t block)
{
    const struct text_block *b = &t->blocks[block];
    struct sv last = sv_trim(t->lines[b->first + b->count - 1]);
    return block + 1 < t->block_count && t->blocks[block + 1].quote && sv_ends(last, SV(":")) &&
           b->count <= 3;
}

static void add_excerpt_line(struct str *out, struct sv line)
{
    struct text_piece piece;
    struct sv rest = line;
    if (out->len)
        str_add_char(out, ' ');
    while (text_next_piece(&rest, &piece)) {
        if (piece.kind == TEXT_ADDRESS) {
            text_add_hidden(out, piece.address);
            continue;
        }
        for (size_t i = 0; i < piece.text.len; i++) {
            bool blank = piece.text.at[i] == ' ' || piece.text.at[i] == '\t';
            if (!blank || (out->len && out->data[out->len - 1] != ' '))
                str_add_char(out, blank ? ' ' : piece.text.at[i]);
        }
    }
}

/* Cut to so many characters, at the last blank of the second half where there is one. */
static struct sv shortened(struct arena *a, struct sv text, size_t characters)
{
    size_t at = 0, blank = 0, count = 0;
    for (; at < text.len && count < characters; count++) {
        if (text.at[at] == ' ' && count > characters / 2)
            blank = at;
        (void)utf8_next(text, &at);
    }
    if (at >= text.len)
        return arena_sv(a, text);
    struct sv kept = sv_trim(sv_from(text.at, blank ? blank : at));
    return sv_str(arena_printf(a, "%.*s…", SV_ARG(kept)));
}

struct sv mail_excerpt(struct arena *a, const struct mail_text *t, size_t characters)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < t->block_count && out.len < 4 * characters + 4; i++) {
        const struct text_block *block = &t->blocks[i];
        if (block->quote || block->kind == TEXT_NOTE || block->kind == TEXT_SIGNATURE ||
            introduces_quote(t, i))
            continue;
        for (size_t k = 0; k < block->count && out.len < 4 * characters + 4; k++)
            add_excerpt_line(&out, t->lines[block->first + k]);
    }
    struct sv text = shortened(a, sv_trim(str_sv(&out)), characters);
    str_release(&out);
    return text;
}
