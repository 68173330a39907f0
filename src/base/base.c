#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void base_bug(const char *file, int line, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "casemate: bug at %s:%d: ", file, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void *base_malloc(size_t size)
{
    return base_realloc(NULL, size);
}

void *base_realloc(void *memory, size_t size)
{
    void *result = realloc(memory, size ? size : 1);
    if (!result)
        BUG("out of memory for %zu bytes", size);
    return result;
}
