/* member, role: the people of the group. */
#include "action/account.h"
#include "action/login.h"
#include "action/people.h"
#include "cli/cli.h"
#include "gateway/web/web.h"

#include <stdio.h>

static void print_done(struct cli *c, const char *what, const char *name, const struct action_result *r)
{
    if (c->json)
        cli_print_result(c, what, r);
    else if (r->event)
        printf("%s: %s (event %lld)\n", name, what, (long long)r->event);
    else
        printf("%s: %s\n", name, what);
}

static int member_add(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct option_list mails = {{NULL, 0, 0}}, jids = {{NULL, 0, 0}};
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {{"mail", OPTION_LIST, &mails, "ADDRESS", "a mail address (may be repeated)"},
                                     {"jid", OPTION_LIST, &jids, "ADDRESS", "an XMPP address (may be repeated)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "member add wants one name");
    const struct member_request request = {sv_str(words.at[0]), cli_texts(c, &mails), cli_texts(c, &jids),
                                           mails.list.len, jids.list.len};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_member_add(&context, &request, &r, &c->err)))
        return cli_fail(c, rc);
    print_done(c, r.event ? "is a member" : "address noted", words.at[0], &r);
    return EXIT_DONE;
}

static void print_left(const char *name, const struct leave_outcome *o, const struct action_result *r)
{
    printf("%s: is %.*s from now on (event %lld)\n", name, SV_ARG(o->pseudonym), (long long)r->event);
    for (size_t i = 0; i < o->files.len; i++)
        printf("  the name still stands in %s\n", o->files.at[i]);
    for (size_t i = 0; i < o->events.len; i++)
        printf("  the name still stands in the words of event %lld\n", (long long)o->events.at[i]);
    if (o->events.len)
        printf("  \"casemate record erase --words '%s' --reason TEXT\" takes it out of these\n", name);
}

static int leave_as_pseudonym(struct cli *c, struct action_context *context, const char *name)
{
    struct action_result r;
    struct leave_outcome o;
    struct cli_json j;
    int rc = action_member_leave_as_pseudonym(context, sv_str(name), &o, &r, &c->err);
    if (rc)
        return cli_fail(c, rc);
    if (!c->json) {
        print_left(name, &o, &r);
        return EXIT_DONE;
    }
    cli_json_begin(&j);
    json_put_int(&j.j, "event", r.event);
    json_put(&j.j, "pseudonym", o.pseudonym);
    json_key(&j.j, "still_in_events");
    json_array(&j.j);
    for (size_t i = 0; i < o.events.len; i++)
        json_int(&j.j, o.events.at[i]);
    json_end(&j.j);
    json_key(&j.j, "still_in_files");
    json_array(&j.j);
    for (size_t i = 0; i < o.files.len; i++)
        json_string_str(&j.j, o.files.at[i]);
    json_end(&j.j);
    cli_json_end(&j);
    return EXIT_DONE;
}

static int member_leave(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    bool pseudonym = false;
    const struct option options[] = {
        {"pseudonym", OPTION_FLAG, &pseudonym, NULL, "put a pseudonym where the name stands, also in the record"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "member leave wants one name");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if (pseudonym)
        return leave_as_pseudonym(c, &context, words.at[0]);
    if ((rc = action_member_leave(&context, sv_str(words.at[0]), &r, &c->err)))
        return cli_fail(c, rc);
    print_done(c, "is no member any more", words.at[0], &r);
    return EXIT_DONE;
}

static int load(struct cli *c, struct view *v, struct people *out)
{
    int rc = cli_load_view(c, v);
    return rc ? rc : people_load(c->store, &c->arena, v->profile, c->time, out, &c->err);
}

static struct sv roles_text(struct cli *c, const struct person *p)
{
    struct str text = STR_INIT;
    for (size_t i = 0; i < p->roles.len; i++) {
        const struct role_held *r = &p->roles.at[i];
        str_addf(&text, "%s%.*s", i ? ", " : "", SV_ARG(r->role));
        if (r->until.len)
            str_addf(&text, " (%s %.*s)", r->ended ? "ended" : "until", SV_ARG(r->until));
    }
    struct sv result = arena_sv(&c->arena, str_sv(&text));
    str_release(&text);
    return result;
}

static void put_person(struct json *j, const struct person *p)
{
    json_object(j);
    json_put(j, "id", p->id);
    json_put(j, "name", p->name);
    json_put_bool(j, "member", p->joined && !p->gone);
    json_key(j, "roles");
    json_array(j);
    for (size_t i = 0; i < p->roles.len; i++) {
        const struct role_held *r = &p->roles.at[i];
        json_object(j);
        json_put(j, "role", r->role);
        if (r->until.len)
            json_put(j, "until", r->until);
        if (r->mark.len)
            json_put(j, "mark", r->mark);
        json_put_bool(j, "ended", r->ended);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

/* Everybody for whom `wanted` holds. */
static int list(struct cli *c, const struct people *people, bool (*wanted)(const struct person *p), const char *none)
{
    struct table t;
    struct cli_json j;
    static const char *const heads[] = {"NAME", "MEMBER", "ROLES"};
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    if (c->json) {
        cli_json_begin(&j);
        json_put_bool(&j.j, "governed", people->governed);
        json_key(&j.j, "people");
        json_array(&j.j);
    }
    for (size_t i = 0; i < people->list.len; i++) {
        const struct person *p = &people->list.at[i];
        if (!wanted(p))
            continue;
        if (c->json)
            put_person(&j.j, p);
        table_cell(&t, p->name);
        table_cell(&t, p->gone ? SV("left") : p->joined ? SV("yes") : SV("no"));
        table_cell(&t, roles_text(c, p));
    }
    if (c->json) {
        json_end(&j.j);
        cli_json_end(&j);
    } else if (t.cells.len > 3) {
        table_print(&t);
    } else {
        puts(none);
    }
    return EXIT_DONE;
}

static bool anybody(const struct person *p)
{
    (void)p;
    return true;
}

static bool has_role(const struct person *p)
{
    return p->roles.len > 0;
}

static int list_command(struct cli *c, const struct command *self, int argc, const char **argv,
                        bool (*wanted)(const struct person *p), const char *none)
{
    struct words words;
    struct view v;
    struct people people;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "%s list wants no word", self->name);
    if ((rc = load(c, &v, &people)))
        return cli_fail(c, rc);
    return list(c, &people, wanted, none);
}

static int member_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return list_command(c, self, argc, argv, anybody,
                        "nobody yet; \"casemate member add NAME --mail ADDRESS\" makes the first member");
}

static int role_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return list_command(c, self, argc, argv, has_role,
                        "no role was given yet, so the operator answers for all; "
                        "\"casemate role give NAME ROLE\" gives one");
}

