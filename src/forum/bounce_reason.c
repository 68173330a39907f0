/* Why a mail could not be delivered: words that mailers of all kinds use, looked for in order. */
#include "forum/bounce_parts.h"

enum { JUDGED_MAX = 4000 }; /* bytes; who needs more to say why writes about something else */

static bool holds(struct sv text, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= text.len; i++) {
        size_t k = 0;
        while (k < length && ascii_lower(text.at[i + k]) == word[k])
            k++;
        if (k == length)
            return true;
    }
    return false;
}

bool bounce_says(struct sv text, const char *const *words)
{
    for (; *words; words++)
        if (holds(text, *words))
            return true;
    return false;
}

/* The mailbox is there. */
static const char *const full[] = {"mailbox full",
                                   "mailbox is full",
                                   "mailbox exceeded",
                                   "mailbox size limit",
                                   "over quota",
                                   "overquota",
                                   "quota exceed",
                                   "exceeded quota",
                                   "exceeded storage",
                                   "exceeds allowed",
                                   "disk quota",
                                   "quota violation",
                                   "is over his quota",
                                   "over their quota",
                                   "over the quota",
                                   "storage space",
                                   "storage limit",
                                   "is full",
                                   "mail quota",
                                   "exceeded the quota",
                                   "exceeded its quota",
                                   "insufficient system storage",
                                   "not enough space",
                                   "too many messages on this mailbox",
                                   "mailbox has exceeded",
                                   "exceeded the maximum",
                                   "maildir has overdrawn",
                                   "delivery would exceed",
                                   "exceed the quota",
                                   "dd exceed",
                                   "mailfolder is full",
                                   "quota full",
                                   "account is exceeding",
                                   "user has exhausted",
                                   "overdrawn his diskspace",
                                   "over disk quota",
                                   "mailbox for user is full",
                                   "out of storage",
                                   NULL};

/* Refused because of the sender, the content or the way, not because of the address. */
static const char *const refused[] = {"spam",
                                      "blacklist",
                                      "blocklist",
                                      "black list",
                                      "block list",
                                      "blocked",
                                      "dnsbl",
                                      "reputation",
                                      "virus",
                                      "malware",
                                      "dmarc",
                                      "spf ",
                                      "spf)",
                                      "dkim",
                                      "poor reputation",
                                      "too large",
                                      "too big",
                                      "size limit",
                                      "message size",
                                      "exceeds size",
                                      "greylist",
                                      "graylist",
                                      "relaying denied",
                                      "relay denied",
                                      "unable to relay",
                                      "relay access denied",
                                      "relaying not",
                                      "not permitted to relay",
                                      "relay not permitted",
                                      "content reject",
                                      "rejected for policy",
                                      "policy reasons",
                                      "policy violation",
                                      "authentication required",
                                      "authentication failed",
                                      "starttls",
                                      "too many recipients",
                                      "too many connections",
                                      "rate limit",
                                      "ratelimit",
                                      "rate that",
                                      "too many hops",
                                      "mail loop",
                                      "loops back",
                                      "hop count",
                                      "sender rejected",
                                      "sender address rejected",
                                      "sender denied",
                                      "unauthenticated",
                                      "not authorized to send",
                                      "restricted",
                                      "only accepts mail from",
                                      "bad sender",
                                      "domain of sender",
                                      "senderdomain",
                                      "sender verif",
                                      "reverse dns",
                                      "rdns",
                                      "ptr record",
                                      "no ptr",
                                      "client host rejected",
                                      "unauthenticated",
                                      "not accepting",
                                      "not accepted",
                                      "identit",
                                      "currently unavailable",
                                      "lock fail",
                                      "junk mail",
                                      "bulk email",
                                      "unsolicited",
                                      "attachment",
                                      "mailbox disabled",
                                      "mailbox is disabled",
                                      "account disabled",
                                      "account is disabled",
                                      "has been disabled",
                                      "has been suspended",
                                      "suspended",
                                      "account is inactive",
                                      "inactive",
                                      "deactivated",
                                      "not activated",
                                      "temporarily",
                                      "insufficient permission",
                                      NULL};

