/* Messages in the store: kept as the bytes that arrived, whatever becomes of them.
 *
 * message_add() keeps bytes and sender; message_publish() gives a message its place: in a thread, in the index of
 * words. What is not published is in none of these, and readers ask the view public_message only, so what is held
 * cannot show.
 *
 * Threads (RFC 5256, REFERENCES, changed to work one message at a time): the parent is the nearest message among
 * its references that is here. References to messages that are not here are remembered, and when one of these
 * arrives, it takes its place between. A message without references whose subject begins with "Re:" goes to the
 * newest message of the last 60 days with that subject. A thread keeps its number for life; two that turn out to be
 * one keep the lower, and the other points to it. */
#ifndef CASEMATE_FORUM_MESSAGE_H
#define CASEMATE_FORUM_MESSAGE_H

#include "base/digest.h"
#include "base/vec.h"
#include "format/mail.h"
#include "store/store.h"

enum { SUBJECT_DAYS = 60 };

enum message_state { MESSAGE_PUBLIC, MESSAGE_HELD, MESSAGE_RETURNED, MESSAGE_DISCARDED, MESSAGE_QUARANTINED,
                     MESSAGE_ERASED, MESSAGE_STATES };
extern const char *const message_state_names[MESSAGE_STATES];

/* What can be made of the bytes without the store, by any thread. */
struct message_prepared {
    struct digest digest;
    struct sv packed;
};

struct message_new {
    struct sv list;         /* id */
    struct sv bytes;
    const struct mail *mail; /* of these bytes; with the header only where the body was refused */
    bool has_sender;
    struct sv sender;       /* of the envelope; may be empty ("<>") */
    int64_t received;
    const struct message_prepared *prepared; /* of these bytes; NULL: made here */
};
struct message_prepared message_prepare(struct arena *a, struct sv bytes);
/* The words of a mail for the index: its author's own, without quotes and signature. */
struct sv message_words(struct arena *a, const struct mail *mail);
/* Adds, in state `held`: the caller publishes it, or says what else becomes of it. *out_twice: the same bytes under
 * the same Message-ID are here; *out_id is theirs then and nothing is done. */
CM_MUST_USE int message_add(struct store *s, struct arena *a, const struct message_new *m, int64_t *out_id,
                            bool *out_twice, struct err *err);
/* Makes it public: thread, and index. `text`: of its body, for the index. */
CM_MUST_USE int message_publish(struct store *s, struct arena *a, int64_t id, const struct mail *mail, struct sv text,
                                struct err *err);
/* The same when the text was packed already (forum/pack.h). */
CM_MUST_USE int message_publish_packed(struct store *s, struct arena *a, int64_t id, const struct mail *mail,
                                       struct sv text, struct sv packed, struct err *err);
/* The words of a public message that the index has; empty when there are none. */
CM_MUST_USE int message_indexed_words(struct store *s, struct arena *a, int64_t id, struct sv *out, struct err *err);
/* For one that was not public; into public only by message_publish(). */
CM_MUST_USE int message_set_state(struct store *s, int64_t id, enum message_state state, struct err *err);

struct message {
    int64_t id, date, thread, parent; /* 0: none */
    int64_t copy, size;
    struct sv list, mid, name, address, subject;
    enum message_state state;
};
/* CM_ENOTFOUND. Of any state: for moderators. */
CM_MUST_USE int message_load(struct store *s, struct arena *a, int64_t id, struct message *out, struct err *err);
/* The bytes as received. CM_ENOTFOUND: erased. */
CM_MUST_USE int message_bytes(struct store *s, struct arena *a, int64_t id, struct sv *out, struct err *err);
/* How many are public, and the highest id of one: another state of the archive has others. */
/* The newest of them, without counting; 0: there is none. */
CM_MUST_USE int message_newest_public(struct store *s, int64_t *out, struct err *err);
CM_MUST_USE int message_count_public(struct store *s, int64_t *out_count, int64_t *out_newest, struct err *err);
/* The public message of a Message-ID, the first under it; 0: none. */
CM_MUST_USE int message_find(struct store *s, struct sv list, struct sv mid, int64_t *out_id, struct err *err);

#endif
