#include "gateway/http/response.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"

/* Nothing but the site's own style sheet and images; no script, no frame, no form. */
static const char site_policy[] =
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

void http_response_init(struct http_response *r)
{
    memset(r, 0, sizeof(*r));
    r->status = 200;
    r->fd = -1;
}

void http_response_release(struct http_response *r)
{
    if (r->release)
        r->release(r->owner);
    if (r->fd >= 0)
        close(r->fd);
    str_release(&r->text);
    str_release(&r->location);
    str_release(&r->cookie);
    http_response_init(r);
}

const char *http_status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } names[] = {
        {200, "OK"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].status == status)
            return names[i].text;
    return "Unknown";
}

void http_response_plain(struct http_response *r, int status, const char *detail)
{
    r->status = status;
    r->type = "text/plain; charset=utf-8";
    str_clear(&r->text);
    str_addf(&r->text, "%d %s%s%s\n", status, http_status_text(status), detail ? ": " : "",
             detail ? detail : "");
    r->body = str_cstr(&r->text);
    r->body_at = 0;
    r->body_len = r->text.len;
}

void http_date(int64_t seconds, char out[HTTP_DATE_MAX])
{
    if (seconds < 0)
        seconds = 0;
    struct date d = date_from_time(seconds);
    int64_t of_day = seconds % 86400;
    snprintf(out, HTTP_DATE_MAX, "%s, %02d %.3s %04d %02d:%02d:%02d GMT", date_weekday(seconds),
             d.day, date_month_names[d.month - 1], d.year, (int)(of_day / 3600), (int)(of_day / 60 % 60),
             (int)(of_day % 60));
}

static bool is_cookie_text(struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\",;\\=", c))
            return false;
    }
    return true;
}

void http_response_cookie(struct http_response *r, const char *name, struct sv value, int64_t max_age, bool secure)
{
    if (!name[0] || !is_cookie_text(sv_str(name)) || !is_cookie_text(value) ||
        (sv_starts(sv_str(name), SV("__Host-")) && !secure))
        BUG("a cookie that browsers would not take as it is meant");
    str_clear(&r->cookie);
    str_addf(&r->cookie, "Set-Cookie: %s=%.*s; Path=/", name, SV_ARG(value));
    if (max_age >= 0)
        str_addf(&r->cookie, "; Max-Age=%" PRId64, max_age);
    str_addf(&r->cookie, "; HttpOnly; SameSite=Lax%s\r\n", secure ? "; Secure" : "");
}

static void add_field(struct str *out, const char *name, struct sv value)
{
    str_add_str(out, name);
    str_add(out, SV(": "));
    str_add(out, value);
    str_add(out, SV("\r\n"));
}

/* Decimal; measurably faster than printf, and it is on the path of every answer. */
static void add_number(struct str *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    str_add(out, sv_from(digits + at, sizeof(digits) - at));
}

static void add_status_line(struct str *out, int status)
{
    if (status == 200) {
        str_add(out, SV("HTTP/1.1 200 OK\r\n"));
        return;
    }
    str_addf(out, "HTTP/1.1 %d %s\r\n", status, http_status_text(status));
}

static void add_ranges(struct str *out, const struct http_response *r)
{
    if (r->ranges)
        str_add(out, SV("Accept-Ranges: bytes\r\n"));
    if (r->status == 206)
        str_addf(out, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", r->range_at,
                 r->range_at + r->body_len - 1, r->range_of);
    if (r->status == 416)
        str_addf(out, "Content-Range: bytes */%" PRIu64 "\r\n", r->range_of);
}

void http_response_head(const struct http_response *r, bool minor_1, struct sv date,
                        struct str *out)
{
    str_reserve(out, 1024);
    add_status_line(out, r->status);
    add_field(out, "Date", date);
    if (r->status != 304) {
        if (r->type)
            add_field(out, "Content-Type", sv_str(r->type));
        str_add(out, SV("Content-Length: "));
        add_number(out, r->body_len);
        str_add(out, SV("\r\n"));
        if (r->gzip)
            str_add(out, SV("Content-Encoding: gzip\r\n"));
        add_ranges(out, r);
    }
    if (r->etag[0])
        add_field(out, "ETag", sv_str(r->etag));
    bool by_cookie = r->by_cookie || r->personal;
    if (r->vary || by_cookie)
        add_field(out, "Vary", !by_cookie ? SV("Accept-Encoding")
                               : r->vary  ? SV("Accept-Encoding, Cookie")
                                          : SV("Cookie"));
    if (r->location.len)
        add_field(out, "Location", str_sv(&r->location));
    if (r->status == 405)
        add_field(out, "Allow", sv_str(r->allow ? r->allow : "GET, HEAD"));
    if (r->challenge)
        add_field(out, "WWW-Authenticate", sv_str(r->challenge));
    if (r->retry_after)
        str_addf(out, "Retry-After: %u\r\n", r->retry_after);
    str_add(out, str_sv(&r->cookie));
    add_field(out, "Cache-Control", sv_str(r->personal ? "private, no-store" : r->cache ? r->cache : "no-cache"));
    add_field(out, "Content-Security-Policy", sv_str(r->policy ? r->policy : site_policy));
    str_add(out, SV("X-Content-Type-Options: nosniff\r\n"
                    "Referrer-Policy: no-referrer\r\n"
                    "Cross-Origin-Opener-Policy: same-origin\r\n"
                    "Cross-Origin-Resource-Policy: same-origin\r\n"));
    if (r->close)
        str_add(out, SV("Connection: close\r\n"));
    else if (!minor_1)
        str_add(out, SV("Connection: keep-alive\r\n"));
    str_add(out, SV("\r\n"));
}
