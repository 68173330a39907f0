/* Any bytes as a threat file, within a whole folder; then changed, merged with itself and taken
 * apart. */
#include "base/utf8.h"
#include "profile_fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct profile p;
    struct diag diag;
    struct err err = ERR_INIT;
    struct sv text = sv_from((const char *)data, size), out;
    struct text_fields fields;
    fuzz_profile(&a, "threats/T-0001-x.md", text, &p);
    diag_init(&diag, &a);
    threat_text_fields(&a, text, &fields);
    if (threat_text_set(&a, text, "likelihood.rating", SV("a"), false, &out, &err) == CM_OK &&
        threat_text_set_section(&a, &p.template, out, SV("Abstract"), SV("new"), &out, &err) ==
            CM_OK) {
        struct sv merged;
        if (profile_merge(&a, "threats/T-0001-x.md", text, out, SV(FUZZ_THREAT), &merged, &diag,
                          &err) == CM_OK &&
            !utf8_valid(merged, NULL))
            abort();
    }
    arena_release(&a);
    return 0;
}
