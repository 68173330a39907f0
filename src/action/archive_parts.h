/* The parts of an import: where messages come from, and the threads that read them. Private to this room. */
#ifndef CASEMATE_ACTION_ARCHIVE_PARTS_H
#define CASEMATE_ACTION_ARCHIVE_PARTS_H

#include "action/archive.h"
#include "base/fs.h"
#include "forum/message.h"

/* ---- archive_source.c ---- */

struct archive_item {
    struct sv bytes; /* in the arena given */
    bool too_long;
    bool has_time;
    bool exact;    /* the time is that of arrival; otherwise a Received field is believed before it */
    int64_t time;
};

struct maildir_file {
    const char *path;
    uint64_t time; /* from its name; 0: none */
};

struct archive_git; /* archive_git.c */
bool archive_git_is_there(struct arena *a, const char *path);
CM_MUST_USE int archive_git_open(struct archive_git **out, const char *path, uint64_t *out_total, struct err *err);
CM_MUST_USE int archive_git_next(struct archive_git *g, struct arena *a, struct archive_item *out, struct err *err);
void archive_git_close(struct archive_git **g);

struct archive_source {
    struct archive_git *git; /* of public-inbox, or NULL */
    int fd;                 /* of an mbox, or -1 */
    struct mbox mbox;
    VEC(struct maildir_file) files;
    size_t next;
    uint64_t done, total;   /* bytes of an mbox, files of a Maildir, messages of an inbox */
};
enum { ARCHIVE_ITEM = 1 };
CM_MUST_USE int archive_source_open(struct archive_source *s, struct arena *a, const char *path, enum mbox_form form,
                                    struct err *err);
/* ARCHIVE_ITEM, or 0 at the end. */
CM_MUST_USE int archive_source_next(struct archive_source *s, struct arena *a, struct archive_item *out,
                                    struct err *err);
void archive_source_close(struct archive_source *s);

/* ---- archive_workers.c ---- */

struct archive_job {
    struct arena arena;
    struct archive_item item;
    int64_t now;
    struct mail mail;
    bool unreadable; /* beyond a limit */
    struct message_prepared prepared;
    struct sv words, packed_words;
    int64_t received;
};

struct archive_workers;
CM_MUST_USE int archive_workers_start(struct archive_workers **out, struct err *err);
void archive_workers_stop(struct archive_workers **w);
/* A free job to fill, whose arena is empty; NULL: enough is under way. */
struct archive_job *archive_workers_free(struct archive_workers *w);
/* Hands over the job that archive_workers_free() gave. */
void archive_workers_add(struct archive_workers *w);
/* The oldest job, when it is done; NULL: there is none. It stays valid until archive_workers_done(). */
struct archive_job *archive_workers_take(struct archive_workers *w);
void archive_workers_done(struct archive_workers *w);

#endif
