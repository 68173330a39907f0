#include "forum/command.h"

#include "base/str.h"
#include "base/vec.h"

const char *const command_names[COMMAND_KINDS] = {"Propose",  "Position", "Objection", "Answer",
                                                  "Estimate", "Show",     "Edit"};

enum { BODY_MAX = 1 << 20 }; /* bytes that are looked at for commands */

/* ---- the lines of a mail ---- */

struct text_lines {
    VEC(struct sv) list;
};

/* The part that a person wrote as plain text; NULL. What is inside an attached message is somebody else's. */
static const struct mail_part *plain_part(const struct mail *m)
{
    for (size_t i = 0; i < m->part_count; i++) {
        if (m->parts[i].kind == MAIL_MESSAGE)
            return NULL;
        if (m->parts[i].kind == MAIL_TEXT && !m->parts[i].attached)
            return &m->parts[i];
    }
    return NULL;
}

static bool is_quoted(struct sv line)
{
    return line.len && line.at[0] == '>';
}

static bool is_signature_mark(struct sv line)
{
    return sv_eq_str(line, "-- ") || sv_eq_str(line, "--");
}

/* Soft line ends (RFC 3676) of own lines are taken back; quoted ones stay as they are. */
static void cut_lines(struct arena *a, const struct mail_part *part, struct text_lines *out)
{
    struct sv rest = sv_from(part->content.at, part->content.len < BODY_MAX ? part->content.len : BODY_MAX), line;
    struct str joined = STR_INIT;
    bool soft = false;
    while (sv_next_line(&rest, &line)) {
        bool own = !is_quoted(line);
        if (line.len && line.at[line.len - 1] == '\r')
            line.len--;
        if (part->flowed && own && line.len && line.at[0] == ' ')
            line = sv_from_byte(line, 1);
        bool mark = is_signature_mark(line);
        if (soft && (!own || mark)) {
            *vec_push(a, &out->list) = sv_trim(arena_sv(a, str_sv(&joined)));
            joined.len = 0;
        }
        soft = part->flowed && own && !mark && line.len && line.at[line.len - 1] == ' ';
        if (soft || joined.len)
            str_add(&joined, line);
        if (soft)
            continue;
        *vec_push(a, &out->list) = joined.len ? arena_sv(a, str_sv(&joined)) : line;
        joined.len = 0;
    }
    if (joined.len)
        *vec_push(a, &out->list) = sv_trim(arena_sv(a, str_sv(&joined)));
    str_release(&joined);
}

static void own_lines(struct arena *a, const struct mail *m, struct text_lines *out)
{
    const struct mail_part *part = plain_part(m);
    *out = (struct text_lines){{NULL, 0, 0}};
    if (part)
        cut_lines(a, part, out);
}

/* ---- words ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static struct sv next_word(struct sv *rest)
{
    *rest = sv_trim(*rest);
    size_t len = 0;
    while (len < rest->len && !is_blank(rest->at[len]))
        len++;
    struct sv word = sv_from(rest->at, len);
    *rest = sv_trim(sv_from_byte(*rest, len));
    return word;
}

/* "C-3", "O-2:", "T-0042": a letter or more, perhaps a hyphen, digits. */
static bool is_id(struct sv word)
{
    size_t letters = 0, digits = 0;
    while (letters < word.len && ascii_lower(word.at[letters]) >= 'a' && ascii_lower(word.at[letters]) <= 'z')
        letters++;
    size_t at = letters + (letters < word.len && word.at[letters] == '-');
    while (at + digits < word.len && word.at[at + digits] >= '0' && word.at[at + digits] <= '9')
        digits++;
    return letters && letters <= 10 && digits && digits <= 9 && at + digits == word.len;
}

static bool take_id(struct arena *a, struct sv *rest, struct sv *out)
{
    struct sv after = *rest, word = next_word(&after);
    while (word.len && strchr(":,;.", word.at[word.len - 1]))
        word.len--;
    if (!is_id(word))
        return false;
    char *id = arena_strndup(a, word.at, word.len);
    for (size_t i = 0; i < word.len; i++)
        if (id[i] >= 'a' && id[i] <= 'z')
            id[i] = (char)(id[i] - 'a' + 'A');
    *out = sv_from(id, word.len);
    *rest = after;
    return true;
}

