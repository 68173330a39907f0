/* Random bytes and keyed hashing. */
#ifndef CASEMATE_BASE_RAND_H
#define CASEMATE_BASE_RAND_H

#include "base/sv.h"

/* Fills with unpredictable bytes from the system. */
void rand_bytes(void *out, size_t len);
/* SipHash-1-3 under a key drawn once per process: for hash tables only, never stored or printed. */
uint64_t rand_hash(struct sv text);

#endif
