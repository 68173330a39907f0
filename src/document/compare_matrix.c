/* Which way ratings moved: the risk matrix with arrows, and the same in words. */
#include <math.h>

#include "document/build.h"
#include "document/compare.h"
#include "document/visual_draw.h"

enum { CELL_W = 150, CELL_H = 72, CELL_GAP = 8, LABEL_W = 96, LABEL_H = 30, NAMED = 3 };

/* All threats that went from one cell to another. */
struct way {
    struct compare_rating from, to;
    size_t count;
    const struct compare_threat *first[NAMED];
};
struct ways {
    VEC(struct way) list;
};

static bool rated(const struct compare_rating *r)
{
    return r->likelihood >= 0 && r->damage >= 0;
}

static bool same_cell(const struct compare_rating *a, const struct compare_rating *b)
{
    return a->likelihood == b->likelihood && a->damage == b->damage;
}

static void note(struct arena *a, struct ways *ways, const struct compare_threat *t)
{
    struct way *w = NULL;
    for (size_t i = 0; i < ways->list.len && !w; i++)
        if (same_cell(&ways->list.at[i].from, &t->old) && same_cell(&ways->list.at[i].to, &t->new))
            w = &ways->list.at[i];
    if (!w) {
        w = vec_push(a, &ways->list);
        *w = (struct way){.from = t->old, .to = t->new};
    }
    if (w->count < NAMED)
        w->first[w->count] = t;
    w->count++;
}

/* ---- the drawing ---- */

static double left(int damage)
{
    return LABEL_W + (double)damage * (CELL_W + CELL_GAP);
}

static double top(const struct sig *sig, int likelihood)
{
    return (double)((int)sig->likelihood.list.len - 1 - likelihood) * (CELL_H + CELL_GAP);
}

static void draw_grid(struct arena *a, struct markup *m, const struct sig *sig)
{
    int rows = (int)sig->likelihood.list.len, columns = (int)sig->damage.list.len;
    for (int l = 0; l < rows; l++) {
        visual_text(m, LABEL_W - 12, top(sig, l) + CELL_H / 2.0 + 5, "m-row", sig->likelihood.list.at[l].name);
        for (int c = 0; c < columns; c++) {
            unsigned priority = sig_priority(sig, l, c);
            visual_rect(m, left(c), top(sig, l), CELL_W, CELL_H, 8, arena_printf(a, "m-cell m-p%u", priority));
            visual_textf(m, left(c) + 10, top(sig, l) + 21, "m-priority", "%u", priority);
        }
    }
    double bottom = rows * (CELL_H + CELL_GAP);
    for (int c = 0; c < columns; c++)
        visual_text(m, left(c) + CELL_W / 2.0, bottom + 14, "m-column", sig->damage.list.at[c].name);
    visual_text(m, LABEL_W - 12, bottom + 14, "m-axis", SV("likelihood \xe2\x86\x91"));
    visual_text(m, left(columns) - CELL_GAP, bottom + LABEL_H + 6, "m-axis", SV("damage \xe2\x86\x92"));
}

static struct sv label_of(struct arena *a, const struct way *w)
{
    return w->count == 1 ? w->first[0]->id : build_sv(a, "%zu threats", w->count);
}

static void line(struct markup *m, double x, double y, double to_x, double to_y)
{
    markup_open(m, "line");
    markup_attr_number(m, "x1", x);
    markup_attr_number(m, "y1", y);
    markup_attr_number(m, "x2", to_x);
    markup_attr_number(m, "y2", to_y);
    visual_class(m, "m-arrow");
    markup_close(m, "line");
}

static void head(struct markup *m, double x, double y, double dx, double dy)
{
    double back = 12, wide = 5;
    markup_open(m, "path");
    markup_attrf(m, "d", "M%.1f %.1fL%.1f %.1fL%.1f %.1fZ", x, y, x - dx * back - dy * wide, y - dy * back + dx * wide,
                 x - dx * back + dy * wide, y - dy * back - dx * wide);
    visual_class(m, "m-head");
    markup_close(m, "path");
}

/* From the middle of a cell to that of another; there and back are drawn side by side. */
static void draw_way(struct arena *a, struct markup *m, const struct sig *sig, const struct way *w)
{
    double x = left(w->from.damage) + CELL_W / 2.0, y = top(sig, w->from.likelihood) + CELL_H / 2.0;
    double to_x = left(w->to.damage) + CELL_W / 2.0, to_y = top(sig, w->to.likelihood) + CELL_H / 2.0;
    double length = hypot(to_x - x, to_y - y), dx = (to_x - x) / length, dy = (to_y - y) / length;
    double aside = 7, short_by = 16;
    x += -dy * aside, to_x += -dy * aside - dx * short_by;
    y += dx * aside, to_y += dx * aside - dy * short_by;
    line(m, x, y, to_x, to_y);
    head(m, to_x, to_y, dx, dy);
    /* Near the beginning: ways that end in one cell differ there. */
    visual_text(m, x + (to_x - x) * 0.3 - dy * 12 + 4, y + (to_y - y) * 0.3 + dx * 12 + 4, "m-way", label_of(a, w));
}

