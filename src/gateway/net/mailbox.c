#include "gateway/net/mailbox.h"

#include <strings.h>

#include "base/utf8.h"

static bool is_letter_or_digit(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

static bool is_atom(unsigned char c)
{
    return is_letter_or_digit(c) || (c && strchr("!#$%&'*+-/=?^`{|}~", c));
}

static char peek(struct sv rest)
{
    return rest.len ? rest.at[0] : '\0';
}

static bool take(struct sv *rest, char c)
{
    if (peek(*rest) != c || !rest->len)
        return false;
    *rest = sv_from_byte(*rest, 1);
    return true;
}

/* "[" ... "]": an IPv4 or IPv6 address, or another tagged one; only its characters are checked, as nothing is done
 * with it but comparing. */
static bool read_literal(struct sv *rest)
{
    ptrdiff_t end = sv_find_char(*rest, ']');
    for (ptrdiff_t i = 1; i < end; i++)
        if (!is_letter_or_digit((unsigned char)rest->at[i]) && !memchr(".:-", rest->at[i], 3))
            return false;
    if (end < 2)
        return false;
    *rest = sv_from_byte(*rest, (size_t)end + 1);
    return true;
}

/* Labels of letters and digits, with "-" inside, joined by single dots. */
static bool read_domain(struct sv *rest, struct sv *out)
{
    struct sv start = *rest;
    if (peek(*rest) == '[') {
        if (!read_literal(rest))
            return false;
    } else {
        do {
            size_t n = 0;
            while (n < rest->len && (is_letter_or_digit((unsigned char)rest->at[n]) || rest->at[n] == '-'))
                n++;
            if (!n || rest->at[0] == '-' || rest->at[n - 1] == '-')
                return false;
            *rest = sv_from_byte(*rest, n);
        } while (take(rest, '.'));
    }
    *out = sv_from(start.at, start.len - rest->len);
    return true;
}

static bool read_dot_string(struct sv *rest, struct sv *out)
{
    struct sv start = *rest;
    do {
        size_t n = 0;
        while (n < rest->len && is_atom((unsigned char)rest->at[n]))
            n++;
        if (!n)
            return false;
        *rest = sv_from_byte(*rest, n);
    } while (take(rest, '.'));
    *out = sv_from(start.at, start.len - rest->len);
    return true;
}

static bool read_quoted(struct arena *a, struct sv *rest, struct sv *out)
{
    char *plain = arena_room(a, rest->len + 1);
    size_t len = 0;
    *rest = sv_from_byte(*rest, 1);
    while (rest->len && rest->at[0] != '"') {
        bool escaped = take(rest, '\\');
        unsigned char c = (unsigned char)peek(*rest);
        if (c < 0x20 || c == 0x7f || (escaped && c >= 0x80))
            return false;
        plain[len++] = (char)c;
        *rest = sv_from_byte(*rest, 1);
    }
    *out = sv_from(plain, len);
    return take(rest, '"');
}

static enum mailbox_result read_mailbox(struct arena *a, struct sv *rest, struct mailbox *out)
{
    struct sv start = *rest;
    bool quoted = peek(*rest) == '"';
    if (!(quoted ? read_quoted(a, rest, &out->local) : read_dot_string(rest, &out->local)))
        return MAILBOX_SYNTAX;
    if (take(rest, '@') && !read_domain(rest, &out->domain))
        return MAILBOX_SYNTAX;
    out->text = arena_sv(a, sv_from(start.at, start.len - rest->len));
    if (!utf8_valid(out->text, NULL))
        return MAILBOX_SYNTAX;
    if (out->local.len > MAILBOX_LOCAL_MAX || out->domain.len > MAILBOX_DOMAIN_MAX)
        return MAILBOX_LONG;
    out->local = arena_sv(a, out->local);
    out->domain = arena_sv(a, out->domain);
    for (size_t i = 0; i < out->text.len; i++)
        out->international = out->international || (unsigned char)out->text.at[i] >= 0x80;
    return MAILBOX_OK;
}

static bool skip_route(struct sv *rest)
{
    struct sv domain;
    if (peek(*rest) != '@')
        return true;
    do {
        if (!take(rest, '@') || !read_domain(rest, &domain))
            return false;
    } while (take(rest, ','));
    return take(rest, ':');
}

enum mailbox_result mailbox_read_path(struct arena *a, enum mailbox_kind kind, struct sv *rest, struct mailbox *out)
{
    *out = (struct mailbox){.text = SV_NONE, .local = SV_NONE, .domain = SV_NONE};
    if (!take(rest, '<'))
        return MAILBOX_SYNTAX;
    if (kind == MAILBOX_SENDER && take(rest, '>'))
        return MAILBOX_OK;
    if (!skip_route(rest))
        return MAILBOX_SYNTAX;
    enum mailbox_result result = read_mailbox(a, rest, out);
    if (result != MAILBOX_OK)
        return result;
    bool bare = kind == MAILBOX_RECIPIENT && out->text.len == 10 && !strncasecmp(out->text.at, "postmaster", 10);
    return take(rest, '>') && (out->domain.len || bare) ? MAILBOX_OK : MAILBOX_SYNTAX;
}

enum mailbox_result mailbox_read(struct arena *a, struct sv text, struct mailbox *out)
{
    *out = (struct mailbox){.text = SV_NONE, .local = SV_NONE, .domain = SV_NONE};
    enum mailbox_result result = read_mailbox(a, &text, out);
    return result == MAILBOX_OK && (text.len || !out->domain.len) ? MAILBOX_SYNTAX : result;
}

struct mailbox mailbox_copy(struct arena *a, const struct mailbox *mailbox)
{
    return (struct mailbox){
        .text = arena_sv(a, mailbox->text),
        .local = arena_sv(a, mailbox->local),
        .domain = arena_sv(a, mailbox->domain),
        .international = mailbox->international,
    };
}
