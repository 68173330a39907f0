/* Atom (RFC 4287). Inside this room only. */
#ifndef CASEMATE_DOCUMENT_ATOM_H
#define CASEMATE_DOCUMENT_ATOM_H

#include "base/arena.h"
#include "format/markup.h"

/* The name for life of a feed or entry: a UUID of version 8 (RFC 9562) from the digest of what names it. */
struct sv atom_urn(struct arena *a, const struct sv *parts, size_t count);

/* A feed, or one entry of it. Addresses are relative to the feed. */
struct atom {
    struct sv id, title, author; /* author: may be empty in an entry: it is then that of the feed */
    int64_t updated;
    struct sv alternate;         /* the page that shows the same */
    struct sv self;              /* of a feed: its own file */
    struct sv summary;           /* of an entry */
};
/* Begins a document in *out, which takes entries until atom_end(). */
void atom_begin(struct arena *a, struct markup *m, struct str *out, const struct atom *feed);
void atom_entry(struct arena *a, struct markup *m, const struct atom *entry);
void atom_end(struct markup *m);

#endif
