/* ICU, loaded when the first text needs it.
 *
 * Few texts do: ASCII, and all that lies below U+0300, is in NFC as it stands. Linked in the usual way ICU brings
 * the C++ run-time library along, and resolving their symbols takes longer than a whole command on a small attack
 * tree. Types and constants come from ICU's headers; the functions stand in this table, which is filled once.
 * For base/utf8.c only. */
#ifndef CASEMATE_BASE_ICU_H
#define CASEMATE_BASE_ICU_H

#include "base/library.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/* One line for each function used: its result is called as icu()->NAME(...). */
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
    X(unorm2_isNormalized)                                                                                             \
    X(unorm2_normalize)

LIBRARY_TABLE(icu, ICU_FUNCTIONS);

/* The table: base/library.h. */
const struct icu *icu(void);

#endif
