#define _GNU_SOURCE /* SOCK_NONBLOCK, SOCK_CLOEXEC */
#include "gateway/smtp/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { READ_MAX = 16384, QUIT_MS = 5000 };

static void conn_flush(struct conn *c);
static void conn_lost(struct conn *c, const char *why);

/* --- results --- */

/* One line of printable ASCII, whatever the MTA said. */
static void copy_text(char out[SMTP_TEXT_MAX], struct sv text)
{
    size_t len = text.len < SMTP_TEXT_MAX - 1 ? text.len : SMTP_TEXT_MAX - 1;
    for (size_t i = 0; i < len; i++)
        out[i] = text.at[i] == '\n' ? ' ' : text.at[i] < ' ' || text.at[i] > '~' ? '?' : text.at[i];
    out[len] = '\0';
}

static void set_result(struct slot *slot, enum smtp_outcome outcome, int code, const char *status, struct sv text)
{
    snprintf(slot->status, sizeof(slot->status), "%s", status);
    copy_text(slot->text, text);
    slot->result = (struct smtp_result){outcome, code, slot->status, slot->text};
}

static void set_failure(struct slot *slot, const struct smtp_reply *r)
{
    slot->failed = true;
    set_result(slot, r->code / 100 == 5 ? SMTP_FAILED : SMTP_LATER, r->code, r->status, str_sv(&r->text));
}

static void finish(struct conn *c, struct slot *slot)
{
    slot->used = false;
    c->client->options.done(c->client->options.context, &slot->job, &slot->result);
}

/* --- timing --- */

static unsigned reply_ms(const struct smtp_times *t, enum expected kind)
{
    switch (kind) {
    case EXPECT_GREETING:
    case EXPECT_EHLO:
    case EXPECT_HELO:
    case EXPECT_RSET:
        return t->greeting;
    case EXPECT_MAIL:
    case EXPECT_RCPT:
        return t->command;
    case EXPECT_DATA:
        return t->data;
    case EXPECT_DOT:
        return t->dot;
    case EXPECT_QUIT:
        return QUIT_MS;
    }
    BUG("no time for a reply of kind %d", kind);
}

/* What is waited for now, and what for; after each progress. */
static void set_timer(struct conn *c)
{
    const struct smtp_times *t = &c->client->options.times;
    unsigned ms = c->phase == PHASE_CONNECTING ? t->connect
                  : c->out.len                 ? t->block
                  : c->expect_count            ? reply_ms(t, c->expected[c->expect_at].kind)
                                               : t->idle;
    net_timer_set(c->client->loop, &c->timer, ms);
}

static void timer_over(struct net_timer *timer)
{
    struct conn *c = NET_OWNER(struct conn, timer, timer);
    if (conn_is_idle(c))
        conn_quit(c);
    else
        conn_lost(c, c->phase == PHASE_CONNECTING ? "the connection is not taken" : "nothing came for too long");
}

/* --- closing --- */

static void conn_off(struct conn *c)
{
    if (c->phase == PHASE_OFF)
        return;
    net_timer_clear(c->client->loop, &c->timer);
    net_watch_remove(c->client->loop, &c->watch);
    close(c->watch.fd);
    c->phase = PHASE_OFF;
    c->generation++;
    c->expect_count = c->expect_at = 0;
    c->sending = NULL;
    str_clear(&c->out);
    c->out_at = 0;
    c->out_base = 0;
    c->dirty = c->served = false;
}

static bool dot_has_left(const struct conn *c, const struct slot *slot)
{
    return slot->dot_end && c->out_base + c->out_at >= slot->dot_end;
}

/* What a lost connection means for a job. False: it is to be tried again. */
static bool judge_lost(const struct conn *c, struct slot *slot, bool may_retry, int code, const char *why)
{
    if (slot->failed)
        return true; /* a reply has decided already */
    if (dot_has_left(c, slot)) {
        set_result(slot, SMTP_UNKNOWN, 0, "", sv_str(why));
        return true;
    }
    if (may_retry && c->served && !slot->retried) {
        *slot = (struct slot){.used = true, .retried = true, .job = slot->job, .facts = slot->facts,
                               .invalid = slot->invalid};
        return false;
    }
    set_result(slot, SMTP_LATER, code, code ? "" : "4.4.2", sv_str(why));
    return true;
}

