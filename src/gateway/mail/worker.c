#include "gateway/mail/worker.h"

#include <stdlib.h>

#include "base/vec.h"
#include "forum/archive.h"
#include "forum/digest_mail.h"
#include "forum/message.h"
#include "forum/post_form.h"
#include "forum/queue.h"
#include "forum/scores.h"
#include "forum/unsubscribe.h"
#include "gateway/mail/claim.h"
#include "gateway/smtp/client.h"

enum {
    RESULTS_MAX = 512, /* those that wait, a whole batch, and what is under way on all connections */
    RESULTS_MANY = 64,     /* are written at once */
    RESULTS_WAIT_MS = 10,  /* that one waits for others */
    POLL_MS = 1000,        /* other processes put mail into the queue, too */
    UPKEEP_MS = 60 * 1000,
};

struct envelope {
    struct sv from, own; /* own: header fields of one recipient */
};

/* A post as it goes out; made once, for all batches of its recipients. */
struct formed {
    struct arena arena;
    unsigned users;
    int64_t outgoing;
    struct sv header, body;
};

struct batch {
    struct batch *next;
    struct arena arena;
    struct queue_batch rows;
    struct lists lists;
    const struct list *list; /* NULL: of none */
    struct formed *formed;   /* may be NULL */
    struct sv header, body;  /* around the fields of one recipient */
    bool own_fields;
    struct envelope *envelopes; /* one for each row */
    size_t given, open; /* rows handed out; and not settled yet */
};

struct job {
    struct batch *batch;
    const struct queue_item *item;
    struct iovec pieces[3];
};

struct worker {
    struct worker_options options;
    struct net_loop *loop;
    struct smtp_client *client;
    struct net_hook hook;
    struct net_timer poll, upkeep, write;
    struct claim_lock claim;
    struct batch *batches, *current; /* current: has rows that were not handed out */
    struct formed *formed;           /* the newest; may be NULL */
    struct arena results_arena;
    struct result {
        struct queue_result row;
        struct batch *batch;
        int64_t subscriber;
        bool probe, refused; /* refused: the reply says something about the recipient */
        enum bounce_severity severity;
    } results[RESULTS_MAX];
    size_t result_count;
    struct worker_counts counts;
    bool empty, stopping;
};

static int64_t now_of(const struct worker *w)
{
    return w->options.clock(w->options.context);
}

/* The store cannot be used now: nothing is claimed until the next look at the queue. */
static void tell(struct worker *w, const struct err *err)
{
    if (w->options.log && !w->counts.broken)
        log_notice(w->options.log, "casemate: mail is not sent now: %s", err->text);
    w->counts.broken = true;
}

/* ---- results ---- */

static int count_failure(struct worker *w, struct arena *a, const struct result *r, struct err *err)
{
    const struct list *list = r->batch->list;
    if (!list || !r->subscriber)
        return CM_OK;
    if (r->probe)
        return score_probe_failure(w->options.store, a, list, r->subscriber, now_of(w), err);
    return score_failure(w->options.store, a, list, r->subscriber, r->severity, now_of(w), err);
}

static int write_one(struct worker *w, struct arena *a, const struct result *r, struct err *err)
{
    bool failed;
    int rc = queue_settle(w->options.store, sv_str(w->claim.name), &r->row, now_of(w), &failed, err);
    if (!rc && failed && (r->refused || r->row.fate == QUEUE_LATER))
        rc = count_failure(w, a, r, err);
    return rc ? rc : queue_finish(w->options.store, r->row.outgoing, now_of(w), err);
}

static int write_tx(struct store *s CM_UNUSED, void *context, struct err *err)
{
    struct worker *w = context;
    struct arena a = ARENA_INIT;
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < w->result_count; i++)
        rc = write_one(w, &a, &w->results[i], err);
    arena_release(&a);
    return rc;
}

static void release_formed(struct formed *f)
{
    if (!f || --f->users)
        return;
    arena_release(&f->arena);
    free(f);
}

