/* A thread as one page with all its messages, and a page for each message. A message is read once for both. */
#include "base/date.h"
#include "document/build.h"
#include "document/lists_page.h"
#include "forum/subject.h"
#include "register/discussion.h"

enum {
    WHOLE_MESSAGES = 200,       /* of a thread that stand on its page with their text; further ones as links */
    WHOLE_BYTES = 2 << 20,      /* of markup on it, likewise */
};

struct thread_run {
    struct list_site *l;
    struct arena *a;
    size_t index;
    const struct archive_thread *t;
    const struct archive_message *m; /* its first message */
    struct sv subject, base;
    struct sv *html; /* texts of messages, made on demand */
    size_t *reply, *sibling; /* of each message the first reply, and the next one to the same message; 0: none */
};

/* ---- texts ---- */

static int put_attachments(struct thread_run *r, const struct archive_message *m, const struct list_mail *mail,
                           struct err *err)
{
    for (size_t i = 0; i < mail->text.attachment_count; i++) {
        size_t part = mail->text.attachments[i].part;
        struct sv path = list_path(r->l, r->a, "file/%.*s-%zu.bin", SV_ARG(m->key), part);
        const struct site_old *old = map_get(&r->l->s->old_files, path);
        int rc = old && old->kept ? CM_OK : site_put(r->l->s, path, mail->mail.parts[part].content, err);
        if (rc)
            return rc;
    }
    return CM_OK;
}

/* Attachments are written with the page of their message, whose `files` is true. */
static int want_html(struct thread_run *r, size_t i, bool files, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct list_mail mail;
    const struct archive_message *m = &r->m[i];
    if (r->html[i].at && !files)
        return CM_OK;
    int rc = list_read(r->l, &a, m, &mail, err);
    if (!rc && !r->html[i].at) {
        struct str out = STR_INIT;
        struct markup mu;
        const struct text_page page = {
            .attachment_base = arena_printf(&a, "../file/%.*s-", SV_ARG(m->key)), .attachment_end = ".bin"};
        markup_init(&mu, &out, MARKUP_HTML);
        mail_text_write(&mu, &mail.text, &page);
        markup_finish(&mu);
        r->html[i] = arena_sv(r->a, str_sv(&out));
        str_release(&out);
    }
    if (!rc && files)
        rc = put_attachments(r, m, &mail, err);
    arena_release(&a);
    return rc;
}

/* ---- a message ---- */

static bool other_subject(struct thread_run *r, const struct archive_message *m)
{
    return !sv_eq(subject_base(r->a, m->subject, NULL), r->base);
}

static void facts(struct thread_run *r, struct markup *mu, const struct archive_message *m, bool own_page)
{
    markup_open(mu, "p");
    markup_attr_str(mu, "class", "mail-facts");
    list_time(r->a, mu, m->date, true);
    if (m->up != SIZE_MAX) {
        const struct archive_message *up = &r->l->archive.messages.at[m->up];
        markup_text_str(mu, " ");
        list_link(mu, build_sv(r->a, "%s%.*s%s", own_page ? "" : "#", SV_ARG(up->key), own_page ? ".html" : ""),
                  build_sv(r->a, "in reply to %.*s", SV_ARG(up->name)));
    }
    if (!own_page) {
        markup_text_str(mu, " ");
        markup_open(mu, "a");
        markup_attr_str(mu, "rel", "bookmark");
        markup_attrf(mu, "href", "../message/%.*s.html", SV_ARG(m->key));
        markup_text_str(mu, "permanent link");
        markup_close(mu, "a");
    }
    markup_text_str(mu, " ");
    list_reply_link(r->l, r->a, mu, m, "reply by mail");
    markup_close(mu, "p");
    markup_newline(mu);
}

static void message(struct thread_run *r, struct markup *mu, size_t i)
{
    const struct archive_message *m = &r->m[i];
    markup_open(mu, "section");
    markup_attrf(mu, "class", "mail depth-%u", list_depth_shown(m));
    markup_attr(mu, "id", m->key);
    markup_newline(mu);
    markup_open(mu, "h2");
    markup_attr_str(mu, "dir", "auto");
    markup_text(mu, m->name);
    markup_close(mu, "h2");
    if (other_subject(r, m))
        markup_element_class(mu, "p", "mail-subject", m->subject);
    facts(r, mu, m, false);
    if (r->html[i].at)
        markup_fragment(mu, r->html[i]);
    else
        list_link(mu, build_sv(r->a, "../message/%.*s.html", SV_ARG(m->key)), SV("Read this message"));
    markup_close(mu, "section");
    markup_newline(mu);
}

/* ---- the page of a thread ---- */

