/* Acts of the group: members and roles, rounds, calls, reviews, hand-overs. Private to this room.
 *
 * Such an act changes no file of the SIG (closing a round does). It is told by its event, and the rows that
 * belong to it follow from the event alone: acts_apply() makes them, when the act is done as when an exported
 * record is adopted. So a store that adopted a record holds what the first one held, but for the private
 * tables (addresses, open estimates), which never leave it.
 *
 * The course of an act, inside one transaction:
 *
 *     struct act act;
 *     if (!(rc = act_begin(&act, c, "call.open", 0, out, err))) {     // profile, permission, payload begun
 *         ...checks; json_put(&act.json, "question", question)...
 *         rc = act_commit(&act, subject, err);                      // one event, and its rows
 *     }
 *     act_release(&act);                                            // always
 */
#ifndef CASEMATE_ACTION_ACTS_H
#define CASEMATE_ACTION_ACTS_H

#include "action/content.h"

struct act {
    struct action_context *c;
    const struct action_info *info;
    struct action_result *out;
    struct profile_files files;
    struct profile *profile;
    struct str payload;
    struct json json; /* inside the payload's object */
    const struct role *stands_for; /* the actor may do this as a deputy only: of that role; NULL */
    struct sv deputy_because;      /* why now, for the payload; empty: act_waits() was not asked yet */
};

enum {
    ACT_RULES = 1,  /* no threats, references and chapters in the profile: the time does not grow with the register */
    ACT_SECRET = 2, /* the payload names nobody and holds no reason; the caller sets c->pseudonym before act_commit() */
    ACT_DEPUTY = 4, /* a deputy may begin it, too; act_waits() then says whether it is time */
    ACT_NEWCOMER = 8, /* the actor becomes a member by it, and has no rights before: nobody's permission is asked */
};
/* Loads the profile, asks for the permission that the action needs and begins the payload (with actor, role
 * and reason). flags: of those above. */
CM_MUST_USE int act_begin(struct act *act, struct action_context *c, const char *action, unsigned flags,
                          struct action_result *out, struct err *err);
/* For acts that were begun with ACT_DEPUTY, before the payload is complete: since (seconds) the thing waits for the
 * act. Who is no deputy passes. CM_EREFUSED: it is not a deputy's turn (process.md, deputy_days). */
CM_MUST_USE int act_waits(struct act *act, int64_t since, struct err *err);
/* Puts "deputy" into a payload, where it was a deputy's turn. act_waits() did that for act->json. */
void act_put_deputy(const struct act *act, struct json *j);
/* The same for an act on few threats: the profile has those of these ids that exist, and no other; the files are all
 * but coverage.tsv and those of other threats. */
CM_MUST_USE int act_begin_on(struct act *act, struct action_context *c, const char *action, unsigned flags,
                             const struct sv *ids, size_t count, struct action_result *out, struct err *err);
/* Ends the payload, appends the event, makes its rows. out->id becomes the subject. */
CM_MUST_USE int act_commit(struct act *act, struct sv subject, struct err *err);
void act_release(struct act *act);

/* An event with its payload read. */
struct act_event {
    int64_t seq, at;
    struct sv actor; /* pseudonymous id */
    struct sv action, subject;
    const struct json_value *payload;
    bool erased; /* the payload is what remains of it; of an adopted record only */
};
/* Makes the rows of an event; does nothing for actions that have none of this kind. A payload that lacks what
 * its action always has is CM_ECORRUPT. */
CM_MUST_USE int acts_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
/* The same from the payload as text, which is read only where it makes rows: that of an import is megabytes. */
CM_MUST_USE int acts_apply_text(struct store *s, struct arena *a, struct act_event *e, struct sv payload,
                                struct err *err);
/* The families. editorial_apply() is for the member "editorial" of a threat.edit, challenge_apply() undoes it. */
CM_MUST_USE int call_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int away_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int challenge_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int council_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int editorial_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int embargo_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int ending_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int handover_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int hold_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int list_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int objection_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int people_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int position_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int review_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int tie_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);
CM_MUST_USE int round_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err);

/* CM_EREFUSED once the group was ended. Every event passes it. */
CM_MUST_USE int refuse_after_end(struct action_context *c, struct sv action, struct err *err);

/* Puts "member": {"id", "name"} into the payload. */
void act_put_member(struct act *act, struct sv id, struct sv name);

/* CM_ECORRUPT: the payload has no valid member of that name. */
CM_MUST_USE int act_lacks(const struct act_event *e, const char *key, struct err *err);
/* A text of the payload that the action always has. */
CM_MUST_USE int act_text(const struct act_event *e, const struct json_value *object, const char *key, struct sv *out,
                         struct err *err);
CM_MUST_USE int act_digest(const struct act_event *e, const struct json_value *object, const char *key,
                           struct digest *out, struct err *err);

/* The next id of a table, such as "C-13"; sql is "SELECT coalesce(max(number), 0) + 1 FROM call", letter 'C'. */
CM_MUST_USE int act_next_id(struct action_context *c, char letter, const char *sql, struct sv *out, struct err *err);
/* 13 from "C-13": for the column `number`. */
CM_MUST_USE int act_number(const struct act_event *e, struct sv id, char letter, int64_t *out, struct err *err);
/* Seconds of the end of a day ("2026-12-31": the first second after it), or of a time; "+14d" counts days from
 * now, whole ones. CM_EINPUT says which option is wrong. */
CM_MUST_USE int act_due(struct action_context *c, const char *option, struct sv text, int64_t *out, struct err *err);
/* A text for the record: not empty, at most max bytes, without control characters; line ends only when `lines`.
 * CM_EINPUT says which option is wrong. */
CM_MUST_USE int act_plain(const char *option, struct sv text, size_t max, bool lines, struct err *err);
/* An address that pages may link to: http or https, and with `messages` xmpp, mid and mailto; at most 2,000 bytes,
 * nothing that ends an attribute or a line. */
bool act_is_link(struct sv link, bool messages);
/* Who is behind a name: the id of a member that joined and did not leave. CM_ENOTFOUND, with a near name. */
CM_MUST_USE int act_member(struct action_context *c, struct sv name, struct sv *out_id, struct err *err);

#endif
