/* gateway/lmtp/server.h: sockets, several connections in one turn, times, limits, stopping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "gateway/lmtp/server.h"
#include "mail_fixture.h"

struct fixture {
    struct net_loop *loop;
    struct lmtp_server *server;
    struct lmtp_options options;
    char folder[64], socket[96], address[112];
    struct str batches; /* "3 1 ": messages of each call of deliver */
    size_t bytes;
};

static void decide(void *context CM_UNUSED, const struct lmtp_envelope *envelope CM_UNUSED,
                   const struct mailbox *address CM_UNUSED, struct lmtp_reply *reply)
{
    lmtp_reply_set(reply, 250, "2.1.5", "yes");
}

static void deliver(void *context, const struct lmtp_mail *batch, size_t count, struct lmtp_reply *const *replies)
{
    struct fixture *f = context;
    str_addf(&f->batches, "%zu ", count);
    for (size_t i = 0; i < count; i++) {
        f->bytes += batch[i].bytes.len;
        for (size_t j = 0; j < batch[i].envelope.recipient_count; j++)
            lmtp_reply_set(&replies[i][j], 250, "2.0.0", "on disk %zu", i);
    }
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct err err = ERR_INIT;
    assert_int_equal(net_loop_new(hand_clock, NULL, &f->loop, &err), 0);
    snprintf(f->folder, sizeof(f->folder), "/tmp/casemate-lmtp-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->socket, sizeof(f->socket), "%s/lmtp", f->folder);
    snprintf(f->address, sizeof(f->address), "unix:%s", f->socket);
    f->options = (struct lmtp_options){.address = "127.0.0.1:0", .host = "here", .handler = {f, decide, deliver}};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    lmtp_server_free(&f->server);
    net_loop_free(&f->loop);
    unlink(f->socket);
    assert_int_equal(rmdir(f->folder), 0);
    str_release(&f->batches);
    free(f);
    return 0;
}

static unsigned start(struct fixture *f)
{
    struct err err = ERR_INIT;
    if (lmtp_server_start(f->loop, &f->options, &f->server, &err) != 0)
        fail_msg("%s", err.text);
    return lmtp_server_port(f->server);
}

/* Turns the loop until the peer has read `text`, or (NULL) its stream has ended. */
static void wait_for(struct fixture *f, int fd, struct str *in, const char *text)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        net_loop_turn(f->loop, 1);
        bool open = receive(fd, in);
        if (text ? strstr(str_cstr(in), text) != NULL : !open)
            return;
    }
    fail_msg("no %s in: %s", text ? text : "end", str_cstr(in));
}

#define BEGIN "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<l@c>\r\nDATA\r\n"

static void test_message(void **state)
{
    struct fixture *f = *state;
    struct str in = STR_INIT;
    int fd = connect_tcp(start(f));
    send_all(fd, BEGIN "hello\r\n.\r\nQUIT\r\n");
    wait_for(f, fd, &in, NULL);
    assert_non_null(strstr(str_cstr(&in), "250 2.0.0 on disk 0\r\n221 2.0.0 goodbye\r\n"));
    assert_string_equal(str_cstr(&f->batches), "1 ");
    close(fd);
    str_release(&in);
}

static void test_group(void **state)
{
    struct fixture *f = *state;
    unsigned port = start(f);
    int fds[5];
    struct str in[5] = {STR_INIT};
    for (int i = 0; i < 5; i++) {
        fds[i] = connect_tcp(port);
        send_all(fds[i], BEGIN "hello\r\n");
        wait_for(f, fds[i], &in[i], "354");
    }
    assert_string_equal(str_cstr(&f->batches), "");
    for (int i = 0; i < 5; i++) /* and the first one's next message right behind */
        send_all(fds[i], i ? ".\r\n" : ".\r\nMAIL FROM:<>\r\nRCPT TO:<l@c>\r\nDATA\r\n2\r\n.\r\nQUIT\r\n");
    for (int i = 0; i < 5; i++)
        wait_for(f, fds[i], &in[i], "on disk");
    wait_for(f, fds[0], &in[0], NULL);
    assert_string_equal(str_cstr(&f->batches), "5 1 ");
    assert_int_equal(f->bytes, 5 * 7 + 3);
    for (int i = 0; i < 5; i++) {
        close(fds[i]);
        str_release(&in[i]);
    }
    for (int i = 0; i < TURNS_MAX && lmtp_server_connections(f->server); i++)
        net_loop_turn(f->loop, 1);
    assert_int_equal(lmtp_server_connections(f->server), 0);
}

