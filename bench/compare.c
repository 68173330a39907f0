/* bench_compare DIR DIR: what it takes to compare two editions made from these folders, from their stored sources to
 * the bytes of the page; milliseconds of CPU, best of ten. */
#include "document/compare.h"
#include "format/json.h"

#include <stdio.h>
#include <time.h>

enum { ROUNDS = 10, PARTS = 4 };

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int sources_of(struct arena *a, const char *dir, struct str *out)
{
    struct profile_files files = {{NULL, 0, 0}};
    struct diag diag;
    struct err err = ERR_INIT;
    struct json j;
    diag_init(&diag, a);
    if (profile_read_dir(a, dir, &files, &diag, &err)) {
        fprintf(stderr, "bench_compare: %s\n", err.text);
        return 1;
    }
    json_init(&j, out, false);
    json_object(&j);
    for (size_t i = 0; i < files.list.len; i++)
        json_put(&j, files.list.at[i].path, files.list.at[i].text);
    json_end(&j);
    json_finish(&j);
    return 0;
}

static void least(double *best, double value)
{
    if (*best <= 0 || value < *best)
        *best = value;
}

static int once(struct sv old, struct sv new, double best[PARTS], size_t *out_bytes, size_t *out_threats)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct compare_side before = {.version = SV("0.1"), .date = SV("2026-11-22")}, after = before;
    struct comparison c;
    struct str page = STR_INIT;
    struct markup m;
    double start = cpu_ms();
    if (compare_read_sources(&a, old, &before.files, &err) || compare_read_sources(&a, new, &after.files, &err)) {
        fprintf(stderr, "bench_compare: %s\n", err.text);
        return 1;
    }
    double read = cpu_ms();
    compare_derive(&a, "analysis", &before, &after, &c);
    double derived = cpu_ms();
    markup_init(&m, &page, MARKUP_HTML);
    compare_write(&a, &m, &c, "../../");
    markup_finish(&m);
    double written = cpu_ms();
    least(&best[0], read - start);
    least(&best[1], derived - read);
    least(&best[2], written - derived);
    least(&best[3], written - start);
    *out_bytes = page.len;
    *out_threats = c.threats.len;
    str_release(&page);
    arena_release(&a);
    return 0;
}

int main(int argc, char **argv)
{
    struct arena a = ARENA_INIT;
    struct str old = STR_INIT, new = STR_INIT;
    double best[PARTS] = {0};
    size_t bytes = 0, threats = 0;
    if (argc != 3) {
        fputs("usage: bench_compare DIR DIR\n", stderr);
        return 2;
    }
    if (sources_of(&a, argv[1], &old) || sources_of(&a, argv[2], &new))
        return 1;
    for (int i = 0; i < ROUNDS; i++)
        if (once(str_sv(&old), str_sv(&new), best, &bytes, &threats))
            return 1;
    printf("%zu threats differ; a page of %zu bytes\n", threats, bytes);
    printf("  read the sources   %8.2f ms\n  find what changed  %8.2f ms\n  word by word, page %8.2f ms\n"
           "  all                %8.2f ms\n", best[0], best[1], best[2], best[3]);
    str_release(&old);
    str_release(&new);
    arena_release(&a);
    return 0;
}
