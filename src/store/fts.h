/* Full-text search behind its own small interface: what differs between databases stays in here.
 * A document is a key ("threat:T-0001") with a title and a text. */
#ifndef CASEMATE_STORE_FTS_H
#define CASEMATE_STORE_FTS_H

#include "base/vec.h"
#include "store/store.h"

CM_MUST_USE int fts_put(struct store *s, struct sv key, struct sv title, struct sv text, struct err *err);
CM_MUST_USE int fts_remove(struct store *s, struct sv key, struct err *err);

struct fts_hit {
    struct sv key, title, snippet; /* snippet: plain text, hits between U+0002 and U+0003 */
};
struct fts_hits {
    VEC(struct fts_hit) list;
};
/* Words and "phrases", all of which must occur; a word's last letter may be *. Anything else in the query is taken as a word, never as syntax.
 * Best first. */
CM_MUST_USE int fts_search(struct store *s, struct arena *a, struct sv query, size_t limit, struct fts_hits *out,
                           struct err *err);

#endif
