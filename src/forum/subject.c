#include "forum/subject.h"

#include "base/utf8.h"

/* What mail programs put before a subject that they answer or pass on. */
static const char *const words[] = {
    "re",  "aw",  "antw", "antwort", "sv",  "vs", "vl", "ref", "rif", "ris",    "res", "r",    "odp",  "ynt",  "ilt",
    "atb", "bls", "fw",   "fwd",     "wg",  "tr", "rv", "enc", "i",   "doorst", "vb",  "回复", "答复", "转发", "返信",
};

/* In any case. */
static bool is_reply_word(struct arena *a, struct sv word)
{
    ptrdiff_t count = sv_find_char(word, '['); /* "re[2]:" */
    if (count > 0)
        word = sv_from(word.at, (size_t)count);
    word = utf8_fold(a, sv_trim(word));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_eq_str(word, words[i]))
            return true;
    return false;
}

static bool cut_reply_word(struct arena *a, struct sv *text)
{
    ptrdiff_t colon = sv_find_char(*text, ':');
    size_t width = 1;
    ptrdiff_t wide = sv_find(*text, SV("：")); /* a colon of full width */
    if (wide >= 0 && (colon < 0 || wide < colon)) {
        colon = wide;
        width = strlen("：");
    }
    if (colon < 1 || colon > 20 || !is_reply_word(a, sv_from(text->at, (size_t)colon)))
        return false;
    *text = sv_trim(sv_from_byte(*text, (size_t)colon + width));
    return true;
}

/* "[list] x" to "x", but "[list]" alone stays. */
static bool cut_tag(struct sv *text)
{
    ptrdiff_t end = text->len && text->at[0] == '[' ? sv_find_char(*text, ']') : -1;
    struct sv rest = end < 0 ? SV_NONE : sv_trim(sv_from_byte(*text, (size_t)end + 1));
    if (!rest.len)
        return false;
    *text = rest;
    return true;
}

static struct sv single_blanks(struct arena *a, struct sv text)
{
    char *out = arena_room(a, text.len + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != ' ' || (length && out[length - 1] != ' '))
            out[length++] = text.at[i];
    return sv_from(out, length);
}

struct sv subject_base(struct arena *a, struct sv subject, bool *out_reply)
{
    struct sv text = sv_trim(single_blanks(a, utf8_fold(a, utf8_nfc(a, subject))));
    bool reply = false, more = true;
    while (more) {
        bool word = cut_reply_word(a, &text);
        reply = reply || word;
        more = cut_tag(&text) || word;
        while (sv_ends(text, SV("(fwd)"))) {
            text = sv_trim(sv_from(text.at, text.len - 5));
            more = reply = true;
        }
    }
    if (out_reply)
        *out_reply = reply;
    return text;
}

struct sv subject_words(struct arena *a, struct sv subject)
{
    struct sv text = sv_trim(subject);
    while (cut_reply_word(a, &text) || cut_tag(&text))
        ;
    return text;
}
