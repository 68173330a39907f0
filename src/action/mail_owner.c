/* LIST-owner@: to the people who run the list, at addresses that nobody else sees. */
#include "action/membership.h"

#include "action/people.h"

enum { OWNERS_MAX = 20 };

struct owner_addresses {
    struct sv at[OWNERS_MAX];
    size_t count;
};

/* The first mail address of a member. A name that is none any more reaches nobody. */
static int add_owner(struct arriving *m, const struct people *people, struct sv name, struct owner_addresses *out,
                     struct err *err)
{
    struct sv address;
    const struct person *person = people_find(people, name);
    if (!person || !person->joined || person->gone || out->count == OWNERS_MAX)
        return CM_OK;
    int rc = people_mail(m->c->store, m->c->arena, person->id, &address, err);
    if (!rc && route_is_address(address))
        out->at[out->count++] = address;
    return rc;
}

static int load_owners(struct arriving *m, struct owner_addresses *out, struct err *err)
{
    struct people people;
    struct sv rest = m->list->setting[SET_OWNERS], name;
    out->count = 0;
    int rc = people_load(m->c->store, m->c->arena, NULL, m->c->now, &people, err);
    while (!rc && sv_split(&rest, ',', &name))
        rc = add_owner(m, &people, sv_trim(name), out, err);
    return rc;
}

/* The mail as it came, so that its signature holds, with a mark that shows when it comes back. */
static struct sv passed_on(struct arriving *m, struct sv owner)
{
    struct str out = STR_INIT;
    struct sv rest = m->in->bytes, line;
    str_addf(&out, "X-Loop: %.*s\r\n", SV_ARG(owner));
    if (sv_starts(rest, SV("From "))) /* of a mailbox file, and no field */
        sv_next_line(&rest, &line);
    while (sv_next_line(&rest, &line)) {
        str_add(&out, sv_ends(line, SV("\r")) ? sv_from(line.at, line.len - 1) : line);
        str_add_str(&out, "\r\n");
    }
    struct sv kept = arena_sv(m->c->arena, str_sv(&out));
    str_release(&out);
    return kept;
}

int owner_arrives(struct arriving *m, struct err *err)
{
    struct owner_addresses owners;
    struct sv owner = route_address(m->c->arena, m->list->address, "-owner", SV_NONE);
    *m->reply = (struct mail_reply){FATE_TAKEN, "2.1.5", "taken", 0};
    if (!m->in->sender.len || mail_is_loop(m) || sv_find(mail_value(&m->mail, "X-Loop"), owner) >= 0)
        return CM_OK; /* notices of programs, and what was here before, go to nobody */
    if ((int64_t)m->in->bytes.len > list_number(m->list, SET_MAX_BYTES)) {
        *m->reply = (struct mail_reply){FATE_REFUSED, "5.3.4", "too large for the people who run this list", 0};
        return CM_OK;
    }
    int rc = load_owners(m, &owners, err);
    if (rc)
        return rc;
    if (!owners.count) {
        *m->reply = (struct mail_reply){FATE_REFUSED, "5.1.1", "nobody is reached at this address yet", 0};
        return CM_OK;
    }
    struct sv bytes = passed_on(m, owner);
    for (size_t i = 0; !rc && i < owners.count; i++)
        rc = outbox_mail(m->c->store, m->list->id, owners.at[i], bytes, m->c->now, err);
    return rc;
}
