/* Commands in a mail: what somebody asks for in its first lines, and texts that come back edited.
 *
 *     Propose: Gate sings at night          Position: object C-3 because nobody tested it
 *     Area: opening                         Objection: G-0002 It is not that bad.
 *     The abstract.                         Answer: O-2 It was measured.
 *     Show: G-0002 tree                     Edit: G-0002 Gap
 *     Estimate: G-0002 likelihood=high damage=medium because I saw it
 *
 * Only the author's own words in a text/plain part count: the first line that is not empty is a command, or there is
 * none. What is quoted, follows a signature, or stands in HTML only is no command, whatever it says. Pure functions;
 * linear. */
#ifndef CASEMATE_FORUM_COMMAND_H
#define CASEMATE_FORUM_COMMAND_H

#include "base/arena.h"
#include "format/mail.h"

enum { COMMANDS_MAX = 10, COMMAND_TEXT_MAX = 64 << 10 };

enum command_kind {
    COMMAND_PROPOSE, COMMAND_POSITION, COMMAND_OBJECTION, COMMAND_ANSWER, COMMAND_ESTIMATE, COMMAND_SHOW,
    COMMAND_EDIT, COMMAND_KINDS
};
extern const char *const command_names[COMMAND_KINDS]; /* "Propose" */

struct command {
    enum command_kind kind;
    struct sv subject;            /* "C-3", "O-2", "G-0002" as written; empty: not said */
    struct sv word;               /* position; field; name of a proposal */
    struct sv areas;              /* of a proposal, with commas between */
    struct sv likelihood, damage; /* of an estimate */
    struct sv steps;              /* of an estimate: "phish=0.1..0.3", blanks between */
    struct sv rest;               /* of an estimate: "abstain", "not-competent" */
    struct sv text;               /* abstract, objection, answer, field; the reason of a position and an estimate */
    const char *fault;            /* what is wrong with it and what would be right; NULL: nothing */
};
struct commands {
    struct command at[COMMANDS_MAX];
    size_t count;
    bool more; /* than COMMANDS_MAX; these are not done */
};

void commands_read(struct arena *a, const struct mail *m, struct commands *out);
/* Whether somebody wrote an estimate, for people who must not send it to all: looked for more widely than a command,
 * in every text of the mail and at every line that is not quoted. */
bool commands_hold_estimate(const struct mail *m);
/* The first own words of a mail, on one line: "no thanks". */
struct sv command_first_line(struct arena *a, const struct mail *m);

/* The first line and the text below it, without quotes and signature: for an answer such as "Verdict: sound". */
void command_answer(struct arena *a, const struct mail *m, struct sv *out_first, struct sv *out_text);

/* A text that goes out to be edited stands between these two lines; so it does, quoted or not, in what comes back. */
#define COMMAND_MARK_BEGIN "===== text begins ====="
#define COMMAND_MARK_END "===== text ends ====="
/* False: the marks are not there, both and in this order, once. */
bool command_marked(struct arena *a, const struct mail *m, struct sv *out);

#endif
