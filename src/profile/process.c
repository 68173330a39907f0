/* process.md: settings that are enforced, and the prose that quotes them. */
#include "base/str.h"
#include "base/utf8.h"
#include "profile/internal.h"

enum { DAYS_MAX = 3650, PEOPLE_MAX = 1000, STAGES_MAX = 30, REASONS_MAX = 20 };

const char *const entry_need_names[ENTRY_NEEDS] = {
    [NEED_FIELDS] = "fields",         [NEED_ATTACKER] = "attacker",
    [NEED_LEVEL] = "level",           [NEED_AFFECTS] = "affects",
    [NEED_ESTIMATES] = "estimates",   [NEED_PRIORITY_STOOD] = "priority-stood",
    [NEED_RESPONSES] = "responses",   [NEED_ACCEPTANCE] = "acceptance",
    [NEED_REASON] = "reason",         [NEED_SUCCESSOR] = "successor",
    [NEED_SUCCESSORS] = "successors",
};

const struct mode *process_mode(const struct process *p)
{
    static const struct mode none;
    return p->mode < p->modes.len ? &p->modes.at[p->mode] : &none;
}

int process_stage(const struct process *p, struct sv id)
{
    for (size_t i = 0; i < p->stages.len; i++)
        if (id.len && sv_eq(p->stages.at[i].id, id))
            return (int)i;
    return -1;
}

static void read_mode(const struct yaml_read *r, const struct yaml_pair *pair, struct process *out)
{
    const struct yaml_node *node = yaml_read_mapping(r, pair->value, "a mode");
    struct mode *mode = vec_push(r->a, &out->modes);
    mode->id = pair->key->text;
    if (!yaml_read_is_id(mode->id))
        yaml_read_fault(r, pair->key, "the name of a mode is not an identifier",
                        "lower-case words joined by hyphens");
    YAML_READ_KEYS(r, node, "estimators", "first_round_days", "second_round", "second_round_days",
                   "acceptance", "call_days");
    mode->estimators = yaml_read_number(r, node, "estimators", YAML_REQUIRED, 1, PEOPLE_MAX, 1);
    mode->first_round_days =
        yaml_read_number(r, node, "first_round_days", YAML_REQUIRED, 0, DAYS_MAX, 0);
    mode->second_round =
        YAML_READ_CHOICE(r, node, "second_round", YAML_REQUIRED, "none", "on-spread");
    mode->second_round_days =
        yaml_read_number(r, node, "second_round_days", YAML_REQUIRED, 0, DAYS_MAX, 0);
    mode->acceptance = YAML_READ_CHOICE(r, node, "acceptance", YAML_REQUIRED, "reviews", "call");
    mode->call_days = yaml_read_number(r, node, "call_days", YAML_REQUIRED, 0, DAYS_MAX, 0);
}

static void read_modes(const struct yaml_read *r, const struct yaml_node *front,
                       struct process *out)
{
    const struct yaml_node *modes =
        yaml_read_mapping(r, yaml_read_get(r, front, "modes", YAML_REQUIRED), "`modes`");
    struct sv id = yaml_read_line(r, front, "mode", YAML_REQUIRED);
    struct words known = {{NULL, 0, 0}};
    if (modes && (!modes->count || modes->count > 20)) {
        yaml_read_fault(r, modes, arena_printf(r->a, "`modes` has %zu entries", modes->count),
                        "one to 20");
        return;
    }
    for (size_t i = 0; modes && i < modes->count; i++) {
        read_mode(r, &modes->pairs[i], out);
        *vec_push(r->a, &known.list) =
            arena_strndup(r->a, modes->pairs[i].key->text.at, modes->pairs[i].key->text.len);
    }
    for (size_t i = 0; i < out->modes.len; i++)
        if (sv_eq(out->modes.at[i].id, id)) {
            out->mode = i;
            return;
        }
    if (modes && id.len)
        yaml_read_unknown(r, yaml_get(front, "mode"), "mode", &known);
}

static uint32_t read_needs(const struct yaml_read *r, const struct yaml_node *item)
{
    uint32_t needs = 0;
    struct words known = {{(const char **)(uintptr_t)entry_need_names, ENTRY_NEEDS, 0}};
    const struct yaml_node *list = yaml_read_list(r, item, "needs", YAML_REQUIRED, 50);
    for (size_t i = 0; list && i < list->count; i++) {
        struct sv word;
        uint32_t bit = 0;
        if (!yaml_read_item(r, list->items[i], "a need", &word))
            continue;
        for (unsigned n = 0; n < ENTRY_NEEDS; n++)
            if (sv_eq_str(word, entry_need_names[n]))
                bit = 1u << n;
        if (!bit)
            yaml_read_unknown(r, list->items[i], "need", &known);
        needs |= bit;
    }
    return needs;
}

