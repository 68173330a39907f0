/* request_read on any mail: a known kind, a delivery that there is, a text of one line in UTF-8. And the tokens and
 * details of addresses: what is read is what would be written. */
#include "base/utf8.h"
#include "forum/base32.h"
#include "forum/request.h"
#include "forum/signed.h"
#include "forum/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_request(const struct request *r)
{
    if (r->kind < REQUEST_UNKNOWN || r->kind > REQUEST_HELP || r->delivery >= SUBSCRIBER_DELIVERIES)
        BUG("a request that is none");
    if (!utf8_valid(r->text, NULL) || memchr(r->text.at, '\n', r->text.len) || memchr(r->text.at, '\r', r->text.len))
        BUG("the text of a request is no line");
    if (r->kind == REQUEST_CONFIRM && r->text.len != TOKEN_LENGTH)
        BUG("a token of another length");
    if (r->kind == REQUEST_UNKNOWN && (r->has_delivery || r->text.len))
        BUG("words that are not understood say something");
}

static void check_base32(struct arena *a, struct sv text)
{
    unsigned char bytes[64];
    size_t count = text.len * 5 / 8;
    if (count > sizeof bytes || !base32_read(text, count, bytes))
        return;
    struct sv again = base32_write(a, sv_from((const char *)bytes, count));
    if (!sv_same_word(again, text))
        BUG("base32 is not what it was");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct mail m;
    struct request r;
    int64_t number;
    struct sv text = sv_from((const char *)data, size);
    const struct signing k = {.purpose = "unsubscribe"};
    if (size > 64 * 1024)
        return 0;
    if (mail_read(&a, text, &m, &err) == CM_OK) {
        r = request_read(&a, &m, m.from.count ? m.from.at[0].address : SV_NONE, SV("sec@example.org"));
        check_request(&r);
    }
    if (utf8_valid(text, NULL) && !memchr(data, '\n', size) && !memchr(data, '\r', size)) {
        request_read_line(&a, text, SV("ada@example.org"), SV("sec@example.org"), &r);
        check_request(&r);
    }
    check_base32(&a, text);
    if (signed_number(text, &number) && number < 1)
        BUG("a number that no row has");
    if (signed_check(&a, &k, text, SV("sec")) && !signed_number(text, &number))
        BUG("a detail without a number is ours");
    arena_release(&a);
    return 0;
}
