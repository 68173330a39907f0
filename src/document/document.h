/* The three deliverables as block trees, and their writers. Everything is derived from a struct view; nothing
 * here reads a clock, a store or the network. Same view, same bytes. */
#ifndef CASEMATE_DOCUMENT_DOCUMENT_H
#define CASEMATE_DOCUMENT_DOCUMENT_H

#include "base/str.h"
#include "format/doc.h"
#include "register/view.h"

/* The deliverables, and the report (report.h), which is a document to the writers only. */
enum document_kind {
    DOCUMENT_PROCESS, DOCUMENT_TEMPLATE, DOCUMENT_ANALYSIS, DOCUMENT_KINDS, DOCUMENT_REPORT = DOCUMENT_KINDS
};
/* "process", "template", "analysis", "report": also file names. */
extern const char *const document_names[DOCUMENT_KINDS + 1];

/* The deliverable of that name; false for any other word. */
bool document_find(struct sv name, enum document_kind *out);

struct fragments;

struct revision {
    struct sv version, date, initials, remark;
};

struct document {
    enum document_kind kind;
    const struct view *view;
    struct sv title, abstract;
    struct sv version; /* "0.1" before the first edition; otherwise that of the latest edition, or of the one
                          being published */
    bool working_draft;         /* not an edition: says so, with the date of --now */
    struct sv date;             /* YYYY-MM-DD */
    VEC(struct revision) revisions; /* newest first; at least one */
    struct doc_block *root;     /* DOC_SECTION; its child sections are the chapters */
    struct fragments *fragments; /* of the run that writes it again (fragment.h); NULL: everything is written */
};

struct document_options {
    /* Set when this build becomes an edition: its version, date, remark. Otherwise NULL. */
    const struct revision *edition;
    /* Makes the section of a threat in place of document_build_threat. NULL: that. */
    struct doc_block *(*threat)(void *context, size_t index);
    void *context;
};

/* document/build.c */
void document_build(struct arena *a, const struct view *v, enum document_kind kind,
                    const struct document_options *options, struct document *out);
/* One threat as a section with anchor "T-0001", all ten items, facts first: the same block tree that the
 * analysis holds. */
struct doc_block *document_build_threat(struct arena *a, const struct view *v, size_t index);
/* One prose field of it, appended to parent, with the drawing and the analysis of its attack tree. */
void document_build_field(struct arena *a, const struct view *v, size_t index, int field, struct doc_block *parent);
/* Markdown of a field as blocks, appended to parent: the form in which documents show it. Nothing in it is an anchor of
 * the site. */
void document_prose(struct arena *a, const struct view *v, struct doc_block *parent, struct sv text);
/* The worksheet for an author of the document (RFC 3552 section 5 headings). index into view->documents. */
struct doc_block *document_build_worksheet(struct arena *a, const struct view *v, size_t index);
/* "What we did, what remains". */
struct doc_block *document_build_progress(struct arena *a, const struct view *v);

/* The facts of a threat that every format carries, keys in this order:
 * id, name, stage, confirmed, draft ("yes"/"no"), areas, stride, level, affects, attacker, likelihood,
 * damage, priority, responses, references (all cited ids), proposed */
struct doc_block *document_threat_facts(struct arena *a, const struct view *v, size_t index);

/* Writers. Each appends to out, which the caller owns. */
void document_write_text(const struct document *d, struct str *out);  /* UTF-8, 72 columns, form of an RFC */
void document_write_json(const struct document *d, struct str *out);  /* docs/schema/document.schema.json */
void document_write_xep(const struct document *d,
                        struct str *out); /* XEP format, the group's own licence, valid by the XSF's DTD */
void document_write_csv(const struct view *v, struct str *out);       /* the register, one row a threat */
void document_write_register_json(const struct view *v, struct str *out); /* the register as data */
/* Threats as a table: id, name, priority, stage. list: indexes in view->threats. */
struct doc_block *document_threat_table(struct arena *a, const struct view *v, const unsigned *list, size_t count,
                                        const char *caption);

/* Some threats of it (indexes in view->threats), as the member "threats" of an open object; whole: with the texts of
 * all fields, the tree and its analysis. */
struct json;
void document_write_threats_json(const struct view *v, const size_t *indexes, size_t count, bool whole,
                                 struct json *j);
/* The same; threats whose members are in the file of the last run are left out. */
void document_write_register_fragments(const struct view *v, struct fragments *fragments, struct str *out);

/* The member "discussion" of a threat, into an open object: threads that are tied to it. Nothing without a store. */
void document_write_discussion(struct json *j, const struct view *v, struct sv threat);

/* The XSF's form of a document for submission: number xxxx, ProtoXEP, 0.0.1, &LEGALNOTICE;, Informational,
 * approver Council. */
CM_MUST_USE int document_write_protoxep(const struct document *d, struct str *out, struct err *err);

/* coverage.tsv as data; nothing without it (view->profile->coverage.given). */
void document_write_coverage_json(const struct view *v, struct str *out); /* docs/schema/coverage.schema.json */
void document_write_coverage_csv(const struct view *v, struct str *out);

/* document/lint.c: the XSF's conformance rules for a XEP file (the DTD's structure without needing the DTD,
 * then the ten rules of its CI). path decides the file-name rules. All faults go to diag with line and
 * column. */
void document_lint(struct arena *a, const char *path, struct sv text, struct diag *diag);

#endif
