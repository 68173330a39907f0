/* The outline writer. Nodes are written depth first, each at its home; everywhere else stands "=
 * #id". The lines below one node (its countermeasures, then its children) form a group whose
 * attributes and comments are aligned. */
#include "base/utf8.h"
#include "tree/io/outline.h"

enum {
    GAP = 2,        /* blanks before attributes and comments */
    ALIGN_MAX = 72, /* longer lines do not push the column of their group further out */
};

struct print_group {
    size_t attributes, comments; /* columns, counted from the group's indentation */
};

struct print_level {
    uint32_t node;
    size_t next; /* countermeasures first, then children */
    struct print_group group;
};

struct printer {
    const struct tree *tree;
    const uint32_t *homes;
    const struct sv *anchors; /* needed only where a shared node has no id of its own */
    unsigned char *written;
    bool comments, attributes;
    struct str *out;
    struct str text, block; /* of the line at hand */
    struct sv comment;
};

static size_t width_of(struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.at[i] >= 0x80)
            return utf8_width(text);
    }
    return text.len;
}

static struct sv id_of(const struct printer *p, uint32_t node)
{
    const struct tree_node *n = &p->tree->nodes.at[node];
    return n->id.len || n->parents < 2 ? n->id : p->anchors[node];
}

static const char *gate_word(const struct tree_node *n)
{
    switch (n->gate) {
    case TREE_OR:
        return n->gate_written ? "OR " : "";
    case TREE_AND:
        return "AND ";
    case TREE_SAND:
        return "SAND ";
    default:
        return "";
    }
}

static void print_text(struct printer *p, uint32_t node)
{
    const struct tree_node *n = &p->tree->nodes.at[node];
    struct sv id = id_of(p, node);
    str_clear(&p->text);
    if (n->reference.len)
        str_add_str(&p->text, n->reference_whole ? "-> " : "= ");
    else if (n->role != TREE_ATTACK)
        str_add_str(&p->text, n->role == TREE_COUNTERMEASURE ? "! " : "? ");
    if (n->gate == TREE_AT_LEAST)
        str_addf(&p->text, "%u OF ", n->k);
    else
        str_add_str(&p->text, gate_word(n));
    if (n->reference.len) {
        str_add(&p->text, n->reference);
        if (n->label.len)
            str_add_char(&p->text, ' ');
    } else if (id.len) {
        str_addf(&p->text, "#%.*s ", SV_ARG(id));
    }
    str_add(&p->text, n->label);
}

static void print_block(struct printer *p, const struct tree_node *n)
{
    str_clear(&p->block);
    for (size_t i = 0; i < TREE_ATTRIBUTES && p->attributes; i++) {
        enum tree_attribute attribute = tree_attribute_order[i];
        if (n->values[attribute].kind == TREE_NO_VALUE)
            continue;
        str_add_str(&p->block, p->block.len ? " " : "[");
        str_addf(&p->block, "%s=%.*s", tree_attribute_names[attribute],
                 SV_ARG(n->values[attribute].text));
    }
    if (p->block.len)
        str_add_char(&p->block, ']');
}

/* The comment at the place where parent repeats a node: binary search. */
static struct sv find_remark(const struct tree *t, uint32_t parent, size_t position)
{
    size_t low = 0, high = t->remarks.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct tree_remark *r = &t->remarks.at[middle];
        if (r->parent == parent && r->position == position)
            return r->comment;
        if (r->parent < parent || (r->parent == parent && r->position < position))
            low = middle + 1;
        else
            high = middle;
    }
    return SV_NONE;
}

/* Fills text, block and comment with the line for what stands on parent at position. True when it
 * is written out here. */
static bool prepare_line(struct printer *p, uint32_t parent, size_t position, uint32_t node)
{
    const struct tree_node *n = &p->tree->nodes.at[node];
    bool here = !p->written[node] && p->homes[node] == parent;
    if (here) {
        print_text(p, node);
        print_block(p, n);
        p->comment = n->comment;
    } else {
        str_clear(&p->block);
        if (n->reference.len) { /* has no id in an outline, and is the same event wherever it stands */
            print_text(p, node);
        } else {
            str_clear(&p->text);
            str_addf(&p->text, "= #%.*s", SV_ARG(id_of(p, node)));
        }
        p->comment = find_remark(p->tree, parent, position);
    }
    if (!p->comments)
        p->comment = SV_NONE;
    return here;
}

/* What stands beside a line, without the comment lines above it. */
static struct sv comment_beside(struct sv comment)
{
    for (size_t i = comment.len; i > 0; i--) {
        if (comment.at[i - 1] == '\n')
            return sv_from_byte(comment, i);
    }
    return comment;
}

