/* What a target format could not carry. */
#ifndef CASEMATE_TREE_IO_LOSS_H
#define CASEMATE_TREE_IO_LOSS_H

#include "base/arena.h"
#include "base/sv.h"
#include "base/vec.h"

enum { LOSS_NONE = UINT32_MAX };

struct loss_item {
    uint32_t node;      /* index in the tree, or LOSS_NONE: the tree as a whole */
    struct sv name;     /* the node's id or label, for people */
    struct sv what;     /* "cost", "comment", "gate", "order of the children", ... */
    const char *reason; /* "dot carries no values"; one clause without full stop */
    size_t times;       /* so many nodes lose the same; node is the first of them */
    bool meaning;       /* the text means something else than the tree */
};

/* One item per what and reason: a format that carries no costs says so once. */
struct loss {
    struct arena *arena; /* borrowed */
    VEC(struct loss_item) items;
};

void loss_init(struct loss *l, struct arena *arena);
/* l may be NULL. name is borrowed and must live as long as the arena, as must reason. */
void loss_add(struct loss *l, uint32_t node, struct sv name, const char *what, const char *reason);
/* The same where the meaning changes. */
void loss_add_meaning(struct loss *l, uint32_t node, struct sv name, const char *what, const char *reason);

#endif
