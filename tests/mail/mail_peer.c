/* gateway/lmtp and gateway/smtp as programs, to meet real mail servers.
 *
 *     mail_peer lmtp ADDRESS FOLDER
 *         takes mail; each message becomes FOLDER/N with the envelope in a first line ("FROM TO TO ..."). Recipients
 *         whose local part is "nobody" are refused, "later" refused for now, "full" refused after the message. Prints
 *         "port N" when it listens. Ends when standard input does.
 *     mail_peer smtp ADDRESS FROM DOMAIN COUNT CONNECTIONS
 *         sends the message on standard input to r1@DOMAIN ... rCOUNT@DOMAIN, each with a header field of its own.
 *         Prints "sent N failed N later N unknown N in N ms, peak N kB", and one line per distinct refusal. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "gateway/lmtp/server.h"
#include "gateway/smtp/client.h"

enum { MESSAGE_MAX = 64 * 1024 * 1024 };

static int complain(const struct err *err)
{
    fprintf(stderr, "mail_peer: %s\n", err->text);
    return 1;
}

/* --- lmtp --- */

struct taker {
    const char *folder;
    unsigned count;
};

static void decide(void *context CM_UNUSED, const struct lmtp_envelope *envelope CM_UNUSED,
                   const struct mailbox *address, struct lmtp_reply *reply)
{
    if (sv_eq_str(address->local, "nobody"))
        lmtp_reply_set(reply, 550, "5.1.1", "no such list");
    else if (sv_eq_str(address->local, "later"))
        lmtp_reply_set(reply, 450, "4.2.1", "not now");
    else
        lmtp_reply_set(reply, 250, "2.1.5", "yes");
}

static int keep(struct taker *t, const struct lmtp_mail *mail, struct err *err)
{
    struct str text = STR_INIT, path = STR_INIT;
    str_addf(&text, "<%.*s>", SV_ARG(mail->envelope.from.text));
    for (size_t i = 0; i < mail->envelope.recipient_count; i++)
        str_addf(&text, " <%.*s>", SV_ARG(mail->envelope.recipients[i].text));
    str_add_char(&text, '\n');
    str_add(&text, mail->bytes);
    str_addf(&path, "%s/%u", t->folder, ++t->count);
    int result = fs_write(str_cstr(&path), str_sv(&text), false, err);
    str_release(&text);
    str_release(&path);
    return result;
}

static void deliver(void *context, const struct lmtp_mail *batch, size_t count, struct lmtp_reply *const *replies)
{
    struct err err = ERR_INIT;
    for (size_t i = 0; i < count; i++) {
        bool kept = keep(context, &batch[i], &err) == CM_OK;
        for (size_t j = 0; j < batch[i].envelope.recipient_count; j++) {
            if (!kept)
                lmtp_reply_set(&replies[i][j], 451, "4.3.0", "%s", err.text);
            else if (sv_eq_str(batch[i].envelope.recipients[j].local, "full"))
                lmtp_reply_set(&replies[i][j], 552, "5.2.2", "the list is full");
            else
                lmtp_reply_set(&replies[i][j], 250, "2.0.0", "kept");
        }
    }
}

static void input_ready(struct net_watch *watch, unsigned events CM_UNUSED)
{
    char buffer[256];
    if (read(watch->fd, buffer, sizeof(buffer)) <= 0)
        watch->events = 0; /* the end */
}

static int take_mail(const char *address, const char *folder)
{
    struct err err = ERR_INIT;
    struct net_loop *loop;
    struct lmtp_server *server;
    struct taker taker = {folder, 0};
    struct net_watch input = {STDIN_FILENO, NET_IN, input_ready};
    struct lmtp_options options = {.address = address, .mode = 0666, .host = "peer.test",
                                   .handler = {&taker, decide, deliver}};
    if (net_loop_new(NULL, NULL, &loop, &err) != CM_OK)
        return complain(&err);
    if (lmtp_server_start(loop, &options, &server, &err) != CM_OK || net_watch_add(loop, &input) < 0) {
        net_loop_free(&loop);
        return err.code ? complain(&err) : 1;
    }
    printf("port %u\n", lmtp_server_port(server));
    fflush(stdout);
    while (input.events)
        net_loop_turn(loop, 1000);
    net_watch_remove(loop, &input);
    lmtp_server_stop(server);
    while (lmtp_server_connections(server))
        net_loop_turn(loop, 1000);
    lmtp_server_free(&server);
    net_loop_free(&loop);
    return 0;
}

