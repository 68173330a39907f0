/* Texts of mails made harmless: valid UTF-8, and for headers one line. */
#ifndef CASEMATE_FORMAT_MAIL_TEXT_H
#define CASEMATE_FORMAT_MAIL_TEXT_H

#include "base/arena.h"
#include "base/sv.h"

/* Any bytes as one line of UTF-8: bytes that are none, control and deceptive characters become U+FFFD, runs of
 * blanks and line ends one space; none at the ends. */
struct sv mail_one_line(struct arena *a, struct sv text);

#endif
