#include "tree/io/set.h"

#include "base/str.h"
#include "base/suggest.h"
#include "tree/io/outline_value.h"
#include "tree/io/reading.h"

enum { SHOWN_MAX = 5, SUGGEST_MAX = 20000, SUGGEST_LETTERS = 3 };

/* ---- the node ---- */

static bool same_countermeasure(const struct tree_node *x, const struct tree_node *y)
{
    if (x->role == TREE_ATTACK || y->role != x->role || x->id.len || y->id.len)
        return false;
    return sv_eq(x->label, y->label);
}

static int ambiguous(struct arena *scratch, const struct tree *t, const struct sv *anchors, struct sv name,
                     struct err *err)
{
    struct str list = STR_INIT;
    size_t count = 0;
    for (size_t i = 0; i < t->nodes.len; i++) {
        if (!sv_eq(t->nodes.at[i].label, name))
            continue;
        if (count++ < SHOWN_MAX)
            str_addf(&list, "%s%.*s", count > 1 ? ", " : "", SV_ARG(reading_shown(anchors[i])));
    }
    if (count > SHOWN_MAX)
        str_add_str(&list, ", ...");
    const char *text = arena_printf(scratch, "%s", str_cstr(&list));
    str_release(&list);
    return err_set(err, CM_EINPUT, "%zu steps are called \"%.*s\"; expected one of their anchors: %s", count,
                   SV_ARG(reading_shown(name)), text);
}

static int not_found(struct arena *scratch, const struct tree *t, const struct sv *anchors, struct sv name,
                     struct err *err)
{
    const char *nearest = NULL;
    if (t->nodes.len <= SUGGEST_MAX && name.len >= SUGGEST_LETTERS) {
        const char **known = arena_new_array(scratch, const char *, 2 * t->nodes.len + 1);
        for (size_t i = 0; i < t->nodes.len; i++) {
            known[2 * i] = arena_strndup(scratch, anchors[i].at, anchors[i].len);
            known[2 * i + 1] = arena_strndup(scratch, t->nodes.at[i].label.at, t->nodes.at[i].label.len);
        }
        nearest = suggest_nearest(name, known, 2 * t->nodes.len);
    }
    if (nearest)
        return err_set(err, CM_ENOTFOUND, "there is no step \"%.*s\"; did you mean \"%s\"?",
                       SV_ARG(reading_shown(name)), nearest);
    return err_set(err, CM_ENOTFOUND, "there is no step \"%.*s\"; expected an id, an anchor or a whole label",
                   SV_ARG(reading_shown(name)));
}

int tree_find(const struct tree *t, struct sv name, uint32_t *out_node, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    const struct sv *anchors = tree_anchors(&scratch, t);
    uint32_t found = GRAPH_NONE, others = 0;
    int rc = CM_OK;
    if (name.len && name.at[0] == '#')
        name = sv_from_byte(name, 1);
    for (uint32_t i = 0; i < t->nodes.len && found == GRAPH_NONE; i++) {
        if (sv_eq(anchors[i], name))
            found = i;
    }
    for (uint32_t i = 0; i < t->nodes.len && found == GRAPH_NONE; i++) {
        if (sv_eq(t->nodes.at[i].label, name) && name.len)
            found = i;
    }
    for (uint32_t i = 0; found != GRAPH_NONE && !sv_eq(anchors[found], name) && i < t->nodes.len; i++) {
        if (i != found && sv_eq(t->nodes.at[i].label, name))
            others += !same_countermeasure(&t->nodes.at[found], &t->nodes.at[i]);
    }
    if (found == GRAPH_NONE)
        rc = not_found(&scratch, t, anchors, name, err);
    else if (others)
        rc = ambiguous(&scratch, t, anchors, name, err);
    *out_node = found == GRAPH_NONE ? 0 : found;
    arena_release(&scratch);
    return rc;
}

/* ---- the assignment ---- */

