/* The threads behind struct http_work: connections wait in one line, and go back to their loops answered. Private to
 * this room. */
#ifndef CASEMATE_GATEWAY_HTTP_WORK_H
#define CASEMATE_GATEWAY_HTTP_WORK_H

#include "gateway/http/server.h"

struct conn;
struct work;

CM_MUST_USE int work_start(const struct http_work *w, struct index_store *site, struct work **out, struct err *err);
enum http_way work_way(const struct work *w, const struct http_request *request, size_t *out_body_max,
                       struct http_response *out);
/* False: too many wait. Otherwise nobody but the worker touches the connection until loop_answered(). */
bool work_put(struct work *w, struct conn *c);
/* After the loops have ended: nothing waits any more. NULL inside is fine. */
void work_stop(struct work **w);

#endif
