#include "register/calibration.h"

#include <stdlib.h>

static const struct terms *scale_of(const struct profile *p, int f)
{
    return f == ROUND_LIKELIHOOD ? &p->sig.likelihood : &p->sig.damage;
}

static const struct sample_rating *reference_of(const struct sample *sample, int f)
{
    return f == ROUND_LIKELIHOOD ? &sample->likelihood : &sample->damage;
}

struct digest calibration_digest(const struct profile *p, const struct sample *sample)
{
    struct digest_state d;
    const struct sv parts[] = {SV("casemate-sample-1"), sample->name, sample->text};
    digest_begin(&d);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        digest_add_part(&d, parts[i]);
    for (int f = 0; f < ROUND_FACTORS; f++)
        digest_add_part(&d, scale_of(p, f)->list.at[reference_of(sample, f)->level].id);
    return digest_end(&d);
}

void calibration_compare(const struct profile *p, const struct sample *sample, struct calibration_answer *answer)
{
    for (int f = 0; f < ROUND_FACTORS; f++) {
        answer->levels[f] = terms_find(scale_of(p, f), answer->words[f]);
        answer->outdated = answer->outdated || answer->levels[f] < 0;
    }
    for (int f = 0; f < ROUND_FACTORS; f++) {
        answer->levels[f] = answer->outdated ? -1 : answer->levels[f];
        answer->off[f] = answer->outdated ? 0 : answer->levels[f] - reference_of(sample, f)->level;
    }
}

static void sum_factor(const struct profile *p, const struct calibration_feedback *f, int factor,
                       struct calibration_factor *out)
{
    int top = (int)scale_of(p, factor)->list.len - 1;
    long off = 0, most = 0;
    for (size_t i = 0; i < f->answers.len; i++) {
        const struct calibration_answer *a = &f->answers.at[i];
        int reference = reference_of(&p->calibration.list.at[i], factor)->level;
        if (!a->given || a->outdated)
            continue;
        out->rated++;
        out->same += a->off[factor] == 0;
        out->high += a->off[factor] > 0;
        out->low += a->off[factor] < 0;
        out->near += abs(a->off[factor]) <= 1;
        off += abs(a->off[factor]);
        most += reference > top - reference ? reference : top - reference;
    }
    out->agreement = most ? 1 - (double)off / (double)most : 1;
    if (out->rated >= CALIBRATION_LEAST)
        out->tendency = 2 * out->high > out->rated  ? TENDENCY_HIGH
                        : 2 * out->low > out->rated ? TENDENCY_LOW
                                                    : TENDENCY_NONE;
}

void calibration_sum(const struct profile *p, struct calibration_feedback *f)
{
    for (int factor = 0; factor < ROUND_FACTORS; factor++) {
        f->factors[factor] = (struct calibration_factor){0};
        sum_factor(p, f, factor, &f->factors[factor]);
    }
}

static void read_answer(struct arena *a, const struct profile *p, struct store_stmt *q,
                        struct calibration_feedback *out)
{
    const struct sample *sample = calibration_find(&p->calibration, store_text(q, 0));
    if (!sample)
        return;
    struct calibration_answer *answer = &out->answers.at[sample - p->calibration.list.at];
    struct digest now = calibration_digest(p, sample);
    answer->given = true;
    answer->outdated = !sv_eq(store_text(q, 1), digest_sv(&now));
    answer->words[ROUND_LIKELIHOOD] = arena_sv(a, store_text(q, 2));
    answer->words[ROUND_DAMAGE] = arena_sv(a, store_text(q, 3));
    answer->at = store_int(q, 4);
    calibration_compare(p, sample, answer);
}

int calibration_load(struct store *s, struct arena *a, const struct profile *p, struct sv member,
                     struct calibration_feedback *out, struct err *err)
{
    struct store_stmt *q;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < p->calibration.list.len; i++)
        *vec_push(a, &out->answers) = (struct calibration_answer){.levels = {-1, -1}};
    int rc = store_prepare(s, "SELECT sample, digest, likelihood, damage, at FROM calibration WHERE member = $1", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        read_answer(a, p, q, out);
    store_done(q);
    calibration_sum(p, out);
    return rc;
}
