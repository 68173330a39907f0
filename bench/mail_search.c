/* Search over mails in process: one query a line; prints milliseconds.
 *
 *     build/bench/bench_mail_search STORE QUERIES [PASSES] */
#include "base/fs.h"
#include "forum/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { HITS = 10, QUERIES_MAX = 10000, FILE_MAX = 1 << 20 };

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *left, const void *right)
{
    double l = *(const double *)left, r = *(const double *)right;
    return l < r ? -1 : l > r;
}

static int run(struct store *s, struct sv text, size_t *out_hits, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct mail_query query;
    struct mail_hits hits;
    int rc = mail_query_read(&a, text, &query, err);
    if (!rc)
        rc = mail_search(s, &a, &query, true, HITS, &hits, err);
    *out_hits += rc ? 0 : hits.list.len;
    arena_release(&a);
    return rc;
}

static void print(const char *what, double *times, size_t count)
{
    qsort(times, count, sizeof *times, by_size);
    printf("%s: p50 %.2f, p90 %.2f, p99 %.2f, max %.2f ms\n", what, times[count / 2], times[count * 9 / 10],
           times[count * 99 / 100], times[count - 1]);
}

int main(int argc, char **argv)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct store *s = NULL;
    struct sv text, line;
    size_t count = 0, hits = 0;
    int passes = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 3;
    if (argc < 3 || fs_read(&a, argv[2], FILE_MAX, &text, &err) || store_open(argv[1], STORE_READ_ONLY, &s, &err)) {
        fprintf(stderr, "bench_mail_search STORE QUERIES [PASSES]: %s\n", err.text);
        return 1;
    }
    double *times = arena_array(&a, QUERIES_MAX, sizeof *times), *cpu = arena_array(&a, QUERIES_MAX, sizeof *cpu);
    for (int pass = 0; pass < passes; pass++) {
        struct sv rest = text;
        while (sv_next_line(&rest, &line) && count < QUERIES_MAX) {
            double begun = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
            if (run(s, line, &hits, &err)) {
                fprintf(stderr, "%.*s: %s\n", SV_ARG(line), err.text);
                return 1;
            }
            cpu[count] = now(CLOCK_PROCESS_CPUTIME_ID) - used;
            times[count++] = now(CLOCK_MONOTONIC) - begun;
        }
    }
    if (!count)
        return 1;
    printf("%zu queries, %zu hits\n", count, hits);
    print("wall", times, count);
    print("CPU", cpu, count);
    store_close(&s);
    arena_release(&a);
    return 0;
}
