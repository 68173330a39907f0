#include "tree/core/sampling.h"

#include "tree/core/attack_time.h"
#include "tree/core/sample_statistics.h"
#include "tree/core/sampling_plan.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Trials are done in chunks, and chunk c belongs to strand c % STRANDS. A strand adds up its chunks in their order,
 * whichever thread does it; the strands are added up in theirs. Rounds are STRANDS chunks. */
enum { CHUNK = 256, STRANDS = 64 };

/* What one strand has added up about one figure. */
struct strand_sums {
    double n;                           /* trials */
    double y[ROWS_SUMS], yy[ROWS_SUMS]; /* of the figure, less its shift, and of its square */
    struct rows_moments *moments;       /* by the figure's leaves */
};

struct run {
    const struct plan *plan;
    const struct rows_kernel *kernel;
    struct budget budget;
    uint64_t trials;
    double *values[PLAN_FIGURES]; /* by trial; NULL: not defined */
    double shift[PLAN_FIGURES];   /* about the mean of what drivers look at */
    struct strand_sums (*strands)[PLAN_FIGURES];
    unsigned threads;
};

struct worker {
    struct run *run;
    struct arena arena;
    double *rows;
    struct attack_values values; /* with times of its own */
    double *times;
    struct attack_clock clock;
    unsigned number;
    uint64_t rounds; /* done completely */
    pthread_t thread;
};

/* ---- a block of trials -------------------------------------------------------------------------- */

static void draw_tabled(const struct plan *p, double *rows)
{
    for (size_t i = 0; i < p->tabled.len; i++) {
        const struct plan_leaf *l = &p->leaves.at[p->tabled.at[i].leaf];
        const double *z = rows + (size_t)l->z * ROWS_LANES;
        double *out = rows + (size_t)l->row * ROWS_LANES;
        for (size_t j = 0; j < ROWS_LANES; j++) {
            out[j] = distribution_at(&l->distribution, z[j]);
            if (p->tabled.at[i].chance)
                out[ROWS_LANES + j] = 1 - out[j];
        }
    }
}

/* The least time of the attacks, one lane after the other. */
static void time_block(struct worker *w, double *out, size_t len)
{
    const struct plan *p = w->run->plan;
    size_t events = p->q->model->events.len;
    for (size_t j = 0; j < len; j++) {
        for (size_t e = 0; e < events; e++)
            if (p->times[e] != PLAN_NO_ROW)
                w->times[e] = w->rows[(size_t)p->times[e] * ROWS_LANES + j];
        out[j] = INFINITY;
        for (uint32_t i = 0; i < p->attacks_len; i++) {
            double time = attack_clock_time(&w->clock, p->attacks + i * events);
            out[j] = time < out[j] ? time : out[j];
        }
    }
}

static void evaluate_block(struct worker *w, uint64_t trial, size_t len)
{
    const struct run *run = w->run;
    const struct plan *p = run->plan;
    for (size_t i = 0; i < p->draws.len; i++)
        run->kernel->normals(w->rows, p->draws.at[i].row, p->draws.at[i].group, trial, p->q->seed);
    run->kernel->lognormal(w->rows, p->lognormal.at, (uint32_t)p->lognormal.len);
    run->kernel->logitnormal(w->rows, p->logitnormal.at, (uint32_t)p->logitnormal.len);
    draw_tabled(p, w->rows);
    run->kernel->run(w->rows, p->segments.at, (uint32_t)p->segments.len);
    for (int f = 0; f < PLAN_FIGURES; f++) {
        if (run->values[f] && p->figures[f].row != PLAN_NO_ROW)
            memcpy(run->values[f] + trial, w->rows + (size_t)p->figures[f].row * ROWS_LANES, len * sizeof(double));
        else if (run->values[f])
            time_block(w, run->values[f] + trial, len);
    }
}

/* What drivers look at, of values that are there. */
static void looked_at(const struct run *run, int figure, const double *values, size_t len, double *y)
{
    for (size_t j = 0; j < ROWS_LANES; j++)
        y[j] = j < len ? values[j] : 1;
    if (run->plan->figures[figure].logarithm)
        run->kernel->log(y);
}

