/* What failed mail costs a subscriber. A forged report does nothing: who calls has seen the address that only we can
 * have written (forum/signed.h), or has the server's refusal at first hand.
 *
 * The score is in hundredths. A day counts once, with its gravest failure: 100 when the address itself is no good, 50
 * for any other. A failure after 7 days without one begins anew. At 300 a probe is sent, and no second one within 7
 * days; when the probe fails as well, the subscription is suspended, and a last mail says how to begin again: by an
 * answer to it. */
#ifndef CASEMATE_FORUM_SCORES_H
#define CASEMATE_FORUM_SCORES_H

#include "forum/bounce.h"
#include "forum/list.h"
#include "forum/signed.h"

enum { SCORE_HARD = 100, SCORE_SOFT = 50, SCORE_PROBE = 300, SCORE_DAYS = 7 };

/* Detail of LIST-bounces+...@: "17-PROOF" of a post, "p17-PROOF" of a probe, "e17-PROOF" lifts a suspension. */
enum score_kind { SCORE_OF_POST, SCORE_OF_PROBE, SCORE_ENABLES };
/* Inside store_tx(). What details of that kind are made with; once for many. */
CM_MUST_USE int score_key(struct store *s, enum score_kind kind, struct signing *out, struct err *err);
/* Of post and probe. */
struct sv score_detail(struct arena *a, const struct signing *key, enum score_kind kind, struct sv list,
                       int64_t subscriber);
/* Inside store_tx(). *out_subscriber 0: the detail is none of ours, or not any more. */
CM_MUST_USE int score_read(struct store *s, struct arena *a, struct sv list, struct sv detail,
                           enum score_kind *out_kind, int64_t *out_subscriber, struct err *err);

/* Inside store_tx(). A failure of a post to a subscriber; does nothing to one that is not active. */
CM_MUST_USE int score_failure(struct store *s, struct arena *a, const struct list *list, int64_t subscriber,
                              enum bounce_severity severity, int64_t now, struct err *err);
/* Inside store_tx(). Of a probe: suspends. */
CM_MUST_USE int score_probe_failure(struct store *s, struct arena *a, const struct list *list, int64_t subscriber,
                                    int64_t now, struct err *err);
/* Inside store_tx(). Lifts a suspension; *out_done: there was one. */
CM_MUST_USE int score_enable(struct store *s, int64_t subscriber, bool *out_done, struct err *err);

/* The server's refusal of a delivery. False: it says nothing of the recipient (too large, no 8-bit, and the like). */
bool score_refusal(struct sv status, int code, enum bounce_severity *out);

#endif
