/* Every mail of the collections, with all that is read of a mail when it arrives, goes out and is shown: 50 ms of
 * processor time for a megabyte, and 64 MB of memory. */
#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/fs.h"
#include "forum/author.h"
#include "forum/bounce.h"
#include "forum/command.h"
#include "forum/message.h"
#include "forum/post_form.h"
#include "forum/request.h"
#include "forum/text.h"

enum { FILES_LEAST = 1500, MS_OF_MB = 50, MS_OF_ANY = 20, MEMORY_MB = 64, FILE_MAX = 64 << 20 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Sanitizers take ten times as long, and know no limit of memory. */
static bool is_watched(void)
{
    return getenv("CASEMATE_SANITIZED") || getenv("CASEMATE_VALGRIND");
}

static void read_all(struct arena *a, const struct list *list, struct sv bytes)
{
    struct mail m;
    struct err err = ERR_INIT;
    struct post_form form;
    struct commands commands;
    struct str page = STR_INIT;
    struct markup mu;
    const struct text_page options = {.attachment_base = "file/"};
    const struct bounce_list ours = {SV("sec.lists.test"), list->address};
    int rc = mail_read(a, bytes, &m, &err);
    assert_true(rc == CM_OK || rc == CM_ELIMIT);
    (void)message_prepare(a, bytes);
    if (rc)
        return;
    struct mail_text text = mail_text_read(a, &m);
    markup_init(&mu, &page, MARKUP_HTML);
    mail_text_write(&mu, &text, &options);
    str_release(&page);
    (void)message_words(a, &m);
    (void)mail_excerpt(a, &text, 200);
    (void)bounce_read(a, &m, &ours);
    (void)request_read(a, &m, m.from.count ? m.from.at[0].address : SV_NONE, list->address);
    commands_read(a, &m, &commands);
    (void)commands_hold_estimate(a, &m);
    (void)author_is_proven(a, &m, SV("mx.test"));
    (void)post_form_clean(a, &m);
    rc = post_form_make(a, list, bytes, &m, SV("https://sig.test/m"), &form, &err);
    assert_true(rc == CM_OK || rc == CM_ELIMIT);
}

static struct list a_list(void)
{
    struct list l = {.id = SV("sec"), .address = SV("sec@lists.test"), .title = SV("Security SIG")};
    for (int i = 0; i < LIST_SETTINGS; i++)
        l.setting[i] = sv_str(list_setting_table[i].standard);
    l.setting[SET_PREFIX] = SV("[sec]");
    l.setting[SET_FOOTER] = SV("By the list");
    return l;
}

/* The first reading loads what is loaded once. */
static void warm_up(const struct list *list)
{
    struct arena a = ARENA_INIT;
    read_all(&a, list, SV("From: a@b.c\nSubject: =?utf-8?q?x?=\nContent-Type: text/html\n\n<p>x</p>\n"));
    arena_release(&a);
}

static void test_every_mail_in_bounded_time_and_memory(void **state)
{
    struct fixture *f = *state;
    const char *shared = getenv("CASEMATE_SHARED");
    struct fs_names names;
    struct list list = a_list();
    double worst = 0, total = 0, mb = 0;
    size_t seen = 0, slow = 0;
    struct rusage used;
    const char *folder = shared ? fs_join(&f->arena, shared, "mail") : NULL;
    if (!folder || fs_walk(&f->arena, folder, 100000, &names, &f->err)) {
        print_message("# the mails are not here: set CASEMATE_SHARED to the folder above mail\n");
        skip();
    }
    warm_up(&list);
    for (size_t i = 0; i < names.list.len; i++) {
        struct arena a = ARENA_INIT;
        struct sv bytes;
        if (!sv_ends(sv_str(names.list.at[i]), SV(".xz"))) {
            OK(f, fs_read(&a, fs_join(&a, folder, names.list.at[i]), FILE_MAX, &bytes, &f->err));
            double begun = now_ms();
            read_all(&a, &list, bytes);
            double ms = now_ms() - begun, size = (double)bytes.len / 1e6, most = MS_OF_ANY + MS_OF_MB * size;
            total += ms;
            mb += size;
            worst = ms / most > worst ? ms / most : worst;
            if (ms > most * (is_watched() ? 20 : 1)) {
                print_message("# %s: %.1f ms for %.0f kB\n", names.list.at[i], ms, size * 1e3);
                slow++;
            }
            seen++;
        }
        arena_release(&a);
    }
    getrusage(RUSAGE_SELF, &used);
    print_message("# %zu files, %.1f MB, %.0f ms per MB, worst %.0f %% of what it may take, %ld MB of memory\n",
                  seen, mb, total / mb, worst * 100, used.ru_maxrss / 1024);
    assert_true(seen >= FILES_LEAST);
    assert_int_equal(slow, 0);
    if (!is_watched())
        assert_true(used.ru_maxrss / 1024 <= MEMORY_MB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_mail_in_bounded_time_and_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
