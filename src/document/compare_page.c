/* A comparison as a page. Nothing is told by colour alone: what goes is struck out and what comes is underlined, and
 * both carry a sign. */
#include "document/build.h"
#include "document/compare.h"
#include "format/diff.h"

enum { CONTEXT = 100, SHORTENED = 2 * CONTEXT + 120 }; /* bytes of what is the same around a change */

/* ---- texts ---- */

/* The beginning or end of a text, cut at a blank. */
static size_t head_of(struct sv text)
{
    size_t len = CONTEXT;
    while (len > 0 && text.at[len] != ' ' && text.at[len] != '\n')
        len--;
    return len;
}

static size_t tail_of(struct sv text)
{
    size_t from = text.len - CONTEXT;
    while (from < text.len && text.at[from] != ' ' && text.at[from] != '\n')
        from++;
    return from;
}

static void write_same(struct markup *m, struct sv text, bool first, bool last)
{
    if (text.len <= SHORTENED) {
        markup_text(m, text);
        return;
    }
    size_t head = first ? 0 : head_of(text), tail = last ? text.len : tail_of(text);
    markup_text(m, sv_from(text.at, head));
    markup_element_class(m, "span", "gap", SV(" \xe2\x80\xa6 "));
    markup_text(m, sv_from_byte(text, tail));
}

static void write_column(struct markup *m, const char *class_name, const struct diff *d)
{
    markup_open(m, "div");
    markup_attr_str(m, "class", class_name);
    for (size_t i = 0; i < d->parts.len; i++) {
        const struct diff_part *p = &d->parts.at[i];
        if (p->kind == DIFF_SAME)
            write_same(m, p->text, i == 0, i + 1 == d->parts.len);
        else
            markup_element(m, p->kind == DIFF_OLD ? "del" : "ins", p->text);
    }
    markup_close(m, "div");
}

static void write_field(struct arena *a, struct markup *m, const struct compare_field *f)
{
    struct diff d;
    diff_words(a, f->old ? *f->old : SV_NONE, f->new ? *f->new : SV_NONE, &d);
    markup_open(m, "div");
    markup_attr_str(m, "class", "compared");
    if (f->name.len) {
        markup_open(m, "p");
        markup_attr_str(m, "class", "compared-name");
        markup_element(m, "strong", f->name);
        markup_text_str(m, !f->old ? " (came)" : !f->new ? " (went)" : "");
        markup_close(m, "p");
    }
    write_column(m, "was", &d);
    write_column(m, "is", &d);
    markup_close(m, "div");
    markup_newline(m);
}

void compare_write_fields(struct arena *a, struct markup *m, const struct compare_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        write_field(a, m, &fields[i]);
}

void compare_write_switch(struct markup *m)
{
    markup_open(m, "input");
    markup_attr_str(m, "type", "checkbox");
    markup_attr_str(m, "id", "beside");
    markup_attr_str(m, "class", "beside");
    markup_close(m, "input");
    markup_open(m, "label");
    markup_attr_str(m, "for", "beside");
    markup_attr_str(m, "class", "beside");
    markup_text_str(m, "Show the two texts beside each other");
    markup_close(m, "label");
    markup_newline(m);
}

/* ---- threats ---- */

static const struct {
    const char *anchor, *title;
} kinds[COMPARE_KINDS] = {
    [COMPARE_ADDED] = {"added", "New threats"},
    [COMPARE_CHANGED] = {"changed", "Threats whose entry changed"},
    [COMPARE_ENDED] = {"ended", "Threats that were merged, split or withdrawn"},
    [COMPARE_REOPENED] = {"reopened", "Threats that were taken up again"},
    [COMPARE_GONE] = {"gone", "Threats that are no longer in the register"},
};
static const enum compare_kind order[] = {COMPARE_ADDED, COMPARE_ENDED, COMPARE_REOPENED, COMPARE_CHANGED,
                                          COMPARE_GONE};

static size_t count_of(const struct comparison *c, enum compare_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < c->threats.len; i++)
        count += c->threats.at[i].kind == kind;
    return count;
}

