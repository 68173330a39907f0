#include "register/tree_terms.h"

#include "base/digest.h"
#include "register/stems.h"

#include <stdlib.h>

/* Labels are short: by insertion. */
static void sort_stems(struct stems *stems)
{
    for (size_t i = 1; i < stems->list.len; i++) {
        struct stem moved = stems->list.at[i];
        size_t at = i;
        for (; at && sv_cmp(stems->list.at[at - 1].stem, moved.stem) > 0; at--)
            stems->list.at[at] = stems->list.at[at - 1];
        stems->list.at[at] = moved;
    }
}

struct keys {
    struct arena *arena;
    const struct tree *tree;
    struct sv *of;   /* by node; empty: none */
    bool *done;      /* by node */
    struct sv *some; /* room for the children of one gate */
    struct stems stems; /* of one label after the other */
};

static struct sv step_key(struct keys *k, struct sv label)
{
    char *key = arena_room(k->arena, label.len * 4 + 1); /* folding lengthens a text to three times at most */
    size_t len = 0;
    k->stems.list.len = 0;
    stems_of(k->arena, label, &k->stems);
    sort_stems(&k->stems);
    for (size_t i = 0; i < k->stems.list.len; i++) {
        struct sv stem = k->stems.list.at[i].stem;
        if (i && sv_eq(stem, k->stems.list.at[i - 1].stem))
            continue;
        if (i)
            key[len++] = ' ';
        memcpy(key + len, stem.at, stem.len);
        len += stem.len;
    }
    return sv_from(key, len);
}

static int by_text(const void *x, const void *y)
{
    return sv_cmp(*(const struct sv *)x, *(const struct sv *)y);
}

static struct sv gate_key(struct keys *k, const struct tree_node *n)
{
    size_t count = 0;
    struct digest_state state;
    for (size_t i = 0; i < n->children.len; i++)
        if (k->of[n->children.at[i]].len)
            k->some[count++] = k->of[n->children.at[i]];
    if (!count)
        return SV_NONE;
    qsort(k->some, count, sizeof(*k->some), by_text);
    const char *kind = arena_printf(k->arena, "%d %u %u", n->gate == TREE_SAND ? TREE_AND : n->gate, n->k, n->k_max);
    digest_begin(&state);
    digest_add_part(&state, sv_str(kind));
    for (size_t i = 0; i < count; i++)
        digest_add_part(&state, k->some[i]);
    struct digest digest = digest_end(&state);
    return arena_sv(k->arena, digest_sv(&digest));
}

static struct sv key_of(struct keys *k, const struct tree_node *n)
{
    if (n->role != TREE_ATTACK)
        return SV_NONE;
    if (n->children.len)
        return gate_key(k, n);
    return step_key(k, n->label.len ? n->label : n->reference);
}

/* From the steps up. The graph may be deep, so the way back is kept on a stack of our own: a node is pushed, then its
 * children that have no key yet, and it is done when it is met again. */
static void find_keys(struct keys *k, uint32_t root)
{
    VEC(uint32_t) stack = {NULL, 0, 0};
    *vec_push(k->arena, &stack) = root;
    while (stack.len) {
        uint32_t node = stack.at[stack.len - 1];
        const struct tree_node *n = &k->tree->nodes.at[node];
        size_t before = stack.len;
        for (size_t i = 0; !k->done[node] && i < n->children.len; i++)
            if (!k->done[n->children.at[i]])
                *vec_push(k->arena, &stack) = n->children.at[i];
        if (stack.len > before)
            continue;
        if (!k->done[node])
            k->of[node] = key_of(k, n);
        k->done[node] = true;
        stack.len--;
    }
}

void tree_terms_of(struct arena *a, const struct tree *t, struct tree_terms *out)
{
    size_t most = 1;
    for (size_t i = 0; i < t->nodes.len; i++)
        most = t->nodes.at[i].children.len > most ? t->nodes.at[i].children.len : most;
    struct keys k = {a, t, arena_new_array(a, struct sv, t->nodes.len), arena_new_array(a, bool, t->nodes.len),
                     arena_new_array(a, struct sv, most), {{NULL, 0, 0}}};
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        if (!k.done[i])
            find_keys(&k, i);
        if (k.of[i].len)
            *vec_push(a, &out->list) =
                (struct tree_term){k.of[i], n->label.len ? n->label : n->reference, !n->children.len};
    }
}
