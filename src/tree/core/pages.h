/* Large pieces of memory for the tables of one computation.
 *
 * The tables double as they grow, seventeen orders race, and most of them end early: what one gives back the next one
 * needs. The C library returns such pieces to the system and fetches them again, and every page that is touched for
 * the first time costs a fault, which on a virtual machine is dearer than the work that is done in it. Here they
 * are kept until the end, neighbours joined, and come in huge pages where the system has them, which also makes the
 * random access to large tables cheap. */
#ifndef CASEMATE_TREE_CORE_PAGES_H
#define CASEMATE_TREE_CORE_PAGES_H

#include "base/base.h"

#include <pthread.h>

enum { PAGES_LEAST = 32 << 10 };

struct pages {
    pthread_mutex_t lock;
    struct pages_slab *slabs; /* all but the largest pieces lie in them */
};

void pages_init(struct pages *p);
/* Gives everything back to the system, also what was not given back to p. */
void pages_release(struct pages *p);
/* At least so many bytes, which are PAGES_LEAST or more; zeroed on request. Any thread. Ends the process when there is
 * no memory. */
void *pages_take(struct pages *p, size_t bytes, bool zeroed);
/* The number of bytes is the one it was taken with. */
void pages_give(struct pages *p, void *memory, size_t bytes);
/* realloc(): both sizes PAGES_LEAST or more. */
void *pages_move(struct pages *p, void *memory, size_t old_bytes, size_t bytes);

#endif