static void end_connection(struct conn *c, bool may_retry, int code, const char *why)
{
    struct smtp_client *client = c->client;
    bool again = false, ends[SLOTS], never_ready = c->phase == PHASE_CONNECTING || c->phase == PHASE_HELLO;
    for (int i = 0; i < SLOTS; i++) {
        ends[i] = c->slots[i].used && judge_lost(c, &c->slots[i], may_retry, code, why);
        again = again || (c->slots[i].used && !ends[i]);
    }
    conn_off(c);
    if (never_ready)
        client_pause(client);
    client->wanted = true; /* others may wait for a connection */
    net_loop_again(client->loop);
    for (int i = 0; i < SLOTS; i++)
        if (ends[i])
            finish(c, &c->slots[i]);
    if (again)
        conn_open(c);
}

static void conn_lost(struct conn *c, const char *why)
{
    end_connection(c, true, 0, why);
}

void conn_abort(struct conn *c, const char *why)
{
    end_connection(c, false, 0, why);
}

/* --- commands --- */

static void expect(struct conn *c, enum expected kind, struct slot *slot)
{
    if (c->expect_count == EXPECT_MAX)
        BUG("more replies expected than there can be");
    unsigned at = (c->expect_at + c->expect_count++) % EXPECT_MAX;
    c->expected[at].kind = kind;
    c->expected[at].slot = slot;
}

static void say_mail(struct conn *c, struct slot *slot)
{
    str_add(&c->out, SV("MAIL FROM:<"));
    str_add(&c->out, slot->job.from);
    str_add_char(&c->out, '>');
    if (c->has_size)
        str_addf(&c->out, " SIZE=%llu", (unsigned long long)slot->facts.size);
    if (slot->facts.eight_bit)
        str_add(&c->out, SV(" BODY=8BITMIME"));
    if (slot->facts.eight_bit_header)
        str_add(&c->out, SV(" SMTPUTF8"));
    str_add(&c->out, SV("\r\n"));
    expect(c, EXPECT_MAIL, slot);
}

static void say_rcpt(struct conn *c, struct slot *slot)
{
    str_add(&c->out, SV("RCPT TO:<"));
    str_add(&c->out, slot->job.to);
    str_add(&c->out, SV(">\r\n"));
    expect(c, EXPECT_RCPT, slot);
}

static void say_data(struct conn *c, struct slot *slot)
{
    str_add(&c->out, SV("DATA\r\n"));
    expect(c, EXPECT_DATA, slot);
}

static void start(struct conn *c, struct slot *slot)
{
    slot->started = true;
    if (c->dirty) {
        str_add(&c->out, SV("RSET\r\n"));
        expect(c, EXPECT_RSET, NULL);
        c->dirty = false;
    }
    say_mail(c, slot);
    if (c->pipelining) {
        say_rcpt(c, slot);
        say_data(c, slot);
    }
}

/* --- jobs --- */

/* Whether this MTA can take it; otherwise the slot's result is set. */
static bool fits(const struct conn *c, struct slot *slot)
{
    const struct smtp_facts *f = &slot->facts;
    const char *status = "5.6.0", *why = NULL;
    if (slot->invalid) {
        status = "5.1.3";
        why = slot->invalid;
    } else if (f->nul) {
        why = "the message holds a NUL byte, which mail cannot carry";
    } else if (f->eight_bit_header && !c->utf8) {
        status = "5.6.7";
        why = "an address or the header goes beyond ASCII, and the mail server does not offer SMTPUTF8";
    } else if (f->eight_bit && !c->eight_bit) {
        status = "5.6.3";
        why = "the message holds 8-bit text, and the mail server does not offer 8BITMIME";
    } else if (c->max_size && f->size > c->max_size) {
        status = "5.3.4";
        why = "the message is larger than the mail server takes";
    }
    if (why)
        set_result(slot, SMTP_FAILED, 0, status, sv_str(why));
    return !why;
}

