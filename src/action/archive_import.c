#include "action/archive.h"

#include "action/archive_parts.h"
#include "forum/list.h"

enum { BATCH = 1000 };

struct import {
    struct action_context *c;
    struct sv list;
    struct archive_source source;
    struct archive_workers *workers;
    struct archive_counts counts, committed;
    bool ended; /* the source has no more */
    bool more;
};

/* Hands over what there is room for. */
static int feed(struct import *im, struct err *err)
{
    struct archive_job *j;
    while (!im->ended && (j = archive_workers_free(im->workers))) {
        j->now = im->c->now;
        int rc = archive_source_next(&im->source, &j->arena, &j->item, err);
        if (rc < 0)
            return rc;
        im->ended = rc != ARCHIVE_ITEM;
        if (!im->ended)
            archive_workers_add(im->workers);
    }
    return CM_OK;
}

static int write(struct import *im, struct archive_job *j, struct err *err)
{
    struct store *s = im->c->store;
    const struct message_new new = {.list = im->list, .bytes = j->item.bytes, .mail = &j->mail,
                                    .received = j->received, .prepared = &j->prepared};
    bool twice;
    int64_t id;
    im->counts.read++;
    if (j->item.too_long) {
        im->counts.too_long++;
        return CM_OK;
    }
    int rc = message_add(s, &j->arena, &new, &id, &twice, err);
    if (rc)
        return rc;
    if (twice) {
        im->counts.known++;
        return CM_OK;
    }
    im->counts.added++;
    im->counts.headless += !j->mail.field_count;
    if (!j->unreadable)
        return message_publish_packed(s, &j->arena, id, &j->mail, j->words, j->packed_words, err);
    im->counts.quarantined++;
    return message_set_state(s, id, MESSAGE_QUARANTINED, err);
}

static int write_batch(struct store *s, void *context, struct err *err)
{
    struct import *im = context;
    struct archive_job *j;
    (void)s;
    for (int i = 0; i < BATCH; i++) {
        int rc = feed(im, err);
        if (rc)
            return rc;
        if (!(j = archive_workers_take(im->workers))) {
            im->more = false;
            return CM_OK;
        }
        rc = write(im, j, err);
        archive_workers_done(im->workers);
        if (rc)
            return rc;
    }
    return CM_OK;
}

static int write_all(struct import *im, struct err *err)
{
    int rc = CM_OK;
    for (im->more = true; !rc && im->more;) {
        rc = store_tx(im->c->store, write_batch, im, err);
        if (!rc)
            im->committed = im->counts;
        if (im->c->log && im->source.total)
            log_progress(im->c->log, "import", im->source.done, im->source.total);
    }
    return rc;
}

int action_archive_import(struct action_context *c, struct sv list, const char *path, enum mbox_form form,
                          struct archive_counts *out, struct err *err)
{
    struct lists lists;
    struct import im = {.c = c};
    *out = (struct archive_counts){0};
    int rc = lists_load(c->store, c->arena, &lists, err);
    if (rc)
        return rc;
    const struct list *l = lists_find(&lists, list);
    if (!l)
        return err_set(err, CM_ENOTFOUND, "there is no list \"%.*s\"", SV_ARG(list));
    im.list = l->id;
    rc = archive_source_open(&im.source, c->arena, path, form, err);
    if (!rc)
        rc = archive_workers_start(&im.workers, err);
    if (!rc)
        rc = write_all(&im, err);
    archive_workers_stop(&im.workers);
    archive_source_close(&im.source);
    *out = im.committed;
    return rc;
}
