/* Any text as a drawing in characters: every visible character is part of a stroke or of a word at its place, and the
 * picture can be written. */
#include "base/utf8.h"
#include "document/build.h"
#include "format/diagram.h"
#include "format/markup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(struct arena *a, struct sv text, const struct diagram *d)
{
    bool *covered = arena_new_array(a, bool, (size_t)d->columns * d->rows);
    size_t visible = 0, found = 0;
    for (size_t i = 0; i < d->labels.len; i++) {
        const struct diagram_label *l = &d->labels.at[i];
        if (l->row >= d->rows || l->column + l->width > d->columns || l->box >= (int)d->boxes.len)
            BUG("a label outside the drawing");
        for (unsigned k = 0; k < l->width; k++) {
            if (covered[l->row * d->columns + l->column + k])
                BUG("two labels on one place");
            covered[l->row * d->columns + l->column + k] = true;
        }
        for (size_t at = 0; at < l->text.len;) {
            size_t start = at;
            uint32_t c = utf8_next(l->text, &at);
            found += c != ' ' && utf8_width(sv_from(l->text.at + start, at - start)) > 0;
        }
    }
    for (size_t at = 0; at < text.len;) { /* those that may be strokes are counted where they are words */
        size_t start = at;
        uint32_t c = utf8_next(text, &at);
        visible += c != ' ' && c != '\n' && utf8_width(sv_from(text.at + start, at - start)) > 0 &&
                   !(c < 0x80 && strchr("+-=|<>v^", (int)c));
    }
    if (found < visible)
        BUG("%zu characters of %zu", found, visible);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct sv text = sv_from((const char *)data, size);
    struct diagram d;
    struct diagram_fault fault;
    if (utf8_valid(text, NULL) && diagram_scan(&a, text, &d, &fault)) {
        struct str out = STR_INIT;
        struct markup m;
        check_words(&a, text, &d);
        struct doc_block *b = build_diagram(&a, SV("x"), text);
        markup_init(&m, &out, MARKUP_XML);
        b->figure->draw(&m, b->figure->data, "p-");
        markup_finish(&m);
        str_release(&out);
    }
    arena_release(&a);
    return 0;
}
