/* People: who is a member, how one reaches them, which roles they hold. */
#include "action/people.h"

#include "action/acts.h"
#include "base/date.h"
#include "base/suggest.h"
#include "base/utf8.h"

enum { NAME_MAX_BYTES = 200, JOIN_NAME_MAX = 80, ADDRESS_MAX = 320, MARK_MAX = 200 };

/* ---- names ---- */

int people_new_name(struct action_context *c, struct sv name, struct err *err)
{
    struct people people;
    struct utf8_skeleton mine, theirs;
    if (!name.len || name.len > NAME_MAX_BYTES)
        return err_set(err, CM_EINPUT, "a member's name has 1 to %d bytes", NAME_MAX_BYTES);
    int rc = utf8_skeleton(c->arena, name, &mine, err);
    if (!rc && (!mine.caseless.len || !mine.shown.len))
        rc = err_set(err, CM_EINPUT, "nothing of the name would be seen");
    if (!rc)
        rc = people_load(c->store, c->arena, NULL, c->now, &people, err);
    for (size_t i = 0; !rc && i < people.list.len; i++) {
        struct sv known = people.list.at[i].name;
        if (!sv_eq(known, name) && !(rc = utf8_skeleton(c->arena, known, &theirs, err)) &&
            utf8_confusable(&mine, &theirs))
            rc = err_set(err, CM_EREFUSED, "\"%.*s\" looks like \"%.*s\", who is known already; take a name that "
                         "cannot be mistaken", SV_ARG(name), SV_ARG(known));
    }
    return rc;
}

/* ---- reading ---- */

int act_member(struct action_context *c, struct sv name, struct sv *out_id, struct err *err)
{
    struct people people;
    int rc = people_load(c->store, c->arena, NULL, c->now, &people, err);
    if (rc)
        return rc;
    const struct person *person = people_find(&people, name);
    if (person && person->joined && !person->gone) {
        *out_id = person->id;
        return CM_OK;
    }
    const char **names = arena_new_array(c->arena, const char *, people.list.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < people.list.len; i++)
        if (people.list.at[i].joined && !people.list.at[i].gone)
            names[count++] = arena_strndup(c->arena, people.list.at[i].name.at, people.list.at[i].name.len);
    const char *near = suggest_nearest(name, names, count);
    return err_set(err, CM_ENOTFOUND, "%.*s is no member%s%s%s", SV_ARG(name), near ? "; did you mean \"" : "",
                   near ? near : "", near ? "\"?" : "; \"casemate member list\" shows all");
}

/* ---- addresses ---- */

