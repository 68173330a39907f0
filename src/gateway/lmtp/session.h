/* One client's dialogue with the server, without sockets and clock: bytes in, bytes out, the same however they are cut.
 *
 * feed() stops where a message is complete; the messages of several sessions are then delivered together, and answer()
 * writes the replies, one per recipient (RFC 2033, 4.2). Announced: PIPELINING, 8BITMIME, SMTPUTF8, SIZE,
 * ENHANCEDSTATUSCODES.
 *
 * A command ends with CR LF. A line with another CR, LF or NUL in it, or one that is too long, is refused and the
 * connection is closed: what follows it could be read in two ways. */
#ifndef CASEMATE_GATEWAY_LMTP_SESSION_H
#define CASEMATE_GATEWAY_LMTP_SESSION_H

#include "base/vec.h"
#include "gateway/lmtp/body.h"
#include "gateway/lmtp/command.h"

enum { LMTP_LINE_MAX = 2048 };

struct lmtp_envelope {
    struct sv client; /* as it calls itself */
    struct mailbox from;
    const struct mailbox *recipients; /* those accepted so far */
    size_t recipient_count;
    uint64_t size; /* as told by the client; 0: not told */
    enum lmtp_body_type body;
    bool smtputf8;
};

struct lmtp_mail {
    struct lmtp_envelope envelope;
    struct sv bytes; /* with CR LF at each line end; see body.h */
    bool eight_bit;  /* holds a byte above 127, whatever was announced */
};

struct lmtp_handler {
    void *context;
    /* Decides at RCPT: fills *reply with 250, or with what refuses this recipient. */
    void (*recipient)(void *context, const struct lmtp_envelope *envelope, const struct mailbox *address,
                      struct lmtp_reply *reply);
    /* Takes the messages that are complete at this turn of the loop, from all connections: one transaction may hold
     * them all. replies[i][j] is for recipient j of batch[i]; it says "451 4.3.0" until it is filled. 250 means that
     * the message is on disk; it is sent to the client when this returns, and only then. */
    void (*deliver)(void *context, const struct lmtp_mail *batch, size_t count, struct lmtp_reply *const *replies);
};

struct lmtp_limits {
    unsigned connections; /* at once; the next one gets 421 (100) */
    unsigned recipients;  /* of one message; the next one gets 452 (1,000) */
    unsigned errors;      /* commands refused for their form, in one connection; then 421 (10) */
    unsigned idle_turns;  /* commands but MAIL, RCPT and DATA since a message began to arrive; then 421 (100) */
    size_t message;       /* bytes; 552 beyond (16 MiB) */
    size_t line;          /* bytes of a line of a message; 554 beyond (16 KiB) */
    size_t memory;        /* bytes of messages over all connections; 452 beyond (64 MiB) */
    unsigned command_ms;  /* until a command is complete, or replies are taken (300,000) */
    unsigned data_ms;     /* until more of a message arrives (180,000) */
    unsigned message_ms;  /* until a message is complete (1,800,000) */
};

/* What the sessions of one server have in common. */
struct lmtp_shared {
    const char *host; /* how we call ourselves */
    struct lmtp_handler handler;
    struct lmtp_limits limits; /* no zeros */
    struct lmtp_budget budget;
};

enum lmtp_state {
    LMTP_COMMANDS, /* reads commands */
    LMTP_TEXT,     /* reads a message */
    LMTP_COMPLETE, /* a message waits for delivery */
    LMTP_CLOSED,   /* nothing more is read; out is still to be sent */
};

struct lmtp_session {
    struct str out; /* to be sent; the caller empties it */
    enum lmtp_state state;
    uint64_t commands; /* complete ones so far */
    /* private */
    struct lmtp_shared *shared;
    struct arena arena; /* of the transaction */
    struct str client;
    bool greeted, has_sender;
    struct lmtp_envelope envelope;
    VEC(struct mailbox) recipients;
    struct lmtp_body body;
    unsigned errors, idle_turns;
    char line[LMTP_LINE_MAX];
    size_t line_len;
};

/* Writes the greeting. */
void lmtp_session_init(struct lmtp_session *s, struct lmtp_shared *shared);
void lmtp_session_release(struct lmtp_session *s);
/* Takes bytes until a message is complete, the dialogue is over, or none are left; returns how many. */
size_t lmtp_session_feed(struct lmtp_session *s, struct sv data);
/* The complete message; its texts live until answer(). */
struct lmtp_mail lmtp_session_mail(const struct lmtp_session *s);
/* One reply per recipient, in their order. */
void lmtp_session_answer(struct lmtp_session *s, const struct lmtp_reply *replies);
/* Ends the dialogue with a reply of 421. */
void lmtp_session_end(struct lmtp_session *s, const char *status, const char *why);

/* Fills the zeros with the defaults. */
void lmtp_limits_fill(struct lmtp_limits *limits);

#endif
