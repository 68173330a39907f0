/* PDF from HTML by WeasyPrint, run as a sandboxed child: own network-less process (seccomp denies
 * sockets but local ones), read-only system folders (Landlock), private HOME and temporary folder,
 * time and memory limits, SOURCE_DATE_EPOCH. The HTML must be self-contained (style inside, figures
 * inside). */
#ifndef CASEMATE_DOCUMENT_PDF_H
#define CASEMATE_DOCUMENT_PDF_H

#include "base/arena.h"
#include "base/err.h"

struct pdf_options {
    int64_t epoch; /* SOURCE_DATE_EPOCH: the document's date */
    const char
        *cache; /* folder; NULL: none. Key: digest of HTML, epoch and the renderer's version */
    unsigned seconds; /* 0: 300 */
};

/* CM_ENOTFOUND when the renderer is not installed (err says how to install it); CM_EIO when it
 * fails (with the last line it printed); CM_ELIMIT when it takes too long. */
CM_MUST_USE int pdf_render(struct arena *a, struct sv html, const struct pdf_options *options,
                           struct sv *out, struct err *err);
/* What the sandbox could not enforce on this kernel, in words; empty when all of it is in force. */
struct sv pdf_sandbox_gaps(struct arena *a);

#endif
