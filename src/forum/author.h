/* Whether a mail is from whom its From says, as far as that can be seen.
 *
 * From alone proves nothing: anybody writes any. Where the list names the mail server whose word counts (setting
 * `trusted`), the Authentication-Results (RFC 8601) that this server wrote say what it found: DMARC (RFC 7489) passed
 * for that very domain, or, where the domain has no policy, a DKIM signature of the domain or one above it was good.
 * The first field of that server that tells of DMARC counts, as servers put theirs on top; the server must remove
 * fields that come in under its name (RFC 8601, 5). */
#ifndef CASEMATE_FORUM_AUTHOR_H
#define CASEMATE_FORUM_AUTHOR_H

#include "base/arena.h"
#include "format/mail.h"

/* trusted: an authserv-id; empty: nobody's word counts, and one From is taken for what it says. A mail with no author,
 * several, or several From fields is never proven. */
bool author_is_proven(struct arena *a, const struct mail *m, struct sv trusted);

#endif
