/* tree analyse: every figure of an attack tree. */
#include "cli/tree_file.h"
#include "cli/tree_text.h"

#include "base/suggest.h"
#include "tree/core/attacks.h"
#include "tree/io/analysis_json.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BEST_DEFAULT = 3, BEST_MAX = 100000, THREADS_MAX = 256, SAMPLES_ALL = 20000 };

struct request {
    const char *from, *best, *by, *samples, *seed, *threads, *seconds, *memory;
    struct option_list with, set, budget, front;
    bool all, attacks, worlds, importance, fronts, defence, explain, progress;
    /* what they say */
    uint64_t best_count, sample_count, seed_number;
    enum tree_measure measure;
    double *budgets;
    struct analysis_axes *axes; /* one for each different --front */
    size_t axes_len;
    struct tree_limits limits;
};

/* ---- reading the options ---- */

static bool whole_number(const struct command *self, const char *option, const char *text, uint64_t least,
                         uint64_t most, uint64_t *out)
{
    if (!text)
        return true;
    if (cli_number(text, least, most, out))
        return true;
    usage_error(self, "--%s is \"%s\"; expected a whole number from %llu to %llu", option, text,
                (unsigned long long)least, (unsigned long long)most);
    return false;
}

/* A number with a suffix: k, M, G (thousands; for bytes KiB, MiB, GiB: 1024s). */
static bool scaled(const char *text, double step, double *out)
{
    char *end;
    if (!*text || !(*text == '.' || (*text >= '0' && *text <= '9')))
        return false;
    *out = strtod(text, &end);
    static const char suffixes[] = "kMGT";
    const char *suffix = *end ? strchr(suffixes, *end == 'K' ? 'k' : *end) : NULL;
    for (const char *s = suffixes; suffix && s <= suffix; s++)
        *out *= step;
    if (suffix)
        end++;
    if (suffix && step > 1000 && !strcmp(end, "iB"))
        end += 2;
    return !*end && isfinite(*out) && *out >= 0;
}

static bool read_measure(const struct command *self, struct request *r)
{
    const char *names[TREE_MEASURES];
    r->measure = MEASURE_PROBABILITY;
    if (!r->by || (analysis_measure(sv_str(r->by), &r->measure) && (int)r->measure < ANALYSIS_BEST))
        return true;
    for (size_t i = 0; i < ANALYSIS_BEST; i++)
        names[i] = tree_measure_names[i];
    const char *near = suggest_nearest(sv_str(r->by), names, ANALYSIS_BEST);
    usage_error(self, "--by is \"%s\"; expected probability, cost, time, time_sum, skill or size%s%s%s", r->by,
                near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return false;
}

static bool read_budgets(struct cli *c, const struct command *self, struct request *r)
{
    r->budgets = arena_new_array(&c->arena, double, r->budget.list.len + 1);
    for (size_t i = 0; i < r->budget.list.len; i++)
        if (!scaled(r->budget.list.at[i], 1000, &r->budgets[i])) {
            usage_error(self, "--budget is \"%s\"; expected an amount such as 500, 10k or 2.5M", r->budget.list.at[i]);
            return false;
        }
    return true;
}

/* "cost,damage" */
static bool read_axes(struct sv text, struct analysis_axes *out)
{
    struct sv name;
    out->len = 0;
    while (sv_split(&text, ',', &name)) {
        enum tree_measure m;
        if (out->len == ARRAY_LEN(out->at) || !analysis_measure(sv_trim(name), &m))
            return false;
        for (unsigned i = 0; i < out->len; i++)
            if (out->at[i] == m)
                return false;
        out->at[out->len++] = m;
    }
    return out->len >= 2;
}

/* Whether this front is given already, by another --front or by --fronts. */
static bool has_axes(const struct request *r, const struct analysis_axes *axes)
{
    static const struct analysis_axes standard[] = {
        {{MEASURE_COST, MEASURE_PROBABILITY}, 2}, {{MEASURE_COST, MEASURE_DAMAGE}, 2},
        {{MEASURE_COST, MEASURE_TIME}, 2},        {{MEASURE_COST, MEASURE_SKILL}, 2},
        {{MEASURE_COST, MEASURE_TIME, MEASURE_PROBABILITY}, 3},
    };
    const struct analysis_axes *lists[] = {standard, r->axes};
    size_t lens[] = {r->fronts || r->all ? ARRAY_LEN(standard) : 0, r->axes_len};
    for (size_t l = 0; l < ARRAY_LEN(lists); l++)
        for (size_t i = 0; i < lens[l]; i++)
            if (lists[l][i].len == axes->len && !memcmp(lists[l][i].at, axes->at, axes->len * sizeof(*axes->at)))
                return true;
    return false;
}

static bool read_fronts(struct cli *c, const struct command *self, struct request *r)
{
    r->axes = arena_new_array(&c->arena, struct analysis_axes, r->front.list.len + 1);
    for (size_t i = 0; i < r->front.list.len; i++) {
        struct analysis_axes axes = {0};
        if (!read_axes(sv_str(r->front.list.at[i]), &axes)) {
            usage_error(self, "--front is \"%s\"; expected two or three different ones of probability, cost, time, "
                        "time_sum, skill, size and damage, such as \"time,skill\"", r->front.list.at[i]);
            return false;
        }
        if (!has_axes(r, &axes))
            r->axes[r->axes_len++] = axes;
    }
    return true;
}

static bool read_limits(const struct command *self, struct request *r)
{
    uint64_t threads = 1;
    double seconds = 60, bytes = 2147483648.0;
    if (!whole_number(self, "threads", r->threads, 1, THREADS_MAX, &threads))
        return false;
    if (r->seconds && (!scaled(r->seconds, INFINITY, &seconds) || seconds <= 0 || seconds > 1e9)) {
        usage_error(self, "--max-seconds is \"%s\"; expected a number of seconds such as 0.5 or 60", r->seconds);
        return false;
    }
    if (r->memory && (!scaled(r->memory, 1024, &bytes) || bytes < 1 || bytes > 1e18)) {
        usage_error(self, "--max-memory is \"%s\"; expected a number of bytes such as 500M or 2G", r->memory);
        return false;
    }
    r->limits.threads = (unsigned)threads;
    r->limits.max_seconds = seconds;
    r->limits.max_bytes = (size_t)bytes;
    return true;
}

static bool read_request(struct cli *c, const struct command *self, struct request *r)
{
    r->best_count = r->all ? 10 : BEST_DEFAULT;
    r->sample_count = 0;
    r->seed_number = 1;
    return whole_number(self, "best", r->best, 1, BEST_MAX, &r->best_count) &&
           whole_number(self, "samples", r->samples, 1, 1000000000000, &r->sample_count) &&
           whole_number(self, "seed", r->seed, 0, INT64_MAX, &r->seed_number) && read_measure(self, r) &&
           read_budgets(c, self, r) && read_fronts(c, self, r) && read_limits(self, r);
}

/* ---- long work: an interrupt ends it with what is known, and a watcher says how long it takes ---- */

/* The one thing that a signal handler can reach. */
static atomic_bool interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    if (atomic_exchange(&interrupted, true))
        _exit(130);
}

