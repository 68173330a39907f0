/* Mailing lists and their settings. Changes are acts (action/lists.c); here they are read. */
#ifndef CASEMATE_FORUM_LIST_H
#define CASEMATE_FORUM_LIST_H

#include "base/vec.h"
#include "forum/route.h"
#include "store/store.h"

enum list_setting_id {
    SET_POSTS,        /* who may post: members, anyone, nobody */
    SET_STRANGERS,    /* what becomes of posts of others: hold, return */
    SET_MAX_BYTES,    /* larger posts are held */
    SET_ATTACHMENTS,  /* pass, hold */
    SET_RATE,         /* posts of one sender in a day before the next is held; 0: any number */
    SET_REPLY_TO,     /* sender, list */
    SET_FROM,         /* munge: always "X via list"; where-needed: where the domain's policy would break it; keep */
    SET_PREFIX,       /* before subjects; empty: subjects and signatures stay as they are */
    SET_FOOTER,       /* below texts; the same */
    SET_DESCRIPTION,  /* a sentence for people */
    SET_OWNERS,       /* members who run the list, by name, with commas between: addresses are not public */
    SET_FLAWS,        /* where flaws without a cure go, instead of here */
    SET_DIGEST_BYTES, /* a digest goes out when it has so many */
    SET_DIGEST_HOURS, /* or when its first message is so old */
    SET_TRUSTED,      /* authserv-id whose Authentication-Results (RFC 8601) are believed; empty: nobody's */
    SET_ARCHIVE,      /* public, closed: to subscribers only */
    SET_ANNOUNCE,     /* whether acts of the group are announced there: auto: when sig.yaml names it */
    SET_URL,          /* of the published site, for links in mails; empty: none */
    LIST_SETTINGS
};

struct list_setting_info {
    const char *name;     /* "max-bytes" */
    const char *words;    /* "hold return": one of these; NULL: see below */
    int64_t least, most;  /* of a number; both 0: a text of one line */
    const char *standard; /* the default */
    const char *help;
};
extern const struct list_setting_info list_setting_table[LIST_SETTINGS];
/* Index of a name, or -1. */
int list_setting_find(struct sv name);
/* CM_EINPUT says what is wrong and what would be right. */
CM_MUST_USE int list_setting_check(enum list_setting_id id, struct sv value, struct err *err);

struct list {
    struct sv id, address, title;
    bool followed;
    struct sv setting[LIST_SETTINGS]; /* given or default */
};
struct lists {
    VEC(struct list) list;
};
/* In order of their ids. */
CM_MUST_USE int lists_load(struct store *s, struct arena *a, struct lists *out, struct err *err);
/* The list of that id or address; NULL. */
const struct list *lists_find(const struct lists *l, struct sv name);
/* The list that a recipient belongs to, and which of its addresses it is; NULL. */
const struct list *lists_route(const struct lists *l, struct sv recipient, struct route *out);
/* The list from which mail of our own goes out: the one that is named (by sig.yaml), or else the first that is hosted,
 * one with a public archive before others, whose addresses are not for everybody; NULL: there is none, and nothing can
 * be sent. */
const struct list *lists_sender(const struct lists *l, struct sv named);
int64_t list_number(const struct list *l, enum list_setting_id id);
bool list_is(const struct list *l, enum list_setting_id id, const char *word);

/* An id: letters, digits, "-", "_", "."; begins with a letter, at most 40 bytes, and does not end as one of the
 * addresses of another list would ("x-request"). */
CM_MUST_USE int list_id_check(struct sv id, struct err *err);

/* For the acts that change lists. */
CM_MUST_USE int list_insert(struct store *s, struct sv id, struct sv address, struct sv title, bool followed,
                            int64_t event, struct err *err);
CM_MUST_USE int list_set(struct store *s, struct sv id, struct sv name, struct sv value, int64_t event,
                         struct err *err);

#endif
