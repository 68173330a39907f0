/* Mail addresses as they stand in SMTP and LMTP commands (RFC 5321, 4.1.2 and 4.1.3; RFC 6531, 3.3).
 *
 *     Path      "<" [ "@" domain *( ",@" domain ) ":" ] mailbox ">"
 *     mailbox   ( dot-string / quoted-string ) "@" ( domain / address literal )
 *
 * A source route is read and dropped, as RFC 5321 (appendix F.2) asks. Beyond the grammar, "_" counts as a letter in
 * domains: hosts with such names send mail, and refusing it would lose it. Nothing that this accepts holds a control
 * character, and a blank, "<" or ">" only between quotes. */
#ifndef CASEMATE_GATEWAY_NET_MAILBOX_H
#define CASEMATE_GATEWAY_NET_MAILBOX_H

#include "base/arena.h"

enum {
    /* RFC 5321 asks for at least 64 bytes; bounce addresses that carry a recipient's whole address are longer. */
    MAILBOX_LOCAL_MAX = 320,
    MAILBOX_DOMAIN_MAX = 255,
};

struct mailbox {
    struct sv text;   /* as written, without brackets and source route; empty: the null sender */
    struct sv local;  /* without quotes and backslashes: may hold blanks, "@" or ">" */
    struct sv domain; /* with brackets when it is an address literal; empty for a bare "Postmaster" */
    bool international; /* holds other than ASCII */
};

enum mailbox_result {
    MAILBOX_OK,
    MAILBOX_SYNTAX,
    MAILBOX_LONG, /* local part or domain above its limit */
};

enum mailbox_kind {
    MAILBOX_SENDER,    /* "<>" is fine */
    MAILBOX_RECIPIENT, /* "<Postmaster>" is fine */
};

/* Reads a path off the start of *rest, which moves behind it. Texts of *out are in the arena. */
enum mailbox_result mailbox_read_path(struct arena *a, enum mailbox_kind kind, struct sv *rest, struct mailbox *out);

/* The whole text is one mailbox, without brackets. */
enum mailbox_result mailbox_read(struct arena *a, struct sv text, struct mailbox *out);

/* With its texts in the arena. */
struct mailbox mailbox_copy(struct arena *a, const struct mailbox *mailbox);

#endif
