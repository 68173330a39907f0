/* The register as readers see it: the profile with everything that is derived from it and from the record,
 * computed in one place (principle "one truth"). Documents, lists and filters take this and derive nothing
 * themselves. Plain data in one arena. */
#ifndef CASEMATE_REGISTER_VIEW_H
#define CASEMATE_REGISTER_VIEW_H

#include "base/digest.h"
#include "profile/profile.h"
#include "register/voted.h"
#include "store/store.h"

/* Acts of the group that stages ask for. ACT_RATED: the ratings are those of the newest closed round; with
 * ACT_ESTIMATES what was rated is the text as it is, too. */
enum { ACT_ESTIMATES = 1, ACT_PRIORITY_STOOD = 2, ACT_ACCEPTANCE = 4, ACT_RATED = 8 };
/* What the record says about one threat, beside its text. */
struct on_record {
    uint32_t overridden; /* stages (bits by index) that a leader opened against the rules */
    unsigned acts;       /* ACT_* that are on record for the text as it is */
};

/* One change of one field of a threat. */
struct change {
    int64_t seq, at;          /* event */
    struct sv who, why;       /* name of the member; reason or empty */
    struct sv action;         /* "import", "threat.edit", ... */
    struct sv field, text;    /* text: after the change; empty: removed */
    struct sv source;         /* file, command or message */
    bool initial;             /* came with the threat's first import or proposal */
};

/* The status that a document had when the threat cited it. */
struct pinned {
    const struct reference *reference;
    struct sv status;
};

struct threat_view {
    const struct threat *threat;
    int confirmed;            /* stage index: the last one whose acts are on record; for ends: the end */
    bool provisional;         /* the file claims a later stage: shown as "editor's draft" */
    unsigned priority;        /* 0: not rated */
    bool editors_rating;      /* not a round's, or of fewer estimators than the mode asks for */
    int next;                 /* stage index that comes next, -1 at the last one and at ends */
    int wants;                /* the stage that lacks speaks of: the next one, at the last one that; -1 at ends */
    struct lacks lacks;       /* what it still needs; of the last one, what came into the template later */
    int64_t written;          /* when its file last changed; 0 without a store */
    VEC(struct pinned) restated; /* documents whose status is another one since: to be looked at again */
    VEC(struct change) changes; /* oldest first; initial ones included */
    VEC(unsigned)
    related_in; /* indexes of threats that name this one (related, into, tree reference, prose not counted) */
    VEC(unsigned) names;      /* indexes of threats that its prose mentions, as often as it does */
    VEC(unsigned) documents;  /* indexes in view->documents of all that it cites */
};

struct edition {
    struct sv document;       /* "process", "template", "analysis" */
    struct sv version, date;  /* "0.2", "2026-11-22" */
    struct sv kind, remark, initials;
    struct {
        char text[65];
    } digest; /* hex */
    size_t file_count;
    struct edition_file {
        struct sv name;       /* "analysis.html" */
        struct sv digest;     /* hex */
        size_t size;
    } *files;
};

struct count_by_word { /* how many threats (ends not counted) carry a word; index as in the SIG's list */
    unsigned *counts;
    size_t len;
};

/* Everything that cites one document. */
struct document_view {
    const struct reference *reference;
    VEC(unsigned) affected;   /* indexes of threats whose `affects` names it */
    VEC(unsigned) responding; /* whose `responses` name it */
    VEC(unsigned) mentioned;  /* whose texts mention it, and neither of the above */
    VEC(unsigned) all;        /* of these, ascending */
};

/* One row of coverage.tsv with what is derived for it. */
struct coverage_view {
    const struct coverage_row *row;
    const unsigned *threats; /* indexes of those that cite the document, ascending */
    size_t threat_count;
    int document;            /* index in view->documents, -1 */
    bool again;              /* was read, and has a newer version since */
    bool in_part;            /* cited, but no version of it was read as a whole */
};
struct coverage_counts {
    unsigned by_result[COVERAGE_RESULTS], by_considerations[CONSIDERATIONS];
    unsigned read;           /* as a whole: cited or nothing new */
    unsigned again, in_part;
};

/* The group was ended by the body that it reports to; at is 0 when it was not. */
struct ending {
    int64_t at;
    struct sv body, link, reason;
};

struct threat_analysis;
struct people;
struct calls;
struct acceptance;
struct rounds;
struct reviews;
struct due_clocks;
struct discussions;

