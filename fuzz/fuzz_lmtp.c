/* An LMTP session on any bytes: the same replies and messages however they are cut, well-formed replies, and messages
 * that hold nothing which could end them elsewhere. The first byte says where to cut. */
#include <stdlib.h>

#include "gateway/lmtp/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECIPIENTS = 4 };

struct outcome {
    struct str replies, delivered;
    enum lmtp_state state;
};

static void decide(void *context CM_UNUSED, const struct lmtp_envelope *envelope, const struct mailbox *address,
                   struct lmtp_reply *reply)
{
    for (size_t i = 0; i < address->text.len; i++) {
        unsigned char c = (unsigned char)address->text.at[i];
        if (c < ' ' || (c >= 0x80 && !envelope->smtputf8))
            BUG("an address with what it must not hold");
    }
    lmtp_reply_set(reply, address->local.len % 3 ? 250 : 550, address->local.len % 3 ? "2.1.5" : "5.1.1", "%.*s",
                   SV_ARG(address->text));
}

static void check_bytes(struct sv bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        bool cr = bytes.at[i] == '\r', lf = bytes.at[i] == '\n';
        if (bytes.at[i] == '\0' || (cr && (i + 1 == bytes.len || bytes.at[i + 1] != '\n')) ||
            (lf && (!i || bytes.at[i - 1] != '\r')))
            BUG("a message with a NUL, or a CR or LF by itself");
    }
    if (bytes.len && !sv_ends(bytes, SV("\r\n")))
        BUG("a message that does not end with a line end");
}

static void deliver(struct lmtp_session *s, struct outcome *out)
{
    struct lmtp_reply replies[RECIPIENTS];
    struct lmtp_mail mail = lmtp_session_mail(s);
    if (!mail.envelope.recipient_count || mail.envelope.recipient_count > RECIPIENTS || mail.bytes.len > 2000)
        BUG("a message above its limits");
    check_bytes(mail.bytes);
    str_add(&out->delivered, mail.envelope.from.text);
    for (size_t i = 0; i < mail.envelope.recipient_count; i++) {
        str_add(&out->delivered, mail.envelope.recipients[i].text);
        lmtp_reply_set(&replies[i], 250, "2.0.0", "%zu", i);
    }
    str_add(&out->delivered, mail.bytes);
    lmtp_session_answer(s, replies);
}

static struct outcome run(struct sv data, size_t step)
{
    struct outcome out = {STR_INIT, STR_INIT, LMTP_CLOSED};
    struct lmtp_shared shared = {.host = "here", .handler = {NULL, decide, NULL}};
    struct lmtp_session *s = base_malloc(sizeof(*s));
    shared.limits = (struct lmtp_limits){.recipients = RECIPIENTS, .message = 2000, .line = 200, .memory = 1500};
    lmtp_limits_fill(&shared.limits);
    shared.budget.max = shared.limits.memory;
    lmtp_session_init(s, &shared);
    while (data.len && s->state != LMTP_CLOSED) {
        size_t len = step < data.len ? step : data.len;
        char *copy = base_malloc(len);
        memcpy(copy, data.at, len);
        data = sv_from_byte(data, lmtp_session_feed(s, sv_from(copy, len)));
        free(copy);
        if (s->state == LMTP_COMPLETE)
            deliver(s, &out);
    }
    str_add(&out.replies, str_sv(&s->out));
    out.state = s->state;
    lmtp_session_release(s);
    free(s);
    if (shared.budget.used)
        BUG("%zu bytes are still counted", shared.budget.used);
    return out;
}

/* Lines of three digits and printable ASCII. */
static void check_replies(struct sv rest)
{
    struct sv line;
    while (sv_next_line(&rest, &line)) {
        if (line.len < 5 || line.at[0] < '2' || line.at[0] > '5' || !sv_ends(line, SV("\r")))
            BUG("a reply that is none: %.*s", SV_ARG(line));
        for (size_t i = 0; i + 1 < line.len; i++)
            if (line.at[i] < ' ' || line.at[i] > '~')
                BUG("a reply with what is not printable");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 16 * 1024)
        return 0;
    struct sv input = sv_from((const char *)data + 1, size - 1);
    struct outcome whole = run(input, input.len), parts = run(input, (size_t)data[0] + 1);
    if (!sv_eq(str_sv(&whole.replies), str_sv(&parts.replies)) || whole.state != parts.state ||
        !sv_eq(str_sv(&whole.delivered), str_sv(&parts.delivered)))
        BUG("the result depends on how the bytes are cut");
    check_replies(str_sv(&whole.replies));
    str_release(&whole.replies);
    str_release(&whole.delivered);
    str_release(&parts.replies);
    str_release(&parts.delivered);
    return 0;
}
