/* Mail that asks for acts: the answer with what it would do, the one-time address that does it, and the one that takes
 * it back. */
#include "action/commands.h"

#include "action/people.h"
#include "action/ties.h"
#include "base/date.h"
#include "forum/answered.h"

enum { RETURNS_A_DAY = 10, DAYS_TO_CONFIRM = 7, DAYS_TO_EDIT = 14 };

/* ---- what is sent ---- */

/* to: who the answer is for; token: of the address that a reply goes to, empty: none. */
static int tell(struct arriving *m, struct sv to, struct sv token, const char *subject, const char *text,
                struct err *err)
{
    struct arena *a = m->c->arena;
    const struct answer answer = {
        to, token.len ? route_address(a, m->list->address, "-confirm", token) : SV_NONE,
        sv_str(arena_printf(a, "%.*s: %s", SV_ARG(m->list->title), subject)), sv_str(text)};
    return list_answer(m, &answer, err);
}

static int make_token(struct arriving *m, struct sv member, struct sv address, struct sv detail, int days,
                      struct sv *out, struct err *err)
{
    const struct token_new t = {TOKEN_COMMAND, m->list->id, member, address, detail, m->c->now,
                                m->c->now + days * (int64_t)DATE_DAY};
    return token_make(m->c->store, m->c->arena, &t, out, err);
}

static const char *last_day(struct arriving *m, int days)
{
    return date_format(m->c->arena, date_from_time(m->c->now + (days - 1) * (int64_t)DATE_DAY));
}

/* ---- texts that are edited ---- */

static struct sv digest_text(struct arena *a, struct sv text)
{
    struct digest d = digest_of(text);
    return sv_str(digest_hex(a, &d));
}

static struct sv detail_text(struct arena *a, const char *what, const struct command *cmd, struct sv source,
                             struct sv base)
{
    struct str text = STR_INIT;
    struct json j;
    json_init(&j, &text, true);
    json_object(&j);
    json_put_str(&j, "do", what);
    if (source.len)
        json_put(&j, "source", source);
    if (base.len)
        json_put(&j, "base", base);
    json_key(&j, "of");
    command_write(&j, cmd);
    json_end(&j);
    json_finish(&j);
    struct sv result = arena_sv(a, str_sv(&text));
    str_release(&text);
    return result;
}

/* The text of a field goes out, between its marks; a reply brings it back edited. */
static int show(struct arriving *m, struct sv member, struct sv to, const struct command *cmd, struct err *err)
{
    struct arena *a = m->c->arena;
    struct err reason = ERR_INIT;
    struct sv text, token;
    struct command edit = {.kind = COMMAND_EDIT, .subject = cmd->subject,
                           .word = cmd->word.len ? cmd->word : SV("tree")};
    int rc = command_field(m->c, edit.subject, edit.word, &text, &reason);
    if (command_is_refusal(rc))
        return tell(m, to, SV_NONE, "there is no such text", arena_printf(a, "%s.\n", reason.text), err);
    if (rc) {
        *err = reason;
        return rc;
    }
    rc = make_token(m, member, to, detail_text(a, "edit", &edit, SV_NONE, digest_text(a, text)), DAYS_TO_EDIT, &token,
                    err);
    const char *what = arena_printf(a, "%.*s of %.*s", SV_ARG(edit.word), SV_ARG(edit.subject));
    return rc ? rc : tell(m, to, token, what, arena_printf(a,
        "To change it, reply to this mail until %s, and edit the text between the\ntwo marks; keep both, and all of "
        "the text. It may be quoted with \"> \".\nWhat would change is shown to you before anything is done.\n\n"
        COMMAND_MARK_BEGIN "\n%.*s%s" COMMAND_MARK_END "\n", last_day(m, DAYS_TO_EDIT), SV_ARG(text),
        sv_ends(text, SV("\n")) ? "" : "\n"), err);
}