int people_address(struct arena *a, struct sv kind, struct sv text, struct sv *out, struct err *err)
{
    ptrdiff_t at = sv_find_char(text, '@');
    bool jid = sv_eq_str(kind, "jid"), good = text.len > 0 && text.len <= ADDRESS_MAX && (jid || at > 0) && at != 0;
    size_t domain = at < 0 ? 0 : (size_t)at + 1;
    good = good && domain < text.len && sv_find_char(sv_from_byte(text, domain), '@') < 0;
    for (size_t i = 0; i < text.len; i++)
        good = good && (unsigned char)text.at[i] > ' ' && text.at[i] != 0x7f && !strchr("<>\",", text.at[i]);
    if (!good)
        return err_set(err, CM_EINPUT, "\"%.*s\" is no %s; write it as name@example.org", SV_ARG(text),
                       jid ? "JID" : "mail address");
    char *copy = arena_strndup(a, text.at, text.len);
    for (size_t i = 0; i < text.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    *out = sv_from(copy, text.len);
    return CM_OK;
}

static int address_owner(struct action_context *c, struct sv kind, struct sv address, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    int rc = store_prepare(c->store, "SELECT a.member, m.name FROM address a JOIN member m ON m.id = a.member "
                                     "WHERE a.kind = $1 AND a.address = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, kind);
    store_bind_text(q, 2, address);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(c->arena, store_text(q, 1));
    store_done(q);
    return rc;
}

int people_put_address(struct action_context *c, struct sv member, struct sv kind, struct sv text, struct err *err)
{
    struct store_stmt *q;
    struct sv address, owner;
    int rc = people_address(c->arena, kind, text, &address, err);
    if (!rc)
        rc = address_owner(c, kind, address, &owner, err);
    if (rc)
        return rc;
    if (owner.len)
        return err_set(err, CM_EREFUSED, "%.*s belongs to %.*s already", SV_ARG(address), SV_ARG(owner));
    rc = store_prepare(c->store, "INSERT INTO address (kind, address, member, at) VALUES ($1, $2, $3, $4)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, kind);
    store_bind_text(q, 2, address);
    store_bind_text(q, 3, member);
    store_bind_int(q, 4, c->now);
    return store_finish(q, err);
}

static int put_addresses(struct action_context *c, struct sv member, const struct member_request *r, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < r->mail_count; i++)
        rc = people_put_address(c, member, SV("mail"), r->mails[i], err);
    for (size_t i = 0; !rc && i < r->jid_count; i++)
        rc = people_put_address(c, member, SV("jid"), r->jids[i], err);
    return rc;
}

/* ---- acts ---- */

struct people_run {
    struct action_context *c;
    const struct member_request *request;
    const struct role_request *role;
    struct sv name;
    struct action_result *out;
};

/* The id that the member has, or the next one. joined: is a member now. */
static int find_or_next(struct action_context *c, struct sv name, struct sv *out_id, bool *joined, struct err *err)
{
    struct people people;
    int rc = people_load(c->store, c->arena, NULL, c->now, &people, err);
    if (rc)
        return rc;
    const struct person *person = people_find(&people, name);
    *joined = person && person->joined && !person->gone;
    *out_id = person ? person->id : sv_str(arena_printf(c->arena, "m%zu", people.list.len + 1));
    return CM_OK;
}

static int member_add(struct store *s, void *context, struct err *err)
{
    struct people_run *r = context;
    struct act act;
    struct sv id;
    bool joined = false;
    (void)s;
    int rc = act_begin(&act, r->c, "member.add", ACT_RULES, r->out, err);
    if (!rc)
        rc = people_new_name(r->c, r->request->name, err);
    if (!rc)
        rc = find_or_next(r->c, r->request->name, &id, &joined, err);
    if (!rc && joined && !r->request->mail_count && !r->request->jid_count)
        rc = err_set(err, CM_EREFUSED, "%.*s is a member already", SV_ARG(r->request->name));
    if (!rc && !joined) {
        act_put_member(&act, id, r->request->name);
        rc = act_commit(&act, id, err);
    }
    if (!rc)
        rc = put_addresses(r->c, id, r->request, err);
    act_release(&act);
    return rc;
}

int action_member_add(struct action_context *c, const struct member_request *request, struct action_result *out,
                      struct err *err)
{
    struct people_run r = {.c = c, .request = request, .out = out};
    return store_tx(c->store, member_add, &r, err);
}

/* ---- joining by oneself ---- */

/* "pills.example" would be a link in a mail program; "J.R.R. Tolkien" would not. */
static bool looks_like_a_domain(struct sv name)
{
    size_t before = 0; /* letters in the word so far */
    for (size_t i = 0; i < name.len;) {
        uint32_t c = utf8_next(name, &i);
        if (c == '.' && before > 1 && i < name.len) {
            size_t next = i;
            if (utf8_is_alnum(utf8_next(name, &next)))
                return true;
        }
        before = utf8_is_alnum(c) || c == '-' ? before + 1 : 0;
    }
    return false;
}

static int check_letters(struct sv name, struct err *err)
{
    for (size_t i = 0; i < name.len;) {
        uint32_t c = utf8_next(name, &i);
        if (c == 0xFFFD) /* what a mail program wrote wrongly, or hid */
            return err_set(err, CM_EINPUT, "the name holds what is no character");
        if (c < 0x80 && !utf8_is_alnum(c) && !strchr(" -'.", (int)c))
            return err_set(err, CM_EINPUT, "a name cannot hold \"%c\"; expected letters, digits, blanks, \"-\", \"'\" "
                           "and \".\", such as Ada B. Lovelace", (int)c);
    }
    return looks_like_a_domain(name) ? err_set(err, CM_EINPUT, "\"%.*s\" looks like an address, not like a name",
                                               SV_ARG(name))
                                     : CM_OK;
}

int people_plain_name(struct sv name, struct err *err)
{
    int rc = act_plain("the name", name, JOIN_NAME_MAX, false, err);
    return rc ? rc : check_letters(name, err);
}

/* That nobody here has, or could be mistaken for having. */
static int check_unknown(struct action_context *c, struct sv name, struct err *err)
{
    struct people people;
    int rc = people_plain_name(name, err);
    if (!rc)
        rc = people_new_name(c, name, err);
    if (!rc)
        rc = people_load(c->store, c->arena, NULL, c->now, &people, err);
    if (!rc && people_find(&people, name))
        rc = err_set(err, CM_EREFUSED, "\"%.*s\" is known already, and a mail does not prove who that is; take another "
                     "name, or ask those who run the list", SV_ARG(name));
    return rc;
}

int people_by_mail(struct action_context *c, struct sv address, struct sv *out_id, struct sv *out_name,
                   struct err *err)
{
    struct store_stmt *q;
    struct err none = ERR_INIT;
    struct sv normal;
    *out_id = *out_name = SV_NONE;
    if (people_address(c->arena, SV("mail"), address, &normal, &none)) /* of no form that a member's could have */
        return CM_OK;
    int rc = store_prepare(c->store, "SELECT m.id, m.name FROM address a JOIN member m ON m.id = a.member "
                                     "WHERE a.kind = 'mail' AND a.address = $1 AND m.gone IS NULL", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, normal);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out_id = arena_sv(c->arena, store_text(q, 0));
        *out_name = arena_sv(c->arena, store_text(q, 1));
    }
    store_done(q);
    return rc;
}

static int member_join(struct store *s, void *context, struct err *err)
{
    struct people_run *r = context;
    struct act act;
    struct sv id;
    bool joined;
    (void)s;
    int rc = act_begin(&act, r->c, "member.join", ACT_RULES | ACT_NEWCOMER, r->out, err);
    if (!rc)
        rc = check_unknown(r->c, r->c->actor, err);
    if (!rc)
        rc = find_or_next(r->c, r->c->actor, &id, &joined, err);
    if (!rc) {
        act_put_member(&act, id, r->c->actor);
        rc = act_commit(&act, id, err);
    }
    if (!rc)
        rc = people_put_address(r->c, id, SV("mail"), r->name, err);
    act_release(&act);
    return rc;
}

int action_member_join(struct action_context *c, struct sv mail, struct action_result *out, struct err *err)
{
    struct people_run r = {.c = c, .name = mail, .out = out};
    return store_tx(c->store, member_join, &r, err);
}

static int member_leave(struct store *s, void *context, struct err *err)
{
    struct people_run *r = context;
    struct act act;
    struct sv id;
    (void)s;
    bool own = sv_eq(r->c->actor, r->name);
    int rc = act_begin(&act, r->c, own ? "member.leave" : "member.remove", ACT_RULES, r->out, err);
    if (!rc && !own && !r->c->reason.len)
        rc = err_set(err, CM_EREFUSED, "to remove a member wants a public reason; add --reason TEXT");
    if (!rc)
        rc = act_member(r->c, r->name, &id, err);
    if (!rc) {
        act_put_member(&act, id, r->name);
        rc = act_commit(&act, id, err);
    }
    act_release(&act);
    return rc;
}

int action_member_leave(struct action_context *c, struct sv name, struct action_result *out, struct err *err)
{
    struct people_run r = {.c = c, .name = name, .out = out};
    return store_tx(c->store, member_leave, &r, err);
}

static int no_role(const struct people_run *r, const struct profile *p, struct err *err)
{
    const char **ids = arena_new_array(r->c->arena, const char *, p->sig.roles.len + 1);
    for (size_t i = 0; i < p->sig.roles.len; i++)
        ids[i] = arena_strndup(r->c->arena, p->sig.roles.at[i].id.at, p->sig.roles.at[i].id.len);
    const char *near = suggest_nearest(r->role->role, ids, p->sig.roles.len);
    return err_set(err, CM_EINPUT, "there is no role \"%.*s\"%s%s%s", SV_ARG(r->role->role),
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "; sig.yaml names the roles");
}

static int check_grant(const struct people_run *r, const struct profile *p, struct err *err)
{
    const struct role *role = sig_role(&p->sig, r->role->role);
    struct date day;
    if (!role)
        return no_role(r, p, err);
    if (r->role->until.len && !date_parse(r->role->until, &day))
        return err_set(err, CM_EINPUT, "--until \"%.*s\" is no day; write it as 2027-08-31", SV_ARG(r->role->until));
    if (r->role->until.len && date_to_time(day) + DATE_DAY <= r->c->now)
        return err_set(err, CM_EINPUT, "--until %.*s has passed", SV_ARG(r->role->until));
    if (role->mark && (!r->role->mark.len || !r->role->until.len))
        return err_set(err, CM_EREFUSED, "the role \"%.*s\" is held only by who is entitled to it, for as long as that "
                       "lasts; add --mark TEXT (such as \"XSF member\") and --until DATE", SV_ARG(role->name));
    return r->role->mark.len <= MARK_MAX ? CM_OK : err_set(err, CM_EINPUT, "--mark has at most %d bytes", MARK_MAX);
}

static int role_give(struct store *s, void *context, struct err *err)
{
    struct people_run *r = context;
    struct act act;
    struct sv id;
    (void)s;
    int rc = act_begin(&act, r->c, "role.give", ACT_RULES, r->out, err);
    if (!rc)
        rc = act_member(r->c, r->role->name, &id, err);
    if (!rc)
        rc = check_grant(r, act.profile, err);
    if (!rc) {
        act_put_member(&act, id, r->role->name);
        json_put(&act.json, "given", r->role->role);
        if (r->role->until.len)
            json_put(&act.json, "until", r->role->until);
        if (r->role->mark.len)
            json_put(&act.json, "mark", r->role->mark);
        rc = act_commit(&act, id, err);
    }
    act_release(&act);
    return rc;
}

int action_role_give(struct action_context *c, const struct role_request *request, struct action_result *out,
                     struct err *err)
{
    struct people_run r = {.c = c, .role = request, .out = out};
    return store_tx(c->store, role_give, &r, err);
}

static int role_take(struct store *s, void *context, struct err *err)
{
    struct people_run *r = context;
    struct act act;
    struct people people;
    (void)s;
    int rc = act_begin(&act, r->c, "role.take", ACT_RULES, r->out, err);
    if (!rc)
        rc = people_load(r->c->store, r->c->arena, act.profile, r->c->now, &people, err);
    const struct person *person = rc ? NULL : people_find(&people, r->role->name);
    bool held = false;
    for (size_t i = 0; person && i < person->roles.len; i++)
        held = held || sv_eq(person->roles.at[i].role, r->role->role);
    if (!rc && !held)
        rc = err_set(err, CM_ENOTFOUND, "%.*s was not given the role \"%.*s\"", SV_ARG(r->role->name),
                     SV_ARG(r->role->role));
    if (!rc) {
        act_put_member(&act, person->id, r->role->name);
        json_put(&act.json, "taken", r->role->role);
        rc = act_commit(&act, person->id, err);
    }
    act_release(&act);
    return rc;
}

int action_role_take(struct action_context *c, const struct role_request *request, struct action_result *out,
                     struct err *err)
{
    struct people_run r = {.c = c, .role = request, .out = out};
    return store_tx(c->store, role_take, &r, err);
}

/* ---- rows ---- */

static int apply_add(struct store *s, const struct act_event *e, struct sv id, struct sv name,
                     struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO member (id, name, joined) VALUES ($1, $2, $3) "
                              "ON CONFLICT (id) DO UPDATE SET joined = excluded.joined, gone = NULL", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, name);
    store_bind_int(q, 3, e->seq);
    return store_finish(q, err);
}

