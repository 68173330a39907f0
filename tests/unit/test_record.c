/* Record: the chain holds, every touched byte is found, erasure leaves a chain that verifies, kill
 * -9 loses nothing. */
#include "store/record.h"

#include "base/date.h"
#include "base/fs.h"
#include "format/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct fixture {
    struct arena arena;
    struct err err;
    char dir[64];
    char *path;
    struct store *s;
};

#define OK(f, call) check_ok((call), &(f)->err, __LINE__)
static void check_ok(int rc, struct err *err, int line)
{
    if (rc < 0)
        fail_msg("line %d: %d %s", line, rc, err->text);
}

static int setup(void **state)
{
    struct fixture *f = base_malloc(sizeof(*f));
    *f = (struct fixture){.arena = ARENA_INIT, .dir = "/tmp/casemate-record-XXXXXX"};
    if (!mkdtemp(f->dir))
        return -1;
    f->path = fs_join(&f->arena, f->dir, "store.db");
    *state = f;
    return store_open(f->path, STORE_CREATE, &f->s, &f->err);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(&f->s);
    int rc = fs_remove_tree(f->dir, &f->err);
    arena_release(&f->arena);
    free(f);
    return rc;
}

/* ---- helpers ---- */

struct batch {
    int count;
    const char *payload; /* NULL: a counter */
};

