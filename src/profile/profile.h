/* A SIG as plain structs: the result of reading the folder of docs/formats.md. Plain data; everything lives
 * in one arena.
 *
 * Indexes: references to areas, levels, scale words and so on are resolved to indexes into the SIG's lists
 * (-1: none). */
#ifndef CASEMATE_PROFILE_PROFILE_H
#define CASEMATE_PROFILE_PROFILE_H

#include "base/digest.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "format/markdown.h"
#include "tree/core/tree.h"

enum {
    PROFILE_FILE_MAX = 2 * 1024 * 1024,
    PROFILE_LINE_MAX = 64 * 1024,
    PROFILE_FILES_MAX = 20000,
    PROFILE_WORDS_MAX = 1500, /* of process.md */
};

/* A word of one of the SIG's lists. */
struct term {
    struct sv id, name, means, example;
    bool has_interval;
    double interval_lo, interval_hi; /* likelihood words: probabilities */
};
struct terms {
    VEC(struct term) list;
};
/* Index of id, or -1. */
int terms_find(const struct terms *t, struct sv id);

struct link {
    struct sv name, url;
};

struct author {
    struct sv first, last, email, jid, org, uri;
};

struct series {
    struct sv prefix, name;
    unsigned digits; /* 0: one to five */
};

/* A text of sig.yaml whose place a later fault may name. */
struct placed {
    struct sv text;
    uint32_t line, column;
};
/* Which documents coverage.tsv must have a row for. */
struct reading_list {
    bool given;
    VEC(struct reading_series {
        struct sv prefix;
        VEC(struct placed) statuses;
    }) series;                /* of these series, the documents of one of these statuses */
    VEC(struct placed) also;  /* ids */
};

struct role {
    struct sv id, name;
    VEC(struct sv) may;
    bool mark; /* only with a mark of what entitles to it, and its last day */
    struct sv deputy_for; /* id of the role that it stands in for; empty: none */
};

struct sig {
    struct sv name, community, prefix, language, charter, list, room, errata;
    bool standing;
    struct link reports_to, venue;
    VEC(struct author) authors;
    struct {
        struct sv profile, copyright, permissions, warranty, liability, conformance;
    } legal;
    VEC(struct series) series;
    struct terms areas, stride, levels, positions, surfaces, activities, coverage, likelihood, damage;
    struct terms priorities;   /* id is the decimal number */
    uint8_t *priority_table;   /* [likelihood index * damage count + damage index] = priority number */
    VEC(struct role) roles;
    struct reading_list reading_list;
};
const struct role *sig_role(const struct sig *sig, struct sv id); /* NULL */
bool role_may(const struct role *r, struct sv right);             /* "estimate"; false without a role */
/* Priority number from the two indexes; 0 when one of them is -1. The one place where priority is derived. */
unsigned sig_priority(const struct sig *sig, int likelihood, int damage);

enum entry_need {
    NEED_FIELDS, NEED_ATTACKER, NEED_LEVEL, NEED_AFFECTS, NEED_ESTIMATES, NEED_PRIORITY_STOOD, NEED_RESPONSES,
    NEED_ACCEPTANCE, NEED_REASON, NEED_SUCCESSOR, NEED_SUCCESSORS, ENTRY_NEEDS
};
extern const char *const entry_need_names[ENTRY_NEEDS];

struct stage {
    struct sv id, name, means;
    uint32_t needs; /* bits: 1u << enum entry_need */
    bool end;       /* merged, split, withdrawn */
};

struct mode {
    struct sv id; /* author, small, sig */
    unsigned estimators, first_round_days, second_round_days, call_days;
    struct sv second_round, acceptance; /* none|on-spread ; reviews|call */
};

/* Why a post may be kept from the list. */
struct moderation_reason {
    struct sv id, means;
    struct sv act; /* return: its author is told; discard: nobody is told; either */
};

