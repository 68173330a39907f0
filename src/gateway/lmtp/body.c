#include "gateway/lmtp/body.h"

void lmtp_body_init(struct lmtp_body *b, size_t max_line, size_t max_size, struct lmtp_budget *budget)
{
    *b = (struct lmtp_body){.bytes = STR_INIT, .max_line = max_line, .max_size = max_size, .budget = budget};
}

void lmtp_body_release(struct lmtp_body *b)
{
    b->budget->used -= b->bytes.len;
    str_release(&b->bytes);
}

static void spoil(struct lmtp_body *b, enum lmtp_body_fault fault)
{
    if (b->fault != LMTP_BODY_FINE)
        return;
    b->fault = fault;
    lmtp_body_release(b);
}

static void keep(struct lmtp_body *b, struct sv text)
{
    if (b->fault != LMTP_BODY_FINE) {
        b->skipped += text.len;
    } else if (text.len > b->max_size - b->bytes.len) {
        spoil(b, LMTP_BODY_LARGE);
    } else if (text.len > b->budget->max - b->budget->used) {
        spoil(b, LMTP_BODY_MEMORY);
    } else {
        str_add(&b->bytes, text);
        b->budget->used += text.len;
    }
}

/* Text without line ends. */
static void keep_text(struct lmtp_body *b, struct sv text)
{
    if (memchr(text.at, '\0', text.len))
        spoil(b, LMTP_BODY_NUL);
    for (size_t i = 0; !b->eight_bit && i < text.len; i++)
        b->eight_bit = (unsigned char)text.at[i] >= 0x80;
    b->line += text.len;
    if (b->line > b->max_line)
        spoil(b, LMTP_BODY_LONG_LINE);
    keep(b, text);
}

/* A CR or LF that ends no line. */
static void keep_stray(struct lmtp_body *b)
{
    b->line++;
    keep(b, b->in_text ? SV("\r\n") : SV(" "));
}

static void end_line(struct lmtp_body *b)
{
    keep(b, SV("\r\n"));
    b->in_text = b->in_text || b->line == 0;
    b->line = 0;
}

/* Inside of a line: all up to the next CR or LF at once. */
static size_t take_text(struct lmtp_body *b, struct sv data)
{
    size_t n = 0;
    while (n < data.len && data.at[n] != '\r' && data.at[n] != '\n')
        n++;
    if (n)
        keep_text(b, sv_from(data.at, n));
    if (n == data.len)
        return n;
    if (data.at[n] == '\n')
        keep_stray(b);
    else
        b->state = LMTP_BODY_CR;
    return n + 1;
}

/* Takes one byte, or many inside of a line, or none when only the state changes. */
static size_t step(struct lmtp_body *b, struct sv data)
{
    char c = data.at[0];
    switch (b->state) {
    case LMTP_BODY_START:
        b->state = c == '.' ? LMTP_BODY_DOT : LMTP_BODY_TEXT;
        return c == '.';
    case LMTP_BODY_DOT: /* the dot is not kept, whatever follows */
        b->state = c == '\r' ? LMTP_BODY_DOT_CR : LMTP_BODY_TEXT;
        return c == '\r';
    case LMTP_BODY_DOT_CR:
        if (c == '\n') {
            b->state = LMTP_BODY_END;
            return 1;
        }
        keep_stray(b);
        b->state = LMTP_BODY_TEXT;
        return 0;
    case LMTP_BODY_TEXT:
        return take_text(b, data);
    case LMTP_BODY_CR:
        if (c == '\n') {
            end_line(b);
            b->state = LMTP_BODY_START;
            return 1;
        }
        keep_stray(b);
        b->state = LMTP_BODY_TEXT;
        return 0;
    case LMTP_BODY_END:
        break;
    }
    BUG("a message that is complete already");
}

size_t lmtp_body_feed(struct lmtp_body *b, struct sv data)
{
    size_t at = 0;
    while (at < data.len && b->state != LMTP_BODY_END)
        at += step(b, sv_from_byte(data, at));
    return at;
}
