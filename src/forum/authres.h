/* What the mail server before us found out about a mail: Authentication-Results (RFC 8601) under the name
 * (authserv-id) that we were told to believe. Only the topmost such field counts: servers put theirs on top, and
 * remove what claims to be theirs below. Pure. */
#ifndef CASEMATE_FORUM_AUTHRES_H
#define CASEMATE_FORUM_AUTHRES_H

#include "format/mail.h"

enum dmarc_policy { DMARC_UNKNOWN, DMARC_NONE, DMARC_STRICT /* quarantine or reject */ };

struct authres {
    bool found;       /* there is such a field */
    bool signed_well; /* a DKIM signature of the domain, or of one above or below it, is good */
    enum dmarc_policy policy;
};

/* trusted empty: nobody is believed. domain: of the author. */
struct authres authres_read(const struct mail *m, struct sv trusted, struct sv domain);
/* Whether a value of that field is one of the server's. */
bool authres_is_of(struct sv value, struct sv server);
/* Equal, or one is a part of the other (RFC 7489 calls that relaxed alignment; without a list of public suffixes). */
bool authres_aligned(struct sv a, struct sv b);

#endif
