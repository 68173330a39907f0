/* What a server says to those who wait for it: to a supervisor, and to people while its pages are being made. */
#ifndef CASEMATE_CLI_SUPERVISE_H
#define CASEMATE_CLI_SUPERVISE_H

#include "gateway/http/server.h"

/* A word to systemd (sd_notify(3)), such as "READY=1": one datagram to the socket that NOTIFY_SOCKET names; nothing
 * where
 * there is none. */
void supervise_tell(const char *word);

/* 503 with a page that asks again by itself. total 0: not known yet. */
void supervise_wait_page(struct http_response *out, size_t done, size_t total);

#endif
