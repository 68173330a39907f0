/* How lively the group is, from its public record. */
#ifndef CASEMATE_REGISTER_ACTIVITY_H
#define CASEMATE_REGISTER_ACTIVITY_H

#include "profile/profile.h"
#include "store/store.h"

/* Who acted, by the actor that an event's header has, as a condition in SQL. Members are "m3". Of those that name
 * nobody, "R-1:e3" estimated and "E-1:author" wrote a note of an embargo: both are members. Who wrote a mail is not
 * proved: "LIST:mail" and "P-7:author" are nobody's acts. A list may be called "main", or "m1". */
#define ACTOR_IS_MEMBER    "(actor GLOB 'm[0-9]*' AND actor NOT GLOB '*:*')"
#define ACTOR_IS_ESTIMATOR "actor GLOB 'R-[0-9]*:e[0-9]*'"
#define ACTOR_IS_PERSON    "(" ACTOR_IS_MEMBER " OR " ACTOR_IS_ESTIMATOR " OR actor GLOB 'E-[0-9]*:author')"

struct activity {
    int64_t since, now;    /* the period: since <= event < now's end */
    size_t events;         /* in it, of people and of the operator */
    size_t people;         /* who acted by name in it */
    size_t estimators;     /* pseudonyms that estimated in it; one person may have several, one for each round */
    size_t members;        /* at its end */
    size_t joined;         /* members since its beginning */
    int64_t last;          /* the newest act of a person or a pseudonym, seconds; 0: there was none */
    int64_t first;         /* the first event of all; 0: an empty record */
    int64_t last_report;   /* when the newest report to the council was recorded; 0: none */
};

CM_MUST_USE int activity_load(struct store *s, int64_t since, int64_t now, struct activity *out, struct err *err);

/* Whole months from one time to a later one, as a calendar has them: 31 January to 28 February is none. */
unsigned activity_months(int64_t from, int64_t to);
/* Whole months without an act of a person; counted from the first event when there was none. */
unsigned activity_silence(const struct activity *a);

#endif
