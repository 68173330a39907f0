/* gateway/smtp/client.h against an MTA that does what each row of a table says: every recipient ends as what it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/smtp/conn.h"
#include "mail_fixture.h"

enum stage { AT_GREETING, AT_EHLO, AT_MAIL, AT_RCPT, AT_DATA, AT_DOT };

/* What the MTA does instead of the usual, at a stage, in transactions whose sender or recipient holds "+x@". */
struct oddity {
    enum stage stage;
    const char *reply; /* as sent; NULL: silence */
    bool close;        /* afterwards */
};

enum { MTA_CONNS = 64, JOBS_MAX = 2000 };

struct mta {
    int listener;
    unsigned port;
    bool pipelining;
    const char *offers; /* further lines of EHLO; NULL: EHLO is unknown */
    struct oddity odd[2];
    struct mta_conn {
        int fd; /* 0: free */
        bool in_data, is_odd, mute;
        unsigned recipients;
        struct str in, envelope;
    } conns[MTA_CONNS];
    unsigned connections, recvs;
    struct str log; /* "from>to[text]" of what it took */
};

struct fixture {
    struct net_loop *loop;
    struct smtp_client *client;
    struct smtp_options options;
    struct mta mta;
    size_t jobs, given, done;
    const char *names[4];
    char from[JOBS_MAX][48], to[JOBS_MAX][48];
    struct iovec pieces[JOBS_MAX][2];
    struct str shared, outcomes;
    unsigned counts[4];
};

/* --- the MTA --- */

static void mta_close(struct mta_conn *c)
{
    close(c->fd);
    str_release(&c->in);
    str_release(&c->envelope);
    *c = (struct mta_conn){.fd = 0};
}

static void say(struct mta *m, struct mta_conn *c, enum stage stage, const char *usual)
{
    for (size_t i = 0; i < ARRAY_LEN(m->odd); i++) {
        const struct oddity *odd = &m->odd[i];
        bool here = odd->stage == stage && (odd->reply || odd->close) && (c->is_odd || stage <= AT_EHLO);
        if (!here)
            continue;
        if (odd->reply)
            (void)!send(c->fd, odd->reply, strlen(odd->reply), MSG_NOSIGNAL);
        if (odd->close)
            mta_close(c);
        return;
    }
    if (!c->mute)
        (void)!send(c->fd, usual, strlen(usual), MSG_NOSIGNAL);
}

static void mta_ehlo(struct mta *m, struct mta_conn *c)
{
    char reply[256];
    snprintf(reply, sizeof(reply), "250-mta\r\n%s%s250 HELP\r\n", m->pipelining ? "250-PIPELINING\r\n" : "",
             m->offers ? m->offers : "");
    say(m, c, AT_EHLO, m->offers ? reply : "500 what?\r\n");
}

static void mta_command(struct mta *m, struct mta_conn *c, struct sv line)
{
    if (sv_starts(line, SV("EHLO"))) {
        mta_ehlo(m, c);
    } else if (sv_starts(line, SV("MAIL"))) {
        str_clear(&c->envelope);
        str_add(&c->envelope, sv_from_byte(line, 10));
        c->recipients = 0;
        c->is_odd = sv_find(line, SV("+x@")) >= 0;
        say(m, c, AT_MAIL, "250 2.1.0 ok\r\n");
    } else if (sv_starts(line, SV("RCPT"))) {
        bool no_mail = c->is_odd && m->odd[0].stage == AT_MAIL;
        bool refused = no_mail || (c->is_odd && m->odd[0].stage == AT_RCPT);
        str_addf(&c->envelope, "%.*s", SV_ARG(sv_from_byte(line, 8)));
        c->recipients += !refused;
        say(m, c, AT_RCPT, no_mail ? "503 5.5.1 no sender\r\n" : "250 2.1.5 ok\r\n");
    } else if (sv_starts(line, SV("DATA"))) {
        bool goes_on = c->recipients || (c->is_odd && m->odd[1].reply && m->odd[1].stage == AT_DATA);
        c->in_data = goes_on && !(c->is_odd && m->odd[0].stage == AT_DATA);
        say(m, c, AT_DATA, c->recipients ? "354 go\r\n" : "503 5.5.1 no recipient\r\n");
    } else if (sv_starts(line, SV("QUIT"))) {
        (void)!send(c->fd, "221 bye\r\n", 9, MSG_NOSIGNAL);
        mta_close(c);
    } else if (sv_starts(line, SV("RSET")) || sv_starts(line, SV("HELO"))) {
        (void)!send(c->fd, "250 ok\r\n", 8, MSG_NOSIGNAL);
    } else {
        fail_msg("the MTA got: %.*s", SV_ARG(line));
    }
}