/* "approved" and "Approval", as a word or a part of one; "disapproved" is no better. */
static bool says_approved(struct sv text)
{
    static const char word[] = "approv";
    for (size_t at = 0; at + strlen(word) <= text.len; at++) {
        size_t same = 0;
        while (word[same] && (text.at[at + same] | 0x20) == word[same])
            same++;
        if (!word[same])
            return true;
    }
    return false;
}

static void read_stages(const struct yaml_read *r, const struct yaml_node *front, const char *key,
                        bool end, struct process *out)
{
    const struct yaml_node *list = yaml_read_list(r, front, key, YAML_REQUIRED, STAGES_MAX);
    if (list && !list->count && !end)
        yaml_read_fault(r, list, arena_printf(r->a, "`%s` is empty", key), "at least one entry");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct yaml_node *item =
            yaml_read_mapping(r, list->items[i], end ? "an end" : "a stage");
        if (!item)
            continue;
        YAML_READ_KEYS(r, item, "id", "name", "means", "needs");
        struct stage stage = {.id = yaml_read_id(r, item, "id"), .end = end};
        stage.name = yaml_read_line(r, item, "name", YAML_REQUIRED);
        stage.means = yaml_read_text(r, item, "means", YAML_REQUIRED);
        stage.needs = read_needs(r, item);
        if (says_approved(stage.id) || says_approved(stage.name))
            yaml_read_fault(
                r, yaml_get(item, says_approved(stage.id) ? "id" : "name"),
                arena_printf(r->a, "a state is called \"%.*s\"",
                             SV_ARG(says_approved(stage.id) ? stage.id : stage.name)),
                "a word for what the group did, such as reviewed: it approves nothing (XEP-0139, "
                "scope)");
        if (!stage.id.len)
            continue;
        if (process_stage(out, stage.id) >= 0) {
            yaml_read_fault(
                r, yaml_get(item, "id"),
                arena_printf(r->a, "the stage or end \"%.*s\" stands twice", SV_ARG(stage.id)),
                "another id");
            continue;
        }
        *vec_push(r->a, &out->stages) = stage;
    }
    if (!end)
        out->stage_count = out->stages.len;
}

int process_reason(const struct process *p, struct sv id)
{
    for (size_t i = 0; i < p->moderation_reasons.len; i++)
        if (id.len && sv_eq(p->moderation_reasons.at[i].id, id))
            return (int)i;
    return -1;
}

static void read_reason(const struct yaml_read *r, const struct yaml_node *item, struct process *out)
{
    if (!item)
        return;
    YAML_READ_KEYS(r, item, "id", "means", "act");
    struct moderation_reason reason = {.id = yaml_read_id(r, item, "id")};
    reason.means = yaml_read_line(r, item, "means", YAML_REQUIRED);
    reason.act = YAML_READ_CHOICE(r, item, "act", YAML_REQUIRED, "return", "discard", "either");
    if (process_reason(out, reason.id) >= 0)
        yaml_read_fault(r, yaml_get(item, "id"),
                        arena_printf(r->a, "the reason \"%.*s\" stands twice", SV_ARG(reason.id)), "another id");
    else if (reason.id.len)
        *vec_push(r->a, &out->moderation_reasons) = reason;
}

static void read_moderation(const struct yaml_read *r, const struct yaml_node *m, struct process *out)
{
    YAML_READ_KEYS(r, m, "first_post", "other_posts", "off_stage", "hold_hours", "on_timeout",
                   "strangers_on_timeout", "two_person", "urgent", "reasons");
    out->moderation_first_post =
        YAML_READ_CHOICE(r, m, "first_post", YAML_REQUIRED, "hold", "pass");
    out->moderation_other_posts =
        YAML_READ_CHOICE(r, m, "other_posts", YAML_REQUIRED, "hold", "pass");
    out->moderation_off_stage =
        YAML_READ_CHOICE(r, m, "off_stage", YAML_REQUIRED, "park", "hold", "pass");
    out->hold_hours = yaml_read_number(r, m, "hold_hours", YAML_REQUIRED, 1, 24 * DAYS_MAX, 72);
    out->moderation_on_timeout =
        YAML_READ_CHOICE(r, m, "on_timeout", YAML_REQUIRED, "approve", "return");
    out->moderation_strangers_on_timeout =
        YAML_READ_CHOICE(r, m, "strangers_on_timeout", YAML_REQUIRED, "approve", "return", "discard");
    out->moderation_two_person =
        YAML_READ_CHOICE(r, m, "two_person", YAML_REQUIRED, "none", "refusals", "all");
    out->moderation_urgent = YAML_READ_CHOICE(r, m, "urgent", YAML_REQUIRED, "alone", "never");
    const struct yaml_node *list = yaml_read_list(r, m, "reasons", YAML_REQUIRED, REASONS_MAX);
    if (list && !list->count)
        yaml_read_fault(r, list, "`reasons` is empty", "at least one reason for which a post may be returned");
    for (size_t i = 0; list && i < list->count; i++)
        read_reason(r, yaml_read_mapping(r, list->items[i], "a reason"), out);
}

