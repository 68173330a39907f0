#include "forum/compose.h"

#include "base/date.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "format/mail_text.h"
#include "forum/base32.h"
#include "forum/route.h"

enum {
    LINE_MAX_BYTES = 78,   /* of the header, wished (RFC 5322, 2.1.1) */
    WORD_MAX_BYTES = 75,   /* of an encoded word (RFC 2047, 2) */
    PLAIN_WORD_MAX = 70,   /* a longer one is encoded, as it cannot be folded */
    TEXT_LINE_MAX = 76,    /* of quoted-printable (RFC 2045, 6.7) */
    REFERENCES_NEWEST = 20,
    ID_MAX_BYTES = 900,
};

/* ---- folded header ---- */

struct folding {
    struct str *out;
    size_t column;
};

static struct folding field_begin(struct str *out, const char *name)
{
    str_addf(out, "%s:", name);
    return (struct folding){out, strlen(name) + 1};
}

/* A blank and a piece without blanks; a new line before it where it would be too long. */
static void put_piece(struct folding *f, struct sv piece)
{
    if (f->column + 1 + piece.len > LINE_MAX_BYTES) {
        str_add_str(f->out, "\r\n");
        f->column = 0;
    }
    str_add_char(f->out, ' ');
    str_add(f->out, piece);
    f->column += 1 + piece.len;
}

static void field_end(struct folding *f)
{
    str_add_str(f->out, "\r\n");
}

/* ---- texts ---- */

static bool needs_encoding(struct sv text)
{
    struct sv rest = text, word;
    if (!sv_is_ascii(text) || sv_find(text, SV("=?")) >= 0)
        return true;
    while (sv_split(&rest, ' ', &word))
        if (word.len > PLAIN_WORD_MAX)
            return true;
    return false;
}

static bool is_plain_in_word(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* One code point as Q encodes it; gives its length. */
static size_t q_point(struct sv bytes, char out[16])
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.at[i];
        if (is_plain_in_word(c) || c == ' ') {
            out[length++] = (char)(c == ' ' ? '_' : c);
        } else {
            out[length++] = '=';
            out[length++] = digits[c >> 4];
            out[length++] = digits[c & 15];
        }
    }
    return length;
}

/* As encoded words, none of which cuts a character in two; a blank between words is not part of the text. */
static void put_encoded(struct folding *f, struct sv text)
{
    static const struct sv begin = {"=?UTF-8?Q?", 10}, end = {"?=", 2};
    struct str word = STR_INIT;
    str_add(&word, begin);
    for (size_t i = 0; i < text.len;) {
        char point[16];
        size_t start = i;
        utf8_next(text, &i);
        size_t length = q_point(sv_from(text.at + start, i - start), point);
        if (word.len + length + end.len > WORD_MAX_BYTES) {
            str_add(&word, end);
            put_piece(f, str_sv(&word));
            str_clear(&word);
            str_add(&word, begin);
        }
        str_add(&word, sv_from(point, length));
    }
    str_add(&word, end);
    put_piece(f, str_sv(&word));
    str_release(&word);
}

static void put_words(struct folding *f, struct sv text)
{
    struct sv word;
    if (!text.len)
        return;
    if (needs_encoding(text)) {
        put_encoded(f, text);
        return;
    }
    while (sv_split(&text, ' ', &word))
        put_piece(f, word);
}

void compose_text_field(struct arena *a, struct str *out, const char *name, struct sv text)
{
    struct folding f = field_begin(out, name);
    put_words(&f, mail_one_line(a, text));
    field_end(&f);
}

/* ---- addresses ---- */

static bool is_phrase(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_plain_in_word((unsigned char)text.at[i]) && !strchr(" !#$%&'*+-/=?^_`{|}~", text.at[i]))
            return false;
    return true;
}

static struct sv quoted(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    str_add_char(&out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\')
            str_add_char(&out, '\\');
        str_add_char(&out, text.at[i]);
    }
    str_add_char(&out, '"');
    struct sv kept = arena_sv(a, str_sv(&out));
    str_release(&out);
    return kept;
}

static void put_name(struct arena *a, struct folding *f, struct sv name)
{
    if (!name.len)
        return;
    if (needs_encoding(name) || (name.len > PLAIN_WORD_MAX && !is_phrase(name)))
        put_encoded(f, name);
    else if (is_phrase(name))
        put_words(f, name);
    else
        put_piece(f, quoted(a, name));
}

void compose_address_field(struct arena *a, struct str *out, const char *name, struct sv who, struct sv address)
{
    struct folding f = field_begin(out, name);
    struct sv shown = mail_one_line(a, who);
    put_name(a, &f, shown);
    put_piece(&f, shown.len ? sv_str(arena_printf(a, "<%.*s>", SV_ARG(address))) : address);
    field_end(&f);
}

