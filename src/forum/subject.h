/* The base of a subject (RFC 5256, 2.1, with the reply words of other languages): what a thread is about. */
#ifndef CASEMATE_FORUM_SUBJECT_H
#define CASEMATE_FORUM_SUBJECT_H

#include "base/arena.h"
#include "base/sv.h"

/* Without "Re:", "AW:", "Fwd:", "[list]" and "(fwd)" around it, blanks made one, case folded. *out_reply (may be
 * NULL): such a word was there. subject: valid UTF-8. */
struct sv subject_base(struct arena *a, struct sv subject, bool *out_reply);
/* A part of `subject`: what is left without those words and tags before it, in the case in which it was written. */
struct sv subject_words(struct arena *a, struct sv subject);

#endif
