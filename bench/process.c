/* bench_process make DIR: writes DIR/record.jsonl, the record of a busy group: 200 members, and for every ten threats
 * of the SIG in DIR a closed round with ten estimators. A store that is made from DIR adopts it.
 * bench_process acts DB [NAME [RUNS]]: does each act of the process (those whose name holds NAME) on that store,
 * several times (at most RUNS), and prints what it took.
 *
 * The record is made with the functions that write records, and its estimates are committed to and opened as the
 * process asks for it: adopting verifies them all. */
#include "action/call.h"
#include "action/embargo.h"
#include "action/people.h"
#include "action/review.h"
#include "action/round.h"
#include "base/date.h"
#include "base/fs.h"
#include "register/due.h"
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MEMBERS = 200, ESTIMATORS = 10, BATCH = 10, RUNS_MAX = 400 };

static const char *const now_text = "2026-11-22T12:00:00Z";

static void fail(const char *what, const struct err *err)
{
    fprintf(stderr, "bench_process: %s: %s\n", what, err->text);
    exit(1);
}

static int64_t time_of(const char *text)
{
    int64_t at = 0;
    if (!date_parse_time(sv_str(text), &at))
        abort();
    return at;
}

/* ---- make ---- */

struct making {
    struct arena arena;
    struct store *store;
    struct profile profile;
    struct str payload;
    struct json j;
    int64_t at;
    unsigned random;
    struct opened_answer { /* of the round that is open */
        struct sv threat, pseudonym, answer;
        struct digest salt;
        bool damage;
    } *answers;
    size_t answer_count;
};

static unsigned next_random(struct making *m)
{
    m->random = m->random * 1103515245u + 12345u;
    return m->random >> 16;
}

static struct json *begin(struct making *m, const char *actor)
{
    str_clear(&m->payload);
    json_init(&m->j, &m->payload, true);
    json_object(&m->j);
    if (actor) {
        json_put_str(&m->j, "actor", actor);
        json_put_str(&m->j, "asserted_by", "operator");
    }
    return &m->j;
}

static void append(struct making *m, const char *actor, const char *action, struct sv subject)
{
    struct err err = ERR_INIT;
    json_end(&m->j);
    json_finish(&m->j);
    struct record_draft draft = {m->at, sv_str(actor), sv_str(action), subject, {{0}}, str_sv(&m->payload)};
    if (record_append(m->store, &draft, NULL, &err))
        fail(action, &err);
}

static void put_member(struct json *j, unsigned number, struct arena *a)
{
    json_key(j, "member");
    json_object(j);
    json_put_str(j, "id", arena_printf(a, "m%u", number));
    json_put_str(j, "name", arena_printf(a, "Person Number %u", number));
    json_end(j);
}

static void make_members(struct making *m)
{
    for (unsigned i = 1; i <= MEMBERS; i++) {
        struct sv id = sv_str(arena_printf(&m->arena, "m%u", i));
        put_member(begin(m, "operator"), i, &m->arena);
        append(m, "operator", "member.add", id);
        if (i > 2)
            continue;
        struct json *j = begin(m, "operator");
        put_member(j, i, &m->arena);
        json_put_str(j, "given", i == 1 ? "leader" : "editor");
        if (i == 1) {
            json_put_str(j, "until", "2027-08-31");
            json_put_str(j, "mark", "member of the XSF");
        }
        append(m, "operator", "role.give", id);
    }
}

static void put_scale(struct json *j, const char *key, const struct terms *scale)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < scale->list.len; i++)
        json_string(j, scale->list.at[i].id);
    json_end(j);
}

