/* Whole archives in and out. Nothing of it is sent to anybody, and nothing is an event of the record: mail is private.
 *
 * An import may be stopped and run again at any point: a message that is here, by Message-ID and bytes, is passed
 * over. Messages are read and packed by threads of their own; one, the caller's, writes. */
#ifndef CASEMATE_ACTION_ARCHIVE_H
#define CASEMATE_ACTION_ARCHIVE_H

#include "action/action.h"
#include "format/mbox.h"

struct archive_counts {
    size_t read, added, known;
    size_t quarantined; /* kept, but beyond a limit of what can be read: not shown */
    size_t too_long;    /* passed over: more than MAIL_BYTES_MAX */
    size_t headless;    /* of those that were added: they begin with no header field; a sign of the wrong form */
};

/* path: an mbox, a Maildir (a folder with cur and new), or an inbox of public-inbox, version 2 (one with git/0.git);
 * CM_EINPUT: none of them. What was added before a failure
 * stays. */
CM_MUST_USE int action_archive_import(struct action_context *c, struct sv list, const char *path, enum mbox_form form,
                                      struct archive_counts *out, struct err *err);
/* All public messages of a list as mboxrd, in the order in which they came. The file is seen whole or not at all. */
CM_MUST_USE int action_archive_export(struct action_context *c, struct sv list, const char *path, size_t *out_count,
                                      struct err *err);

/* Where the messages of a list stood elsewhere, as the lines of a map of nginx: "OLD" "NEW";. Paths without a slash at
 * their end; NULL: it was not there. */
struct archive_moved_from {
    const char *hyperkitty;       /* "/hyperkitty/list/sec@example.org" */
    const char *public_inbox;     /* "/sec" */
    const char *pipermail;        /* "/pipermail/sec" */
    const char *pipermail_folder; /* where its pages are: 2020-March/001234.html and so on */
};
struct archive_moved_counts {
    size_t lines;
    size_t unknown;  /* pages of Pipermail whose message is not public here, or that name none */
    size_t unwritable; /* addresses that no map can hold, or that differ from another in case only */
};
CM_MUST_USE int action_archive_redirects(struct action_context *c, struct sv list,
                                         const struct archive_moved_from *from, struct str *out,
                                         struct archive_moved_counts *counts, struct err *err);

#endif
