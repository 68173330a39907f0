/* A threat as it is, and as it would be: for who writes. Changes nothing. */
#ifndef CASEMATE_ACTION_PREVIEW_H
#define CASEMATE_ACTION_PREVIEW_H

#include "action/action.h"

/* The rules, this threat and no other one. CM_ENOTFOUND. */
CM_MUST_USE int threat_alone(struct action_context *c, struct sv id, struct profile **out,
                             const struct threat **out_threat, struct err *err);

/* The text of a field (its name in the template) with that digest, as it was once; *out_found: there was one like
 * that. */
CM_MUST_USE int threat_text_once(struct action_context *c, struct sv threat, struct sv field, struct sv digest,
                                 struct sv *out, bool *out_found, struct err *err);

/* As it would be with a new text of a field (its id). Faults of the text go to c->diag: the profile is NULL then, and
 * the result CM_OK. CM_EINPUT: the text cannot stand in the file at all. */
struct threat_preview {
    const struct profile *profile; /* the rules, this threat, and what it names; NULL: there are faults */
    const struct threat *threat;   /* in it */
    struct sv source;              /* of the threat's file with the text, which faults have lines of */
};
CM_MUST_USE int threat_preview(struct action_context *c, const struct profile *now, const struct threat *threat,
                               struct sv field, struct sv text, struct threat_preview *out, struct err *err);

#endif
