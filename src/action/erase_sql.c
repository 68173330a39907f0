/* record.erase, and what it shares with leaving under a pseudonym: events, rows, editions.
 *
 * An event that is erased keeps its place, header and commitment; salt and payload go, and what remains of the payload
 * is vouched for by the event of the erasure (store/record.h). The rows that were made of it lose the same words, so
 * that a store that adopts the exported record holds the same rows. */
#include "action/erase.h"

#include "action/erasure.h"
#include "base/date.h"
#include "store/fts.h"

/* The closed list of places. A text elsewhere is never taken for words; when words that are to go are found there,
 * nothing is erased. */
static const struct erasure_place places[] = {
    {"", "reason",
     {"UPDATE position SET reason = $1 WHERE event = $2 AND reason = $3",
      "UPDATE objection SET text = $1 WHERE text = $3 AND member = (SELECT actor FROM event WHERE seq = $2)",
      "UPDATE objection SET answer = $1 WHERE answer = $3 AND settled >= $2",
      "UPDATE review SET why = $1 WHERE withdrawn = $2 AND why = $3",
      "UPDATE call SET question = $1 WHERE opened = $2 AND question = $3",
      "UPDATE ended SET reason = $1 WHERE event = $2 AND reason = $3",
      "UPDATE referral SET reason = $1 WHERE asked = $2 AND reason = $3",
      "UPDATE referral SET why = $1 WHERE answered = $2 AND why = $3"}},
    {"", "source", {"UPDATE field_change SET source = $1 WHERE event = $2 AND source = $3"}},
    {"", "mark", {"UPDATE role_grant SET mark = $1 WHERE event = $2 AND mark = $3"}},
    {"", "text", {NULL}}, /* of a report */
    {"call", "question", {"UPDATE call SET question = $1 WHERE opened = $2 AND question = $3"}},
    {"decision", "judgement", {"UPDATE decision SET judgement = $1 WHERE event = $2 AND judgement = $3"}},
    {"objection", "answer", {"UPDATE objection SET answer = $1 WHERE answer = $3 AND settled >= $2"}},
    {"review", "text", {"UPDATE review SET answer = $1 WHERE answered = $2 AND answer = $3"}},
    {"review", "reviewer", {"UPDATE review SET reviewer = $1 WHERE requested = $2 AND reviewer = $3"}},
    {"handover", "venue", {"UPDATE handover SET venue = $1 WHERE event = $2 AND venue = $3"}},
    {"handover", "carrier", {"UPDATE handover SET carrier = $1 WHERE event = $2 AND carrier = $3"}},
    {"notes", "text",
     {"UPDATE embargo_note SET text = $1, salt = NULL WHERE text = $3 AND embargo = "
      "(SELECT id FROM embargo WHERE released = $2)"}},
    {"opened", "reason",
     {"UPDATE estimate SET reason = $1, salt = NULL WHERE reason = $3 AND round = "
      "(SELECT id FROM round WHERE closed = $2)"}},
    {"fields", "text", {"UPDATE field_change SET text = $1 WHERE event = $2 AND text = $3"}},
};

const struct erasure_place *erasure_place(struct sv parent, struct sv key)
{
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (sv_eq_str(parent, places[i].parent) && sv_eq_str(key, places[i].key))
            return &places[i];
    return NULL;
}

/* ---- shared with leaving ---- */

int erasure_put(struct action_context *c, struct erased *e, int64_t seq, struct sv remains, struct err *err)
{
    *vec_push(c->arena, &e->events) = (struct erased_event){seq, digest_of(remains)};
    return record_erase(c->store, seq, remains, err);
}

static struct sv as_json(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    struct json j;
    json_init(&j, &out, true);
    json_string(&j, text);
    struct sv quoted = arena_sv(a, str_sv(&out));
    str_release(&out);
    return sv_from(quoted.at + 1, quoted.len - 2);
}

