/* A sandbox for a child process: no network, no file but those named, no way to trace or reach
 * other processes.
 *
 * It is prepared in the parent (which may allocate) and entered in the child between fork() and
 * exec() with system calls only. What the kernel does not offer is left out, and sandbox_gaps()
 * says so. */
#ifndef CASEMATE_BASE_SANDBOX_H
#define CASEMATE_BASE_SANDBOX_H

#include "base/arena.h"
#include "base/err.h"

struct sandbox_rules {
    const char *const *read; /* paths below which files may be read and run; ends with NULL; missing
                                ones are skipped */
    const char *const *write; /* paths below which files may be made, written and removed as well;
                                 ends with NULL */
    bool serves; /* connections may be accepted on sockets that are open already, and no program be started */
};

struct sock_filter;

/* Prepared sandbox. Plain data: file descriptor of the rule set (-1: none) and the filter program.
 */
struct sandbox {
    int landlock; /* close-on-exec */
    struct sock_filter *filter;
    unsigned short filter_len;
};

/* Builds the rule set and the filter. The caller releases with sandbox_release(). CM_EIO when the
 * kernel refuses what it offers. */
CM_MUST_USE int sandbox_prepare(const struct sandbox_rules *rules, struct sandbox *out,
                                struct err *err);
/* In the child, after everything else was set up. Only system calls. 0, or -1 with errno when a
 * part that is available could not be put in force. Irrevocable, and inherited by what is executed.
 */
CM_MUST_USE int sandbox_enter(const struct sandbox *s);
void sandbox_release(struct sandbox *s);

/* Whether sandbox_confine() does anything in this build. gcc has a macro for the address sanitizer, clang a feature. */
#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_CONFINES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_CONFINES 0
#endif
#endif
#ifndef SANDBOX_CONFINES
#define SANDBOX_CONFINES 1
#endif

/* Puts the rules in force for the calling thread and those that it starts, with what the kernel offers. For a process
 * that has opened what it needs, before its threads. A build with the address sanitizer is not confined: its search
 * for leaks at the end traces the process. */
CM_MUST_USE int sandbox_confine(const struct sandbox_rules *rules, struct err *err);

/* What cannot be enforced on this kernel, as words for people; empty when all of it is in force. */
struct sv sandbox_gaps(struct arena *a);

#endif
