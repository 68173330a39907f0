/* The text of any mail: lines are UTF-8 without control characters, blocks lie within them, what is
 * written is balanced and has no element and no attribute that is not ours, and no scheme that is
 * not allowed. */
#include "base/utf8.h"
#include "forum/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(struct sv line)
{
    if (!utf8_valid(line, NULL))
        BUG("a line that is no UTF-8");
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)line.at[i] < ' ' && line.at[i] != '\t')
            BUG("a control character");
}

/* "<" begins only our own elements; what follows "href=" is an address that may be there. */
static void check_page(struct sv page)
{
    static const char *const ours[] = {"div", "p ", "p>", "pre",     "br",      "a ",
                                       "a>",  "ul", "li", "details", "summary", "blockquote"};
    static const char *const addresses[] = {"http://", "https://", "xmpp:", "mailto:", "part/"};
    for (size_t i = 0; i < page.len; i++) {
        bool good = page.at[i] != '<';
        struct sv name = sv_from_byte(page, i + 1 + (i + 1 < page.len && page.at[i + 1] == '/'));
        for (size_t k = 0; !good && k < ARRAY_LEN(ours); k++)
            good = sv_starts(name, sv_str(ours[k]));
        if (!good)
            BUG("an element that is not ours");
    }
    for (struct sv rest = page; rest.len;) {
        ptrdiff_t link = sv_find(rest, SV("<a ")); /* text may hold " href=" as it likes */
        if (link < 0)
            break;
        rest = sv_from_byte(rest, (size_t)link);
        ptrdiff_t at = sv_find(rest, SV(" href=\""));
        if (at < 0)
            BUG("a link to nowhere");
        rest = sv_from_byte(rest, (size_t)at + 7);
        bool good = false;
        for (size_t k = 0; !good && k < ARRAY_LEN(addresses); k++)
            for (size_t c = 0; c <= strlen(addresses[k]) && !good; c++) {
                if (c == strlen(addresses[k]))
                    good = true;
                else if (c >= rest.len || (rest.at[c] | 32) != (addresses[k][c] | 32))
                    break;
            }
        if (!good)
            BUG("an address that may not be there: %.40s", rest.at);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct mail m;
    struct str out = STR_INIT;
    struct markup page;
    if (!mail_read(&a, sv_from((const char *)data, size), &m, &err)) {
        struct mail_text t = mail_text_read(&a, &m);
        for (size_t i = 0; i < t.line_count; i++)
            check_line(t.lines[i]);
        for (size_t i = 0; i < t.block_count; i++)
            if (!t.blocks[i].count || t.blocks[i].first + t.blocks[i].count > t.line_count)
                BUG("a block without lines");
        markup_init(&page, &out, MARKUP_HTML);
        mail_text_write(&page, &t,
                        &(struct text_page){.attachment_base = "part/", .addresses = size & 1});
        markup_finish(&page);
        check_page(str_sv(&out));
        if (!utf8_valid(mail_plain_text(&a, &t), NULL) || !utf8_valid(mail_own_text(&a, &t), NULL))
            BUG("a text that is no UTF-8");
        if (utf8_count(mail_excerpt(&a, &t, 50)) > 51)
            BUG("an excerpt that is too long");
    }
    str_release(&out);
    arena_release(&a);
    return 0;
}
