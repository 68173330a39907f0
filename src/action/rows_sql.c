/* The rows that events leave beside themselves. */
#include "action/content.h"

int put_override(struct store *s, struct sv threat, struct sv stage, int64_t event, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO override (threat, stage, event) VALUES ($1, $2, $3) "
                              "ON CONFLICT (threat, stage) DO UPDATE SET event = excluded.event", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    store_bind_text(q, 2, stage);
    store_bind_int(q, 3, event);
    return store_finish(q, err);
}

int put_assent(struct store *s, struct sv document, struct sv author, int64_t event, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO assent (document, author, event) VALUES ($1, $2, $3)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, document);
    store_bind_text(q, 2, author);
    store_bind_int(q, 3, event);
    return store_finish(q, err);
}

int put_field_change(struct store *s, struct sv threat, struct sv field, int64_t event, const struct sv *text,
                     struct sv source, bool initial, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO field_change (threat, field, event, text, source, initial) "
                              "VALUES ($1, $2, $3, $4, $5, $6)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    store_bind_text(q, 2, field);
    store_bind_int(q, 3, event);
    if (text)
        store_bind_text(q, 4, *text);
    else
        store_bind_null(q, 4);
    store_bind_text(q, 5, source);
    store_bind_int(q, 6, initial);
    return store_finish(q, err);
}

int put_edition(struct store *s, const struct edition_row *e, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(
        s,
        "INSERT INTO edition (document, version, date, kind, remark, initials, event, digest, position) "
        "SELECT $1, $2, $3, $4, $5, $6, $7, $8, count(*) + 1 FROM edition WHERE document = $1",
        &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->document);
    store_bind_text(q, 2, e->version);
    store_bind_text(q, 3, e->date);
    store_bind_text(q, 4, e->kind);
    store_bind_text(q, 5, e->remark);
    store_bind_text(q, 6, e->initials);
    store_bind_int(q, 7, e->event);
    store_bind_blob(q, 8, digest_sv(&e->digest));
    return store_finish(q, err);
}

int put_edition_file(struct store *s, struct sv document, struct sv version, struct sv name, struct sv bytes,
                     struct err *err)
{
    struct store_stmt *q;
    struct digest d = digest_of(bytes);
    int rc = store_prepare(s, "INSERT INTO edition_file (document, version, name, bytes, digest) "
                              "VALUES ($1, $2, $3, $4, $5)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, document);
    store_bind_text(q, 2, version);
    store_bind_text(q, 3, name);
    store_bind_blob(q, 4, bytes);
    store_bind_blob(q, 5, digest_sv(&d));
    return store_finish(q, err);
}
