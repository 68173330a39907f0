/* What a running command tells a person: progress on long work, and notices. To standard error only. */
#ifndef CASEMATE_BASE_LOG_H
#define CASEMATE_BASE_LOG_H

#include "base/base.h"

#include <stdatomic.h>

/* Passed down by whoever may talk to a person; NULL means: stay silent. */
/* How far a long work is, for another thread that is asked. */
struct log_watch {
    atomic_size_t done, total;
};

struct log {
    struct log_watch *watch; /* may be NULL */
    bool terminal; /* redraw one line; otherwise only notices are printed */
    bool quiet;    /* print nothing but notices */
    bool line_open;
};

void log_init(struct log *log, bool quiet);
/* "what done/total", redrawn in place on a terminal, at most a hundred times per total. */
void log_progress(struct log *log, const char *what, size_t done, size_t total);
/* A line of its own. */
void log_notice(struct log *log, const char *format, ...) CM_PRINTF(2, 3);
void log_finish(struct log *log); /* clears an open progress line */

#endif
