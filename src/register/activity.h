/* How lively the group is, from its public record. */
#ifndef CASEMATE_REGISTER_ACTIVITY_H
#define CASEMATE_REGISTER_ACTIVITY_H

#include "profile/profile.h"
#include "store/store.h"

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
