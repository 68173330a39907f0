/* Any mail as a bounce: limits hold, recipients have an address, texts are one line of UTF-8. */
#include "base/utf8.h"
#include "forum/bounce.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct bounce_recipient *r)
{
    if (!r->address.len || r->severity > BOUNCE_HARD || (r->delayed && r->severity != BOUNCE_SOFT))
        BUG("a recipient that cannot be");
    if (!utf8_valid(r->reason, NULL) || memchr(r->reason.at, '\n', r->reason.len))
        BUG("a reason that is no line");
    if (r->status.len && (r->status.len < 5 || !strchr("245", r->status.at[0])))
        BUG("a status that is none");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct mail m;
    struct bounce_list list = {SV("sec.example.org"), SV("sec@example.org")};
    int rc = mail_read(&a, sv_from((const char *)data, size), &m, &err);
    if (!rc || rc == CM_ELIMIT) {
        struct bounce b = bounce_read(&a, &m, &list);
        if (b.recipient_count > BOUNCE_RECIPIENTS_MAX)
            BUG("limits are not kept");
        if (b.recipient_count && b.kind != BOUNCE_FAILURE && b.kind != BOUNCE_COMPLAINT)
            BUG("recipients of nothing");
        for (size_t i = 0; i < b.recipient_count; i++)
            check(&b.recipients[i]);
        if (!*bounce_kind_word(b.kind))
            BUG("a kind without a word");
    }
    arena_release(&a);
    return 0;
}
