/* Full-text search behind its own small interface: what differs between databases stays in here.
 *
 * A document is a key ("threat:T-0001") with a title and a text. Words are compared without case
 * and diacritics. Changes belong inside store_tx(). Errors are those of store.h. */
#ifndef CASEMATE_STORE_FTS_H
#define CASEMATE_STORE_FTS_H

#include "base/vec.h"
#include "store/store.h"

enum {
    FTS_QUERY_MAX = 4096, /* bytes of a query */
    FTS_WORDS_MAX = 64,   /* words and phrases in it */
};

/* Adds or replaces. Control characters in title and text are taken for blanks. CM_EINPUT: not
 * UTF-8, or an empty key. */
CM_MUST_USE int fts_put(struct store *s, struct sv key, struct sv title, struct sv text,
                        struct err *err);
/* No error when there is no such document. */
CM_MUST_USE int fts_remove(struct store *s, struct sv key, struct err *err);
/* After a removal for good (erasure): the index keeps no trace of removed texts. Takes time in
 * proportion to the whole index. */
CM_MUST_USE int fts_scrub(struct store *s, struct err *err);

struct fts_hit {
    struct sv key, title, snippet; /* snippet: plain text, hits between U+0002 and U+0003 */
};
struct fts_hits {
    VEC(struct fts_hit) list;
};
/* Words and "phrases", all of which must occur; a word's last letter may be * (beginnings of
 * words). Anything else in the query is taken as a word, never as syntax; what has no letter or
 * digit is passed over. Best first (titles weigh four times). limit 0: all. A query without a word
 * finds nothing. CM_EINPUT: not UTF-8; CM_ELIMIT: too long. */
CM_MUST_USE int fts_search(struct store *s, struct arena *a, struct sv query, size_t limit,
                           struct fts_hits *out, struct err *err);

#endif