struct process {
    struct sv title;
    VEC(struct stage) stages; /* in order, then the ends */
    size_t stage_count;       /* without the ends */
    VEC(struct mode) modes;
    size_t mode; /* index of the mode in force */
    unsigned spread, batch, objection_days, call_minimum_days, embargo_days, report_days, hold_hours;
    unsigned remind_days; /* before something is due; 0: no reminder before the day itself */
    unsigned deputy_days; /* after which a deputy may do what waits for somebody else; 0: never for this reason */
    bool rounds_by_clock; /* a round with its quorum closes by itself when it is due */
    unsigned silence_warn_months, silence_end_months;
    bool names_hidden; /* a closed round does not say whose estimates it opens */
    struct sv moderation_first_post, moderation_other_posts, moderation_off_stage, moderation_on_timeout, calls_silence;
    struct sv moderation_strangers_on_timeout; /* approve, return, discard */
    struct sv moderation_two_person;           /* which acts want two moderators: none, refusals, all */
    struct sv moderation_urgent;               /* whether one may act where two are wanted: alone, never */
    VEC(struct moderation_reason) moderation_reasons;
    struct sv prose; /* Markdown with {{…}} replaced */
    uint32_t prose_line;
};
/* Index of a reason of moderation, or -1. */
int process_reason(const struct process *p, struct sv id);
/* The mode in force; all zero where the process names none that it has. */
const struct mode *process_mode(const struct process *p);
/* Index of a stage or end, or -1. */
int process_stage(const struct process *p, struct sv id);

enum field_kind { FIELD_LINE, FIELD_PROSE, FIELD_RATING, FIELD_PRIORITY };
struct template_field {
    struct sv id, name;
    enum field_kind kind;
    int from;           /* stage index from which it is required */
    bool likelihood;    /* rating field: of the likelihood scale, otherwise damage */
    bool tree_preferred;
    unsigned max_words; /* 0: no limit */
    struct sv since;    /* asked of threats proposed from this day on; older ones keep their stage. Empty: of all */
    struct sv guidance; /* Markdown of its section in template.md */
    uint32_t guidance_line;
};
struct template {
    struct sv title, introduction;
    uint32_t introduction_line;
    VEC(struct template_field) fields;
};
int template_field(const struct template *t, struct sv id);        /* by id, or -1 */
int template_field_named(const struct template *t, struct sv name); /* by name (heading), or -1 */

struct analysis { /* framing chapters; all empty when there is no analysis.md */
    struct sv title, abstract;
    VEC(struct markdown_section) before, after; /* chapters before and after the register */
};

/* calibration.yaml: sample threats with known ratings, on which people try their own. */
struct sample {
    struct sv id, name, text;
    struct sample_rating {
        int level; /* in the scale; -1 when it could not be read */
        struct sv reason;
    } likelihood, damage;
};
struct calibration {
    VEC(struct sample) list; /* as written */
};
const struct sample *calibration_find(const struct calibration *c, struct sv id); /* NULL */

struct reference {
    struct sv id, title, version, date, status, url;
    uint32_t line;
};
struct references {
    VEC(struct reference) list; /* in order of series and number */
    struct map by_id;           /* sv -> struct reference* */
    bool unread;                /* the file is missing or no table: citations are not looked up */
};

/* coverage.tsv: what was looked at, and what came of it. */
enum coverage_result { COVERAGE_CITED, COVERAGE_NOTHING_NEW, COVERAGE_UNREAD, COVERAGE_LEFT_OUT, COVERAGE_RESULTS };
extern const char *const coverage_results[COVERAGE_RESULTS]; /* "cited", "nothing-new", "unread", "left-out" */
enum considerations { CONSIDERATIONS_SUBSTANTIVE, CONSIDERATIONS_THIN, CONSIDERATIONS_NONE, CONSIDERATIONS_UNSEEN,
                      CONSIDERATIONS };
extern const char *const considerations_words[CONSIDERATIONS]; /* "substantive", "thin", "none", "-" */