static void add_block(struct worker *w, uint64_t trial, size_t len, uint32_t strand)
{
    const struct run *run = w->run;
    for (int f = 0; f < PLAN_FIGURES; f++) {
        const struct plan_figure *figure = &run->plan->figures[f];
        struct strand_sums *sums = &run->strands[strand][f];
        double y[ROWS_LANES] __attribute__((aligned(ROWS_ALIGN)));
        if (!run->values[f] || !figure->leaves_len)
            continue;
        looked_at(run, f, run->values[f] + trial, len, y);
        sums->n += (double)len;
        for (size_t j = 0; j < ROWS_LANES; j++) {
            y[j] = j < len && isfinite(y[j]) ? y[j] - run->shift[f] : 0;
            sums->y[j % ROWS_SUMS] += y[j];
            sums->yy[j % ROWS_SUMS] += y[j] * y[j];
        }
        run->kernel->moments(w->rows, figure->z, figure->leaves_len, y, sums->moments);
    }
}

static void do_chunk(struct worker *w, uint64_t chunk, bool add)
{
    uint64_t first = chunk * CHUNK, end = first + CHUNK;
    end = end > w->run->trials ? w->run->trials : end;
    for (uint64_t trial = first; trial < end; trial += ROWS_LANES) {
        size_t len = end - trial < ROWS_LANES ? (size_t)(end - trial) : ROWS_LANES;
        evaluate_block(w, trial, len);
        if (add)
            add_block(w, trial, len, (uint32_t)(chunk % STRANDS));
    }
}

/* ---- threads ------------------------------------------------------------------------------------ */

static bool worker_init(struct worker *w, struct run *run, unsigned number)
{
    const struct plan *p = run->plan;
    *w = (struct worker){.run = run, .number = number, .arena = ARENA_INIT};
    size_t bytes = (size_t)p->rows * ROWS_LANES * sizeof(double);
    if (!budget_take(&run->budget, bytes))
        return false;
    if (posix_memalign((void **)&w->rows, ROWS_ALIGN, bytes))
        BUG("out of memory");
    memset(w->rows, 0, bytes);
    rows_constants(w->rows);
    for (size_t i = 0; i < p->constants.len; i++)
        for (size_t j = 0; j < ROWS_LANES; j++)
            w->rows[(size_t)p->constants.at[i].row * ROWS_LANES + j] = p->constants.at[i].value;
    if (p->times) {
        w->times = arena_new_array(&w->arena, double, p->q->model->events.len + 1);
        w->values = *p->q->values;
        w->values.of[MEASURE_TIME] = w->times;
        attack_clock_init(&w->clock, &w->values, &w->arena);
    }
    return true;
}

static void worker_release(struct worker *w)
{
    free(w->rows);
    arena_release(&w->arena);
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct run *run = w->run;
    uint64_t chunks = (run->trials + CHUNK - 1) / CHUNK;
    for (uint64_t round = 0; round * STRANDS < chunks; round++) {
        for (uint64_t c = round * STRANDS + w->number; c < (round + 1) * STRANDS && c < chunks; c += run->threads) {
            if (budget_over(&run->budget))
                return NULL;
            do_chunk(w, c, true);
        }
        w->rounds = round + 1;
    }
    return NULL;
}

/* The least number of rounds that every thread has done. A thread that cannot be started is replaced by this one. */
static uint64_t work_all(struct run *run, struct worker *workers)
{
    uint64_t rounds = UINT64_MAX;
    bool started[STRANDS] = {false};
    for (unsigned i = 1; i < run->threads; i++)
        started[i] = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
    work(&workers[0]);
    for (unsigned i = 1; i < run->threads; i++) {
        if (started[i])
            pthread_join(workers[i].thread, NULL);
        else
            work(&workers[i]);
    }
    for (unsigned i = 0; i < run->threads; i++)
        rounds = workers[i].rounds < rounds ? workers[i].rounds : rounds;
    return rounds;
}

