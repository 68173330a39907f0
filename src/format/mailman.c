#include "format/mailman.h"

#include "base/str.h"
#include "base/utf8.h"
#include "format/json.h"
#include "format/mail.h"

enum {
    TEXT_MAX = 4 << 20,
    VALUES_MAX = 2000,
    FAULTS_MAX = 200,
    DEPTH_MAX = 50,
    PAGE_MAX = 64 << 10,
    ID_BYTES_MAX = 900,
};

struct reading {
    struct arena *a;
    const char *file;
    struct sv text, charset;
    size_t at;
    size_t line_at; /* line `line` begins there or before: lines are asked for in order */
    uint32_t line;
    struct diag *diag;
    struct mailman_values *out;
};

/* ---- Python's literals ---- */

static uint32_t line_of(struct reading *r, size_t at)
{
    for (; r->line_at < at && r->line_at < r->text.len; r->line_at++)
        r->line += r->text.at[r->line_at] == '\n';
    return r->line;
}

static char here(const struct reading *r)
{
    return r->at < r->text.len ? r->text.at[r->at] : '\0';
}

static void skip_blanks(struct reading *r, bool lines)
{
    while (r->at < r->text.len) {
        char c = here(r);
        if (c == '#')
            while (r->at < r->text.len && here(r) != '\n')
                r->at++;
        else if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n'))
            r->at++;
        else
            return;
    }
}

/* A number of `most` digits at most; -1: there is none. */
static int32_t digits(struct reading *r, int base, int most)
{
    int32_t value = 0;
    int count = 0, digit;
    while (count < most && r->at < r->text.len && (digit = ascii_hex(here(r))) >= 0 && digit < base) {
        value = value * base + digit;
        r->at++;
        count++;
    }
    return count ? value : -1;
}

/* What stands behind a backslash. Bytes above 127 are of the file's charset, as Python 2 has them. */
static void read_escape(struct reading *r, struct str *out)
{
    static const char names[] = "ntrabfv\\'\"", values[] = "\n\t\r\a\b\f\v\\'\"";
    char c = here(r);
    const char *named = c ? strchr(names, c) : NULL;
    int32_t code;
    if (c >= '0' && c <= '7') {
        str_add_char(out, (char)digits(r, 8, 3));
        return;
    }
    r->at++;
    if (named)
        str_add_char(out, values[named - names]);
    else if (c == 'x' && (code = digits(r, 16, 2)) >= 0)
        str_add_char(out, (char)code);
    else if (c == 'u' && (code = digits(r, 16, 4)) >= 0)
        str_add_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : (uint32_t)code);
    else if (c != '\n')
        str_addf(out, "\\%c", c);
}

/* From its quotation mark on; false: it has no end. */
static bool read_string(struct reading *r, bool raw, struct str *out)
{
    char mark = here(r);
    struct sv rest = sv_from_byte(r->text, r->at), three = sv_from(rest.at, 3);
    bool triple = rest.len >= 3 && three.at[1] == mark && three.at[2] == mark;
    r->at += triple ? 3 : 1;
    while (r->at < r->text.len) {
        char c = here(r);
        if (c == mark && (!triple || sv_starts(sv_from_byte(r->text, r->at), three))) {
            r->at += triple ? 3 : 1;
            return true;
        }
        if (c == '\n' && !triple)
            return false;
        r->at++;
        if (c == '\\' && r->at < r->text.len && !raw)
            read_escape(r, out);
        else if (c == '\\' && r->at < r->text.len) {
            str_addf(out, "\\%c", here(r));
            r->at++;
        } else
            str_add_char(out, c);
    }
    return false;
}

/* How many letters before a quotation mark say what kind of string it is; -1: no string is here. */
static int string_prefix(const struct reading *r)
{
    for (int i = 0; i < 3 && r->at + (size_t)i < r->text.len; i++) {
        char c = r->text.at[r->at + (size_t)i];
        if (c == '\'' || c == '"')
            return i;
        if (!strchr("uUbBrR", c) || !c)
            return -1;
    }
    return -1;
}

