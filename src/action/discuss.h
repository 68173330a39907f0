/* Posts that are written on the web. Such a post is a mail to the list, from the author's own address and by the
 * very path of a mail from outside (action/mail.h): moderation, holds, threads and the list's header are the same,
 * but that a log-in proves who wrote it. Errors: as in action.h. */
#ifndef CASEMATE_ACTION_DISCUSS_H
#define CASEMATE_ACTION_DISCUSS_H

#include "action/action.h"
#include "forum/hold.h"
#include "forum/list.h"
#include "forum/message.h"
#include "register/people.h"

enum {
    DISCUSS_SUBJECT_MAX = 200,       /* characters */
    DISCUSS_TEXT_MAX = 64 * 1024,    /* bytes: escaped in a form it still fits into one */
    DISCUSS_DRAFT = 26,              /* secret_make(): of the form, so that it is sent once */
    DISCUSS_QUOTE_LINES = 100,
};

struct discuss_post {
    struct sv list;          /* id */
    struct sv threat;        /* the post begins a thread about it; may be empty */
    int64_t answers;         /* a public message of the list; 0: begins a thread */
    struct sv subject, text;
    struct sv draft;
};

/* The list, when members may write to it here: CM_ENOTFOUND for one that is run by others, or whose archive is
 * closed. */
CM_MUST_USE int discuss_list(struct action_context *c, struct sv id, struct lists *lists, const struct list **out,
                             struct err *err);
enum discuss_standing {
    DISCUSS_STRANGER, /* no address is subscribed */
    DISCUSS_FIRST,    /* one is, and no post of theirs went out yet */
    DISCUSS_KNOWN,
};
/* From which of the person's addresses: the one that is subscribed, or else the one that mail goes to. CM_EREFUSED:
 * there is none. */
CM_MUST_USE int discuss_address(struct action_context *c, const struct person *person, struct sv list, struct sv *out,
                                enum discuss_standing *out_standing, struct err *err);
/* The mail as it will be sent, for a preview. CM_EINPUT: subject or text is empty, too long, or no text. */
CM_MUST_USE int discuss_compose(struct action_context *c, const struct person *person, const struct discuss_post *p,
                                struct sv *out_bytes, struct err *err);

struct discuss_outcome {
    enum message_state state;
    int64_t message;
    struct sv key;    /* archive_key(), when it is public */
    struct hold hold; /* when it is held */
};
/* The same form with the same words a second time changes nothing, and has the outcome of the first, unless that
 * was not taken. */
CM_MUST_USE int action_discuss_post(struct action_context *c, const struct person *person,
                                    const struct discuss_post *p, struct discuss_outcome *out, struct err *err);

/* The subject and the text to begin an answer with: the author's own words as a quote, folded, without what they quoted
 * themselves. CM_ENOTFOUND: no such public message of the list. */
CM_MUST_USE int discuss_quote(struct action_context *c, struct sv list, int64_t message, struct sv *out_subject,
                              struct sv *out_text, struct err *err);

/* A person's newest posts, of any list: what is public, and what of theirs was held or returned. */
struct own_post {
    struct sv list, subject, key; /* key: of a public one in a list whose archive is public; else empty */
    int64_t received;
    enum message_state state;
};
struct own_posts {
    VEC(struct own_post) list;
};
enum { OWN_POSTS = 50 };
CM_MUST_USE int discuss_own_posts(struct store *s, struct arena *a, struct sv member, struct own_posts *out,
                                  struct err *err);
/* The newest public message of a thread of a list; 0: none. */
CM_MUST_USE int discuss_newest(struct store *s, struct sv list, int64_t thread, int64_t *out, struct err *err);

/* ---- private to discuss*.c ---- */

/* A message of a list in any state; 0: none. */
CM_MUST_USE int discuss_find(struct store *s, struct sv list, struct sv mid, int64_t *out, struct err *err);
/* Number of the hold of a message; 0: none. */
CM_MUST_USE int discuss_hold(struct store *s, int64_t message, int64_t *out, struct err *err);

#endif
