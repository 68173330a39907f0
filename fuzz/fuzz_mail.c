/* mail_read on any bytes: every text that comes out is UTF-8 without NUL, header texts are one line, limits hold. */
#include "base/utf8.h"
#include "format/mail.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct sv text)
{
    if (!utf8_valid(text, NULL) || memchr(text.at, 0, text.len))
        BUG("a text that is no UTF-8");
}

static void check_line(struct sv text)
{
    check_text(text);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < ' ')
            BUG("a control character in a header's text");
}

static void check_addresses(const struct mail_addresses *list)
{
    if (list->count > MAIL_ADDRESSES_MAX)
        BUG("too many addresses");
    for (size_t i = 0; i < list->count; i++) {
        check_line(list->at[i].name);
        check_line(list->at[i].address);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct mail m;
    int rc = mail_read(&a, sv_from((const char *)data, size), &m, &err);
    if (rc && rc != CM_ELIMIT)
        BUG("an error that is no limit: %s", err.text);
    check_line(m.subject);
    check_line(m.message_id);
    check_addresses(&m.from);
    check_addresses(&m.to);
    for (size_t i = 0; i < m.reference_count; i++)
        check_line(m.references[i]);
    if (m.part_count > MAIL_PARTS_MAX || m.reference_count > MAIL_REFERENCES_MAX + 1)
        BUG("limits are not kept");
    for (size_t i = 0; i < m.part_count; i++) {
        check_line(m.parts[i].type);
        check_line(m.parts[i].name);
        if (m.parts[i].kind == MAIL_TEXT || m.parts[i].kind == MAIL_HTML)
            check_text(m.parts[i].content);
    }
    arena_release(&a);
    return 0;
}
