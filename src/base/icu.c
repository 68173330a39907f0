#include "base/icu.h"

#include "base/err.h"

#include <dlfcn.h>
#include <pthread.h>

/* The names of ICU's functions carry its version, as macros of its headers: hence the two steps. */
#define TEXT_OF(name) #name
#define EXPANDED_TEXT_OF(name) TEXT_OF(name)
#define LIBRARY "libicuuc.so." EXPANDED_TEXT_OF(U_ICU_VERSION_MAJOR_NUM)

static struct icu table;
static pthread_once_t loaded = PTHREAD_ONCE_INIT;

static void *find(void *library, const char *name)
{
    void *function = dlsym(library, name);
    if (!function)
        BUG(LIBRARY " has no %s: install the ICU that this program was built with", name);
    return function;
}

static void load(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        BUG(LIBRARY " cannot be loaded: install the package that holds it (%s)", dlerror());
#define ICU_FIND(name) *(void **)&table.name = find(library, EXPANDED_TEXT_OF(name));
    ICU_FUNCTIONS(ICU_FIND)
#undef ICU_FIND
}

const struct icu *icu(void)
{
    pthread_once(&loaded, load);
    return &table;
}
