/* What a mail to LIST-request@ asks for, in plain words: in its subject, or else in the first line that its writer
 * wrote (quotes and signature do not count). Case, quotation marks, "Re:" and "please" do not matter.
 *
 *     subscribe [digest|none]     unsubscribe          digest [on|off|none]
 *     set delivery WORD           set name NAME        join [NAME]
 *     confirm TOKEN               who                  help
 *
 * Only words: that a mail says who wrote it proves nothing. */
#ifndef CASEMATE_FORUM_REQUEST_H
#define CASEMATE_FORUM_REQUEST_H

#include "format/mail.h"
#include "forum/subscriber.h"

enum request_kind {
    REQUEST_UNKNOWN, /* words of another kind, or none */
    REQUEST_SUBSCRIBE,
    REQUEST_UNSUBSCRIBE,
    REQUEST_DELIVERY, /* which mail comes */
    REQUEST_NAME,     /* the subscriber's name */
    REQUEST_JOIN,     /* become a member of the group */
    REQUEST_CONFIRM,
    REQUEST_WHO,
    REQUEST_HELP,
};

struct request {
    enum request_kind kind;
    bool has_delivery; /* SUBSCRIBE: said with it. DELIVERY: always */
    enum subscriber_delivery delivery;
    struct sv text; /* NAME, JOIN: the name, blanks single; may be empty with JOIN. CONFIRM: the token */
};
/* own, list: the addresses of the writer and of the list. An "@" word that is neither is not understood: nobody
 * subscribes somebody else. */
struct request request_read(struct arena *a, const struct mail *m, struct sv own, struct sv list);
/* The same of one line; line: valid UTF-8. False: it holds no word. */
bool request_read_line(struct arena *a, struct sv line, struct sv own, struct sv list, struct request *out);

#endif
