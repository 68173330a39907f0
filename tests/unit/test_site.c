/* Publishing a site: the same state gives the same bytes, an edit rewrites only what it touches, no link is
 * dead, and a reader sees the old site or the new one. */
#include "profile_fixture.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "document/html.h"
#include "document/site.h"

#define SMALL "tests/data/profile-small"

struct bench {
    struct arena a;
    const char *dir; /* temporary folder */
    struct profile_files files;
    struct profile profile;
    struct view view;
    struct site_files stored;
};

static void load(struct bench *b)
{
    struct diag diag;
    diag_init(&diag, &b->a);
    b->profile = (struct profile){0};
    b->view = (struct view){0};
    profile_parse(&b->a, &b->files, "", &diag, &b->profile);
    if (diag.errors)
        fail_msg("%s", diag_format(&diag, &diag.items[0]));
    view_derive(&b->a, &b->profile, 1795305600, &b->view);
}

static int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    char name[] = "/tmp/casemate-site-XXXXXX";
    arena_init(&b->a);
    assert_non_null(mkdtemp(name));
    b->dir = arena_strdup(&b->a, name);
    fixture_read(&b->a, SMALL, &b->files);
    load(b);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    struct err err = ERR_INIT;
    assert_int_equal(fs_remove_tree(b->dir, &err), 0);
    arena_release(&b->a);
    test_free(b);
    return 0;
}

/* Bytes of the editions that a test made. */
static int stored(void *context, struct arena *a, const struct edition *e, struct sv name, struct sv *out,
                  struct err *err)
{
    const struct site_files *files = context;
    (void)a, (void)e;
    for (size_t i = 0; i < files->list.len; i++) {
        if (!sv_eq(files->list.at[i].name, name))
            continue;
        *out = files->list.at[i].bytes;
        return CM_OK;
    }
    return err_set(err, CM_ENOTFOUND, "no such file");
}

