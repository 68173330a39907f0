/* The place in a text that a query found: words are cut and compared as the index does, as far as readers notice. */
#include "base/utf8.h"
#include "forum/archive.h"
#include "forum/search.h"

enum { WORDS_BEFORE = 8, WORDS_SHOWN = 32, SNIPPET_CHARACTERS = 300, TOKENS_MAX = 256, WORD_MAX = 100 };

struct token {
    struct sv word; /* folded */
    bool prefix;
};
struct tokens {
    struct token at[TOKENS_MAX];
    size_t count;
};

/* The next run of letters and digits: from *at on; false at the end. *at stands behind it then. */
static bool next_word(struct sv text, size_t *at, size_t *out_start)
{
    size_t i = *at;
    bool inside = false;
    while (i < text.len) {
        size_t before = i;
        unsigned char c = (unsigned char)text.at[i];
        bool part = c < 0x80 ? (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') : false;
        if (c < 0x80)
            i++;
        else
            part = utf8_is_alnum(utf8_next(text, &i));
        if (part && !inside)
            *out_start = before;
        inside = inside || part;
        if (inside && !part) {
            *at = before;
            return true;
        }
    }
    *at = text.len;
    return inside;
}

/* Folded, into `room` when it is short and ASCII. */
static struct sv folded(struct arena *a, struct sv word, char *room)
{
    if (word.len > WORD_MAX)
        return word;
    for (size_t i = 0; i < word.len; i++) {
        if ((unsigned char)word.at[i] >= 0x80)
            return utf8_fold(a, word);
        room[i] = word.at[i] >= 'A' && word.at[i] <= 'Z' ? (char)(word.at[i] + 32) : word.at[i];
    }
    return sv_from(room, word.len);
}

static void collect(struct arena *a, const struct mail_query *query, struct tokens *out)
{
    char room[WORD_MAX];
    out->count = 0;
    for (size_t i = 0; i < query->terms.len; i++) {
        const struct mail_term *t = &query->terms.at[i];
        size_t at = 0, start;
        while (!t->column && out->count < TOKENS_MAX && next_word(t->text, &at, &start)) {
            struct sv word = arena_sv(a, folded(a, sv_from(t->text.at + start, at - start), room));
            out->at[out->count++] = (struct token){word, t->prefix};
        }
    }
}

static bool is_hit(struct arena *a, const struct tokens *tokens, struct sv word)
{
    char room[WORD_MAX];
    struct sv f = folded(a, word, room);
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->at[i].prefix ? sv_starts(f, tokens->at[i].word) : sv_eq(f, tokens->at[i].word))
            return true;
    return false;
}

/* Where what is shown begins: some words before the first hit, or the text's beginning. */
static size_t find_start(struct arena *a, struct sv text, const struct tokens *tokens)
{
    size_t at = 0, start, starts[WORDS_BEFORE] = {0}, n = 0;
    while (next_word(text, &at, &start)) {
        starts[n % WORDS_BEFORE] = start;
        if (is_hit(a, tokens, sv_from(text.at + start, at - start)))
            return n < WORDS_BEFORE ? 0 : starts[(n + 1) % WORDS_BEFORE];
        n++;
    }
    return 0;
}

static struct sv one_line(struct arena *a, struct sv text)
{
    char *out = arena_room(a, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = (unsigned char)text.at[i] <= ' ' || text.at[i] == 0x7f ? ' ' : text.at[i];
        if (c != ' ' || (len && out[len - 1] != ' '))
            out[len++] = c;
    }
    return sv_from(out, len);
}

struct sv mail_snippet(struct arena *a, struct sv text, const struct mail_query *query)
{
    struct tokens tokens;
    struct str out = STR_INIT;
    collect(a, query, &tokens);
    size_t from = find_start(a, text, &tokens), end = from, at = 0, done = 0, start;
    for (int i = 0; i < WORDS_SHOWN && next_word(text, &end, &start); i++)
        ;
    struct sv part = archive_shown(a, one_line(a, sv_from(text.at + from, end - from)), SNIPPET_CHARACTERS);
    if (from)
        str_add_str(&out, "\xe2\x80\xa6 ");
    while (next_word(part, &at, &start)) {
        bool hit = is_hit(a, &tokens, sv_from(part.at + start, at - start));
        str_add(&out, sv_from(part.at + done, start - done));
        if (hit)
            str_add_char(&out, 2);
        str_add(&out, sv_from(part.at + start, at - start));
        if (hit)
            str_add_char(&out, 3);
        done = at;
    }
    str_add(&out, sv_from_byte(part, done));
    if (end < sv_trim(text).len)
        str_add_str(&out, " \xe2\x80\xa6");
    struct sv snippet = arena_sv(a, str_sv(&out));
    str_release(&out);
    return snippet;
}
