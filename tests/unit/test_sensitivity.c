/* Sensitivity: tables of small registers with what is said about them, and random ones against every combination of
 * ratings. */
#include "profile_fixture.h"

#include "register/sensitivity.h"
#include "tree_random.h"

enum { LEVELS = 4, THREATS_MAX = 60, BRUTE_MAX = 5 };

/* The table of the xmpp profile: priority by likelihood and damage. */
static const unsigned xmpp[LEVELS * LEVELS] = {5, 5, 4, 3, 5, 4, 3, 2, 4, 3, 2, 1, 3, 2, 1, 1};

static unsigned by_table(const void *context, int likelihood, int damage)
{
    return ((const unsigned *)context)[likelihood * LEVELS + damage];
}

/* The priority is the number of the level, for rows that name a set directly. */
static unsigned by_level(const void *context CM_UNUSED, int likelihood, int damage CM_UNUSED)
{
    return (unsigned)likelihood;
}

static const struct {
    const char *name;
    const char *threats; /* "now best worst", one digit each, with blanks between threats */
    const char *ranks;   /* present, best and worst rank by threat */
    const char *order;   /* the threats by place; a bar before each group */
    const char *said;
} rows[] = {
    {"nothing", "", "", "", "No threat is rated."},
    {"one", "213", "111", "|0", "Only one threat is rated: there is no order that could change."},
    {"all fixed", "111 222 333", "111 222 333", "|0|1|2",
     "All three threats are stable. This holds for all ratings within X."},
    {"a tie for ever", "222 222 111", "222 222 111", "|2|0|1",
     "All three threats are stable. This holds for all ratings within X."},
    {"two that swap", "112 212", "112 212", "|01",
     "Both threats are interchangeable. This holds for all ratings within X."},
    {"two that touch", "223 334", "111 212", "|0|1",
     "Both threats are stable. This holds for all ratings within X; a stable threat is never passed, but may come to "
     "share its rank with a neighbour."},
    {"a tie that one may leave upwards", "222 212", "112 111", "|1|0",
     "Both threats are stable. This holds for all ratings within X; a stable threat is never passed, but may come to "
     "share its rank with a neighbour."},
    {"fixed inside a range", "213 222", "112 112", "|01",
     "Both threats are interchangeable. This holds for all ratings within X."},
    {"a chain", "113 324 535 999", "112 213 313 444", "|012|3",
     "The first three threats are interchangeable; four is stable. This holds for all ratings within X."},
    {"five stable, then four", "111 222 333 444 555 667 767 767 767", "111 222 333 444 555 669 769 769 769",
     "|0|1|2|3|4|5678",
     "The first five threats are stable; six to nine are interchangeable. This holds for all ratings within X."},
    {"the first alone", "111 223 323", "111 223 323", "|0|12",
     "The first threat is stable; two and three are interchangeable. This holds for all ratings within X."},
};

static size_t threats_of(const char *text, struct sensitivity_threat *out)
{
    size_t count = 0;
    for (; text[0]; text += text[3] ? 4 : 3) {
        struct sensitivity_threat *t = &out[count++];
        *t = (struct sensitivity_threat){(unsigned)(text[0] - '0'), text[1] - '0', text[2] - '0', 0, 0};
    }
    return count;
}

static void show_result(const struct sensitivity *s, struct str *ranks, struct str *order)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct sensitivity_result *t = &s->threats[i];
        str_addf(ranks, "%s%zu%zu%zu", i ? " " : "", t->rank, t->best_rank, t->worst_rank);
    }
    for (size_t g = 0; g < s->groups.len; g++) {
        str_add_char(order, '|');
        for (size_t i = 0; i < s->groups.at[g].count; i++)
            str_addf(order, "%zu", s->order[s->groups.at[g].first + i]);
    }
}

static void test_table(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        struct sensitivity_threat threats[10];
        struct sensitivity s;
        struct str ranks = STR_INIT, order = STR_INIT, said = STR_INIT;
        sensitivity_find(&a, threats, threats_of(rows[i].threats, threats), by_level, NULL, &s);
        show_result(&s, &ranks, &order);
        sensitivity_say(&s, SV("X"), &said);
        if (strcmp(str_cstr(&ranks), rows[i].ranks) || strcmp(str_cstr(&order), rows[i].order) ||
            strcmp(str_cstr(&said), rows[i].said))
            fail_msg("%s: %s, %s: %s", rows[i].name, str_cstr(&ranks), str_cstr(&order), str_cstr(&said));
        str_release(&ranks);
        str_release(&order);
        str_release(&said);
        arena_release(&a);
    }
}