static void put_addresses(struct json *j, const struct addresses *addresses)
{
    json_key(j, "addresses");
    json_array(j);
    for (size_t i = 0; i < addresses->list.len; i++) {
        json_object(j);
        json_put(j, "kind", addresses->list.at[i].kind);
        json_put(j, "address", addresses->list.at[i].address);
        json_end(j);
    }
    json_end(j);
}

static int member_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct people people;
    struct addresses addresses;
    struct cli_json j;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "member show wants one name");
    if ((rc = load(c, &v, &people)))
        return cli_fail(c, rc);
    const struct person *p = people_find(&people, sv_str(words.at[0]));
    if (!p)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "%s is not known; \"casemate member list\" shows all",
                                   words.at[0]));
    if ((rc = people_addresses(c->store, &c->arena, p->id, &addresses, &c->err)))
        return cli_fail(c, rc);
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "person");
        put_person(&j.j, p);
        put_addresses(&j.j, &addresses);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    struct sv roles = roles_text(c, p);
    printf("%.*s (%.*s): %s%s%.*s\n", SV_ARG(p->name), SV_ARG(p->id),
           p->gone ? "left" : p->joined ? "member" : "known by name only", roles.len ? ", " : "", SV_ARG(roles));
    for (size_t i = 0; i < addresses.list.len; i++)
        printf("  %.*s: %.*s\n", SV_ARG(addresses.list.at[i].kind), SV_ARG(addresses.list.at[i].address));
    return EXIT_DONE;
}

/* A link that logs in on the web. */
static int member_link(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *url = "http://localhost:8139";
    struct words words;
    struct action_context context;
    struct web_address site;
    struct sv path;
    const struct option options[] = {
        {"url", OPTION_TEXT, &url, "URL", "address of the site (default: http://localhost:8139)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "member link wants one mail address");
    if ((rc = web_address_read(sv_str(url), &site, &c->err)) || (rc = cli_begin(c, &context)) ||
        (rc = action_login_link(&context, sv_str(words.at[0]), &path, &c->err)))
        return cli_fail(c, rc);
    const char *link = arena_printf(&c->arena, "%.*s%.*s", SV_ARG(site.url), SV_ARG(path));
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "link", link);
        json_put_int(&j.j, "minutes", LOGIN_MINUTES);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    printf("%s\n", link);
    if (!c->quiet)
        fprintf(stderr, "It logs in once, within %d minutes; who has it is who it is for.\n", LOGIN_MINUTES);
    return EXIT_DONE;
}

/* For who lost password and codes. */
static int member_reset(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "member reset wants one name");
    if ((rc = cli_begin(c, &context)) || (rc = action_account_reset(&context, sv_str(words.at[0]), &c->err)))
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "reset", words.at[0]);
        cli_json_end(&j);
    } else if (!c->quiet) {
        printf("%s has no password and no one-time codes now, and is logged in nowhere.\n", words.at[0]);
    }
    return EXIT_DONE;
}

int cmd_member(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"list", member_list}, {"show", member_show}, {"add", member_add},
        {"leave", member_leave}, {"link", member_link},
        {"reset", member_reset}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}

static int role_change(struct cli *c, const struct command *self, int argc, const char **argv, bool give)
{
    const char *until = NULL, *mark = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"until", OPTION_TEXT, &until, "DATE", "the last day of the role"},
        {"mark", OPTION_TEXT, &mark, "TEXT", "what entitles to it, such as \"XSF member\""}};
    int rc = options_parse(c, self, argc, argv, options, give ? ARRAY_LEN(options) : 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "role %s wants a name and a role", give ? "give" : "take");
    const struct role_request request = {sv_str(words.at[0]), sv_str(words.at[1]), sv_str(until), sv_str(mark)};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = give ? action_role_give(&context, &request, &r, &c->err) : action_role_take(&context, &request, &r, &c->err);
    if (rc)
        return cli_fail(c, rc);
    print_done(c, arena_printf(&c->arena, give ? "is %s now" : "is not %s any more", words.at[1]), words.at[0], &r);
    return EXIT_DONE;
}

static int role_give(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return role_change(c, self, argc, argv, true);
}

static int role_take(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return role_change(c, self, argc, argv, false);
}

int cmd_role(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"list", role_list}, {"give", role_give}, {"take", role_take}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
