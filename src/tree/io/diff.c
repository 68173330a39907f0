#include "tree/io/diff.h"

#include "base/map.h"
#include "tree/io/naming.h"

const char *const tree_change_names[TREE_CHANGES] = {
    [CHANGE_ADDED] = "added",
    [CHANGE_REMOVED] = "removed",
    [CHANGE_COUNTERMEASURE_ADDED] = "countermeasure-added",
    [CHANGE_COUNTERMEASURE_REMOVED] = "countermeasure-removed",
    [CHANGE_MOVED] = "moved",
    [CHANGE_LABEL] = "label",
    [CHANGE_ID] = "id",
    [CHANGE_ROLE] = "role",
    [CHANGE_GATE] = "gate",
    [CHANGE_REFERENCE] = "reference",
    [CHANGE_VALUE] = "value",
    [CHANGE_ORDER] = "order"};

enum {
    SHOWN_MAX = 8,
    TRIES_MAX = 200 /* candidates of one label, or children of one parent, that are compared with each other */
};

struct side {
    const struct tree *t;
    uint32_t *match; /* in the other tree */
    const uint32_t *homes;
    VEC(uint32_t) *parents; /* by node */
};

struct diff {
    struct arena *arena;
    struct side old, new;
    struct tree_diff *out;
    uint32_t *mark; /* by new node, for one comparison at a time */
    uint32_t stamp;
};

static const struct tree_node *node_of(const struct side *s, uint32_t i)
{
    return &s->t->nodes.at[i];
}

static void match(struct diff *d, uint32_t old, uint32_t new)
{
    d->old.match[old] = new;
    d->new.match[new] = old;
}

static bool is_free(const struct side *s, uint32_t i)
{
    return s->match[i] == TREE_DIFF_NONE;
}

/* ---- matching ---- */

static void match_ids(struct diff *d)
{
    struct map ids;
    map_init(&ids, d->arena);
    for (uint32_t i = 0; i < d->old.t->nodes.len; i++) {
        if (!node_of(&d->old, i)->id.len || !is_free(&d->old, i))
            continue;
        uint32_t *index = arena_new(d->arena, uint32_t);
        *index = i;
        map_set(&ids, node_of(&d->old, i)->id, index);
    }
    for (uint32_t i = 0; i < d->new.t->nodes.len; i++) {
        const uint32_t *old = node_of(&d->new, i)->id.len ? map_get(&ids, node_of(&d->new, i)->id) : NULL;
        if (old && is_free(&d->new, i) && is_free(&d->old, *old))
            match(d, *old, i);
    }
}

struct candidates {
    VEC(uint32_t) nodes;
    size_t next;
};

static struct sv label_key(struct diff *d, const struct tree_node *n)
{
    struct sv text = n->label.len ? n->label : n->reference;
    return sv_str(arena_printf(d->arena, "%c%.*s", n->role == TREE_ATTACK ? 'a' : 'c', SV_ARG(text)));
}

/* Among old nodes with the same label, first one whose parent is the match of the new one's. */
static uint32_t choose(struct diff *d, struct candidates *c, uint32_t new)
{
    uint32_t above = d->new.match[d->new.homes[new]];
    while (c->next < c->nodes.len && !is_free(&d->old, c->nodes.at[c->next]))
        c->next++;
    for (size_t i = c->next; i < c->nodes.len && i < c->next + TRIES_MAX; i++) {
        if (is_free(&d->old, c->nodes.at[i]) && above != TREE_DIFF_NONE && d->old.homes[c->nodes.at[i]] == above)
            return c->nodes.at[i];
    }
    return TREE_DIFF_NONE;
}