static struct sv without_because(struct sv text)
{
    struct sv after = text, word = next_word(&after);
    return sv_same_word(word, SV("because")) || sv_same_word(word, SV("because:")) ? after : text;
}

/* ---- the commands ---- */

/* What stands behind the colon on the line, the lines that go on with it (until an empty one), and all below. */
struct said {
    struct sv line, sentence, below;
};

static void read_propose(struct arena *a, const struct said *s, struct command *c)
{
    struct sv rest = s->below, line;
    c->word = s->line;
    if (!c->word.len)
        c->fault = "Propose wants the name of the threat, and an abstract below: \"Propose: Gate sings at night\"";
    struct sv after = rest;
    if (sv_next_line(&after, &line) && line.len > 5 &&
        (sv_same_word(sv_from(line.at, 5), SV("area:")) || sv_same_word(sv_from(line.at, 6), SV("areas:")))) {
        c->areas = sv_trim(sv_from_byte(line, (size_t)sv_find_char(line, ':') + 1));
        rest = sv_trim(after);
    }
    c->text = rest;
    (void)a;
}

static void read_position(struct arena *a, const struct said *s, struct command *c)
{
    struct sv rest = s->sentence;
    if (take_id(a, &rest, &c->subject)) {
        c->word = arena_lower(a, next_word(&rest));
    } else {
        c->word = arena_lower(a, next_word(&rest));
        (void)take_id(a, &rest, &c->subject);
    }
    c->text = without_because(rest);
    if (!c->subject.len || !(sv_eq_str(c->word, "support") || sv_eq_str(c->word, "object") ||
                             sv_eq_str(c->word, "abstain")))
        c->fault = "Position wants support, object or abstain, and a call: \"Position: object C-3 because ...\"";
}

static void read_about(struct arena *a, const struct said *s, struct command *c)
{
    struct sv rest = s->line;
    (void)take_id(a, &rest, &c->subject);
    c->text = sv_trim(sv_str(arena_printf(a, "%.*s\n%.*s", SV_ARG(rest), SV_ARG(s->below))));
    if (c->kind == COMMAND_ANSWER && !c->subject.len)
        c->fault = "Answer wants an objection and a text: \"Answer: O-2 It was measured.\"";
    else if (!c->text.len)
        c->fault = c->kind == COMMAND_ANSWER ? "Answer wants a text: \"Answer: O-2 It was measured.\""
                                             : "Objection wants a text that says why";
}

static void read_field(struct arena *a, const struct said *s, struct command *c)
{
    struct sv rest = s->line;
    (void)take_id(a, &rest, &c->subject);
    c->word = rest;
    c->text = s->below;
    if (c->kind == COMMAND_EDIT && (!c->word.len || !c->text.len))
        c->fault = "Edit wants a threat, a field and its new text below: \"Edit: T-0042 Gap\"";
}

static void read_factor(struct arena *a, struct command *c, struct sv word, struct str *steps)
{
    size_t equals = (size_t)sv_find_char(word, '=');
    struct sv key = sv_from(word.at, equals), value = arena_lower(a, sv_from_byte(word, equals + 1));
    while (value.len && strchr(",;", value.at[value.len - 1]))
        value.len--;
    if (sv_same_word(key, SV("likelihood")))
        c->likelihood = value;
    else if (sv_same_word(key, SV("damage")))
        c->damage = value;
    else
        str_addf(steps, "%s%.*s=%.*s", steps->len ? " " : "", SV_ARG(key), SV_ARG(value));
}

static void read_estimate(struct arena *a, const struct said *s, struct command *c)
{
    struct sv rest = s->sentence;
    struct str steps = STR_INIT;
    (void)take_id(a, &rest, &c->subject);
    while (rest.len) {
        struct sv after = rest, word = next_word(&after);
        if (sv_find_char(word, '=') > 0)
            read_factor(a, c, word, &steps);
        else if (sv_same_word(word, SV("abstain")) || sv_same_word(word, SV("not-competent")))
            c->rest = arena_lower(a, word);
        else
            break;
        rest = after;
    }
    c->text = without_because(rest);
    c->steps = arena_sv(a, str_sv(&steps));
    if (!c->likelihood.len && !c->damage.len && !c->steps.len && !c->rest.len)
        c->fault = "Estimate wants levels and why: \"Estimate: T-0042 likelihood=high damage=medium because ...\"";
    str_release(&steps);
}

