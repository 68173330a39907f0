/* Subscriptions as those who may moderate change them, and whose they are. */
#include "action/membership.h"

#include "action/people.h"
#include "base/date.h"
#include "base/map.h"
#include "base/utf8.h"
#include "format/json.h"

enum { NAME_MAX_BYTES = 200, CONSENT_MAX = 500, ROWS_MAX = 100000, ROSTER_MAX = 64 << 20 };

/* ---- whose ---- */

static bool gets_mail(const struct subscriber *who)
{
    return who->id && who->state != SUBSCRIBER_GONE;
}

int subscription_of(struct action_context *c, struct sv list, struct sv address, struct subscriber *out,
                    struct err *err)
{
    struct sv id, name;
    struct addresses others;
    struct subscriber other;
    int rc = subscriber_find(c->store, c->arena, list, address, out, err);
    if (rc || gets_mail(out) || (rc = people_by_mail(c, address, &id, &name, err)) || !id.len)
        return rc;
    rc = people_addresses(c->store, c->arena, id, &others, err);
    for (size_t i = 0; !rc && i < others.list.len && !gets_mail(out); i++) {
        if (!sv_eq_str(others.list.at[i].kind, "mail"))
            continue;
        rc = subscriber_find(c->store, c->arena, list, others.list.at[i].address, &other, err);
        if (!rc && gets_mail(&other))
            *out = other;
    }
    return rc;
}

/* ---- reading ---- */

/* "Ada <ada@example.org>", "\"Ada\" <...>", "ada@example.org" */
static void cut_row(struct sv line, struct subscription *out)
{
    ptrdiff_t open = line.len && line.at[line.len - 1] == '>' ? sv_find_char(line, '<') : -1;
    out->address = line;
    out->name = SV_NONE;
    if (open < 0)
        return;
    out->address = sv_trim(sv_from(line.at + open + 1, line.len - (size_t)open - 2));
    out->name = sv_trim(sv_from(line.at, (size_t)open));
    if (out->name.len > 1 && sv_starts(out->name, SV("\"")) && sv_ends(out->name, SV("\"")))
        out->name = sv_from(out->name.at + 1, out->name.len - 2);
}

static int check_row(const struct subscription *row, struct err *err)
{
    int rc = row->name.len ? act_plain("the name", row->name, NAME_MAX_BYTES, false, err) : CM_OK;
    if (!rc && !route_is_address(row->address))
        rc = err_set(err, CM_EINPUT, "\"%.*s\" is no address; expected one such as ada@example.org, "
                     "alone or in angles behind a name", SV_ARG(row->address));
    return rc;
}

struct reading {
    struct arena *a;
    const char *file;
    struct map seen;
    struct diag *diag;
    struct subscriptions *out;
};

/* Keeps a row that is in order and new. */
static void add_row(struct reading *r, const struct subscription *row)
{
    struct err err = ERR_INIT;
    if (check_row(row, &err)) {
        diag_error(r->diag, r->file, row->line, 0, arena_strdup(r->a, err.text), NULL);
        return;
    }
    struct sv mailbox = route_mailbox(r->a, row->address);
    const struct subscription *first = map_get(&r->seen, mailbox);
    if (first) {
        diag_error(r->diag, r->file, row->line, 0,
                   arena_printf(r->a, "%.*s stands in line %u already", SV_ARG(row->address), first->line), NULL);
        return;
    }
    struct subscription *kept = arena_new(r->a, struct subscription);
    *kept = *row;
    map_set(&r->seen, mailbox, kept);
    *vec_push(r->a, &r->out->list) = *row;
}

static void read_row(struct reading *r, struct sv line, uint32_t number)
{
    struct subscription row = {.line = number};
    if (!utf8_valid(line, NULL)) {
        diag_error(r->diag, r->file, number, 0, "the line is not UTF-8", NULL);
        return;
    }
    cut_row(line, &row);
    add_row(r, &row);
}