static void write_tree(struct markup *m, const struct compare_threat *t)
{
    struct str line = STR_INIT;
    if (!t->tree.items.len && !t->nodes_added && !t->nodes_cut)
        return;
    markup_open(m, "p");
    markup_textf(m, "Attack tree: %zu %s added, %zu cut.", t->nodes_added, t->nodes_added == 1 ? "node" : "nodes",
                 t->nodes_cut);
    markup_close(m, "p");
    if (t->tree.items.len) {
        markup_open(m, "ul");
        markup_attr_str(m, "class", "tight");
        for (size_t i = 0; i < t->tree.items.len; i++) {
            str_clear(&line);
            tree_diff_print(&t->tree.items.at[i], &line);
            markup_element(m, "li", str_sv(&line));
        }
        markup_close(m, "ul");
    }
    str_release(&line);
}

/* What the line about the stage says already. */
static bool said_by_stage(const struct compare_threat *t, struct sv field)
{
    bool of_end = sv_eq_str(field, "into") || sv_eq_str(field, "reason");
    return t->stage_old.len && t->stage_new.len && (sv_eq_str(field, "stage") || (of_end && t->kind == COMPARE_ENDED));
}

static void write_stage(struct markup *m, const struct compare_threat *t)
{
    if (!t->stage_old.len || !t->stage_new.len || sv_eq(t->stage_old, t->stage_new))
        return;
    markup_open(m, "p");
    markup_textf(m, "Stage: %.*s \xe2\x86\x92 %.*s", SV_ARG(t->stage_old), SV_ARG(t->stage_new));
    if (t->kind == COMPARE_ENDED && t->into.len)
        markup_textf(m, ", into %.*s", SV_ARG(t->into));
    if (t->kind == COMPARE_ENDED && t->reason.len)
        markup_textf(m, ". Reason: %.*s", SV_ARG(t->reason));
    markup_close(m, "p");
}

static void write_heading(struct markup *m, const struct compare_threat *t, const char *root)
{
    markup_open(m, "h3");
    markup_attr(m, "id", t->id);
    if (t->kind == COMPARE_GONE) {
        markup_text(m, t->id);
    } else {
        markup_open(m, "a");
        markup_attrf(m, "href", "%sthreats/%.*s.html", root, SV_ARG(t->id));
        markup_text(m, t->id);
        markup_close(m, "a");
    }
    markup_textf(m, " %.*s", SV_ARG(t->name));
    markup_close(m, "h3");
}

/* An entry that came or went as a whole is not written out: its page has it. */
static bool is_whole(const struct compare_threat *t)
{
    return t->kind == COMPARE_ADDED || t->kind == COMPARE_GONE;
}

static void write_threat(struct arena *a, struct markup *m, const struct compare_threat *t, const char *root)
{
    write_heading(m, t, root);
    if (is_whole(t)) {
        markup_open(m, "p");
        markup_textf(m, "%s at stage %.*s.", t->kind == COMPARE_ADDED ? "New," : "Was",
                     SV_ARG(t->kind == COMPARE_ADDED ? t->stage_new : t->stage_old));
        markup_close(m, "p");
    } else {
        write_stage(m, t);
        write_tree(m, t);
        for (size_t i = 0; i < t->fields.len; i++)
            if (!said_by_stage(t, t->fields.at[i].name))
                compare_write_fields(a, m, &t->fields.at[i], 1);
    }
    markup_newline(m);
}

static void write_group(struct markup *m, const struct comparison *c, enum compare_kind kind, const char *root)
{
    if (!count_of(c, kind))
        return;
    markup_open(m, "section");
    markup_attr_str(m, "id", kinds[kind].anchor);
    markup_element(m, "h2", sv_str(kinds[kind].title));
    for (size_t i = 0; i < c->threats.len; i++) {
        struct arena a = ARENA_INIT;
        if (c->threats.at[i].kind == kind)
            write_threat(&a, m, &c->threats.at[i], root);
        arena_release(&a);
    }
    markup_close(m, "section");
    markup_newline(m);
}

/* ---- other files ---- */

