/* An Open-PSA model as it stands in the file, before names are resolved. For the openpsa*.c files only. */
#ifndef CASEMATE_TREE_IO_OPENPSA_MODEL_H
#define CASEMATE_TREE_IO_OPENPSA_MODEL_H

#include "base/map.h"
#include "tree/io/openpsa.h"

#define PSA_NONE UINT32_MAX

enum psa_kind { PSA_ANY, PSA_GATE, PSA_BASIC, PSA_HOUSE, PSA_PARAMETER };

/* A name that occurs in the model; the public definitions that bear it. */
struct psa_name {
    struct sv text;
    uint32_t event, parameter; /* index of the definition + 1; 0: none */
    bool told;                 /* that it is not defined */
};

struct psa_container {
    uint32_t parent;
    struct sv path; /* "tree.component"; of the model itself empty */
    bool private;   /* what is defined in it is private unless it says otherwise */
};

struct psa_definition {
    enum psa_kind kind;
    struct psa_name *name;
    uint32_t container;
    bool private;
    bool state;    /* PSA_HOUSE */
    uint32_t body; /* index of the formula or expression, or PSA_NONE */
    struct sv label;
    struct place place;
};

struct psa_arg {
    struct psa_name *name; /* a reference */
    uint32_t formula;      /* or a formula of its own; PSA_NONE for a reference */
    enum psa_kind kind;    /* what the reference says it refers to */
    uint32_t line, column;
};

struct psa_formula {
    enum tree_gate gate;
    unsigned k, k_max;
    uint32_t first, len; /* in args */
    uint32_t owner;      /* the definition it belongs to */
    uint32_t line, column;
};

enum psa_op {
    OP_NUMBER,
    OP_PARAMETER,
    OP_MISSION_TIME,
    OP_NEG,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_POW,
    OP_EXP,
    OP_LOG,
    OP_LOG10,
    OP_SQRT,
    OP_ABS,
    OP_MIN,
    OP_MAX,
    OP_MEAN,
    OP_EXPONENTIAL,
    OP_GLM,
    OP_WEIBULL,
    OP_UNIFORM,
    OP_NORMAL,
    OP_LOGNORMAL,
};

struct psa_expression {
    enum psa_op op;
    double number;
    struct sv written;
    struct psa_name *name;
    uint32_t first, len; /* in operands */
    uint32_t line, column;
};

struct psa_model {
    struct reading reading;
    const struct openpsa_options *options;
    const char *file; /* the first one, for faults of the whole */
    struct map names;
    VEC(struct psa_container) containers;
    VEC(struct psa_definition) definitions;
    VEC(struct psa_formula) formulas;
    VEC(struct psa_arg) args;
    VEC(struct psa_expression) expressions;
    VEC(uint32_t) operands;
    size_t privates; /* private definitions */
};

/* openpsa.c: reads one text into the model. False when it is not XML or too large. */
bool psa_read(struct psa_model *m, const struct openpsa_source *source);

/* openpsa_names.c. The definition that a reference from inside a container means, or PSA_NONE. */
struct psa_scopes {
    struct map paths; /* "path.name" -> definition + 1 */
    bool filled;
};
uint32_t psa_resolve(struct psa_model *m, struct psa_scopes *s, const struct psa_name *name, bool parameter,
                     uint32_t container);
/* Enters all definitions under their names; two of one name in one scope are a fault. */
void psa_enter_names(struct psa_model *m);
struct sv psa_path(struct psa_model *m, const struct psa_definition *d);

/* openpsa_value.c: the value of each basic event, by definition; a fault where it has none that fits. */
struct tree_value *psa_values(struct psa_model *m, struct psa_scopes *s);

/* openpsa_tree.c: references, top gate, cycles, the tree. NULL after a fault. */
const struct tree *psa_tree(struct psa_model *m);

#endif
