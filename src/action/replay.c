/* An adopted record brings the events; what they left beside themselves is rebuilt from their payloads here. */
#include "action/acts.h"
#include "action/pins.h"
#include "base/date.h"
#include "base/fs.h"

enum { EDITION_FILE_MAX = 256 * 1024 * 1024 };

struct replay {
    struct action_context *c;
    const char *dir;
    struct map *files;
    struct map reissued; /* "analysis 0.1/analysis.html": what the newest erasure says of the file */
    struct map notes;    /* "analysis 0.1": struct sv, what erasures added to the remark */
    int64_t seq;
    struct sv actor, action, subject, source; /* of the event at hand */
};

static int replay_member(struct replay *r, struct sv name, struct err *err)
{
    struct store_stmt *q;
    bool secret = sv_find_char(r->actor, ':') >= 0; /* a pseudonym */
    if (secret || sv_eq_str(r->actor, "operator"))
        return CM_OK;
    int rc = store_prepare(r->c->store, "INSERT INTO member (id, name) VALUES ($1, $2) "
                                        "ON CONFLICT DO NOTHING", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->actor);
    store_bind_text(q, 2, name);
    return store_finish(q, err);
}

static void replay_file(struct replay *r, const struct json_value *file)
{
    struct recorded_file *known = arena_new(r->c->arena, struct recorded_file);
    known->event = r->seq;
    if (digest_from_hex(json_get_text(file, "digest"), &known->digest))
        map_set(r->files, json_get_text(file, "path"), known);
}

static int replay_field(struct replay *r, const struct json_value *field, struct err *err)
{
    const struct json_value *text = json_get(field, "text");
    const struct json_value *initial = json_get(field, "initial");
    return put_field_change(r->c->store, json_get_text(field, "threat"), json_get_text(field, "field"), r->seq,
                            text && text->kind == JSON_STRING ? &text->text : NULL, r->source,
                            initial && initial->kind == JSON_BOOL && initial->boolean, err);
}

/* ---- editions ---- */

static struct sv edition_key(struct replay *r, struct sv document, struct sv version, struct sv name)
{
    return sv_str(arena_printf(r->c->arena, "%.*s %.*s/%.*s", SV_ARG(document), SV_ARG(version), SV_ARG(name)));
}

/* What an act of erasure says about editions, which come before it. */
static void note_reissue(struct replay *r, const struct json_value *edition)
{
    struct sv document = json_get_text(edition, "document"), version = json_get_text(edition, "version");
    const struct json_value *files = json_get(edition, "files");
    struct sv key = edition_key(r, document, version, SV("")), *note = arena_new(r->c->arena, struct sv);
    const struct sv *before = map_get(&r->notes, key);
    *note = sv_str(arena_printf(r->c->arena, "%.*s%.*s", before ? (int)before->len : 0, before ? before->at : "",
                                SV_ARG(json_get_text(edition, "note"))));
    map_set(&r->notes, key, note);
    for (size_t i = 0; files && files->kind == JSON_ARRAY && i < files->count; i++) {
        struct sv name = json_get_text(files->items[i], "name");
        map_set(&r->reissued, edition_key(r, document, version, name), (void *)(uintptr_t)files->items[i]);
    }
}

static int collect_reissues(struct replay *r, const struct record_events *events, struct err *err)
{
    int rc = CM_OK;
    map_init(&r->reissued, r->c->arena);
    map_init(&r->notes, r->c->arena);
    for (size_t i = 0; !rc && i < events->list.len; i++) {
        const struct record_event *e = &events->list.at[i];
        const struct json_value *header, *payload = NULL, *editions;
        rc = json_parse(r->c->arena, e->header, e->header.len, &header, err);
        if (!rc && record_erases(json_get_text(header, "action")))
            rc = json_parse(r->c->arena, e->payload, e->payload.len, &payload, err);
        editions = json_get(payload, "editions");
        for (size_t k = 0; !rc && editions && editions->kind == JSON_ARRAY && k < editions->count; k++)
            note_reissue(r, editions->items[k]);
    }
    return rc;
}

