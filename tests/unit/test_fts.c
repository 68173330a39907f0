/* Full-text search: finds, ranks, and takes every query as words. */
#include "store/fts.h"

#include "base/rand.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

struct fixture {
    struct arena arena;
    struct err err;
    struct store *s;
};

struct entry {
    const char *key, *title, *text;
};

static int put_entry(struct store *s, void *context, struct err *err)
{
    const struct entry *e = context;
    return fts_put(s, sv_str(e->key), sv_str(e->title), sv_str(e->text), err);
}

static int remove_entry(struct store *s, void *context, struct err *err)
{
    return fts_remove(s, sv_str(context), err);
}

static int scrub(struct store *s, void *context, struct err *err)
{
    (void)context;
    return fts_scrub(s, err);
}

static void put(struct fixture *f, const char *key, const char *title, const char *text)
{
    struct entry e = {key, title, text};
    int rc = store_tx(f->s, put_entry, &e, &f->err);
    if (rc < 0)
        fail_msg("%s: %s", key, f->err.text);
}

static int setup(void **state)
{
    struct fixture *f = base_malloc(sizeof(*f));
    *f = (struct fixture){.arena = ARENA_INIT};
    *state = f;
    int rc = store_open(":memory:", 0, &f->s, &f->err);
    if (rc < 0)
        return rc;
    put(f, "threat:T-0001", "Stolen words",
        "A server reads the archive of a contact. Passwords are not touched.");
    put(f, "threat:T-0002", "Dialback forgery",
        "DNS answers are forged, so that a server speaks for another domain.");
    put(f, "threat:T-0003", "Caf\xc3\xa9 network",
        "An open network between client and server; StartTLS is stripped.");
    put(f, "page:process", "Process",
        "How the group works. AND OR NOT NEAR are words as well: title colon, x-y.");
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(&f->s);
    arena_release(&f->arena);
    free(f);
    return 0;
}

/* Keys of the hits, best first, with blanks between. */
static const char *find_limit(struct fixture *f, struct sv query, size_t limit)
{
    struct fts_hits hits;
    struct str keys = STR_INIT;
    int rc = fts_search(f->s, &f->arena, query, limit, &hits, &f->err);
    if (rc < 0)
        fail_msg("%.*s: %d %s", SV_ARG(query), rc, f->err.text);
    for (size_t i = 0; i < hits.list.len; i++) {
        str_add_str(&keys, i ? " " : "");
        str_add(&keys, hits.list.at[i].key);
    }
    char *copy = arena_strdup(&f->arena, str_cstr(&keys));
    str_release(&keys);
    return copy;
}

static const char *find(struct fixture *f, const char *query)
{
    return find_limit(f, sv_str(query), 0);
}

static void test_queries(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *query, *keys;
    } cases[] = {
        {"forged", "threat:T-0002"},
        {"FORGED", "threat:T-0002"},
        {"cafe", "threat:T-0003"},
        {"CAF\xc3\x89", "threat:T-0003"},
        {"server contact", "threat:T-0001"},
        {"server nothing", ""},
        {"pass*", "threat:T-0001"},
        {"pass", ""},
        {"\"speaks for another\"", "threat:T-0002"},
        {"\"another speaks for\"", ""},
        {"\"for another", "threat:T-0002"}, /* a quote that is not closed */
        {"dns\"speaks for\"another", "threat:T-0002"},
        {"", ""},
        {"   \t\r\n ", ""},
        {"*", ""},
        {"\"", ""},
        {"\"\"\"\"", ""},
        {"-- forged", "threat:T-0002"},
        {"forged ()", "threat:T-0002"},
        /* what would be syntax is words */
        {"AND", "threat:T-0003 page:process"},
        {"NOT", "threat:T-0001 page:process"},
        {"forged OR cafe", ""},
        {"NEAR(words well)", ""},
        {"title:forgery", ""},
        {"title:colon", "page:process"}, /* a phrase */
        {"x-y", "page:process"},
        {"^how", "page:process"},
        {"key:threat", ""},
        {"{title text}:how", ""},
        {"how +works", "page:process"},
        {"forged') OR 1=1 --", ""},
        {"colon,", "page:process"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *keys = find(f, cases[i].query);
        if (strcmp(keys, cases[i].keys) != 0)
            fail_msg("[%s]: [%s], expected [%s]", cases[i].query, keys, cases[i].keys);
    }
    assert_string_equal(find_limit(f, sv_from("forged\0x", 8), 0), "");
    assert_string_equal(find_limit(f, sv_from("dns\0forged", 10), 0), "threat:T-0002");
}

