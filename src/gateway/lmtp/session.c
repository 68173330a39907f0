#include "gateway/lmtp/session.h"

static void say(struct lmtp_session *s, int code, const char *status, const char *text)
{
    struct lmtp_reply reply;
    lmtp_reply_set(&reply, code, status, "%s", text);
    lmtp_reply_write(&reply, &s->out);
}

void lmtp_session_end(struct lmtp_session *s, const char *status, const char *why)
{
    if (s->state == LMTP_CLOSED)
        return;
    say(s, 421, status, why);
    s->state = LMTP_CLOSED;
}

static void reset(struct lmtp_session *s)
{
    arena_release(&s->arena);
    s->has_sender = false;
    s->recipients.at = NULL;
    s->recipients.len = s->recipients.cap = 0;
    s->envelope = (struct lmtp_envelope){.client = str_sv(&s->client)};
}

void lmtp_session_init(struct lmtp_session *s, struct lmtp_shared *shared)
{
    memset(s, 0, offsetof(struct lmtp_session, line));
    s->line_len = 0;
    s->shared = shared;
    lmtp_body_init(&s->body, 0, 0, &shared->budget);
    reset(s);
    str_addf(&s->out, "220 %s LMTP\r\n", shared->host);
}

void lmtp_session_release(struct lmtp_session *s)
{
    lmtp_body_release(&s->body);
    arena_release(&s->arena);
    str_release(&s->client);
    str_release(&s->out);
}

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value ? value : otherwise;
}

void lmtp_limits_fill(struct lmtp_limits *l)
{
    l->connections = or_default(l->connections, 100);
    l->recipients = or_default(l->recipients, 1000);
    l->errors = or_default(l->errors, 10);
    l->idle_turns = or_default(l->idle_turns, 100);
    l->command_ms = or_default(l->command_ms, 300000);
    l->data_ms = or_default(l->data_ms, 180000);
    l->message_ms = or_default(l->message_ms, 1800000);
    l->message = l->message ? l->message : (size_t)16 * 1024 * 1024;
    l->line = l->line ? l->line : (size_t)16 * 1024;
    l->memory = l->memory ? l->memory : (size_t)64 * 1024 * 1024;
}

/* --- commands --- */

static void count_error(struct lmtp_session *s)
{
    if (++s->errors >= s->shared->limits.errors)
        lmtp_session_end(s, "4.7.0", "too many errors");
}

static void refuse(struct lmtp_session *s, int code, const char *status, const char *text)
{
    say(s, code, status, text);
    count_error(s);
}

static void do_lhlo(struct lmtp_session *s, struct sv name)
{
    str_clear(&s->client);
    str_add(&s->client, name);
    reset(s);
    s->greeted = true;
    str_addf(&s->out,
             "250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE %zu\r\n250 ENHANCEDSTATUSCODES\r\n",
             s->shared->host, s->shared->limits.message);
}

static void do_mail(struct lmtp_session *s, const struct lmtp_command *command)
{
    if (!s->greeted) {
        refuse(s, 503, "5.5.1", "say LHLO first");
    } else if (s->has_sender) {
        refuse(s, 503, "5.5.1", "a message is begun already; RSET gives it up");
    } else if (command->path.international && !command->smtputf8) {
        say(s, 553, "5.6.7", "an address beyond ASCII needs SMTPUTF8");
    } else if (command->size > s->shared->limits.message) {
        say(s, 552, "5.3.4", "the message is larger than what is taken here");
    } else {
        s->has_sender = true;
        s->envelope.from = mailbox_copy(&s->arena, &command->path);
        s->envelope.size = command->size;
        s->envelope.body = command->body;
        s->envelope.smtputf8 = command->smtputf8;
        say(s, 250, "2.1.0", "sender taken");
    }
}

static void accept_recipient(struct lmtp_session *s, const struct mailbox *address)
{
    *vec_push(&s->arena, &s->recipients) = mailbox_copy(&s->arena, address);
    s->envelope.recipients = s->recipients.at;
    s->envelope.recipient_count = s->recipients.len;
}

static void do_rcpt(struct lmtp_session *s, const struct lmtp_command *command)
{
    const struct lmtp_handler *handler = &s->shared->handler;
    struct lmtp_reply reply = {.code = 0};
    if (!s->has_sender) {
        refuse(s, 503, "5.5.1", "say MAIL first");
    } else if (command->path.international && !s->envelope.smtputf8) {
        say(s, 553, "5.6.7", "an address beyond ASCII needs SMTPUTF8");
    } else if (s->envelope.recipient_count >= s->shared->limits.recipients) {
        say(s, 452, "4.5.3", "too many recipients of one message");
    } else {
        lmtp_reply_set(&reply, 451, "4.3.0", "no decision on this recipient");
        handler->recipient(handler->context, &s->envelope, &command->path, &reply);
        if (reply.code / 100 == 2)
            accept_recipient(s, &command->path);
        lmtp_reply_write(&reply, &s->out);
    }
}

static void do_data(struct lmtp_session *s)
{
    const struct lmtp_limits *limits = &s->shared->limits;
    if (!s->has_sender) {
        refuse(s, 503, "5.5.1", "say MAIL first");
    } else if (!s->envelope.recipient_count) {
        say(s, 503, "5.5.1", "no recipient was taken"); /* RFC 2033, 4.2; no fault of the client's */
    } else {
        lmtp_body_init(&s->body, limits->line, limits->message, &s->shared->budget);
        s->state = LMTP_TEXT;
        s->idle_turns = 0;
        str_add(&s->out, SV("354 end with CR LF . CR LF\r\n"));
    }
}

