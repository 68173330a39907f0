/* What the readers of threat models share. */
#ifndef CASEMATE_FORMAT_THREAT_MODEL_PARTS_H
#define CASEMATE_FORMAT_THREAT_MODEL_PARTS_H

#include "format/json.h"
#include "format/threat_model.h"

struct model_reading {
    struct arena *a;
    struct sv text;
    const char *file;
    struct diag *diag;
    struct threat_model *out;
    size_t seen; /* byte up to which lines were counted */
    uint32_t line;
    bool too_many;
};

/* Each reads the threats of one kind; faults go to diag. */
void model_read_dragon(struct model_reading *r, const struct json_value *root);
void model_read_composer(struct model_reading *r, const struct json_value *root);
void model_read_otm(struct model_reading *r, const struct json_value *root);
void model_read_w3c(struct model_reading *r, const struct json_value *root);

void model_fault(struct model_reading *r, const struct json_value *at, const char *what, const char *expected);
void model_lose(struct model_reading *r, const char *what, struct sv example);
/* Notes a loss for each member of an object that has a value. names: NULL-ended pairs of key and what is lost. */
void model_lose_members(struct model_reading *r, const struct json_value *object, const char *const *names);

/* The text of a member, plain and trimmed; empty when there is none. Another kind than text or null is a fault. */
struct sv model_text(struct model_reading *r, const struct json_value *object, const char *key);
/* The items of a member that is a list; none when it is missing or null. Another kind is a fault. */
const struct json_value *model_list(struct model_reading *r, const struct json_value *object, const char *key);

/* Begins a threat at its place. NULL, with a fault, when it is no object, or there are too many. */
struct threat_model_threat *model_threat(struct model_reading *r, const struct json_value *at);
/* "Tampering", "Elevation of Privileges", "T": a class of STRIDE; anything else is lost. */
void model_stride(struct model_reading *r, struct threat_model_threat *t, struct sv category);
/* A text on one line. */
struct sv model_line(struct model_reading *r, struct sv text);
/* Adds the name of an element, once. */
void model_place(struct model_reading *r, struct threat_model_threat *t, struct sv name);
/* "Name: text", or the one that there is; nothing of nothing. */
void model_mitigation(struct model_reading *r, struct threat_model_threat *t, struct sv name, struct sv text);

/* Takes off markup. */
struct sv model_plain(struct arena *a, struct sv text);

#endif
