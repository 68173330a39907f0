#include "register/stems.h"

#include "base/utf8.h"

#include <endian.h>

enum { STEM_MIN = 3, STEM_MAX = 40, STOP_CELL = 8 };

/* English, in order of the alphabet, filled up with zeros: in big-endian order each is a number, and so is a word. */
static const char stop_words[][STOP_CELL] = {
    "about", "after", "all", "also", "an", "and", "another", "any", "anyone", "are", "as", "at", "be", "because",
    "been", "before", "being", "both", "but", "by", "can", "cannot", "could", "did", "do", "does", "done", "each",
    "either", "else", "every", "for", "from", "gets", "had", "has", "have", "he", "her", "his", "how", "if", "in",
    "into", "is", "it", "its", "itself", "like", "made", "make", "makes", "may", "might", "more", "most", "must",
    "no", "nor", "not", "of", "off", "on", "one", "only", "onto", "or", "other", "others", "our", "out", "over",
    "own", "s", "same", "she", "should", "so", "some", "such", "than", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "through", "to", "under", "up", "upon", "use", "used", "uses",
    "using", "very", "was", "we", "were", "what", "when", "where", "whether", "which", "while", "who", "whom",
    "whose", "why", "will", "with", "without", "would", "you", "your"};

static uint64_t cell_number(const char cell[STOP_CELL])
{
    uint64_t number;
    memcpy(&number, cell, sizeof(number));
    return be64toh(number);
}

static bool is_stop_word(struct sv word)
{
    char cell[STOP_CELL] = {0};
    size_t low = 0, high = ARRAY_LEN(stop_words);
    if (word.len >= STOP_CELL)
        return false;
    memcpy(cell, word.at, word.len);
    uint64_t number = cell_number(cell);
    while (low < high) {
        size_t middle = (low + high) / 2;
        uint64_t there = cell_number(stop_words[middle]);
        if (number == there)
            return true;
        if (number < there)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static bool has_vowel(struct sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (memchr("aeiouy", s.at[i], 6))
            return true;
    return false;
}

/* Takes an ending off when enough remains. */
static bool cut(struct sv *s, struct sv ending)
{
    if (s->len < ending.len + STEM_MIN || s->at[s->len - 1] != ending.at[ending.len - 1] || !sv_ends(*s, ending))
        return false;
    struct sv rest = sv_from(s->at, s->len - ending.len);
    if (!has_vowel(rest))
        return false;
    *s = rest;
    return true;
}

static void cut_plural(struct sv *s)
{
    if (s->len < STEM_MIN + 1 || s->at[s->len - 1] != 's' || sv_ends(*s, SV("ss")) || sv_ends(*s, SV("us")) ||
        sv_ends(*s, SV("is")))
        return;
    bool hissing = sv_ends(*s, SV("sses")) || sv_ends(*s, SV("shes")) || sv_ends(*s, SV("ches")) ||
                   sv_ends(*s, SV("xes"));
    s->len -= hissing ? 2 : 1;
}

/* "dropp" and "stripp" to "drop" and "strip"; "call" and "pass" stay. */
static void undouble(struct sv *s)
{
    char last = s->at[s->len - 1];
    if (s->len > STEM_MIN && last == s->at[s->len - 2] && strchr("bdgmnprt", last))
        s->len--;
}

/* The stem is a beginning of the word: nothing is put in the place of what is cut. */
static struct sv stem_of(struct sv word)
{
    static const struct sv nouns[] = {SV("ion"), SV("or"), SV("er"), SV("ly"), SV("ment")};
    struct sv s = word;
    cut_plural(&s);
    if (cut(&s, SV("ing")) || cut(&s, SV("ed")))
        undouble(&s);
    for (size_t i = 0; i < ARRAY_LEN(nouns); i++)
        if (s.len > nouns[i].len + STEM_MIN && cut(&s, nouns[i]))
            break;
    if (s.len > STEM_MIN && memchr("eiy", s.at[s.len - 1], 3))
        s.len -= sv_ends(s, SV("ie")) ? 2 : 1;
    if (s.len >= STEM_MIN + 2 && sv_ends(s, SV("at")))
        s.len -= 2;
    return s;
}

static struct sv fold(struct arena *a, struct sv text)
{
    if (!sv_is_ascii(text))
        return utf8_fold(a, utf8_nfc(a, text));
    char *copy = arena_room(a, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = (char)(text.at[i] >= 'A' && text.at[i] <= 'Z' ? text.at[i] | 0x20 : text.at[i]);
    return sv_from(copy, text.len);
}

static void add(struct arena *a, struct sv word, struct stems *out)
{
    if (word.len < 2 || is_stop_word(word))
        return;
    struct stem *stem = vec_push(a, &out->list);
    stem->shown = word;
    stem->stem = sv_is_ascii(word) && word.len <= STEM_MAX ? stem_of(word) : word;
}

void stems_of(struct arena *a, struct sv text, struct stems *out)
{
    struct sv folded = fold(a, text);
    size_t start = 0, at = 0;
    while (at < folded.len) {
        size_t here = at;
        unsigned char c = (unsigned char)folded.at[at];
        bool inside;
        if (c < 0x80) {
            inside = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            at++;
        } else {
            inside = utf8_is_alnum(utf8_next(folded, &at));
        }
        if (inside)
            continue;
        if (here > start + 1)
            add(a, sv_from(folded.at + start, here - start), out);
        start = at;
    }
    add(a, sv_from_byte(folded, start), out);
}
