/* record, backup: operations. */
#include "action/erase.h"
#include "action/moderation.h"
#include "base/date.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "forum/queue.h"
#include "gateway/mail/worker.h"
#include "document/pdf.h"
#include "store/fts.h"

#include <stdio.h>

enum { RECORD_FILE_MAX = 1024 * 1024 * 1024 };

static void print_event(const struct record_event *e, const struct json_value *header, const struct json_value *payload)
{
    struct sv subject = json_get_text(header, "subject"), reason = json_get_text(payload, "reason");
    printf("%lld  %.*s  %.*s  %.*s%s%.*s%s%.*s%s\n", (long long)e->seq, SV_ARG(json_get_text(header, "at")),
           SV_ARG(json_get_text(payload, "actor")),
           SV_ARG(json_get_text(header, "action")), subject.len ? " " : "", SV_ARG(subject),
           reason.len ? ": " : "", SV_ARG(reason), e->erased ? "  (erased in part)" : "");
}

static void put_event(struct cli *c, struct json *j, const struct record_event *e, const struct json_value *header,
                      const struct json_value *payload)
{
    json_object(j);
    json_put_int(j, "seq", e->seq);
    json_put(j, "at", json_get_text(header, "at"));
    json_put(j, "actor", json_get_text(header, "actor"));
    json_put(j, "name", json_get_text(payload, "actor"));
    json_put(j, "action", json_get_text(header, "action"));
    json_put(j, "subject", json_get_text(header, "subject"));
    json_put(j, "reason", json_get_text(payload, "reason"));
    json_put(j, "source", json_get_text(payload, "source"));
    json_put_bool(j, "erased", e->erased);
    json_put_str(j, "hash", digest_hex(&c->arena, &e->hash));
    json_end(j);
}

static int show_events(struct cli *c, int64_t since, const char *subject)
{
    struct record_events events = {{NULL, 0, 0}};
    struct cli_json j;
    int rc = record_read(c->store, &c->arena, since, 0, &events, &c->err);
    if (rc)
        return rc;
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "events");
        json_array(&j.j);
    }
    for (size_t i = 0; !rc && i < events.list.len; i++) {
        const struct record_event *e = &events.list.at[i];
        const struct json_value *header = NULL, *payload = NULL;
        rc = json_parse(&c->arena, e->header, e->header.len, &header, &c->err);
        if (!rc)
            rc = json_parse(&c->arena, e->payload, e->payload.len, &payload, &c->err);
        if (rc)
            return err_set(&c->err, CM_ECORRUPT,
                           "event %lld cannot be read; \"casemate record verify\" says more",
                           (long long)e->seq);
        if (subject && !sv_eq_str(json_get_text(header, "subject"), subject))
            continue;
        if (c->json)
            put_event(c, &j.j, e, header, payload);
        else
            print_event(e, header, payload);
    }
    if (c->json) {
        json_end(&j.j);
        cli_json_end(&j);
    }
    return rc;
}

static int record_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *since = NULL;
    uint64_t from = 1;
    struct words words;
    const struct option options[] = {{"since", OPTION_TEXT, &since, "SEQ", "from this event on"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1 || (since && !sv_to_u64(sv_str(since), INT64_MAX, &from)))
        return usage_error(self, "record show takes --since NUMBER and one id");
    if ((rc = cli_open(c, STORE_READ_ONLY)) || (rc = show_events(c, (int64_t)from, words.len ? words.at[0] : NULL)))
        return cli_fail(c, rc);
    return EXIT_DONE;
}

static int print_faults(struct cli *c, const struct record_faults *f)
{
    struct cli_json j;
    if (c->json) {
        cli_json_begin(&j);
        json_put_bool(&j.j, "verified", f->list.len == 0);
        json_put_int(&j.j, "events", (int64_t)f->events);
        json_key(&j.j, "faults");
        json_array(&j.j);
        for (size_t i = 0; i < f->list.len; i++) {
            json_object(&j.j);
            json_put_int(&j.j, "event", f->list.at[i].seq);
            json_put(&j.j, "text", f->list.at[i].text);
            json_end(&j.j);
        }
        json_end(&j.j);
        cli_json_end(&j);
    }
    for (size_t i = 0; !c->json && i < f->list.len; i++)
        fprintf(stderr, "casemate: %.*s\n", SV_ARG(f->list.at[i].text));
    if (!c->json && !f->list.len)
        printf("%zu event%s, the record verifies\n", f->events, f->events == 1 ? "" : "s");
    return f->list.len ? EXIT_INPUT : EXIT_DONE;
}

