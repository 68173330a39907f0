/* What kind of mail it is; the parts of a report; the fields of RFC 3464. */
#include "forum/bounce.h"

#include "forum/bounce_parts.h"
#include "forum/text.h"

static bool value_says(const struct mail *m, const char *field, const char *const *words)
{
    return bounce_says(mail_value(m, field), words);
}

struct sv bounce_reason(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < text.len && out.len < BOUNCE_REASON_MAX; i++) {
        bool blank = (unsigned char)text.at[i] <= ' ';
        if (!blank)
            str_add_char(&out, text.at[i]);
        else if (out.len && out.data[out.len - 1] != ' ')
            str_add_char(&out, ' ');
    }
    struct sv reason = sv_trim(mail_decode(a, sv_trim(str_sv(&out))));
    str_release(&out);
    return reason;
}

struct bounce_recipient *bounce_add(struct arena *a, bounce_recipients *list, struct sv address)
{
    for (size_t i = 0; i < list->len; i++)
        if (sv_same_word(list->at[i].address, address))
            return &list->at[i];
    if (list->len >= BOUNCE_RECIPIENTS_MAX)
        return NULL;
    struct bounce_recipient *r = vec_push(a, list);
    *r = (struct bounce_recipient){
        .address = arena_sv(a, address), .status = SV_NONE, .reason = SV_NONE};
    r->final = r->address;
    return r;
}

/* ---- RFC 3464 ---- */

/* "rfc822;ada@example.org", "<ada@example.org>", "ada@example.org (Ada)": the address, or empty. */
static struct sv typed_address(struct sv value)
{
    ptrdiff_t type = sv_find_char(value, ';');
    value = sv_trim(sv_from_byte(value, type < 0 ? 0 : (size_t)type + 1));
    ptrdiff_t open = sv_find_char(value, '<'), close = sv_find_char(value, '>');
    if (open >= 0 && close > open)
        value = sv_from(value.at + open + 1, (size_t)(close - open) - 1);
    ptrdiff_t blank = sv_find_char(value, ' ');
    value = sv_from(value.at, blank < 0 ? value.len : (size_t)blank);
    while (value.len && strchr("<>\"'", value.at[0]))
        value = sv_from_byte(value, 1);
    while (value.len && strchr("<>\"'.,;", value.at[value.len - 1]))
        value.len--;
    return value;
}

static void add_group(struct report *r, const struct mail *group, bounce_recipients *out,
                      bool *out_receipt)
{
    static const char *const good[] = {"delivered", "relayed", "expanded", NULL}, *const late[] = {
                                                                                      "delayed",
                                                                                      NULL};
    struct sv final = typed_address(mail_value(group, "Final-Recipient"));
    struct sv original = typed_address(mail_value(group, "Original-Recipient"));
    struct sv actual = typed_address(mail_value(group, "X-Actual-Recipient"));
    struct sv status = bounce_find_status(mail_value(group, "Status"));
    if (sv_find_char(original, '@') < 1)
        original = sv_find_char(final, '@') > 0 ? final : actual;
    if (sv_find_char(final, '@') < 1)
        final = original;
    if (sv_find_char(original, '@') < 1)
        return;
    if (value_says(group, "Action", good) ||
        (!mail_find(group, "Action") && sv_starts(status, SV("2.")))) {
        *out_receipt = true;
        return;
    }
    struct bounce_recipient *one = bounce_add(r->a, out, original);
    if (!one)
        return;
    struct sv said = mail_value(group, "Diagnostic-Code"), in_reason = bounce_find_status(said);
    one->final = arena_sv(r->a, final);
    if (in_reason.len && (sv_ends(status, SV(".0.0")) || !status.len))
        status = in_reason;
    one->status = arena_sv(r->a, status);
    one->reason = bounce_reason(r->a, said);
    one->delayed = value_says(group, "Action", late);
    one->severity = one->delayed ? BOUNCE_SOFT : bounce_judge(status, said);
}

