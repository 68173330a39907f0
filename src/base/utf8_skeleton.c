/* The skeleton of a name (UTS 39). All steps stay in UTF-16, which is what ICU computes in. */
#include "base/icu.h"
#include "base/utf8.h"

#include <string.h>

enum { STEPS = 3 };

struct wide {
    UChar *at;
    int32_t len;
};

/* One run: what its steps share. */
struct run {
    struct arena *arena; /* scratch */
    USpoofChecker *checker;
    const UNormalizer2 *nfkc, *fold; /* fold: NFKC_Casefold */
};

static void must(UErrorCode status, const char *what)
{
    if (U_FAILURE(status))
        BUG("%s: %s", what, icu()->u_errorName(status));
}

static void begin(struct run *r, struct arena *scratch)
{
    UErrorCode status = U_ZERO_ERROR;
    r->arena = scratch;
    r->nfkc = icu()->unorm2_getNFKCInstance(&status);
    r->fold = icu()->unorm2_getNFKCCasefoldInstance(&status);
    r->checker = icu_spoof()->uspoof_open(&status);
    must(status, "ICU has no data about look-alikes");
}

static struct wide widen(struct run *r, struct sv text)
{
    UErrorCode status = U_ZERO_ERROR;
    struct wide w = {arena_new_array(r->arena, UChar, text.len + 1), 0};
    icu()->u_strFromUTF8(w.at, (int32_t)text.len + 1, &w.len, text.at, (int32_t)text.len, &status);
    must(status, "invalid UTF-8 reached ICU");
    return w;
}

static struct sv narrow(struct arena *a, struct wide w)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t bytes = 0;
    char *text = arena_alloc(a, (size_t)w.len * 3 + 1);
    icu()->u_strToUTF8(text, w.len * 3 + 1, &bytes, w.at, w.len, &status);
    must(status, "ICU returned bad UTF-16");
    return sv_from(text, (size_t)bytes);
}

/* In a normal form, or with NULL the skeleton. What a call of ICU needs is not known before: it is told when there is
 * no room, and called again. */
static struct wide transform(struct run *r, const UNormalizer2 *form, struct wide from)
{
    UErrorCode status = U_ZERO_ERROR;
    struct wide to = {NULL, from.len * 3 + 16};
    for (int32_t room = 0; room < to.len;) {
        room = to.len;
        status = U_ZERO_ERROR;
        to.at = arena_new_array(r->arena, UChar, (size_t)room);
        to.len = form ? icu()->unorm2_normalize(form, from.at, from.len, to.at, room, &status)
                      : icu_spoof()->uspoof_getSkeleton(r->checker, 0, from.at, from.len, to.at, room, &status);
    }
    must(status, form ? "normalisation failed" : "no skeleton");
    return to;
}

static struct wide skeleton(struct run *r, const UNormalizer2 *form, struct wide from)
{
    return transform(r, NULL, transform(r, form, from));
}

static bool is_blank(UChar c)
{
    return c == 0x2800 || icu()->u_isUWhiteSpace(c); /* all white space is in the BMP */
}

static struct wide collapse(struct wide w)
{
    int32_t len = 0;
    for (int32_t i = 0; i < w.len; i++) {
        bool blank = is_blank(w.at[i]);
        if (blank && (!len || w.at[len - 1] == ' '))
            continue;
        w.at[len++] = blank ? ' ' : w.at[i];
    }
    if (len && w.at[len - 1] == ' ')
        len--;
    return (struct wide){w.at, len};
}

static struct sv caseless(struct run *r, struct arena *a, struct wide w)
{
    for (int i = 0; i < STEPS; i++)
        w = skeleton(r, r->fold, w);
    return narrow(a, collapse(w));
}

int utf8_skeleton(struct arena *a, struct sv name, struct utf8_skeleton *out, struct err *err)
{
    size_t bad;
    *out = (struct utf8_skeleton){SV_NONE, SV_NONE};
    if (name.len > UTF8_SKELETON_MAX)
        return err_set(err, CM_ELIMIT, "the name has %zu bytes; at most %d", name.len, UTF8_SKELETON_MAX);
    if (!utf8_valid(name, &bad))
        return err_set(err, CM_EINPUT, "the name is not UTF-8 at byte %zu", bad);
    struct arena scratch = ARENA_INIT;
    struct run r;
    begin(&r, &scratch);
    struct wide w = widen(&r, name);
    out->caseless = caseless(&r, a, w);
    out->shown = caseless(&r, a, skeleton(&r, r.nfkc, w));
    icu_spoof()->uspoof_close(r.checker);
    arena_release(&scratch);
    return CM_OK;
}

bool utf8_confusable(const struct utf8_skeleton *x, const struct utf8_skeleton *y)
{
    return sv_eq(x->caseless, y->caseless) || sv_eq(x->shown, y->shown);
}