static void read_rules(const struct yaml_read *r, const struct yaml_node *front,
                       struct process *out)
{
    const struct yaml_node *calls =
        yaml_read_mapping(r, yaml_read_get(r, front, "calls", YAML_REQUIRED), "`calls`");
    YAML_READ_KEYS(r, calls, "minimum_days", "silence");
    out->call_minimum_days =
        yaml_read_number(r, calls, "minimum_days", YAML_REQUIRED, 0, DAYS_MAX, 0);
    out->calls_silence =
        YAML_READ_CHOICE(r, calls, "silence", YAML_REQUIRED, "consents", "abstains");
    read_moderation(
        r, yaml_read_mapping(r, yaml_read_get(r, front, "moderation", YAML_REQUIRED), "`moderation`"), out);
    const struct yaml_node *silence =
        yaml_read_mapping(r, yaml_read_get(r, front, "silence", YAML_REQUIRED), "`silence`");
    YAML_READ_KEYS(r, silence, "warn_months", "end_months");
    out->silence_warn_months =
        yaml_read_number(r, silence, "warn_months", YAML_REQUIRED, 1, 120, 5);
    out->silence_end_months = yaml_read_number(r, silence, "end_months", YAML_REQUIRED, 1, 120, 6);
    if (silence && out->silence_end_months < out->silence_warn_months)
        yaml_read_fault(r, silence, "`end_months` is before `warn_months`",
                        "a warning before the end");
}

/* What the clock does, and when it hands over. */
static void read_clocks(const struct yaml_read *r, const struct yaml_node *front,
                        struct process *out)
{
    out->remind_days =
        yaml_read_number(r, front, "remind_days", YAML_OPTIONAL, 0, DAYS_MAX, 0);
    out->deputy_days =
        yaml_read_number(r, front, "deputy_days", YAML_OPTIONAL, 0, DAYS_MAX, 0);
    const struct yaml_node *rounds =
        yaml_read_mapping(r, yaml_read_get(r, front, "rounds", YAML_OPTIONAL), "`rounds`");
    YAML_READ_KEYS(r, rounds, "closed_by");
    if (rounds)
        out->rounds_by_clock = sv_eq_str(
            YAML_READ_CHOICE(r, rounds, "closed_by", YAML_REQUIRED, "leader", "clock"), "clock");
}

static void read_settings(const struct yaml_read *r, const struct yaml_node *front,
                          struct process *out)
{
    YAML_READ_KEYS(r, front, "title", "mode", "modes", "spread", "batch", "objection_days",
                   "stages", "ends", "calls", "moderation", "embargo_days", "report_days",
                   "silence", "names", "remind_days", "deputy_days", "rounds");
    out->title = yaml_read_line(r, front, "title", YAML_REQUIRED);
    read_modes(r, front, out);
    out->spread = yaml_read_number(r, front, "spread", YAML_REQUIRED, 1, 100, 2);
    out->batch = yaml_read_number(r, front, "batch", YAML_REQUIRED, 1, 1000, 10);
    out->objection_days =
        yaml_read_number(r, front, "objection_days", YAML_REQUIRED, 0, DAYS_MAX, 7);
    out->names_hidden = sv_eq_str(
        YAML_READ_CHOICE(r, front, "names", YAML_OPTIONAL, "shown", "hidden"), "hidden");
    read_stages(r, front, "stages", false, out);
    read_stages(r, front, "ends", true, out);
    read_rules(r, front, out);
    out->embargo_days = yaml_read_number(r, front, "embargo_days", YAML_REQUIRED, 0, DAYS_MAX, 90);
    out->report_days = yaml_read_number(r, front, "report_days", YAML_REQUIRED, 1, DAYS_MAX, 90);
    read_clocks(r, front, out);
}