static void open_round(struct making *m, struct sv id, size_t first, size_t count)
{
    struct json *j = begin(m, "Person Number 1");
    json_put(j, "round", id);
    json_put_str(j, "due", date_format_time(&m->arena, m->at + 1800));
    json_key(j, "scales");
    json_object(j);
    put_scale(j, "likelihood", &m->profile.sig.likelihood);
    put_scale(j, "damage", &m->profile.sig.damage);
    json_end(j);
    json_key(j, "threats");
    json_array(j);
    for (size_t i = first; i < first + count; i++) {
        const struct threat *t = &m->profile.threats.at[i];
        struct digest rated = rounds_rated(&m->profile, t);
        json_object(j);
        json_put(j, "threat", t->id);
        json_put_str(j, "digest", digest_hex(&m->arena, &rated));
        json_end(j);
    }
    json_end(j);
    append(m, "m1", "round.open", id);
}

#define BECAUSE SV("it takes no more than a weekend")

static void give(struct making *m, struct sv round, const struct threat *t, unsigned who)
{
    struct sv pseudonym = sv_str(arena_printf(&m->arena, "%.*s:e%u", SV_ARG(round), who + 1));
    struct json *j = begin(m, NULL);
    json_put(j, "round", round);
    json_put(j, "threat", t->id);
    json_key(j, "estimates");
    json_array(j);
    for (int damage = 0; damage < 2; damage++) {
        const struct terms *scale = damage ? &m->profile.sig.damage : &m->profile.sig.likelihood;
        struct opened_answer *o = &m->answers[m->answer_count++];
        unsigned random = next_random(m);
        *o = (struct opened_answer){t->id, pseudonym, scale->list.at[random % scale->list.len].id,
                                    digest_of(sv_from((const char *)&m->answer_count, sizeof(m->answer_count))),
                                    damage};
        struct digest d = round_commitment(digest_sv(&o->salt), round, t->id, sv_str(round_factors[damage]), o->answer,
                                           BECAUSE);
        json_object(j);
        json_put_str(j, "factor", round_factors[damage]);
        json_put_str(j, "commitment", digest_hex(&m->arena, &d));
        json_end(j);
    }
    json_end(j);
    append(m, arena_strndup(&m->arena, pseudonym.at, pseudonym.len), "estimate.give", t->id);
}

static void close_round(struct making *m, struct sv id)
{
    struct json *j = begin(m, "Person Number 1");
    json_put(j, "round", id);
    json_key(j, "opened");
    json_array(j);
    for (size_t i = 0; i < m->answer_count; i++) {
        const struct opened_answer *o = &m->answers[i];
        json_object(j);
        json_put(j, "threat", o->threat);
        json_put_str(j, "factor", round_factors[o->damage]);
        json_put(j, "pseudonym", o->pseudonym);
        json_put(j, "answer", o->answer);
        json_put(j, "reason", BECAUSE);
        json_put_str(j, "salt", digest_hex(&m->arena, &o->salt));
        json_end(j);
    }
    json_end(j);
    append(m, "m1", "round.close", id);
}

static void make_round(struct making *m, size_t first)
{
    size_t left = m->profile.threats.len - first, count = left < BATCH ? left : BATCH;
    struct sv id = sv_str(arena_printf(&m->arena, "R-%zu", first / BATCH + 1));
    m->answer_count = 0;
    open_round(m, id, first, count);
    for (size_t i = 0; i < count; i++)
        for (unsigned who = 0; who < ESTIMATORS; who++)
            give(m, id, &m->profile.threats.at[first + i], who);
    m->at += 1800;
    close_round(m, id);
    m->at += 60;
}

static int make_record(struct store *s, void *context, struct err *err)
{
    struct making *m = context;
    (void)s;
    (void)err;
    make_members(m);
    for (size_t i = 0; i < m->profile.threats.len; i += BATCH)
        make_round(m, i);
    return CM_OK;
}

