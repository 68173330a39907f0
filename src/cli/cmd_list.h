/* Verbs of `list` that stand in files of their own. */
#ifndef CASEMATE_CLI_CMD_LIST_H
#define CASEMATE_CLI_CMD_LIST_H

#include "cli/cli.h"

struct subscribe_outcome;

int list_import_config(struct cli *c, const struct command *self, int argc, const char **argv);
int list_import_members(struct cli *c, const struct command *self, int argc, const char **argv);
int list_subscribe(struct cli *c, const struct command *self, int argc, const char **argv);
int list_unsubscribe(struct cli *c, const struct command *self, int argc, const char **argv);
int list_set_delivery(struct cli *c, const struct command *self, int argc, const char **argv);
int list_show_subscribers(struct cli *c, const struct command *self, int argc, const char **argv);
/* others: entries of a file that were no subscribers. */
void print_subscribed(struct cli *c, const char *list, const struct subscribe_outcome *o, size_t others);

#endif
