/* Widths of text without a font at hand: for each ASCII character the widest of DejaVu Sans, Noto
 * Sans and Liberation Sans (which has Arial's and Helvetica's widths), so that text never leaves
 * its box, whichever of them a reader has. */
#include "base/utf8.h"
#include "tree/io/layout.h"

static const uint16_t ascii_widths[95] = {
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 551, 838, 318, 361,  318, 372, 637, 637, 637,
    637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 557, 1016, 685, 687, 723, 771, 667,
    611, 778, 752, 339, 500, 667, 558, 907, 760, 788, 667, 788, 723, 667,  611, 732, 685, 989, 686,
    667, 686, 391, 372, 391, 838, 557, 500, 613, 635, 550, 635, 616, 353,  635, 634, 278, 278, 580,
    278, 975, 634, 612, 635, 635, 413, 521, 393, 634, 592, 818, 592, 592,  525, 637, 551, 637, 838};

enum { WIDTH_LATIN = 700, WIDTH_OTHER = 820, WIDTH_FULL = 1020 };

static uint32_t other_width(struct sv character, uint32_t code_point)
{
    if (utf8_width(character) == 0)
        return 0;
    if (utf8_width(character) > 1 || (code_point >= 0x2010 && code_point < 0x2C00))
        return WIDTH_FULL; /* East Asian; dashes, arrows, signs */
    return code_point < 0x250 ? WIDTH_LATIN : WIDTH_OTHER;
}

uint32_t measure_text(struct sv text)
{
    uint32_t width = 0;
    for (size_t at = 0; at < text.len;) {
        unsigned char byte = (unsigned char)text.at[at];
        if (byte >= 32 && byte < 127) {
            width += ascii_widths[byte - 32];
            at++;
            continue;
        }
        size_t start = at;
        uint32_t c = utf8_next(text, &at);
        width += other_width(sv_from(text.at + start, at - start), c);
    }
    return width;
}
