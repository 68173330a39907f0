/* The API: acts and what there is to read, as JSON under /api/v1 (docs/api.md). Private to this room.
 *
 * Who asks says so with an access token (forum/access.h) as "Authorization: Bearer"; cookies count for nothing here, so
 * no other site can act through a browser. Errors are problem documents (RFC 9457). */
#ifndef CASEMATE_GATEWAY_WEB_API_H
#define CASEMATE_GATEWAY_WEB_API_H

#include "format/json.h"
#include "gateway/web/call.h"

#define API_ROOT "/api/v1"

bool api_is(const struct web_route *r);
/* One Content-Type field, application/json. */
bool api_is_sent(const struct framing *request, struct sv head);
/* The token of the one Authorization field; empty: there is none. False: there is something else. */
bool api_token(const struct framing *request, struct sv head, struct sv *out);
/* A problem document. In a loop, without a call; then with all faults in c->diag. */
void api_refuse(struct http_response *out, int status, const char *detail);
void api_fail(struct web_call *c, int status, const char *detail);

/* A JSON object as the answer, between these. */
void api_begin(struct web_call *c, struct json *j);
void api_end(struct web_call *c, struct json *j);

/* ---- handlers ---- */

int api_openapi(struct web_call *c, struct err *err);
int api_me(struct web_call *c, struct err *err);
int api_threats(struct web_call *c, struct err *err);
int api_threat(struct web_call *c, struct err *err);
int api_rounds(struct web_call *c, struct err *err);
int api_round(struct web_call *c, struct err *err);
int api_calls(struct web_call *c, struct err *err);
int api_call(struct web_call *c, struct err *err);
int api_decisions(struct web_call *c, struct err *err);
int api_due(struct web_call *c, struct err *err);
int api_record(struct web_call *c, struct err *err);
int api_search(struct web_call *c, struct err *err);
int api_act(struct web_call *c, struct err *err);

#endif
