/* The rules that hold for every file, and the few facts about Markdown lines that several readers
 * share. */
#include "base/str.h"
#include "base/utf8.h"
#include "profile/internal.h"

struct sv lexical_plain(struct arena *a, struct sv text)
{
    if (sv_starts(text, SV("\xEF\xBB\xBF")))
        text = sv_from_byte(text, 3);
    if (sv_find_char(text, '\r') < 0)
        return text;
    char *plain = arena_alloc(a, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\r' || i + 1 == text.len || text.at[i + 1] != '\n')
            plain[len++] = text.at[i];
    return sv_from(plain, len);
}

static void fault_at(struct source *s, size_t offset, const char *what, const char *expected)
{
    uint32_t line, column;
    utf8_position(s->text, offset, &line, &column);
    diag_error(s->read.diag, s->read.file, line, column, what, expected);
}

static bool check_bytes(struct source *s)
{
    size_t bad;
    if (!utf8_valid(s->text, &bad)) {
        uint32_t line, column;
        utf8_position(sv_from(s->text.at, bad), bad, &line, &column);
        diag_error(s->read.diag, s->read.file, line, column,
                   arena_printf(s->read.a, "byte 0x%02X is not UTF-8",
                                (unsigned)(unsigned char)s->text.at[bad]),
                   "text in UTF-8");
        return false;
    }
    ptrdiff_t nul = sv_find_char(s->text, '\0');
    if (nul < 0)
        return true;
    fault_at(s, (size_t)nul, "a NUL character", "text");
    return false;
}

/* Faults for control and deceptive characters of one line. */
static void check_characters(struct source *s, struct sv line, uint32_t row)
{
    uint32_t column = 1;
    for (size_t at = 0; at < line.len; column++) {
        unsigned char byte = (unsigned char)line.at[at];
        if (byte >= 0x20 && byte < 0x7F) {
            at++;
            continue;
        }
        uint32_t c = utf8_next(line, &at);
        if (utf8_is_deceptive(c))
            diag_error(s->read.diag, s->read.file, row, column,
                       arena_printf(
                           s->read.a,
                           "character U+%04X, which is invisible or changes the order of the text",
                           c),
                       "it to be removed");
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Reports the first word of the line that is not in NFC. */
static void check_nfc(struct source *s, struct sv line, uint32_t row)
{
    if (utf8_is_nfc(line))
        return;
    for (size_t at = 0; at < line.len;) {
        size_t start = at;
        while (at < line.len && !is_blank(line.at[at]))
            at++;
        struct sv word = sv_from(line.at + start, at - start);
        if (word.len && !utf8_is_nfc(word)) {
            diag_error(s->read.diag, s->read.file, row,
                       (uint32_t)utf8_count(sv_from(line.at, start)) + 1,
                       "text that is not in Unicode's normal form C",
                       arena_printf(s->read.a, "\"%s\" composed (casemate fmt does it)",
                                    yaml_read_shown(s->read.a, utf8_nfc(s->read.a, word))));
            return;
        }
        at++;
    }
    diag_error(s->read.diag, s->read.file, row, 1, "text that is not in Unicode's normal form C",
               "composed characters (casemate fmt writes them)");
}

/* Nothing but the printable characters of ASCII, without DEL: nearly every line. Eight bytes at once; in each the
 * highest bit of the sum says what is wrong with it: below 0x20, 0x7F, or above. */
static bool is_usual(struct sv line)
{
    const uint64_t each = 0x0101010101010101U, high = each * 0x80;
    uint64_t bad = 0;
    size_t i = 0;
    for (; i + 8 <= line.len; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, line.at + i, 8);
        uint64_t low = bytes & ~high; /* no carry from one byte to the next below */
        bad |= bytes | ~(low + each * 0x60) | (low + each);
    }
    bad &= high;
    for (; i < line.len; i++)
        bad |= line.at[i] < 0x20 || line.at[i] >= 0x7F;
    return !bad;
}

static bool check_lines(struct source *s)
{
    struct sv rest = s->text, line;
    for (uint32_t row = 1; sv_next_line(&rest, &line); row++) {
        if (line.len > PROFILE_LINE_MAX) {
            diag_error(s->read.diag, s->read.file, row, 1,
                       arena_printf(s->read.a, "the line has %zu bytes", line.len),
                       arena_printf(s->read.a, "at most %d (64 KiB)", PROFILE_LINE_MAX));
            return false;
        }
        if (is_usual(line))
            continue;
        check_characters(s, line, row);
        check_nfc(s, line, row);
    }
    return true;
}

bool source_bytes(struct source *s)
{
    s->text = lexical_plain(s->read.a, s->raw);
    return check_bytes(s);
}

bool source_open(struct source *s)
{
    s->text = SV_NONE;
    if (s->raw.len > PROFILE_FILE_MAX) {
        diag_error(s->read.diag, s->read.file, 0, 0,
                   arena_printf(s->read.a, "the file has %zu bytes", s->raw.len),
                   arena_printf(s->read.a, "at most %d (2 MiB)", PROFILE_FILE_MAX));
        return false;
    }
    return source_bytes(s) && check_lines(s);
}

/* Offset behind the "-->" that ends the comment whose content begins at `at`; 0 when another one
 * begins first, so that all calls together stay linear. */
static size_t comment_end(struct sv text, size_t at)
{
    for (; at + 3 <= text.len; at++) {
        struct sv rest = sv_from_byte(text, at);
        if (rest.at[0] == '-' && sv_starts(rest, SV("-->")))
            return at + 3;
        if (rest.at[0] == '<' && sv_starts(rest, SV("<!--")))
            return 0;
    }
    return 0;
}

const struct yaml_node *source_front(struct source *s, struct markdown_file *out)
{
    markdown_scan(s->read.a, s->text, s->read.file, s->read.diag, out);
    if (!out->front_line) {
        if (!sv_starts(s->text, SV("---\n"))) /* otherwise the scanner has said it */
            diag_error(s->read.diag, s->read.file, 1, 1, "no front matter",
                       "a YAML mapping between two lines `---`");
        return NULL;
    }
    return yaml_read_mapping(
        &s->read, yaml_parse(s->read.a, out->front, s->read.file, out->front_line, s->read.diag),
        "the front matter");
}

void source_no_preface(struct source *s, const struct markdown_file *md)
{
    uint32_t line = md->sections.at[0].body_line;
    if (lexical_prose(s->read.a, md->sections.at[0].body, &line).len)
        diag_error(s->read.diag, s->read.file, line, 1, "text before the first heading",
                   "a line `## ...` before it");
}

size_t lexical_comment(struct sv text, size_t at)
{
    size_t start = at;
    while (start < text.len && start - at < 3 && text.at[start] == ' ')
        start++;
    if (!sv_starts(sv_from_byte(text, start), SV("<!--")))
        return 0;
    size_t end = comment_end(text, start + 4);
    if (!end)
        return 0;
    while (end < text.len && is_blank(text.at[end]))
        end++;
    if (end < text.len && text.at[end] != '\n')
        return 0;
    return end < text.len ? end + 1 : end;
}

bool fence_state_line(struct fence_state *f, struct sv line)
{
    size_t indent = 0, run = 0;
    while (indent < line.len && is_blank(line.at[indent]))
        indent++;
    char mark = indent < line.len ? line.at[indent] : '\0';
    if (mark == '`' || mark == '~')
        while (indent + run < line.len && line.at[indent + run] == mark)
            run++;
    struct sv after = sv_from_byte(line, indent + run);
    if (f->run) {
        if (mark == f->mark && run >= f->run && !sv_trim(after).len)
            f->run = 0;
        return true;
    }
    if (run < 3 || (mark == '`' && sv_find_char(after, '`') >= 0))
        return false;
    f->mark = mark;
    f->run = run;
    return true;
}

static bool opens_outline(struct sv line, const struct fence_state *f)
{
    struct sv info = sv_trim(line);
    while (info.len && info.at[0] == f->mark)
        info = sv_from_byte(info, 1);
    return sv_starts(sv_trim(info), SV("attack-tree"));
}

bool threat_outline(struct sv source, struct sv *out)
{
    struct fence_state fence = {0};
    struct sv rest = source, line;
    bool inside = false;
    while (sv_next_line(&rest, &line)) {
        bool before = fence.run > 0;
        (void)fence_state_line(&fence, line);
        if (inside && !fence.run) {
            out->len = (size_t)(line.at - out->at);
            return true;
        }
        if (!before && fence.run && opens_outline(line, &fence)) {
            inside = true;
            *out = sv_from(rest.at, 0);
        }
    }
    return false;
}

/* Copies the text with its comment lines emptied. */
static struct sv without_comments(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    struct fence_state fence = {0};
    for (size_t at = 0; at < text.len;) {
        size_t comment = fence.run ? 0 : lexical_comment(text, at);
        const char *lf = memchr(text.at + at, '\n', text.len - at);
        size_t end = comment ? comment : lf ? (size_t)(lf - text.at) + 1 : text.len;
        struct sv part = sv_from(text.at + at, end - at);
        at = end;
        if (comment) {
            for (size_t i = 0; i < part.len; i++)
                if (part.at[i] == '\n')
                    str_add_char(&out, '\n');
            continue;
        }
        fence_state_line(&fence, sv_from(part.at, part.len - (lf ? 1 : 0)));
        str_add(&out, part);
    }
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

struct sv lexical_prose(struct arena *a, struct sv body, uint32_t *line)
{
    if (sv_find_char(body, '<') >= 0 && sv_find(body, SV("<!--")) >= 0)
        body = without_comments(a, body);
    for (;;) {
        size_t at = 0;
        while (at < body.len && is_blank(body.at[at]))
            at++;
        if (at == body.len)
            return SV_NONE;
        if (body.at[at] != '\n')
            break;
        body = sv_from_byte(body, at + 1);
        (*line)++;
    }
    while (body.len && (is_blank(body.at[body.len - 1]) || body.at[body.len - 1] == '\n'))
        body.len--;
    return body;
}
