/* The handlers of the table (route.h). Private to this room. */
#ifndef CASEMATE_GATEWAY_WEB_PAGES_H
#define CASEMATE_GATEWAY_WEB_PAGES_H

#include "gateway/web/call.h"

/* Of the account page: calls and rounds that are open. */
int waiting_part(struct web_call *c, struct err *err);
int search_page(struct web_call *c, struct err *err);
int search_feed(struct web_call *c, struct err *err);
int health_page(struct web_call *c, struct err *err);
int compare_page(struct web_call *c, struct err *err);
int threat_compare_page(struct web_call *c, struct err *err);
int unsubscribe_page(struct web_call *c, struct err *err);
int unsubscribe_do(struct web_call *c, struct err *err);
int login_page(struct web_call *c, struct err *err);
int login_ask(struct web_call *c, struct err *err);
int login_link_page(struct web_call *c, struct err *err);
int login_link_do(struct web_call *c, struct err *err);
int account_page(struct web_call *c, struct err *err);
int account_logout(struct web_call *c, struct err *err);
int account_end_session(struct web_call *c, struct err *err);
int done_page(struct web_call *c, struct err *err);
int propose_page(struct web_call *c, struct err *err);
int propose_do(struct web_call *c, struct err *err);
int edit_page(struct web_call *c, struct err *err);
int edit_do(struct web_call *c, struct err *err);
int estimate_page(struct web_call *c, struct err *err);
int estimate_do(struct web_call *c, struct err *err);
int round_page(struct web_call *c, struct err *err);
int position_page(struct web_call *c, struct err *err);
int position_do(struct web_call *c, struct err *err);
int held_page(struct web_call *c, struct err *err);
int held_one_page(struct web_call *c, struct err *err);
int held_decide(struct web_call *c, struct err *err);
int held_refile(struct web_call *c, struct err *err);

#endif