/* --- smtp --- */

struct giver {
    struct sv from, text;
    const char *domain;
    size_t count, given, done;
    unsigned outcomes[4];
    struct job { /* what a job under way borrows */
        char to[320], header[64];
        struct iovec pieces[2];
        bool used;
    } *jobs;
    size_t job_count;
    struct str refusals;
};

static bool next(void *context, struct smtp_job *out)
{
    struct giver *g = context;
    if (g->given == g->count)
        return false;
    struct job *job = g->jobs;
    while (job->used)
        job++;
    if (job == g->jobs + g->job_count)
        BUG("more jobs under way than there are places");
    job->used = true;
    g->given++;
    snprintf(job->to, sizeof(job->to), "r%zu@%s", g->given, g->domain);
    snprintf(job->header, sizeof(job->header), "X-Number: %zu\n", g->given);
    job->pieces[0] = (struct iovec){job->header, strlen(job->header)};
    job->pieces[1] = (struct iovec){(void *)(uintptr_t)g->text.at, g->text.len};
    *out = (struct smtp_job){job, g->from, sv_str(job->to), job->pieces, 2};
    return true;
}

static void done(void *context, const struct smtp_job *job, const struct smtp_result *result)
{
    struct giver *g = context;
    struct str line = STR_INIT;
    g->done++;
    g->outcomes[result->outcome]++;
    str_addf(&line, "%d %s %s\n", result->code, result->status, result->text);
    if (result->outcome != SMTP_SENT && sv_find(str_sv(&g->refusals), str_sv(&line)) < 0)
        str_add(&g->refusals, str_sv(&line));
    str_release(&line);
    ((struct job *)job->id)->used = false;
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int send_all(struct giver *g, const char *address, unsigned connections)
{
    struct err err = ERR_INIT;
    struct net_loop *loop;
    struct smtp_client *client;
    struct rusage usage;
    struct smtp_options options = {.address = address, .host = "peer.test", .connections = connections,
                                   .context = g, .next = next, .done = done};
    if (net_loop_new(NULL, NULL, &loop, &err) != CM_OK)
        return complain(&err);
    if (smtp_client_start(loop, &options, &client, &err) != CM_OK) {
        net_loop_free(&loop);
        return complain(&err);
    }
    int64_t start = now_us();
    smtp_client_wake(client);
    while (g->done < g->count)
        net_loop_turn(loop, 1000);
    int64_t took = now_us() - start;
    smtp_client_stop(client);
    while (smtp_client_connections(client))
        net_loop_turn(loop, 1000);
    smtp_client_free(&client);
    net_loop_free(&loop);
    getrusage(RUSAGE_SELF, &usage);
    printf("sent %u failed %u later %u unknown %u in %.1f ms, peak %ld kB\n%s", g->outcomes[SMTP_SENT],
           g->outcomes[SMTP_FAILED], g->outcomes[SMTP_LATER], g->outcomes[SMTP_UNKNOWN], (double)took / 1000,
           usage.ru_maxrss, str_cstr(&g->refusals));
    return 0;
}

static int send_mail(char **argument)
{
    struct arena arena = ARENA_INIT;
    struct err err = ERR_INIT;
    uint64_t count, connections;
    struct giver g = {.from = sv_str(argument[1]), .domain = argument[2]};
    if (!sv_to_u64(sv_str(argument[3]), 10000000, &count) ||
        !sv_to_u64(sv_str(argument[4]), SMTP_CONNECTIONS_MAX, &connections) || !connections)
        return 2;
    if (fs_read_fd(&arena, STDIN_FILENO, "standard input", MESSAGE_MAX, &g.text, &err) != CM_OK)
        return complain(&err);
    g.count = (size_t)count;
    g.job_count = (size_t)connections * 2; /* one under way and one behind it on each */
    g.jobs = arena_new_array(&arena, struct job, g.job_count);
    int result = send_all(&g, argument[0], (unsigned)connections);
    str_release(&g.refusals);
    arena_release(&arena);
    return result;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "lmtp") == 0)
        return take_mail(argv[2], argv[3]);
    if (argc == 7 && strcmp(argv[1], "smtp") == 0)
        return send_mail(argv + 2);
    fprintf(stderr, "usage: mail_peer lmtp ADDRESS FOLDER | smtp ADDRESS FROM DOMAIN COUNT CONNECTIONS\n");
    return 2;
}
