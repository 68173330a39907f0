/* Mails about held posts: to moderators, with addresses that work once and for them alone; to the author of a post that
 * was returned; and what comes back.
 *
 * What protects an answer is that nobody but the moderator can read the address: who sends to it from where does not
 * matter, and a copied From is of no use. It works once, for one choice about one post, until the post is settled, and
 * for as long as the member may moderate and is reached at the address that it was sent to. A moderator who passes the
 * mail on gives these away, and the mail says so. */
#include "action/commands.h"
#include "action/held.h"
#include "action/membership.h"
#include "base/date.h"
#include "forum/answered.h"
#include "forum/author.h"
#include "register/people.h"

enum {
    MAILS_A_DAY = 50, /* to one moderator; what comes after that waits in the list of what is held */
    LINES_SHOWN = 60,
    SUBJECT_SHOWN = 80,
    KEPT_DAYS = 60, /* how long an author may contest */
};

/* ---- to moderators ---- */

/* At most `max` bytes, cut between characters. */
static struct sv cut(struct sv text, size_t max)
{
    size_t len = text.len < max ? text.len : max;
    while (len < text.len && len && ((unsigned char)text.at[len] & 0xc0) == 0x80)
        len--;
    return sv_from(text.at, len);
}

struct asking {
    struct arriving *m;
    const struct hold *hold;
    int64_t number;
    const struct person *person;
    struct sv address;
};

static int add_choice(struct asking *k, struct sv outcome, struct sv because, const char *says, struct str *out,
                      struct err *err)
{
    struct arena *a = k->m->c->arena;
    struct sv token;
    const struct token_new t = {
        .kind = TOKEN_MODERATE,
        .list = k->m->list->id,
        .subject = hold_id(a, k->number),
        .address = k->address,
        .detail = sv_str(arena_printf(a, "%.*s %.*s %.*s", SV_ARG(k->person->id), SV_ARG(outcome), SV_ARG(because))),
        .now = k->m->c->now,
        .expires = k->hold->due,
    };
    int rc = token_make(k->m->c->store, a, &t, &token, err);
    if (!rc)
        str_addf(out, "%s\n    %.*s\n\n", says, SV_ARG(route_address(a, k->m->list->address, "-confirm", token)));
    return rc;
}

static int add_choices(struct asking *k, struct str *out, struct err *err)
{
    static const struct {
        const char *outcome, *says;
    } acts[] = {{"return", "Return it, and tell its author why"}, {"discard", "Discard it, and tell nobody"}};
    struct arena *a = k->m->c->arena;
    const struct process *p = k->m->process;
    int rc = add_choice(k, SV("approve"), SV_NONE, "Let it pass:", out, err);
    for (size_t act = 0; !rc && act < ARRAY_LEN(acts); act++)
        for (size_t i = 0; !rc && i < p->moderation_reasons.len; i++) {
            const struct moderation_reason *r = &p->moderation_reasons.at[i];
            if (sv_eq_str(r->act, acts[act].outcome) || sv_eq_str(r->act, "either"))
                rc = add_choice(k, sv_str(acts[act].outcome), r->id,
                                arena_printf(a, "%s (%.*s: %.*s):", acts[act].says, SV_ARG(r->id), SV_ARG(r->means)),
                                out, err);
        }
    return rc;
}

static void add_why_held(const struct asking *k, struct str *out)
{
    struct arena *a = k->m->c->arena;
    const struct process *p = k->m->process;
    str_addf(out, "A post to %.*s, %.*s,\nwaits for a moderator:\n\n", SV_ARG(k->m->list->title),
             SV_ARG(k->m->list->address));
    for (int i = 0; i < HOLD_RULES; i++)
        if (k->hold->rules & 1u << i)
            str_addf(out, "    - %s (%s)\n", hold_rule_table[i].means, hold_rule_table[i].name);
    str_addf(out, "\nIf nobody decides until %s, then: %.*s.\n", date_format_time(a, k->hold->due),
             SV_ARG(k->hold->stranger ? p->moderation_strangers_on_timeout : p->moderation_on_timeout));
    str_addf(out, "Acts that want two moderators: %.*s.\n", SV_ARG(p->moderation_two_person));
    str_add_str(out, "\nTo decide, send a mail to one of these addresses; what it says does not matter. Each\n"
                      "works once. Who has an address can use it, so keep this mail to yourself.\n\n");
}