static struct reading begin_reading(struct arena *a, const char *file, struct diag *diag, struct subscriptions *out)
{
    struct reading r = {.a = a, .file = file, .diag = diag, .out = out};
    *out = (struct subscriptions){{NULL, 0, 0}};
    map_init(&r.seen, a);
    return r;
}

static int end_reading(const struct reading *r, size_t errors_before, struct err *err)
{
    if (r->out->list.len > ROWS_MAX)
        return err_set(err, CM_ELIMIT, "%s has more than %d addresses; cut it in parts", r->file, ROWS_MAX);
    if (r->diag->errors > errors_before)
        return err_set(err, CM_EINPUT, "%s has faults, and nobody was subscribed", r->file);
    return r->out->list.len ? CM_OK : err_set(err, CM_EINPUT, "%s holds no address", r->file);
}

int subscriptions_read(struct arena *a, const char *file, struct sv text, struct diag *diag, struct subscriptions *out,
                       struct err *err)
{
    struct reading r = begin_reading(a, file, diag, out);
    struct sv line;
    uint32_t number = 0;
    size_t before = diag->errors;
    while (out->list.len <= ROWS_MAX && sv_next_line(&text, &line)) {
        number++;
        line = sv_trim(line);
        if (line.len && line.at[0] != '#')
            read_row(&r, line, number);
    }
    return end_reading(&r, before, err);
}

/* ---- a roster of Mailman 3 ---- */

/* "mime_digests" as it is called here. A subscription that its owner switched off gets nothing. */
static bool delivery_of(const struct json_value *entry, struct subscription *row)
{
    static const struct {
        const char *there;
        enum subscriber_delivery here;
    } modes[] = {{"", DELIVER_EACH}, {"regular", DELIVER_EACH}, {"mime_digests", DELIVER_DIGEST},
                 {"plaintext_digests", DELIVER_PLAIN}};
    struct sv mode = json_get_text(entry, "delivery_mode"), status = json_get_text(entry, "delivery_status");
    row->has_delivery = true;
    row->delivery = DELIVER_NONE;
    if (sv_starts(status, SV("by_")))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(modes); i++)
        if (sv_eq_str(mode, modes[i].there)) {
            row->delivery = modes[i].here;
            return !status.len || sv_eq_str(status, "enabled") || sv_eq_str(status, "unknown");
        }
    return false;
}

static void read_entry(struct reading *r, const struct json_value *entry, uint32_t line, size_t *others)
{
    struct sv role = json_get_text(entry, "role");
    struct subscription row = {.address = json_get_text(entry, "email"), .line = line,
                               .name = sv_trim(json_get_text(entry, "display_name"))};
    if (role.len && !sv_eq_str(role, "member")) {
        ++*others;
        return;
    }
    if (!delivery_of(entry, &row))
        diag_error(r->diag, r->file, line, 0,
                   arena_printf(r->a, "the delivery of %.*s is not understood", SV_ARG(row.address)),
                   "a delivery_mode of regular, mime_digests or plaintext_digests; a delivery_status of enabled or "
                   "by_...");
    else
        add_row(r, &row);
}

int subscriptions_read_mailman(struct arena *a, const char *file, struct sv text, struct diag *diag,
                               struct subscriptions *out, size_t *out_others, struct err *err)
{
    struct reading r = begin_reading(a, file, diag, out);
    const struct json_value *root, *entries;
    size_t before = diag->errors;
    uint32_t line = 1;
    struct sv begins = sv_trim(text);
    *out_others = 0;
    if (!sv_starts(begins, SV("{")) && !sv_starts(begins, SV("[")))
        return subscriptions_read(a, file, text, diag, out, err);
    int rc = json_parse(a, text, ROSTER_MAX, &root, err);
    if (rc)
        return rc;
    entries = root->kind == JSON_OBJECT ? json_get(root, "entries") : root;
    if (!entries || entries->kind != JSON_ARRAY)
        return err_set(err, CM_EINPUT, "%s has no \"entries\"; expected the JSON that Mailman gives under "
                       "/lists/LIST/roster/member", file);
    for (size_t i = 0, at = 0; i < entries->count && out->list.len <= ROWS_MAX; i++) {
        for (; at < entries->items[i]->at; at++)
            line += text.at[at] == '\n';
        read_entry(&r, entries->items[i], line, out_others);
    }
    int64_t total = json_get_int(root, "total_size", (int64_t)entries->count);
    if (total > (int64_t)entries->count)
        return err_set(err, CM_EINPUT, "%s has %zu of %lld members: Mailman gave a page of them; ask without count "
                       "and page", file, entries->count, (long long)total);
    return end_reading(&r, before, err);
}

