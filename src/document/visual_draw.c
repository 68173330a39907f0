/* The strokes of the register's drawings. */
#include "document/visual_draw.h"

#include "document/build.h"

#include <stdarg.h>
#include <stdio.h>

/* Looks by class for readers without the style sheet (the PDF renderer gives none to drawings). The style
 * sheet overrides them. */
struct look {
    const char *class_name, *fill, *stroke, *dash, *size, *weight, *anchor;
};

static const struct look looks[] = {
    {"m-p1", "#f6d5cf", "#8d1f1a", NULL, NULL, NULL, NULL},
    {"m-p2", "#fae2cc", "#94410c", NULL, NULL, NULL, NULL},
    {"m-p3", "#f8edc8", "#6f5200", NULL, NULL, NULL, NULL},
    {"m-p4", "#e4eeda", "#3c6130", NULL, NULL, NULL, NULL},
    {"m-p5", "#e9ecee", "#4d5763", NULL, NULL, NULL, NULL},
    {"m-cell", "#e9ecee", "#4d5763", NULL, NULL, NULL, NULL},
    {"m-priority", "#16191d", NULL, NULL, "15", "bold", NULL},
    {"m-count", "#4b5259", NULL, NULL, "12", NULL, "end"},
    {"m-id", "#16191d", NULL, NULL, "12.5", "bold", NULL},
    {"m-more", "#4b5259", NULL, NULL, "12", NULL, NULL},
    {"m-row", "#16191d", NULL, NULL, "13.5", NULL, "end"},
    {"m-column", "#16191d", NULL, NULL, "13.5", NULL, "middle"},
    {"m-axis", "#4b5259", NULL, NULL, "12", NULL, "end"},
    {"m-arrow", NULL, "#16191d", NULL, NULL, NULL, NULL},
    {"m-head", "#16191d", NULL, NULL, NULL, NULL, NULL},
    {"m-way", "#16191d", NULL, NULL, "12", "bold", NULL},
    {"b-empty", "none", "#b5b8bb", "4 4", NULL, NULL, NULL},
    {"b-column", "#f3f1ea", NULL, NULL, NULL, NULL, NULL},
    {"b-draft", "none", "#7a4a00", "4 3", NULL, NULL, NULL},
    {"b-card", "#125566", NULL, NULL, NULL, NULL, NULL},
    {"b-stage", "#4b5259", NULL, NULL, "12", NULL, NULL},
    {"b-count", "#16191d", NULL, NULL, "19", "bold", NULL},
    {"b-id-draft", "#16191d", NULL, NULL, "12", "bold", NULL},
    {"b-id", "#ffffff", NULL, NULL, "12", "bold", NULL},
    {"t-name", "#16191d", NULL, NULL, "12.5", NULL, NULL},
    {"t-version", "#16191d", NULL, NULL, "12.5", "bold", "middle"},
    {"t-date", "#4b5259", NULL, NULL, "12.5", NULL, NULL},
    {"t-line", "#8b8e91", NULL, NULL, NULL, NULL, NULL},
    {"t-mark", "#125566", NULL, NULL, NULL, NULL, NULL},
    {"c-cited", "#125566", "#125566", NULL, NULL, NULL, NULL},
    {"c-read", "#e2eef0", "#125566", NULL, NULL, NULL, NULL},
    {"c-open", "none", "#8b8e91", "4 3", NULL, NULL, NULL},
    {"c-out", "#dedad0", "#8b8e91", NULL, NULL, NULL, NULL},
    {"c-substantive", "#e4eeda", "#3c6130", NULL, NULL, NULL, NULL},
    {"c-thin", "#f8edc8", "#6f5200", NULL, NULL, NULL, NULL},
    {"c-none", "#f6d5cf", "#8d1f1a", NULL, NULL, NULL, NULL},
    {"c-title", "#4b5259", NULL, NULL, "13", NULL, NULL},
    {"c-label", "#16191d", NULL, NULL, "13", NULL, NULL},
    {"c-number", "#16191d", NULL, NULL, "16", "bold", NULL},
    {"c-on", "#ffffff", NULL, NULL, "16", "bold", NULL},
    {"s-title", "#16191d", NULL, NULL, "14", "bold", NULL},
    {"s-round", "#16191d", NULL, NULL, "12", "bold", NULL},
    {"s-note", "#4b5259", NULL, NULL, "12", NULL, NULL},
    {"s-count", "#4b5259", NULL, NULL, "12", NULL, "middle"},
    {"s-word", "#16191d", NULL, NULL, "13", NULL, "middle"},
    {"s-axis", "#8b8e91", NULL, NULL, NULL, NULL, NULL},
    {"s-band", "#e2eef0", "#125566", NULL, NULL, NULL, NULL},
    {"s-dot", "#125566", NULL, NULL, NULL, NULL, NULL},
    {"s-median", "#16191d", "#16191d", NULL, NULL, NULL, NULL},
    {"s-lower", "#ffffff", "#16191d", NULL, NULL, NULL, NULL},
};

