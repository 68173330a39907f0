/* What was said about a threat on the lists: its threads, and what the threat was when each was tied to it. */
#include "document/build.h"
#include "register/discussion.h"

static struct sv state_words(struct arena *a, const struct view *v, struct sv stage, int64_t priority)
{
    int index = process_stage(&v->profile->process, stage);
    struct sv name = index < 0 ? stage : build_stage_name(v, index); /* the process may have had another one then */
    return priority ? build_sv(a, "%.*s, priority %lld", SV_ARG(name), (long long)priority) : name;
}

static void thread_cell(struct arena *a, struct doc_block *row, const struct discussion *d)
{
    struct doc_block *cell = build_row_heading(a, row, SV_NONE);
    if (d->thread)
        doc_link(a, cell, build_sv(a, "site:%.*s", SV_ARG(sv_from_byte(discussion_path(a, d), 1))),
                 d->subject.len ? d->subject : SV("(no subject)"));
    else
        doc_textf(a, cell, "a thread of %.*s that is not in this archive", SV_ARG(d->list));
}

static void row(struct arena *a, const struct view *v, struct doc_block *table, const struct discussion *d)
{
    struct doc_block *r = build_row(a, table);
    struct sv about = state_words(a, v, d->about, 0);
    thread_cell(a, r, d);
    build_cell(a, r, d->parked ? build_sv(a, "%.*s; parked until then", SV_ARG(about)) : about);
    build_cell(a, r, d->thread ? build_sv(a, "%lld", (long long)d->messages) : SV("-"));
    build_cell(a, r, d->thread ? build_date(a, d->first) : SV("-"));
    build_cell(a, r, !d->thread          ? SV("-")
                     : !d->newest.len    ? build_date(a, d->last)
                                         : build_sv(a, "%.*s, by %.*s", SV_ARG(build_date(a, d->last)),
                                                    SV_ARG(d->newest)));
    build_cell(a, r, state_words(a, v, d->stage, d->priority));
}

void build_discussion(struct arena *a, const struct view *v, size_t index, struct doc_block *parent)
{
    struct sv id = v->threats.at[index].threat->id;
    struct doc_block *table = NULL;
    for (size_t i = 0; v->discussions && i < v->discussions->list.len; i++) {
        const struct discussion *d = &v->discussions->list.at[i];
        if (!sv_eq(d->threat, id))
            continue;
        if (!table) {
            struct doc_block *s = doc_add_section(a, parent, SV("Discussion"),
                                                  build_sv(a, "%.*s-discussion", SV_ARG(id)));
            s->class_name = "field";
            table = build_table(a, s, build_sv(a, "%.*s-threads", SV_ARG(id)),
                                arena_printf(a, "Threads about %.*s", SV_ARG(id)));
            build_header(a, table, (const char *const[]){"Thread", "About", "Messages", "Began", "Newest",
                                                         "The threat then"}, 6);
        }
        row(a, v, table, d);
    }
}