static struct slot *find_slot(struct conn *c, bool used)
{
    for (int i = 0; i < SLOTS; i++)
        if (c->slots[i].used == used && !(used && c->slots[i].started))
            return &c->slots[i];
    return NULL;
}

/* Begins the next job that this MTA can take: one that waits here, or a new one. */
static bool start_next(struct conn *c)
{
    for (;;) {
        struct slot *slot = find_slot(c, true);
        if (!slot) {
            slot = find_slot(c, false);
            if (!slot || !client_take(c->client, slot))
                return false;
        }
        if (fits(c, slot)) {
            start(c, slot);
            return true;
        }
        finish(c, slot);
    }
}

bool conn_begin(struct conn *c)
{
    bool begun = start_next(c);
    if (begun)
        conn_flush(c);
    return begun;
}

void conn_quit(struct conn *c)
{
    c->phase = PHASE_QUIT;
    str_add(&c->out, SV("QUIT\r\n"));
    expect(c, EXPECT_QUIT, NULL);
    conn_flush(c);
}

/* Nothing under way: the next job, or waiting for one. */
static void when_idle(struct conn *c)
{
    if (!conn_is_idle(c) || start_next(c))
        return;
    if (c->client->stopping)
        conn_quit(c);
}

/* --- sending --- */

/* More of the message that is being sent. Behind its end, the commands for the next one go out with it. */
static void fill(struct conn *c)
{
    struct slot *slot = c->sending;
    smtp_encoder_run(&c->encoder, SMTP_BUFFER, &c->out);
    if (!c->encoder.done)
        return;
    slot->dot_end = c->out_base + c->out.len;
    c->sending = NULL;
    expect(c, EXPECT_DOT, slot);
    if (c->pipelining)
        start_next(c);
}

/* False: the connection is lost. */
static bool send_out(struct conn *c)
{
    while (c->out_at < c->out.len) {
        ssize_t put = send(c->watch.fd, c->out.data + c->out_at, c->out.len - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put > 0) {
            c->out_at += (size_t)put;
            set_timer(c);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return true;
        } else if (errno != EINTR) {
            return false;
        }
    }
    c->out_base += c->out.len;
    c->out_at = 0;
    str_clear(&c->out);
    return true;
}

static void conn_flush(struct conn *c)
{
    do {
        if (!c->out.len && c->sending)
            fill(c);
        if (!send_out(c)) {
            conn_lost(c, "the mail server closed the connection");
            return;
        }
    } while (!c->out.len && c->sending);
    net_watch_change(c->client->loop, &c->watch, NET_IN | (c->out.len ? (unsigned)NET_OUT : 0));
    set_timer(c);
}

/* --- replies --- */

static void read_offers(struct conn *c)
{
    struct sv size;
    c->pipelining = smtp_reply_offers(&c->reply, "PIPELINING", NULL);
    c->eight_bit = smtp_reply_offers(&c->reply, "8BITMIME", NULL);
    c->utf8 = smtp_reply_offers(&c->reply, "SMTPUTF8", NULL);
    c->has_size = smtp_reply_offers(&c->reply, "SIZE", &size);
    if (!c->has_size || !sv_to_u64(size, UINT64_MAX, &c->max_size))
        c->max_size = 0;
}

static void hello(struct conn *c, bool extended)
{
    str_addf(&c->out, "%s %s\r\n", extended ? "EHLO" : "HELO", c->client->options.host);
    expect(c, extended ? EXPECT_EHLO : EXPECT_HELO, NULL);
}