/* Whether the text that was edited is still the one that went out. */
static int check_base(struct arriving *m, const struct command *cmd, struct sv base, bool *out_same, struct err *err)
{
    struct sv now = SV_NONE;
    *out_same = true;
    if (!base.len)
        return CM_OK;
    int rc = command_field(m->c, cmd->subject, cmd->word, &now, err);
    *out_same = !rc && sv_eq(digest_text(m->c->arena, now), base);
    return command_is_refusal(rc) ? CM_OK : rc;
}

/* ---- trying ---- */

static const char *title_of(struct arena *a, const struct command *cmd)
{
    struct sv about = cmd->subject.len ? cmd->subject : cmd->kind == COMMAND_PROPOSE ? cmd->word : SV_NONE;
    return arena_printf(a, "%s %.*s", command_names[cmd->kind], SV_ARG(about));
}

static int offer(struct arriving *m, struct sv member, struct sv to, const struct command *cmd, struct sv base,
                 struct err *err)
{
    struct arena *a = m->c->arena;
    struct command_outcome tried;
    struct sv token;
    struct action_context c = mail_acts_as(m, member, mail_source(m));
    int rc = command_try(&c, cmd, &tried, err);
    if (rc)
        return rc;
    if (tried.refused)
        return tell(m, to, SV_NONE, arena_printf(a, "%s is not possible", title_of(a, cmd)),
                    arena_printf(a, "%s cannot be done:\n\n%.*s\nNothing was done.\n", title_of(a, cmd),
                                 SV_ARG(tried.text)), err);
    if (!tried.result.event)
        return tell(m, to, SV_NONE, arena_printf(a, "%s changes nothing", title_of(a, cmd)),
                    arena_printf(a, "%.*s", SV_ARG(tried.text)), err);
    rc = make_token(m, member, to, detail_text(a, "act", cmd, c.source, base), DAYS_TO_CONFIRM, &token, err);
    return rc ? rc : tell(m, to, token, arena_printf(a, "confirm %s", title_of(a, cmd)), arena_printf(a,
        "This is what your mail asks for. It was tried, and nothing was done yet.\n\n%.*s\n"
        "To do it, reply to this mail. The address works once, until %s.\nTo drop it, do nothing, or reply with "
        "\"no\".\nIf you did not ask for it, somebody used your address; do nothing.\n", SV_ARG(tried.text),
        last_day(m, DAYS_TO_CONFIRM)), err);
}

/* What the command leaves to its place: the threat of the thread; and "T42" is written out. */
static int complete(struct arriving *m, struct command *cmd, struct sv threat, struct err *err)
{
    struct profile *rules;
    struct tie_words words;
    int rc = content_rules(m->c, &rules, err);
    bool about_threat = cmd->kind == COMMAND_OBJECTION || cmd->kind == COMMAND_ESTIMATE ||
                        cmd->kind == COMMAND_SHOW || cmd->kind == COMMAND_EDIT;
    if (rc || !about_threat)
        return rc;
    if (!cmd->subject.len)
        cmd->subject = threat;
    else if (tie_read(m->c->arena, rules->sig.prefix, cmd->subject, &words) && !words.stage.len)
        cmd->subject = words.threat;
    if (!cmd->subject.len && !cmd->fault)
        cmd->fault = arena_printf(m->c->arena, "%s wants a threat: \"%s: %.*s-0042 ...\"", command_names[cmd->kind],
                                  command_names[cmd->kind], SV_ARG(rules->sig.prefix));
    return CM_OK;
}

static int answer_command(struct arriving *m, struct sv member, struct sv to, struct command *cmd, struct sv threat,
                          struct err *err)
{
    struct arena *a = m->c->arena;
    int rc = complete(m, cmd, threat, err);
    if (rc)
        return rc;
    if (cmd->fault)
        return tell(m, to, SV_NONE, arena_printf(a, "%s is not understood", command_names[cmd->kind]),
                    arena_printf(a, "%s.\nNothing was done.\n", cmd->fault), err);
    return cmd->kind == COMMAND_SHOW ? show(m, member, to, cmd, err) : offer(m, member, to, cmd, SV_NONE, err);
}