static void do_command(struct lmtp_session *s, const struct lmtp_command *command)
{
    switch (command->verb) {
    case LMTP_LHLO:
        do_lhlo(s, command->name);
        return;
    case LMTP_MAIL:
        do_mail(s, command);
        return;
    case LMTP_RCPT:
        do_rcpt(s, command);
        return;
    case LMTP_DATA:
        do_data(s);
        return;
    case LMTP_RSET:
        reset(s);
        say(s, 250, "2.0.0", "forgotten");
        return;
    case LMTP_NOOP:
        say(s, 250, "2.0.0", "nothing done");
        return;
    case LMTP_QUIT:
        say(s, 221, "2.0.0", "goodbye");
        s->state = LMTP_CLOSED;
        return;
    case LMTP_VRFY:
        say(s, 252, "2.5.0", "RCPT tells whether an address is taken");
        return;
    case LMTP_HELP:
        say(s, 214, "2.0.0", "LHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT (RFC 2033)");
        return;
    }
}

static bool is_of_message(enum lmtp_verb verb)
{
    return verb == LMTP_MAIL || verb == LMTP_RCPT || verb == LMTP_DATA;
}

static void run_line(struct lmtp_session *s, struct sv line)
{
    struct lmtp_command command;
    struct lmtp_reply refusal;
    struct arena arena = ARENA_INIT; /* what a transaction keeps is copied into its own */
    s->commands++;
    if (!lmtp_command_read(&arena, line, &command, &refusal)) {
        lmtp_reply_write(&refusal, &s->out);
        count_error(s);
    } else if (!is_of_message(command.verb) && ++s->idle_turns > s->shared->limits.idle_turns) {
        lmtp_session_end(s, "4.7.0", "too many commands without a message");
    } else {
        do_command(s, &command);
    }
    arena_release(&arena);
}

/* --- bytes --- */

static void refuse_line(struct lmtp_session *s, const char *why)
{
    say(s, 500, "5.5.2", why);
    lmtp_session_end(s, "4.7.0", "closing, as what follows could be read in two ways");
}

static size_t feed_line(struct lmtp_session *s, struct sv data)
{
    const char *end = memchr(data.at, '\n', data.len);
    size_t len = end ? (size_t)(end - data.at) + 1 : data.len;
    size_t room = sizeof(s->line) - s->line_len;
    size_t taken = len < room ? len : room;
    memcpy(s->line + s->line_len, data.at, taken);
    s->line_len += taken;
    if (taken == len && end) {
        struct sv line = sv_from(s->line, s->line_len - 1); /* still with its CR */
        s->line_len = 0;
        if (!line.len || memchr(line.at, '\0', line.len) || sv_find_char(line, '\r') != (ptrdiff_t)line.len - 1)
            refuse_line(s, "a command ends with CR LF and holds no other CR, LF or NUL");
        else
            run_line(s, sv_from(line.at, line.len - 1));
    } else if (s->line_len == sizeof(s->line)) {
        refuse_line(s, "the command is too long");
    }
    return taken;
}

/* --- messages --- */

static void fill_replies(struct lmtp_session *s, int code, const char *status, const char *text)
{
    for (size_t i = 0; i < s->envelope.recipient_count; i++)
        say(s, code, status, text);
    reset(s);
    s->state = LMTP_COMMANDS;
}

static void finish_text(struct lmtp_session *s)
{
    switch (s->body.fault) {
    case LMTP_BODY_FINE:
        s->state = LMTP_COMPLETE;
        return;
    case LMTP_BODY_NUL:
        fill_replies(s, 554, "5.6.0", "the message holds a NUL byte");
        return;
    case LMTP_BODY_LONG_LINE:
        fill_replies(s, 554, "5.6.0", "the message has a line that is too long");
        return;
    case LMTP_BODY_LARGE:
        fill_replies(s, 552, "5.3.4", "the message is larger than what is taken here");
        return;
    case LMTP_BODY_MEMORY:
        fill_replies(s, 452, "4.3.1", "too many large messages at once; try again later");
        return;
    }
}

static size_t feed_text(struct lmtp_session *s, struct sv data)
{
    size_t taken = lmtp_body_feed(&s->body, data);
    if (lmtp_body_is_complete(&s->body))
        finish_text(s);
    else if (s->body.skipped > s->shared->limits.message)
        lmtp_session_end(s, "4.3.4", "the message does not end");
    return taken;
}

size_t lmtp_session_feed(struct lmtp_session *s, struct sv data)
{
    size_t at = 0;
    while (at < data.len && (s->state == LMTP_COMMANDS || s->state == LMTP_TEXT)) {
        struct sv rest = sv_from_byte(data, at);
        at += s->state == LMTP_TEXT ? feed_text(s, rest) : feed_line(s, rest);
    }
    return at;
}

struct lmtp_mail lmtp_session_mail(const struct lmtp_session *s)
{
    return (struct lmtp_mail){s->envelope, str_sv(&s->body.bytes), s->body.eight_bit};
}

void lmtp_session_answer(struct lmtp_session *s, const struct lmtp_reply *replies)
{
    if (s->state != LMTP_COMPLETE)
        BUG("replies to a message that is not complete");
    for (size_t i = 0; i < s->envelope.recipient_count; i++)
        lmtp_reply_write(&replies[i], &s->out);
    lmtp_body_release(&s->body);
    reset(s);
    s->state = LMTP_COMMANDS;
    s->errors = 0;
}
