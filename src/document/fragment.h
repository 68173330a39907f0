/* Parts of a published file that are used again. A file with a section for every threat is mostly what it was
 * in the last run; a writer that is given a struct fragments leaves out what did not change, and the bytes
 * are copied from the old file.
 *
 * What a writer made of a threat depends on the content of its section and on what the writer knew before it:
 * the number of the section, which references have had their footnote, how links are numbered. So each
 * fragment keeps a trace of what was asked and answered while it was made. It is used again when the content
 * is the same and all questions have the same answers now; the questions that change the writer (the next
 * number of a link is taken) are then asked again. Hence a file that is put together from fragments is the
 * file that a fresh run would write, byte for byte.
 *
 * Spans and traces of a file stand in .casemate-fragments of the published folder, see site_reuse.c. */
#ifndef CASEMATE_DOCUMENT_FRAGMENT_H
#define CASEMATE_DOCUMENT_FRAGMENT_H

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "format/doc.h"

/* One fragment of the file of the last run. */
struct fragment_span {
    uint64_t at, len;
    struct sv trace;
};

/* In the bytes of a file that was written with fragments: here `len` bytes of the old file belong. */
struct fragment_gap {
    size_t at; /* in what the writer wrote */
    uint64_t from, len;
};

struct fragments {
    struct arena *arena;
    const struct map *old; /* id -> struct fragment_span*, of the last run; NULL: none */
    uint64_t old_size;     /* of the file */
    bool (*same)(void *context, struct sv id); /* whether the content of a fragment is what it was */
    const struct doc_block *(*whole)(void *context,
                                     const struct doc_block *stub); /* the full section; NULL: it is whole */
    void *context;
    VEC(struct fragment_gap) gaps; /* out: in order */
    uint64_t copied;               /* out: total length of the gaps */
    struct str spans;              /* out: records for the next run; the caller releases it */
    /* of the fragment that is being written */
    size_t start;
    struct sv id;
    struct map asked;
    struct str trace;
    bool open;
};

/* How a trace is asked again. Kinds are letters that the writer chooses. */
struct fragment_questions {
    void *writer;
    /* The answer, without effect on the writer. fresh counts the answers of this fragment that would take a
     * new number. */
    struct sv (*answer)(void *writer, struct arena *a, char kind, struct sv key, size_t *fresh);
    /* The effect. */
    void (*take)(void *writer, char kind, struct sv key);
};

/* True: the fragment stands in the old file, and a gap was left at the end of out. False: it has to be
 * written, and fragment_end called. id lives in the arena of f or longer: that of the threat, and "=" behind
 * it, once or more, for a part with its members as data. place is what the writer puts around or into it that the
 * trace does not know: a level, a number. questions may be NULL. False when f is NULL. */
bool fragment_begin(struct fragments *f, struct sv id, struct sv place, const struct fragment_questions *questions,
                    const struct str *out);
void fragment_end(struct fragments *f, const struct str *out);
/* A question that was asked while the fragment is written; only the first of its kind and key counts. */
void fragment_asked(struct fragments *f, char kind, struct sv key, struct sv answer);
/* Whether a block is a fragment: the section of a threat. */
bool fragment_is(const struct fragments *f, const struct doc_block *b);
/* The block with everything in it. */
const struct doc_block *fragment_whole(const struct fragments *f, const struct doc_block *b);
/* One record of spans, read from the front of text; false at the end or when it is damaged. */
bool fragment_next_span(struct sv *text, struct sv *out_id, struct fragment_span *out);

/* A length before each text, so that any byte may stand in it. */
void fragment_put_text(struct str *out, struct sv text);
bool fragment_next_text(struct sv *text, struct sv *out);
bool fragment_next_number(struct sv *text, uint64_t *out); /* up to a blank */

#endif
