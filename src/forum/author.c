#include "forum/author.h"

#include "base/str.h"
#include "forum/route.h"

/* The value in lower case without comments (which nest); what a quoted string holds stays, but for what would end a
 * result or a word. */
static struct sv without_comments(struct arena *a, struct sv value)
{
    char *out = arena_strndup(a, value.at, value.len);
    size_t len = 0, depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        bool escaped = c == '\\' && i + 1 < value.len && (quoted || depth);
        if (escaped)
            c = value.at[++i];
        else if (c == '"' && !depth) {
            quoted = !quoted;
            continue;
        } else if (!quoted && (c == '(' || (c == ')' && depth))) {
            depth += c == '(' ? 1 : (size_t)-1;
            out[len++] = ' ';
            continue;
        }
        if (depth)
            continue;
        if (quoted && strchr(" ;=\t", c))
            c = '_';
        out[len++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '\t' ? ' ' : c;
    }
    return sv_from(out, len);
}

/* Blanks around "=" and "/" do not count. */
static struct sv tight(struct arena *a, struct sv result)
{
    char *out = arena_strndup(a, result.at, result.len);
    size_t len = 0;
    for (size_t i = 0; i < result.len; i++) {
        char c = result.at[i];
        while ((c == '=' || c == '/') && len && out[len - 1] == ' ')
            len--;
        if (c == ' ' && len && (out[len - 1] == '=' || out[len - 1] == '/'))
            continue;
        out[len++] = c;
    }
    return sv_trim(sv_from(out, len));
}

/* "pass" of "dmarc=pass header.from=x", where the method is dmarc. */
static bool is_method(struct sv result, const char *method, struct sv *out)
{
    struct sv rest = result, word, name;
    sv_split(&rest, ' ', &word);
    if (!sv_split(&word, '=', &name) || !word.at)
        return false;
    struct sv bare = name;
    sv_split(&name, '/', &bare); /* a version: "dmarc/1" */
    *out = word;
    return sv_eq_str(bare, method);
}

static struct sv property(struct sv result, const char *name)
{
    struct sv rest = result, word, key;
    while (rest.len && sv_split(&rest, ' ', &word))
        if (sv_split(&word, '=', &key) && sv_eq_str(key, name))
            return word;
    return SV_NONE;
}

static bool is_of_domain(struct sv signer, struct sv domain)
{
    if (signer.len && signer.at[0] == '@')
        signer = sv_from_byte(signer, 1);
    return sv_eq(signer, domain) ||
           (sv_find_char(signer, '.') > 0 && domain.len > signer.len + 1 && sv_ends(domain, signer) &&
            domain.at[domain.len - signer.len - 1] == '.');
}

enum verdict { VERDICT_NONE, VERDICT_GOOD, VERDICT_BAD, VERDICT_NO_POLICY };

/* What one field says; *signed_by: a good signature of the domain is among its results. */
static enum verdict read_field(struct arena *a, struct sv value, struct sv trusted, struct sv domain, bool *signed_by)
{
    struct sv rest = without_comments(a, value), part, word;
    enum verdict verdict = VERDICT_NONE;
    sv_split(&rest, ';', &part);
    part = sv_trim(part);
    sv_split(&part, ' ', &word); /* a version may follow */
    if (!sv_eq(word, trusted))
        return VERDICT_NONE;
    while (rest.len && sv_split(&rest, ';', &part)) {
        struct sv result = tight(a, part), found, from = property(result, "header.from");
        if (is_method(result, "dkim", &found) && sv_eq_str(found, "pass") &&
            (is_of_domain(property(result, "header.d"), domain) || is_of_domain(property(result, "header.i"), domain)))
            *signed_by = true;
        if (!is_method(result, "dmarc", &found) || verdict != VERDICT_NONE)
            continue;
        bool about = !from.len || sv_eq(from, domain);
        verdict = about && sv_eq_str(found, "pass")   ? VERDICT_GOOD
                  : about && sv_eq_str(found, "none") ? VERDICT_NO_POLICY
                                                      : VERDICT_BAD;
    }
    return verdict;
}

bool author_is_proven(struct arena *a, const struct mail *m, struct sv trusted)
{
    struct sv local, domain;
    size_t froms = 0;
    bool signed_by = false;
    enum verdict verdict = VERDICT_NONE;
    for (size_t i = 0; i < m->field_count; i++)
        froms += sv_same_word(m->fields[i].name, SV("From"));
    if (froms != 1 || m->from.count != 1 || !route_is_address(m->from.at[0].address) ||
        !route_split(route_mailbox(a, m->from.at[0].address), &local, &domain))
        return false;
    if (!trusted.len)
        return true;
    trusted = route_mailbox(a, trusted);
    for (size_t i = 0; i < m->field_count && verdict == VERDICT_NONE; i++)
        if (sv_same_word(m->fields[i].name, SV("Authentication-Results")))
            verdict = read_field(a, m->fields[i].value, trusted, domain, &signed_by);
    return verdict == VERDICT_GOOD || (verdict == VERDICT_NO_POLICY && signed_by);
}
