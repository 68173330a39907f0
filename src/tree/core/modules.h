/* Modules: gates whose events and inner gates occur nowhere else. Each can be solved alone and be a
 * single variable for the rest (Dutuit and Rauzy 1996). */
#ifndef CASEMATE_TREE_CORE_MODULES_H
#define CASEMATE_TREE_CORE_MODULES_H

#include "tree/core/formula.h"

struct formula_module {
    struct formula f; /* over its own events; arrays in the arena given */
    uint32_t *vars;   /* what each of its events is: an event e of the whole, or the whole's events + i for module i */
};

struct formula_modules {
    struct formula_module *at; /* a module only refers to earlier ones; the last is the whole formula */
    uint32_t len;              /* at least one */
};

/* All modules that f has. Every module but the last is false when all its events are: where the gate is not, the
 * module is its negation and the edges to it are turned. So "the module is false" costs no step, and minimal
 * sets may be put together from the modules' sets whether or not the formula is coherent. */
void formula_modules(const struct formula *f, struct arena *arena, struct formula_modules *out);

#endif
