#include "register/reviews.h"

bool review_is_open(const struct review *r)
{
    return !r->answered_at && !r->withdrawn_at;
}

bool review_is_done(const struct review *r)
{
    return r->answered_at && !r->withdrawn_at && !sv_eq_str(r->verdict, "declined");
}

bool reviews_shown(const struct reviews *reviews)
{
    return reviews && (reviews->accepting || reviews->list.len);
}

const struct review *reviews_find(const struct reviews *reviews, struct sv id)
{
    for (size_t i = 0; i < reviews->list.len; i++)
        if (sv_eq(reviews->list.at[i].id, id))
            return &reviews->list.at[i];
    return NULL;
}

const struct handover *handovers_find(const struct reviews *reviews, struct sv id)
{
    for (size_t i = 0; i < reviews->handovers.len; i++)
        if (sv_eq(reviews->handovers.at[i].id, id))
            return &reviews->handovers.at[i];
    return NULL;
}

static int threat_index(const struct profile *p, struct sv id)
{
    const struct threat *t = map_get(&p->by_id, id);
    return t ? (int)(t - p->threats.at) : -1;
}

static struct digest read_digest(struct store_stmt *q, int column)
{
    struct digest d = {{0}};
    (void)digest_from_bytes(store_text(q, column), &d);
    return d;
}

/* A subject that is no threat is a document, maybe with a version. */
static void read_document(struct review *r)
{
    ptrdiff_t blank = sv_find_char(r->subject, ' ');
    r->document = blank < 0 ? r->subject : sv_from(r->subject.at, (size_t)blank);
    r->version = blank < 0 ? SV_NONE : sv_from_byte(r->subject, (size_t)blank + 1);
}

/* p: NULL where it need not be known which threat it is. */
static void read_review(struct arena *a, struct store_stmt *q, const struct profile *p, struct review *r)
{
    *r = (struct review){.id = arena_sv(a, store_text(q, 0)), .subject = arena_sv(a, store_text(q, 1)),
                         .reviewer = arena_sv(a, store_text(q, 2)), .digest = read_digest(q, 3),
                         .due = store_int(q, 4), .verdict = arena_sv(a, store_text(q, 5)),
                         .text = arena_sv(a, store_text(q, 6)), .reviewed = read_digest(q, 7),
                         .why = arena_sv(a, store_text(q, 8)), .asked_at = store_int(q, 9),
                         .asked_by = arena_sv(a, store_text(q, 10)), .answered_at = store_int(q, 11),
                         .withdrawn_at = store_int(q, 12)};
    r->late = r->answered_at && r->answered_at >= r->due;
    r->threat = p ? threat_index(p, r->subject) : -1;
    if (p ? r->threat < 0 : !store_int(q, 13))
        read_document(r);
}

#define REVIEW_ROWS                                                                                                    \
    "SELECT r.id, r.subject, r.reviewer, r.digest, r.due, r.verdict, r.answer, r.reviewed, r.why, asked.at, m.name, "  \
    "answered.at, withdrawn.at, EXISTS (SELECT 1 FROM threat t WHERE t.id = r.subject) FROM review r "                 \
    "JOIN event asked ON asked.seq = r.requested LEFT JOIN member m ON m.id = asked.actor "                            \
    "LEFT JOIN event answered ON answered.seq = r.answered "                                                           \
    "LEFT JOIN event withdrawn ON withdrawn.seq = r.withdrawn "

static int load_list(struct store *s, struct arena *a, const struct profile *p, struct reviews *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, p ? REVIEW_ROWS "ORDER BY r.number"
                                : REVIEW_ROWS "WHERE r.answered IS NULL AND r.withdrawn IS NULL ORDER BY r.number", &q,
                           err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        read_review(a, q, p, vec_push(a, &out->list));
    store_done(q);
    return rc;
}

static int load_handovers(struct store *s, struct arena *a, struct reviews *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT h.id, h.threat, h.document, h.carrier, h.venue, h.date, h.answer_by, h.state, "
                              "h.link, opened.at, settled.at FROM handover h JOIN event opened ON opened.seq = h.event "
                              "LEFT JOIN event settled ON settled.seq = h.settled ORDER BY h.number", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv texts[9];
        for (int i = 0; i < 9; i++)
            texts[i] = arena_sv(a, store_text(q, i));
        *vec_push(a, &out->handovers) = (struct handover){
            texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8],
            store_int(q, 9), store_int(q, 10)};
    }
    store_done(q);
    return rc;
}

/* Present digests, each computed when it is first wanted: most threats are never asked about alone. */
struct present {
    struct arena *arena;
    const struct profile *profile;
    const struct profile_files *files;
    struct digest *threats;
    bool *known;
    struct map documents; /* name -> struct digest* */
};

static const struct digest *present_threat(struct present *p, int index)
{
    if (!p->known[index])
        p->threats[index] = reviewed_threat_digest(p->arena, p->profile->threats.at[index].source);
    p->known[index] = true;
    return &p->threats[index];
}

static const struct digest *present_document(struct present *p, struct sv document)
{
    struct digest *d = map_get(&p->documents, document);
    if (!d) {
        d = arena_new(p->arena, struct digest);
        *d = reviewed_document_digest(p->arena, p->files, document, NULL);
        map_set(&p->documents, document, d);
    }
    return d;
}

static void find_changed(struct present *p, struct review *r)
{
    const struct digest *now = r->threat >= 0 ? present_threat(p, r->threat) : present_document(p, r->document);
    r->changed = !digest_eq(now, r->answered_at ? &r->reviewed : &r->digest);
}

static int load_covers(struct store *s, struct present *p, struct reviews *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT r.id, t.threat, t.digest FROM review r "
                              "JOIN review_threat t ON t.review = r.id AND t.event = r.about "
                              "ORDER BY r.number, t.threat", &q, err);
    size_t at = 0;
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        while (at + 1 < out->list.len && !sv_eq(out->list.at[at].id, store_text(q, 0)))
            at++;
        int index = threat_index(p->profile, store_text(q, 1));
        if (index < 0 || !review_is_done(&out->list.at[at]))
            continue;
        struct digest read = read_digest(q, 2);
        *vec_push(p->arena, &out->covers[index].list) =
            (struct review_cover){(unsigned)at, digest_eq(&read, present_threat(p, index))};
    }
    store_done(q);
    return rc;
}

int reviews_load_open(struct store *s, struct arena *a, struct reviews *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    int rc = load_list(s, a, NULL, out, err);
    return rc ? rc : load_handovers(s, a, out, err);
}

int reviews_load(struct store *s, struct arena *a, const struct profile *p, const struct profile_files *files,
                 struct reviews *out, struct err *err)
{
    size_t count = p->threats.len + 1;
    struct present present = {.arena = a, .profile = p, .files = files};
    memset(out, 0, sizeof(*out));
    out->covers = arena_new_array(a, struct review_covers, count);
    out->accepting = sv_eq_str(process_mode(&p->process)->acceptance, "reviews");
    int rc = load_list(s, a, p, out, err);
    if (!rc)
        rc = load_handovers(s, a, out, err);
    if (rc || !out->list.len)
        return rc;
    present.threats = arena_new_array(a, struct digest, count);
    present.known = arena_new_array(a, bool, count);
    map_init(&present.documents, a);
    for (size_t i = 0; i < out->list.len; i++)
        find_changed(&present, &out->list.at[i]);
    out->analysis = *present_document(&present, SV("analysis"));
    return load_covers(s, &present, out, err);
}