struct coverage_row {
    const struct reference *reference;
    struct sv version; /* that was read; empty: none */
    enum coverage_result result;
    enum considerations considerations;
    struct sv note;
    uint32_t line;
};
struct coverage { /* without the column of threats, which is derived: see profile_cites() */
    bool given;                    /* there is a coverage.tsv */
    VEC(struct coverage_row) list; /* in the order of references, which is that of the file */
};
/* Whether the reading list of the SIG asks for a row. */
bool reading_list_has(const struct sig *sig, const struct reference *r);
/* Order of versions: numbers between full stops as numbers, "1.0-rc.1" before "1.0". <0, 0, >0 */
int version_order(struct sv a, struct sv b);

/* Rows that became `cited` because a threat cites the document now. */
struct coverage_moves {
    VEC(struct coverage_move {
        struct sv document;
        enum coverage_result was;
    }) list;
};

/* The member "cited": [{"document": .., "was": ..}]. */
struct json;
void coverage_moves_json(struct json *j, const struct coverage_moves *moves);

/* "XEP-0384 v0.8.3 §4.2" */
struct citation {
    struct sv id, version, section;
    struct sv text; /* as written */
    const struct reference *reference; /* NULL when unknown */
};
/* Cuts a citation; false when the text has not that form. Does not look the id up. */
bool citation_parse(struct sv text, struct citation *out);

struct rating {
    bool given;
    int level;           /* index in the scale, -1 */
    int low, high;       /* spread; -1: none stated */
    unsigned estimators;
    struct sv reason;
};
struct response {
    struct citation citation;
    int covers; /* index in sig.coverage, -1 */
    struct sv how;
};
struct field_text {
    int field;        /* index in template.fields */
    struct sv text;   /* line value or Markdown body */
    uint32_t line;    /* of the body's first line in the file */
};

struct threat {
    struct sv id, name;
    unsigned number;
    const char *file;     /* "threats/T-0001-x.md" */
    struct sv source;     /* the whole file */
    VEC(int) areas, stride;
    int level, stage;
    struct { int position, activity; VEC(int) on; bool given; } attacker;
    VEC(struct citation) affects;
    VEC(struct response) responses;
    struct sv no_responses; /* `responses:` with a text: that none is known, and where one looked */
    struct { struct sv by, date, from; } proposed;
    struct rating likelihood, damage;
    struct sv reason;
    VEC(struct sv) into, related;
    VEC(struct field_text) fields; /* line and prose fields that are filled, in template order */
    const struct tree *tree;       /* of the first attack-tree block, or NULL */
    struct sv tree_text;           /* its outline as written */
    struct { uint32_t name, stage, likelihood, damage, affects, areas, level, responses; } lines;
};
/* Text of a field, or the empty view. */
struct sv threat_field(const struct threat *t, int field);

/* Who cites what. A threat cites a document when its `affects` or its `responses` name it, or one of its
 * texts does: its fields, what its responses say, the reasons of its ratings and of its end, its attack
 * tree. Comments and code do not count. A threat that ended cites as it did. */
struct citing { /* indexes of threats, ascending, each once */
    VEC(unsigned) affected, responding;
    VEC(unsigned) mentioned; /* whose texts name it, and neither of the above */
    VEC(unsigned) all;       /* of these three */
    bool in_analysis;        /* a chapter of analysis.md names it */
};
struct naming {
    VEC(unsigned) names; /* indexes of threats that a threat's texts name, as often as they do */
};
struct cites {
    struct citing *documents; /* by index in references.list */
    struct naming *threats;   /* by index in threats */
};

struct profile {
    struct arena *arena;
    struct sig sig;
    struct process process;
    struct template template;
    struct analysis analysis;
    struct calibration calibration; /* empty without calibration.yaml */
    struct references references;
    struct coverage coverage;
    VEC(struct threat) threats; /* by number */
    struct map by_id;           /* sv -> struct threat* */
    const struct cites *cites;  /* when they were wanted for a check; use profile_cites() */
    struct digest rules;        /* of all files but those of threats, coverage.tsv and calibration.yaml */
};