int erasure_find(struct action_context *c, struct sv text, struct erasure_events *out, struct err *err)
{
    struct store_stmt *q;
    struct sv written = as_json(c->arena, text);
    int rc = store_prepare(c->store, "SELECT seq, payload FROM event ORDER BY seq", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (sv_find(store_text(q, 1), written) >= 0)
            *vec_push(c->arena, &out->list) =
                (struct erasure_event){store_int(q, 0), arena_sv(c->arena, store_text(q, 1))};
    store_done(q);
    return rc;
}

int erasure_present(struct action_context *c, struct sv words, struct erasure_paths *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT path, text FROM file ORDER BY path", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (erasure_holds(store_text(q, 1), words))
            *vec_push(c->arena, &out->list) = arena_strndup(c->arena, store_text(q, 0).at, store_text(q, 0).len);
    store_done(q);
    return rc;
}

int erasure_forget_import(struct action_context *c, struct sv words, struct err *err)
{
    struct store_stmt *q;
    VEC(struct sv) paths = {NULL, 0, 0};
    int rc = store_prepare(c->store, "SELECT path, text FROM base", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (erasure_holds(store_text(q, 1), words))
            *vec_push(c->arena, &paths) = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    for (size_t i = 0; !rc && i < paths.len; i++) {
        if ((rc = store_prepare(c->store, "DELETE FROM base WHERE path = $1", &q, err)))
            return rc;
        store_bind_text(q, 1, paths.at[i]);
        rc = store_finish(q, err);
    }
    return rc;
}

struct reminder_row {
    int64_t id;
    struct sv what, who;
};
struct reminder_rows {
    VEC(struct reminder_row) list;
};

static int reminders_without(struct action_context *c, struct sv words, struct sv with, struct reminder_rows *out,
                             struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT id, what, who FROM reminder", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct reminder_row r = {store_int(q, 0), arena_sv(c->arena, store_text(q, 1)),
                                 arena_sv(c->arena, store_text(q, 2))};
        bool clean;
        if (erasure_rewrite(c->arena, SV("what.txt"), r.what, words, with, &r.what, &clean) +
            erasure_rewrite(c->arena, SV("who.txt"), r.who, words, with, &r.who, &clean))
            *vec_push(c->arena, &out->list) = r;
    }
    store_done(q);
    return rc;
}

int erasure_reminders(struct action_context *c, struct sv words, struct sv with, struct err *err)
{
    struct reminder_rows rows = {{NULL, 0, 0}};
    int rc = reminders_without(c, words, with, &rows, err);
    for (size_t i = 0; !rc && i < rows.list.len; i++) {
        struct store_stmt *q;
        if ((rc = store_prepare(c->store, "UPDATE reminder SET what = $2, who = $3 WHERE id = $1", &q, err)))
            return rc;
        store_bind_int(q, 1, rows.list.at[i].id);
        store_bind_text(q, 2, rows.list.at[i].what);
        store_bind_text(q, 3, rows.list.at[i].who);
        rc = store_finish(q, err);
    }
    return rc;
}

/* ---- editions ---- */

/* As the store has it at the moment; erased words do not come back, so each is read once. */
struct stored_file {
    struct sv document, version, name, bytes;
    bool gone;
};
struct stored_files {
    VEC(struct stored_file) list;
};

static int load_edition_files(struct action_context *c, struct stored_files *out, struct err *err)
{
    struct arena *a = c->arena;
    struct store_stmt *q;
    int rc = store_prepare(c->store, "SELECT f.document, f.version, f.name, f.bytes FROM edition_file f JOIN edition e "
                                     "ON e.document = f.document AND e.version = f.version ORDER BY e.event, f.name",
                           &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) =
            (struct stored_file){.document = arena_sv(a, store_text(q, 0)), .version = arena_sv(a, store_text(q, 1)),
                                 .name = arena_sv(a, store_text(q, 2)), .bytes = arena_sv(a, store_text(q, 3))};
    store_done(q);
    return rc;
}