static void neighbour(struct thread_run *r, struct markup *mu, const char *word, const char *rel, size_t thread)
{
    const struct archive_thread *t = &r->l->archive.threads.at[thread];
    markup_open(mu, "span");
    markup_textf(mu, "%s: ", word);
    markup_open(mu, "a");
    markup_attr_str(mu, "rel", rel);
    markup_attrf(mu, "href", "%lld.html", (long long)t->id);
    markup_text(mu, r->l->archive.messages.at[t->from].subject);
    markup_close(mu, "a");
    markup_close(mu, "span");
    markup_newline(mu);
}

static void neighbours(struct thread_run *r, struct markup *mu)
{
    size_t count = r->l->archive.threads.len;
    if (count < 2)
        return;
    markup_open(mu, "nav");
    markup_attr_str(mu, "class", "neighbours");
    markup_attr_str(mu, "aria-label", "Threads before and after");
    if (r->index)
        neighbour(r, mu, "Before", "prev", r->index - 1);
    if (r->index + 1 < count)
        neighbour(r, mu, "After", "next", r->index + 1);
    markup_close(mu, "nav");
}

/* The i-th of the group's ties, when it is one of this thread; NULL. */
static const struct discussion *tie_of(const struct thread_run *r, size_t i)
{
    const struct discussion *d = &r->l->s->v->discussions->list.at[i];
    return d->thread == r->t->id && sv_eq(d->list, r->l->list->id) ? d : NULL;
}

static size_t tie_count(const struct thread_run *r)
{
    return r->l->s->v->discussions ? r->l->s->v->discussions->list.len : 0;
}

/* "T-0042: Name; about its stage Analysed" */
static struct sv tie_words(struct thread_run *r, const struct discussion *d)
{
    const struct view *v = r->l->s->v;
    int threat = view_find(v, d->threat), stage = process_stage(&v->profile->process, d->about);
    return build_sv(r->a, "%.*s%.*s; about its stage %.*s%s", threat >= 0 ? 2 : 0, ": ",
                    SV_ARG(threat >= 0 ? v->threats.at[threat].threat->name : SV_NONE),
                    SV_ARG(stage >= 0 ? build_stage_name(v, stage) : d->about),
                    d->parked ? ", which is later than the one that is worked towards: parked until then" : "");
}

static void tied_threats(struct thread_run *r, struct markup *mu)
{
    for (size_t i = 0; i < tie_count(r); i++) {
        const struct discussion *d = tie_of(r, i);
        if (!d)
            continue;
        markup_open(mu, "p");
        markup_attr_str(mu, "class", "mail-threat");
        markup_text_str(mu, "On ");
        list_link(mu, build_sv(r->a, "../../../threats/%.*s.html", SV_ARG(d->threat)), d->threat);
        markup_text(mu, tie_words(r, d));
        markup_text_str(mu, ".");
        markup_close(mu, "p");
        markup_newline(mu);
    }
}

static void thread_head(struct thread_run *r, struct markup *mu)
{
    const struct archive_thread *t = r->t;
    markup_open(mu, "p");
    markup_attr_str(mu, "class", "mail-facts");
    markup_text(mu, build_count(r->a, t->count, "message", "messages"));
    markup_text_str(mu, " ");
    markup_open(mu, "span");
    list_time(r->a, mu, t->first, false);
    if (t->last / DATE_DAY != t->first / DATE_DAY) {
        markup_text_str(mu, " to ");
        list_time(r->a, mu, t->last, false);
    }
    markup_close(mu, "span");
    markup_text_str(mu, " ");
    list_link(mu, build_sv(r->a, "%lld.atom", (long long)t->id), SV("Atom"));
    markup_text_str(mu, " ");
    list_link(mu, build_sv(r->a, "%lld.mbox", (long long)t->id), SV("mbox"));
    markup_close(mu, "p");
    markup_newline(mu);
    tied_threats(r, mu);
    if (t->count > 1)
        list_tree(r->l, r->a, mu, t->from, t->count, NULL, NULL, "#", "");
}

static struct digest thread_input(struct thread_run *r, const struct page *p)
{
    struct digest_state d;
    const struct archive *all = &r->l->archive;
    list_digest_begin(r->l, &d, "thread");
    page_digest(&d, p);
    for (size_t i = 0; i < tie_count(r); i++) {
        const struct discussion *tie = tie_of(r, i);
        if (!tie)
            continue;
        digest_add_part(&d, tie->threat);
        digest_add_part(&d, tie_words(r, tie));
    }
    for (size_t i = 0; i < r->t->count; i++)
        list_digest_message(r->l, &d, &r->m[i]);
    if (r->index)
        list_digest_message(r->l, &d, &all->messages.at[all->threads.at[r->index - 1].from]);
    digest_add_part(&d, SV("after"));
    if (r->index + 1 < all->threads.len)
        list_digest_message(r->l, &d, &all->messages.at[all->threads.at[r->index + 1].from]);
    return digest_end(&d);
}