/* A long list, as a pattern of places: s is stable, digits are groups of so many. */
static const struct {
    const char *pattern, *said;
} long_rows[] = {
    {"ssssssssssssss3", "The first 14 threats are stable; 15 to 17 are interchangeable."},
    {"2s2s2s2", "The first two threats are interchangeable; three is stable; four and five are interchangeable; six is "
                "stable; seven and eight are interchangeable; nine is stable; the two after them are interchangeable "
                "within one group."},
    {"222222s", "The first two threats are interchangeable; three and four are interchangeable; five and six are "
                "interchangeable; seven and eight are interchangeable; nine and ten are interchangeable; eleven and "
                "twelve are interchangeable; the one after them is stable."},
    {"2222229sss42", "The first two threats are interchangeable; three and four are interchangeable; five and six are "
                     "interchangeable; seven and eight are interchangeable; nine and ten are interchangeable; eleven "
                     "and twelve are interchangeable; of the 18 after them, three are stable and the others "
                     "interchangeable within three groups."},
};

static void test_long_lists(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(long_rows); i++) {
        struct arena a = ARENA_INIT;
        struct sensitivity_threat threats[THREATS_MAX];
        struct sensitivity s;
        struct str said = STR_INIT;
        size_t count = 0;
        for (const char *c = long_rows[i].pattern; *c; c++) {
            int base = (int)count * 2 + 1, members = *c == 's' ? 1 : *c - '0';
            for (int k = 0; k < members; k++)
                threats[count++] = (struct sensitivity_threat){(unsigned)base, base, base + (members > 1), 0, 0};
        }
        sensitivity_find(&a, threats, count, by_level, NULL, &s);
        sensitivity_say(&s, SV("X"), &said);
        const char *wanted = arena_printf(&a, "%s This holds for all ratings within X.", long_rows[i].said);
        assert_string_equal(str_cstr(&said), wanted);
        str_release(&said);
        arena_release(&a);
    }
}

/* ---- every combination ---- */

struct brute {
    size_t count, sets[BRUTE_MAX]; /* how many priorities each threat can get */
    unsigned priorities[BRUTE_MAX][LEVELS * LEVELS + 1];
    size_t best_rank[BRUTE_MAX], worst_rank[BRUTE_MAX];
    bool ahead[BRUTE_MAX][BRUTE_MAX]; /* in some combination */
};

static void take_combination(struct brute *b, const unsigned *chosen)
{
    for (size_t i = 0; i < b->count; i++) {
        size_t rank = 1;
        for (size_t j = 0; j < b->count; j++) {
            rank += chosen[j] < chosen[i];
            b->ahead[i][j] |= chosen[i] < chosen[j];
        }
        b->best_rank[i] = !b->best_rank[i] || rank < b->best_rank[i] ? rank : b->best_rank[i];
        b->worst_rank[i] = rank > b->worst_rank[i] ? rank : b->worst_rank[i];
    }
}

static void every_combination(struct brute *b, size_t threat, unsigned *chosen)
{
    if (threat == b->count) {
        take_combination(b, chosen);
        return;
    }
    for (size_t i = 0; i < b->sets[threat]; i++) {
        chosen[threat] = b->priorities[threat][i];
        every_combination(b, threat + 1, chosen);
    }
}

static void random_threat(struct dice *d, struct brute *b, size_t i, const unsigned *table,
                          struct sensitivity_threat *out)
{
    int l = (int)dice_below(d, LEVELS), m = (int)dice_below(d, LEVELS);
    out->likelihood_low = l;
    out->damage_low = m;
    out->likelihood_high = l + (int)dice_below(d, (uint32_t)(l + 2 < LEVELS ? 3 : LEVELS - l));
    out->damage_high = m + (int)dice_below(d, (uint32_t)(m + 1 < LEVELS ? 2 : LEVELS - m));
    for (l = out->likelihood_low; l <= out->likelihood_high; l++)
        for (m = out->damage_low; m <= out->damage_high; m++)
            b->priorities[i][b->sets[i]++] = table[l * LEVELS + m];
    out->priority = b->priorities[i][dice_below(d, (uint32_t)b->sets[i])];
    if (dice_below(d, 8) == 0) { /* a rating that was recorded outside the limits */
        out->priority = 1 + dice_below(d, 5);
        b->priorities[i][b->sets[i]++] = out->priority;
    }
}

