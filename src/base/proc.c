#define _GNU_SOURCE /* pipe2, close_range by number */
#include "base/proc.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_SECONDS = 60, DEFAULT_OUTPUT = 64 * 1024, STEP_MS = 20, CLOSE_RANGE = 436 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* In the child: system calls only from here to exec(). Each returns false with errno. */

static bool limit(int what, uint64_t value)
{
    struct rlimit l = {value, value}, present;
    if (getrlimit((__rlimit_resource_t)what, &present) == 0 && present.rlim_max != RLIM_INFINITY &&
        present.rlim_max < value)
        l.rlim_cur = l.rlim_max = present.rlim_max;
    return setrlimit((__rlimit_resource_t)what, &l) == 0;
}

static bool set_limits(const struct proc_options *o, unsigned seconds)
{
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, seconds) && limit(RLIMIT_NOFILE, 1024) &&
           (o->memory == 0 || limit(RLIMIT_AS, o->memory)) &&
           (o->file_size == 0 || limit(RLIMIT_FSIZE, o->file_size));
}

static void close_from(int first)
{
    if (syscall(CLOSE_RANGE, (unsigned)first, ~0u, 0) == 0)
        return;
    long max = sysconf(_SC_OPEN_MAX);
    for (int fd = first; fd < (max > 0 && max < 65536 ? (int)max : 65536); fd++)
        close(fd);
}

static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int s = 1; s < NSIG; s++)
        if (s != SIGKILL && s != SIGSTOP)
            signal(s, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Descriptors: 0 null, 1 and 2 output, 3 the pipe that reports a failed exec, 4 the rule set. */
static bool set_files(int *output, int *report, bool no_errors, struct sandbox *sandbox)
{
    int null = open("/dev/null", O_RDWR);
    /* move what is needed out of the way of 0..4 first */
    int high_output = fcntl(*output, F_DUPFD_CLOEXEC, 64),
        high_report = fcntl(*report, F_DUPFD_CLOEXEC, 64);
    int high_rules =
        sandbox && sandbox->landlock >= 0 ? fcntl(sandbox->landlock, F_DUPFD_CLOEXEC, 64) : -1;
    if (null < 0 || high_output < 0 || high_report < 0 || dup2(null, 0) < 0 ||
        dup2(high_output, 1) < 0 || dup2(no_errors ? null : high_output, 2) < 0 || dup3(high_report, 3, O_CLOEXEC) < 0)
        return false;
    *output = 1;
    *report = 3;
    if (sandbox && sandbox->landlock >= 0) {
        if (high_rules < 0 || dup3(high_rules, 4, O_CLOEXEC) < 0)
            return false;
        sandbox->landlock = 4;
    }
    close_from(sandbox && sandbox->landlock >= 0 ? 5 : 4);
    return true;
}

static void run_child(const struct proc_options *o, unsigned seconds, int output,
                      int report) CM_NORETURN;
static void run_child(const struct proc_options *o, unsigned seconds, int output, int report)
{
    struct sandbox sandbox = {.landlock = -1};
    if (o->sandbox)
        sandbox = *o->sandbox;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    reset_signals();
    if (set_files(&output, &report, o->no_errors, o->sandbox ? &sandbox : NULL) &&
        (!o->directory || chdir(o->directory) == 0) && set_limits(o, seconds) &&
        (!o->sandbox || sandbox_enter(&sandbox) == 0))
        execve(o->argv[0], (char *const *)(uintptr_t)o->argv,
               (char *const *)(uintptr_t)o->environment);
    int failure = errno;
    ssize_t written = write(report, &failure, sizeof(failure));
    _exit(written == (ssize_t)sizeof(failure) ? 127 : 126);
}

/* In the parent */

static void keep_end(struct str *s, size_t max)
{
    if (s->len <= 2 * max)
        return;
    memmove(s->data, s->data + (s->len - max), max);
    str_cut(s, max);
}

/* Reads what is there; false at the end. */
static bool take_output(int fd, struct str *s, size_t max)
{
    char buffer[4096];
    ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got <= 0)
        return got < 0 && (errno == EINTR || errno == EAGAIN);
    str_add(s, sv_from(buffer, (size_t)got));
    keep_end(s, max);
    return true;
}

