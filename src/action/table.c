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
    {"threat.edit", "threat edit", "ID [--set FIELD=TEXT]... [--file FILE] [--editorial --reason TEXT]",
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
    {"embargo.open", "embargo open", "--to NAME... --text TEXT [--days N]",
     "keep an unpatched flaw to named members", PERMIT_PROPOSE},
    {"embargo.note", "embargo note", "E-1 --text TEXT", "add a note to an embargo that you were told of",
     PERMIT_PROPOSE},
    {"embargo.share", "embargo share", "E-1 NAME", "tell one more member of an embargo", PERMIT_PROPOSE},
    {"embargo.release", "embargo release", "E-1", "make an embargo public whose time is over", PERMIT_PROPOSE},
    {"embargo.release-early", "embargo release", "E-1 --reason TEXT", "make an embargo public before its time is over",
     PERMIT_CALL},
    {"sig.end", "sig end", "--by NAME --link URL --reason TEXT",
     "note that the group was ended by the body it reports to", PERMIT_CONFIGURE},
    {"sig.resume", "sig resume", "--reason TEXT", "the group goes on after all", PERMIT_CONFIGURE},
    {"report.record", "report --record", "[--since DATE]", "note the report to the council in the record",
     PERMIT_PUBLISH},
    {"call.open", "call open", "DOCUMENT VERSION|process|template|appeal D-1 --question TEXT [--until DATE]",
     "call for consensus on a text", PERMIT_CALL},
    {"call.close", "call close", "CALL --outcome accepted|not-accepted --judgement TEXT [--link URL]",
     "close a call in writing, and record the decision", PERMIT_CALL},
    {"position.take", "position", "CALL support|object|abstain [--reason TEXT]",
     "take a position in a call, or change it", PERMIT_POSITION},
    {"objection.raise", "objection raise", "THREAT --reason TEXT",
     "object to a priority in its objection period", PERMIT_POSITION},
    {"objection.answer", "objection answer", "OBJECTION --text TEXT", "answer an objection", PERMIT_CALL},
    {"objection.withdraw", "objection withdraw", "OBJECTION", "withdraw one's own objection", PERMIT_POSITION},
    {"objection.dissent", "objection dissent", "OBJECTION --reason TEXT",
     "record an objection as dissent beside the decision", PERMIT_CALL},
    {"decision.appeal", "decision appeal", "DECISION --reason TEXT [--until DATE]",
     "appeal a decision: a call on it is opened", PERMIT_APPEAL},
    {"threat.challenge", "threat challenge", "ID --reason TEXT",
     "say that the last change was not editorial", PERMIT_POSITION},
    {"round.open", "round open", "ID... [--until DATE] [--follows ROUND] [--reason TEXT]",
     "open a blind round of estimates", PERMIT_ROUND},
    {"round.close", "round close", "ROUND", "open the estimates of a round, and write the medians", PERMIT_ROUND},
    {"round.override", "round close --override", "ROUND --reason TEXT",
     "close a round before its time, or without a quorum", PERMIT_OVERRIDE},
    {"estimate.give", "estimate", "ID --likelihood LEVEL --damage LEVEL --because TEXT [--round ROUND]",
     "rate a threat privately, in an open round", PERMIT_ESTIMATE},
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