static struct site_result publish(struct bench *b, const char *name)
{
    struct err err = ERR_INIT;
    struct site_result result;
    struct site_options options = {.to = fs_join(&b->a, b->dir, name), .formats = SITE_ALL & ~(unsigned)SITE_PDF,
                                   .edition_bytes = stored, .context = &b->stored};
    if (site_publish(&b->view, &options, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static struct sv file(struct bench *b, const char *site, const char *path)
{
    struct err err = ERR_INIT;
    struct sv text;
    if (fs_read(&b->a, arena_printf(&b->a, "%s/%s/%s", b->dir, site, path), 1u << 28, &text, &err))
        fail_msg("%s", err.text);
    return text;
}

static struct fs_names walk(struct bench *b, const char *site)
{
    struct fs_names names = {0};
    struct err err = ERR_INIT;
    assert_int_equal(fs_walk(&b->a, fs_join(&b->a, b->dir, site), 100000, &names, &err), 0);
    return names;
}

static void assert_same_site(struct bench *b, const char *left, const char *right)
{
    struct fs_names l = walk(b, left), r = walk(b, right);
    assert_int_equal(l.list.len, r.list.len);
    for (size_t i = 0; i < l.list.len; i++) {
        assert_string_equal(l.list.at[i], r.list.at[i]);
        if (!sv_eq(file(b, left, l.list.at[i]), file(b, right, r.list.at[i])))
            fail_msg("%s differs", l.list.at[i]);
    }
}

static void edit(struct bench *b, const char *find, const char *with)
{
    struct profile_file *f = fixture_file(&b->files, FIRST);
    f->text = fixture_replace(&b->a, f->text, sv_str(find), sv_str(with));
    load(b);
}

static void one_state_gives_the_same_bytes(void **state)
{
    struct bench *b = *state;
    struct site_result r = publish(b, "one");
    assert_int_equal(r.kept, 0);
    publish(b, "two");
    assert_same_site(b, "one", "two");
    r = publish(b, "one");
    assert_int_equal(r.written, 0);
    assert_int_equal(r.kept, r.pages);
    assert_same_site(b, "one", "two");
}

static void an_edit_rewrites_what_shows_it(void **state)
{
    struct bench *b = *state;
    publish(b, "site");
    struct sv before = file(b, "site", "priority.html");
    edit(b, "likelihood: {rating: high", "likelihood: {rating: low");
    struct site_result r = publish(b, "site");
    assert_true(r.kept > 0 && r.written > 0 && r.kept > r.written);
    publish(b, "fresh");
    assert_same_site(b, "site", "fresh");
    assert_false(sv_eq(before, file(b, "site", "priority.html")));
    edit(b, "\nMuch.", "\nMuch more.");
    r = publish(b, "site");
    assert_true(r.written <= 12);
    publish(b, "fresh");
    assert_same_site(b, "site", "fresh");
}

/* Each step is published over the last one, and beside it into a new folder: the two must be the same. */
static void assert_as_fresh(struct bench *b, const char *what)
{
    static const char *const large[] = {"analysis.html", "analysis.xml", "analysis.json", "analysis.txt",
                                        "register.json"};
    struct sv before[ARRAY_LEN(large)];
    const char *fresh = arena_printf(&b->a, "fresh-%zu", walk(b, ".").list.len);
    for (size_t i = 0; i < ARRAY_LEN(large); i++)
        before[i] = file(b, "site", large[i]);
    publish(b, "site");
    struct site_result r = publish(b, fresh);
    assert_int_equal(r.kept, 0);
    struct fs_names l = walk(b, "site"), n = walk(b, fresh);
    if (l.list.len != n.list.len)
        fail_msg("%s: %zu files, fresh %zu", what, l.list.len, n.list.len);
    for (size_t i = 0; i < l.list.len; i++)
        if (strcmp(l.list.at[i], n.list.at[i]) || !sv_eq(file(b, "site", l.list.at[i]), file(b, fresh, l.list.at[i])))
            fail_msg("%s: %s is not as in a fresh run", what, l.list.at[i]);
    bool changed = false;
    for (size_t i = 0; i < ARRAY_LEN(large); i++)
        changed |= !sv_eq(before[i], file(b, "site", large[i]));
    if (!changed)
        fail_msg("%s: nothing changed", what);
}

static void every_edit_gives_what_a_fresh_run_gives(void **state)
{
    static const struct {
        const char *file, *find, *with;
    } edits[] = {
        {FIRST, "\nMuch.",
         "\nMuch, see [here](https://example.org/here) and [there](https://example.org/there)."},
        {SECOND, "Another one.",
         "Another one, see [there](https://example.org/there), [here](https://example.org/here), "
         "[a](https://example.org/a), T-0001, XEP-0001 and [a part](#T-0001-gap)."},
        {FIRST, "[here](https://example.org/here) and ",
         ""}, /* links and notes are numbered anew in the second */
        {FIRST, "name: First threat", "name: Renamed threat"},
        {SECOND, "name: Second threat",
         "name: Another name"}, /* shown where the first says what is related */
        {FIRST, "related: [T-0002]\n", ""},
        {FIRST, "likelihood: {rating: high", "likelihood: {rating: low"},
        {FIRST, "estimators: 1, reason: \"Little.\"", "estimators: 3, reason: \"Little, RFC 3552.\""},
        {FIRST, "  -> T-0002\n", "  Third way\n"},
        {FIRST, "  #deep Second way\n", "  #deep Second way\n    A step\n"},
        {FIRST, "\nMuch, see", "\n### Inner\n\nFirst.\n\n### Inner\n\nMuch, see"},
        {FIRST,
         "affects: [RFC 3552 \xc2\xa7"
         "4.1]",
         "affects: [XEP-0001]"},
        {FIRST, "XEP-0001 helps. ", ""},
        {SECOND, "areas: [messaging, transport]", "areas: [transport, messaging]"},
        {FIRST, "areas: [transport]", "areas: [messaging]"},
        {SECOND, "<!-- What remains? -->", "A lot."},
        {"sig.yaml", "name: Low, means: \"l\"", "name: Rare, means: \"seldom\""},
        {"sig.yaml", "low: {small: 3", "low: {small: 2"},
        {"sig.yaml", "name: Transport, means: \"Wires.\"", "name: Way, means: \"Ways.\""},
        {"sig.yaml", "name: Partial", "name: Half"},
        {"references.tsv", "XEP-0001\tProcess\t1.0", "XEP-0001\tThe process\t1.1"},
        {"template.md", "name: Existing approaches, kind: prose, from: responses",
         "name: Existing approaches, kind: prose, from: analysed"},
        {"process.md", "name: Responses, means", "name: Answers, means"},
        {"process.md", "  author: {estimators: 1", "  author: {estimators: 2"},
        {"process.md", "A call lasts", "Every call lasts"},
        {"analysis.md", "", "\n## More\n\nSee [the gap](#T-0001-gap) and RFC 3552.\n"},
    };
    struct bench *b = *state;
    publish(b, "site");
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        struct profile_file *f = fixture_file(&b->files, edits[i].file);
        f->text = fixture_replace(&b->a, f->text, sv_str(edits[i].find), sv_str(edits[i].with));
        load(b);
        if (i == 24) /* of the process only: shown nowhere in the analysis */
            publish(b, "site");
        else
            assert_as_fresh(b, arena_printf(&b->a, "edit %zu of %s", i, edits[i].file));
    }
}

static void threats_that_come_and_go_give_what_a_fresh_run_gives(void **state)
{
    struct bench *b = *state;
    struct sv second = fixture_file(&b->files, SECOND)->text,
              third = fixture_replace(&b->a, second, SV("T-0002"), SV("T-0003"));
    publish(b, "site");
    third = fixture_replace(&b->a, third, SV("Second threat"), SV("Third threat"));
    third = fixture_replace(&b->a, third, SV("stage: identified"), SV("related: [T-0001]\nstage: identified"));
    *vec_push(&b->a, &b->files.list) = (struct profile_file){"threats/T-0003-third.md", third};
    load(b);
    assert_as_fresh(b, "added");
    struct profile_file *last = &b->files.list.at[b->files.list.len - 1];
    last->text = fixture_replace(&b->a, third, SV("stage: identified"),
                                 SV("stage: merged\ninto: [T-0002]\nreason: Same."));
    load(b);
    assert_as_fresh(b, "merged");
    last->text = fixture_replace(&b->a, third, SV("[messaging, transport]"), SV("[transport]"));
    load(b);
    assert_as_fresh(b, "moved");
    *vec_push(&b->a, &b->view.threats.at[0].changes) = (struct change){
        .seq = 9, .at = 1795305600, .who = SV("Ada"), .why = SV("Better."), .field = SV("gap"), .text = SV("Now")};
    assert_as_fresh(b, "changed on record");
    struct profile_file *analysis = fixture_file(&b->files, "analysis.md");
    analysis->text = fixture_replace(&b->a, analysis->text, SV("T-0001"), SV("T-0002"));
    *fixture_file(&b->files, FIRST) = *last; /* in place of the first; nothing else names that one */
    fixture_file(&b->files, "threats/T-0003-third.md")->text =
        fixture_replace(&b->a, third, SV("related: [T-0001]\n"), SV(""));
    b->files.list.len--;
    load(b);
    assert_as_fresh(b, "removed");
}

static void damaged_notes_of_the_last_run_do_no_harm(void **state)
{
    static const char *const texts[] = {"", "x", "nonsense\nT64 "};
    struct bench *b = *state;
    struct err err = ERR_INIT;
    publish(b, "site");
    for (size_t i = 0; i < ARRAY_LEN(texts) + 12; i++) {
        struct sv good = file(b, "site", ".casemate-fragments");
        struct sv text = i < ARRAY_LEN(texts) ? sv_str(texts[i]) : sv_from(good.at, good.len * (i - 2) / 13);
        const char *path = fs_join(&b->a, b->dir, "site/.casemate-fragments");
        assert_int_equal(unlink(path), 0);
        assert_int_equal(fs_write(path, text, false, &err), 0);
        edit(b, "Much", i % 2 ? "Much so" : "Much");
        publish(b, "site");
        publish(b, "other");
        assert_true(sv_eq(file(b, "site", "analysis.html"), file(b, "other", "analysis.html")));
        assert_true(sv_eq(file(b, "site", "analysis.txt"), file(b, "other", "analysis.txt")));
        assert_true(sv_eq(file(b, "site", "register.json"), file(b, "other", "register.json")));
    }
}

/* ---- the twin ---- */

#define TWIN ".site.casemate-twin"

static void put(struct bench *b, const char *path, const char *text)
{
    struct err err = ERR_INIT;
    path = fs_join(&b->a, b->dir, path);
    assert_int_equal(fs_write(path, sv_str(text), false, &err), 0);
}

/* In place: the file stays the same one. */
static void append(struct bench *b, const char *path)
{
    FILE *f = fopen(fs_join(&b->a, b->dir, path), "a");
    assert_non_null(f);
    fputs("x", f);
    assert_int_equal(fclose(f), 0);
}

static void take_away(struct bench *b, const char *path)
{
    struct err err = ERR_INIT;
    assert_int_equal(fs_remove_tree(fs_join(&b->a, b->dir, path), &err), 0);
}

static ino_t number_of(struct bench *b, const char *path)
{
    struct stat st;
    assert_int_equal(stat(fs_join(&b->a, b->dir, path), &st), 0);
    return st.st_ino;
}

/* Two runs, of which the second has brought the twin to what is published. */
static void publish_with_twin(struct bench *b)
{
    publish(b, "site");
    edit(b, "\nMuch", "\nSo much");
    publish(b, "site");
    assert_same_site(b, "site", TWIN "/site");
}

static void the_twin_follows_and_is_published(void **state)
{
    struct bench *b = *state;
    publish(b, "site");
    assert_int_equal(fs_kind(fs_join(&b->a, b->dir, TWIN)), FS_NONE); /* a first run needs none */
    for (int i = 0; i < 5; i++) {
        bool known = i > 0;
        edit(b, "\nMuch", "\nMuch and much");
        ino_t twin = known ? number_of(b, TWIN "/site") : 0, page = number_of(b, "site/threats/T-0001.html"),
              same = number_of(b, "site/about.html");
        struct site_result r = publish(b, "site");
        assert_true(r.written > 0 && r.written <= 12);
        assert_same_site(b, "site", TWIN "/site");
        if (known)
            assert_int_equal(number_of(b, "site"), twin);
        assert_int_equal(number_of(b, "site/about.html"), same);
        assert_int_not_equal(number_of(b, "site/threats/T-0001.html"), page); /* never changed in place */
        assert_int_equal(number_of(b, TWIN "/site/threats/T-0001.html"), number_of(b, "site/threats/T-0001.html"));
        const char *fresh = arena_printf(&b->a, "fresh-%d", i);
        publish(b, fresh);
        assert_same_site(b, "site", fresh);
    }
    ino_t site = number_of(b, "site");
    assert_int_equal(publish(b, "site").written, 0);
    assert_int_equal(number_of(b, "site"), site); /* nothing changed, nothing exchanged */
}

static void pages_that_go_leave_both(void **state)
{
    struct bench *b = *state;
    struct sv third = fixture_replace(&b->a, fixture_file(&b->files, SECOND)->text, SV("T-0002"), SV("T-0003"));
    third = fixture_replace(&b->a, third, SV("Second threat"), SV("Third threat"));
    publish_with_twin(b);
    *vec_push(&b->a, &b->files.list) = (struct profile_file){"threats/T-0003-third.md", third};
    load(b);
    publish(b, "site");
    assert_same_site(b, "site", TWIN "/site");
    assert_int_equal(fs_kind(fs_join(&b->a, b->dir, TWIN "/site/threats/T-0003.html")), FS_FILE);
    b->files.list.len--;
    load(b);
    publish(b, "site");
    assert_same_site(b, "site", TWIN "/site");
    publish(b, "fresh");
    assert_same_site(b, "site", "fresh");
}

/* What may happen to the two folders between two runs. */
static void harm(struct bench *b, int what)
{
    struct sv state = file(b, TWIN, "state");
    switch (what) {
    case 0:
        append(b, "site/priority.html");
        break;
    case 1:
        append(b, "site/analysis.html");
        break;
    case 2:
        take_away(b, "site/threats/T-0002.json");
        break;
    case 3:
        put(b, "site/threats/stray.html", "x");
        break;
    case 4:
        put(b, "site/style.css", "x");
        break;
    case 5:
        put(b, TWIN "/site/style.css", "x");
        break;
    case 6:
        put(b, TWIN "/site/documents/stray.html", "x");
        break;
    case 7:
        take_away(b, TWIN "/site/index.html");
        break;
    case 8:
        take_away(b, TWIN "/site");
        break;
    case 9:
        take_away(b, TWIN "/state");
        break;
    case 10:
        put(b, TWIN "/state", "nonsense\n");
        break;
    case 11:
        put(b, TWIN "/state", arena_printf(&b->a, "%.*s", (int)(state.len / 2), state.at));
        break;
    case 12:
        take_away(b, "site/.casemate-site");
        put(b, "site/.casemate-site", "casemate-site 1 another program\n");
        break;
    case 13:
        take_away(b, "site/threats");
        break;
    default:
        take_away(b, "site");
        break;
    }
}

static void a_twin_in_doubt_is_not_used(void **state)
{
    struct bench *b = *state;
    for (int what = 0; what < 15; what++) {
        publish_with_twin(b);
        harm(b, what);
        edit(b, "\nSo much", "\nMuch");
        publish(b, "site");
        const char *fresh = arena_printf(&b->a, "fresh-%d", what);
        publish(b, fresh);
        assert_same_site(b, "site", fresh);
        edit(b, "\nMuch", "\nToo much");
        publish(b, "site");
        edit(b, "\nToo much", "\nMuch");
        publish(b, "site");
        assert_same_site(b, "site", fresh);
    }
}

static void folders_of_others_are_left_alone(void **state)
{
    struct bench *b = *state;
    struct err err = ERR_INIT;
    struct site_result result;
    struct site_options options = {.to = fs_join(&b->a, b->dir, "mine"), .formats = SITE_ALL & ~(unsigned)SITE_PDF};
    assert_int_equal(fs_mkdirs(options.to, &err), 0);
    assert_int_equal(fs_write(fs_join(&b->a, options.to, "letter.txt"), SV("dear"), false, &err), 0);
    assert_int_equal(site_publish(&b->view, &options, &result, &err), CM_EREFUSED);
    assert_true(sv_eq_str(file(b, "mine", "letter.txt"), "dear"));
    assert_int_equal(fs_mkdirs(fs_join(&b->a, b->dir, "empty"), &err), 0);
    publish(b, "empty");
}

/* Resolves href against the folder of page; NULL when it leaves the site. */
static const char *resolve(struct arena *a, const char *page, struct sv href)
{
    ptrdiff_t hash = sv_find_char(href, '#');
    struct sv path = hash < 0 ? href : sv_from(href.at, (size_t)hash);
    const char *slash = strrchr(page, '/');
    size_t folder = slash ? (size_t)(slash - page) : 0;
    if (path.len == 0)
        return page;
    if (path.at[0] == '/')
        return arena_strndup(a, path.at + 1, path.len - 1);
    while (sv_starts(path, SV("../"))) {
        path = sv_from_byte(path, 3);
        if (folder == 0)
            return NULL;
        while (folder > 0 && page[folder - 1] != '/')
            folder--;
        folder = folder ? folder - 1 : 0;
    }
    return folder ? arena_printf(a, "%.*s/%.*s", (int)folder, page, SV_ARG(path)) : arena_strndup(a, path.at, path.len);
}

static bool next_attr(struct sv *rest, const char *name, struct sv *out)
{
    char needle[16];
    snprintf(needle, sizeof needle, " %s=\"", name);
    ptrdiff_t at = sv_find(*rest, sv_str(needle));
    if (at < 0)
        return false;
    *rest = sv_from_byte(*rest, (size_t)at + strlen(needle));
    *out = sv_from(rest->at, (size_t)sv_find_char(*rest, '"'));
    return true;
}

static bool elsewhere(struct sv href)
{
    static const char *const schemes[] = {"http:", "https:", "mailto:", "xmpp:", "data:"};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (sv_starts(href, sv_str(schemes[i])))
            return true;
    return false;
}

static void check_page(struct bench *b, const char *page)
{
    struct arena a = ARENA_INIT;
    struct sv html = file(b, "site", page), rest, value;
    struct map ids;
    map_init(&ids, &a);
    for (rest = html; next_attr(&rest, "id", &value);)
        if (map_set(&ids, value, b))
            fail_msg("%s: id %.*s occurs twice", page, SV_ARG(value));
    for (rest = html; next_attr(&rest, "href", &value);) {
        if (elsewhere(value))
            continue;
        const char *target = resolve(&a, page, value);
        if (!target || fs_kind(arena_printf(&a, "%s/site/%s", b->dir, target)) != FS_FILE)
            fail_msg("%s: dead link %.*s", page, SV_ARG(value));
        ptrdiff_t hash = sv_find_char(value, '#');
        if (hash < 0 || value.len == (size_t)hash + 1)
            continue;
        struct sv id = sv_from_byte(value, (size_t)hash + 1);
        struct sv wanted = sv_str(arena_printf(&a, " id=\"%.*s\"", SV_ARG(id)));
        if (sv_find(file(b, "site", target), wanted) < 0)
            fail_msg("%s: %.*s names no element", page, SV_ARG(value));
    }
    assert_true(sv_find(html, SV(" style=\"")) < 0);
    assert_true(sv_find(html, SV(" src=\"")) < 0);
    assert_true(sv_find(html, SV("<style")) < 0);
    arena_release(&a);
}

static void pages_have_unique_ids_and_live_links(void **state)
{
    struct bench *b = *state;
    publish(b, "site");
    struct fs_names names = walk(b, "site");
    size_t pages = 0;
    for (size_t i = 0; i < names.list.len; i++) {
        if (!sv_ends(sv_str(names.list.at[i]), SV(".html")))
            continue;
        check_page(b, names.list.at[i]);
        pages++;
    }
    assert_true(pages > 18);
}

static struct sv manifest(struct bench *b, const char *site)
{
    return file(b, site, ".casemate-site");
}

static void kill_publishing(struct bench *b, long nanoseconds)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        publish(b, "site");
        _exit(0);
    }
    struct timespec wait = {0, nanoseconds};
    nanosleep(&wait, NULL);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
}

