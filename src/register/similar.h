/* Which threats of a register a text may be a duplicate of.
 *
 * Four kinds of terms are compared, each as a vector whose length is one, by the cosine of the angle between two
 * (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988): words of name and abstract,
 * documents, steps of the attack tree, and gates of the attack tree. The weight of a term is ln(1 + tf) * idf, where
 * tf is how often it occurs (a word of the name counts SIMILAR_NAME times) and idf = ln((n + 1) / (df + 1/2)) for n
 * threats of which df have it: what is rare says much, what all have says nothing. Then
 *
 *     tree  = SIMILAR_STEPS steps + (1 - SIMILAR_STEPS) gates       (steps alone where neither tree has a gate)
 *     score = 1 - (1 - words) (1 - SIMILAR_DOCUMENTS documents) (1 - SIMILAR_TREE tree)
 *
 * so each is a reason of its own, and the same documents or the same steps alone never make certain. A side without a
 * tree, or without documents, has 0 there. */
#ifndef CASEMATE_REGISTER_SIMILAR_H
#define CASEMATE_REGISTER_SIMILAR_H

#include "profile/profile.h"

#define SIMILAR_NAME 2
#define SIMILAR_STEPS 0.7
#define SIMILAR_DOCUMENTS 0.15
#define SIMILAR_TREE 0.8
/* From this score on a text is worth a look. Texts of some 70 words, proposed without documents and tree to a register
 * of 143 entries: what means the same in other words scores 0.1 to 0.4, an entry with its nearest neighbour 0.1 to
 * 0.43, half of them above 0.21. A duplicate that is missed costs more than a glance at a neighbour, so it is low. */
#define SIMILAR_LIKELY 0.15

enum { SIMILAR_WHY_MAX = 5 };

/* What is proposed. Any of it may be empty or NULL; an empty query is like nothing. */
struct similar_query {
    struct sv name, abstract; /* valid UTF-8, at most PROFILE_FILE_MAX bytes each */
    const struct citation *affects; /* documents that it affects; those that its abstract names count anyway */
    size_t affects_count;
    const struct tree *tree;
    const struct threat *leave_out; /* of the profile: the threat that is asked about, as if it were not there */
};

/* What both have, by weight, the heaviest first; at most SIMILAR_WHY_MAX, `all` tells how many there are. */
struct similar_why {
    struct sv at[SIMILAR_WHY_MAX];
    size_t len, all;
};

struct similar {
    unsigned threat; /* index in profile->threats */
    double score;    /* above 0, at most 1 */
    struct similar_why words;     /* as in the query, folded */
    struct similar_why documents; /* ids, "XEP-0384" */
    struct similar_why steps;     /* labels, as in the query's tree */
};
struct similars {
    VEC(struct similar) list; /* by score, descending; then by number */
};

/* The query that an entry would be if it were proposed now: its name, abstract, documents and tree, and itself left
 * out. Borrows from p. */
struct similar_query similar_to(const struct profile *p, const struct threat *t);

/* The `most` threats that are most like the query, among all of p, those that ended included: fewer when others have
 * nothing in common with it. Linear in the size of the register; trees are looked at only when the query has one
 * (1,000 entries: 10 ms without, 22 ms with). The same input gives the same output, to the last bit. Texts are in the
 * arena. Has no errors. */
void similar_find(struct arena *a, const struct profile *p, const struct similar_query *q, size_t most,
                  struct similars *out);
/* Those of them that it is likely a duplicate of: none below SIMILAR_LIKELY. */
void similar_likely(struct arena *a, const struct profile *p, const struct similar_query *q, size_t most,
                    struct similars *out);

#endif
