/* The threads about a threat as data. */
#include "base/date.h"
#include "document/write.h"
#include "register/discussion.h"

static void put_state(struct json *j, struct sv stage, int64_t priority)
{
    json_put(j, "stage", stage);
    json_key(j, "priority");
    if (priority)
        json_int(j, priority);
    else
        json_null(j);
}

static void put_message(struct json *j, struct arena *a, const struct discussed *m)
{
    json_object(j);
    json_put(j, "message", m->mid);
    json_put(j, "from", m->name);
    json_put_str(j, "date", date_format_time(a, m->at));
    json_put(j, "about", m->about);
    put_state(j, m->stage, m->priority);
    json_end(j);
}

static void put_thread(struct json *j, struct arena *a, const struct discussion *d)
{
    json_object(j);
    json_put(j, "list", d->list);
    json_put(j, "message", d->mid);
    json_put(j, "about", d->about);
    json_put_bool(j, "parked", d->parked);
    json_put_str(j, "tied", date_format_time(a, d->tied_at));
    put_state(j, d->stage, d->priority);
    if (d->thread) {
        json_put_int(j, "thread", d->thread);
        json_put(j, "path", discussion_path(a, d));
        json_put(j, "subject", d->subject);
        json_put_str(j, "first", date_format_time(a, d->first));
        json_put_str(j, "last", date_format_time(a, d->last));
        json_put_int(j, "messages", d->messages);
    }
    json_key(j, "seen");
    json_array(j);
    for (size_t i = 0; i < d->seen.len; i++)
        put_message(j, a, &d->seen.at[i]);
    json_end(j);
    json_end(j);
}

void document_write_discussion(struct json *j, const struct view *v, struct sv threat)
{
    struct arena a = ARENA_INIT;
    if (!v->discussions)
        return; /* a folder without a store */
    json_key(j, "discussion");
    json_array(j);
    for (size_t i = 0; i < v->discussions->list.len; i++)
        if (sv_eq(v->discussions->list.at[i].threat, threat))
            put_thread(j, &a, &v->discussions->list.at[i]);
    json_end(j);
    arena_release(&a);
}
