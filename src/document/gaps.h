/* The gap matrix as data and as a page. */
#ifndef CASEMATE_DOCUMENT_GAPS_H
#define CASEMATE_DOCUMENT_GAPS_H

#include "format/json.h"
#include "register/gaps.h"

/* Its members, inside an object: "states", "documents", "threats". */
void document_gaps_json(struct json *j, const struct view *v, const struct gaps *g);
void document_write_gaps_json(const struct view *v, struct str *out); /* docs/schema/gaps.schema.json */

#endif