static int ask(struct asking *k, struct err *err)
{
    struct arena *a = k->m->c->arena;
    struct str text = STR_INIT;
    add_why_held(k, &text);
    int rc = add_choices(k, &text, err);
    str_addf(&text, "The post:\n\n%.*s",
             SV_ARG(mail_brief(a, &k->m->mail, k->m->in->bytes.len, "> ", LINES_SHOWN)));
    const struct compose mail = {
        .from = route_address(a, k->m->list->address, "-request", SV_NONE),
        .from_name = k->m->list->title,
        .to = k->address,
        .to_name = k->person->name,
        .subject = sv_str(arena_printf(a, "P-%lld waits: %.*s", (long long)k->number,
                                       SV_ARG(cut(k->m->mail.subject, SUBJECT_SHOWN)))),
        .text = str_sv(&text),
        .date = k->m->c->now,
        .automatic = COMPOSE_GENERATED,
        .list = {.address = k->m->list->address, .title = k->m->list->title},
    };
    if (!rc)
        rc = list_send(k->m->c, k->m->list, &mail, err);
    str_release(&text);
    return rc;
}

static size_t choices_of(const struct process *p)
{
    size_t count = 1;
    for (size_t i = 0; i < p->moderation_reasons.len; i++)
        count += sv_eq_str(p->moderation_reasons.at[i].act, "either") ? 2 : 1;
    return count;
}

static int ask_address(struct asking *k, struct err *err)
{
    int64_t made = 0;
    if (!route_is_address(k->address))
        return CM_OK; /* an address of a kind that mail cannot be sent to */
    int64_t since = k->m->c->now - DATE_DAY;
    int rc = token_count(k->m->c->store, k->m->c->arena, TOKEN_MODERATE, k->address, since, &made, err);
    return rc || made >= (int64_t)(MAILS_A_DAY * choices_of(k->m->process)) ? rc : ask(k, err);
}

int moderators_ask(struct arriving *m, const struct hold *h, int64_t number, struct err *err)
{
    struct people people;
    struct profile *rules;
    int rc = content_rules(m->c, &rules, err);
    if (!rc)
        rc = people_load(m->c->store, m->c->arena, rules, m->c->now, &people, err);
    for (size_t i = 0; !rc && i < people.list.len; i++) {
        const struct person *person = &people.list.at[i];
        struct addresses addresses;
        if (!person->joined || person->gone || !person_may(person, rules, SV("moderate")))
            continue;
        rc = people_addresses(m->c->store, m->c->arena, person->id, &addresses, err);
        for (size_t k = 0; !rc && k < addresses.list.len; k++) {
            struct asking asking = {m, h, number, person, addresses.list.at[k].address};
            if (!sv_eq_str(addresses.list.at[k].kind, "mail"))
                continue;
            rc = ask_address(&asking, err);
            break; /* one mail a person */
        }
    }
    return rc;
}

/* ---- to the author ---- */

static int contest_address(struct arriving *m, int64_t number, struct sv author, struct sv *out, struct err *err)
{
    struct arena *a = m->c->arena;
    struct sv token;
    const struct token_new t = {.kind = TOKEN_MODERATE, .list = m->list->id, .subject = hold_id(a, number),
                                .address = author, .detail = SV("author contest"), .now = m->c->now,
                                .expires = m->c->now + KEPT_DAYS * (int64_t)DATE_DAY};
    int rc = token_make(m->c->store, a, &t, &token, err);
    if (!rc)
        *out = route_address(a, m->list->address, "-confirm", token);
    return rc;
}

