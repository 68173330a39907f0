/* The footer below a post's text. Private to this room. */
#ifndef CASEMATE_FORUM_POST_FOOTER_H
#define CASEMATE_FORUM_POST_FOOTER_H

#include "format/mail.h"

/* A mail that is one plain text, in a charset and an encoding that can hold the footer, gets it at its end. Any other
 * mail becomes the first part of a multipart/mixed, with what its header says of its content, and the footer the
 * second. Both texts are replaced by ones in the arena. */
void post_footer_add(struct arena *a, struct sv footer, const struct mail *m, struct sv *header, struct sv *body);

#endif
