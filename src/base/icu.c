#include "base/icu.h"

#define TEXT_OF(name) #name
#define EXPANDED_TEXT_OF(name) TEXT_OF(name)

/* The names of ICU's functions carry its version, as macros of its headers. */
LIBRARY(, icu, "libicuuc.so." EXPANDED_TEXT_OF(U_ICU_VERSION_MAJOR_NUM), ICU_FUNCTIONS)
LIBRARY(, icu_spoof, "libicui18n.so." EXPANDED_TEXT_OF(U_ICU_VERSION_MAJOR_NUM), ICU_SPOOF_FUNCTIONS)