static int answer_stranger(struct arriving *m, struct sv to, struct err *err)
{
    struct arena *a = m->c->arena;
    const struct answer answer = {
        to, SV_NONE, sv_str(arena_printf(a, "%.*s: who you are is not known", SV_ARG(m->list->title))),
        sv_str(arena_printf(a,
            "Your mail asks for something that members do, and this address is not on record\nas a member's. "
            "Nothing was done.\n\nAnybody may become one: write \"join\" and your name to\n%.*s\n"
            "A member who writes from a new address asks a moderator to note it.\n",
            SV_ARG(route_address(a, m->list->address, "-request", SV_NONE))))};
    return list_answer_rarely(m, &answer, err);
}

/* Whoever sends what is answered, its reader gets so much of our mail a day and no more: refusals count as well. */
static int may_answer(struct arriving *m, struct sv to, bool *out, struct err *err)
{
    return answered_may(m->c->store, m->c->arena, to, ANSWERED_COMMAND, m->c->now, out, err);
}

int commands_arrive(struct arriving *m, struct sv writer, struct sv threat, bool *out_any, struct err *err)
{
    struct commands found;
    struct sv id, member = SV_NONE;
    bool may = true;
    commands_read(m->c->arena, &m->mail, &found);
    *out_any = found.count > 0;
    if (!found.count)
        return CM_OK;
    int rc = people_by_mail(m->c, writer, &id, &member, err);
    if (!rc && !member.len)
        return answer_stranger(m, writer, err);
    for (size_t i = 0; !rc && may && i < found.count; i++) {
        rc = may_answer(m, writer, &may, err);
        if (!rc && may)
            rc = answer_command(m, member, writer, &found.at[i], threat, err);
    }
    if (!rc && may && found.more)
        rc = tell(m, writer, SV_NONE, "there was more in your mail",
                  arena_printf(m->c->arena, "A mail holds at most %d commands; what followed was not looked at.\n",
                               COMMANDS_MAX), err);
    return rc;
}

/* ---- posts ---- */