static int make(const char *dir)
{
    struct making m = {.at = time_of("2026-01-01T00:00:00Z"), .random = 1};
    struct profile_files files = {{NULL, 0, 0}};
    struct diag diag;
    struct err err = ERR_INIT;
    struct str text = STR_INIT;
    diag_init(&diag, &m.arena);
    m.answers = arena_new_array(&m.arena, struct opened_answer, BATCH * ESTIMATORS * 2);
    if (profile_read_dir(&m.arena, dir, &files, &diag, &err))
        fail(dir, &err);
    profile_parse_checked(&m.arena, &files, dir, &diag, &m.profile);
    if (store_open(":memory:", STORE_CREATE, &m.store, &err) || store_tx(m.store, make_record, &m, &err) ||
        record_export(m.store, &text, &err) ||
        fs_write(fs_join(&m.arena, dir, "record.jsonl"), str_sv(&text), false, &err))
        fail("record.jsonl", &err);
    store_close(&m.store);
    str_release(&text);
    str_release(&m.payload);
    arena_release(&m.arena);
    return 0;
}

/* ---- acts ---- */

struct bench {
    struct arena *arena; /* of one run */
    struct store *store;
    struct action_context c;
    struct action_result out;
    struct diag diag;
    struct err err;
    unsigned run;       /* from 0 */
};

static struct sv threat_id(const struct bench *b, unsigned from)
{
    return sv_str(arena_printf(b->arena, "T-%04u", from + b->run));
}

static void act_as(struct bench *b, const char *name)
{
    b->c.actor = sv_str(name);
}

static int propose(struct bench *b)
{
    const struct proposal p = {.name = sv_str(arena_printf(b->arena, "Something new, the %uth of its kind", b->run)),
                               .abstract = SV("A stanza is read by whom it does not concern."),
                               .areas = SV("accounts")};
    act_as(b, "Person Number 9");
    return action_threat_propose(&b->c, &p, &b->out, &b->err);
}

static int edit(struct bench *b)
{
    const char *text = arena_printf(b->arena, "Another gap than before, the %uth.", b->run);
    const struct field_edit e = {SV("gap"), sv_str(text)};
    act_as(b, "Person Number 2");
    return action_threat_edit(&b->c, threat_id(b, 100), &e, 1, &b->out, &b->err);
}

static int edit_citing(struct bench *b)
{
    const struct field_edit e = {SV("gap"), SV("XEP-0001 has nothing about it.")};
    act_as(b, "Person Number 2");
    return action_threat_edit(&b->c, threat_id(b, 500), &e, 1, &b->out, &b->err);
}

static int edit_refused(struct bench *b)
{
    const struct field_edit e = {SV("gap"), SV("See T-9999.")};
    act_as(b, "Person Number 2");
    return action_threat_edit(&b->c, threat_id(b, 100), &e, 1, &b->out, &b->err) == CM_EINPUT ? CM_OK : CM_EIO;
}

static int reopen(struct bench *b)
{
    act_as(b, "Person Number 2");
    return action_threat_reopen(&b->c, threat_id(b, 1000), SV("defined"), &b->out, &b->err);
}

static int advance(struct bench *b)
{
    act_as(b, "Person Number 1");
    return action_threat_advance(&b->c, threat_id(b, 1000), SV("analysed"), true, &b->out, &b->err);
}

static int merge(struct bench *b)
{
    const struct sv into = SV("T-0001");
    act_as(b, "Person Number 2");
    return action_threat_end(&b->c, threat_id(b, 1500), "merged", &into, 1, &b->out, &b->err);
}

static int withdraw(struct bench *b)
{
    act_as(b, "Person Number 2");
    return action_threat_end(&b->c, threat_id(b, 2000), "withdrawn", NULL, 0, &b->out, &b->err);
}

static int round_open(struct bench *b)
{
    struct sv ids[BATCH];
    for (unsigned i = 0; i < BATCH; i++)
        ids[i] = sv_str(arena_printf(b->arena, "T-%04u", 2500 + b->run * BATCH + i));
    const struct round_request r = {.threats = ids, .threat_count = BATCH};
    act_as(b, "Person Number 1");
    return action_round_open(&b->c, &r, &b->out, &b->err);
}

static int estimate(struct bench *b)
{
    const struct estimate_request r = {.threat = threat_id(b, 2500), .answers = {SV("low"), SV("high")},
                                       .reason = SV("it takes no more than a weekend")};
    act_as(b, "Person Number 7");
    return action_estimate(&b->c, &r, &b->out, &b->err);
}

