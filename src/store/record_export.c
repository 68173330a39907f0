/* The record as text: one JSON object a line, to publish, to verify without a store, and to take
 * into a new one. */
#include "store/record.h"

#include "base/sodium.h"
#include "format/json.h"
#include "store/record_chain.h"

/* a payload doubles at most when its quotes are escaped */
static const size_t LINE_MAX_BYTES = (size_t)2 * RECORD_PAYLOAD_MAX + (64 << 10);

/* ---- writing ---- */

static void put_hex(struct json *j, const char *key, const void *bytes, size_t len)
{
    char hex[DIGEST_HEX + 1];
    sodium()->sodium_bin2hex(hex, sizeof(hex), bytes, len);
    json_put_str(j, key, hex);
}

static void write_line(struct str *out, const struct record_event *e)
{
    struct json j;
    json_init(&j, out, true);
    json_object(&j);
    json_put_int(&j, "seq", e->seq);
    json_put(&j, "header", e->header);
    if (e->erased)
        json_put_str(&j, "salt", NULL);
    else
        put_hex(&j, "salt", e->salt.at, e->salt.len);
    json_put(&j, "payload", e->payload);
    put_hex(&j, "commitment", e->commitment.bytes, DIGEST_BYTES);
    put_hex(&j, "previous", e->previous.bytes, DIGEST_BYTES);
    put_hex(&j, "hash", e->hash.bytes, DIGEST_BYTES);
    json_end(&j);
    json_finish(&j);
    str_add_char(out, '\n');
}

static int export_rows(struct store *s, void *context, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT " RECORD_COLUMNS " FROM event ORDER BY seq", &q, err);
    if (rc < 0)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct record_event e;
        struct record_fields f;
        const char *bad;
        bool whole = record_row(q, &e, &f, &bad);
        if (!whole || (!e.erased && e.salt.len != RECORD_SALT_BYTES)) {
            rc = err_set(err, CM_ECORRUPT, "event %lld: its %s has a wrong size", (long long)f.seq,
                         whole ? "salt" : bad);
            break;
        }
        write_line(context, &e);
    }
    store_done(q);
    return rc;
}

int record_export(struct store *s, struct str *out, struct err *err)
{
    return store_read_tx(s, export_rows, out, err);
}

/* ---- reading ---- */

/* The text of a member; *is_null when it is null; false when it is anything else. */
static bool get_text(const struct json_value *line, const char *key, struct sv *out, bool *out_null)
{
    const struct json_value *v = json_get(line, key);
    if (!v || (v->kind != JSON_STRING && !(out_null && v->kind == JSON_NULL)))
        return false;
    *out = v->kind == JSON_STRING ? v->text : SV_NONE;
    if (out_null)
        *out_null = v->kind == JSON_NULL;
    return true;
}

static bool get_digest(const struct json_value *line, const char *key, struct digest *out)
{
    struct sv hex;
    return get_text(line, key, &hex, NULL) && digest_from_hex(hex, out);
}

static bool get_salt(struct arena *a, struct sv hex, struct sv *out)
{
    char *bytes = arena_alloc(a, RECORD_SALT_BYTES);
    size_t len = 0;
    *out = sv_from(bytes, RECORD_SALT_BYTES);
    return hex.len == 2 * RECORD_SALT_BYTES &&
           sodium()->sodium_hex2bin((unsigned char *)bytes, RECORD_SALT_BYTES, hex.at, hex.len, NULL, &len,
                          NULL) == 0 &&
           len == RECORD_SALT_BYTES;
}

