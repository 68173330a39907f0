/* What every tree that a reader returns must stand: being written in each format, and read back from there. */
#ifndef CASEMATE_FUZZ_TREE_FORMATS_H
#define CASEMATE_FUZZ_TREE_FORMATS_H

#include "tree/io/diff.h"
#include "tree/io/read.h"

static const struct tree *fuzz_read(struct arena *a, struct sv text, enum tree_format format)
{
    struct diag diag;
    struct tree_read_options options = {.format = format, .top = {"", 0}, .undefined_events = true};
    diag_init(&diag, a);
    const struct tree *t = tree_read(a, text, "f", &options, &diag);
    if (!t != (diag.errors > 0))
        BUG("a tree with faults, or none without");
    return t;
}

/* JSON carries everything but remarks: what was written reads back as the same tree, and is written the same. */
static void fuzz_json(struct arena *a, const struct tree *t)
{
    struct str first = STR_INIT, second = STR_INIT;
    struct tree_diff diff;
    struct err err = ERR_INIT;
    if (tree_write(t, TREE_FORMAT_JSON, NULL, &first, NULL, &err) != CM_OK)
        BUG("%s", err.text);
    const struct tree *again = fuzz_read(a, str_sv(&first), TREE_FORMAT_JSON);
    if (!again)
        BUG("what was written cannot be read:\n%s", str_cstr(&first));
    if (tree_write(again, TREE_FORMAT_JSON, NULL, &second, NULL, &err) != CM_OK ||
        !sv_eq(str_sv(&first), str_sv(&second)))
        BUG("writing again differs:\n%s\n%s", str_cstr(&first), str_cstr(&second));
    tree_diff(a, t, again, &diff);
    if (diff.items.len)
        BUG("reading again gives another tree: %.*s\n%s", SV_ARG(diff.items.at[0].name), str_cstr(&first));
    str_release(&first);
    str_release(&second);
}

static bool fuzz_lost(const struct loss *l, const char *what)
{
    for (size_t i = 0; i < l->items.len; i++) {
        if (sv_eq_str(l->items.at[i].what, what))
            return true;
    }
    return false;
}

static void fuzz_format(struct arena *a, const struct tree *t, enum tree_format format)
{
    struct tree_write_options options = {.approximate = true};
    struct str text = STR_INIT;
    struct err err = ERR_INIT;
    struct loss loss;
    loss_init(&loss, a);
    if (tree_write(t, format, &options, &text, &loss, &err) != CM_OK)
        BUG("%s", err.text);
    if (format != TREE_FORMAT_DOT && !fuzz_lost(&loss, "size") && !fuzz_read(a, str_sv(&text), format))
        BUG("%s: what was written cannot be read:\n%s", tree_format_names[format], str_cstr(&text));
    str_release(&text);
}

static void fuzz_tree(struct sv text, enum tree_format format)
{
    struct arena a = ARENA_INIT;
    const struct tree *t = fuzz_read(&a, text, format);
    if (t) {
        fuzz_json(&a, t);
        for (int f = TREE_FORMAT_OUTLINE; f < TREE_FORMATS; f++)
            fuzz_format(&a, t, (enum tree_format)f);
    }
    arena_release(&a);
}

#endif