static int round_close(struct bench *b)
{
    act_as(b, "Person Number 1");
    struct sv id = sv_str(arena_printf(b->arena, "R-%u", 501 + b->run));
    return action_round_close(&b->c, id, true, &b->out, &b->err);
}

static int call_open(struct bench *b)
{
    const struct call_request r = {b->run % 2 ? SV("template") : SV("process"), SV("Is this how we work?"), SV_NONE};
    act_as(b, "Person Number 1");
    return b->run < 2 ? action_call_open(&b->c, &r, &b->out, &b->err) : CM_ENOTFOUND;
}

static int position(struct bench *b)
{
    act_as(b, arena_printf(b->arena, "Person Number %u", 1 + b->run % MEMBERS));
    return action_position_take(&b->c, SV("C-1"), b->run < MEMBERS ? SV("support") : SV("abstain"), &b->out, &b->err);
}

static int call_close(struct bench *b)
{
    const struct close_request r = {sv_str(arena_printf(b->arena, "C-%u", 2 + b->run)), SV("accepted"),
                                    SV("Nobody objects."), SV_NONE};
    act_as(b, "Person Number 1");
    b->c.now += (int64_t)60 * DATE_DAY;
    return b->run < 2 ? action_call_close(&b->c, &r, &b->out, &b->err) : CM_ENOTFOUND;
}

static int review_request(struct bench *b)
{
    const struct review_request r = {threat_id(b, 3000), SV("expert@example.org"), SV("Ada of Reviews"), SV("+14d")};
    act_as(b, "Person Number 2");
    return action_review_request(&b->c, &r, &b->out, &b->err);
}

static int review_answer(struct bench *b)
{
    const struct review_answer r = {sv_str(arena_printf(b->arena, "V-%u", 1 + b->run)), SV("sound"), SV("Well said."),
                                    true};
    b->c.actor = SV_NONE;
    return action_review_answer(&b->c, &r, &b->out, &b->err);
}

static int member_add(struct bench *b)
{
    const struct member_request r = {.name = sv_str(arena_printf(b->arena, "Newcomer %u", b->run))};
    b->c.actor = SV_NONE;
    return action_member_add(&b->c, &r, &b->out, &b->err);
}

static int role_give(struct bench *b)
{
    const struct role_request r = {.name = sv_str(arena_printf(b->arena, "Person Number %u", 10 + b->run % 150)),
                                   .role = SV("editor")};
    b->c.actor = SV_NONE;
    return action_role_give(&b->c, &r, &b->out, &b->err);
}

static int embargo_open(struct bench *b)
{
    const struct sv reader = SV("Person Number 2");
    const struct embargo_request r = {SV("Something without a cure."), &reader, 1, 0};
    act_as(b, "Person Number 1");
    return action_embargo_open(&b->c, &r, &b->out, &b->err);
}

static int due(struct bench *b)
{
    struct view v;
    struct due_list list;
    int rc = view_load_process(b->store, b->arena, b->c.now, &v, &b->err);
    if (!rc)
        due_collect(b->arena, &v, &list);
    return rc;
}

static int whole_view(struct bench *b)
{
    struct view v;
    return view_load(b->store, b->arena, b->c.now, &v, &b->err);
}

static const struct measured {
    const char *name;
    unsigned runs;
    int (*act)(struct bench *b);
} measured[] = {
    {"position (on all threats)", 200, position},
    {"threat propose", 100, propose},
    {"threat edit", 200, edit},
    {"threat edit, another document cited", 20, edit_citing},
    {"threat edit, refused", 5, edit_refused},
    {"threat reopen", 100, reopen},
    {"threat advance --override", 100, advance},
    {"threat merge", 100, merge},
    {"threat withdraw", 100, withdraw},
    {"round open (ten threats)", 20, round_open},
    {"estimate", 200, estimate},
    {"round close --override (ten threats)", 20, round_close},
    {"call open (process, template)", 2, call_open},
    {"call close", 2, call_close},
    {"review request", 100, review_request},
    {"review answer --present", 100, review_answer},
    {"member add", 100, member_add},
    {"role give", 100, role_give},
    {"embargo open", 100, embargo_open},
    {"due list", 20, due},
    {"the whole view (site, report)", 3, whole_view},
};

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct times {
    double wall[RUNS_MAX], cpu[RUNS_MAX];
};