struct view {
    struct arena *arena;
    const struct profile *profile;
    int64_t now;              /* given by the caller (--now); the only clock documents know */
    VEC(struct threat_view) threats;   /* order of profile->threats (by number) */
    VEC(struct edition) editions;      /* in order of publication */
    VEC(struct document_view) documents; /* cited documents only, in the order of references */
    bool *cited;              /* by index in the profile's references: by a threat or by a chapter of the analysis */
    VEC(struct coverage_view) coverage;  /* in the order of references; empty without coverage.tsv */
    struct coverage_counts coverage_counts;
    struct count_by_word by_stage;     /* by confirmed stage, ends included */
    struct count_by_word by_claimed;   /* by the stage the file claims */
    struct count_by_word by_priority;  /* index priority number; [0] is unrated */
    struct count_by_word by_area, by_level, by_stride;
    struct ending ending;
    const struct people *people; /* register/people.h; NULL when there is no store */
    const struct calls *calls;   /* register/calls.h; NULL when there is no store */
    const struct rounds *rounds; /* register/rounds.h; NULL when there is no store */
    const struct reviews *reviews; /* register/reviews.h; likewise */
    const struct discussions *discussions; /* register/discussion.h; likewise */
    const struct due_clocks *clocks; /* register/due.h; likewise */
    double patience; /* CPU seconds for the analysis of one tree; 0: as many as the engine takes by itself */
    struct threat_analysis **analyses; /* by threat: what document/analysis.h found so far; here only NULLs */
    bool lists;               /* the site has pages of mailing lists: set by the publisher */
    int64_t begun;            /* when the record begins; 0 without a store */
    int64_t rules_written;    /* when a file last changed that speaks of all threats; likewise */
    unsigned active;          /* threats that are not merged, split or withdrawn */
    unsigned drafts;          /* provisional ones */
};

/* Indexes of active threats in the order of the register: priority (unrated last), then number. */
struct view_order {
    VEC(unsigned) list;
};
void view_by_priority(struct arena *a, const struct view *v, struct view_order *out);
int view_find(const struct view *v, struct sv id); /* index in threats, or -1 */

/* The row of a document in view->coverage, or NULL. */
const struct coverage_view *view_coverage_of(const struct view *v, const struct reference *r);

/* Computes everything that needs no store (no editions, no changes): for tests and previews. */
void view_derive(struct arena *a, const struct profile *p, int64_t now, struct view *out);
/* The same with what the record says of each threat. on_record may be NULL: nothing. */
void view_derive_with(struct arena *a, const struct profile *p, int64_t now,
                      struct on_record (*on_record)(void *context, const struct threat *t), void *context,
                      struct view *out);
/* The derived part of one threat. */
void view_derive_threat(struct arena *a, const struct profile *p, const struct threat *t, struct on_record on_record,
                        struct threat_view *out);
/* Whether the acts of the group that a stage needs (estimates, priority that stood, acceptance) are there. A mode
 * without rounds asks for none: the ratings of the text count then, and their priority stands at once. */
bool view_acts_done(const struct profile *p, const struct threat *t, int stage, unsigned acts);

/* register/standing_sql.c: what the record says about threats, from the acts in the store. */
struct standing {
    const struct profile *profile;
    int64_t now;
    struct map overridden; /* id -> uint32_t* */
    const struct acceptance *acceptance; /* register/calls.h; NULL where the mode asks for no call */
    struct map rated;      /* id -> what its newest closed round found; private to standing_sql.c */
    struct map opposed;    /* ids with an open objection */
    struct arena *arena;
    struct editorials editorials; /* register/voted.h */
    struct map sound;      /* id -> struct sound_text*: texts that a review found sound, in a mode that accepts so */
};
CM_MUST_USE int standing_load(struct store *s, struct arena *a, const struct profile *p, int64_t now,
                              struct standing *out, struct err *err);
/* Of one threat only: standing_of() may not be asked about another. */
CM_MUST_USE int standing_load_one(struct store *s, struct arena *a, const struct profile *p, int64_t now,
                                  struct sv threat, struct standing *out, struct err *err);
CM_MUST_USE int ending_load(struct store *s, struct arena *a, struct ending *out, struct err *err);
struct on_record standing_of(void *standing, const struct threat *t); /* for view_derive_with */

/* Loads the files from the store, parses them and derives. Faults of stored files are CM_ECORRUPT (they were
 * checked on the way in). */
CM_MUST_USE int view_load(struct store *s, struct arena *a, int64_t now, struct view *out, struct err *err);

/* The same for what documents show: without the changes that came with a threat's first import, and without
 * checking again what was checked on the way in. */
CM_MUST_USE int view_load_published(struct store *s, struct arena *a, int64_t now, struct view *out, struct err *err);

/* What the process asks for: the rules, people, clocks, open reviews, hand-overs and the end of the group. No
 * threats, no documents: the time does not grow with the register. For due_collect(). */
CM_MUST_USE int view_load_process(struct store *s, struct arena *a, int64_t now, struct view *out, struct err *err);

/* The SIG's files as the store holds them. */
CM_MUST_USE int view_load_files(struct store *s, struct arena *a, struct profile_files *out, struct err *err);

#endif