static void test_titles_weigh_more_and_limit_holds(void **state)
{
    struct fixture *f = *state;
    put(f, "a", "Something else", "gajim and more words here to read");
    put(f, "b", "Gajim", "another text that has other words to read");
    assert_string_equal(find(f, "gajim"), "b a");
    assert_string_equal(find_limit(f, SV("gajim"), 1), "b");
}

static void test_hits_are_marked_in_plain_text(void **state)
{
    struct fixture *f = *state;
    struct fts_hits hits;
    put(f, "k", "Marks\x02\x03 in it", "before\x02 <b>needle</b>\x03 after");
    assert_int_equal(fts_search(f->s, &f->arena, SV("needle"), 5, &hits, &f->err), 0);
    assert_int_equal(hits.list.len, 1);
    assert_true(sv_eq(hits.list.at[0].title, SV("Marks   in it")));
    assert_true(sv_eq(hits.list.at[0].snippet, SV("before  <b>\x02needle\x03</b>  after")));
}

static void test_replacing_and_removing(void **state)
{
    struct fixture *f = *state;
    put(f, "threat:T-0002", "Dialback", "Entirely new.");
    assert_string_equal(find(f, "forged"), "");
    assert_string_equal(find(f, "entirely"), "threat:T-0002");
    assert_int_equal(store_tx(f->s, remove_entry, "threat:T-0002", &f->err), 0);
    assert_int_equal(store_tx(f->s, remove_entry, "threat:T-0002", &f->err), 0);
    assert_string_equal(find(f, "entirely"), "");
    assert_int_equal(store_tx(f->s, scrub, NULL, &f->err), 0);
    put(f, "threat:T-0002", "Back", "Entirely again.");
    assert_string_equal(find(f, "entirely"), "threat:T-0002");
}

static void test_bad_input(void **state)
{
    struct fixture *f = *state;
    struct fts_hits hits;
    char *longest = arena_alloc(&f->arena, FTS_QUERY_MAX + 2);
    memset(longest, 'a', FTS_QUERY_MAX + 1);
    assert_int_equal(fts_search(f->s, &f->arena, sv_str(longest), 5, &hits, &f->err), CM_ELIMIT);
    assert_int_equal(
        fts_search(f->s, &f->arena, sv_from(longest, FTS_QUERY_MAX), 5, &hits, &f->err), 0);
    for (int i = 1; i < FTS_QUERY_MAX; i += 2)
        longest[i] = ' ';
    assert_int_equal(
        fts_search(f->s, &f->arena, sv_from(longest, FTS_QUERY_MAX), 5, &hits, &f->err), CM_ELIMIT);
    assert_int_equal(
        fts_search(f->s, &f->arena, sv_from(longest, 2 * FTS_WORDS_MAX), 5, &hits, &f->err), 0);
    assert_int_equal(fts_search(f->s, &f->arena, SV("a\xff"), 5, &hits, &f->err), CM_EINPUT);
    struct entry bad[] = {
        {"", "t", "t"}, {"k\xff", "t", "t"}, {"k", "\xff", "t"}, {"k", "t", "\xc0\x80"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(store_tx(f->s, put_entry, &bad[i], &f->err), CM_EINPUT);
}

/* No query, whatever its characters, is ever an error of the search engine. */
static void test_random_queries_are_never_syntax(void **state)
{
    struct fixture *f = *state;
    static const char letters[] = "aN\"*'()^:+-{},. \t;|&~\\/%_\x01";
    for (int round = 0; round < 3000; round++) {
        unsigned char noise[24];
        char query[24];
        struct arena arena = ARENA_INIT;
        struct fts_hits hits;
        rand_bytes(noise, sizeof(noise));
        for (size_t i = 0; i < sizeof(noise); i++)
            query[i] = letters[noise[i] % (sizeof(letters) - 1)];
        int rc = fts_search(f->s, &arena, sv_from(query, sizeof(query)), 3, &hits, &f->err);
        if (rc < 0)
            fail_msg("[%.*s]: %s", (int)sizeof(query), query, f->err.text);
        arena_release(&arena);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(queries),
        T(titles_weigh_more_and_limit_holds),
        T(hits_are_marked_in_plain_text),
        T(replacing_and_removing),
        T(bad_input),
        T(random_queries_are_never_syntax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
