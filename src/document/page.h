/* The frame of every page: head, skip link, site navigation, breadcrumb, main, footer. For this room, and for pages
 * that are made when they are asked for (gateway/web). */
#ifndef CASEMATE_DOCUMENT_PAGE_H
#define CASEMATE_DOCUMENT_PAGE_H

#include "document/html.h"

struct page_link { /* <link> in the head */
    const char *rel, *type; /* type may be NULL */
    struct sv href;         /* relative to the page */
    const char *title;      /* may be NULL */
};

struct page_crumb {
    struct sv label, path; /* path from the top of the site; the last crumb is the page itself */
};

struct page {
    struct sv path;        /* from the top of the site: "threats/T-0001.html" */
    struct sv title, description;
    const char *section;   /* path of the navigation's entry that it belongs to, or NULL */
    const char *body_class; /* may be NULL */
    const char *root;      /* instead of page_root(); may be NULL */
    const char *style;     /* relative to the page; NULL: style.css at the top */
    const char *script;    /* path from the top of the site; NULL: none, as on all that is published */
    struct sv edition;     /* its version, when the page is an edition */
    bool no_index;
    VEC(struct page_link) links;
    VEC(struct page_crumb) crumbs;
    struct sv bar;         /* markup at the beginning of the body; empty on all that is published */
    struct sv json_ld;     /* complete script text, or empty */
};

/* "../" for each folder in path. */
const char *page_root(struct arena *a, struct sv path);
void page_begin(struct arena *a, struct markup *m, const struct view *v, const struct page *p);
void page_end(struct arena *a, struct markup *m, const struct view *v, const struct page *p);
void page_add_link(struct arena *a, struct page *p, const char *rel, const char *type, struct sv href,
                   const char *title);
void page_add_crumb(struct arena *a, struct page *p, struct sv label, struct sv path);
/* JSON-LD about a document, with "</" made harmless. */
struct sv page_document_json_ld(struct arena *a, const struct document *d);
/* Everything that the frame of a page shows, as one part of its digest. */
void page_digest(struct digest_state *s, const struct page *p);
/* What the frames of all pages share. */
void page_digest_site(struct digest_state *s, const struct view *v);

#endif
