#include <stdlib.h>

#include "gateway/net/mailbox.h"
#include "gateway/smtp/conn.h"

static void fill_times(struct smtp_times *t)
{
    const struct {
        unsigned *at, otherwise;
    } table[] = {
        {&t->connect, 30000}, {&t->greeting, 300000}, {&t->command, 300000}, {&t->data, 120000},
        {&t->block, 180000},  {&t->dot, 600000},      {&t->idle, 30000},     {&t->pause, 5000},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (!*table[i].at)
            *table[i].at = table[i].otherwise;
}

static void pause_over(struct net_timer *timer)
{
    struct smtp_client *client = NET_OWNER(struct smtp_client, pause, timer);
    client->paused = false;
    client->wanted = true;
}

void client_pause(struct smtp_client *client)
{
    client->paused = true;
    net_timer_set(client->loop, &client->pause, client->options.times.pause);
}

/* What can be said of a job whatever the MTA offers. */
static void examine(struct slot *slot)
{
    struct arena arena = ARENA_INIT;
    struct mailbox from = {.international = false}, to;
    slot->facts = smtp_facts_of(slot->job.pieces, slot->job.piece_count);
    if (slot->job.from.len && mailbox_read(&arena, slot->job.from, &from) != MAILBOX_OK)
        slot->invalid = "the sender is no address by RFC 5321, 4.1.2";
    else if (mailbox_read(&arena, slot->job.to, &to) != MAILBOX_OK)
        slot->invalid = "the recipient is no address by RFC 5321, 4.1.2";
    else if (from.international || to.international)
        slot->facts.eight_bit_header = true;
    arena_release(&arena);
}

bool client_take(struct smtp_client *client, struct slot *slot)
{
    struct smtp_job job = {.from = SV_NONE, .to = SV_NONE};
    if (client->paused || client->stopping || !client->options.next(client->options.context, &job))
        return false;
    *slot = (struct slot){.used = true, .job = job};
    examine(slot);
    return true;
}

/* Idle connections first; for each further job one more connection, as long as there may be one. */
static void turn_over(struct net_hook *hook)
{
    struct smtp_client *client = NET_OWNER(struct smtp_client, hook, hook);
    if (!client->wanted || client->paused || client->stopping)
        return;
    client->wanted = false;
    for (unsigned i = 0; i < client->count; i++)
        if (conn_is_idle(&client->conns[i]) && !conn_begin(&client->conns[i]))
            return;
    for (unsigned i = 0; i < client->count; i++) {
        struct conn *c = &client->conns[i];
        if (c->phase != PHASE_OFF)
            continue;
        if (!client_take(client, &c->slots[0]))
            return;
        conn_open(c);
    }
}

int smtp_client_start(struct net_loop *loop, const struct smtp_options *options, struct smtp_client **out,
                      struct err *err)
{
    struct address address;
    unsigned count = options->connections ? options->connections : 4;
    *out = NULL;
    if (count > SMTP_CONNECTIONS_MAX)
        return err_set(err, CM_EUSAGE, "%u connections to the mail server; at most %d are possible", count,
                       SMTP_CONNECTIONS_MAX);
    int result = address_parse(options->address ? options->address : "localhost", SMTP_DEFAULT_PORT, &address, err);
    if (result != CM_OK)
        return result;
    struct smtp_client *client = base_malloc(sizeof(*client) + count * sizeof(struct conn));
    memset(client, 0, sizeof(*client) + count * sizeof(struct conn));
    result = address_resolve(&address, &client->addresses, err);
    if (result != CM_OK) {
        free(client);
        return result;
    }
    client->loop = loop;
    client->options = *options;
    fill_times(&client->options.times);
    client->count = count;
    for (unsigned i = 0; i < count; i++)
        conn_init(&client->conns[i], client);
    client->pause.fire = pause_over;
    client->hook.turn = turn_over;
    net_hook_add(loop, &client->hook);
    *out = client;
    return CM_OK;
}

void smtp_client_wake(struct smtp_client *client)
{
    client->wanted = true;
    net_loop_again(client->loop);
}

void smtp_client_stop(struct smtp_client *client)
{
    client->stopping = true;
    for (unsigned i = 0; i < client->count; i++)
        if (conn_is_idle(&client->conns[i]))
            conn_quit(&client->conns[i]);
}

bool smtp_client_is_paused(const struct smtp_client *client)
{
    return client->paused;
}

unsigned smtp_client_jobs(const struct smtp_client *client)
{
    unsigned jobs = 0;
    for (unsigned i = 0; i < client->count; i++)
        for (int j = 0; j < SLOTS; j++)
            jobs += client->conns[i].slots[j].used;
    return jobs;
}

unsigned smtp_client_connections(const struct smtp_client *client)
{
    unsigned open = 0;
    for (unsigned i = 0; i < client->count; i++)
        open += client->conns[i].phase != PHASE_OFF;
    return open;
}

void smtp_client_free(struct smtp_client **pointer)
{
    struct smtp_client *client = *pointer;
    if (!client)
        return;
    client->stopping = true;
    for (unsigned i = 0; i < client->count; i++) {
        conn_abort(&client->conns[i], "this side stops");
        conn_release(&client->conns[i]);
    }
    net_timer_clear(client->loop, &client->pause);
    net_hook_remove(client->loop, &client->hook);
    free(client);
    *pointer = NULL;
}