static void match_labels(struct diff *d)
{
    struct map labels;
    map_init(&labels, d->arena);
    for (uint32_t i = 0; i < d->old.t->nodes.len; i++) {
        struct sv key = label_key(d, node_of(&d->old, i));
        struct candidates *c = map_get(&labels, key);
        if (!c) {
            c = arena_new(d->arena, struct candidates);
            map_set(&labels, key, c);
        }
        *vec_push(d->arena, &c->nodes) = i;
    }
    for (int pass = 0; pass < 2; pass++) { /* under the same parent; then anywhere, in order */
        for (uint32_t i = 0; i < d->new.t->nodes.len; i++) {
            struct candidates *c = is_free(&d->new, i) ? map_get(&labels, label_key(d, node_of(&d->new, i))) : NULL;
            if (!c)
                continue;
            uint32_t old = choose(d, c, i);
            if (old == TREE_DIFF_NONE && pass == 1 && c->next < c->nodes.len)
                old = c->nodes.at[c->next];
            /* two different ids are two different nodes */
            if (old != TREE_DIFF_NONE && !(node_of(&d->old, old)->id.len && node_of(&d->new, i)->id.len))
                match(d, old, i);
        }
    }
}

static bool same_value(const struct tree_value *x, const struct tree_value *y)
{
    return x->kind == y->kind && !(x->lo < y->lo) && !(x->lo > y->lo) && !(x->hi < y->hi) && !(x->hi > y->hi) &&
           !(x->mode < y->mode) && !(x->mode > y->mode);
}

static bool alike(struct diff *d, uint32_t old, uint32_t new)
{
    const struct tree_node *x = node_of(&d->old, old), *y = node_of(&d->new, new);
    size_t common = 0;
    if (x->role != y->role || x->gate != y->gate || (x->id.len && y->id.len) || x->reference.len || y->reference.len)
        return false;
    for (size_t i = 0; i < x->children.len; i++) {
        uint32_t child = d->old.match[x->children.at[i]];
        common += child != TREE_DIFF_NONE && d->new.homes[child] == new;
    }
    if (x->children.len)
        return 2 * common >= x->children.len && 2 * common >= y->children.len && common;
    bool some = false;
    for (int i = 0; i < TREE_ATTRIBUTES; i++) {
        if (!same_value(&x->values[i], &y->values[i]))
            return false;
        some |= x->values[i].kind != TREE_NO_VALUE;
    }
    return some;
}

/* From the last to the first: children are matched before their parents. */
static void match_structure(struct diff *d)
{
    for (uint32_t i = (uint32_t)d->new.t->nodes.len; i-- > 0;) {
        uint32_t above = d->new.match[d->new.homes[i]], old;
        if (!is_free(&d->new, i) || above == TREE_DIFF_NONE)
            continue;
        for (size_t j = 0; j < TRIES_MAX && tree_below(node_of(&d->old, above), j, &old); j++) {
            if (!is_free(&d->old, old) || !alike(d, old, i))
                continue;
            match(d, old, i);
            break;
        }
    }
}

/* ---- items ---- */

static struct tree_diff_item *add(struct diff *d, enum tree_change change, uint32_t old, uint32_t new)
{
    struct tree_diff_item *item = vec_push(d->arena, &d->out->items);
    *item = (struct tree_diff_item){.change = change, .before = old, .after = new, .from = SV_NONE, .to = SV_NONE};
    item->name = new != TREE_DIFF_NONE ? node_of(&d->new, new)->label : node_of(&d->old, old)->label;
    if (!item->name.len)
        item->name = naming_shown(new != TREE_DIFF_NONE ? node_of(&d->new, new) : node_of(&d->old, old));
    return item;
}

static void compare_texts(struct diff *d, enum tree_change change, uint32_t old, uint32_t new, struct sv from,
                          struct sv to)
{
    if (sv_eq(from, to))
        return;
    struct tree_diff_item *item = add(d, change, old, new);
    item->from = from;
    item->to = to;
}

