#include "gateway/http/files.h"

#include <stdio.h>

#include "base/utf8.h"

/* --- paths
 * ---------------------------------------------------------------------------------------------------
 */

static bool unescape(struct sv path, char *out, size_t *out_len)
{
    size_t len = 0;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.at[i];
        if (c == '%') {
            int high = i + 2 < path.len ? ascii_hex(path.at[i + 1]) : -1;
            int low = i + 2 < path.len ? ascii_hex(path.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (unsigned char)(high * 16 + low);
            i += 2;
            if (c == '/')
                return false;
        }
        if (c < 0x20 || c == 0x7f || c == '\\')
            return false;
        out[len++] = (char)c;
    }
    *out_len = len;
    return true;
}

static bool has_dots(struct sv path)
{
    struct sv part;
    while (path.at && sv_split(&path, '/', &part))
        if (sv_eq(part, SV(".")) || sv_eq(part, SV("..")))
            return true;
    return false;
}

bool files_decode_path(struct sv path, char *out, size_t *out_len)
{
    if (!path.len || path.at[0] != '/')
        return false;
    if (!unescape(sv_from_byte(path, 1), out, out_len))
        return false;
    struct sv decoded = sv_from(out, *out_len);
    return utf8_valid(decoded, NULL) && !has_dots(decoded);
}

static void escape_path(struct str *out, struct sv path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            str_add_char(out, (char)c);
        else
            str_addf(out, "%%%02X", c);
    }
}

/* --- conditions
 * ---------------------------------------------------------------------------------------------- */

/* ";q=0.5" behind a list word; true when above zero. What is no weight counts as zero. */
static bool has_weight(struct sv parameters)
{
    struct sv part, rest = parameters;
    bool positive = true;
    while (rest.at && sv_split(&rest, ';', &part)) {
        part = sv_trim(part);
        if (!part.len)
            continue;
        if (part.len < 3 || part.len > 7 || (part.at[0] != 'q' && part.at[0] != 'Q') ||
            part.at[1] != '=' || (part.at[2] != '0' && part.at[2] != '1') ||
            (part.len > 3 && part.at[3] != '.'))
            return false;
        positive = part.at[2] == '1';
        for (size_t i = 4; i < part.len; i++) {
            if (part.at[i] < '0' || part.at[i] > '9')
                return false;
            positive = positive || part.at[i] != '0';
        }
    }
    return positive;
}

bool files_accepts_gzip(const struct framing *request, struct sv head)
{
    size_t index = 0;
    struct sv value, element;
    bool any = false, named = false, gzip = false;
    while (framing_next_field(request, head, "accept-encoding", &index, &value)) {
        while (framing_next_element(&value, &element)) {
            ptrdiff_t semicolon = sv_find_char(element, ';');
            size_t len = semicolon < 0 ? element.len : (size_t)semicolon;
            struct sv word = sv_trim(sv_from(element.at, len));
            bool positive = has_weight(sv_from_byte(element, len));
            if (sv_same_word(word, SV("gzip")) || sv_same_word(word, SV("x-gzip"))) {
                named = true;
                gzip = positive;
            } else if (sv_eq(word, SV("*"))) {
                any = positive;
            }
        }
    }
    return named ? gzip : any;
}

bool files_has_tag(const struct framing *request, struct sv head, const char *etag)
{
    size_t index = 0;
    struct sv value, element;
    while (framing_next_field(request, head, "if-none-match", &index, &value)) {
        while (framing_next_element(&value, &element)) {
            if (sv_eq(element, SV("*")))
                return true;
            if (sv_starts(element, SV("W/")))
                element = sv_from_byte(element, 2);
            if (sv_eq_str(element, etag))
                return true;
        }
    }
    return false;
}

enum files_range files_parse_range(struct sv value, uint64_t size, uint64_t *out_at,
                                   uint64_t *out_len)
{
    uint64_t first = 0, last = 0;
    if (value.len < 6 || !sv_same_word(sv_from(value.at, 6), SV("bytes=")))
        return FILES_RANGE_NONE;
    value = sv_trim(sv_from_byte(value, 6));
    ptrdiff_t dash = sv_find_char(value, '-');
    if (dash < 0)
        return FILES_RANGE_NONE;
    struct sv from = sv_from(value.at, (size_t)dash), to = sv_from_byte(value, (size_t)dash + 1);
    if ((from.len && !sv_to_u64(from, UINT64_MAX / 2, &first)) ||
        (to.len && !sv_to_u64(to, UINT64_MAX / 2, &last)) || (!from.len && !to.len) ||
        (from.len && to.len && last < first))
        return FILES_RANGE_NONE;
    if (!from.len) { /* the last bytes */
        first = last < size ? size - last : 0;
        if (!last)
            return FILES_RANGE_OUTSIDE;
        last = size ? size - 1 : 0;
    } else if (!to.len || last >= size) {
        last = size ? size - 1 : 0;
    }
    if (first >= size)
        return FILES_RANGE_OUTSIDE;
    *out_at = first;
    *out_len = last - first + 1;
    return FILES_RANGE_PART;
}

/* --- answers
 * -------------------------------------------------------------------------------------------------
 */

static bool single_field(const struct framing *request, struct sv head, const char *name,
                         struct sv *out)
{
    size_t index = 0;
    struct sv more;
    return framing_next_field(request, head, name, &index, out) &&
           !framing_next_field(request, head, name, &index, &more);
}

