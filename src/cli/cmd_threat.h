/* The verbs of "casemate threat". */
#ifndef CASEMATE_CLI_CMD_THREAT_H
#define CASEMATE_CLI_CMD_THREAT_H

#include "cli/cli.h"

int threat_list(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_show(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_history(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_diff(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_new(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_propose(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_edit(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_challenge(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_advance(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_reopen(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_merge(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_split(struct cli *c, const struct command *self, int argc, const char **argv);
int threat_withdraw(struct cli *c, const struct command *self, int argc, const char **argv);

#endif