static void mta_line(struct mta *m, struct mta_conn *c, struct sv line)
{
    if (!c->in_data) {
        mta_command(m, c, line);
    } else if (sv_eq_str(line, ".")) {
        c->in_data = false;
        str_add(&m->log, str_sv(&c->envelope));
        say(m, c, AT_DOT, c->recipients ? "250 2.0.0 queued\r\n" : "554 5.5.1 no recipient\r\n");
    }
}

static void mta_read(struct mta *m, struct mta_conn *c)
{
    size_t before = c->in.len;
    bool open = receive(c->fd, &c->in);
    m->recvs += c->in.len > before;
    for (ptrdiff_t end; c->fd && (end = sv_find(str_sv(&c->in), SV("\r\n"))) >= 0;) {
        struct str rest = STR_INIT;
        str_add(&rest, sv_from_byte(str_sv(&c->in), (size_t)end + 2));
        struct str all = c->in;
        c->in = rest;
        mta_line(m, c, sv_from(all.data, (size_t)end));
        str_release(&all);
    }
    if (!open && c->fd)
        mta_close(c);
}

static void mta_turn(struct mta *m)
{
    int fd, on = 1;
    while ((fd = accept(m->listener, NULL, NULL)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        struct mta_conn *c = m->conns;
        while (c->fd)
            c++;
        assert_true(c < m->conns + MTA_CONNS);
        *c = (struct mta_conn){.fd = fd};
        m->connections++;
        say(m, c, AT_GREETING, "220 mta\r\n");
    }
    for (int i = 0; i < MTA_CONNS; i++)
        if (m->conns[i].fd)
            mta_read(m, &m->conns[i]);
}

static void mta_start(struct mta *m)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    m->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(m->listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(m->listener, 64), 0);
    assert_int_equal(getsockname(m->listener, (struct sockaddr *)&address, &len), 0);
    m->port = ntohs(address.sin_port);
    m->pipelining = true;
    m->offers = "250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE 100000\r\n";
}

/* --- jobs --- */

static bool next(void *context, struct smtp_job *out)
{
    struct fixture *f = context;
    if (f->given == f->jobs)
        return false;
    size_t i = f->given++;
    *out = (struct smtp_job){&f->names[i % 4], sv_str(f->from[i]), sv_str(f->to[i]), f->pieces[i], 2};
    return true;
}

static void done(void *context, const struct smtp_job *job, const struct smtp_result *result)
{
    static const char *const words[] = {"sent", "failed", "later", "unknown"};
    struct fixture *f = context;
    f->done++;
    f->counts[result->outcome]++;
    ptrdiff_t plus = sv_find_char(job->to, '+');
    if (plus >= 0)
        str_addf(&f->outcomes, "%c:%s ", job->to.at[plus + 1], words[result->outcome]);
    if (!result->text || !result->status || (result->outcome == SMTP_SENT && result->code / 100 != 2))
        fail_msg("a result without its reason");
}

static void add_job(struct fixture *f, const char *name, const char *text)
{
    size_t i = f->jobs++;
    snprintf(f->from[i], sizeof(f->from[i]), "v+%s@here", name);
    snprintf(f->to[i], sizeof(f->to[i]), "r+%s@there", name);
    f->pieces[i][0] = (struct iovec){(void *)(uintptr_t)text, strlen(text)};
    f->pieces[i][1] = (struct iovec){f->shared.data, f->shared.len};
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct err err = ERR_INIT;
    assert_int_equal(net_loop_new(hand_clock, NULL, &f->loop, &err), 0);
    mta_start(&f->mta);
    str_add_str(&f->shared, "Subject: x\n\n.hello\n");
    f->options = (struct smtp_options){.host = "here", .connections = 1, .context = f, .next = next, .done = done};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    smtp_client_free(&f->client);
    net_loop_free(&f->loop);
    for (int i = 0; i < MTA_CONNS; i++)
        if (f->mta.conns[i].fd)
            mta_close(&f->mta.conns[i]);
    close(f->mta.listener);
    str_release(&f->mta.log);
    str_release(&f->shared);
    str_release(&f->outcomes);
    free(f);
    return 0;
}

static void start(struct fixture *f)
{
    char address[32];
    struct err err = ERR_INIT;
    snprintf(address, sizeof(address), "127.0.0.1:%u", f->mta.port);
    f->options.address = address;
    if (smtp_client_start(f->loop, &f->options, &f->client, &err) != 0)
        fail_msg("%s", err.text);
    smtp_client_wake(f->client);
}

