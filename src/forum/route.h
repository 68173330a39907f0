/* Which list, and which of its addresses, a recipient is.
 *
 *     security@example.org                 a post
 *     security+T42@example.org             a post about a threat; detail "T42"
 *     security-request@example.org         commands of membership
 *     security-owner@example.org           to the people who run the list
 *     security-bounces+DETAIL@example.org  a failed delivery; detail says whose
 *     security-confirm+TOKEN@example.org   an answer to something we asked
 *     security-unsubscribe+TOKEN@...       for one-click unsubscription by mail */
#ifndef CASEMATE_FORUM_ROUTE_H
#define CASEMATE_FORUM_ROUTE_H

#include "base/arena.h"
#include "base/sv.h"

enum route_kind { ROUTE_NONE, ROUTE_POST, ROUTE_REQUEST, ROUTE_OWNER, ROUTE_BOUNCES, ROUTE_CONFIRM, ROUTE_UNSUBSCRIBE };

struct route {
    enum route_kind kind;
    struct sv detail; /* after "+"; empty: none. As written */
};

/* recipient and list: addresses. ROUTE_NONE: none of this list's. Case does not matter but in detail. */
struct route route_match(struct sv recipient, struct sv list);
/* "-owner" of "security-owner": with which of its addresses a list's name would be mistaken; NULL: with none. */
const char *route_suffix_of(struct sv name);
/* "security-bounces+12-abc@example.org" from its parts; suffix "-bounces" or "". */
struct sv route_address(struct arena *a, struct sv list, const char *suffix, struct sv detail);
/* Local part and domain; false when the text is no "x@y". */
bool route_split(struct sv address, struct sv *out_local, struct sv *out_domain);
/* An address for comparison: who it is. NFC with small letters of ASCII; any more would take two people for one
 * ("ß" and "ss"). */
struct sv route_mailbox(struct arena *a, struct sv address);
/* An address that mail can be sent to: one "@", a domain of labels, no blanks, controls, quotes or commas; at most
 * 254 bytes (RFC 5321, 4.5.3.1), UTF-8 (RFC 6531). */
bool route_is_address(struct sv address);

#endif
