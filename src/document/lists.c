#include "base/date.h"
#include "document/build.h"
#include "document/lists_page.h"
#include "forum/compose.h"
#include "forum/subject.h"

#include <stdarg.h>

/* ---- what the pages share ---- */

int list_read(struct list_site *l, struct arena *a, const struct archive_message *m, struct list_mail *out,
              struct err *err)
{
    struct sv bytes;
    struct err limit = ERR_INIT;
    int rc = message_bytes(l->s->options->store, a, m->id, &bytes, err);
    *out = (struct list_mail){.text = {.blocks = NULL}};
    if (rc)
        return rc;
    if (mail_read(a, bytes, &out->mail, &limit) == CM_OK)
        out->text = mail_text_read(a, &out->mail);
    return CM_OK;
}

struct sv list_path(struct list_site *l, struct arena *a, const char *format, ...)
{
    va_list args;
    struct str s = STR_INIT;
    str_addf(&s, "lists/%.*s/", SV_ARG(l->list->id));
    va_start(args, format);
    str_addv(&s, format, args);
    va_end(args);
    struct sv path = arena_sv(a, str_sv(&s));
    str_release(&s);
    return path;
}

void list_page_init(struct list_site *l, struct arena *a, struct page *p, struct sv path, struct sv title)
{
    *p = (struct page){.path = path, .title = title, .section = "lists.html"};
    page_add_crumb(a, p, SV("Start"), SV("index.html"));
    page_add_crumb(a, p, SV("Discussion"), SV("lists.html"));
    page_add_crumb(a, p, l->list->title, list_path(l, a, "index.html"));
}

void list_digest_begin(struct list_site *l, struct digest_state *d, const char *kind)
{
    digest_begin(d);
    digest_add(d, digest_sv(&l->shared));
    digest_add_part(d, sv_str(kind));
}

static void add_number(struct digest_state *d, int64_t number)
{
    digest_add(d, sv_from((const char *)&number, sizeof number));
}

void list_digest_message(struct list_site *l, struct digest_state *d, const struct archive_message *m)
{
    digest_add(d, digest_sv(&m->digest));
    digest_add_part(d, m->key);
    digest_add_part(d, m->name);
    digest_add_part(d, m->subject);
    add_number(d, m->date);
    add_number(d, m->depth);
    add_number(d, l->archive.threads.at[m->thread].id);
    digest_add_part(d, m->up == SIZE_MAX ? SV_NONE : l->archive.messages.at[m->up].key);
}

void list_page_begin(struct list_site *l, struct arena *a, struct markup *m, const struct page *p, const char *kind)
{
    str_clear(&l->s->buffer);
    markup_init(m, &l->s->buffer, MARKUP_HTML);
    page_begin(a, m, l->s->v, p);
    markup_open(m, "article");
    markup_attrf(m, "class", "page discussion %s", kind);
    markup_newline(m);
    markup_open(m, "h1");
    markup_attr_str(m, "dir", "auto");
    markup_text(m, p->title);
    markup_close(m, "h1");
    markup_newline(m);
}

int list_page_write(struct list_site *l, struct arena *a, struct markup *m, const struct page *p,
                    const struct digest *input, struct err *err)
{
    markup_close(m, "article");
    markup_newline(m);
    page_end(a, m, l->s->v, p);
    markup_finish(m);
    return site_write(l->s, p->path, input, str_sv(&l->s->buffer), err);
}

void list_reply_link(struct list_site *l, struct arena *a, struct markup *mu, const struct archive_message *m,
                     const char *text)
{
    struct str url = STR_INIT;
    bool reply = false;
    if (m)
        (void)subject_base(a, m->subject, &reply);
    str_add_str(&url, "mailto:");
    compose_mailto_text(&url, l->list->address);
    if (m) {
        str_add_str(&url, "?subject=");
        compose_mailto_text(&url, reply ? SV_NONE : SV("Re: "));
        compose_mailto_text(&url, m->subject);
        str_add_str(&url, "&In-Reply-To=");
        compose_mailto_text(&url, sv_str(arena_printf(a, "<%.*s>", SV_ARG(m->mid))));
    }
    markup_open(mu, "a");
    markup_attr_str(mu, "class", "reply");
    markup_attr_url(mu, "href", str_sv(&url));
    markup_text_str(mu, text);
    markup_close(mu, "a");
    str_release(&url);
}

