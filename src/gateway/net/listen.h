/* Listening sockets from one address. */
#ifndef CASEMATE_GATEWAY_NET_LISTEN_H
#define CASEMATE_GATEWAY_NET_LISTEN_H

#include "gateway/net/address.h"

enum { LISTEN_MAX = ADDRESS_LIST_MAX };

struct listen_set {
    int fds[LISTEN_MAX]; /* non-blocking, close-on-exec, listening */
    size_t count;
    unsigned port; /* the one really bound; the same for all; 0: a unix socket */
    /* The unix socket's file, removed by listen_close() when it is still ours. */
    char path[ADDRESS_PATH_MAX];
    uint64_t device, inode;
};

/* Sockets of an inherited address are those of the protocol of sd_listen_fds(3): descriptors from 3 on, as many as
 * LISTEN_FDS says, named by LISTEN_FDNAMES, when LISTEN_PID is this process. CM_EUSAGE: there is none of that name, or
 * it is no stream socket that listens.
 * CM_EAGAIN: in use; CM_EIO: not possible here. Addresses of a name that this machine cannot bind
 * (no IPv6, say) are left out as long as one is left. mode: of the file of a unix socket. One that a killed process
 * left there is replaced; any other file there is a fault (CM_EUSAGE). */
CM_MUST_USE int listen_open(const struct address *address, unsigned mode, struct listen_set *out, struct err *err);
void listen_close(struct listen_set *set);

#endif