static int apply_gone(struct store *s, const struct act_event *e, struct sv id, struct err *err)
{
    static const char *const steps[] = {"DELETE FROM role_grant WHERE member = $1",
                                        ("DELETE FROM token WHERE address IN "
                                         "(SELECT address FROM address WHERE member = $1 AND kind = 'mail') OR "
                                         "(subject = $1 AND kind IN ('second', 'address'))"),
                                        "DELETE FROM address WHERE member = $1",
                                        "DELETE FROM session WHERE member = $1",
                                        "DELETE FROM access WHERE member = $1",
                                        "DELETE FROM recovery_code WHERE member = $1",
                                        "DELETE FROM account WHERE member = $1",
                                        "DELETE FROM follow WHERE member = $1",
                                        "DELETE FROM calibration WHERE member = $1",
                                        "UPDATE member SET gone = coalesce(gone, $2) WHERE id = $1"};
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < ARRAY_LEN(steps); i++) {
        struct store_stmt *q;
        if ((rc = store_prepare(s, steps[i], &q, err)))
            break;
        store_bind_text(q, 1, id);
        if (i + 1 == ARRAY_LEN(steps))
            store_bind_int(q, 2, e->seq);
        rc = store_finish(q, err);
    }
    return rc;
}

static int apply_give(struct store *s, const struct act_event *e, struct sv id, struct err *err)
{
    struct store_stmt *q;
    struct sv role, until = json_get_text(e->payload, "until"), mark = json_get_text(e->payload, "mark");
    int rc = act_text(e, e->payload, "given", &role, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO role_grant (member, role, until, mark, event) VALUES ($1, $2, $3, $4, $5) "
                              "ON CONFLICT (member, role) DO UPDATE SET until = excluded.until, mark = excluded.mark, "
                              "event = excluded.event", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, role);
    if (until.len)
        store_bind_text(q, 3, until);
    if (mark.len)
        store_bind_text(q, 4, mark);
    store_bind_int(q, 5, e->seq);
    return store_finish(q, err);
}

static int apply_take(struct store *s, const struct act_event *e, struct sv id, struct err *err)
{
    struct store_stmt *q;
    struct sv role;
    int rc = act_text(e, e->payload, "taken", &role, err);
    if (!rc)
        rc = store_prepare(s, "DELETE FROM role_grant WHERE member = $1 AND role = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, role);
    return store_finish(q, err);
}

int people_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *member = json_get(e->payload, "member");
    struct sv id, name;
    (void)a;
    int rc = act_text(e, member, "id", &id, err);
    if (!rc)
        rc = act_text(e, member, "name", &name, err);
    if (rc)
        return rc;
    if (sv_eq_str(e->action, "member.add") || sv_eq_str(e->action, "member.join"))
        return apply_add(s, e, id, name, err);
    if (sv_eq_str(e->action, "role.give"))
        return apply_give(s, e, id, err);
    return sv_eq_str(e->action, "role.take") ? apply_take(s, e, id, err) : apply_gone(s, e, id, err);
}