void list_time(struct arena *a, struct markup *m, int64_t time, bool hour)
{
    const char *exact = date_format_time(a, time);
    markup_open(m, "time");
    markup_attr_str(m, "datetime", exact);
    markup_text_str(m, date_format_long(a, date_from_time(time)));
    if (hour)
        markup_textf(m, ", %.5s UTC", exact + 11);
    markup_close(m, "time");
}

void list_link(struct markup *m, struct sv href, struct sv text)
{
    markup_open(m, "a");
    markup_attr(m, "href", href);
    markup_text(m, text);
    markup_close(m, "a");
}

void list_tree(struct list_site *l, struct arena *a, struct markup *mu, size_t from, size_t count,
               bool (*shows)(const struct archive_message *m, const void *context), const void *context,
               const char *to, const char *after)
{
    const struct archive_thread *t = &l->archive.threads.at[l->archive.messages.at[from].thread];
    struct sv base = subject_base(a, l->archive.messages.at[t->from].subject, NULL);
    markup_open(mu, "ol");
    markup_attr_str(mu, "class", "message-tree");
    markup_newline(mu);
    for (size_t i = from; i < from + count; i++) {
        const struct archive_message *m = &l->archive.messages.at[i];
        if (shows && !shows(m, context))
            continue;
        markup_open(mu, "li");
        markup_attrf(mu, "class", "depth-%u", list_depth_shown(m));
        markup_open(mu, "a");
        markup_attrf(mu, "href", "%s%.*s%s", to, SV_ARG(m->key), after);
        markup_text(mu, m->name);
        markup_close(mu, "a");
        markup_text_str(mu, " ");
        list_time(a, mu, m->date, true);
        if (!sv_eq(subject_base(a, m->subject, NULL), base)) {
            markup_text_str(mu, " ");
            markup_element(mu, "span", m->subject);
        }
        markup_close(mu, "li");
        markup_newline(mu);
    }
    markup_close(mu, "ol");
    markup_newline(mu);
}

/* ---- one list ---- */

/* Attachments of the last run, so that those of a page that is kept stay with it. */
static void note_old_files(struct list_site *l)
{
    struct sv prefix = list_path(l, l->a, "file/");
    map_init(&l->files, l->a);
    for (size_t i = 0; i < l->s->old_files.len; i++) {
        struct sv path = l->s->old_files.entries[i].key;
        size_t dash = path.len;
        while (dash > 0 && path.at[dash - 1] != '-')
            dash--;
        if (!sv_starts(path, prefix) || !dash)
            continue;
        struct sv key = sv_from(path.at, dash - 1);
        struct list_files *files = map_get(&l->files, key);
        if (!files)
            map_set(&l->files, key, files = arena_new(l->a, struct list_files));
        *vec_push(l->a, &files->list) = path;
    }
}

static void digest_shared(struct list_site *l)
{
    struct digest_state d;
    digest_begin(&d);
    digest_add(&d, digest_sv(&l->s->shared));
    digest_add_part(&d, l->list->id);
    digest_add_part(&d, l->list->address);
    digest_add_part(&d, l->list->title);
    digest_add_part(&d, l->list->setting[SET_DESCRIPTION]);
    digest_add_part(&d, l->list->followed ? SV("followed") : SV("hosted"));
    l->shared = digest_end(&d);
}

