#include "forum/request.h"

#include "base/str.h"
#include "base/utf8.h"
#include "forum/route.h"
#include "forum/subject.h"
#include "forum/text.h"
#include "forum/token.h"

enum { LINE_BYTES_MAX = 1000 }; /* of a longer line only so much is looked at */

/* ---- words ---- */

/* What people and programs put around a word; around a name only the first of these, quotation marks. */
static const char *const quotes[] = {"\"", "'", "`", "“", "”", "„", "‘", "’", "«", "»"};
static const char *const other_marks[] = {"*", "_", "<", ">", "(", ")", "[", "]", ".", ",", ";", ":", "!", "?"};

static bool cut_marks(struct sv *text, const char *const *marks, size_t count)
{
    size_t before = text->len;
    for (size_t i = 0; i < count; i++) {
        struct sv mark = sv_str(marks[i]);
        if (sv_starts(*text, mark))
            *text = sv_trim(sv_from_byte(*text, mark.len));
        if (sv_ends(*text, mark))
            *text = sv_trim(sv_from(text->at, text->len - mark.len));
    }
    return text->len < before;
}

static struct sv strip(struct sv text, bool quotes_only)
{
    text = sv_trim(text);
    while (cut_marks(&text, quotes, ARRAY_LEN(quotes)) ||
           (!quotes_only && cut_marks(&text, other_marks, ARRAY_LEN(other_marks))))
        ;
    return text;
}

/* Takes the next word off, as written; empty at the end. */
static struct sv next_raw(struct sv *rest)
{
    size_t end = 0;
    *rest = sv_trim(*rest);
    while (end < rest->len && rest->at[end] != ' ' && rest->at[end] != '\t')
        end++;
    struct sv word = sv_from(rest->at, end);
    *rest = sv_from_byte(*rest, end);
    return word;
}

/* The next word that is more than marks, without them, folded. */
static struct sv next_word(struct arena *a, struct sv *rest)
{
    struct sv word;
    while ((word = next_raw(rest)).len) {
        struct sv bare = strip(word, false);
        if (bare.len)
            return utf8_fold(a, bare);
    }
    return SV_NONE;
}

/* Blanks of any kind made one, "=" a blank: "set delivery=digest". */
static struct sv normal_line(struct arena *a, struct sv line)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < line.len && i < LINE_BYTES_MAX;) {
        uint32_t c = utf8_next(line, &i);
        bool blank = c == ' ' || c == '\t' || c == 0xA0 || c == '=';
        if (!blank)
            str_add_utf8(&out, c);
        else if (out.len && out.data[out.len - 1] != ' ')
            str_add_char(&out, ' ');
    }
    struct sv kept = arena_sv(a, sv_trim(str_sv(&out)));
    str_release(&out);
    return kept;
}

/* ---- what they say ---- */

struct reading {
    struct arena *a;
    struct sv own, list, rest;
    struct request *out;
};

static bool delivery_of(struct sv word, enum subscriber_delivery *out)
{
    static const struct {
        const char *word;
        enum subscriber_delivery delivery;
    } others[] = {{"nomail", DELIVER_NONE}, {"mail", DELIVER_EACH}, {"mails", DELIVER_EACH}};
    if (subscriber_delivery_find(word, out))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (sv_eq_str(word, others[i].word)) {
            *out = others[i].delivery;
            return true;
        }
    return false;
}

/* "subscribe me, please", "subscribe sec", "subscribe digest": other words pass, another address does not. */
static enum request_kind read_subscription(struct reading *r, enum request_kind kind)
{
    struct sv word;
    while ((word = next_word(r->a, &r->rest)).len) {
        if (sv_find_char(word, '@') >= 0 && !sv_eq(word, route_mailbox(r->a, r->own)) &&
            !sv_eq(word, route_mailbox(r->a, r->list)))
            return REQUEST_UNKNOWN;
        if (kind == REQUEST_SUBSCRIBE && delivery_of(word, &r->out->delivery))
            r->out->has_delivery = true;
    }
    return kind;
}

/* word: after "digest". */
static enum request_kind read_digest(struct reading *r, struct sv word)
{
    r->out->has_delivery = true;
    if (!word.len || sv_eq_str(word, "on") || sv_eq_str(word, "yes"))
        r->out->delivery = DELIVER_DIGEST;
    else if (sv_eq_str(word, "off") || sv_eq_str(word, "no"))
        r->out->delivery = DELIVER_EACH;
    else
        return delivery_of(word, &r->out->delivery) ? REQUEST_DELIVERY : REQUEST_UNKNOWN;
    return REQUEST_DELIVERY;
}

static enum request_kind read_name(struct reading *r)
{
    r->out->text = strip(r->rest, true);
    return r->out->text.len ? REQUEST_NAME : REQUEST_UNKNOWN;
}

