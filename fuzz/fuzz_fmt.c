/* Formatting twice is formatting once; the first byte chooses the kind of file. */
#include "profile_fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"threats/T-0001-x.md", "process.md", "sig.yaml",
                                        "references.tsv", "coverage.tsv"};
    struct arena a = ARENA_INIT;
    struct profile p;
    struct diag diag;
    struct err err = ERR_INIT;
    struct sv once, twice;
    if (!size)
        return 0;
    const char *path = paths[data[0] % ARRAY_LEN(paths)];
    fuzz_profile(&a, "none", SV_NONE, &p);
    diag_init(&diag, &a);
    if (profile_format(&a, path, sv_from((const char *)data + 1, size - 1), &p, &once, &diag,
                       &err) == CM_OK) {
        if (profile_format(&a, path, once, &p, &twice, &diag, &err) != CM_OK || !sv_eq(once, twice))
            abort();
    }
    arena_release(&a);
    return 0;
}
