/* The block tree: one document, whatever it is written as. Built by document/build and format/markdown;
 * written by one writer per format (HTML, XML, JSON, text; the PDF is made from the HTML). All nodes and
 * texts live in one arena.
 *
 * A document is a DOC_SECTION whose children are blocks. Anchors are permanent: given by the builder, unique
 * in the document
 * ([a-z0-9-], letters of threat ids in upper case allowed), never derived from positions. */
#ifndef CASEMATE_FORMAT_DOC_H
#define CASEMATE_FORMAT_DOC_H

#include "base/arena.h"
#include "base/sv.h"

enum doc_inline_kind {
    DOC_TEXT,      /* text */
    DOC_EM,        /* children */
    DOC_STRONG,    /* children */
    DOC_CODE,      /* text */
    DOC_LINK,      /* url, children; http(s), mailto, xmpp, or "#anchor" */
    DOC_REFERENCE, /* id: of references.tsv; text: what is shown ("RFC 6120 §13.8") ; url */
    DOC_THREAT,    /* id: a threat; text: what is shown */
    DOC_BREAK,     /* a hard line break */
};

struct doc_inline {
    enum doc_inline_kind kind;
    struct sv text;
    struct sv id;
    struct sv url;
    struct doc_inline *first, *last; /* children */
    struct doc_inline *next;
};

enum doc_block_kind {
    DOC_SECTION,     /* title, anchor; children: blocks, then sections */
    DOC_PARAGRAPH,   /* inlines */
    DOC_LIST,        /* ordered, start; children: DOC_ITEM */
    DOC_ITEM,        /* children: blocks */
    DOC_DEFINITIONS, /* children: DOC_DEFINITION */
    DOC_DEFINITION,  /* inlines: the term; children: blocks */
    DOC_FACTS,       /* children: DOC_FACT; a definition list with machine-readable keys */
    DOC_FACT,        /* key, inlines: the label (plain text); values: see doc_fact; children: blocks (what is shown) */
    DOC_TABLE,       /* caption in inlines, anchor; children: DOC_ROW; first row is the header when header_row */
    DOC_ROW,         /* children: DOC_CELL; anchor */
    DOC_CELL,        /* inlines; heading: a th */
    DOC_CODE_BLOCK,  /* text, language */
    DOC_QUOTE,       /* children: blocks */
    DOC_FIGURE,      /* figure, anchor, inlines: the caption; children: text equivalent as blocks */
    DOC_NOTICE,      /* class_name: "draft", "old-edition", "note", "warning"; children: blocks */
    DOC_DETAILS,     /* title; children: blocks; what may be folded away where a format can */
    DOC_RULE,
};

struct markup;

/* A drawing: draw() writes one <svg> element with role, title and desc; deterministic. id_prefix keeps ids
 * unique in a page. */
struct doc_figure_part;
struct doc_figure {
    void (*draw)(struct markup *m, const void *data, const char *id_prefix);
    const void *data;
    double width, height; /* in CSS pixels */
    struct sv alternative; /* one or two sentences that say what the drawing shows */
    /* The same for pages of paper: one drawing or several, none higher than a page. NULL: as it is. */
    size_t (*on_paper)(struct arena *a, const void *data, const struct doc_figure_part **out_parts);
    /* The same for a screen: the first is shown, the others are folded away. All take the same id_prefix. */
    size_t (*on_screen)(struct arena *a, const void *data, const struct doc_figure_part **out_parts);
};

struct doc_figure_part {
    const struct doc_figure *figure;
    struct sv caption; /* empty: that of the whole */
};

struct doc_block {
    enum doc_block_kind kind;
    struct sv anchor; /* empty: none */
    struct sv title;  /* section */
    struct doc_inline *inlines, *inlines_last;
    struct doc_block *first, *last; /* children */
    struct doc_block *next;
    struct sv text;       /* code block */
    struct sv language;   /* code block: first word of the info string */
    struct sv key;        /* fact: machine key, e.g. "stage" */
    const struct sv *values; /* fact: machine values, e.g. the ids of stages, references */
    size_t value_count;
    const char *class_name; /* notice; also a hint for sections ("threat") */
    const struct doc_figure *figure;
    unsigned start;  /* ordered list */
    bool ordered, tight, header_row, heading;
};

struct doc_block *doc_block_new(struct arena *a, enum doc_block_kind kind);
/* Appends and returns child. */
struct doc_block *doc_append(struct doc_block *parent, struct doc_block *child);
/* New child of that kind, appended. */
struct doc_block *doc_add(struct arena *a, struct doc_block *parent, enum doc_block_kind kind);
struct doc_block *doc_add_section(struct arena *a, struct doc_block *parent, struct sv title, struct sv anchor);
/* A paragraph of plain text. */
struct doc_block *doc_add_paragraph(struct arena *a, struct doc_block *parent, struct sv text);

/* Inlines are appended to a block's inlines, or as children of an inline. */
struct doc_inline *doc_inline_new(struct arena *a, enum doc_inline_kind kind, struct sv text);
void doc_put(struct doc_block *b, struct doc_inline *i);
void doc_put_child(struct doc_inline *parent, struct doc_inline *child);
void doc_text(struct arena *a, struct doc_block *b, struct sv text);
void doc_textf(struct arena *a, struct doc_block *b, const char *format, ...) CM_PRINTF(3, 4);
void doc_strong(struct arena *a, struct doc_block *b, struct sv text);
void doc_link(struct arena *a, struct doc_block *b, struct sv url, struct sv text);
void doc_threat(struct arena *a, struct doc_block *b, struct sv id, struct sv text);
void doc_reference(struct arena *a, struct doc_block *b, struct sv id, struct sv text, struct sv url);
/* A fact with label and machine values; returns the block, to which the caller adds what is shown. */
struct doc_block *doc_add_fact(struct arena *a, struct doc_block *facts, const char *key, struct sv label,
                               const struct sv *values, size_t value_count);

/* All text of inlines, without markup. */
struct sv doc_plain(struct arena *a, const struct doc_inline *inlines);
/* Lower-case ASCII anchor from a title: letters, digits and single hyphens; never empty ("section"). */
struct sv doc_anchor(struct arena *a, struct sv title);

#endif
