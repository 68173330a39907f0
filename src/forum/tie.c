#include "forum/tie.h"

enum { NUMBER_MAX = 999999, STAGE_MAX = 40, TAG_MAX = 80 };

static bool takes_prefix(struct sv *text, struct sv prefix)
{
    if (!prefix.len || !sv_starts_word(*text, prefix))
        return false;
    *text = sv_from_byte(*text, prefix.len);
    return true;
}

bool tie_read(struct arena *a, struct sv prefix, struct sv text, struct tie_words *out)
{
    uint64_t number;
    size_t digits = 0;
    if (!takes_prefix(&text, prefix))
        return false;
    if (text.len && text.at[0] == '-')
        text = sv_from_byte(text, 1);
    while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
        digits++;
    if (!digits || !sv_to_u64(sv_from(text.at, digits), NUMBER_MAX, &number) || !number)
        return false;
    struct sv rest = sv_from_byte(text, digits);
    if (rest.len && (rest.len < 2 || rest.len > STAGE_MAX + 1 || !(rest.at[0] == '-' || rest.at[0] == ' ')))
        return false;
    *out = (struct tie_words){sv_str(arena_printf(a, "%.*s-%04u", SV_ARG(prefix), (unsigned)number)),
                              rest.len ? arena_lower(a, sv_trim(sv_from_byte(rest, 1))) : SV_NONE};
    return true;
}

bool tie_next_tag(struct arena *a, struct sv prefix, struct sv *rest, struct tie_words *out)
{
    for (ptrdiff_t open; (open = sv_find_char(*rest, '[')) >= 0;) {
        struct sv tag = sv_from_byte(*rest, (size_t)open + 1);
        ptrdiff_t end = sv_find_char(sv_from(tag.at, tag.len < TAG_MAX ? tag.len : TAG_MAX), ']');
        *rest = tag; /* an inner bracket may be one */
        if (end >= 0 && tie_read(a, prefix, sv_trim(sv_from(tag.at, (size_t)end)), out)) {
            *rest = sv_from_byte(tag, (size_t)end + 1);
            return true;
        }
    }
    rest->len = 0;
    return false;
}
