/* Calls for consensus as the record has them, with positions, objections and decisions, and what became of the
 * texts that they are about. Plain data in one arena. The rules are in action/call.h. */
#ifndef CASEMATE_REGISTER_CALLS_H
#define CASEMATE_REGISTER_CALLS_H

#include "register/voted.h"
#include "store/store.h"

enum call_kind { CALL_EDITION, CALL_PROCESS, CALL_TEMPLATE, CALL_APPEAL, CALL_KINDS };
extern const char *const call_kinds[CALL_KINDS]; /* "edition", "process", "template", "appeal" */
enum stand { STAND_SUPPORT, STAND_OBJECT, STAND_ABSTAIN, STANDS };
extern const char *const stands[STANDS]; /* "support", "object", "abstain" */
enum objection_state { OBJECTION_OPEN, OBJECTION_ANSWERED, OBJECTION_WITHDRAWN, OBJECTION_DISSENT, OBJECTION_STATES };
extern const char *const objection_states[OBJECTION_STATES]; /* "open", "answered", "withdrawn", "dissent" */
extern const char *const voted_match_names[]; /* by enum voted_match: "same", "editorial", "changed" */
/* Index of a word in such a list, or -1. */
int calls_word(const char *const *words, size_t count, struct sv word);

struct position {
    struct sv member, name; /* "m3"; the name to print */
    enum stand stand;
    struct sv reason;       /* may be empty, but for an objection */
    int64_t event, at;
};

struct objection {
    struct sv id, subject;  /* "O-1"; "C-1", or "T-0042" for one to a priority */
    struct sv member, name;
    struct sv text;
    int64_t event, at;
    enum objection_state state;
    struct sv answer;       /* what the leader answered, or why it is recorded as dissent */
    int64_t settled, settled_at; /* event of the newest state but open; 0 */
};

/* A threat in a call on an edition. */
struct call_threat {
    struct sv id;
    struct digest digest;    /* of what was voted on */
    enum voted_match match;  /* against the text as it is now; VOTED_CHANGED also when it is there no more */
};

struct call {
    struct sv id;            /* "C-1" */
    enum call_kind kind;
    struct sv subject;       /* "analysis 0.2", "process", "template", "D-3" */
    struct sv question;
    struct digest digest;    /* what the call binds to: the edition, the file, the decision */
    struct digest text;      /* of the document's own file (voted_document), or of the decision */
    struct sv opener;        /* name */
    int64_t opened, at;      /* event, and when */
    int64_t edition;         /* event of the edition that it is on; 0 where that is not known, and for other calls */
    int64_t until;           /* first second after the last one of the call */
    int64_t closed;          /* event; 0: open */
    bool overdue;            /* not closed, and the end has passed */
    enum voted_match text_match; /* of the document's own file: VOTED_SAME or VOTED_CHANGED */
    enum voted_match match;  /* of the whole: the worst of text_match and of the threats */
    VEC(struct call_threat) threats;  /* by id */
    VEC(struct position) positions;   /* in the order of the members */
    VEC(struct objection) objections; /* in the order in which they came */
    const struct decision *decision;  /* NULL */
};

/* What the body that the group reports to was asked after an appeal, and what it said. */
enum council_answer { COUNCIL_OPEN, COUNCIL_DISMISSED, COUNCIL_UPHELD, COUNCIL_ANSWERS };
extern const char *const council_answers[COUNCIL_ANSWERS]; /* "open", "dismissed", "upheld" */
struct referral {
    struct sv asked_by, reason;
    int64_t asked, answer_by; /* when; the first second after the day until which one waits */
    enum council_answer answer;
    struct sv answered_by, why, link; /* empty while it is open */
    int64_t answered;        /* when; 0 */
};

struct decision {
    struct sv id;            /* "D-1" */
    const struct call *call;
    bool accepted;
    struct sv outcome;       /* "accepted", "not-accepted" */
    struct sv judgement;     /* what the leader wrote */
    struct sv link;          /* minute or message; may be empty */
    struct sv by, by_id;     /* who closed the call: name, pseudonymous id */
    int64_t event, at;
    const struct call *appeal;      /* the newest call about it; NULL */
    const struct decision *overturned; /* an appeal was accepted by this decision; NULL */
    const struct referral *council;    /* NULL: it was not asked */
    struct sv deputy;                  /* why a deputy closed the call in a leader's place; empty: none did */
};

/* That a call holds a threat. */
struct call_about {
    const struct call *call;
    const struct call_threat *threat; /* in it */
};
struct calls_about {
    VEC(struct call_about) list;
};

struct calls {
    VEC(struct call) list;          /* in the order in which they were opened */
    struct map about; /* id of a threat -> struct calls_about, in the same order; empty for an act */
    VEC(struct decision) decisions; /* in the order in which they were taken */
    VEC(struct objection) others;   /* objections to priorities */
    struct editorials editorials;
};

/* What an act on a call needs: of that call the positions, and of its threats those whose text is not the one that is
 * called on; of other calls neither (so their `match` tells nothing), and of none who opened it. The profile may be a
 * part (action/part.h). */
CM_MUST_USE int calls_load_act(struct store *s, struct arena *a, const struct profile *p,
                               const struct profile_files *files, int64_t now, struct sv call, struct calls *out,
                               struct err *err);
/* Everything on record, judged against the files as they are now (p and files belong together). */
CM_MUST_USE int calls_load(struct store *s, struct arena *a, const struct profile *p, const struct profile_files *files,
                           int64_t now, struct calls *out, struct err *err);
const struct calls_about *calls_about(const struct calls *calls, struct sv threat); /* NULL: none holds it */
const struct call *calls_find(const struct calls *calls, struct sv id);           /* NULL */
const struct decision *calls_decision(const struct calls *calls, struct sv id);   /* NULL */
const struct objection *calls_objection(const struct calls *calls, struct sv id); /* of calls and of priorities */
/* Whether the call is on an edition that has the threat. */
bool call_holds(const struct call *c, struct sv threat);
/* "analysis" of a call on "analysis 0.2"; the subject of others. */
struct sv call_document(const struct call *c);
/* Fills match, text_match and those of the threats anew. What the profile has not is taken from the rows of threats. */
CM_MUST_USE int call_match(struct store *s, struct arena *a, const struct calls *calls, const struct profile *p,
                           const struct profile_files *files, struct call *c, struct err *err);
/* "valid", "with editorial changes", "outdated", "overturned", "set aside": the first that is worse wins. */
const char *decision_state(const struct decision *d);
/* The first accepted decision on an edition that was made after an event and holds the threat: under it stands what
 * the event changed, whatever became of the decision since. NULL: none yet. */
const struct decision *calls_decided(const struct calls *calls, struct sv threat, int64_t event);
/* Objections that are neither answered, withdrawn nor recorded as dissent. */
size_t call_open_objections(const struct call *c);

/* Which threats a decision on an edition of the analysis accepted: id -> the texts. For standing_of(). */
struct acceptance;
/* threat: the only one that will be asked about; NULL: any. */
CM_MUST_USE int acceptance_load(struct store *s, struct arena *a, const struct sv *threat, struct acceptance **out,
                                struct err *err);
/* Whether the newest decision on the threat's text as it is, editorial changes aside, accepted it. */
bool acceptance_of(const struct acceptance *acc, const struct profile *p, const struct threat *t);

CM_MUST_USE int editorials_load(struct store *s, struct arena *a, struct editorials *out, struct err *err);

#endif