/* Strings one after another are one. */
static bool read_strings(struct reading *r, struct sv *out)
{
    struct str text = STR_INIT;
    bool good = true;
    int prefix;
    while (good && (prefix = string_prefix(r)) >= 0) {
        char last = prefix ? r->text.at[r->at + (size_t)prefix - 1] : '\0';
        bool raw = prefix && (ascii_lower(here(r)) == 'r' || ascii_lower(last) == 'r');
        r->at += (size_t)prefix;
        good = read_string(r, raw, &text);
        if (good)
            skip_blanks(r, false);
    }
    *out = mail_to_utf8(r->a, r->charset, arena_sv(r->a, str_sv(&text)), NULL);
    str_release(&text);
    return good;
}

/* Lists, tuples and dictionaries, to the bracket that closes them. */
static bool skip_brackets(struct reading *r)
{
    char open[DEPTH_MAX];
    size_t depth = 0;
    struct sv ignored;
    do {
        char c = here(r);
        if (string_prefix(r) >= 0) {
            if (!read_strings(r, &ignored))
                return false;
            continue;
        }
        if (c == '#') {
            skip_blanks(r, true);
            continue;
        }
        if (c && strchr("[({", c)) {
            if (depth == DEPTH_MAX)
                return false;
            open[depth++] = c == '(' ? ')' : c == '[' ? ']' : '}';
        } else if (c && strchr("])}", c) && (!depth || open[--depth] != c))
            return false;
        r->at++;
    } while (depth && r->at < r->text.len);
    return !depth;
}

static bool is_name_char(char c)
{
    char l = ascii_lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' || c == '+';
}

static struct sv read_word(struct reading *r)
{
    size_t from = r->at;
    while (r->at < r->text.len && is_name_char(here(r)))
        r->at++;
    return sv_from(r->text.at + from, r->at - from);
}

static bool is_number(struct sv word)
{
    size_t count = 0;
    for (size_t i = 0; i < word.len; i++) {
        bool digit = word.at[i] >= '0' && word.at[i] <= '9';
        if (!digit && !(word.at[i] == '.' && i) && !(i == 0 && word.at[i] == '-'))
            return false;
        count += digit;
    }
    return count > 0;
}

static bool read_literal(struct reading *r, struct sv *out)
{
    size_t from = r->at;
    if (string_prefix(r) >= 0)
        return read_strings(r, out);
    if (here(r) && strchr("[({", here(r))) {
        bool good = skip_brackets(r);
        *out = mail_to_utf8(r->a, r->charset, sv_from(r->text.at + from, r->at - from), NULL);
        return good;
    }
    struct sv word = read_word(r);
    *out = sv_eq_str(word, "True") ? SV("1") : sv_eq_str(word, "False") ? SV("0") : arena_sv(r->a, word);
    return is_number(word) || sv_eq_str(word, "True") || sv_eq_str(word, "False") || sv_eq_str(word, "None");
}

static void blame(struct reading *r, size_t at, const char *what, const char *expected)
{
    diag_error(r->diag, r->file, line_of(r, at), 0, what, expected);
    while (r->at < r->text.len && here(r) != '\n')
        r->at++;
}

static void read_assignment(struct reading *r)
{
    size_t from = r->at;
    struct sv name = read_word(r), value;
    skip_blanks(r, false);
    if (!name.len || here(r) != '=') {
        blame(r, from, "this is no setting", "one such as: real_name = 'Security'");
        return;
    }
    r->at++;
    skip_blanks(r, false);
    if (!read_literal(r, &value)) {
        blame(r, from, arena_printf(r->a, "the value of %.*s is not understood", SV_ARG(name)),
              "a string, a number, True, False, None or a list, as config_list writes them");
        return;
    }
    skip_blanks(r, false);
    if (r->at < r->text.len && here(r) != '\n') {
        blame(r, from, arena_printf(r->a, "something stands behind the value of %.*s", SV_ARG(name)), NULL);
        return;
    }
    *vec_push(r->a, &r->out->list) = (struct mailman_value){arena_sv(r->a, name), value, line_of(r, from)};
}

/* "coding: iso-8859-1" in one of the first two lines (PEP 263). */
static struct sv charset_of(struct arena *a, struct sv text)
{
    struct sv line;
    for (int i = 0; i < 2 && sv_next_line(&text, &line); i++) {
        ptrdiff_t at = sv_find(line, SV("coding:"));
        if (line.len && line.at[0] == '#' && at >= 0) {
            struct sv name = sv_trim(sv_from_byte(line, (size_t)at + 7)), word;
            sv_split(&name, ' ', &word);
            return arena_lower(a, word);
        }
    }
    return SV_NONE;
}

