/* What the files of this room share. Not for other rooms. */
#ifndef CASEMATE_PROFILE_INTERNAL_H
#define CASEMATE_PROFILE_INTERNAL_H

#include "format/tsv.h"
#include "profile/profile.h"
#include "profile/yaml_read.h"

enum { PROFILE_WORDS_LIST_MAX = 500, PROFILE_LIST_MAX = 2000 };

/* One file on its way in. `read.file` is its name for messages, with the folder. */
struct source {
    struct yaml_read read;
    const char *path; /* in the folder */
    struct sv raw;    /* as it came */
    struct sv text;   /* without BOM and CRs; valid UTF-8 */
};

/* lexical.c: the rules for every file. */
/* Fills text; false (with faults reported) when nothing more can be read from the file. */
bool source_open(struct source *s);
/* Only what every reader needs: BOM and CRs taken off, valid UTF-8, no NUL; fills text. */
bool source_bytes(struct source *s);
/* The text without BOM, with LF line ends; the same view when there is nothing to change. */
struct sv lexical_plain(struct arena *a, struct sv text);

/* Cuts a Markdown file and reads its front matter; NULL (with faults) when it has none that can be
 * read. */
const struct yaml_node *source_front(struct source *s, struct markdown_file *out);
/* A fault when there is text before the first heading. */
void source_no_preface(struct source *s, const struct markdown_file *md);

/* lexical.c: Markdown. */
/* The body of a section as it is published: comments on lines of their own blanked (line numbers
 * stay), no blank lines at the ends. *line is moved on. Empty when nothing is left. */
struct sv lexical_prose(struct arena *a, struct sv body, uint32_t *line);
/* End of the comment (`<!-- ... -->` on lines of its own) that begins at the line start `at`: the
 * offset after its last line; 0: none there. */
size_t lexical_comment(struct sv text, size_t at);
/* A line inside a fence or not, fed line by line. */
struct fence_state {
    char mark;
    size_t run;
};
/* Takes the line into account; true when it belongs to a fence (its marks included). */
bool fence_state_line(struct fence_state *f, struct sv line);

/* mention.c */
struct mention {
    bool threat;
    size_t at, len; /* the identifier with version and section */
    size_t id_len;  /* the identifier alone */
    char id[48];    /* canonical: one blank after the prefix */
};
/* The next mention at or after *from in running text, known or not; moves *from behind it. */
bool mention_next(const struct sig *sig, struct sv text, size_t *from, struct mention *out);
/* A stretch of text, and where it begins in its file. */
struct stretch {
    struct sv text;
    uint32_t line, column;
};
struct mention_visitor {
    void (*found)(void *context, const struct stretch *t, const struct mention *m);
    void *context;
};
/* All mentions in a stretch as it stands; and in Markdown, code left out. */
void mention_each(const struct sig *sig, const struct stretch *t, const struct mention_visitor *v);
void mention_each_prose(struct arena *a, const struct sig *sig, struct sv text, uint32_t line,
                        const struct mention_visitor *v);
/* Faults for mentions of references and threats that do not exist. p is complete. Markdown, code
 * left out; line: of the first line: */
void mention_check_prose(const struct profile *p, struct source *s, struct sv text, uint32_t line);
/* Text as it stands, beginning at this place: */
void mention_check_text(const struct profile *p, struct source *s, struct sv text, uint32_t line,
                        uint32_t column);
/* Faults for every threat named in the text. */
void mention_refuse_threats(const struct sig *sig, struct source *s, struct sv text);
/* "T-0001": number, or 0 when the text has not that form. */
unsigned threat_id_number(struct sv prefix, struct sv id);

/* Markdown of a section checked as it will be published: raw HTML, limits, mentions. p is complete.
 */
void prose_check(const struct profile *p, struct source *s, struct sv text, uint32_t line);

/* One file each; the outcome is as complete as faults allow. */
void sig_read(struct source *s, struct sig *out);
void process_read(struct source *s, const struct profile *p, struct process *out);
void template_read(struct source *s, const struct profile *p, struct template *out);
/* Their prose, once p is complete. */
void process_check_prose(struct source *s, const struct profile *p);
void template_check_prose(struct source *s, const struct profile *p);
void references_read(struct source *s, const struct sig *sig, struct references *out);
void analysis_read(struct source *s, const struct profile *p, struct analysis *out);
void calibration_read(struct source *s, const struct sig *sig, struct calibration *out);

