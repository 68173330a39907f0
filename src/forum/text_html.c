/* text/html: a tolerant tokenizer in the manner of HTML5 whose tokens become lines of text.
 *
 * No tree is built: depth is counters, so that nesting costs nothing. An element that hides its
 * content is left again when as many of its name are closed as were opened. One pass; what has to
 * be searched ahead (the end of a script or a comment) is passed over then, or the text ends there.
 */
#include "forum/text_build.h"

#include "base/utf8.h"

enum { NAME_MAX_LENGTH = 10, LIST_DEPTH_MAX = 8, ADDRESS_MAX = 2000, ENTITY_MAX = 12 };

enum action {
    NOTHING, /* of no meaning for text */
    LINE,    /* on lines of its own */
    BLOCK,   /* with an empty line around it */
    BREAK,
    RULE,
    LIST,
    ITEM,
    QUOTE,
    PRE,
    CELL,
    IMAGE,
    LINK,
    DROP,   /* its content is no text: up to its end tag, whatever stands there */
    HIDDEN, /* its content is not shown */
};

static const struct {
    const char *name;
    enum action action;
} elements[] = {
    {"a", LINK},           {"address", BLOCK},   {"article", BLOCK},  {"aside", BLOCK},
    {"blockquote", QUOTE}, {"br", BREAK},        {"caption", LINE},   {"center", LINE},
    {"dd", LINE},          {"details", BLOCK},   {"dir", LIST},       {"div", LINE},
    {"dl", BLOCK},         {"dt", LINE},         {"fieldset", BLOCK}, {"figcaption", LINE},
    {"figure", BLOCK},     {"footer", BLOCK},    {"form", BLOCK},     {"frameset", HIDDEN},
    {"h1", BLOCK},         {"h2", BLOCK},        {"h3", BLOCK},       {"h4", BLOCK},
    {"h5", BLOCK},         {"h6", BLOCK},        {"header", BLOCK},   {"hr", RULE},
    {"iframe", DROP},      {"img", IMAGE},       {"legend", LINE},    {"li", ITEM},
    {"listing", PRE},      {"main", BLOCK},      {"math", HIDDEN},    {"menu", LIST},
    {"nav", BLOCK},        {"noembed", DROP},    {"noframes", DROP},  {"object", HIDDEN},
    {"ol", LIST},          {"option", LINE},     {"p", BLOCK},        {"pre", PRE},
    {"script", DROP},      {"section", BLOCK},   {"select", HIDDEN},  {"style", DROP},
    {"summary", LINE},     {"svg", HIDDEN},      {"table", BLOCK},    {"tbody", LINE},
    {"td", CELL},          {"template", HIDDEN}, {"textarea", DROP},  {"tfoot", LINE},
    {"th", CELL},          {"thead", LINE},      {"title", DROP},     {"tr", LINE},
    {"ul", LIST},          {"xmp", DROP},
};

struct tag {
    struct sv name; /* as written */
    uint64_t key;   /* of the name; 0: longer than any we know */
    enum action action;
    bool closing;
    struct sv href, alt; /* raw values */
    bool hides;
};

struct html {
    struct text_builder *b;
    struct sv in;
    size_t at;
    uint64_t keys[ARRAY_LEN(elements)];
    struct str line;
    bool space; /* a blank is due before the next character */
    bool gap;   /* an empty line is due before the next line */
    unsigned quote, pre, depth;
    unsigned number[LIST_DEPTH_MAX + 1]; /* of the last item; ordered lists begin at 1 */
    bool ordered[LIST_DEPTH_MAX + 1];
    uint64_t hidden; /* key of the element whose content is not shown */
    size_t hidden_depth;
    struct sv hidden_name;
    struct sv href; /* of the link that is open */
    size_t link_at; /* where its text begins in the line; SIZE_MAX: lines have ended since */
};

/* Up to ten letters and digits, of any case, in one number. */
static uint64_t name_key(struct sv name)
{
    uint64_t key = 0;
    if (name.len > NAME_MAX_LENGTH)
        return 0;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        unsigned value = c >= '0' && c <= '9'                   ? 27U + c - '0'
                         : (c | 32U) >= 'a' && (c | 32U) <= 'z' ? (c | 32U) - 'a' + 1
                                                                : 63;
        key = key << 6 | value;
    }
    return key;
}

