/* Where a server listens or a client connects: a text, its parts, and the socket addresses that it stands for. */
#ifndef CASEMATE_GATEWAY_NET_ADDRESS_H
#define CASEMATE_GATEWAY_NET_ADDRESS_H

#include <sys/socket.h>

#include "base/err.h"

enum {
    ADDRESS_HOST_MAX = 256,
    ADDRESS_PATH_MAX = 108, /* with its NUL, as the kernel has it */
    ADDRESS_LIST_MAX = 8,
    ADDRESS_TEXT_MAX = ADDRESS_HOST_MAX + 32,
};

enum { ADDRESS_NAME_MAX = 64 };

struct address {
    bool inherited;              /* sockets that listen already, from whoever started this program */
    char name[ADDRESS_NAME_MAX]; /* of these; "": all of them */
    char path[ADDRESS_PATH_MAX]; /* of a unix socket; "": host and port count */
    char host[ADDRESS_HOST_MAX]; /* without brackets; "": every address of the machine */
    unsigned port;               /* 0: any free one */
};

/* "host:port", "host", "[::1]:port", ":port" (every address of the machine), "port" (localhost), or "unix:/path", or
 * "systemd" or "systemd:NAME" (socket activation, see listen.h). CM_EUSAGE. */
CM_MUST_USE int address_parse(const char *text, unsigned default_port, struct address *out, struct err *err);

struct address_list {
    struct address_item {
        struct sockaddr_storage storage;
        socklen_t len;
    } at[ADDRESS_LIST_MAX];
    size_t count;
};

/* What a client tries, in this order. A name other than localhost is looked up, which may take a while: at the start of
 * a program, never in a loop. CM_EUSAGE: the name is unknown, or there is no host or port to connect to. */
CM_MUST_USE int address_resolve(const struct address *address, struct address_list *out, struct err *err);

/* The socket address of a unix socket. */
void address_unix(const char *path, struct address_item *out);

#endif
