/* The public record: its events, newest first, and each of them whole. And the people whom it names. */
#include "base/date.h"
#include "format/json.h"
#include "gateway/web/pages.h"
#include "store/record.h"

enum { EVENTS = 50 };

struct shown {
    const struct json_value *header, *payload;
};

static int read_event(struct web_call *c, const struct record_event *e, struct shown *out, struct err *err)
{
    int rc = json_parse(c->arena, e->header, e->header.len, &out->header, err);
    return rc ? rc : json_parse(c->arena, e->payload, e->payload.len ? e->payload.len : 1, &out->payload, err);
}

static void subject(struct web_call *c, struct sv action, struct sv id)
{
    struct markup *m = &c->markup;
    const char *page = NULL;
    if (sv_starts(action, SV("threat.")))
        page = arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(id));
    else if (sv_starts(id, SV("C-")))
        page = arena_printf(c->arena, "/calls/%.*s", SV_ARG(id));
    else if (sv_starts(id, SV("R-")))
        page = arena_printf(c->arena, "/rounds/%.*s", SV_ARG(id));
    if (page)
        web_link(m, page, id);
    else
        markup_text(m, id);
}

static void event_row(struct web_call *c, const struct record_line *e)
{
    struct markup *m = &c->markup;
    markup_open(m, "tr");
    markup_open(m, "th");
    markup_attr_str(m, "scope", "row");
    web_link(m, arena_printf(c->arena, "/record/%lld", (long long)e->seq),
             sv_str(arena_printf(c->arena, "%lld", (long long)e->seq)));
    markup_close(m, "th");
    markup_element(m, "td", sv_str(date_format(c->arena, date_from_time(e->at))));
    markup_element(m, "td", web_name_of(c, e->actor));
    markup_element(m, "td", e->action);
    markup_open(m, "td");
    subject(c, e->action, e->subject);
    markup_close(m, "td");
    markup_element(m, "td", e->reason);
    markup_close(m, "tr");
}

static void event_table(struct web_call *c, const struct record_lines *events)
{
    static const char *const heads[] = {"Event", "Day", "By", "Act", "About", "Reason"};
    struct markup *m = &c->markup;
    markup_open(m, "div");
    markup_attr_str(m, "class", "scroll");
    markup_attr_str(m, "role", "region");
    markup_attr_str(m, "aria-label", "Events");
    markup_attr_str(m, "tabindex", "0");
    markup_open(m, "table");
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
    for (size_t i = events->list.len; i-- > 0; )
        event_row(c, &events->list.at[i]);
    markup_close(m, "tbody");
    markup_close(m, "table");
    markup_close(m, "div");
}

/* "before": the event after the last one that is shown. */
int record_page(struct web_call *c, struct err *err)
{
    struct record_lines events;
    int64_t head;
    uint64_t before;
    struct digest hash;
    struct sv from = form_value(&c->query, "before");
    int rc = record_head(c->store, &head, &hash, NULL, err);
    before = (uint64_t)head + 1;
    if (!rc && from.len && (!sv_to_u64(from, INT64_MAX, &before) || before < 2))
        rc = err_set(err, CM_EINPUT, "\"before\" is no number of an event");
    int64_t last = (int64_t)before - 1 < head ? (int64_t)before - 1 : head;
    int64_t first = last > EVENTS ? last - EVENTS + 1 : 1;
    if (!rc)
        rc = record_read_lines(c->store, c->arena, first, (size_t)(last - first + 1), &events, err);
    if (rc)
        return rc;
    struct markup *m = web_begin(c, c->route->title);
    web_text(c, "Everything that was done in this group, in a chain: each event holds the digest of the one before. "
                "Anybody can check it, with \"casemate record verify\" on an exported record.");
    if (head)
        web_text(c, arena_printf(c->arena, "%lld events; the newest has the digest %s.", (long long)head,
                                 digest_hex(c->arena, &hash)));
    else
        web_text(c, "Nothing happened yet.");
    if (head)
        event_table(c, &events);
    markup_open(m, "p");
    markup_attr_str(m, "class", "further");
    if (first > 1)
        web_link(m, arena_printf(c->arena, "/record?before=%lld", (long long)first), SV("Older events"));
    markup_text_str(m, " ");
    web_link(m, "/people", SV("The people in it"));
    markup_close(m, "p");
    web_end(c);
    return CM_OK;
}

static void fact(struct web_call *c, const char *name, struct sv text)
{
    struct markup *m = &c->markup;
    if (!text.len)
        return;
    markup_open(m, "div");
    markup_element(m, "dt", sv_str(name));
    markup_element(m, "dd", text);
    markup_close(m, "div");
}

/* Indented, for people; what counts for the digests is the compact form. */
static void write_value(struct json *j, const struct json_value *v)
{
    switch (v->kind) {
    case JSON_OBJECT:
        json_object(j);
        for (size_t i = 0; i < v->count; i++) {
            json_key_sv(j, v->members[i].key);
            write_value(j, v->members[i].value);
        }
        json_end(j);
        break;
    case JSON_ARRAY:
        json_array(j);
        for (size_t i = 0; i < v->count; i++)
            write_value(j, v->items[i]);
        json_end(j);
        break;
    case JSON_STRING:
        json_string(j, v->text);
        break;
    case JSON_INT:
        json_int(j, v->integer);
        break;
    case JSON_DOUBLE:
        json_double(j, v->number);
        break;
    case JSON_BOOL:
        json_bool(j, v->boolean);
        break;
    default:
        json_null(j);
    }
}

