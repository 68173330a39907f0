#include "base/icu.h"

#include "base/err.h"

#include <dlfcn.h>
#include <pthread.h>

/* The names of ICU's functions carry its version, as macros of its headers: hence the two steps. */
#define TEXT_OF(name) #name
#define EXPANDED_TEXT_OF(name) TEXT_OF(name)
#define VERSIONED(library) library ".so." EXPANDED_TEXT_OF(U_ICU_VERSION_MAJOR_NUM)
#define COMMON VERSIONED("libicuuc")
#define SPOOF VERSIONED("libicui18n")

static struct icu table;
static struct icu_spoof spoof_table;
static pthread_once_t loaded = PTHREAD_ONCE_INIT, spoof_loaded = PTHREAD_ONCE_INIT;

static void *open_library(const char *name)
{
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        BUG("%s cannot be loaded: install the package that holds it (%s)", name, dlerror());
    return library;
}

static void *find(void *library, const char *library_name, const char *name)
{
    void *function = dlsym(library, name);
    if (!function)
        BUG("%s has no %s: install the ICU that this program was built with", library_name, name);
    return function;
}

static void load(void)
{
    void *library = open_library(COMMON);
#define ICU_FIND(name) *(void **)&table.name = find(library, COMMON, EXPANDED_TEXT_OF(name));
    ICU_FUNCTIONS(ICU_FIND)
#undef ICU_FIND
}

static void load_spoof(void)
{
    void *library = open_library(SPOOF);
#define ICU_FIND(name) *(void **)&spoof_table.name = find(library, SPOOF, EXPANDED_TEXT_OF(name));
    ICU_SPOOF_FUNCTIONS(ICU_FIND)
#undef ICU_FIND
}

const struct icu *icu(void)
{
    pthread_once(&loaded, load);
    return &table;
}

const struct icu_spoof *icu_spoof(void)
{
    pthread_once(&spoof_loaded, load_spoof);
    return &spoof_table;
}
