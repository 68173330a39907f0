/* The table of what acts ask for. */
#include "action/perform.h"

#define WANTED INPUT_WANTED
#define REASON                                                                                                         \
    {                                                                                                                  \
        "reason", "Reason", INPUT_TEXT, INPUT_WANTED, NULL, "Why. It stands in the public record."                     \
    }
#define MAY_REASON                                                                                                     \
    {                                                                                                                  \
        "reason", "Reason", INPUT_TEXT, 0, NULL, "Why, if it needs to be said. It stands in the public record."        \
    }
#define THREAT                                                                                                         \
    {                                                                                                                  \
        "threat", "Threat", INPUT_THREAT, INPUT_WANTED, NULL, "Its id, such as T-0001."                                \
    }

#define INPUTS(name) static const struct action_input name[]

/* ---- threats ---- */

INPUTS(propose) = {
    {"name", "Name", INPUT_LINE, WANTED, NULL, "A few words that tell it from all others."},
    {"abstract", "Abstract", INPUT_TEXT, WANTED, NULL, "What happens, in plain words. How to solve it comes later."},
    {"area", "Areas", INPUT_AREA, INPUT_MANY, NULL, "What it is about; ids of sig.yaml."}};
INPUTS(edit) = {
    THREAT,
    {"field", "Field", INPUT_FIELD, WANTED, NULL, "Of the template, such as gap, or a property, such as level."},
    {"text", "Text", INPUT_TEXT, 0, NULL, "The whole new text of it. Empty: the field goes."},
    {"was", "Text before", INPUT_TEXT, 0, NULL, "The text that the change was made from; another one is a conflict."},
    {"editorial", "The substance stays as it was", INPUT_FLAG, 0, NULL,
     "Decisions and estimates then hold for the new text. It wants a reason, and any member may challenge it."},
    MAY_REASON};
INPUTS(advance) = {
    THREAT,
    {"to", "Stage", INPUT_STAGE, 0, NULL, "The next one, when it is left out."},
    {"override", "Against a rule", INPUT_FLAG, 0, NULL,
     "A missing act of the group is overridden, in public, with a reason. Missing content never is."},
    MAY_REASON};
INPUTS(reopen) = {THREAT, {"to", "Stage", INPUT_STAGE, WANTED, NULL, "An earlier one."}, REASON};
INPUTS(merge) = {
    THREAT, {"into", "Into", INPUT_THREAT, WANTED, NULL, "The threat that it is part of."}, REASON};
INPUTS(split) = {
    THREAT,
    {"into", "Into", INPUT_THREAT, WANTED | INPUT_MANY, NULL, "The threats that it became, at least two."},
    REASON};
INPUTS(threat_reason) = {THREAT, REASON};

/* ---- rounds ---- */

INPUTS(round_open) = {
    {"threat", "Threats", INPUT_THREAT, WANTED | INPUT_MANY, NULL, "Those to be estimated, ten at most."},
    {"until", "Last day", INPUT_DAY, 0, NULL, "Or +20d. Left out: the shortest period that the process allows."},
    {"follows", "Second round after", INPUT_ROUND, 0, NULL, "The first round, where this is a second one."},
    {"step", "Steps of attack trees", INPUT_STEP, INPUT_MANY, NULL,
     "To be estimated beside the factors: T-0001#phish, T-0001#phish:cost."},
    MAY_REASON};
INPUTS(round_close) = {
    {"round", "Round", INPUT_ROUND, WANTED, NULL, "Its id, such as R-1."},
    {"override", "Before its time, or without a quorum", INPUT_FLAG, 0, NULL, "By a leader, in public, with a reason."},
    MAY_REASON};
INPUTS(round_step) = {
    {"round", "Round", INPUT_ROUND, WANTED, NULL, "Its id, such as R-1."},
    {"step", "Step", INPUT_STEP, WANTED, NULL, "Such as T-0001#phish."}};
