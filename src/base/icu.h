/* ICU, loaded when the first text needs it.
 *
 * Few texts do: ASCII, and all that lies below U+0300, is in NFC as it stands. Linked in the usual way ICU brings
 * the C++ run-time library along, and resolving their symbols takes longer than a whole command on a small attack
 * tree. Types and constants come from ICU's headers; the functions stand in two tables, one for each library, and
 * each is filled once, when it is first asked for: text that is only normalised does not load the library that knows
 * look-alikes. For base/utf8.c and base/utf8_skeleton.c only. */
#ifndef CASEMATE_BASE_ICU_H
#define CASEMATE_BASE_ICU_H

#include "base/library.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

/* One line for each function used, of libicuuc: called as icu()->NAME(...). */
#define ICU_FUNCTIONS(X)                                                                                               \
    X(u_charType)                                                                                                      \
    X(u_errorName)                                                                                                     \
    X(u_getIntPropertyValue)                                                                                           \
    X(u_isalnum)                                                                                                       \
    X(u_isUWhiteSpace)                                                                                                 \
    X(u_strFoldCase)                                                                                                   \
    X(u_strFromUTF8)                                                                                                   \
    X(u_strToUTF8)                                                                                                     \
    X(unorm2_getNFCInstance)                                                                                           \
    X(unorm2_getNFKCCasefoldInstance)                                                                                  \
    X(unorm2_getNFKCInstance)                                                                                          \
    X(unorm2_isNormalized)                                                                                             \
    X(unorm2_normalize)

/* The same of libicui18n: called as icu_spoof()->NAME(...). */
#define ICU_SPOOF_FUNCTIONS(X)                                                                                         \
    X(uspoof_close)                                                                                                    \
    X(uspoof_getSkeleton)                                                                                              \
    X(uspoof_open)

LIBRARY_TABLE(icu, ICU_FUNCTIONS);
LIBRARY_TABLE(icu_spoof, ICU_SPOOF_FUNCTIONS);

/* The tables: base/library.h. */
const struct icu *icu(void);
const struct icu_spoof *icu_spoof(void);

#endif
