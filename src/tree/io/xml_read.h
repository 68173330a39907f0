/* XML as a stream of tags (libxml2's SAX2 stays inside xml_read.c): no tree in memory, no network, no
 * entities but the five of XML, no external DTD. Elements may nest 200 deep. */
#ifndef CASEMATE_TREE_IO_XML_READ_H
#define CASEMATE_TREE_IO_XML_READ_H

#include "base/err.h"
#include "base/sv.h"

struct xml_reader;

struct xml_tag {
    const char *name;      /* without prefix; the same address for the same name through the whole text */
    uint32_t line, column; /* of its "<"; column 0 when the text is in another encoding than UTF-8 */
    const unsigned char **attributes; /* for xml_attribute() */
    size_t count;
    struct xml_reader *reader;
};

struct xml_calls {
    void (*open)(void *context, const struct xml_tag *tag);
    void (*close)(void *context, const char *name);
    void (*text)(void *context, struct sv piece); /* may be NULL; may come in pieces */
};

/* Reads the whole text and calls back. False when it is not well-formed, too deep or has a DTD with entities:
 * that fault is in diag then, and what came before it was called back. Text: any bytes. */
bool xml_read(struct sv text, const char *file, const struct xml_calls *calls, void *context, struct diag *diag);
/* The value of an attribute without prefix, as UTF-8, valid during the call back; false when it is not there. */
bool xml_attribute(const struct xml_tag *tag, const char *name, struct sv *out_value);
/* No further calls; xml_read() returns false and adds no fault. */
void xml_stop(const struct xml_tag *tag);

#endif
