/* An adopted record brings the events; what they left beside themselves is rebuilt from their payloads here. */
#include "action/acts.h"
#include "base/date.h"
#include "base/fs.h"

enum { EDITION_FILE_MAX = 256 * 1024 * 1024 };

struct replay {
    struct action_context *c;
    const char *dir;
    struct map *files;
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
    rc = store_step(q, err);
    store_done(q);
    return rc;
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

static int replay_edition_file(struct replay *r, const struct edition_row *e, const struct json_value *file,
                               struct err *err)
{
    struct sv bytes, name = json_get_text(file, "name");
    struct digest stated, found;
    const char *path = arena_printf(r->c->arena, "%s/editions/%.*s/%.*s/%.*s", r->dir, SV_ARG(e->document),
                                    SV_ARG(e->version), SV_ARG(name));
    if (sv_find_char(name, '/') >= 0 || !digest_from_hex(json_get_text(file, "digest"), &stated))
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
    if (rc || e->erased)
        return rc;
    r->actor = json_get_text(header, "actor");
    r->action = json_get_text(header, "action");
    r->subject = json_get_text(header, "subject");
    int64_t at = 0;
    (void)date_parse_time(json_get_text(header, "at"), &at); /* the record was verified */
    rc = json_parse(r->c->arena, e->payload, e->payload.len, &payload, err);
    const struct act_event act = {.seq = e->seq, .at = at, .actor = r->actor, .action = r->action,
                                  .subject = r->subject, .payload = payload};
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
    for (size_t i = 0; !rc && i < events.list.len; i++)
        rc = replay_event(&r, &events.list.at[i], err);
    return rc;
}
