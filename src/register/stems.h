/* The words of a text as likeness counts them: "Servers authenticated a peer" gives server, authentic, peer.
 *
 * A text is cut at everything that is no letter or digit, folded (NFC, then full case folding), and words that say
 * nothing by themselves ("the", "which") and single characters are left out. Of what remains in ASCII letters the
 * commonest English endings are taken off. That is lighter than the stemmer of Porter (1980): a stem need not be a
 * word, and words of other languages keep a stem of their own, whatever was taken off. */
#ifndef CASEMATE_REGISTER_STEMS_H
#define CASEMATE_REGISTER_STEMS_H

#include "base/vec.h"

struct stem {
    struct sv stem;
    struct sv shown; /* the word, folded */
};
struct stems {
    VEC(struct stem) list; /* in the order of the text, repetitions included */
};

/* Appends the words of valid UTF-8 text (at most PROFILE_FILE_MAX bytes, which the caller sees to). All in the arena;
 * nothing points into text. Linear. */
void stems_of(struct arena *a, struct sv text, struct stems *out);

#endif
