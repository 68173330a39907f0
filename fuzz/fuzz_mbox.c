/* mbox_next on any bytes in all forms: it ends, gives no more bytes than there are, and what is written as mboxrd is
 * read back as it was. */
#define _GNU_SOURCE /* memfd_create */
#include "format/mbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 1000 };

static int file_of(struct sv bytes)
{
    int fd = memfd_create("mbox", 0);
    if (fd < 0 || write(fd, bytes.at, bytes.len) != (ssize_t)bytes.len || lseek(fd, 0, SEEK_SET) < 0)
        abort();
    return fd;
}

static void read_all(struct sv bytes, enum mbox_form form, size_t max, struct str *again)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct mbox m;
    struct mbox_message message;
    size_t total = 0;
    int fd = file_of(bytes), rc;
    mbox_begin(&m, fd, form, max);
    while ((rc = mbox_next(&m, &a, &message, &err)) == MBOX_MESSAGE) {
        total += message.bytes.len;
        if (message.bytes.len > max || (message.too_long && message.bytes.len))
            BUG("a message beyond the limit");
        if (!message.too_long)
            mbox_add(again, message.bytes, 1700000000);
    }
    if (total > bytes.len || (rc && rc != CM_EINPUT && rc != CM_ELIMIT))
        BUG("more than there was, or an odd error: %s", err.text);
    mbox_release(&m);
    arena_release(&a);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str once = STR_INIT, twice = STR_INIT;
    struct sv bytes = sv_from((const char *)data, size);
    for (int form = 0; form < MBOX_FORMS; form++) {
        str_clear(&once);
        str_clear(&twice);
        read_all(bytes, (enum mbox_form)form, SMALL, &once);
        read_all(str_sv(&once), MBOX_RD, once.len + 1, &twice);
        if (!sv_eq(str_sv(&once), str_sv(&twice)))
            BUG("what was written is read otherwise");
    }
    str_release(&once);
    str_release(&twice);
    return 0;
}
