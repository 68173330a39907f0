/* A post in the form in which it goes out: the author's bytes, with the list's header fields, and not more changed
 * than the list's settings ask for.
 *
 * Header fields and body stay byte for byte, and so do DKIM signatures, unless: `prefix` or `footer` is set; the
 * author's address must give way to the list's (see below); a field is there that another list, or the author's mail
 * server, put there for itself (List-*, Return-Path, Delivered-To, Bcc, requests for receipts, results of checks under
 * the name that we trust). Lines of a header that are no fields are dropped.
 *
 * `from` = where-needed replaces the author's address when the domain may refuse it from us: its policy is not known
 * to be "none", and no signature of the domain will be good at the recipients. What is known without asking the DNS:
 * the policy and the good signatures that the trusted Authentication-Results tell of; without such a field, that there
 * is a signature of the domain. A signature is good at the recipients when no field that it names, and no byte of the
 * body, is changed. Then From is "Ada via TITLE" <LIST>, the author is in Reply-To (with reply-to = list behind the
 * list), and the field as it was is kept as X-Original-From. */
#ifndef CASEMATE_FORUM_POST_FORM_H
#define CASEMATE_FORUM_POST_FORM_H

#include "forum/list.h"
#include "format/mail.h"

struct post_form {
    struct sv header; /* shared by all recipients; post_form_own() comes after it */
    struct sv body;   /* with the empty line before it */
    bool replaced;    /* the author's address stands in Reply-To only */
};

/* m: of these bytes; its parts are needed for a footer. archived: address of the post's page; empty: not known. */
CM_MUST_USE int post_form_make(struct arena *a, const struct list *list, struct sv bytes, const struct mail *m,
                               struct sv archived, struct post_form *out, struct err *err);
/* The header fields of the list for one recipient. unsubscribe: what stands behind "+" in LIST-unsubscribe+...@ */
struct sv post_form_own(struct arena *a, const struct list *list, struct sv unsubscribe);
/* The header of a message without fields that are not for other readers; with the empty line. */
struct sv post_form_clean(struct arena *a, const struct mail *m);

#endif