static int replay_edition_file(struct replay *r, const struct edition_row *e, const struct json_value *file,
                               struct err *err)
{
    struct sv bytes, name = json_get_text(file, "name");
    struct digest stated, found;
    const char *path = arena_printf(r->c->arena, "%s/editions/%.*s/%.*s/%.*s", r->dir, SV_ARG(e->document),
                                    SV_ARG(e->version), SV_ARG(name));
    const struct json_value *reissued = map_get(&r->reissued, edition_key(r, e->document, e->version, name));
    if (reissued && !json_get_text(reissued, "digest").len)
        return CM_OK; /* it held what was erased */
    if (sv_find_char(name, '/') >= 0 || !digest_from_hex(json_get_text(reissued ? reissued : file, "digest"), &stated))
        return err_set(err, CM_ECORRUPT, "event %lld names no valid edition file", (long long)r->seq);
    int rc = fs_read(r->c->arena, path, EDITION_FILE_MAX, &bytes, err);
    if (rc)
        return err_prefix(err, "edition %.*s %.*s is in the record", SV_ARG(e->document), SV_ARG(e->version));
    found = digest_of(bytes);
    if (!digest_eq(&stated, &found))
        return err_set(err, CM_ECORRUPT, "%s is not what the record says was published", path);
    return put_edition_file(r->c->store, e->document, e->version, name, bytes, err);
}

static int replay_edition(struct replay *r, const struct json_value *edition, struct err *err)
{
    struct edition_row e = {json_get_text(edition, "document"), json_get_text(edition, "version"),
                            json_get_text(edition, "date"),     json_get_text(edition, "kind"),
                            json_get_text(edition, "remark"),   json_get_text(edition, "initials"), {{0}}, r->seq};
    const struct json_value *files = json_get(edition, "files");
    const struct sv *note = map_get(&r->notes, edition_key(r, e.document, e.version, SV("")));
    if (note)
        e.remark = sv_str(arena_printf(r->c->arena, "%.*s%.*s", SV_ARG(e.remark), SV_ARG(*note)));
    if (sv_find_char(e.document, '/') >= 0 || sv_find_char(e.version, '/') >= 0 || sv_find(e.version, SV("..")) >= 0 ||
        !digest_from_hex(json_get_text(edition, "digest"), &e.digest))
        return err_set(err, CM_ECORRUPT, "event %lld names no valid edition", (long long)r->seq);
    int rc = put_edition(r->c->store, &e, err);
    for (size_t i = 0; !rc && files && i < files->count; i++)
        rc = replay_edition_file(r, &e, files->items[i], err);
    return rc;
}

static int replay_payload(struct replay *r, const struct json_value *payload, struct err *err)
{
    const struct json_value *files = json_get(payload, "files"), *fields = json_get(payload, "fields");
    const struct json_value *edition = json_get(payload, "edition"), *assent = json_get(payload, "assent");
    const struct json_value *override = json_get(payload, "override");
    int rc = replay_member(r, json_get_text(payload, "actor"), err);
    r->source = json_get_text(payload, "source");
    for (size_t i = 0; files && i < files->count; i++)
        replay_file(r, files->items[i]);
    for (size_t i = 0; !rc && fields && i < fields->count; i++)
        rc = replay_field(r, fields->items[i], err);
    if (!rc)
        rc = pins_replay(r->c->store, r->c->arena, payload, r->seq, err);
    if (!rc && edition)
        rc = replay_edition(r, edition, err);
    if (!rc && assent)
        rc = put_assent(r->c->store, json_get_text(assent, "document"), json_get_text(assent, "author"), r->seq, err);
    for (size_t i = 0; !rc && override && i < override->count; i++)
        rc = put_override(r->c->store, r->subject, override->items[i]->text, r->seq, err);
    return rc;
}

static int replay_event(struct replay *r, const struct record_event *e, struct err *err)
{
    const struct json_value *header, *payload;
    r->seq = e->seq;
    int rc = json_parse(r->c->arena, e->header, e->header.len, &header, err);
    if (rc)
        return rc;
    r->actor = json_get_text(header, "actor");
    r->action = json_get_text(header, "action");
    r->subject = json_get_text(header, "subject");
    int64_t at = 0;
    (void)date_parse_time(json_get_text(header, "at"), &at); /* the record was verified */
    rc = json_parse(r->c->arena, e->payload, e->payload.len, &payload, err);
    const struct act_event act = {.seq = e->seq, .at = at, .actor = r->actor, .action = r->action,
                                  .subject = r->subject, .payload = payload, .erased = e->erased};
    if (!rc)
        rc = replay_payload(r, payload, err);
    return rc ? rc : acts_apply(r->c->store, r->c->arena, &act, err);
}

int replay_record(struct action_context *c, const char *dir, struct map *out_files, struct err *err)
{
    struct record_events events = {{NULL, 0, 0}};
    struct replay r = {.c = c, .dir = dir, .files = out_files};
    map_init(out_files, c->arena);
    int rc = record_read(c->store, c->arena, 1, 0, &events, err);
    if (!rc)
        rc = collect_reissues(&r, &events, err);
    for (size_t i = 0; !rc && i < events.list.len; i++)
        rc = replay_event(&r, &events.list.at[i], err);
    return rc;
}