static int by_value(const void *left, const void *right)
{
    double l = *(const double *)left, r = *(const double *)right;
    return l < r ? -1 : l > r;
}

static double percentile(double *values, size_t count, unsigned percent)
{
    qsort(values, count, sizeof(*values), by_value);
    return values[(count - 1) * percent / 100] * 1e3;
}

static void once(struct bench *b, const struct measured *m, struct times *t)
{
    struct arena arena = ARENA_INIT;
    b->arena = &arena;
    diag_init(&b->diag, &arena);
    b->err = (struct err)ERR_INIT;
    b->c = (struct action_context){.store = b->store, .arena = &arena, .now = time_of(now_text), .diag = &b->diag,
                                   .reason = SV("it is for the best")};
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (m->act(b)) {
        for (size_t i = 0; i < b->diag.len; i++)
            fprintf(stderr, "%s\n", diag_format(&b->diag, &b->diag.items[i]));
        fail(m->name, &b->err);
    }
    t->wall[b->run] = seconds(CLOCK_MONOTONIC) - wall;
    t->cpu[b->run] = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    arena_release(&arena);
}

static void measure(struct bench *b, const struct measured *m, unsigned runs)
{
    struct times t;
    for (b->run = 0; b->run < runs; b->run++)
        once(b, m, &t);
    printf("%-40s %5u %9.2f %9.2f %9.2f %9.2f\n", m->name, runs, percentile(t.cpu, runs, 50),
           percentile(t.cpu, runs, 99), percentile(t.wall, runs, 50), percentile(t.wall, runs, 99));
    fflush(stdout);
}

static void measure_verify(struct bench *b)
{
    struct arena arena = ARENA_INIT;
    struct record_faults faults = {{NULL, 0, 0}, 0, 0, 0};
    double chain = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (record_verify(b->store, &arena, &faults, &b->err))
        fail("record verify", &b->err);
    double all = seconds(CLOCK_PROCESS_CPUTIME_ID);
    chain = all - chain;
    if (verify_store(b->store, &arena, &faults, &b->err) || faults.total)
        fail("record verify", &b->err);
    all = seconds(CLOCK_PROCESS_CPUTIME_ID) - all;
    printf("record verify: %zu events, the chain %.3f s (%.0f events a second), with estimates, files and editions "
           "%.3f s (%.0f)\n", faults.events, chain, (double)faults.events / chain, all, (double)faults.events / all);
    arena_release(&arena);
}

static int acts(const char *db, const char *only, unsigned most)
{
    struct bench b = {.err = ERR_INIT};
    if (store_open(db, 0, &b.store, &b.err))
        fail(db, &b.err);
    printf("%-40s %5s %9s %9s %9s %9s\n", "milliseconds", "runs", "CPU p50", "CPU p99", "wall p50", "wall p99");
    for (size_t i = 0; i < ARRAY_LEN(measured); i++)
        if (!only || strstr(measured[i].name, only))
            measure(&b, &measured[i], most < measured[i].runs ? most : measured[i].runs);
    if (!only || strstr("record verify", only))
        measure_verify(&b);
    store_close(&b.store);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "make"))
        return make(argv[2]);
    unsigned long most = argc == 5 ? strtoul(argv[4], NULL, 10) : RUNS_MAX;
    if (argc >= 3 && argc <= 5 && !strcmp(argv[1], "acts") && most > 0)
        return acts(argv[2], argc > 3 ? argv[3] : NULL, most < RUNS_MAX ? (unsigned)most : RUNS_MAX);
    fputs("usage: bench_process make DIR | acts DB [NAME [RUNS]]\n", stderr);
    return 2;
}
