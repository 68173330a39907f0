/* outline_parse on any valid UTF-8: what it accepts prints, reads back as the same tree, prints the
 * same again, and draws. */
#include "base/utf8.h"
#include "tree/io/draw.h"
#include "tree/io/outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(struct arena *a, const struct tree *t, const struct str *first)
{
    struct diag diag;
    struct str second = STR_INIT;
    diag_init(&diag, a);
    const struct tree *again = outline_parse(a, str_sv(first), "f", 1, 1, NULL, &diag);
    if (!again)
        BUG("what was printed has a fault: %s\n%s", diag_format(&diag, &diag.items[0]),
            str_cstr(first));
    outline_print(again, &second);
    if (!sv_eq(str_sv(first), str_sv(&second)))
        BUG("printing again differs:\n%s\n%s", str_cstr(first), str_cstr(&second));
    if (again->nodes.len != t->nodes.len || again->shared != t->shared)
        BUG("reading again gives another tree");
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *x = &t->nodes.at[i], *y = &again->nodes.at[i];
        if (!sv_eq(x->label, y->label) || !sv_eq(x->id, y->id) || !sv_eq(x->comment, y->comment) ||
            x->gate != y->gate || x->k != y->k || x->role != y->role ||
            x->children.len != y->children.len || x->parents != y->parents)
            BUG("node %zu differs after reading again", i);
    }
    str_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct str printed = STR_INIT, svg = STR_INIT;
    struct markup m;
    struct sv text = sv_from((const char *)data, size);
    if (!utf8_valid(text, NULL))
        return 0;
    diag_init(&diag, &a);
    const struct tree *t = outline_parse(&a, text, "f", 1, 1, NULL, &diag);
    if (!t != (diag.errors > 0))
        BUG("a tree with faults, or none without");
    if (t) {
        outline_print(t, &printed);
        check_again(&a, t, &printed);
        markup_init(&m, &svg, MARKUP_XML);
        draw_svg(&m, draw_layout(&a, t, size % 1000), "t-", true);
        markup_finish(&m);
    }
    str_release(&printed);
    str_release(&svg);
    arena_release(&a);
    return 0;
}