INPUTS(estimate) = {
    THREAT,
    {"likelihood", "Likelihood", INPUT_LIKELIHOOD, 0, NULL, "A level, abstain or not-competent."},
    {"damage", "Damage", INPUT_DAMAGE, 0, NULL, "A level, abstain or not-competent."},
    {"step", "Steps of the attack tree", INPUT_LINE, INPUT_MANY, NULL,
     "Your 90 % intervals: phish=0.02..0.2, phish:cost=500..5k."},
    {"rest", "What you do not rate", INPUT_CHOICE, 0, "abstain not-competent", "How to count it."},
    {"because", "Reason", INPUT_TEXT, 0, NULL, "What you know, have seen, or assume. Public once the round closes."},
    {"round", "Round", INPUT_ROUND, 0, NULL, "Left out: the open one that holds the threat."}};

/* ---- consensus ---- */

#define CALL                                                                                                           \
    {                                                                                                                  \
        "call", "Call", INPUT_CALL, INPUT_WANTED, NULL, "Its id, such as C-1."                                         \
    }
#define DECISION                                                                                                       \
    {                                                                                                                  \
        "decision", "Decision", INPUT_DECISION, INPUT_WANTED, NULL, "Its id, such as D-1."                             \
    }
#define OBJECTION                                                                                                      \
    {                                                                                                                  \
        "objection", "Objection", INPUT_OBJECTION, INPUT_WANTED, NULL, "Its id, such as O-1."                          \
    }

INPUTS(call_open) = {
    {"subject", "About", INPUT_LINE, WANTED, NULL,
     "process, template, analysis, or a decision that is appealed (D-1)."},
    {"version", "Edition", INPUT_LINE, 0, NULL, "Of the document, such as 0.2; left out for process and template."},
    {"question", "Question", INPUT_LINE, WANTED, NULL, "What the group is asked."},
    {"until", "Last day", INPUT_DAY, 0, NULL, "Or +14d. Left out: the first that the process allows."}};
INPUTS(call_close) = {
    CALL,
    {"outcome", "Outcome", INPUT_CHOICE, WANTED, "accepted not-accepted", "As you judge the consensus."},
    {"judgement", "Judgement", INPUT_TEXT, WANTED, NULL, "Why, in your words. Positions are not counted."},
    {"link", "Minute or message", INPUT_LINK, 0, NULL, "Its address, if there is one."}};
INPUTS(position) = {
    CALL,
    {"position", "Position", INPUT_CHOICE, WANTED, "support object abstain", NULL},
    {"reason", "Reason", INPUT_TEXT, 0, NULL, "An objection wants one. It is public."}};
INPUTS(answer) = {
    OBJECTION, {"text", "Answer", INPUT_TEXT, WANTED, NULL, "What the group says to it."}};
INPUTS(objection_only) = {OBJECTION};
INPUTS(dissent) = {
    OBJECTION,
    {"reason", "Reason", INPUT_TEXT, WANTED, NULL, "Why it stays unresolved. It stands beside the decision."}};
INPUTS(appeal) = {
    DECISION, REASON, {"until", "Last day of the call", INPUT_DAY, 0, NULL, "Left out: the first that is allowed."}};
INPUTS(refer) = {
    DECISION, REASON, {"answer-by", "Wait for an answer until", INPUT_DAY, 0, NULL, "Left out: 30 days."}};
INPUTS(council_answer) = {
    DECISION,
    {"answer", "Answer", INPUT_CHOICE, WANTED, "dismissed upheld", "What the council says to the appeal."},
    {"link", "Minute or message", INPUT_LINK, WANTED, NULL, "That says so."},
    REASON};

/* ---- editions, reviews, hand-overs ---- */

INPUTS(edition) = {
    {"document", "Document", INPUT_DOCUMENT, WANTED, NULL, "process, template or analysis."},
    {"kind", "Kind of change", INPUT_CHOICE, WANTED, "substantive editorial",
     "Substantive: 0.n. Editorial, so that nothing that was decided changes: 0.n.m."},
    {"remark", "What changed", INPUT_LINE, WANTED, NULL, "For the revision history."},
    {"initials", "Your initials", INPUT_LINE, 0, NULL, "For the revision history."},
    {"without-pdf", "Without PDF", INPUT_FLAG, 0, NULL, "Making it takes long, up to a minute."}};
