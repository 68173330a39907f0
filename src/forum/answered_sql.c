#include "forum/answered.h"

#include "base/date.h"
#include "forum/route.h"

static const struct {
    const char *name;
    int a_day; /* counted from the first one */
} kinds[ANSWERED_KINDS] = {{"confirmation", 1}, {"help", 1}, {"command", 50}};

/* ada+1@x.org, ada+2@x.org and so on mostly end in one mailbox. */
static struct sv base_of(struct arena *a, struct sv address)
{
    struct sv mailbox = route_mailbox(a, address), local, domain;
    if (!route_split(mailbox, &local, &domain))
        return mailbox;
    ptrdiff_t plus = sv_find_char(local, '+');
    if (plus < 1)
        return mailbox;
    return sv_str(arena_printf(a, "%.*s@%.*s", (int)plus, local.at, SV_ARG(domain)));
}

static int forget_old(struct store *s, int64_t before, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM answered WHERE at <= $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, before);
    return store_finish(q, err);
}

int answered_may(struct store *s, struct arena *a, struct sv address, enum answered_kind kind, int64_t now, bool *out,
                 struct err *err)
{
    struct store_stmt *q;
    int rc = forget_old(s, now - DATE_DAY, err);
    *out = false;
    if (!rc)
        rc = store_prepare(s, "INSERT INTO answered (address, kind, at, count) VALUES ($1, $2, $3, 1) "
                              "ON CONFLICT (address, kind) DO UPDATE SET count = count + 1 WHERE count < $4 "
                              "RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, base_of(a, address));
    store_bind_text(q, 2, sv_str(kinds[kind].name));
    store_bind_int(q, 3, now);
    store_bind_int(q, 4, kinds[kind].a_day);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

int answered_forget(struct store *s, struct arena *a, struct sv address, enum answered_kind kind, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM answered WHERE address = $1 AND kind = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, base_of(a, address));
    store_bind_text(q, 2, sv_str(kinds[kind].name));
    return store_finish(q, err);
}