/* One file of a folder: path relative to it ("threats/T-0001-x.md") and content. */
struct profile_file {
    const char *path;
    struct sv text;
};
struct profile_files {
    VEC(struct profile_file) list; /* bytewise order of path */
};

/* Reads the files of a folder that belong to a SIG (section "A SIG is a folder"); unknown files at the top
 * and other folders are left alone, other files in threats/ are faults. Unreadable files go to diag.
 * CM_EINPUT when dir has no sig.yaml, CM_EIO, CM_ELIMIT. */
CM_MUST_USE int profile_read_dir(struct arena *a, const char *dir, struct profile_files *out, struct diag *diag,
                                 struct err *err);
/* Parses and checks everything; all faults go to diag, with `dir` put before file names ("" for none). *out
 * is as complete as the faults allow, and whole when diag has no error. Linear in the size of the files.
 * Checks: docs/formats.md, whole. */
void profile_parse(struct arena *a, const struct profile_files *files, const char *dir, struct diag *diag,
                   struct profile *out);
/* The same for files that passed these checks before, such as those of a store: what only looks for faults in
 * threats is left out. */
void profile_parse_checked(struct arena *a, const struct profile_files *files, const char *dir, struct diag *diag,
                           struct profile *out);
/* profile_parse() of a folder as it should be: before anything is checked, the column of threats in
 * coverage.tsv is brought up to date, where that decides nothing for the author. A row that is `nothing-new` or
 * `unread` becomes `cited` when a threat cites its document (*moves tells which); one that is `cited` though
 * nothing cites it, and one that is `left-out` though something does, stay and are faults. The new text takes
 * the place of the old in *files. */
void profile_parse_current(struct arena *a, struct profile_files *files, const char *dir, struct diag *diag,
                           struct profile *out, struct coverage_moves *moves);

/* What one act on few threats needs, in a register of thousands. Only sig.yaml, process.md, template.md and
 * references.tsv of *files are read, and only for what concerns them by themselves. */
void profile_parse_rules(struct arena *a, const struct profile_files *files, struct diag *diag, struct profile *out);
/* Adds to them the samples of calibration.yaml, which may be missing in *files. */
void profile_parse_samples(struct arena *a, const struct profile_files *files, struct diag *diag,
                           struct profile *rules);
/* Some threats, read with these rules: *out has the rules, and these threats only. Those whose path is in `checked`
 * (NULL: none) are looked at for faults as by profile_parse(); what they name, and what their attack trees lead to,
 * must be among the files, or is reported as missing. */
void profile_parse_part(struct arena *a, const struct profile *rules, const struct profile_files *files,
                        const struct map *checked, struct diag *diag, struct profile *out);
/* What a change of some threats makes of coverage.tsv, whose column of threats was right before. */
struct coverage_change {
    struct sv document, threat; /* ids */
    bool cites;                 /* it does now, or it did before */
};
/* The text with these changes, as profile_parse_current() would bring it up to date. False where that cannot be told
 * from the rows, or would leave a fault. */
bool coverage_follow(struct arena *a, const struct sig *sig, struct sv text, const struct coverage_change *changes,
                     size_t count, struct sv *out, struct coverage_moves *moves);
/* The identifiers of threats that a text has anywhere, each once; also where they name nothing, as in code. */
struct profile_ids {
    VEC(struct sv) list;
};
void profile_ids_in(struct arena *a, const struct sig *sig, struct sv text, struct profile_ids *out);

/* profile/cites.c: who cites what in a whole profile. One pass over all texts, unless it was done before. */
const struct cites *profile_cites(struct arena *a, const struct profile *p);

/* What a threat lacks to enter a stage: names of unmet needs with how to supply them, for content only
 * (fields, attacker, level, affects, responses, reason, successors); acts of the group are judged in
 * register. */
