#include "action/inputs.h"

#include <string.h>

const char *const input_kind_names[INPUT_KINDS] = {
    "line",  "text",     "flag",  "choice", "count",     "day",    "link",     "address",  "threat",
    "step",  "stage",    "area",  "field",  "document",  "round",  "call",     "decision", "objection",
    "review", "handover", "embargo", "post", "list",     "thread", "member",   "role",     "likelihood",
    "damage", "because"};

/* ---- values ---- */

struct sv action_value(const struct action_values *v, const char *name)
{
    for (size_t i = 0; i < v->list.len; i++)
        if (sv_eq_str(v->list.at[i].name, name))
            return v->list.at[i].text;
    return SV_NONE;
}

size_t action_value_all(struct arena *a, const struct action_values *v, const char *name, const struct sv **out)
{
    struct sv *texts = arena_new_array(a, struct sv, v->list.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < v->list.len; i++)
        if (sv_eq_str(v->list.at[i].name, name) && v->list.at[i].text.len)
            texts[count++] = v->list.at[i].text;
    *out = texts;
    return count;
}

bool action_value_flag(const struct action_values *v, const char *name)
{
    return sv_eq_str(action_value(v, name), "yes");
}

/* ---- the table ---- */

const struct action_form *action_form_find(struct sv action)
{
    for (size_t i = 0; i < action_form_count; i++)
        if (sv_eq_str(action, action_forms[i].action))
            return &action_forms[i];
    return NULL;
}

const struct action_input *action_form_input(const struct action_form *f, struct sv name)
{
    for (size_t i = 0; i < f->count; i++)
        if (sv_eq_str(name, f->inputs[i].name))
            return &f->inputs[i];
    return NULL;
}

/* ---- what cannot be ---- */

static void fault(struct action_context *c, struct sv name, const char *what, const char *expected)
{
    diag_error(c->diag, arena_strndup(c->arena, name.at, name.len), 0, 0, what, expected);
}

static bool is_one_of(const char *words, struct sv text)
{
    struct sv rest = sv_str(words), word;
    while (rest.len && sv_split(&rest, ' ', &word))
        if (sv_eq(word, text))
            return true;
    return false;
}

static bool has_control(struct sv text, bool lines)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < 32 ? !(lines && strchr("\n\t", text.at[i])) : text.at[i] == 127)
            return true;
    return false;
}

static void check_text(struct action_context *c, const struct action_input *in, struct sv text)
{
    bool lines = in->kind == INPUT_TEXT;
    size_t most = lines ? INPUT_TEXT_MAX : INPUT_LINE_MAX;
    uint64_t number;
    struct sv name = sv_str(in->name);
    if (text.len > most)
        fault(c, name, "the text is too long", arena_printf(c->arena, "at most %zu bytes", most));
    else if (has_control(text, lines))
        fault(c, name, lines ? "there is a control character in it" : "there is a line end or control character in it",
              lines ? "text" : "one line of text");
    else if (in->kind == INPUT_CHOICE && !is_one_of(in->words, text))
        fault(c, name, arena_printf(c->arena, "\"%.*s\" is no choice", SV_ARG(text)),
              arena_printf(c->arena, "one of: %s", in->words));
    else if (in->kind == INPUT_FLAG && !sv_eq_str(text, "yes"))
        fault(c, name, arena_printf(c->arena, "\"%.*s\" is neither yes nor empty", SV_ARG(text)), "yes, or nothing");
    else if (in->kind == INPUT_COUNT && !sv_to_u64(text, 1000000, &number))
        fault(c, name, arena_printf(c->arena, "\"%.*s\" is no number", SV_ARG(text)), "a whole number");
}

static size_t times(const struct action_values *v, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < v->list.len; i++)
        count += sv_eq_str(v->list.at[i].name, name) && v->list.at[i].text.len;
    return count;
}

static void check_input(struct action_context *c, const struct action_input *in, const struct action_values *v)
{
    size_t count = times(v, in->name);
    if (!count && (in->flags & INPUT_WANTED))
        fault(c, sv_str(in->name), "it is missing", in->help ? in->help : in->label);
    if (count > 1 && !(in->flags & INPUT_MANY))
        fault(c, sv_str(in->name), "it is there more than once", "one value");
}

