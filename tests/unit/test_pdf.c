/* The sandbox, running other programs, and PDF by WeasyPrint. */
#include "profile_fixture.h"

#include "base/proc.h"
#include "document/pdf.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const no_environment[] = {"PATH=/usr/bin:/bin", NULL};

struct fixture {
    struct arena a;
    struct err err;
    char dir[64];
};

static int setup(void **state)
{
    struct fixture *f = base_malloc(sizeof(*f));
    *f = (struct fixture){.a = ARENA_INIT, .dir = "/tmp/casemate-pdf-test-XXXXXX"};
    *state = f;
    return mkdtemp(f->dir) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    int rc = fs_remove_tree(f->dir, &f->err);
    arena_release(&f->a);
    free(f);
    return rc;
}

static struct proc_result shell(struct fixture *f, const char *script,
                                const struct sandbox *sandbox, unsigned seconds)
{
    struct proc_result result;
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct proc_options o = {.argv = argv,
                             .environment = no_environment,
                             .directory = f->dir,
                             .sandbox = sandbox,
                             .seconds = seconds,
                             .output_max = 1000};
    if (proc_run(&f->a, &o, &result, &f->err) != 0)
        fail_msg("%s", f->err.text);
    return result;
}

static void programs_run_and_are_judged(void **state)
{
    struct fixture *f = *state;
    struct proc_result r = shell(f, "echo out; echo err >&2; exit 3", NULL, 10);
    assert_int_equal(r.status, 3);
    assert_text(r.output, "out\nerr\n");
    r = shell(f, "kill -TERM $$", NULL, 10);
    assert_int_equal(r.status, -1);
    assert_int_equal(r.signal, SIGTERM);
    r = shell(f, "read x && echo got; ls /proc/$$/fd | wc -l", NULL,
              10); /* no input, no files of ours */
    assert_true(sv_to_u64(sv_trim(r.output), 5, &(uint64_t){0}));
    r = shell(f, "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done", NULL, 10);
    assert_int_equal(r.output.len, 1000);
    assert_true(sv_ends(r.output, SV("line 1999\n")));
}

static void a_program_that_does_not_end_is_killed_with_its_children(void **state)
{
    struct fixture *f = *state;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    long before = t.tv_sec;
    struct proc_result r = shell(f, "sleep 100 & sleep 100", NULL, 1);
    clock_gettime(CLOCK_MONOTONIC, &t);
    assert_true(r.timed_out);
    assert_int_equal(r.signal, SIGKILL);
    assert_true(t.tv_sec - before < 10);
    r = shell(f, "while :; do :; done", NULL, 1);
    assert_true(r.timed_out || r.signal == SIGXCPU || r.signal == SIGKILL);
}

static void a_missing_program_is_named(void **state)
{
    struct fixture *f = *state;
    struct proc_result r;
    const char *const argv[] = {"/usr/bin/no-such-program", NULL};
    struct proc_options o = {.argv = argv, .environment = no_environment};
    assert_int_equal(proc_run(&f->a, &o, &r, &f->err), CM_ENOTFOUND);
    assert_non_null(strstr(f->err.text, "no-such-program"));
}

static void the_sandbox_keeps_files_and_network_away(void **state)
{
    struct fixture *f = *state;
    const char *const read[] = {"/usr",      "/bin",         "/lib", "/lib64", "/etc/ld.so.cache",
                                "/dev/null", "/dev/urandom", NULL};
    const char *const write[] = {f->dir, NULL};
    struct sandbox_rules rules = {.read = read, .write = write};
    struct sandbox s;
    assert_int_equal(sandbox_prepare(&rules, &s, &f->err), 0);
    struct proc_result r = shell(f, "echo data > file && cat file", &s, 10);
    assert_text(r.output, "data\n");
    struct sv gaps = sandbox_gaps(&f->a);
    if (sv_find(gaps, SV("Landlock")) >= 0) {
        print_message("# %.*s\n", SV_ARG(gaps));
    } else {
        r = shell(f, "cat /etc/passwd", &s, 10);
        assert_int_not_equal(r.status, 0);
        assert_true(sv_find(r.output, SV("root:")) < 0);
        r = shell(f, "ls /root /home; echo x > /tmp/casemate-outside", &s, 10);
        assert_int_not_equal(r.status, 0);
        assert_int_equal(fs_kind("/tmp/casemate-outside"), FS_NONE);
    }
    if (fs_kind("/usr/bin/python3") == FS_FILE && sv_find(gaps, SV("seccomp")) < 0) {
        r = shell(f,
                  "/usr/bin/python3 -I -c 'import socket\n"
                  "for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, "
                  "socket.AF_PACKET, socket.AF_NETLINK):\n"
                  "    try:\n"
                  "        socket.socket(family, socket.SOCK_STREAM)\n"
                  "        print(\"opened\", family)\n"
                  "    except PermissionError:\n"
                  "        print(\"refused\")\n"
                  "    except OSError as e:\n"
                  "        print(\"other\", e)\n'",
                  &s, 30);
        assert_text(r.output, "refused\nrefused\nrefused\nrefused\nrefused\n");
    }
    sandbox_release(&s);
}

/* What a serving process can still do, as bits: run in a child, which ends with them as its status. */
enum { READS_BELOW = 1, READS_ELSEWHERE = 2, WRITES = 4, OPENS_SOCKETS = 8, STARTS_PROGRAMS = 16, ACCEPTS = 32 };

