/* Any bytes as coverage.tsv, within a whole folder. The normal form is one; bringing the column of threats up to
 * date twice changes nothing the second time, and leaves no fault in that column that it could have mended. */
#include "profile_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sv text_of(const struct profile_files *files)
{
    for (size_t i = 0; i < files->list.len; i++)
        if (!strcmp(files->list.at[i].path, "coverage.tsv"))
            return files->list.at[i].text;
    return SV_NONE;
}

static struct sv current(struct arena *a, struct sv text, size_t *moves)
{
    struct profile_files files = {{NULL, 0, 0}};
    struct profile p;
    struct coverage_moves moved;
    struct diag diag;
    diag_init(&diag, a);
    fuzz_files(a, "coverage.tsv", text, &files);
    profile_parse_current(a, &files, "", &diag, &p, &moved);
    *moves = moved.list.len;
    return text_of(&files);
}

static void check_format(struct arena *a, struct sv text, const struct profile *p)
{
    struct diag diag;
    struct err err = ERR_INIT;
    struct sv once, twice;
    diag_init(&diag, a);
    if (profile_format(a, "coverage.tsv", text, p, &once, &diag, &err) != CM_OK)
        return;
    if (profile_format(a, "coverage.tsv", once, p, &twice, &diag, &err) != CM_OK || !sv_eq(once, twice))
        BUG("the normal form is none");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct profile p;
    struct sv text = sv_from((const char *)data, size);
    size_t moves;
    fuzz_profile(&a, "coverage.tsv", text, &p);
    check_format(&a, text, &p);
    struct sv once = current(&a, text, &moves), twice = current(&a, once, &moves);
    if (!sv_eq(once, twice) || moves)
        BUG("brought up to date, and again");
    arena_release(&a);
    return 0;
}
