/* Changing content: what all actions on files share. Private to this room. */
#ifndef CASEMATE_ACTION_CONTENT_H
#define CASEMATE_ACTION_CONTENT_H

#include "action/action.h"
#include "format/json.h"

struct content_edit {
    const char *path;     /* new path; for a removal the old one */
    const char *old_path; /* when the file was stored under another name, else NULL */
    struct sv text;       /* normal form */
    bool remove;
};

/* The last digest of a file that the record names, and the event that named it. */
struct recorded_file {
    struct digest digest;
    int64_t event;
};

struct content_editorial {
    const struct threat *was;
    struct digest before; /* voted_threat() of it */
    struct digest rated;  /* rounds_rated() of it */
};

struct content_change {
    const char *action;  /* name in the action table */
    struct sv subject;
    struct sv source;    /* file, command or message */
    VEC(struct content_edit) edits;
    bool initial;        /* fields of threats that are new here came with them */
    /* Content that comes with an adopted record: path -> struct recorded_file; an event is written only for
     * what the record does not know. NULL otherwise. */
    const struct map *recorded;
    /* The change leaves the substance of a threat alone: decisions on the text before hold for the text after.
     * NULL: it does not say so. */
    const struct content_editorial *editorial;
    /* Adds members to the payload; may be NULL. */
    void (*payload)(struct json *j, const void *data);
    const void *payload_data;
};

/* Applies the edits inside the caller's transaction: parses the whole SIG as it would be (faults: CM_EINPUT,
 * named in diag), appends the event, updates files, threats, history and search. */
CM_MUST_USE int content_apply(struct action_context *c, const struct content_change *change, struct action_result *out,
                              struct err *err);
/* Refuses when the context's role lacks the permission. p may be NULL when the store is empty (only the
 * operator may act then). */
CM_MUST_USE int permit(const struct action_context *c, const struct profile *p, enum permission needs, struct err *err);
/* Pseudonymous id of the acting member ("operator" without one); makes it when new. */
CM_MUST_USE int member_id(struct action_context *c, struct sv *out, struct err *err);
/* Begins a payload object with actor, reason, source. */
void payload_begin(const struct action_context *c, struct json *j, struct str *out, struct sv source);
/* Loads and parses the stored files. */
CM_MUST_USE int content_profile(struct action_context *c, struct profile_files *files, struct profile **out,
                                struct err *err);
/* Only the rules: sig.yaml, process.md, template.md and references.tsv (part_sql.c). The rest of *out is empty. */
CM_MUST_USE int content_rules(struct action_context *c, struct profile **out, struct err *err);
/* The permission for what is no act: CM_EREFUSED to who may not. */
CM_MUST_USE int permit_rules(struct action_context *c, enum permission needs, struct err *err);
/* Appends an event that changes no file. */
CM_MUST_USE int content_event(struct action_context *c, const char *action, struct sv subject,
                              const struct str *payload, struct action_result *out, struct err *err);
/* Rebuilds what is derived from the record (members, history, overrides, assents, editions with their bytes
 * from dir/editions/) after record_adopt; fills *out_files (path -> struct recorded_file). */
CM_MUST_USE int replay_record(struct action_context *c, const char *dir, struct map *out_files, struct err *err);
/* Rows that an event leaves beside itself; used by the actions and by replay_record. */
CM_MUST_USE int put_override(struct store *s, struct sv threat, struct sv stage, int64_t event, struct err *err);
CM_MUST_USE int put_assent(struct store *s, struct sv document, struct sv author, int64_t event, struct err *err);
CM_MUST_USE int put_field_change(struct store *s, struct sv threat, struct sv field, int64_t event,
                                 const struct sv *text, struct sv source, bool initial, struct err *err);
struct edition_row {
    struct sv document, version, date, kind, remark, initials;
    struct digest digest;
    int64_t event;
};
CM_MUST_USE int put_edition(struct store *s, const struct edition_row *e, struct err *err);
CM_MUST_USE int put_edition_file(struct store *s, struct sv document, struct sv version, struct sv name,
                                 struct sv bytes, struct err *err);
/* Key under which a file is compared across stores: the threat's id for threat files, the path otherwise. */
struct sv content_key(struct arena *a, const char *path);

#endif