/* A child publishes the new state over the old one and is killed after a time that grows from run to run. */
static void a_killed_run_leaves_the_old_site_or_the_new(void **state)
{
    struct bench *b = *state;
    publish(b, "old");
    publish(b, "site");
    edit(b, "likelihood: {rating: high", "likelihood: {rating: low");
    publish(b, "new");
    struct sv old = manifest(b, "old"), new = manifest(b, "new");
    for (long i = 0; i < 24; i++) {
        kill_publishing(b, i * i * 100000);
        struct sv now = manifest(b, "site");
        assert_true(sv_eq(now, old) || sv_eq(now, new));
        assert_same_site(b, "site", sv_eq(now, old) ? "old" : "new");
    }
    publish(b, "site");
    assert_same_site(b, "site", "new");
    bool high = false;
    for (long i = 0; i < 24; i++) { /* from now on in the twin, to and fro */
        publish(b, "site");
        edit(b, high ? "likelihood: {rating: high" : "likelihood: {rating: low",
             high ? "likelihood: {rating: low" : "likelihood: {rating: high");
        high = !high;
        kill_publishing(b, i * i * 20000);
        struct sv now = manifest(b, "site");
        assert_true(sv_eq(now, old) || sv_eq(now, new));
        assert_same_site(b, "site", sv_eq(now, old) ? "old" : "new");
    }
    publish(b, "site");
    struct fs_names names = {0};
    struct err err = ERR_INIT;
    assert_int_equal(fs_list(&b->a, b->dir, 1000, &names, &err), 0);
    for (size_t i = 0; i < names.list.len; i++)
        assert_true(sv_find(sv_str(names.list.at[i]), SV(".new-")) < 0);
}

