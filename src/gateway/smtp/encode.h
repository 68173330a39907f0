/* A message as it goes over the wire: given in pieces, with any line ends, sent with CR LF alone and with dots doubled.
 *
 * LF and CR LF end a line, and a CR by itself becomes a blank: what leaves has no CR or LF by itself, so no server
 * behind us can see a line, or the end of the message, where we saw none. A line end is added at the end when there is
 * none. NUL cannot be sent. */
#ifndef CASEMATE_GATEWAY_SMTP_ENCODE_H
#define CASEMATE_GATEWAY_SMTP_ENCODE_H

#include <sys/uio.h>

#include "base/str.h"

struct smtp_facts {
    uint64_t size;          /* as counted by SIZE: on the wire, without the doubled dots and the final one */
    bool eight_bit;         /* needs 8BITMIME */
    bool eight_bit_header;  /* needs SMTPUTF8 */
    bool nul;
};

struct smtp_encoder {
    const struct iovec *pieces;
    size_t count, piece, at; /* next byte: pieces[piece], offset at */
    bool in_line, after_cr, done;
};

struct smtp_facts smtp_facts_of(const struct iovec *pieces, size_t count);

void smtp_encoder_init(struct smtp_encoder *e, const struct iovec *pieces, size_t count);
/* Adds about `room` bytes to out, less at the end, which is the line with the dot; done is set then. */
void smtp_encoder_run(struct smtp_encoder *e, size_t room, struct str *out);

#endif
