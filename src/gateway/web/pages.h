/* The handlers of the table (route.h). Private to this room. */
#ifndef CASEMATE_GATEWAY_WEB_PAGES_H
#define CASEMATE_GATEWAY_WEB_PAGES_H

#include "gateway/web/call.h"

/* Of the account page: calls and rounds that are open; what is followed; the person's addresses. */
int waiting_part(struct web_call *c, struct err *err);
int follow_part(struct web_call *c, struct err *err);
int address_part(struct web_call *c, struct err *err);
/* The page again, with what was wrong in a form on it; 422. */
int account_again(struct web_call *c, const char *fault, struct err *err);
int register_page(struct web_call *c, struct err *err);
int record_page(struct web_call *c, struct err *err);
int event_page(struct web_call *c, struct err *err);
int people_page(struct web_call *c, struct err *err);
int embargoes_page(struct web_call *c, struct err *err);
int review_page(struct web_call *c, struct err *err);
int review_do(struct web_call *c, struct err *err);
int script_file(struct web_call *c, struct err *err);
int similar_do(struct web_call *c, struct err *err);
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
int login_password(struct web_call *c, struct err *err);
int account_page(struct web_call *c, struct err *err);
int account_logout(struct web_call *c, struct err *err);
int account_end_session(struct web_call *c, struct err *err);
int acts_page(struct web_call *c, struct err *err);
int act_page(struct web_call *c, struct err *err);
int tokens_page(struct web_call *c, struct err *err);
int tokens_do(struct web_call *c, struct err *err);
int act_do(struct web_call *c, struct err *err);
int account_zone(struct web_call *c, struct err *err);
int account_addresses(struct web_call *c, struct err *err);
int address_page(struct web_call *c, struct err *err);
int address_add(struct web_call *c, struct err *err);
int security_page(struct web_call *c, struct err *err);
int security_password(struct web_call *c, struct err *err);
int security_codes(struct web_call *c, struct err *err);
int leave_page(struct web_call *c, struct err *err);
int leave_do(struct web_call *c, struct err *err);
int follow_page(struct web_call *c, struct err *err);
int follow_do(struct web_call *c, struct err *err);
int follow_end(struct web_call *c, struct err *err);
int unfollow_page(struct web_call *c, struct err *err);
int unfollow_do(struct web_call *c, struct err *err);
int subscriptions_page(struct web_call *c, struct err *err);
int subscriptions_do(struct web_call *c, struct err *err);
int own_posts_page(struct web_call *c, struct err *err);
int post_page(struct web_call *c, struct err *err);
int post_do(struct web_call *c, struct err *err);
int reply_page(struct web_call *c, struct err *err);
int reply_do(struct web_call *c, struct err *err);
int reply_thread(struct web_call *c, struct err *err);
int discuss_page(struct web_call *c, struct err *err);
int discuss_do(struct web_call *c, struct err *err);
int done_page(struct web_call *c, struct err *err);
int propose_page(struct web_call *c, struct err *err);
int propose_do(struct web_call *c, struct err *err);
int edit_page(struct web_call *c, struct err *err);
int edit_preview(struct web_call *c, struct err *err);
int edit_do(struct web_call *c, struct err *err);
int properties_page(struct web_call *c, struct err *err);
int properties_do(struct web_call *c, struct err *err);
int estimate_page(struct web_call *c, struct err *err);
int estimate_do(struct web_call *c, struct err *err);
int rounds_page(struct web_call *c, struct err *err);
int round_page(struct web_call *c, struct err *err);
int calls_page(struct web_call *c, struct err *err);
int call_page(struct web_call *c, struct err *err);
int position_page(struct web_call *c, struct err *err);
int position_do(struct web_call *c, struct err *err);
int held_page(struct web_call *c, struct err *err);
int held_one_page(struct web_call *c, struct err *err);
int held_decide(struct web_call *c, struct err *err);
int held_refile(struct web_call *c, struct err *err);

#endif