static void editions_keep_their_bytes(void **state)
{
    struct bench *b = *state;
    struct err err = ERR_INIT;
    struct site_files one = {0}, two = {0};
    struct revision r = {SV("0.2"), SV("2026-11-22"), SV("ae"), SV("Second.")};
    assert_int_equal(site_edition_files(&b->a, &b->view, DOCUMENT_TEMPLATE, &r, true, NULL, NULL, &one, &err), 0);
    assert_int_equal(site_edition_files(&b->a, &b->view, DOCUMENT_TEMPLATE, &r, true, NULL, NULL, &two, &err), 0);
    assert_int_equal(one.list.len, two.list.len);
    assert_true(one.list.len >= 5);
    for (size_t i = 0; i < one.list.len; i++) {
        assert_true(sv_eq(one.list.at[i].name, two.list.at[i].name));
        assert_true(sv_eq(one.list.at[i].bytes, two.list.at[i].bytes));
    }
    assert_true(sv_find(one.list.at[0].bytes, SV("data-edition=\"0.2\"")) >= 0);
}

static void add_edition(struct bench *b, const char *version, const char *date)
{
    struct err err = ERR_INIT;
    struct revision r = {sv_str(version), sv_str(date), SV("ae"), SV("An edition.")};
    assert_int_equal(site_edition_files(&b->a, &b->view, DOCUMENT_ANALYSIS, &r, true, NULL, NULL, &b->stored, &err), 0);
    struct edition *e = vec_push(&b->a, &b->view.editions);
    *e = (struct edition){.document = SV("analysis"), .version = r.version, .date = r.date, .kind = SV("content"),
                          .remark = r.remark, .initials = r.initials, .file_count = b->stored.list.len};
    e->files = arena_new_array(&b->a, struct edition_file, e->file_count);
    for (size_t i = 0; i < e->file_count; i++) {
        struct digest d = digest_of(b->stored.list.at[i].bytes);
        e->files[i] = (struct edition_file){b->stored.list.at[i].name, sv_str(digest_hex(&b->a, &d)),
                                            b->stored.list.at[i].bytes.len};
    }
}

