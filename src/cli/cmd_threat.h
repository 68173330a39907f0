/* The verbs of "casemate threat". */
#ifndef CASEMATE_CLI_CMD_THREAT_H
#define CASEMATE_CLI_CMD_THREAT_H

#include "cli/cli.h"
#include "register/similar.h"

int threat_list(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_show(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_history(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_diff(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_similar(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_new(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_propose(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_export(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_import(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_edit(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_challenge(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_recheck(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_advance(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_reopen(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_merge(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_split(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_withdraw(struct cli *c, const struct command *self, int argc, const char **argv);

/* cmd_threat_similar.c: what "threat propose" says beside its result. */
/* The profile of the open store, for similar_find(); of an empty store one without threats. */
CM_MUST_USE int similar_load(struct cli *c, struct profile *out);
/* At most three entries that the proposal is likely a duplicate of; none below SIMILAR_LIKELY. */
void similar_to_proposal(struct cli *c, const struct profile *p, const struct proposal *proposal, struct similars *out);
/* A table, nothing when the list is empty; and the member "similar". */
void similar_print(struct cli *c, const struct profile *p, const struct similars *s);
void similar_json(struct json *j, const struct profile *p, const struct similars *s);

#endif
