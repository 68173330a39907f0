/* What the verbs of "casemate tree" share: reading a tree from a file of any format, with what it refers to, and the
 * what-if options. */
#ifndef CASEMATE_CLI_TREE_FILE_H
#define CASEMATE_CLI_TREE_FILE_H

#include "cli/cli.h"
#include "tree/core/tree.h"

enum { TREE_FILE_MAX = 64 * 1024 * 1024 };

struct tree_file {
    const char *name;   /* as given; "-" is standard input */
    const char *shown;  /* for messages */
    const char *format; /* --from, or NULL: seen from name and content */
    const struct tree *own;  /* out: as the file has it */
    const struct tree *tree; /* out: with what it refers to, and what-if */
    bool resolve; /* in: references to other threats are followed, in the folder of the file */
};

/* Reads f->name. Faults go to c->diag, and c->err says how it ended. Warnings are kept in c->diag: the
 * caller prints them with cli_print_diag(). */
CM_MUST_USE int tree_file_read(struct cli *c, struct tree_file *f);
/* Applies "STEP.p=0.1" settings; the tree is copied. Faults as above. */
CM_MUST_USE int tree_file_set(struct cli *c, struct tree_file *f, const struct option_list *settings);
/* By node: the approaches (id, anchor or label) that count as present, or NULL when the list is empty. CM_EINPUT with
 * the nearest name when there is none such. */
CM_MUST_USE int tree_file_with(struct cli *c, const struct tree_file *f, const struct option_list *names,
                               const bool **out_added);

/* The one file of a verb: usage error and false when there are more words or none. */
bool tree_one_file(const struct command *self, const char *verb, const struct words *words);

int tree_analyse_command(struct cli *c, const struct command *self, int argc, const char **argv);
int tree_convert_command(struct cli *c, const struct command *self, int argc, const char **argv);
int tree_diff_command(struct cli *c, const struct command *self, int argc, const char **argv);

#endif