/* ---- before and after --------------------------------------------------------------------------- */

static const struct rows_kernel *kernel_named(const char *name)
{
    size_t len;
    const struct rows_kernel *const *kernels = rows_kernels(&len);
    for (size_t i = 0; name && i < len; i++)
        if (!strcmp(kernels[i]->name, name))
            return kernels[i];
    return kernels[len - 1];
}

/* As many trials as half of the memory holds. */
static bool make_room(struct run *run, uint64_t trials)
{
    size_t figures = 0, half = run->budget.max_bytes / 2, leaves = 0;
    for (int f = 0; f < PLAN_FIGURES; f++) {
        figures += run->plan->figures[f].defined;
        leaves += run->plan->figures[f].leaves_len;
    }
    if (!budget_take(&run->budget, leaves * STRANDS * sizeof(struct rows_moments)))
        return false;
    run->trials = figures && trials > half / (figures * sizeof(double)) ? half / (figures * sizeof(double)) : trials;
    if (!run->trials || !budget_take(&run->budget, figures * sizeof(double) * (size_t)run->trials))
        return false;
    run->strands = base_malloc(STRANDS * sizeof(*run->strands));
    memset(run->strands, 0, STRANDS * sizeof(*run->strands));
    for (int f = 0; f < PLAN_FIGURES; f++) {
        if (run->plan->figures[f].defined)
            run->values[f] = base_malloc((size_t)run->trials * sizeof(double));
        for (size_t s = 0; s < STRANDS && run->plan->figures[f].leaves_len; s++) {
            size_t bytes = run->plan->figures[f].leaves_len * sizeof(struct rows_moments);
            if (posix_memalign((void **)&run->strands[s][f].moments, ROWS_ALIGN, bytes))
                BUG("out of memory");
            memset(run->strands[s][f].moments, 0, bytes);
        }
    }
    return true;
}

static void run_release(struct run *run)
{
    for (int f = 0; f < PLAN_FIGURES; f++) {
        free(run->values[f]);
        for (size_t s = 0; s < STRANDS && run->strands; s++)
            free(run->strands[s][f].moments);
    }
    free(run->strands);
}

/* The first chunk tells about where the figures lie, so that sums of what drivers look at do not cancel. */
static void find_shifts(struct worker *w)
{
    struct run *run = w->run;
    do_chunk(w, 0, false);
    size_t len = run->trials < CHUNK ? (size_t)run->trials : CHUNK;
    for (int f = 0; f < PLAN_FIGURES; f++) {
        double sum = 0, n = 0;
        if (!run->values[f])
            continue;
        for (size_t i = 0; i < len; i += ROWS_LANES) {
            double y[ROWS_LANES] __attribute__((aligned(ROWS_ALIGN)));
            looked_at(run, f, run->values[f] + i, len - i, y);
            for (size_t j = 0; j < ROWS_LANES && i + j < len; j++) {
                sum += isfinite(y[j]) ? y[j] : 0;
                n += isfinite(y[j]);
            }
        }
        run->shift[f] = n > 0 ? sum / n : 0;
    }
}

