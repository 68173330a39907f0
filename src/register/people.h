/* The people of a SIG as the record has them: who joined, who holds which role until when. Plain data in one
 * arena; addresses are private and not here. */
#ifndef CASEMATE_REGISTER_PEOPLE_H
#define CASEMATE_REGISTER_PEOPLE_H

#include "profile/profile.h"
#include "store/store.h"

struct role_held {
    struct sv role;    /* id in sig.yaml */
    struct sv until;   /* last day, "2027-08-31"; empty: no end */
    struct sv mark;    /* what entitles to it; may be empty */
    bool ended;        /* the last day has passed */
};

struct person {
    struct sv id, name;        /* "m3"; the name to print */
    int64_t joined, gone;      /* events; 0: did not */
    VEC(struct role_held) roles; /* in the order of sig.yaml */
};

struct people {
    VEC(struct person) list;   /* in the order in which they came */
    bool governed;             /* roles were given: a member's rights are those of the roles on record */
};

/* Everybody whom the record names. p may be NULL: roles then come in the order of their ids. */
CM_MUST_USE int people_load(struct store *s, struct arena *a, const struct profile *p, int64_t now, struct people *out,
                            struct err *err);
const struct person *people_find(const struct people *people, struct sv name); /* by name; NULL */
const struct person *people_by_id(const struct people *people, struct sv id);  /* by pseudonymous id; NULL */
/* Whether the person holds a role today. Who joined holds "member" without being given it. */
bool person_holds(const struct person *person, struct sv role);
/* Whether one of the profile's roles that the person holds today may do that ("estimate"). */
bool person_may(const struct person *person, const struct profile *p, struct sv permission);

/* How a person is reached. Private: for that person and the operator. */
struct address {
    struct sv kind, address; /* mail, jid */
};
struct addresses {
    VEC(struct address) list;
};
/* Where mail for a member goes: the address that they chose, or else the first that was noted; empty: none. */
CM_MUST_USE int people_mail(struct store *s, struct arena *a, struct sv id, struct sv *out, struct err *err);
CM_MUST_USE int people_addresses(struct store *s, struct arena *a, struct sv id, struct addresses *out,
                                 struct err *err);

#endif
