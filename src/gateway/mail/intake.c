#include "gateway/mail/intake.h"

#include "action/mail.h"

static struct action_context context_of(struct intake *in, struct arena *a, struct diag *diag)
{
    diag_init(diag, a);
    return (struct action_context){.store = in->store, .arena = a, .now = in->clock(in->context), .diag = diag};
}

static void put_reply(const struct mail_reply *r, struct lmtp_reply *out)
{
    static const int codes[] = {[FATE_TAKEN] = 250, [FATE_REFUSED] = 550, [FATE_LATER] = 451};
    lmtp_reply_set(out, codes[r->fate], r->status, "%s", r->text);
}

/* What is wrong with the store is for the operator, and not for who sends mail. */
static void put_later(struct intake *in, const struct err *err, struct lmtp_reply *out, size_t count)
{
    if (in->log)
        log_notice(in->log, "casemate: mail is not taken now: %s", err->text);
    for (size_t i = 0; i < count; i++)
        lmtp_reply_set(&out[i], 451, "4.3.0", "not now");
}

static void recipient(void *context, const struct lmtp_envelope *envelope CM_UNUSED, const struct mailbox *address,
                      struct lmtp_reply *reply)
{
    struct intake *in = context;
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct err err = ERR_INIT;
    struct mail_reply found;
    struct action_context c = context_of(in, &a, &diag);
    if (action_mail_recipient(&c, address->text, &found, &err))
        put_later(in, &err, reply, 1);
    else
        put_reply(&found, reply);
    arena_release(&a);
}

static size_t count_recipients(const struct lmtp_mail *batch, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++)
        all += batch[i].envelope.recipient_count;
    return all;
}

static void deliver(void *context, const struct lmtp_mail *batch, size_t count, struct lmtp_reply *const *replies)
{
    struct intake *in = context;
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct err err = ERR_INIT;
    size_t all = count_recipients(batch, count), next = 0;
    struct action_context c = context_of(in, &a, &diag);
    struct mail_in *mails = arena_new_array(&a, struct mail_in, all);
    struct mail_reply *fates = arena_new_array(&a, struct mail_reply, all);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < batch[i].envelope.recipient_count; j++)
            mails[next++] = (struct mail_in){batch[i].envelope.from.text, batch[i].envelope.recipients[j].text,
                                             batch[i].bytes};
    int rc = action_mail_receive(&c, mails, all, fates, &err);
    next = 0;
    for (size_t i = 0; i < count; i++) {
        if (rc)
            put_later(in, &err, replies[i], batch[i].envelope.recipient_count);
        for (size_t j = 0; !rc && j < batch[i].envelope.recipient_count; j++)
            put_reply(&fates[next++], &replies[i][j]);
    }
    arena_release(&a);
    if (!rc && in->taken)
        in->taken(in->owner);
}

struct lmtp_handler intake_handler(struct intake *in)
{
    return (struct lmtp_handler){in, recipient, deliver};
}
