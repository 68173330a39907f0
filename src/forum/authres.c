#include "forum/authres.h"

static bool is_below(struct sv name, struct sv domain)
{
    return name.len > domain.len && name.at[name.len - domain.len - 1] == '.' &&
           sv_same_word(sv_from_byte(name, name.len - domain.len), domain);
}

bool authres_aligned(struct sv a, struct sv b)
{
    if (sv_find_char(a, '.') < 0 || sv_find_char(b, '.') < 0)
        return a.len && sv_same_word(a, b);
    return sv_same_word(a, b) || is_below(a, b) || is_below(b, a);
}

/* Where the part that begins at `at` ends: behind a comment or a quoted string as a whole, else behind one byte. */
static size_t part_end(struct sv text, size_t at)
{
    int depth = 0;
    bool quoted = text.at[at] == '"';
    if (!quoted && text.at[at] != '(')
        return at + 1;
    for (; at < text.len; at++) {
        char c = text.at[at];
        if (c == '\\') {
            at++;
        } else if (quoted) {
            if (c == '"' && depth++)
                return at + 1;
        } else if (c == '(') {
            depth++;
        } else if (c == ')' && --depth == 0) {
            return at + 1;
        }
    }
    return text.len;
}

/* Takes what stands before the next ";" off *rest. */
static bool next_segment(struct sv *rest, struct sv *out)
{
    size_t at = 0;
    if (!rest->len)
        return false;
    while (at < rest->len && rest->at[at] != ';')
        at = part_end(*rest, at);
    *out = sv_trim(sv_from(rest->at, at));
    *rest = sv_from_byte(*rest, at + 1);
    return true;
}

static bool ends_word(char c)
{
    return strchr(" \t;,()\"", c) != NULL;
}

static struct sv word_at(struct sv text, size_t at)
{
    size_t end = at;
    while (end < text.len && !ends_word(text.at[end]))
        end++;
    return sv_from(text.at + at, end - at);
}

/* The value of "key=value" in a segment; comments count only where that is asked for. */
static bool find_value(struct sv segment, const char *key, bool in_comments, struct sv *out)
{
    struct sv wanted = sv_str(key);
    bool begins = true;
    for (size_t at = 0; at < segment.len;) {
        struct sv word = word_at(segment, at);
        if (begins && word.len > wanted.len && word.at[wanted.len] == '=' && sv_starts_word(word, wanted)) {
            *out = sv_from_byte(word, wanted.len + 1);
            return true;
        }
        begins = ends_word(segment.at[at]);
        at = in_comments && segment.at[at] == '(' ? at + 1 : part_end(segment, at);
    }
    return false;
}

/* "dkim" of "dkim=pass header.d=example.org" or "dkim/1 = pass". */
static bool method_is(struct sv segment, const char *method, struct sv *out_result)
{
    ptrdiff_t equals = sv_find_char(segment, '=');
    struct sv name = sv_trim(sv_from(segment.at, equals < 0 ? 0 : (size_t)equals));
    ptrdiff_t slash = sv_find_char(name, '/');
    if (slash >= 0)
        name = sv_trim(sv_from(name.at, (size_t)slash));
    *out_result = word_at(sv_trim(sv_from_byte(segment, (size_t)(equals + 1))), 0);
    return sv_same_word(name, sv_str(method));
}

static bool good_signature(struct sv segment, struct sv domain)
{
    struct sv signer;
    if (find_value(segment, "header.d", false, &signer))
        return authres_aligned(signer, domain);
    if (!find_value(segment, "header.i", false, &signer))
        return false;
    ptrdiff_t at = sv_find_char(signer, '@');
    return authres_aligned(sv_from_byte(signer, (size_t)(at + 1)), domain);
}

static enum dmarc_policy policy_of(struct sv segment, struct sv result)
{
    static const char *const keys[] = {"policy.dmarc", "policy.published-domain-policy", "policy", "p"};
    struct sv policy;
    if (sv_same_word(result, SV("none")))
        return DMARC_NONE;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (find_value(segment, keys[i], true, &policy))
            return sv_same_word(policy, SV("none")) ? DMARC_NONE : DMARC_STRICT;
    return DMARC_UNKNOWN;
}

static struct sv skip_comments(struct sv text)
{
    text = sv_trim(text);
    while (text.len && text.at[0] == '(')
        text = sv_trim(sv_from_byte(text, part_end(text, 0)));
    return text;
}

bool authres_is_of(struct sv value, struct sv server)
{
    struct sv first;
    return server.len && next_segment(&value, &first) && sv_same_word(word_at(skip_comments(first), 0), server);
}

static void read_segments(struct sv rest, struct sv domain, struct authres *out)
{
    struct sv segment, result;
    if (!next_segment(&rest, &segment)) /* the server's name */
        return;
    while (next_segment(&rest, &segment)) {
        segment = skip_comments(segment);
        if (method_is(segment, "dkim", &result) && sv_same_word(result, SV("pass")))
            out->signed_well = out->signed_well || good_signature(segment, domain);
        else if (method_is(segment, "dmarc", &result))
            out->policy = policy_of(segment, result);
    }
}

struct authres authres_read(const struct mail *m, struct sv trusted, struct sv domain)
{
    struct authres out = {.found = false};
    for (size_t i = 0; i < m->field_count && !out.found; i++)
        if (sv_same_word(m->fields[i].name, SV("Authentication-Results")) &&
            authres_is_of(m->fields[i].value, trusted)) {
            out.found = true;
            read_segments(m->fields[i].value, domain, &out);
        }
    return out;
}
