/* One run of the publisher, and what its parts share. Inside this room only. */
#ifndef CASEMATE_DOCUMENT_SITE_PAGE_H
#define CASEMATE_DOCUMENT_SITE_PAGE_H

#include "document/page.h"
#include "document/site.h"

struct site {
    struct arena *a;
    const struct view *v;
    const struct site_options *options;
    const char *fresh;              /* folder that is being filled */
    const char *old;                /* folder of the last run, or NULL */
    struct map old_digests;         /* path -> struct sv* (hex) of the last run */
    struct map folders;             /* made so far */
    struct str manifest;
    struct html_drawings drawings;
    struct document documents[DOCUMENT_KINDS];
    struct doc_block **threats;     /* sections of the analysis, by index in view->threats */
    struct map threat_digests;      /* id -> struct digest* of that section */
    struct digest contents[DOCUMENT_KINDS]; /* of the documents' block trees */
    bool has_pdf;
    struct digest shared;           /* of what all pages show */
    size_t planned;                 /* for the progress line */
    struct site_result *out;
    struct str buffer;              /* of the page that is being written */
};

/* tree_digest.c. known: digests (struct digest*) of sections by anchor, which then stand for what is below them; may be NULL. */
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

/* site_pages.c */
CM_MUST_USE int site_front_pages(struct site *s, struct err *err);
CM_MUST_USE int site_index_pages(struct site *s, struct err *err);
/* Table of threats by their indexes. */
struct doc_block *site_threat_table(struct arena *a, const struct view *v, const unsigned *list, size_t count,
                                    struct sv anchor, const char *caption);

/* site_threats.c */
CM_MUST_USE int site_threat_pages(struct site *s, struct err *err);

/* site_documents.c */
CM_MUST_USE int site_document_pages(struct site *s, struct err *err);
CM_MUST_USE int site_worksheet_pages(struct site *s, struct err *err);
CM_MUST_USE int site_edition_pages(struct site *s, struct err *err);
/* "documents/XEP-0384.html" */
struct sv site_reference_path(struct arena *a, struct sv id);

/* feed.c */
CM_MUST_USE int site_feed(struct site *s, struct err *err);
CM_MUST_USE int site_documents_json(struct site *s, struct err *err);

#endif
