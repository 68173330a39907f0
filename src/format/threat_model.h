/* Threat models of other tools, as far as they speak of threats:
 *   Threat Dragon, versions 1 and 2 (JSON; https://www.threatdragon.com/docs/)
 *   Threat Composer, workspaces of schema 1 (JSON; https://github.com/awslabs/threat-composer)
 *   Open Threat Model 0.1 and 0.2 (JSON or YAML; https://github.com/iriusrisk/OpenThreatModel)
 *   the threat files of the W3C, one threat a file (YAML; https://github.com/w3c/threat-modeling-guide)
 * All texts come out plain: markup of HTML and ReSpec is taken off, nothing in them means anything. What is not taken
 * over is counted, by what it is. */
#ifndef CASEMATE_FORMAT_THREAT_MODEL_H
#define CASEMATE_FORMAT_THREAT_MODEL_H

#include "base/err.h"
#include "base/vec.h"

enum { THREAT_MODEL_BYTES_MAX = 16 << 20, THREAT_MODEL_THREATS_MAX = 5000 };

enum threat_model_kind { MODEL_THREAT_DRAGON, MODEL_THREAT_COMPOSER, MODEL_OTM, MODEL_W3C, MODEL_KINDS };
/* "threat-dragon" and so on: the scheme of a threat's source */
extern const char *const threat_model_schemes[MODEL_KINDS];
extern const char *const threat_model_names[MODEL_KINDS];

struct threat_model_threat {
    struct sv id;     /* in its model; may be empty */
    struct sv name;   /* one line, never empty */
    struct sv text;   /* paragraphs with an empty line between; may be empty */
    struct sv stride; /* letters of STRIDE that its categories are, each once; may be empty */
    VEC(struct sv) places;      /* names of the elements that it concerns, at most twenty */
    VEC(struct sv) assumptions; /* a paragraph each */
    VEC(struct sv) mitigations; /* a paragraph each */
    uint32_t line;    /* where it begins */
};

struct threat_model_loss {
    const char *what; /* "severity: the group rates by itself" */
    size_t count;
    struct sv example; /* the first */
};

struct threat_model {
    enum threat_model_kind kind;
    struct sv title;
    VEC(struct threat_model_threat) threats;
    VEC(struct threat_model_loss) losses;
};

/* Reads one file. CM_EINPUT: it is none of these, or has faults, all of which are in diag; CM_ELIMIT. All lives in the
 * arena. */
CM_MUST_USE int threat_model_read(struct arena *a, struct sv text, const char *file, struct diag *diag,
                                  struct threat_model *out, struct err *err);

/* Plain text as Markdown that shows it and nothing else; each line of out has the indentation. */
struct sv threat_model_markdown(struct arena *a, struct sv plain, const char *indent);

#endif
