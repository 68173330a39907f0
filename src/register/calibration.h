/* How one person's ratings of sample threats compare with the reference. Private to that person: no record, export,
 * page or list of others has it. */
#ifndef CASEMATE_REGISTER_CALIBRATION_H
#define CASEMATE_REGISTER_CALIBRATION_H

#include "base/digest.h"
#include "profile/profile.h"
#include "register/rounds.h"
#include "store/store.h"

struct calibration_answer {
    bool given;
    bool outdated; /* the sample was changed since, or a word is none of the scale any more: it counts no more */
    struct sv words[ROUND_FACTORS]; /* as they were given */
    int levels[ROUND_FACTORS];      /* -1 with outdated, or when nothing was given */
    int off[ROUND_FACTORS];         /* levels above the reference; below it is negative */
    int64_t at;
};

enum calibration_tendency { TENDENCY_NONE, TENDENCY_HIGH, TENDENCY_LOW };
enum { CALIBRATION_LEAST = 3 }; /* samples from which on a tendency is told */

/* Over all samples that were rated, of one factor. */
struct calibration_factor {
    size_t rated, same, high, low; /* same + high + low = rated */
    size_t near;                   /* at most one level off, the same ones included */
    double agreement; /* 1 less the sum of |off| over the most that it could be for these references: 1 is always the
                         reference, 0 always as far from it as the scale allows; 1 when nothing was rated */
    enum calibration_tendency tendency; /* more than half of at least CALIBRATION_LEAST are off to one side */
};

struct calibration_feedback {
    VEC(struct calibration_answer) answers; /* by index in the profile's samples */
    struct calibration_factor factors[ROUND_FACTORS];
};

/* Of the sample as it stands, with its reference. */
struct digest calibration_digest(const struct profile *p, const struct sample *sample);
/* Fills levels and off of an answer whose words are given. Pure. */
void calibration_compare(const struct profile *p, const struct sample *sample, struct calibration_answer *answer);
/* Sums up the answers. Pure. */
void calibration_sum(const struct profile *p, struct calibration_feedback *f);
/* Of one member, by id. */
CM_MUST_USE int calibration_load(struct store *s, struct arena *a, const struct profile *p, struct sv member,
                                 struct calibration_feedback *out, struct err *err);

#endif
