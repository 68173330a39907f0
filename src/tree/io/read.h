/* One door for all tree formats: reading with recognition of the format, writing with a report of what was lost. */
#ifndef CASEMATE_TREE_IO_READ_H
#define CASEMATE_TREE_IO_READ_H

#include "base/err.h"
#include "base/str.h"
#include "tree/core/tree.h"
#include "tree/io/loss.h"
#include "tree/io/reading.h"

enum tree_format {
    TREE_FORMAT_AUTO, /* reading: by content; writing: not allowed */
    TREE_FORMAT_OUTLINE,
    TREE_FORMAT_OPENPSA,
    TREE_FORMAT_ADTOOL,
    TREE_FORMAT_JSON,
    TREE_FORMAT_DFT,
    TREE_FORMAT_DOT, /* written only */
    TREE_FORMATS
};

/* "outline", "openpsa", "adtool", "json", "dft", "dot"; [TREE_FORMAT_AUTO] is "auto". */
extern const char *const tree_format_names[TREE_FORMATS];
/* TREE_FORMATS when there is no such format. */
enum tree_format tree_format_by_name(struct sv name);
/* By the text's beginning; what has none of the signs is an outline. The file's name (may be NULL) decides nothing but
 * XML with an unknown first element. */
enum tree_format tree_format_of(struct sv text, const char *file);
/* By the name's ending (.json, .dft, .dot, .gv, .opsa, .mef, .adt; everything else, also .xml: TREE_FORMAT_AUTO), for
 * the choice of an output. */
enum tree_format tree_format_by_ending(const char *file);

struct tree_read_options {
    enum tree_format format;
    struct read_limits limits;
    struct sv top;         /* Open-PSA: see openpsa.h, here and below */
    double mission_time;
    bool undefined_events;
};

/* Reads any bytes; options may be NULL. NULL when there was a fault; all of them are in diag. */
const struct tree *tree_read(struct arena *a, struct sv text, const char *file, const struct tree_read_options *options,
                             struct diag *diag);

struct tree_write_options {
    bool approximate; /* write also what the format can only say with another meaning */
};

/* Appends the tree. What the format cannot carry goes to loss (may be NULL), one item per kind and reason. CM_EREFUSED
 * when the text would mean something else than the tree (an XOR in an outline) and options (may be NULL) do not allow
 * that; out is as before then and *err names the first such node. CM_EUSAGE for TREE_FORMAT_AUTO. */
CM_MUST_USE int tree_write(const struct tree *t, enum tree_format format, const struct tree_write_options *options,
                           struct str *out, struct loss *loss, struct err *err);

#endif
