/* After an act: what the public record says of it. */
#include "action/action.h"
#include "document/html.h"
#include "format/json.h"
#include "gateway/http/files.h"
#include "gateway/web/pages.h"

#include <stdio.h>

static const char *summary_of(struct sv action)
{
    for (size_t i = 0; i < action_table_len; i++)
        if (sv_eq_str(action, action_table[i].name))
            return action_table[i].summary;
    return "";
}

static void show(struct web_call *c, const struct record_event *e)
{
    struct err ignored = ERR_INIT;
    const struct json_value *header;
    struct markup *m = &c->markup;
    if (json_parse(c->arena, e->header, e->header.len, &header, &ignored))
        return;
    struct sv action = json_get_text(header, "action"), subject = json_get_text(header, "subject");
    markup_open(m, "p");
    markup_textf(m, "It is event %lld of the public record: ", (long long)e->seq);
    markup_element(m, "b", action);
    markup_textf(m, " %.*s (%s).", SV_ARG(subject), summary_of(action));
    markup_close(m, "p");
    if (sv_starts(action, SV("threat.")) && subject.len)
        web_link(m, arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(subject)),
                 sv_str(arena_printf(c->arena, "The page of %.*s", SV_ARG(subject))));
    web_text(c, "The site shows it in a moment.");
}

int done_page(struct web_call *c, struct err *err)
{
    uint64_t event = 0;
    struct record_events events;
    if (!sv_to_u64(form_value(&c->query, "event"), INT64_MAX, &event))
        return err_set(err, CM_EINPUT, "\"event\" is no number of an event");
    if (!event) {
        web_begin(c, "Nothing changed");
        web_text(c, "All was like that already.");
        web_end(c);
        return CM_OK;
    }
    int rc = record_read(c->store, c->arena, (int64_t)event, 1, &events, err);
    if (rc)
        return rc;
    if (!events.list.len || events.list.at[0].seq != (int64_t)event)
        return err_set(err, CM_ENOTFOUND, "There is no event %llu.", (unsigned long long)event);
    web_begin(c, "Done");
    show(c, &events.list.at[0]);
    web_end(c);
    return CM_OK;
}

/* Our one script, for the pages of forms. */
int script_file(struct web_call *c, struct err *err CM_UNUSED)
{
    struct sv script = web_asset("act.js");
    struct digest d = digest_of(script);
    snprintf(c->out->etag, sizeof(c->out->etag), "\"%.32s\"", digest_hex(c->arena, &d));
    c->out->personal = false;
    c->out->type = "text/javascript; charset=utf-8";
    if (files_has_tag(c->request->framing, c->request->head, c->out->etag))
        c->out->status = 304;
    str_clear(&c->out->text);
    str_add(&c->out->text, script);
    c->out->body = str_cstr(&c->out->text);
    c->out->body_len = c->out->text.len;
    return CM_OK;
}