/* The watcher is a thread only where there is something to show: starting one takes a tenth of a small analysis. */
struct watch {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done, running;
    struct sigaction before;
};

static void *watch_run(void *data)
{
    struct watch *w = data;
    struct timespec until;
    unsigned seconds = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    pthread_mutex_lock(&w->lock);
    while (!w->done) {
        until.tv_sec++;
        while (!w->done && pthread_cond_timedwait(&w->ended, &w->lock, &until) != ETIMEDOUT)
            ;
        if (!w->done)
            fprintf(stderr, "\rworking: %u s (Ctrl-C ends it with what is known) ", ++seconds);
    }
    pthread_mutex_unlock(&w->lock);
    if (seconds)
        fputs("\r\033[K", stderr);
    return NULL;
}

static void watch_start(struct watch *w)
{
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ended, &clock);
    pthread_condattr_destroy(&clock);
    w->running = pthread_create(&w->thread, NULL, watch_run, w) == 0;
}

/* limits->cancelled becomes what an interrupt sets. */
static void watch_begin(struct watch *w, bool show, struct tree_limits *limits)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    memset(w, 0, sizeof(*w));
    atomic_store(&interrupted, false);
    limits->cancelled = &interrupted;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &w->before);
    if (show)
        watch_start(w);
}

static void watch_end(struct watch *w)
{
    if (w->running) {
        pthread_mutex_lock(&w->lock);
        w->done = true;
        pthread_cond_signal(&w->ended);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->thread, NULL);
        pthread_cond_destroy(&w->ended);
        pthread_mutex_destroy(&w->lock);
    }
    sigaction(SIGINT, &w->before, NULL);
}

/* ---- --attacks ---- */

struct listing {
    const struct sv *names;
    bool json;
    struct str line;
};

