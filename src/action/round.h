/* Acts about blind rounds of estimates (docs/process.md, "Rounds"). Errors: as in action.h. */
#ifndef CASEMATE_ACTION_ROUND_H
#define CASEMATE_ACTION_ROUND_H

#include "action/acts.h"
#include "register/rounds.h"

enum { ROUND_REASON_MAX = 4000, ROUND_SALT_BYTES = DIGEST_BYTES };

struct round_request {
    const struct sv *threats; /* ids */
    size_t threat_count;
    struct sv until;          /* last day, or "+20d"; empty: as long as the mode says */
    struct sv follows;        /* a second round: the first one's id; empty: a first round */
    const struct sv *steps;   /* asked for beside the factors: "T-0001#phish", "T-0001#phish:cost" */
    size_t step_count;
};
/* round.open: out->id becomes the round's. CM_EREFUSED when the mode has no rounds, the batch is too large, the period
 * too short, a threat has ended, lacks what the stages before the estimates need or is in an open round; a second round
 * wants a closed first one, a spread that the process names (or a reason: a member asks), and is held once. To rate
 * anew what a closed round rated with a quorum wants a reason. CM_ENOTFOUND for a step that the tree has not. */
CM_MUST_USE int action_round_open(struct action_context *c, const struct round_request *request,
                                  struct action_result *out, struct err *err);

struct estimate_request {
    struct sv threat;
    struct sv round;                  /* empty: the open round that holds the threat */
    struct sv answers[ROUND_FACTORS]; /* id of a level, "abstain", "not-competent"; empty: none for that factor */
    const struct sv *steps;           /* "phish=0.02..0.2", "phish:cost=500..5k~1k", "phish=not-competent" */
    size_t step_count;
    struct sv rest;                   /* "abstain", "not-competent": for what else the round asks; empty: nothing */
    struct sv reason;                 /* a level or an interval wants one */
};
/* estimate.give: the answers of context->actor, private until the round closes; the same person's later ones take the
 * place of former ones. out->event is 0 when these were the answers already. CM_EREFUSED outside an open round, after
 * its due time, and for who took no part in the group before it opened. */
CM_MUST_USE int action_estimate(struct action_context *c, const struct estimate_request *request,
                                struct action_result *out, struct err *err);

/* round.close: opens all estimates and writes the medians of factors with a quorum into the threats' files, in one
 * event. With override (round.override; a leader, with a reason) also before its due time, without a quorum (that
 * factor then has no result), and when answers are not in this store (they stay sealed). */
CM_MUST_USE int action_round_close(struct action_context *c, struct sv id, bool override, struct action_result *out,
                                   struct err *err);

/* round.accept: the range that the round pooled for a step ("T-0001#phish:p") counts instead of the outline's, until
 * somebody writes another one there. CM_EREFUSED where the outline has none: the range counts then without that.
 * round.keep takes that back. */
CM_MUST_USE int action_round_accept(struct action_context *c, struct sv id, struct sv step, struct action_result *out,
                                    struct err *err);
CM_MUST_USE int action_round_keep(struct action_context *c, struct sv id, struct sv step, struct action_result *out,
                                  struct err *err);

/* What the record holds of an answer while its round is open: BLAKE2b over the parts in this order. */
struct digest round_commitment(struct sv salt, struct sv round, struct sv threat, struct sv factor, struct sv answer,
                               struct sv reason);

/* Faults of what rounds opened, from the events alone: an opened estimate that is not what was committed to, one that
 * was left out. Then the store's rows against the events. */
CM_MUST_USE int round_verify_store(struct store *s, struct arena *a, struct record_faults *out, struct err *err);
/* The same for an exported record whose lines verify. */
CM_MUST_USE int round_verify_export(struct arena *a, struct sv text, const char *file, struct record_faults *out,
                                    struct err *err);

/* ---- private to the files round_*.c ---- */

struct round_row {
    struct sv id, follows;
    int64_t opened, due, closed; /* closed: event, 0 while open */
    struct round_scale scales[ROUND_FACTORS];
};
/* CM_ENOTFOUND with what there is. */
CM_MUST_USE int round_row(struct store *s, struct arena *a, struct sv id, struct round_row *out, struct err *err);
/* "2026-12-05": the last day on which the round takes answers. */
const char *round_last_day(struct arena *a, const struct round_row *r);
/* The open round that holds a threat; empty: none. */
CM_MUST_USE int round_open_with(struct store *s, struct arena *a, struct sv threat, struct sv *out, struct err *err);
/* "T-0001#phish:cost" in two; false: it has no "#", or no known quantity. */
bool round_step_split(struct sv text, struct sv *out_threat, struct step_key *out);
/* Whether the round asks for that step of the threat. */
CM_MUST_USE int round_asks(struct store *s, struct sv round, struct sv threat, struct sv key, bool *out,
                           struct err *err);
/* The rows of round.accept and round.keep. */
CM_MUST_USE int round_step_apply(struct store *s, const struct act_event *e, struct sv round, struct err *err);
/* How many answers of an open round this store cannot open, having adopted the record from another one. */
CM_MUST_USE int round_sealed(struct store *s, struct sv round, int64_t *out, struct err *err);

#endif
