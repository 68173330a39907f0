/* /search?q=: the threats' texts and the public mails, as a page and as an Atom feed. */
#include "action/search.h"
#include "base/date.h"
#include "base/digest.h"
#include "forum/search.h"
#include "gateway/web/pages.h"
#include "gateway/web/search_more.h"
#include "store/fts.h"

enum { MAILS = 25, TEXTS = 10, FEED = 50, PATIENCE_MS = 2000 };

struct found {
    struct sv text; /* the query */
    struct mail_query query;
    struct fts_hits texts;
    struct mail_hits mails;
    struct more_hits documents, calls;
    bool further; /* not the first page */
};

static int read_query(struct web_call *c, struct found *f, struct err *err)
{
    uint64_t below = 0;
    struct sv from = form_value(&c->query, "below");
    f->text = form_value(&c->query, "q");
    int rc = mail_query_read(c->arena, f->text, &f->query, err);
    if (!rc && from.len && (!sv_to_u64(from, INT64_MAX, &below) || !below))
        rc = err_set(err, CM_EINPUT, "\"below\" is no number of a message");
    f->query.below = (int64_t)below;
    f->further = below > 0;
    return rc;
}

static int look(struct web_call *c, struct found *f, size_t mails, struct err *err)
{
    bool texts = mails == MAILS && !f->further && !f->query.mail_only;
    struct action_context context = web_context(c);
    int rc = search_check(&context, &f->query, err);
    if (rc)
        return rc;
    store_set_patience(c->store, PATIENCE_MS);
    rc = mail_search(c->store, c->arena, &f->query, false, mails, &f->mails, err);
    if (!rc && texts)
        rc = fts_search(c->store, c->arena, f->text, TEXTS, &f->texts, err);
    store_set_patience(c->store, 0);
    if (!rc && texts)
        rc = search_more(c, f->text, &f->documents, &f->calls, err);
    return rc;
}

/* ---- the page ---- */

static void search_form(struct web_call *c, struct sv text)
{
    struct markup *m = &c->markup;
    markup_open(m, "form");
    markup_attr_str(m, "class", "act search");
    markup_attr_str(m, "method", "get");
    markup_attr_str(m, "action", "/search");
    markup_attr_str(m, "role", "search");
    web_field(c, &(struct web_field){.name = "q", .label = "Words", .type = "search", .value = text, .max = 1000,
                                     .help = "All of them, or \"a phrase\", or beginnings: downgr*. In mails also "
                                             "from:ada, subject:word, list:name, threat:ID, stage:name, "
                                             "after:2026-01-31, before:2027."});
    web_form_end(c, "Search");
}

/* Text with hits between U+0002 and U+0003. */
static void snippet(struct markup *m, struct sv text)
{
    struct sv part;
    markup_open(m, "p");
    markup_attr_str(m, "class", "snippet");
    bool hit = false;
    while (text.len) {
        size_t len = 0;
        while (len < text.len && text.at[len] != 2 && text.at[len] != 3)
            len++;
        part = sv_from(text.at, len);
        if (hit)
            markup_element(m, "mark", part);
        else
            markup_text(m, part);
        hit = len < text.len && text.at[len] == 2;
        text = sv_from_byte(text, len + 1);
    }
    markup_close(m, "p");
}

static void text_hit(struct web_call *c, const struct fts_hit *hit)
{
    struct markup *m = &c->markup;
    struct sv id = sv_starts(hit->key, SV("threat:")) ? sv_from_byte(hit->key, 7) : SV_NONE;
    if (!id.len)
        return;
    markup_open(m, "li");
    web_link(m, arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(id)),
             sv_str(arena_printf(c->arena, "%.*s %.*s", SV_ARG(id), SV_ARG(hit->title))));
    snippet(m, hit->snippet);
    markup_close(m, "li");
}

static const char *mail_path(struct arena *a, const struct mail_hit *hit)
{
    return arena_printf(a, "/lists/%.*s/message/%.*s.html", SV_ARG(hit->list), SV_ARG(hit->key));
}

static void mail_hit(struct web_call *c, const struct mail_hit *hit)
{
    struct markup *m = &c->markup;
    markup_open(m, "li");
    web_link(m, mail_path(c->arena, hit), hit->subject);
    markup_open(m, "span");
    markup_attr_str(m, "class", "help");
    markup_textf(m, " %.*s, ", SV_ARG(hit->name));
    markup_open(m, "time");
    markup_attr_str(m, "datetime", date_format_time(c->arena, hit->date));
    markup_text_str(m, date_format(c->arena, date_from_time(hit->date)));
    markup_close(m, "time");
    markup_textf(m, ", %.*s", SV_ARG(hit->list));
    markup_close(m, "span");
    snippet(m, hit->snippet);
    markup_close(m, "li");
}

static const char *with_query(struct web_call *c, const char *path, struct sv text, int64_t below)
{
    struct str out = STR_INIT;
    str_addf(&out, "%s?", path);
    form_write(&out, "q", text);
    if (below)
        form_write(&out, "below", sv_str(arena_printf(c->arena, "%lld", (long long)below)));
    const char *address = arena_strdup(c->arena, str_cstr(&out));
    str_release(&out);
    return address;
}

static void list_begin(struct web_call *c, const char *heading)
{
    markup_element(&c->markup, "h2", sv_str(heading));
    markup_open(&c->markup, "ol");
    markup_attr_str(&c->markup, "class", "hits");
}

static void more_hits(struct web_call *c, const char *heading, const struct more_hits *hits)
{
    struct markup *m = &c->markup;
    if (!hits->list.len)
        return;
    list_begin(c, heading);
    for (size_t i = 0; i < hits->list.len; i++) {
        const struct more_hit *hit = &hits->list.at[i];
        markup_open(m, "li");
        web_link(m, hit->path, sv_str(hit->title));
        if (hit->text.len)
            snippet(m, hit->text);
        markup_close(m, "li");
    }
    markup_close(m, "ol");
}

