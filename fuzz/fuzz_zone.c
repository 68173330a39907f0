/* Files of time zones of any bytes: what is accepted says what a clock shows at any time. The first 64 bytes are names,
 * too. */
#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t times[] = {-62000000000, -2000000000, 0, 1795348800, 2147483648, 4118040000, 250000000000};
    struct arena a = ARENA_INIT;
    struct sv text = sv_from((const char *)data, size), head = sv_from(text.at, size < 64 ? size : 64);
    struct zone z;
    if (zone_is_name(head) && (head.at[0] == '/' || sv_find(head, SV("..")) >= 0 || sv_find_char(head, '\0') >= 0))
        BUG("a name that leads elsewhere");
    if (size <= ZONE_FILE_MAX && zone_read(&a, text, &z)) {
        for (size_t i = 0; i < ARRAY_LEN(times); i++) {
            const struct zone_type *t = zone_at(&z, times[i]);
            if (t->offset < -26 * 3600 || t->offset > 26 * 3600 || strlen(t->letters) >= ZONE_LETTERS)
                BUG("a clock that is wrong by days");
            (void)zone_format(&a, &z, times[i]);
        }
    }
    arena_release(&a);
    return 0;
}
