/* Block trees as HTML5: semantic, no script, no external request; class names of web/site.css. Sections,
 * figures and tables carry permalinks.
 *
 * Class names that blocks may carry beside those of their kind: paragraphs "lead", "example", "missing",
 * "compact", "rating"; sections "threat", "field", "area", "formal"; tables "threats", "matrix",
 * "references", "responses"; cells "number", and "priority-N" or "draft", which are drawn as badges. Links
 * whose address begins with "site:" are relative to the top of the site. */
#ifndef CASEMATE_DOCUMENT_HTML_H
#define CASEMATE_DOCUMENT_HTML_H

#include "base/embed.h"
#include "base/map.h"
#include "document/document.h"
#include "format/markup.h"

/* The files of web/, built in. Ends with an entry without name. */
extern const struct embedded web_assets[];
/* The asset of that name, or the empty view. */
struct sv web_asset(const char *name);

/* Drawings that were made for one page and are used again by another. May be shared by all pages of a run. */
struct html_drawings {
    struct arena *arena;
    struct map by_anchor; /* anchor of the figure -> struct sv* */
};
void html_drawings_init(struct html_drawings *d, struct arena *a);

struct html_context {
    const struct view *view;
    const char *root;       /* relative path to the top of the site: "" or "../" */
    unsigned heading;       /* level of the first section's heading: 2 */
    bool print;             /* for the PDF: links to threats and sections stay inside the document */
    bool single_document;   /* links to threats are "#T-0001", otherwise "threats/T-0001.html" */
    const char *id_prefix;  /* for ids of drawings; NULL: none. The figure's anchor follows it */
    struct html_drawings *drawings; /* may be NULL */
    struct fragments *fragments; /* may be NULL */
};

void html_blocks(struct markup *m, const struct html_context *c, const struct doc_block *first);
void html_inlines(struct markup *m, const struct html_context *c, const struct doc_inline *first);
/* A heading of that level with its permalink. The id itself belongs on the element around it. */
void html_heading(struct markup *m, unsigned level, struct sv title, struct sv anchor);
/* Contents: a nested list of the sections below root, down to `depth` levels, fields of threats left out. */
void html_contents(struct markup *m, const struct doc_block *root, unsigned depth);
/* Title block, status, abstract, contents and chapters of a whole document. */
void html_document(struct markup *m, const struct html_context *c, const struct document *d);

/* One document as a self-contained page for the PDF: the style inside, contents with page numbers, no link that leaves
 * the document but to the web. Appends to out. Same document, same bytes. */
void document_print_html(const struct document *d, struct str *out);

#endif
