#include "register/due.h"

#include "base/date.h"
#include "format/json.h"
#include "register/people.h"
#include "register/reviews.h"

#include <stdlib.h>

const char *const due_kind_names[DUE_KINDS] = {"review",  "hand-over", "round",  "call",   "embargo",
                                               "role",    "silence",   "report", "council"};

struct collector {
    struct arena *a;
    const struct view *v;
    struct due_list *out;
};

static int64_t days_between(int64_t from, int64_t to)
{
    return (date_to_time(date_from_time(to)) - date_to_time(date_from_time(from))) / DATE_DAY;
}

static struct due *add(struct collector *c, enum due_kind kind, struct sv id, int64_t until, struct sv who,
                       const char *what)
{
    int64_t days = days_between(c->v->now, until - 1);
    struct sv day = sv_str(date_format(c->a, date_from_time(until - 1)));
    bool overdue = c->v->now >= until;
    struct due *d = vec_push(c->a, &c->out->list);
    *d = (struct due){.kind = kind, .id = id, .day = day, .until = until, .what = sv_str(what), .who = who,
                      .overdue = overdue, .days = overdue ? -days : days};
    return d;
}

static bool is_away(const struct absences *away, struct sv member, struct sv today, struct sv *last)
{
    for (size_t i = 0; i < away->list.len; i++) {
        const struct absence *one = &away->list.at[i];
        if (!sv_eq(one->member, member) || sv_cmp(one->first, today) > 0 || sv_cmp(one->last, today) < 0)
            continue;
        *last = one->last;
        return true;
    }
    return false;
}

size_t holders_present(const struct people *people, const struct absences *away, struct sv role, struct sv today)
{
    size_t count = 0;
    struct sv last;
    for (size_t i = 0; i < people->list.len; i++) {
        const struct person *p = &people->list.at[i];
        count += !p->gone && person_holds(p, role) && !is_away(away, p->id, today, &last);
    }
    return count;
}

struct sv holders_away_until(const struct people *people, const struct absences *away, struct sv role, struct sv today)
{
    struct sv last, result = SV_NONE;
    for (size_t i = 0; i < people->list.len; i++) {
        const struct person *p = &people->list.at[i];
        if (!p->gone && person_holds(p, role) && is_away(away, p->id, today, &last) &&
            (!result.len || sv_cmp(last, result) < 0))
            result = last;
    }
    return result;
}

/* The first role of sig.yaml that may do it: who sees to what is nobody's in particular. NULL: none may. */
static const struct role *role_that_may(const struct collector *c, const char *permission)
{
    const struct sig *sig = &c->v->profile->sig;
    for (size_t i = 0; i < sig->roles.len; i++)
        if (role_may(&sig->roles.at[i], sv_str(permission)))
            return &sig->roles.at[i];
    return NULL;
}

static struct due *add_for_role(struct collector *c, enum due_kind kind, struct sv id, int64_t until,
                                const struct role *role, const char *what)
{
    struct due *d = add(c, kind, id, until, role ? role->name : SV_NONE, what);
    d->role = role ? role->id : SV_NONE;
    return d;
}

static const struct role *deputy_of(const struct collector *c, struct sv role)
{
    const struct sig *sig = &c->v->profile->sig;
    for (size_t i = 0; role.len && i < sig->roles.len; i++)
        if (sv_eq(sig->roles.at[i].deputy_for, role))
            return &sig->roles.at[i];
    return NULL;
}

/* A deputy may do what waits too long for the role, or for nobody, as all who hold it are away (action/deputy.h). */
static void allow_deputy(struct collector *c, struct due *d)
{
    const struct role *deputy = deputy_of(c, d->role);
    unsigned days = c->v->profile->process.deputy_days;
    if (!deputy || !d->overdue || !c->v->people || !c->v->people->governed)
        return;
    struct sv today = sv_str(date_format(c->a, date_from_time(c->v->now)));
    bool long_due = days && c->v->now >= d->until + (int64_t)days * DATE_DAY;
    if (!long_due && holders_present(c->v->people, &c->v->clocks->away, d->role, today))
        return;
    d->deputy = deputy->id;
    d->who = sv_str(arena_printf(c->a, "%.*s or %.*s", SV_ARG(d->who), SV_ARG(deputy->name)));
}

