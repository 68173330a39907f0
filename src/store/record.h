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
 * Erasing destroys the salt and the payload of an event. In the place of the payload stands what remains of it: a JSON
 * object with the words left out, from which the same rows can still be made. The commitment says nothing about that
 * any more. What vouches for it is a later event of one of the actions in record_erases(), whose payload has
 * "erased": [{"event": 7, "remains": digest of the bytes that remain}]. Such an event may itself be erased in part; the
 * newest one that names an event counts.
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
    struct sv payload; /* compact JSON; when erased what remains of it */
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
/* The same in a line each, without what it says: an import says megabytes. */
enum { RECORD_LINE_PAYLOAD_MAX = 256 * 1024 };
struct record_line {
    int64_t seq, at;
    struct sv actor, action, subject;  /* actor: pseudonymous id */
    struct sv reason, source;          /* empty also where the payload is longer than that */
    bool erased;
    struct digest hash;
};
struct record_lines {
    VEC(struct record_line) list;
};
CM_MUST_USE int record_read_lines(struct store *s, struct arena *a, int64_t from, size_t limit,
                                  struct record_lines *out, struct err *err);
/* Bytes of what an event says; 0: there is no such event. */
CM_MUST_USE int record_payload_size(struct store *s, int64_t seq, int64_t *out, struct err *err);
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
    size_t erased; /* of them, with only a part of their content */
    size_t total;  /* faults found, also those not kept */
};
/* Recomputes the whole chain: sequence without holes, previous hashes, commitments, hashes, header
 * fields against columns, and what remains of erased events against what the erasing ones say. Returns
 * 0 also when there are faults: they are in *out, in the order of the record, those about erasures last.
 * Needs no memory that grows with the record, but for what was erased. */
CM_MUST_USE int record_verify(struct store *s, struct arena *a, struct record_faults *out,
                              struct err *err);
/* One JSON object a line:
 * {"seq":7,"header":"..","salt":hex,"payload":"..","commitment":hex,"previous":hex,"hash":hex};
 * header and payload are strings that hold JSON, so that their bytes stay; salt is null when erased,
 * and payload is what remains. */
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
/* Destroys salt and payload of an event, and puts remains (a compact JSON object) in the payload's
 * place; the commitment stays. Inside the caller's transaction; once it commits, the bytes leave the
 * database's files too (store_scrub). The caller records the erasure as an event of its own, which
 * names the digest of remains. What was erased in part may be erased further. CM_ENOTFOUND, CM_EINPUT. */
CM_MUST_USE int record_erase(struct store *s, int64_t seq, struct sv remains, struct err *err);
/* Whether events of that action may say that others were erased. */
bool record_erases(struct sv action);

#endif
