/* Embargoes: flaws in an implementation that have no cure yet. They go to the vendor first; until the embargo ends
 * its notes are known to named members only. The record counts it: each note leaves a commitment, so that the release
 * proves what was known when. Released early by a leader with a reason, or by anybody once its time is over. */
#ifndef CASEMATE_ACTION_EMBARGO_H
#define CASEMATE_ACTION_EMBARGO_H

#include "action/action.h"

enum { EMBARGO_TEXT_MAX = 64 * 1024, EMBARGO_READERS_MAX = 50 };

/* embargo.open: a first note, told to named members (and to its author). days: 0 for what process.md allows, which is
 * also the most. out->id: "E-1". */
struct embargo_request {
    struct sv text;
    const struct sv *readers;
    size_t reader_count;
    unsigned days;
};
CM_MUST_USE int action_embargo_open(struct action_context *c, const struct embargo_request *request,
                                    struct action_result *out, struct err *err);
/* embargo.note: by one of its readers; embargo.share: tells one more member. */
CM_MUST_USE int action_embargo_note(struct action_context *c, struct sv id, struct sv text, struct action_result *out,
                                    struct err *err);
CM_MUST_USE int action_embargo_share(struct action_context *c, struct sv id, struct sv reader,
                                     struct action_result *out, struct err *err);
/* embargo.release: all notes become public, with their authors and the times of their events. */
CM_MUST_USE int action_embargo_release(struct action_context *c, struct sv id, struct action_result *out,
                                       struct err *err);

/* As the actor of the context may see them: without notes unless it is a reader, the operator, or released. */
struct embargo_note {
    int64_t at;
    struct sv author, text;
};
struct embargo {
    struct sv id;
    int64_t opened, until; /* seconds */
    bool released, readable;
    size_t note_count;
    VEC(struct embargo_note) notes; /* when readable */
};
struct embargoes {
    VEC(struct embargo) list; /* by number */
};
CM_MUST_USE int embargoes_load(struct action_context *c, struct embargoes *out, struct err *err);

#endif
