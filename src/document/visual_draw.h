/* What the drawings of the register share. Inside this room only. */
#ifndef CASEMATE_DOCUMENT_VISUAL_DRAW_H
#define CASEMATE_DOCUMENT_VISUAL_DRAW_H

#include "document/document.h"
#include "format/markup.h"

struct visual {
    const struct view *view;
    size_t width, height;
};

/* The attribute class with the looks of the last of the blank-separated names as attributes. */
void visual_class(struct markup *m, const char *class_name);
/* class_name: one of those that visual_draw.c has a look for, or several, of which the last decides. */
void visual_text(struct markup *m, double x, double y, const char *class_name, struct sv content);
void visual_textf(struct markup *m, double x, double y, const char *class_name, const char *format, ...)
    CM_PRINTF(5, 6);
void visual_rect(struct markup *m, double x, double y, double w, double h, double r, const char *class_name);
/* The svg element with title and description; the caller closes it. */
void visual_open(struct markup *m, const struct visual *d, const char *id_prefix, const char *class_name,
                 const char *title, struct sv description);
/* A figure that draws a struct visual. */
struct doc_block *visual_figure(struct arena *a, const struct view *v, struct sv anchor, size_t width, size_t height,
                                void (*draw)(struct markup *m, const void *data, const char *id_prefix),
                                const char *caption, struct sv alternative);

#endif