static int write_author(struct arriving *m, const struct hold *h, const char *means, struct sv author, struct err *err)
{
    struct arena *a = m->c->arena;
    struct str text = STR_INIT;
    struct sv contest = SV_NONE;
    int rc = contest_address(m, h->number, author, &contest, err);
    str_addf(&text, "Your post to %.*s, %.*s,\nwas not delivered.\n\n", SV_ARG(m->list->title),
             SV_ARG(m->list->address));
    if (!h->stranger) /* or anybody could send a line to anybody */
        str_addf(&text, "    Subject: %.*s\n", SV_ARG(m->mail.subject));
    str_addf(&text, "    Reason: %s\n", means);
    if (m->c->reason.len)
        str_addf(&text, "    The moderator: %.*s\n", SV_ARG(m->c->reason));
    str_addf(&text, "\nThe public log of moderation names it P-%lld, and neither you nor what you wrote.\n\n"
                    "If you think that this is wrong, say so to the people who run the list,\n    %.*s\n"
                    "or let the public log say that its author contests it, by a mail to this address (once, within %d "
                    "days):\n    %.*s\nAny member of the group may appeal; a call decides then.\n",
             (long long)h->number, SV_ARG(route_address(a, m->list->address, "-owner", SV_NONE)), KEPT_DAYS,
             SV_ARG(contest));
    const struct answer mail = {author, SV_NONE,
                                sv_str(arena_printf(a, "%.*s: your post was not delivered", SV_ARG(m->list->title))),
                                str_sv(&text)};
    if (!rc)
        rc = list_answer(m, &mail, err);
    str_release(&text);
    return rc;
}

int author_tell(struct arriving *m, const struct hold *h, const char *means, struct hold_done *done, struct err *err)
{
    bool may = false;
    struct sv author;
    int rc = CM_OK;
    mail_is_answerable(m, &may, &author);
    if (!may)
        done->untold = "its author cannot be answered: a program, or an address that is none";
    if (may && !author_is_proven(m->c->arena, &m->mail, m->list->setting[SET_TRUSTED])) {
        may = false;
        done->untold = "it cannot be seen who its author is";
    }
    if (!may)
        return CM_OK;
    if (h->stranger)
        rc = answered_may(m->c->store, m->c->arena, author, ANSWERED_HELP, m->c->now, &may, err);
    if (!rc && !may)
        done->untold = "its author, whom nobody vouches for, got an answer today already";
    done->told = !rc && may;
    return rc || !may ? rc : write_author(m, h, means, author, err);
}

int post_send_away(struct arriving *m, int64_t message, struct err *err)
{
    bool may;
    struct sv author;
    struct arena *a = m->c->arena;
    int rc = message_set_state(m->c->store, message, MESSAGE_RETURNED, err);
    mail_is_answerable(m, &may, &author);
    if (rc || !may)
        return rc;
    const struct answer mail = {
        author, SV_NONE, sv_str(arena_printf(a, "%.*s: your post was not delivered", SV_ARG(m->list->title))),
        sv_str(arena_printf(a, "Your post to %.*s, %.*s,\nwas not delivered: posts come from subscribers only.\n\n"
                               "Anybody may subscribe, by a mail that says \"subscribe\" to\n    %.*s\nand "
                               "\"subscribe none\" to get no mail of the list.\n",
                            SV_ARG(m->list->title), SV_ARG(m->list->address),
                            SV_ARG(route_address(a, m->list->address, "-request", SV_NONE))))};
    return list_answer_rarely(m, &mail, err);
}

/* ---- what comes back ---- */

static int answer_moderator(struct arriving *m, const struct token *t, const char *text, struct err *err)
{
    const struct answer mail = {t->address, SV_NONE,
                                sv_str(arena_printf(m->c->arena, "%.*s: %.*s", SV_ARG(m->list->title),
                                                    SV_ARG(t->subject))),
                                sv_str(text)};
    return list_answer(m, &mail, err);
}

