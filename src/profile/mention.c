/* Mentions of references and threats in running text: "RFC 6120 §13.8", "T-0017".
 *
 * The forms come from sig.yaml. A blank in a series' prefix may be any single blank or line break
 * in the text, since prose is wrapped. */
#include "base/utf8.h"
#include "profile/internal.h"

#include <stdio.h>

#define SECTION_SIGN "\xC2\xA7"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* May an identifier begin here? Not inside a word, an address or another identifier. */
static bool begins_word(struct sv text, size_t at)
{
    if (!at)
        return true;
    char before = text.at[at - 1];
    return !is_alnum(before) && !strchr("/#@._=&?%-", before) && (unsigned char)before < 0x80;
}

/* Behind an identifier stands no letter or digit; of others than ASCII the common punctuation is
 * let through. */
static bool ends_word(struct sv text, size_t at)
{
    if (at >= text.len)
        return true;
    unsigned char after = (unsigned char)text.at[at];
    if (after >= 0x80)
        return after == 0xC2 || after >= 0xE2;
    return !is_alnum(text.at[at]) && after != '_';
}

/* Length of the blank at this place: space, line break with the indentation around it, or no-break
 * space; 0: none. */
static size_t blank_length(struct sv text, size_t at)
{
    size_t end = at;
    if (sv_starts(sv_from_byte(text, at), SV("\xC2\xA0")))
        return 2;
    while (end < text.len && text.at[end] == ' ' && end - at < 4)
        end++;
    if (end < text.len && text.at[end] == '\n') {
        end++;
        while (end < text.len && text.at[end] == ' ')
            end++;
        return end - at;
    }
    return end - at == 1 ? 1 : 0;
}

/* Length of the text that matches a prefix, blanks taken loosely; 0: no match. */
static size_t prefix_length(struct sv text, size_t at, struct sv prefix)
{
    size_t start = at;
    for (size_t i = 0; i < prefix.len; i++) {
        size_t len = prefix.at[i] == ' ' ? blank_length(text, at)
                                         : at < text.len && text.at[at] == prefix.at[i];
        if (!len)
            return 0;
        at += len;
    }
    return at - start;
}

static size_t count_digits(struct sv text, size_t at)
{
    size_t end = at;
    while (end < text.len && is_digit(text.at[end]))
        end++;
    return end - at;
}

/* Characters of a version or section number from `at`; a full stop or hyphen only between others.
 */
static size_t number_length(struct sv text, size_t at)
{
    size_t end = at;
    while (end < text.len) {
        bool inner = (text.at[end] == '.' || text.at[end] == '-') && end > at &&
                     end + 1 < text.len && is_alnum(text.at[end + 1]);
        if (!is_alnum(text.at[end]) && !inner)
            break;
        end++;
    }
    return end - at;
}

/* " v0.8.3" and " §4" behind an identifier */
static size_t tail_length(struct sv text, size_t at)
{
    size_t start = at, blank = blank_length(text, at);
    if (blank && at + blank + 1 < text.len && text.at[at + blank] == 'v' &&
        is_digit(text.at[at + blank + 1]))
        at += blank + 1 + number_length(text, at + blank + 1);
    blank = blank_length(text, at);
    if (blank && sv_starts(sv_from_byte(text, at + blank), SV(SECTION_SIGN))) {
        size_t number = number_length(text, at + blank + 2);
        if (number)
            at += blank + 2 + number;
    }
    return at - start;
}

static bool match_series(const struct series *series, struct sv text, size_t at,
                         struct mention *out)
{
    size_t prefix = prefix_length(text, at, series->prefix);
    if (!prefix || series->prefix.len > sizeof(out->id) - 12)
        return false;
    size_t digits = count_digits(text, at + prefix);
    size_t end = at + prefix + digits;
    if (series->digits ? digits != series->digits : digits < 1 || digits > 5)
        return false;
    if (!ends_word(text, end))
        return false;
    *out = (struct mention){.at = at, .len = end - at + tail_length(text, end), .id_len = end - at};
    snprintf(out->id, sizeof(out->id), "%.*s%.*s", SV_ARG(series->prefix), (int)digits,
             text.at + at + prefix);
    return true;
}

