/* One command line of a client: what it says, or the reply that refuses it. */
#ifndef CASEMATE_GATEWAY_LMTP_COMMAND_H
#define CASEMATE_GATEWAY_LMTP_COMMAND_H

#include "gateway/lmtp/reply.h"
#include "gateway/net/mailbox.h"

enum lmtp_verb {
    LMTP_LHLO,
    LMTP_MAIL,
    LMTP_RCPT,
    LMTP_DATA,
    LMTP_RSET,
    LMTP_NOOP,
    LMTP_QUIT,
    LMTP_VRFY,
    LMTP_HELP,
};

enum lmtp_body_type { LMTP_7BIT, LMTP_8BITMIME };

struct lmtp_command {
    enum lmtp_verb verb;
    struct sv name;      /* LHLO: how the client calls itself */
    struct mailbox path; /* MAIL, RCPT */
    /* of MAIL */
    uint64_t size; /* 0: not told */
    enum lmtp_body_type body;
    bool smtputf8;
};

/* line: without CR LF. False: *refusal is set. Texts of *out are in the arena or in the line. */
bool lmtp_command_read(struct arena *a, struct sv line, struct lmtp_command *out, struct lmtp_reply *refusal);

#endif
