/* Files: whole-file reading under a limit, writing that is seen whole or not at all, sorted listings. */
#ifndef CASEMATE_BASE_FS_H
#define CASEMATE_BASE_FS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"
#include "base/vec.h"

/* Reads a regular file of at most max bytes. CM_ENOTFOUND, CM_EIO, CM_ELIMIT (larger), CM_EINPUT (not a
 * regular file). */
CM_MUST_USE int fs_read(struct arena *a, const char *path, size_t max, struct sv *out, struct err *err);
/* Reads a stream (standard input) to its end under a limit. */
CM_MUST_USE int fs_read_fd(struct arena *a, int fd, const char *name, size_t max, struct sv *out, struct err *err);
/* Writes all of it; -1 with errno. */
CM_MUST_USE int fs_write_fd(int fd, struct sv data);
/* Writes beside and renames: readers see the old file or the new one. With sync, it is on disk when the call
 * returns. */
CM_MUST_USE int fs_write(const char *path, struct sv data, bool sync, struct err *err);
/* Makes the folder and its parents; no error when it is there. */
CM_MUST_USE int fs_mkdirs(const char *path, struct err *err);

enum fs_kind { FS_NONE, FS_FILE, FS_DIR, FS_OTHER };
enum fs_kind fs_kind(const char *path); /* follows symbolic links */

struct fs_names {
    VEC(const char *) list; /* names without the folder, bytewise order, without . and .. */
};
CM_MUST_USE int fs_list(struct arena *a, const char *dir, size_t max, struct fs_names *out, struct err *err);
/* All regular files below dir as relative paths ("threats/T-0001-x.md"), bytewise order; symbolic links are
 * not followed. */
CM_MUST_USE int fs_walk(struct arena *a, const char *dir, size_t max, struct fs_names *out, struct err *err);
/* Removes a folder and all below it, or one file; no error when it is not there. Never follows symbolic links. */
CM_MUST_USE int fs_remove_tree(const char *path, struct err *err);
/* Puts the folder `fresh` in the place of `path` in one step (renameat2 RENAME_EXCHANGE, or rename when path does not
 * exist) and then removes what was there. */
CM_MUST_USE int fs_swap_dirs(const char *fresh, const char *path, struct err *err);

/* Exchanges two folders in one step. */
CM_MUST_USE int fs_exchange_dirs(const char *one, const char *other, struct err *err);
/* Puts the folder `fresh` in the place of `path` in one step; what was there stands at `fresh` then. out_there:
 * whether there was anything. */
CM_MUST_USE int fs_put_dir(const char *fresh, const char *path, bool *out_there, struct err *err);

char *fs_join(struct arena *a, const char *dir, const char *name);
/* The last part of a path; "." for an empty one. */
const char *fs_base_name(const char *path);

#endif
