/* Arbitrary text as an exported record: it is verified, and adopted when it holds; what was adopted
 * verifies and comes out again. */
#include "store/record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct err err = ERR_INIT;
    struct record_faults faults;
    struct sv text = sv_from((const char *)data, size);
    if (record_verify_export(&arena, text, "record.jsonl", &faults, &err) < 0)
        abort();
    if (faults.total == 0 && faults.events > 0) {
        struct store *s;
        if (store_open(":memory:", 0, &s, &err) < 0 ||
            record_adopt(s, &arena, text, "record.jsonl", &err) < 0)
            abort();
        if (record_verify(s, &arena, &faults, &err) < 0 || faults.total)
            abort();
        store_close(&s);
    }
    arena_release(&arena);
    return 0;
}
