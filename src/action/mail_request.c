/* LIST-request@: what it is asked for, and the question whether the address itself wants that. */
#include "action/commands.h"

#include "action/people.h"
#include "base/date.h"
#include "forum/answered.h"
#include "forum/request.h"
#include "forum/token.h"

enum { CONFIRM_DAYS = 7, NAME_MAX_BYTES = 200 };

struct question {
    enum token_kind kind;
    struct sv subject, detail; /* of the token */
    const char *what;          /* "that ..." */
};

static struct sv list_words(struct arriving *m)
{
    return sv_str(arena_printf(m->c->arena, "%.*s, %.*s", SV_ARG(m->list->title), SV_ARG(m->list->address)));
}

static int make_token(struct arriving *m, const struct question *q, struct sv writer, struct sv *out, struct err *err)
{
    const struct token_new t = {
        .kind = q->kind, .list = m->list->id, .subject = q->subject, .address = writer, .detail = q->detail,
        .now = m->c->now, .expires = m->c->now + CONFIRM_DAYS * (int64_t)DATE_DAY};
    return token_make(m->c->store, m->c->arena, &t, out, err);
}

/* One question a day and address, until one is answered. It holds no words of the mail that asked for it but a checked
 * name: anybody can have it sent to anybody. */
static int ask(struct arriving *m, struct sv writer, const struct question *q, struct err *err)
{
    struct arena *a = m->c->arena;
    bool may;
    struct sv token;
    int rc = answered_may(m->c->store, a, writer, ANSWERED_CONFIRMATION, m->c->now, &may, err);
    if (rc || !may || (rc = make_token(m, q, writer, &token, err)))
        return rc;
    struct sv confirm = route_address(a, m->list->address, "-confirm", token);
    const char *last = date_format_long(a, date_from_time(m->c->now + CONFIRM_DAYS * (int64_t)DATE_DAY));
    const char *text = arena_printf(
        a,
        "Somebody, probably you, asked %s.\n\n"
        "If that is what you want, answer this mail, or write one to\n\n    %.*s\n\n"
        "before %s. It need not say anything.\n\n"
        "If not, do nothing: then nothing happens, and this address gets no more than\n"
        "one such question a day.\n\n"
        "-- \n%.*s answers to \"help\".\n",
        q->what, SV_ARG(confirm), last, SV_ARG(route_address(a, m->list->address, "-request", SV_NONE)));
    const struct answer answer = {writer, confirm,
                                  sv_str(arena_printf(a, "Mail of %.*s: please confirm", SV_ARG(m->list->title))),
                                  sv_str(text)};
    return list_answer(m, &answer, err);
}

static int answer_help(struct arriving *m, struct sv writer, const char *before, struct err *err)
{
    struct arena *a = m->c->arena;
    const char *text = arena_printf(
        a,
        "%sWrite one of these to %.*s,\nas the subject or as the first line:\n\n"
        "    subscribe           get the mail of %.*s;\n"
        "                        \"subscribe digest\": several mails in one\n"
        "    unsubscribe         get it no more\n"
        "    digest on           several mails in one; \"digest off\": each by itself\n"
        "    set delivery none   stay subscribed and get nothing for a while;\n"
        "                        \"set delivery each\" ends that\n"
        "    set name NAME       how the list knows you\n"
        "    join NAME           become a member of the group, under a name that all see\n"
        "    help                this text, once a day\n\n"
        "What changes something is asked back first, with a mail to your address.\n"
        "Who is subscribed is told to nobody.\n"
        "%.*s reaches the people who run the list.\n",
        before, SV_ARG(route_address(a, m->list->address, "-request", SV_NONE)), SV_ARG(list_words(m)),
        SV_ARG(route_address(a, m->list->address, "-owner", SV_NONE)));
    const struct answer answer = {writer, SV_NONE,
                                  sv_str(arena_printf(a, "What you can write to %.*s", SV_ARG(m->list->title))),
                                  sv_str(text)};
    return list_answer_rarely(m, &answer, err);
}

/* ---- one function for what needs a question ---- */

/* The name beside the address, for the list's own use; one that is too long is none. */
static struct sv shown_name(const struct arriving *m)
{
    struct sv name = m->mail.from.at[0].name;
    return name.len <= NAME_MAX_BYTES ? name : SV_NONE;
}

