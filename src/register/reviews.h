/* Reviews by experts and hand-overs of recommendations, as the record has them. Plain data in one arena. The address
 * at which a reviewer was asked is private and not here. */
#ifndef CASEMATE_REGISTER_REVIEWS_H
#define CASEMATE_REGISTER_REVIEWS_H

#include "register/reviewed.h"
#include "store/store.h"

struct review {
    struct sv id, subject;          /* "V-1"; "T-0042", "analysis" (the working draft), "analysis 0.2" */
    int threat;                     /* index in the profile's threats; -1: of a document, or gone */
    struct sv document, version;    /* "analysis", "0.2"; empty: of a threat; of the working draft */
    struct sv reviewer, asked_by;   /* names; asked_by is empty when it was the operator */
    struct digest digest, reviewed; /* of the text asked about; of the text that the answer is about */
    int64_t asked_at, due, answered_at, withdrawn_at; /* seconds; 0: did not happen. due: the first second too late */
    struct sv verdict, text;        /* sound, changes-wanted, declined; what the reviewer wrote, may be empty */
    struct sv why;                  /* of the withdrawal */
    bool late;                      /* the newest answer came after it was due */
    bool changed;                   /* the text is another one now than that of the answer, or of the request */
};
/* Waits for an answer. */
bool review_is_open(const struct review *r);
/* Somebody read it and said what they think: not open, withdrawn or declined. */
bool review_is_done(const struct review *r);

struct handover {
    struct sv id, threat;           /* "H-1", "T-0042" */
    struct sv document;             /* "XEP-0384" */
    struct sv carrier, venue;
    struct sv date, answer_by;      /* days */
    struct sv state, link;          /* open, taken-up, declined, unanswered */
    int64_t opened_at, settled_at;  /* seconds; 0: open */
};

/* A done review that covers a threat, by itself or as part of the analysis. */
struct review_cover {
    unsigned review;                /* index */
    bool present;                   /* about the text as it is now */
};
struct review_covers {
    VEC(struct review_cover) list;  /* in the order of reviews */
};

struct reviews {
    VEC(struct review) list;        /* by number */
    VEC(struct handover) handovers; /* by number */
    struct review_covers *covers;   /* by index in the profile's threats */
    bool accepting;                 /* the mode in force accepts by reviews */
    struct digest analysis;         /* present digest of the working draft; of use when there is a review */
};

/* files: those that the profile was read from. */
CM_MUST_USE int reviews_load(struct store *s, struct arena *a, const struct profile *p,
                             const struct profile_files *files, struct reviews *out, struct err *err);
/* Only the reviews that wait for an answer, and the hand-overs: for clocks. `threat` of a review is -1 throughout,
 * and its `document` empty where it is about a threat; `covers` is NULL. */
CM_MUST_USE int reviews_load_open(struct store *s, struct arena *a, struct reviews *out, struct err *err);
const struct review *reviews_find(const struct reviews *reviews, struct sv id);     /* or NULL */
const struct handover *handovers_find(const struct reviews *reviews, struct sv id); /* or NULL */
/* Whether documents say anything about reviews: there is one, or the mode lives by them. NULL: no. */
bool reviews_shown(const struct reviews *reviews);

#endif