static enum action action_of(const struct html *h, uint64_t key)
{
    for (size_t i = 0; key && i < ARRAY_LEN(elements); i++)
        if (h->keys[i] == key)
            return elements[i].action;
    return NOTHING;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* ---- lines ---- */

static void end_line(struct html *h)
{
    struct sv line = str_sv(&h->line);
    while (line.len && line.at[line.len - 1] == ' ')
        line.len--;
    h->space = false;
    h->link_at = SIZE_MAX;
    if (line.len || h->pre) {
        if (h->gap)
            text_end_block(h->b);
        h->gap = false;
        text_add(h->b, h->pre ? TEXT_PRE : TEXT_PARAGRAPH, h->quote, arena_sv(h->b->a, line));
    }
    str_clear(&h->line);
}

/* An element that stands on lines of its own; in preformatted text nothing is added to the lines
 * that are there. */
static void begin_line(struct html *h, bool gap)
{
    if (h->line.len)
        end_line(h);
    h->space = false;
    h->gap |= gap;
}

static void add_space(struct html *h)
{
    if (h->line.len)
        h->space = true;
}

static void add_word(struct html *h, struct sv word)
{
    if (h->space)
        str_add_char(&h->line, ' ');
    h->space = false;
    str_add(&h->line, word);
}

static void add_code_point(struct html *h, uint32_t c)
{
    struct str one = STR_INIT;
    if (c == 0xAD || c == 0x200B)
        return;
    if (c < 0x80 && is_blank((char)c)) {
        add_space(h);
        return;
    }
    str_add_utf8(&one, c == 0xA0 ? ' ' : c);
    add_word(h, str_sv(&one));
    str_release(&one);
}

/* ---- references ---- */

/* The reference after "&" at `at`: its code point and where the text goes on; 0 when it is none. */
static uint32_t reference(struct sv in, size_t at, size_t *out_next)
{
    size_t end = at;
    while (end < in.len && end - at < ENTITY_MAX &&
           (is_letter(in.at[end]) || (in.at[end] >= '0' && in.at[end] <= '9') ||
            (in.at[end] == '#' && end == at)))
        end++;
    uint32_t c = end > at ? text_entity(sv_from(in.at + at, end - at)) : 0;
    *out_next = end + (c && end < in.len && in.at[end] == ';');
    return c;
}

static struct sv decode(struct arena *a, struct sv value)
{
    struct str out = STR_INIT;
    value.len = value.len < ADDRESS_MAX ? value.len : ADDRESS_MAX;
    for (size_t i = 0; i < value.len;) {
        size_t next = i + 1;
        uint32_t c = value.at[i] == '&' ? reference(value, i + 1, &next) : 0;
        if (c)
            str_add_utf8(&out, c);
        else
            str_add_char(&out, value.at[i]);
        i = c ? next : i + 1;
    }
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

/* ---- tags ---- */

/* "display:none" and "visibility:hidden" with any blanks in them. */
static bool style_hides(struct sv style)
{
    char word[256];
    size_t length = 0;
    for (size_t i = 0; i < style.len && length < sizeof(word) - 1; i++)
        if (!is_blank(style.at[i]))
            word[length++] =
                (char)(style.at[i] >= 'A' && style.at[i] <= 'Z' ? style.at[i] + 32 : style.at[i]);
    struct sv text = sv_from(word, length);
    return sv_find(text, SV("display:none")) >= 0 || sv_find(text, SV("visibility:hidden")) >= 0;
}

static struct sv read_value(struct html *h)
{
    char quote = h->at < h->in.len ? h->in.at[h->at] : 0;
    size_t start = h->at;
    if (quote == '"' || quote == '\'') {
        const char *end = memchr(h->in.at + start + 1, quote, h->in.len - start - 1);
        h->at = end ? (size_t)(end - h->in.at) + 1 : h->in.len;
        return sv_from(h->in.at + start + 1, h->at - start - 1 - (end ? 1 : 0));
    }
    while (h->at < h->in.len && !is_blank(h->in.at[h->at]) && h->in.at[h->at] != '>')
        h->at++;
    return sv_from(h->in.at + start, h->at - start);
}

static void skip_blanks(struct html *h)
{
    while (h->at < h->in.len && is_blank(h->in.at[h->at]))
        h->at++;
}

static void read_attribute(struct html *h, struct tag *t)
{
    size_t start = h->at++; /* a name may begin with "=" */
    while (h->at < h->in.len && !is_blank(h->in.at[h->at]) && !strchr("=>/", h->in.at[h->at]))
        h->at++;
    struct sv name = sv_from(h->in.at + start, h->at - start), value = SV_NONE;
    skip_blanks(h);
    if (h->at < h->in.len && h->in.at[h->at] == '=') {
        h->at++;
        skip_blanks(h);
        value = read_value(h);
    }
    if (sv_same_word(name, SV("href")) && !t->href.len)
        t->href = value;
    else if (sv_same_word(name, SV("alt")) && !t->alt.len)
        t->alt = value;
    else if (sv_same_word(name, SV("hidden")) || (sv_same_word(name, SV("style")) && style_hides(value)))
        t->hides = true;
}

/* Reads the tag whose "<" stands at h->at; false when the text ends inside it. */
static bool read_tag(struct html *h, struct tag *t)
{
    *t = (struct tag){.closing = h->in.at[h->at + 1] == '/', .href = SV_NONE, .alt = SV_NONE};
    size_t start = h->at + 1 + (t->closing ? 1 : 0);
    h->at = start;
    while (h->at < h->in.len && !is_blank(h->in.at[h->at]) && h->in.at[h->at] != '>' &&
           h->in.at[h->at] != '/')
        h->at++;
    t->name = sv_from(h->in.at + start, h->at - start);
    t->key = name_key(t->name);
    t->action = action_of(h, t->key);
    while (h->at < h->in.len && h->in.at[h->at] != '>') {
        if (is_blank(h->in.at[h->at]) || h->in.at[h->at] == '/')
            h->at++;
        else
            read_attribute(h, t);
    }
    if (h->at >= h->in.len)
        return false;
    h->at++;
    return true;
}

/* Passes over the content of a script and the like, up to its end tag or the end of the text. */
static void drop_content(struct html *h, struct sv name)
{
    while (h->at < h->in.len) {
        const char *found = memchr(h->in.at + h->at, '<', h->in.len - h->at);
        if (!found)
            break;
        h->at = (size_t)(found - h->in.at) + 1;
        struct sv rest = sv_from_byte(h->in, h->at);
        if (rest.len <= name.len || rest.at[0] != '/' ||
            name_key(sv_from(rest.at + 1, name.len)) != name_key(name))
            continue;
        char next = rest.len > name.len + 1 ? rest.at[name.len + 1] : '>';
        if (!is_blank(next) && next != '>' && next != '/')
            continue;
        found = memchr(rest.at, '>', rest.len);
        h->at = found ? (size_t)(found - h->in.at) + 1 : h->in.len;
        return;
    }
    h->at = h->in.len;
}

/* "<!-- -->", "<!DOCTYPE >", "<? >", "</ >": true when that was one. */
static bool skip_declaration(struct html *h)
{
    struct sv rest = sv_from_byte(h->in, h->at + 1);
    if (!rest.len || !strchr("!?/", rest.at[0]) ||
        (rest.at[0] == '/' && rest.len > 1 && is_letter(rest.at[1])))
        return false;
    if (rest.at[0] == '/' && rest.len == 1)
        return false;
    if (!sv_starts(rest, SV("!--"))) {
        const char *end = memchr(rest.at, '>', rest.len);
        h->at = end ? (size_t)(end - h->in.at) + 1 : h->in.len;
        return true;
    }
    struct sv comment = sv_from_byte(rest, 3);
    if (sv_starts(comment, SV(">")) || sv_starts(comment, SV("->"))) {
        h->at += comment.at[0] == '>' ? 5 : 6;
        return true;
    }
    for (size_t i = 0; i + 2 < comment.len; i++) {
        const char *dash = memchr(comment.at + i, '-', comment.len - i);
        if (!dash)
            break;
        i = (size_t)(dash - comment.at);
        struct sv end = sv_from_byte(comment, i);
        if (sv_starts(end, SV("-->")) || sv_starts(end, SV("--!>"))) {
            h->at = (size_t)(end.at - h->in.at) + (end.at[2] == '>' ? 3 : 4);
            return true;
        }
    }
    h->at = h->in.len;
    return true;
}

/* ---- what tags do ---- */

static bool is_shown_scheme(struct sv address)
{
    ptrdiff_t colon = sv_find_char(address, ':');
    struct sv scheme = sv_from(address.at, colon < 0 ? 0 : (size_t)colon);
    return sv_same_word(scheme, SV("http")) || sv_same_word(scheme, SV("https")) || sv_same_word(scheme, SV("xmpp")) ||
           sv_same_word(scheme, SV("mailto"));
}

/* The address after its text, unless the text says it already. Blanks in it would end it: they go.
 */
static void end_link(struct html *h)
{
    struct str address = STR_INIT;
    struct sv href = decode(h->b->a, sv_trim(h->href));
    for (size_t i = 0; i < href.len; i++)
        if ((unsigned char)href.at[i] > ' ' && href.at[i] != '<' && href.at[i] != '>')
            str_add_char(&address, href.at[i]);
    struct sv shown = h->link_at < h->line.len
                          ? sv_trim(sv_from(h->line.data + h->link_at, h->line.len - h->link_at))
                          : SV_NONE;
    struct sv wanted = str_sv(&address), bare = wanted;
    ptrdiff_t colon = sv_find_char(wanted, ':');
    bare = sv_from_byte(wanted, colon < 0 ? 0 : (size_t)colon + 1);
    bare = sv_starts(bare, SV("//")) ? sv_from_byte(bare, 2) : bare;
    struct sv no_slash = sv_ends(bare, SV("/")) ? sv_from(bare.at, bare.len - 1) : bare;
    bool said = sv_eq(shown, wanted) || sv_eq(shown, bare) || sv_eq(shown, no_slash);
    if (is_shown_scheme(wanted) && !said && bare.len && utf8_valid(wanted, NULL)) {
        add_space(h);
        add_word(h, SV("<"));
        str_add(&h->line, wanted);
        str_add_char(&h->line, '>');
    }
    str_release(&address);
    h->href = SV_NONE;
}

static void do_link(struct html *h, const struct tag *t)
{
    if (h->href.len)
        end_link(h);
    h->href = t->closing ? SV_NONE : t->href;
    h->link_at = h->line.len;
}

static void do_list(struct html *h, const struct tag *t)
{
    begin_line(h, h->depth <= (t->closing ? 1U : 0U));
    if (t->closing) {
        h->depth -= h->depth > 0;
        return;
    }
    h->depth++;
    size_t at = h->depth < LIST_DEPTH_MAX ? h->depth : LIST_DEPTH_MAX;
    h->ordered[at] = sv_same_word(t->name, SV("ol"));
    h->number[at] = 0;
}

static void do_item(struct html *h, const struct tag *t)
{
    begin_line(h, false);
    if (t->closing)
        return;
    size_t at = h->depth < LIST_DEPTH_MAX ? h->depth : LIST_DEPTH_MAX;
    str_add_repeat(&h->line, ' ', at > 1 ? 2 * (at - 1) : 0);
    if (at && h->ordered[at])
        str_addf(&h->line, "%u. ", ++h->number[at]);
    else
        str_add_str(&h->line, "* ");
}

/* Cells of a row stand on one line, as far as they are one line. */
static void do_cell(struct html *h, const struct tag *t)
{
    if (t->closing || !h->line.len)
        return;
    if (!sv_ends(str_sv(&h->line), SV("|")))
        str_add_str(&h->line, " |");
    h->space = true;
}

static void do_image(struct html *h, const struct tag *t)
{
    struct sv alt = sv_trim(decode(h->b->a, t->alt)), word;
    if (!alt.len || t->hides)
        return;
    add_word(h, SV("["));
    while (sv_split(&alt, '\n', &word)) {
        add_word(h, sv_trim(word));
        add_space(h);
    }
    h->space = false;
    str_add_char(&h->line, ']');
}

static void do_nested(struct html *h, const struct tag *t, unsigned *depth)
{
    begin_line(h, true);
    if (t->closing)
        *depth -= *depth > 0;
    else
        ++*depth;
}

static void do_rule(struct html *h)
{
    begin_line(h, true);
    str_add_str(&h->line, "* * *");
    begin_line(h, true);
}

static bool hides(const struct tag *t)
{
    static const char *const empty[] = {"area", "base",  "br",   "col",  "embed", "hr",
                                        "img",  "input", "link", "meta", "source"};
    for (size_t i = 0; i < ARRAY_LEN(empty); i++)
        if (sv_same_word(t->name, sv_str(empty[i])))
            return false;
    return !t->closing && (t->hides || t->action == HIDDEN);
}

static void hide(struct html *h, const struct tag *t)
{
    h->hidden_name = t->name;
    h->hidden = name_key(t->name);
    h->hidden_depth = 1;
}

/* Inside hidden content only the tags of its own name count, and the content of scripts does not.
 */
static void pass_hidden(struct html *h, const struct tag *t)
{
    bool same = t->name.len == h->hidden_name.len &&
                (h->hidden ? t->key == h->hidden : sv_eq(t->name, h->hidden_name));
    if (t->action == DROP && !t->closing)
        drop_content(h, t->name);
    else if (same && t->closing)
        h->hidden_depth--;
    else if (same && !sv_same_word(t->name, SV("p"))) /* a paragraph ends where the next begins */
        h->hidden_depth++;
    else if (same)
        h->hidden_depth = t->hides ? 1 : 0;
}

static void do_tag(struct html *h, const struct tag *t)
{
    switch (hides(t) ? HIDDEN : t->action) {
    case NOTHING:
        return;
    case LINE:
    case BLOCK:
        begin_line(h, t->action == BLOCK);
        return;
    case BREAK:
        if (h->line.len || h->pre)
            end_line(h);
        else
            h->gap = true;
        return;
    case RULE:
        do_rule(h);
        return;
    case LIST:
        do_list(h, t);
        return;
    case ITEM:
        do_item(h, t);
        return;
    case QUOTE:
        do_nested(h, t, &h->quote);
        return;
    case PRE:
        do_nested(h, t, &h->pre);
        return;
    case CELL:
        do_cell(h, t);
        return;
    case IMAGE:
        do_image(h, t);
        return;
    case LINK:
        do_link(h, t);
        return;
    case DROP:
        if (!t->closing)
            drop_content(h, t->name);
        return;
    case HIDDEN:
        if (!t->closing)
            hide(h, t);
        return;
    }
}

/* ---- text ---- */

static void read_text(struct html *h)
{
    size_t start = h->at, next;
    char c = h->in.at[h->at];
    if (c == '&') {
        uint32_t decoded = reference(h->in, h->at + 1, &next);
        if (decoded)
            add_code_point(h, decoded);
        else
            add_word(h, SV("&"));
        h->at = decoded ? next : h->at + 1;
        return;
    }
    if (h->pre && (c == '\n' || c == ' ' || c == '\t')) {
        if (c == '\n')
            end_line(h);
        else
            str_add_char(&h->line, c);
        h->at++;
        return;
    }
    if (is_blank(c)) {
        add_space(h);
        h->at++;
        return;
    }
    h->at++; /* a "<" that begins nothing is text */
    while (h->at < h->in.len && !is_blank(h->in.at[h->at]) && h->in.at[h->at] != '<' &&
           h->in.at[h->at] != '&')
        h->at++;
    add_word(h, sv_from(h->in.at + start, h->at - start));
}

static bool begins_tag(const struct html *h)
{
    struct sv rest = sv_from_byte(h->in, h->at + 1);
    return rest.len &&
           (is_letter(rest.at[0]) || (rest.at[0] == '/' && rest.len > 1 && is_letter(rest.at[1])));
}

static void read_next(struct html *h)
{
    struct tag t;
    if (h->in.at[h->at] == '<' && begins_tag(h)) {
        if (!read_tag(h, &t))
            return;
        if (h->hidden_depth)
            pass_hidden(h, &t);
        else
            do_tag(h, &t);
    } else if (h->in.at[h->at] == '<' && skip_declaration(h)) {
        return;
    } else if (h->hidden_depth) {
        const char *tag = memchr(h->in.at + h->at + 1, '<', h->in.len - h->at - 1);
        h->at = tag ? (size_t)(tag - h->in.at) : h->in.len;
    } else {
        read_text(h);
    }
}

void text_add_html(struct text_builder *b, struct sv html)
{
    struct html h = {.b = b, .in = html, .line = STR_INIT, .href = SV_NONE, .link_at = SIZE_MAX};
    for (size_t i = 0; i < ARRAY_LEN(elements); i++)
        h.keys[i] = name_key(sv_str(elements[i].name));
    if (html.len > TEXT_HTML_MAX) {
        h.in.len = TEXT_HTML_MAX;
        while (h.in.len && ((unsigned char)html.at[h.in.len] & 0xC0) == 0x80)
            h.in.len--;
    }
    while (!b->cut && h.at < h.in.len)
        read_next(&h);
    if (h.href.len)
        end_link(&h);
    if (h.line.len)
        end_line(&h);
    b->cut |= html.len > TEXT_HTML_MAX;
    str_release(&h.line);
}