static enum request_kind read_set(struct reading *r)
{
    struct sv word = next_word(r->a, &r->rest);
    if (sv_eq_str(word, "name"))
        return read_name(r);
    if (sv_eq_str(word, "delivery"))
        word = next_word(r->a, &r->rest);
    if (sv_eq_str(word, "digest"))
        return read_digest(r, next_word(r->a, &r->rest));
    r->out->has_delivery = true;
    return delivery_of(word, &r->out->delivery) ? REQUEST_DELIVERY : REQUEST_UNKNOWN;
}

static enum request_kind read_join(struct reading *r)
{
    struct sv rest = r->rest, word = next_word(r->a, &rest);
    r->out->text = strip(sv_eq_str(word, "as") ? rest : r->rest, true);
    return REQUEST_JOIN;
}

static const struct {
    const char *word, *second; /* second: must follow; NULL: none needs to */
    enum request_kind kind;
} commands[] = {
    {"subscribe", NULL, REQUEST_SUBSCRIBE},     {"sub", NULL, REQUEST_SUBSCRIBE},
    {"sign", "up", REQUEST_SUBSCRIBE},          {"signup", NULL, REQUEST_SUBSCRIBE},
    {"unsubscribe", NULL, REQUEST_UNSUBSCRIBE}, {"unsub", NULL, REQUEST_UNSUBSCRIBE},
    {"sign", "off", REQUEST_UNSUBSCRIBE},       {"signoff", NULL, REQUEST_UNSUBSCRIBE},
    {"opt", "out", REQUEST_UNSUBSCRIBE},        {"leave", NULL, REQUEST_UNSUBSCRIBE},
    {"remove", NULL, REQUEST_UNSUBSCRIBE},      {"stop", NULL, REQUEST_UNSUBSCRIBE},
    {"digest", NULL, REQUEST_DELIVERY},         {"set", NULL, REQUEST_NAME},
    {"join", NULL, REQUEST_JOIN},               {"confirm", NULL, REQUEST_CONFIRM},
    {"who", NULL, REQUEST_WHO},                 {"review", NULL, REQUEST_WHO},
    {"help", NULL, REQUEST_HELP},               {"info", NULL, REQUEST_HELP},
};

static enum request_kind command_of(struct reading *r, struct sv word)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        struct sv rest = r->rest;
        if (!sv_eq_str(word, commands[i].word) ||
            (commands[i].second && !sv_eq_str(next_word(r->a, &rest), commands[i].second)))
            continue;
        r->rest = commands[i].second ? rest : r->rest;
        return commands[i].kind;
    }
    return REQUEST_UNKNOWN;
}

static enum request_kind read_command(struct reading *r, struct sv word)
{
    enum request_kind kind = command_of(r, word);
    switch (kind) {
    case REQUEST_SUBSCRIBE:
    case REQUEST_UNSUBSCRIBE:
        return read_subscription(r, kind);
    case REQUEST_DELIVERY:
        return read_digest(r, next_word(r->a, &r->rest));
    case REQUEST_NAME:
        return read_set(r);
    case REQUEST_JOIN:
        return read_join(r);
    case REQUEST_CONFIRM:
        r->out->text = next_word(r->a, &r->rest);
        return r->out->text.len == TOKEN_LENGTH ? kind : REQUEST_UNKNOWN;
    default:
        return kind;
    }
}

static bool is_courtesy(struct sv word)
{
    return sv_eq_str(word, "please") || sv_eq_str(word, "pls") || sv_eq_str(word, "kindly");
}

bool request_read_line(struct arena *a, struct sv line, struct sv own, struct sv list, struct request *out)
{
    struct reading r = {a, own, list, normal_line(a, line), out};
    struct sv word;
    *out = (struct request){.kind = REQUEST_UNKNOWN, .text = SV_NONE};
    do
        word = next_word(a, &r.rest);
    while (is_courtesy(word));
    if (!word.len)
        return false;
    out->kind = read_command(&r, word);
    if (out->kind == REQUEST_UNKNOWN)
        *out = (struct request){.kind = REQUEST_UNKNOWN, .text = SV_NONE};
    return true;
}

struct request request_read(struct arena *a, const struct mail *m, struct sv own, struct sv list)
{
    struct request out;
    struct mail_text text;
    struct sv rest, line;
    if (request_read_line(a, subject_words(a, m->subject), own, list, &out) && out.kind != REQUEST_UNKNOWN)
        return out;
    text = mail_text_read(a, m);
    rest = mail_own_text(a, &text);
    while (sv_next_line(&rest, &line))
        if (request_read_line(a, line, own, list, &out) &&
            (out.kind != REQUEST_UNKNOWN || !sv_ends(sv_trim(line), SV(":")))) /* "Ada wrote:" */
            return out;
    return (struct request){.kind = REQUEST_UNKNOWN, .text = SV_NONE};
}
