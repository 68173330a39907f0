/* Replies of an SMTP server (RFC 5321, 4.2; enhanced codes: RFC 2034, RFC 3463), read strictly and under limits.
 *
 * Each line is three digits, "-" (more lines follow) or a blank and text, or nothing, and CR LF; the digits of all
 * lines are equal. Anything else is bad: the connection cannot be understood any more. */
#ifndef CASEMATE_GATEWAY_SMTP_REPLY_H
#define CASEMATE_GATEWAY_SMTP_REPLY_H

#include "base/str.h"

enum {
    SMTP_REPLY_LINE_MAX = 2048, /* with CR LF; RFC 5321 says 512 */
    SMTP_REPLY_LINES_MAX = 128,
    SMTP_STATUS_MAX = 12, /* "5.123.456" and NUL */
};

enum smtp_reply_result { SMTP_REPLY_MORE, SMTP_REPLY_DONE, SMTP_REPLY_BAD };

struct smtp_reply {
    int code;                     /* 200 to 599 */
    char status[SMTP_STATUS_MAX]; /* "2.1.5", or empty when there is none that fits the code */
    struct str text;              /* the lines without digits and CR LF, joined by LF; the first one without status */
    const char *fault;            /* SMTP_REPLY_BAD: what is wrong */
    /* private */
    unsigned lines;
    char line[SMTP_REPLY_LINE_MAX];
    size_t line_len;
};

void smtp_reply_init(struct smtp_reply *r);
void smtp_reply_release(struct smtp_reply *r);
/* Forgets the reply that is done; before the next one. */
void smtp_reply_next(struct smtp_reply *r);
/* Takes bytes off *data up to the end of one reply. */
enum smtp_reply_result smtp_reply_feed(struct smtp_reply *r, struct sv *data);

/* Whether a reply to EHLO names an extension; *out_argument: what stands behind the name (may be NULL). */
bool smtp_reply_offers(const struct smtp_reply *r, const char *extension, struct sv *out_argument);

#endif