static void results(struct web_call *c, const struct found *f)
{
    struct markup *m = &c->markup;
    if (f->texts.list.len) {
        list_begin(c, "Threats");
        for (size_t i = 0; i < f->texts.list.len; i++)
            text_hit(c, &f->texts.list.at[i]);
        markup_close(m, "ol");
    }
    more_hits(c, "Calls and decisions", &f->calls);
    more_hits(c, "Documents", &f->documents);
    if (f->mails.list.len) {
        list_begin(c, "Mails, newest first");
        for (size_t i = 0; i < f->mails.list.len; i++)
            mail_hit(c, &f->mails.list.at[i]);
        markup_close(m, "ol");
    }
    if (!f->texts.list.len && !f->mails.list.len && !f->calls.list.len && !f->documents.list.len)
        web_text(c, f->further ? "Nothing further was found." : "Nothing was found.");
    markup_open(m, "p");
    markup_attr_str(m, "class", "further");
    if (f->mails.more) {
        web_link(m, with_query(c, "/search", f->text, f->mails.list.at[f->mails.list.len - 1].id), SV("Older mails"));
        markup_text_str(m, " ");
    }
    web_link(m, with_query(c, "/search.atom", f->text, 0), SV("New mails of this search as a feed"));
    markup_close(m, "p");
}

/* A query that cannot be answered is shown again, with what is wrong. */
static bool is_fault(int rc)
{
    return rc == CM_EINPUT || rc == CM_ELIMIT || rc == CM_ENOTFOUND;
}

int search_page(struct web_call *c, struct err *err)
{
    struct found f = {.further = false};
    struct err why = ERR_INIT;
    int rc = read_query(c, &f, &why);
    if (!rc && f.text.len)
        rc = look(c, &f, MAILS, &why);
    if (rc && !is_fault(rc))
        return err_set(err, rc, "%s", why.text);
    if (rc)
        c->out->status = 422;
    web_begin(c, f.text.len ? arena_printf(c->arena, "Search: %.*s", SV_ARG(f.text)) : "Search");
    if (rc)
        web_fault(c, why.text);
    search_form(c, f.text);
    if (!rc && f.text.len)
        results(c, &f);
    web_end(c);
    return CM_OK;
}

/* ---- the feed ---- */

static struct sv urn_of(struct web_call *c, struct sv kind, struct sv key, struct sv detail)
{
    const struct sv parts[] = {c->frame->profile->sig.name, kind, key, detail};
    struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));
    const char *h = digest_hex(c->arena, &d);
    return sv_str(arena_printf(c->arena, "urn:uuid:%.8s-%.4s-8%.3s-8%.3s-%.12s", h, h + 8, h + 12, h + 16, h + 20));
}

static void feed_link(struct markup *m, const char *rel, const char *href)
{
    markup_open(m, "link");
    markup_attr_str(m, "rel", rel);
    markup_attr_str(m, "href", href);
    markup_close(m, "link");
    markup_newline(m);
}

static void feed_entry(struct web_call *c, const struct mail_hit *hit)
{
    struct markup *m = &c->markup;
    struct str plain = STR_INIT;
    for (size_t i = 0; i < hit->snippet.len; i++)
        if (hit->snippet.at[i] != 2 && hit->snippet.at[i] != 3)
            str_add_char(&plain, hit->snippet.at[i]);
    markup_open(m, "entry");
    markup_newline(m);
    markup_element(m, "id", urn_of(c, SV("mail"), hit->list, hit->key));
    markup_element(m, "title", hit->subject);
    markup_element(m, "updated", sv_str(date_format_time(c->arena, hit->date)));
    markup_open(m, "author");
    markup_element(m, "name", hit->name);
    markup_close(m, "author");
    markup_newline(m);
    feed_link(m, "alternate", mail_path(c->arena, hit));
    markup_element(m, "summary", str_sv(&plain));
    markup_close(m, "entry");
    markup_newline(m);
    str_release(&plain);
}

int search_feed(struct web_call *c, struct err *err)
{
    struct found f = {.further = false};
    struct markup *m = &c->markup;
    int rc = read_query(c, &f, err);
    if (!rc)
        rc = look(c, &f, FEED, err);
    if (rc)
        return rc;
    str_clear(&c->out->text);
    markup_init(m, &c->out->text, MARKUP_XML);
    markup_xml_declaration(m, NULL);
    markup_open(m, "feed");
    markup_attr_str(m, "xmlns", "http://www.w3.org/2005/Atom");
    markup_newline(m);
    markup_element(m, "id", urn_of(c, SV("search"), f.text, SV_NONE));
    markup_element(m, "title", sv_str(arena_printf(c->arena, "%.*s: %.*s", SV_ARG(c->frame->profile->sig.name),
                                                   SV_ARG(f.text))));
    markup_element(m, "updated", sv_str(date_format_time(c->arena,
                                                         f.mails.list.len ? f.mails.list.at[0].date : c->now)));
    feed_link(m, "alternate", with_query(c, "/search", f.text, 0));
    feed_link(m, "self", with_query(c, "/search.atom", f.text, 0));
    for (size_t i = 0; i < f.mails.list.len; i++)
        feed_entry(c, &f.mails.list.at[i]);
    markup_close(m, "feed");
    markup_newline(m);
    markup_finish(m);
    c->out->type = "application/atom+xml; charset=utf-8";
    c->out->body = str_cstr(&c->out->text);
    c->out->body_len = c->out->text.len;
    return CM_OK;
}
