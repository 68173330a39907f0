/* Inside of the client: one connection and the jobs on it. Private to this room. */
#ifndef CASEMATE_GATEWAY_SMTP_CONN_H
#define CASEMATE_GATEWAY_SMTP_CONN_H

#include "gateway/net/address.h"
#include "gateway/smtp/client.h"
#include "gateway/smtp/encode.h"
#include "gateway/smtp/reply.h"

enum { EXPECT_MAX = 8, SLOTS = 2 };

enum phase {
    PHASE_OFF,
    PHASE_CONNECTING,
    PHASE_HELLO, /* greeting, EHLO, HELO */
    PHASE_READY,
    PHASE_QUIT,
};

enum expected { EXPECT_GREETING, EXPECT_EHLO, EXPECT_HELO, EXPECT_RSET, EXPECT_MAIL, EXPECT_RCPT, EXPECT_DATA,
                EXPECT_DOT, EXPECT_QUIT };

struct slot {
    bool used;
    bool started;    /* its MAIL is queued */
    bool mail_taken; /* the MTA has begun a transaction */
    bool failed;     /* the outcome is known, though replies are still to come */
    bool retried;    /* on its second connection */
    uint64_t dot_end; /* where its final dot ends in the stream of this connection; 0: not queued yet */
    struct smtp_job job;
    struct smtp_facts facts;
    const char *invalid; /* why no MTA could take it; NULL: nothing wrong */
    struct smtp_result result; /* of a failure */
    char status[SMTP_STATUS_MAX], text[SMTP_TEXT_MAX];
};

struct conn {
    struct net_watch watch; /* first */
    struct net_timer timer;
    struct smtp_client *client;
    enum phase phase;
    size_t next_address;
    unsigned generation; /* another one after each connection that ended */
    bool pipelining, eight_bit, utf8, has_size;
    uint64_t max_size; /* 0: the MTA tells none */
    bool served;       /* a transaction has been done: it was in order once */
    bool dirty;        /* a transaction was begun and refused: RSET comes before the next one */
    struct {
        enum expected kind;
        struct slot *slot;
    } expected[EXPECT_MAX];
    unsigned expect_at, expect_count;
    struct slot slots[SLOTS];
    struct slot *sending; /* whose text is being sent */
    struct smtp_encoder encoder;
    struct str out;
    size_t out_at;
    uint64_t out_base; /* bytes of the stream before out */
    struct smtp_reply reply;
};

struct smtp_client {
    struct net_loop *loop;
    struct smtp_options options;
    struct address_list addresses;
    struct net_hook hook;
    struct net_timer pause;
    bool wanted, paused, stopping;
    unsigned count;
    struct conn conns[];
};

void conn_init(struct conn *c, struct smtp_client *client);
/* Connects; the jobs that wait in its slots are begun then. */
void conn_open(struct conn *c);
static inline bool conn_is_idle(const struct conn *c)
{
    return c->phase == PHASE_READY && !c->expect_count && !c->sending;
}
/* Begins the next job on an idle connection. False: there is none. */
bool conn_begin(struct conn *c);
/* Says QUIT on an idle connection. */
void conn_quit(struct conn *c);
/* Closes and ends the jobs, without trying again. */
void conn_abort(struct conn *c, const char *why);
void conn_release(struct conn *c); /* one that is off */

/* --- of client.c --- */

/* Puts a job into the slot; false when there is none now. */
bool client_take(struct smtp_client *client, struct slot *slot);
/* The MTA is not there: next() is not asked for a while. */
void client_pause(struct smtp_client *client);

#endif