static struct sv gate_text(struct diff *d, const struct tree_node *n)
{
    static const char *const words[] = {[TREE_LEAF] = "step",   [TREE_OR] = "OR",   [TREE_AND] = "AND",
                                        [TREE_SAND] = "SAND",   [TREE_NOT] = "NOT", [TREE_XOR] = "XOR",
                                        [TREE_NAND] = "NAND",   [TREE_NOR] = "NOR", [TREE_IFF] = "IFF",
                                        [TREE_IMPLY] = "IMPLY"};
    if (n->gate == TREE_AT_LEAST)
        return sv_str(arena_printf(d->arena, "%u OF", n->k));
    if (n->gate == TREE_CARDINALITY)
        return sv_str(arena_printf(d->arena, "%u to %u OF", n->k, n->k_max));
    if (n->gate == TREE_CONSTANT)
        return n->k ? SV("true") : SV("false");
    return sv_str(words[n->gate]);
}

static struct sv role_text(const struct tree_node *n)
{
    return n->role == TREE_ATTACK ? SV("attack") : n->role == TREE_APPROACH ? SV("approach") : SV("countermeasure");
}

static struct sv list_parents(struct diff *d, const struct side *s, uint32_t i)
{
    struct str list = STR_INIT;
    for (size_t j = 0; j < s->parents[i].len && j < SHOWN_MAX; j++)
        str_addf(&list, "%s\"%.*s\"", j ? ", " : "", SV_ARG(naming_shown(node_of(s, s->parents[i].at[j]))));
    if (s->parents[i].len > SHOWN_MAX)
        str_addf(&list, " and %zu more", s->parents[i].len - SHOWN_MAX);
    struct sv text = arena_sv(d->arena, str_sv(&list));
    str_release(&list);
    return text;
}

static bool same_parents(struct diff *d, uint32_t old, uint32_t new)
{
    if (d->old.parents[old].len != d->new.parents[new].len)
        return false;
    d->stamp++;
    for (size_t i = 0; i < d->new.parents[new].len; i++)
        d->mark[d->new.parents[new].at[i]] = d->stamp;
    for (size_t i = 0; i < d->old.parents[old].len; i++) {
        uint32_t there = d->old.match[d->old.parents[old].at[i]];
        if (there == TREE_DIFF_NONE || d->mark[there] != d->stamp)
            return false;
    }
    return true;
}

/* The children that both have, in another order. */
static bool reordered(struct diff *d, const struct tree_node *x, const struct tree_node *y)
{
    uint32_t first = d->stamp + 1, last = first;
    for (size_t i = 0; i < y->children.len; i++)
        d->mark[y->children.at[i]] = first + (uint32_t)i;
    d->stamp += (uint32_t)y->children.len;
    for (size_t i = 0; i < x->children.len; i++) {
        uint32_t child = d->old.match[x->children.at[i]];
        if (child == TREE_DIFF_NONE || d->mark[child] < first)
            continue;
        if (d->mark[child] < last)
            return true;
        last = d->mark[child];
    }
    return false;
}

static void compare(struct diff *d, uint32_t old, uint32_t new)
{
    const struct tree_node *x = node_of(&d->old, old), *y = node_of(&d->new, new);
    compare_texts(d, CHANGE_LABEL, old, new, x->label, y->label);
    compare_texts(d, CHANGE_ID, old, new, x->id, y->id);
    compare_texts(d, CHANGE_ROLE, old, new, role_text(x), role_text(y));
    compare_texts(d, CHANGE_GATE, old, new, gate_text(d, x), gate_text(d, y));
    compare_texts(d, CHANGE_REFERENCE, old, new, x->reference, y->reference);
    if (!same_parents(d, old, new))
        compare_texts(d, CHANGE_MOVED, old, new, list_parents(d, &d->old, old), list_parents(d, &d->new, new));
    if (x->gate == TREE_SAND && y->gate == TREE_SAND && reordered(d, x, y))
        add(d, CHANGE_ORDER, old, new);
    for (int i = 0; i < TREE_ATTRIBUTES; i++) {
        enum tree_attribute attribute = tree_attribute_order[i];
        if (same_value(&x->values[attribute], &y->values[attribute]))
            continue;
        struct tree_diff_item *item = add(d, CHANGE_VALUE, old, new);
        item->attribute = attribute;
        item->from = x->values[attribute].kind != TREE_NO_VALUE ? x->values[attribute].text : SV_NONE;
        item->to = y->values[attribute].kind != TREE_NO_VALUE ? y->values[attribute].text : SV_NONE;
    }
}

