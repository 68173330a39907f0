/* Commands of mails become acts. Private to this room.
 *
 * A command is tried first: it is done in a transaction that is undone, and what it did is told, to the address that
 * the mail gives as its writer's, with a one-time address (forum/token.h). A mail to that address does it, as the
 * member whose address it is, if it can still be done then. What was done can be undone by another one-time address
 * while nobody built on it. So a From that is copied leads to a mail and to nothing else. */
#ifndef CASEMATE_ACTION_COMMANDS_H
#define CASEMATE_ACTION_COMMANDS_H

#include "action/membership.h"
#include "forum/command.h"
#include "forum/token.h"

/* ---- command_run.c ---- */

struct command_outcome {
    bool refused;
    struct sv text; /* for people: what it does, or why it is refused */
    struct action_result result;
    struct sv undo; /* of an act that can be undone: JSON for command_undo(); empty */
};
/* c: as the member. Text "tree" as field: the outline. Errors are those of the store alone: what a rule refuses is an
 * outcome. */
CM_MUST_USE int command_try(struct action_context *c, const struct command *cmd, struct command_outcome *out,
                            struct err *err);
CM_MUST_USE int command_do(struct action_context *c, const struct command *cmd, struct command_outcome *out,
                           struct err *err);
CM_MUST_USE int command_undo(struct action_context *c, const struct json_value *undo, struct command_outcome *out,
                             struct err *err);
/* The present text of a field, or of the tree. CM_ENOTFOUND, CM_EINPUT say what is wrong. */
CM_MUST_USE int command_field(struct action_context *c, struct sv threat, struct sv field, struct sv *out,
                              struct err *err);
/* A refusal that people are told, not an error of the store. */
bool command_is_refusal(int code);

void command_write(struct json *j, const struct command *cmd);
/* False: it is none of ours. */
bool command_load(const struct json_value *v, struct command *out);

/* ---- mail_command.c ---- */

/* Answers the commands of a mail from `writer`. threat: what they are about where they do not say; may be empty.
 * *out_any: it held some. */
CM_MUST_USE int commands_arrive(struct arriving *m, struct sv writer, struct sv threat, bool *out_any,
                                struct err *err);
/* A post that passed, in a thread that is tied to a threat. */
CM_MUST_USE int commands_of_post(struct action_context *c, const struct list *list, int64_t message,
                                 const struct mail *mail, struct err *err);
/* A post that holds an estimate: its writer is told, nobody else. */
CM_MUST_USE int command_return_estimate(struct arriving *m, struct err *err);
/* A mail to a one-time address of kind TOKEN_COMMAND. */
CM_MUST_USE int command_confirmed(struct arriving *m, const struct token *t, struct err *err);

/* ---- mail_review.c ---- */

/* Asks the reviewer by mail, from the group's list; nothing where it has none here. */
CM_MUST_USE int review_ask(struct action_context *c, const struct sig *sig, struct sv id, struct sv subject,
                           struct sv name, struct sv address, int64_t due, struct err *err);
/* What the first line of an answer says: "sound", "changes-wanted", "declined"; NULL: no verdict. */
const char *review_verdict(struct arena *a, struct sv line);
/* A mail to a one-time address of kind TOKEN_REVIEW. */
CM_MUST_USE int review_answered(struct arriving *m, const struct token *t, struct err *err);

#endif
