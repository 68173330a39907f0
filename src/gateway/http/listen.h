/* Listening sockets from one text address. */
#ifndef CASEMATE_GATEWAY_HTTP_LISTEN_H
#define CASEMATE_GATEWAY_HTTP_LISTEN_H

#include "base/err.h"

enum { LISTEN_MAX = 8, LISTEN_HOST_MAX = 256, LISTEN_DEFAULT_PORT = 8139 };

struct listen_address {
    char host[LISTEN_HOST_MAX]; /* without brackets; "": every address of the machine */
    unsigned port;              /* 0: any free one */
};

/* The forms named at http_options.address. CM_EUSAGE. */
CM_MUST_USE int listen_parse(const char *text, struct listen_address *out, struct err *err);

struct listen_set {
    int fds[LISTEN_MAX]; /* non-blocking, close-on-exec, listening */
    size_t count;
    unsigned port; /* the one really bound; the same for all */
};

/* CM_EAGAIN: in use; CM_EIO: not possible here. Addresses of a name that this machine cannot bind
 * (no IPv6, say) are left out as long as one is left. */
CM_MUST_USE int listen_open(const struct listen_address *address, struct listen_set *out,
                            struct err *err);
void listen_close(struct listen_set *set);

#endif
