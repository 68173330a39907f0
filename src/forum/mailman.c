#include "forum/mailman.h"

struct mapping {
    struct arena *a;
    const struct mailman_values *values;
    struct mailman_map *out;
    const struct mailman_value *value; /* that is being mapped */
};

static void lose(struct mapping *m, const char *why)
{
    *vec_push(m->a, &m->out->losses) = (struct mailman_loss){m->value->name, m->value->text, why};
}

static void take(struct mapping *m, enum list_setting_id id, struct sv value)
{
    struct err err = ERR_INIT;
    for (size_t i = 0; i < m->out->settings.len; i++)
        if (m->out->settings.at[i].id == id) {
            lose(m, arena_printf(m->a, "%s says it already", arena_sv(m->a, m->out->settings.at[i].from).at));
            return;
        }
    if (list_setting_check(id, value, &err))
        lose(m, arena_strdup(m->a, err.text));
    else
        *vec_push(m->a, &m->out->settings) = (struct mailman_setting){id, value, m->value->name};
}

/* A word there and a word here; NULL: none here, `why` says so. */
struct word {
    const char *there, *here, *why;
};

static void take_word(struct mapping *m, enum list_setting_id id, const struct word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!sv_eq_str(m->value->text, words[i].there))
            continue;
        if (words[i].here)
            take(m, id, sv_str(words[i].here));
        if (words[i].why)
            lose(m, words[i].why);
        return;
    }
    lose(m, "a value that is not known");
}

static void map_line(struct mapping *m, enum list_setting_id id)
{
    struct sv text = sv_trim(m->value->text);
    if (sv_find(text, SV("%(")) >= 0 || sv_find_char(text, '$') >= 0)
        lose(m, "nothing is filled into texts here");
    else if (sv_find_char(text, '\n') >= 0)
        lose(m, "it has one line here");
    else
        take(m, id, text);
}

static void map_kilobytes(struct mapping *m, enum list_setting_id id)
{
    uint64_t number;
    ptrdiff_t point = sv_find_char(m->value->text, '.');
    struct sv whole = sv_from(m->value->text.at, point < 0 ? m->value->text.len : (size_t)point);
    if (!sv_to_u64(whole, 1000000000, &number))
        lose(m, "expected a number of kB");
    else if (!number)
        lose(m, "there is a limit here in any case");
    else
        take(m, id, sv_str(arena_printf(m->a, "%llu", (unsigned long long)number * 1024)));
}

static void map_strangers(struct mapping *m)
{
    static const struct word posts[] = {{"0", "anyone", NULL}, {"accept", "anyone", NULL}, {"1", "members", NULL},
        {"hold", "members", NULL}, {"2", "members", NULL}, {"reject", "members", NULL}, {"3", "members", NULL},
        {"discard", "members", NULL}, {"defer", NULL, "each post would be judged by rules that are not here"}};
    static const struct word strangers[] = {{"1", "hold", NULL}, {"hold", "hold", NULL}, {"2", "return", NULL},
        {"reject", "return", NULL}, {"3", "hold", "they are held, not discarded unseen"},
        {"discard", "hold", "they are held, not discarded unseen"}};
    take_word(m, SET_POSTS, posts, ARRAY_LEN(posts));
    for (size_t i = 0; i < ARRAY_LEN(strangers); i++)
        if (sv_eq_str(m->value->text, strangers[i].there))
            take_word(m, SET_STRANGERS, strangers, ARRAY_LEN(strangers));
}

static bool says_yes(const struct mapping *m, const char *name)
{
    for (size_t i = 0; i < m->values->list.len; i++)
        if (sv_eq_str(m->values->list.at[i].name, name))
            return sv_eq_str(m->values->list.at[i].text, "1");
    return false;
}

static void map_dmarc(struct mapping *m)
{
    static const char stays[] = "where-needed stays: other servers would refuse the posts";
    static const char wraps[] = "no post is wrapped here", refuses[] = "no post is refused for its author's domain";
    static const struct word words[] = {
        {"0", NULL, stays},   {"no_mitigation", NULL, stays}, {"1", "where-needed", NULL},
        {"munge_from", "where-needed", NULL},                 {"2", NULL, wraps},
        {"wrap_message", NULL, wraps},                        {"3", NULL, refuses},
        {"reject", NULL, refuses},                            {"4", NULL, refuses},
        {"discard", NULL, refuses}};
    if (says_yes(m, "from_is_list") || says_yes(m, "dmarc_mitigate_unconditionally"))
        return; /* that setting decides */
    take_word(m, SET_FROM, words, ARRAY_LEN(words));
}

