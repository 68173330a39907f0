/* Blind rounds as the record has them: what was rated, who answered, and once a round is closed what everybody
 * answered and what that amounts to. Plain data in one arena. Answers of open rounds are not here: nobody sees
 * them before the close. */
#ifndef CASEMATE_REGISTER_ROUNDS_H
#define CASEMATE_REGISTER_ROUNDS_H

#include "base/digest.h"
#include "register/people.h"
#include "register/pooled.h"
#include "register/steps.h"
#include "register/voted.h"

enum round_factor { ROUND_LIKELIHOOD, ROUND_DAMAGE, ROUND_FACTORS };
extern const char *const round_factors[ROUND_FACTORS]; /* "likelihood", "damage" */
/* Answers that choose no level. */
#define ROUND_ABSTAIN "abstain"
#define ROUND_NOT_COMPETENT "not-competent"

/* The levels of a factor when the round was opened, low to high. A later scale changes no round. */
struct round_scale {
    VEC(struct sv) levels; /* ids */
};
/* From ids with blanks between. At most POOLED_LEVELS_MAX are taken. */
void round_scale_read(struct arena *a, struct sv ids, struct round_scale *out);
int round_scale_find(const struct round_scale *scale, struct sv id); /* index, or -1 */
/* Whether the SIG's scale is still this one. */
bool round_scale_is(const struct round_scale *scale, const struct terms *terms);

/* One opened estimate. */
struct round_estimate {
    struct sv pseudonym; /* "R-1:e3", the same for all of a person's answers in the round */
    struct sv name;      /* empty where the process hides names */
    struct sv answer;    /* id of a level, ROUND_ABSTAIN or ROUND_NOT_COMPETENT; empty: could not be opened */
    struct sv reason;
    int level;           /* index in the scale, -1 */
    bool ranged;         /* of a step: it has an interval */
    struct step_interval interval;
    int64_t event;       /* that committed to it */
};

/* One factor, or one step, of one threat. */
struct round_rating {
    size_t answers;                  /* that were given; the rest is 0 while the round is open */
    size_t abstained, not_competent; /* of them */
    VEC(struct round_estimate) estimates; /* in the order of pseudonyms */
    struct pooled pooled;            /* of those that chose a level; of a factor */
    struct pooled_interval interval; /* of those that gave one; of a step */
    bool quorum;                     /* closed, with as many of these as the mode in force asks for */
};

struct round_step {
    struct sv key;       /* "#phish:p" */
    struct step_key of;
    struct sv label;     /* when the round was opened */
    struct round_rating rating;
    struct sv range;     /* the pool as an outline has it; empty: no quorum, or not closed */
};

struct round_threat {
    struct sv id;
    struct digest rated; /* of what was rated: see rounds_rated() */
    enum voted_match match; /* against the threat's text as it is; VOTED_CHANGED also when it is there no more */
    struct round_rating ratings[ROUND_FACTORS];
    VEC(struct round_step) steps; /* as they were named */
};

struct round {
    struct sv id;            /* "R-1" */
    struct sv follows;       /* the first round, when this is a second one */
    int64_t opened, closed;  /* events; closed 0: open */
    int64_t opened_at, closed_at, due; /* seconds; from `due` on no answer is taken */
    struct round_scale scales[ROUND_FACTORS];
    VEC(struct round_threat) threats;  /* as they were named when it was opened */
    size_t estimators;       /* people who answered anything */
};

struct step_acceptance {
    struct sv threat, key, round;
    struct sv instead; /* of what the outline said then */
    int64_t event;
};

/* That a round rated a threat. */
struct round_about {
    const struct round *round;
    const struct round_threat *threat; /* in it */
};
struct rounds_about {
    VEC(struct round_about) list;
};

struct rounds {
    VEC(struct round) list; /* in the order in which they were opened */
    VEC(struct step_acceptance) accepted;
    struct map about; /* id of a threat -> struct rounds_about, in the same order */
};

CM_MUST_USE int rounds_load(struct store *s, struct arena *a, const struct profile *p, struct rounds *out,
                            struct err *err);
const struct rounds_about *rounds_about(const struct rounds *rounds, struct sv threat); /* NULL: none rated it */
const struct round *rounds_find(const struct rounds *rounds, struct sv id); /* NULL */
/* The round that closed last of those that rated the threat, or NULL; *out (may be NULL) is the threat in it. */
const struct round *rounds_of(const struct rounds *rounds, struct sv threat, const struct round_threat **out);

/* What is known of one quantity of one step of a threat's tree as it is, from the outline and from rounds. */
enum step_source { STEP_OUTLINE, STEP_POOLED /* the outline has none */, STEP_ACCEPTED /* instead of the outline's */ };
struct step_value {
    struct sv key, label;
    enum tree_attribute attribute;
    uint32_t node;
    struct sv outline;               /* what the author wrote; empty: nothing */
    enum step_source source;         /* of the value that counts */
    struct sv counts;                /* it, as an outline has it */
    const struct round *counts_from; /* NULL with STEP_OUTLINE */
    const struct round_step *counts_step;
    const struct round *offered;     /* newest closed round with a pooled range; may be the one that counts */
    const struct round_step *offered_step;
};
struct step_values {
    VEC(struct step_value) list; /* in the order in which the rounds named them; only steps that have a pooled range */
};
/* A pooled range holds as long as the tree has the step under the same anchor and label. rounds may be NULL. */
void rounds_steps(struct arena *a, const struct rounds *rounds, const struct threat *t, struct step_values *out);
/* Where the value comes from that counts: "range pooled from 5 estimates of round R-7". */
struct sv rounds_step_says(struct arena *a, const struct step_value *v);
/* The threat's tree with the values that count; t->tree itself where they are the outline's. */
const struct tree *rounds_tree(struct arena *a, const struct rounds *rounds, const struct threat *t);

/* What a round rates: name, level, affected documents, attacker, and the fields of the template that are due up to the
 * stage that asks for estimates, in the template's order. Stage, ratings, responses and what is written later leave it
 * alone. BLAKE2b over part("casemate-rated-1"), then part(key) part(text) for each key that has a text; a part is as in
 * store/record.h. Keys: "name", "level", "affects" (once a document), "attacker.position", "attacker.on" (once a
 * surface), "attacker.activity", then the ids of fields. */
struct digest rounds_rated(const struct profile *p, const struct threat *t);

/* Whether a person took part in the group before the event `opened`: joined, or acted. */
CM_MUST_USE int rounds_took_part(struct store *s, const struct person *person, int64_t opened, bool *out,
                                 struct err *err);
/* Names of all who may answer in the round: took part before it, and hold a role that may estimate. */
struct round_people {
    VEC(struct sv) names;
};
CM_MUST_USE int rounds_may(struct store *s, struct arena *a, const struct profile *p, const struct people *people,
                           const struct round *round, struct round_people *out, struct err *err);

#endif
