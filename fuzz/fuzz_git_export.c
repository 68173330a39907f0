/* git_export_next on any bytes: it ends, gives no more bytes than there are, and none beyond the limit. */
#define _GNU_SOURCE /* memfd_create */
#include "format/git_export.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct git_export g;
    struct git_export_item item;
    size_t items = 0;
    int fd = memfd_create("export", 0), rc;
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
        abort();
    git_export_begin(&g, fd, MOST);
    while ((rc = git_export_next(&g, &a, &item, &err)) == GIT_EXPORT_ITEM) {
        items++;
        if (item.bytes.len > MOST || item.bytes.len > size || (item.bytes.len && !item.has_bytes) ||
            (item.has_bytes && (item.too_long || !item.added)))
            BUG("a message that is not in order");
    }
    if (items > size || (rc && rc != CM_EINPUT))
        BUG("more than there was, or an odd error: %s", err.text);
    git_export_release(&g);
    close(fd);
    arena_release(&a);
    return 0;
}
