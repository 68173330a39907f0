#include "action/follow.h"

#include "action/account_mail.h"
#include "action/people.h"
#include "forum/archive.h"
#include "forum/compose.h"
#include "forum/outbox.h"
#include "forum/signed.h"
#include "forum/text.h"

#define UNFOLLOW_PURPOSE "unfollow" /* for signing_load() */

enum { TEXT_SHOWN = 16 * 1024 }; /* bytes of a post in a mail about it */

struct follow_run {
    struct action_context *c;
    struct sv member, site, detail;
    struct followed what;
    bool mail;
    int64_t id;
};

/* ---- acts ---- */

static int begin(struct store *s, void *context, struct err *err)
{
    struct follow_run *r = context;
    struct follow known;
    int64_t count;
    int rc = follow_look(s, r->c->arena, r->member, r->what, &known, err);
    if (!rc)
        rc = follow_count(s, r->member, &count, err);
    if (!rc && !known.id && count >= FOLLOWS_MAX)
        rc = err_set(err, CM_ELIMIT, "You follow %d things, which is the most; end some first.", FOLLOWS_MAX);
    return rc ? rc : follow_put(s, r->member, known.what, r->mail, r->site, r->c->now, err);
}

int action_follow(struct action_context *c, struct sv member, struct followed what, bool mail, struct sv site,
                  struct err *err)
{
    struct follow_run r = {.c = c, .member = member, .what = what, .mail = mail, .site = site};
    return store_tx(c->store, begin, &r, err);
}

static int end(struct store *s, void *context, struct err *err)
{
    struct follow_run *r = context;
    bool found;
    int rc = follow_drop(s, r->member, r->id, &found, err);
    return rc || found ? rc : err_set(err, CM_ENOTFOUND, "You do not follow that (any more).");
}

int action_follow_end(struct action_context *c, struct sv member, int64_t id, struct err *err)
{
    struct follow_run r = {.c = c, .member = member, .id = id};
    return store_tx(c->store, end, &r, err);
}

static int end_by_link(struct store *s, void *context, struct err *err)
{
    struct follow_run *r = context;
    struct signing k;
    struct sv member;
    bool found;
    int rc = signing_load(s, UNFOLLOW_PURPOSE, &k, err);
    if (rc || !signed_number(r->detail, &r->id))
        return rc;
    rc = follow_member(s, r->c->arena, r->id, &member, err);
    if (rc || !signed_check(r->c->arena, &k, r->detail, member))
        return rc;
    return follow_drop(s, member, r->id, &found, err);
}

int action_follow_end_by_link(struct action_context *c, struct sv detail, struct err *err)
{
    struct follow_run r = {.c = c, .detail = detail};
    return store_tx(c->store, end_by_link, &r, err);
}

/* ---- telling ---- */

/* What all followers are told. */
struct telling {
    struct action_context *c;
    const struct list *list; /* from which the mail is */
    struct sv from_name, subject, text, page, reply_to;
    struct sv reference;     /* Message-ID that it belongs to; may be empty */
    struct sv but;           /* a member who is not told; may be empty */
    struct signing key;
};

static int tell_one(struct telling *t, const struct follower *f, struct err *err)
{
    struct arena *a = t->c->arena;
    struct sv detail = signed_write(a, &t->key, f->id, f->member), bytes;
    const char *link = arena_printf(a, "%.*s/unfollow/%.*s", SV_ARG(f->site), SV_ARG(detail));
    const char *text = arena_printf(a, "%.*s\n\n-- \n%.*s%.*s\nYou follow this. To end that: %s\n", SV_ARG(t->text),
                                    SV_ARG(f->site), SV_ARG(t->page), link);
    const struct compose mail = {
        .from = route_address(a, t->list->address, "-owner", SV_NONE), .from_name = t->from_name, .to = f->address,
        .reply_to = t->reply_to, .subject = t->subject, .text = sv_str(text), .date = t->c->now,
        .in_reply_to = t->reference, .references = &t->reference, .reference_count = t->reference.len ? 1 : 0,
        .automatic = COMPOSE_GENERATED, .one_click = sv_str(link)};
    int rc = compose_mail(a, &mail, &bytes, err);
    return rc ? rc : outbox_mail(t->c->store, t->list->id, f->address, bytes, t->c->now, err);
}

static int tell(struct telling *t, const struct followers *who, struct err *err)
{
    int rc = who->list.len ? signing_load(t->c->store, UNFOLLOW_PURPOSE, &t->key, err) : CM_OK;
    for (size_t i = 0; !rc && i < who->list.len; i++) {
        const struct follower *f = &who->list.at[i];
        if (route_is_address(f->address) && !sv_eq(f->member, t->but))
            rc = tell_one(t, f, err);
    }
    return rc;
}

static struct sv shown_text(struct arena *a, const struct mail *mail)
{
    struct mail_text t = mail_text_read(a, mail);
    struct sv text = mail_plain_text(a, &t);
    if (text.len <= TEXT_SHOWN)
        return text;
    size_t len = TEXT_SHOWN;
    while (len && ((unsigned char)text.at[len] & 0xc0) == 0x80)
        len--;
    return sv_str(arena_printf(a, "%.*s\n[...]", (int)len, text.at));
}

int follow_tell_post(struct action_context *c, const struct list *list, int64_t message, const struct mail *mail,
                     struct err *err)
{
    struct telling t = {.c = c, .list = list};
    struct followers who;
    struct message m;
    struct sv name;
    if (!list_is(list, SET_ARCHIVE, "public"))
        return CM_OK;
    int rc = message_load(c->store, c->arena, message, &m, err);
    if (!rc)
        rc = followers_load(c->store, c->arena, m.thread, list->id, SV_NONE, &who, err);
    if (rc || !who.list.len)
        return rc;
    if (mail->from.count && (rc = people_by_mail(c, mail->from.at[0].address, &t.but, &name, err)))
        return rc;
    struct sv author = archive_shown(c->arena, m.name, ARCHIVE_NAME_MAX);
    t.from_name = sv_str(arena_printf(c->arena, "%.*s via %.*s", SV_ARG(author), SV_ARG(list->title)));
    t.subject = m.subject;
    t.text = shown_text(c->arena, mail);
    t.reply_to = list->address;
    t.reference = m.mid;
    t.page = sv_str(arena_printf(c->arena, "/lists/%.*s/message/%.*s.html", SV_ARG(list->id),
                                 SV_ARG(archive_key(c->arena, m.mid, m.copy))));
    return tell(&t, &who, err);
}

int follow_tell_act(struct action_context *c, struct sv threat, const char *subject, const char *text, struct err *err)
{
    struct telling t = {.c = c, .subject = sv_str(subject), .text = sv_str(text)};
    struct account_sender sender;
    struct followers who;
    int rc = followers_load(c->store, c->arena, 0, SV_NONE, threat, &who, err);
    if (!rc && who.list.len)
        rc = account_sender_load(c, &sender, err);
    if (rc || !who.list.len || !sender.list)
        return rc;
    t.list = sender.list;
    t.from_name = sender.rules->sig.name;
    t.page = sv_str(arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(threat)));
    return tell(&t, &who, err);
}
