/* Threads for recursions as deep as a diagram has levels. */
#ifndef CASEMATE_TREE_CORE_DEEP_H
#define CASEMATE_TREE_CORE_DEEP_H

#include "base/base.h"

#include <pthread.h>

/* Up to so many levels any thread's stack will do. */
enum { DEEP_LEVELS = 8000 };

/* As pthread_create(), with a stack for recursions over so many levels (address space only, until it is used). */
int deep_create(pthread_t *out, size_t levels, void *(*run)(void *), void *data);
/* Calls run(data): here, or in a thread with such a stack when there are more than DEEP_LEVELS. False when there
 * can be no such thread. */
bool deep_call(size_t levels, void *(*run)(void *), void *data);

#endif
