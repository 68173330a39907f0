/* The second half of the outline reader: gates, references inside the tree, cycles, order. */
#include "base/suggest.h"
#include "tree/io/outline_parser.h"

#include <stdlib.h>

enum {
    SHOWN_MAX = 60,      /* bytes of the text that a message quotes */
    SUGGEST_IDS = 2000,  /* more ids than this: no "did you mean" */
    SUGGEST_FAULTS = 20, /* further undefined ids: no "did you mean" */
    CYCLES_MAX = 20,
    CYCLE_PATH_MAX = 12,
};

void outline_fault_at(struct outline_parser *p, uint32_t column, const char *what,
                      const char *expected)
{
    diag_error(p->diag, p->file, p->line, column, what, expected);
}

/* Text for a message: not too long, cut between characters. */
struct sv outline_shown(struct sv text)
{
    if (text.len <= SHOWN_MAX)
        return text;
    text.len = SHOWN_MAX;
    while (text.len && ((unsigned char)text.at[text.len] & 0xC0) == 0x80)
        text.len--;
    return text;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct sv outline_skip_blanks(struct sv text)
{
    size_t i = 0;
    while (i < text.len && is_blank(text.at[i]))
        i++;
    return sv_from_byte(text, i);
}

/* Up to the next blank. */
struct sv outline_first_word(struct sv text)
{
    size_t i = 0;
    while (i < text.len && !is_blank(text.at[i]))
        i++;
    return sv_from(text.at, i);
}

bool outline_all_digits(struct sv word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
    }
    return word.len > 0;
}

/* ---- after the last line
 * -------------------- */

/* word is `upper` in any mixture of cases */
static bool same_letters(struct sv word, const char *upper)
{
    size_t i = 0;
    for (; i < word.len && upper[i]; i++) {
        char c =
            word.at[i] >= 'a' && word.at[i] <= 'z' ? (char)(word.at[i] - 'a' + 'A') : word.at[i];
        if (c != upper[i])
            return false;
    }
    return i == word.len && !upper[i];
}

static const char *gate_word_meant(struct arena *a, struct sv label)
{
    static const char *const words[] = {"OR", "AND", "SAND"};
    struct sv word = outline_first_word(label),
              next = outline_first_word(outline_skip_blanks(sv_from_byte(label, word.len)));
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (word.len < label.len && same_letters(word, words[i]))
            return words[i];
    }
    if (outline_all_digits(word) && same_letters(next, "OF"))
        return arena_printf(a, "%.*s OF", SV_ARG(outline_shown(word)));
    return NULL;
}

static void check_gate(struct outline_parser *p, struct tree_node *n)
{
    size_t children = n->children.len;
    uint32_t column = n->column;
    p->line = n->line;
    if (!children && n->gate_written) {
        outline_fault_at(p, column, "a gate without children", "its children below it, further in");
    } else if (children && n->gate_written && n->gate == TREE_AT_LEAST &&
               (n->k < 1 || n->k > children)) {
        outline_fault_at(p, column,
                         arena_printf(p->arena, "%u OF %zu %s", n->k, children,
                                      children == 1 ? "child" : "children"),
                         arena_printf(p->arena, "a number from 1 to %zu", children));
    } else if (children && !n->gate_written) {
        const char *meant = gate_word_meant(p->arena, n->label);
        n->gate = TREE_OR;
        if (meant)
            outline_fault_at(p, column, "a gate word in lower case",
                             arena_printf(p->arena, "\"%s\"", meant));
    }
}

static void check_gates(struct outline_parser *p)
{
    for (size_t i = 0; i < p->tree->nodes.len; i++)
        check_gate(p, &p->tree->nodes.at[i]);
}

/* What seemed to be a child may be "= #id" of a countermeasure. */
static void check_gates_again(struct outline_parser *p)
{
    for (size_t i = 0; i < p->tree->nodes.len; i++) {
        struct tree_node *n = &p->tree->nodes.at[i];
        if (!n->children.len && !n->gate_written)
            n->gate = TREE_LEAF;
        else
            check_gate(p, n);
    }
}

static const char *nearest_id(struct outline_parser *p, struct sv id, size_t missing)
{
    if (p->ids.len > SUGGEST_IDS || missing > SUGGEST_FAULTS || !p->ids.len)
        return "a step of this tree that has this #id";
    const char **known = arena_new_array(p->arena, const char *, p->ids.len);
    for (size_t i = 0; i < p->ids.len; i++)
        known[i] = arena_strndup(p->arena, p->ids.entries[i].key.at, p->ids.entries[i].key.len);
    const char *nearest = suggest_nearest(id, known, p->ids.len);
    return nearest ? arena_printf(p->arena, "= #%s (did you mean that?)", nearest)
                   : "a step of this tree that has this #id";
}