/* False: the MTA does not want to talk to us. */
static bool take_hello(struct conn *c, enum expected kind)
{
    bool good = c->reply.code / 100 == 2;
    if (good && kind == EXPECT_GREETING) {
        hello(c, true);
    } else if (good) {
        c->pipelining = c->eight_bit = c->utf8 = c->has_size = false;
        c->max_size = 0;
        if (kind == EXPECT_EHLO)
            read_offers(c);
        c->phase = PHASE_READY;
    } else if (kind == EXPECT_EHLO && c->reply.code / 100 == 5) {
        hello(c, false);
    } else {
        return false;
    }
    return true;
}

/* A refusal in a transaction; the slot ends as soon as no reply to it is outstanding. */
static void refuse(struct conn *c, struct slot *slot, bool more_to_come)
{
    if (!slot->failed)
        set_failure(slot, &c->reply);
    if (more_to_come)
        return;
    c->dirty = slot->mail_taken;
    c->served = true;
    finish(c, slot);
}

static void take_data(struct conn *c, struct slot *slot)
{
    if (c->reply.code != 354) {
        refuse(c, slot, false);
    } else if (slot->failed && !slot->mail_taken) {
        conn_lost(c, "the mail server waits for a message whose sender it refused");
    } else if (slot->failed) { /* RFC 2920, 3.1: no recipient, and yet a message is waited for: an empty one */
        str_add(&c->out, SV(".\r\n"));
        slot->dot_end = c->out_base + c->out.len;
        expect(c, EXPECT_DOT, slot);
    } else {
        c->sending = slot;
        smtp_encoder_init(&c->encoder, slot->job.pieces, slot->job.piece_count);
    }
}

static void take_dot(struct conn *c, struct slot *slot)
{
    if (!slot->failed && c->reply.code / 100 == 2)
        set_result(slot, SMTP_SENT, c->reply.code, c->reply.status, str_sv(&c->reply.text));
    else if (!slot->failed)
        set_failure(slot, &c->reply);
    c->served = true;
    finish(c, slot);
}

static void take_in_transaction(struct conn *c, enum expected kind, struct slot *slot)
{
    bool good = c->reply.code / 100 == 2;
    switch (kind) {
    case EXPECT_MAIL:
        slot->mail_taken = good;
        if (!good)
            refuse(c, slot, c->pipelining);
        else if (!c->pipelining)
            say_rcpt(c, slot);
        break;
    case EXPECT_RCPT:
        if (!good)
            refuse(c, slot, c->pipelining);
        else if (!c->pipelining)
            say_data(c, slot);
        break;
    case EXPECT_DATA:
        take_data(c, slot);
        break;
    default:
        take_dot(c, slot);
        break;
    }
}

/* A reply that cannot be one to this command. 354 begins a message and nothing else does; 3yz is of no other use. */
static bool is_odd(enum expected kind, int code)
{
    return code / 100 == 3 ? code != 354 || kind != EXPECT_DATA : kind == EXPECT_DATA && code / 100 == 2;
}

/* False: the connection has ended. */
static bool take_reply(struct conn *c)
{
    char text[SMTP_TEXT_MAX];
    copy_text(text, str_sv(&c->reply.text));
    if (!c->expect_count) { /* 421 before it closes, or what must not be */
        end_connection(c, true, c->reply.code, c->reply.code == 421 ? text : "a reply that nothing was asked for");
        return false;
    }
    enum expected kind = c->expected[c->expect_at].kind;
    struct slot *slot = c->expected[c->expect_at].slot;
    if (is_odd(kind, c->reply.code)) {
        conn_lost(c, "a reply that is none to this command");
        return false;
    }
    if (c->reply.code == 421 && kind != EXPECT_DOT) {
        end_connection(c, true, 421, text);
        return false;
    }
    c->expect_at = (c->expect_at + 1) % EXPECT_MAX;
    c->expect_count--;
    if (kind == EXPECT_QUIT || (kind == EXPECT_RSET && c->reply.code / 100 != 2) ||
        (kind <= EXPECT_HELO && !take_hello(c, kind))) {
        end_connection(c, kind == EXPECT_RSET, c->reply.code, text);
        return false;
    }
    if (kind >= EXPECT_MAIL)
        take_in_transaction(c, kind, slot);
    if (c->reply.code == 421) {
        end_connection(c, true, 421, text);
        return false;
    }
    return true;
}

