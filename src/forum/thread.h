/* The place of a message in its thread. Private to this room; message.h says how. */
#ifndef CASEMATE_FORUM_THREAD_H
#define CASEMATE_FORUM_THREAD_H

#include "forum/message.h"

/* Makes m public, with parent and thread; takes those in that were waiting for it. */
CM_MUST_USE int thread_place(struct store *s, struct arena *a, struct message *m, const struct mail *mail,
                             struct err *err);

#endif
