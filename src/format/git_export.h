/* What `git fast-export` prints of a repository in which each commit has one file, as public-inbox keeps its mail:
 * "m" is a message, "d" one that was taken out. Read as it comes, in memory for one message, from a repository of
 * anybody. */
#ifndef CASEMATE_FORMAT_GIT_EXPORT_H
#define CASEMATE_FORMAT_GIT_EXPORT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct git_export {
    int fd;
    size_t max;             /* bytes of one message */
    struct str buffer;
    size_t at;              /* read so far */
    bool ended;
    struct str blob;        /* the newest: "m" and "d" come right behind it */
    char mark[24], oid[72];
    bool has_blob, blob_too_long;
};

struct git_export_item {
    bool added, removed;    /* it has "m", or "d"; with neither it is of no use */
    bool has_bytes;         /* the message came with it */
    bool too_long;
    struct sv bytes;        /* in the arena */
    struct sv oid;          /* of the message; in the arena */
    int64_t time;           /* of the committer; 0: none */
};

enum { GIT_EXPORT_ITEM = 1 };

void git_export_begin(struct git_export *g, int fd, size_t max);
/* GIT_EXPORT_ITEM for each commit, or 0 at the end. CM_EINPUT, CM_EIO. */
CM_MUST_USE int git_export_next(struct git_export *g, struct arena *a, struct git_export_item *out, struct err *err);
void git_export_release(struct git_export *g);

#endif
