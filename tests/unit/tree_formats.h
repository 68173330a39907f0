/* Helpers for the tests of the tree formats. */
#ifndef CASEMATE_TESTS_TREE_FORMATS_H
#define CASEMATE_TESTS_TREE_FORMATS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tree/io/diff.h"
#include "tree/io/outline.h"
#include "tree/io/read.h"

/* All faults and warnings, sorted, one a line, without the file's name "f". */
static inline struct sv formats_faults(struct arena *a, struct diag *diag)
{
    struct str out = STR_INIT;
    diag_sort(diag);
    for (size_t i = 0; i < diag->len; i++) {
        const char *line = diag_format(diag, &diag->items[i]);
        str_addf(&out, "%s\n", line + (strncmp(line, "f: ", 3) == 0 ? 3 : strncmp(line, "f:", 2) == 0 ? 2 : 0));
    }
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

static inline const struct tree *formats_read(struct arena *a, const char *text, enum tree_format format,
                                              const char **out_faults)
{
    struct tree_read_options options = {.format = format, .top = {"", 0}};
    struct diag diag;
    diag_init(&diag, a);
    const struct tree *t = tree_read(a, sv_str(text), "f", &options, &diag);
    *out_faults = formats_faults(a, &diag).at;
    assert_int_equal(t != NULL, diag.errors == 0);
    return t;
}

/* The tree as an outline, for comparison; what an outline cannot say is approximated. */
static inline const char *formats_write(struct arena *a, const struct tree *t, enum tree_format format,
                                        struct loss *loss)
{
    struct tree_write_options options = {.approximate = true};
    struct err err = ERR_INIT;
    struct str out = STR_INIT;
    assert_int_equal(tree_write(t, format, &options, &out, loss, &err), CM_OK);
    const char *text = arena_sv(a, str_sv(&out)).at;
    str_release(&out);
    return text;
}

static inline const char *formats_losses(struct arena *a, const struct loss *l)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < l->items.len; i++) {
        const struct loss_item *item = &l->items.at[i];
        str_addf(&out, "%.*s: %.*s: %s (%zu)%s\n", SV_ARG(item->name), SV_ARG(item->what), item->reason, item->times,
                 item->meaning ? " !" : "");
    }
    const char *text = arena_sv(a, str_sv(&out)).at;
    str_release(&out);
    return text;
}

struct formats_case {
    const char *what, *text;
    const char *outline; /* of the tree that is read; NULL: there are faults */
    const char *faults;  /* faults and warnings */
};

static inline void formats_check(const struct formats_case *cases, size_t count, enum tree_format format)
{
    size_t failures = 0;
    for (size_t i = 0; i < count; i++) {
        struct arena a = ARENA_INIT;
        const char *faults;
        const struct tree *t = formats_read(&a, cases[i].text, format, &faults);
        const char *outline = t ? formats_write(&a, t, TREE_FORMAT_OUTLINE, NULL) : "(none)";
        if (strcmp(faults, cases[i].faults ? cases[i].faults : "") != 0 ||
            strcmp(outline, cases[i].outline ? cases[i].outline : "(none)") != 0) {
            print_error("%s:\n%s\n", cases[i].what, cases[i].text);
            print_error("faults:\n%s", faults);
            print_error("outline:\n%s", outline);
            failures++;
        }
        arena_release(&a);
    }
    assert_int_equal(failures, 0);
}

#endif