static bool match_threat(struct sv prefix, struct sv text, size_t at, struct mention *out)
{
    if (!prefix.len || prefix.len > 16 || !sv_starts(sv_from_byte(text, at), prefix))
        return false;
    size_t digits_at = at + prefix.len + 1;
    if (digits_at >= text.len || text.at[digits_at - 1] != '-')
        return false;
    size_t digits = count_digits(text, digits_at);
    if (digits < 4 || digits > 9 || (digits > 4 && text.at[digits_at] == '0') ||
        !ends_word(text, digits_at + digits))
        return false;
    size_t len = prefix.len + 1 + digits;
    *out = (struct mention){.threat = true, .at = at, .len = len, .id_len = len};
    snprintf(out->id, sizeof(out->id), "%.*s", (int)len, text.at + at);
    return true;
}

/* First bytes of all prefixes, so that most of the text is passed over quickly. */
static void first_bytes(const struct sig *sig, bool *table)
{
    for (size_t i = 0; i < sig->series.len; i++)
        if (sig->series.at[i].prefix.len)
            table[(unsigned char)sig->series.at[i].prefix.at[0]] = true;
    if (sig->prefix.len)
        table[(unsigned char)sig->prefix.at[0]] = true;
}

bool mention_next(const struct sig *sig, struct sv text, size_t *from, struct mention *out)
{
    bool table[256] = {false};
    first_bytes(sig, table);
    for (size_t at = *from; at < text.len; at++) {
        if (!table[(unsigned char)text.at[at]] || !begins_word(text, at))
            continue;
        bool found = match_threat(sig->prefix, text, at, out);
        for (size_t i = 0; !found && i < sig->series.len; i++)
            found = match_series(&sig->series.at[i], text, at, out);
        if (!found)
            continue;
        *from = at + out->len;
        return true;
    }
    *from = text.len;
    return false;
}

bool profile_find_mention(void *context, struct sv text, struct markdown_mention *out)
{
    const struct profile *p = context;
    struct mention m;
    for (size_t from = 0; mention_next(&p->sig, text, &from, &m);) {
        const struct threat *threat = m.threat ? map_get(&p->by_id, sv_str(m.id)) : NULL;
        struct reference *reference = m.threat ? NULL : map_get(&p->references.by_id, sv_str(m.id));
        if (!threat && !reference)
            continue;
        *out = (struct markdown_mention){
            .kind = threat ? MARKDOWN_THREAT : MARKDOWN_REFERENCE, .at = m.at, .len = m.len};
        out->id = threat ? threat->id : reference->id;
        out->url = threat ? SV_NONE : reference->url;
        return true;
    }
    return false;
}

unsigned threat_id_number(struct sv prefix, struct sv id)
{
    struct mention m;
    uint64_t number;
    if (!match_threat(prefix, id, 0, &m) || m.len != id.len)
        return 0;
    return sv_to_u64(sv_from_byte(id, prefix.len + 1), 999999999, &number) ? (unsigned)number : 0;
}

void profile_ids_in(struct arena *a, const struct sig *sig, struct sv text, struct profile_ids *out)
{
    struct map seen;
    map_init(&seen, a);
    for (size_t at = 0; sig->prefix.len && at + sig->prefix.len < text.len; at++) {
        size_t digits_at = at + sig->prefix.len + 1;
        if (text.at[at] != sig->prefix.at[0] || text.at[digits_at - 1] != '-' ||
            !sv_starts(sv_from_byte(text, at), sig->prefix))
            continue;
        struct sv id = sv_from(text.at + at, digits_at - at + count_digits(text, digits_at));
        if (digits_at - at < id.len && !map_set(&seen, id, out))
            *vec_push(a, &out->list) = id;
    }
}

void mention_each(const struct sig *sig, const struct stretch *t, const struct mention_visitor *v)
{
    struct mention m;
    for (size_t from = 0; mention_next(sig, t->text, &from, &m);)
        v->found(v->context, t, &m);
}

