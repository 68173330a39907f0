#include "base/utf8.h"
#include "forum/list.h"

enum { TEXT_MAX = 1000, ID_MAX = 40 };

const struct list_setting_info list_setting_table[LIST_SETTINGS] = {
    [SET_POSTS] = {"posts", "members anyone nobody", 0, 0, "members", "who may post without being held"},
    [SET_STRANGERS] = {"strangers", "hold return", 0, 0, "hold", "what becomes of a post of somebody else"},
    [SET_MAX_BYTES] = {"max-bytes", NULL, 1000, 50000000, "400000", "a larger post is held"},
    [SET_ATTACHMENTS] = {"attachments", "pass hold", 0, 0, "pass", "what becomes of a post with a file"},
    [SET_RATE] = {"rate", NULL, 0, 10000, "30", "posts of one sender in a day before the next is held; 0: any number"},
    [SET_REPLY_TO] = {"reply-to", "sender list", 0, 0, "sender", "where an answer goes by itself"},
    [SET_FROM] = {"from", "where-needed always keep", 0, 0, "where-needed",
                  "whether the sender's address is replaced by the list's, so that DMARC does not refuse the post"},
    [SET_PREFIX] = {"prefix", NULL, 0, 0, "", "goes before subjects, and breaks signatures"},
    [SET_FOOTER] = {"footer", NULL, 0, 0, "", "goes below texts, and breaks signatures"},
    [SET_DESCRIPTION] = {"description", NULL, 0, 0, "", "what the list is for, in a sentence"},
    [SET_OWNERS] = {"owners", NULL, 0, 0, "", "members who get mail to LIST-owner, by name, with commas between"},
    [SET_FLAWS] = {"flaws", NULL, 0, 0, "", "where flaws without a cure go instead"},
    [SET_DIGEST_BYTES] = {"digest-bytes", NULL, 1000, 10000000, "60000", "a digest goes out when it has so many bytes"},
    [SET_DIGEST_HOURS] = {"digest-hours", NULL, 1, 720, "24", "or when its first message is so old"},
    [SET_TRUSTED] = {"trusted", NULL, 0, 0, "",
                     "the authserv-id whose Authentication-Results are believed; empty: nobody's"},
    [SET_ARCHIVE] = {"archive", "public closed", 0, 0, "public", "who reads the archive"},
    [SET_ANNOUNCE] = {"announce", "auto yes no", 0, 0, "auto",
                      "whether acts of the group are announced here; auto: if it is the list that sig.yaml names"},
    [SET_URL] = {"url", NULL, 0, 0, "", "address of the published site, for links in mails"},
};

int list_setting_find(struct sv name)
{
    for (int i = 0; i < LIST_SETTINGS; i++)
        if (sv_eq_str(name, list_setting_table[i].name))
            return i;
    return -1;
}

static bool is_one_of(struct sv value, const char *words)
{
    struct sv rest = sv_str(words), word;
    while (sv_split(&rest, ' ', &word))
        if (sv_eq(word, value))
            return true;
    return false;
}

static int check_number(const struct list_setting_info *info, struct sv value, struct err *err)
{
    uint64_t number;
    if (!sv_to_u64(value, (uint64_t)info->most, &number) || (int64_t)number < info->least)
        return err_set(err, CM_EINPUT, "%s is \"%.*s\"; expected a number from %lld to %lld", info->name,
                       SV_ARG(value), (long long)info->least, (long long)info->most);
    return CM_OK;
}

static int check_line(const struct list_setting_info *info, struct sv value, struct err *err)
{
    size_t bad;
    if (value.len > TEXT_MAX)
        return err_set(err, CM_EINPUT, "%s is longer than %d bytes", info->name, TEXT_MAX);
    if (!utf8_valid(value, &bad))
        return err_set(err, CM_EINPUT, "%s is not UTF-8 at byte %zu", info->name, bad + 1);
    for (size_t i = 0; i < value.len;) {
        uint32_t c = utf8_next(value, &i);
        if (c == '\n' || c == '\t' || utf8_is_deceptive(c))
            return err_set(err, CM_EINPUT, "%s holds a control character; expected one line of text", info->name);
    }
    return CM_OK;
}

/* It stands in header fields: letters of ASCII that need no escape there, and no slash at its end. */
static int check_url(struct sv value, struct err *err)
{
    bool good = sv_starts(value, SV("https://")) || sv_starts(value, SV("http://"));
    for (size_t i = 0; good && i < value.len; i++)
        good = value.at[i] > ' ' && value.at[i] < 0x7F && !strchr("<>\"?#,;", value.at[i]);
    return good && !sv_ends(value, SV("/"))
               ? CM_OK
               : err_set(err, CM_EINPUT, "url is \"%.*s\"; expected one such as https://sig.example, without a slash "
                         "at its end", SV_ARG(value));
}

int list_setting_check(enum list_setting_id id, struct sv value, struct err *err)
{
    const struct list_setting_info *info = &list_setting_table[id];
    if (info->words)
        return is_one_of(value, info->words) ? CM_OK
                                             : err_set(err, CM_EINPUT, "%s is \"%.*s\"; expected one of: %s",
                                                       info->name, SV_ARG(value), info->words);
    if (info->most)
        return check_number(info, value, err);
    int rc = check_line(info, value, err);
    if (!rc && id == SET_FLAWS && value.len && !route_is_address(value))
        return err_set(err, CM_EINPUT, "%s is \"%.*s\"; expected an address such as flaws@example.org", info->name,
                       SV_ARG(value));
    return !rc && id == SET_URL && value.len ? check_url(value, err) : rc;
}

int list_id_check(struct sv id, struct err *err)
{
    bool good = id.len > 0 && id.len <= ID_MAX && id.at[0] >= 'a' && id.at[0] <= 'z';
    for (size_t i = 0; good && i < id.len; i++)
        good = (id.at[i] >= 'a' && id.at[i] <= 'z') || (id.at[i] >= '0' && id.at[i] <= '9') ||
               strchr("-_.", id.at[i]);
    if (!good)
        return err_set(err, CM_EINPUT,
                       "\"%.*s\" is no list's name; expected small letters, digits, - _ and ., such as security",
                       SV_ARG(id));
    const char *taken = route_suffix_of(id);
    return taken ? err_set(err, CM_EINPUT, "a list's name cannot end in %s: that is an address of another list", taken)
                 : CM_OK;
}

int64_t list_number(const struct list *l, enum list_setting_id id)
{
    uint64_t number = 0;
    if (!sv_to_u64(l->setting[id], INT64_MAX, &number))
        BUG("setting %s is no number", list_setting_table[id].name);
    return (int64_t)number;
}

bool list_is(const struct list *l, enum list_setting_id id, const char *word)
{
    return sv_eq_str(l->setting[id], word);
}
