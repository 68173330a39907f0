/* yaml_parse on any bytes: positions stay inside the text, every scalar survives yaml_write_scalar, and the
 * quick reader gives the tree that libyaml's events give. */
#include "base/str.h"
#include "base/utf8.h"
#include "format/yaml_quick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct arena *a, struct sv text, bool flow)
{
    struct str s = STR_INIT;
    struct diag diag;
    diag_init(&diag, a);
    str_add_str(&s, flow ? "[" : "- ");
    yaml_write_scalar(&s, text, flow);
    str_add_str(&s, flow ? ", x]\n" : "\n");
    const struct yaml_node *root = yaml_parse(a, str_sv(&s), "again", 1, &diag);
    if (!root || root->kind != YAML_SEQUENCE || root->count != (flow ? 2u : 1u) ||
        !sv_eq(root->items[0]->text, text))
        BUG("a scalar changed: %s", str_cstr(&s));
    str_release(&s);
}

static void walk(struct arena *a, const struct yaml_node *node, size_t size, size_t *budget)
{
    if (node->start > node->end || node->end > size || !node->column)
        BUG("a position outside the text");
    if (node->kind == YAML_SCALAR && node->text.len < 2000 && *budget) {
        (*budget)--;
        round_trip(a, node->text, false);
        round_trip(a, node->text, true);
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_MAPPING)
            walk(a, node->pairs[i].key, size, budget);
        walk(a, node->kind == YAML_MAPPING ? node->pairs[i].value : node->items[i], size, budget);
    }
}

static void same(const struct yaml_node *a, const struct yaml_node *b)
{
    if (a->kind != b->kind || a->line != b->line || a->column != b->column || a->start != b->start ||
        a->end != b->end || a->plain != b->plain || a->count != b->count || !sv_eq(a->text, b->text))
        BUG("the quick reader gives another tree");
    for (size_t i = 0; i < a->count; i++) {
        if (a->kind == YAML_MAPPING)
            same(a->pairs[i].key, b->pairs[i].key);
        same(a->kind == YAML_MAPPING ? a->pairs[i].value : a->items[i],
             b->kind == YAML_MAPPING ? b->pairs[i].value : b->items[i]);
    }
}

static void compare(struct arena *a, struct sv text)
{
    struct diag diag;
    const struct yaml_node *quick = yaml_quick(a, text, 5);
    diag_init(&diag, a);
    const struct yaml_node *root = quick ? yaml_parse_events(a, text, "f", 5, &diag) : NULL;
    if (quick && !root)
        BUG("the quick reader takes what is refused");
    if (quick)
        same(quick, root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    size_t budget = 20;
    diag_init(&diag, &a);
    const struct yaml_node *root = yaml_parse(&a, sv_from((const char *)data, size), "f", 5, &diag);
    if ((root != NULL) == (diag.errors > 0))
        BUG("a tree with faults, or none without");
    for (size_t i = 0; i < diag.len; i++)
        if (diag.items[i].line < 5 || !diag.items[i].column)
            BUG("a fault without place");
    compare(&a, sv_from((const char *)data, size));
    if (root)
        walk(&a, root, size, &budget);
    arena_release(&a);
    return 0;
}
