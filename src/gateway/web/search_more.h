/* Private to this room. */
#ifndef CASEMATE_GATEWAY_WEB_SEARCH_MORE_H
#define CASEMATE_GATEWAY_WEB_SEARCH_MORE_H

#include "gateway/web/call.h"

struct more_hit {
    const char *path, *title;
    struct sv text; /* may be empty */
};
struct more_hits {
    VEC(struct more_hit) list;
};
/* Cited documents by id and title, and calls by all that was said in them, that hold all words of a query without
 * prefixes; ten of each at most. */
CM_MUST_USE int search_more(struct web_call *c, struct sv query, struct more_hits *documents, struct more_hits *calls,
                            struct err *err);

#endif
