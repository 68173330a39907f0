#include "action/discuss.h"

#include "action/mail.h"
#include "action/membership.h"
#include "base/date.h"
#include "base/utf8.h"
#include "forum/archive.h"
#include "forum/base32.h"
#include "forum/compose.h"
#include "forum/secret.h"
#include "forum/subject.h"
#include "forum/text.h"

enum { FOLD = 70, WORD_MAX = 400, MID_BYTES = 16 };

/* ---- where from, where to ---- */

int discuss_list(struct action_context *c, struct sv id, struct lists *lists, const struct list **out, struct err *err)
{
    int rc = lists_load(c->store, c->arena, lists, err);
    *out = rc ? NULL : lists_find(lists, id);
    if (!rc && (!*out || !list_is(*out, SET_ARCHIVE, "public")))
        return err_set(err, CM_ENOTFOUND, "There is no such list here.");
    if (!rc && (*out)->followed)
        return err_set(err, CM_ENOTFOUND, "This list is run elsewhere; write to it by mail.");
    return rc;
}

int discuss_address(struct action_context *c, const struct person *person, struct sv list, struct sv *out,
                    enum discuss_standing *out_standing, struct err *err)
{
    struct subscriber who = {.id = 0};
    int rc = people_mail(c->store, c->arena, person->id, out, err);
    *out_standing = DISCUSS_STRANGER;
    if (!rc && !out->len)
        rc = err_set(err, CM_EREFUSED, "You have no mail address here, and a post is a mail: add one to your account.");
    if (!rc)
        rc = subscription_of(c, list, *out, &who, err);
    if (!rc && who.id && who.state != SUBSCRIBER_GONE) {
        *out_standing = who.passed ? DISCUSS_KNOWN : DISCUSS_FIRST;
        *out = route_mailbox(c->arena, who.address);
    }
    return rc;
}

/* ---- the mail ---- */

static int check_subject(struct sv subject, struct err *err)
{
    if (!subject.len)
        return err_set(err, CM_EINPUT, "Please write a subject.");
    if (utf8_count(subject) > DISCUSS_SUBJECT_MAX)
        return err_set(err, CM_EINPUT, "A subject has at most %d characters.", DISCUSS_SUBJECT_MAX);
    for (size_t i = 0; i < subject.len;) {
        uint32_t point = utf8_next(subject, &i);
        if (point < ' ' || point == 0x7f || utf8_is_deceptive(point))
            return err_set(err, CM_EINPUT, "A subject is one line, without characters that cannot be seen.");
    }
    return CM_OK;
}

static int check(const struct discuss_post *p, struct err *err)
{
    struct digest ignored;
    int rc = check_subject(sv_trim(p->subject), err);
    if (!rc && !sv_trim(p->text).len)
        rc = err_set(err, CM_EINPUT, "Please write a text.");
    if (!rc && p->text.len > DISCUSS_TEXT_MAX)
        rc = err_set(err, CM_EINPUT, "A text has at most %d KiB here.", DISCUSS_TEXT_MAX / 1024);
    if (!rc && !secret_digest(p->draft, &ignored))
        rc = err_set(err, CM_EINPUT, "The form is not complete; please open its page again.");
    return rc;
}

/* Follows from the form and what it says, so that the same one is the same mail. */
static struct sv message_id(struct action_context *c, const struct person *person, const struct list *list,
                            const struct discuss_post *p)
{
    const struct sv parts[] = {SV("casemate-post-1"), person->id, list->id, p->draft, p->subject, p->text};
    struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));
    struct sv local = base32_write(c->arena, sv_from((const char *)d.bytes, MID_BYTES));
    struct sv domain = sv_from_byte(list->address, (size_t)sv_find_char(list->address, '@') + 1);
    return sv_str(arena_printf(c->arena, "%.*s@%.*s", SV_ARG(local), SV_ARG(domain)));
}

