/* Settings of a Mailman list as settings of ours, and what of them does not come along. */
#ifndef CASEMATE_FORUM_MAILMAN_H
#define CASEMATE_FORUM_MAILMAN_H

#include "format/mailman.h"
#include "forum/list.h"

struct mailman_setting {
    enum list_setting_id id;
    struct sv value; /* as list_setting_check() takes it */
    struct sv from;  /* the setting it comes from */
};
struct mailman_loss {
    struct sv name, value;
    const char *why;
};
struct mailman_map {
    VEC(struct mailman_setting) settings; /* each at most once */
    VEC(struct mailman_loss) losses;      /* what says nothing (empty texts and lists, None) is left out */
};
/* Where nothing is said about who reads the archive, it becomes closed. */
void mailman_map(struct arena *a, const struct mailman_values *values, struct mailman_map *out);

#endif