/* ---- changing ---- */

struct managing {
    struct action_context *c;
    struct sv list;
    const struct list *found;
    const struct subscribe_request *request;
    struct subscribe_outcome *outcome;
    const struct sv *addresses;
    size_t count;
    struct sv word;
};

/* Who may moderate may; of a list that others run nobody. */
static int begin(struct managing *m, struct err *err)
{
    struct lists lists;
    int rc = permit_rules(m->c, PERMIT_MODERATE, err);
    if (!rc)
        rc = lists_load(m->c->store, m->c->arena, &lists, err);
    if (rc)
        return rc;
    m->found = lists_find(&lists, m->list);
    if (!m->found)
        return err_set(err, CM_ENOTFOUND, "there is no list \"%.*s\"; \"casemate list list\" shows all",
                       SV_ARG(m->list));
    if (m->found->followed)
        return err_set(err, CM_EREFUSED, "%.*s is run by others, who know its subscribers", SV_ARG(m->found->id));
    m->list = m->found->id;
    return CM_OK;
}

/* A fault of one row: with its line where it has one. */
static void blame(struct managing *m, const struct subscription *row, const char *text)
{
    diag_error(m->c->diag, m->request->file ? m->request->file : "command line", row->line, 0, text, NULL);
}

static int put_row(struct managing *m, const struct subscription *row, struct sv consent, struct err *err)
{
    struct subscriber who;
    struct arena *a = m->c->arena;
    int rc = subscriber_put(m->c->store, a, m->list, row->address, row->name, consent, m->c->now, NULL, err);
    if (rc || !row->has_delivery)
        return rc;
    rc = subscriber_find(m->c->store, a, m->list, row->address, &who, err);
    return rc ? rc : subscriber_set_delivery(m->c->store, who.id, row->delivery, err);
}

static int subscribe_row(struct managing *m, const struct subscription *row, struct sv consent, struct err *err)
{
    struct arena *a = m->c->arena;
    struct subscriber who;
    struct err fault = ERR_INIT;
    if (check_row(row, &fault)) {
        blame(m, row, arena_strdup(a, fault.text));
        return CM_OK;
    }
    int rc = subscriber_find(m->c->store, a, m->list, row->address, &who, err);
    if (rc)
        return rc;
    if (who.id && who.state == SUBSCRIBER_GONE && !m->request->again) {
        blame(m, row, arena_printf(a, "%.*s left this list; only when the consent is newer than that: add --again",
                                   SV_ARG(row->address)));
        return CM_OK;
    }
    m->outcome->already += gets_mail(&who);
    m->outcome->added += !gets_mail(&who);
    return gets_mail(&who) ? CM_OK : put_row(m, row, consent, err);
}

static int subscribe(struct store *s, void *context, struct err *err)
{
    struct managing *m = context;
    (void)s;
    size_t before = m->c->diag->errors;
    *m->outcome = (struct subscribe_outcome){0, 0};
    int rc = begin(m, err);
    if (!rc)
        rc = act_plain("--consent", m->request->consent, CONSENT_MAX, false, err);
    if (!rc)
        rc = refuse_after_end(m->c, SV("list.subscribe"), err);
    if (rc)
        return rc;
    struct sv consent = sv_str(arena_printf(
        m->c->arena, "%.*s (noted by %.*s on %s)", SV_ARG(m->request->consent),
        SV_ARG(m->c->actor.len ? m->c->actor : SV("operator")),
        date_format(m->c->arena, date_from_time(m->c->now))));
    for (size_t i = 0; !rc && i < m->request->rows->list.len; i++)
        rc = subscribe_row(m, &m->request->rows->list.at[i], consent, err);
    if (!rc && m->c->diag->errors > before)
        rc = err_set(err, CM_EINPUT, "nobody was subscribed");
    return rc;
}