int action_check(struct action_context *c, const struct action_form *f, const struct action_values *v,
                 struct err *err)
{
    size_t before = c->diag->errors;
    if (v->list.len > INPUT_VALUES_MAX)
        return err_set(err, CM_ELIMIT, "%s takes at most %d values", f->action, INPUT_VALUES_MAX);
    for (size_t i = 0; i < v->list.len; i++) {
        const struct action_input *in = action_form_input(f, v->list.at[i].name);
        if (!in)
            fault(c, v->list.at[i].name, arena_printf(c->arena, "%s takes nothing of that name", f->action), NULL);
        else if (v->list.at[i].text.len)
            check_text(c, in, v->list.at[i].text);
    }
    for (size_t i = 0; i < f->count; i++)
        check_input(c, &f->inputs[i], v);
    return c->diag->errors == before ? CM_OK : err_set(err, CM_EINPUT, "%s cannot be done with these values",
                                                       f->action);
}

int action_perform(struct action_context *c, const struct action_form *f, const struct action_values *v,
                   struct action_result *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    int rc = action_check(c, f, v, err);
    if (rc)
        return rc;
    c->reason = sv_trim(action_value(v, "reason"));
    c->editorial = action_value_flag(v, "editorial");
    return f->perform(c, v, out, err);
}

/* ---- who may ---- */

static bool may_stand_in(const struct person *person, const struct profile *p, struct sv permission)
{
    for (size_t i = 0; i < p->sig.roles.len; i++) {
        const struct role *deputy = &p->sig.roles.at[i], *other = sig_role(&p->sig, deputy->deputy_for);
        if (other && person_holds(person, deputy->id) && role_may(other, permission))
            return true;
    }
    return false;
}

bool action_may(const struct person *person, const struct profile *p, const struct action_info *info)
{
    struct sv permission = sv_str(permission_names[info->needs]);
    return person && !person->gone &&
           (info->needs == PERMIT_READ || person_may(person, p, permission) || may_stand_in(person, p, permission));
}

/* ---- words ---- */

static bool is_option_letter(char ch)
{
    return (ch >= 'a' && ch <= 'z') || ch == '-';
}

/* "--until DATE" at *at becomes the name of the field. */
static void add_option(const struct action_form *f, const char **at, struct str *out)
{
    const char *word = *at + 2, *end = word;
    while (is_option_letter(*end))
        end++;
    struct sv name = sv_from(word, (size_t)(end - word));
    const struct action_input *in = action_form_input(f, name);
    str_addf(out, "\"%.*s\"", SV_ARG(in ? sv_str(in->label) : name));
    if (*end == ' ' && end[1] >= 'A' && end[1] <= 'Z' && end[2] >= 'A' && end[2] <= 'Z')
        for (end++; (*end >= 'A' && *end <= 'Z') || *end == '|'; )
            end++;
    *at = end;
}

/* Length of what begins at `at` and speaks of a command, to its end; 0: it does not. */
static size_t command_part(const char *at)
{
    static const struct {
        const char *begin, *end;
    } parts[] = {{"; \"casemate ", ";"}, {"; use \"casemate ", ";"}, {" (casemate ", ")"}, {"; run \"casemate ", ";"}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (strncmp(at, parts[i].begin, strlen(parts[i].begin)))
            continue;
        const char *end = strstr(at + 1, parts[i].end);
        return end ? (size_t)(end - at) + (parts[i].end[0] == ')') : strlen(at);
    }
    return 0;
}

const char *action_words(struct arena *a, const struct action_form *f, const char *text)
{
    struct str out = STR_INIT;
    while (*text) {
        size_t command = command_part(text);
        if (command)
            text += command;
        else if (!strncmp(text, "--", 2) && text[2] >= 'a' && text[2] <= 'z')
            add_option(f, &text, &out);
        else
            str_add_char(&out, *text++);
    }
    const char *words = arena_strndup(a, str_cstr(&out), out.len);
    str_release(&out);
    return words;
}
