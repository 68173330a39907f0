/* The public record: a hash chain of events, salted so that content can be erased and the chain
 * still verifies.
 *
 *     commitment = BLAKE2b-256(part(salt) part(payload))
 *     hash       = BLAKE2b-256(part("casemate-event-1")
 *                              part(previous hash) part(header) part(commitment))
 *
 * part(x) is the length of x in eight bytes, little endian, then x. header and payload are compact
 * JSON, stored and hashed as bytes. The header holds, in this order: seq, at (RFC 3339), actor
 * (pseudonymous id), action, subject, state (digest of all content after the event, 64 hexadecimal
 * digits). Names, texts and reasons are in the payload only. The first event's previous hash is 32
 * zero bytes.
 *
 * What the chain proves: an event that was changed, removed, inserted or moved is found, as long as
 * a later hash is known. What it cannot prove alone: that the newest events were not cut off, or
 * that the whole was not written anew. For that, compare record_head() with a hash printed
 * elsewhere (editions print theirs), and the state with the content as it is now. */
#ifndef CASEMATE_STORE_RECORD_H
#define CASEMATE_STORE_RECORD_H

#include "base/digest.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/store.h"

enum {
    RECORD_SALT_BYTES = 16,
    RECORD_PAYLOAD_MAX = 128 << 20, /* bytes */
    RECORD_NAME_MAX = 1024,         /* bytes of actor, action and subject */
    RECORD_FAULTS_MAX = 1000,       /* kept; further ones are counted */
};

struct record_event {
    int64_t seq;       /* from 1 */
    struct sv header;  /* compact JSON */
    struct sv salt;    /* 16 bytes; empty when erased */
    struct sv payload; /* compact JSON; empty when erased */
    struct digest commitment, previous, hash;
    bool erased;
};

struct record_draft {
    int64_t at;        /* seconds, UTC */
    struct sv actor;   /* pseudonymous id, e.g. "m1" or "operator" */
    struct sv action;  /* name of the action, e.g. "threat.advance" */
    struct sv subject; /* "T-0001", "process", "analysis 0.2", or empty */
    struct digest state;
    struct sv payload; /* compact JSON object */
};

/* Appends inside the caller's transaction; gives seq (out_seq may be NULL). CM_ELIMIT, CM_EINPUT
 * (not UTF-8, payload no object on one line, time outside years 0 to 9999). */
CM_MUST_USE int record_append(struct store *s, const struct record_draft *draft, int64_t *out_seq,
                              struct err *err);
struct record_events {
    VEC(struct record_event) list;
};
/* Events with seq >= from, at most limit (0: all), copied to the arena. CM_ECORRUPT when a digest's
 * size is wrong. */
CM_MUST_USE int record_read(struct store *s, struct arena *a, int64_t from, size_t limit,
                            struct record_events *out, struct err *err);
/* The newest event; 0 and zero bytes when there is none. Each out_* may be NULL. */
CM_MUST_USE int record_head(struct store *s, int64_t *out_seq, struct digest *out_hash,
                            struct digest *out_state, struct err *err);

struct record_fault {
    int64_t seq; /* 0: none in particular */
    struct sv
        text; /* "event 7: payload does not match its commitment (changed after it was recorded)" */
};
struct record_faults {
    VEC(struct record_fault) list;
    size_t events; /* looked at */
    size_t erased; /* of them, without content */
    size_t total;  /* faults found, also those not kept */
};
/* Recomputes the whole chain: sequence without holes, previous hashes, commitments, hashes, header
 * fields against columns. Returns 0 also when there are faults: they are in *out, in the order of
 * the record. Needs no memory that grows with the record. */
CM_MUST_USE int record_verify(struct store *s, struct arena *a, struct record_faults *out,
                              struct err *err);
/* One JSON object a line:
 * {"seq":7,"header":"..","salt":hex,"payload":"..","commitment":hex,"previous":hex,"hash":hex};
 * header and payload are strings that hold JSON, so that their bytes stay; salt and payload are
 * null when erased. */
CM_MUST_USE int record_export(struct store *s, struct str *out, struct err *err);
/* Verifies such lines without a store: the same checks, and the form of each line. file is for
 * messages ("file:line: event 7: ..."). */
CM_MUST_USE int record_verify_export(struct arena *a, struct sv text, const char *file,
                                     struct record_faults *out, struct err *err);
/* Adopts an exported record into a store that has no event; verifies first. CM_ECONFLICT when the
 * store has events, CM_ECORRUPT (names the first fault). Makes its own transaction, or joins the
 * caller's. */
CM_MUST_USE int record_adopt(struct store *s, struct arena *a, struct sv text, const char *file,
                             struct err *err);
/* Destroys salt and payload of an event; the commitment stays. Inside the caller's transaction;
 * once it commits, the bytes leave the database's files too (store_scrub). The caller records the
 * erasure as an event of its own. CM_ENOTFOUND; 0 when erased already. */
CM_MUST_USE int record_erase(struct store *s, int64_t seq, struct err *err);

#endif