INPUTS(assent) = {
    {"document", "Document", INPUT_DOCUMENT, WANTED, NULL, "process, template or analysis."},
    {"author", "Author", INPUT_LINE, WANTED, NULL, "Who assents to the terms of the venue."}};
INPUTS(review_request) = {
    {"subject", "Of what", INPUT_LINE, WANTED, NULL, "A threat (T-0001), process, template or analysis."},
    {"version", "Edition", INPUT_LINE, 0, NULL, "Of a document, such as 0.2. Left out: the text as it is now."},
    {"to", "Address of the expert", INPUT_ADDRESS, WANTED, NULL, "It is kept private."},
    {"name", "Name of the expert", INPUT_LINE, WANTED, NULL, "As it will be printed."},
    {"by", "Until", INPUT_DAY, WANTED, NULL, "A day, or +14d."}};
INPUTS(review_withdraw) = {
    {"review", "Review", INPUT_REVIEW, WANTED, NULL, "Its id, such as V-1."}, REASON};
INPUTS(handover_open) = {
    THREAT,
    {"document", "Document", INPUT_LINE, WANTED, NULL, "That the threat cites, such as RFC 6120."},
    {"carried-by", "Carried by", INPUT_LINE, WANTED, NULL, "A person."},
    {"venue", "Venue", INPUT_LINE, WANTED, NULL, "Where the document is worked on."},
    {"on", "On", INPUT_DAY, WANTED, NULL, "The day."},
    {"answer-by", "Wait for an answer until", INPUT_DAY, 0, NULL, "Left out: 30 days."}};
INPUTS(handover_settle) = {
    {"handover", "Hand-over", INPUT_HANDOVER, WANTED, NULL, "Its id, such as H-1."},
    {"state", "What became of it", INPUT_CHOICE, WANTED, "taken-up declined unanswered", NULL},
    {"link", "Minute or message", INPUT_LINK, 0, NULL, "That says so; wanted unless it was not answered."}};

/* ---- people ---- */

INPUTS(member_add) = {
    {"name", "Name", INPUT_LINE, WANTED, NULL, "As it will be printed; of a member: to note further addresses."},
    {"mail", "Mail addresses", INPUT_ADDRESS, INPUT_MANY, NULL, "Kept private."},
    {"jid", "Jabber addresses", INPUT_LINE, INPUT_MANY, NULL, "Kept private."}};
INPUTS(leave) = {
    {"pseudonym", "Take my name away", INPUT_FLAG, 0, NULL,
     "A pseudonym stands for it wherever it names you. What others wrote keeps it."}};
INPUTS(member_remove) = {
    {"name", "Member", INPUT_MEMBER, WANTED, NULL, NULL},
    {"pseudonym", "Take the name away", INPUT_FLAG, 0, NULL, "A pseudonym stands for it wherever it names the person."},
    REASON};
INPUTS(role_give) = {
    {"name", "Member", INPUT_MEMBER, WANTED, NULL, NULL},
    {"role", "Role", INPUT_ROLE, WANTED, NULL, "Of sig.yaml."},
    {"until", "Last day", INPUT_DAY, 0, NULL, "Some roles want one."},
    {"mark", "What entitles to it", INPUT_LINE, 0, NULL, "Some roles want that, such as a membership."}};
INPUTS(role_take) = {
    {"name", "Member", INPUT_MEMBER, WANTED, NULL, NULL}, {"role", "Role", INPUT_ROLE, WANTED, NULL, NULL}};
INPUTS(away) = {
    {"from", "From", INPUT_DAY, 0, NULL, "Left out: today."},
    {"until", "Last day", INPUT_DAY, WANTED, NULL, NULL}};

/* ---- embargoes ---- */

#define EMBARGO                                                                                                        \
    {                                                                                                                  \
        "embargo", "Embargo", INPUT_EMBARGO, INPUT_WANTED, NULL, "Its id, such as E-1."                                \
    }

