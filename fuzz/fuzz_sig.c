/* Any bytes as sig.yaml, within a whole folder. */
#include "profile_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct profile p;
    fuzz_profile(&a, "sig.yaml", sv_from((const char *)data, size), &p);
    arena_release(&a);
    return 0;
}
