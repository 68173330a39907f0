/* Libraries that only some commands need, loaded when the first of their functions is called.
 *
 * Each library that is linked in the usual way is mapped, relocated and searched for symbols at every start of the
 * program, which together takes longer than a whole command on a small attack tree. LIBRARY() defines a function
 * that returns a table of the functions of one library, for the life of the process: any thread, no failure. The
 * types come from the library's own header.
 *
 *     #define ZLIB_FUNCTIONS(X) X(deflate) X(deflateEnd)
 *     LIBRARY_TABLE(zlib, ZLIB_FUNCTIONS);
 *     LIBRARY(static, zlib, LIBRARY_Z, ZLIB_FUNCTIONS)
 *     ... zlib()->deflate(&z, Z_FINISH)
 *
 * Names of files (LIBRARY_Z) are found when the program is configured. A machine without the library that the program
 * was built for is an installation that cannot work: the process ends with a message that names it. A process that
 * gives up reading files calls the function once before that. */
#ifndef CASEMATE_BASE_LIBRARY_H
#define CASEMATE_BASE_LIBRARY_H

#include "base/base.h"

#include <pthread.h>

/* Tables have pages of their own, which become read-only once they are filled, as those of the linker are. */
enum { LIBRARY_PAGE = 4096 };

/* Fills a table, which has a multiple of LIBRARY_PAGE bytes, with the addresses of the functions. */
void library_load(const char *file, const char *const *names, size_t count, void *table, size_t bytes);

#define LIBRARY_MEMBER(name) __typeof__(&name) name;
#define LIBRARY_STRING(name) #name,
#define LIBRARY_NAME(name) LIBRARY_STRING(name) /* what a macro of the library's header makes of it */

#define LIBRARY_TABLE(id, FUNCTIONS)                                                                                   \
    struct id {                                                                                                        \
        FUNCTIONS(LIBRARY_MEMBER)                                                                                      \
    }

#define LIBRARY(linkage, id, file, FUNCTIONS)                                                                          \
    static union {                                                                                                     \
        struct id functions;                                                                                           \
        _Alignas(LIBRARY_PAGE) unsigned char page[LIBRARY_PAGE];                                                       \
    } id##_table;                                                                                                      \
    static pthread_once_t id##_once = PTHREAD_ONCE_INIT;                                                               \
    static void id##_load(void)                                                                                        \
    {                                                                                                                  \
        static const char *const names[] = {FUNCTIONS(LIBRARY_NAME)};                                                  \
        library_load(file, names, ARRAY_LEN(names), &id##_table, sizeof(id##_table));                                  \
    }                                                                                                                  \
    linkage const struct id *id(void)                                                                                  \
    {                                                                                                                  \
        pthread_once(&id##_once, id##_load);                                                                           \
        return &id##_table.functions;                                                                                  \
    }

#endif
