#include "forum/route.h"

#include "base/utf8.h"

enum { ADDRESS_MAX = 254, LOCAL_MAX = 64 };

bool route_split(struct sv address, struct sv *out_local, struct sv *out_domain)
{
    size_t at = address.len;
    while (at > 0 && address.at[at - 1] != '@')
        at--;
    if (at < 2 || at == address.len)
        return false;
    *out_local = sv_from(address.at, at - 1);
    *out_domain = sv_from_byte(address, at);
    return true;
}

static const struct {
    const char *suffix;
    enum route_kind kind;
} kinds[] = {
    {"", ROUTE_POST},           {"-request", ROUTE_REQUEST}, {"-owner", ROUTE_OWNER},
    {"-bounces", ROUTE_BOUNCES}, {"-confirm", ROUTE_CONFIRM}, {"-unsubscribe", ROUTE_UNSUBSCRIBE},
};

struct route route_match(struct sv recipient, struct sv list)
{
    struct route none = {ROUTE_NONE, SV_NONE};
    struct sv local, domain, list_local, list_domain;
    if (!route_split(recipient, &local, &domain) || !route_split(list, &list_local, &list_domain) ||
        !sv_same_word(domain, list_domain))
        return none;
    ptrdiff_t plus = sv_find_char(local, '+');
    struct sv name = plus < 0 ? local : sv_from(local.at, (size_t)plus);
    struct sv detail = plus < 0 ? SV_NONE : sv_from_byte(local, (size_t)plus + 1);
    if (!sv_starts_word(name, list_local))
        return none;
    struct sv suffix = sv_from_byte(name, list_local.len);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (sv_same_word(suffix, sv_str(kinds[i].suffix)))
            return (struct route){kinds[i].kind, detail};
    return none;
}

const char *route_suffix_of(struct sv name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].kind != ROUTE_POST && sv_ends(name, sv_str(kinds[i].suffix)))
            return kinds[i].suffix;
    return NULL;
}

struct sv route_address(struct arena *a, struct sv list, const char *suffix, struct sv detail)
{
    struct sv local = list, domain = SV_NONE;
    route_split(list, &local, &domain);
    return sv_str(arena_printf(a, "%.*s%s%s%.*s@%.*s", SV_ARG(local), suffix, detail.len ? "+" : "", SV_ARG(detail),
                               SV_ARG(domain)));
}

struct sv route_mailbox(struct arena *a, struct sv address)
{
    return arena_lower(a, utf8_valid(address, NULL) ? utf8_nfc(a, address) : address);
}

static bool is_local(struct sv local)
{
    if (!local.len || local.len > LOCAL_MAX || local.at[0] == '.' || local.at[local.len - 1] == '.')
        return false;
    for (size_t i = 0; i < local.len; i++) {
        unsigned char c = (unsigned char)local.at[i];
        if (c <= ' ' || c == 0x7F || strchr("\"(),:;<>@[\\]", c) || (c == '.' && local.at[i + 1] == '.'))
            return false;
    }
    return true;
}

static bool is_domain(struct sv domain)
{
    struct sv label;
    while (sv_split(&domain, '.', &label)) {
        if (!label.len || label.len > 63 || label.at[0] == '-' || label.at[label.len - 1] == '-')
            return false;
        for (size_t i = 0; i < label.len; i++) {
            unsigned char c = (unsigned char)label.at[i];
            if (c < 0x80 && c != '-' && !(c >= '0' && c <= '9') && !(ascii_lower((char)c) >= 'a' &&
                                                                    ascii_lower((char)c) <= 'z'))
                return false;
        }
    }
    return true;
}

bool route_is_address(struct sv address)
{
    struct sv local, domain;
    if (address.len > ADDRESS_MAX || !utf8_valid(address, NULL) || !route_split(address, &local, &domain))
        return false;
    for (size_t i = 0; i < address.len;)
        if (utf8_is_deceptive(utf8_next(address, &i)))
            return false;
    return is_local(local) && is_domain(domain);
}