static int thread_page(struct thread_run *r, struct err *err)
{
    struct page p;
    struct markup mu;
    size_t bytes = 0;
    struct sv path = list_path(r->l, r->a, "thread/%lld.html", (long long)r->t->id);
    list_page_init(r->l, r->a, &p, path, r->subject);
    page_add_crumb(r->a, &p, r->subject, path);
    page_add_link(r->a, &p, "alternate", "application/atom+xml", build_sv(r->a, "%lld.atom", (long long)r->t->id),
                  "This discussion");
    struct digest input = thread_input(r, &p);
    if (site_keep(r->l->s, path, &input))
        return CM_OK;
    for (size_t i = 0; i < r->t->count && i < WHOLE_MESSAGES && bytes < WHOLE_BYTES; i++) {
        int rc = want_html(r, i, false, err);
        if (rc)
            return rc;
        bytes += r->html[i].len;
    }
    list_page_begin(r->l, r->a, &mu, &p, "thread");
    thread_head(r, &mu);
    for (size_t i = 0; i < r->t->count; i++)
        message(r, &mu, i);
    neighbours(r, &mu);
    return list_page_write(r->l, r->a, &mu, &p, &input, err);
}

/* ---- the page of a message ---- */

static void message_neighbours(struct thread_run *r, struct markup *mu, size_t i)
{
    markup_open(mu, "nav");
    markup_attr_str(mu, "class", "neighbours");
    markup_attr_str(mu, "aria-label", "In this discussion");
    markup_open(mu, "span");
    list_link(mu, build_sv(r->a, "../thread/%lld.html#%.*s", (long long)r->t->id, SV_ARG(r->m[i].key)),
              build_sv(r->a, "The whole discussion (%.*s)",
                       SV_ARG(build_count(r->a, r->t->count, "message", "messages"))));
    markup_close(mu, "span");
    for (int after = 0; after < 2; after++) {
        if (after ? i + 1 >= r->t->count : i == 0)
            continue;
        const struct archive_message *m = &r->m[after ? i + 1 : i - 1];
        markup_open(mu, "span");
        markup_text_str(mu, after ? "After: " : "Before: ");
        markup_open(mu, "a");
        markup_attr_str(mu, "rel", after ? "next" : "prev");
        markup_attrf(mu, "href", "%.*s.html", SV_ARG(m->key));
        markup_text(mu, m->name);
        markup_close(mu, "a");
        markup_close(mu, "span");
    }
    markup_close(mu, "nav");
    markup_newline(mu);
}

static void replies(struct thread_run *r, struct markup *mu, size_t i)
{
    if (r->reply[i]) {
        markup_element(mu, "h2", SV("Replies"));
        markup_open(mu, "ul");
    }
    for (size_t k = r->reply[i]; k; k = r->sibling[k]) {
        markup_open(mu, "li");
        list_link(mu, build_sv(r->a, "%.*s.html", SV_ARG(r->m[k].key)), r->m[k].name);
        markup_text_str(mu, " ");
        list_time(r->a, mu, r->m[k].date, true);
        markup_close(mu, "li");
    }
    if (r->reply[i])
        markup_close(mu, "ul");
    markup_newline(mu);
}

/* With its attachments; what of these is not as it was is written again. */
static int keep_attachments(struct thread_run *r, size_t i, struct err *err)
{
    bool whole = true;
    const struct list_files *files = map_get(&r->l->files, list_path(r->l, r->a, "file/%.*s", SV_ARG(r->m[i].key)));
    for (size_t k = 0; files && k < files->list.len; k++)
        whole = site_keep_old(r->l->s, files->list.at[k]) && whole;
    return whole ? CM_OK : want_html(r, i, true, err);
}

static struct digest message_input(struct thread_run *r, const struct page *p, size_t i)
{
    struct digest_state d;
    list_digest_begin(r->l, &d, "message");
    page_digest(&d, p);
    digest_add_part(&d, build_count(r->a, r->t->count, "message", "messages"));
    for (size_t k = i ? i - 1 : 0; k < r->t->count && k <= i + 1; k++)
        list_digest_message(r->l, &d, &r->m[k]);
    for (size_t k = r->reply[i]; k; k = r->sibling[k])
        list_digest_message(r->l, &d, &r->m[k]);
    if (r->m[i].up != SIZE_MAX)
        list_digest_message(r->l, &d, &r->l->archive.messages.at[r->m[i].up]);
    return digest_end(&d);
}