/* The first second after a day. */
static int64_t end_of(struct sv day)
{
    struct date d;
    return date_parse(day, &d) ? date_to_time(d) + DATE_DAY : 0;
}

static void reviews(struct collector *c)
{
    const struct reviews *all = c->v->reviews;
    for (size_t i = 0; all && i < all->list.len; i++) {
        const struct review *r = &all->list.at[i];
        if (!review_is_open(r))
            continue;
        const char *what = arena_printf(c->a, "the answer to review %.*s of %s%.*s by %.*s", SV_ARG(r->id),
                                        r->document.len ? "the " : "", SV_ARG(r->subject), SV_ARG(r->reviewer));
        if (r->asked_by.len) /* the reviewer owes the group nothing: who asked sees to it */
            add(c, DUE_REVIEW, r->id, r->due, r->asked_by, what);
        else
            add_for_role(c, DUE_REVIEW, r->id, r->due, role_that_may(c, "edit"), what);
    }
}

/* First it is to be carried there, then an answer is to be had. */
static void handovers(struct collector *c)
{
    const struct reviews *all = c->v->reviews;
    for (size_t i = 0; all && i < all->handovers.len; i++) {
        const struct handover *h = &all->handovers.at[i];
        if (!sv_eq_str(h->state, "open"))
            continue;
        bool carried = c->v->now >= end_of(h->date);
        add(c, DUE_HANDOVER, h->id, end_of(carried ? h->answer_by : h->date), h->carrier,
            arena_printf(c->a, carried ? "what became of hand-over %.*s: %.*s for %.*s at %.*s"
                                       : "hand-over %.*s: to carry %.*s for %.*s to %.*s",
                         SV_ARG(h->id), SV_ARG(h->threat), SV_ARG(h->document), SV_ARG(h->venue)));
    }
}

/* The council owes the group nothing either: who asked it looks after the answer. */
static void question(struct collector *c, const struct due_open *o)
{
    const char *what = arena_printf(c->a, "what %.*s answers to the appeal against %.*s",
                                    SV_ARG(c->v->profile->sig.reports_to.name), SV_ARG(o->id));
    if (o->who.len)
        add(c, DUE_COUNCIL, o->id, o->until, o->who, what);
    else
        add_for_role(c, DUE_COUNCIL, o->id, o->until, role_that_may(c, "call"), what);
}

static void open_ones(struct collector *c)
{
    for (size_t i = 0; i < c->v->clocks->open.len; i++) {
        const struct due_open *o = &c->v->clocks->open.at[i];
        const char *name = due_kind_names[o->kind];
        bool embargo = o->kind == DUE_EMBARGO;
        if (o->kind == DUE_COUNCIL) {
            question(c, o);
            continue;
        }
        struct due *d = add_for_role(c, o->kind, o->id, o->until, role_that_may(c, embargo ? "moderate" : name),
                                     arena_printf(c->a, "to %s %s %.*s", embargo ? "release" : "close", name,
                                                  SV_ARG(o->id)));
        if (!embargo)
            allow_deputy(c, d);
    }
}

static void role_ends(struct collector *c, const struct person *p)
{
    const struct sig *sig = &c->v->profile->sig;
    for (size_t i = 0; i < p->roles.len; i++) {
        const struct role_held *held = &p->roles.at[i];
        int64_t end = end_of(held->until);
        const struct role *role = sig_role(sig, held->role);
        if (!end || held->ended || days_between(c->v->now, end - 1) > DUE_ROLE_DAYS)
            continue;
        add(c, DUE_ROLE, p->id, end, p->name,
            arena_printf(c->a, "the last day of %.*s as %.*s", SV_ARG(p->name),
                         SV_ARG(role ? role->name : held->role)));
    }
}