/* The fields are groups, and a group reads like a header. */
void bounce_read_status(struct report *r, bounce_recipients *out, bool *out_receipt)
{
    struct sv rest =
                  sv_from(r->status.at, r->status.len < 4 * BOUNCE_TEXT_MAX ? r->status.len
                                                                            : 4 * BOUNCE_TEXT_MAX),
              line;
    size_t start = 0;
    struct sv all = rest;
    bool more = true;
    while (more) {
        more = sv_next_line(&rest, &line);
        if (more && sv_trim(line).len)
            continue;
        size_t end = more ? (size_t)(line.at - all.at) : all.len;
        struct err err = ERR_INIT;
        struct mail group;
        struct sv text = sv_from(all.at + start, end - start);
        if (sv_find(text, SV("ecipient")) >= 0 && !mail_read_header(r->a, text, &group, &err))
            add_group(r, &group, out, out_receipt);
        start = more ? (size_t)(rest.at - all.at) : all.len;
    }
}

/* ---- the parts of a report ---- */

static bool begins_original(struct sv line)
{
    static const char *const fields[] = {
        "received:",       "return-path:", "mime-version:",     "delivered-to:",
        "dkim-signature:", "message-id:",  "x-originating-ip:", "x-mailer:"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (sv_starts_word(line, sv_str(fields[i])))
            return true;
    return false;
}

/* "----- Original message follows -----" and its kin. */
static bool is_separator(struct sv line)
{
    static const char *const what[] = {"original",
                                       "copy of",
                                       "returned",
                                       "unsent",
                                       "below this line",
                                       "message header",
                                       "message text",
                                       "header of",
                                       "message follows",
                                       "message contents",
                                       NULL};
    struct sv text = sv_trim(line);
    if (text.len < 6 || text.len > 100)
        return false;
    bool ruled = strchr("-*=_+#|", text.at[0]) && text.at[0] == text.at[1];
    bool ends = sv_ends(text, SV("ollows:")) || sv_ends(text, SV("ollows."));
    return (ruled || ends) && bounce_says(text, what);
}

static void take_original(struct report *r, struct sv bytes)
{
    struct err err = ERR_INIT;
    struct sv line, rest = bytes;
    while (sv_next_line(&rest, &line) && !sv_trim(line).len) /* blanks before it */
        bytes = rest;
    bytes.len = bytes.len < BOUNCE_TEXT_MAX ? bytes.len : BOUNCE_TEXT_MAX;
    if (bytes.len && !r->has_original && !mail_read_header(r->a, bytes, &r->original, &err))
        r->has_original = r->original.field_count > 1;
}

/* Cuts a text where the returned mail begins. */
static struct sv before_original(struct report *r, struct sv text)
{
    struct sv rest = text, line;
    while (sv_next_line(&rest, &line)) {
        size_t at = (size_t)(line.at - text.at);
        if (begins_original(line)) {
            take_original(r, sv_from_byte(text, at));
            return sv_from(text.at, at);
        }
        if (at && is_separator(line)) {
            take_original(r, rest);
            return sv_from(text.at, at);
        }
    }
    return text;
}

/* An HTML part as text. */
static struct sv html_text(struct arena *a, const struct mail_part *part)
{
    struct mail_part one = *part;
    struct mail m = {.parts = &one, .part_count = 1};
    one.depth = 0;
    struct mail_text t = mail_text_read(a, &m);
    return mail_plain_text(a, &t);
}

static bool is_status_part(const struct mail_part *p)
{
    return sv_eq_str(p->type, "message/delivery-status") ||
           sv_eq_str(p->type, "message/global-delivery-status") ||
           sv_eq_str(p->type, "message/feedback-report");
}

static void take_explanation(struct report *r, const struct mail_part *p, struct str *out)
{
    struct sv text = p->kind == MAIL_HTML ? html_text(r->a, p) : p->content;
    text.len = text.len < BOUNCE_TEXT_MAX ? text.len : BOUNCE_TEXT_MAX;
    if (out->len < BOUNCE_TEXT_MAX) {
        str_add(out, before_original(r, text));
        str_add_char(out, '\n');
    }
}

static void take_part(struct report *r, const struct mail_part *p, struct str *explanation,
                      bool has_text)
{
    bool headers =
        sv_eq_str(p->type, "text/rfc822-headers") || sv_eq_str(p->type, "message/global-headers");
    if (is_status_part(p) && !r->status.len)
        r->status = p->content;
    else if (p->kind == MAIL_MESSAGE || headers)
        take_original(r, p->content);
    else if (p->kind == MAIL_TEXT || (p->kind == MAIL_HTML && !has_text))
        take_explanation(r, p, explanation);
}

/* Parts of the report itself; what lies in the returned mail is not looked at. */
static void take_apart(struct report *r)
{
    struct str explanation = STR_INIT;
    bool has_text = false;
    for (size_t i = 0; i < r->m->part_count; i++)
        has_text |= r->m->parts[i].kind == MAIL_TEXT && sv_trim(r->m->parts[i].content).len;
    for (size_t i = 0; i < r->m->part_count; i++) {
        const struct mail_part *p = &r->m->parts[i];
        take_part(r, p, &explanation, has_text);
        while (p->kind == MAIL_MESSAGE && i + 1 < r->m->part_count &&
               r->m->parts[i + 1].depth > p->depth)
            i++;
    }
    if (!has_text && !explanation.len) { /* parts are declared and none is there */
        struct mail_part body = {.kind = MAIL_TEXT,
                                 .content = mail_to_utf8(r->a, SV_NONE, r->m->body, NULL)};
        take_explanation(r, &body, &explanation);
    }
    r->explanation = arena_sv(r->a, str_sv(&explanation));
    str_release(&explanation);
    static const char *const fields[] = {"\nfinal-recipient:", NULL};
    if (!r->status.len && bounce_says(r->explanation, fields))
        r->status = r->explanation;
}

/* ---- the kind ---- */

static bool starts_with(struct sv text, const char *const *words)
{
    for (; *words; words++)
        if (sv_starts_word(text, sv_str(*words)))
            return true;
    return false;
}

static bool has_report(const struct mail *m, const char *type)
{
    return m->part_count && sv_eq_str(m->parts[0].type, "multipart/report") &&
           sv_eq_str(m->parts[0].report, type);
}

static bool from_daemon(const struct mail *m)
{
    static const char *const locals[] = {"mailer-daemon",
                                         "mailerdaemon",
                                         "mail-daemon",
                                         "postmaster",
                                         "mdaemon",
                                         "maildaemon",
                                         "mailer_daemon",
                                         "post_master@",
                                         "postoffice",
                                         "mail.delivery",
                                         "maildeliverysystem",
                                         "bounce@",
                                         "dsn@",
                                         "mailadmin",
                                         "mmdf@",
                                         "mail_delivery",
                                         "mailbot@",
                                         "mailgate@",
                                         "undelivered",
                                         "mailsubsystem",
                                         NULL};
    static const char *const names[] = {
        "mail delivery",      "mailer-daemon", "postmaster",
        "mail administrator", "mail system",   "system administrator",
        "delivery subsystem", "mail router",   NULL};
    struct sv raw = mail_value(m, "From");
    if (m->from.count &&
        (starts_with(m->from.at[0].address, locals) || bounce_says(m->from.at[0].name, names)))
        return true;
    return bounce_says(raw, names);
}

static bool has_null_path(const struct mail *m)
{
    const struct mail_field *path = mail_find(m, "Return-Path");
    static const char *const daemons[] = {"mailer-daemon", NULL};
    struct sv value = path ? sv_trim(path->value) : SV_NONE;
    return sv_eq_str(value, "<>") ||
           starts_with(sv_starts(value, SV("<")) ? sv_from_byte(value, 1) : value, daemons);
}

static bool subject_says_failure(const struct mail *m)
{
    static const char *const words[] = {"returned mail",
                                        "undeliver",
                                        "delivery fail",
                                        "failure notice",
                                        "delivery status",
                                        "delivery notification",
                                        "delivery failed",
                                        "delivery problem",
                                        "delivery report",
                                        "delivery error",
                                        "could not be delivered",
                                        "not delivered",
                                        "mail failure",
                                        "mail error",
                                        "nondeliver",
                                        "non-deliver",
                                        "non deliver",
                                        "returning message",
                                        "returned message",
                                        "bounced",
                                        "unzustellbar",
                                        "nicht zugestellt",
                                        "non remis",
                                        "non recapitab",
                                        "mail system error",
                                        "message delayed",
                                        "delayed mail",
                                        "failed mail",
                                        "failure delivering",
                                        "unable to deliver",
                                        "message status",
                                        "user unknown",
                                        "failed delivery",
                                        "mail could not",
                                        "undelivered",
                                        "error sending",
                                        "notification d",
                                        "mail rejected",
                                        "message rejected",
                                        "status notification",
                                        "sendmail error",
                                        "mdaemon",
                                        "warning: ",
                                        "bounce",
                                        "rejected",
                                        "failed",
                                        "failure",
                                        "error",
                                        NULL};
    return bounce_says(m->subject, words);
}

static bool explains_failure(struct sv text)
{
    text.len = text.len < 8000 ? text.len : 8000;
    static const char *const words[] = {"could not be delivered",
                                        "couldn't be delivered",
                                        "not be delivered",
                                        "undeliver",
                                        "not delivered",
                                        "unable to deliver",
                                        "wasn't able to deliver",
                                        "was not able to deliver",
                                        "could not deliver",
                                        "cannot deliver",
                                        "can't deliver",
                                        "delivery fail",
                                        "delivery to the following",
                                        "failed to deliver",
                                        "permanent error",
                                        "permanent fatal error",
                                        "fatal error",
                                        "returned mail",
                                        "were not able to deliver",
                                        "had delivery errors",
                                        "has failed",
                                        "did not reach",
                                        "didn't reach",
                                        "was rejected",
                                        "bounced",
                                        "user unknown",
                                        "unknown user",
                                        "not reached",
                                        "failed address",
                                        "recipient(s)",
                                        "did not get",
                                        "returned to sender",
                                        "returning",
                                        "not yet been delivered",
                                        "delayed",
                                        "error",
                                        "failure",
                                        "failed",
                                        "rejected",
                                        "does not exist",
                                        "not found",
                                        "quota",
                                        "exceeded",
                                        "550 ",
                                        "554 ",
                                        "invalid",
                                        "not known",
                                        "problem",
                                        "aborted",
                                        "unable to",
                                        "refused",
                                        "unknown",
                                        "not accept",
                                        "can not",
                                        NULL};
    return bounce_says(text, words);
}

static bool is_auto_reply(const struct mail *m)
{
    static const char *const replied[] = {"auto-replied", "auto_replied", NULL};
    static const char *const precedence[] = {"auto_reply", "auto-reply", NULL}, *const bulk[] = {
                                                                                    "bulk", "junk",
                                                                                    "auto", NULL};
    static const char *const subjects[] = {"out of office",
                                           "out of the office",
                                           "away from my mail",
                                           "vacation",
                                           "on holiday",
                                           "automatic reply",
                                           "auto reply",
                                           "auto-reply",
                                           "autoreply",
                                           "auto response",
                                           "auto-response",
                                           "autoresponse",
                                           "abwesend",
                                           "abwesenheit",
                                           "absence",
                                           "absent du bureau",
                                           "réponse automatique",
                                           "automatische antwort",
                                           "fuera de la oficina",
                                           "respuesta automática",
                                           "fuori ufficio",
                                           "risposta automatica",
                                           "afwezig",
                                           "resposta automática",
                                           "frånvaro",
                                           "fravær",
                                           "автоответ",
                                           "自動応答",
                                           "自动回复",
                                           NULL};
    static const char *const names[] = {"X-Autoreply",      "X-Autorespond",
                                        "X-Autoresponder",  "X-AutoReply-From",
                                        "X-Mail-Autoreply", "X-Auto-Reply-From"};
    static const char *const personal[] = {"reply", NULL};
    if (value_says(m, "Auto-Submitted", replied) || value_says(m, "Precedence", precedence) ||
        value_says(m, "X-Autogenerated", personal))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (mail_find(m, names[i]) && !sv_eq_str(mail_value(m, names[i]), "no"))
            return true;
    static const char *const prefixes[] = {"auto reply:",
                                           "auto-reply:",
                                           "autoreply:",
                                           "automatic reply:",
                                           "out of office autoreply:",
                                           "out of office:",
                                           "automatische antwort:",
                                           "réponse automatique",
                                           NULL};
    if (starts_with(m->subject, prefixes) && !mail_find(m, "List-Id"))
        return true;
    bool other = has_null_path(m) || value_says(m, "Precedence", bulk) ||
                 mail_find(m, "X-Auto-Response-Suppress") || value_says(m, "Auto-Submitted", bulk);
    static const char *const owner[] = {"owner-", "-owner", "-bounces", NULL}; /* lists from before List-Id */
    bool listed = mail_find(m, "List-Id") || value_says(m, "Sender", owner) || value_says(m, "Return-Path", owner);
    return other && !listed && bounce_says(m->subject, subjects);
}

static bool is_challenge(const struct mail *m, struct sv text)
{
    static const char *const names[] = {"X-TMDA-Confirm", "X-ASK-Version", "X-ASK-Info",
                                        "X-Challenge",    "X-SpamArrest",  "X-Boxbe-Challenge"};
    static const char *const asks[] = {"confirm that you sent",
                                       "confirm you sent this",
                                       "prove you are human",
                                       "prove that you are a human",
                                       "your message is being held until",
                                       "held until you confirm",
                                       "complete the verification",
                                       "challenge-response",
                                       "challenge/response",
                                       "added to my approved sender",
                                       "please reply to this message to confirm",
                                       NULL};
    static const char *const automatic[] = {"auto-", NULL}, *const bulk[] = {"bulk", "junk", "auto",
                                                                             NULL};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (mail_find(m, names[i]))
            return true;
    bool machine = has_null_path(m) || value_says(m, "Auto-Submitted", automatic) ||
                   value_says(m, "Precedence", bulk);
    return machine && !mail_find(m, "List-Id") && bounce_says(text, asks);
}

static bool is_loop(const struct mail *m, const struct bounce_list *list)
{
    size_t hops = 0;
    for (size_t i = 0; i < m->field_count; i++) {
        const struct mail_field *f = &m->fields[i];
        hops += sv_same_word(f->name, SV("Received"));
        bool ours = list->address.len &&
                    (sv_same_word(f->name, SV("X-Loop")) || sv_same_word(f->name, SV("X-BeenThere")));
        if (ours && sv_same_word(sv_trim(f->value), list->address))
            return true;
        if (list->id.len && sv_same_word(f->name, SV("List-Id"))) {
            ptrdiff_t open = sv_find_char(f->value, '<'), close = sv_find_char(f->value, '>');
            if (open >= 0 && close > open &&
                sv_same_word(sv_from(f->value.at + open + 1, (size_t)(close - open) - 1), list->id))
                return true;
        }
    }
    return hops > BOUNCE_HOPS_MAX;
}

/* A complaint's recipients: what its report says, otherwise to whom the mail was. */
static void read_complaint(struct report *r, bounce_recipients *out)
{
    struct mail fields;
    struct err err = ERR_INIT;
    if (r->status.len && !mail_read_header(r->a, r->status, &fields, &err))
        for (size_t i = 0; i < fields.field_count; i++)
            if (sv_same_word(fields.fields[i].name, SV("Original-Rcpt-To")) &&
                typed_address(fields.fields[i].value).len)
                bounce_add(r->a, out, typed_address(fields.fields[i].value));
    for (size_t i = 0; !out->len && r->has_original && i < r->original.to.count; i++)
        bounce_add(r->a, out, r->original.to.at[i].address);
}

static bool subject_is_a_mailers(const struct mail *m)
{
    static const char *const subjects[] = {"undeliver",
                                           "non-deliver",
                                           "nondeliver",
                                           "could not be delivered",
                                           "delivery fail",
                                           "returned mail",
                                           "non remis",
                                           "delivery status notification",
                                           "failure notice",
                                           "delivery error",
                                           "error during delivery",
                                           "mail delivery",
                                           NULL};
    return bounce_says(m->subject, subjects);
}

/* Its first words are those of a report. */
static bool begins_like_a_report(const struct report *r)
{
    static const char *const first[] = {"could not be delivered", "could not deliver",
                                        "unable to deliver",      "failed recipients",
                                        "not be delivered",       "n'a pas pu",
                                        "delivery failed",        "undeliverable",
                                        "was not delivered",      "did not reach",
                                        "permanent fatal errors", "permanent error",
                                        "delivery error",         NULL};
    struct sv text = sv_trim(r->explanation);
    text.len = text.len < 600 ? text.len : 600;
    return bounce_says(text, first);
}

/* A subject and first words that people hardly write. */
static bool speaks_like_a_mailer(const struct report *r)
{
    bool quotes = sv_find(r->explanation, SV("\n>")) >= 0 || r->m->reference_count > 1;
    return !quotes && subject_is_a_mailers(r->m) && begins_like_a_report(r);
}

/* A report in words is one when a mailer sent it and it says that something failed; or when it
 * reads like one. */
static bool is_report_in_words(const struct report *r)
{
    const struct mail *m = r->m;
    static const char *const replies[] = {"re:", "aw:", "sv:", NULL};
    static const char *const surely[] = {"mailer-daemon", "mailerdaemon", "mail delivery", NULL};
    bool nobody = mail_find(m, "From") && !m->from.count, daemon = from_daemon(m) || nobody;
    if (mail_find(m, "X-Failed-Recipients") || speaks_like_a_mailer(r))
        return true;
    if (!(daemon || has_null_path(m)) ||
        (starts_with(m->subject, replies) && (!daemon || m->reference_count)))
        return false;
    if (has_report(m, "delivery-status") || (daemon && subject_is_a_mailers(m)))
        return true;
    if (r->has_original && begins_like_a_report(r))
        return true;
    if (value_says(m, "From", surely) && (r->has_original || subject_says_failure(m)))
        return true;
    return explains_failure(r->explanation) && subject_says_failure(m);
}

static void read_failure(struct report *r, struct bounce *out)
{
    bounce_recipients found = {NULL, 0, 0};
    bool receipt = false,
         machine = has_report(r->m, "delivery-status") || from_daemon(r->m) || has_null_path(r->m);
    bool in_words = is_report_in_words(r);
    if (r->status.len && (r->status.at != r->explanation.at || machine))
        bounce_read_status(r, &found, &receipt);
    if (receipt && !found.len) {
        out->kind = BOUNCE_RECEIPT;
        return;
    }
    bool failed = found.len || in_words;
    if (!failed)
        return;
    out->kind = BOUNCE_FAILURE;
    if (!found.len)
        bounce_read_explanation(r, &found);
    if (found.len == 1 && found.at[0].severity == BOUNCE_UNSAID) {
        struct sv status = bounce_find_status(r->explanation);
        if (status.len && (!found.at[0].status.len || sv_ends(found.at[0].status, SV(".0.0"))))
            found.at[0].status = status;
        found.at[0].severity = bounce_judge(found.at[0].status, r->explanation);
    }
    for (size_t i = 0; i < found.len; i++) /* a status that blames anything but the address */
        if (found.at[i].severity == BOUNCE_UNSAID && found.at[i].status.len &&
            !sv_eq_str(found.at[i].status, "5.0.0"))
            found.at[i].severity = BOUNCE_SOFT;
    out->recipients = found.at;
    out->recipient_count = found.len;
}

struct bounce bounce_read(struct arena *a, const struct mail *m, const struct bounce_list *list)
{
    struct bounce out = {.kind = BOUNCE_NONE, .original_id = SV_NONE};
    struct report r = {.a = a, .m = m, .explanation = SV_NONE, .status = SV_NONE};
    take_apart(&r);
    if (has_report(m, "feedback-report")) {
        bounce_recipients found = {NULL, 0, 0};
        read_complaint(&r, &found);
        out = (struct bounce){BOUNCE_COMPLAINT, found.at, found.len, SV_NONE};
    } else if (has_report(m, "disposition-notification")) {
        out.kind = BOUNCE_RECEIPT;
    } else {
        if (!is_auto_reply(m) || from_daemon(m) || has_report(m, "delivery-status") ||
            mail_find(m, "X-Failed-Recipients"))
            read_failure(&r, &out);
        if (out.kind == BOUNCE_NONE && is_loop(m, list))
            out.kind = BOUNCE_LOOP;
        else if (out.kind == BOUNCE_NONE && is_challenge(m, r.explanation))
            out.kind = BOUNCE_CHALLENGE;
        else if (out.kind == BOUNCE_NONE && is_auto_reply(m))
            out.kind = BOUNCE_AUTO_REPLY;
    }
    if (r.has_original && out.kind != BOUNCE_NONE)
        out.original_id = r.original.message_id;
    return out;
}

const char *bounce_kind_word(enum bounce_kind kind)
{
    static const char *const words[] = {"none",       "failure",   "receipt", "complaint",
                                        "auto-reply", "challenge", "loop"};
    return words[kind];
}

const char *bounce_severity_word(enum bounce_severity severity)
{
    static const char *const words[] = {"unsaid", "soft", "hard"};
    return words[severity];
}
