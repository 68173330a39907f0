/* Acts about people: who joins and leaves, who holds which role. Addresses are kept in the store and are no
 * part of the record. Errors: as in action.h. */
#ifndef CASEMATE_ACTION_PEOPLE_H
#define CASEMATE_ACTION_PEOPLE_H

#include "action/action.h"
#include "register/people.h"

struct member_request {
    struct sv name;
    const struct sv *mails, *jids; /* addresses, also further ones of a member */
    size_t mail_count, jid_count;
};
/* member.add: a new member, or further addresses of one (no event then: they are private). CM_EREFUSED when
 * the name can be mistaken for a known one, or an address belongs to somebody else. */
CM_MUST_USE int action_member_add(struct action_context *c, const struct member_request *request,
                                  struct action_result *out, struct err *err);
/* member.join: the actor, whom the record does not know yet, becomes a member. mail: an address of theirs, confirmed.
 * CM_EREFUSED when the name is known or can be mistaken for a known one, or the address belongs to somebody. */
CM_MUST_USE int action_member_join(struct action_context *c, struct sv mail, struct action_result *out,
                                   struct err *err);
/* A name that somebody gives by mail: CM_EINPUT for what could be a link, or holds other characters than names do,
 * because it is sent on to an address that anybody may have given. */
CM_MUST_USE int people_plain_name(struct sv name, struct err *err);
/* The member (not gone) to whom a mail address belongs; *out_id empty: nobody. */
CM_MUST_USE int people_by_mail(struct action_context *c, struct sv address, struct sv *out_id, struct sv *out_name,
                               struct err *err);
/* member.leave (by the member) or member.remove (by others, with a reason): roles and addresses go; what the
 * member did stays under the name. */
CM_MUST_USE int action_member_leave(struct action_context *c, struct sv name, struct action_result *out,
                                    struct err *err);

struct leave_outcome {
    struct sv pseudonym;      /* "Former member 3" */
    VEC(int64_t) events;      /* whose words still hold the name */
    VEC(const char *) files;  /* of the SIG that still hold it */
};
/* The same, also for who left before, and the name is replaced by a pseudonym wherever it stands for the person: in
 * events, rows, files and stored editions. What others wrote keeps the name, and is told. CM_EREFUSED when sig.yaml
 * names the person as an author, or notes of a closed embargo are by them. */
CM_MUST_USE int action_member_leave_as_pseudonym(struct action_context *c, struct sv name,
                                                 struct leave_outcome *outcome, struct action_result *out,
                                                 struct err *err);

struct role_request {
    struct sv name, role;
    struct sv until, mark; /* last day, "2027-08-31"; what entitles to it. Empty where the role does not ask */
};
/* role.give (again: changes its end and mark), role.take. */
CM_MUST_USE int action_role_give(struct action_context *c, const struct role_request *request,
                                 struct action_result *out, struct err *err);
CM_MUST_USE int action_role_take(struct action_context *c, const struct role_request *request,
                                 struct action_result *out, struct err *err);

/* Whether a name that is new may be taken: CM_EREFUSED when it could be mistaken for a known one (utf8_confusable).
 * Looks at all names: some 10 microseconds each. */
CM_MUST_USE int people_new_name(struct action_context *c, struct sv name, struct err *err);
/* An address as it is kept, "local@domain" in lower case (nobody tells Ada@ from ada@); for a kind "jid" the local part
 * may be missing. CM_EINPUT when it is none of that kind ("mail", "jid"). */
CM_MUST_USE int people_address(struct arena *a, struct sv kind, struct sv text, struct sv *out, struct err *err);
/* One more address of a member; inside store_tx(). CM_EREFUSED when it belongs to somebody. */
CM_MUST_USE int people_put_address(struct action_context *c, struct sv member, struct sv kind, struct sv text,
                                   struct err *err);

#endif