static int put_reissued(struct action_context *c, const struct stored_file *f, struct sv bytes, bool gone,
                        struct err *err)
{
    struct store_stmt *q;
    struct digest d = digest_of(bytes);
    int rc = store_prepare(c->store,
                           gone ? "DELETE FROM edition_file WHERE document = $1 AND version = $2 AND name = $3"
                                : "UPDATE edition_file SET bytes = $4, digest = $5 "
                                  "WHERE document = $1 AND version = $2 AND name = $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, f->document);
    store_bind_text(q, 2, f->version);
    store_bind_text(q, 3, f->name);
    if (!gone) {
        store_bind_blob(q, 4, bytes);
        store_bind_blob(q, 5, digest_sv(&d));
    }
    return store_finish(q, err);
}

static struct sv reissue_note(struct action_context *c, const struct erased_edition *e)
{
    struct str text = STR_INIT;
    size_t gone = 0;
    str_addf(&text, " (Reissued on %s, as words were erased", date_format(c->arena, date_from_time(c->now)));
    for (size_t i = 0; i < e->files.len; i++)
        if (e->files.at[i].gone)
            str_addf(&text, "%s%.*s", gone++ ? ", " : "; without ", SV_ARG(e->files.at[i].name));
    str_add_str(&text, ".)");
    struct sv result = arena_sv(c->arena, str_sv(&text));
    str_release(&text);
    return result;
}

static int put_note(struct action_context *c, const struct erased_edition *e, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(c->store, "UPDATE edition SET remark = remark || $3 WHERE document = $1 AND version = $2",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->document);
    store_bind_text(q, 2, e->version);
    store_bind_text(q, 3, e->note);
    return store_finish(q, err);
}

/* One edition. A PDF is not looked into; it goes when any other file held the words. JSON goes when markup stood
 * between the words elsewhere, as it does there too. */
static int reissue(struct action_context *c, struct erased *all, struct stored_file *files, size_t count,
                   struct sv words, struct sv with, struct err *err)
{
    struct erased_edition e = {.document = files[0].document, .version = files[0].version};
    struct sv *texts = arena_new_array(c->arena, struct sv, count + 1);
    bool *clean = arena_new_array(c->arena, bool, count + 1);
    bool touched = false, unclean = false;
    int rc = CM_OK;
    for (size_t i = 0; i < count; i++) {
        if (files[i].gone)
            continue;
        bool looked = erasure_rewrite(c->arena, files[i].name, files[i].bytes, words, with, &texts[i], &clean[i]) > 0;
        bool other = sv_ends(files[i].name, SV(".pdf"));
        touched = touched || looked || (!clean[i] && !other);
        unclean = unclean || (!clean[i] && !other);
    }
    for (size_t i = 0; touched && !rc && i < count; i++) {
        bool json = sv_ends(files[i].name, SV(".json")) && !sv_eq_str(files[i].name, "sources.json");
        bool gone = !clean[i] || (unclean && json);
        if (files[i].gone || (!gone && texts[i].at == files[i].bytes.at))
            continue;
        *vec_push(c->arena, &e.files) =
            (struct erased_file){files[i].name, digest_of(texts[i]), gone};
        rc = put_reissued(c, &files[i], texts[i], gone, err);
        files[i].bytes = texts[i];
        files[i].gone = gone;
    }
    if (rc || !e.files.len)
        return rc;
    for (size_t i = 0; i < all->editions.len; i++)
        if (sv_eq(all->editions.at[i].document, e.document) && sv_eq(all->editions.at[i].version, e.version)) {
            for (size_t k = 0; k < e.files.len; k++)
                *vec_push(c->arena, &all->editions.at[i].files) = e.files.at[k];
            return CM_OK;
        }
    *vec_push(c->arena, &all->editions) = e;
    return CM_OK;
}

int erasure_editions(struct action_context *c, struct erased *e, struct sv words, struct sv with, struct err *err)
{
    int rc = CM_OK;
    if (!e->stored) {
        e->stored = arena_new(c->arena, struct stored_files);
        rc = load_edition_files(c, e->stored, err);
    }
    struct stored_files *files = e->stored;
    for (size_t from = 0; !rc && from < files->list.len;) {
        size_t to = from;
        while (to < files->list.len && sv_eq(files->list.at[to].document, files->list.at[from].document) &&
               sv_eq(files->list.at[to].version, files->list.at[from].version))
            to++;
        rc = reissue(c, e, &files->list.at[from], to - from, words, with, err);
        from = to;
    }
    return rc;
}

/* Once all words are out: the notes say which files are gone. */
static int note_editions(struct action_context *c, struct erased *e, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < e->editions.len; i++) {
        e->editions.at[i].note = reissue_note(c, &e->editions.at[i]);
        rc = put_note(c, &e->editions.at[i], err);
    }
    return rc;
}