INPUTS(embargo_open) = {
    {"text", "Text", INPUT_TEXT, WANTED, NULL, "What the flaw is. Only you and whom you name read it before the end."},
    {"to", "Who may read it", INPUT_MEMBER, INPUT_MANY, NULL, "Members, by name."},
    {"days", "Days", INPUT_COUNT, 0, NULL, "Left out: as many as the process allows."}};
INPUTS(embargo_note) = {EMBARGO, {"text", "Text", INPUT_TEXT, WANTED, NULL, NULL}};
INPUTS(embargo_share) = {EMBARGO, {"name", "Member", INPUT_MEMBER, WANTED, NULL, "Who may read it, too."}};
INPUTS(embargo_release) = {
    EMBARGO, {"reason", "Reason", INPUT_TEXT, 0, NULL, "Wanted before its time is over."}};

/* ---- moderation and lists ---- */

#define POST                                                                                                           \
    {                                                                                                                  \
        "post", "Post", INPUT_POST, INPUT_WANTED, NULL, "Its number, such as P-7."                                     \
    }
#define BECAUSE                                                                                                        \
    {                                                                                                                  \
        "because", "Because", INPUT_BECAUSE, INPUT_WANTED, NULL, "One of the published reasons of the process."        \
    }
#define URGENT                                                                                                         \
    {                                                                                                                  \
        "urgent", "It is urgent", INPUT_FLAG, 0, NULL, "Alone, where two are wanted; with a reason."                   \
    }

INPUTS(approve) = {POST, URGENT, MAY_REASON};
INPUTS(turn_down) = {POST, BECAUSE, URGENT, MAY_REASON};
INPUTS(refile) = {
    POST,
    {"to", "Threat", INPUT_THREAT, WANTED, NULL, "That it is about."},
    {"stage", "Stage", INPUT_STAGE, 0, NULL, "Left out: the threat's own."}};
INPUTS(hold_appeal) = {
    POST, REASON, {"until", "Last day of the call", INPUT_DAY, 0, NULL, "Left out: the first that is allowed."}};
#define THREAD                                                                                                         \
    {                                                                                                                  \
        "thread", "Thread", INPUT_THREAD, INPUT_WANTED, NULL, "Its number."                                            \
    }
INPUTS(tie) = {
    THREAD, THREAT, {"stage", "Stage", INPUT_STAGE, 0, NULL, "Left out: the threat's own."}};
INPUTS(untie) = {
    THREAD, {"threat", "Threat", INPUT_THREAT, 0, NULL, "Left out: all that it is tied to."}};
INPUTS(list_new) = {
    {"list", "Name", INPUT_LINE, WANTED, NULL, "Of small letters, digits and hyphens."},
    {"address", "Address", INPUT_ADDRESS, WANTED, NULL, "To which one writes."},
    {"title", "Title", INPUT_LINE, WANTED, NULL, NULL},
    {"followed", "It is hosted elsewhere", INPUT_FLAG, 0, NULL, "Then it is archived here, and nothing is moderated."}};
INPUTS(list_set) = {
    {"list", "List", INPUT_LIST, WANTED, NULL, NULL},
    {"setting", "Settings", INPUT_LINE, WANTED | INPUT_MANY, NULL, "NAME=VALUE each."},
    MAY_REASON};

/* ---- the group ---- */

INPUTS(end) = {
    {"by", "Ended by", INPUT_LINE, WANTED, NULL, "The body that the group reports to."},
    {"link", "Minute or message", INPUT_LINK, WANTED, NULL, "That says so."},
    REASON};
INPUTS(reason_only) = {REASON};

#define FORM(action, title, inputs, perform)                                                                           \
    {                                                                                                                  \
        action, title, inputs, ARRAY_LEN(inputs), perform                                                              \
    }
