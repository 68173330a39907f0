/* What a search names beside words must be there. */
#ifndef CASEMATE_ACTION_SEARCH_H
#define CASEMATE_ACTION_SEARCH_H

#include "action/action.h"
#include "forum/search.h"

/* Before mail_search(): the stages that the query names are the process's. Only a query that names one asks the store
 * for them. CM_ENOTFOUND: there is no such stage. */
CM_MUST_USE int search_check(struct action_context *c, const struct mail_query *query, struct err *err);

#endif
