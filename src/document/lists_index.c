/* The front page of a list, and its months. */
#include "base/date.h"
#include "document/build.h"
#include "document/lists_page.h"

#include <stdlib.h>

enum { NEWEST_THREADS = 25, MONTHS = 12 };

/* ---- months ---- */

struct month {
    int year, month;
    const size_t *messages; /* indexes, in the order of the archive: that of threads */
    size_t count;
};
struct months {
    VEC(struct month) list; /* in order of time; those with messages only */
};

struct in_month {
    int number; /* of its month */
    size_t index;
};

static int month_number(int64_t time)
{
    struct date d = date_from_time(time);
    return d.year * MONTHS + d.month - 1;
}

static int by_month(const void *left, const void *right)
{
    const struct in_month *l = left, *r = right;
    if (l->number != r->number)
        return l->number < r->number ? -1 : 1;
    return l->index < r->index ? -1 : l->index > r->index;
}

static void find_months(struct list_site *l, struct arena *a, struct months *out)
{
    size_t count = l->archive.messages.len;
    struct in_month *all = arena_array(a, count + 1, sizeof *all);
    size_t *indexes = arena_array(a, count + 1, sizeof *indexes);
    for (size_t i = 0; i < count; i++)
        all[i] = (struct in_month){month_number(l->archive.messages.at[i].date), i};
    qsort(all, count, sizeof *all, by_month);
    for (size_t i = 0; i < count; i++) {
        indexes[i] = all[i].index;
        if (!i || all[i].number != all[i - 1].number)
            *vec_push(a, &out->list) =
                (struct month){all[i].number / MONTHS, all[i].number % MONTHS + 1, &indexes[i], 0};
        out->list.at[out->list.len - 1].count++;
    }
}

static struct sv month_title(struct arena *a, const struct month *m)
{
    return build_sv(a, "%s %04d", date_month_names[m->month - 1], m->year);
}

static bool is_in_month(const struct archive_message *m, const void *context)
{
    const struct month *month = context;
    struct date d = date_from_time(m->date);
    return d.year == month->year && d.month == month->month;
}

static void month_link(struct arena *a, struct markup *mu, const char *word, const char *rel, const struct month *m)
{
    markup_open(mu, "span");
    markup_textf(mu, "%s: ", word);
    markup_open(mu, "a");
    markup_attr_str(mu, "rel", rel);
    markup_attrf(mu, "href", "%04d-%02d.html", m->year, m->month);
    markup_text(mu, month_title(a, m));
    markup_close(mu, "a");
    markup_close(mu, "span");
}

static void month_neighbours(struct arena *a, struct markup *mu, const struct months *all, size_t i)
{
    if (all->list.len < 2)
        return;
    markup_open(mu, "nav");
    markup_attr_str(mu, "class", "neighbours");
    markup_attr_str(mu, "aria-label", "Months before and after");
    if (i)
        month_link(a, mu, "Before", "prev", &all->list.at[i - 1]);
    if (i + 1 < all->list.len)
        month_link(a, mu, "After", "next", &all->list.at[i + 1]);
    markup_close(mu, "nav");
}

static void month_thread(struct list_site *l, struct arena *a, struct markup *mu, const struct archive_thread *t,
                         const struct month *month)
{
    markup_open(mu, "section");
    markup_attr_str(mu, "class", "month-thread");
    markup_open(mu, "h2");
    markup_attr_str(mu, "dir", "auto");
    list_link(mu, build_sv(a, "thread/%lld.html", (long long)t->id), l->archive.messages.at[t->from].subject);
    markup_close(mu, "h2");
    list_tree(l, a, mu, t->from, t->count, is_in_month, month, "message/", ".html");
    markup_close(mu, "section");
    markup_newline(mu);
}

/* The thread of the month's i-th message, when no message before it in the month is of that thread; NULL. */
static const struct archive_thread *begins_thread(struct list_site *l, const struct month *m, size_t i)
{
    size_t thread = l->archive.messages.at[m->messages[i]].thread;
    if (i && l->archive.messages.at[m->messages[i - 1]].thread == thread)
        return NULL;
    return &l->archive.threads.at[thread];
}

