/* What waits for a moderator, and the acts of moderation. Of a held post nothing is public but its number, which the
 * record names once somebody acted on it: "P-7". A number is never given twice, also not in a store that adopted a
 * record. */
#ifndef CASEMATE_FORUM_HOLD_H
#define CASEMATE_FORUM_HOLD_H

#include "base/vec.h"
#include "store/store.h"

enum hold_rule {
    HOLD_CLOSED,     /* the list takes no posts */
    HOLD_STRANGER,   /* its author is no member */
    HOLD_UNPROVEN,   /* it cannot be seen whose it is, so it counts as a stranger's */
    HOLD_FIRST_POST, /* of a member */
    HOLD_EVERY_POST, /* the process holds all */
    HOLD_SIZE,
    HOLD_FILE,
    HOLD_RATE,       /* so many of one sender in a day */
    HOLD_OFF_STAGE,  /* about a later stage of a threat than it is at */
    HOLD_UNREADABLE, /* quarantined: beyond a limit of reading */
    HOLD_RULES
};
struct hold_rule_info {
    const char *name;  /* "first-post" */
    const char *means; /* "it is the first post of its author" */
};
extern const struct hold_rule_info hold_rule_table[HOLD_RULES];

/* Some of the rules: bit 1 << rule. */
typedef unsigned hold_rules;
struct sv hold_rules_text(struct arena *a, hold_rules rules); /* "first-post size" */
/* CM_ECORRUPT: a word that is none. */
CM_MUST_USE int hold_rules_read(struct sv text, hold_rules *out, struct err *err);

struct hold {
    int64_t number, message, since;
    int64_t due;     /* then the default of the process is done; 0: never */
    int64_t settled; /* when; 0: it waits */
    struct sv list;
    hold_rules rules;
    bool stranger;
};
struct holds {
    VEC(struct hold) list;
};
/* Inside store_tx(). due 0: never. *out_number: of the new one. */
CM_MUST_USE int hold_add(struct store *s, struct arena *a, const struct hold *h, int64_t *out_number, struct err *err);
/* CM_ENOTFOUND. */
CM_MUST_USE int hold_load(struct store *s, struct arena *a, int64_t number, struct hold *out, struct err *err);
/* Those that wait, by number. list may be empty. */
CM_MUST_USE int holds_load(struct store *s, struct arena *a, struct sv list, struct holds *out, struct err *err);
/* How many wait. */
CM_MUST_USE int hold_count(struct store *s, int64_t *out, struct err *err);
/* The first that waits and was due at `now`; number 0: none. */
CM_MUST_USE int hold_due(struct store *s, struct arena *a, int64_t now, struct hold *out, struct err *err);
CM_MUST_USE int hold_settle(struct store *s, struct arena *a, int64_t number, int64_t now, struct err *err);

/* "P-7" and back. */
struct sv hold_id(struct arena *a, int64_t number);
bool hold_number(struct sv id, int64_t *out);

/* ---- public ---- */

struct moderation {
    int64_t event, at, post, seconds; /* seconds: the event of the proposal that it seconds; 0: none */
    struct sv list, act, outcome;     /* act: propose, approve, return, discard, timeout, refile, contest */
    struct sv because;                /* id of a reason; may be empty */
    struct sv rules;                  /* that held the post */
    struct sv by, by_id;              /* name as the event has it; "author" of a contest; pseudonymous id */
    struct sv why;                    /* public words of who acted; may be empty */
    struct sv threat, stage;          /* of refile */
    bool urgent;
};
struct moderations {
    VEC(struct moderation) list;
};
/* Of one post, or with 0 of all; of one list, or with an empty one of all. In their order. */
CM_MUST_USE int moderations_load(struct store *s, struct arena *a, int64_t post, struct sv list,
                                 struct moderations *out, struct err *err);
/* Whether it ended the matter: a proposal, a contest and a refiling do not. */
bool moderation_settles(const struct moderation *m);
/* by, by_id, at and why are the event's. */
CM_MUST_USE int moderation_insert(struct store *s, const struct moderation *m, struct err *err);
/* Whether an appeal about the post was accepted. */
CM_MUST_USE int moderation_overturned(struct store *s, struct arena *a, int64_t post, bool *out, struct err *err);

#endif
