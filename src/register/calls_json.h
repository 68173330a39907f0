/* Calls, objections and decisions as JSON (docs/process.md): for the command line and the API. */
#ifndef CASEMATE_REGISTER_CALLS_JSON_H
#define CASEMATE_REGISTER_CALLS_JSON_H

#include "format/json.h"
#include "register/calls.h"

/* Members, into an open object: what a call is about, and where it stands; then all of it. */
void call_write_head(struct arena *a, struct json *j, const struct call *call);
void call_write(struct arena *a, struct json *j, const struct call *call);
/* Objects. */
void objection_write(struct arena *a, struct json *j, const struct objection *o);
void decision_write(struct arena *a, struct json *j, const struct decision *d);

#endif
