#include "document/write_wrap.h"

#include "base/utf8.h"

struct sv wrap_blanks(struct arena *a, size_t count)
{
    char *text = arena_alloc(a, count + 1);
    memset(text, ' ', count);
    return sv_from(text, count);
}

struct sv wrap_cut(struct sv *word, size_t room)
{
    size_t at = 0, used = 0;
    while (at < word->len) {
        size_t next = at;
        utf8_next(*word, &next);
        size_t width = utf8_width(sv_from(word->at + at, next - at));
        if (at > 0 && used + width > room)
            break;
        used += width;
        at = next;
    }
    struct sv head = sv_from(word->at, at);
    *word = sv_from_byte(*word, at);
    return head;
}

bool wrap_next_word(struct sv *rest, struct sv *out)
{
    while (rest->len && (*rest->at == ' ' || *rest->at == '\t'))
        *rest = sv_from_byte(*rest, 1);
    if (rest->len == 0)
        return false;
    size_t len = 0;
    while (len < rest->len && rest->at[len] != ' ' && rest->at[len] != '\t')
        len++;
    *out = sv_from(rest->at, len);
    *rest = sv_from_byte(*rest, len);
    return true;
}

/* One line of text (no LF inside), wrapped at blanks. */
static void set_line(struct str *out, struct sv text, struct sv first, const struct wrap_frame *f)
{
    size_t first_width = utf8_width(first), rest_width = utf8_width(f->rest);
    size_t column = first_width;
    bool empty = true;
    struct sv word;
    str_add(out, first);
    while (wrap_next_word(&text, &word)) {
        size_t width = utf8_width(word);
        if (!empty && column + 1 + width > f->width) {
            str_add_char(out, '\n');
            str_add(out, f->rest);
            column = rest_width;
            empty = true;
        }
        if (!empty) {
            str_add_char(out, ' ');
            column++;
        }
        empty = false;
        while (column + width > f->width) {
            size_t room = f->width > column ? f->width - column : 1;
            struct sv head = wrap_cut(&word, room);
            str_add(out, head);
            if (word.len == 0) {
                column += utf8_width(head);
                width = 0;
                break;
            }
            str_add_char(out, '\n');
            str_add(out, f->rest);
            column = rest_width;
            width = utf8_width(word);
        }
        str_add(out, word);
        column += width;
    }
    while (out->len && out->data[out->len - 1] == ' ')
        str_cut(out, out->len - 1);
    str_add_char(out, '\n');
}

void wrap_text(struct str *out, struct sv text, const struct wrap_frame *f)
{
    struct sv line, first = f->first;
    while (sv_next_line(&text, &line)) {
        set_line(out, line, first, f);
        first = f->rest;
    }
}
