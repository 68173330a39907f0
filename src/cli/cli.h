/* The command line: what all commands share. Exit codes: 0 done, 1 the input is at fault, 2 usage, 75 try
 * again later. */
#ifndef CASEMATE_CLI_CLI_H
#define CASEMATE_CLI_CLI_H

#include "action/action.h"
#include "format/json.h"

enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_AGAIN = 75 };

/* One run of one command. */
struct cli {
    struct arena arena;
    struct log log;
    struct diag diag;
    struct err err;
    const char *db;                    /* --db, CASEMATE_DB, or "casemate.db" */
    const char *as, *role, *reason, *now;
    bool json, quiet, help;
    int64_t time; /* of --now, or the system's */
    struct store *store;
};

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST };

struct option_list {
    VEC(const char *) list;
};

struct option {
    const char *name; /* without the two hyphens */
    enum option_kind kind;
    void *value;      /* bool *, const char ** or struct option_list * */
    const char *argument; /* "DIR"; NULL for flags */
    const char *help;
};

struct command {
    const char *name;    /* "threat" */
    const char *usage;   /* without "casemate NAME "; alternatives on lines of their own */
    const char *summary; /* one line */
    const char *help;    /* paragraphs */
    int (*run)(struct cli *c, const struct command *self, int argc, const char **argv);
};
extern const struct command commands[];
extern const size_t command_count;

/* Takes the options (own and common ones, anywhere, "--" ends them; "--name value" and "--name=value") out of
 * argv; the rest are the words. Prints help and returns -2 for --help, or what is wrong and -1 (wrong use) or
 * -3 (a value that is no plain text). */
struct words {
    const char **at;
    int len;
};
CM_MUST_USE int options_parse(struct cli *c, const struct command *self, int argc, const char **argv,
                              const struct option *options, size_t count, struct words *out);
#define OPTIONS_PARSE(c, self, argc, argv, options, out) \
    options_parse((c), (self), (argc), (argv), (options), ARRAY_LEN(options), (out))
/* Exit code for a negative result of options_parse. */
int options_exit(int result);
void command_help(const struct command *self, const struct option *options, size_t count);

/* Commands with verbs ("threat list"): finds the verb (common options may stand before it) and runs it. */
struct cli_verb {
    const char *verb;
    int (*run)(struct cli *c, const struct command *self, int argc, const char **argv);
};
int cli_verb(struct cli *c, const struct command *self, int argc, const char **argv, const struct cli_verb *verbs,
             size_t count);

/* Says what is wrong with the use of a command, points to --help, and gives EXIT_USAGE. */
int usage_error(const struct command *self, const char *format, ...) CM_PRINTF(2, 3);
/* Prints diagnostics and the error of a failed call to standard error; gives the exit code. */
int cli_fail(struct cli *c, int code);
void cli_print_diag(struct cli *c);
/* The diagnostics as a JSON object: errors, warnings, faults with kind, file, line, column, text. */
void cli_print_faults_json(struct cli *c);

CM_MUST_USE int cli_open(struct cli *c, unsigned flags);
void cli_context(struct cli *c, struct action_context *out);
/* "T-0001: stage changed (event 12)" or the JSON form. */
void cli_print_result(struct cli *c, const char *what, const struct action_result *r);
/* The members of that JSON form, into an object that is open. */
void cli_json_result(struct json *j, const char *what, const struct action_result *r);
/* Rows of coverage.tsv that became `cited`: a line each. */
void cli_print_moves(const struct coverage_moves *moves);
/* Opens the store for an act. */
CM_MUST_USE int cli_begin(struct cli *c, struct action_context *out);
/* Opens the store for what changes nothing, and gives the same. */
CM_MUST_USE int cli_begin_reading(struct cli *c, struct action_context *out);
/* Whether a word is a whole number from least to most. */
CM_MUST_USE bool cli_number(const char *word, uint64_t least, uint64_t most, uint64_t *out);
/* The end of an act without an event: "3 cleared", or the JSON form {"cleared": 3}; gives the exit code. */
int cli_done_count(struct cli *c, const char *what, size_t count);
/* The end of an act: fails with rc, or prints "what (event n)" or the JSON form; gives the exit code. */
int cli_done(struct cli *c, int rc, const char *what, const struct action_result *r);
/* The same with the id of what was changed before it: "C-1: closed (event 12)"; without an event "nothing changed". */
int cli_done_id(struct cli *c, int rc, const char *what, const struct action_result *r);
/* The values of an option that may be repeated, in the arena. */
struct sv *cli_texts(struct cli *c, const struct option_list *list);
/* The text of --text, or of --file ("-": standard input); both given is CM_EUSAGE. Without blanks at
 * the ends of a file; empty when neither is given. */
CM_MUST_USE int cli_text(struct cli *c, const char *text, const char *file, size_t max, struct sv *out);
CM_MUST_USE int cli_load_view(struct cli *c, struct view *out);
/* process, template or analysis; false prints what is known. */
bool cli_document(const struct command *self, const char *name, enum document_kind *out);

/* A JSON object to standard output. */
struct cli_json {
    struct json j;
    struct str text;
};
void cli_json_begin(struct cli_json *out);
void cli_json_end(struct cli_json *j);

/* A table for people: columns aligned by display width; the last column is not padded. */
struct table {
    struct arena *arena;
    size_t columns;
    VEC(struct sv) cells;
};
/* Begins with the heads of the columns. */
void table_begin(struct table *t, struct arena *a, const char *const *heads, size_t columns);
void table_cell(struct table *t, struct sv text);
void table_cellf(struct table *t, const char *format, ...) CM_PRINTF(2, 3);
void table_print(const struct table *t); /* first row is the header; nothing when only that */

int cmd_archive(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_init(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_import(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_export(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_check(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_fmt(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_gaps(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_coverage(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_threat(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_tree(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_embargo(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_member(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_away(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_role(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_calibrate(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_call(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_position(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_objection(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_decision(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_round(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_estimate(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_review(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_handover(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_due(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_tick(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_publish(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_edition(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_report(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_sig(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_submit(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_hold(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_alarm(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_list(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_thread(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_deliver(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_queue(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_lint(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_serve(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_record(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_search(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_backup(struct cli *c, const struct command *self, int argc, const char **argv);
int cmd_doctor(struct cli *c, const struct command *self, int argc, const char **argv);

#endif
