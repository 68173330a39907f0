/* The clocks of the process: everything that has a date by which somebody should have acted. One list for the front
 * page, the command line and the report.
 *
 * due_load() reads what only the store knows; due_collect() is pure: the same view gives the same list, and view->now
 * is its only clock. Nothing here fires anything: action/clock.h does. */
#ifndef CASEMATE_REGISTER_DUE_H
#define CASEMATE_REGISTER_DUE_H

#include "register/people.h"
#include "register/view.h"

enum due_kind {
    DUE_REVIEW, DUE_HANDOVER, DUE_ROUND, DUE_CALL, DUE_EMBARGO, DUE_ROLE, DUE_SILENCE, DUE_REPORT, DUE_COUNCIL,
    DUE_KINDS
};
extern const char *const due_kind_names[DUE_KINDS]; /* "review", "hand-over", ... */

enum { DUE_ROLE_DAYS = 30 }; /* the end of a role is told so many days before */

/* A round, a call, an embargo or a question to the council that is open. */
struct due_open {
    enum due_kind kind;
    struct sv id;
    int64_t until;         /* seconds: the first one too late */
    struct sv who;         /* who asked the council; empty: the operator, or another kind */
};
/* Somebody said not to be there from one day to another. */
struct absence {
    struct sv member, first, last; /* "m3", "2026-12-01", "2026-12-20" */
};
struct absences {
    VEC(struct absence) list;      /* in the order of the members' ids as texts */
};
struct due_clocks {
    VEC(struct due_open) open;
    struct absences away;
    int64_t last_act;      /* seconds of the newest act of a person; of the first event where nobody but the operator
                              ever acted; 0: the record is empty */
    int64_t last_report;   /* 0: none; the clock of reports starts with the first one */
};
CM_MUST_USE int absences_load(struct store *s, struct arena *a, struct absences *out, struct err *err);
/* Who holds the role today, but for those who are away. */
size_t holders_present(const struct people *people, const struct absences *away, struct sv role, struct sv today);
/* The last day of the absence of somebody who holds the role today and is away; empty: nobody is. */
struct sv holders_away_until(const struct people *people, const struct absences *away, struct sv role, struct sv today);
/* What the record says up to now. */
CM_MUST_USE int due_load(struct store *s, struct arena *a, int64_t now, struct due_clocks *out, struct err *err);

/* The first second after the day on which the report that follows one is due. */
int64_t due_report(int64_t last, unsigned days);

struct due {
    enum due_kind kind;
    struct sv id;          /* "V-1"; for a role the id of its holder; empty for silence and report */
    struct sv day;         /* the last day, "2026-12-31" */
    int64_t until;         /* seconds: the first one too late */
    struct sv what;        /* "the answer to review V-1 of T-0042 by Ada Byron" */
    struct sv who;         /* name of the person, or of the role, that should see to it; people of the group only */
    struct sv role;        /* id of the role, when it is nobody's in particular; empty: who is a person */
    struct sv deputy;      /* id of the role that may do it in the place of that one by now; empty: none */
    bool overdue;
    int64_t days;          /* from today to the last day; overdue: since it. Never negative */
};
struct due_list {
    VEC(struct due) list;  /* by date; in the order of enum due_kind within one */
};
/* Everything with a date; nothing when the view comes from no store. */
void due_collect(struct arena *a, const struct view *v, struct due_list *out);
/* One as a JSON object. */
struct json;
void due_write(struct json *j, const struct due *d);

#endif
