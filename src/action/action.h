/* The one door: every change to a store is an action, and each action is one function here, one transaction,
 * one event of the public record. Command line, and later web, mail and chat, translate to these calls and
 * decide nothing.
 *
 * Common errors: CM_EINPUT (faults are in context->diag or err), CM_EREFUSED (a rule of the process refuses;
 * err says what is missing and how to supply it), CM_ENOTFOUND, CM_ECONFLICT, CM_EAGAIN (busy, full: nothing
 * was done). */
#ifndef CASEMATE_ACTION_ACTION_H
#define CASEMATE_ACTION_ACTION_H

#include "base/log.h"
#include "document/site.h"
#include "register/view.h"
#include "store/record.h"

enum permission {
    PERMIT_READ, PERMIT_PROPOSE, PERMIT_COMMENT, PERMIT_ESTIMATE, PERMIT_POSITION, PERMIT_EDIT, PERMIT_ADVANCE,
    PERMIT_MERGE, PERMIT_MODERATE, PERMIT_ROUND, PERMIT_CALL, PERMIT_PUBLISH, PERMIT_OVERRIDE, PERMIT_IMPORT,
    PERMIT_CONFIGURE, PERMIT_APPEAL, PERMIT_ANSWER, PERMISSIONS
};
extern const char *const permission_names[PERMISSIONS];

/* One entry of the action table. */
struct action_info {
    const char *name;    /* "threat.advance": what the record says */
    const char *command; /* "threat advance" */
    const char *usage;   /* "ID --to STAGE [--override --reason TEXT]" */
    const char *summary; /* one line */
    enum permission needs;
};
extern const struct action_info action_table[];
extern const size_t action_table_len;
const struct action_info *action_find(const char *name); /* BUG() when unknown */

struct action_context {
    struct store *store;
    struct arena *arena;
    int64_t now;
    struct sv actor;   /* name of the member, as asserted by the operator; empty: the operator */
    struct sv role;    /* id of the role whose rights count; empty: all that the actor holds, or the operator's */
    struct sv pseudonym; /* stands for the actor in the event of a secret act; empty: none */
    struct sv reason;  /* why; goes into the public record; may be empty unless the action wants one */
    struct log *log;   /* may be NULL */
    struct diag *diag; /* faults of texts */
    struct sv source;  /* "mid:ID": the message that asks for the act; "web": who is logged in does; empty: the act says
                          by itself where it is from */
    bool editorial;    /* threat.edit: the substance of the threat stays; wants a reason */
    const char *done;  /* what an import is about, for messages: "published"; NULL: "imported" */
};

struct action_result {
    int64_t event;         /* 0: nothing changed, no event */
    size_t files, fields;  /* changed */
    struct sv id;          /* threat that was made or changed; edition version */
    struct coverage_moves moves; /* rows of coverage.tsv that became `cited` with it */
};

/* import: the folder into the store, three ways against the last import. Conflicts are named in diag
 * (CM_ECONFLICT, nothing done). Into an empty store it adopts record.jsonl and editions/ when they are there.
 */
CM_MUST_USE int action_import(struct action_context *c, const char *dir, struct action_result *out, struct err *err);
/* export: all content, record.jsonl and editions/ into a folder (made when missing). Files that are no part
 * of the SIG are left alone; threat files that the store knows under another name are removed. A reading act:
 * no event. */
CM_MUST_USE int action_export(struct action_context *c, const char *dir, size_t *out_files, struct err *err);

struct field_edit {
    struct sv field, text;
};
/* threat.propose: name, abstract, areas (comma-separated ids), and further fields as for threat.edit; the id is
 * assigned. */
struct proposal {
    struct sv name, abstract, areas;
    const struct field_edit *edits;
    size_t edit_count;
};
CM_MUST_USE int action_threat_propose(struct action_context *c, const struct proposal *p, struct action_result *out,
                                      struct err *err);
/* threat.edit: sets fields. Names: front matter keys ("level", "likelihood.rating"), field ids or names
 * ("gap", "Gap"). Lists and mappings as YAML flow text. */