/* One step of a path: a key, or the id of an item of a list. */
static const struct yaml_node *step_into(const struct yaml_node *node, struct sv name)
{
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++)
        if (sv_eq(node->pairs[i].key->text, name))
            return node->pairs[i].value;
    for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->count; i++) {
        const struct yaml_node *id = yaml_get(node->items[i], "id");
        if (id && id->kind == YAML_SCALAR && sv_eq(id->text, name))
            return node->items[i];
    }
    return NULL;
}

static const struct yaml_node *resolve(const struct yaml_node *front, struct sv path)
{
    struct sv rest = path, name;
    const struct yaml_node *node = front;
    while (node && sv_split(&rest, '.', &name))
        node = step_into(node, sv_trim(name));
    return node;
}

static void placeholder_fault(struct source *s, struct sv prose, uint32_t first_line, size_t at,
                              const char *what, const char *expected)
{
    uint32_t line, column;
    utf8_position(prose, at, &line, &column);
    diag_error(s->read.diag, s->read.file, first_line + line - 1, column, what, expected);
}

/* Puts the value of one placeholder (from "{{" to "}}") into out. */
static void put_value(struct source *s, const struct yaml_node *front, struct sv prose,
                      uint32_t line, struct sv path, struct str *out)
{
    const struct yaml_node *node = resolve(front, path);
    size_t at = (size_t)(path.at - prose.at);
    const char *shown = yaml_read_shown(s->read.a, path);
    if (!node) {
        placeholder_fault(
            s, prose, line, at, arena_printf(s->read.a, "there is no value {{%s}}", shown),
            "a path of the front matter, such as {{objection_days}} or {{calls.minimum_days}}");
    } else if (node->kind != YAML_SCALAR) {
        placeholder_fault(s, prose, line, at,
                          arena_printf(s->read.a, "{{%s}} is not a single value", shown),
                          "the path of one value");
    } else {
        for (size_t i = 0; i < node->text.len; i++)
            str_add_char(out, node->text.at[i] == '\n' ? ' ' : node->text.at[i]);
    }
}

static struct sv replace_values(struct source *s, const struct yaml_node *front, struct sv prose,
                                uint32_t line)
{
    struct str out = STR_INIT;
    size_t at = 0;
    for (;;) {
        ptrdiff_t open = sv_find(sv_from_byte(prose, at), SV("{{"));
        if (open < 0 || out.len > PROFILE_FILE_MAX)
            break;
        size_t start = at + (size_t)open;
        struct sv rest = sv_from_byte(prose, start + 2), inner;
        sv_next_line(&rest, &inner);
        ptrdiff_t close = sv_find(inner, SV("}}"));
        str_add(&out, sv_from(prose.at + at, start - at));
        at = start + 2;
        if (close < 0) {
            placeholder_fault(s, prose, line, start, "`{{` without `}}` in the same line",
                              "{{path}}");
            continue;
        }
        struct sv path = sv_trim(sv_from(prose.at + at, (size_t)close));
        put_value(s, front, prose, line, path, &out);
        at += (size_t)close + 2;
    }
    str_add(&out, sv_from_byte(prose, at));
    struct sv result = arena_sv(s->read.a, str_sv(&out));
    str_release(&out);
    return result;
}

void process_read(struct source *s, const struct profile *p, struct process *out)
{
    struct markdown_file md;
    const struct yaml_node *front = source_front(s, &md);
    mention_refuse_threats(&p->sig, s, s->text);
    if (!front)
        return;
    read_settings(&s->read, front, out);
    uint32_t line = md.body_line;
    struct sv prose = lexical_prose(s->read.a, md.body, &line);
    out->prose_line = line;
    out->prose = replace_values(s, front, prose, line);
    if (!prose.len)
        diag_error(s->read.diag, s->read.file, md.body_line, 1, "the process has no prose",
                   "a text that says how the group works");
    size_t words = utf8_words(out->prose);
    if (words > PROFILE_WORDS_MAX)
        diag_error(s->read.diag, s->read.file, line, 1,
                   arena_printf(s->read.a, "the process has %zu words", words),
                   arena_printf(s->read.a, "at most %d", PROFILE_WORDS_MAX));
}

void process_check_prose(struct source *s, const struct profile *p)
{
    prose_check(p, s, p->process.prose, p->process.prose_line);
}
