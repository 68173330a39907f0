/* XML as a stream of tags (expat stays inside xml.c): no tree in memory, no network, nothing loaded from elsewhere,
 * a limit of depth. Of encodings: UTF-8, UTF-16, ISO-8859-1 and US-ASCII. */
#ifndef CASEMATE_FORMAT_XML_H
#define CASEMATE_FORMAT_XML_H

#include "base/err.h"
#include "base/sv.h"

struct xml_reader;

struct xml_tag {
    const char *name;  /* without prefix; the same address for the same qname through the whole text */
    const char *qname; /* as written */
    uint32_t line, column; /* of its "<"; columns count characters from 1 */
    const char **attributes; /* name, value, name, value, ..., NULL: names as written, values as UTF-8 */
    struct xml_reader *reader;
};

/* A declaration of an entity. One of value and system is there. */
struct xml_entity {
    const char *name;
    bool parameter;
    struct sv value;    /* of an internal entity */
    const char *system; /* of an external one, else NULL */
};

struct xml_calls {
    void (*open)(void *context, const struct xml_tag *tag);
    void (*close)(void *context, const char *name);
    void (*text)(void *context, struct sv piece); /* may be NULL; may come in pieces */

    /* What only a check of XML itself needs; each may be NULL. Without `reference` any declaration of an entity, and
     * any reference but the five of XML, is a fault, and nothing can be declared that grows. */
    void (*reference)(void *context, const char *name); /* to an entity, in content; never replaced */
    void (*entity)(void *context, const struct xml_entity *entity);
    void (*declaration)(void *context, const char *name); /* of an element or of its attributes */
    void (*doctype)(void *context, const char *system, uint32_t line, uint32_t column); /* system: "" without one */
    void (*wanted)(void *context, const char *system); /* an external entity that the document type refers to */
    void (*instruction)(void *context, const char *target, struct sv data);
};

struct xml_limits {
    size_t depth;         /* of elements */
    const char *encoding; /* NULL: as the text says */
};

/* Reads the whole text and calls back. False when it is not well-formed, too deep or has a DTD with entities where
 * they are not wanted: that fault is in diag then, and what came before it was called back. Text: any bytes.
 * limits NULL: 200 levels, encoding as the text says. */
bool xml_read(struct sv text, const char *file, const struct xml_limits *limits, const struct xml_calls *calls,
              void *context, struct diag *diag);
/* The value of an attribute without prefix, valid during the call back; false when it is not there. */
bool xml_attribute(const struct xml_tag *tag, const char *name, struct sv *out_value);
/* No further calls; xml_read() returns false and adds no fault. */
void xml_stop(const struct xml_tag *tag);

#endif
