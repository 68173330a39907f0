/* The typed markup writer: the only place of the program that emits HTML, SVG or XML.
 *
 * It escapes by construction: element and attribute names are literals of the program, all content is text.
 * Misuse (an unclosed element, an attribute after content, a bad name) is a BUG(). Output goes to a struct
 * str that the caller owns. Invalid UTF-8 and characters that XML 1.0 forbids are written as U+FFFD. */
#ifndef CASEMATE_FORMAT_MARKUP_H
#define CASEMATE_FORMAT_MARKUP_H

#include "base/str.h"

enum markup_syntax {
    MARKUP_XML,  /* <a/> for empty elements */
    MARKUP_HTML, /* HTML5: void elements without end tag, never <a/> for others; foreign content (svg) as XML */
};

enum { MARKUP_DEPTH_MAX = 512 };

struct markup {
    struct str *out;
    enum markup_syntax syntax;
    const char *open[MARKUP_DEPTH_MAX]; /* names of open elements; literals */
    size_t depth;
    size_t foreign; /* how deep the svg or math stands that surrounds it; 0: none */
    bool in_tag; /* the start tag is still open for attributes */
    bool raw_text; /* inside style or script */
};

void markup_init(struct markup *m, struct str *out, enum markup_syntax syntax);
void markup_doctype_html(struct markup *m);
/* <?xml version="1.0" encoding="UTF-8"?> and, when doctype is not NULL, the document type of a XEP with its entity set
 * (literal text of the program, never data). */
void markup_xml_declaration(struct markup *m, const char *doctype);
/* <?target data?>; both literals of the program. */
void markup_instruction(struct markup *m, const char *target, const char *data);
void markup_comment(struct markup *m, struct sv text); /* "--" in the text becomes "- -" */
/* &name; for the few entities that the XEP format wants by name (LEGALNOTICE); name is a literal. */
void markup_entity(struct markup *m, const char *name);

/* name must be a string literal or live as long as the element is open */
void markup_open(struct markup *m, const char *name);
void markup_close(struct markup *m, const char *name); /* the name is checked */
void markup_attr(struct markup *m, const char *name, struct sv value);
void markup_attr_str(struct markup *m, const char *name, const char *value);
void markup_attrf(struct markup *m, const char *name, const char *format, ...) CM_PRINTF(3, 4);
/* A number without superfluous zeros, at most two decimals, "." as mark: for SVG. */
void markup_attr_number(struct markup *m, const char *name, double value);
/* href, src: writes "#" when the scheme is not http, https, mailto, xmpp or data:image/, or the address is
 * not relative. */
void markup_attr_url(struct markup *m, const char *name, struct sv url);
void markup_text(struct markup *m, struct sv text);
void markup_text_str(struct markup *m, const char *text);
void markup_textf(struct markup *m, const char *format, ...) CM_PRINTF(2, 3);
void markup_newline(struct markup *m); /* a line end between elements, for readable output */
/* <name>text</name> */
void markup_element(struct markup *m, const char *name, struct sv text);
/* <name class="class">text</name> */
void markup_element_class(struct markup *m, const char *name, const char *class_name, struct sv text);
/* Contents of a style or script element: literals of the program or its own assets; "</" is refused with BUG(). */
void markup_raw_text(struct markup *m, struct sv text);
/* Output of another markup writer of the same syntax (a cached fragment); must be balanced. */
void markup_fragment(struct markup *m, struct sv balanced);
void markup_finish(struct markup *m); /* BUG() when an element is open */

#endif
