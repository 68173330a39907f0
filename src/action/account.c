#include "action/account.h"

#include "action/account_mail.h"
#include "action/acts.h"
#include "action/people.h"
#include "base/password.h"
#include "base/rand.h"
#include "base/zone.h"
#include "forum/base32.h"
#include "forum/token.h"
#include "forum/totp.h"

enum { RECOVERY_BYTES = 10, RECOVERY_LETTERS = 16 }; /* 80 bits */

/* An act on one account, in its transaction. */
struct account_run {
    struct action_context *c;
    const struct session *session;
    struct sv member, text; /* text: what is put, or a code */
    struct sv *out;
};

/* ---- tries ---- */

struct trying {
    struct action_context *c;
    enum account_try kind;
    struct digest what;
};

static struct digest try_digest(enum account_try what, struct sv who)
{
    const struct sv parts[] = {what == TRY_PASSWORD ? SV("casemate-try-password") : SV("casemate-try-code"), who};
    return digest_of_parts(parts, ARRAY_LEN(parts));
}

static int take_try(struct store *s, void *context, struct err *err)
{
    struct trying *t = context;
    int64_t count;
    int rc = account_tries(s, &t->what, t->c->now - ACCOUNT_HOUR, &count, err);
    if (!rc && count >= ACCOUNT_TRIES)
        rc = err_set(err, CM_EREFUSED, t->kind == TRY_PASSWORD
                                           ? "too many were tried within an hour; wait, or ask for a link by mail"
                                           : "too many codes were tried within an hour; wait");
    return rc ? rc : account_try_put(s, &t->what, t->c->now, err);
}

int account_may_try(struct action_context *c, enum account_try what, struct sv who, struct err *err)
{
    struct trying t = {c, what, try_digest(what, who)};
    return store_tx(c->store, take_try, &t, err);
}

static int give_back(struct store *s, void *context, struct err *err)
{
    struct trying *t = context;
    return account_tries_forget(s, &t->what, err);
}

int account_tried_well(struct action_context *c, enum account_try what, struct sv who, struct err *err)
{
    struct trying t = {c, what, try_digest(what, who)};
    return store_tx(c->store, give_back, &t, err);
}

/* ---- who it is ---- */

bool account_is_fresh(const struct session *session, int64_t now)
{
    return session->way == SESSION_BY_LINK && now - session->made < ACCOUNT_FRESH;
}

int account_prove(struct action_context *c, const struct session *session, struct sv password, struct err *err)
{
    struct account_keys keys;
    bool fresh = account_is_fresh(session, c->now);
    int rc = fresh ? CM_OK : account_keys_load(c->store, c->arena, session->member, &keys, err);
    if (fresh || rc)
        return rc;
    if (!keys.password.len || !password.len)
        return err_set(err, CM_EREFUSED, "%s log in by a mailed link: for %d minutes after that, this can be done",
                       keys.password.len ? "Write your password, or" : "Please", ACCOUNT_FRESH / 60);
    if ((rc = account_may_try(c, TRY_PASSWORD, session->member, err)))
        return rc;
    if (!password_matches(c->arena, keys.password, password))
        return err_set(err, CM_EREFUSED, "that is not your password");
    return account_tried_well(c, TRY_PASSWORD, session->member, err);
}

/* Small or large letters, with or without the "-" and blanks in which it was shown. */
static bool recovery_digest(struct sv code, struct digest *out)
{
    char letters[RECOVERY_LETTERS];
    unsigned char bytes[RECOVERY_BYTES];
    size_t count = 0;
    for (size_t i = 0; i < code.len; i++) {
        if (code.at[i] == '-' || code.at[i] == ' ')
            continue;
        if (count == sizeof letters)
            return false;
        letters[count++] = code.at[i];
    }
    if (!base32_read(sv_from(letters, count), sizeof bytes, bytes))
        return false;
    *out = digest_of(sv_from((const char *)bytes, sizeof bytes));
    return true;
}

int account_spend_code(struct action_context *c, struct sv member, struct sv code, struct err *err)
{
    struct account_keys keys;
    struct digest d;
    int64_t step;
    bool taken = false;
    int rc = account_keys_load(c->store, c->arena, member, &keys, err);
    if (rc)
        return rc;
    if (keys.totp.len && totp_check(keys.totp, code, c->now, keys.step, &step))
        return account_step_put(c->store, member, step, err);
    if (keys.totp.len && recovery_digest(code, &d))
        rc = account_recovery_take(c->store, member, &d, &taken, err);
    if (!rc && !taken)
        rc = err_set(err, CM_EINPUT, "this is not the code: write the six digits that your program shows now, each of "
                                     "which is good once, or one of your recovery codes");
    return rc;
}

/* ---- telling ---- */

static int tell(struct account_run *r, const char *what, struct err *err)
{
    struct sv to;
    int rc = people_mail(r->c->store, r->c->arena, r->member, &to, err);
    return rc ? rc : account_tell(r->c, to, what, err);
}

/* ---- the password ---- */

static int put_password(struct store *s, void *context, struct err *err)
{
    struct account_run *r = context;
    int rc = account_password_put(s, r->member, r->text, err);
    if (!rc)
        rc = session_end_others(s, r->member, r->session->id, err);
    if (!rc) /* who gave the old one, and owes a code yet */
        rc = token_forget(s, TOKEN_SECOND, r->member, err);
    return rc ? rc : tell(r, r->text.len ? "The password of your account was set or changed, and all other\nsessions "
                                           "were ended."
                                         : "The password of your account was removed: one logs in by mailed "
                                           "links\nonly.",
                          err);
}