static void editions_stay_reachable_and_old_ones_say_so(void **state)
{
    struct bench *b = *state;
    add_edition(b, "0.1", "2026-10-01");
    publish(b, "site");
    assert_true(sv_find(file(b, "site", "editions/analysis/status.css"), SV("0.1")) < 0);
    struct sv first = file(b, "site", "editions/analysis/0.1/analysis.html");
    check_page(b, "editions/index.html");
    check_page(b, "editions/analysis/0.1/analysis.html");
    check_page(b, "analysis.html");
    struct edition *e = vec_push(&b->a, &b->view.editions);
    *e = b->view.editions.at[0];
    e->version = SV("0.2");
    e->date = SV("2026-11-20");
    publish(b, "site");
    assert_true(sv_find(file(b, "site", "editions/analysis/status.css"), SV("[data-edition=\"0.1\"]")) >= 0);
    assert_true(sv_eq(first, file(b, "site", "editions/analysis/0.1/analysis.html")));
    assert_true(sv_find(file(b, "site", "editions/index.html"), SV("<svg")) >= 0);
    assert_true(sv_find(file(b, "site", "feed.atom"), SV("Edition 0.2")) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_state_gives_the_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_edit_rewrites_what_shows_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_edit_gives_what_a_fresh_run_gives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threats_that_come_and_go_give_what_a_fresh_run_gives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_notes_of_the_last_run_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_twin_follows_and_is_published, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_that_go_leave_both, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_twin_in_doubt_is_not_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_of_others_are_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_have_unique_ids_and_live_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_killed_run_leaves_the_old_site_or_the_new, set_up, tear_down),
        cmocka_unit_test_setup_teardown(editions_keep_their_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(editions_stay_reachable_and_old_ones_say_so, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