static int record_verify_command(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct record_faults faults = {.events = 0};
    struct sv text;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1)
        return usage_error(self, "record verify takes one file, or none for the store");
    if (words.len) {
        if ((rc = fs_read(&c->arena, words.at[0], RECORD_FILE_MAX, &text, &c->err)) ||
            (rc = verify_export(&c->arena, text, words.at[0], &faults, &c->err)))
            return cli_fail(c, rc);
    } else if ((rc = cli_open(c, STORE_READ_ONLY)) || (rc = verify_store(c->store, &c->arena, &faults, &c->err))) {
        return cli_fail(c, rc);
    }
    return print_faults(c, &faults);
}

static int record_export_command(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *to = NULL;
    struct words words;
    struct str text = STR_INIT;
    const struct option options[] = {{"to", OPTION_TEXT, &to, "FILE", "write to a file instead of standard output"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "record export takes no words; did you mean --to %s?", words.at[0]);
    rc = cli_open(c, STORE_READ_ONLY);
    if (!rc)
        rc = record_export(c->store, &text, &c->err);
    if (!rc && to)
        rc = fs_write(to, str_sv(&text), false, &c->err);
    else if (!rc)
        fwrite(str_cstr(&text), 1, text.len, stdout);
    str_release(&text);
    return rc ? cli_fail(c, rc) : EXIT_DONE;
}

static void put_texts(struct json *j, const char *key, const char *const *texts, size_t count)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < count; i++)
        json_string_str(j, texts[i]);
    json_end(j);
}

static void print_erased(struct cli *c, const struct erase_outcome *o, const struct action_result *r)
{
    struct cli_json j;
    if (c->json) {
        cli_json_begin(&j);
        json_put_int(&j.j, "event", r->event);
        json_key(&j.j, "erased");
        json_array(&j.j);
        for (size_t i = 0; i < o->events.len; i++)
            json_int(&j.j, o->events.at[i]);
        json_end(&j.j);
        put_texts(&j.j, "kept", o->kept.at, o->kept.len);
        put_texts(&j.j, "editions", o->editions.at, o->editions.len);
        cli_json_end(&j);
        return;
    }
    for (size_t i = 0; i < o->events.len; i++)
        printf("event %lld: erased in part\n", (long long)o->events.at[i]);
    for (size_t i = 0; i < o->kept.len; i++)
        printf("  %s stays, as it is the present text\n", o->kept.at[i]);
    for (size_t i = 0; i < o->editions.len; i++)
        printf("  %s\n", o->editions.at[i]);
    printf("recorded as event %lld; copies elsewhere (backups, exports, mirrors, caches) are yours to look after\n",
           (long long)r->event);
}

static int record_erase_command(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *text = NULL;
    uint64_t event = 0;
    struct words words;
    struct action_context context;
    struct action_result r;
    struct erase_outcome outcome;
    const struct option options[] = {
        {"words", OPTION_TEXT, &text, "TEXT", "only texts that hold these words; without EVENT wherever they stand"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1 || (words.len && !cli_number(words.at[0], 1, INT64_MAX, &event)))
        return usage_error(self, "record erase takes the number of one event");
    if (!words.len && !text)
        return usage_error(self, "record erase wants the number of an event, or --words TEXT");
    if (text && !*text)
        return usage_error(self, "--words wants words");
    const struct erase_request request = {(int64_t)event, sv_str(text)};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_record_erase(&context, &request, &outcome, &r, &c->err)))
        return cli_fail(c, rc);
    print_erased(c, &outcome, &r);
    return EXIT_DONE;
}

int cmd_record(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"show", record_show}, {"verify", record_verify_command}, {"export", record_export_command},
        {"erase", record_erase_command}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}

/* A copy that nobody looked at is none: the file whole, and what the record says of it. One that is not sound goes. */
static int check_copy(struct cli *c, const char *path)
{
    struct store *copy = NULL;
    struct record_faults faults = {.events = 0};
    struct err ignored = ERR_INIT;
    int rc = store_open(path, STORE_READ_ONLY, &copy, &c->err);
    if (!rc)
        rc = store_check(copy, &c->err);
    if (!rc)
        rc = verify_store(copy, &c->arena, &faults, &c->err);
    if (!rc && faults.list.len)
        rc = err_set(&c->err, CM_ECORRUPT, "the record of the copy does not verify (%.*s); \"casemate record verify\" "
                                           "says all",
                     SV_ARG(faults.list.at[0].text));
    store_close(&copy);
    if (rc && fs_remove_tree(path, &ignored))
        log_notice(&c->log, "casemate: %s", ignored.text);
    return rc;
}

int cmd_backup(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "backup wants one file to write");
    if ((rc = cli_open(c, STORE_READ_ONLY)) || (rc = store_backup(c->store, words.at[0], &c->err)) ||
        (rc = check_copy(c, words.at[0])))
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "file", words.at[0]);
        cli_json_end(&j);
    } else if (!c->quiet) {
        printf("%s: written, and verifies\n", words.at[0]);
    }
    return EXIT_DONE;
}
