#include "base/library.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>

void library_load(const char *file, const char *const *names, size_t count, void *table, size_t bytes)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        BUG("%s cannot be loaded: install the package that holds it (%s)", file, dlerror());
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(library, names[i]);
        if (!function)
            BUG("%s has no %s: install the version that this program was built with", file, names[i]);
        memcpy((char *)table + i * sizeof(function), &function, sizeof(function));
    }
    (void)!mprotect(table, bytes, PROT_READ); /* where pages are larger they stay as they are */
}
