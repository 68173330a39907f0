/* The three documents of a profile, for the tests of the writers; and the optional folder with the
 * XSF's own document type. */
#ifndef CASEMATE_TESTS_DOCUMENTS_FIXTURE_H
#define CASEMATE_TESTS_DOCUMENTS_FIXTURE_H

#include "profile_fixture.h"

#include "document/build.h"
#include "document/write.h"
#include "register/view.h"

#include <sys/wait.h>
#include <unistd.h>

struct documents {
    struct arena a;
    struct profile profile;
    struct view view;
    struct document list[DOCUMENT_KINDS];
};

static inline void documents_open(struct documents *d, const char *profile)
{
    struct profile_files files = {0};
    struct diag diag;
    memset(d, 0, sizeof(*d));
    diag_init(&diag, &d->a);
    fixture_read(&d->a, profile, &files);
    profile_parse(&d->a, &files, "", &diag, &d->profile);
    if (diag.errors)
        fail_msg("%s", fixture_faults(&d->a, &diag));
    view_derive(&d->a, &d->profile, 1795392000, &d->view); /* 2026-11-23 */
    for (int k = 0; k < DOCUMENT_KINDS; k++)
        document_build(&d->a, &d->view, (enum document_kind)k, NULL, &d->list[k]);
}

static inline struct sv documents_write(struct documents *d,
                                        void (*writer)(const struct document *, struct str *),
                                        enum document_kind kind)
{
    struct str out = STR_INIT;
    writer(&d->list[kind], &out);
    struct sv text = arena_sv(&d->a, str_sv(&out));
    str_release(&out);
    return text;
}

/* Folder of the XSF's files, or NULL. */
static inline const char *shared_toolchain(struct arena *a)
{
    const char *shared = getenv("CASEMATE_SHARED");
    const char *dir = shared ? arena_printf(a, "%s/xep-toolchain", shared)
                             : fixture_dir(a, "../shared/xep-toolchain");
    return fs_kind(fs_join(a, dir, "xep.dtd")) == FS_FILE ? dir : NULL;
}

/* 1: xmllint finds the text valid, 0: it does not, -1: it cannot be asked. */
static inline int xmllint_valid(struct arena *a, const char *toolchain, struct sv text)
{
    char dir[] = "/tmp/casemate-xmllint-XXXXXX";
    struct err err = ERR_INIT;
    const char *names[] = {"xep.dtd", "xep.ent"};
    if (fs_kind("/usr/bin/xmllint") != FS_FILE || !mkdtemp(dir))
        return -1;
    for (size_t i = 0; i < 2; i++) {
        struct sv data;
        assert_int_equal(fs_read(a, fs_join(a, toolchain, names[i]), 1 << 22, &data, &err), 0);
        assert_int_equal(fs_write(fs_join(a, dir, names[i]), data, false, &err), 0);
    }
    assert_int_equal(fs_write(fs_join(a, dir, "in.xml"), text, false, &err), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(dir) != 0 || !freopen("/dev/null", "w", stderr))
            _exit(2);
        execl("/usr/bin/xmllint", "xmllint", "--nonet", "--noout", "--noent", "--loaddtd",
              "--valid", "in.xml", (char *)NULL);
        _exit(2);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    assert_int_equal(fs_remove_tree(dir, &err), 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#endif
