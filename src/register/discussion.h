/* What was said about threats on the lists: the threads that are tied to each. Plain data in one arena.
 *
 * The rows of messages and threads are the forum's; of these only what its view public_message shows is read here.
 * Threads of a list whose archive is closed are left out. */
#ifndef CASEMATE_REGISTER_DISCUSSION_H
#define CASEMATE_REGISTER_DISCUSSION_H

#include "base/vec.h"
#include "store/store.h"

/* One message of a thread, with what the threat was when it arrived. */
struct discussed {
    struct sv mid, name; /* name: of the sender */
    int64_t at;
    struct sv about, stage;
    int64_t priority; /* 0: not rated */
};

struct discussion {
    struct sv threat, list, mid; /* list: id; mid: Message-ID that the tie names */
    struct sv about;             /* stage that the thread is about */
    struct sv stage;             /* of the threat when it was tied */
    int64_t priority;            /* likewise; 0: not rated */
    int64_t event, tied_at;
    int64_t thread;              /* 0: the thread is not here; then nothing below is set */
    struct sv subject;
    int64_t first, last, messages;
    struct sv newest;            /* who wrote its newest message */
    bool parked;                 /* about a later stage than the threat is worked towards, which the process parks */
    VEC(struct discussed) seen;  /* messages that arrived while it was tied, oldest first */
};

struct discussions {
    VEC(struct discussion) list; /* by threat, then as they were tied */
};
struct process;
CM_MUST_USE int discussions_load(struct store *s, struct arena *a, const struct process *p, struct discussions *out,
                                 struct err *err);
/* Whether a stage comes after the one that a threat is worked towards. */
bool discussion_is_ahead(const struct process *p, struct sv stage, struct sv about);
/* "/lists/security/thread/17.html" */
struct sv discussion_path(struct arena *a, const struct discussion *d);

#endif