static const char *const not_reached[] = {"timed out",
                                          "timeout",
                                          "time out",
                                          "connection refused",
                                          "could not connect",
                                          "couldn't connect",
                                          "unable to connect",
                                          "retry time",
                                          "retry timeout",
                                          "could not be delivered for",
                                          "not been collected",
                                          "host is unreachable",
                                          "no route to host",
                                          "network is unreachable",
                                          "connection dropped",
                                          "lost connection",
                                          "connection was dropped",
                                          "delivery expired",
                                          "message expired",
                                          "too old",
                                          "in the queue too long",
                                          "try again later",
                                          "undeliverable for",
                                          "message delayed",
                                          "delayed",
                                          "not yet been delivered",
                                          "wasn't able to establish an smtp connection",
                                          "server is busy",
                                          "service unavailable",
                                          "will be retried",
                                          "still being retried",
                                          "conversation with",
                                          "local error",
                                          "mail system problem",
                                          "local configuration error",
                                          "failing for a long time",
                                          "not reachable",
                                          "expired",
                                          "giving up",
                                          "frozen",
                                          "denied",
                                          "not allowed",
                                          "smtp authentication",
                                          "rejected",
                                          "transaction failed",
                                          "protocol violation",
                                          "protocol error",
                                          "could not deliver for",
                                          "deferred",
                                          "local limit",
                                          "not accept our",
                                          "command died",
                                          "too busy",
                                          "command failed",
                                          "i/o error",
                                          "internal error",
                                          "system error",
                                          "server error",
                                          NULL};

/* No such user. */
static const char *const unknown[] = {"user unknown",
                                      "unknown user",
                                      "addressee unknown",
                                      "unknown recipient",
                                      "recipient unknown",
                                      "unknown address",
                                      "address unknown",
                                      "no such user",
                                      "no such mailbox",
                                      "no such recipient",
                                      "no such address",
                                      "no such person",
                                      "no such account",
                                      "no such local user",
                                      "no mailbox here",
                                      "no account by that name",
                                      "doesn't have a",
                                      "user does not have a",
                                      "user not found",
                                      "not listed in",
                                      "invalid user",
                                      "invalid recipient",
                                      "invalid mailbox",
                                      "bad destination",
                                      "mailbox not found",
                                      "recipient not found",
                                      "unrouteable",
                                      "unroutable",
                                      "unresolvable address",
                                      "not our customer",
                                      "not our user",
                                      "unknown local",
                                      "unknown mailbox",
                                      "unknown or illegal alias",
                                      "unknown account",
                                      "unknown or invalid",
                                      "not a known user",
                                      "user not known",
                                      "undefined mail address",
                                      "recipnotfound",
                                      "recip not found",
                                      "unknown_user",
                                      "user_unknown",
                                      "invalid final delivery",
                                      "recipient no longer",
                                      "recipient address rejected: undeliverable address",
                                      "unknown to address",
                                      "adresse inconnue",
                                      "destinataire invalide",
                                      "adresse destinataire invalide",
                                      "utilisateur non",
                                      "n'existe pas",
                                      "unknown virtual",
                                      "rcpt to: rejected",
                                      NULL};

/* Words that mean that, unless the status says that something else was the matter. */
static const char *const maybe_unknown[] = {"no recipient",
                                            "does not exist",
                                            "doesn't exist",
                                            "not exist",
                                            "do not have a",
                                            "don't have a",
                                            "not found",
                                            "not a valid",
                                            "not valid",
                                            "no longer valid",
                                            "invalid address",
                                            "invalid e-mail address",
                                            "invalid email address",
                                            "bad address",
                                            "bad recipient",
                                            "mailbox unavailable",
                                            "mailbox not available",
                                            "mailbox is unavailable",
                                            "user doesn't",
                                            "is unknown",
                                            "rejected: access denied",
                                            "no user",
                                            "not registered",
                                            "isn't in",
                                            "isn't on our",
                                            "no longer available",
                                            "no longer in use",
                                            "address is no longer",
                                            "account does not",
                                            "is not a mailbox",
                                            "not listed",
                                            "unable to find recipient",
                                            "couldn't find any",
                                            "can't find",
                                            "cannot find",
                                            "not a user",
                                            "nonexistent",
                                            "non-existent",
                                            "name is not recognized",
                                            "not recognized",
                                            "no valid recipients",
                                            "no matches to nameserver",
                                            "address invalid",
                                            "mailbox does not",
                                            "this address no longer",
                                            "no one by that",
                                            "user invalid",
                                            "account closed",
                                            "account has been closed",
                                            "has been deleted",
                                            "no longer works",
                                            "left the company",
                                            "no longer with",
                                            "does not like recipient",
                                            "not known",
                                            "unknown to",
                                            "not a local",
                                            "no longer on server",
                                            "access denied for user",
                                            NULL};