/* Until all jobs are done; when nothing happens any more, the clock goes on. */
static void run(struct fixture *f)
{
    size_t before = f->done;
    for (int quiet = 0, i = 0; f->done < f->jobs; i++) {
        if (i == 20000)
            fail_msg("%zu of %zu jobs are done: %s", f->done, f->jobs, str_cstr(&f->outcomes));
        net_loop_turn(f->loop, 1);
        mta_turn(&f->mta);
        quiet = f->done == before ? quiet + 1 : 0;
        before = f->done;
        if (quiet > 30) {
            hand_time += 100000;
            quiet = 0;
        }
    }
}

struct row {
    const char *name;
    struct oddity odd[2];
    const char *outcomes;
};

#define X(outcome) "a:sent x:" outcome " b:sent "

static const struct row rows[] = {
    {"all is well", {{0}}, X("sent")},
    {"MAIL refused", {{AT_MAIL, "550 5.7.1 no\r\n", false}}, X("failed")},
    {"MAIL refused for now", {{AT_MAIL, "451 4.7.1 no\r\n", false}}, X("later")},
    {"RCPT refused", {{AT_RCPT, "550-5.1.1 no\r\n550 5.1.1 such user\r\n", false}}, X("failed")},
    {"RCPT refused for now", {{AT_RCPT, "450 no\r\n", false}}, X("later")},
    {"DATA refused", {{AT_DATA, "554 no\r\n", false}}, X("failed")},
    {"DATA refused for now", {{AT_DATA, "451 no\r\n", false}}, X("later")},
    {"the message refused", {{AT_DOT, "550 5.7.1 spam\r\n", false}}, X("failed")},
    {"the message refused for now", {{AT_DOT, "452 4.3.1 full\r\n", false}}, X("later")},
    {"closed at MAIL", {{AT_MAIL, NULL, true}}, X("later")},
    {"closed at RCPT", {{AT_RCPT, NULL, true}}, X("later")},
    {"closed within the reply to RCPT", {{AT_RCPT, "250-2.1.5 o", true}}, X("later")},
    {"closed at DATA", {{AT_DATA, NULL, true}}, X("later")},
    {"closed after the dot", {{AT_DOT, NULL, true}}, X("unknown")},
    {"closed within the reply to the dot", {{AT_DOT, "250 2.0.0 que", true}}, X("unknown")},
    {"closed within a refusal of the dot", {{AT_DOT, "550-5.7.1 no\r\n550", true}}, X("unknown")},
    {"421 at MAIL", {{AT_MAIL, "421 4.3.2 bye\r\n", true}}, X("later")},
    {"421 at RCPT", {{AT_RCPT, "421 4.3.2 bye\r\n", true}}, X("later")},
    {"421 for the message", {{AT_DOT, "421 4.3.2 bye\r\n", true}}, X("later")},
    {"garbage at RCPT", {{AT_RCPT, "hello\r\n", false}}, X("later")},
    {"garbage at the dot", {{AT_DOT, "hello\r\n", false}}, X("unknown")},
    {"a reply without CR at the dot", {{AT_DOT, "250 ok\n", false}}, X("unknown")},
    {"354 to MAIL", {{AT_MAIL, "354 go\r\n", false}}, X("later")},
    {"250 to DATA", {{AT_DATA, "250 go\r\n", false}}, X("later")},
    {"354 to the dot", {{AT_DOT, "354 go\r\n", false}}, X("unknown")},
    {"no sender, yet 354", {{AT_MAIL, "550 no\r\n", false}, {AT_DATA, "354 go\r\n", false}}, X("failed")},
    {"refused, then closed", {{AT_RCPT, "550 no\r\n", false}, {AT_DATA, NULL, true}}, X("failed")},
    {"refused, yet 354", {{AT_RCPT, "550 no\r\n", false}, {AT_DATA, "354 go\r\n", false}}, X("failed")},
    {"greeted with 554", {{AT_GREETING, "554 no\r\n", false}}, "a:later x:later b:later "},
    {"greeted with nonsense", {{AT_GREETING, "SSH-2.0\r\n", false}}, "a:later x:later b:later "},
    {"closed at once", {{AT_GREETING, NULL, true}}, "a:later x:later b:later "},
    {"EHLO refused for now", {{AT_EHLO, "451 no\r\n", false}}, "a:later x:later b:later "},
};

