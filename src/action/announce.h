/* What the group is told on its lists: changes of stages, rounds, calls and their decisions, editions. Each threat,
 * call, round and document has one thread, whose Message-IDs follow from what it is about and from the event, and are the
 * same whenever they are made. Written in the transaction of the act. Private to this room. */
#ifndef CASEMATE_ACTION_ANNOUNCE_H
#define CASEMATE_ACTION_ANNOUNCE_H

#include "action/action.h"

/* Whether an act of that name is announced. */
bool announce_wanted(struct sv action);
/* After its rows were made. payload: of its event. Goes to the lists whose setting `announce` says so; nothing where
 * there is none. */
CM_MUST_USE int announce(struct action_context *c, struct sv action, struct sv subject, struct sv payload,
                         int64_t event, struct err *err);

#endif
