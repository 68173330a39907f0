/* Replies of the server: three digits, an enhanced status code (RFC 3463), and a line for people. */
#ifndef CASEMATE_GATEWAY_LMTP_REPLY_H
#define CASEMATE_GATEWAY_LMTP_REPLY_H

#include "base/str.h"

enum { LMTP_REPLY_TEXT_MAX = 256 };

struct lmtp_reply {
    int code;                       /* 200 to 599 */
    const char *status;             /* static: "2.1.5"; its class is that of the code */
    char text[LMTP_REPLY_TEXT_MAX]; /* cut when too long */
};

void lmtp_reply_set(struct lmtp_reply *reply, int code, const char *status, const char *format, ...) CM_PRINTF(4, 5);
/* As a line. What is not printable ASCII becomes "?", so that no text can hold a reply of its own. */
void lmtp_reply_write(const struct lmtp_reply *reply, struct str *out);

#endif