static void list_items(struct diff *d)
{
    for (uint32_t i = 0; i < d->new.t->nodes.len; i++) {
        if (!is_free(&d->new, i)) {
            compare(d, d->new.match[i], i);
            continue;
        }
        bool attack = node_of(&d->new, i)->role == TREE_ATTACK;
        add(d, attack ? CHANGE_ADDED : CHANGE_COUNTERMEASURE_ADDED, TREE_DIFF_NONE, i)->to =
            list_parents(d, &d->new, i);
    }
    for (uint32_t i = 0; i < d->old.t->nodes.len; i++) {
        bool attack = node_of(&d->old, i)->role == TREE_ATTACK;
        if (is_free(&d->old, i))
            add(d, attack ? CHANGE_REMOVED : CHANGE_COUNTERMEASURE_REMOVED, i, TREE_DIFF_NONE)->from =
                list_parents(d, &d->old, i);
    }
}

static void prepare(struct diff *d, struct side *s, const struct tree *t)
{
    s->t = t;
    s->homes = tree_homes(d->arena, t);
    s->match = arena_new_array(d->arena, uint32_t, t->nodes.len + 1);
    s->parents = arena_array(d->arena, t->nodes.len + 1, sizeof(*s->parents));
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        uint32_t below;
        s->match[i] = TREE_DIFF_NONE;
        for (size_t j = 0; tree_below(&t->nodes.at[i], j, &below); j++)
            *vec_push(d->arena, &s->parents[below]) = i;
    }
}

void tree_diff(struct arena *a, const struct tree *before, const struct tree *after, struct tree_diff *out)
{
    struct diff d = {.arena = a, .out = out};
    *out = (struct tree_diff){.items = {NULL, 0, 0}};
    prepare(&d, &d.old, before);
    prepare(&d, &d.new, after);
    d.mark = arena_new_array(a, uint32_t, after->nodes.len + 1);
    match(&d, 0, 0);
    match_ids(&d);
    match_labels(&d);
    match_structure(&d);
    list_items(&d);
    out->after = d.old.match;
    out->before = d.new.match;
}

void tree_diff_print(const struct tree_diff_item *item, struct str *out)
{
    static const char *const words[TREE_CHANGES] = {
        [CHANGE_LABEL] = "label", [CHANGE_ID] = "id", [CHANGE_ROLE] = "role", [CHANGE_GATE] = "gate",
        [CHANGE_REFERENCE] = "reference", [CHANGE_MOVED] = "moved"};
    bool counter =
        item->change == CHANGE_COUNTERMEASURE_ADDED || item->change == CHANGE_COUNTERMEASURE_REMOVED;
    str_addf(out, "%s\"%.*s\"", counter ? "countermeasure " : "", SV_ARG(item->name));
    switch (item->change) {
    case CHANGE_ADDED:
    case CHANGE_COUNTERMEASURE_ADDED:
        str_addf(out, " added%s%.*s", item->to.len ? " below " : "", SV_ARG(item->to));
        break;
    case CHANGE_REMOVED:
    case CHANGE_COUNTERMEASURE_REMOVED:
        str_addf(out, " removed%s%.*s", item->from.len ? " from " : "", SV_ARG(item->from));
        break;
    case CHANGE_ORDER:
        str_add_str(out, ": its steps are in another order");
        break;
    case CHANGE_MOVED:
        str_addf(out, " moved from below %.*s to below %.*s", SV_ARG(item->from), SV_ARG(item->to));
        break;
    default:
        str_addf(out, ": %s %.*s -> %.*s",
                 item->change == CHANGE_VALUE ? tree_attribute_names[item->attribute] : words[item->change],
                 SV_ARG(item->from.len ? item->from : SV("none")), SV_ARG(item->to.len ? item->to : SV("none")));
    }
}
