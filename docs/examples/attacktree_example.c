/* A tree of seven nodes, built and analysed with libattacktree.
 *
 *     cc attacktree_example.c $(pkg-config --cflags --libs attacktree) -o attacktree_example */
#include <attacktree.h>

#include <math.h>
#include <stdio.h>

/* What people call the nodes, by number. */
static const char *const labels[] = {
    "Read the messages", "Strip the encryption", "Get on the path", "Hide the offer", "Client insists on encryption",
    "Guess the password", "Second factor",
};
enum { GOAL, STRIP, PATH, HIDE, INSIST, GUESS, FACTOR };

static void build(struct attacktree *t)
{
    attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, labels[GOAL]);
    attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_SAND, labels[STRIP]);
    attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_LEAF, labels[PATH]);
    attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_LEAF, labels[HIDE]);
    attacktree_node(t, ATTACKTREE_COUNTERMEASURE, ATTACKTREE_LEAF, labels[INSIST]);
    attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_LEAF, labels[GUESS]);
    attacktree_node(t, ATTACKTREE_APPROACH, ATTACKTREE_LEAF, labels[FACTOR]);

    attacktree_child(t, GOAL, STRIP);
    attacktree_child(t, STRIP, PATH);
    attacktree_child(t, STRIP, HIDE);
    attacktree_guard(t, HIDE, INSIST);
    attacktree_child(t, GOAL, GUESS);
    attacktree_guard(t, GUESS, FACTOR);

    attacktree_set_range(t, PATH, ATTACKTREE_P, 0.02, 0.2); /* somewhere between, with 90 % */
    attacktree_set(t, PATH, ATTACKTREE_COST, 2000);
    attacktree_set(t, PATH, ATTACKTREE_TIME, 48);
    attacktree_set(t, HIDE, ATTACKTREE_P, 0.9);
    attacktree_set(t, HIDE, ATTACKTREE_COST, 100);
    attacktree_set(t, HIDE, ATTACKTREE_TIME, 1);
    attacktree_set(t, INSIST, ATTACKTREE_DEPLOYED, 0.7);
    attacktree_set(t, INSIST, ATTACKTREE_STOPS, 1);
    attacktree_set(t, INSIST, ATTACKTREE_COST, 5000);
    attacktree_set(t, GUESS, ATTACKTREE_P, 0.01);
    attacktree_set(t, GUESS, ATTACKTREE_COST, 300);
    attacktree_set(t, GUESS, ATTACKTREE_TIME, 200);
    attacktree_set(t, FACTOR, ATTACKTREE_STOPS, 0.95);
    attacktree_set(t, FACTOR, ATTACKTREE_COST, 8000);
}

static void print_number(const char *what, const struct attacktree_number *n)
{
    if (!n->known)
        printf("%-28s not known\n", what);
    else if (n->exact)
        printf("%-28s %.6g\n", what, n->value);
    else
        printf("%-28s between %.6g and %.6g\n", what, n->lo, n->hi);
}

static void print_attack(const struct attacktree_attack *a)
{
    for (size_t i = 0; i < a->len; i++)
        printf("%s%s", i ? ", " : "  ", labels[a->steps[i]]);
    printf(": cost %g, time %g\n", a->by[ATTACKTREE_BY_COST], a->by[ATTACKTREE_BY_TIME]);
}

static void print_result(const struct attacktree_result *r)
{
    enum attacktree_world today = attacktree_main_world(r);
    size_t len;

    print_number("without countermeasures", attacktree_probability(r, ATTACKTREE_WORLD_NONE));
    print_number("today", attacktree_probability(r, ATTACKTREE_WORLD_DEPLOYED));
    print_number("everything deployed", attacktree_probability(r, ATTACKTREE_WORLD_ALL));
    print_number("gap of deployment", attacktree_deployment_gap(r));

    const char *count = attacktree_count(r, ATTACKTREE_WORLD_NONE);
    printf("\nminimal attacks %s; the cheapest, and the fastest:\n", count ? count : "not counted");
    const struct attacktree_attacks *cheapest = attacktree_best(r, today, ATTACKTREE_BY_COST);
    const struct attacktree_attacks *fastest = attacktree_best(r, today, ATTACKTREE_BY_TIME);
    for (size_t i = 0; i < cheapest->len; i++)
        print_attack(&cheapest->at[i]);
    for (size_t i = 0; i < fastest->len; i++)
        print_attack(&fastest->at[i]);

    const struct attacktree_importance *important = attacktree_importances(r, today, &len);
    printf("\nBirnbaum importance:\n");
    for (size_t i = 0; i < len; i++)
        printf("  %-26s %+.4f\n", labels[important[i].node], important[i].birnbaum);

    const struct attacktree_worth *worths = attacktree_worths(r, &len);
    printf("\nwhat deploying one thing removes:\n");
    for (size_t i = 0; i < len; i++)
        printf("  %-26s %.4f\n", labels[worths[i].node], worths[i].removes);

    const struct attacktree_samples *s = attacktree_sampled_probability(r, today);
    printf("\ntoday, with 90 %%: %.4f to %.4f, in %llu trials\n", s->q05, s->q95, (unsigned long long)attacktree_trials(r));
}

int main(void)
{
    struct attacktree *t = attacktree_new();
    struct attacktree_options options;
    struct attacktree_result *r;
    int rc;

    build(t);
    attacktree_defaults(&options);
    options.importance = 1;
    options.samples = 10000;
    options.seed = 1;
    rc = attacktree_analyse(t, &options, &r);
    if (rc == ATTACKTREE_OK)
        print_result(r);
    else
        fprintf(stderr, "%s\n", attacktree_error(t));
    attacktree_result_free(r);
    attacktree_free(t);
    return rc != ATTACKTREE_OK;
}