static int month_page(struct list_site *l, const struct months *all, size_t index, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct page p;
    struct markup mu;
    struct digest_state d;
    const struct month *m = &all->list.at[index];
    struct sv path = list_path(l, &a, "%04d-%02d.html", m->year, m->month);
    list_page_init(l, &a, &p, path, month_title(&a, m));
    page_add_crumb(&a, &p, p.title, path);
    list_digest_begin(l, &d, "month");
    page_digest(&d, &p);
    const struct archive_thread *t;
    for (size_t i = 0; i < m->count; i++) {
        list_digest_message(l, &d, &l->archive.messages.at[m->messages[i]]);
        if ((t = begins_thread(l, m, i))) /* its subject may be that of a message of another month */
            digest_add_part(&d, l->archive.messages.at[t->from].subject);
    }
    for (size_t i = index ? index - 1 : 0; i < all->list.len && i <= index + 1; i++)
        digest_add_part(&d, month_title(&a, &all->list.at[i]));
    struct digest input = digest_end(&d);
    int rc = CM_OK;
    if (!site_keep(l->s, path, &input)) {
        list_page_begin(l, &a, &mu, &p, "month");
        markup_open(&mu, "p");
        markup_attr_str(&mu, "class", "mail-facts");
        markup_text(&mu, build_count(&a, m->count, "message", "messages"));
        markup_text_str(&mu, " ");
        list_link(&mu, build_sv(&a, "%04d-%02d.mbox", m->year, m->month), SV("mbox"));
        markup_close(&mu, "p");
        for (size_t i = 0; i < m->count; i++)
            if ((t = begins_thread(l, m, i)))
                month_thread(l, &a, &mu, t, m);
        month_neighbours(&a, &mu, all, index);
        rc = list_page_write(l, &a, &mu, &p, &input, err);
    }
    arena_release(&a);
    return rc;
}

int list_months(struct list_site *l, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct months all = {{NULL, 0, 0}};
    int rc = CM_OK;
    find_months(l, &a, &all);
    for (size_t i = 0; !rc && i < all.list.len; i++) {
        const struct month *m = &all.list.at[i];
        rc = month_page(l, &all, i, err);
        if (!rc)
            rc = list_mbox(l, list_path(l, &a, "%04d-%02d.mbox", m->year, m->month), m->messages, m->count, err);
    }
    arena_release(&a);
    return rc;
}

/* ---- the front page ---- */

/* The months of the year that begin at `from`. */
static void calendar_row(struct markup *mu, const struct months *all, size_t from, int year)
{
    markup_open(mu, "tr");
    markup_open(mu, "th");
    markup_attr_str(mu, "scope", "row");
    markup_textf(mu, "%04d", year);
    markup_close(mu, "th");
    for (int month = 1; month <= MONTHS; month++) {
        const struct month *found = NULL;
        if (from < all->list.len && all->list.at[from].year == year && all->list.at[from].month == month)
            found = &all->list.at[from++];
        markup_open(mu, "td");
        if (found) {
            markup_open(mu, "a");
            markup_attrf(mu, "href", "%04d-%02d.html", year, month);
            markup_attrf(mu, "aria-label", "%s %04d: %zu", date_month_names[month - 1], year, found->count);
            markup_textf(mu, "%zu", found->count);
            markup_close(mu, "a");
        }
        markup_close(mu, "td");
    }
    markup_close(mu, "tr");
    markup_newline(mu);
}

static void calendar(struct markup *mu, const struct months *all)
{
    if (!all->list.len)
        return;
    markup_open(mu, "section");
    markup_element(mu, "h2", SV("Months"));
    markup_open(mu, "div");
    markup_attr_str(mu, "class", "scroll");
    markup_attr_str(mu, "tabindex", "0");
    markup_attr_str(mu, "role", "region");
    markup_attr_str(mu, "aria-label", "Months");
    markup_open(mu, "table");
    markup_attr_str(mu, "class", "calendar");
    markup_element(mu, "caption", SV("Messages in each month"));
    markup_open(mu, "thead");
    markup_open(mu, "tr");
    markup_open(mu, "th");
    markup_attr_str(mu, "scope", "col");
    markup_text_str(mu, "Year");
    markup_close(mu, "th");
    for (int i = 0; i < MONTHS; i++) {
        markup_open(mu, "th");
        markup_attr_str(mu, "scope", "col");
        markup_textf(mu, "%.3s", date_month_names[i]);
        markup_close(mu, "th");
    }
    markup_close(mu, "tr");
    markup_close(mu, "thead");
    markup_open(mu, "tbody");
    for (size_t i = all->list.len; i-- > 0;)
        if (!i || all->list.at[i].year != all->list.at[i - 1].year)
            calendar_row(mu, all, i, all->list.at[i].year);
    markup_close(mu, "tbody");
    markup_close(mu, "table");
    markup_close(mu, "div");
    markup_close(mu, "section");
    markup_newline(mu);
}

static int newest_thread(const void *left, const void *right)
{
    const struct archive_thread *const *l = left, *const *r = right;
    if ((*l)->last != (*r)->last)
        return (*l)->last > (*r)->last ? -1 : 1;
    return (*l)->id > (*r)->id ? -1 : (*l)->id < (*r)->id;
}

