/* One document as a self-contained page for the PDF renderer.
 *
 * The renderer knows CSS variables only in part, so the values of web/site.css are put in their places here:
 * those of the first :root block, then those of the :root block inside "@media print". */
#include "document/build.h"
#include "document/html.h"

enum { VARIABLE_DEPTH = 8 };

/* Takes "--name: value;" declarations of the block that follows `marker` (and the next ":root {" after it). */
static void collect(struct arena *a, struct sv css, struct sv marker, struct map *out)
{
    ptrdiff_t at = sv_find(css, marker);
    if (at < 0)
        return;
    css = sv_from_byte(css, (size_t)at);
    at = sv_find(css, SV(":root {"));
    if (at < 0)
        return;
    css = sv_from_byte(css, (size_t)at + 7);
    ptrdiff_t end = sv_find_char(css, '}');
    struct sv block = sv_from(css.at, end < 0 ? css.len : (size_t)end), declaration;
    while (sv_split(&block, ';', &declaration)) {
        declaration = sv_trim(declaration);
        ptrdiff_t colon = sv_find_char(declaration, ':');
        if (colon < 2 || !sv_starts(declaration, SV("--")))
            continue;
        struct sv *value = arena_new(a, struct sv);
        *value = sv_trim(sv_from_byte(declaration, (size_t)colon + 1));
        map_set(out, sv_from(declaration.at, (size_t)colon), value);
    }
}

static void resolve(struct str *out, struct sv css, const struct map *values, unsigned depth)
{
    for (;;) {
        ptrdiff_t at = sv_find(css, SV("var("));
        if (at < 0)
            break;
        str_add(out, sv_from(css.at, (size_t)at));
        css = sv_from_byte(css, (size_t)at + 4);
        ptrdiff_t end = sv_find_char(css, ')');
        if (end < 0)
            break;
        const struct sv *value = map_get(values, sv_from(css.at, (size_t)end));
        if (value && depth < VARIABLE_DEPTH)
            resolve(out, *value, values, depth + 1);
        css = sv_from_byte(css, (size_t)end + 1);
    }
    str_add(out, css);
}

static void print_style(struct str *out)
{
    struct arena a = ARENA_INIT;
    struct map values;
    struct sv css = web_asset("site.css");
    map_init(&values, &a);
    collect(&a, css, SV(":root {"), &values);
    collect(&a, css, SV("@media print"), &values);
    resolve(out, css, &values, 0);
    resolve(out, web_asset("pdf.css"), &values, 0);
    arena_release(&a);
}

static void head(struct markup *m, const struct document *d)
{
    struct str style = STR_INIT;
    print_style(&style);
    markup_open(m, "head");
    markup_open(m, "meta");
    markup_attr_str(m, "charset", "utf-8");
    markup_close(m, "meta");
    markup_element(m, "title", d->title);
    markup_open(m, "meta");
    markup_attr_str(m, "name", "description");
    markup_attr(m, "content", d->abstract);
    markup_close(m, "meta");
    markup_open(m, "style");
    markup_raw_text(m, str_sv(&style));
    markup_close(m, "style");
    markup_close(m, "head");
    str_release(&style);
}

void document_print_html(const struct document *d, struct str *out)
{
    struct markup m;
    struct arena a = ARENA_INIT;
    struct html_context c = {.view = d->view, .root = "", .heading = 2, .print = true, .single_document = true};
    markup_init(&m, out, MARKUP_HTML);
    markup_doctype_html(&m);
    markup_open(&m, "html");
    markup_attr(&m, "lang", d->view->profile->sig.language);
    head(&m, d);
    markup_open(&m, "body");
    markup_attr_str(&m, "class", "print");
    markup_element_class(&m, "p", "running-title", d->title);
    markup_element_class(&m, "p", "running-version",
                         d->working_draft ? build_sv(&a, "Working draft, %.*s", SV_ARG(d->date))
                                          : build_sv(&a, "Edition %.*s, %.*s", SV_ARG(d->version), SV_ARG(d->date)));
    html_document(&m, &c, d);
    markup_close(&m, "body");
    markup_close(&m, "html");
    markup_newline(&m);
    markup_finish(&m);
    arena_release(&a);
}
