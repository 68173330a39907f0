/* The small profile of tests/data/profile-small, and changes to it. */
#ifndef CASEMATE_TESTS_PROFILE_FIXTURE_H
#define CASEMATE_TESTS_PROFILE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/str.h"
#include "profile/profile.h"

#define FIRST "threats/T-0001-first.md"
#define SECOND "threats/T-0002-second.md"

static inline const char *fixture_dir(struct arena *a, const char *name)
{
    const char *source = getenv("CASEMATE_SOURCE");
    return arena_printf(a, "%s/%s", source ? source : ".", name);
}

static inline void fixture_read(struct arena *a, const char *name, struct profile_files *files)
{
    struct diag diag;
    struct err err = ERR_INIT;
    diag_init(&diag, a);
    if (profile_read_dir(a, fixture_dir(a, name), files, &diag, &err) != CM_OK)
        fail_msg("%s", err.text);
    assert_int_equal(diag.errors, 0);
}

static inline struct profile_file *fixture_file(struct profile_files *files, const char *path)
{
    for (size_t i = 0; i < files->list.len; i++)
        if (!strcmp(files->list.at[i].path, path))
            return &files->list.at[i];
    fail_msg("no file %s", path);
    return NULL;
}

/* The text with the first occurrence of `find` replaced; find "" puts it at the end. */
static inline struct sv fixture_replace(struct arena *a, struct sv text, struct sv find,
                                        struct sv with)
{
    struct str out = STR_INIT;
    ptrdiff_t at = find.len ? sv_find(text, find) : (ptrdiff_t)text.len;
    if (at < 0)
        fail_msg("\"%.*s\" is not in the file", SV_ARG(find));
    str_add(&out, sv_from(text.at, (size_t)at));
    str_add(&out, with);
    str_add(&out, sv_from_byte(text, (size_t)at + find.len));
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

static inline const char *fixture_faults(struct arena *a, struct diag *diag)
{
    struct str out = STR_INIT;
    diag_sort(diag);
    for (size_t i = 0; i < diag->len; i++)
        str_addf(&out, "%s\n", diag_format(diag, &diag->items[i]));
    const char *text = arena_strdup(a, str_cstr(&out));
    str_release(&out);
    return text;
}

static inline struct sv fixture_sv(struct sv text)
{
    return text;
}

#define assert_text(got, want)                                                                     \
    do {                                                                                           \
        struct sv text_ = fixture_sv(got);                                                         \
        char *copy_ = strndup(text_.at, text_.len);                                                \
        assert_string_equal(copy_, want);                                                          \
        free(copy_);                                                                               \
    } while (0)

#endif
