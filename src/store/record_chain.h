/* The arithmetic and the checks of the record's chain, without a database. Private to this room. */
#ifndef CASEMATE_STORE_RECORD_CHAIN_H
#define CASEMATE_STORE_RECORD_CHAIN_H

#include "base/map.h"
#include "store/record.h"

/* What a header says; columns hold the same. */
struct record_fields {
    int64_t seq, at;
    struct sv actor, action, subject;
};

struct digest record_commit(struct sv salt, struct sv payload);
struct digest record_link(const struct digest *previous, struct sv header,
                          const struct digest *commitment);
/* Appends the header's normal form; false when `at` is outside the years 0 to 9999. */
bool record_write_header(struct str *out, const struct record_fields *f, struct sv state_hex);
/* The state's digits in a header in normal form, or an empty view. */
struct sv record_header_state(struct sv header);
/* Reads a header; false when it is no JSON object with these members. Texts live in the arena. */
bool record_read_header(struct arena *a, struct sv header, struct record_fields *out);

/* A walk along the chain, event by event. */
struct record_walk {
    struct arena *arena; /* owns the faults */
    struct record_faults *out;
    const char *file; /* NULL: a store */
    size_t line;
    int64_t last_seq;
    struct digest last_hash;
    struct str scratch;
    bool columns; /* fields come from columns: a difference is called one between column and header
                   */
    struct map erasures; /* "7" -> struct record_erasure */
};

void record_walk_init(struct record_walk *w, struct arena *a, struct record_faults *out,
                      const char *file);
void record_walk_release(struct record_walk *w);
void record_walk_event(struct record_walk *w, const struct record_event *e,
                       const struct record_fields *f);
/* After the last event: was all that was erased said to be, and is what remains what was left? */
void record_walk_end(struct record_walk *w);
/* A fault of the present event, printf style; seq 0: of the line. */
void record_walk_fault(struct record_walk *w, int64_t seq, const char *format, ...) CM_PRINTF(3, 4);

/* Reads the columns in the order of RECORD_COLUMNS. Views into the statement's row. False: a digest
 * has a wrong size, named in *out_bad. */
#define RECORD_COLUMNS                                                                             \
    "seq, at, actor, action, subject, header, salt, payload, commitment, previous, hash"
bool record_row(struct store_stmt *q, struct record_event *out, struct record_fields *out_fields,
                const char **out_bad);

/* Writes a row as it is, for record_append() and record_adopt(). */
CM_MUST_USE int record_insert(struct store *s, const struct record_event *e,
                              const struct record_fields *f, struct err *err);

#endif