static int append_batch(struct store *s, void *context, struct err *err)
{
    struct batch *b = context;
    for (int i = 0; i < b->count; i++) {
        char payload[64];
        int64_t seq;
        snprintf(payload, sizeof(payload), "{\"n\":%d}", i);
        struct record_draft d = {.at = 1795370700 + i,
                                 .actor = SV("m1"),
                                 .action = SV("threat.edit"),
                                 .subject = SV("T-0001"),
                                 .payload = sv_str(b->payload ? b->payload : payload)};
        d.state = digest_of(d.payload);
        int rc = record_append(s, &d, &seq, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void append(struct fixture *f, int count)
{
    struct batch b = {count, NULL};
    OK(f, store_tx(f->s, append_batch, &b, &f->err));
}

static void raw(struct fixture *f, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

/* all faults, one a line */
static const char *faults(struct fixture *f)
{
    struct record_faults found;
    struct str text = STR_INIT;
    OK(f, record_verify(f->s, &f->arena, &found, &f->err));
    for (size_t i = 0; i < found.list.len; i++) {
        str_add(&text, found.list.at[i].text);
        str_add_char(&text, '\n');
    }
    assert_true(found.total >= found.list.len);
    char *copy = arena_strdup(&f->arena, str_cstr(&text));
    str_release(&text);
    return copy;
}

static struct sv export_text(struct fixture *f)
{
    struct str text = STR_INIT;
    OK(f, record_export(f->s, &text, &f->err));
    struct sv copy = arena_sv(&f->arena, str_sv(&text));
    str_release(&text);
    return copy;
}

static struct sv replaced(struct fixture *f, struct sv text, const char *old, const char *new)
{
    ptrdiff_t at = sv_find(text, sv_str(old));
    if (at < 0)
        fail_msg("no %s", old);
    struct str out = STR_INIT;
    str_add(&out, sv_from(text.at, (size_t)at));
    str_add_str(&out, new);
    str_add(&out, sv_from_byte(text, (size_t)at + strlen(old)));
    struct sv copy = arena_sv(&f->arena, str_sv(&out));
    str_release(&out);
    return copy;
}

static const char *export_faults(struct fixture *f, struct sv text)
{
    struct record_faults found;
    struct str all = STR_INIT;
    OK(f, record_verify_export(&f->arena, text, "record.jsonl", &found, &f->err));
    for (size_t i = 0; i < found.list.len; i++) {
        str_add(&all, found.list.at[i].text);
        str_add_char(&all, '\n');
    }
    char *copy = arena_strdup(&f->arena, str_cstr(&all));
    str_release(&all);
    return copy;
}

/* ---- appending and reading ---- */

static void test_events_come_back(void **state)
{
    struct fixture *f = *state;
    struct record_events events;
    struct digest zero = {{0}}, hash, state_digest;
    int64_t seq = -1;
    OK(f, record_head(f->s, &seq, &hash, NULL, &f->err));
    assert_true(seq == 0 && digest_eq(&hash, &zero));
    append(f, 3);
    OK(f, record_read(f->s, &f->arena, 1, 0, &events, &f->err));
    assert_int_equal(events.list.len, 3);
    struct record_event *e = events.list.at;
    assert_true(digest_eq(&e[0].previous, &zero));
    assert_true(digest_eq(&e[1].previous, &e[0].hash));
    assert_true(digest_eq(&e[2].previous, &e[1].hash));
    assert_int_equal(e[2].salt.len, RECORD_SALT_BYTES);
    assert_false(sv_eq(e[0].salt, e[1].salt));
    assert_true(sv_eq(e[2].payload, SV("{\"n\":2}")));
    struct digest expected = digest_of(SV("{\"n\":1}"));
    struct sv header = sv_str(
        arena_printf(&f->arena,
                     "{\"seq\":2,\"at\":\"%s\",\"actor\":\"m1\",\"action\":\"threat.edit\","
                     "\"subject\":\"T-0001\",\"state\":\"%s\"}",
                     date_format_time(&f->arena, 1795370701), digest_hex(&f->arena, &expected)));
    assert_true(sv_eq(e[1].header, header));
    OK(f, record_head(f->s, &seq, &hash, &state_digest, &f->err));
    assert_true(seq == 3 && digest_eq(&hash, &e[2].hash));
    expected = digest_of(SV("{\"n\":2}"));
    assert_true(digest_eq(&state_digest, &expected));
    OK(f, record_read(f->s, &f->arena, 2, 1, &events, &f->err));
    assert_true(events.list.len == 1 && events.list.at[0].seq == 2);
    assert_string_equal(faults(f), "");
}

/* The formula of record.h, computed here from scratch. */
static void test_hash_is_the_documented_one(void **state)
{
    struct fixture *f = *state;
    struct record_events events;
    append(f, 2);
    OK(f, record_read(f->s, &f->arena, 2, 1, &events, &f->err));
    struct record_event *e = events.list.at;
    struct str parts = STR_INIT;
    const struct sv inner[] = {e->salt, e->payload};
    for (size_t i = 0; i < ARRAY_LEN(inner); i++) {
        for (int shift = 0; shift < 64; shift += 8)
            str_add_char(&parts, (char)((uint64_t)inner[i].len >> shift & 0xff));
        str_add(&parts, inner[i]);
    }
    struct digest commitment = digest_of(str_sv(&parts));
    assert_true(digest_eq(&commitment, &e->commitment));
    str_clear(&parts);
    const struct sv outer[] = {SV("casemate-event-1"), sv_from((const char *)e->previous.bytes, 32),
                               e->header, sv_from((const char *)e->commitment.bytes, 32)};
    for (size_t i = 0; i < ARRAY_LEN(outer); i++) {
        for (int shift = 0; shift < 64; shift += 8)
            str_add_char(&parts, (char)((uint64_t)outer[i].len >> shift & 0xff));
        str_add(&parts, outer[i]);
    }
    struct digest hash = digest_of(str_sv(&parts));
    assert_true(digest_eq(&hash, &e->hash));
    str_release(&parts);
}

struct one {
    struct record_draft draft;
};

static int append_one(struct store *s, void *context, struct err *err)
{
    struct one *o = context;
    return record_append(s, &o->draft, NULL, err);
}

static void test_bad_drafts_are_refused(void **state)
{
    struct fixture *f = *state;
    char *long_name = arena_alloc(&f->arena, RECORD_NAME_MAX + 2);
    memset(long_name, 'x', RECORD_NAME_MAX + 1);
    const struct {
        const char *actor, *action, *subject, *payload;
        int64_t at;
        int code;
    } cases[] = {
        {"m1", "a", "", "{}", 0, 0},
        {"m\"1\\", "a\n\x01", "\xe2\x80\xae <&>", "{\"a\":\"\\u0000\"}", -1, 0},
        {"m1", "a", "", "{}", 253402300799, 0},
        {"m1", "a", "", "{}", 253402300800, CM_EINPUT},
        {"m1", "a", "", "{}", -62167219200, 0},
        {"m1", "a", "", "{}", INT64_MIN, CM_EINPUT},
        {"", "a", "", "{}", 0, CM_EINPUT},
        {"m1", "", "", "{}", 0, CM_EINPUT},
        {"m\xff", "a", "", "{}", 0, CM_EINPUT},
        {"m1", "a", "", "", 0, CM_EINPUT},
        {"m1", "a", "", "[]", 0, CM_EINPUT},
        {"m1", "a", "", "{\n}", 0, CM_EINPUT},
        {"m1", "a", "", "{\"\xed\xa0\x80\":1}", 0, CM_EINPUT},
        {long_name, "a", "", "{}", 0, CM_ELIMIT},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct one o = {{.at = cases[i].at,
                         .actor = sv_str(cases[i].actor),
                         .action = sv_str(cases[i].action),
                         .subject = sv_str(cases[i].subject),
                         .payload = sv_str(cases[i].payload)}};
        int rc = store_tx(f->s, append_one, &o, &f->err);
        if (rc != cases[i].code)
            fail_msg("case %zu: %d %s", i, rc, rc ? f->err.text : "");
    }
    assert_string_equal(faults(f), "");
    assert_string_equal(export_faults(f, export_text(f)), "");
}

/* ---- tampering ---- */

static void test_every_touched_column_is_found_and_named(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *sql, *says; /* each line of says occurs */
    } cases[] = {
        {"at = at + 1", "event 4: time in its column"},
        {"at = 9223372036854775807", "event 4: time in its column"},
        {"at = -9223372036854775808", "event 4: time in its column"},
        {"actor = 'm2'", "event 4: actor in its column"},
        {"actor = ''", "event 4: actor in its column"},
        {"action = 'threat.new'", "event 4: action in its column"},
        {"subject = 'T-0002'", "event 4: subject in its column"},
        {"header = replace(header, 'm1', 'm2')", "event 4: hash does not match header"},
        {"header = header || ' '", "event 4: hash does not match header"},
        {"header = ''", "event 4: header is not of the form"},
        {"header = '[]'", "event 4: header is not of the form"},
        {"header = substr(header, 1, length(header) - 1) || ',\"x\":1}'",
         "event 4: header is not in normal form"},
        {"payload = '{\"n\":4}'", "event 4: payload does not match its commitment"},
        {"payload = payload || ' '", "event 4: payload does not match its commitment"},
        {"payload = ''", "event 4: payload does not match its commitment"},
        {"payload = NULL", "event 4: payload does not match its commitment"},
        {"salt = NULL", "event 4: its content was erased, and no later event says so"},
        {"salt = x'00'", "event 4: has no payload, or its salt does not have 16 bytes"},
        {"salt = zeroblob(16)", "event 4: payload does not match its commitment"},
        {"commitment = zeroblob(32)", "event 4: its commitment was changed"},
        {"commitment = x'00'", "event 4: commitment does not have 32 bytes"},
        {"previous = zeroblob(32)", "event 4: does not follow event 3"},
        {"previous = x''", "event 4: previous hash does not have 32 bytes"},
        {"hash = zeroblob(32)", "event 4: hash does not match header"},
        {"hash = x'0011'", "event 4: hash does not have 32 bytes"},
        {"seq = 100", "event 4: is missing"},
        {"seq = -4", "event -4: numbers start at 1"},
    };
    append(f, 6);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        raw(f, "CREATE TABLE kept AS SELECT * FROM event");
        raw(f, arena_printf(&f->arena, "UPDATE event SET %s WHERE seq = 4", cases[i].sql));
        const char *found = faults(f);
        if (!strstr(found, cases[i].says))
            fail_msg("%s: %s", cases[i].sql, found);
        if (strncmp(found, "event 4:", 8) != 0 && strncmp(found, "event -4:", 9) != 0)
            fail_msg("%s: first fault is %s", cases[i].sql, found);
        raw(f, "DELETE FROM event; INSERT INTO event SELECT * FROM kept; DROP TABLE kept");
        assert_string_equal(faults(f), "");
    }
}

static void test_only_what_was_touched_is_blamed(void **state)
{
    struct fixture *f = *state;
    append(f, 6);
    raw(f, "UPDATE event SET payload = '{}' WHERE seq IN (2, 5)");
    assert_string_equal(
        faults(f),
        "event 2: payload does not match its commitment (changed after it was recorded)\n"
        "event 5: payload does not match its commitment (changed after it was recorded)\n");
}

static void test_missing_and_moved_events(void **state)
{
    struct fixture *f = *state;
    append(f, 9);
    raw(f, "CREATE TABLE kept AS SELECT * FROM event");
    static const struct {
        const char *sql, *says;
    } cases[] = {
        {"DELETE FROM event WHERE seq = 5", "event 5: is missing\n"},
        {"DELETE FROM event WHERE seq IN (5, 6, 7)",
         "event 5: is missing, and all up to event 7\n"},
        {"DELETE FROM event WHERE seq = 1", "event 1: is missing\n"},
        {"DELETE FROM event WHERE seq = 5; UPDATE event SET seq = seq - 1 WHERE seq > 5",
         "event 5: does not follow event 4"},
        {"UPDATE event SET seq = 50 WHERE seq = 3; UPDATE event SET seq = 3 WHERE seq = 4;"
         "UPDATE event SET seq = 4 WHERE seq = 50",
         "event 3: does not follow event 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        raw(f, cases[i].sql);
        const char *found = faults(f);
        if (strncmp(found, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("%s: %s", cases[i].sql, found);
        raw(f, "DELETE FROM event; INSERT INTO event SELECT * FROM kept");
    }
    raw(f,
        "DELETE FROM event WHERE seq > 7"); /* what a chain alone cannot show: record.h says so */
    assert_string_equal(faults(f), "");
    raw(f, "DROP TABLE kept");
}

static void test_faults_are_capped_and_counted(void **state)
{
    struct fixture *f = *state;
    struct record_faults found;
    append(f, RECORD_FAULTS_MAX + 100);
    raw(f, "UPDATE event SET actor = 'x'");
    OK(f, record_verify(f->s, &f->arena, &found, &f->err));
    assert_int_equal(found.list.len, RECORD_FAULTS_MAX);
    assert_int_equal(found.total, RECORD_FAULTS_MAX + 100);
    assert_int_equal(found.events, RECORD_FAULTS_MAX + 100);
}

/* ---- erasure ---- */

static const char remains[] = "{\"name\":\"somebody\"}";

/* Erases event 2, and says so in an event of its own. context: "twice": in two steps, of which the second counts. */
static int erase_two(struct store *s, void *context, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct digest d = digest_of(sv_str(remains));
    int rc = context ? record_erase(s, 2, SV("{\"name\":\"\"}"), err) : 0;
    if (rc == 0)
        rc = record_erase(s, 2, sv_str(remains), err);
    struct sv payload = sv_str(arena_printf(&a, "{\"erased\":[{\"event\":2,\"remains\":\"%s\"}]}", digest_hex(&a, &d)));
    struct record_draft draft = {0, SV("operator"), SV("record.erase"), SV("event 2"), {{0}}, payload};
    if (rc == 0)
        rc = record_append(s, &draft, NULL, err);
    arena_release(&a);
    return rc;
}

static int erase_with(struct store *s, void *context, struct err *err)
{
    return record_erase(s, 99, sv_str(context), err);
}

static bool on_disk(struct fixture *f, const char *word)
{
    struct fs_names names = {0};
    bool found = false;
    OK(f, fs_list(&f->arena, f->dir, 100, &names, &f->err));
    for (size_t i = 0; i < names.list.len; i++) {
        struct sv bytes;
        OK(f, fs_read(&f->arena, fs_join(&f->arena, f->dir, names.list.at[i]), 1 << 24, &bytes,
                      &f->err));
        found = found || sv_find(bytes, sv_str(word)) >= 0;
    }
    return found;
}

static void test_erased_event_is_gone_and_chain_verifies(void **state)
{
    struct fixture *f = *state;
    struct record_events events;
    struct record_faults found;
    append(f, 1);
    struct batch secret = {1, "{\"name\":\"Xanthippe of the barrel\"}"};
    OK(f, store_tx(f->s, append_batch, &secret, &f->err));
    append(f, 1);
    assert_true(on_disk(f, "Xanthippe"));
    char whole[] = "{}", no_object[] = "x";
    assert_int_equal(store_tx(f->s, erase_with, whole, &f->err), CM_ENOTFOUND);
    assert_int_equal(store_tx(f->s, erase_with, no_object, &f->err), CM_ENOTFOUND);
    OK(f, store_tx(f->s, erase_two, (void *)"twice", &f->err));
    assert_false(on_disk(f, "Xanthippe"));
    assert_string_equal(faults(f), "");
    OK(f, record_verify(f->s, &f->arena, &found, &f->err));
    assert_int_equal(found.erased, 1);
    OK(f, record_read(f->s, &f->arena, 2, 1, &events, &f->err));
    assert_true(events.list.at[0].erased && events.list.at[0].salt.len == 0);
    assert_true(sv_eq_str(events.list.at[0].payload, remains));
    raw(f, "UPDATE event SET commitment = zeroblob(32) WHERE seq = 2");
    assert_non_null(strstr(faults(f), "event 2: hash does not match"));
}

static void test_what_remains_is_vouched_for(void **state)
{
    struct fixture *f = *state;
    append(f, 3);
    OK(f, store_tx(f->s, erase_two, NULL, &f->err));
    assert_string_equal(faults(f), "");
    raw(f, "UPDATE event SET payload = '{\"name\":\"nobody\"}' WHERE seq = 2");
    assert_non_null(strstr(faults(f), "event 2: what remains of it is not what event 4 left"));
    raw(f, "UPDATE event SET salt = zeroblob(16) WHERE seq = 2");
    assert_non_null(strstr(faults(f), "event 2: was erased by event 4, and its content is there again"));
    raw(f, "UPDATE event SET salt = NULL WHERE seq = 3");
    assert_non_null(strstr(faults(f), "event 3: its content was erased, and no later event says so"));
}

/* ---- export and adoption ---- */

static void test_export_verifies_and_is_adopted_byte_for_byte(void **state)
{
    struct fixture *f = *state;
    struct store *other;
    append(f, 5);
    OK(f, store_tx(f->s, erase_two, NULL, &f->err));
    struct sv text = export_text(f), again;
    assert_string_equal(export_faults(f, text), "");
    char *path = fs_join(&f->arena, f->dir, "other.db");
    OK(f, store_open(path, STORE_CREATE, &other, &f->err));
    OK(f, record_adopt(other, &f->arena, text, "record.jsonl", &f->err));
    struct store *mine = f->s;
    f->s = other;
    again = export_text(f);
    assert_true(sv_eq(text, again));
    assert_string_equal(faults(f), "");
    append(f, 1); /* goes on from there */
    assert_string_equal(faults(f), "");
    assert_int_equal(record_adopt(other, &f->arena, text, "record.jsonl", &f->err), CM_ECONFLICT);
    f->s = mine;
    store_close(&other);
}

static void test_damaged_export_is_refused_and_named(void **state)
{
    struct fixture *f = *state;
    struct store *other;
    append(f, 4);
    struct sv text = export_text(f), line, rest = text;
    assert_true(sv_next_line(&rest, &line));
    struct record_faults found;
    const struct {
        struct sv text;
        const char *says;
    } cases[] = {
        {replaced(f, text, "n\\\":1}", "n\\\":7}"),
         "record.jsonl:2: event 2: payload does not match"},
        {replaced(f, text, "\"payload\"", "\"load\""), "record.jsonl:1: not a line of a record"},
        {replaced(f, text, "{\"seq\":3,", "{\"seq\":3,\"more\":1,"),
         "record.jsonl:3: not a line of a record"},
        {replaced(f, text, "{\"seq\":2,", "{\"seq\":9,"),
         "event 2: is missing, and all up to event 8"},
        {replaced(f, text, "{\"seq\":2,", "{\"seq\":-2,"),
         "record.jsonl:2: not a line of a record: seq"},
        {replaced(f, text, "{\"seq\":2,", "{\"seq\":9223372036854775807,"), "event 2: is missing"},
        {replaced(f, text, "\"salt\":\"", "\"salt\":\"zz"), "salt is not 32 hexadecimal digits"},
        {replaced(f, text, "\\\"actor\\\":\\\"m1", "\\\"actor\\\":\\\"m2"),
         "event 1: hash does not match"},
        {rest, "record.jsonl:1: event 1: is missing"},
        {sv_from(text.at, text.len - 9), "record.jsonl:4: not a line of a record"},
        {replaced(f, text, "\n", "\n\n"), "record.jsonl:2: not a line of a record"},
        {SV("{}"), "record.jsonl:1: not a line of a record: not an object with"},
        {SV("\xff\xfe\n[[[["), "record.jsonl:1: not a line"},
    };
    OK(f, store_open(":memory:", 0, &other, &f->err));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *all = export_faults(f, cases[i].text);
        if (!strstr(all, cases[i].says))
            fail_msg("case %zu: %s", i, all);
        assert_int_equal(record_adopt(other, &f->arena, cases[i].text, "record.jsonl", &f->err),
                         CM_ECORRUPT);
        OK(f, record_verify(other, &f->arena, &found, &f->err));
        assert_int_equal(found.events, 0);
    }
    OK(f, record_adopt(other, &f->arena, text, "record.jsonl", &f->err));
    store_close(&other);
}

static void test_line_ends_and_bom_do_not_matter(void **state)
{
    struct fixture *f = *state;
    append(f, 2);
    struct sv text = export_text(f), line;
    struct str crlf = STR_INIT;
    str_add_str(&crlf, "\xef\xbb\xbf");
    while (sv_next_line(&text, &line)) {
        str_add(&crlf, line);
        str_add_str(&crlf, "\r\n");
    }
    assert_string_equal(export_faults(f, str_sv(&crlf)), "");
    assert_string_equal(export_faults(f, SV_NONE), "");
    str_release(&crlf);
}

static void test_adoption_joins_a_transaction(void **state)
{
    struct fixture *f = *state;
    struct store *other;
    append(f, 3);
    OK(f, store_open(":memory:", 0, &other, &f->err));
    OK(f, record_adopt(other, &f->arena, SV_NONE, "record.jsonl", &f->err)); /* an empty record */
    OK(f, record_adopt(other, &f->arena, export_text(f), "record.jsonl", &f->err));
    store_close(&other);
}

/* ---- kill -9 ---- */

/* Each transaction has two events; told over the pipe once it is committed. */
static void append_until_killed(struct fixture *f, int pipe_end)
{
    struct store *s;
    struct batch two = {2, NULL};
    if (store_open(f->path, 0, &s, &f->err) < 0)
        _exit(1);
    while (store_tx(s, append_batch, &two, &f->err) == 0) {
        if (write(pipe_end, "x", 1) != 1)
            break;
    }
    _exit(2);
}

static void test_kill_leaves_whole_transactions_only(void **state)
{
    struct fixture *f = *state;
    int64_t told = 0, before = 0, seq;
    store_close(&f->s);
    for (unsigned round = 0; round < 50; round++) {
        int ends[2], status;
        char byte;
        assert_int_equal(pipe(ends), 0);
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0)
            append_until_killed(f, ends[1]);
        close(ends[1]);
        if (round == 0) /* a busy machine: at least one transaction is there before anything is killed */
            assert_int_equal(read(ends[0], &byte, 1), 1);
        usleep(2000 + (round * 7919U) % 23000);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        for (told = round == 0; read(ends[0], &byte, 1) == 1; told++)
            ;
        close(ends[0]);
        OK(f, store_open(f->path, 0, &f->s, &f->err));
        assert_string_equal(faults(f), "");
        OK(f, record_head(f->s, &seq, NULL, NULL, &f->err));
        assert_true(seq % 2 == 0);
        if (seq - before < 2 * told) /* what was reported as done is there */
            fail_msg("round %u: %lld of %lld", round, (long long)(seq - before),
                     (long long)told * 2);
        before = seq;
        store_close(&f->s);
    }
    assert_true(before > 0);
    OK(f, store_open(f->path, 0, &f->s, &f->err));
    OK(f, store_check(f->s, &f->err));
}

/* ---- speed: printed, with a wide limit so that sanitizers and busy machines pass ---- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_speed(void **state)
{
    struct fixture *f = *state;
    struct record_faults found;
    double start = seconds();
    append(f, 1000);
    double appended = seconds();
    append(f, 20000);
    double middle = seconds();
    OK(f, record_verify(f->s, &f->arena, &found, &f->err));
    double verified = seconds();
    assert_int_equal(found.total, 0);
    print_message("# 1000 appends in %.1f ms; %.0f events verified a second\n",
                  (appended - start) * 1e3, 21000 / (verified - middle));
    assert_true(appended - start < 2 && verified - middle < 4);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(events_come_back),
        T(hash_is_the_documented_one),
        T(bad_drafts_are_refused),
        T(every_touched_column_is_found_and_named),
        T(only_what_was_touched_is_blamed),
        T(missing_and_moved_events),
        T(faults_are_capped_and_counted),
        T(erased_event_is_gone_and_chain_verifies),
        T(what_remains_is_vouched_for),
        T(export_verifies_and_is_adopted_byte_for_byte),
        T(damaged_export_is_refused_and_named),
        T(line_ends_and_bom_do_not_matter),
        T(adoption_joins_a_transaction),
        T(kill_leaves_whole_transactions_only),
        T(speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
