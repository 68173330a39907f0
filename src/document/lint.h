/* What the parts of the XEP check share. For lint*.c only. */
#ifndef CASEMATE_DOCUMENT_LINT_H
#define CASEMATE_DOCUMENT_LINT_H

#include "base/err.h"
#include "base/map.h"
#include "base/sv.h"
#include "base/vec.h"

#include <libxml/tree.h>

enum { LINT_BYTES_MAX = 64 * 1024 * 1024, LINT_ATTRIBUTE_SHOWN = 60 };

struct lint {
    struct arena *arena;
    struct diag *diag;
    const char *path;
    struct sv text;
    xmlDoc *doc;
    struct {
        VEC(size_t) list; /* offsets: of each line's first byte */
    } lines;
    struct {
        VEC(size_t) list; /* offsets: of each start tag, in the order of the text */
    } tags;
    bool entity_set; /* the internal subset takes the XSF's entity set in */
    bool submission; /* a document for or of the XSF, not an edition of a group's own */
};

/* Faults at an element; NULL: the file as a whole. Texts may be printf-formatted by the caller in
 * the arena. */
void lint_error(struct lint *l, const xmlNode *at, const char *what, const char *expected);
void lint_warning(struct lint *l, const xmlNode *at, const char *what, const char *expected);
void lint_error_offset(struct lint *l, size_t offset, const char *what, const char *expected);

/* lint_model.c: every element and attribute against the content model. */
void lint_structure(struct lint *l);
/* lint_rules.c: the rules of the header, then what nobody enforces. */
void lint_rules(struct lint *l);
void lint_advice(struct lint *l);

struct sv lint_name(const xmlNode *n);
/* All text of an element, entity references left out, blanks at the ends taken off. */
struct sv lint_text(struct lint *l, const xmlNode *n);
/* First child element of that name, or NULL; the next sibling of the same name. */
const xmlNode *lint_child(const xmlNode *parent, const char *name);
const xmlNode *lint_sibling(const xmlNode *n);
/* Value of an attribute, or the empty view. */
struct sv lint_attribute(struct lint *l, const xmlNode *n, const char *name);

/* What a reference to an entity stands for, as far as its name tells. */
enum lint_entity {
    LINT_ENTITY_TEXT,    /* characters */
    LINT_ENTITY_INLINE,  /* a <span> with a link and a <note> */
    LINT_ENTITY_LEGAL,   /* <legal> */
    LINT_ENTITY_AUTHOR,  /* <author> */
    LINT_ENTITY_OWN,     /* declared in the document itself */
    LINT_ENTITY_UNKNOWN, /* of the entity set, perhaps */
};
enum lint_entity lint_entity_kind(const struct lint *l, const xmlNode *reference);

#endif
