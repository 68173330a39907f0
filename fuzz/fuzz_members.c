/* Members from lines or a roster, on any bytes: addresses that are ones, each once, or faults. */
#include "action/membership.h"
#include "base/map.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct subscriptions rows;
    struct map seen;
    size_t others;
    diag_init(&diag, &a);
    map_init(&seen, &a);
    int rc = subscriptions_read_mailman(&a, "f", sv_from((const char *)data, size), &diag, &rows, &others, &err);
    if (rc && rc != CM_EINPUT && rc != CM_ELIMIT)
        BUG("an odd error: %s", err.text);
    if (!rc && (diag.errors || !rows.list.len))
        BUG("faults, or nobody, and yet in order");
    for (size_t i = 0; !rc && i < rows.list.len; i++) {
        struct subscription *row = &rows.list.at[i];
        if (!route_is_address(row->address) || !utf8_valid(row->name, NULL) || row->delivery >= SUBSCRIBER_DELIVERIES)
            BUG("a row that is not in order");
        if (map_set(&seen, route_mailbox(&a, row->address), row))
            BUG("an address twice");
    }
    arena_release(&a);
    return 0;
}
