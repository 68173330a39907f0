/* What a mail is that no person wrote to the list: a bounce, an automatic reply, a loop, a
 * challenge, a complaint.
 *
 * For a bounce, who could not be reached and whether that will stay so. RFC 3464 first; then the
 * reports of mailers from before and beside it, by what they have in common: an explanation before
 * the returned mail, in which failed addresses stand in a few typical ways. There is no rule for
 * one product alone.
 *
 * BOUNCE_HARD says that the address itself is no good and will not become so: no such user, no such
 * host, moved. Full, suspended, blocked, too large, refused as spam, not reached in time are
 * BOUNCE_SOFT, whatever the first digit of their status: another mail may get through. A report
 * that does not say why is BOUNCE_UNSAID.
 *
 * Pure functions of the mail; linear, and only the first BOUNCE_TEXT_MAX bytes of an explanation
 * are read. */
#ifndef CASEMATE_FORUM_BOUNCE_H
#define CASEMATE_FORUM_BOUNCE_H

#include "base/arena.h"
#include "format/mail.h"

enum {
    BOUNCE_TEXT_MAX = 64 << 10,
    BOUNCE_RECIPIENTS_MAX = 100, /* of one report; the rest is dropped */
    BOUNCE_REASON_MAX = 500,     /* bytes of a reason */
    BOUNCE_HOPS_MAX = 50,        /* Received fields; more is a loop */
};

enum bounce_kind {
    BOUNCE_NONE,       /* a mail like others */
    BOUNCE_FAILURE,    /* not delivered, or not yet */
    BOUNCE_RECEIPT,    /* delivered, relayed or read: nothing failed */
    BOUNCE_COMPLAINT,  /* a recipient called it spam (RFC 5965) */
    BOUNCE_AUTO_REPLY, /* vacation and the like (RFC 3834) */
    BOUNCE_CHALLENGE,  /* asks the sender to confirm */
    BOUNCE_LOOP,       /* the list's own mail comes back, or one that goes in circles */
};

enum bounce_severity { BOUNCE_UNSAID, BOUNCE_SOFT, BOUNCE_HARD };

struct bounce_recipient {
    struct sv address; /* that was written to, as far as known: Original-Recipient before
                          Final-Recipient */
    struct sv final;   /* where it was forwarded to, or the same */
    enum bounce_severity severity;
    struct sv status; /* RFC 3463, "5.1.1"; empty: not said */
    struct sv reason; /* one line */
    bool delayed;     /* the mailer goes on trying */
};

struct bounce {
    enum bounce_kind kind;
    struct bounce_recipient
        *recipients; /* BOUNCE_FAILURE and BOUNCE_COMPLAINT; may be none: VERP has to tell then */
    size_t recipient_count;
    struct sv original_id; /* Message-ID of the mail that came back, without angles; may be empty */
};

/* The list that the mail came to: its own List-Id (without angles) and address, to see loops;
 * empty: not looked for. */
struct bounce_list {
    struct sv id, address;
};

struct bounce bounce_read(struct arena *a, const struct mail *m, const struct bounce_list *list);
const char *bounce_kind_word(enum bounce_kind kind);
const char *bounce_severity_word(enum bounce_severity severity);

#endif
