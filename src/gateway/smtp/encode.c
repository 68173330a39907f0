#include "gateway/smtp/encode.h"

/* Takes the text up to the next line end or NUL off *rest. */
static struct sv take_text(struct sv *rest)
{
    size_t n = 0;
    while (n < rest->len && rest->at[n] != '\r' && rest->at[n] != '\n' && rest->at[n] != '\0')
        n++;
    struct sv text = sv_from(rest->at, n);
    *rest = sv_from_byte(*rest, n);
    return text;
}

static bool has_eight_bit(struct sv text)
{
    unsigned char all = 0;
    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.at[i];
    return all >= 0x80;
}

struct scan {
    struct smtp_facts facts;
    uint64_t line;
    bool in_text, after_cr;
};

static void scan_text(struct scan *s, struct sv text)
{
    bool eight = has_eight_bit(text);
    s->facts.eight_bit = s->facts.eight_bit || eight;
    s->facts.eight_bit_header = s->facts.eight_bit_header || (eight && !s->in_text);
    s->facts.size += text.len;
    s->line += text.len;
}

static void scan_cr(struct scan *s)
{
    if (s->after_cr)
        scan_text(s, SV(" "));
    s->after_cr = false;
}

static void scan_line_end(struct scan *s)
{
    s->facts.size += 2;
    s->in_text = s->in_text || s->line == 0;
    s->line = 0;
    s->after_cr = false;
}

static void scan_piece(struct scan *s, struct sv rest)
{
    while (rest.len) {
        struct sv text = take_text(&rest);
        if (text.len) {
            scan_cr(s);
            scan_text(s, text);
        }
        if (!rest.len)
            return;
        char c = rest.at[0];
        rest = sv_from_byte(rest, 1);
        s->facts.nul = s->facts.nul || c == '\0';
        if (c == '\n') {
            scan_line_end(s);
        } else {
            scan_cr(s);
            s->after_cr = c == '\r';
        }
    }
}

struct smtp_facts smtp_facts_of(const struct iovec *pieces, size_t count)
{
    struct scan s = {.line = 0};
    for (size_t i = 0; i < count; i++)
        scan_piece(&s, sv_from(pieces[i].iov_base, pieces[i].iov_len));
    scan_cr(&s);
    if (s.line)
        scan_line_end(&s);
    return s.facts;
}

void smtp_encoder_init(struct smtp_encoder *e, const struct iovec *pieces, size_t count)
{
    *e = (struct smtp_encoder){.pieces = pieces, .count = count};
}

static void end_line(struct smtp_encoder *e, struct str *out)
{
    str_add(out, SV("\r\n"));
    e->in_line = e->after_cr = false;
}

static void add_text(struct smtp_encoder *e, struct sv text, struct str *out)
{
    if (!e->in_line && text.at[0] == '.')
        str_add_char(out, '.');
    str_add(out, text);
    e->in_line = true;
}

static void add_cr(struct smtp_encoder *e, struct str *out)
{
    if (e->after_cr)
        add_text(e, SV(" "), out);
    e->after_cr = false;
}

/* One stretch of text and what ends it. */
static void step(struct smtp_encoder *e, struct sv rest, struct str *out)
{
    size_t before = rest.len;
    struct sv text = take_text(&rest);
    if (text.len) {
        add_cr(e, out);
        add_text(e, text, out);
    }
    if (rest.len) {
        char c = rest.at[0];
        if (c == '\0')
            BUG("a message with a NUL, which smtp_facts_of() tells of");
        rest = sv_from_byte(rest, 1);
        if (c == '\n') {
            end_line(e, out);
        } else {
            add_cr(e, out);
            e->after_cr = true;
        }
    }
    e->at += before - rest.len;
}

void smtp_encoder_run(struct smtp_encoder *e, size_t room, struct str *out)
{
    size_t start = out->len;
    while (e->piece < e->count && out->len - start < room) {
        const struct iovec *piece = &e->pieces[e->piece];
        size_t left = piece->iov_len - e->at;
        if (!left) {
            e->piece++;
            e->at = 0;
            continue;
        }
        step(e, sv_from((const char *)piece->iov_base + e->at, left < room ? left : room), out);
    }
    if (e->piece < e->count || e->done)
        return;
    add_cr(e, out);
    if (e->in_line)
        end_line(e, out);
    str_add(out, SV(".\r\n"));
    e->done = true;
}