static void map_from(struct mapping *m)
{
    if (sv_eq_str(m->value->text, "1"))
        take(m, SET_FROM, SV("always"));
    else if (!sv_eq_str(m->value->text, "0"))
        lose(m, "no post is wrapped here");
}

static void map_reply(struct mapping *m)
{
    static const struct word words[] = {{"0", "sender", NULL}, {"no_munging", "sender", NULL}, {"1", "list", NULL},
        {"point_to_list", "list", NULL}, {"2", NULL, "answers go to the sender or to the list"},
        {"explicit_header", NULL, "answers go to the sender or to the list"},
        {"explicit_header_only", NULL, "answers go to the sender or to the list"}};
    take_word(m, SET_REPLY_TO, words, ARRAY_LEN(words));
}

static void map_archive(struct mapping *m)
{
    static const struct word words[] = {{"0", "public", NULL}, {"public", "public", NULL}, {"1", "closed", NULL},
        {"private", "closed", NULL}, {"never", "closed", "every post is kept; nobody reads the archive"}};
    take_word(m, SET_ARCHIVE, words, ARRAY_LEN(words));
}

static void map_owners(struct mapping *m)
{
    lose(m, "owners and moderators are members with a role: \"member add\", \"role give\", and the setting owners");
}

static void map_names(struct mapping *m)
{
    lose(m, "address and title are given with \"list new\"");
}

static void map_one(struct mapping *m)
{
    static const struct {
        const char *name;
        void (*map)(struct mapping *m);
    } special[] = {{"generic_nonmember_action", map_strangers}, {"default_nonmember_action", map_strangers},
                   {"dmarc_moderation_action", map_dmarc}, {"dmarc_mitigate_action", map_dmarc},
                   {"from_is_list", map_from}, {"dmarc_mitigate_unconditionally", map_from},
                   {"reply_goes_to_list", map_reply}, {"archive_private", map_archive}, {"archive_policy", map_archive},
                   {"owner", map_owners}, {"moderator", map_owners}, {"real_name", map_names},
                   {"display_name", map_names}, {"list_name", map_names}, {"fqdn_listname", map_names}};
    static const struct {
        const char *name;
        void (*map)(struct mapping *m, enum list_setting_id id);
        enum list_setting_id id;
    } plain[] = {{"description", map_line, SET_DESCRIPTION}, {"subject_prefix", map_line, SET_PREFIX},
                 {"msg_footer", map_line, SET_FOOTER}, {"max_message_size", map_kilobytes, SET_MAX_BYTES},
                 {"digest_size_threshhold", map_kilobytes, SET_DIGEST_BYTES}, /* so it is spelt there */
                 {"digest_size_threshold", map_kilobytes, SET_DIGEST_BYTES}};
    for (size_t i = 0; i < ARRAY_LEN(special); i++)
        if (sv_eq_str(m->value->name, special[i].name)) {
            special[i].map(m);
            return;
        }
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (sv_eq_str(m->value->name, plain[i].name)) {
            plain[i].map(m, plain[i].id);
            return;
        }
    lose(m, "there is no such setting here");
}

static bool says_nothing(struct sv text)
{
    static const char *const nothing[] = {"", "[]", "()", "{}", "None"};
    text = sv_trim(text);
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
        if (sv_eq_str(text, nothing[i]))
            return true;
    return false;
}

void mailman_map(struct arena *a, const struct mailman_values *values, struct mailman_map *out)
{
    const struct mailman_value closed = {SV("(nothing about the archive)"), SV_NONE, 0};
    struct mapping m = {.a = a, .values = values, .out = out};
    bool archive = false;
    *out = (struct mailman_map){.settings = {NULL, 0, 0}};
    for (size_t i = 0; i < values->list.len; i++) {
        m.value = &values->list.at[i];
        if (!says_nothing(m.value->text))
            map_one(&m);
    }
    for (size_t i = 0; i < out->settings.len; i++)
        archive = archive || out->settings.at[i].id == SET_ARCHIVE;
    m.value = &closed;
    if (!archive)
        take(&m, SET_ARCHIVE, SV("closed"));
}