int erasure_finish(struct action_context *c, struct erased *e, struct err *err)
{
    int rc = note_editions(c, e, err);
    return rc ? rc : fts_scrub(c->store, err);
}

void erasure_json(struct arena *a, struct json *j, const struct erased *e)
{
    json_key(j, "erased");
    json_array(j);
    for (size_t i = 0; i < e->events.len; i++) {
        json_object(j);
        json_put_int(j, "event", e->events.at[i].seq);
        json_put_str(j, "remains", digest_hex(a, &e->events.at[i].remains));
        json_end(j);
    }
    json_end(j);
    json_key(j, "editions");
    json_array(j);
    for (size_t i = 0; i < e->editions.len; i++) {
        const struct erased_edition *x = &e->editions.at[i];
        json_object(j);
        json_put(j, "document", x->document);
        json_put(j, "version", x->version);
        json_put(j, "note", x->note);
        json_key(j, "files");
        json_array(j);
        for (size_t k = 0; k < x->files.len; k++) {
            json_object(j);
            json_put(j, "name", x->files.at[k].name);
            json_put_str(j, "digest", x->files.at[k].gone ? NULL : digest_hex(a, &x->files.at[k].digest));
            json_end(j);
        }
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

/* ---- record.erase ---- */

struct hit {
    const struct erasure_place *place;
    struct sv text;
};

struct erase_run {
    struct action_context *c;
    const struct erase_request *request;
    struct erase_outcome *outcome;
    struct action_result *out;
    struct erased erased;
    struct sv mark, short_mark; /* in rows and payloads; in editions, where signs have meanings */
    struct map present;         /* "T-0005 abstract": the event at hand is where the present text came from */
    VEC(struct hit) hits;       /* of the event at hand */
    VEC(struct sv) gone;        /* texts of all events, for editions */
};

static const char *field_key(struct arena *a, struct sv threat, struct sv field)
{
    return arena_printf(a, "%.*s %.*s", SV_ARG(threat), SV_ARG(field));
}

static int load_present(struct erase_run *r, int64_t seq, struct err *err)
{
    struct store_stmt *q;
    map_init(&r->present, r->c->arena);
    int rc = store_prepare(r->c->store, "SELECT threat, field FROM field_change f WHERE event = $1 AND NOT EXISTS "
                                        "(SELECT 1 FROM field_change g WHERE g.threat = f.threat AND g.field = f.field "
                                        "AND g.id > f.id)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, seq);
    while ((rc = store_step(q, err)) == STORE_ROW)
        map_set(&r->present, sv_str(field_key(r->c->arena, store_text(q, 0), store_text(q, 1))), r);
    store_done(q);
    return rc;
}

static void keep(struct erase_run *r, const char *key)
{
    for (size_t i = 0; i < r->outcome->kept.len; i++)
        if (!strcmp(r->outcome->kept.at[i], key))
            return;
    *vec_push(r->c->arena, &r->outcome->kept) = key;
}

static bool mark_instead(void *context, const struct erasure_text *t, struct sv *out)
{
    struct erase_run *r = context;
    struct sv words = r->request->words;
    if (!t->place || !t->text.len || erasure_is_mark(t->text) || (words.len && !erasure_holds(t->text, words)))
        return false;
    if (!words.len && sv_eq_str(t->key, "source")) /* "command line" */
        return false;
    if (sv_eq_str(t->parent, "fields")) {
        const char *key = field_key(r->c->arena, json_get_text(t->object, "threat"), json_get_text(t->object, "field"));
        if (map_get(&r->present, sv_str(key))) {
            keep(r, key);
            return false;
        }
    }
    *vec_push(r->c->arena, &r->hits) = (struct hit){t->place, t->text};
    *out = r->mark;
    return true;
}

static int update_rows(struct erase_run *r, int64_t seq, const struct hit *hit, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < ERASURE_UPDATES_MAX && hit->place->updates[i]; i++) {
        struct store_stmt *q;
        if ((rc = store_prepare(r->c->store, hit->place->updates[i], &q, err)))
            return rc;
        store_bind_text(q, 1, r->mark);
        store_bind_int(q, 2, seq);
        store_bind_text(q, 3, hit->text);
        rc = store_finish(q, err);
    }
    return rc;
}

/* Words that stay in the record where none are looked for: nothing is erased then. */
static int check_remains(struct erase_run *r, int64_t seq, struct sv remains, struct err *err)
{
    struct sv ignored;
    bool clean;
    if (!r->request->words.len ||
        !erasure_rewrite(r->c->arena, SV("remains.json"), remains, r->request->words, SV(""), &ignored, &clean))
        return CM_OK;
    return err_set(err, CM_EREFUSED, "event %lld holds these words where only names, ids or addresses stand, which "
                   "are not erased as words; the name of a member is replaced by \"casemate member "
                   "leave NAME --pseudonym\"", (long long)seq);
}

static int erase_event(struct erase_run *r, int64_t seq, struct sv payload, struct err *err)
{
    const struct json_value *json;
    struct sv remains;
    memset(&r->hits, 0, sizeof(r->hits));
    int rc = json_parse(r->c->arena, payload, payload.len, &json, err);
    if (!rc)
        rc = load_present(r, seq, err);
    if (rc)
        return rc;
    bool changed = erasure_remains(r->c->arena, json, mark_instead, r, &remains);
    if ((rc = check_remains(r, seq, changed ? remains : payload, err)) || !changed)
        return rc;
    for (size_t i = 0; !rc && i < r->hits.len; i++) {
        rc = update_rows(r, seq, &r->hits.at[i], err);
        *vec_push(r->c->arena, &r->gone) = r->hits.at[i].text;
    }
    *vec_push(r->c->arena, &r->outcome->events) = seq;
    return rc ? rc : erasure_put(r->c, &r->erased, seq, remains, err);
}

static int erase_events(struct erase_run *r, struct err *err)
{
    struct erasure_events found = {{NULL, 0, 0}};
    struct record_events one = {{NULL, 0, 0}};
    int64_t seq = r->request->event;
    int rc;
    if (!seq) {
        rc = erasure_find(r->c, erasure_first_word(r->request->words), &found, err);
        for (size_t i = 0; !rc && i < found.list.len; i++)
            rc = erase_event(r, found.list.at[i].seq, found.list.at[i].payload, err);
        return rc;
    }
    if ((rc = record_read(r->c->store, r->c->arena, seq, 1, &one, err)))
        return rc;
    if (!one.list.len || one.list.at[0].seq != seq)
        return err_set(err, CM_ENOTFOUND, "there is no event %lld; \"casemate record show\" lists all", (long long)seq);
    return erase_event(r, seq, one.list.at[0].payload, err);
}

static int erase_rendered(struct erase_run *r, struct sv words, struct err *err)
{
    int rc = erasure_editions(r->c, &r->erased, words, r->short_mark, err);
    if (!rc)
        rc = erasure_reminders(r->c, words, r->short_mark, err);
    return rc ? rc : erasure_forget_import(r->c, words, err);
}

/* The lines and parts of a text that stand together when it was rendered; single words of a longer one do not count. */
static int erase_text_from_editions(struct erase_run *r, struct sv text, struct err *err)
{
    enum { ENOUGH = 24 };
    int rc = CM_OK;
    for (size_t from = 0; !rc && from < text.len;) {
        size_t to = from;
        while (to < text.len && !strchr("\n*_`[]()<>|#", text.at[to]))
            to++;
        struct sv part = erasure_words(sv_from(text.at + from, to - from));
        if (part.len >= ENOUGH || part.len == erasure_words(text).len)
            rc = erase_rendered(r, part, err);
        from = to + 1;
    }
    return rc;
}

static int check_request(const struct erase_run *r, struct err *err)
{
    struct sv words = r->request->words;
    struct erasure_paths paths = {{NULL, 0, 0}};
    if (!r->c->reason.len)
        return err_set(err, CM_EREFUSED, "to erase wants a public reason, which stands where the words stood; add "
                       "--reason TEXT");
    int rc = act_plain("--reason", r->c->reason, 500, false, err);
    if (rc || !words.len)
        return rc;
    if (!erasure_words(words).len)
        return err_set(err, CM_EINPUT, "--words \"%.*s\" holds no word", SV_ARG(words));
    if (erasure_holds(r->c->reason, words))
        return err_set(err, CM_EINPUT, "the reason itself holds the words that are to be erased, and it is public");
    rc = erasure_present(r->c, words, &paths, err);
    if (!rc && paths.list.len)
        rc = err_set(err, CM_EREFUSED, "these words still stand in %s%s; change that first, as what is erased is only "
                     "what was said before", paths.list.at[0], paths.list.len > 1 ? " and in other files" : "");
    return rc;
}

static int nothing_found(const struct erase_run *r, struct err *err)
{
    if (!r->request->event)
        return err_set(err, CM_ENOTFOUND, "no event holds these words");
    if (r->outcome->kept.len)
        return err_set(err, CM_EREFUSED, "all that event %lld says is the present text (%s%s); change that first",
                       (long long)r->request->event, r->outcome->kept.at[0], r->outcome->kept.len > 1 ? ", ..." : "");
    return err_set(err, CM_EREFUSED, "event %lld holds no %swords that could be erased", (long long)r->request->event,
                   r->request->words.len ? "such " : "");
}

static void tell_editions(struct erase_run *r)
{
    struct arena *a = r->c->arena;
    for (size_t i = 0; i < r->erased.editions.len; i++) {
        const struct erased_edition *e = &r->erased.editions.at[i];
        *vec_push(a, &r->outcome->editions) =
            arena_printf(a, "%.*s %.*s%.*s", SV_ARG(e->document), SV_ARG(e->version), SV_ARG(e->note));
    }
}

static int erase(struct store *s, void *context, struct err *err)
{
    struct erase_run *r = context;
    struct act act;
    (void)s;
    int rc = act_begin(&act, r->c, "record.erase", ACT_RULES, r->out, err);
    if (!rc)
        rc = check_request(r, err);
    if (!rc) {
        r->mark = erasure_mark(r->c->arena, r->c->now, r->c->reason);
        r->short_mark = sv_str(arena_printf(r->c->arena, "(erased on %s)",
                                            date_format(r->c->arena, date_from_time(r->c->now))));
        rc = erase_events(r, err);
    }
    if (!rc && !r->erased.events.len)
        rc = nothing_found(r, err);
    if (!rc && r->request->words.len)
        rc = erase_rendered(r, r->request->words, err);
    for (size_t i = 0; !rc && !r->request->words.len && i < r->gone.len; i++)
        rc = erase_text_from_editions(r, r->gone.at[i], err);
    if (!rc)
        rc = erasure_finish(r->c, &r->erased, err);
    if (!rc) {
        erasure_json(r->c->arena, &act.json, &r->erased);
        tell_editions(r);
        rc = act_commit(&act, r->request->event ? sv_str(arena_printf(r->c->arena, "event %lld",
                                                                    (long long)r->request->event))
                                                : SV("record"), err);
    }
    act_release(&act);
    return rc;
}

int action_record_erase(struct action_context *c, const struct erase_request *request, struct erase_outcome *outcome,
                        struct action_result *out, struct err *err)
{
    struct erase_run r = {.c = c, .request = request, .outcome = outcome, .out = out};
    memset(outcome, 0, sizeof(*outcome));
    return store_tx(c->store, erase, &r, err);
}
