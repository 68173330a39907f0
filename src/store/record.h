/* The public record: a hash chain of events, salted so that content can be erased and the chain still verifies.
 *
 *     commitment = BLAKE2b-256(part(salt) part(payload))
 *     hash       = BLAKE2b-256(part("casemate-event-1") part(previous hash) part(header) part(commitment))
 *
 * part(x) is the length of x in eight bytes, little endian, then x. header and payload are compact JSON, stored and hashed as bytes.
 * The header holds: seq, at (RFC 3339), actor (pseudonymous id), action, subject, state (digest of all content after the event). Names, texts
 * and reasons are in the payload only. The first event's previous hash is 32 zero bytes. */
#ifndef CASEMATE_STORE_RECORD_H
#define CASEMATE_STORE_RECORD_H

#include "base/digest.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/store.h"

enum { RECORD_SALT_BYTES = 16 };

struct record_event {
    int64_t seq;         /* from 1 */
    struct sv header;    /* compact JSON */
    struct sv salt;      /* 16 bytes; empty when erased */
    struct sv payload;   /* compact JSON; empty when erased */
    struct digest commitment, previous, hash;
    bool erased;
};

struct record_draft {
    int64_t at;         /* seconds, UTC */
    struct sv actor;    /* pseudonymous id, e.g. "m1" or "operator" */
    struct sv action;   /* name of the action, e.g. "threat.advance" */
    struct sv subject;  /* "T-0001", "process", "analysis 0.2", or empty */
    struct digest state;
    struct sv payload;  /* compact JSON object */
};

/* Appends inside the caller's transaction; gives seq. */
CM_MUST_USE int record_append(struct store *s, const struct record_draft *draft, int64_t *out_seq, struct err *err);
/* Events with seq >= from, at most limit (0: all). */
struct record_events {
    VEC(struct record_event) list;
};
CM_MUST_USE int record_read(struct store *s, struct arena *a, int64_t from, size_t limit, struct record_events *out,
                            struct err *err);
CM_MUST_USE int record_head(struct store *s, int64_t *out_seq, struct digest *out_hash, struct digest *out_state,
                            struct err *err);

struct record_fault {
    int64_t seq;
    struct sv text; /* "event 7: payload does not match its commitment (changed after it was recorded)" */
};
struct record_faults {
    VEC(struct record_fault) list;
    size_t events; /* looked at */
};
/* Recomputes the whole chain: sequence without holes, previous hashes, commitments, header fields against columns. */
CM_MUST_USE int record_verify(struct store *s, struct arena *a, struct record_faults *out, struct err *err);
/* One JSON object a line: {"seq":..,"header":{..},"salt":hex,"payload":{..},"commitment":hex,"previous":hex,"hash":hex}; header and payload as JSON strings, so that their bytes stay. */
CM_MUST_USE int record_export(struct store *s, struct str *out, struct err *err);
/* Verifies such lines without a store. file is for messages. */
CM_MUST_USE int record_verify_export(struct arena *a, struct sv text, const char *file, struct record_faults *out,
                                     struct err *err);
/* Adopts an exported record into a store that has no event; verifies first. CM_ECONFLICT when the store has events, CM_ECORRUPT. */
CM_MUST_USE int record_adopt(struct store *s, struct arena *a, struct sv text, const char *file, struct err *err);
/* Destroys salt and payload of an event; the commitment stays. The caller records the erasure as an event of its own. */
CM_MUST_USE int record_erase(struct store *s, int64_t seq, struct err *err);

#endif
