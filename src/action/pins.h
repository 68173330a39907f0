/* The status of documents when threats cited them. Private to this room, but for the act (action/action.h). */
#ifndef CASEMATE_ACTION_PINS_H
#define CASEMATE_ACTION_PINS_H

#include "action/acts.h"

struct pin {
    struct sv document, status;
};
/* Of one threat: each document that it cites and that has a status, once. */
struct pins {
    struct sv threat;
    VEC(struct pin) list;
};
/* As the bibliography has them now. */
void pins_of(struct arena *a, const struct threat *t, struct pins *out);
/* The member "pins" of a payload; nothing for none. */
void pins_json(struct json *j, const struct pins *pins, size_t count);
/* They take the place of those of before. */
CM_MUST_USE int pins_put(struct store *s, const struct pins *pins, int64_t event, struct err *err);
/* The same from the payload of any event of an adopted record. */
CM_MUST_USE int pins_replay(struct store *s, struct arena *a, const struct json_value *payload, int64_t event,
                            struct err *err);

#endif
