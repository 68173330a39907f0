/* What remains of content from which words or a name were taken out. Private to this room.
 *
 * The words of an event are the texts that people wrote; ids, digests, dates, verdicts and votes are not, and remain.
 * So the rows that follow from what remains are those that followed before, with a mark where the words stood. */
#ifndef CASEMATE_ACTION_ERASURE_H
#define CASEMATE_ACTION_ERASURE_H

#include "action/acts.h"

enum { ERASURE_UPDATES_MAX = 8 };

/* Where words stand in a payload, and in the rows that were made of it. */
struct erasure_place {
    const char *parent, *key; /* of the object (or its list) that holds it, "" at the top; of the text */
    /* Of the rows. $1 what stands there now, $2 the event, $3 the text before. */
    const char *updates[ERASURE_UPDATES_MAX];
};
/* NULL: no words stand there. */
const struct erasure_place *erasure_place(struct sv parent, struct sv key);

/* A text of a payload. */
struct erasure_text {
    const struct erasure_place *place; /* NULL: no place for words */
    const struct json_value *object;   /* that it stands in */
    struct sv parent, key, text;
};
/* Whether something else is to stand there: *out. Is asked more than once for one text. */
typedef bool erasure_replace(void *context, const struct erasure_text *t, struct sv *out);

/* Writes what remains of a payload, compact; false when nothing was replaced. A note or an estimate whose words were
 * committed to gets "erased": true, and loses the salt, which would let words be guessed. */
bool erasure_remains(struct arena *a, const struct json_value *payload, erasure_replace *replace, void *context,
                     struct sv *out);
/* Whether what a list of an erased event says of one item can be held against no commitment any more. */
bool erasure_of_item(const struct act_event *e, const struct json_value *item);

/* "[erased on 2026-12-01: REASON]": what stands where words stood. */
struct sv erasure_mark(struct arena *a, int64_t at, struct sv reason);
bool erasure_is_mark(struct sv text);

/* The text from its first word to its last; empty when there is none. */
struct sv erasure_words(struct sv text);
/* The first word alone: what stands in any text that holds the words, whatever stands between them. */
struct sv erasure_first_word(struct sv text);
/* Whether text holds the words, not within longer ones, with any blanks and signs between them. */
bool erasure_holds(struct sv text, struct sv words);

/* The same edition file without the words: `with` stands in their place. Gives the number of places, and false in
 * *out_clean when the words stay to be seen all the same (because markup stands between them). Formats are known by
 * the end of the name; what is neither HTML, XML, JSON nor text (a PDF) is never clean. */
size_t erasure_rewrite(struct arena *a, struct sv name, struct sv bytes, struct sv words, struct sv with,
                       struct sv *out, bool *out_clean);

/* What was erased by one act; inside its transaction. */
struct erased_file {
    struct sv name;
    struct digest digest; /* of what it is now */
    bool gone;
};
struct erased_edition {
    struct sv document, version;
    struct sv note; /* added to the edition's remark */
    VEC(struct erased_file) files; /* those that are not what they were */
};
struct erased_event {
    int64_t seq;
    struct digest remains;
};
struct erased {
    VEC(struct erased_event) events;
    VEC(struct erased_edition) editions;
    struct stored_files *stored; /* of all editions, once they were looked at */
};

/* Puts what remains of an event in its place. */
CM_MUST_USE int erasure_put(struct action_context *c, struct erased *e, int64_t seq, struct sv remains,
                            struct err *err);
/* Every stored edition without the words; what cannot be made so is taken out of it. */
CM_MUST_USE int erasure_editions(struct action_context *c, struct erased *e, struct sv words, struct sv with,
                                 struct err *err);
/* Before the act is committed: notes in the editions, and no copy of the words left in the database's files then. */
CM_MUST_USE int erasure_finish(struct action_context *c, struct erased *e, struct err *err);
/* The members "erased" and "editions" of its payload, from which replay and record_verify() know about it. */
void erasure_json(struct arena *a, struct json *j, const struct erased *e);
/* Events whose payloads hold a text, as it is written in JSON: seq and payload, in the arena. */
struct erasure_event {
    int64_t seq;
    struct sv payload;
};
struct erasure_events {
    VEC(struct erasure_event) list;
};
CM_MUST_USE int erasure_find(struct action_context *c, struct sv text, struct erasure_events *out, struct err *err);
/* Files of the SIG as they are now that hold the words. */
struct erasure_paths {
    VEC(const char *) list;
};
CM_MUST_USE int erasure_present(struct action_context *c, struct sv words, struct erasure_paths *out, struct err *err);
/* What the clock wrote names people, reviewers and venues. */
CM_MUST_USE int erasure_reminders(struct action_context *c, struct sv words, struct sv with, struct err *err);
/* The text of the last import is no ancestor any more where it holds the words. */
CM_MUST_USE int erasure_forget_import(struct action_context *c, struct sv words, struct err *err);

#endif
