/* Rounds as JSON (docs/process.md): for the command line and the API. Of an open round nothing but how many
 * answered. */
#ifndef CASEMATE_REGISTER_ROUNDS_JSON_H
#define CASEMATE_REGISTER_ROUNDS_JSON_H

#include "format/json.h"
#include "register/rounds.h"
#include "register/view.h"

/* "open", "due", "closed". */
const char *round_state(const struct round *r, int64_t now);
/* Members, into an open object: where it stands; then all of it. may: who may estimate, of an open one; may be NULL. */
void round_write_head(struct arena *a, struct json *j, const struct round *r, int64_t now);
void round_write(struct arena *a, struct json *j, const struct view *v, const struct round *r,
                 const struct round_people *may);
/* NULL: the tree has no such step any more. */
const struct step_value *round_value_of(const struct step_values *values, const struct round_step *step);

#endif
