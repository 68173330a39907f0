/* calibrate: sample threats on which people try their ratings, with feedback for them alone. */
#include "action/calibrate.h"
#include "base/date.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- words ---- */

static const struct terms *scale_of(const struct profile *p, int f)
{
    return f == ROUND_LIKELIHOOD ? &p->sig.likelihood : &p->sig.damage;
}

static const struct sample_rating *reference_of(const struct sample *s, int f)
{
    return f == ROUND_LIKELIHOOD ? &s->likelihood : &s->damage;
}

static struct sv reference_word(const struct profile *p, const struct sample *s, int f)
{
    return scale_of(p, f)->list.at[reference_of(s, f)->level].id;
}

/* "as the reference", "2 levels too high" */
static const char *off_words(struct cli *c, int off)
{
    int size = abs(off);
    return off ? arena_printf(&c->arena, "%d level%s too %s", size, size == 1 ? "" : "s", off > 0 ? "high" : "low")
               : "as the reference";
}

static const char *const tendencies[] = {"none", "too high", "too low"};

/* ---- loading ---- */

struct samples {
    struct profile *profile;
    struct calibration_feedback mine;
    bool known; /* mine is there: --as was given */
};

static int load(struct cli *c, bool person, struct samples *out)
{
    struct action_context context;
    *out = (struct samples){.known = person || c->as};
    int rc = cli_open(c, STORE_READ_ONLY);
    cli_context(c, &context);
    if (!rc)
        rc = calibration_rules(&context, &out->profile, &c->err);
    if (!rc && !out->profile->calibration.list.len)
        rc = err_set(&c->err, CM_ENOTFOUND, "the group has no samples; calibration.yaml holds them (docs/formats.md)");
    if (rc || !out->known)
        return rc;
    return calibration_mine(&context, out->profile, &out->mine, &c->err);
}

static const struct sample *wanted(struct cli *c, const struct samples *s, const char *id, int *rc)
{
    const struct sample *sample = calibration_find(&s->profile->calibration, sv_str(id));
    if (!sample)
        *rc = err_set(&c->err, CM_ENOTFOUND, "there is no sample \"%s\"; \"casemate calibrate list\" shows all", id);
    return sample;
}

/* ---- one sample ---- */

static void put_compared(struct json *j, const struct profile *p, const struct sample *s,
                         const struct calibration_answer *a)
{
    for (int f = 0; f < ROUND_FACTORS; f++) {
        json_key(j, round_factors[f]);
        json_object(j);
        json_put(j, "yours", a->words[f]);
        if (!a->outdated) {
            json_put(j, "reference", reference_word(p, s, f));
            json_put_int(j, "off", a->off[f]);
            json_put(j, "reason", reference_of(s, f)->reason);
        }
        json_end(j);
    }
}

static void print_compared(struct cli *c, const struct profile *p, const struct sample *s,
                           const struct calibration_answer *a)
{
    for (int f = 0; f < ROUND_FACTORS; f++)
        printf("  %s: yours %.*s, the reference %.*s, so %s\n    %.*s\n", round_factors[f], SV_ARG(a->words[f]),
               SV_ARG(reference_word(p, s, f)), off_words(c, a->off[f]), SV_ARG(reference_of(s, f)->reason));
}

static const char *const rated_words[] = {"no", "yes", "changed"};

static const char *rated(const struct calibration_answer *a)
{
    return rated_words[a->given ? 1 + a->outdated : 0];
}

/* ---- list, show ---- */

static void list_json(const struct samples *s)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "samples");
    json_array(&j.j);
    for (size_t i = 0; i < s->profile->calibration.list.len; i++) {
        json_object(&j.j);
        json_put(&j.j, "id", s->profile->calibration.list.at[i].id);
        json_put(&j.j, "name", s->profile->calibration.list.at[i].name);
        if (s->known)
            json_put_str(&j.j, "rated", rated(&s->mine.answers.at[i]));
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static int calibrate_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const char *const titles[] = {"SAMPLE", "RATED", "NAME"};
    struct words words;
    struct samples s;
    struct table t;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "calibrate list wants no word");
    if ((rc = load(c, false, &s)))
        return cli_fail(c, rc);
    if (c->json)
        return list_json(&s), EXIT_DONE;
    table_begin(&t, &c->arena, titles, ARRAY_LEN(titles));
    for (size_t i = 0; i < s.profile->calibration.list.len; i++) {
        table_cell(&t, s.profile->calibration.list.at[i].id);
        table_cell(&t, s.known ? sv_str(rated(&s.mine.answers.at[i])) : SV("-"));
        table_cell(&t, s.profile->calibration.list.at[i].name);
    }
    table_print(&t);
    return EXIT_DONE;
}

static void print_scale(const struct profile *p, int f)
{
    printf("\n%s, from low to high:\n", round_factors[f]);
    for (size_t i = 0; i < scale_of(p, f)->list.len; i++)
        printf("  %.*s: %.*s\n", SV_ARG(scale_of(p, f)->list.at[i].id), SV_ARG(scale_of(p, f)->list.at[i].means));
}

static void show_json(const struct samples *s, const struct sample *sample, const struct calibration_answer *a)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_put(&j.j, "id", sample->id);
    json_put(&j.j, "name", sample->name);
    json_put(&j.j, "text", sample->text);
    if (a)
        json_put_str(&j.j, "rated", rated(a));
    if (a && a->given)
        put_compared(&j.j, s->profile, sample, a);
    cli_json_end(&j);
}

