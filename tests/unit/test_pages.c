/* tree/core/pages.h by way of budget.h: what was written stays through growth and moves, pieces come back clean. */
#include "tree/core/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static unsigned char mark(size_t at)
{
    return (unsigned char)(at * 2654435761u >> 13);
}

static void fill(unsigned char *memory, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        memory[i] = mark(i);
}

static void assert_filled(const unsigned char *memory, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (memory[i] != mark(i))
            fail_msg("byte %zu of %zu is lost", i, len);
    }
}

static void assert_zero(const unsigned char *memory, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (memory[i])
            fail_msg("byte %zu of %zu is not zero", i, len);
    }
}

/* From what the C library gives, through slabs and pieces, to mappings that the system moves, and back. */
static void test_growth_keeps_what_was_written(void **state)
{
    (void)state;
    static const size_t sizes[] = {
        100,     PAGES_LEAST - 1, PAGES_LEAST,        PAGES_LEAST + 1, 300 << 10, 700 << 10,
        3 << 20, 15 << 20,        (size_t)24 << 20, (size_t)40 << 20, 5 << 20,   PAGES_LEAST, 10};
    struct pages pages;
    struct budget budget;
    pages_init(&pages);
    budget_init(&budget, NULL);
    budget.pages = &pages;
    unsigned char *memory = NULL;
    size_t had = 0;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        memory = budget_realloc(&budget, memory, had, sizes[i]);
        assert_non_null(memory);
        assert_filled(memory, had < sizes[i] ? had : sizes[i]);
        if (had < sizes[i])
            fill(memory, had, sizes[i]);
        had = sizes[i];
    }
    budget_free(&budget, memory, had);
    assert_int_equal(atomic_load(&budget.used), 0);
    pages_release(&pages);
}

/* What one gives back the next one gets: zeroed when it asks for that. */
static void test_pieces_come_back_clean(void **state)
{
    (void)state;
    static const size_t sizes[] = {PAGES_LEAST, 40000, 100 << 10, 1 << 20, 9 << 20, (size_t)20 << 20};
    struct pages pages;
    struct budget budget;
    pages_init(&pages);
    budget_init(&budget, NULL);
    budget.pages = &pages;
    for (unsigned round = 0; round < 3; round++) {
        unsigned char *piece[ARRAY_LEN(sizes)];
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            piece[i] = budget_calloc(&budget, sizes[i]);
            assert_zero(piece[i], sizes[i]);
            fill(piece[i], 0, sizes[i]);
        }
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) { /* none lies within another */
            assert_filled(piece[i], sizes[i]);
            budget_free(&budget, piece[i], sizes[i]);
        }
    }
    pages_release(&pages);
}

/* What is given back serves what fits into it: the same piece again, not a new one. */
static void test_pieces_are_used_again(void **state)
{
    (void)state;
    struct pages pages;
    pages_init(&pages);
    void *first = pages_take(&pages, 200 << 10, false);
    pages_give(&pages, first, 200 << 10);
    assert_ptr_equal(pages_take(&pages, 250 << 10, false), first);
    void *second = pages_take(&pages, 250 << 10, false);
    assert_ptr_not_equal(second, first);
    pages_release(&pages);
}

/* Neighbours that were given back, in whatever sequence, are one piece again; those in use keep what they have. */
static void test_neighbours_are_joined(void **state)
{
    (void)state;
    enum { PIECES = 12, EACH = 64 << 10 };
    static const unsigned sequence[PIECES] = {3, 5, 4, 9, 0, 1, 11, 10, 7, 8, 2, 6};
    struct pages pages;
    unsigned char *piece[PIECES];
    pages_init(&pages);
    for (unsigned i = 0; i < PIECES; i++) {
        piece[i] = pages_take(&pages, EACH, false);
        fill(piece[i], 0, EACH);
    }
    for (unsigned i = 0; i < PIECES; i++) {
        pages_give(&pages, piece[sequence[i]], EACH);
        for (unsigned j = i + 1; j < PIECES; j++)
            assert_filled(piece[sequence[j]], EACH);
    }
    unsigned char *whole = pages_take(&pages, (size_t)PIECES * EACH, true);
    assert_ptr_equal(whole, piece[0]);
    assert_zero(whole, (size_t)PIECES * EACH);
    pages_release(&pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growth_keeps_what_was_written),
        cmocka_unit_test(test_pieces_come_back_clean),
        cmocka_unit_test(test_pieces_are_used_again),
        cmocka_unit_test(test_neighbours_are_joined),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