static int is_tied(struct action_context *c, int64_t message, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = false;
    int rc = store_prepare(c->store, "SELECT 1 FROM message_tie WHERE message = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, message);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

static int sender_of(struct action_context *c, int64_t message, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    int rc = store_prepare(c->store, "SELECT sender FROM message WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, message);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    return rc;
}

int commands_of_post(struct action_context *c, const struct list *list, int64_t message, const struct mail *mail,
                     struct err *err)
{
    struct commands found;
    struct mail_in in = {SV_NONE, list->address, SV_NONE};
    struct mail_reply reply;
    struct lists lists;
    struct sv writer, threat;
    bool tied = false, answerable = false, any;
    commands_read(c->arena, mail, &found);
    if (!found.count)
        return CM_OK;
    struct arriving m = {.c = c, .lists = &lists, .list = list, .route = {ROUTE_POST, SV_NONE}, .in = &in,
                         .mail = *mail, .reply = &reply};
    int rc = is_tied(c, message, &tied, err);
    if (!rc && tied)
        rc = sender_of(c, message, &in.sender, err);
    if (!rc && tied)
        rc = lists_load(c->store, c->arena, &lists, err);
    if (!rc && tied)
        mail_is_answerable(&m, &answerable, &writer);
    if (rc || !answerable)
        return rc;
    rc = tie_only_threat(c, message, &threat, err);
    return rc ? rc : commands_arrive(&m, writer, threat, &any, err);
}

/* How many posts with an estimate came from an address in a day, with this one. */
static int count_returned(struct action_context *c, struct sv address, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    *out = 0;
    int rc = store_prepare(c->store, "SELECT count(*) FROM message WHERE address = $1 AND received > $2 "
                                     "AND state = 'returned'", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, route_mailbox(c->arena, address));
    store_bind_int(q, 2, c->now - DATE_DAY);
    return store_finish_int(q, out, err);
}

int command_return_estimate(struct arriving *m, struct err *err)
{
    bool answerable;
    struct sv writer, id, member = SV_NONE;
    struct arena *a = m->c->arena;
    int64_t returned = 0;
    mail_is_answerable(m, &answerable, &writer);
    if (!answerable)
        return CM_OK;
    int rc = people_by_mail(m->c, writer, &id, &member, err);
    if (!rc)
        rc = count_returned(m->c, writer, &returned, err);
    if (rc || returned > RETURNS_A_DAY)
        return rc;
    const struct answer answer = {
        writer, SV_NONE, sv_str(arena_printf(a, "%.*s: your estimate was not sent on", SV_ARG(m->list->title))),
        sv_str(arena_printf(a,
            "Your mail to the list holds an estimate. Estimates are blind until their round\ncloses, so it reached "
            "nobody: it was not sent on, is in no archive, and no\nmoderator saw it.\n\nSend it to\n%.*s\n"
            "and what else your mail says to the list.\n",
            SV_ARG(route_address(a, m->list->address, "-request", SV_NONE))))};
    return member.len ? list_answer(m, &answer, err) : list_answer_rarely(m, &answer, err);
}

/* ---- replies to one-time addresses ---- */

static bool says_no(struct arriving *m)
{
    static const char *const words[] = {"no", "no.", "no!", "cancel", "stop", "drop", "don't"};
    struct sv first = command_first_line(m->c->arena, &m->mail), word = SV_NONE, rest = first;
    if (!rest.len || !sv_split(&rest, ' ', &word))
        return false;
    word = route_mailbox(m->c->arena, sv_trim(word));
    while (word.len && word.at[word.len - 1] == ',')
        word.len--;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_eq_str(word, words[i]))
            return true;
    return false;
}

/* It may hold an estimate, which nobody is to find here. */
static int forget_detail(struct arriving *m, const struct token *t, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(m->c->store, "UPDATE token SET detail = '' WHERE digest = $1", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, sv_from((const char *)t->digest, sizeof t->digest));
    return store_finish(q, err);
}

static int spend(struct arriving *m, const struct token *t, struct err *err)
{
    int rc = token_spend(m->c->store, t, m->c->now, err);
    return rc ? rc : forget_detail(m, t, err);
}

static int changed_meanwhile(struct arriving *m, const struct token *t, const struct command *cmd, struct err *err)
{
    return tell(m, t->address, SV_NONE, arena_printf(m->c->arena, "%s is not possible", title_of(m->c->arena, cmd)),
                arena_printf(m->c->arena,
                             "The text was changed by somebody else since it was sent to you. Nothing was done.\n"
                             "\"Show: %.*s %.*s\" brings you the present one.\n", SV_ARG(cmd->subject),
                             SV_ARG(cmd->word)), err);
}

static int done(struct arriving *m, const struct token *t, const struct command *cmd,
                const struct command_outcome *out, struct err *err)
{
    struct arena *a = m->c->arena;
    struct sv token = SV_NONE;
    int rc = out->undo.len ? make_token(m, t->subject, t->address,
                                        sv_str(arena_printf(a, "{\"do\":\"undo\",\"undo\":%.*s}", SV_ARG(out->undo))),
                                        DAYS_TO_CONFIRM, &token, err)
                           : CM_OK;
    const char *how = out->undo.len
        ? arena_printf(a, "\nTo undo it, reply to this mail; that works until %s, as long as\nnobody built on it.\n",
                       last_day(m, DAYS_TO_CONFIRM))
        : "\nAnother one takes its place.\n";
    const char *where = cmd->kind == COMMAND_ESTIMATE
        ? "" : arena_printf(a, "It is in the public record, event %lld.\n", (long long)out->result.event);
    return rc ? rc : tell(m, t->address, token, arena_printf(a, "done: %s", title_of(a, cmd)),
                          arena_printf(a, "Done.\n\n%.*s\n%s%s", SV_ARG(out->text), where, how), err);
}

static int confirm_act(struct arriving *m, const struct token *t, const struct json_value *detail,
                       const struct command *cmd, struct err *err)
{
    struct arena *a = m->c->arena;
    struct command_outcome out;
    struct action_context c = mail_acts_as(m, t->subject, json_get_text(detail, "source"));
    bool same;
    int rc = check_base(m, cmd, json_get_text(detail, "base"), &same, err);
    if (!rc)
        rc = spend(m, t, err);
    if (rc)
        return rc;
    if (says_no(m))
        return tell(m, t->address, SV_NONE, arena_printf(a, "%s was dropped", title_of(a, cmd)), "Nothing was done.\n",
                    err);
    if (!same)
        return changed_meanwhile(m, t, cmd, err);
    if ((rc = command_do(&c, cmd, &out, err)))
        return rc;
    if (!out.refused && out.result.event)
        return done(m, t, cmd, &out, err);
    return tell(m, t->address, SV_NONE, arena_printf(a, "%s was not done", title_of(a, cmd)),
                arena_printf(a, "%.*s", SV_ARG(out.text)), err);
}

static int confirm_edit(struct arriving *m, const struct token *t, const struct json_value *detail,
                        struct command *cmd, struct err *err)
{
    struct sv base = json_get_text(detail, "base");
    bool same, may;
    int rc = may_answer(m, t->address, &may, err); /* this address works again and again */
    if (rc || !may)
        return rc;
    if (!command_marked(m->c->arena, &m->mail, &cmd->text))
        return tell(m, t->address, m->route.detail, "the marks are missing",
                    "Your reply does not hold the two lines\n" COMMAND_MARK_BEGIN "\n" COMMAND_MARK_END "\n"
                    "once each, with the whole text between them. Nothing was done; you may\nreply again.\n", err);
    rc = check_base(m, cmd, base, &same, err);
    if (rc)
        return rc;
    return same ? offer(m, t->subject, t->address, cmd, base, err) : changed_meanwhile(m, t, cmd, err);
}

static int confirm_undo(struct arriving *m, const struct token *t, const struct json_value *detail, struct err *err)
{
    struct arena *a = m->c->arena;
    struct command_outcome out;
    struct action_context c = mail_acts_as(m, t->subject, mail_source(m));
    int rc = spend(m, t, err);
    if (!rc)
        rc = command_undo(&c, json_get(detail, "undo"), &out, err);
    if (rc)
        return rc;
    if (out.refused)
        return tell(m, t->address, SV_NONE, "it cannot be undone",
                    arena_printf(a, "%.*sNothing was done.\n", SV_ARG(out.text)), err);
    return tell(m, t->address, SV_NONE, "undone",
                arena_printf(a, "It was undone. Both stay in the public record; this is event %lld.\n",
                             (long long)out.result.event), err);
}

int command_confirmed(struct arriving *m, const struct token *t, struct err *err)
{
    struct arena *a = m->c->arena;
    const struct json_value *detail;
    struct command cmd;
    struct sv id, member;
    if (t->state == TOKEN_EXPIRED) {
        const struct answer old = {t->address, SV_NONE,
                                   sv_str(arena_printf(a, "%.*s: that is too old", SV_ARG(m->list->title))),
                                   SV("The address that you replied to does not work any more, and nothing was done.\n"
                                      "Please ask again.\n")};
        return list_answer_rarely(m, &old, err);
    }
    if (t->state != TOKEN_GOOD)
        return CM_OK;
    int rc = people_by_mail(m->c, t->address, &id, &member, err);
    if (!rc && !sv_eq(member, t->subject)) {
        rc = spend(m, t, err);
        return rc ? rc : answer_stranger(m, t->address, err);
    }
    if (!rc)
        rc = json_parse(a, t->detail, t->detail.len, &detail, err);
    if (rc)
        return rc;
    struct sv what = json_get_text(detail, "do");
    if (sv_eq_str(what, "undo"))
        return confirm_undo(m, t, detail, err);
    if (!command_load(json_get(detail, "of"), &cmd))
        return err_set(err, CM_ECORRUPT, "a token of the store asks for no known act");
    return sv_eq_str(what, "edit") ? confirm_edit(m, t, detail, &cmd, err) : confirm_act(m, t, detail, &cmd, err);
}
