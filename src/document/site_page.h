/* One run of the publisher, and what its parts share. Inside this room only. */
#ifndef CASEMATE_DOCUMENT_SITE_PAGE_H
#define CASEMATE_DOCUMENT_SITE_PAGE_H

#include "document/fragment.h"
#include "document/page.h"
#include "document/site.h"
#include "document/site_twin.h"
#include "forum/hold.h"

/* What a run leaves in the site for the next one. */
#define SITE_MANIFEST ".casemate-site"
#define SITE_FRAGMENTS ".casemate-fragments"

/* What the last run left for this one, and this one leaves for the next: site_reuse.c. */
struct site_reuse {
    struct map threats;     /* of the last run: id -> struct reuse_threat* */
    struct map files;       /* name -> struct reuse_file* */
    struct map quick;       /* path -> struct sv* (hex) */
    struct sv text;         /* of the last run, whole */
    struct str out;         /* for the next run */
    struct digest *inputs;  /* of each threat of this run */
    struct sv *skeletons;
};

struct site {
    struct arena *a;
    const struct view *v;
    const struct site_options *options;
    const char *fresh;              /* folder that is being filled */
    const char *old;                /* folder of the last run, or NULL */
    int fresh_fd, old_fd;           /* of these, or -1 */
    struct map old_files;           /* path -> struct site_old*, of the last run */
    struct sv old_manifest;
    struct site_twin twin;
    struct map folders;             /* made so far */
    struct str manifest;
    struct html_drawings drawings;
    struct document documents[DOCUMENT_KINDS];
    struct doc_block **threats; /* sections of the analysis, by index in view->threats; stubs where nothing
                                   changed: see site_section */
    bool *stubs;
    struct site_reuse reuse;
    struct map threat_digests;      /* id -> struct digest* of that section */
    struct digest contents[DOCUMENT_KINDS]; /* of the documents' block trees */
    bool has_pdf;
    struct digest shared;           /* of what all pages show */
    struct moderations moderation;  /* all public acts on held posts */
    size_t planned;                 /* for the progress line */
    struct site_result *out;
    struct str buffer;              /* of the page that is being written */
};

/* tree_digest.c. known: digests (struct digest*) of sections by anchor, which then stand for what is below
 * them; may be NULL. */
void tree_digest_add(struct digest_state *s, const struct doc_block *first, const struct map *known);
struct digest tree_digest_section(const struct doc_block *section);

/* site.c: True when the file of the last run was made from the same input; it is in the new folder then. */
CM_MUST_USE bool site_keep(struct site *s, struct sv path, const struct digest *input);
CM_MUST_USE int site_write(struct site *s, struct sv path, const struct digest *input, struct sv bytes,
                           struct err *err);
/* A file whose bytes are at hand: its input is itself. */
CM_MUST_USE int site_put(struct site *s, struct sv path, struct sv bytes, struct err *err);
/* A page of blocks: `content` is a section; its title becomes the page's h1 unless headless. */
CM_MUST_USE int site_page(struct site *s, struct page *p, const struct doc_block *content, struct err *err);
/* The same when the digest of what the page shows is known. */
CM_MUST_USE int site_page_from(struct site *s, struct page *p, const struct doc_block *content,
                               const struct digest *shown, struct err *err);

/* The file of the last run, whatever it was made from. */
CM_MUST_USE bool site_keep_old(struct site *s, struct sv path);
/* SITE_MANIFEST or SITE_FRAGMENTS; before: its text in the last run. */
CM_MUST_USE int site_write_note(struct site *s, const char *path, struct sv text, struct sv before, struct err *err);
/* A file that was written with fragments: their gaps are filled from the old file of that path. */
CM_MUST_USE int site_write_fragments(struct site *s, struct sv path, const struct digest *input, struct sv bytes,
                                     const struct fragments *f, struct err *err);

/* site_reuse.c. Reads what the last run left (program as in the manifest) and finds out which threats are the same. */
void site_reuse_init(struct site *s);
void site_reuse_load(struct site *s, struct sv program);
/* The section of threat i for the analysis: a stub when it is that of the last run. For document_options. */
struct doc_block *site_reuse_threat(void *site, size_t i);
/* The digest of the section, from the last run or from its blocks, which are complete now. */
struct digest site_reuse_content(struct site *s, size_t i);
/* The whole section of threat i. */
const struct doc_block *site_section(struct site *s, size_t i);
/* True when a page was made from the same in the last run, told by a digest that needs no blocks; it is in
 * the new folder then. */
bool site_reuse_page(struct site *s, struct sv path, const struct digest *quick);
/* Fragments of the file of that name; reuse_end notes them for the next run and releases. kept: the old file
 * was taken as it is. */
void site_reuse_begin(struct site *s, struct sv name, struct fragments *f);
void site_reuse_end(struct site *s, struct sv name, struct fragments *f, bool kept);
CM_MUST_USE int site_reuse_write(struct site *s, struct sv program, struct err *err);

/* site_pages.c */
CM_MUST_USE int site_front_pages(struct site *s, struct err *err);
CM_MUST_USE int site_index_pages(struct site *s, struct err *err);
/* Table of threats by their indexes. */
struct doc_block *site_threat_table(struct arena *a, const struct view *v, const unsigned *list, size_t count,
                                    struct sv anchor, const char *caption);

/* site_compare.c: a page for each two consecutive editions of a document. */
CM_MUST_USE int site_compare_pages(struct site *s, struct err *err);
/* The edition before this one of the same document; NULL where there is none, or no comparison with it. */
const struct edition *site_compared_with(const struct view *v, const struct edition *e);

/* site_coverage.c: coverage.html, .json and .csv, when the profile has a coverage.tsv. */
CM_MUST_USE int site_coverage_pages(struct site *s, struct err *err);

/* site_gaps.c: gaps.html and .json. */
CM_MUST_USE int site_gaps_pages(struct site *s, struct err *err);

/* site_exchange.c: the register in all formats, and exports.html, which says what each of them lacks. */
CM_MUST_USE int site_exchange_pages(struct site *s, struct err *err);
/* <link> to each of them, for the page of the register. */
void site_exchange_links(struct arena *a, struct page *p);

/* site_threats.c */
CM_MUST_USE int site_threat_pages(struct site *s, struct err *err);

/* site_documents.c */
CM_MUST_USE int site_document_pages(struct site *s, struct err *err);
CM_MUST_USE int site_worksheet_pages(struct site *s, struct err *err);
CM_MUST_USE int site_edition_pages(struct site *s, struct err *err);

/* lists.c: pages of mailing lists. *out: whether there is a list whose archive is public. */
CM_MUST_USE int site_lists_any(struct store *store, struct arena *a, bool *out, struct err *err);
CM_MUST_USE int site_list_pages(struct site *s, struct err *err);

/* site_moderation.c: moderation.html, .json and .atom, when there is a public list, or somebody acted on a post. */
bool site_has_moderation(const struct site *s);
CM_MUST_USE int site_moderation_pages(struct site *s, struct err *err);

/* feed.c */
CM_MUST_USE int site_feed(struct site *s, struct err *err);
CM_MUST_USE int site_documents_json(struct site *s, struct err *err);

#endif