static void (*const readers[COMMAND_KINDS])(struct arena *a, const struct said *s, struct command *c) = {
    read_propose, read_position, read_about, read_about, read_estimate, read_field, read_field};

static int kind_of(struct sv line, struct sv *out_rest)
{
    ptrdiff_t colon = sv_find_char(line, ':');
    if (colon <= 0 || colon > 12)
        return -1;
    for (int i = 0; i < COMMAND_KINDS; i++)
        if (sv_same_word(sv_from(line.at, (size_t)colon), sv_str(command_names[i]))) {
            *out_rest = sv_trim(sv_from_byte(line, (size_t)colon + 1));
            return i;
        }
    return -1;
}

/* "On Sunday, Ada wrote:" before a quote says nothing itself. */
static struct sv without_attribution(struct sv text)
{
    text = sv_trim(text);
    if (!text.len || text.at[text.len - 1] != ':')
        return text;
    size_t cut = 0;
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.at[i] == '\n' && text.at[i + 1] == '\n')
            cut = i;
    return sv_trim(sv_from(text.at, cut));
}

/* The lines from *at on until the next command, a quote, or the signature; *at stands there then. */
static void gather(struct arena *a, const struct text_lines *lines, size_t *at, struct sv first, struct said *out)
{
    struct str sentence = STR_INIT, below = STR_INIT;
    struct sv rest;
    bool goes_on = true;
    str_add(&sentence, first);
    for (; *at < lines->list.len; (*at)++) {
        struct sv line = lines->list.at[*at];
        if (is_quoted(line) || is_signature_mark(line) || kind_of(line, &rest) >= 0 || below.len > COMMAND_TEXT_MAX)
            break;
        goes_on = goes_on && sv_trim(line).len > 0;
        if (goes_on)
            str_addf(&sentence, " %.*s", SV_ARG(line));
        str_addf(&below, "%.*s\n", SV_ARG(line));
    }
    bool quote = *at < lines->list.len && is_quoted(lines->list.at[*at]);
    *out = (struct said){first, arena_sv(a, str_sv(&sentence)), arena_sv(a, sv_trim(str_sv(&below)))};
    if (quote) {
        out->below = without_attribution(out->below);
        if (!out->below.len)
            out->sentence = first;
    }
    str_release(&sentence);
    str_release(&below);
}

static void read_lines(struct arena *a, const struct text_lines *lines, struct commands *out)
{
    size_t at = 0;
    while (at < lines->list.len && !sv_trim(lines->list.at[at]).len)
        at++;
    while (at < lines->list.len) {
        struct said said;
        struct sv rest;
        int kind = kind_of(lines->list.at[at], &rest);
        if (kind < 0)
            return;
        at++;
        gather(a, lines, &at, rest, &said);
        if (out->count == COMMANDS_MAX) {
            out->more = true;
            return;
        }
        struct command *c = &out->at[out->count++];
        c->kind = (enum command_kind)kind;
        readers[kind](a, &said, c);
        if (c->text.len > COMMAND_TEXT_MAX)
            c->fault = "the text is longer than 64 KiB";
    }
}

void commands_read(struct arena *a, const struct mail *m, struct commands *out)
{
    struct text_lines lines;
    memset(out, 0, sizeof(*out));
    own_lines(a, m, &lines);
    read_lines(a, &lines, out);
}

/* ---- estimates that went astray ---- */

/* Tags are looked through, so that "<p>Estimate: ..." is seen, too. */
static struct sv after_markup(struct sv line)
{
    for (line = sv_trim(line); line.len; line = sv_trim(line)) {
        ptrdiff_t end = line.at[0] == '<' ? sv_find_char(line, '>') : -1;
        if (end >= 0)
            line = sv_from_byte(line, (size_t)end + 1);
        else if (strchr("*_#-", line.at[0]))
            line = sv_from_byte(line, 1);
        else
            break;
    }
    return line;
}