static void read_python(struct reading *r)
{
    size_t most = r->diag->errors + FAULTS_MAX;
    r->charset = charset_of(r->a, r->text);
    skip_blanks(r, true);
    while (r->at < r->text.len && r->out->list.len <= VALUES_MAX && r->diag->errors < most) {
        read_assignment(r);
        skip_blanks(r, true);
    }
}

/* ---- JSON ---- */

static struct sv text_of(struct arena *a, const struct json_value *v)
{
    switch (v->kind) {
    case JSON_STRING:
        return v->text;
    case JSON_BOOL:
        return v->boolean ? SV("1") : SV("0");
    case JSON_INT:
        return sv_str(arena_printf(a, "%lld", (long long)v->integer));
    case JSON_DOUBLE:
        return sv_str(arena_printf(a, "%.15g", v->number));
    case JSON_NULL:
        return SV("None");
    default:
        return v->count ? sv_str(arena_printf(a, "(%zu values)", v->count)) : SV_NONE;
    }
}

static int read_json(struct reading *r, struct err *err)
{
    const struct json_value *root;
    int rc = json_parse(r->a, r->text, TEXT_MAX, &root, err);
    if (rc)
        return rc;
    if (root->kind != JSON_OBJECT)
        return err_set(err, CM_EINPUT, "%s is no JSON object; expected what Mailman gives under /lists/LIST/config",
                       r->file);
    for (size_t i = 0; i < root->count && i <= VALUES_MAX; i++)
        *vec_push(r->a, &r->out->list) = (struct mailman_value){
            root->members[i].key, text_of(r->a, root->members[i].value), line_of(r, root->members[i].at)};
    return CM_OK;
}

int mailman_config_read(struct arena *a, const char *file, struct sv text, struct diag *diag,
                        struct mailman_values *out, struct err *err)
{
    struct reading r = {.a = a, .file = file, .text = text, .line = 1, .diag = diag, .out = out};
    size_t before = diag->errors;
    int rc = CM_OK;
    *out = (struct mailman_values){{NULL, 0, 0}};
    if (text.len > TEXT_MAX)
        return err_set(err, CM_ELIMIT, "%s is longer than %d bytes", file, TEXT_MAX);
    if (sv_starts(sv_trim(text), SV("{")))
        rc = read_json(&r, err);
    else
        read_python(&r);
    if (!rc && diag->errors > before)
        rc = err_set(err, CM_EINPUT, "%s has faults, and nothing was taken from it", file);
    if (!rc && out->list.len > VALUES_MAX)
        rc = err_set(err, CM_ELIMIT, "%s has more than %d settings", file, VALUES_MAX);
    return rc || out->list.len ? rc : err_set(err, CM_EINPUT, "%s holds no setting", file);
}

/* ---- pages of Pipermail ---- */

static bool put_decoded(struct sv text, struct str *out)
{
    for (size_t i = 0; i < text.len; i++) {
        int high = text.at[i] == '%' && i + 2 < text.len ? ascii_hex(text.at[i + 1]) : -1;
        int low = high >= 0 ? ascii_hex(text.at[i + 2]) : -1;
        char c = text.at[i];
        if (low >= 0)
            c = (char)(high << 4 | low);
        if ((unsigned char)c <= ' ' || c == 0x7F || out->len > ID_BYTES_MAX)
            return false;
        str_add_char(out, c);
        i += low >= 0 ? 2 : 0;
    }
    return true;
}

struct sv pipermail_page_id(struct arena *a, struct sv html)
{
    struct sv rest = sv_from(html.at, html.len < PAGE_MAX ? html.len : PAGE_MAX), id = SV_NONE;
    struct str text = STR_INIT;
    for (ptrdiff_t at; !id.len && (at = sv_find(rest, SV("In-Reply-To="))) >= 0;) {
        rest = sv_from_byte(rest, (size_t)at + 12);
        size_t end = 0;
        while (end < rest.len && !strchr("\"&'<> \n", rest.at[end]))
            end++;
        str_clear(&text);
        if (!put_decoded(sv_from(rest.at, end), &text))
            continue;
        struct sv whole = str_sv(&text);
        if (whole.len > 2 && whole.at[0] == '<' && whole.at[whole.len - 1] == '>' && utf8_valid(whole, NULL))
            id = arena_sv(a, sv_from(whole.at + 1, whole.len - 2));
    }
    str_release(&text);
    return id;
}
