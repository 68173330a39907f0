/* Replies of an SMTP server, any bytes: the same however they are cut; what is accepted holds together. Then the same
 * bytes as a message: what goes over the wire ends where it should, and nowhere before. The first byte says where to
 * cut. */
#include <stdlib.h>

#include "gateway/smtp/encode.h"
#include "gateway/smtp/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "code status text|" of each reply, and "bad" at the end when it is. */
static struct str read_all(struct sv data, size_t step)
{
    struct str seen = STR_INIT;
    struct smtp_reply r;
    enum smtp_reply_result result = SMTP_REPLY_MORE;
    smtp_reply_init(&r);
    while (data.len && result != SMTP_REPLY_BAD) {
        size_t len = step < data.len ? step : data.len;
        struct sv piece = sv_from(data.at, len);
        result = smtp_reply_feed(&r, &piece);
        data = sv_from_byte(data, len - piece.len);
        if (result == SMTP_REPLY_BAD) {
            str_addf(&seen, "bad %s", r.fault);
        } else if (result == SMTP_REPLY_DONE) {
            if (r.code < 200 || r.code > 599 || (r.status[0] && r.status[0] != '0' + r.code / 100))
                BUG("a reply %d with the status %s", r.code, r.status);
            str_addf(&seen, "%d %s ", r.code, r.status);
            str_add(&seen, str_sv(&r.text));
            str_add_char(&seen, '|');
            smtp_reply_offers(&r, "SIZE", &piece);
            smtp_reply_next(&r);
        }
    }
    smtp_reply_release(&r);
    return seen;
}

static struct str encode(const struct iovec *pieces, size_t count, size_t room)
{
    struct str wire = STR_INIT;
    struct smtp_encoder e;
    smtp_encoder_init(&e, pieces, count);
    while (!e.done)
        smtp_encoder_run(&e, room, &wire);
    return wire;
}

static void check_message(char *text, size_t len, size_t cut)
{
    cut = cut < len ? cut : len;
    struct iovec whole = {text, len}, parts[2] = {{text, cut}, {text + cut, len - cut}};
    struct smtp_facts facts = smtp_facts_of(&whole, 1), again = smtp_facts_of(parts, 2);
    if (facts.size != again.size || facts.eight_bit != again.eight_bit || facts.nul != again.nul ||
        facts.eight_bit_header != again.eight_bit_header)
        BUG("the facts depend on how the text is cut");
    if (facts.nul)
        return;
    struct str a = encode(&whole, 1, 1000), b = encode(parts, 2, 7);
    if (!sv_eq(str_sv(&a), str_sv(&b)))
        BUG("the message depends on how the text is cut");
    for (size_t i = 0; i < a.len; i++)
        if ((a.data[i] == '\r' && a.data[i + 1] != '\n') || (a.data[i] == '\n' && (!i || a.data[i - 1] != '\r')))
            BUG("a CR or LF by itself");
    ptrdiff_t end = sv_starts(str_sv(&a), SV(".\r\n")) ? 0 : sv_find(str_sv(&a), SV("\r\n.\r\n")) + 2;
    if ((size_t)end + 3 != a.len)
        BUG("an end at %td of %zu", end, a.len);
    str_release(&a);
    str_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 16 * 1024)
        return 0;
    size_t step = (size_t)data[0] + 1, len = size - 1;
    char *text = base_malloc(len);
    memcpy(text, data + 1, len);
    struct str whole = read_all(sv_from(text, len), len), parts = read_all(sv_from(text, len), step);
    if (!sv_eq(str_sv(&whole), str_sv(&parts)))
        BUG("the result depends on how the bytes are cut");
    check_message(text, len, step);
    str_release(&whole);
    str_release(&parts);
    free(text);
    return 0;
}
