/* What the parts of the XEP check share. For lint*.c only. */
#ifndef CASEMATE_DOCUMENT_LINT_H
#define CASEMATE_DOCUMENT_LINT_H

#include "base/err.h"
#include "base/map.h"
#include "base/sv.h"

enum { LINT_BYTES_MAX = 64 * 1024 * 1024, LINT_ATTRIBUTE_SHOWN = 60 };

enum lint_type { LINT_ELEMENT, LINT_TEXT, LINT_REFERENCE };

/* A part of the document; lives in the arena. Text and references have the place of their element. */
struct lint_node {
    enum lint_type type;
    const char *name;        /* of an element, as written, or of the entity referred to; NULL for text */
    const char **attributes; /* of an element: name, value, ..., NULL */
    struct sv text;
    struct lint_node *parent, *children, *last, *next;
    uint32_t line, column; /* of the "<" */
};

struct lint {
    struct arena *arena;
    struct diag *diag;
    const char *path;
    struct sv text;
    const struct lint_node *root;
    struct map own_entities; /* declared in the document itself */
    bool has_type, has_stylesheet;
    uint32_t type_line, type_column; /* of the document type */
    bool entity_set; /* the internal subset takes the XSF's entity set in */
    bool submission; /* a document for or of the XSF, not an edition of a group's own */
};

/* Faults at an element; NULL: the file as a whole. Texts may be printf-formatted by the caller in the arena. */
void lint_error(struct lint *l, const struct lint_node *at, const char *what, const char *expected);
void lint_warning(struct lint *l, const struct lint_node *at, const char *what, const char *expected);
void lint_error_at(struct lint *l, uint32_t line, uint32_t column, const char *what, const char *expected);

/* lint_read.c: the tree, and what the document type and the instructions before it say. False, with faults, when the
 * text is not well-formed. */
bool lint_read(struct lint *l);
/* lint_model.c: every element and attribute against the content model. */
void lint_structure(struct lint *l);
/* lint_rules.c: the rules of the header, then what nobody enforces. */
void lint_rules(struct lint *l);
void lint_advice(struct lint *l);

/* The next node below root in document order; NULL after the last. */
const struct lint_node *lint_next(const struct lint_node *root, const struct lint_node *n);
struct sv lint_name(const struct lint_node *n);
/* All text of an element, entity references left out, blanks at the ends taken off. */
struct sv lint_text(struct lint *l, const struct lint_node *n);
/* First child element of that name, or NULL; the next sibling of the same name. */
const struct lint_node *lint_child(const struct lint_node *parent, const char *name);
const struct lint_node *lint_sibling(const struct lint_node *n);
/* Value of an attribute, or the empty view. */
struct sv lint_attribute(const struct lint_node *n, const char *name);

/* What a reference to an entity stands for, as far as its name tells. */
enum lint_entity {
    LINT_ENTITY_TEXT,    /* characters */
    LINT_ENTITY_INLINE,  /* a <span> with a link and a <note> */
    LINT_ENTITY_LEGAL,   /* <legal> */
    LINT_ENTITY_AUTHOR,  /* <author> */
    LINT_ENTITY_OWN,     /* declared in the document itself */
    LINT_ENTITY_UNKNOWN, /* of the entity set, perhaps */
};
enum lint_entity lint_entity_kind(const struct lint *l, const struct lint_node *reference);

#endif