static void free_batch(struct worker *w, struct batch *b)
{
    struct batch **place = &w->batches;
    while (*place != b)
        place = &(*place)->next;
    *place = b->next;
    if (w->current == b)
        w->current = NULL;
    release_formed(b->formed);
    arena_release(&b->arena);
    free(b);
}

static void close_row(struct worker *w, struct batch *b)
{
    b->open--;
    if (!b->open && b->given == b->rows.items.len)
        free_batch(w, b);
}

/* Whether all results are on disk. */
static bool write_results(struct worker *w)
{
    struct err err = ERR_INIT;
    if (!w->result_count)
        return true;
    if (store_tx(w->options.store, write_tx, w, &err)) {
        tell(w, &err);
        return false;
    }
    for (size_t i = 0; i < w->result_count; i++)
        close_row(w, w->results[i].batch);
    w->result_count = 0;
    arena_release(&w->results_arena);
    return true;
}

static struct sv reply_text(struct worker *w, const struct smtp_result *r)
{
    struct sv text = sv_str(arena_printf(&w->results_arena, "%d %s %s", r->code, r->status, r->text));
    size_t len = text.len < QUEUE_REPLY_MAX ? text.len : QUEUE_REPLY_MAX;
    while (len < text.len && len && ((unsigned char)text.at[len] & 0xC0) == 0x80) /* not within a letter */
        len--;
    return sv_from(text.at, len);
}

static void add_result(struct worker *w, struct batch *b, const struct queue_item *item, enum queue_fate fate,
                       struct sv reply)
{
    struct result *r = &w->results[w->result_count++];
    *r = (struct result){.row = {b->rows.outgoing, item->attempts, item->recipient, reply, fate}, .batch = b,
                         .subscriber = item->subscriber, .probe = sv_eq_str(b->rows.kind, "probe")};
    w->counts.sent += fate == QUEUE_SENT;
    w->counts.failed += fate == QUEUE_FAILED;
    w->counts.later += fate == QUEUE_LATER;
}

static void done(void *context, const struct smtp_job *job, const struct smtp_result *result)
{
    static const enum queue_fate fates[] = {[SMTP_SENT] = QUEUE_SENT, [SMTP_FAILED] = QUEUE_FAILED,
                                            [SMTP_LATER] = QUEUE_LATER, [SMTP_UNKNOWN] = QUEUE_LATER};
    struct worker *w = context;
    struct job *j = job->id;
    add_result(w, j->batch, j->item, fates[result->outcome], reply_text(w, result));
    struct result *r = &w->results[w->result_count - 1];
    r->refused = result->outcome == SMTP_FAILED && score_refusal(sv_str(result->status), result->code, &r->severity);
    free(j);
    if (w->result_count < RESULTS_MANY)
        net_timer_set(w->loop, &w->write, RESULTS_WAIT_MS);
}

/* ---- batches ---- */

/* Where the site shows the message; empty where it does not, or where the list does not know its site. */
static struct sv page_of(struct arena *a, const struct list *list, const struct message *m)
{
    struct sv site = list->setting[SET_URL];
    if (!site.len || !list_is(list, SET_ARCHIVE, "public"))
        return SV_NONE;
    struct sv key = archive_key(a, m->mid, m->copy);
    return sv_str(arena_printf(a, "%.*s%slists/%.*s/message/%.*s.html", SV_ARG(site), sv_ends(site, SV("/")) ? "" : "/",
                               SV_ARG(list->id), SV_ARG(key)));
}

static int make_form(struct worker *w, struct batch *b, const struct message *message, struct formed *f,
                     struct err *err)
{
    struct arena a = ARENA_INIT;
    struct mail mail;
    struct sv bytes;
    struct post_form form;
    int rc = message_bytes(w->options.store, &a, b->rows.message, &bytes, err);
    if (!rc)
        rc = mail_read(&a, bytes, &mail, err);
    if (!rc)
        rc = post_form_make(&a, b->list, bytes, &mail, page_of(&a, b->list, message), &form, err);
    if (!rc) {
        f->header = arena_sv(&f->arena, form.header);
        f->body = arena_sv(&f->arena, form.body);
    }
    arena_release(&a);
    return rc;
}

