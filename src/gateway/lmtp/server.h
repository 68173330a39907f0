/* The LMTP server (RFC 2033): takes mail from the MTA next door and hands it to callbacks; it knows nothing of lists.
 *
 *     struct lmtp_options options = {.address = "unix:/run/casemate/lmtp", .mode = 0660, .host = "forum.example",
 *                                    .handler = {context, recipient, deliver}};
 *     if ((result = lmtp_server_start(loop, &options, &server, &err)) != 0) ...
 *     while (going) net_loop_turn(loop, 1000);
 *     lmtp_server_stop(server);
 *     while (lmtp_server_connections(server)) net_loop_turn(loop, 1000);
 *     lmtp_server_free(&server);
 *
 * All connections live in the loop of one thread. handler.deliver is called once per turn, with every message that
 * became complete in it: under load many messages share one transaction, and a single one waits for nobody. The
 * handler must not call the server. Memory: limits.memory for messages (as much again while a buffer grows), and some
 * 4 kB per connection, 70 kB while commands wait behind a message.
 *
 * Who may connect: whoever reaches the address. It belongs to the MTA alone: a unix socket with a mode, or loopback. */
#ifndef CASEMATE_GATEWAY_LMTP_SERVER_H
#define CASEMATE_GATEWAY_LMTP_SERVER_H

#include "gateway/lmtp/session.h"
#include "gateway/net/loop.h"

enum {
    LMTP_DEFAULT_PORT = 24,  /* what Postfix takes, too */
    LMTP_BATCH_MAX = 256,    /* messages of one call of deliver */
    LMTP_READ_MAX = 65536,   /* bytes read from one connection in one turn */
};

struct lmtp_options {
    const char *address; /* as in gateway/net/address.h; NULL: localhost:24 */
    unsigned mode;       /* of a unix socket's file; 0: 0600 */
    const char *host;    /* how we call ourselves; borrowed */
    struct lmtp_handler handler;
    struct lmtp_limits limits; /* zeros: the defaults */
};

struct lmtp_server;

/* CM_EUSAGE, CM_EAGAIN or CM_EIO as of listen_open(). *out is NULL then. */
CM_MUST_USE int lmtp_server_start(struct net_loop *loop, const struct lmtp_options *options, struct lmtp_server **out,
                                  struct err *err);
/* The port really bound; 0 for a unix socket. */
unsigned lmtp_server_port(const struct lmtp_server *server);
unsigned lmtp_server_connections(const struct lmtp_server *server);
/* Takes no more connections and tells the clients 421; what was answered is still sent. A message that is half here is
 * given up: the client has no reply and sends it again. */
void lmtp_server_stop(struct lmtp_server *server);
/* Closes everything at once. NULL inside is fine. */
void lmtp_server_free(struct lmtp_server **server);

#endif
