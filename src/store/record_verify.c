/* The chain's arithmetic and its verification.
 *
 * Each event is checked on its own (content against commitment, commitment and header against hash,
 * columns against header) and against its predecessor (number, previous hash). A fault is thus
 * named at the event that was touched and not at all that follow. The header is compared as bytes
 * with the one that this program would write from the columns: that is both faster than parsing and
 * stricter, as no two texts mean the same header. */
#include "store/record_chain.h"

#include "base/date.h"
#include "format/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HEADER_MAX = 64 << 10, STATE_TAIL = DIGEST_HEX + 2 /* "} */ };

static const int64_t TIME_MIN = -62167219200, TIME_MAX = 253402300799; /* years 0 to 9999 */

struct digest record_commit(struct sv salt, struct sv payload)
{
    const struct sv parts[] = {salt, payload};
    return digest_of_parts(parts, ARRAY_LEN(parts));
}

struct digest record_link(const struct digest *previous, struct sv header,
                          const struct digest *commitment)
{
    const struct sv parts[] = {SV("casemate-event-1"), digest_sv(previous), header, digest_sv(commitment)};
    return digest_of_parts(parts, ARRAY_LEN(parts));
}

/* ---- headers ---- */

/* date_format_time() without an arena and printf(): this runs once per event verified */
static void format_time(int64_t seconds, char out[sizeof("0000-00-00T00:00:00Z")])
{
    struct date d = date_from_time(seconds);
    int rest = (int)(seconds - date_to_time(d));
    const int pairs[] = {d.year / 100, d.year % 100, d.month, d.day, rest / 3600, rest / 60 % 60, rest % 60};
    static const unsigned char places[] = {0, 2, 5, 8, 11, 14, 17};
    memcpy(out, "0000-00-00T00:00:00Z", sizeof("0000-00-00T00:00:00Z"));
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        out[places[i]] = (char)('0' + pairs[i] / 10 % 10);
        out[places[i] + 1] = (char)('0' + pairs[i] % 10);
    }
}

bool record_write_header(struct str *out, const struct record_fields *f, struct sv state_hex)
{
    struct json j;
    char at[sizeof("0000-00-00T00:00:00Z")];
    if (f->at < TIME_MIN || f->at > TIME_MAX)
        return false;
    format_time(f->at, at);
    json_init(&j, out, true);
    json_object(&j);
    json_put_int(&j, "seq", f->seq);
    json_put_str(&j, "at", at);
    json_put(&j, "actor", f->actor);
    json_put(&j, "action", f->action);
    json_put(&j, "subject", f->subject);
    json_put(&j, "state", state_hex);
    json_end(&j);
    json_finish(&j);
    return true;
}

