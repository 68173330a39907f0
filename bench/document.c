/* bench_document DIR: what it takes to turn the analysis of the SIG in DIR into HTML and the other formats;
 * milliseconds of CPU, best of ten. */
#include "document/html.h"

#include "base/date.h"

#include <stdio.h>
#include <time.h>

enum { ROUNDS = 10 };

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void write_html(const struct view *v, struct arena *a, const struct document *d, struct str *out)
{
    struct markup m;
    struct html_drawings drawings;
    html_drawings_init(&drawings, a);
    const struct html_context c = {.view = v, .root = "", .heading = 2, .drawings = &drawings};
    markup_init(&m, out, MARKUP_HTML);
    html_document(&m, &c, d);
    markup_finish(&m);
}

struct times {
    double parse, build, html, xml, json, text;
    size_t bytes;
};

static void least(double *best, double value)
{
    if (*best <= 0 || value < *best)
        *best = value;
}

static void write_format(void (*write)(const struct document *d, struct str *out), const struct document *d,
                         double *best)
{
    struct str out = STR_INIT;
    double start = cpu_ms();
    write(d, &out);
    least(best, cpu_ms() - start);
    str_release(&out);
}

static int once(const char *dir, struct times *t)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct err err = ERR_INIT;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile profile;
    struct view v;
    struct document d;
    struct str html = STR_INIT;
    const struct document_options none = {NULL};
    diag_init(&diag, &a);
    if (profile_read_dir(&a, dir, &files, &diag, &err)) {
        fprintf(stderr, "bench_document: %s\n", err.text);
        arena_release(&a);
        return 1;
    }
    double start = cpu_ms();
    profile_parse(&a, &files, dir, &diag, &profile);
    view_derive(&a, &profile, date_system_now(), &v);
    double parsed = cpu_ms();
    document_build(&a, &v, DOCUMENT_ANALYSIS, &none, &d);
    double built = cpu_ms();
    write_html(&v, &a, &d, &html);
    double written = cpu_ms();
    least(&t->parse, parsed - start);
    least(&t->build, built - parsed);
    least(&t->html, written - built);
    t->bytes = html.len;
    write_format(document_write_xep, &d, &t->xml);
    write_format(document_write_json, &d, &t->json);
    write_format(document_write_text, &d, &t->text);
    str_release(&html);
    arena_release(&a);
    return 0;
}

int main(int argc, char **argv)
{
    struct times t = {0};
    if (argc != 2) {
        fputs("usage: bench_document DIR\n", stderr);
        return 2;
    }
    for (int i = 0; i < ROUNDS; i++)
        if (once(argv[1], &t))
            return 1;
    printf("analysis of %s: %zu bytes of HTML\n", argv[1], t.bytes);
    printf("  parse the folder   %8.2f ms\n  build the document %8.2f ms\n", t.parse, t.build);
    printf("  write HTML         %8.2f ms   (with the drawings of all attack trees)\n", t.html);
    printf("  write XML          %8.2f ms\n  write JSON         %8.2f ms\n  write text         %8.2f ms\n",
           t.xml, t.json, t.text);
    return 0;
}