static void write_files(struct markup *m, const struct comparison *c)
{
    if (!c->files.len)
        return;
    markup_open(m, "section");
    markup_attr_str(m, "id", "files");
    if (strcmp(c->document, "analysis") == 0)
        markup_element(m, "h2", SV("What all entries rest on"));
    for (size_t i = 0; i < c->files.len; i++) {
        const struct compare_file *f = &c->files.at[i];
        struct arena a = ARENA_INIT;
        markup_element(m, "h3", f->path);
        compare_write_fields(&a, m, f->fields.at, f->fields.len);
        arena_release(&a);
    }
    markup_close(m, "section");
    markup_newline(m);
}

/* ---- the page ---- */

static void figure(struct markup *m, const char *anchor, size_t number, const char *one, const char *many)
{
    if (!number)
        return;
    markup_open(m, "li");
    markup_open(m, "strong");
    markup_textf(m, "%zu", number);
    markup_close(m, "strong");
    markup_text_str(m, " ");
    markup_open(m, "a");
    markup_attrf(m, "href", "#%s", anchor);
    markup_text_str(m, number == 1 ? one : many);
    markup_close(m, "a");
    markup_close(m, "li");
}

static void write_figures(struct markup *m, const struct comparison *c)
{
    size_t moved = 0, added = 0, cut = 0;
    for (size_t i = 0; i < c->threats.len; i++) {
        const struct compare_threat *t = &c->threats.at[i];
        moved += t->moved;
        added += is_whole(t) ? 0 : t->nodes_added;
        cut += is_whole(t) ? 0 : t->nodes_cut;
    }
    if (!c->threats.len)
        return;
    markup_open(m, "ul");
    markup_attr_str(m, "class", "figures");
    figure(m, "added", count_of(c, COMPARE_ADDED), "threat is new", "threats are new");
    figure(m, "ended", count_of(c, COMPARE_ENDED), "was merged, split or withdrawn", "were merged, split or withdrawn");
    figure(m, "reopened", count_of(c, COMPARE_REOPENED), "was taken up again", "were taken up again");
    figure(m, "gone", count_of(c, COMPARE_GONE), "is no longer there", "are no longer there");
    figure(m, "ratings", moved, "rating moved", "ratings moved");
    figure(m, "changed", count_of(c, COMPARE_CHANGED), "entry changed", "entries changed");
    figure(m, "changed", added, "node of attack trees added", "nodes of attack trees added");
    figure(m, "changed", cut, "node of attack trees cut", "nodes of attack trees cut");
    markup_close(m, "ul");
    markup_newline(m);
}

static void edition_link(struct markup *m, const struct comparison *c, const struct compare_side *side,
                         const char *root)
{
    markup_open(m, "a");
    markup_attrf(m, "href", "%seditions/%s/%.*s/%s.html", root, c->document, SV_ARG(side->version), c->document);
    markup_textf(m, "edition %.*s", SV_ARG(side->version));
    markup_close(m, "a");
}

void compare_write(struct arena *a, struct markup *m, const struct comparison *c, const char *root)
{
    markup_open(m, "article");
    markup_attr_str(m, "class", "page comparison");
    markup_open(m, "h1");
    markup_textf(m, "What changed: %s %.*s to %.*s", c->document, SV_ARG(c->old->version), SV_ARG(c->new->version));
    markup_close(m, "h1");
    markup_open(m, "p");
    markup_attr_str(m, "class", "lead");
    markup_text_str(m, "From ");
    edition_link(m, c, c->old, root);
    markup_textf(m, " of %.*s to ", SV_ARG(build_date_long(a, c->old->date)));
    edition_link(m, c, c->new, root);
    markup_textf(m, " of %.*s.", SV_ARG(build_date_long(a, c->new->date)));
    markup_close(m, "p");
    markup_newline(m);
    if (!c->threats.len && !c->files.len)
        markup_element(m, "p", SV("The texts that these editions were made from are the same."));
    write_figures(m, c);
    compare_write_matrix(a, m, c, root);
    if (c->threats.len || c->files.len)
        compare_write_switch(m);
    markup_open(m, "div");
    markup_attr_str(m, "class", "comparisons");
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        write_group(m, c, order[i], root);
    write_files(m, c);
    markup_close(m, "div");
    markup_close(m, "article");
    markup_newline(m);
}
