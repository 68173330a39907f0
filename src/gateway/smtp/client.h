/* The SMTP client (RFC 5321): sends mail through the MTA next door, one transaction per recipient, over a few kept
 * connections in the loop of one thread.
 *
 *     struct smtp_options options = {.address = "localhost:25", .host = "forum.example", .next = next, .done = done};
 *     if ((result = smtp_client_start(loop, &options, &client, &err)) != 0) ...
 *     smtp_client_wake(client);                      // whenever next() may have something
 *
 * With PIPELINING, one write carries a message, its dot, and MAIL, RCPT and DATA of the one after it: a recipient costs
 * one round trip per connection. Without it, each command waits for its reply; a message and its dot are one write in
 * any case as long as they fit into SMTP_BUFFER. Memory: a buffer per connection, however many recipients there are.
 *
 * Each job ends with one call of done(), in one of four ways:
 *
 *   SMTP_SENT     250 for the message: it is the MTA's
 *   SMTP_FAILED   refused for good: a reply of 5yz to MAIL, RCPT, DATA or the message; or it cannot be sent to this MTA
 *                 at all (8-bit text without 8BITMIME, beyond ASCII in an address or the header without SMTPUTF8,
 *                 above SIZE, a NUL)
 *   SMTP_LATER    a reply of 4yz, or the connection was refused, lost or not understood before the final dot had left
 *                 as a whole: the MTA cannot have taken the message
 *   SMTP_UNKNOWN  the connection was lost, not understood or silent after the dot had left and before its reply came.
 *                 The MTA may have the message or not; SMTP itself cannot know (RFC 1047). Sending again may deliver
 *                 twice, and not sending may lose it: the caller decides.
 *
 * A greeting or EHLO that is refused, with whatever code, is a fault of the MTA and not of a recipient: SMTP_LATER, and
 * next() is not asked for a while. A job whose kept connection turns out to be closed is tried once more on
 * a new one. */
#ifndef CASEMATE_GATEWAY_SMTP_CLIENT_H
#define CASEMATE_GATEWAY_SMTP_CLIENT_H

#include <sys/uio.h>

#include "base/sv.h"
#include "gateway/net/loop.h"

enum {
    SMTP_DEFAULT_PORT = 25,
    SMTP_CONNECTIONS_MAX = 64,
    SMTP_BUFFER = 256 * 1024, /* bytes of a message that wait in memory to be written */
    SMTP_TEXT_MAX = 512,      /* of what the MTA said, as it is handed on */
};

/* All texts and pieces are borrowed until done(). */
struct smtp_job {
    void *id; /* the caller's own */
    struct sv from, to; /* without brackets; from is empty for the null sender */
    const struct iovec *pieces; /* the message: one header of its own and a shared rest, say; see encode.h */
    size_t piece_count;
};

enum smtp_outcome { SMTP_SENT, SMTP_FAILED, SMTP_LATER, SMTP_UNKNOWN };

struct smtp_result {
    enum smtp_outcome outcome;
    int code;           /* of the reply that decided; 0: there was none */
    const char *status; /* the enhanced code of that reply, or of our own reason; may be empty */
    const char *text;   /* what the MTA said, or our own reason; one line of printable UTF-8 or ASCII */
};

/* Zeros: the defaults of RFC 5321, 4.5.3.2. In milliseconds. */
struct smtp_times {
    unsigned connect;  /* 30,000 */
    unsigned greeting; /* greeting, EHLO, RSET: 300,000 */
    unsigned command;  /* MAIL, RCPT: 300,000 */
    unsigned data;     /* the reply to DATA: 120,000 */
    unsigned block;    /* until the MTA takes more of a message: 180,000 */
    unsigned dot;      /* the reply to the message: 600,000 */
    unsigned idle;     /* how long a connection without work is kept: 30,000 */
    unsigned pause;    /* after the MTA was not there: 5,000 */
};

struct smtp_options {
    const char *address;  /* as in gateway/net/address.h; NULL: localhost:25 */
    const char *host;     /* how we call ourselves; borrowed */
    unsigned connections; /* at once; 0: 4 */
    struct smtp_times times;
    void *context;
    /* The next message to send; false when there is none now. */
    bool (*next)(void *context, struct smtp_job *out);
    /* Texts of *result live until it returns. May call smtp_client_wake(), nothing else of the client. */
    void (*done)(void *context, const struct smtp_job *job, const struct smtp_result *result);
};

struct smtp_client;

/* Nothing is connected yet. CM_EUSAGE: the address. *out is NULL then. */
CM_MUST_USE int smtp_client_start(struct net_loop *loop, const struct smtp_options *options, struct smtp_client **out,
                                  struct err *err);
/* next() may have something: it is asked at the end of this turn of the loop. */
void smtp_client_wake(struct smtp_client *client);
/* Asks for no more jobs; those under way are finished, connections are closed. */
void smtp_client_stop(struct smtp_client *client);
/* The MTA was not there: next() is not asked for a while. */
bool smtp_client_is_paused(const struct smtp_client *client);
/* Jobs under way. */
unsigned smtp_client_jobs(const struct smtp_client *client);
unsigned smtp_client_connections(const struct smtp_client *client);
/* Closes everything at once; done() is called for the jobs under way. NULL inside is fine. */
void smtp_client_free(struct smtp_client **client);

#endif
