#include "gateway/http/framing.h"

#include <arpa/inet.h>

/* Characters of methods, field names and list words (RFC 9110, 5.6.2). */
static bool is_token_char(unsigned char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c && strchr("!#$%&'*+-.^_`|~", c);
}

static bool is_token(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_token_char((unsigned char)text.at[i]))
            return false;
    return text.len > 0;
}

static struct sv trim_blanks(struct sv text)
{
    while (text.len && (text.at[0] == ' ' || text.at[0] == '\t'))
        text = sv_from_byte(text, 1);
    while (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
        text.len--;
    return text;
}

bool framing_next_element(struct sv *rest, struct sv *out)
{
    while (rest->len) {
        ptrdiff_t comma = sv_find_char(*rest, ',');
        size_t len = comma < 0 ? rest->len : (size_t)comma;
        *out = trim_blanks(sv_from(rest->at, len));
        *rest = sv_from_byte(*rest, comma < 0 ? len : len + 1);
        if (out->len)
            return true;
    }
    return false;
}

bool framing_next_field(const struct framing *f, struct sv data, const char *name, size_t *index,
                        struct sv *out_value)
{
    while (*index < f->field_count) {
        const struct framing_field *field = &f->fields[(*index)++];
        if (sv_same_word(framing_text(data, field->name), sv_str(name))) {
            *out_value = framing_text(data, field->value);
            return true;
        }
    }
    return false;
}

/* --- hosts
 * ---------------------------------------------------------------------------------------------------
 */

static bool is_digits(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.len > 0;
}

/* Takes the port off; false when there is one that is no port. */
static bool split_port(struct sv *host)
{
    uint64_t port;
    size_t at = host->len;
    while (at && host->at[at - 1] != ':' && host->at[at - 1] != ']')
        at--;
    if (!at || host->at[at - 1] == ']')
        return true;
    struct sv digits = sv_from_byte(*host, at);
    host->len = at - 1;
    return digits.len <= 5 && is_digits(digits) && sv_to_u64(digits, 65535, &port);
}

static bool is_address(struct sv text, int family)
{
    char copy[64];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (text.len >= sizeof(copy) || sv_find_char(text, '\0') >= 0)
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, bytes) == 1;
}

static bool is_bracketed(struct sv host)
{
    return host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']' &&
           is_address(sv_from(host.at + 1, host.len - 2), AF_INET6);
}

bool framing_host_valid(struct sv host)
{
    if (!split_port(&host) || !host.len || host.len > 255)
        return false;
    if (host.at[0] == '[')
        return is_bracketed(host);
    for (size_t i = 0; i < host.len; i++) {
        char c = ascii_lower(host.at[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
            return false;
    }
    return true;
}

bool framing_host_local(struct sv host)
{
    if (!split_port(&host))
        return false;
    return sv_same_word(host, SV("localhost")) || is_address(host, AF_INET) || is_bracketed(host);
}

/* --- the request line
 * ---------------------------------------------------------------------------------------- */

void framing_init(struct framing *f)
{
    /* The fields stay as they are: field_count says how many mean anything. */
    memset(f, 0, offsetof(struct framing, fields));
    memset((char *)f + offsetof(struct framing, seen), 0,
           sizeof(*f) - offsetof(struct framing, seen));
}

static enum framing_result bad(struct framing *f, int status, const char *reason)
{
    f->status = status;
    f->reason = reason;
    return FRAMING_BAD;
}

static struct framing_span span_of(struct sv data, struct sv part)
{
    return (struct framing_span){(uint16_t)(part.at - data.at), (uint16_t)part.len};
}

/* Printable ASCII without what has no place in a URI and means something elsewhere. */
static bool is_target(struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '#')
            return false;
    }
    return text.len > 0;
}

/* "http://host/path" becomes host and "/path"; the host is compared with the Host field at the end
 * of the head. */
static bool split_absolute(struct framing *f, struct sv data, struct sv *target)
{
    if (target->len < 8 || !sv_starts_word(*target, SV("http://")))
        return false;
    struct sv rest = sv_from_byte(*target, 7);
    size_t len = 0;
    while (len < rest.len && rest.at[len] != '/' && rest.at[len] != '?')
        len++;
    if (!len || (len < rest.len && rest.at[len] == '?'))
        return false;
    f->authority = span_of(data, sv_from(rest.at, len));
    /* no path means "/": the last slash of "http://" serves as one */
    *target = len < rest.len ? sv_from_byte(rest, len) : sv_from(target->at + 6, 1);
    return true;
}

