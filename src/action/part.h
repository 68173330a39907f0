/* A part of the SIG, for acts that are about few threats of many. Private to this room.
 *
 * What holds for one file and its neighbours is told from these files; what holds across the whole register is told
 * from rows that are kept with the files (put_threat() in content.c): names, references between attack trees, digests
 * of what is voted on. Wherever a part does not settle it (a fault in a file that does not change, another citation
 * beside a fault, a name that is taken, stored bytes that are not what their digest says, rows of an older version),
 * the whole is read as ever: so the outcome is always that of the whole, with its faults. */
#ifndef CASEMATE_ACTION_PART_H
#define CASEMATE_ACTION_PART_H

#include "action/content.h"

/* The rules and references, and of these threats those that exist. *files has all files but coverage.tsv and those of
 * other threats. Where that does not do, the whole SIG. */
CM_MUST_USE int part_load(struct action_context *c, const struct sv *ids, size_t count, struct profile_files *files,
                          struct profile **out, struct err *err);

struct part_change {
    bool settled;           /* false: the change is to be tried on the whole; the rest is empty */
    struct diag faults;     /* errors: the change is refused for these, and the rest is empty; in the act's arena */
    struct profile profile; /* as it will be: the rules, the changed threats, and what these name */
    struct digest state;    /* as it will be, of all files */
    struct sv coverage;     /* the new text of coverage.tsv; empty: it stays */
    struct coverage_moves moves;
};
/* edits: of files of threats, or nothing is settled. */
CM_MUST_USE int part_try(struct action_context *c, const struct content_edit *edits, size_t count,
                         struct part_change *out, struct err *err);
/* Whether the rows about threats hold all that a part is told from: not yet in a store of an older version. */
CM_MUST_USE int part_rows_whole(struct store *s, bool *out, struct err *err);

#endif
