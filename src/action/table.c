#include "action/action.h"

#include <string.h>

const char *const permission_names[PERMISSIONS] = {"read",     "propose", "comment", "estimate", "position", "edit",
                                                   "advance",  "merge",   "moderate", "round",   "call",     "publish",
                                                   "override", "import",  "configure", "appeal"};

const struct action_info action_table[] = {
    {"import", "import", "DIR", "take a folder's content into the store, three ways against the last import",
     PERMIT_IMPORT},
    {"threat.propose", "threat propose", "--name NAME --abstract TEXT --area AREA",
     "propose a threat: it enters the first stage", PERMIT_PROPOSE},
    {"threat.edit", "threat edit", "ID [--set FIELD=TEXT]... [--file FILE]",
     "change fields, or the whole entry in $EDITOR", PERMIT_EDIT},
    {"threat.advance", "threat advance", "ID [--to STAGE] [--override --reason TEXT]",
     "move a threat to a later stage when its entry rules hold", PERMIT_ADVANCE},
    {"threat.override", "threat advance --override", "ID --to STAGE --reason TEXT",
     "move a threat against an entry rule, in public", PERMIT_OVERRIDE},
    {"threat.reopen", "threat reopen", "ID --to STAGE --reason TEXT",
     "take a threat back to an earlier stage", PERMIT_ADVANCE},
    {"threat.merge", "threat merge", "ID --into ID --reason TEXT", "end a threat that is part of another one",
     PERMIT_MERGE},
    {"threat.split", "threat split", "ID --into ID --into ID... --reason TEXT",
     "end a threat that became several", PERMIT_MERGE},
    {"threat.withdraw", "threat withdraw", "ID --reason TEXT", "end a threat that is none", PERMIT_MERGE},
    {"edition.new", "edition new", "DOCUMENT --kind substantive|editorial --remark TEXT",
     "publish a document as its next version", PERMIT_PUBLISH},
    {"member.add", "member add", "NAME [--mail ADDRESS]... [--jid ADDRESS]...",
     "make somebody a member, or note a further address", PERMIT_MODERATE},
    {"member.leave", "member leave", "NAME", "leave the group; what you did stays under your name", PERMIT_READ},
    {"member.remove", "member leave", "NAME --reason TEXT", "remove a member", PERMIT_CONFIGURE},
    {"role.give", "role give", "NAME ROLE [--until DATE] [--mark TEXT]", "give a member a role", PERMIT_CONFIGURE},
    {"role.take", "role take", "NAME ROLE", "take a role from a member", PERMIT_CONFIGURE},
    {"review.request", "review request", "process|template|analysis|ID [VERSION] --to ADDRESS --name NAME --by DATE",
     "ask an expert for a review", PERMIT_EDIT},
    {"review.answer", "review answer", "V-1 --verdict sound|changes-wanted|declined [--text TEXT] [--present]",
     "what the reviewer says; a later answer replaces it", PERMIT_READ},
    {"review.withdraw", "review withdraw", "V-1 --reason TEXT", "ask no more", PERMIT_EDIT},
    {"handover.open", "handover open",
     "ID --document DOC --carried-by NAME --venue TEXT --on DATE [--answer-by DATE]",
     "a person carries a recommendation to the venue of a document", PERMIT_EDIT},
    {"handover.settle", "handover settle", "H-1 taken-up|declined|unanswered [--link URL]",
     "what became of it", PERMIT_EDIT},
    {"assent.record", "submit --assent", "DOCUMENT --assent NAME",
     "record an author's assent to a venue's terms", PERMIT_PUBLISH},
};
const size_t action_table_len = ARRAY_LEN(action_table);

const struct action_info *action_find(const char *name)
{
    for (size_t i = 0; i < action_table_len; i++)
        if (!strcmp(action_table[i].name, name))
            return &action_table[i];
    BUG("no action named %s", name);
}
