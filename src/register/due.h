/* The clocks of the process: everything that has a date by which somebody should have acted. One list for the front
 * page, the command line and the report.
 *
 * due_load() reads what only the store knows; due_collect() is pure: the same view gives the same list, and view->now
 * is its only clock. Nothing here fires anything. */
#ifndef CASEMATE_REGISTER_DUE_H
#define CASEMATE_REGISTER_DUE_H

#include "register/view.h"

enum due_kind {
    DUE_REVIEW, DUE_HANDOVER, DUE_ROUND, DUE_CALL, DUE_EMBARGO, DUE_ROLE, DUE_SILENCE, DUE_REPORT, DUE_KINDS
};
extern const char *const due_kind_names[DUE_KINDS]; /* "review", "hand-over", ... */

enum { DUE_ROLE_DAYS = 30 }; /* the end of a role is told so many days before */

/* A round, a call or an embargo that is open. */
struct due_open {
    enum due_kind kind;
    struct sv id;
    int64_t until;         /* seconds: the first one too late */
};
struct due_clocks {
    VEC(struct due_open) open;
    int64_t last_act;      /* seconds of the newest act of a person; of the first event where nobody but the operator
                              ever acted; 0: the record is empty */
    int64_t last_report;   /* 0: none; the clock of reports starts with the first one */
};
/* What the record says up to now. */
CM_MUST_USE int due_load(struct store *s, struct arena *a, int64_t now, struct due_clocks *out, struct err *err);

struct due {
    enum due_kind kind;
    struct sv id;          /* "V-1"; for a role the id of its holder; empty for silence and report */
    struct sv day;         /* the last day, "2026-12-31" */
    int64_t until;         /* seconds: the first one too late */
    struct sv what;        /* "the answer to review V-1 of T-0042 by Ada Byron" */
    struct sv who;         /* name of the person, or of the role, that should see to it; people of the group only */
    bool overdue;
    int64_t days;          /* from today to the last day; overdue: since it. Never negative */
};
struct due_list {
    VEC(struct due) list;  /* by date; in the order of enum due_kind within one */
};
/* Everything with a date; nothing when the view comes from no store. */
void due_collect(struct arena *a, const struct view *v, struct due_list *out);

#endif
