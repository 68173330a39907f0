/* Files built into the program by tools/embed.py. */
#ifndef CASEMATE_BASE_EMBED_H
#define CASEMATE_BASE_EMBED_H

#include "base/sv.h"

/* A table of them ends with an entry whose name is NULL. Names are in the order given to the tool.
 */
struct embedded {
    const char *name;
    const char *data; /* a NUL follows that len does not count */
    size_t len;
};

static inline struct sv embedded_sv(const struct embedded *e)
{
    return sv_from(e->data, e->len);
}

#endif
