#include "gateway/http/work.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "gateway/http/loop.h"

enum { THREADS_DEFAULT = 2, THREADS_MAX = 32, WAITING_DEFAULT = 64 };

struct work {
    struct http_work does;
    struct index_store *site;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct conn *first, *last;
    unsigned waiting;
    bool stopping;
    unsigned thread_count;
    pthread_t threads[THREADS_MAX];
};

enum http_way work_way(const struct work *w, const struct http_request *request, size_t *out_body_max,
                       struct http_response *out)
{
    *out_body_max = 0;
    return w->does.way(w->does.context, request, out_body_max, out);
}

bool work_put(struct work *w, struct conn *c)
{
    pthread_mutex_lock(&w->lock);
    bool room = w->waiting < w->does.waiting;
    if (room) {
        c->next = NULL;
        if (w->last)
            w->last->next = c;
        else
            w->first = c;
        w->last = c;
        w->waiting++;
        pthread_cond_signal(&w->filled);
    }
    pthread_mutex_unlock(&w->lock);
    return room;
}

/* NULL: it is over. */
static struct conn *take(struct work *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->stopping)
        pthread_cond_wait(&w->filled, &w->lock);
    struct conn *c = w->first;
    if (c) {
        w->first = c->next;
        w->last = w->first ? w->last : NULL;
        w->waiting--;
    }
    pthread_mutex_unlock(&w->lock);
    return c;
}

static void *run(void *argument)
{
    struct work *w = argument;
    struct conn *c;
    void *worker = w->does.begin(w->does.context, w->site);
    while ((c = take(w))) {
        w->does.answer(worker, &c->request, &c->response);
        loop_answered(c); /* from here on it is the loop's again */
        if (w->does.after)
            w->does.after(worker);
    }
    w->does.end(worker);
    return NULL;
}

/* Signals are for the main thread. */
static int start_thread(struct work *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&w->threads[w->thread_count], NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed)
        w->thread_count++;
    return failed;
}

int work_start(const struct http_work *does, struct index_store *site, struct work **out, struct err *err)
{
    struct work *w = base_malloc(sizeof(*w));
    memset(w, 0, sizeof(*w));
    w->does = *does;
    w->does.threads = does->threads ? does->threads : THREADS_DEFAULT;
    w->does.waiting = does->waiting ? does->waiting : WAITING_DEFAULT;
    w->site = site;
    if (w->does.threads > THREADS_MAX)
        BUG("more workers than there may be");
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->filled, NULL);
    int failed = 0;
    while (!failed && w->thread_count < w->does.threads)
        failed = start_thread(w);
    *out = w;
    if (!failed)
        return CM_OK;
    work_stop(out);
    return err_errno(err, failed, "cannot start the server");
}

void work_stop(struct work **pointer)
{
    struct work *w = *pointer;
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->filled);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->thread_count; i++)
        pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->filled);
    pthread_mutex_destroy(&w->lock);
    free(w);
    *pointer = NULL;
}
