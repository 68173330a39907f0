/* What moderators see of what is held: characters, and nothing that does anything. */
#include "action/held.h"
#include "base/utf8.h"
#include "forum/compose.h"
#include "forum/text.h"

enum { SHOWN_LINES = 2000 };

/* Whatever it is that a mail names: one line of valid text without controls and without what reorders it. */
static struct sv harmless(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    if (!utf8_valid(text, NULL))
        return SV("(no text)");
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t c = utf8_next(text, &at);
        if (c == '\n' || (c != '\t' && utf8_is_deceptive(c)))
            str_add(&out, SV("\xEF\xBF\xBD"));
        else
            str_add(&out, sv_from(text.at + from, at - from));
    }
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

static void add_field(struct arena *a, struct str *out, const char *prefix, const char *name, struct sv value)
{
    if (value.len)
        str_addf(out, "%s%s: %.*s\n", prefix, name, SV_ARG(harmless(a, value)));
}

static void add_addresses(struct arena *a, struct str *out, const char *prefix, const char *name,
                          const struct mail_addresses *list)
{
    enum { SHOWN = 20 };
    for (size_t i = 0; i < list->count && i < SHOWN; i++)
        str_addf(out, "%s%s: %.*s%s<%.*s>\n", prefix, name, SV_ARG(harmless(a, list->at[i].name)),
                 list->at[i].name.len ? " " : "", SV_ARG(harmless(a, list->at[i].address)));
}

static void add_files(struct arena *a, struct str *out, const char *prefix, const struct mail *m)
{
    enum { SHOWN = 50 };
    size_t shown = 0;
    for (size_t i = 0; i < m->part_count && shown < SHOWN; i++) {
        const struct mail_part *p = &m->parts[i];
        if (p->kind == MAIL_CONTAINER || (!p->attached && !p->name.len && p->kind != MAIL_ATTACHMENT))
            continue;
        struct sv name = harmless(a, p->name), type = harmless(a, p->type);
        str_addf(out, "%sFile: %.*s (%.*s, %zu bytes)\n", prefix, SV_ARG(name.len ? name : SV("without a name")),
                 SV_ARG(type), p->content.len);
        shown++;
    }
}

struct sv mail_brief(struct arena *a, const struct mail *m, size_t bytes, const char *prefix, size_t lines)
{
    struct str out = STR_INIT;
    add_addresses(a, &out, prefix, "From", &m->from);
    add_addresses(a, &out, prefix, "To", &m->to);
    add_addresses(a, &out, prefix, "Cc", &m->cc);
    add_field(a, &out, prefix, "Subject", m->subject);
    if (m->has_date)
        add_field(a, &out, prefix, "Date", compose_date(a, m->date));
    add_field(a, &out, prefix, "Message-ID", m->message_id);
    str_addf(&out, "%sSize: %zu bytes\n", prefix, bytes);
    add_files(a, &out, prefix, m);
    str_addf(&out, "%s\n", prefix);
    const struct mail_text text = mail_text_read(a, m);
    struct sv rest = mail_plain_text(a, &text), line;
    size_t shown = 0;
    while (shown < lines && sv_next_line(&rest, &line)) {
        str_addf(&out, "%s%.*s\n", prefix, SV_ARG(harmless(a, line)));
        shown++;
    }
    if (rest.len)
        str_addf(&out, "%s[...]\n", prefix);
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

static int load_one(struct action_context *c, const struct hold *h, struct held *out, struct err *err)
{
    out->hold = *h;
    int rc = message_load(c->store, c->arena, h->message, &out->message, err);
    return rc ? rc : moderations_load(c->store, c->arena, h->number, SV_NONE, &out->log, err);
}

int held_load(struct action_context *c, struct sv list, struct held_list *out, struct err *err)
{
    struct holds holds = {{NULL, 0, 0}};
    memset(out, 0, sizeof(*out));
    int rc = permit_rules(c, PERMIT_MODERATE, err);
    if (!rc)
        rc = holds_load(c->store, c->arena, list, &holds, err);
    for (size_t i = 0; !rc && i < holds.list.len; i++)
        rc = load_one(c, &holds.list.at[i], vec_push(c->arena, &out->list), err);
    return rc;
}

int held_show(struct action_context *c, struct sv post, struct held *out, struct sv *out_text, struct err *err)
{
    struct hold h = {.number = 0};
    struct mail mail;
    struct sv bytes;
    struct err why = ERR_INIT;
    int64_t number;
    int rc = permit_rules(c, PERMIT_MODERATE, err);
    if (!rc && !hold_number(post, &number))
        rc = err_set(err, CM_EINPUT, "\"%.*s\" is no held post; they are written as P-7", SV_ARG(post));
    if (!rc)
        rc = hold_load(c->store, c->arena, number, &h, err);
    if (!rc)
        rc = load_one(c, &h, out, err);
    if (!rc)
        rc = message_bytes(c->store, c->arena, h.message, &bytes, err);
    if (rc)
        return rc;
    bool unreadable = mail_read(c->arena, bytes, &mail, &why) != CM_OK;
    *out_text = mail_brief(c->arena, &mail, bytes.len, "", SHOWN_LINES);
    if (unreadable)
        *out_text = sv_str(arena_printf(c->arena, "%.*s\n(it cannot be read: %s)\n", SV_ARG(*out_text), why.text));
    return CM_OK;
}
