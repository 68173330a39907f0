/* Threats of another tool's model as proposals. */
#ifndef CASEMATE_ACTION_THREAT_IMPORT_H
#define CASEMATE_ACTION_THREAT_IMPORT_H

#include "action/action.h"
#include "format/threat_model.h"

struct threat_import {
    const struct threat_model *model;
    struct sv areas;       /* comma-separated ids; all threats get them */
    struct sv mitigations; /* id or name of the prose field that mitigations go into; empty: "potential" where the
                            * template has it, otherwise its last prose field */
    bool dry_run;          /* all is tried, and nothing kept */
};

struct threat_imported {
    struct sv id, name, abstract; /* as proposed; of one that was here before, only id and name */
    struct sv origin;   /* "threat-dragon:7df716cd": what is in `proposed.from` */
    bool was_here;      /* the same origin: nothing was done */
    bool name_cut, abstract_cut; /* longer than the template allows; the definition has the whole text */
};
struct threats_imported {
    VEC(struct threat_imported) list;
    size_t without_stride; /* their classes are none of the SIG's */
};

/* threat.propose for each threat that is not here yet, all or none: CM_EINPUT with all faults in context->diag. */
CM_MUST_USE int action_threat_import(struct action_context *c, const struct threat_import *import,
                                     struct threats_imported *out, struct err *err);

#endif