static bool list_attack(void *context, const struct tree_attack *attack)
{
    struct listing *l = context;
    struct json j;
    str_clear(&l->line);
    if (l->json) {
        json_init(&j, &l->line, true);
        json_array(&j);
    }
    for (size_t i = 0; i < attack->len; i++) {
        if (l->json)
            json_string(&j, l->names[attack->steps[i]]);
        else
            str_addf(&l->line, "%s%.*s", i ? "; " : "", SV_ARG(l->names[attack->steps[i]]));
    }
    if (l->json) {
        json_end(&j);
        json_finish(&j);
    }
    str_add_char(&l->line, '\n');
    return fwrite(str_cstr(&l->line), 1, l->line.len, stdout) == l->line.len; /* otherwise the reader has enough */
}

/* Today, where every countermeasure says how widely it is deployed; otherwise the world without any. */
static enum tree_world listed_world(const struct model *m, const bool *added)
{
    struct model_world today = {.world = WORLD_DEPLOYED, .added = added};
    const double *chances = model_chances(m, &today);
    for (uint32_t e = m->steps; e < m->steps + m->presences; e++)
        if (m->tree->nodes.at[m->events.at[e].node].role == TREE_COUNTERMEASURE && isnan(chances[e]))
            return WORLD_NONE;
    return WORLD_DEPLOYED;
}

/* --best: the others are not looked at. */
static int list_best(struct cli *c, const struct solution *s,
                     const struct attack_values *values, const struct request *r, struct listing *l)
{
    struct tree_attacks best;
    uint32_t lacks = attack_values_missing(values, s, r->measure);
    if (lacks != UINT32_MAX)
        return cli_fail(c, err_set(&c->err, CM_EINPUT, "no order by %s: \"%.*s\" has none (--by size needs no values)",
                                   tree_measure_names[r->measure], SV_ARG(l->names[lacks])));
    attacks_best(s, values, r->measure, (size_t)r->best_count, NULL, &r->limits, &c->arena, &best);
    for (size_t i = 0; i < best.len && list_attack(l, &best.at[i]); i++)
        ;
    if (!best.exact)
        return cli_fail(c, err_set(&c->err, CM_ELIMIT, "a limit ended the list: better attacks may exist"));
    return EXIT_DONE;
}

static int list_attacks(struct cli *c, const struct tree_file *f, const bool *added, const struct request *r)
{
    struct model m;
    struct attack_values values;
    struct solution s;
    struct watch watch;
    struct tree_limits limits = r->limits;
    int rc = model_init(&m, &c->arena, f->tree, &c->err);
    if (rc)
        return cli_fail(c, rc);
    attack_values_init(&values, &m, &(struct model_world){.world = listed_world(&m, added), .added = added});
    watch_begin(&watch, r->progress, &limits);
    rc = solve(&values.formula, SOLVE_SETS, &limits, &c->arena, &s, &c->err);
    watch_end(&watch);
    if (rc)
        return cli_fail(c, rc);
    struct listing l = {.names = analysis_names(&c->arena, f->tree), .json = c->json};
    if (r->best) {
        rc = list_best(c, &s, &values, r, &l);
        str_release(&l.line);
        return rc;
    }
    limits.max_seconds = 1e9; /* a stream ends when its reader has enough */
    limits.cancelled = NULL;
    enum attacks_end end = attacks_each(&s, &values, false, &limits, list_attack, &l);
    str_release(&l.line);
    if (end == ATTACKS_LIMIT)
        return cli_fail(c, err_set(&c->err, CM_ELIMIT, "a limit ended the list: it is not complete"));
    return EXIT_DONE;
}

/* ---- the whole ---- */

/* Whether JSON speaks of the best attacks; with bounds it always does. */
static bool wants_best(const struct request *r)
{
    return r->best || r->by || r->worlds || r->explain || r->all;
}

static void print_json(const struct tree_analysis *t, const struct request *r)
{
    struct cli_json j;
    struct arena scratch = ARENA_INIT;
    struct analysis_json what = {
        .worlds = r->worlds || r->all, .gap = r->worlds || r->all, .attacks = r->best || r->by || r->all,
        .explanation = r->explain || r->all,
        .importance = r->importance || r->all, .fronts = r->fronts || r->all, .defence = r->defence || r->all,
        .approaches = r->worlds || r->all || r->with.list.len, .whole = r->all, .by = r->measure,
        .budgets = r->budgets, .budgets_len = r->budget.list.len, .seed = r->seed_number, .seconds = true};
    cli_json_begin(&j);
    analysis_json_write(&j.j, t, &what, &scratch);
    cli_json_end(&j);
    arena_release(&scratch);
}