/* The public message that is answered, read. */
static int load_answered(struct action_context *c, struct sv list, int64_t id, struct message *out, struct mail *mail,
                         struct err *err)
{
    struct sv bytes;
    struct err limit = ERR_INIT;
    int rc = message_load(c->store, c->arena, id, out, err);
    if (!rc && (!sv_eq(out->list, list) || out->state != MESSAGE_PUBLIC))
        rc = err_set(err, CM_ENOTFOUND, "There is no such message.");
    if (!rc)
        rc = message_bytes(c->store, c->arena, id, &bytes, err);
    if (!rc && mail_read(c->arena, bytes, mail, &limit))
        mail->part_count = 0; /* its header will do */
    return rc;
}

struct outgoing_post {
    const struct person *person;
    const struct discuss_post *p;
    const struct list *list;
    struct lists lists;
    struct sv from, to, bytes;
    struct sv mid; /* empty before make(): that of the form */
};

static int put_references(struct action_context *c, struct outgoing_post *o, struct compose *mail, struct err *err)
{
    struct message answered;
    struct mail old;
    if (!o->p->answers)
        return CM_OK;
    int rc = load_answered(c, o->list->id, o->p->answers, &answered, &old, err);
    if (rc)
        return rc;
    struct sv *references = arena_new_array(c->arena, struct sv, old.reference_count + 1);
    for (size_t i = 0; i < old.reference_count; i++)
        references[i] = old.references[i];
    references[old.reference_count] = answered.mid;
    mail->in_reply_to = answered.mid;
    mail->references = references;
    mail->reference_count = old.reference_count + 1;
    return CM_OK;
}

static int make(struct action_context *c, struct outgoing_post *o, struct err *err)
{
    enum discuss_standing standing;
    int rc = check(o->p, err);
    if (!rc)
        rc = discuss_list(c, o->p->list, &o->lists, &o->list, err);
    if (!rc)
        rc = discuss_address(c, o->person, o->list->id, &o->from, &standing, err);
    if (rc)
        return rc;
    o->to = route_address(c->arena, o->list->address, "", o->p->threat);
    if (!o->mid.len)
        o->mid = message_id(c, o->person, o->list, o->p);
    struct compose mail = {.from = o->from, .from_name = o->person->name, .to = o->to,
                           .subject = sv_trim(o->p->subject), .text = o->p->text, .date = c->now, .message_id = o->mid,
                           .automatic = COMPOSE_PERSON};
    rc = put_references(c, o, &mail, err);
    return rc ? rc : compose_mail(c->arena, &mail, &o->bytes, err);
}

int discuss_compose(struct action_context *c, const struct person *person, const struct discuss_post *p,
                    struct sv *out_bytes, struct err *err)
{
    struct outgoing_post o = {.person = person, .p = p};
    int rc = make(c, &o, err);
    *out_bytes = o.bytes;
    return rc;
}

/* ---- sending ---- */

static int look_at_outcome(struct action_context *c, int64_t id, struct discuss_outcome *out, struct err *err)
{
    struct message m;
    int64_t number = 0;
    int rc = message_load(c->store, c->arena, id, &m, err);
    if (!rc)
        rc = discuss_hold(c->store, id, &number, err);
    if (!rc && number)
        rc = hold_load(c->store, c->arena, number, &out->hold, err);
    if (rc)
        return rc;
    out->message = id;
    out->state = m.state;
    if (m.state == MESSAGE_PUBLIC)
        out->key = archive_key(c->arena, m.mid, m.copy);
    return CM_OK;
}

/* The message that the form made before; 0: none. One that was not taken may be sent again: it gets another name. */
static int look_for_first(struct action_context *c, struct outgoing_post *o, int64_t *out, struct err *err)
{
    struct message m;
    int rc = discuss_find(c->store, o->list->id, o->mid, out, err);
    if (!rc && *out)
        rc = message_load(c->store, c->arena, *out, &m, err);
    if (rc || !*out || (m.state != MESSAGE_RETURNED && m.state != MESSAGE_DISCARDED))
        return rc;
    *out = 0;
    o->mid = compose_message_id(c->arena, o->list->address);
    return make(c, o, err);
}

