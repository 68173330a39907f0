/* list.new and list.set. */
#include "action/acts.h"
#include "action/mail.h"

struct list_run {
    struct action_context *c;
    struct sv id, address, title;
    bool followed;
    const struct field_edit *settings;
    size_t count;
    struct action_result *out;
};

/* Names before "@" have at most 64 bytes (RFC 5321, 4.5.3.1), of which "-unsubscribe+" and a key want 40. */
enum { TITLE_MAX = 200, LOCAL_MAX = 24 };

static int check_new(const struct list_run *r, const struct lists *lists, struct err *err)
{
    struct route route;
    struct sv local = SV_NONE, domain;
    int rc = list_id_check(r->id, err);
    if (!rc)
        rc = act_plain("--title", r->title, TITLE_MAX, false, err);
    if (rc)
        return rc;
    if (!route_is_address(r->address) || sv_find_char(r->address, '+') >= 0)
        return err_set(err, CM_EINPUT, "\"%.*s\" is no address of a list; expected one such as security@example.org",
                       SV_ARG(r->address));
    if (route_split(r->address, &local, &domain) && local.len > LOCAL_MAX)
        return err_set(err, CM_EINPUT, "\"%.*s\" is too long before \"@\"; expected at most %d bytes, since keys are "
                       "added to it", SV_ARG(r->address), LOCAL_MAX);
    if (lists_find(lists, r->id))
        return err_set(err, CM_ECONFLICT, "there is a list named %.*s", SV_ARG(r->id));
    if (lists_route(lists, r->address, &route))
        return err_set(err, CM_ECONFLICT, "%.*s is an address of another list", SV_ARG(r->address));
    return CM_OK;
}

static int new_list(struct store *s, void *context, struct err *err)
{
    struct list_run *r = context;
    struct act act;
    struct lists lists;
    int rc = act_begin(&act, r->c, "list.new", ACT_RULES, r->out, err);
    if (!rc)
        rc = lists_load(s, r->c->arena, &lists, err);
    if (!rc)
        rc = check_new(r, &lists, err);
    if (!rc) {
        json_put(&act.json, "address", route_mailbox(r->c->arena, r->address));
        json_put(&act.json, "title", r->title);
        json_put_str(&act.json, "kind", r->followed ? "followed" : "hosted");
        rc = act_commit(&act, r->id, err);
    }
    act_release(&act);
    return rc;
}

int action_list_new(struct action_context *c, struct sv id, struct sv address, struct sv title, bool followed,
                    struct action_result *out, struct err *err)
{
    struct list_run r = {.c = c, .id = id, .address = address, .title = title, .followed = followed, .out = out};
    return store_tx(c->store, new_list, &r, err);
}

static int check_owners(struct action_context *c, struct sv names, struct err *err)
{
    struct sv name, id;
    int rc = CM_OK;
    while (!rc && names.len && sv_split(&names, ',', &name))
        rc = act_member(c, sv_trim(name), &id, err);
    return rc;
}

static int put_settings(const struct list_run *r, struct json *j, struct err *err)
{
    json_key(j, "settings");
    json_object(j);
    for (size_t i = 0; i < r->count; i++) {
        int id = list_setting_find(r->settings[i].field);
        if (id < 0)
            return err_set(err, CM_EINPUT, "a list has no setting \"%.*s\"; \"list settings\" shows them",
                           SV_ARG(r->settings[i].field));
        int rc = list_setting_check((enum list_setting_id)id, r->settings[i].text, err);
        if (!rc && id == SET_OWNERS)
            rc = check_owners(r->c, r->settings[i].text, err);
        if (rc)
            return rc;
        json_put(j, list_setting_table[id].name, r->settings[i].text);
    }
    json_end(j);
    return CM_OK;
}

static int set_list(struct store *s, void *context, struct err *err)
{
    struct list_run *r = context;
    struct act act;
    struct lists lists;
    int rc = act_begin(&act, r->c, "list.set", ACT_RULES, r->out, err);
    if (!rc)
        rc = lists_load(s, r->c->arena, &lists, err);
    if (!rc && !lists_find(&lists, r->id))
        rc = err_set(err, CM_ENOTFOUND, "there is no list \"%.*s\"", SV_ARG(r->id));
    if (!rc)
        rc = put_settings(r, &act.json, err);
    if (!rc)
        rc = act_commit(&act, lists_find(&lists, r->id)->id, err);
    act_release(&act);
    return rc;
}

int action_list_set(struct action_context *c, struct sv id, const struct field_edit *settings, size_t count,
                    struct action_result *out, struct err *err)
{
    struct list_run r = {.c = c, .id = id, .settings = settings, .count = count, .out = out};
    return store_tx(c->store, set_list, &r, err);
}

/* ---- rows ---- */

static int apply_new(struct store *s, const struct act_event *e, struct err *err)
{
    struct sv address, title, kind;
    int rc = act_text(e, e->payload, "address", &address, err);
    if (!rc)
        rc = act_text(e, e->payload, "title", &title, err);
    if (!rc)
        rc = act_text(e, e->payload, "kind", &kind, err);
    if (!rc)
        rc = list_id_check(e->subject, err);
    return rc ? rc : list_insert(s, e->subject, address, title, sv_eq_str(kind, "followed"), e->seq, err);
}

static int apply_set(struct store *s, const struct act_event *e, struct err *err)
{
    const struct json_value *settings = json_get(e->payload, "settings");
    if (!settings || settings->kind != JSON_OBJECT)
        return act_lacks(e, "settings", err);
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < settings->count; i++) {
        int id = list_setting_find(settings->members[i].key);
        if (id < 0 || settings->members[i].value->kind != JSON_STRING)
            return err_set(err, CM_ECORRUPT, "event %lld sets what a list does not have", (long long)e->seq);
        rc = list_setting_check((enum list_setting_id)id, settings->members[i].value->text, err);
        if (!rc)
            rc = list_set(s, e->subject, settings->members[i].key, settings->members[i].value->text, e->seq, err);
    }
    return rc;
}

int list_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    (void)a;
    return sv_eq_str(e->action, "list.new") ? apply_new(s, e, err) : apply_set(s, e, err);
}