/* Who the address was sent to, as long as the member is reached there. */
static int find_moderator(struct arriving *m, const struct token *t, struct sv id, struct sv *out_name, struct err *err)
{
    struct people people;
    struct addresses addresses = {{NULL, 0, 0}};
    *out_name = SV_NONE;
    int rc = people_load(m->c->store, m->c->arena, NULL, m->c->now, &people, err);
    const struct person *person = rc ? NULL : people_by_id(&people, id);
    if (person && person->joined && !person->gone)
        rc = people_addresses(m->c->store, m->c->arena, id, &addresses, err);
    for (size_t i = 0; !rc && i < addresses.list.len; i++)
        if (sv_eq(route_mailbox(m->c->arena, addresses.list.at[i].address), t->address))
            *out_name = person->name;
    return rc;
}

static const char *what_came(struct arena *a, const struct token *t, const struct hold_decision *d,
                             const struct hold_done *done, const struct action_result *r)
{
    if (done->proposed)
        return arena_printf(a, "%.*s: you proposed to %.*s it (event %lld). Another moderator has to do the same.\n",
                            SV_ARG(t->subject), SV_ARG(d->outcome), (long long)r->event);
    const char *untold = done->untold ? done->untold : "";
    return arena_printf(a, "%.*s is settled: %.*s (event %lld).%s%s\n", SV_ARG(t->subject), SV_ARG(d->outcome),
                        (long long)r->event, untold[0] ? " Nobody was told: " : "", untold);
}

static int decide_by_mail(struct arriving *m, const struct token *t, struct err *err)
{
    struct sv rest = t->detail, id = SV_NONE;
    struct hold_decision d = {.post = t->subject};
    struct hold_done done;
    struct action_result result;
    struct action_context c = mail_acts_as(m, SV_NONE, mail_source(m));
    struct err why = ERR_INIT;
    sv_split(&rest, ' ', &id);
    sv_split(&rest, ' ', &d.outcome);
    d.because = rest;
    int rc = find_moderator(m, t, id, &c.actor, err);
    if (rc || !c.actor.len)
        return rc; /* an address of somebody who left */
    rc = action_hold_decide(&c, &d, &done, &result, &why);
    if (!rc)
        return answer_moderator(m, t, what_came(c.arena, t, &d, &done, &result), err);
    if (command_is_refusal(rc))
        return answer_moderator(m, t, arena_printf(c.arena, "Nothing was done: %s.\n", why.text), err);
    *err = why;
    return rc;
}

static int contest_by_mail(struct arriving *m, const struct token *t, struct err *err)
{
    int64_t number = 0;
    struct action_result result;
    struct action_context c = mail_acts_as(m, SV_NONE, mail_source(m));
    if (!hold_number(t->subject, &number))
        return err_set(err, CM_ECORRUPT, "a token of the store is about no post");
    int rc = hold_contest(&c, number, &result, err);
    return rc ? rc : answer_moderator(m, t, arena_printf(c.arena, "The public log says since now (event %lld) that the "
                                                         "author of %.*s contests it.\n", (long long)result.event,
                                                         SV_ARG(t->subject)), err);
}

int moderation_confirm(struct arriving *m, const struct token *t, struct err *err)
{
    if (t->state != TOKEN_GOOD) { /* once told is enough, whoever sends it again */
        const struct answer late = {t->address, SV_NONE,
                                    sv_str(arena_printf(m->c->arena, "%.*s: %.*s", SV_ARG(m->list->title),
                                                        SV_ARG(t->subject))),
                                    SV("Nothing was done: that address was used, or its time is over, or the post is "
                                       "settled.\n")};
        return list_answer_rarely(m, &late, err);
    }
    int rc = token_spend(m->c->store, t, m->c->now, err);
    if (rc)
        return rc;
    return sv_eq_str(t->detail, "author contest") ? contest_by_mail(m, t, err) : decide_by_mail(m, t, err);
}
