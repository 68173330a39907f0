#include "tree/io/loss.h"

void loss_init(struct loss *l, struct arena *arena)
{
    *l = (struct loss){.arena = arena};
}

static void add(struct loss *l, uint32_t node, struct sv name, const char *what, const char *reason, bool meaning)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->items.len; i++) {
        struct loss_item *item = &l->items.at[i];
        if (sv_eq_str(item->what, what) && strcmp(item->reason, reason) == 0) {
            item->times++;
            return;
        }
    }
    struct loss_item *item = vec_push(l->arena, &l->items);
    *item = (struct loss_item){node, name, arena_sv(l->arena, sv_str(what)), reason, 1, meaning};
}

void loss_add(struct loss *l, uint32_t node, struct sv name, const char *what, const char *reason)
{
    add(l, node, name, what, reason, false);
}

void loss_add_meaning(struct loss *l, uint32_t node, struct sv name, const char *what, const char *reason)
{
    add(l, node, name, what, reason, true);
}
