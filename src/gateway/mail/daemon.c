#include "gateway/mail/daemon.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "gateway/mail/intake.h"

enum { TURN_MS = 1000, STOP_MS = 10 * 1000, SOCKET_MODE = 0660 };

struct mail_daemon {
    struct store *store;
    struct net_loop *loop;
    struct worker *worker;
    struct lmtp_server *lmtp;
    struct intake intake;
    pthread_t thread;
    atomic_bool stopping;
};

static void release(struct mail_daemon **pointer)
{
    struct mail_daemon *d = *pointer;
    lmtp_server_free(&d->lmtp);
    worker_free(&d->worker);
    net_loop_free(&d->loop);
    store_close(&d->store);
    free(d);
    *pointer = NULL;
}

static void mail_taken(void *owner)
{
    struct mail_daemon *d = owner;
    if (d->worker)
        worker_wake(d->worker);
}

static bool is_quiet(const struct mail_daemon *d)
{
    return (!d->lmtp || !lmtp_server_connections(d->lmtp)) && (!d->worker || worker_is_stopped(d->worker));
}

static void *run(void *context)
{
    struct mail_daemon *d = context;
    while (!atomic_load(&d->stopping))
        net_loop_turn(d->loop, TURN_MS);
    int64_t end = net_loop_now(d->loop) + STOP_MS;
    if (d->lmtp)
        lmtp_server_stop(d->lmtp);
    if (d->worker)
        worker_stop(d->worker);
    while (!is_quiet(d) && net_loop_now(d->loop) < end)
        net_loop_turn(d->loop, TURN_MS);
    return NULL;
}

static int start_worker(struct mail_daemon *d, const struct daemon_options *o, struct err *err)
{
    const struct worker_options options = {.store = d->store, .db = o->db, .smtp = o->smtp, .host = o->host,
                                           .clock = o->clock, .context = o->context, .log = o->log};
    return worker_start(d->loop, &options, &d->worker, err);
}

static int start_lmtp(struct mail_daemon *d, const struct daemon_options *o, struct err *err)
{
    d->intake = (struct intake){d->store, o->clock, o->context, o->log, mail_taken, d};
    const struct lmtp_options options = {.address = o->lmtp, .mode = SOCKET_MODE, .host = o->host,
                                         .handler = intake_handler(&d->intake)};
    return lmtp_server_start(d->loop, &options, &d->lmtp, err);
}

static int prepare(const struct daemon_options *o, bool listens, struct mail_daemon **out, struct err *err)
{
    struct mail_daemon *d = base_malloc(sizeof(*d));
    memset(d, 0, sizeof(*d));
    int rc = store_open(o->db, 0, &d->store, err);
    if (!rc)
        rc = net_loop_new(NULL, NULL, &d->loop, err);
    if (!rc && o->sends)
        rc = start_worker(d, o, err);
    if (!rc && listens)
        rc = start_lmtp(d, o, err);
    *out = d;
    if (rc)
        release(out);
    return rc;
}

int daemon_start(const struct daemon_options *options, struct mail_daemon **out, struct err *err)
{
    int rc = prepare(options, options->lmtp != NULL, out, err);
    if (rc)
        return rc;
    int failed = pthread_create(&(*out)->thread, NULL, run, *out);
    if (!failed)
        return CM_OK;
    release(out);
    return err_errno(err, failed, "cannot start a thread for mail");
}

unsigned daemon_port(const struct mail_daemon *d)
{
    return d->lmtp ? lmtp_server_port(d->lmtp) : 0;
}

void daemon_stop(struct mail_daemon **pointer)
{
    struct mail_daemon *d = *pointer;
    if (!d)
        return;
    atomic_store(&d->stopping, true);
    net_loop_wake(d->loop);
    pthread_join(d->thread, NULL);
    release(pointer);
}

int daemon_run_queue(const struct daemon_options *options, struct worker_counts *out, struct err *err)
{
    struct mail_daemon *d;
    int rc = prepare(options, false, &d, err);
    if (rc)
        return rc;
    struct worker_counts last = {0};
    while (!worker_is_idle(d->worker) && !last.broken && !last.unreached) {
        net_loop_turn(d->loop, TURN_MS);
        last = worker_count(d->worker);
    }
    worker_stop(d->worker);
    while (!worker_is_stopped(d->worker))
        net_loop_turn(d->loop, TURN_MS);
    *out = worker_count(d->worker);
    release(&d);
    if (last.broken)
        return err_set(err, CM_EAGAIN, "the store is busy; %llu were sent", (unsigned long long)out->sent);
    if (last.unreached)
        return err_set(err, CM_EAGAIN, "the mail server is not there; %llu were sent", (unsigned long long)out->sent);
    return CM_OK;
}