static int find_attribute(struct sv name, const struct tree_node *n, enum tree_attribute *out, struct err *err)
{
    bool counter = n->role != TREE_ATTACK;
    const char *wanted = counter ? "stops, deployed or cost" : "p, cost, time, skill or damage";
    for (int i = 0; i < TREE_ATTRIBUTES; i++) {
        if (!sv_eq_str(name, tree_attribute_names[i]))
            continue;
        bool theirs = i == TREE_STOPS || i == TREE_DEPLOYED;
        if (i != TREE_COST && theirs != counter)
            return err_set(err, CM_EINPUT, "\"%.*s\" is a %s and has no %.*s; expected %s",
                           SV_ARG(reading_shown(n->label)), counter ? "countermeasure" : "step of the attack",
                           SV_ARG(name), wanted);
        *out = (enum tree_attribute)i;
        return CM_OK;
    }
    const char *nearest = suggest_nearest(name, tree_attribute_names, TREE_ATTRIBUTES);
    return nearest ? err_set(err, CM_EINPUT, "unknown attribute \"%.*s\"; did you mean \"%s\"?",
                             SV_ARG(reading_shown(name)), nearest)
                   : err_set(err, CM_EINPUT, "unknown attribute \"%.*s\"; expected %s", SV_ARG(reading_shown(name)),
                             wanted);
}

/* "STEP.ATTRIBUTE=VALUE": the value begins behind the last "=" that follows a dot and letters, so that a label may
 * hold dots and equals signs. */
static bool split(struct sv text, struct sv *step, struct sv *attribute, struct sv *value)
{
    for (size_t equals = text.len; equals-- > 0;) {
        size_t dot = equals;
        if (text.at[equals] != '=')
            continue;
        while (dot > 0 && text.at[dot - 1] != '.' && text.at[dot - 1] != '=' && text.at[dot - 1] != ' ')
            dot--;
        if (dot < 2 || text.at[dot - 1] != '.' || dot == equals)
            continue;
        *step = sv_trim(sv_from(text.at, dot - 1));
        *attribute = sv_from(text.at + dot, equals - dot);
        *value = sv_trim(sv_from_byte(text, equals + 1));
        return true;
    }
    return false;
}

/* The arrays of children are shared with the original, which nobody changes. */
static struct tree *copy_tree(struct arena *a, const struct tree *t)
{
    struct tree *copy = arena_new(a, struct tree);
    *copy = *t;
    copy->nodes.at = arena_new_array(a, struct tree_node, t->nodes.len);
    copy->nodes.cap = t->nodes.len;
    memcpy(copy->nodes.at, t->nodes.at, t->nodes.len * sizeof(*t->nodes.at));
    return copy;
}

const struct tree *tree_set(struct arena *a, const struct tree *t, struct sv assignment, struct err *err)
{
    struct sv step, name, text;
    struct tree_value value = {.kind = TREE_NO_VALUE, .text = SV_NONE};
    enum tree_attribute attribute = TREE_P;
    struct outline_fault bad;
    uint32_t node;
    if (!split(assignment, &step, &name, &text)) {
        err_set(err, CM_EINPUT, "\"%.*s\" sets nothing; expected STEP.p=0.1, with the attributes of an outline",
                SV_ARG(reading_shown(assignment)));
        return NULL;
    }
    if (tree_find(t, step, &node, err) != CM_OK || find_attribute(name, &t->nodes.at[node], &attribute, err) != CM_OK)
        return NULL;
    if (text.len && !outline_value_parse(a, attribute, arena_sv(a, text), &value, &bad)) {
        err_set(err, CM_EINPUT, "%.*s=%.*s: %s%s%s", SV_ARG(name), SV_ARG(reading_shown(text)), bad.what,
                bad.expected ? "; expected " : "", bad.expected ? bad.expected : "");
        return NULL;
    }
    struct tree *copy = copy_tree(a, t);
    for (uint32_t i = 0; i < copy->nodes.len; i++) {
        if (i == node || same_countermeasure(&t->nodes.at[node], &t->nodes.at[i]))
            copy->nodes.at[i].values[attribute] = value;
    }
    return copy;
}
