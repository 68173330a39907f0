/* Two changes of one text put together. */
#ifndef CASEMATE_FORMAT_MERGE_H
#define CASEMATE_FORMAT_MERGE_H

#include "base/arena.h"
#include "base/sv.h"

/* Both texts were made from `base`. True: no line was changed by both (or both changed it alike), and *out is base with
 * all changes, in the arena. False: *out is empty. Valid UTF-8; changes are found by format/diff.h. */
bool merge_texts(struct arena *a, struct sv base, struct sv one, struct sv other, struct sv *out);

#endif
