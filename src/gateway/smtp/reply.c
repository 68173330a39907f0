#include "gateway/smtp/reply.h"

#include <strings.h>

void smtp_reply_init(struct smtp_reply *r)
{
    memset(r, 0, offsetof(struct smtp_reply, line));
    r->line_len = 0;
}

void smtp_reply_release(struct smtp_reply *r)
{
    str_release(&r->text);
}

void smtp_reply_next(struct smtp_reply *r)
{
    str_clear(&r->text);
    r->code = 0;
    r->status[0] = '\0';
    r->lines = 0;
}

static enum smtp_reply_result bad(struct smtp_reply *r, const char *fault)
{
    r->fault = fault;
    return SMTP_REPLY_BAD;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits, at most three, without a leading zero; false when there are none. */
static bool take_number(struct sv *rest)
{
    size_t n = 0;
    while (n < rest->len && is_digit(rest->at[n]))
        n++;
    if (!n || n > 3 || (n > 1 && rest->at[0] == '0'))
        return false;
    *rest = sv_from_byte(*rest, n);
    return true;
}

/* class "." subject "." detail, of the reply's own class, then a blank or the end. */
static void take_status(struct smtp_reply *r, struct sv *text)
{
    struct sv rest = sv_from_byte(*text, 2);
    if (!sv_starts(*text, sv_from((char[]){(char)('0' + r->code / 100), '.'}, 2)) || !take_number(&rest) ||
        !sv_starts(rest, SV(".")))
        return;
    rest = sv_from_byte(rest, 1);
    if (!take_number(&rest) || (rest.len && rest.at[0] != ' '))
        return;
    size_t len = text->len - rest.len;
    memcpy(r->status, text->at, len);
    r->status[len] = '\0';
    *text = sv_from_byte(rest, 1);
}

/* line: without CR LF */
static enum smtp_reply_result take_line(struct smtp_reply *r, struct sv line)
{
    if (line.len < 3 || line.at[0] < '2' || line.at[0] > '5' || !is_digit(line.at[1]) || !is_digit(line.at[2]))
        return bad(r, "a reply that does not begin with a code");
    int code = (line.at[0] - '0') * 100 + (line.at[1] - '0') * 10 + (line.at[2] - '0');
    bool more = line.len > 3 && line.at[3] == '-';
    if (line.len > 3 && !more && line.at[3] != ' ')
        return bad(r, "a reply with neither a blank nor - behind its code");
    if (r->lines && code != r->code)
        return bad(r, "a reply with two codes");
    if (memchr(line.at, '\0', line.len) || memchr(line.at, '\r', line.len))
        return bad(r, "a reply with a NUL, or a CR that ends no line");
    if (++r->lines > SMTP_REPLY_LINES_MAX)
        return bad(r, "a reply of too many lines");
    struct sv text = sv_from_byte(line, 4);
    r->code = code;
    if (r->lines == 1)
        take_status(r, &text);
    else
        str_add_char(&r->text, '\n');
    str_add(&r->text, text);
    return more ? SMTP_REPLY_MORE : SMTP_REPLY_DONE;
}

enum smtp_reply_result smtp_reply_feed(struct smtp_reply *r, struct sv *data)
{
    enum smtp_reply_result result = SMTP_REPLY_MORE;
    while (data->len && result == SMTP_REPLY_MORE) {
        char c = data->at[0];
        *data = sv_from_byte(*data, 1);
        if (c != '\n') {
            if (r->line_len == sizeof(r->line) - 1)
                return bad(r, "a reply with a line that is too long");
            r->line[r->line_len++] = c;
        } else if (!r->line_len || r->line[r->line_len - 1] != '\r') {
            return bad(r, "a reply with a line that does not end with CR LF");
        } else {
            result = take_line(r, sv_from(r->line, r->line_len - 1));
            r->line_len = 0;
        }
    }
    return result;
}

bool smtp_reply_offers(const struct smtp_reply *r, const char *extension, struct sv *out_argument)
{
    struct sv rest = str_sv(&r->text), line;
    size_t len = strlen(extension);
    sv_next_line(&rest, &line); /* the name of the server */
    while (sv_next_line(&rest, &line)) {
        if (line.len < len || strncasecmp(line.at, extension, len) != 0 || (line.len > len && line.at[len] != ' '))
            continue;
        if (out_argument)
            *out_argument = sv_trim(sv_from_byte(line, len));
        return true;
    }
    return false;
}
