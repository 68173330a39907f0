#include "forum/search.h"

#include "base/date.h"
#include "base/suggest.h"
#include "base/utf8.h"

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

enum query_prefix {
    PREFIX_NONE,
    PREFIX_FROM,
    PREFIX_SUBJECT,
    PREFIX_LIST,
    PREFIX_THREAT,
    PREFIX_STAGE,
    PREFIX_AFTER,
    PREFIX_BEFORE,
    PREFIXES
};

static enum query_prefix take_prefix(struct sv *rest)
{
    static const char *const names[] = {NULL,      "from:",  "subject:", "list:",
                                        "threat:", "stage:", "after:",   "before:"};
    for (int i = PREFIX_FROM; i < PREFIXES; i++) {
        struct sv name = sv_str(names[i]);
        bool same = rest->len > name.len && !is_blank(rest->at[name.len]);
        for (size_t k = 0; same && k < name.len; k++)
            same = (rest->at[k] | (rest->at[k] == ':' ? 0 : 32)) == name.at[k];
        if (same) {
            *rest = sv_from_byte(*rest, name.len);
            return (enum query_prefix)i;
        }
    }
    return PREFIX_NONE;
}

/* Quoted text up to the next quote or the end, or up to a blank or quote. */
static struct sv take_value(struct sv *rest, bool *out_prefix)
{
    bool quoted = rest->len && rest->at[0] == '"';
    size_t end = quoted, len = rest->len;
    while (end < len && rest->at[end] != '"' && (quoted || !is_blank(rest->at[end])))
        end++;
    struct sv value = sv_from(rest->at + quoted, end - quoted);
    *rest = sv_from_byte(*rest, end + (quoted && end < len));
    *out_prefix = !quoted && sv_ends(value, SV("*"));
    return value;
}

static int add_term(struct arena *a, struct mail_query *out, const char *column, struct sv text, bool prefix,
                    struct err *err)
{
    if (utf8_words(text) == 0)
        return CM_OK;
    if (out->terms.len == MAIL_QUERY_WORDS_MAX)
        return err_set(err, CM_ELIMIT, "the query has more than %d words", MAIL_QUERY_WORDS_MAX);
    *vec_push(a, &out->terms) = (struct mail_term){column, text, prefix};
    return CM_OK;
}

/* "2026-11-30", "2026-11" or "2026": when that begins. */
static bool read_day(struct sv text, int64_t *out)
{
    char day[] = "0000-01-01";
    struct date date;
    if (text.len != 4 && text.len != 7 && text.len != 10)
        return false;
    memcpy(day, text.at, text.len);
    if (!date_parse(sv_str(day), &date))
        return false;
    *out = date_to_time(date);
    return true;
}

static int add_day(struct mail_query *out, enum query_prefix which, struct sv text, struct err *err)
{
    int64_t time;
    if (!read_day(text, &time))
        return err_set(err, CM_EINPUT, "\"%.*s\" is no date; expected one such as 2026-11-30, 2026-11 or 2026",
                       SV_ARG(text));
    if (which == PREFIX_AFTER) {
        out->after = out->has_after && out->after > time ? out->after : time;
        out->has_after = true;
    } else {
        out->before = out->has_before && out->before < time ? out->before : time;
        out->has_before = true;
    }
    return CM_OK;
}

static int add_name(struct sv *names, size_t *count, size_t most, const char *what, struct sv name, struct err *err)
{
    if (*count == most)
        return err_set(err, CM_ELIMIT, "the query names more than %zu %s", most, what);
    names[(*count)++] = name;
    return CM_OK;
}

static int add_part(struct arena *a, struct mail_query *out, struct sv *rest, struct err *err)
{
    bool prefix;
    enum query_prefix which = take_prefix(rest);
    struct sv value = take_value(rest, &prefix);
    out->mail_only = out->mail_only || which != PREFIX_NONE;
    switch (which) {
    case PREFIX_FROM:
        return add_term(a, out, "sender", value, prefix, err);
    case PREFIX_SUBJECT:
        return add_term(a, out, "subject", value, prefix, err);
    case PREFIX_LIST:
        return add_name(out->lists, &out->list_count, MAIL_QUERY_LISTS_MAX, "lists", value, err);
    case PREFIX_THREAT:
        return add_name(out->threats, &out->threat_count, MAIL_QUERY_TIES_MAX, "threats", value, err);
    case PREFIX_STAGE:
        return add_name(out->stages, &out->stage_count, MAIL_QUERY_TIES_MAX, "stages", value, err);
    case PREFIX_AFTER:
    case PREFIX_BEFORE:
        return add_day(out, which, value, err);
    case PREFIX_NONE:
    case PREFIXES:
    default:
        return add_term(a, out, NULL, value, prefix, err);
    }
}

int mail_query_read(struct arena *a, struct sv text, struct mail_query *out, struct err *err)
{
    *out = (struct mail_query){.terms = {NULL, 0, 0}};
    if (text.len > MAIL_QUERY_MAX)
        return err_set(err, CM_ELIMIT, "the query is longer than %d bytes", MAIL_QUERY_MAX);
    if (!utf8_valid(text, NULL))
        return err_set(err, CM_EINPUT, "the query is not UTF-8");
    for (;;) {
        while (text.len && is_blank(text.at[0]))
            text = sv_from_byte(text, 1);
        if (!text.len)
            return CM_OK;
        int rc = add_part(a, out, &text, err);
        if (rc)
            return rc;
    }
}

int mail_query_stages(const struct mail_query *query, const char *const *stages, size_t count, struct err *err)
{
    for (size_t i = 0; i < query->stage_count; i++) {
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known = known || sv_eq_str(query->stages[i], stages[k]);
        if (known)
            continue;
        const char *near = suggest_nearest(query->stages[i], stages, count);
        struct str all = STR_INIT;
        for (size_t k = 0; k < count; k++)
            str_addf(&all, "%s%s", k ? ", " : "", stages[k]);
        int rc = err_set(err, CM_ENOTFOUND, "there is no stage \"%.*s\"; the stages are %s%s%s%s",
                         SV_ARG(query->stages[i]), str_cstr(&all), near ? "; did you mean \"" : "", near ? near : "",
                         near ? "\"?" : "");
        str_release(&all);
        return rc;
    }
    return CM_OK;
}
