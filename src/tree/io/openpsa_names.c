/* Names of an Open-PSA model.
 *
 * Public names are one space for gates, basic events and house events, another one for parameters. A private name is
 * known inside its container by its bare name and from elsewhere by its path (tree.component.name). A reference
 * looks in its own container first, then in those around it, then among the public names. */
#include "tree/io/openpsa_model.h"

struct sv psa_path(struct psa_model *m, const struct psa_definition *d)
{
    struct sv above = m->containers.at[d->container].path;
    if (!above.len)
        return d->name->text;
    return sv_str(arena_printf(m->reading.arena, "%.*s.%.*s", SV_ARG(above), SV_ARG(d->name->text)));
}

static void defined_twice(struct psa_model *m, const struct psa_definition *d, const struct psa_definition *former)
{
    reading_fault(&m->reading, d->place,
                  arena_printf(m->reading.arena, "%.*s is already defined in line %u",
                               SV_ARG(reading_shown(d->name->text)), former->place.line),
                  "another name");
}

static void enter_public(struct psa_model *m, uint32_t i)
{
    struct psa_definition *d = &m->definitions.at[i];
    uint32_t *slot = d->kind == PSA_PARAMETER ? &d->name->parameter : &d->name->event;
    if (*slot && d->name->text.len)
        defined_twice(m, d, &m->definitions.at[*slot - 1]);
    else
        *slot = i + 1;
}

void psa_enter_names(struct psa_model *m)
{
    for (uint32_t i = 0; i < m->definitions.len; i++) {
        if (!m->definitions.at[i].private)
            enter_public(m, i);
    }
}

/* "e" or "p" before the path keeps events and parameters apart. */
static struct sv path_key(struct psa_model *m, bool parameter, struct sv above, struct sv name)
{
    return sv_str(arena_printf(m->reading.arena, "%c%.*s%s%.*s", parameter ? 'p' : 'e', SV_ARG(above),
                               above.len ? "." : "", SV_ARG(name)));
}

static void fill_paths(struct psa_model *m, struct psa_scopes *s)
{
    map_init(&s->paths, m->reading.arena);
    s->filled = true;
    for (uint32_t i = 0; i < m->definitions.len; i++) {
        const struct psa_definition *d = &m->definitions.at[i];
        struct sv key =
            path_key(m, d->kind == PSA_PARAMETER, m->containers.at[d->container].path, d->name->text);
        const uint32_t *former = map_get(&s->paths, key);
        if (former) {
            if (d->private || m->definitions.at[*former - 1].private)
                defined_twice(m, d, &m->definitions.at[*former - 1]);
            continue;
        }
        uint32_t *value = arena_new(m->reading.arena, uint32_t);
        *value = i + 1;
        map_set(&s->paths, key, value);
    }
}

static uint32_t find_path(struct psa_model *m, struct psa_scopes *s, const struct psa_name *name, bool parameter,
                          uint32_t container)
{
    struct arena *kept = m->reading.arena, scratch = ARENA_INIT;
    const uint32_t *found = NULL;
    if (!s->filled)
        fill_paths(m, s);
    m->reading.arena = &scratch; /* the keys that are only looked for */
    for (;; container = m->containers.at[container].parent) {
        found = map_get(&s->paths, path_key(m, parameter, m->containers.at[container].path, name->text));
        if (found || !container)
            break;
    }
    m->reading.arena = kept;
    arena_release(&scratch);
    return found ? *found - 1 : PSA_NONE;
}

uint32_t psa_resolve(struct psa_model *m, struct psa_scopes *s, const struct psa_name *name, bool parameter,
                     uint32_t container)
{
    uint32_t public = parameter ? name->parameter : name->event;
    if (m->privates || (!public && sv_find_char(name->text, '.') >= 0)) {
        uint32_t found = find_path(m, s, name, parameter, container);
        if (found != PSA_NONE)
            return found;
    }
    return public ? public - 1 : PSA_NONE;
}
