/* Who gets a list's mail. Private: nothing of it leaves the store, and no answer tells who is in it. */
#ifndef CASEMATE_FORUM_SUBSCRIBER_H
#define CASEMATE_FORUM_SUBSCRIBER_H

#include "base/vec.h"
#include "store/store.h"

enum subscriber_state { SUBSCRIBER_ACTIVE, SUBSCRIBER_DISABLED, SUBSCRIBER_GONE, SUBSCRIBER_STATES };
extern const char *const subscriber_state_names[SUBSCRIBER_STATES];
enum subscriber_delivery { DELIVER_EACH, DELIVER_DIGEST, DELIVER_PLAIN, DELIVER_NONE, SUBSCRIBER_DELIVERIES };
extern const char *const subscriber_delivery_names[SUBSCRIBER_DELIVERIES];
bool subscriber_delivery_find(struct sv word, enum subscriber_delivery *out); /* false: it is none */

struct subscriber {
    int64_t id; /* 0: nobody */
    struct sv list, address, name, consent;
    enum subscriber_state state;
    enum subscriber_delivery delivery;
    int64_t since, passed;
};
/* Of any state; id 0 when the address never was one. */
CM_MUST_USE int subscriber_find(struct store *s, struct arena *a, struct sv list, struct sv address,
                                struct subscriber *out, struct err *err);
CM_MUST_USE int subscriber_load(struct store *s, struct arena *a, int64_t id, struct subscriber *out, struct err *err);
/* Subscribes, or brings somebody back. consent: how it is known that they want it. *out_new (may be NULL): was none
 * before. A different spelling of the same mailbox replaces the address. */
CM_MUST_USE int subscriber_put(struct store *s, struct arena *a, struct sv list, struct sv address, struct sv name,
                               struct sv consent, int64_t now, bool *out_new, struct err *err);
CM_MUST_USE int subscriber_set_state(struct store *s, int64_t id, enum subscriber_state state, struct err *err);
CM_MUST_USE int subscriber_set_delivery(struct store *s, int64_t id, enum subscriber_delivery delivery,
                                        struct err *err);
CM_MUST_USE int subscriber_set_name(struct store *s, int64_t id, struct sv name, struct err *err);
/* One more post of theirs went out. */
CM_MUST_USE int subscriber_count_post(struct store *s, int64_t id, struct err *err);
struct subscribers {
    VEC(struct subscriber) list;
};
/* All that are not gone, by address. */
CM_MUST_USE int subscribers_load(struct store *s, struct arena *a, struct sv list, struct subscribers *out,
                                 struct err *err);

#endif
