#include "tree/io/naming.h"

#include "base/map.h"

static bool fits_char(const struct naming_rules *r, char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (r->upper && c >= 'A' && c <= 'Z') ||
           (r->underscore && c == '_');
}

static bool fits_first(const struct naming_rules *r, char c)
{
    return fits_char(r, c) && (!r->letter_first || (c != '-' && !(c >= '0' && c <= '9')));
}

bool naming_fits(const struct naming_rules *rules, struct sv name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!fits_char(rules, name.at[i]))
            return false;
    }
    return name.len && fits_first(rules, name.at[0]);
}

static struct sv made_to_fit(struct arena *a, const struct naming_rules *r, struct sv name)
{
    char *copy = arena_alloc(a, name.len + 3);
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (!r->upper && c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!len && (fits_char(r, c) ? !fits_first(r, c) : r->letter_first))
            copy[len++] = 'n';
        if (fits_char(r, c))
            copy[len++] = c;
        else if (len && copy[len - 1] != '-')
            copy[len++] = '-';
    }
    while (len && copy[len - 1] == '-')
        len--;
    return len ? sv_from(copy, len) : SV("node");
}

struct sv naming_unique(struct arena *a, struct map *taken, struct sv base)
{
    struct sv name = base;
    uint32_t *used = map_get(taken, base); /* the last number tried behind this base */
    while (map_get(taken, name)) {
        *used = *used ? *used + 1 : 2;
        name = sv_str(arena_printf(a, "%.*s-%u", SV_ARG(base), *used));
    }
    map_set(taken, name, arena_new(a, uint32_t));
    return name;
}

struct sv naming_shown(const struct tree_node *n)
{
    return n->id.len ? n->id : n->label.len ? n->label : n->reference;
}

const struct sv *naming_make(struct arena *a, const struct tree *t, const struct naming_rules *rules,
                             struct loss *loss)
{
    const struct sv *anchors = tree_anchors(a, t);
    struct sv *names = arena_new_array(a, struct sv, t->nodes.len + 1);
    struct map taken;
    map_init(&taken, a);
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        if (naming_fits(rules, t->nodes.at[i].id))
            names[i] = naming_unique(a, &taken, t->nodes.at[i].id);
    }
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        if (names[i].len)
            continue;
        names[i] = naming_unique(a, &taken, made_to_fit(a, rules, anchors[i]));
        if (n->id.len && !sv_eq(n->id, n->label))
            loss_add(loss, i, naming_shown(n), "id", rules->reason);
    }
    return names;
}
