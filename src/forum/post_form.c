#include "forum/post_form.h"

#include "base/digest.h"
#include "base/str.h"
#include "base/utf8.h"
#include "forum/authres.h"
#include "forum/compose.h"
#include "forum/post_footer.h"
#include "forum/post_header.h"

struct plan {
    struct arena *a;
    const struct list *list;
    const struct mail *mail;
    struct sv archived;
    bool prefix, footer, add_sender, replace_from, list_answers;
    bool drops_results;    /* of Authentication-Results, some */
    unsigned private_seen; /* bits of private_names: those that the header has */
};

/* ---- whether the author's domain would be believed ---- */

static struct sv author_domain(const struct mail *m)
{
    struct sv local, domain = SV_NONE;
    if (m->from.count)
        route_split(m->from.at[0].address, &local, &domain);
    return domain;
}

/* Fields that are nobody's business but the sender's, or that speak of one delivery, or that are ours to write. */
static const char *const private_names[] = {
    "Bcc", "Delivered-To", "Disposition-Notification-Options", "Disposition-Notification-To", "Envelope-To",
    "Errors-To", "Precedence", "Resent-Bcc", "Return-Path", "Return-Receipt-To", "X-Confirm-Reading-To",
    "X-Original-From", "X-Original-To"};

/* Where it stands among them, as a bit; 0: it does not. */
static unsigned private_bit(struct sv name)
{
    for (unsigned i = 0; i < ARRAY_LEN(private_names); i++)
        if (header_is(name, private_names[i]))
            return 1U << i;
    return 0;
}

static bool is_private(struct sv name)
{
    return private_bit(name) || header_starts(name, "List-");
}

static bool is_trusted_result(const struct plan *p, const struct header_field *f)
{
    return header_is(f->name, "Authentication-Results") && authres_is_of(f->value, p->list->setting[SET_TRUSTED]);
}

/* Of the results of the trusted server the first counts; further ones go. */
static bool is_dropped(const struct plan *p, const struct header_field *f, bool first_result)
{
    return is_private(f->name) || (!first_result && is_trusted_result(p, f)) ||
           (header_is(f->name, "Archived-At") && p->archived.len);
}

/* Fields that we add or replace, whatever the mail is like. */
static bool is_ours(const struct plan *p, struct sv name)
{
    return header_starts(name, "List-") || header_is(name, "Precedence") ||
           (header_is(name, "Archived-At") && p->archived.len) ||
           (header_is(name, "Authentication-Results") && p->drops_results) ||
           (header_is(name, "Subject") && p->prefix) || (header_is(name, "Reply-To") && p->list_answers) ||
           (header_is(name, "Sender") && p->add_sender);
}

/* What is_dropped() drops of this header. Found once: signatures may name any number of fields. */
static void look_for_dropped(struct plan *p)
{
    struct sv rest = p->mail->header;
    struct header_field f;
    size_t results = 0;
    while (header_next(&rest, &f)) {
        results += is_trusted_result(p, &f);
        p->private_seen |= private_bit(f.name);
    }
    p->drops_results = results > 1;
}

static bool stays_good(const struct plan *p, struct sv signature)
{
    struct sv names, name;
    if (p->footer || !header_tag(p->a, signature, "h", &names))
        return false;
    while (sv_split(&names, ':', &name))
        if (is_ours(p, name) || private_bit(name) & p->private_seen)
            return false;
    return true;
}

static bool has_good_signature(const struct plan *p, struct sv domain)
{
    struct sv rest = p->mail->header, signer;
    struct header_field f;
    while (header_next(&rest, &f))
        if (header_is(f.name, "DKIM-Signature") && header_tag(p->a, f.value, "d", &signer) &&
            authres_aligned(signer, domain) && stays_good(p, f.value))
            return true;
    return false;
}

static bool signs(const struct plan *p, const char *wanted)
{
    struct sv rest = p->mail->header, names, name;
    struct header_field f;
    while (header_next(&rest, &f))
        if (header_is(f.name, "DKIM-Signature") && header_tag(p->a, f.value, "h", &names))
            while (sv_split(&names, ':', &name))
                if (header_is(name, wanted))
                    return true;
    return false;
}

static bool must_replace_from(const struct plan *p)
{
    struct sv domain = author_domain(p->mail);
    struct authres found = authres_read(p->mail, p->list->setting[SET_TRUSTED], domain);
    if (!list_is(p->list, SET_FROM, "where-needed"))
        return list_is(p->list, SET_FROM, "always");
    if (found.policy == DMARC_NONE)
        return false;
    return (found.found && !found.signed_well) || !has_good_signature(p, domain);
}

static struct plan plan_of(struct arena *a, const struct list *list, const struct mail *m, struct sv archived)
{
    struct plan p = {.a = a, .list = list, .mail = m, .archived = archived,
                     .footer = list->setting[SET_FOOTER].len > 0,
                     .list_answers = list_is(list, SET_REPLY_TO, "list")};
    p.prefix = list->setting[SET_PREFIX].len && sv_find(m->subject, list->setting[SET_PREFIX]) < 0;
    look_for_dropped(&p);
    p.add_sender = !signs(&p, "Sender");
    p.replace_from = must_replace_from(&p);
    p.add_sender = p.add_sender || p.replace_from;
    return p;
}

/* ---- the header ---- */

static void put_subject(const struct plan *p, struct sv raw, struct str *out)
{
    struct sv prefix = p->list->setting[SET_PREFIX];
    bool plain = true;
    for (size_t i = 0; i < prefix.len; i++)
        plain = plain && (unsigned char)prefix.at[i] < 0x80;
    if (plain)
        str_addf(out, "Subject: %.*s%s%.*s\r\n", SV_ARG(prefix), raw.len ? " " : "", SV_ARG(raw));
    else
        compose_text_field(p->a, out, "Subject",
                           sv_str(arena_printf(p->a, "%.*s %.*s", SV_ARG(prefix), SV_ARG(p->mail->subject))));
}