static bool line_estimates(struct sv line)
{
    struct sv rest;
    line = after_markup(line);
    return kind_of(line, &rest) == COMMAND_ESTIMATE &&
           (sv_find_char(rest, '=') >= 0 || sv_find(rest, SV("abstain")) >= 0 ||
            sv_find(rest, SV("not-competent")) >= 0 || !rest.len);
}

bool commands_hold_estimate(const struct mail *m)
{
    struct sv rest = m->subject, line;
    if (kind_of(sv_trim(m->subject), &rest) == COMMAND_ESTIMATE)
        return true;
    for (size_t i = 0; i < m->part_count; i++) {
        if (m->parts[i].kind != MAIL_TEXT && m->parts[i].kind != MAIL_HTML)
            continue;
        rest = m->parts[i].content;
        while (sv_next_line(&rest, &line))
            if (!is_quoted(line) && line_estimates(line))
                return true;
    }
    return false;
}

/* ---- answers ---- */

struct sv command_first_line(struct arena *a, const struct mail *m)
{
    struct text_lines lines;
    own_lines(a, m, &lines);
    for (size_t i = 0; i < lines.list.len; i++) {
        struct sv line = lines.list.at[i];
        if (is_quoted(line) || is_signature_mark(line))
            break;
        if (sv_trim(line).len)
            return sv_trim(line);
    }
    return SV_NONE;
}

void command_answer(struct arena *a, const struct mail *m, struct sv *out_first, struct sv *out_text)
{
    struct text_lines lines;
    struct str text = STR_INIT;
    size_t at = 0;
    own_lines(a, m, &lines);
    *out_first = command_first_line(a, m);
    while (at < lines.list.len && !sv_trim(lines.list.at[at]).len)
        at++;
    for (at += out_first->len > 0; at < lines.list.len && !is_signature_mark(lines.list.at[at]); at++) {
        if (is_quoted(lines.list.at[at]))
            continue;
        bool before_quote = at + 1 < lines.list.len && is_quoted(lines.list.at[at + 1]);
        struct sv line = sv_trim(lines.list.at[at]);
        if (!(before_quote && line.len && line.at[line.len - 1] == ':'))
            str_addf(&text, "%.*s\n", SV_ARG(lines.list.at[at]));
    }
    *out_text = arena_sv(a, sv_trim(str_sv(&text)));
    str_release(&text);
}

/* ---- texts that come back ---- */

/* Takes at most `most` marks of quotes off; *out: how many there were. */
static struct sv unquote(struct sv line, size_t most, size_t *out)
{
    for (*out = 0; *out < most && is_quoted(line); (*out)++) {
        line = sv_from_byte(line, 1);
        if (line.len && line.at[0] == ' ')
            line = sv_from_byte(line, 1);
    }
    return line;
}

/* Where a mark stands: its line, or the number of lines; *out_times: how often it is there. */
static size_t find_mark(const struct text_lines *lines, const char *mark, size_t *out_depth, size_t *out_times)
{
    size_t found = lines->list.len;
    *out_times = 0;
    for (size_t i = 0; i < lines->list.len; i++) {
        size_t depth;
        if (!sv_eq_str(sv_trim(unquote(lines->list.at[i], SIZE_MAX, &depth)), mark))
            continue;
        if (!(*out_times)++) {
            found = i;
            *out_depth = depth;
        }
    }
    return found;
}

bool command_marked(struct arena *a, const struct mail *m, struct sv *out)
{
    struct text_lines lines;
    struct str text = STR_INIT;
    size_t depth = 0, times, ends, ignored;
    own_lines(a, m, &lines);
    size_t begin = find_mark(&lines, COMMAND_MARK_BEGIN, &depth, &times);
    size_t end = find_mark(&lines, COMMAND_MARK_END, &ignored, &ends);
    if (times != 1 || ends != 1 || end <= begin)
        return false;
    for (size_t i = begin + 1; i < end; i++)
        str_addf(&text, "%.*s\n", SV_ARG(unquote(lines.list.at[i], depth, &ignored)));
    *out = arena_sv(a, str_sv(&text));
    str_release(&text);
    return out->len <= COMMAND_TEXT_MAX;
}
