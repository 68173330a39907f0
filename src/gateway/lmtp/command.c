#include "gateway/lmtp/command.h"

#include <strings.h>

static const struct verb {
    const char *name;
    enum lmtp_verb verb;
    enum argument { NOTHING, ANYTHING, SOMETHING, A_NAME, A_SENDER, A_RECIPIENT } argument;
} verbs[] = {
    {"LHLO", LMTP_LHLO, A_NAME},   {"MAIL", LMTP_MAIL, A_SENDER},  {"RCPT", LMTP_RCPT, A_RECIPIENT},
    {"DATA", LMTP_DATA, NOTHING},  {"RSET", LMTP_RSET, NOTHING},   {"NOOP", LMTP_NOOP, ANYTHING},
    {"QUIT", LMTP_QUIT, NOTHING},  {"VRFY", LMTP_VRFY, SOMETHING}, {"HELP", LMTP_HELP, ANYTHING},
};

enum { LHLO_NAME_MAX = 255 };

static const struct verb *find_verb(struct sv word)
{
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (sv_same_word(word, sv_str(verbs[i].name)))
            return &verbs[i];
    return NULL;
}

static bool refuse_verb(struct sv word, struct lmtp_reply *refusal)
{
    if (sv_same_word(word, SV("HELO")) || sv_same_word(word, SV("EHLO")))
        lmtp_reply_set(refusal, 500, "5.5.1", "this is LMTP: say LHLO");
    else
        lmtp_reply_set(refusal, 500, "5.5.1", "unknown command; HELP names those that there are");
    return false;
}

/* --- parameters of MAIL --- */

static bool read_size(struct sv value, struct lmtp_command *out, struct lmtp_reply *refusal)
{
    if (value.len && value.len <= 20 && sv_to_u64(value, UINT64_MAX, &out->size))
        return true;
    lmtp_reply_set(refusal, 501, "5.5.4", "SIZE must be a number of bytes");
    return false;
}

static bool read_body(struct sv value, struct lmtp_command *out, struct lmtp_reply *refusal)
{
    bool eight = sv_same_word(value, SV("8BITMIME"));
    out->body = eight ? LMTP_8BITMIME : LMTP_7BIT;
    if (eight || sv_same_word(value, SV("7BIT")))
        return true;
    lmtp_reply_set(refusal, 501, "5.5.4", "BODY must be 7BIT or 8BITMIME");
    return false;
}

static bool read_utf8(struct sv value, struct lmtp_command *out, struct lmtp_reply *refusal)
{
    out->smtputf8 = true;
    if (!value.at)
        return true;
    lmtp_reply_set(refusal, 501, "5.5.4", "SMTPUTF8 takes no value");
    return false;
}

static const struct parameter {
    const char *name;
    bool (*read)(struct sv value, struct lmtp_command *out, struct lmtp_reply *refusal);
} parameters[] = {{"SIZE", read_size}, {"BODY", read_body}, {"SMTPUTF8", read_utf8}};

/* value.at is NULL when there is no "=". */
static bool read_parameter(struct sv word, unsigned *seen, struct lmtp_command *out, struct lmtp_reply *refusal)
{
    ptrdiff_t equals = sv_find_char(word, '=');
    struct sv name = equals < 0 ? word : sv_from(word.at, (size_t)equals);
    struct sv value = equals < 0 ? (struct sv){NULL, 0} : sv_from_byte(word, (size_t)equals + 1);
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
        if (!sv_same_word(name, sv_str(parameters[i].name)))
            continue;
        if (*seen & 1u << i) {
            lmtp_reply_set(refusal, 501, "5.5.4", "%s is there twice", parameters[i].name);
            return false;
        }
        *seen |= 1u << i;
        return parameters[i].read(value, out, refusal);
    }
    lmtp_reply_set(refusal, 555, "5.5.4", "unknown parameter");
    return false;
}

static bool read_parameters(struct sv rest, struct lmtp_command *out, struct lmtp_reply *refusal)
{
    struct sv word;
    unsigned seen = 0;
    while (rest.len) {
        bool blank = rest.at[0] == ' ';
        rest = sv_from_byte(rest, 1);
        ptrdiff_t end = sv_find_char(rest, ' ');
        word = end < 0 ? rest : sv_from(rest.at, (size_t)end);
        if (!blank) {
            lmtp_reply_set(refusal, 501, "5.5.4", "a blank is expected behind the address");
            return false;
        }
        if (word.len && out->verb == LMTP_RCPT) {
            lmtp_reply_set(refusal, 555, "5.5.4", "RCPT takes no parameters here");
            return false;
        }
        if (word.len && !read_parameter(word, &seen, out, refusal))
            return false;
        rest = sv_from_byte(rest, word.len);
    }
    return true;
}

/* --- arguments --- */

static bool read_path(struct arena *a, struct sv argument, struct lmtp_command *out, struct lmtp_reply *refusal)
{
    bool sender = out->verb == LMTP_MAIL;
    const char *word = sender ? "FROM:" : "TO:", *status = sender ? "5.1.7" : "5.1.3";
    size_t len = strlen(word);
    if (argument.len < len || strncasecmp(argument.at, word, len) != 0) {
        lmtp_reply_set(refusal, 501, "5.5.4", "expected %s and an address in angle brackets", word);
        return false;
    }
    argument = sv_from_byte(argument, len);
    switch (mailbox_read_path(a, sender ? MAILBOX_SENDER : MAILBOX_RECIPIENT, &argument, &out->path)) {
    case MAILBOX_OK:
        return read_parameters(argument, out, refusal);
    case MAILBOX_SYNTAX:
        lmtp_reply_set(refusal, 501, status, "this is no address by RFC 5321, 4.1.2");
        return false;
    case MAILBOX_LONG:
        lmtp_reply_set(refusal, 501, status, "the address is too long");
        return false;
    }
    return false;
}

static bool read_name(struct sv argument, struct lmtp_command *out, struct lmtp_reply *refusal)
{
    bool good = argument.len && argument.len <= LHLO_NAME_MAX;
    for (size_t i = 0; good && i < argument.len; i++)
        good = argument.at[i] > ' ' && argument.at[i] <= '~';
    out->name = argument;
    if (!good)
        lmtp_reply_set(refusal, 501, "5.5.4", "LHLO takes the name of the client");
    return good;
}

bool lmtp_command_read(struct arena *a, struct sv line, struct lmtp_command *out, struct lmtp_reply *refusal)
{
    ptrdiff_t blank = sv_find_char(line, ' ');
    struct sv word = blank < 0 ? line : sv_from(line.at, (size_t)blank);
    struct sv argument = sv_trim(sv_from_byte(line, word.len));
    const struct verb *verb = find_verb(word);
    *out = (struct lmtp_command){.name = SV_NONE};
    if (!verb)
        return refuse_verb(word, refusal);
    out->verb = verb->verb;
    switch (verb->argument) {
    case NOTHING:
    case SOMETHING:
        if ((verb->argument == SOMETHING) == (argument.len > 0))
            return true;
        lmtp_reply_set(refusal, 501, "5.5.4", "%s takes %s argument", verb->name, argument.len ? "no" : "an");
        return false;
    case ANYTHING:
        return true;
    case A_NAME:
        return read_name(argument, out, refusal);
    case A_SENDER:
    case A_RECIPIENT:
        return read_path(a, argument, out, refusal);
    }
    return false;
}