struct sv record_header_state(struct sv header)
{
    struct sv key = SV("\"state\":\"");
    if (header.len < key.len + STATE_TAIL || !sv_ends(header, SV("\"}")))
        return SV_NONE;
    size_t at = header.len - STATE_TAIL;
    if (!sv_eq(sv_from(header.at + at - key.len, key.len), key))
        return SV_NONE;
    for (size_t i = at; i < at + DIGEST_HEX; i++) {
        char c = header.at[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return SV_NONE;
    }
    return sv_from(header.at + at, DIGEST_HEX);
}

static bool is_text(const struct json_value *object, const char *key)
{
    const struct json_value *v = json_get(object, key);
    return v && v->kind == JSON_STRING;
}

bool record_read_header(struct arena *a, struct sv header, struct record_fields *out)
{
    const struct json_value *v;
    struct err ignored = ERR_INIT;
    if (json_parse(a, header, HEADER_MAX, &v, &ignored) < 0 || v->kind != JSON_OBJECT)
        return false;
    const struct json_value *seq = json_get(v, "seq");
    if (!seq || seq->kind != JSON_INT || !is_text(v, "actor") || !is_text(v, "action") ||
        !is_text(v, "subject"))
        return false;
    *out = (struct record_fields){.seq = seq->integer,
                                  .actor = json_get_text(v, "actor"),
                                  .action = json_get_text(v, "action"),
                                  .subject = json_get_text(v, "subject")};
    return json_get_text(v, "at").len == 20 && date_parse_time(json_get_text(v, "at"), &out->at);
}

/* ---- the walk ---- */

void record_walk_init(struct record_walk *w, struct arena *a, struct record_faults *out,
                      const char *file)
{
    memset(w, 0, sizeof(*w));
    memset(out, 0, sizeof(*out));
    w->arena = a;
    w->out = out;
    w->file = file;
    map_init(&w->erasures, a);
    w->columns = file == NULL;
}

void record_walk_release(struct record_walk *w)
{
    str_release(&w->scratch);
}

void record_walk_fault(struct record_walk *w, int64_t seq, const char *format, ...)
{
    char text[512];
    va_list args;
    if (w->out->total++ >= RECORD_FAULTS_MAX)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    struct str full = STR_INIT;
    if (w->file)
        str_addf(&full, "%s:%zu: ", w->file, w->line);
    if (seq)
        str_addf(&full, "event %" PRId64 ": ", seq);
    str_add_str(&full, text);
    struct record_fault *fault = vec_push(w->arena, &w->out->list);
    *fault = (struct record_fault){seq, arena_sv(w->arena, str_sv(&full))};
    str_release(&full);
}

/* True when the event is the one expected. */
static bool check_place(struct record_walk *w, const struct record_event *e)
{
    if (e->seq < 1) {
        record_walk_fault(w, e->seq, "numbers start at 1");
        return false;
    }
    int64_t missing = e->seq - w->last_seq - 1; /* last_seq is never negative */
    if (missing == 0)
        return true;
    if (missing < 0)
        record_walk_fault(w, e->seq, "stands after event %" PRId64 " (moved, or there twice)",
                          w->last_seq);
    else if (missing == 1)
        record_walk_fault(w, w->last_seq + 1, "is missing");
    else
        record_walk_fault(w, w->last_seq + 1, "is missing, and all up to event %" PRId64,
                          e->seq - 1);
    return false;
}

static void check_hashes(struct record_walk *w, const struct record_event *e)
{
    bool blame_commitment = false;
    if (!e->erased) {
        struct digest commitment = record_commit(e->salt, e->payload);
        if (!digest_eq(&commitment, &e->commitment)) {
            struct digest hash = record_link(&e->previous, e->header, &commitment);
            blame_commitment = digest_eq(&hash, &e->hash);
            record_walk_fault(
                w, e->seq,
                blame_commitment
                    ? "its commitment was changed after it was recorded"
                    : "payload does not match its commitment (changed after it was recorded)");
        }
    }
    struct digest hash = record_link(&e->previous, e->header, &e->commitment);
    if (!blame_commitment && !digest_eq(&hash, &e->hash))
        record_walk_fault(w, e->seq,
                          "hash does not match header, commitment and previous hash (changed after "
                          "it was recorded)");
}

static void name_difference(struct record_walk *w, const struct record_event *e,
                            const struct record_fields *f)
{
    struct arena arena = ARENA_INIT;
    struct record_fields h;
    const char *where = w->columns ? "in its column" : "beside the header";
    size_t before = w->out->total;
    if (!record_read_header(&arena, e->header, &h)) {
        record_walk_fault(w, e->seq, "header is not of the form that events have");
        goto out;
    }
    const struct {
        const char *name;
        bool same;
    } parts[] = {
        {"number", h.seq == f->seq},
        {"time", h.at == f->at},
        {"actor", sv_eq(h.actor, f->actor)},
        {"action", sv_eq(h.action, f->action)},
        {"subject", sv_eq(h.subject, f->subject)},
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (!parts[i].same)
            record_walk_fault(w, e->seq, "%s %s is not what the header says", parts[i].name, where);
    }
    if (before == w->out->total)
        record_walk_fault(w, e->seq, "header is not in normal form");
out:
    arena_release(&arena);
}

static void check_header(struct record_walk *w, const struct record_event *e,
                         const struct record_fields *f)
{
    struct sv state = record_header_state(e->header);
    str_clear(&w->scratch);
    if (!state.len || !record_write_header(&w->scratch, f, state) ||
        !sv_eq(str_sv(&w->scratch), e->header))
        name_difference(w, e, f);
}

/* ---- erasures ---- */

struct record_erasure { /* of one event */
    int64_t seq, by;    /* by: the newest event that says so; 0: none does */
    size_t line;
    bool erased;
    struct digest found, stated; /* of what remains */
};

bool record_erases(struct sv action)
{
    return sv_eq_str(action, "record.erase") || sv_eq_str(action, "member.leave") ||
           sv_eq_str(action, "member.remove");
}

static struct record_erasure *erasure_of(struct record_walk *w, int64_t seq)
{
    struct sv key = sv_str(arena_printf(w->arena, "%" PRId64, seq));
    struct record_erasure *e = map_get(&w->erasures, key);
    if (!e) {
        e = arena_new(w->arena, struct record_erasure);
        *e = (struct record_erasure){.seq = seq};
        map_set(&w->erasures, key, e);
    }
    return e;
}

static void note_erased(struct record_walk *w, const struct record_event *e)
{
    struct record_erasure *erasure = erasure_of(w, e->seq);
    erasure->erased = true;
    erasure->line = w->line;
    erasure->found = digest_of(e->payload);
}

/* What an event says that it erased. */
static void note_erasing(struct record_walk *w, const struct record_event *e)
{
    struct arena arena = ARENA_INIT;
    struct err ignored = ERR_INIT;
    const struct json_value *payload, *list = NULL;
    if (json_parse(&arena, e->payload, e->payload.len, &payload, &ignored) == 0)
        list = json_get(payload, "erased");
    for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
        int64_t seq = json_get_int(list->items[i], "event", 0);
        struct digest stated;
        if (seq < 1 || seq >= e->seq ||
            !digest_from_hex(json_get_text(list->items[i], "remains"), &stated)) {
            record_walk_fault(w, e->seq, "names no valid event as erased");
            continue;
        }
        struct record_erasure *erasure = erasure_of(w, seq);
        erasure->by = e->seq;
        erasure->stated = stated;
    }
    arena_release(&arena);
}