static const struct archive_thread **newest_threads(struct list_site *l, struct arena *a)
{
    size_t count = l->archive.threads.len;
    const struct archive_thread **all = arena_array(a, count + 1, sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[i] = &l->archive.threads.at[i];
    qsort(all, count, sizeof *all, newest_thread);
    return all;
}

static void newest(struct list_site *l, struct arena *a, struct markup *mu)
{
    const struct archive_thread **all = newest_threads(l, a);
    if (!l->archive.threads.len)
        return;
    markup_open(mu, "section");
    markup_element(mu, "h2", SV("Newest discussions"));
    markup_open(mu, "ul");
    markup_attr_str(mu, "class", "threads-list");
    for (size_t i = 0; i < l->archive.threads.len && i < NEWEST_THREADS; i++) {
        const struct archive_message *m = &l->archive.messages.at[all[i]->from];
        markup_open(mu, "li");
        markup_open(mu, "a");
        markup_attrf(mu, "href", "thread/%lld.html", (long long)all[i]->id);
        markup_attr_str(mu, "dir", "auto");
        markup_text(mu, m->subject);
        markup_close(mu, "a");
        markup_open(mu, "p");
        markup_attr_str(mu, "class", "mail-facts");
        markup_element(mu, "span", m->name);
        markup_text_str(mu, " ");
        markup_element(mu, "span", build_count(a, all[i]->count, "message", "messages"));
        markup_text_str(mu, " ");
        list_time(a, mu, all[i]->last, false);
        markup_close(mu, "p");
        markup_close(mu, "li");
        markup_newline(mu);
    }
    markup_close(mu, "ul");
    markup_close(mu, "section");
}

static void front_head(struct list_site *l, struct arena *a, struct markup *mu)
{
    struct sv description = l->list->setting[SET_DESCRIPTION];
    if (description.len)
        markup_element_class(mu, "p", "lead", description);
    markup_open(mu, "p");
    markup_attr_str(mu, "class", "mail-facts");
    markup_text(mu, build_count(a, l->archive.messages.len, "message", "messages"));
    markup_text_str(mu, " ");
    list_reply_link(l, a, mu, NULL, "write to the list");
    if (!l->list->followed) {
        markup_text_str(mu, " ");
        markup_open(mu, "a");
        struct sv request = route_address(a, l->list->address, "-request", SV_NONE);
        markup_attr_url(mu, "href", build_sv(a, "mailto:%.*s?subject=subscribe", SV_ARG(request)));
        markup_text_str(mu, "subscribe");
        markup_close(mu, "a");
    }
    markup_text_str(mu, " ");
    list_link(mu, SV("feed.atom"), SV("Atom"));
    markup_close(mu, "p");
    if (!l->archive.messages.len)
        markup_element(mu, "p", SV("Nothing was said yet."));
}

static struct digest front_input(struct list_site *l, const struct page *p)
{
    struct digest_state d;
    list_digest_begin(l, &d, "front");
    page_digest(&d, p);
    for (size_t i = 0; i < l->archive.messages.len; i++)
        list_digest_message(l, &d, &l->archive.messages.at[i]);
    return digest_end(&d);
}

static int front(struct list_site *l, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct page p;
    struct markup mu;
    struct months all = {{NULL, 0, 0}};
    struct sv path = list_path(l, &a, "index.html");
    list_page_init(l, &a, &p, path, l->list->title);
    p.description = l->list->setting[SET_DESCRIPTION];
    page_add_link(&a, &p, "alternate", "application/atom+xml", SV("feed.atom"), "This list");
    struct digest input = front_input(l, &p);
    int rc = CM_OK;
    if (!site_keep(l->s, path, &input)) {
        find_months(l, &a, &all);
        list_page_begin(l, &a, &mu, &p, "list");
        front_head(l, &a, &mu);
        newest(l, &a, &mu);
        calendar(&mu, &all);
        rc = list_page_write(l, &a, &mu, &p, &input, err);
    }
    arena_release(&a);
    return rc;
}

/* ---- the feed ---- */

static int feed(struct list_site *l, struct err *err)
{
    struct arena a = ARENA_INIT;
    size_t count = l->archive.messages.len;
    size_t *indexes = arena_array(&a, count + 1, sizeof *indexes);
    for (size_t i = 0; i < count; i++)
        indexes[i] = i;
    int rc = list_feed(l, list_path(l, &a, "feed.atom"), l->list->title, indexes, count, "", SV("index.html"), err);
    arena_release(&a);
    return rc;
}

int list_index_pages(struct list_site *l, struct err *err)
{
    int rc = front(l, err);
    return rc ? rc : feed(l, err);
}