/* Larger than all buffers in between, and longer than one read. */
static void test_large(void **state)
{
    struct fixture *f = *state;
    struct str in = STR_INIT, text = STR_INIT;
    int fd = connect_tcp(start(f));
    send_all(fd, BEGIN);
    wait_for(f, fd, &in, "354");
    for (int i = 0; i < 100000; i++)
        str_add_str(&text, "..234567890123456789012345678901234567890\r\n");
    str_add_str(&text, ".\r\n");
    for (size_t at = 0; at < text.len;) {
        ssize_t put = send(fd, text.data + at, text.len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        at += put > 0 ? (size_t)put : 0;
        net_loop_turn(f->loop, 0);
    }
    wait_for(f, fd, &in, "on disk");
    assert_int_equal(f->bytes, text.len - 3 - 100000);
    close(fd);
    str_release(&in);
    str_release(&text);
}

static void test_unix_socket(void **state)
{
    struct fixture *f = *state;
    struct str in = STR_INIT;
    struct stat st;
    struct err err = ERR_INIT;
    struct lmtp_server *second;
    f->options.address = f->address;
    f->options.mode = 0660;
    mode_t before = umask(077);
    assert_int_equal(start(f), 0);
    umask(before);
    assert_int_equal(stat(f->socket, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    int fd = connect_unix(f->socket);
    send_all(fd, BEGIN ".\r\n");
    wait_for(f, fd, &in, "on disk");
    assert_int_equal(lmtp_server_start(f->loop, &f->options, &second, &err), CM_EAGAIN);
    assert_non_null(strstr(err.text, "in use"));
    close(fd);
    lmtp_server_free(&f->server);
    assert_int_equal(stat(f->socket, &st), -1);
    str_release(&in);
}

static void test_socket_left_behind(void **state)
{
    struct fixture *f = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct err err = ERR_INIT;
    f->options.address = f->address;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->socket);
    int old = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(old, (struct sockaddr *)&address, sizeof(address)), 0);
    close(old);
    start(f);
    lmtp_server_free(&f->server);
    FILE *file = fopen(f->socket, "w");
    fputs("precious", file);
    fclose(file);
    assert_int_equal(lmtp_server_start(f->loop, &f->options, &f->server, &err), CM_EUSAGE);
    assert_int_equal(access(f->socket, F_OK), 0);
}

static void test_times(void **state)
{
    static const struct {
        const char *said, *reply;
        int64_t ms; /* 0: what is said never times out at this moment */
    } table[] = {
        {"", "220", 300000},
        {"LHLO x\r\nNO", "250", 300000},
        {BEGIN "half", "354", 180000},
    };
    struct fixture *f = *state;
    unsigned port = start(f);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct str in = STR_INIT;
        int fd = connect_tcp(port);
        send_all(fd, table[i].said);
        wait_for(f, fd, &in, table[i].reply);
        for (int n = 0; n < 5; n++)
            net_loop_turn(f->loop, 1);
        hand_time += table[i].ms - 1;
        net_loop_turn(f->loop, 0);
        receive(fd, &in);
        assert_null(strstr(str_cstr(&in), "421"));
        hand_time += 1;
        wait_for(f, fd, &in, NULL);
        assert_non_null(strstr(str_cstr(&in), "421 4.4.2"));
        close(fd);
        str_release(&in);
    }
    assert_string_equal(str_cstr(&f->batches), "");
}

/* A drop now and then is not enough. */
static void test_slow_message(void **state)
{
    struct fixture *f = *state;
    struct str in = STR_INIT;
    int fd = connect_tcp(start(f));
    send_all(fd, BEGIN);
    wait_for(f, fd, &in, "354");
    for (int i = 0; i < 20 && !strstr(str_cstr(&in), "421"); i++) {
        hand_time += 100000;
        if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
            break;
        for (int n = 0; n < 5; n++)
            net_loop_turn(f->loop, 1);
        receive(fd, &in);
        if (i < 16)
            assert_null(strstr(str_cstr(&in), "421"));
    }
    if (!strstr(str_cstr(&in), "421 4.4.2"))
        fail_msg("%s", str_cstr(&in));
    close(fd);
    str_release(&in);
}

/* Nor is a letter of a command now and then. */
static void test_slow_command(void **state)
{
    struct fixture *f = *state;
    struct str in = STR_INIT;
    int fd = connect_tcp(start(f));
    wait_for(f, fd, &in, "220");
    for (int i = 0; i < 3; i++) {
        hand_time += 99000;
        send_all(fd, "N");
        for (int n = 0; n < 5; n++)
            net_loop_turn(f->loop, 1);
    }
    receive(fd, &in);
    assert_null(strstr(str_cstr(&in), "421"));
    hand_time += 3000;
    wait_for(f, fd, &in, "421 4.4.2");
    close(fd);
    str_release(&in);
}

static void test_too_many_connections(void **state)
{
    struct fixture *f = *state;
    struct str in = STR_INIT;
    f->options.limits.connections = 2;
    unsigned port = start(f);
    int fds[2] = {connect_tcp(port), connect_tcp(port)};
    for (int i = 0; i < 2; i++) {
        wait_for(f, fds[i], &in, "220 here");
        str_clear(&in);
    }
    int third = connect_tcp(port);
    wait_for(f, third, &in, NULL);
    assert_string_equal(str_cstr(&in), "421 4.3.2 too many connections; try again later\r\n");
    send_all(fds[0], BEGIN ".\r\n");
    wait_for(f, fds[0], &in, "on disk");
    close(third);
    close(fds[0]);
    close(fds[1]);
    str_release(&in);
}

static void test_stop(void **state)
{
    struct fixture *f = *state;
    struct str in = STR_INIT, half = STR_INIT;
    unsigned port = start(f);
    int idle = connect_tcp(port), busy = connect_tcp(port);
    send_all(busy, BEGIN "half a message\r\n");
    wait_for(f, busy, &half, "354");
    wait_for(f, idle, &in, "220");
    lmtp_server_stop(f->server);
    wait_for(f, idle, &in, NULL);
    wait_for(f, busy, &half, NULL);
    assert_non_null(strstr(str_cstr(&in), "421 4.3.2"));
    assert_non_null(strstr(str_cstr(&half), "421 4.3.2"));
    assert_string_equal(str_cstr(&f->batches), "");
    close(idle);
    close(busy);
    for (int i = 0; i < TURNS_MAX && lmtp_server_connections(f->server); i++)
        net_loop_turn(f->loop, 1);
    assert_int_equal(lmtp_server_connections(f->server), 0);
    str_release(&in);
    str_release(&half);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_message, setup, teardown),
        cmocka_unit_test_setup_teardown(test_group, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unix_socket, setup, teardown),
        cmocka_unit_test_setup_teardown(test_socket_left_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_times, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slow_message, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slow_command, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_connections, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