static void run_row(const struct row *row, bool pipelining)
{
    void *state;
    setup(&state);
    struct fixture *f = state;
    memcpy(f->mta.odd, row->odd, sizeof(row->odd));
    f->mta.pipelining = pipelining;
    add_job(f, "a", "A: b\n");
    add_job(f, "x", "A: b\n");
    add_job(f, "b", "A: b\n");
    start(f);
    run(f);
    if (!sv_eq_str(str_sv(&f->outcomes), row->outcomes))
        fail_msg("%s%s: %s", row->name, pipelining ? "" : " without PIPELINING", str_cstr(&f->outcomes));
    bool taken = strstr(str_cstr(&f->mta.log), "+x@") != NULL;
    if (taken && strstr(str_cstr(&f->outcomes), "x:later") && row->odd[0].stage != AT_DOT)
        fail_msg("%s: to be sent again, though it was taken", row->name);
    teardown(&state);
}

static void test_outcomes(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        run_row(&rows[i], true);
        run_row(&rows[i], false);
    }
}

/* --- silence --- */

static void silence(enum stage stage, const char *outcome, int64_t ms)
{
    void *state;
    setup(&state);
    struct fixture *f = state;
    add_job(f, "x", "A: b\n");
    start(f);
    for (int i = 0; i < 200; i++) { /* the MTA says nothing from that stage on */
        net_loop_turn(f->loop, 0);
        mta_turn(&f->mta);
        for (int n = 0; n < MTA_CONNS; n++)
            f->mta.conns[n].mute = f->mta.conns[n].mute || (f->mta.conns[n].fd && stage == AT_MAIL) ||
                                   f->mta.conns[n].in_data;
    }
    hand_time += ms - 1;
    net_loop_turn(f->loop, 0);
    assert_int_equal(f->done, 0);
    hand_time += 1;
    net_loop_turn(f->loop, 0);
    assert_string_equal(str_cstr(&f->outcomes), outcome);
    teardown(&state);
}

static void test_silence(void **state CM_UNUSED)
{
    silence(AT_MAIL, "x:later ", 300000);   /* RFC 5321, 4.5.3.2.2 */
    silence(AT_DOT, "x:unknown ", 600000); /* 4.5.3.2.6 */
}

/* --- what cannot be sent --- */

static void test_offers(void **state CM_UNUSED)
{
    static const struct {
        const char *offers, *header, *outcomes, *status;
    } table[] = {
        {"", "A: b\n\n\xc3\xa9\n", "x:failed ", "5.6.3"},
        {"250-8BITMIME\r\n", "A: b\n\n\xc3\xa9\n", "x:sent ", NULL},
        {"250-8BITMIME\r\n", "A: \xc3\xa9\n", "x:failed ", "5.6.7"},
        {"250-8BITMIME\r\n250-SMTPUTF8\r\n", "A: \xc3\xa9\n", "x:sent ", NULL},
        {"250-SIZE 20\r\n", "A: b\n", "x:failed ", "5.3.4"},
        {"250-SIZE\r\n", "A: b\n", "x:sent ", NULL},
        {"250-SIZE 0\r\n", "A: b\n", "x:sent ", NULL},
        {NULL, "A: b\n", "x:sent ", NULL}, /* HELO */
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        void *state_of_row;
        setup(&state_of_row);
        struct fixture *f = state_of_row;
        f->mta.offers = table[i].offers;
        add_job(f, "x", table[i].header);
        start(f);
        run(f);
        if (!sv_eq_str(str_sv(&f->outcomes), table[i].outcomes))
            fail_msg("row %zu: %s", i, str_cstr(&f->outcomes));
        assert_int_equal(table[i].status != NULL, f->mta.log.len == 0);
        teardown(&state_of_row);
    }
}

static void test_bad_addresses(void **state)
{
    static const char *const bad[] = {"", "x", "x@y>\r\nRCPT TO:<z@y", "x y@z", "<x@y>", "x@y\n"};
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        add_job(f, "a", "");
        snprintf(f->to[i], sizeof(f->to[i]), "%s", bad[i]);
    }
    add_job(f, "a", "");
    f->from[f->jobs - 1][0] = '\0'; /* the null sender is fine */
    start(f);
    run(f);
    assert_int_equal(f->counts[SMTP_FAILED], ARRAY_LEN(bad));
    assert_int_equal(f->counts[SMTP_SENT], 1);
    assert_string_equal(str_cstr(&f->mta.log), "<> SIZE=22<r+a@there>");
}

static void test_nobody_there(void **state)
{
    struct fixture *f = *state;
    close(f->mta.listener);
    f->mta.listener = -1;
    add_job(f, "a", "");
    add_job(f, "b", "");
    start(f);
    for (int i = 0; i < 20; i++)
        net_loop_turn(f->loop, 0);
    assert_string_equal(str_cstr(&f->outcomes), "a:later "); /* and no more are asked for */
    hand_time += 5000;
    for (int i = 0; i < 20; i++)
        net_loop_turn(f->loop, 0);
    assert_string_equal(str_cstr(&f->outcomes), "a:later b:later ");
}