static int abilities(struct fixture *f, int listener)
{
    const char *const read[] = {f->dir, NULL}, *const write[] = {NULL};
    const struct sandbox_rules rules = {.read = read, .write = write, .serves = true};
    char *const argv[] = {"true", NULL};
    int able = 0;
    if (sandbox_confine(&rules, &f->err))
        return 64;
    able |= open(fs_join(&f->a, f->dir, "page"), O_RDONLY) >= 0 ? READS_BELOW : 0;
    able |= open("/etc/passwd", O_RDONLY) >= 0 ? READS_ELSEWHERE : 0;
    able |= open(fs_join(&f->a, f->dir, "new"), O_WRONLY | O_CREAT, 0600) >= 0 ? WRITES : 0;
    able |= socket(AF_INET, SOCK_STREAM, 0) >= 0 ? OPENS_SOCKETS : 0;
    able |= accept(listener, NULL, NULL) < 0 && errno == EAGAIN ? ACCEPTS : 0;
    execv("/bin/true", argv);
    return able | (errno == EPERM || errno == EACCES ? 0 : STARTS_PROGRAMS);
}

static void a_serving_process_keeps_what_it_needs(void **state)
{
    struct fixture *f = *state;
    if (!SANDBOX_CONFINES) {
        print_message("# a build with the address sanitizer is not confined\n");
        skip();
    }
    struct sv gaps = sandbox_gaps(&f->a);
    if (gaps.len) {
        print_message("# %.*s\n", SV_ARG(gaps));
        skip();
    }
    assert_int_equal(fs_write(fs_join(&f->a, f->dir, "page"), SV("text"), false, &f->err), 0);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), status;
    assert_int_equal(listen(listener, 1), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(abilities(f, listener));
    assert_int_equal(waitpid(child, &status, 0), child);
    close(listener);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), READS_BELOW | ACCEPTS);
}

/* PDF */

#define PAGE                                                                                       \
    "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>T</title>"              \
    "<style>@page { size: A4 }</style></head><body><h1>Heading words</h1>"

static bool rendered(struct fixture *f, struct sv html, const struct pdf_options *o, struct sv *out)
{
    int rc = pdf_render(&f->a, html, o, out, &f->err);
    if (rc == CM_ENOTFOUND) {
        print_message("# skipped: %s\n", f->err.text);
        skip();
    }
    if (rc != 0)
        fail_msg("%s", f->err.text);
    return true;
}

static void same_page_same_bytes(void **state)
{
    struct fixture *f = *state;
    struct sv one, two,
        html = SV(
            PAGE
            "<p>\xce\x91 text with a <a href=\"https://example.org/\">link</a>.</p></body></html>");
    struct pdf_options o = {.epoch = 1795305600};
    rendered(f, html, &o, &one);
    rendered(f, html, &o, &two);
    assert_true(sv_starts(one, SV("%PDF-")));
    assert_true(sv_eq(one, two));
}

static void nothing_outside_the_page_is_read(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    struct sv one, two;
    const char *secret = fs_join(&f->a, f->dir, "secret.svg");
    assert_int_equal(fs_write(secret,
                              SV("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
                                 "<rect width='9' height='9'/></svg>"),
                              false, &err),
                     0);
    struct pdf_options o = {.epoch = 0};
    rendered(
        f,
        sv_str(arena_printf(&f->a, PAGE "<img src=\"file://%s\" alt=\"\"></body></html>", secret)),
        &o, &one);
    rendered(f,
             sv_str(arena_printf(
                 &f->a, PAGE "<img src=\"file:///nowhere/at/all.svg\" alt=\"\"></body></html>")),
             &o, &two);
    assert_true(sv_eq(one, two)); /* a file that is there and one that is not look the same */
}

static void a_rendered_page_is_kept(void **state)
{
    struct fixture *f = *state;
    struct sv one, two;
    struct fs_names names = {0};
    const char *cache = fs_join(&f->a, f->dir, "cache");
    struct pdf_options o = {.epoch = 1, .cache = cache};
    rendered(f, SV(PAGE "</body></html>"), &o, &one);
    assert_int_equal(fs_list(&f->a, cache, 10, &names, &f->err), 0);
    assert_int_equal(names.list.len, 1);
    assert_int_equal(
        fs_write(fs_join(&f->a, cache, names.list.at[0]), SV("%PDF-kept"), false, &f->err), 0);
    rendered(f, SV(PAGE "</body></html>"), &o, &two);
    assert_text(two, "%PDF-kept");
    o.epoch = 2;
    rendered(f, SV(PAGE "</body></html>"), &o, &two);
    assert_true(two.len > 100);
}

static void time_is_limited(void **state)
{
    struct fixture *f = *state;
    struct str html = STR_INIT;
    struct sv out;
    struct pdf_options o = {.seconds = 1};
    str_add_str(&html, PAGE);
    for (int i = 0; i < 20000; i++)
        str_add_str(&html, "<p>words that make a long page of many more words</p>");
    str_add_str(&html, "</body></html>");
    int rc = pdf_render(&f->a, str_sv(&html), &o, &out, &f->err);
    str_release(&html);
    if (rc == CM_ENOTFOUND) {
        print_message("# skipped: %s\n", f->err.text);
        skip();
    }
    assert_int_equal(rc, CM_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(programs_run_and_are_judged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_program_that_does_not_end_is_killed_with_its_children,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_program_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(the_sandbox_keeps_files_and_network_away, setup, teardown),
        cmocka_unit_test_setup_teardown(a_serving_process_keeps_what_it_needs, setup, teardown),
        cmocka_unit_test_setup_teardown(same_page_same_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_outside_the_page_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_rendered_page_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(time_is_limited, setup, teardown),
    };
    return cmocka_run_group_tests_name("pdf", tests, NULL, NULL);
}
