/* Texts as they were: all versions of one threat, and the dates of editions. */
#ifndef CASEMATE_REGISTER_VERSIONS_H
#define CASEMATE_REGISTER_VERSIONS_H

#include "profile/profile.h"
#include "store/store.h"

/* A threat after an event that changed it. */
struct threat_version {
    int64_t event, at;      /* number in the record; seconds since 1970 */
    struct sv action, who, why; /* "threat.edit"; name of the member; reason or empty. "(erased)" where it was */
    size_t fields;          /* how many changed */
};
struct threat_versions {
    VEC(struct threat_version) list; /* oldest first; empty: there is no such threat */
};
CM_MUST_USE int threat_versions_load(struct store *s, struct arena *a, struct sv threat, struct threat_versions *out,
                                     struct err *err);
/* The fields as they were after the event of that number, in the order in which they came. */
CM_MUST_USE int threat_version_fields(struct store *s, struct arena *a, struct sv threat, int64_t event,
                                      struct text_fields *out, struct err *err);
/* "2026-11-22"; CM_ENOTFOUND: there is no such edition. */
CM_MUST_USE int edition_date(struct store *s, struct arena *a, struct sv document, struct sv version, struct sv *out,
                             struct err *err);

#endif