/* Whether it is public still is asked for each batch; its form is made for the first. */
static int form_post(struct worker *w, struct batch *b, struct err *err)
{
    struct message message;
    int rc = message_load(w->options.store, &b->arena, b->rows.message, &message, err);
    if (!rc && message.state != MESSAGE_PUBLIC)
        return err_set(err, CM_ENOTFOUND, "the message is not public any more");
    if (!rc && (!w->formed || w->formed->outgoing != b->rows.outgoing)) {
        release_formed(w->formed);
        w->formed = base_malloc(sizeof(*w->formed));
        *w->formed = (struct formed){.arena = ARENA_INIT, .users = 1};
        rc = make_form(w, b, &message, w->formed, err);
    }
    if (rc)
        return rc;
    w->formed->outgoing = b->rows.outgoing; /* it is whole */
    w->formed->users++;
    b->formed = w->formed;
    b->header = w->formed->header;
    b->body = w->formed->body;
    b->own_fields = true;
    return CM_OK;
}

static int form_digest(struct batch *b, struct err *err)
{
    ptrdiff_t end = sv_find(b->rows.bytes, SV("\r\n\r\n"));
    if (end < 0)
        return err_set(err, CM_ECORRUPT, "a digest has no end of its header");
    b->header = sv_from(b->rows.bytes.at, (size_t)end + 2);
    b->body = sv_from_byte(b->rows.bytes, (size_t)end + 2);
    b->own_fields = true;
    return CM_OK;
}

struct keys {
    enum score_kind kind;
    struct signing unsubscribe, bounces;
};

static void address_row(struct batch *b, const struct keys *keys, size_t i)
{
    struct sv detail = SV_NONE;
    const struct queue_item *item = &b->rows.items.at[i];
    if (item->subscriber)
        detail = score_detail(&b->arena, &keys->bounces, keys->kind, b->list->id, item->subscriber);
    b->envelopes[i].from = route_address(&b->arena, b->list->address, "-bounces", detail);
    if (b->own_fields)
        b->envelopes[i].own = post_form_own(
            &b->arena, b->list, unsubscribe_detail(&b->arena, &keys->unsubscribe, b->list->id, item->subscriber));
}

/* Without a list, the envelope has no sender. */
static int address_tx(struct store *s, void *context, struct err *err)
{
    struct batch *b = context;
    struct keys keys = {.kind = sv_eq_str(b->rows.kind, "probe") ? SCORE_OF_PROBE : SCORE_OF_POST};
    int rc = signing_load(s, UNSUBSCRIBE_PURPOSE, &keys.unsubscribe, err);
    if (!rc)
        rc = score_key(s, keys.kind, &keys.bounces, err);
    for (size_t i = 0; !rc && i < b->rows.items.len; i++)
        address_row(b, &keys, i);
    return rc;
}

static int form_mail(struct worker *w, struct batch *b, struct err *err)
{
    if (sv_eq_str(b->rows.kind, "mail") || sv_eq_str(b->rows.kind, "probe"))
        return CM_OK;
    return b->rows.message ? form_post(w, b, err) : form_digest(b, err);
}

static int form_batch(struct worker *w, struct batch *b, struct err *err)
{
    b->header = b->rows.bytes;
    b->body = SV_NONE;
    b->envelopes = arena_new_array(&b->arena, struct envelope, b->rows.items.len);
    if (!b->rows.list.len)
        return CM_OK;
    int rc = lists_load(w->options.store, &b->arena, &b->lists, err);
    b->list = rc ? NULL : lists_find(&b->lists, b->rows.list);
    if (!rc && !b->list)
        return err_set(err, CM_ENOTFOUND, "there is no such list any more");
    if (!rc)
        rc = form_mail(w, b, err);
    return rc ? rc : store_tx(w->options.store, address_tx, b, err);
}