static const char *read_members(struct arena *a, const struct json_value *line,
                                struct record_event *out)
{
    const struct json_value *seq = json_get(line, "seq");
    struct sv salt;
    bool no_salt;
    if (line->kind != JSON_OBJECT || line->count != 7)
        return "not an object with the seven members of an event";
    if (!seq || seq->kind != JSON_INT || seq->integer < 1)
        return "seq is not a positive number";
    out->seq = seq->integer;
    if (!get_text(line, "header", &out->header, NULL))
        return "header is not a text";
    if (!get_text(line, "salt", &salt, &no_salt) ||
        !get_text(line, "payload", &out->payload, NULL))
        return "salt is neither a text nor null, or payload is no text";
    out->erased = no_salt;
    if (out->payload.len < 2 || out->payload.at[0] != '{')
        return "payload is not an object";
    if (!no_salt && !get_salt(a, salt, &out->salt))
        return "salt is not 32 hexadecimal digits";
    if (!get_digest(line, "commitment", &out->commitment) ||
        !get_digest(line, "previous", &out->previous) || !get_digest(line, "hash", &out->hash))
        return "commitment, previous or hash is not 64 hexadecimal digits";
    return NULL;
}

/* Reads one line; false after a fault. The texts live in the arena. */
static bool read_line(struct record_walk *w, struct arena *a, struct sv line,
                      struct record_event *out)
{
    const struct json_value *v;
    struct err err = ERR_INIT;
    memset(out, 0, sizeof(*out));
    if (json_parse(a, line, LINE_MAX_BYTES, &v, &err) < 0) {
        record_walk_fault(w, 0, "not a line of a record: %s", err.text);
        return false;
    }
    const char *wrong = read_members(a, v, out);
    if (wrong)
        record_walk_fault(w, 0, "not a line of a record: %s", wrong);
    return !wrong;
}

/* Walks along all lines; each good one goes to the store when there is one. */
static int walk_lines(struct arena *a, struct sv text, const char *file, struct store *s,
                      struct record_faults *out, struct err *err)
{
    struct record_walk w;
    struct sv line;
    int rc = 0;
    record_walk_init(&w, a, out, file ? file : "record");
    if (sv_starts(text, SV("\xef\xbb\xbf"))) /* a BOM */
        text = sv_from_byte(text, 3);
    while (rc == 0 && sv_next_line(&text, &line)) {
        struct arena scratch = ARENA_INIT;
        struct record_event e;
        struct record_fields f;
        w.line++;
        if (read_line(&w, &scratch, line, &e)) {
            if (!record_read_header(&scratch, e.header, &f))
                f = (struct record_fields){
                    .seq = e.seq, .actor = SV_NONE, .action = SV_NONE, .subject = SV_NONE};
            f.seq = e.seq;
            record_walk_event(&w, &e, &f);
            if (s && out->total == 0)
                rc = record_insert(s, &e, &f, err);
        }
        arena_release(&scratch);
    }
    record_walk_end(&w);
    record_walk_release(&w);
    return rc;
}

int record_verify_export(struct arena *a, struct sv text, const char *file,
                         struct record_faults *out, struct err *err)
{
    return walk_lines(a, text, file, NULL, out, err);
}

/* ---- adopting ---- */

struct adoption {
    struct arena *arena;
    struct sv text;
    const char *file;
};

static int adopt(struct store *s, void *context, struct err *err)
{
    struct adoption *d = context;
    struct record_faults faults;
    int64_t seq;
    int rc = record_head(s, &seq, NULL, NULL, err);
    if (rc < 0)
        return rc;
    if (seq)
        return err_set(err, CM_ECONFLICT, "the store has a record of its own already (%lld events)",
                       (long long)seq);
    rc = walk_lines(d->arena, d->text, d->file, s, &faults, err);
    if (rc == 0 && faults.total)
        return err_set(err, CM_ECORRUPT, "%.*s%s", SV_ARG(faults.list.at[0].text),
                       faults.total > 1 ? " (and more)" : "");
    return rc;
}

int record_adopt(struct store *s, struct arena *a, struct sv text, const char *file,
                 struct err *err)
{
    struct adoption d = {a, text, file};
    return store_tx(s, adopt, &d, err);
}
