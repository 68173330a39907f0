/* framing_advance on any bytes: the result is the same however they are cut, and what it accepts
 * holds together. The first byte says where to cut. */
#include <stdlib.h>

#include "gateway/http/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(struct sv head, struct framing_span span, const struct framing *f)
{
    if ((size_t)span.at + span.len > f->head_len || f->head_len > head.len)
        BUG("a span outside of the head");
}

/* What an accepted request promises to everything behind the parser. */
static void check_request(const struct framing *f, struct sv head)
{
    char path[FRAMING_LINE_MAX];
    size_t len;
    uint64_t at, part;
    struct sv value;
    if (f->head_len > FRAMING_HEAD_MAX || !sv_ends(sv_from(head.at, f->head_len), SV("\r\n\r\n")))
        BUG("a head that does not end with an empty line");
    check_span(head, f->path, f);
    check_span(head, f->query, f);
    check_span(head, f->host, f);
    for (size_t i = 0; i < f->field_count; i++) {
        check_span(head, f->fields[i].name, f);
        check_span(head, f->fields[i].value, f);
        value = framing_text(head, f->fields[i].value);
        if (memchr(value.at, '\n', value.len) || memchr(value.at, '\0', value.len))
            BUG("a value with a line end");
        files_parse_range(value, 1000, &at, &part);
    }
    size_t index = 0, count = 0;
    while (framing_next_field(f, head, "content-length", &index, &value))
        count++;
    if (count > 1 || (count == 1) != (f->body == FRAMING_LENGTH))
        BUG("a length that was overlooked");
    for (index = count = 0; framing_next_field(f, head, "transfer-encoding", &index, &value);)
        count++;
    if (count > 1 || (count == 1) != (f->body == FRAMING_CHUNKED))
        BUG("an encoding that was overlooked");
    for (index = count = 0; framing_next_field(f, head, "host", &index, &value);)
        count++;
    if (count > 1 || (f->minor_1 && !count))
        BUG("a host that was overlooked");
    if (f->method != FRAMING_OTHER && files_decode_path(framing_text(head, f->path), path, &len) &&
        (memchr(path, '\0', len) || sv_starts(sv_from(path, len), SV("../")) || len >= f->path.len))
        BUG("a path that leads out");
    files_accepts_gzip(f, head);
    files_has_tag(f, head, "\"x\"");
}

/* In pieces of `step` bytes, from a buffer exactly as long as what is known. */
static enum framing_result feed(struct framing *f, struct sv data, size_t step)
{
    enum framing_result r = FRAMING_MORE;
    framing_init(f);
    for (size_t len = 0; r == FRAMING_MORE && len < data.len;) {
        len = len + step < data.len ? len + step : data.len;
        char *copy = base_malloc(len);
        memcpy(copy, data.at, len);
        r = framing_advance(f, sv_from(copy, len));
        free(copy);
    }
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct framing whole, parts;
    if (size < 2 || size > 64 * 1024)
        return 0;
    struct sv head = sv_from((const char *)data + 1, size - 1);
    size_t least = head.len / 64 + 1;
    enum framing_result r = feed(&whole, head, head.len);
    if (feed(&parts, head, data[0] > least ? data[0] : least) != r ||
        parts.status != whole.status || parts.head_len != whole.head_len ||
        parts.field_count != whole.field_count)
        BUG("the result depends on how the bytes are cut");
    if (r == FRAMING_DONE)
        check_request(&whole, head);
    else if (r == FRAMING_MORE && head.len >= FRAMING_HEAD_MAX)
        BUG("no decision after %zu bytes", head.len);
    else if (r == FRAMING_BAD && (whole.status < 400 || !whole.reason))
        BUG("a refusal without reason");
    return 0;
}
