/* The register in the formats of others, and what each of them has no place for.
 *
 *     STIX 2.1 bundle    OASIS Standard, 10 June 2021 (https://docs.oasis-open.org/cti/stix/v2.1/)
 *     Open Threat Model  0.2.0 (https://github.com/iriusrisk/OpenThreatModel)
 *     W3C threat files   one YAML file a threat and outline.yaml (https://github.com/w3c/threat-modeling-guide)
 *     CSV, JSON          our own: document_write_csv(), document_write_register_json()
 *
 * Ratings are words in an order. Where a format takes text they go over as these words; where it insists on a number,
 * the number is the word's place in its scale, and the text beside it says so. Same view, same bytes. */
#ifndef CASEMATE_DOCUMENT_EXCHANGE_H
#define CASEMATE_DOCUMENT_EXCHANGE_H

#include "document/document.h"

enum exchange_format { EXCHANGE_STIX, EXCHANGE_OTM, EXCHANGE_W3C, EXCHANGE_CSV, EXCHANGE_JSON, EXCHANGE_FORMATS };

struct exchange_kind {
    const char *word; /* of the command line: "stix" */
    const char *name; /* "STIX 2.1 bundle" */
    const char *path; /* on the site; of a format with several files the first of them */
    const char *type; /* media type */
    bool folder;      /* several files */
    const char *how;  /* a sentence: what becomes of threats, responses and ratings */
};
extern const struct exchange_kind exchange_kinds[EXCHANGE_FORMATS];

struct exchange_losses {
    VEC(struct exchange_loss {
        struct sv what; /* "attack trees" */
        size_t count;   /* of threats that have it; never 0 */
    }) list;
};
/* What the format does not carry of this register. Reads no Markdown, so it costs little. */
void exchange_losses(struct arena *a, const struct view *v, enum exchange_format format, struct exchange_losses *out);

/* A format of one file, appended to out. Threats that are the same in the file of the last run are left out;
 * fragments may be NULL. */
void exchange_write(const struct view *v, enum exchange_format format, struct fragments *fragments, struct str *out);

/* The W3C's files: names without a folder, "t-0001.yaml" and "outline.yaml". Threats that ended have none; name
 * gives the
 * empty view for them. */
struct sv exchange_w3c_name(struct arena *a, const struct view *v, size_t index);
void exchange_w3c_threat(const struct view *v, size_t index, struct str *out);
void exchange_w3c_outline(const struct view *v, struct str *out);

#endif
