/* Blind rounds as the record has them: what was rated, who answered, and once a round is closed what everybody
 * answered and what that amounts to. Plain data in one arena. Answers of open rounds are not here: nobody sees
 * them before the close. */
#ifndef CASEMATE_REGISTER_ROUNDS_H
#define CASEMATE_REGISTER_ROUNDS_H

#include "base/digest.h"
#include "register/people.h"
#include "register/pooled.h"

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
    int64_t event;       /* that committed to it */
};

/* One factor of one threat. */
struct round_rating {
    size_t answers;                  /* that were given; the rest is 0 while the round is open */
    size_t abstained, not_competent; /* of them */
    VEC(struct round_estimate) estimates; /* in the order of pseudonyms */
    struct pooled pooled;            /* of those that chose a level */
    bool quorum;                     /* closed, with as many of these as the mode in force asks for */
};

struct round_threat {
    struct sv id;
    struct digest rated; /* of what was rated: see rounds_rated() */
    bool changed;        /* the threat's text is not that any more */
    struct round_rating ratings[ROUND_FACTORS];
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

struct rounds {
    VEC(struct round) list; /* in the order in which they were opened */
};

CM_MUST_USE int rounds_load(struct store *s, struct arena *a, const struct profile *p, struct rounds *out,
                            struct err *err);
const struct round *rounds_find(const struct rounds *rounds, struct sv id); /* NULL */
/* The round that closed last of those that rated the threat, or NULL; *out (may be NULL) is the threat in it. */
const struct round *rounds_of(const struct rounds *rounds, struct sv threat, const struct round_threat **out);

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
