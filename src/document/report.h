/* The report to the body that the group reports to: what moved since the last one, what the group recommends and
 * why, what is due, who took part. Short, with at most three things to ask for. It approves nothing and says so. */
#ifndef CASEMATE_DOCUMENT_REPORT_H
#define CASEMATE_DOCUMENT_REPORT_H

#include "document/document.h"
#include "register/activity.h"

enum { REPORT_ASKS_MAX = 3 };

/* The view must hold every change (view_load). Writers take *out like the other documents; it is no deliverable and
 * has no editions. */
void document_build_report(struct arena *a, const struct view *v, const struct activity *activity,
                           struct document *out);

/* The stage that a threat had at a time, by the changes on record: -1 when it was not there. */
int report_stage_at(const struct view *v, const struct threat_view *t, int64_t at);

#endif