static void whole(struct web_call *c, const char *title, const struct json_value *v)
{
    struct str text = STR_INIT;
    struct json j;
    json_init(&j, &text, false);
    write_value(&j, v);
    json_finish(&j);
    markup_element(&c->markup, "h2", sv_str(title));
    markup_open(&c->markup, "pre");
    markup_attr_str(&c->markup, "tabindex", "0");
    markup_text(&c->markup, str_sv(&text));
    markup_close(&c->markup, "pre");
    str_release(&text);
}

/* An import, which says whole files. */
static int long_event(struct web_call *c, int64_t seq, int64_t size, struct err *err)
{
    struct record_lines lines;
    int rc = record_read_lines(c->store, c->arena, seq, 1, &lines, err);
    if (rc || !lines.list.len)
        return rc;
    const struct record_line *e = &lines.list.at[0];
    struct markup *m = web_begin(c, arena_printf(c->arena, "Event %lld", (long long)seq));
    markup_open(m, "dl");
    markup_attr_str(m, "class", "facts");
    fact(c, "Act", e->action);
    fact(c, "About", e->subject);
    fact(c, "At", sv_str(date_format_time(c->arena, e->at)));
    fact(c, "By", web_name_of(c, e->actor));
    fact(c, "Digest", sv_str(digest_hex(c->arena, &e->hash)));
    markup_close(m, "dl");
    web_text(c, arena_printf(c->arena, "It says %lld bytes, more than a page holds. An exported record has them.",
                             (long long)size));
    web_end(c);
    return CM_OK;
}

int event_page(struct web_call *c, struct err *err)
{
    struct record_events events;
    struct shown k;
    uint64_t seq;
    if (!sv_to_u64(c->params[0], INT64_MAX, &seq) || !seq)
        return err_set(err, CM_ENOTFOUND, "\"%.*s\" is no number of an event.", SV_ARG(c->params[0]));
    int64_t size;
    int rc = record_payload_size(c->store, (int64_t)seq, &size, err);
    if (!rc && !size)
        rc = err_set(err, CM_ENOTFOUND, "There is no event %llu.", (unsigned long long)seq);
    if (!rc && size > RECORD_LINE_PAYLOAD_MAX)
        return long_event(c, (int64_t)seq, size, err);
    if (!rc)
        rc = record_read(c->store, c->arena, (int64_t)seq, 1, &events, err);
    if (!rc)
        rc = read_event(c, &events.list.at[0], &k, err);
    if (rc)
        return rc;
    const struct record_event *e = &events.list.at[0];
    struct markup *m = web_begin(c, arena_printf(c->arena, "Event %llu", (unsigned long long)seq));
    markup_open(m, "dl");
    markup_attr_str(m, "class", "facts");
    fact(c, "Act", json_get_text(k.header, "action"));
    fact(c, "About", json_get_text(k.header, "subject"));
    fact(c, "At", json_get_text(k.header, "at"));
    fact(c, "By", json_get_text(k.payload, "actor"));
    fact(c, "Reason", json_get_text(k.payload, "reason"));
    fact(c, "Digest", sv_str(digest_hex(c->arena, &e->hash)));
    fact(c, "Digest of the event before", sv_str(digest_hex(c->arena, &e->previous)));
    fact(c, "Commitment to what it says", sv_str(digest_hex(c->arena, &e->commitment)));
    fact(c, "Erased", e->erased ? SV("in part, on request") : SV_NONE);
    markup_close(m, "dl");
    whole(c, "What it says", k.payload);
    whole(c, "Its header", k.header);
    markup_open(m, "p");
    web_link(m, "/record", SV("The whole record"));
    markup_close(m, "p");
    web_end(c);
    return CM_OK;
}

/* ---- people ---- */

static void person(struct web_call *c, const struct person *p)
{
    struct markup *m = &c->markup;
    markup_open(m, "li");
    markup_element(m, "b", p->name);
    if (p->gone) {
        markup_text_str(m, ", who has left");
    } else {
        for (size_t i = 0; i < p->roles.len; i++) {
            const struct role *role = sig_role(&c->frame->profile->sig, p->roles.at[i].role);
            if (!role || p->roles.at[i].ended)
                continue;
            markup_textf(m, ", %.*s", SV_ARG(role->name));
            if (p->roles.at[i].until.len)
                markup_textf(m, " until %.*s", SV_ARG(p->roles.at[i].until));
        }
    }
    markup_close(m, "li");
}

/* Names and roles, which are in the record; addresses are nobody else's business. */
int people_page(struct web_call *c, struct err *err CM_UNUSED)
{
    struct markup *m = web_begin(c, c->route->title);
    const struct people *people = c->frame->people;
    size_t count = 0;
    web_text(c, "Who joined, and what they are. What each role may do is said in the process.");
    markup_open(m, "ul");
    for (size_t i = 0; i < people->list.len; i++)
        if (people->list.at[i].joined) {
            person(c, &people->list.at[i]);
            count++;
        }
    if (!count)
        markup_element(m, "li", SV("Nobody joined yet."));
    markup_close(m, "ul");
    web_end(c);
    return CM_OK;
}