static int put_list(struct site *s, const struct list *list, int64_t *out_messages, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct list_site l = {.s = s, .a = &a, .list = list};
    int rc = archive_load(s->options->store, &a, list->id, &l.archive, err);
    if (!rc) {
        *out_messages = (int64_t)l.archive.messages.len;
        s->planned += l.archive.messages.len + 3 * l.archive.threads.len;
        digest_shared(&l);
        note_old_files(&l);
        rc = list_thread_pages(&l, err);
    }
    if (!rc)
        rc = list_months(&l, err);
    if (!rc)
        rc = list_index_pages(&l, err);
    arena_release(&a);
    return rc;
}

/* ---- all lists ---- */

static bool is_public(const struct list *l)
{
    return list_is(l, SET_ARCHIVE, "public");
}

int site_lists_any(struct store *store, struct arena *a, bool *out, struct err *err)
{
    struct lists lists;
    *out = false;
    if (!store)
        return CM_OK;
    int rc = lists_load(store, a, &lists, err);
    for (size_t i = 0; !rc && i < lists.list.len; i++)
        *out = *out || is_public(&lists.list.at[i]);
    return rc;
}

static void list_item(struct arena *a, struct doc_block *items, const struct list *l, int64_t messages)
{
    struct doc_block *item = doc_add(a, items, DOC_ITEM);
    struct doc_block *p = doc_add(a, item, DOC_PARAGRAPH);
    p->class_name = "card-title";
    doc_link(a, p, build_sv(a, "site:lists/%.*s/index.html", SV_ARG(l->id)), l->title);
    if (l->setting[SET_DESCRIPTION].len)
        build_paragraph(a, item, "%.*s", SV_ARG(l->setting[SET_DESCRIPTION]));
    build_paragraph(a, item, "%.*s. %s", SV_ARG(build_count(a, (size_t)messages, "message", "messages")),
                    l->followed ? "Others run this list; it is archived here." : "The group runs this list.");
}

static int all_lists(struct site *s, const struct lists *lists, const int64_t *messages, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct doc_block *content = doc_block_new(&a, DOC_SECTION);
    content->title = SV("Discussion");
    build_paragraph(&a, content, "The work is done in the open, on mailing lists. Everything that was said there "
                                 "can be read here.")->class_name = "lead";
    struct doc_block *items = doc_add(&a, content, DOC_LIST);
    items->class_name = "cards";
    for (size_t i = 0; i < lists->list.len; i++)
        if (is_public(&lists->list.at[i]))
            list_item(&a, items, &lists->list.at[i], messages[i]);
    struct doc_block *more = build_paragraph(&a, content, "Some posts wait for a moderator first. By which rule, and "
                                                          "what was decided, stands in ");
    doc_link(&a, more, SV("site:moderation.html"), SV("the log of moderation"));
    doc_text(&a, more, SV("."));
    struct page p = {.path = SV("lists.html"), .title = content->title, .section = "lists.html",
                     .description = SV("The archives of the mailing lists.")};
    page_add_crumb(&a, &p, SV("Start"), SV("index.html"));
    page_add_crumb(&a, &p, content->title, p.path);
    int rc = site_page(s, &p, content, err);
    arena_release(&a);
    return rc;
}

static int put_lists(struct store *store, void *context, struct err *err)
{
    struct site *s = context;
    struct arena a = ARENA_INIT;
    struct lists lists;
    int rc = lists_load(store, &a, &lists, err);
    int64_t *messages = rc ? NULL : arena_array(&a, lists.list.len + 1, sizeof *messages);
    for (size_t i = 0; !rc && i < lists.list.len; i++)
        if (is_public(&lists.list.at[i]))
            rc = put_list(s, &lists.list.at[i], &messages[i], err);
    if (!rc)
        rc = all_lists(s, &lists, messages, err);
    arena_release(&a);
    return rc;
}

int site_list_pages(struct site *s, struct err *err)
{
    return s->v->lists ? store_read_tx(s->options->store, put_lists, s, err) : CM_OK;
}
