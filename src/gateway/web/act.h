/* Forms for any act, from the table of what acts ask for (action/inputs.h). Private to this room. */
#ifndef CASEMATE_GATEWAY_WEB_ACT_H
#define CASEMATE_GATEWAY_WEB_ACT_H

#include "action/inputs.h"
#include "gateway/web/call.h"

/* The page of an act for a thing, with a form of its own where there is one: "/threats/T-0001/edit", and otherwise
 * "/acts/call.close?call=C-1". thing: value of the form's first input; empty: none. */
const char *act_page_of(struct arena *a, const struct action_form *f, struct sv thing);

/* One field for an input, with what was given so far. */
void act_field(struct web_call *c, const struct action_input *in, const struct action_values *given);

/* What a form brings, by the inputs of an act: one value a line where there may be many. */
void act_values_of_form(struct web_call *c, const struct action_form *f, const struct form *form,
                        struct action_values *out);

#endif
