/* The pages of mailing lists, and what their parts share. Inside this room only.
 *
 *     lists.html                      all lists whose archive is public
 *     lists/ID/index.html             months with counts, newest threads
 *     lists/ID/2026-11.html .mbox     a month
 *     lists/ID/thread/42.html .mbox .atom
 *     lists/ID/message/KEY.html       KEY: archive_key() of the Message-ID, for life
 *     lists/ID/file/KEY-2.bin         an attachment, under a name that browsers save and never show
 *     lists/ID/feed.atom
 *
 * A page whose messages are those of the last run is kept without reading one of them: the digests of the bytes, and
 * what stands around a message, are all that a page is made from. The mbox files are for reading and replying: their
 * texts are as on the pages, with addresses hidden. The bytes as received leave the store by `archive export` only. */
#ifndef CASEMATE_DOCUMENT_LISTS_PAGE_H
#define CASEMATE_DOCUMENT_LISTS_PAGE_H

#include "document/site_page.h"
#include "forum/archive.h"
#include "forum/route.h"
#include "forum/text.h"

struct list_files {
    VEC(struct sv) list;
};

struct list_site {
    struct site *s;
    struct arena *a;
    const struct list *list;
    struct archive archive;
    struct digest shared;    /* of all that each of its pages shows */
    struct map files;        /* "lists/ID/file/KEY" -> struct list_files*, of the last run */
};

/* A message as it is read: in the arena. */
struct list_mail {
    struct mail mail;
    struct mail_text text;
};
CM_MUST_USE int list_read(struct list_site *l, struct arena *a, const struct archive_message *m, struct list_mail *out,
                          struct err *err);

/* "lists/ID/..." */
struct sv list_path(struct list_site *l, struct arena *a, const char *format, ...) CM_PRINTF(3, 4);
/* A page that belongs to the list, with its breadcrumb. */
void list_page_init(struct list_site *l, struct arena *a, struct page *p, struct sv path, struct sv title);
void list_digest_begin(struct list_site *l, struct digest_state *d, const char *kind);
void list_digest_message(struct list_site *l, struct digest_state *d, const struct archive_message *m);
/* Begins the markup of a page in s->buffer; list_page_write() ends it. */
void list_page_begin(struct list_site *l, struct arena *a, struct markup *m, const struct page *p, const char *kind);
CM_MUST_USE int list_page_write(struct list_site *l, struct arena *a, struct markup *m, const struct page *p,
                                const struct digest *input, struct err *err);

/* A link to the list's address with subject and In-Reply-To; m NULL: a new thread. */
void list_reply_link(struct list_site *l, struct arena *a, struct markup *mu, const struct archive_message *m,
                     const char *text);
void list_time(struct arena *a, struct markup *m, int64_t time, bool hour);
/* As far as the style sheet indents who answers whom. */
static inline unsigned list_depth_shown(const struct archive_message *m)
{
    return m->depth < 8 ? m->depth : 8;
}
/* An <a> with a text. */
void list_link(struct markup *m, struct sv href, struct sv text);
/* Messages from..from+count-1 that `shows` lets pass (NULL: all), as a list whose indentation shows who answers
 * whom, all of one thread. A subject that is not the thread's is told. `to`: before a key in a link; `after`: behind
 * it. */
void list_tree(struct list_site *l, struct arena *a, struct markup *mu, size_t from, size_t count,
               bool (*shows)(const struct archive_message *m, const void *context), const void *context,
               const char *to, const char *after);

/* lists_thread.c: thread pages, message pages, attachments, mbox and feed of each thread. */
CM_MUST_USE int list_thread_pages(struct list_site *l, struct err *err);
/* lists_index.c */
CM_MUST_USE int list_index_pages(struct list_site *l, struct err *err);
CM_MUST_USE int list_months(struct list_site *l, struct err *err);
/* lists_files.c: mbox and Atom of some messages (indexes, in the order in which they stand in the file). */
CM_MUST_USE int list_mbox(struct list_site *l, struct sv path, const size_t *messages, size_t count, struct err *err);
/* The newest of them, which may come in any order; back: from the feed's folder to that of the list. */
CM_MUST_USE int list_feed(struct list_site *l, struct sv path, struct sv title, const size_t *messages, size_t count,
                          const char *back, struct sv alternate, struct err *err);

#endif
