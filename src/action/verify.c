/* Verifying a store beyond its chain: does the content match what the record says it is? */
#include "action/round.h"

static void fault(struct arena *a, struct record_faults *out, int64_t seq, const char *text)
{
    struct record_fault *f = vec_push(a, &out->list);
    f->seq = seq;
    f->text = sv_str(text);
}

static int verify_digests(struct store *s, struct arena *a, struct record_faults *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT path, text, digest, event FROM file ORDER BY path", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct digest d = digest_of(store_text(q, 1));
        if (!sv_eq(store_text(q, 2), digest_sv(&d)))
            fault(a, out, store_int(q, 3), arena_printf(a, "file %.*s is not what event %lld recorded",
                                                        SV_ARG(store_text(q, 0)), (long long)store_int(q, 3)));
    }
    store_done(q);
    return rc;
}

struct edition_part {
    struct sv document, version, name;
    int64_t event;
};
struct edition_parts {
    VEC(struct edition_part) list;
};

/* Without their bytes: megabytes are not to be sorted. */
static int list_editions(struct store *s, struct arena *a, struct edition_parts *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT f.document, f.version, f.name, e.event FROM edition_file f "
                              "JOIN edition e ON e.document = f.document AND e.version = f.version "
                              "ORDER BY e.event, f.name", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = (struct edition_part){arena_sv(a, store_text(q, 0)), arena_sv(a, store_text(q, 1)),
                                                         arena_sv(a, store_text(q, 2)), store_int(q, 3)};
    store_done(q);
    return rc;
}

static int verify_edition_part(struct store *s, struct arena *a, const struct edition_part *p,
                               struct record_faults *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT bytes, digest FROM edition_file WHERE document = $1 AND version = $2 "
                              "AND name = $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, p->document);
    store_bind_text(q, 2, p->version);
    store_bind_text(q, 3, p->name);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct digest d = digest_of(store_text(q, 0));
        if (!sv_eq(store_text(q, 1), digest_sv(&d)))
            fault(a, out, p->event, arena_printf(a, "%.*s of %.*s %.*s is not what event %lld published",
                                                 SV_ARG(p->name), SV_ARG(p->document), SV_ARG(p->version),
                                                 (long long)p->event));
    }
    store_done(q);
    return rc;
}

static int verify_editions(struct store *s, struct arena *a, struct record_faults *out, struct err *err)
{
    struct edition_parts parts = {{NULL, 0, 0}};
    int rc = list_editions(s, a, &parts, err);
    for (size_t i = 0; !rc && i < parts.list.len; i++)
        rc = verify_edition_part(s, a, &parts.list.at[i], out, err);
    return rc;
}

static int verify_state(struct store *s, struct arena *a, struct record_faults *out, struct err *err)
{
    int64_t seq;
    struct digest hash, recorded, now;
    int rc = record_head(s, &seq, &hash, &recorded, err);
    if (!rc)
        rc = content_state(s, a, &now, err);
    if (!rc && seq && !digest_eq(&recorded, &now))
        fault(
            a, out, seq,
            arena_printf(
                a,
                "the content is not what event %lld, the last one, recorded: it was changed past the record",
                (long long)seq));
    return rc;
}

int verify_store(struct store *s, struct arena *a, struct record_faults *out, struct err *err)
{
    int rc = record_verify(s, a, out, err);
    if (!rc)
        rc = verify_digests(s, a, out, err);
    if (!rc)
        rc = verify_editions(s, a, out, err);
    if (!rc)
        rc = round_verify_store(s, a, out, err);
    return rc ? rc : verify_state(s, a, out, err);
}

int verify_export(struct arena *a, struct sv text, const char *file, struct record_faults *out, struct err *err)
{
    int rc = record_verify_export(a, text, file, out, err);
    return rc || out->list.len ? rc : round_verify_export(a, text, file, out, err);
}