static int ask_subscribe(struct arriving *m, struct sv writer, const struct request *r, struct err *err)
{
    struct arena *a = m->c->arena;
    const char *word = r->has_delivery ? subscriber_delivery_names[r->delivery] : "-";
    const char *as = r->has_delivery ? arena_printf(a, ", %s", delivery_words(r->delivery)) : "";
    const struct question q = {
        TOKEN_SUBSCRIBE, writer, sv_str(arena_printf(a, "%s %.*s", word, SV_ARG(shown_name(m)))),
        arena_printf(a, "that the mail of\n%.*s\nbe sent to this address%s", SV_ARG(list_words(m)), as)};
    return ask(m, writer, &q, err);
}

static int ask_unsubscribe(struct arriving *m, struct sv writer, struct err *err)
{
    const struct question q = {TOKEN_UNSUBSCRIBE, writer, SV_NONE,
                               arena_printf(m->c->arena, "that no more mail of\n%.*s\nbe sent to this address",
                                            SV_ARG(list_words(m)))};
    return ask(m, writer, &q, err);
}

static int ask_delivery(struct arriving *m, struct sv writer, const struct request *r, struct err *err)
{
    struct arena *a = m->c->arena;
    const struct question q = {
        TOKEN_SETTINGS, SV("delivery"), sv_str(subscriber_delivery_names[r->delivery]),
        arena_printf(a, "that the mail of\n%.*s\nbe sent to this address, if it is subscribed, %s",
                     SV_ARG(list_words(m)), delivery_words(r->delivery))};
    return ask(m, writer, &q, err);
}

static int ask_name(struct arriving *m, struct sv writer, const struct request *r, struct err *err)
{
    struct err reason = ERR_INIT;
    if (people_plain_name(r->text, &reason))
        return answer_help(m, writer, "That name cannot be set.\n\n", err);
    const struct question q = {
        TOKEN_SETTINGS, SV("name"), r->text,
        arena_printf(m->c->arena, "that\n%.*s\nknows this address, if it is subscribed, by the name\n%.*s",
                     SV_ARG(list_words(m)), SV_ARG(r->text))};
    return ask(m, writer, &q, err);
}

static int ask_join(struct arriving *m, struct sv writer, const struct request *r, struct err *err)
{
    struct arena *a = m->c->arena;
    struct err reason = ERR_INIT;
    struct sv name = r->text.len ? r->text : shown_name(m);
    if (people_plain_name(name, &reason)) /* whether somebody has it is said when the address confirmed */
        return answer_help(m, writer, "To join, write \"join\" and the name under which you want to be known, of\n"
                                      "letters, digits, blanks, \"-\", \"'\" and \".\".\n\n", err);
    const struct question q = {
        TOKEN_JOIN, name, SV_NONE,
        arena_printf(a, "that you become a member of the group which works on\n%.*s,\nunder the name\n%.*s\n"
                        "The name, and what is done under it, is public. The address is not",
                     SV_ARG(list_words(m)), SV_ARG(name))};
    return ask(m, writer, &q, err);
}

static int answer_request(struct arriving *m, struct sv writer, const struct request *r, struct err *err)
{
    switch (r->kind) {
    case REQUEST_SUBSCRIBE:
        return ask_subscribe(m, writer, r, err);
    case REQUEST_UNSUBSCRIBE:
        return ask_unsubscribe(m, writer, err);
    case REQUEST_DELIVERY:
        return ask_delivery(m, writer, r, err);
    case REQUEST_NAME:
        return ask_name(m, writer, r, err);
    case REQUEST_JOIN:
        return ask_join(m, writer, r, err);
    case REQUEST_CONFIRM:
        return confirm_token(m, r->text, err);
    case REQUEST_WHO:
        return answer_help(m, writer, "Who is subscribed is told to nobody.\n\n", err);
    case REQUEST_HELP:
        return answer_help(m, writer, "", err);
    case REQUEST_UNKNOWN:
        break;
    }
    return answer_help(m, writer, "Your mail holds none of the words that are known here.\n\n", err);
}

int request_arrives(struct arriving *m, struct err *err)
{
    bool answerable, commands;
    struct sv writer;
    *m->reply = (struct mail_reply){FATE_TAKEN, "2.1.5", "taken", 0};
    mail_is_answerable(m, &answerable, &writer);
    if (!answerable)
        return CM_OK;
    int rc = commands_arrive(m, writer, SV_NONE, &commands, err);
    if (rc || commands)
        return rc;
    struct request r = request_read(m->c->arena, &m->mail, writer, m->list->address);
    return answer_request(m, writer, &r, err);
}
