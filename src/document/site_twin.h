/* The twin of a published site: a folder beside it, hidden, that holds the same files by hard links.
 *
 * A site is published by exchanging two folders in one step, so a whole second folder has to stand ready. To
 * link thousands of files into a new one and to remove the old one is most of what a small change would cost.
 * So the folder that was exchanged away is kept: what the run changed is linked into it, and it is the twin of
 * the site again. The next run writes only what changed into the twin, and exchanges.
 *
 *     PARENT/.NAME.casemate-twin/       locked (flock) by the run that works on it
 *         site/                         the same names and the same files as PARENT/NAME
 *         state                         which file is behind each name: number, size, time
 *
 * `state` is removed before anything in the twin is touched and written when both folders are the same again,
 * so after a killed run there is none. A run believes in the twin only when the state names the folder that is
 * published, every file in both folders is the one that the state names, and there is no other. When in doubt
 * the whole site is linked into a new folder, as it is for a site that has no twin yet; the folder that goes
 * then becomes the twin. A file that was altered in the published folder is written again in either case. */
#ifndef CASEMATE_DOCUMENT_SITE_TWIN_H
#define CASEMATE_DOCUMENT_SITE_TWIN_H

#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

/* A file of the last run. */
struct site_old {
    struct sv hex;      /* digest of what it was made from; empty: not in the manifest */
    uint64_t inode, size, seconds, nanoseconds;
    bool in_state;      /* these are known */
    bool altered;       /* it is not what the last run wrote */
    bool seen, kept;    /* a file of that name is in the new site; it is the same file */
};

struct site;

struct site_twin {
    const char *folder, *site, *state;
    int lock;               /* the folder, open and locked; or -1 */
    bool in_use;            /* the new site is made in it */
    bool touched;           /* it is not the twin of the published site any more */
    VEC(struct sv) changed; /* paths that this run wrote */
};

/* Looks for the twin of the site `to`, which may not exist. Needs s->old and the manifest of the last run.
 * Never fails: without a twin that can be trusted, in_use is false. */
void site_twin_open(struct site *s, const char *to);
/* A file of that path is going to be written by this run; in the twin the old one goes. */
void site_twin_change(struct site *s, struct sv path);
/* Exchanges the new site with `to` and makes a twin of what was there, or removes it. */
CM_MUST_USE int site_twin_exchange(struct site *s, const char *to, struct err *err);
/* After a fault: nothing half done stays. */
void site_twin_abandon(struct site *s);
void site_twin_close(struct site *s);

#endif
