/* The head of an HTTP/1.1 request (RFC 9112), strictly: one reading of the bytes, or none.
 *
 * A request that two programs could cut at different places is refused: 400, and the connection is
 * closed. Refused are: a line that does not end with CRLF, CR elsewhere, NUL and other control
 * characters, folded lines, blanks before a colon, two Host fields or none (HTTP/1.0 may have none)
 * or one that is no host, two Content-Length fields even when equal, lengths with a sign, blanks,
 * commas or more than 18 digits, Content-Length beside Transfer-Encoding, any Transfer-Encoding but
 * one single "chunked", and that one in HTTP/1.0. Too long gives 414 or 431, an unknown version
 * 505, an unknown Expect 417. One empty line before a request is skipped.
 *
 * Push style: the caller keeps the bytes of a connection in one buffer and calls framing_advance
 * whenever it has grown; what was looked at is not looked at again, and the result does not depend
 * on how the bytes were cut. Only offsets are kept, so the buffer may move between calls. No memory
 * is allocated. */
#ifndef CASEMATE_GATEWAY_HTTP_FRAMING_H
#define CASEMATE_GATEWAY_HTTP_FRAMING_H

#include "base/base.h"
#include "base/sv.h"

enum {
    FRAMING_LINE_MAX = 8 * 1024, /* request line without its CRLF: 414 beyond */
    FRAMING_FIELDS_BYTES =
        16 * 1024,            /* all field lines with their CRLFs, and the empty line: 431 beyond */
    FRAMING_FIELDS_MAX = 100, /* field lines: 431 beyond */
    /* A buffer of this size always holds what is needed for a decision. */
    FRAMING_HEAD_MAX = 2 + FRAMING_LINE_MAX + 2 + FRAMING_FIELDS_BYTES + 1,
};

enum framing_result {
    FRAMING_MORE, /* no decision yet; needs more bytes */
    FRAMING_DONE, /* a request; head_len bytes belong to its head */
    FRAMING_BAD,  /* refuse with status, then close */
};

enum framing_method { FRAMING_GET, FRAMING_HEAD, FRAMING_POST, FRAMING_OTHER };

enum framing_body {
    FRAMING_NO_BODY, /* neither field */
    FRAMING_LENGTH,  /* content_length bytes follow */
    FRAMING_CHUNKED, /* chunks follow (RFC 9112, 7.1) */
};

struct framing_span {
    uint16_t at, len; /* into the buffer */
};

struct framing_field {
    struct framing_span name, value; /* the value without blanks at its ends */
};

struct framing {
    /* FRAMING_BAD */
    int status;         /* 400, 414, 417, 431 or 505 */
    const char *reason; /* a static sentence for people */
    /* FRAMING_DONE */
    uint32_t head_len; /* with the empty line */
    enum framing_method method;
    bool minor_1;    /* HTTP/1.1; otherwise 1.0 */
    bool keep_alive; /* the client can take another answer on this connection */
    bool expect;     /* it waits for "100 Continue" before it sends the body */
    enum framing_body body;
    uint64_t content_length; /* FRAMING_LENGTH */
    struct framing_span method_name;
    struct framing_span path,
        query; /* path begins with "/", still percent-encoded (empty: FRAMING_OTHER with another target); query without
                  "?" (may be empty) */
    struct framing_span host; /* Host field, empty when absent (HTTP/1.0) */
    uint16_t field_count;
    struct framing_field fields[FRAMING_FIELDS_MAX];
    /* private */
    uint32_t seen, line_at, fields_at;
    bool has_line, has_host, has_length, has_encoding, wants_close, wants_keep;
    struct framing_span authority; /* of a target in absolute form */
};

void framing_init(struct framing *f);

/* data: all bytes since the first one of the request, at least as many as in the call before. Once
 * it returned FRAMING_DONE or FRAMING_BAD, framing_init must come first. */
enum framing_result framing_advance(struct framing *f, struct sv data);

static inline struct sv framing_text(struct sv data, struct framing_span span)
{
    return sv_from(data.at + span.at, span.len);
}

/* The next field of that name (lower case) from *index on, which moves behind it; false when there
 * is none. Begin with *index = 0. */
bool framing_next_field(const struct framing *f, struct sv data, const char *name, size_t *index,
                        struct sv *out_value);

/* Takes the next element off a comma-separated list, without blanks; empty elements are skipped. */
bool framing_next_element(struct sv *rest, struct sv *out);

/* host [":" port]: a name of letters, digits, "-", ".", "_", or an IPv4 address, or an IPv6 address
 * in brackets. */
bool framing_host_valid(struct sv host);
/* localhost or a numeric address, with or without a port */
bool framing_host_local(struct sv host);

#endif