struct posting {
    struct action_context *c;
    struct outgoing_post o;
    struct discuss_outcome *out;
};

/* In one transaction, so that of two presses of the button at once the second sees the first. */
static int post(struct store *s, void *context, struct err *err)
{
    struct posting *k = context;
    struct action_context gateway = *k->c; /* a mail acts for nobody by name */
    struct mail_reply reply = {.message = 0};
    int64_t before = 0;
    (void)s;
    gateway.actor = gateway.source = SV_NONE;
    int rc = make(k->c, &k->o, err);
    if (!rc)
        rc = look_for_first(k->c, &k->o, &before, err);
    const struct mail_in mail = {.sender = k->o.from, .recipient = k->o.to, .bytes = k->o.bytes};
    if (!rc && !before)
        rc = action_mail_receive_known(&gateway, &mail, &reply, err);
    if (!rc && !before && reply.fate != FATE_TAKEN)
        rc = err_set(err, CM_EINPUT, "%s", reply.text);
    return rc ? rc : look_at_outcome(k->c, before ? before : reply.message, k->out, err);
}

int action_discuss_post(struct action_context *c, const struct person *person, const struct discuss_post *p,
                        struct discuss_outcome *out, struct err *err)
{
    struct posting k = {.c = c, .o = {.person = person, .p = p}, .out = out};
    *out = (struct discuss_outcome){.message = 0};
    return store_tx(c->store, post, &k, err);
}

/* ---- a quote ---- */

/* One line behind "> ", in lines of at most FOLD characters where blanks allow it. */
static void quote_line(struct str *out, struct sv line, size_t *lines)
{
    do {
        size_t cut = 0, count = 0, i = 0, blank = 0;
        while (i < line.len && count < FOLD) {
            if (line.at[i] == ' ')
                blank = i;
            (void)utf8_next(line, &i);
            count++;
        }
        cut = i == line.len || !blank ? i : blank;
        while (cut < line.len && cut < WORD_MAX && !blank && line.at[cut] != ' ') /* a long word stays whole */
            (void)utf8_next(line, &cut);
        str_addf(out, "> %.*s\n", (int)cut, line.at);
        line = sv_trim(sv_from_byte(line, cut));
        ++*lines;
    } while (line.len && *lines < DISCUSS_QUOTE_LINES);
}

static struct sv quote(struct action_context *c, const struct message *m, const struct mail *mail)
{
    struct str out = STR_INIT;
    struct mail_text t = mail_text_read(c->arena, mail);
    struct sv rest = sv_trim(mail_own_text(c->arena, &t)), line;
    size_t lines = 0;
    str_addf(&out, "On %s, %.*s wrote:\n", date_format_long(c->arena, date_from_time(m->date)),
             SV_ARG(archive_shown(c->arena, m->name, ARCHIVE_NAME_MAX)));
    while (lines < DISCUSS_QUOTE_LINES && sv_next_line(&rest, &line))
        quote_line(&out, line, &lines);
    if (rest.len)
        str_add_str(&out, "> [...]\n");
    str_add_char(&out, '\n');
    struct sv text = arena_sv(c->arena, str_sv(&out));
    str_release(&out);
    return text;
}

int discuss_quote(struct action_context *c, struct sv list, int64_t message, struct sv *out_subject,
                  struct sv *out_text, struct err *err)
{
    struct message m;
    struct mail mail;
    bool reply = false;
    int rc = load_answered(c, list, message, &m, &mail, err);
    if (rc)
        return rc;
    (void)subject_base(c->arena, m.subject, &reply);
    *out_subject = sv_str(arena_printf(c->arena, "%s%.*s", reply ? "" : "Re: ", SV_ARG(m.subject)));
    *out_text = quote(c, &m, &mail);
    return CM_OK;
}
