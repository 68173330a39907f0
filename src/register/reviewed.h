/* What a review is about: digests of the texts that reviewers read. Pure.
 *
 * The digest of a threat covers every field of its file but those that say where the entry stands (stage, reason,
 * into) and where it comes from (proposed), so a review holds while a threat moves through its stages. It is
 * BLAKE2b-256 over part(name) part(text) of each field in the order of the file, as threat_text_fields() cuts it;
 * part() as in base/digest.h. */
#ifndef CASEMATE_REGISTER_REVIEWED_H
#define CASEMATE_REGISTER_REVIEWED_H

#include "profile/profile.h"

struct reviewed_threat {
    struct sv threat; /* id */
    struct digest digest;
};
struct reviewed_threats {
    VEC(struct reviewed_threat) list;
};

/* source: the whole file of the threat. */
struct digest reviewed_threat_digest(struct arena *a, struct sv source);
/* The digest of a document ("process", "template" or "analysis") from the files of a SIG in bytewise order of their
 * paths. Process and template: part("process.md") part(text of that file). Analysis: part("analysis.md") part(text)
 * when there is such a file, then part(id) part(digest) of each file in threats/; these go to *out_threats (may be
 * NULL), which stays empty for the other documents. */
struct digest reviewed_document_digest(struct arena *a, const struct profile_files *files, struct sv document,
                                       struct reviewed_threats *out_threats);

#endif
