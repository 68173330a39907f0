/* That a worker lives: the lock of a file beside the store, "STORE-worker-NAME". The system gives the lock back when
 * the process ends, however it ends; no clock is asked. Processes on one machine, or on a file system whose locks
 * work. */
#ifndef CASEMATE_GATEWAY_MAIL_CLAIM_H
#define CASEMATE_GATEWAY_MAIL_CLAIM_H

#include "base/err.h"
#include "base/sv.h"

enum { CLAIM_NAME_MAX = 40, CLAIM_PATH_MAX = 4096 };

struct claim_lock {
    int fd; /* -1: none */
    char name[CLAIM_NAME_MAX];
    char path[CLAIM_PATH_MAX];
};

/* Under a new name. */
CM_MUST_USE int claim_take(const char *store, struct claim_lock *out, struct err *err);
void claim_drop(struct claim_lock *lock);
/* Removes the files of workers that ended. */
void claim_sweep(const char *store);
/* Whether the worker of that name has ended; its file is removed then. */
bool claim_is_dead(const char *store, struct sv name);

#endif
