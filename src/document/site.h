/* The published site: every page, every format, every edition, written beside and swapped in as a whole.
 *
 *     index.html  process.* template.* analysis.*  (html xml json txt pdf)
 *     threats/T-0001.html threats/T-0001.json threats/index.html
 *     priority.html stage.html area.html level.html stride.html   matrix.html board.html
 *     documents/index.html documents/XEP-0384.html (page and worksheet)   references.html
 *     lists.html and lists/ID/ (when there is a list whose archive is public: lists_page.h)
 *     moderation.html moderation.json moderation.atom (when there is such a list, or an act of moderation)
 *     coverage.html coverage.json coverage.csv (when the profile has a coverage.tsv)
 *     gaps.html gaps.json
 *     exports.html exports/register.stix.json exports/register.otm.json exports/w3c/ (YAML)
 *     editions/index.html (timeline) editions/analysis/0.1/analysis.{html,xml,json,txt,pdf} and the style.css
 * of that edition editions/analysis/status.css: shows the notice "old edition" in all but the latest, whose
 * bytes never change editions/analysis/0.1..0.2.html (what changed) progress.html about.html 404.html (its
 * links begin at /) feed.atom documents.json register.json register.csv style.css schema/ (JSON schemas)
 * .casemate-site: the program that wrote the
 * site, then each file with the digest of what it was made from, for the next run .casemate-fragments: what
 * stands where in the large files, likewise
 */
#ifndef CASEMATE_DOCUMENT_SITE_H
#define CASEMATE_DOCUMENT_SITE_H

#include "base/log.h"
#include "document/document.h"

enum site_format { SITE_HTML = 1, SITE_XML = 2, SITE_JSON = 4, SITE_TEXT = 8, SITE_PDF = 16, SITE_ALL = 31 };

struct site_options {
    const char *to;         /* folder; made when missing; replaced only when it is empty or was written by us */
    unsigned formats;       /* bits of enum site_format */
    struct log *log;        /* may be NULL */
    const char *pdf_cache;  /* folder of rendered PDFs by digest of their input; NULL: none */
    /* Bytes of a stored edition's file; called for each file of each edition. */
    int (*edition_bytes)(void *context, struct arena *a, const struct edition *e, struct sv name, struct sv *out,
                         struct err *err);
    void *context;
    struct store *store; /* of the mailing lists; NULL: no pages of lists */
};

struct site_result {
    size_t pages, written, kept; /* kept: unchanged since the last run, hard-linked */
    bool pdf_missing;            /* asked for, but the renderer is not installed */
    struct sv pdf_reason;        /* why, in words */
};

/* CM_EREFUSED: the folder holds what we did not write. Folders TO.new-PID of killed runs are removed. A PDF
 * that cannot be made is no failure: see pdf_reason. */
CM_MUST_USE int site_publish(const struct view *v, const struct site_options *options, struct site_result *out,
                             struct err *err);

/* All files of one document as an edition (html xml json txt, and pdf where it is wanted and can be rendered): name and
 * bytes in the arena. style.css is one of them, so that a newer program does not change how an edition looks.
 */
struct site_file {
    struct sv name, bytes;
};
struct site_files {
    VEC(struct site_file) list;
};
CM_MUST_USE int site_edition_files(struct arena *a, const struct view *v, enum document_kind kind,
                                   const struct revision *revision, bool pdf, const char *pdf_cache, struct log *log,
                                   struct site_files *out, struct err *err);

/* Path of the page of a cited document from the top of the site: "documents/RFC-6120.html". */
struct sv site_reference_path(struct arena *a, struct sv id);

#endif