static void resolve_links(struct outline_parser *p)
{
    size_t missing = 0;
    for (size_t i = 0; i < p->links.len; i++) {
        struct outline_link *link = &p->links.at[i];
        const uint32_t *index = link->id.len ? map_get(&p->ids, link->id) : NULL;
        p->line = link->line;
        if (index)
            link->node = *index;
        else if (link->id.len)
            outline_fault_at(
                p, link->id_column,
                arena_printf(p->arena, "#%.*s is not defined", SV_ARG(outline_shown(link->id))),
                nearest_id(p, link->id, missing++));
    }
}

/* The node that stands in a parent's list, or NO_NODE; *out_link when it stands there as a
 * reference. */
static uint32_t resolved_child(struct outline_parser *p, uint32_t child,
                               struct outline_link **out_link)
{
    *out_link = child & PLACEHOLDER ? &p->links.at[child & ~PLACEHOLDER] : NULL;
    return *out_link ? (*out_link)->node : child;
}

static void report_twice(struct outline_parser *p, uint32_t node, const struct outline_link *link)
{
    const struct tree_node *n = &p->tree->nodes.at[node];
    p->line = link ? link->line : n->line;
    outline_fault_at(p, link ? link->column : n->column,
                     arena_printf(p->arena, "#%.*s stands twice below the same node",
                                  SV_ARG(outline_shown(n->id))),
                     "each step once");
}

/* A countermeasure stands on a step, but is a part of another countermeasure. */
static bool stands_as_child(const struct outline_parser *p, uint32_t parent, uint32_t child)
{
    return p->tree->nodes.at[child].role == TREE_ATTACK || p->tree->nodes.at[parent].role != TREE_ATTACK;
}

/* Puts the nodes in the place of the placeholders; links to countermeasures move to the
 * countermeasures. */
static void place_links(struct outline_parser *p)
{
    uint32_t *seen = arena_new_array(p->arena, uint32_t, p->tree->nodes.len); /* last parent + 1 */
    for (uint32_t i = 0; p->links.len && i < p->tree->nodes.len; i++) {
        struct tree_node *n = &p->tree->nodes.at[i];
        size_t kept = 0;
        for (size_t j = 0; j < n->countermeasures.len; j++)
            seen[n->countermeasures.at[j]] = i + 1;
        for (size_t j = 0; j < n->children.len; j++) {
            struct outline_link *link;
            uint32_t child = resolved_child(p, n->children.at[j], &link);
            if (child == NO_NODE)
                continue;
            if (seen[child] == i + 1)
                report_twice(p, child, link);
            seen[child] = i + 1;
            bool as_child = stands_as_child(p, i, child);
            if (link)
                link->position = (uint32_t)(as_child ? kept : n->countermeasures.len);
            if (as_child)
                n->children.at[kept++] = child;
            else
                *vec_push(p->arena, &n->countermeasures) = child;
        }
        n->children.len = kept;
    }
}

static int remark_order(const void *left, const void *right)
{
    const struct tree_remark *a = left, *b = right;
    if (a->parent != b->parent)
        return a->parent < b->parent ? -1 : 1;
    return a->position < b->position ? -1 : a->position > b->position;
}

static void add_remarks(struct outline_parser *p)
{
    for (size_t i = 0; i < p->links.len; i++) {
        const struct outline_link *link = &p->links.at[i];
        if (!link->comment.len)
            continue;
        struct tree_remark *remark = vec_push(p->arena, &p->tree->remarks);
        *remark = (struct tree_remark){link->parent, link->position, link->comment};
        if (stands_as_child(p, link->parent, link->node))
            remark->position += (uint32_t)p->tree->nodes.at[link->parent].countermeasures.len;
    }
}

static void sort_remarks(struct tree *t)
{
    if (t->remarks.len)
        qsort(t->remarks.at, t->remarks.len, sizeof(*t->remarks.at), remark_order);
}

/* ---- cycles
 * --------------------
 */

struct cycle_frame {
    uint32_t node;
    size_t next;
};

static void add_name(struct str *path, const struct tree_node *n)
{
    if (n->id.len)
        str_addf(path, "#%.*s", SV_ARG(outline_shown(n->id)));
    else
        str_addf(path, "\"%.*s\"", SV_ARG(outline_shown(n->label)));
}

/* The link that leads from parent to node, the last one in the text; NULL when the step is written
 * out there. */
static const struct outline_link *find_link(const struct outline_parser *p, uint32_t parent,
                                            uint32_t node)
{
    for (size_t i = p->links.len; i > 0; i--) {
        if (p->links.at[i - 1].parent == parent && p->links.at[i - 1].node == node)
            return &p->links.at[i - 1];
    }
    return NULL;
}

/* The path from frames[0] to frames[count - 1] leads back to frames[0]. Told at its last link,
 * beginning with what that repeats. */