static double sum_up(const double sums[ROWS_SUMS])
{
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

static int by_share(const void *a, const void *b)
{
    const struct tree_driver *x = a, *y = b;
    if (x->share < y->share || x->share > y->share)
        return x->share < y->share ? 1 : -1;
    return x->node != y->node ? (x->node < y->node ? -1 : 1) : x->attribute - y->attribute;
}

static double share_of(const struct run *run, int figure, uint32_t leaf, double variance, double trials)
{
    static const double norms[ROWS_DEGREES] = {1, 2, 6}; /* mean squares of the polynomials */
    double share = 0;
    for (int d = 0; d < ROWS_DEGREES; d++) {
        double sum = 0;
        for (size_t s = 0; s < STRANDS; s++)
            sum += sum_up(run->strands[s][figure].moments[leaf].by[d]);
        sum /= trials;
        share += sum * sum / (norms[d] * variance);
    }
    return share - ROWS_DEGREES / trials;
}

static void find_drivers(const struct run *run, int figure, struct arena *arena, struct sampling_drivers *out)
{
    const struct plan *p = run->plan;
    const struct plan_figure *f = &p->figures[figure];
    double trials = 0, y = 0, yy = 0;
    for (size_t s = 0; s < STRANDS; s++) {
        trials += run->strands[s][figure].n;
        y += sum_up(run->strands[s][figure].y);
        yy += sum_up(run->strands[s][figure].yy);
    }
    double mean = y / trials, variance = yy / trials - mean * mean;
    out->at = arena_new_array(arena, struct tree_driver, f->leaves_len + 1);
    for (uint32_t i = 0; i < f->leaves_len && variance > 0 && isfinite(variance); i++) {
        const struct plan_leaf *l = &p->leaves.at[f->leaves[i]];
        double share = share_of(run, figure, i, variance, trials);
        if (!(share > 0))
            continue;
        uint32_t node = l->attribute == TREE_DAMAGE ? l->owner : p->q->model->events.at[l->owner].node;
        out->at[out->len++] = (struct tree_driver){node, (int)l->attribute, share < 1 ? share : 1};
    }
    qsort(out->at, out->len, sizeof(*out->at), by_share);
}

static void report(struct run *run, uint64_t asked, struct arena *arena, struct sampling *out)
{
    out->trials = run->trials;
    out->complete = run->trials == asked;
    out->uncertain = run->plan->leaves.len;
    for (int f = 0; f < PLAN_FIGURES; f++) {
        struct sampling_figure *figure = f < TREE_WORLDS ? &out->worlds[f] : &out->measures[f - TREE_WORLDS];
        figure->defined = run->plan->figures[f].defined;
        figure->samples = (struct tree_samples){NAN, NAN, NAN, NAN, NAN, NAN, NAN, run->trials};
        if (!figure->defined)
            continue;
        find_drivers(run, f, arena, &figure->drivers);
        sample_statistics(run->values[f], (size_t)run->trials, &figure->samples);
    }
}

static int run_workers(struct run *run, const struct tree_limits *limits, struct err *err)
{
    struct worker workers[STRANDS];
    unsigned made = 0;
    uint64_t rounds = 0;
    int rc = CM_OK;
    run->threads = limits && limits->threads > 1 ? limits->threads : 1;
    run->threads = run->threads > STRANDS ? STRANDS : run->threads;
    while (made < run->threads && worker_init(&workers[made], run, made))
        made++;
    if (made < run->threads)
        rc = err_set(err, CM_ELIMIT, "sampling does not fit into the memory allowed");
    if (!rc) {
        find_shifts(&workers[0]);
        rounds = work_all(run, workers);
    }
    uint64_t chunks = (run->trials + CHUNK - 1) / CHUNK;
    if (!rc && !rounds)
        rc = err_set(err, CM_ELIMIT, "the time allowed ended before the first %d trials", CHUNK * STRANDS);
    if (!rc && rounds * STRANDS < chunks)
        run->trials = rounds * STRANDS * CHUNK;
    for (unsigned i = 0; i < made; i++)
        worker_release(&workers[i]);
    return rc;
}

int sampling_run(const struct sampling_question *q, const struct tree_limits *limits, struct arena *arena,
                 struct sampling *out, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    struct plan plan;
    struct run run = {.plan = &plan, .kernel = kernel_named(q->kernel)};
    int rc;
    memset(out, 0, sizeof(*out));
    budget_init(&run.budget, limits);
    if ((rc = plan_make(&plan, &scratch, q, &run.budget, err)))
        goto out;
    if (!make_room(&run, q->trials ? q->trials : 1)) {
        rc = err_set(err, CM_ELIMIT, "sampling does not fit into the memory allowed");
        goto out;
    }
    if ((rc = run_workers(&run, limits, err)))
        goto out;
    report(&run, q->trials ? q->trials : 1, arena, out);
out:
    run_release(&run);
    arena_release(&scratch);
    return rc;
}