/* --- many --- */

static void send_many(struct fixture *f, unsigned connections, bool pipelining)
{
    f->options.connections = connections;
    f->mta.pipelining = pipelining;
    for (int i = 0; i < 1000; i++)
        add_job(f, "a", "A: b\n");
    start(f);
    run(f);
    assert_int_equal(f->counts[SMTP_SENT], 1000);
    assert_int_equal(f->mta.connections, connections);
    if (pipelining && f->mta.recvs > 1100 + 5 * connections) /* one write for each: no small ones */
        fail_msg("%u reads for 1,000 messages", f->mta.recvs);
    smtp_client_stop(f->client);
    for (int i = 0; i < 100 && smtp_client_connections(f->client); i++) {
        net_loop_turn(f->loop, 1);
        mta_turn(&f->mta);
    }
    assert_int_equal(smtp_client_connections(f->client), 0);
}

static void test_one_kept_connection(void **state)
{
    send_many(*state, 1, true);
}

static void test_several_connections(void **state)
{
    send_many(*state, 4, true);
}

static void test_without_pipelining(void **state)
{
    send_many(*state, 4, false);
}

/* A message above all buffers, and one that waits while it goes. */
static void test_large(void **state)
{
    struct fixture *f = *state;
    f->mta.offers = "";
    str_add_repeat(&f->shared, '\n', 8 * 1024 * 1024);
    add_job(f, "a", "A: b\n");
    f->pieces[0][1].iov_len = 0;
    add_job(f, "b", "A: b\n");
    start(f);
    for (int i = 0; i < 100; i++)
        net_loop_turn(f->loop, 0);
    mta_turn(&f->mta);
    smtp_client_free(&f->client); /* under way: each has an end */
    assert_int_equal(f->done, f->given);
    assert_true(f->counts[SMTP_LATER] >= 1);
}

/* Killed off behind the dot. */
static void test_free_after_dot(void **state)
{
    struct fixture *f = *state;
    add_job(f, "x", "A: b\n");
    f->mta.odd[0] = (struct oddity){AT_DOT, "250-", false};
    start(f);
    for (int i = 0; i < 100; i++) {
        net_loop_turn(f->loop, 0);
        mta_turn(&f->mta);
    }
    smtp_client_free(&f->client);
    assert_string_equal(str_cstr(&f->outcomes), "x:unknown ");
}

static void listen_unix(struct mta *m, struct sockaddr_un *address)
{
    snprintf(address->sun_path, sizeof(address->sun_path), "/tmp/casemate-test-smtp-%ld", (long)getpid());
    unlink(address->sun_path);
    close(m->listener);
    m->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(m->listener, (struct sockaddr *)address, sizeof(*address)), 0);
    assert_int_equal(listen(m->listener, 4), 0);
}

/* This side stops, and QUIT finds that the MTA has closed behind its last reply: nothing of the connection is left,
 * no timer either, which would be over when the client is gone. */
static void test_stopped_and_closed(void **state)
{
    struct fixture *f = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct err err = ERR_INIT;
    char name[sizeof(address.sun_path) + 8];
    listen_unix(&f->mta, &address);
    f->mta.odd[0] = (struct oddity){AT_DOT, "250 2.0.0 queued\r\n", true};
    add_job(f, "x", "A: b\n");
    snprintf(name, sizeof(name), "unix:%s", address.sun_path);
    f->options.address = name;
    assert_int_equal(smtp_client_start(f->loop, &f->options, &f->client, &err), 0);
    smtp_client_wake(f->client);
    for (int i = 0; i < 100 && !f->mta.log.len; i++) {
        net_loop_turn(f->loop, 0);
        mta_turn(&f->mta);
    }
    assert_int_equal(f->done, 0); /* its reply is there and not read */
    smtp_client_stop(f->client);
    net_loop_turn(f->loop, 0);
    assert_string_equal(str_cstr(&f->outcomes), "x:sent ");
    assert_int_equal(smtp_client_connections(f->client), 0);
    assert_int_equal(f->client->conns[0].timer.place, 0);
    smtp_client_free(&f->client);
    hand_time += 1000000;
    net_loop_turn(f->loop, 0);
    unlink(address.sun_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_offers),
        cmocka_unit_test_setup_teardown(test_bad_addresses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_kept_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(test_several_connections, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_pipelining, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large, setup, teardown),
        cmocka_unit_test_setup_teardown(test_free_after_dot, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stopped_and_closed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
