/* Inside running text of Markdown: character references, bare addresses, and which addresses may be
 * linked. */
#ifndef CASEMATE_FORMAT_MARKDOWN_TEXT_H
#define CASEMATE_FORMAT_MARKDOWN_TEXT_H

#include "base/str.h"

/* Adds what "&name;" stands for (decimal, hexadecimal, the names in common use); an unknown name is
 * added as it is written. */
void markdown_entity(struct str *out, struct sv entity);

/* The first http:// or https:// address that stands bare in text, without the punctuation of the
 * sentence after it. Linear. */
bool markdown_bare_url(struct sv text, size_t *out_at, size_t *out_len);

/* http(s), mailto, xmpp or #anchor, without blanks, controls and backslashes */
bool markdown_url_allowed(struct sv url);

#endif