/* threat.c: everything about one file that can be told without the others. */
struct threat_draft {
    struct threat threat;
    struct source source;
    struct markdown_file md;
    const struct yaml_node *front; /* NULL when it could not be read */
};
struct threat_drafts {
    VEC(struct threat_draft) list;
};
/* False when not even the identifier is known. */
bool threat_read(struct source *s, const struct profile *p, struct threat_draft *out);
/* The rest: references to other threats, mentions, what the stage needs. p is complete. */
void threat_check(const struct profile *p, struct threat_draft *d);
/* "T-0001" from "threats/T-0001-some-words.md"; empty when the path has not that form. */
struct sv threat_path_id(struct sv prefix, const char *path);
/* trees.c: attack trees that refer to one another. The drafts are those of p->threats, in the same
 * order. */
void threat_check_trees(const struct profile *p, const struct threat_drafts *drafts);
/* The text of a fence with the fence's indentation taken off each line. */
struct sv fence_text(struct arena *a, const struct markdown_fence *fence);
bool fence_is_tree(const struct markdown_fence *fence);

/* A citation out of the front matter; false with a fault. The reference is looked up. */
bool citation_read(const struct yaml_read *r, const struct references *refs,
                   const struct yaml_node *node, const char *what, struct citation *out);

bool citation_is_version(struct sv text);
/* The known identifier that is nearest to the id, or NULL; only of the same beginning, so that long
 * bibliographies stay cheap. */
const char *citation_nearest(const struct yaml_read *r, const struct references *refs, struct sv id);

/* coverage.c. Reads coverage.tsv; the references are known. Order of its rows and all that concerns others
 * is checked by coverage_check(), which wants the file as it was read, NULL when there is none. */
void coverage_read(struct source *s, const struct references *refs, struct coverage *out);
struct coverage_check {
    const struct profile *p;
    struct source *coverage; /* NULL: there is none */
    struct source *sig;
    const char *missing; /* name of the file for messages */
    const bool *unsure;  /* by threat: its file has such faults that it is not known what it cites */
};
void coverage_check(const struct coverage_check *c);
/* Its columns are those of the format. */
extern const char *const coverage_columns[];
enum coverage_column { COVERAGE_ID, COVERAGE_VERSION, COVERAGE_RESULT, COVERAGE_THREATS, COVERAGE_CONSIDERATIONS,
                       COVERAGE_NOTE, COVERAGE_COLUMNS };
bool coverage_is_table(const struct tsv *tsv);
/* Index of a word, or -1. */
int coverage_word(const char *const *words, size_t count, struct sv word);

/* coverage_text.c. The cells in normal form, in place. */
void coverage_tidy_row(struct arena *a, const struct sig *sig, struct sv *cells);
/* The text with the column of threats brought up to date; the same view when nothing changes. */
struct sv coverage_current(struct arena *a, const struct profile *p, struct sv text,
                           struct coverage_moves *moves);
/* "T-0001 T-0004", or "-". */
struct sv coverage_threat_cell(struct arena *a, const struct profile *p, const struct citing *c);

/* references.c: order of identifiers, by series and number; others come last. */
struct id_rank {
    size_t series;
    uint64_t number;
    struct sv id;
};
struct id_rank id_rank(const struct sig *sig, struct sv id);
int id_rank_order(const struct id_rank *a, const struct id_rank *b);
/* A table's cell, for faults. */
struct cell {
    struct source *s;
    const struct tsv_row *row;
    size_t column;
};
void cell_fault(const struct cell *c, const char *what, const char *expected);
/* The same for a part of the cell: at points into it. */
void cell_fault_at(const struct cell *c, const char *at, const char *what, const char *expected);

/* The keys of a threat's front matter that every profile has, in normal order (rating and line
 * fields are put in by the template). */
extern const char *const threat_keys[];
extern const size_t threat_key_count;

/* Words of a list for messages. */
struct words terms_words(struct arena *a, const struct terms *t);

#endif