static void draw(struct arena *a, struct markup *m, const struct sig *sig, const struct ways *ways)
{
    const struct visual size = {NULL, (size_t)left((int)sig->damage.list.len),
                                sig->likelihood.list.len * (CELL_H + CELL_GAP) + LABEL_H + 10};
    visual_open(m, &size, "moved-", "matrix", "Ratings that moved",
                SV("A grid of likelihood against damage. An arrow leads from where threats stood in the older edition "
                   "to "
                   "where they stand in the newer one. The table below says the same in words."));
    draw_grid(a, m, sig);
    for (size_t i = 0; i < ways->list.len; i++)
        draw_way(a, m, sig, &ways->list.at[i]);
    markup_close(m, "svg");
}

/* ---- in words ---- */

static struct sv cell_words(struct arena *a, const struct sig *sig, const struct compare_rating *r)
{
    struct sv priority = r->priority ? build_sv(a, ": priority %u", r->priority) : SV_NONE;
    return build_sv(a, "%.*s, %.*s%.*s",
                    SV_ARG(r->likelihood < 0 ? SV("not rated") : sig->likelihood.list.at[r->likelihood].name),
                    SV_ARG(r->damage < 0 ? SV("not rated") : sig->damage.list.at[r->damage].name), SV_ARG(priority));
}

static const char *direction(const struct compare_threat *t)
{
    if (!t->old.priority || !t->new.priority)
        return t->new.priority ? "rated" : "no longer rated";
    return t->new.priority < t->old.priority ? "\xe2\x86\x91 more urgent"
           : t->new.priority > t->old.priority ? "\xe2\x86\x93 less urgent" : "= as urgent";
}

static void row(struct arena *a, struct markup *m, const struct sig *sig, const struct compare_threat *t,
                const char *root)
{
    markup_open(m, "tr");
    markup_open(m, "th");
    markup_attr_str(m, "scope", "row");
    markup_open(m, "a");
    markup_attrf(m, "href", "%sthreats/%.*s.html", root, SV_ARG(t->id));
    markup_text(m, t->id);
    markup_close(m, "a");
    markup_close(m, "th");
    markup_element(m, "td", t->name);
    markup_element(m, "td", cell_words(a, sig, &t->old));
    markup_element(m, "td", cell_words(a, sig, &t->new));
    markup_element(m, "td", sv_str(direction(t)));
    markup_close(m, "tr");
    markup_newline(m);
}

/* What may be wider than the screen is moved with the keyboard, too. */
static void open_scroll(struct markup *m, const char *label)
{
    markup_open(m, "div");
    markup_attr_str(m, "class", "scroll");
    markup_attr_str(m, "tabindex", "0");
    markup_attr_str(m, "role", "region");
    markup_attr_str(m, "aria-label", label);
}

static void write_table(struct arena *a, struct markup *m, const struct comparison *c, const char *root)
{
    static const char *const heads[] = {"Id", "Threat", "Was (likelihood, damage)", "Is", "Now"};
    open_scroll(m, "Table: ratings that moved");
    markup_open(m, "table");
    markup_element(m, "caption", SV("Ratings that moved"));
    markup_open(m, "thead");
    markup_open(m, "tr");
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        markup_open(m, "th");
        markup_attr_str(m, "scope", "col");
        markup_text_str(m, heads[i]);
        markup_close(m, "th");
    }
    markup_close(m, "tr");
    markup_close(m, "thead");
    markup_open(m, "tbody");
    for (size_t i = 0; i < c->threats.len; i++)
        if (c->threats.at[i].moved)
            row(a, m, &c->sig, &c->threats.at[i], root);
    markup_close(m, "tbody");
    markup_close(m, "table");
    markup_close(m, "div");
    markup_newline(m);
}

void compare_write_matrix(struct arena *a, struct markup *m, const struct comparison *c, const char *root)
{
    struct ways ways = {{NULL, 0, 0}};
    size_t moved = 0;
    for (size_t i = 0; i < c->threats.len; i++) {
        const struct compare_threat *t = &c->threats.at[i];
        moved += t->moved;
        if (t->moved && rated(&t->old) && rated(&t->new))
            note(a, &ways, t);
    }
    if (!moved && c->same_scales)
        return;
    markup_open(m, "section");
    markup_attr_str(m, "id", "ratings");
    markup_element(m, "h2", SV("Ratings that moved"));
    if (!c->same_scales) {
        markup_element(m, "p", SV("The scales or the table of priorities changed between these editions, so that "
                                  "ratings "
                                  "cannot be laid beside each other. They are among the fields below."));
    } else {
        if (ways.list.len) {
            markup_open(m, "figure");
            markup_attr_str(m, "class", "visual");
            open_scroll(m, "Drawing: ratings that moved");
            draw(a, m, &c->sig, &ways);
            markup_close(m, "div");
            markup_close(m, "figure");
        }
        write_table(a, m, c, root);
    }
    markup_close(m, "section");
    markup_newline(m);
}