/* group[i] == group[j] when connected by pairs that can change places. */
static void close_groups(const struct brute *b, size_t *group)
{
    for (size_t i = 0; i < b->count; i++)
        group[i] = i;
    for (size_t round = 0; round < b->count; round++)
        for (size_t i = 0; i < b->count; i++)
            for (size_t j = 0; j < b->count; j++)
                if (b->ahead[i][j] && b->ahead[j][i] && group[j] < group[i])
                    group[i] = group[j];
}

static void compare(const struct brute *b, const struct sensitivity *s)
{
    size_t group[BRUTE_MAX], places = 0;
    close_groups(b, group);
    for (size_t i = 0; i < b->count; i++) {
        assert_int_equal(s->threats[i].best_rank, b->best_rank[i]);
        assert_int_equal(s->threats[i].worst_rank, b->worst_rank[i]);
        assert_in_range(s->threats[i].rank, b->best_rank[i], b->worst_rank[i]);
        for (size_t j = 0; j < b->count; j++) {
            assert_int_equal(s->threats[i].group == s->threats[j].group, group[i] == group[j]);
            assert_false(s->threats[i].group < s->threats[j].group && b->ahead[j][i]);
        }
    }
    for (size_t g = 0; g < s->groups.len; g++)
        for (size_t k = 0; k < s->groups.at[g].count; k++)
            assert_int_equal(s->threats[s->order[places++]].group, g);
    assert_int_equal(places, b->count);
}

static void check_random(struct dice *d)
{
    struct arena a = ARENA_INIT;
    struct brute b = {.count = 1 + dice_below(d, BRUTE_MAX)};
    struct sensitivity_threat threats[BRUTE_MAX];
    struct sensitivity s;
    unsigned table[LEVELS * LEVELS], chosen[BRUTE_MAX];
    bool monotone = dice_below(d, 2);
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        table[i] = monotone ? xmpp[i] : 1 + dice_below(d, 5);
    for (size_t i = 0; i < b.count; i++)
        random_threat(d, &b, i, table, &threats[i]);
    every_combination(&b, 0, chosen);
    sensitivity_find(&a, threats, b.count, by_table, table, &s);
    compare(&b, &s);
    for (size_t i = 1; i < b.count; i++)
        assert_true(threats[s.order[i - 1]].priority <= threats[s.order[i]].priority);
    arena_release(&a);
}

static void test_every_combination(void **state CM_UNUSED)
{
    struct dice d = {11};
    const char *seed = getenv("CASEMATE_SEED");
    for (int fresh = 0; fresh < 2; fresh++) {
        if (fresh)
            d.state = seed ? strtoull(seed, NULL, 10) : dice_fresh_seed();
        for (int i = 0; i < 1500; i++)
            check_random(&d);
    }
}

/* The table of a group is read as everywhere else. */
static void test_table_of_a_group(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile p;
    struct diag diag;
    struct sensitivity s;
    diag_init(&diag, &a);
    fixture_read(&a, "profiles/xmpp", &files);
    profile_parse(&a, &files, "", &diag, &p);
    const struct sensitivity_threat threats[] = {{2, 1, 2, 3, 3}, {3, 1, 1, 2, 3}, {5, 0, 0, 0, 0}};
    sensitivity_find(&a, threats, 3, sensitivity_of_sig, &p.sig, &s);
    assert_true(s.threats[0].best == 1 && s.threats[0].worst == 2);
    assert_true(s.threats[1].best == 2 && s.threats[1].worst == 3);
    assert_true(s.threats[2].best == 5 && s.threats[2].worst == 5);
    assert_int_equal(s.groups.len, 3);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_every_combination),
        cmocka_unit_test(test_table_of_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