const struct action_form action_forms[] = {
    FORM("threat.propose", "Propose a threat", propose, perform_threat_propose),
    FORM("threat.edit", "Edit a threat", edit, perform_threat_edit),
    FORM("threat.advance", "Move to a later stage", advance, perform_threat_advance),
    FORM("threat.reopen", "Take back to an earlier stage", reopen, perform_threat_reopen),
    FORM("threat.merge", "Merge into another threat", merge, perform_threat_merge),
    FORM("threat.split", "Split into several threats", split, perform_threat_split),
    FORM("threat.withdraw", "Withdraw a threat", threat_reason, perform_threat_withdraw),
    FORM("threat.challenge", "Challenge an editorial change", threat_reason, perform_threat_challenge),
    FORM("threat.recheck", "Note that citations were looked at again", threat_reason, perform_threat_recheck),
    FORM("round.open", "Open a round of estimates", round_open, perform_round_open),
    FORM("estimate.give", "Give an estimate", estimate, perform_estimate_give),
    FORM("round.close", "Close a round", round_close, perform_round_close),
    FORM("round.accept", "Let a pooled range count", round_step, perform_round_accept),
    FORM("round.keep", "Let the outline's value count", round_step, perform_round_keep),
    FORM("objection.raise", "Object to a priority", threat_reason, perform_objection_raise),
    FORM("call.open", "Call for consensus", call_open, perform_call_open),
    FORM("position.take", "Take a position", position, perform_position_take),
    FORM("objection.answer", "Answer an objection", answer, perform_objection_answer),
    FORM("objection.withdraw", "Withdraw your objection", objection_only, perform_objection_withdraw),
    FORM("objection.dissent", "Record an objection as dissent", dissent, perform_objection_dissent),
    FORM("call.close", "Close a call", call_close, perform_call_close),
    FORM("decision.appeal", "Appeal a decision", appeal, perform_decision_appeal),
    FORM("decision.refer", "Ask the council about a decision", refer, perform_decision_refer),
    FORM("decision.answer", "Note the council's answer", council_answer, perform_decision_answer),
    FORM("edition.new", "Publish an edition", edition, perform_edition_new),
    FORM("assent.record", "Record an author's assent", assent, perform_assent_record),
    FORM("review.request", "Ask an expert for a review", review_request, perform_review_request),
    FORM("review.withdraw", "Withdraw a request for a review", review_withdraw, perform_review_withdraw),
    FORM("handover.open", "Hand a recommendation over", handover_open, perform_handover_open),
    FORM("handover.settle", "Note what became of a hand-over", handover_settle, perform_handover_settle),
    FORM("embargo.open", "Keep an unpatched flaw private", embargo_open, perform_embargo_open),
    FORM("embargo.note", "Add a note to an embargo", embargo_note, perform_embargo_note),
    FORM("embargo.share", "Tell one more member of an embargo", embargo_share, perform_embargo_share),
    FORM("embargo.release", "Make an embargo public", embargo_release, perform_embargo_release),
    FORM("hold.approve", "Let a held post pass", approve, perform_hold_approve),
    FORM("hold.return", "Return a held post", turn_down, perform_hold_return),
    FORM("hold.discard", "Discard a held post", turn_down, perform_hold_discard),
    FORM("hold.refile", "File a held post under a threat", refile, perform_hold_refile),
    FORM("hold.appeal", "Appeal what was done with a post", hold_appeal, perform_hold_appeal),
    FORM("thread.tie", "Tie a thread to a threat", tie, perform_thread_tie),
    FORM("thread.untie", "Untie a thread", untie, perform_thread_untie),
    FORM("member.add", "Add a member", member_add, perform_member_add),
    FORM("role.give", "Give a role", role_give, perform_role_give),
    FORM("role.take", "Take a role", role_take, perform_role_take),
    FORM("away.announce", "Say that you are away", away, perform_away_announce),
    {"away.end", "Say that you are back", NULL, 0, perform_away_end},
    FORM("member.leave", "Leave the group", leave, perform_member_leave),
    FORM("member.remove", "Remove a member", member_remove, perform_member_remove),
    FORM("list.new", "Make a mailing list", list_new, perform_list_new),
    FORM("list.set", "Change a mailing list", list_set, perform_list_set),
    FORM("sig.end", "Note the end of the group", end, perform_sig_end),
    FORM("sig.resume", "The group goes on", reason_only, perform_sig_resume),
};
const size_t action_form_count = ARRAY_LEN(action_forms);
