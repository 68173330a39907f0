/* A ring of jobs: the caller fills them in order and takes them in the same order; threads work on those between. */
#include "action/archive_parts.h"

#include "base/date.h"
#include "forum/pack.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { RING = 128, THREADS_MAX = 8, BYTES_UNDER_WAY = 32 << 20 };

struct archive_workers {
    pthread_mutex_t lock;
    pthread_cond_t work, ready;
    struct archive_job ring[RING];
    bool finished[RING];
    size_t taken, started, added; /* jobs so far; in the ring: modulo its size */
    size_t bytes;                 /* of the caller's thread only */
    bool stop;
    pthread_t threads[THREADS_MAX];
    size_t count;
};

/* ---- one message ---- */

static bool is_possible(int64_t time, int64_t now)
{
    const int64_t first = 6570 * (int64_t)DATE_DAY; /* 1988 */
    return time >= first && time <= now + DATE_DAY;
}

/* When it arrived: as the archive says exactly, or its newest Received field, or what else is known. */
static int64_t received_of(struct archive_job *j)
{
    const struct archive_item *item = &j->item;
    int64_t time;
    struct sv field = mail_value(&j->mail, "Received");
    size_t at = field.len;
    while (at > 0 && field.at[at - 1] != ';')
        at--;
    if (item->exact)
        return item->time;
    if (at && mail_read_date(&j->arena, sv_trim(sv_from_byte(field, at)), &time) && is_possible(time, j->now))
        return time;
    if (item->has_time && is_possible(item->time, j->now))
        return item->time;
    return j->mail.has_date && is_possible(j->mail.date, j->now) ? j->mail.date : j->now;
}

static void prepare(struct archive_job *j)
{
    struct err ignored = ERR_INIT;
    if (j->item.too_long)
        return;
    j->unreadable = mail_read(&j->arena, j->item.bytes, &j->mail, &ignored) != CM_OK;
    j->prepared = message_prepare(&j->arena, j->item.bytes);
    j->words = j->unreadable ? SV_NONE : message_words(&j->arena, &j->mail);
    j->packed_words = pack_bytes(&j->arena, j->words);
    j->received = received_of(j);
}

static void *run(void *context)
{
    struct archive_workers *w = context;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->stop && w->started == w->added)
            pthread_cond_wait(&w->work, &w->lock);
        if (w->stop)
            break;
        size_t slot = w->started++ % RING;
        pthread_mutex_unlock(&w->lock);
        prepare(&w->ring[slot]);
        pthread_mutex_lock(&w->lock);
        w->finished[slot] = true;
        pthread_cond_signal(&w->ready);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- the ring ---- */

int archive_workers_start(struct archive_workers **out, struct err *err)
{
    struct archive_workers *w = base_malloc(sizeof *w);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (size_t)cores;
    *w = (struct archive_workers){.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER,
                                  .ready = PTHREAD_COND_INITIALIZER};
    for (; w->count < wanted; w->count++)
        if (pthread_create(&w->threads[w->count], NULL, run, w))
            break;
    *out = w;
    if (w->count)
        return CM_OK;
    archive_workers_stop(out);
    return err_set(err, CM_EAGAIN, "no thread can be started");
}

void archive_workers_stop(struct archive_workers **out)
{
    struct archive_workers *w = *out;
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->work);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < w->count; i++)
        pthread_join(w->threads[i], NULL);
    for (size_t i = 0; i < RING; i++)
        arena_release(&w->ring[i].arena);
    free(w);
    *out = NULL;
}

struct archive_job *archive_workers_free(struct archive_workers *w)
{
    size_t under_way = w->added - w->taken;
    if (under_way == RING || (under_way && w->bytes > BYTES_UNDER_WAY))
        return NULL;
    return &w->ring[w->added % RING];
}

void archive_workers_add(struct archive_workers *w)
{
    w->bytes += w->ring[w->added % RING].item.bytes.len;
    pthread_mutex_lock(&w->lock);
    w->finished[w->added % RING] = false;
    w->added++;
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
}

struct archive_job *archive_workers_take(struct archive_workers *w)
{
    if (w->taken == w->added)
        return NULL;
    pthread_mutex_lock(&w->lock);
    while (!w->finished[w->taken % RING])
        pthread_cond_wait(&w->ready, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return &w->ring[w->taken % RING];
}

void archive_workers_done(struct archive_workers *w)
{
    struct archive_job *j = &w->ring[w->taken % RING];
    w->bytes -= j->item.bytes.len;
    arena_release(&j->arena);
    *j = (struct archive_job){.now = 0};
    w->taken++;
}
