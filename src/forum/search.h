/* Full-text search over the public messages.
 *
 * A query is words and "phrases", all of which must occur; a word's last letter may be * (beginnings of words).
 *
 *     from:ada  subject:"attack tree"   in that part only
 *     list:security                     of that list (several: of any of them)
 *     after:2026-01-31 before:2026-03   on that day or later; before that day, month or year
 *     threat:T-0042                     in a thread that is tied to it (several: to any of them)
 *     stage:prioritised                 about that stage of a threat (several: of any of them); beside threat: of that
 *                                       one. What the message was about, where it told, else what its thread is about
 *
 * Words of texts are their authors' own, without quotes. What no prefix is known for is a word like any other. Nothing
 * of the query is ever syntax of the database. First comes what was taken into the store last: after an import, that
 * need not be the newest. */
#ifndef CASEMATE_FORUM_SEARCH_H
#define CASEMATE_FORUM_SEARCH_H

#include "base/str.h"
#include "base/vec.h"
#include "store/store.h"

enum { MAIL_QUERY_MAX = 4096, MAIL_QUERY_WORDS_MAX = 64, MAIL_QUERY_LISTS_MAX = 16, MAIL_QUERY_TIES_MAX = 16 };

struct mail_term {
    const char *column; /* "subject", "sender"; NULL: all three */
    struct sv text;
    bool prefix;        /* beginnings of words */
};
struct mail_query {
    VEC(struct mail_term) terms;
    struct sv lists[MAIL_QUERY_LISTS_MAX];
    size_t list_count;
    struct sv threats[MAIL_QUERY_TIES_MAX], stages[MAIL_QUERY_TIES_MAX];
    size_t threat_count, stage_count;
    bool has_after, has_before;
    int64_t after, before; /* after <= date < before */
    bool mail_only;        /* it has a prefix that only mails know */
    int64_t below;         /* set by who goes on behind a hit: only messages of a smaller id; 0: all */
};
/* CM_EINPUT: not UTF-8, or a date that is none; CM_ELIMIT: too long. */
CM_MUST_USE int mail_query_read(struct arena *a, struct sv text, struct mail_query *out, struct err *err);

/* Which stages there are is not known here: ids, in order. CM_ENOTFOUND: the query names another one. To be asked
 * before mail_search(), which finds nothing for a stage that is none. */
CM_MUST_USE int mail_query_stages(const struct mail_query *query, const char *const *stages, size_t count,
                                  struct err *err);

struct mail_hit {
    int64_t id, date;
    struct sv list, mid, name, subject, key; /* as readers see them: forum/archive.h */
    struct sv snippet;                       /* hits between U+0002 and U+0003; addresses hidden; one line */
};
struct mail_hits {
    VEC(struct mail_hit) list;
    bool more; /* than limit */
};
/* closed: also of lists whose archive is closed. limit: at most so many. A query without a word,
 * list, date, threat or stage finds nothing. CM_ENOTFOUND: a list or threat that is not here. */
CM_MUST_USE int mail_search(struct store *s, struct arena *a, const struct mail_query *query, bool closed,
                            size_t limit, struct mail_hits *out, struct err *err);
/* The part of a text around the hits of a query, marked; for tests and mail_search(). */
struct sv mail_snippet(struct arena *a, struct sv text, const struct mail_query *query);

#endif