int action_list_subscribe(struct action_context *c, const struct subscribe_request *r, struct subscribe_outcome *out,
                          struct err *err)
{
    struct managing m = {.c = c, .list = r->list, .request = r, .outcome = out};
    return store_tx(c->store, subscribe, &m, err);
}

static int find_subscribed(struct managing *m, struct sv address, struct subscriber *out, struct err *err)
{
    int rc = subscriber_find(m->c->store, m->c->arena, m->list, address, out, err);
    if (rc || gets_mail(out))
        return rc;
    return err_set(err, CM_ENOTFOUND, "%.*s is not subscribed to %.*s", SV_ARG(address), SV_ARG(m->list));
}

static int unsubscribe(struct store *s, void *context, struct err *err)
{
    struct managing *m = context;
    struct subscriber who;
    int rc = begin(m, err);
    for (size_t i = 0; !rc && i < m->count; i++) {
        rc = find_subscribed(m, m->addresses[i], &who, err);
        if (!rc)
            rc = subscriber_set_state(s, who.id, SUBSCRIBER_GONE, err);
    }
    return rc;
}

int action_list_unsubscribe(struct action_context *c, struct sv list, const struct sv *addresses, size_t count,
                            struct err *err)
{
    struct managing m = {.c = c, .list = list, .addresses = addresses, .count = count};
    return store_tx(c->store, unsubscribe, &m, err);
}

static int no_delivery(struct managing *m, struct err *err)
{
    struct str known = STR_INIT;
    for (int i = 0; i < SUBSCRIBER_DELIVERIES; i++)
        str_addf(&known, "%s%s", i ? ", " : "", subscriber_delivery_names[i]);
    int rc = err_set(err, CM_EINPUT, "\"%.*s\" is no kind of delivery; expected one of: %s", SV_ARG(m->word),
                     str_cstr(&known));
    str_release(&known);
    return rc;
}

static int set_delivery(struct store *s, void *context, struct err *err)
{
    struct managing *m = context;
    struct subscriber who;
    enum subscriber_delivery delivery = DELIVER_EACH;
    int rc = begin(m, err);
    if (!rc && !subscriber_delivery_find(m->word, &delivery))
        rc = no_delivery(m, err);
    if (!rc)
        rc = find_subscribed(m, m->addresses[0], &who, err);
    return rc ? rc : subscriber_set_delivery(s, who.id, delivery, err);
}

int action_list_set_delivery(struct action_context *c, struct sv list, struct sv address, struct sv word,
                             struct err *err)
{
    struct managing m = {.c = c, .list = list, .addresses = &address, .count = 1, .word = word};
    return store_tx(c->store, set_delivery, &m, err);
}

/* ---- showing ---- */

int list_subscribers(struct action_context *c, struct sv list, struct subscribers_seen *out, struct err *err)
{
    struct managing m = {.c = c, .list = list};
    struct subscribers all;
    struct sv id;
    *out = (struct subscribers_seen){{NULL, 0, 0}};
    if (c->actor.len || c->role.len)
        return err_set(err, CM_EREFUSED, "who is subscribed is shown to the operator alone; leave out --as and --role");
    int rc = begin(&m, err);
    if (!rc)
        rc = subscribers_load(c->store, c->arena, m.list, &all, err);
    for (size_t i = 0; !rc && i < all.list.len; i++) {
        struct subscriber_seen *seen = vec_push(c->arena, &out->list);
        seen->who = all.list.at[i];
        rc = people_by_mail(c, seen->who.address, &id, &seen->member, err);
    }
    return rc;
}