CM_MUST_USE int action_threat_edit(struct action_context *c, struct sv id, const struct field_edit *edits, size_t count,
                                   struct action_result *out, struct err *err);
/* threat.edit with a whole new text of the threat's file (from $EDITOR). base: the text that was edited; what
 * changed in the store since is merged, conflicts are named. */
CM_MUST_USE int action_threat_replace(struct action_context *c, struct sv id, struct sv base, struct sv text,
                                      struct action_result *out, struct err *err);
/* threat.advance to the next stage or a later one; entry rules of all stages on the way must hold. With
 * override (permission of that name, reason required) a missing act of the group is overridden in public;
 * missing content never is. */
CM_MUST_USE int action_threat_advance(struct action_context *c, struct sv id, struct sv stage, bool override,
                                      struct action_result *out, struct err *err);
/* threat.reopen to an earlier stage, or back from an end; reason required. */
/* threat.recheck: somebody looked again at what the threat cites (c->reason: what came of it), and the documents'
 * present statuses are those that it was looked at under. No event when they were so already. */
CM_MUST_USE int action_threat_recheck(struct action_context *c, struct sv id, struct action_result *out,
                                      struct err *err);
CM_MUST_USE int action_threat_reopen(struct action_context *c, struct sv id, struct sv stage, struct action_result *out,
                                     struct err *err);
/* threat.merge / threat.split / threat.withdraw: page and identifier stay; reason required. end is the id of
 * the stage ("merged"). */
CM_MUST_USE int action_threat_end(struct action_context *c, struct sv id, const char *end, const struct sv *into,
                                  size_t into_count, struct action_result *out, struct err *err);

/* edition.new: publishes the present content of a document as its next version. kind is "substantive" (0.n)
 * or "editorial" (0.n.m). */
struct edition_request {
    enum document_kind document;
    struct sv kind, remark, initials;
    bool without_pdf;
    const char *pdf_cache;
};
CM_MUST_USE int action_edition_new(struct action_context *c, const struct edition_request *r, struct action_result *out,
                                   struct err *err);
CM_MUST_USE int edition_bytes(struct store *s, struct arena *a, struct sv document, struct sv version, struct sv name,
                              struct sv *out, struct err *err);

/* The files of the SIG that an edition was made from. */
CM_MUST_USE int edition_sources(struct store *s, struct arena *a, struct sv document, struct sv version,
                                struct profile_files *out, struct err *err);

/* assent.record: an author's assent to the terms of the venue for a document. */
CM_MUST_USE int action_assent(struct action_context *c, enum document_kind document, struct sv author,
                              struct action_result *out, struct err *err);
/* Authors of the SIG whose assent for the document is missing, comma-separated; empty when all assented. */
CM_MUST_USE int assent_missing(struct store *s, struct arena *a, const struct sig *sig, enum document_kind document,
                               struct sv *out, struct err *err);

/* sig.end: the body that the group reports to has ended it; from then on every other action is refused. sig.resume
 * takes that back. Both want a reason. */
CM_MUST_USE int action_sig_end(struct action_context *c, struct sv body, struct sv link, struct action_result *out,
                               struct err *err);
CM_MUST_USE int action_sig_resume(struct action_context *c, struct action_result *out, struct err *err);

/* report.record: notes that a report was made, for the period since a time (seconds), with its text, which stays in
 * the record. */
CM_MUST_USE int action_report_record(struct action_context *c, int64_t since, struct sv text,
                                     struct action_result *out, struct err *err);

/* Digest of all content as it is now: what record headers call state. */
CM_MUST_USE int content_state(struct store *s, struct arena *a, struct digest *out, struct err *err);
/* record_verify and, beyond the chain: stored files against their digests and the head's state, stored
 * editions against theirs, opened estimates of closed rounds against what was committed to. */
CM_MUST_USE int verify_store(struct store *s, struct arena *a, struct record_faults *out, struct err *err);
/* record_verify_export and, when the chain is whole, the opened estimates. */
CM_MUST_USE int verify_export(struct arena *a, struct sv text, const char *file, struct record_faults *out,
                              struct err *err);

#endif