static void put_from(const struct plan *p, struct str *out)
{
    struct sv name = SV_NONE, local, domain;
    if (p->mail->from.count) {
        const struct mail_address *author = &p->mail->from.at[0];
        name = author->name;
        if (!name.len && route_split(author->address, &local, &domain))
            name = local;
    }
    compose_address_field(p->a, out, "From",
                          sv_str(arena_printf(p->a, "%.*s%svia %.*s", SV_ARG(name), name.len ? " " : "",
                                              SV_ARG(p->list->title))), p->list->address);
}

static void put_addresses(struct str *out, const struct mail_addresses *list, bool *begun)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!route_is_address(list->at[i].address))
            continue;
        str_addf(out, "%s%.*s", *begun ? ",\r\n " : "Reply-To: ", SV_ARG(list->at[i].address));
        *begun = true;
    }
}

/* Where answers go: the list where it asks for them, and the author in any case once From does not say who that is. */
static void put_reply_to(const struct plan *p, struct str *out)
{
    bool begun = p->list_answers;
    if (p->list_answers)
        str_addf(out, "Reply-To: %.*s", SV_ARG(p->list->address));
    if (p->replace_from)
        put_addresses(out, p->mail->reply_to.count ? &p->mail->reply_to : &p->mail->from, &begun);
    if (begun)
        str_add_str(out, "\r\n");
}

static void put_own(const struct plan *p, struct str *out)
{
    struct sv bounces = route_address(p->a, p->list->address, "-bounces", SV_NONE);
    if (p->add_sender && !p->replace_from)
        str_addf(out, "Sender: %.*s\r\n", SV_ARG(bounces));
    if (p->replace_from)
        put_from(p, out);
    if (p->replace_from || p->list_answers)
        put_reply_to(p, out);
    if (p->archived.len)
        str_addf(out, "Archived-At: <%.*s>\r\n", SV_ARG(p->archived));
    str_add_str(out, "Precedence: list\r\n");
}

static void put_original_from(const struct header_field *f, struct str *out)
{
    str_add_str(out, "X-Original-From:");
    header_add(out, f->rest);
}

/* A field of the author's, as it goes out. */
static void put_field(const struct plan *p, const struct header_field *f, struct str *out)
{
    if (header_is(f->name, "Subject") && p->prefix)
        put_subject(p, f->value, out);
    else if (header_is(f->name, "From") && p->replace_from)
        put_original_from(f, out);
    else if (!(header_is(f->name, "Sender") && p->add_sender) &&
             !(header_is(f->name, "Reply-To") && (p->replace_from || p->list_answers)))
        header_add(out, f->whole);
}

static void put_header(const struct plan *p, struct sv header, struct str *out)
{
    struct header_field f;
    bool first_result = true, subject = false;
    while (header_next(&header, &f)) {
        if (!is_dropped(p, &f, first_result))
            put_field(p, &f, out);
        if (is_trusted_result(p, &f))
            first_result = false;
        subject = subject || header_is(f.name, "Subject");
    }
    if (p->prefix && !subject)
        put_subject(p, SV_NONE, out);
    put_own(p, out);
}

int post_form_make(struct arena *a, const struct list *list, struct sv bytes, const struct mail *m,
                   struct sv archived, struct post_form *out, struct err *err)
{
    struct plan p = plan_of(a, list, m, archived);
    struct sv header = m->header, body = m->body;
    struct str text = STR_INIT;
    if (bytes.len > MAIL_BYTES_MAX)
        return err_set(err, CM_ELIMIT, "the mail is longer than %d bytes", MAIL_BYTES_MAX);
    if (p.footer)
        post_footer_add(a, list->setting[SET_FOOTER], m, &header, &body);
    put_header(&p, header, &text);
    out->header = arena_sv(a, str_sv(&text));
    str_clear(&text);
    str_add_str(&text, "\r\n");
    str_add(&text, body);
    out->body = arena_sv(a, str_sv(&text));
    out->replaced = p.replace_from;
    str_release(&text);
    return CM_OK;
}

struct sv post_form_own(struct arena *a, const struct list *list, struct sv unsubscribe)
{
    struct str text = STR_INIT;
    struct sv url = list->setting[SET_URL];
    struct compose_list fields = {.address = list->address, .title = list->title,
                                  .unsubscribe = route_address(a, list->address, "-unsubscribe", unsubscribe)};
    if (sv_starts(url, SV("https://")))
        fields.one_click = sv_str(arena_printf(a, "%.*s/unsubscribe/%.*s/%.*s", SV_ARG(url), SV_ARG(list->id),
                                               SV_ARG(unsubscribe)));
    if (url.len && list_is(list, SET_ARCHIVE, "public"))
        fields.archive = url;
    compose_list_fields(a, &text, &fields);
    struct sv out = arena_sv(a, str_sv(&text));
    str_release(&text);
    return out;
}

struct sv post_form_clean(struct arena *a, const struct mail *m)
{
    struct str text = STR_INIT;
    struct sv rest = m->header;
    struct header_field f;
    while (header_next(&rest, &f))
        if (!is_private(f.name) && !header_is(f.name, "Authentication-Results") && !header_is(f.name, "Received"))
            header_add(&text, f.whole);
    str_add_str(&text, "\r\n");
    struct sv out = arena_sv(a, str_sv(&text));
    str_release(&text);
    return out;
}
