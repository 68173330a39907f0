/* What Mailman writes about a list, as names and values: the text of `config_list -o` (version 2), or the JSON object
 * that version 3 gives under /lists/LIST/config.
 *
 * The text of version 2 is Python, of which literals are read and nothing is run: strings of all kinds, numbers, True,
 * False, None, and lists, tuples and dictionaries, which are kept as they stand. */
#ifndef CASEMATE_FORMAT_MAILMAN_H
#define CASEMATE_FORMAT_MAILMAN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct mailman_value {
    struct sv name;
    struct sv text; /* of a string its characters, of True and False "1" and "0", of others as they stand; UTF-8 */
    uint32_t line;
};
struct mailman_values {
    VEC(struct mailman_value) list;
};
/* All faults go to diag, with their line; CM_EINPUT then. CM_ELIMIT. */
CM_MUST_USE int mailman_config_read(struct arena *a, const char *file, struct sv text, struct diag *diag,
                                    struct mailman_values *out, struct err *err);

/* The Message-ID, without angles, that a page of Pipermail answers to: in the address of its link "mailto:". Empty:
 * the page has none. */
struct sv pipermail_page_id(struct arena *a, struct sv html);

#endif
