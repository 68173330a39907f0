/* Text in printf style, quickly: most formats of the program hold texts and whole numbers only. */
#ifndef CASEMATE_BASE_FORMAT_H
#define CASEMATE_BASE_FORMAT_H

#include "base/base.h"

#include <stdarg.h>
#include <stddef.h>

/* As vsnprintf, for one reading of args: writes at most cap bytes with the NUL that ends them and returns the
 * length that the whole text has. BUG() on a bad format. */
size_t base_format(char *out, size_t cap, const char *format, va_list args) CM_PRINTF(3, 0);

#endif