static int message_page(struct thread_run *r, size_t i, struct err *err)
{
    struct page p;
    struct markup mu;
    const struct archive_message *m = &r->m[i];
    struct sv path = list_path(r->l, r->a, "message/%.*s.html", SV_ARG(m->key));
    list_page_init(r->l, r->a, &p, path, m->subject);
    page_add_crumb(r->a, &p, m->subject, path);
    struct digest input = message_input(r, &p, i);
    if (site_keep(r->l->s, path, &input))
        return keep_attachments(r, i, err);
    int rc = want_html(r, i, true, err);
    if (rc)
        return rc;
    list_page_begin(r->l, r->a, &mu, &p, "message");
    markup_open(&mu, "p");
    markup_attr_str(&mu, "class", "mail-from");
    markup_text(&mu, m->name);
    markup_close(&mu, "p");
    facts(r, &mu, m, true);
    markup_fragment(&mu, r->html[i]);
    replies(r, &mu, i);
    message_neighbours(r, &mu, i);
    return list_page_write(r->l, r->a, &mu, &p, &input, err);
}

/* ---- all threads ---- */

static int thread_files(struct thread_run *r, struct err *err)
{
    size_t *indexes = arena_array(r->a, r->t->count, sizeof *indexes);
    for (size_t i = 0; i < r->t->count; i++)
        indexes[i] = r->t->from + i;
    int rc = list_mbox(r->l, list_path(r->l, r->a, "thread/%lld.mbox", (long long)r->t->id), indexes, r->t->count, err);
    if (rc)
        return rc;
    return list_feed(r->l, list_path(r->l, r->a, "thread/%lld.atom", (long long)r->t->id), r->subject, indexes,
                     r->t->count, "../", build_sv(r->a, "%lld.html", (long long)r->t->id), err);
}

/* A reply stands behind what it answers, so that none has the index 0. From the last one on, as each is put before
 * those that were found already. */
static void find_replies(struct thread_run *r)
{
    r->reply = arena_array(r->a, r->t->count, sizeof *r->reply);
    r->sibling = arena_array(r->a, r->t->count, sizeof *r->sibling);
    for (size_t k = r->t->count; k-- > 1;) {
        size_t up = r->m[k].up == SIZE_MAX ? SIZE_MAX : r->m[k].up - r->t->from;
        if (up >= k)
            continue;
        r->sibling[k] = r->reply[up];
        r->reply[up] = k;
    }
}

static int put_thread(struct list_site *l, size_t index, struct err *err)
{
    struct arena a = ARENA_INIT;
    const struct archive_thread *t = &l->archive.threads.at[index];
    struct thread_run r = {.l = l, .a = &a, .index = index, .t = t, .m = &l->archive.messages.at[t->from]};
    r.subject = r.m[0].subject;
    r.base = subject_base(&a, r.subject, NULL);
    r.html = arena_array(&a, t->count, sizeof *r.html);
    find_replies(&r);
    int rc = thread_page(&r, err);
    for (size_t i = 0; !rc && i < t->count; i++)
        rc = message_page(&r, i, err);
    if (!rc)
        rc = thread_files(&r, err);
    arena_release(&a);
    return rc;
}

/* A thread that became a part of another keeps its address. */
static int put_moved(struct list_site *l, const struct archive_moved *moved, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct page p;
    struct markup mu;
    struct digest_state d;
    struct sv path = list_path(l, &a, "thread/%lld.html", (long long)moved->id);
    struct sv there = build_sv(&a, "%lld.html", (long long)moved->now);
    list_page_init(l, &a, &p, path, SV("A part of another discussion"));
    page_add_crumb(&a, &p, p.title, path);
    page_add_link(&a, &p, "canonical", NULL, there, NULL);
    p.no_index = true;
    list_digest_begin(l, &d, "moved");
    page_digest(&d, &p);
    struct digest input = digest_end(&d);
    int rc = CM_OK;
    if (!site_keep(l->s, path, &input)) {
        list_page_begin(l, &a, &mu, &p, "moved");
        markup_open(&mu, "p");
        markup_text_str(&mu, "This discussion turned out to be a part of ");
        list_link(&mu, there, SV("another one"));
        markup_text_str(&mu, ".");
        markup_close(&mu, "p");
        rc = list_page_write(l, &a, &mu, &p, &input, err);
    }
    arena_release(&a);
    return rc;
}

int list_thread_pages(struct list_site *l, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < l->archive.threads.len; i++)
        rc = put_thread(l, i, err);
    for (size_t i = 0; !rc && i < l->archive.moved.len; i++)
        rc = put_moved(l, &l->archive.moved.at[i], err);
    return rc;
}
