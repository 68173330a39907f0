/* Block trees as HTML5: semantic, no script, no external request; class names of web/site.css. Headings, figures and tables carry permalinks. */
#ifndef CASEMATE_DOCUMENT_HTML_H
#define CASEMATE_DOCUMENT_HTML_H

#include "document/document.h"
#include "format/markup.h"

struct html_context {
    const struct view *view;
    const char *root;       /* relative path to the top of the site: "" or "../" */
    unsigned heading;       /* level of the first section's heading: 2 */
    bool print;             /* for the PDF: links to threats and sections stay inside the document */
    bool single_document;   /* links to threats are "#T-0001", otherwise "threats/T-0001.html" */
    const char *id_prefix;  /* for ids of drawings */
};

void html_blocks(struct markup *m, const struct html_context *c, const struct doc_block *first);
void html_inlines(struct markup *m, const struct html_context *c, const struct doc_inline *first);

#endif