static int check_address(const char *what, struct sv address, struct err *err)
{
    if (route_is_address(address))
        return CM_OK;
    return err_set(err, CM_EINPUT, "%s \"%.*s\" is no address that mail can be sent to", what, SV_ARG(address));
}

/* ---- ids, dates ---- */

struct sv compose_message_id(struct arena *a, struct sv address)
{
    unsigned char bytes[16];
    struct sv local, domain = SV("localhost");
    rand_bytes(bytes, sizeof bytes);
    route_split(address, &local, &domain);
    return sv_str(arena_printf(a, "%s@%.*s", base32_write(a, sv_from((const char *)bytes, sizeof bytes)).at,
                               SV_ARG(domain)));
}

struct sv compose_date(struct arena *a, int64_t seconds)
{
    return sv_str(arena_printf(a, "%s +0000", date_format_mail(a, seconds)));
}

static bool is_id(struct sv id)
{
    if (!id.len || id.len > ID_MAX_BYTES || !sv_is_ascii(id))
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (id.at[i] <= ' ' || id.at[i] == 0x7F || id.at[i] == '<' || id.at[i] == '>')
            return false;
    return true;
}

static void put_id(struct arena *a, struct folding *f, struct sv id)
{
    if (is_id(id))
        put_piece(f, sv_str(arena_printf(a, "<%.*s>", SV_ARG(id))));
}

static void put_references(struct arena *a, struct str *out, const struct compose *m)
{
    size_t usable = 0;
    for (size_t i = 0; i < m->reference_count; i++)
        usable += is_id(m->references[i]);
    if (is_id(m->in_reply_to)) {
        struct folding f = field_begin(out, "In-Reply-To");
        put_id(a, &f, m->in_reply_to);
        field_end(&f);
    }
    if (!usable)
        return;
    struct folding f = field_begin(out, "References");
    for (size_t i = 0; i < m->reference_count; i++)
        if (i == 0 || i + REFERENCES_NEWEST >= m->reference_count)
            put_id(a, &f, m->references[i]);
    field_end(&f);
}

/* ---- the list's fields ---- */

struct sv compose_list_id(struct arena *a, struct sv address)
{
    struct sv local = address, domain = SV_NONE;
    route_split(address, &local, &domain);
    return sv_str(arena_printf(a, "%.*s.%.*s", SV_ARG(local), SV_ARG(domain)));
}

void compose_mailto_text(struct str *out, struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c && (is_plain_in_word(c) || strchr("@-._~+", c)))
            str_add_char(out, (char)c);
        else
            str_addf(out, "%%%02X", c);
    }
}

static struct sv link_of(struct arena *a, struct sv address)
{
    return sv_str(arena_printf(a, "<%.*s>", SV_ARG(address)));
}

static struct sv mailto(struct arena *a, struct sv address, const char *subject)
{
    struct str url = STR_INIT;
    str_add_str(&url, "mailto:");
    compose_mailto_text(&url, address);
    str_addf(&url, "%s%s", *subject ? "?subject=" : "", subject);
    struct sv link = link_of(a, str_sv(&url));
    str_release(&url);
    return link;
}

static void put_field(struct str *out, const char *name, struct sv piece, struct sv second)
{
    struct folding f = field_begin(out, name);
    put_piece(&f, piece);
    if (second.len) {
        str_add_char(out, ',');
        f.column++;
        put_piece(&f, second);
    }
    field_end(&f);
}

/* Ours, but settings are written by people: what would end the field is not put there. */
static bool is_link(struct sv link)
{
    bool good = sv_starts(link, SV("https://")) || sv_starts(link, SV("http://"));
    for (size_t i = 0; good && i < link.len; i++)
        good = link.at[i] > ' ' && link.at[i] < 0x7F && !strchr("<>\",", link.at[i]);
    return good;
}

/* RFC 8058 */
static void put_one_click(struct arena *a, struct str *out, struct sv link, struct sv by_mail)
{
    put_field(out, "List-Unsubscribe", link_of(a, link), by_mail);
    put_field(out, "List-Unsubscribe-Post", SV("List-Unsubscribe=One-Click"), SV_NONE);
}

void compose_list_fields(struct arena *a, struct str *out, const struct compose_list *l)
{
    struct sv request = route_address(a, l->address, "-request", SV_NONE);
    struct sv by_mail = l->unsubscribe.len ? mailto(a, l->unsubscribe, "") : mailto(a, request, "unsubscribe");
    struct sv title = mail_one_line(a, l->title);
    struct folding f = field_begin(out, "List-Id");
    put_name(a, &f, title);
    put_piece(&f, link_of(a, compose_list_id(a, l->address)));
    field_end(&f);
    put_field(out, "List-Help", mailto(a, request, "help"), SV_NONE);
    put_field(out, "List-Subscribe", mailto(a, request, "subscribe"), SV_NONE);
    if (is_link(l->one_click)) {
        put_one_click(a, out, l->one_click, by_mail);
    } else {
        put_field(out, "List-Unsubscribe", by_mail, SV_NONE);
    }
    put_field(out, "List-Post", mailto(a, l->address, ""), SV_NONE);
    put_field(out, "List-Owner", mailto(a, route_address(a, l->address, "-owner", SV_NONE), ""), SV_NONE);
    if (is_link(l->archive))
        put_field(out, "List-Archive", link_of(a, l->archive), SV_NONE);
}