/* Blanks out code spans in a copy of a paragraph, bytes and lines kept. */
static void hide_code(char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        if (text[at] != '`') {
            at++;
            continue;
        }
        size_t run = 0;
        while (at + run < len && text[at + run] == '`')
            run++;
        size_t close = at + run, count = 0;
        for (; close < len; close++) {
            count = text[close] == '`' ? count + 1 : 0;
            if (count == run && (close + 1 == len || text[close + 1] != '`'))
                break;
        }
        if (close < len)
            for (size_t i = at; i <= close; i++)
                text[i] = text[i] == '\n' ? '\n' : '`';
        at = close < len ? close + 1 : at + run;
    }
}

static void each_in_paragraph(struct arena *a, const struct sig *sig, struct sv text, uint32_t line,
                              const struct mention_visitor *v)
{
    struct stretch t = {text, line, 1};
    if (sv_find_char(text, '`') >= 0) {
        char *copy = arena_strndup(a, text.at, text.len);
        if (text.len < 16 * 1024)
            hide_code(copy, text.len);
        t.text = sv_from(copy, text.len);
    }
    mention_each(sig, &t, v);
}

/* Running text is cut at blank lines and fences. */
void mention_each_prose(struct arena *a, const struct sig *sig, struct sv text, uint32_t line,
                        const struct mention_visitor *v)
{
    struct fence_state fence = {0};
    struct sv rest = text, part;
    size_t start = 0;
    uint32_t start_line = line;
    for (; sv_next_line(&rest, &part); line++) {
        size_t here = (size_t)(part.at - text.at), next = here + part.len + 1;
        bool code = fence_state_line(&fence, part);
        if (!code && sv_trim(part).len)
            continue;
        if (here > start)
            each_in_paragraph(a, sig, sv_from(text.at + start, here - start), start_line, v);
        start = next < text.len ? next : text.len;
        start_line = line + 1;
    }
    if (start < text.len)
        each_in_paragraph(a, sig, sv_from_byte(text, start), start_line, v);
}

struct checking {
    const struct profile *p;
    struct source *s;
};

static void check_mention(void *context, const struct stretch *t, const struct mention *m)
{
    const struct checking *c = context;
    struct source *s = c->s;
    uint32_t line, column;
    if (m->threat ? map_get(&c->p->by_id, sv_str(m->id)) != NULL
                  : c->p->references.unread || map_get(&c->p->references.by_id, sv_str(m->id)))
        return;
    utf8_position(t->text, m->at, &line, &column);
    if (line == 1)
        column += t->column - 1;
    if (m->threat)
        diag_error(s->read.diag, s->read.file, t->line + line - 1, column,
                   arena_printf(s->read.a, "there is no threat %s", m->id),
                   "the identifier of a threat of this group");
    else
        diag_error(s->read.diag, s->read.file, t->line + line - 1, column,
                   arena_printf(s->read.a, "%s is not in references.tsv", m->id),
                   "a line for it there");
}

void mention_check_prose(const struct profile *p, struct source *s, struct sv text, uint32_t line)
{
    struct checking c = {p, s};
    const struct mention_visitor v = {check_mention, &c};
    mention_each_prose(s->read.a, &p->sig, text, line, &v);
}

void mention_check_text(const struct profile *p, struct source *s, struct sv text, uint32_t line,
                        uint32_t column)
{
    struct checking c = {p, s};
    const struct mention_visitor v = {check_mention, &c};
    const struct stretch t = {text, line, column};
    mention_each(&p->sig, &t, &v);
}

void mention_refuse_threats(const struct sig *sig, struct source *s, struct sv text)
{
    struct mention m;
    for (size_t from = 0; mention_next(sig, text, &from, &m);) {
        uint32_t line, column;
        if (!m.threat)
            continue;
        utf8_position(text, m.at, &line, &column);
        diag_error(s->read.diag, s->read.file, line, column,
                   arena_printf(s->read.a, "the process names the threat %s", m.id),
                   "rules that hold for every threat");
    }
}