int action_account_password(struct action_context *c, const struct session *session, struct sv stored, struct err *err)
{
    struct account_run r = {.c = c, .session = session, .member = session->member, .text = stored};
    return store_tx(c->store, put_password, &r, err);
}

/* ---- one-time codes ---- */

static int put_waiting(struct store *s, void *context, struct err *err)
{
    struct account_run *r = context;
    return account_waiting_put(s, r->member, r->text, err);
}

int action_codes_begin(struct action_context *c, struct sv member, struct sv *out_secret, struct err *err)
{
    struct account_run r = {.c = c, .member = member, .text = totp_secret(c->arena)};
    *out_secret = r.text;
    return store_tx(c->store, put_waiting, &r, err);
}

int account_codes_waiting(struct store *s, struct arena *a, struct sv member, struct sv *out, struct err *err)
{
    struct account_keys keys;
    int rc = account_keys_load(s, a, member, &keys, err);
    *out = keys.waiting;
    return rc;
}

/* "abcd-efgh-ijkl-mnop" */
static struct sv new_recovery_code(struct arena *a)
{
    char bytes[RECOVERY_BYTES];
    rand_bytes(bytes, sizeof bytes);
    struct sv l = base32_write(a, sv_from(bytes, sizeof bytes));
    return sv_str(arena_printf(a, "%.4s-%.4s-%.4s-%.4s", l.at, l.at + 4, l.at + 8, l.at + 12));
}

static int prove_codes(struct store *s, void *context, struct err *err)
{
    struct account_run *r = context;
    struct account_keys keys;
    int64_t step = 0;
    bool any;
    int rc = account_keys_load(s, r->c->arena, r->member, &keys, err);
    if (!rc && !keys.waiting.len)
        rc = err_set(err, CM_EREFUSED, "there is no new secret to be proved; please begin again");
    if (!rc && !totp_check(keys.waiting, r->text, r->c->now, 0, &step))
        rc = err_set(err, CM_EINPUT, "this is not the code that belongs to the secret; is the clock of the device "
                                     "right?");
    if (!rc)
        rc = account_totp_put(s, r->member, keys.waiting, step, err);
    if (!rc)
        rc = account_recovery_take(s, r->member, NULL, &any, err);
    for (size_t i = 0; !rc && i < ACCOUNT_CODES; i++) {
        struct digest d;
        r->out[i] = new_recovery_code(r->c->arena);
        if (!recovery_digest(r->out[i], &d))
            BUG("a recovery code that cannot be read");
        rc = account_recovery_put(s, r->member, &d, err);
    }
    if (!rc)
        rc = session_end_others(s, r->member, r->session->id, err);
    return rc ? rc : tell(r, "From now on your account asks for a one-time code at each log-in. All other\nsessions "
                             "were ended.", err);
}

int action_codes_prove(struct action_context *c, const struct session *session, struct sv code,
                       struct sv out_recovery[ACCOUNT_CODES], struct err *err)
{
    struct account_run r = {.c = c, .session = session, .member = session->member, .text = code, .out = out_recovery};
    int rc = account_may_try(c, TRY_CODE, r.member, err);
    if (!rc)
        rc = store_tx(c->store, prove_codes, &r, err);
    return rc ? rc : account_tried_well(c, TRY_CODE, r.member, err);
}

static int end_codes(struct store *s, void *context, struct err *err)
{
    struct account_run *r = context;
    bool any;
    int rc = account_spend_code(r->c, r->member, r->text, err);
    if (!rc)
        rc = account_totp_put(s, r->member, SV_NONE, 0, err);
    if (!rc)
        rc = account_recovery_take(s, r->member, NULL, &any, err);
    return rc ? rc : tell(r, "Your account asks for one-time codes no more.", err);
}

int action_codes_end(struct action_context *c, struct sv member, struct sv code, struct err *err)
{
    struct account_run r = {.c = c, .member = member, .text = code};
    int rc = account_may_try(c, TRY_CODE, member, err);
    if (!rc)
        rc = store_tx(c->store, end_codes, &r, err);
    return rc ? rc : account_tried_well(c, TRY_CODE, member, err);
}

/* ---- by who runs the site ---- */

static int reset(struct store *s, void *context, struct err *err)
{
    struct account_run *r = context;
    bool any;
    int rc = permit_rules(r->c, PERMIT_CONFIGURE, err);
    if (!rc)
        rc = act_member(r->c, r->text, &r->member, err);
    if (!rc)
        rc = account_password_put(s, r->member, SV_NONE, err);
    if (!rc)
        rc = account_totp_put(s, r->member, SV_NONE, 0, err);
    if (!rc)
        rc = account_recovery_take(s, r->member, NULL, &any, err);
    if (!rc)
        rc = session_end_others(s, r->member, 0, err);
    if (!rc)
        rc = token_forget(s, TOKEN_SECOND, r->member, err);
    return rc ? rc : tell(r, "Those who run the site took password and one-time codes from your account, and\nended "
                             "all "
                             "its sessions: one logs in by a mailed link now.", err);
}

int action_account_reset(struct action_context *c, struct sv name, struct err *err)
{
    struct account_run r = {.c = c, .text = name};
    return store_tx(c->store, reset, &r, err);
}

/* ---- the time zone ---- */

static int put_zone(struct store *s, void *context, struct err *err)
{
    struct account_run *r = context;
    return account_zone_put(s, r->member, r->text, err);
}

int action_account_zone(struct action_context *c, struct sv member, struct sv name, struct err *err)
{
    struct account_run r = {.c = c, .member = member, .text = name};
    struct zone z;
    int rc = name.len ? zone_load(c->arena, name, &z, err) : CM_OK;
    return rc ? rc : store_tx(c->store, put_zone, &r, err);
}
