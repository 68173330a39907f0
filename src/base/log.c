#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void log_init(struct log *log, bool quiet)
{
    log->watch = NULL;
    log->terminal = isatty(STDERR_FILENO) == 1;
    log->quiet = quiet;
    log->line_open = false;
}

void log_progress(struct log *log, const char *what, size_t done, size_t total)
{
    if (log && log->watch) {
        atomic_store(&log->watch->done, done);
        atomic_store(&log->watch->total, total);
    }
    if (!log || log->quiet || !log->terminal)
        return;
    if (total > 100 && done % (total / 100) && done != total)
        return;
    fprintf(stderr, "\r\033[K%s %zu/%zu", what, done, total);
    fflush(stderr);
    log->line_open = true;
}

void log_finish(struct log *log)
{
    if (!log || !log->line_open)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    log->line_open = false;
}

void log_notice(struct log *log, const char *format, ...)
{
    va_list args;
    if (!log)
        return;
    log_finish(log);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}