/* The reference only to who rated it. */
static int calibrate_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct samples s;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "calibrate show wants one sample");
    rc = load(c, false, &s);
    const struct sample *sample = rc ? NULL : wanted(c, &s, words.at[0], &rc);
    if (rc)
        return cli_fail(c, rc);
    const struct calibration_answer *a =
        s.known ? &s.mine.answers.at[sample - s.profile->calibration.list.at] : NULL;
    if (c->json)
        return show_json(&s, sample, a), EXIT_DONE;
    printf("%.*s: %.*s\n\n%.*s\n", SV_ARG(sample->id), SV_ARG(sample->name), SV_ARG(sample->text));
    if (a && a->given && !a->outdated) {
        printf("\nyou rated it on %s\n", date_format(&c->arena, date_from_time(a->at)));
        print_compared(c, s.profile, sample, a);
        return EXIT_DONE;
    }
    if (a && a->outdated)
        puts("\nyou rated an earlier form of it");
    for (int f = 0; f < ROUND_FACTORS; f++)
        print_scale(s.profile, f);
    return EXIT_DONE;
}

/* ---- rate ---- */

static int tell(struct cli *c, const char *id)
{
    struct samples s;
    int rc = load(c, true, &s);
    const struct sample *sample = rc ? NULL : wanted(c, &s, id, &rc);
    if (rc)
        return cli_fail(c, rc);
    const struct calibration_answer *a = &s.mine.answers.at[sample - s.profile->calibration.list.at];
    if (c->json)
        return show_json(&s, sample, a), EXIT_DONE;
    printf("%s: rated; only you see it\n", id);
    print_compared(c, s.profile, sample, a);
    return EXIT_DONE;
}

static int calibrate_rate(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *likelihood = NULL, *damage = NULL;
    struct words words;
    struct action_context context;
    const struct option options[] = {{"likelihood", OPTION_TEXT, &likelihood, "LEVEL", "your rating"},
                                     {"damage", OPTION_TEXT, &damage, "LEVEL", "your rating"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "calibrate rate wants one sample");
    const struct calibration_request request = {sv_str(words.at[0]), {sv_str(likelihood), sv_str(damage)}};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_calibrate(&context, &request, &c->err)))
        return cli_fail(c, rc);
    return tell(c, words.at[0]);
}

/* ---- feedback, forget ---- */

static void put_factor(struct json *j, const struct calibration_factor *f)
{
    json_put_int(j, "rated", (int64_t)f->rated);
    json_put_int(j, "same", (int64_t)f->same);
    json_put_int(j, "near", (int64_t)f->near);
    json_put_int(j, "too_high", (int64_t)f->high);
    json_put_int(j, "too_low", (int64_t)f->low);
    json_key(j, "agreement");
    if (f->rated)
        json_double(j, f->agreement);
    else
        json_null(j);
    json_put_str(j, "tendency", tendencies[f->tendency]);
}

static void feedback_json(const struct samples *s)
{
    struct cli_json j;
    cli_json_begin(&j);
    for (int f = 0; f < ROUND_FACTORS; f++) {
        json_key(&j.j, round_factors[f]);
        json_object(&j.j);
        put_factor(&j.j, &s->mine.factors[f]);
        json_end(&j.j);
    }
    json_key(&j.j, "samples");
    json_array(&j.j);
    for (size_t i = 0; i < s->mine.answers.len; i++) {
        const struct sample *sample = &s->profile->calibration.list.at[i];
        json_object(&j.j);
        json_put(&j.j, "id", sample->id);
        json_put(&j.j, "name", sample->name);
        json_put_str(&j.j, "rated", rated(&s->mine.answers.at[i]));
        if (s->mine.answers.at[i].given)
            put_compared(&j.j, s->profile, sample, &s->mine.answers.at[i]);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static void print_factor(int factor, const struct calibration_factor *f)
{
    printf("%s: %zu of %zu as the reference, %zu at most a level off; %zu too high, %zu too low; agreement %.2f\n",
           round_factors[factor], f->same, f->rated, f->near, f->high, f->low, f->agreement);
    if (f->tendency)
        printf("  you tend to rate %s\n", tendencies[f->tendency]);
}

static void print_feedback(struct cli *c, const struct samples *s)
{
    size_t left = 0;
    for (size_t i = 0; i < s->mine.answers.len; i++) {
        const struct sample *sample = &s->profile->calibration.list.at[i];
        const struct calibration_answer *a = &s->mine.answers.at[i];
        left += !a->given || a->outdated;
        if (!a->given)
            continue;
        printf("%.*s: %.*s\n", SV_ARG(sample->id), SV_ARG(sample->name));
        if (a->outdated)
            puts("  was changed since you rated it; rate it again");
        else
            print_compared(c, s->profile, sample, a);
    }
    for (int f = 0; f < ROUND_FACTORS && s->mine.factors[0].rated; f++)
        print_factor(f, &s->mine.factors[f]);
    if (left)
        printf("%zu sample%s to rate; \"casemate calibrate list\" shows them\n", left, left == 1 ? "" : "s");
}

static int calibrate_feedback(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct samples s;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "calibrate feedback wants no word");
    if ((rc = load(c, true, &s)))
        return cli_fail(c, rc);
    if (c->json)
        feedback_json(&s);
    else
        print_feedback(c, &s);
    return EXIT_DONE;
}

static int calibrate_forget(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    size_t count;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "calibrate forget wants no word");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_calibrate_forget(&context, &count, &c->err)))
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_int(&j.j, "forgotten", (int64_t)count);
        cli_json_end(&j);
    } else {
        printf("%zu rating%s forgotten\n", count, count == 1 ? "" : "s");
    }
    return EXIT_DONE;
}

int cmd_calibrate(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"list", calibrate_list},
                                            {"show", calibrate_show},
                                            {"rate", calibrate_rate},
                                            {"feedback", calibrate_feedback},
                                            {"forget", calibrate_forget}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