static int analyse(struct cli *c, const struct tree_file *f, const bool *added, const struct request *r)
{
    bool text = !c->json, defended = false;
    struct tree_analysis t;
    struct watch watch;
    for (size_t i = 0; i < f->tree->nodes.len; i++)
        defended |= f->tree->nodes.at[i].role != TREE_ATTACK;
    struct analysis_options o = {
        .limits = r->limits, .added = added, .best = (size_t)r->best_count,
        .worlds = r->worlds || r->all || (text && defended), .importance = r->importance || r->all,
        .fronts = r->fronts || r->all || r->budget.list.len, .axes = r->axes, .axes_len = r->axes_len,
        .defence = r->defence || r->all || r->budget.list.len,
        .all_attacks = r->all && c->json, .samples = r->sample_count, .seed = r->seed_number,
        .best_of_bounds = c->json && !wants_best(r), .explain = r->explain || r->all ? ANALYSIS_EXPLAIN_ALL : 0};
    watch_begin(&watch, r->progress, &o.limits);
    int rc = tree_analyse(f->tree, &o, &c->arena, &t, &c->err);
    watch_end(&watch);
    if (rc)
        return cli_fail(c, rc);
    if (c->json) {
        print_json(&t, r);
        return EXIT_DONE;
    }
    const char *no_colour = getenv("NO_COLOR");
    struct tree_text what = {.by = r->measure, .best = (size_t)r->best_count, .added = added, .budgets = r->budgets,
                             .budgets_len = r->budget.list.len,
                             .whole = r->all || r->importance || r->fronts || r->defence,
                             .explain = r->explain || r->all,
                             .colour = isatty(1) && !(no_colour && *no_colour)};
    tree_text_print(c, &t, &what);
    return EXIT_DONE;
}

int tree_analyse_command(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct request r = {0};
    struct words words;
    const bool *added;
    const struct option options[] = {
        {"all", OPTION_FLAG, &r.all, NULL, "every figure there is"},
        {"best", OPTION_TEXT, &r.best, "K", "so many minimal attacks, best first (default: 3)"},
        {"by", OPTION_TEXT, &r.by, "MEASURE", "their order: probability, cost, time, time_sum, skill or size"},
        {"attacks", OPTION_FLAG, &r.attacks, NULL, "print all minimal attacks (or the best K), one a line"},
        {"worlds", OPTION_FLAG, &r.worlds, NULL, "in JSON: the three worlds, the gap, and what each approach removes"},
        {"explain", OPTION_FLAG, &r.explain, NULL, "the way of the best attack through the tree, and what decides it"},
        {"importance", OPTION_FLAG, &r.importance, NULL, "importance of every step and countermeasure"},
        {"fronts", OPTION_FLAG, &r.fronts, NULL, "trade-offs of cost, time, skill, damage and probability"},
        {"front", OPTION_LIST, &r.front, "MEASURES", "trade-offs of measures, as in time,skill (repeatable)"},
        {"defence", OPTION_FLAG, &r.defence, NULL, "what a defender can buy, and what cuts every attack"},
        {"with", OPTION_LIST, &r.with, "APPROACH", "what if this approach is in place (id or label; repeatable)"},
        {"set", OPTION_LIST, &r.set, "STEP.p=0.1", "what if a value is another one (repeatable)"},
        {"budget", OPTION_LIST, &r.budget, "AMOUNT", "what attacker and defender can do with so much (repeatable)"},
        {"samples", OPTION_TEXT, &r.samples, "N", "trials over the ranges of the values"},
        {"seed", OPTION_TEXT, &r.seed, "S", "of the trials (default: 1); same seed, same result"},
        {"threads", OPTION_TEXT, &r.threads, "N", "threads to use (default: 1); the result is the same"},
        {"max-seconds", OPTION_TEXT, &r.seconds, "S", "time to take (default: 60); then bounds are given"},
        {"max-memory", OPTION_TEXT, &r.memory, "BYTES", "memory to take (default: 2G); then bounds are given"},
        {"progress", OPTION_FLAG, &r.progress, NULL, "show progress although standard error is no terminal"},
        {"from", OPTION_TEXT, &r.from, "FORMAT", "format of the file (default: seen from name and content)"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!tree_one_file(self, "analyse", &words) || !read_request(c, self, &r))
        return EXIT_USAGE;
    if (r.attacks && r.by && !r.best)
        return usage_error(self, "--attacks lists in no order; expected --best K with --by %s", r.by);
    struct tree_file f = {.name = words.at[0], .format = r.from, .resolve = true};
    r.progress |= c->log.terminal && !c->quiet;
    if ((rc = tree_file_read(c, &f)) || (rc = tree_file_set(c, &f, &r.set)) ||
        (rc = tree_file_with(c, &f, &r.with, &added)))
        return cli_fail(c, rc);
    cli_print_diag(c);
    return r.attacks ? list_attacks(c, &f, added, &r) : analyse(c, &f, added, &r);
}
