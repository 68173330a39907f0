/* How a mail says which threat it is about: the address that it went to, and tags of its subject. */
#ifndef CASEMATE_FORUM_TIE_H
#define CASEMATE_FORUM_TIE_H

#include "base/arena.h"
#include "base/sv.h"

struct tie_words {
    struct sv threat; /* "T-0042" */
    struct sv stage;  /* "analysed"; empty: not said. As written: whether there is such a stage is not known here */
};

/* "T42", "t-0042", "T42-analysed": of an address, and of a command. prefix: of the group's ids. False: names none. */
bool tie_read(struct arena *a, struct sv prefix, struct sv text, struct tie_words *out);
/* Takes the next tag off *rest: "[T-0042]", "[T-0042 analysed]", "[T42-analysed]". False when there is no further
 * one. */
bool tie_next_tag(struct arena *a, struct sv prefix, struct sv *rest, struct tie_words *out);

#endif