static void print_comment_line(struct str *out, size_t indent, struct sv line)
{
    str_add_repeat(out, ' ', indent);
    str_add_str(out, line.len ? "; " : ";");
    str_add(out, line);
    str_add_char(out, '\n');
}

/* Lines that all end with LF. */
static void print_comment_lines(struct str *out, size_t indent, struct sv lines)
{
    struct sv line;
    while (sv_next_line(&lines, &line))
        print_comment_line(out, indent, line);
}

/* Lines with LF between them, at the start or end of the outline. */
static void print_outer_comment(struct printer *p, struct sv lines)
{
    struct sv line;
    if (!p->comments || !lines.len)
        return;
    while (sv_split(&lines, '\n', &line))
        print_comment_line(p->out, 0, line);
}

static void print_line(struct printer *p, size_t indent, const struct print_group *group)
{
    struct sv beside = comment_beside(p->comment);
    size_t at = width_of(str_sv(&p->text));
    print_comment_lines(p->out, indent, sv_from(p->comment.at, p->comment.len - beside.len));
    str_add_repeat(p->out, ' ', indent);
    str_add(p->out, str_sv(&p->text));
    if (p->block.len) {
        size_t gap = at + GAP < group->attributes ? group->attributes - at : GAP;
        str_add_repeat(p->out, ' ', gap);
        str_add(p->out, str_sv(&p->block));
        at += gap + p->block.len;
    }
    if (beside.len) {
        str_add_repeat(p->out, ' ', at + GAP < group->comments ? group->comments - at : GAP);
        str_add_str(p->out, "; ");
        str_add(p->out, beside);
    }
    str_add_char(p->out, '\n');
}

/* Columns for the lines below a node: first that of the attributes, then that of the comments
 * behind them. */
static struct print_group measure_group(struct printer *p, uint32_t parent)
{
    const struct tree_node *n = &p->tree->nodes.at[parent];
    struct print_group group = {0, 0};
    uint32_t node;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; tree_below(n, i, &node); i++) {
            prepare_line(p, parent, i, node);
            size_t width = width_of(str_sv(&p->text)) + GAP;
            if (pass == 0 && p->block.len && width <= ALIGN_MAX && width > group.attributes)
                group.attributes = width;
            if (pass == 0 || !comment_beside(p->comment).len)
                continue;
            if (p->block.len)
                width = (width > group.attributes ? width : group.attributes) + p->block.len + GAP;
            if (width <= ALIGN_MAX + ALIGN_MAX / 2 && width > group.comments)
                group.comments = width;
        }
    }
    return group;
}

static void print_goal(struct printer *p)
{
    struct print_group none = {0, 0};
    print_text(p, 0);
    print_block(p, &p->tree->nodes.at[0]);
    p->comment = p->comments ? comment_beside(p->tree->nodes.at[0].comment) : SV_NONE;
    print_line(p, 0, &none);
    p->written[0] = 1;
}

static void print_nodes(struct printer *p, struct arena *a)
{
    struct print_level *stack = arena_new_array(a, struct print_level, p->tree->nodes.len + 1);
    size_t depth = 1;
    uint32_t node;
    print_goal(p);
    stack[0] = (struct print_level){0, 0, measure_group(p, 0)};
    while (depth) {
        struct print_level *top = &stack[depth - 1];
        if (!tree_below(&p->tree->nodes.at[top->node], top->next++, &node)) {
            depth--;
            continue;
        }
        bool here = prepare_line(p, top->node, top->next - 1, node);
        print_line(p, 2 * depth, &top->group);
        if (!here)
            continue;
        p->written[node] = 1;
        stack[depth++] = (struct print_level){node, 0, measure_group(p, node)};
    }
}

static void print_tree(const struct tree *t, bool comments, bool attributes, struct str *out)
{
    struct arena a = ARENA_INIT;
    struct printer p = {.tree = t,
                        .comments = comments,
                        .attributes = attributes,
                        .out = out,
                        .text = STR_INIT,
                        .block = STR_INIT,
                        .comment = SV_NONE};
    if (!t->nodes.len)
        return;
    p.homes = tree_homes(&a, t);
    p.anchors = t->shared ? tree_anchors(&a, t) : NULL;
    p.written = arena_alloc(&a, t->nodes.len);
    print_outer_comment(&p, t->leading_comment);
    print_nodes(&p, &a);
    print_outer_comment(&p, t->trailing_comment);
    str_release(&p.text);
    str_release(&p.block);
    arena_release(&a);
}

void outline_print(const struct tree *t, struct str *out)
{
    print_tree(t, true, true, out);
}

void outline_print_plain(const struct tree *t, bool plain, struct str *out)
{
    print_tree(t, false, !plain, out);
}