static void take_bytes(struct conn *c, struct sv data)
{
    unsigned generation = c->generation;
    while (data.len && c->generation == generation) {
        switch (smtp_reply_feed(&c->reply, &data)) {
        case SMTP_REPLY_MORE:
            return;
        case SMTP_REPLY_BAD:
            conn_lost(c, c->reply.fault);
            return;
        case SMTP_REPLY_DONE:
            if (!take_reply(c) || c->generation != generation)
                return;
            smtp_reply_next(&c->reply);
            when_idle(c);
            if (c->generation == generation) /* saying QUIT may have found it closed */
                conn_flush(c);
        }
    }
}

static void conn_input(struct conn *c)
{
    char buffer[READ_MAX];
    ssize_t got = recv(c->watch.fd, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (got > 0)
        take_bytes(c, sv_from(buffer, (size_t)got));
    else if (got == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
        conn_lost(c, "the mail server closed the connection");
}

/* --- connecting --- */

static void unavailable(struct conn *c, const char *why)
{
    char text[SMTP_TEXT_MAX];
    snprintf(text, sizeof(text), "the mail server is not there: %s", why);
    client_pause(c->client);
    for (int i = 0; i < SLOTS; i++) {
        if (!c->slots[i].used)
            continue;
        judge_lost(c, &c->slots[i], false, 0, text);
        finish(c, &c->slots[i]);
    }
}

static void conn_connected(struct conn *c)
{
    int failure = 0, on = 1;
    socklen_t len = sizeof(failure);
    if (getsockopt(c->watch.fd, SOL_SOCKET, SO_ERROR, &failure, &len) < 0)
        failure = errno;
    if (failure) {
        conn_off(c);
        if (c->next_address < c->client->addresses.count)
            conn_open(c);
        else
            unavailable(c, strerror(failure));
        return;
    }
    setsockopt(c->watch.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* fails on unix sockets, which need it not */
    c->phase = PHASE_HELLO;
    c->next_address = 0;
    net_watch_change(c->client->loop, &c->watch, NET_IN);
    set_timer(c);
}

static void conn_ready(struct net_watch *watch, unsigned events)
{
    struct conn *c = NET_OWNER(struct conn, watch, watch);
    unsigned generation = c->generation;
    if (c->phase == PHASE_CONNECTING) {
        conn_connected(c);
        return;
    }
    if (c->out.len && events & NET_OUT)
        conn_flush(c);
    if (c->generation == generation && events & NET_IN)
        conn_input(c);
}

/* 0, or errno. */
static int try_address(struct conn *c, const struct address_item *item)
{
    int fd = socket(item->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    c->watch = (struct net_watch){fd, NET_OUT, conn_ready};
    if ((connect(fd, (const struct sockaddr *)&item->storage, item->len) < 0 && errno != EINPROGRESS) ||
        net_watch_add(c->client->loop, &c->watch) < 0) {
        int failure = errno;
        close(fd);
        return failure;
    }
    c->phase = PHASE_CONNECTING;
    smtp_reply_release(&c->reply);
    smtp_reply_init(&c->reply);
    expect(c, EXPECT_GREETING, NULL);
    set_timer(c);
    return 0;
}

void conn_open(struct conn *c)
{
    const struct address_list *list = &c->client->addresses;
    int failure = ENOENT;
    if (c->next_address >= list->count)
        c->next_address = 0;
    while (c->next_address < list->count)
        if ((failure = try_address(c, &list->at[c->next_address++])) == 0)
            return;
    unavailable(c, strerror(failure));
}

void conn_init(struct conn *c, struct smtp_client *client)
{
    c->client = client;
    c->timer.fire = timer_over;
    smtp_reply_init(&c->reply);
}

void conn_release(struct conn *c)
{
    smtp_reply_release(&c->reply);
    str_release(&c->out);
}
