/* Mails that we write: plain text, whole, with CRLF, as outbox_mail() takes them.
 *
 * Names, subjects and texts may come from outside. Nothing in them makes a header field or ends one: line ends and
 * tabs of a name or subject become blanks, controls and bidirectional characters become U+FFFD, what is not plain
 * ASCII becomes encoded words (RFC 2047), and addresses must be ones (forum/route.h). All lines but those that hold one
 * long Message-ID have at most 78 bytes in the header and 76 in a text that had to be encoded. */
#ifndef CASEMATE_FORUM_COMPOSE_H
#define CASEMATE_FORUM_COMPOSE_H

#include "base/err.h"
#include "base/str.h"

/* The fields by which programs know a list's mail (RFC 2369, 2919, 8058). */
struct compose_list {
    struct sv address;     /* of the list; empty: no such fields */
    struct sv title;       /* for List-Id; may be empty */
    struct sv unsubscribe; /* address that unsubscribes by a mail to it; empty: LIST-request@ with a subject */
    struct sv one_click;   /* https address that does so by a POST (RFC 8058); may be empty */
    struct sv archive;     /* http or https address; may be empty */
};

enum compose_auto {
    COMPOSE_GENERATED, /* "Auto-Submitted: auto-generated": nobody asked for it just now */
    COMPOSE_REPLIED,   /* auto-replied: an answer to a mail */
    COMPOSE_PERSON,    /* no such field: what a person wrote */
};

struct compose {
    struct sv from, from_name, to, to_name, reply_to; /* names and reply_to may be empty */
    struct sv subject;
    struct sv text; /* with LF; UTF-8 */
    int64_t date;
    struct sv message_id;        /* without angles; empty: one is made */
    struct sv in_reply_to;       /* without angles, from outside: left out when it can be none */
    const struct sv *references; /* oldest first; the same. Of many the first and the newest are kept */
    size_t reference_count;
    enum compose_auto automatic;
    struct sv one_click;       /* of a mail of no list: as that of compose_list; may be empty */
    struct compose_list list;
};
/* CM_EINPUT: an address that is none, or text that is not UTF-8. *out is in the arena. */
CM_MUST_USE int compose_mail(struct arena *a, const struct compose *m, struct sv *out, struct err *err);
/* Only its header, without MIME-Version, Content-* and the empty line: for a mail of another form. */
CM_MUST_USE int compose_header(struct arena *a, const struct compose *m, struct str *out, struct err *err);

/* Single fields, for mails that are passed on. The name of a field is ours, never from outside. */
void compose_list_fields(struct arena *a, struct str *out, const struct compose_list *l);
void compose_text_field(struct arena *a, struct str *out, const char *name, struct sv text);
/* "Name <address>"; address: route_is_address(). */
void compose_address_field(struct arena *a, struct str *out, const char *name, struct sv who, struct sv address);
/* "sec.example.org" of sec@example.org: what stands in List-Id. */
struct sv compose_list_id(struct arena *a, struct sv address);
/* An address, subject or Message-ID as it stands in a mailto address (RFC 6068, 2). */
void compose_mailto_text(struct str *out, struct sv text);
/* A new Message-ID without angles, at the domain of an address. */
struct sv compose_message_id(struct arena *a, struct sv address);
/* A line as quoted-printable (RFC 2045, 6.7), with its end. */
void compose_quoted_line(struct str *out, struct sv line);
/* "Mon, 30 Nov 2026 04:10:00 +0000" */
struct sv compose_date(struct arena *a, int64_t seconds);

#endif