/* The whole batch ends in the same way. A mail that cannot be made has failed, and the others go on. */
static void end_batch(struct worker *w, struct batch *b, enum queue_fate fate, const struct err *err)
{
    for (size_t i = 0; i < b->rows.items.len; i++) {
        b->given = i + 1;
        b->open++;
        add_result(w, b, &b->rows.items.at[i], fate, arena_sv(&w->results_arena, sv_str(err->text)));
    }
    w->current = NULL;
    net_timer_set(w->loop, &w->write, RESULTS_WAIT_MS);
}

/* The next rows. NULL: there are none, or not now. */
static struct batch *claim_batch(struct worker *w)
{
    struct err err = ERR_INIT;
    struct batch *b = base_malloc(sizeof(*b));
    memset(b, 0, sizeof(*b));
    b->next = w->batches;
    w->batches = w->current = b;
    int rc = queue_claim(w->options.store, &b->arena, sv_str(w->claim.name), now_of(w), WORKER_BATCH, &b->rows, &err);
    w->empty = !rc && !b->rows.items.len;
    if (rc || w->empty) {
        free_batch(w, b);
        if (rc)
            tell(w, &err);
        return NULL;
    }
    return b;
}

/* The next rows, with the mail that they are about; those whose mail cannot be made are passed over. False: there are
 * none, or not now. */
static bool next_batch(struct worker *w)
{
    struct batch *b;
    while ((b = claim_batch(w)) != NULL) {
        struct err err = ERR_INIT;
        int rc = form_batch(w, b, &err);
        if (!rc)
            return true;
        bool passing = rc == CM_EAGAIN || rc == CM_EIO;
        if (passing)
            tell(w, &err);
        end_batch(w, b, passing ? QUEUE_LATER : QUEUE_FAILED, &err);
        if (passing || !write_results(w))
            return false;
    }
    return false;
}

/* ---- jobs ---- */

static struct iovec piece(struct sv text)
{
    return (struct iovec){(void *)(uintptr_t)text.at, text.len};
}

static bool next(void *context, struct smtp_job *out)
{
    struct worker *w = context;
    if (w->stopping || w->counts.broken || (w->result_count >= RESULTS_MANY && !write_results(w)))
        return false;
    if ((!w->current || w->current->given == w->current->rows.items.len) && !next_batch(w))
        return false;
    struct batch *b = w->current;
    const struct queue_item *item = &b->rows.items.at[b->given];
    const struct envelope *e = &b->envelopes[b->given];
    struct job *j = base_malloc(sizeof(*j));
    *j = (struct job){b, item, {piece(b->header), piece(e->own), piece(b->body)}};
    *out = (struct smtp_job){j, e->from, item->recipient, j->pieces, ARRAY_LEN(j->pieces)};
    b->given++;
    b->open++;
    return true;
}

/* ---- time ---- */

static void turn_over(struct net_hook *hook)
{
    struct worker *w = NET_OWNER(struct worker, hook, hook);
    if (w->result_count && (w->result_count >= RESULTS_MANY || !smtp_client_jobs(w->client)) && !w->counts.broken)
        write_results(w);
}

static void write_due(struct net_timer *timer)
{
    struct worker *w = NET_OWNER(struct worker, write, timer);
    write_results(w);
}

void worker_wake(struct worker *w)
{
    w->empty = false;
    smtp_client_wake(w->client);
}

static void poll_due(struct net_timer *timer)
{
    struct worker *w = NET_OWNER(struct worker, poll, timer);
    w->counts.broken = false;
    if (write_results(w) && !w->stopping)
        worker_wake(w);
    net_timer_set(w->loop, &w->poll, POLL_MS);
}

