/* Mail to LIST-bounces+...@: reports that a mail failed, answers to probes, and whatever else programs send there. */
#include "action/membership.h"

#include "forum/scores.h"

/* The gravest of what is said of recipients that were given up; false: nothing failed for good. */
static bool failed(const struct bounce *b, enum bounce_severity *out)
{
    bool given_up = !b->recipient_count; /* the address it came to says whose it is */
    *out = BOUNCE_UNSAID;
    for (size_t i = 0; i < b->recipient_count; i++) {
        given_up = given_up || !b->recipients[i].delayed;
        if (!b->recipients[i].delayed && b->recipients[i].severity > *out)
            *out = b->recipients[i].severity;
    }
    return given_up;
}

static int report(struct arriving *m, enum score_kind kind, int64_t subscriber, struct err *err)
{
    struct bounce b = mail_bounce(m);
    enum bounce_severity severity;
    if (m->unreadable || b.kind != BOUNCE_FAILURE || !failed(&b, &severity))
        return CM_OK;
    if (kind == SCORE_OF_PROBE)
        return score_probe_failure(m->c->store, m->c->arena, m->list, subscriber, m->c->now, err);
    return score_failure(m->c->store, m->c->arena, m->list, subscriber, severity, m->c->now, err);
}

/* Only what a person wrote: that something comes back, or an absence, is no sign that the address takes mail. */
static int enable(struct arriving *m, int64_t subscriber, struct err *err)
{
    bool done;
    if (m->unreadable || !m->in->sender.len ||
        mail_bounce(m).kind != BOUNCE_NONE)
        return CM_OK;
    return score_enable(m->c->store, subscriber, &done, err);
}

/* All of it is answered alike, so that a forger learns nothing. */
int bounce_arrives(struct arriving *m, struct err *err)
{
    enum score_kind kind;
    int64_t subscriber;
    int rc = score_read(m->c->store, m->c->arena, m->list->id, m->route.detail, &kind, &subscriber, err);
    *m->reply = (struct mail_reply){FATE_TAKEN, "2.1.5", "taken", 0};
    if (rc || !subscriber)
        return rc;
    return kind == SCORE_ENABLES ? enable(m, subscriber, err) : report(m, kind, subscriber, err);
}
