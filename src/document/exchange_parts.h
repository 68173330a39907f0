/* What the writers of foreign formats share. */
#ifndef CASEMATE_DOCUMENT_EXCHANGE_PARTS_H
#define CASEMATE_DOCUMENT_EXCHANGE_PARTS_H

#include "document/exchange.h"
#include "format/json.h"

/* plain.c: Markdown as plain paragraphs, lists and lines; attack trees are left out. In the arena. */
struct sv exchange_plain(struct arena *a, struct sv markdown);

/* The text of the field that is called so, as Markdown; empty when there is none. */
struct sv exchange_field(const struct view *v, const struct threat *t, const char *field);
/* The field after the abstract, and the last one: what happens, and what is advised. -1 when there is none. */
int exchange_definition(const struct view *v);
int exchange_advice(const struct view *v);
/* Whether the threat was merged, split or withdrawn. */
bool exchange_ended(const struct view *v, const struct threat *t);

/* "high, the 3rd of 4: low, medium, high, very-high; a rank, not a quantity" */
struct sv exchange_rank(struct arena *a, const struct terms *scale, int level);

/* Facts as words, each only where it is given: the members of an open object. */
void exchange_facts(struct json *j, const struct view *v, size_t index);

void exchange_write_stix(const struct view *v, struct fragments *fragments, struct str *out);
void exchange_write_otm(const struct view *v, struct fragments *fragments, struct str *out);

#endif