/* ---- the mail ---- */

static int check(const struct compose *m, struct err *err)
{
    const struct {
        const char *what;
        struct sv text;
    } texts[] = {{"the sender's name", m->from_name}, {"the recipient's name", m->to_name}, {"the subject", m->subject},
                 {"the text", m->text}, {"the list's title", m->list.title}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (!utf8_valid(texts[i].text, NULL))
            return err_set(err, CM_EINPUT, "%s of a mail is not UTF-8", texts[i].what);
    int rc = check_address("the sender", m->from, err);
    if (!rc)
        rc = check_address("the recipient", m->to, err);
    if (!rc && m->reply_to.len)
        rc = check_address("the address for replies", m->reply_to, err);
    if (!rc && m->list.address.len)
        rc = check_address("the list", m->list.address, err);
    if (!rc && m->list.unsubscribe.len)
        rc = check_address("the address that unsubscribes", m->list.unsubscribe, err);
    if (!rc && m->message_id.len && !is_id(m->message_id))
        rc = err_set(err, CM_EINPUT, "\"%.*s\" is no Message-ID", SV_ARG(m->message_id));
    return rc;
}

int compose_header(struct arena *a, const struct compose *m, struct str *out, struct err *err)
{
    int rc = check(m, err);
    if (rc)
        return rc;
    struct sv id = m->message_id.len ? m->message_id : compose_message_id(a, m->from);
    compose_address_field(a, out, "From", m->from_name, m->from);
    compose_address_field(a, out, "To", m->to_name, m->to);
    if (m->reply_to.len)
        compose_address_field(a, out, "Reply-To", SV_NONE, m->reply_to);
    compose_text_field(a, out, "Subject", m->subject);
    put_field(out, "Message-ID", link_of(a, id), SV_NONE);
    str_addf(out, "Date: %s\r\n", compose_date(a, m->date).at);
    put_references(a, out, m);
    if (m->automatic != COMPOSE_PERSON)
        str_addf(out, "Auto-Submitted: %s\r\n", m->automatic == COMPOSE_REPLIED ? "auto-replied" : "auto-generated");
    if (m->list.address.len)
        compose_list_fields(a, out, &m->list);
    else if (is_link(m->one_click))
        put_one_click(a, out, m->one_click, SV_NONE);
    return CM_OK;
}

/* Nothing but lines of text: no other controls, LF at the end of each line, one at the end. */
static struct sv clean_text(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < text.len;) {
        uint32_t c = utf8_next(text, &i);
        if (c == '\r' && i < text.len && text.at[i] == '\n')
            continue;
        str_add_utf8(&out, c != '\n' && c != '\t' && utf8_is_deceptive(c) ? 0xFFFD : c);
    }
    if (!out.len || out.data[out.len - 1] != '\n')
        str_add_char(&out, '\n');
    struct sv kept = arena_sv(a, str_sv(&out));
    str_release(&out);
    return kept;
}

static bool needs_quoting(struct sv text)
{
    struct sv line;
    if (!sv_is_ascii(text))
        return true;
    while (sv_next_line(&text, &line))
        if (line.len > 990)
            return true;
    return false;
}

void compose_quoted_line(struct str *out, struct sv line)
{
    size_t column = 0;
    for (size_t i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.at[i];
        bool last = i + 1 == line.len;
        bool plain = (c > ' ' && c < 0x7F && c != '=') || ((c == ' ' || c == '\t') && !last);
        size_t width = plain ? 1 : 3;
        if (column + width > TEXT_LINE_MAX - 1) { /* "=" fits yet */
            str_add_str(out, "=\r\n");
            column = 0;
        }
        if (plain)
            str_add_char(out, (char)c);
        else
            str_addf(out, "=%02X", c);
        column += width;
    }
    str_add_str(out, "\r\n");
}

int compose_mail(struct arena *a, const struct compose *m, struct sv *out, struct err *err)
{
    struct str s = STR_INIT;
    int rc = compose_header(a, m, &s, err);
    if (!rc) {
        struct sv text = clean_text(a, m->text), line;
        bool quote = needs_quoting(text);
        str_add_str(&s, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n");
        str_addf(&s, "Content-Transfer-Encoding: %s\r\n\r\n", quote ? "quoted-printable" : "7bit");
        while (sv_next_line(&text, &line)) {
            if (quote)
                compose_quoted_line(&s, line);
            else
                str_addf(&s, "%.*s\r\n", SV_ARG(line));
        }
        *out = arena_sv(a, str_sv(&s));
    }
    str_release(&s);
    return rc;
}