struct lack {
    enum entry_need need;
    int field;      /* template field for NEED_FIELDS, else -1 */
    struct sv text; /* "Gap is empty; write a section \"## Gap\"" */
};
struct lacks {
    VEC(struct lack) list;
};
void profile_lacks(struct arena *a, const struct profile *p, const struct threat *t, int stage, struct lacks *out);

/* Finds mentions of references and threats in prose, for markdown_options.find_mention; context is a const
 * struct profile *. */
bool profile_find_mention(void *context, struct sv text, struct markdown_mention *out);

/* profile/fmt.c */
/* Normal form of one file of the folder (which kind is told by its path). p may be NULL when only lexical
 * normalisation is possible. CM_EINPUT with faults in diag when the file cannot be parsed; the output is then
 * empty. */
CM_MUST_USE int profile_format(struct arena *a, const char *path, struct sv text, const struct profile *p,
                               struct sv *out, struct diag *diag, struct err *err);

/* profile/edit.c: changes to the text of a threat file that keep everything else byte for byte (in a
 * normalised file the result is normalised). */
/* Sets a front matter value ("stage", "name", "likelihood.rating", ...) to a scalar, or to literal YAML flow
 * text when flow is true. An empty value removes the key. CM_EUSAGE: no such form of key. CM_EINPUT: the
 * source has faults, or the value would not read back as meant (what else the YAML says is verified not to
 * change). */
CM_MUST_USE int threat_text_set(struct arena *a, struct sv source, const char *key, struct sv value, bool flow,
                                struct sv *out, struct err *err);
/* Replaces (or adds, in template order) the section of a prose field. An empty body removes it. CM_EINPUT
 * when the body holds a `##` heading, an underlined heading or a fence that does not end, since it would then
 * not be one section. */
CM_MUST_USE int threat_text_set_section(struct arena *a, const struct template *t, struct sv source, struct sv title,
                                        struct sv body, struct sv *out, struct err *err);
/* A new threat file from the template: front matter and one empty section per prose field, each with its
 * guidance's first sentence as a comment line "<!-- ... -->" which check ignores and fmt keeps. */
struct sv threat_text_new(struct arena *a, const struct profile *p, unsigned number, struct sv name, struct sv by,
                          struct sv date);
/* File name for a threat: "threats/T-0001-some-words.md" */
const char *threat_file_name(struct arena *a, struct sv id, struct sv name);

/* profile/merge.c: three-way merge of one file against its base, by front matter key and by section.
 * Conflicts (both sides changed one key or section differently) are added to diag, each named; *out is then
 * ours with theirs left out, and the result CM_ECONFLICT. CM_EINPUT (faults in diag, *out is ours) when a
 * version cannot be cut into its parts. references.tsv is merged by line, coverage.tsv by cell (its column of
 * threats is to be brought up to date afterwards), YAML by top-level key. base may be empty (both added). */
CM_MUST_USE int profile_merge(struct arena *a, const char *path, struct sv base, struct sv ours, struct sv theirs,
                              struct sv *out, struct diag *diag, struct err *err);
/* The fields of a threat file as (name, text) pairs for the history: front matter keys (flattened one level:
 * "likelihood.rating") and sections by title. */
struct text_field {
    struct sv name, text;
};
struct text_fields {
    VEC(struct text_field) list;
};
void threat_text_fields(struct arena *a, struct sv source, struct text_fields *out);

/* profile/renumber.c: ids that clash (two files, one id): gives the later file (by proposed date, then path)
 * the next free number above `highest`, in its text, its name and everywhere it is mentioned by its own file.
 * Returns the changed files. */
struct renumber_change {
    const char *old_path, *new_path;
    struct sv text;
};
struct renumber_changes {
    VEC(struct renumber_change) list;
};
CM_MUST_USE int profile_renumber(struct arena *a, const struct profile_files *files, struct sv prefix, unsigned highest,
                                 struct renumber_changes *out, struct err *err);

#endif
