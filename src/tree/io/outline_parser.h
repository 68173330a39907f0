/* What the two halves of the outline reader share: outline.c reads the lines, outline_finish.c does
 * what has to wait for the last one. For these files only. */
#ifndef CASEMATE_TREE_IO_OUTLINE_PARSER_H
#define CASEMATE_TREE_IO_OUTLINE_PARSER_H

#include "base/map.h"
#include "tree/io/outline.h"

#define NO_NODE UINT32_MAX
#define PLACEHOLDER 0x80000000u /* a child that is still "= #id": index of the link, plus this */

/* "= #id" */
struct outline_link {
    uint32_t parent;
    uint32_t node; /* resolved, or NO_NODE */
    struct sv id, comment;
    uint32_t line, column, id_column;
    uint32_t
        position; /* among the parent's children, or its countermeasures when the node is one */
};

struct outline_level {
    size_t indent;
    uint32_t node;    /* what deeper lines hang on */
    uint32_t closed;  /* line of a reference or link, which nothing can hang on; 0: open */
    const char *what; /* why it is closed */
};

struct outline_parser {
    struct arena *arena;
    struct diag *diag;
    const char *file;
    struct outline_limits limits;
    uint32_t line, first_column;
    struct sv whole; /* the current line without its line end */
    struct tree *tree;
    VEC(struct outline_level) levels;
    VEC(struct outline_link) links;
    struct map ids;     /* id -> index of the node + 1 */
    struct str pending; /* comment lines above the next node, each with LF */
    size_t faults_before;
    bool stopped;  /* a limit was exceeded */
    bool unsorted; /* a countermeasure stands below a child of the same node */
};

void outline_fault_at(struct outline_parser *p, uint32_t column, const char *what,
                      const char *expected);
/* Text for a message: not too long, cut between characters. */
struct sv outline_shown(struct sv text);
struct sv outline_skip_blanks(struct sv text);
/* Up to the next blank. */
struct sv outline_first_word(struct sv text);
bool outline_all_digits(struct sv word);

/* Checks the gates, resolves "= #id", finds cycles, settles the order. NULL when the text has a
 * fault. */
const struct tree *outline_finish(struct outline_parser *p);

#endif