static int give_back_of_dead(struct worker *w, struct arena *a, struct err *err)
{
    struct queue_names names;
    int64_t rows;
    int rc = queue_workers(w->options.store, a, &names, err);
    for (size_t i = 0; !rc && i < names.list.len; i++)
        if (!sv_eq_str(names.list.at[i], w->claim.name) && claim_is_dead(w->options.db, names.list.at[i])) {
            rc = queue_release(w->options.store, names.list.at[i], &rows, err);
            if (!rc && w->options.log)
                log_notice(w->options.log, "casemate: %lld deliveries of a process that ended are tried again",
                           (long long)rows);
        }
    return rc;
}

static int keep_up(struct worker *w, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct lists lists;
    size_t digests;
    int rc = give_back_of_dead(w, &a, err);
    claim_sweep(w->options.db);
    if (!rc)
        rc = lists_load(w->options.store, &a, &lists, err);
    if (!rc)
        rc = digests_send(w->options.store, &a, &lists, now_of(w), &digests, err);
    if (!rc)
        rc = queue_watch(w->options.store, &a, now_of(w), QUEUE_STUCK_MINUTES * (int64_t)60, err);
    arena_release(&a);
    return rc;
}

static void upkeep_due(struct net_timer *timer)
{
    struct worker *w = NET_OWNER(struct worker, upkeep, timer);
    struct err err = ERR_INIT;
    if (!w->stopping && keep_up(w, &err))
        tell(w, &err);
    net_timer_set(w->loop, &w->upkeep, UPKEEP_MS);
}

/* ---- all of it ---- */

int worker_start(struct net_loop *loop, const struct worker_options *options, struct worker **out, struct err *err)
{
    struct worker *w = base_malloc(sizeof(*w));
    memset(w, 0, sizeof(*w));
    *out = NULL;
    w->options = *options;
    w->loop = loop;
    w->hook.turn = turn_over;
    w->poll.fire = poll_due;
    w->upkeep.fire = upkeep_due;
    w->write.fire = write_due;
    w->claim.fd = -1;
    const struct smtp_options smtp = {.address = options->smtp, .host = options->host, .context = w, .next = next,
                                      .connections = options->connections, .done = done};
    int rc = claim_take(options->db, &w->claim, err);
    if (!rc)
        rc = keep_up(w, err);
    if (!rc)
        rc = smtp_client_start(loop, &smtp, &w->client, err);
    if (rc) {
        claim_drop(&w->claim);
        free(w);
        return rc;
    }
    net_hook_add(loop, &w->hook);
    net_timer_set(loop, &w->poll, POLL_MS);
    net_timer_set(loop, &w->upkeep, UPKEEP_MS);
    *out = w;
    worker_wake(w);
    return CM_OK;
}

struct worker_counts worker_count(const struct worker *w)
{
    struct worker_counts counts = w->counts;
    counts.unreached = smtp_client_is_paused(w->client);
    return counts;
}

bool worker_is_idle(const struct worker *w)
{
    return w->empty && !w->result_count && !smtp_client_jobs(w->client);
}

void worker_stop(struct worker *w)
{
    w->stopping = true;
    smtp_client_stop(w->client);
}

bool worker_is_stopped(const struct worker *w)
{
    return !smtp_client_jobs(w->client) && !smtp_client_connections(w->client);
}

void worker_free(struct worker **pointer)
{
    struct worker *w = *pointer;
    struct err err = ERR_INIT;
    int64_t rows;
    if (!w)
        return;
    w->stopping = true;
    smtp_client_free(&w->client);
    if (!write_results(w) || queue_release(w->options.store, sv_str(w->claim.name), &rows, &err))
        tell(w, &err);
    while (w->batches)
        free_batch(w, w->batches);
    release_formed(w->formed);
    net_timer_clear(w->loop, &w->poll);
    net_timer_clear(w->loop, &w->upkeep);
    net_timer_clear(w->loop, &w->write);
    net_hook_remove(w->loop, &w->hook);
    arena_release(&w->results_arena);
    claim_drop(&w->claim);
    free(w);
    *pointer = NULL;
}
