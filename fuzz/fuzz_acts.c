/* What the acts of the group make of an adopted record: lines "ACTOR<tab>ACTION<tab>SUBJECT<tab>PAYLOAD", each an
 * event and its rows. Nothing is kept between inputs. */
#include "action/acts.h"
#include "store/store.h"

#include <stdint.h>

enum { INPUT_MAX = 64 * 1024, EVENTS_MAX = 60, PAYLOAD_MAX = 32 * 1024 };

struct fuzz_acts {
    struct arena *arena;
    struct sv text;
};

static int one(struct store *s, struct fuzz_acts *f, struct sv line, int64_t at, struct err *err)
{
    struct sv actor, action, subject;
    struct act_event e = {.at = at};
    if (!sv_split(&line, '\t', &actor) || !sv_split(&line, '\t', &action) || !sv_split(&line, '\t', &subject) ||
        line.len > PAYLOAD_MAX)
        return CM_EINPUT;
    struct record_draft draft = {at, actor, action, subject, {{0}}, line};
    int rc = record_append(s, &draft, &e.seq, err);
    if (!rc)
        rc = json_parse(f->arena, line, line.len, &e.payload, err);
    if (rc)
        return rc;
    e.actor = actor;
    e.action = action;
    e.subject = subject;
    return acts_apply(s, f->arena, &e, err);
}

/* All events that can be applied; then everything is undone. */
static int all(struct store *s, void *context, struct err *err)
{
    struct fuzz_acts *f = context;
    struct sv line;
    int rc = CM_OK;
    for (int64_t n = 1; !rc && n <= EVENTS_MAX && sv_next_line(&f->text, &line); n++)
        rc = one(s, f, line, 1770000000 + n * 86400, err);
    return rc ? rc : CM_EINPUT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct store *store;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct fuzz_acts f = {&a, sv_from((const char *)data, size)};
    if (size > INPUT_MAX)
        return 0;
    if (!store && store_open(":memory:", STORE_CREATE, &store, &err))
        BUG("%s", err.text);
    if (store_tx(store, all, &f, &err) == CM_OK)
        BUG("the events of an input were kept");
    arena_release(&a);
    return 0;
}