static enum framing_result read_target(struct framing *f, struct sv data, struct sv target)
{
    if (!is_target(target))
        return bad(f, 400, "the request target holds a character that must be percent-encoded");
    if (f->method == FRAMING_OTHER && target.at[0] != '/') /* "*" and "host:port" belong to methods that are refused */
        return FRAMING_MORE;
    if (target.at[0] != '/' && !split_absolute(f, data, &target))
        return bad(f, 400, "the request target must begin with a slash");
    ptrdiff_t mark = sv_find_char(target, '?');
    f->path = span_of(data, mark < 0 ? target : sv_from(target.at, (size_t)mark));
    if (mark >= 0)
        f->query = span_of(data, sv_from_byte(target, (size_t)mark + 1));
    return FRAMING_MORE;
}

static enum framing_result read_version(struct framing *f, struct sv text)
{
    if (text.len != 8 || !sv_starts(text, SV("HTTP/")) || !is_digits(sv_from(text.at + 5, 1)) ||
        text.at[6] != '.' || !is_digits(sv_from(text.at + 7, 1)))
        return bad(f, 400, "the request line must be: method, target, HTTP/1.1");
    if (text.at[5] != '1' || text.at[7] > '1')
        return bad(f, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    f->minor_1 = text.at[7] == '1';
    return FRAMING_MORE;
}

static enum framing_result read_request_line(struct framing *f, struct sv data, struct sv line)
{
    ptrdiff_t first = sv_find_char(line, ' ');
    struct sv rest = sv_from_byte(line, (size_t)first + 1);
    ptrdiff_t second = first < 0 ? -1 : sv_find_char(rest, ' ');
    if (first < 1 || second < 1)
        return bad(f, 400, "the request line must be: method, target, HTTP/1.1");
    struct sv method = sv_from(line.at, (size_t)first);
    if (!is_token(method))
        return bad(f, 400, "the method is not a word");
    f->method_name = span_of(data, method);
    f->method = sv_eq(method, SV("GET"))    ? FRAMING_GET
                : sv_eq(method, SV("HEAD")) ? FRAMING_HEAD
                : sv_eq(method, SV("POST")) ? FRAMING_POST
                                            : FRAMING_OTHER;
    enum framing_result r = read_version(f, sv_from_byte(rest, (size_t)second + 1));
    if (r == FRAMING_MORE)
        r = read_target(f, data, sv_from(rest.at, (size_t)second));
    f->has_line = true;
    return r;
}

/* --- fields
 * --------------------------------------------------------------------------------------------------
 */

static enum framing_result read_host(struct framing *f, struct sv data, struct sv value)
{
    if (f->has_host)
        return bad(f, 400, "two Host fields");
    if (!framing_host_valid(value))
        return bad(f, 400, "the Host field names no host");
    f->has_host = true;
    f->host = span_of(data, value);
    return FRAMING_MORE;
}

static enum framing_result read_length(struct framing *f, struct sv value)
{
    if (f->has_length)
        return bad(f, 400, "two Content-Length fields");
    if (value.len > 18 || !is_digits(value) || !sv_to_u64(value, UINT64_MAX, &f->content_length))
        return bad(f, 400, "Content-Length must be decimal digits");
    f->has_length = true;
    return FRAMING_MORE;
}

static enum framing_result read_encoding(struct framing *f, struct sv value)
{
    if (f->has_encoding)
        return bad(f, 400, "two Transfer-Encoding fields");
    if (!sv_same_word(value, SV("chunked")))
        return bad(f, 400, "the only Transfer-Encoding spoken here is chunked");
    if (!f->minor_1)
        return bad(f, 400, "HTTP/1.0 has no Transfer-Encoding");
    f->has_encoding = true;
    return FRAMING_MORE;
}

static enum framing_result read_connection(struct framing *f, struct sv value)
{
    struct sv word;
    while (framing_next_element(&value, &word)) {
        if (sv_same_word(word, SV("close")))
            f->wants_close = true;
        else if (sv_same_word(word, SV("keep-alive")))
            f->wants_keep = true;
    }
    return FRAMING_MORE;
}

static enum framing_result read_known(struct framing *f, struct sv data, struct sv name,
                                      struct sv value)
{
    switch (name.len) {
    case 4:
        return sv_same_word(name, SV("host")) ? read_host(f, data, value) : FRAMING_MORE;
    case 6:
        if (!sv_same_word(name, SV("expect")))
            return FRAMING_MORE;
        if (!sv_same_word(value, SV("100-continue")))
            return bad(f, 417, "the only expectation met here is 100-continue");
        f->expect = true;
        return FRAMING_MORE;
    case 10:
        return sv_same_word(name, SV("connection")) ? read_connection(f, value) : FRAMING_MORE;
    case 14:
        return sv_same_word(name, SV("content-length")) ? read_length(f, value) : FRAMING_MORE;
    case 17:
        return sv_same_word(name, SV("transfer-encoding")) ? read_encoding(f, value)
                                                            : FRAMING_MORE;
    default:
        return FRAMING_MORE;
    }
}

static enum framing_result read_field(struct framing *f, struct sv data, struct sv line)
{
    if (f->field_count == FRAMING_FIELDS_MAX)
        return bad(f, 431, "too many header fields");
    if (line.at[0] == ' ' || line.at[0] == '\t')
        return bad(f, 400, "a folded header field");
    ptrdiff_t colon = sv_find_char(line, ':');
    struct sv name = sv_from(line.at, colon < 0 ? 0 : (size_t)colon);
    if (!is_token(name)) /* also a blank before the colon */
        return bad(f, 400, "a header field must be: name, colon, value");
    struct sv value = trim_blanks(sv_from_byte(line, (size_t)colon + 1));
    f->fields[f->field_count++] = (struct framing_field){span_of(data, name), span_of(data, value)};
    return read_known(f, data, name, value);
}

/* --- the whole
 * -----------------------------------------------------------------------------------------------
 */

static enum framing_result finish(struct framing *f, struct sv data)
{
    if (f->minor_1 && !f->has_host)
        return bad(f, 400, "no Host field");
    if (f->authority.len && f->has_host &&
        !sv_same_word(framing_text(data, f->authority), framing_text(data, f->host)))
        return bad(f, 400, "the request target and the Host field name different hosts");
    if (f->authority.len && !framing_host_valid(framing_text(data, f->authority)))
        return bad(f, 400, "the request target names no host");
    if (f->has_length && f->has_encoding)
        return bad(f, 400, "Content-Length beside Transfer-Encoding");
    f->body = f->has_encoding ? FRAMING_CHUNKED : f->has_length ? FRAMING_LENGTH : FRAMING_NO_BODY;
    f->keep_alive = !f->wants_close && (f->minor_1 || f->wants_keep);
    f->head_len = f->seen;
    return FRAMING_DONE;
}

/* line: without its CRLF; f->seen is behind it */
static enum framing_result read_line(struct framing *f, struct sv data, struct sv line)
{
    enum framing_result r;
    if (f->has_line) {
        r = line.len ? read_field(f, data, line) : finish(f, data);
    } else if (!line.len) {
        r = f->line_at ? bad(f, 400, "no request line") : FRAMING_MORE;
    } else {
        r = read_request_line(f, data, line);
        f->fields_at = f->seen;
    }
    f->line_at = f->seen;
    return r;
}

/* Judges the byte at f->seen, which is neither the first of a CRLF nor plain text within the
 * limits. */
static enum framing_result read_odd(struct framing *f, struct sv data, bool after_cr)
{
    unsigned char c = (unsigned char)data.at[f->seen];
    if (c == '\n' && after_cr) {
        struct sv line = sv_from(data.at + f->line_at, f->seen - 1 - f->line_at);
        f->seen++;
        return read_line(f, data, line);
    }
    if (c == '\n')
        return bad(f, 400, "a line ends without CR");
    if (after_cr)
        return bad(f, 400, "CR without LF");
    return bad(f, 400, "a control character in the head");
}

enum framing_result framing_advance(struct framing *f, struct sv data)
{
    while (f->seen < data.len) {
        unsigned char c = (unsigned char)data.at[f->seen];
        bool after_cr = f->seen > f->line_at && data.at[f->seen - 1] == '\r';
        if (f->has_line && f->seen - f->fields_at >= FRAMING_FIELDS_BYTES)
            return bad(f, 431, "the header fields are too long");
        if (!f->has_line && c != '\r' && c != '\n' && f->seen - f->line_at >= FRAMING_LINE_MAX)
            return bad(f, 414, "the request line is too long");
        if (!after_cr && ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\r')) {
            f->seen++;
            continue;
        }
        enum framing_result r = read_odd(f, data, after_cr);
        if (r != FRAMING_MORE)
            return r;
    }
    return FRAMING_MORE;
}
