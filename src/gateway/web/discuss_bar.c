/* Links of the bar to what can be done about a page of the discussion, or about a threat. Whether it can is found out
 * there: no store is asked for a bar. */
#include "gateway/web/call.h"

static bool is_word(struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        char ch = text.at[i];
        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || strchr("-_.", ch)))
            return false;
    }
    return text.len > 0 && text.len < 100;
}

static void of_threat(struct arena *a, struct markup *m, struct sv id, bool comments)
{
    if (comments)
        web_bar_link(m, arena_printf(a, "/threats/%.*s/discuss", SV_ARG(id)),
                     arena_printf(a, "Discuss %.*s", SV_ARG(id)));
    web_bar_link(m, arena_printf(a, "/threats/%.*s/follow", SV_ARG(id)), "Follow");
}

/* rest: "thread/12", "message/ABC", "index", "2026-11". */
static void of_list(struct arena *a, struct markup *m, struct sv list, struct sv rest, bool comments)
{
    struct sv kind;
    bool thread = sv_starts(rest, SV("thread/")), message = sv_starts(rest, SV("message/"));
    struct sv page = rest;
    if (thread || message)
        (void)sv_split(&page, '/', &kind);
    if (!is_word(page))
        return;
    if (comments && (thread || message))
        web_bar_link(m, arena_printf(a, "/lists/%.*s/%.*s/reply", SV_ARG(list), SV_ARG(rest)), "Reply");
    if (thread)
        web_bar_link(m, arena_printf(a, "/lists/%.*s/%.*s/follow", SV_ARG(list), SV_ARG(rest)), "Follow");
    if (comments)
        web_bar_link(m, arena_printf(a, "/lists/%.*s/post", SV_ARG(list)), "New message");
}

void web_bar_discussion(struct arena *a, struct markup *m, const struct view *frame, const struct person *person,
                        struct sv path)
{
    struct sv list;
    bool comments = person_may(person, frame->profile, SV("comment"));
    if (!frame->lists || !sv_ends(path, SV(".html")))
        return;
    path.len -= 5;
    if (sv_starts(path, SV("threats/")) && is_word(sv_from_byte(path, 8))) {
        of_threat(a, m, sv_from_byte(path, 8), comments);
    } else if (sv_starts(path, SV("lists/"))) {
        path = sv_from_byte(path, 6);
        if (sv_split(&path, '/', &list) && is_word(list))
            of_list(a, m, list, path, comments);
    }
}