static void look_attr(struct markup *m, const char *name, const char *value)
{
    if (value)
        markup_attr_str(m, name, value);
}

/* The last of the blank-separated class names decides. */
void visual_class(struct markup *m, const char *class_name)
{
    const char *last = strrchr(class_name, ' ');
    last = last ? last + 1 : class_name;
    markup_attr_str(m, "class", class_name);
    for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
        if (strcmp(looks[i].class_name, last) != 0)
            continue;
        look_attr(m, "fill", looks[i].fill);
        look_attr(m, "stroke", looks[i].stroke);
        look_attr(m, "stroke-dasharray", looks[i].dash);
        look_attr(m, "font-size", looks[i].size);
        look_attr(m, "font-weight", looks[i].weight);
        look_attr(m, "text-anchor", looks[i].anchor);
    }
}

void visual_text(struct markup *m, double x, double y, const char *class_name, struct sv content)
{
    markup_open(m, "text");
    markup_attr_number(m, "x", x);
    markup_attr_number(m, "y", y);
    visual_class(m, class_name);
    markup_text(m, content);
    markup_close(m, "text");
}

void visual_textf(struct markup *m, double x, double y, const char *class_name, const char *format, ...)
{
    struct str s = STR_INIT;
    va_list args;
    va_start(args, format);
    char buffer[256];
    vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    str_add_str(&s, buffer);
    visual_text(m, x, y, class_name, str_sv(&s));
    str_release(&s);
}

void visual_rect(struct markup *m, double x, double y, double w, double h, double r, const char *class_name)
{
    markup_open(m, "rect");
    markup_attr_number(m, "x", x);
    markup_attr_number(m, "y", y);
    markup_attr_number(m, "width", w);
    markup_attr_number(m, "height", h);
    markup_attr_number(m, "rx", r);
    visual_class(m, class_name);
    markup_close(m, "rect");
}

void visual_open(struct markup *m, const struct visual *d, const char *id_prefix, const char *class_name,
                     const char *title, struct sv description)
{
    markup_open(m, "svg");
    markup_attr_str(m, "xmlns", "http://www.w3.org/2000/svg");
    markup_attrf(m, "viewBox", "0 0 %zu %zu", d->width, d->height);
    markup_attrf(m, "width", "%zu", d->width);
    markup_attrf(m, "height", "%zu", d->height);
    markup_attr_str(m, "class", class_name);
    markup_attr_str(m, "font-family", "Noto Sans, DejaVu Sans, sans-serif");
    markup_attr_str(m, "role", "img");
    markup_attrf(m, "aria-labelledby", "%stitle %sdesc", id_prefix, id_prefix);
    markup_open(m, "title");
    markup_attrf(m, "id", "%stitle", id_prefix);
    markup_text_str(m, title);
    markup_close(m, "title");
    markup_open(m, "desc");
    markup_attrf(m, "id", "%sdesc", id_prefix);
    markup_text(m, description);
    markup_close(m, "desc");
}

struct doc_block *visual_figure(struct arena *a, const struct view *v, struct sv anchor, size_t width, size_t height,
                                void (*draw)(struct markup *m, const void *data, const char *id_prefix),
                                const char *caption, struct sv alternative)
{
    struct visual *data = arena_new(a, struct visual);
    *data = (struct visual){v, width, height};
    struct doc_figure *f = arena_new(a, struct doc_figure);
    *f = (struct doc_figure){.draw = draw, .data = data, .width = (double)width, .height = (double)height,
                             .alternative = alternative};
    struct doc_block *b = doc_block_new(a, DOC_FIGURE);
    b->anchor = anchor;
    b->figure = f;
    b->class_name = "visual";
    doc_text(a, b, sv_str(caption));
    return b;
}