void record_walk_end(struct record_walk *w)
{
    for (size_t i = 0; i < w->erasures.len; i++) {
        const struct record_erasure *e = w->erasures.entries[i].value;
        if (e->line)
            w->line = e->line;
        if (!e->by)
            record_walk_fault(w, e->seq, "its content was erased, and no later event says so");
        else if (!e->erased)
            record_walk_fault(w, e->seq, "was erased by event %" PRId64 ", and its content is there again", e->by);
        else if (!digest_eq(&e->found, &e->stated))
            record_walk_fault(w, e->seq, "what remains of it is not what event %" PRId64 " left", e->by);
    }
}

void record_walk_event(struct record_walk *w, const struct record_event *e,
                       const struct record_fields *f)
{
    w->out->events++;
    w->out->erased += e->erased;
    if (e->erased)
        note_erased(w, e);
    if (record_erases(f->action))
        note_erasing(w, e);
    if (check_place(w, e) && !digest_eq(&e->previous, &w->last_hash))
        record_walk_fault(w, e->seq,
                          "does not follow event %" PRId64 " (its previous hash is another)",
                          w->last_seq);
    if ((!e->erased && e->salt.len != RECORD_SALT_BYTES) || !e->payload.len)
        record_walk_fault(w, e->seq, "has no payload, or its salt does not have %d bytes", RECORD_SALT_BYTES);
    check_hashes(w, e);
    check_header(w, e, f);
    w->last_seq = e->seq < 0 ? 0 : e->seq;
    w->last_hash = e->hash;
}

/* ---- a store ---- */

static int verify_rows(struct store *s, void *context, struct err *err)
{
    struct record_walk *w = context;
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT " RECORD_COLUMNS " FROM event ORDER BY seq", &q, err);
    if (rc < 0)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct record_event e;
        struct record_fields f;
        const char *bad;
        if (!record_row(q, &e, &f, &bad))
            record_walk_fault(w, f.seq, "%s does not have %d bytes", bad, DIGEST_BYTES);
        record_walk_event(w, &e, &f);
    }
    store_done(q);
    record_walk_end(w);
    return rc;
}

int record_verify(struct store *s, struct arena *a, struct record_faults *out, struct err *err)
{
    struct record_walk w;
    record_walk_init(&w, a, out, NULL);
    int rc = store_read_tx(s, verify_rows, &w, err);
    record_walk_release(&w);
    return rc;
}
