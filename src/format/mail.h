/* Internet messages (RFC 5322, MIME RFC 2045 to 2049, RFC 6532), read tolerantly and within limits.
 *
 * A message from outside may be anything: broken headers, no headers, bytes of no charset, part upon part. Reading
 * fails only beyond a limit (CM_ELIMIT); everything else gives a message, with what could be understood in it, and
 * the raw bytes stay the truth, with the caller. All texts that come out are valid UTF-8 without NUL; header texts
 * are one line, control and bidirectional characters replaced by U+FFFD.
 *
 * Line ends are LF or CRLF; in a message without any LF they are CR (from old Macintoshes). GMime does the work on
 * encoded words, addresses, dates and bodies; it stays inside mail_gmime.c. Header fields are cut by mail.c
 * itself, so that they are there when the body is refused.
 *
 * Any thread; each call by itself. GMime is loaded on the first call. */
#ifndef CASEMATE_FORMAT_MAIL_H
#define CASEMATE_FORMAT_MAIL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"

enum {
    MAIL_BYTES_MAX = 64 << 20,   /* of a message, whatever the list allows */
    MAIL_HEADER_MAX = 256 << 10, /* of its header, in bytes */
    MAIL_FIELDS_MAX = 2000,      /* header fields */
    MAIL_PARTS_MAX = 500,        /* MIME parts, of all depths */
    MAIL_DEPTH_MAX = 30,         /* part in part */
    MAIL_REFERENCES_MAX = 200,   /* the newest that are kept */
    MAIL_ADDRESSES_MAX = 1000,   /* of one field; the rest is dropped */
    MAIL_ID_MAX = 900,           /* bytes of a Message-ID that is taken for one: a line has 998 */
};

struct mail_address {
    struct sv name;    /* as shown, decoded; may be empty */
    struct sv address; /* local part as it is, domain in lower case; may be broken */
};

struct mail_addresses {
    struct mail_address *at;
    size_t count;
};

struct mail_field {
    struct sv name;  /* as written */
    struct sv value; /* raw and unfolded: as written, without line ends and blanks at its ends; any bytes */
};

enum mail_part_kind {
    MAIL_CONTAINER,  /* multipart: its parts follow it, one deeper */
    MAIL_TEXT,       /* text/plain, and what has no type */
    MAIL_HTML,       /* text/html */
    MAIL_MESSAGE,    /* message/rfc822: the parts of that message follow it, one deeper */
    MAIL_ATTACHMENT, /* everything else, and text with "Content-Disposition: attachment" */
};

struct mail_part {
    enum mail_part_kind kind;
    unsigned depth;      /* 0: the message itself */
    struct sv type;      /* "text/plain", lower case */
    struct sv charset;   /* as declared, lower case; empty when not */
    struct sv name;      /* file name as declared, without folders; may be empty */
    struct sv id;        /* Content-ID without angles */
    bool attached;       /* Content-Disposition says attachment */
    bool flowed, delsp;  /* RFC 3676 */
    struct sv report;    /* multipart/report: its report-type; multipart/signed: its protocol */
    struct sv content;   /* decoded: text and HTML as UTF-8, message/delivery-status and others as bytes; a message as
                          * it is, empty when it lies in another */
    bool damaged;        /* bytes that the charset or the encoding does not allow were replaced or dropped */
};

struct mail {
    struct mail_field *fields;
    size_t field_count;
    struct sv message_id;  /* without angles; empty: none, or none that can be one */
    struct sv *references; /* oldest first: References, then In-Reply-To where it is not among them; without angles */
    size_t reference_count;
    struct sv subject;
    struct mail_addresses from, sender, reply_to, to, cc;
    bool has_date;
    int64_t date;          /* seconds since 1970, UTC */
    struct sv header, body; /* of the bytes given: with the empty line / after it */
    struct mail_part *parts; /* in order, containers before what they hold; none when only the header was read */
    size_t part_count;
};

/* Reads a message; *out points into `bytes`, which must live as long, and into the arena. CM_ELIMIT: beyond a limit,
 * with which one; then *out holds what mail_read_header() gives where that is possible. */
CM_MUST_USE int mail_read(struct arena *a, struct sv bytes, struct mail *out, struct err *err);
/* The same without the body: parts is empty. */
CM_MUST_USE int mail_read_header(struct arena *a, struct sv bytes, struct mail *out, struct err *err);

/* The first field of that name (any case), or NULL. */
const struct mail_field *mail_find(const struct mail *m, const char *name);
/* The first field's value, empty when there is none. */
struct sv mail_value(const struct mail *m, const char *name);
/* A raw value as text: encoded words (RFC 2047) and 8-bit bytes decoded. One line. */
struct sv mail_decode(struct arena *a, struct sv value);
/* Addresses of a raw value. Groups are opened. */
struct mail_addresses mail_read_addresses(struct arena *a, struct sv value);
/* All "<id>" of a raw value, without angles, in order; for headers of broken clients also a bare word with one "@". */
size_t mail_read_ids(struct arena *a, struct sv value, struct sv **out);
/* A date as header fields have it, in seconds since 1970; false when it is none. */
bool mail_read_date(struct arena *a, struct sv value, int64_t *out);
/* Bytes of a charset as UTF-8; what is no such byte becomes U+FFFD and sets *out_damaged (may be NULL). An unknown
 * charset is taken for UTF-8 where the bytes are that, otherwise for Windows-1252. */
struct sv mail_to_utf8(struct arena *a, struct sv charset, struct sv bytes, bool *out_damaged);

#endif