static void report_cycle(struct outline_parser *p, const struct cycle_frame *frames, size_t count)
{
    struct str path = STR_INIT;
    const struct outline_link *link = NULL;
    size_t start = 0;
    for (size_t i = count; i > 0 && !link; i--) {
        start = i % count;
        if (frames[start].node == 0 ||
            p->tree->nodes.at[frames[start].node].home != frames[i - 1].node)
            link = find_link(p, frames[i - 1].node, frames[start].node);
    }
    if (!link)
        BUG("a cycle without a reference");
    for (size_t i = 0; i < count; i++) {
        if (i == CYCLE_PATH_MAX)
            str_add_str(&path, "... -> ");
        if (i >= CYCLE_PATH_MAX && i + 1 < count)
            continue;
        add_name(&path, &p->tree->nodes.at[frames[(start + i) % count].node]);
        str_add_str(&path, " -> ");
    }
    add_name(&path, &p->tree->nodes.at[frames[start].node]);
    p->line = link->line;
    outline_fault_at(p, link->column, arena_printf(p->arena, "a cycle: %s", str_cstr(&path)),
                     "a step that does not contain this place");
    str_release(&path);
}

static void find_cycles(struct outline_parser *p)
{
    enum { NEW, OPEN, DONE };
    size_t count = p->tree->nodes.len, depth = 1, found = 0;
    unsigned char *state = arena_alloc(p->arena, count);
    size_t *place = arena_new_array(p->arena, size_t, count); /* of an open node on the stack */
    struct cycle_frame *stack = arena_new_array(p->arena, struct cycle_frame, count);
    stack[0] = (struct cycle_frame){0, 0};
    state[0] = OPEN;
    while (depth) {
        struct cycle_frame *top = &stack[depth - 1];
        uint32_t below;
        if (!tree_below(&p->tree->nodes.at[top->node], top->next++, &below)) {
            state[top->node] = DONE;
            depth--;
        } else if (state[below] == NEW) {
            state[below] = OPEN;
            place[below] = depth;
            stack[depth++] = (struct cycle_frame){below, 0};
        } else if (state[below] == OPEN && found++ < CYCLES_MAX) {
            report_cycle(p, &stack[place[below]], depth - place[below]);
        }
    }
}

/* ---- order and counts
 * -------------------- */

static void count_parents(struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++) {
        uint32_t below;
        for (size_t j = 0; tree_below(&t->nodes.at[i], j, &below); j++)
            t->nodes.at[below].parents++;
    }
    for (size_t i = 0; i < t->nodes.len; i++)
        t->shared += t->nodes.at[i].parents > 1;
}

/* New numbers in the order in which the normal form writes the nodes. */
static uint32_t *normal_numbers(struct outline_parser *p)
{
    size_t count = p->tree->nodes.len, depth = 1;
    uint32_t next = 1;
    uint32_t *numbers =
        arena_new_array(p->arena, uint32_t, count); /* 0: none yet; the goal keeps 0 */
    struct cycle_frame *stack = arena_new_array(p->arena, struct cycle_frame, count);
    stack[0] = (struct cycle_frame){0, 0};
    while (depth) {
        struct cycle_frame *top = &stack[depth - 1];
        uint32_t below;
        if (!tree_below(&p->tree->nodes.at[top->node], top->next++, &below)) {
            depth--;
        } else if (p->tree->nodes.at[below].home == top->node && !numbers[below]) {
            numbers[below] = next++;
            stack[depth++] = (struct cycle_frame){below, 0};
        }
    }
    return numbers;
}

static void renumber(struct outline_parser *p)
{
    struct tree *t = p->tree;
    const uint32_t *numbers = normal_numbers(p);
    struct tree_node *sorted = arena_new_array(p->arena, struct tree_node, t->nodes.len);
    for (size_t i = 0; i < t->nodes.len; i++) {
        struct tree_node *n = &sorted[numbers[i]];
        *n = t->nodes.at[i];
        n->home = numbers[n->home];
        for (size_t j = 0; j < n->children.len; j++)
            n->children.at[j] = numbers[n->children.at[j]];
        for (size_t j = 0; j < n->countermeasures.len; j++)
            n->countermeasures.at[j] = numbers[n->countermeasures.at[j]];
    }
    for (size_t i = 0; i < t->remarks.len; i++)
        t->remarks.at[i].parent = numbers[t->remarks.at[i].parent];
    t->nodes.at = sorted;
    t->nodes.cap = t->nodes.len;
}

const struct tree *outline_finish(struct outline_parser *p)
{
    check_gates(p);
    resolve_links(p);
    place_links(p);
    if (p->links.len && p->diag->errors == p->faults_before)
        check_gates_again(p);
    find_cycles(p);
    if (p->diag->errors > p->faults_before)
        return NULL;
    add_remarks(p);
    count_parents(p->tree);
    if (p->unsorted)
        renumber(p);
    sort_remarks(p->tree);
    if (p->pending.len)
        p->tree->trailing_comment =
            arena_sv(p->arena, sv_from(p->pending.data, p->pending.len - 1));
    return p->tree;
}
