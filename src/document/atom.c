#include "document/atom.h"

#include "base/date.h"
#include "base/digest.h"

struct sv atom_urn(struct arena *a, const struct sv *parts, size_t count)
{
    struct digest d = digest_of_parts(parts, count);
    const char *h = digest_hex(a, &d);
    return sv_str(arena_printf(a, "urn:uuid:%.8s-%.4s-8%.3s-8%.3s-%.12s", h, h + 8, h + 12, h + 16, h + 20));
}

static void put_link(struct markup *m, const char *rel, struct sv href)
{
    markup_open(m, "link");
    markup_attr_str(m, "rel", rel);
    markup_attr(m, "href", href);
    markup_close(m, "link");
    markup_newline(m);
}

static void put_head(struct arena *a, struct markup *m, const struct atom *x)
{
    markup_newline(m);
    markup_element(m, "id", x->id);
    markup_element(m, "title", x->title);
    markup_element(m, "updated", sv_str(date_format_time(a, x->updated)));
    if (x->author.len) {
        markup_open(m, "author");
        markup_element(m, "name", x->author);
        markup_close(m, "author");
        markup_newline(m);
    }
    put_link(m, "alternate", x->alternate);
}

void atom_begin(struct arena *a, struct markup *m, struct str *out, const struct atom *feed)
{
    markup_init(m, out, MARKUP_XML);
    markup_xml_declaration(m, NULL);
    markup_open(m, "feed");
    markup_attr_str(m, "xmlns", "http://www.w3.org/2005/Atom");
    put_head(a, m, feed);
    put_link(m, "self", feed->self);
}

void atom_entry(struct arena *a, struct markup *m, const struct atom *entry)
{
    markup_open(m, "entry");
    put_head(a, m, entry);
    markup_element(m, "summary", entry->summary);
    markup_close(m, "entry");
    markup_newline(m);
}

void atom_end(struct markup *m)
{
    markup_close(m, "feed");
    markup_newline(m);
    markup_finish(m);
}
