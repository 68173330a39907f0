/* Runs another program to its end, under limits and, when wanted, in a sandbox. */
#ifndef CASEMATE_BASE_PROC_H
#define CASEMATE_BASE_PROC_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sandbox.h"

#include <sys/types.h>

struct proc_options {
    const char *const *argv;        /* argv[0] is an absolute path; ends with NULL */
    const char *const *environment; /* the whole environment, "NAME=value"; ends with NULL */
    const char *directory;          /* working folder; NULL: as the caller's */
    const struct sandbox *sandbox;  /* NULL: none */
    unsigned seconds;               /* of wall time and of CPU time each; 0: 60 */
    uint64_t memory;                /* address space in bytes; 0: no limit */
    uint64_t file_size;             /* of any file it writes; 0: no limit */
    bool no_errors;                 /* what it says on standard error is thrown away */
    size_t output_max; /* of what it prints (standard output and error together), the end is kept;
                          0: 64 KiB */
};

struct proc_result {
    int status;       /* exit status; -1 when it died of a signal */
    int signal;       /* that signal, or 0 */
    bool timed_out;   /* it was killed because time was up */
    struct sv output; /* in the arena; any bytes */
};

/* Standard input is /dev/null; no other file of the caller's stays open; the program and all its
 * children end with this call. 0 when the program ran, whatever it did; CM_ENOTFOUND when it does
 * not exist; CM_EIO; CM_EAGAIN (no process, no file left). */
CM_MUST_USE int proc_run(struct arena *a, const struct proc_options *options,
                         struct proc_result *out, struct err *err);

/* A program whose output is read as it comes, with read() on fd; of CPU time it has what `seconds` says, of wall time
 * as much as the reader takes. */
struct proc_stream {
    const char *name;
    int fd;
    pid_t pid;
};
CM_MUST_USE int proc_stream_open(const struct proc_options *options, struct proc_stream *out, struct err *err);
/* Ends it, if it has not ended. all: its output was read to the end; then CM_EIO when it failed. */
CM_MUST_USE int proc_stream_close(struct proc_stream *s, bool all, struct err *err);

#endif