static const char *const no_host[] = {"host unknown",
                                      "unknown host",
                                      "host not found",
                                      "domain not found",
                                      "domain does not exist",
                                      "no such domain",
                                      "nxdomain",
                                      "domain name not found",
                                      "name or service not known",
                                      "unable to resolve",
                                      "couldn't find any host",
                                      "no mail server",
                                      "unknown domain",
                                      "illegal host",
                                      "bad destination host",
                                      "invalid domain",
                                      "domain is not",
                                      "does not exist in dns",
                                      "host or domain name not found",
                                      "domain must exist",
                                      "name service error",
                                      "no mx or a records",
                                      "no route found to domain",
                                      "dns server returned answer with no data",
                                      "domain isn't in my list",
                                      "unrouteable mail domain",
                                      "no such host",
                                      "null mx",
                                      "does not accept mail",
                                      "all relevant mx records point to non-existent",
                                      "unrouteable domain",
                                      "no mx record",
                                      "indicated no smtp",
                                      "domain is not reachable",
                                      NULL};

static const char *const moved[] = {
    "has moved",    "address has changed",  "moved to", "forwarding address",
    "please try <", "has been replaced by", NULL};

static bool is_code(struct sv text, size_t i)
{
    char before = i ? text.at[i - 1] : ' ', c = text.at[i];
    return (c == '5' || c == '4' || c == '2') && (before == ' ' || strchr("(#<[:;-\n\t", before)) &&
           text.at[i + 1] == '.';
}

struct sv bounce_find_status(struct sv text)
{
    for (size_t i = 0; i + 4 < text.len + 1 && i + 1 < text.len; i++) {
        if (!is_code(text, i))
            continue;
        size_t at = i + 2, digits = 0, groups = 0;
        for (; at < text.len && groups < 2 && digits <= 3; at++) {
            if (text.at[at] >= '0' && text.at[at] <= '9')
                digits++;
            else if (text.at[at] == '.' && digits && groups == 0) {
                groups = 1;
                digits = 0;
            } else
                break;
        }
        bool more = at < text.len && (text.at[at] == '.' || ascii_lower(text.at[at]) != text.at[at] + 0 ||
                                      text.at[at] == '@');
        if (groups == 1 && digits && digits <= 3 && !more)
            return sv_from(text.at + i, at - i);
    }
    return SV_NONE;
}

static enum bounce_severity by_status(struct sv status)
{
    static const char *const hard[] = {"5.1.0", "5.1.1", "5.1.2",  "5.1.3",
                                       "5.1.4", "5.1.6", "5.1.10", "5.4.4"};
    for (size_t i = 0; i < ARRAY_LEN(hard); i++)
        if (sv_eq_str(status, hard[i]))
            return BOUNCE_HARD;
    return !status.len || (status.at[0] == '5' && sv_ends(status, SV(".0"))) ? BOUNCE_UNSAID
                                                                             : BOUNCE_SOFT;
}

enum bounce_severity bounce_judge(struct sv status, struct sv text)
{
    enum bounce_severity said = by_status(status);
    text.len = text.len < JUDGED_MAX ? text.len : JUDGED_MAX;
    static const char *const sender[] = {"after mail from", "reply to mail from", NULL};
    if (bounce_says(text, full) || bounce_says(text, sender) || sv_eq_str(status, "5.1.7") ||
        sv_eq_str(status, "5.1.8"))
        return BOUNCE_SOFT;
    if (said == BOUNCE_HARD && (bounce_says(text, unknown) || !bounce_says(text, refused)))
        return BOUNCE_HARD;
    if (bounce_says(text, no_host) || bounce_says(text, moved))
        return BOUNCE_HARD;
    if (bounce_says(text, refused))
        return BOUNCE_SOFT;
    if (bounce_says(text, unknown))
        return BOUNCE_HARD;
    if (sv_starts(status, SV("5.7.")) || sv_starts(status, SV("5.3.")) ||
        sv_starts(status, SV("5.6.")))
        return BOUNCE_SOFT;
    if (bounce_says(text, maybe_unknown))
        return BOUNCE_HARD;
    if (bounce_says(text, not_reached))
        return BOUNCE_SOFT;
    return said;
}
