/* The text after DATA, up to the line that ends it.
 *
 * Only CR LF "." CR LF ends a message. "\n.\n", "\n.\r\n", "\r.\r" and their like are text (CVE-2023-51764 to -51766:
 * where two servers see two ends, one mail smuggles in another). What is kept has CR LF at every line end and no other
 * CR, LF or NUL:
 *
 *   - A line is what CR LF ends; the first "." of a line is taken away when there is more on it (RFC 5321, 4.5.2).
 *   - A CR without LF, or an LF without CR, becomes a blank in the header and CR LF in the body. In the header it must
 *     not make a line: what comes after it would be a field that the server before us did not see, and did not check.
 *   - A NUL refuses the message (554).
 *
 * A message that is refused, or is too large, is read on to its end without being kept, so that the next command is
 * found where it is. */
#ifndef CASEMATE_GATEWAY_LMTP_BODY_H
#define CASEMATE_GATEWAY_LMTP_BODY_H

#include "base/str.h"

/* Bytes of messages that are being received or delivered, over all connections. */
struct lmtp_budget {
    size_t used, max;
};

enum lmtp_body_fault {
    LMTP_BODY_FINE,
    LMTP_BODY_NUL,
    LMTP_BODY_LONG_LINE,
    LMTP_BODY_LARGE,  /* above its limit */
    LMTP_BODY_MEMORY, /* above the budget of all */
};

enum lmtp_body_state { LMTP_BODY_START, LMTP_BODY_DOT, LMTP_BODY_DOT_CR, LMTP_BODY_TEXT, LMTP_BODY_CR, LMTP_BODY_END };

struct lmtp_body {
    struct str bytes;
    enum lmtp_body_fault fault; /* the first one; bytes is empty then */
    bool eight_bit;             /* holds a byte above 127 */
    uint64_t skipped;           /* bytes that came after the fault */
    /* private */
    enum lmtp_body_state state;
    bool in_text; /* behind the empty line after the header */
    size_t line;  /* bytes of this line so far */
    size_t max_line, max_size;
    struct lmtp_budget *budget;
};

void lmtp_body_init(struct lmtp_body *b, size_t max_line, size_t max_size, struct lmtp_budget *budget);
/* Takes bytes until the end of the message, or all; returns how many. */
size_t lmtp_body_feed(struct lmtp_body *b, struct sv data);
static inline bool lmtp_body_is_complete(const struct lmtp_body *b)
{
    return b->state == LMTP_BODY_END;
}
/* Frees the bytes and gives them back to the budget. */
void lmtp_body_release(struct lmtp_body *b);

#endif
