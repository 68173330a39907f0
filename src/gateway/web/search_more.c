/* What a search finds beside threats and mails: cited documents, calls and decisions. They are few, and are looked
 * through word by word. */
#include "gateway/web/search_more.h"

#include "document/site.h"
#include "gateway/web/pages.h"
#include "register/calls.h"

enum { WORDS_MAX = 20, MOST = 10 };

struct words {
    struct sv list[WORDS_MAX]; /* in small letters; "downgr*" without its star */
    size_t count;
};

static void cut(struct arena *a, struct sv query, struct words *out)
{
    struct sv rest = arena_lower(a, query), word;
    out->count = 0;
    while (rest.len && out->count < WORDS_MAX && sv_split(&rest, ' ', &word)) {
        while (word.len && strchr("\"*", word.at[word.len - 1]))
            word.len--;
        while (word.len && word.at[0] == '"')
            word = sv_from_byte(word, 1);
        if (word.len)
            out->list[out->count++] = word;
    }
}

static bool holds(struct arena *a, const struct words *words, const char *text)
{
    struct sv low = arena_lower(a, sv_str(text));
    for (size_t i = 0; i < words->count; i++)
        if (sv_find(low, words->list[i]) < 0)
            return false;
    return words->count > 0;
}

static void add(struct web_call *c, struct more_hits *out, const char *path, const char *title, struct sv text)
{
    *vec_push(c->arena, &out->list) = (struct more_hit){path, title, text};
}

static void find_documents(struct web_call *c, const struct view *v, const struct words *words, struct more_hits *out)
{
    for (size_t i = 0; i < v->documents.len && out->list.len < MOST; i++) {
        const struct reference *r = v->documents.at[i].reference;
        const char *title = arena_printf(c->arena, "%.*s %.*s", SV_ARG(r->id), SV_ARG(r->title));
        if (holds(c->arena, words, title))
            add(c, out, arena_printf(c->arena, "/%.*s", SV_ARG(site_reference_path(c->arena, r->id))), title, SV_NONE);
    }
}

/* All that was said in it. */
static const char *text_of(struct web_call *c, const struct call *k)
{
    struct str out = STR_INIT;
    str_addf(&out, "%.*s %.*s %.*s", SV_ARG(k->id), SV_ARG(k->subject), SV_ARG(k->question));
    for (size_t i = 0; i < k->positions.len; i++)
        str_addf(&out, "\n%.*s %.*s", SV_ARG(k->positions.at[i].name), SV_ARG(k->positions.at[i].reason));
    for (size_t i = 0; i < k->objections.len; i++)
        str_addf(&out, "\n%.*s %.*s", SV_ARG(k->objections.at[i].text), SV_ARG(k->objections.at[i].answer));
    if (k->decision)
        str_addf(&out, "\n%.*s %.*s", SV_ARG(k->decision->id), SV_ARG(k->decision->judgement));
    const char *text = arena_strdup(c->arena, str_cstr(&out));
    str_release(&out);
    return text;
}

static void find_calls(struct web_call *c, const struct view *v, const struct words *words, struct more_hits *out)
{
    for (size_t i = v->calls->list.len; i-- > 0 && out->list.len < MOST; ) {
        const struct call *k = &v->calls->list.at[i];
        if (!holds(c->arena, words, text_of(c, k)))
            continue;
        const char *title = arena_printf(c->arena, "Call %.*s on %.*s", SV_ARG(k->id), SV_ARG(k->subject));
        if (k->decision)
            title = arena_printf(c->arena, "Decision %.*s on %.*s: %.*s", SV_ARG(k->decision->id), SV_ARG(k->subject),
                                 SV_ARG(k->decision->outcome));
        add(c, out, arena_printf(c->arena, "/calls/%.*s", SV_ARG(k->id)), title, k->question);
    }
}

int search_more(struct web_call *c, struct sv query, struct more_hits *documents, struct more_hits *calls,
                struct err *err)
{
    const struct view *v;
    struct words words;
    *documents = *calls = (struct more_hits){{NULL, 0, 0}};
    cut(c->arena, query, &words);
    int rc = words.count ? web_view(c, &v, err) : CM_OK;
    if (rc || !words.count)
        return rc;
    find_documents(c, v, &words, documents);
    find_calls(c, v, &words, calls);
    return CM_OK;
}
