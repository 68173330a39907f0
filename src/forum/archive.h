/* What readers see of a list: its public messages as threads, in order. */
#ifndef CASEMATE_FORUM_ARCHIVE_H
#define CASEMATE_FORUM_ARCHIVE_H

#include "forum/list.h"
#include "forum/message.h"

enum { ARCHIVE_SUBJECT_MAX = 200, ARCHIVE_NAME_MAX = 80 }; /* characters that are shown */

struct archive_message {
    int64_t id, date, parent;
    struct digest digest;   /* of its bytes */
    struct sv mid;
    struct sv key;          /* what links name it by, for life: see archive_key() */
    struct sv name, subject; /* as shown: cut, without addresses; never empty */
    size_t thread;          /* index */
    unsigned depth;         /* in its thread */
    size_t up;              /* index of the parent, or SIZE_MAX */
};

struct archive_thread {
    int64_t id;
    size_t from, count;     /* its messages, replies below what they answer */
    int64_t first, last;
};

struct archive_moved {
    int64_t id, now;        /* a thread that turned out to be a part of another */
};

struct archive {
    VEC(struct archive_message) messages; /* by thread */
    VEC(struct archive_thread) threads;   /* by the date of their first message, then id */
    VEC(struct archive_moved) moved;
};
CM_MUST_USE int archive_load(struct store *s, struct arena *a, struct sv list, struct archive *out, struct err *err);

/* Base 32 of the SHA-1 of the Message-ID, which is the name that HyperKitty gives it too, so that its links can be
 * sent here; copy 2 and further under the same Message-ID get "-2". */
struct sv archive_key(struct arena *a, struct sv mid, int64_t copy);
/* The public message of a list that has a key; 0: none. Looks at all of the list. */
CM_MUST_USE int archive_find(struct store *s, struct sv list, struct sv key, int64_t *out, struct err *err);
/* A text of a header as readers see it: at most `characters`, mail addresses hidden. */
struct sv archive_shown(struct arena *a, struct sv text, size_t characters);

#endif
