/* Files of the SQLite driver: a database appears under its name whole or not at all. Private to
 * this room. */
#ifndef CASEMATE_STORE_SQLITE_FILE_H
#define CASEMATE_STORE_SQLITE_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* Is name an existing regular file? Gives the path to hand to SQLite. CM_ENOTFOUND, CM_EINPUT,
 * CM_EIO. */
CM_MUST_USE int sqlite_file_look(struct arena *a, const char *name, const char *shown,
                                 char **out_path, struct err *err);
/* A new, empty file "PATH.new-..." readable by its owner only; CM_ECONFLICT when path exists
 * already. */
CM_MUST_USE int sqlite_file_begin_new(struct arena *a, const char *path, char **out_name,
                                      struct err *err);
/* Syncs it and gives it its name, never in the place of another file (CM_ECONFLICT). */
CM_MUST_USE int sqlite_file_settle_new(const char *name, const char *path, struct err *err);
/* Removes it and the files that SQLite keeps beside it. */
void sqlite_file_drop_new(const char *name);
/* True when a log with content stands beside the file. */
bool sqlite_file_has_log(const char *path);
/* "file:...?immutable=1" */
char *sqlite_file_uri(struct arena *a, const char *path);

#endif