/* Waits for the child and collects its output until it ends or time is up. */
static int watch(pid_t pid, int fd, unsigned seconds, size_t max, struct str *s,
                 struct proc_result *out)
{
    int64_t end = now_ms() + (int64_t)seconds * 1000;
    int status = 0;
    bool open = true;
    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        int ready = poll(&p, open ? 1 : 0, STEP_MS);
        if (ready > 0)
            open = take_output(fd, s, max);
        pid_t done = waitpid(pid, &status, WNOHANG);
        if (done == pid)
            break;
        if (done < 0 && errno != EINTR)
            return -1;
        if (now_ms() >= end && !out->timed_out) {
            out->timed_out = true;
            kill(-pid, SIGKILL);
        }
    }
    kill(-pid, SIGKILL); /* whatever it left behind */
    struct pollfd p = {fd, POLLIN, 0};
    while (open && poll(&p, 1, 0) > 0)
        open = take_output(fd, s, max);
    out->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    out->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return 0;
}

static int start(const struct proc_options *o, unsigned seconds, int output[2], int report[2],
                 pid_t *out_pid, struct err *err)
{
    if (pipe2(output, O_CLOEXEC) < 0)
        return err_errno(err, errno, "cannot start %s", o->argv[0]);
    if (pipe2(report, O_CLOEXEC) < 0) {
        err_errno(err, errno, "cannot start %s", o->argv[0]);
        close(output[0]);
        close(output[1]);
        return err->code;
    }
    *out_pid = fork();
    if (*out_pid == 0)
        run_child(o, seconds, output[1], report[1]);
    int failure = errno;
    close(output[1]);
    close(report[1]);
    if (*out_pid < 0) {
        close(output[0]);
        close(report[0]);
        return err_errno(err, failure, "cannot start %s", o->argv[0]);
    }
    setpgid(*out_pid, *out_pid); /* so that the group exists before it may have to be killed */
    return CM_OK;
}

/* Why it could not be run; 0: it runs. */
static int reported(int fd)
{
    int failure = 0;
    ssize_t got;
    do
        got = read(fd, &failure, sizeof(failure)); /* ends when exec() closes the pipe */
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof(failure) ? failure : 0;
}

int proc_stream_open(const struct proc_options *o, struct proc_stream *out, struct err *err)
{
    int output[2], report[2], failure;
    *out = (struct proc_stream){.name = o->argv[0], .fd = -1, .pid = -1};
    int rc = start(o, o->seconds ? o->seconds : DEFAULT_SECONDS, output, report, &out->pid, err);
    if (rc < 0)
        return rc;
    out->fd = output[0];
    failure = reported(report[0]);
    close(report[0]);
    if (!failure)
        return CM_OK;
    rc = proc_stream_close(out, false, err);
    return rc ? rc : err_errno(err, failure, "cannot run %s", o->argv[0]);
}

int proc_stream_close(struct proc_stream *s, bool all, struct err *err)
{
    int status = 0;
    if (s->pid < 0)
        return CM_OK;
    close(s->fd);
    if (!all)
        kill(-s->pid, SIGKILL);
    while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
        ;
    kill(-s->pid, SIGKILL); /* whatever it left behind */
    s->pid = s->fd = -1;
    if (!all || (WIFEXITED(status) && !WEXITSTATUS(status)))
        return CM_OK;
    return err_set(err, CM_EIO, "%s failed", s->name);
}

int proc_run(struct arena *a, const struct proc_options *o, struct proc_result *out,
             struct err *err)
{
    unsigned seconds = o->seconds ? o->seconds : DEFAULT_SECONDS;
    size_t max = o->output_max ? o->output_max : DEFAULT_OUTPUT;
    int output[2], report[2], failure = 0;
    pid_t pid = -1;
    *out = (struct proc_result){0};
    int rc = start(o, seconds, output, report, &pid, err);
    if (rc < 0)
        return rc;
    failure = reported(report[0]);
    close(report[0]);
    struct str s = STR_INIT;
    if (watch(pid, output[0], seconds, max, &s, out) < 0)
        rc = err_errno(err, errno, "cannot wait for %s", o->argv[0]);
    else if (failure)
        rc = err_errno(err, failure, "cannot run %s", o->argv[0]);
    struct sv text = str_sv(&s);
    out->output = arena_sv(a, text.len > max ? sv_from_byte(text, text.len - max) : text);
    str_release(&s);
    close(output[0]);
    return rc;
}
