/* Publishing, shared by publish, serve and submit. */
#ifndef CASEMATE_CLI_PUBLISH_H
#define CASEMATE_CLI_PUBLISH_H

#include "cli/cli.h"

/* The view of the store, or, with from, of a folder imported into a store in memory (c->store either way). */
CM_MUST_USE int publish_load(struct cli *c, const char *from, struct view *out);
CM_MUST_USE int publish_site(struct cli *c, const struct view *v, const char *to, unsigned formats,
                             struct site_result *out);
/* Folder of rendered PDFs by digest; NULL without a home. */
const char *publish_pdf_cache(struct arena *a);

#endif
