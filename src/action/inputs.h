/* What each act asks for, as data, and the act done with it: one table for the forms of the web, the objects of the
 * API and whatever else brings names and texts. Names are those of the command line: "until" is --until.
 *
 *     const struct action_form *form = action_form_find(SV("call.close"));
 *     struct action_values values = {...};                       // call=C-1, outcome=accepted, judgement=...
 *     rc = action_perform(&context, form, &values, &result, &err);
 *
 * Here it is checked that what came can be what the act wants: no unknown name, nothing missing, nothing twice, each
 * text of its kind. What it means is checked by the act itself. */
#ifndef CASEMATE_ACTION_INPUTS_H
#define CASEMATE_ACTION_INPUTS_H

#include "action/action.h"
#include "register/people.h"

enum input_kind {
    INPUT_LINE, /* one line of text */
    INPUT_TEXT, /* lines */
    INPUT_FLAG, /* "yes"; missing or empty: no */
    INPUT_CHOICE, /* one of `words` */
    INPUT_COUNT,  /* a whole number */
    INPUT_DAY,    /* "2026-12-31", or "+14d" */
    INPUT_LINK,   /* an address that pages link to */
    INPUT_ADDRESS, /* mail */
    /* The id or name of something that there is: */
    INPUT_THREAT, INPUT_STEP, INPUT_STAGE, INPUT_AREA, INPUT_FIELD, INPUT_DOCUMENT, INPUT_ROUND, INPUT_CALL,
    INPUT_DECISION, INPUT_OBJECTION, INPUT_REVIEW, INPUT_HANDOVER, INPUT_EMBARGO, INPUT_POST, INPUT_LIST, INPUT_THREAD,
    INPUT_MEMBER, INPUT_ROLE, INPUT_LIKELIHOOD, INPUT_DAMAGE, INPUT_BECAUSE,
    INPUT_KINDS
};
extern const char *const input_kind_names[INPUT_KINDS]; /* "threat" */

enum { INPUT_WANTED = 1, INPUT_MANY = 2 };
enum { INPUTS_MAX = 10, INPUT_VALUES_MAX = 100, INPUT_LINE_MAX = 2000, INPUT_TEXT_MAX = 128 * 1024 };

struct action_input {
    const char *name;  /* "until" */
    const char *label; /* "Last day" */
    enum input_kind kind;
    unsigned flags;    /* INPUT_WANTED: may not be empty; INPUT_MANY: any number of them, at most INPUT_VALUES_MAX */
    const char *words; /* INPUT_CHOICE: with blanks between */
    const char *help;  /* one sentence; may be NULL */
};

struct action_value {
    struct sv name, text;
};
struct action_values {
    VEC(struct action_value) list; /* a name comes as often as it has values */
};
/* The first, or SV_NONE; all of them; whether it is a flag that is set. */
struct sv action_value(const struct action_values *v, const char *name);
size_t action_value_all(struct arena *a, const struct action_values *v, const char *name, const struct sv **out);
bool action_value_flag(const struct action_values *v, const char *name);

struct action_form {
    const char *action; /* name in the action table */
    const char *title;  /* "Close a call" */
    const struct action_input *inputs; /* the first one is what it is about, where it is about something */
    size_t count;
    int (*perform)(struct action_context *c, const struct action_values *v, struct action_result *out,
                   struct err *err);
};
/* All, by families in the order in which a threat meets them. */
extern const struct action_form action_forms[];
extern const size_t action_form_count;
/* NULL: there is none of that action. Those of the action table without a form are done elsewhere: by the operator
 * (import, record.erase, report.record), by a log-in (member.join), by the clock, or by who holds a one-time
 * address. */
const struct action_form *action_form_find(struct sv action);
const struct action_input *action_form_input(const struct action_form *f, struct sv name); /* NULL: it has none */

/* Whether an act may be asked for with these values, as action_perform() does first. */
CM_MUST_USE int action_check(struct action_context *c, const struct action_form *f, const struct action_values *v,
                             struct err *err);
/* Does it. c->reason and c->editorial come from the values. CM_EINPUT for values that cannot be: all faults are in
 * c->diag (which must be given), with the input's name as the file. Otherwise as the act says. */
CM_MUST_USE int action_perform(struct action_context *c, const struct action_form *f, const struct action_values *v,
                               struct action_result *out, struct err *err);

/* Whether the person may ask for it, also as a deputy. The act decides. */
bool action_may(const struct person *person, const struct profile *p, const struct action_info *info);

/* A refusal for somebody who sees a form and no command line: options become the names of fields, commands go. */
const char *action_words(struct arena *a, const struct action_form *f, const char *text);

#endif