static void apply_range(const struct framing *request, struct sv head, struct http_response *r)
{
    struct sv range, condition;
    size_t index = 0;
    uint64_t at, len;
    if (!r->ranges || request->method != FRAMING_GET ||
        !single_field(request, head, "range", &range))
        return;
    if (framing_next_field(request, head, "if-range", &index, &condition) &&
        !sv_eq_str(condition, r->etag))
        return;
    switch (files_parse_range(range, r->body_len, &at, &len)) {
    case FILES_RANGE_NONE:
        return;
    case FILES_RANGE_OUTSIDE:
        r->status = 416;
        r->range_of = r->body_len;
        r->body_len = 0;
        return;
    case FILES_RANGE_PART:
        r->status = 206;
        r->range_of = r->body_len;
        r->range_at = r->body_at = at;
        r->body_len = len;
        return;
    }
}

static bool fill_from_memory(struct index *index, struct index_file *file, bool gzip,
                             struct http_response *r)
{
    bool owned;
    const struct index_bytes *bytes = index_contents(index, file, &owned), *packed = NULL;
    if (!bytes)
        return false;
    if (gzip && !owned)
        packed = index_compressed(index, file, bytes);
    if (packed)
        bytes = packed;
    r->gzip = packed != NULL;
    r->body = bytes->at;
    r->body_len = bytes->len;
    snprintf(r->etag, sizeof(r->etag), "%s", bytes->etag);
    if (owned) {
        index_release(index);
        r->release = index_bytes_release;
        r->owner = (void *)(uintptr_t)bytes;
    } else {
        r->release = index_release;
        r->owner = index;
    }
    return true;
}

static bool fill_from_disk(struct index *index, struct index_file *file, struct http_response *r)
{
    r->fd = index_open_file(index, file, r->etag);
    if (r->fd < 0)
        return false;
    r->body_len = index_file_size(file);
    r->release = index_release;
    r->owner = index;
    return true;
}

/* False: the file is no longer what the index says. Takes the reference to the index over when
 * true. */
static bool answer_file(struct index *index, struct index_file *file, int status,
                        const struct framing *request, struct sv head, struct http_response *r)
{
    bool text = index_file_is_text(file), personal = r->personal && index_file_is_page(file);
    bool filled = index_file_in_memory(file)
                      ? fill_from_memory(index, file, text && !personal && files_accepts_gzip(request, head), r)
                      : fill_from_disk(index, file, r);
    if (!filled)
        return false;
    r->status = status;
    r->type = index_file_type(file);
    r->vary = text;
    r->personal = personal;
    r->by_cookie = index_file_is_page(file) && index_store_bar(index_store_of(index)).len;
    if (status != 200 || personal) {
        r->etag[0] = '\0';
        return true;
    }
    r->ranges = !text;
    if (files_has_tag(request, head, r->etag)) {
        r->status = 304;
        r->body_len = 0;
    } else {
        apply_range(request, head, r);
    }
    return true;
}

static struct index_file *find_with(const struct index *index, struct sv path, const char *tail)
{
    struct str whole = STR_INIT;
    str_add(&whole, path);
    str_add_str(&whole, tail);
    struct index_file *file = index_find(index, str_sv(&whole));
    str_release(&whole);
    return file;
}

static bool answer_path(struct index *index, struct sv path, const struct framing *request,
                        struct sv head, struct http_response *r)
{
    bool folder = !path.len || path.at[path.len - 1] == '/';
    struct index_file *file =
        folder ? find_with(index, path, "index.html") : index_find(index, path);
    if (file)
        return answer_file(index, file, 200, request, head, r);
    if (!folder && find_with(index, path, "/index.html")) {
        http_response_plain(r, 301, NULL);
        str_add_char(&r->location, '/');
        escape_path(&r->location, path);
        str_add_char(&r->location, '/');
        index_release(index);
        return true;
    }
    file = index_find(index, SV("404.html"));
    if (file)
        return answer_file(index, file, 404, request, head, r);
    http_response_plain(r, 404, NULL);
    index_release(index);
    return true;
}

/* The site's bar becomes another one. */
static void swap_bar(struct http_response *r, struct sv from, struct sv to)
{
    struct sv body = sv_from(r->body, (size_t)r->body_len);
    ptrdiff_t at = from.len && r->body ? sv_find(body, from) : -1;
    if (at < 0)
        return;
    str_clear(&r->text);
    str_add(&r->text, sv_from(body.at, (size_t)at));
    str_add(&r->text, to);
    str_add(&r->text, sv_from_byte(body, (size_t)at + from.len));
    if (r->release)
        r->release(r->owner);
    r->release = NULL;
    r->body = str_cstr(&r->text);
    r->body_len = r->text.len;
}

void files_answer_personal(struct index_store *store, const struct framing *request, struct sv head, struct sv bar,
                           struct http_response *out)
{
    out->personal = true;
    files_answer(store, request, head, out);
    if (out->personal && out->fd < 0)
        swap_bar(out, index_store_bar(store), bar);
}

void files_answer(void *context, const struct framing *request, struct sv head,
                  struct http_response *out)
{
    struct index_store *store = context;
    char path[FRAMING_LINE_MAX];
    size_t len;
    if (!files_decode_path(framing_text(head, request->path), path, &len)) {
        http_response_plain(out, 400, "the path is not well-formed");
        return;
    }
    index_store_check(store);
    for (int tries = 0; tries < 3; tries++) {
        struct index *index = index_acquire(store);
        if (answer_path(index, sv_from(path, len), request, head, out))
            return;
        index_store_refresh(
            store, index); /* replaced this very moment, and the old folder is being removed */
        index_release(index);
    }
    http_response_plain(out, 503, "the site is being replaced");
}