static void roles(struct collector *c)
{
    for (size_t i = 0; c->v->people && i < c->v->people->list.len; i++)
        if (!c->v->people->list.at[i].gone)
            role_ends(c, &c->v->people->list.at[i]);
}

/* The same day so many months later; the last day of a month that is shorter. */
static int64_t months_later(int64_t at, unsigned months)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct date d = date_from_time(at);
    unsigned month = (unsigned)d.month - 1 + months;
    d.year += (int)(month / 12);
    d.month = (int)(month % 12) + 1;
    bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
    int last = lengths[d.month - 1] + (d.month == 2 && leap);
    d.day = d.day < last ? d.day : last;
    return date_to_time(d);
}

/* Before the warning is due its date is told, afterwards the end's, so that one clock stands once in the list. */
static void silence(struct collector *c)
{
    const struct process *p = &c->v->profile->process;
    int64_t last = c->v->clocks->last_act;
    if (!last || !p->silence_warn_months)
        return;
    const struct role *leader = role_that_may(c, "call");
    int64_t warn = months_later(last, p->silence_warn_months) + DATE_DAY;
    int64_t end = months_later(last, p->silence_end_months) + DATE_DAY;
    struct sv since = sv_str(date_format(c->a, date_from_time(last)));
    if (c->v->now < warn || !p->silence_end_months)
        add_for_role(c, DUE_SILENCE, SV_NONE, warn, leader,
                     arena_printf(c->a, "the warning of silence, if nobody acts after %.*s", SV_ARG(since)));
    else
        add_for_role(c, DUE_SILENCE, SV_NONE, end, leader,
                     arena_printf(c->a, "silent since %.*s: to warn the list%s", SV_ARG(since),
                                  c->v->profile->sig.standing ? "; as a standing group it carries on"
                                                              : ", before the group may be ended"));
}

int64_t due_report(int64_t last, unsigned days)
{
    return date_to_time(date_from_time(last)) + ((int64_t)days + 1) * DATE_DAY;
}

/* Nobody waits for a report of a group that never made one. */
static void report(struct collector *c)
{
    const struct process *p = &c->v->profile->process;
    if (c->v->clocks->last_report && p->report_days)
        allow_deputy(c, add_for_role(c, DUE_REPORT, SV_NONE, due_report(c->v->clocks->last_report, p->report_days),
                                     role_that_may(c, "publish"), "the report"));
}

static int by_date(const void *left, const void *right)
{
    const struct due *l = left, *r = right;
    if (l->until != r->until)
        return l->until < r->until ? -1 : 1;
    if (l->kind != r->kind)
        return l->kind < r->kind ? -1 : 1;
    return l->id.len != r->id.len ? (l->id.len < r->id.len ? -1 : 1) : sv_cmp(l->id, r->id);
}

void due_collect(struct arena *a, const struct view *v, struct due_list *out)
{
    struct collector c = {a, v, out};
    memset(out, 0, sizeof(*out));
    if (!v->clocks)
        return;
    reviews(&c);
    handovers(&c);
    open_ones(&c);
    roles(&c);
    silence(&c);
    report(&c);
    if (out->list.len)
        qsort(out->list.at, out->list.len, sizeof(*out->list.at), by_date);
}

void due_write(struct json *j, const struct due *d)
{
    json_object(j);
    json_put_str(j, "kind", due_kind_names[d->kind]);
    if (d->id.len)
        json_put(j, "id", d->id);
    json_put(j, "day", d->day);
    json_put(j, "what", d->what);
    json_put(j, "responsible", d->who);
    if (d->deputy.len)
        json_put(j, "deputy", d->deputy);
    json_put_bool(j, "overdue", d->overdue);
    json_put_int(j, "days", d->days);
    json_end(j);
}
