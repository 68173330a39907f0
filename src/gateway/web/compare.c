/* Any two editions of a document, and any two versions of a threat, beside each other. */
#include "base/date.h"
#include "document/compare.h"
#include "gateway/web/pages.h"
#include "register/versions.h"

/* What was published cannot change, so that who has no session may keep the page. */
static void keep(struct web_call *c)
{
    if (c->token.len)
        return;
    c->out->personal = false;
    c->out->by_cookie = true;
    c->out->cache = "max-age=3600";
}

/* ---- editions ---- */

static int read_side(struct web_call *c, struct sv document, struct sv version, struct compare_side *out,
                     struct err *err)
{
    *out = (struct compare_side){.version = version};
    int rc = edition_date(c->store, c->arena, document, version, &out->date, err);
    return rc ? rc : edition_sources(c->store, c->arena, document, version, &out->files, err);
}

int compare_page(struct web_call *c, struct err *err)
{
    enum document_kind kind;
    struct compare_side old, new;
    struct comparison found;
    struct sv document = c->params[0];
    if (!document_find(document, &kind))
        return err_set(err, CM_ENOTFOUND, "There is no document of that name; there are process, template and "
                                          "analysis.");
    int rc = read_side(c, document, c->params[1], &old, err);
    if (rc || (rc = read_side(c, document, c->params[2], &new, err)))
        return rc;
    compare_derive(c->arena, document_names[kind], &old, &new, &found);
    struct markup *m = web_begin_bare(c, arena_printf(c->arena, "What changed: %s %.*s to %.*s", document_names[kind],
                                                      SV_ARG(old.version), SV_ARG(new.version)));
    compare_write(c->arena, m, &found, "/");
    web_end(c);
    keep(c);
    return CM_OK;
}

/* ---- versions of a threat ---- */

struct versions {
    struct threat_versions all;
    uint64_t from, to; /* events */
};

static const struct threat_version *version_of(const struct versions *v, uint64_t event)
{
    for (size_t i = 0; i < v->all.list.len; i++)
        if (v->all.list.at[i].event == (int64_t)event)
            return &v->all.list.at[i];
    return NULL;
}

/* The last change when nothing is asked for. */
static int read_query(struct web_call *c, struct versions *v, struct err *err)
{
    size_t count = v->all.list.len;
    struct sv from = form_value(&c->query, "from"), to = form_value(&c->query, "to");
    v->to = (uint64_t)v->all.list.at[count - 1].event;
    v->from = (uint64_t)v->all.list.at[count > 1 ? count - 2 : 0].event;
    if ((from.len && !sv_to_u64(from, INT64_MAX, &v->from)) || (to.len && !sv_to_u64(to, INT64_MAX, &v->to)) ||
        !version_of(v, v->from) || !version_of(v, v->to))
        return err_set(err, CM_ENOTFOUND, "\"from\" and \"to\" are numbers of events that changed this threat.");
    return CM_OK;
}

static void choices(struct web_call *c, const struct versions *v, const char *name, const char *label, uint64_t chosen)
{
    struct markup *m = &c->markup;
    markup_open(m, "p");
    markup_attr_str(m, "class", "field");
    markup_open(m, "label");
    markup_attr_str(m, "for", name);
    markup_text_str(m, label);
    markup_close(m, "label");
    markup_open(m, "select");
    markup_attr_str(m, "id", name);
    markup_attr_str(m, "name", name);
    for (size_t i = v->all.list.len; i-- > 0;) {
        const struct threat_version *one = &v->all.list.at[i];
        markup_open(m, "option");
        markup_attrf(m, "value", "%lld", (long long)one->event);
        if (one->event == (int64_t)chosen)
            markup_attr_str(m, "selected", "");
        markup_textf(m, "%s, event %lld: %.*s%s%.*s", date_format(c->arena, date_from_time(one->at)),
                     (long long)one->event, SV_ARG(one->action), one->who.len ? " by " : "", SV_ARG(one->who));
        markup_close(m, "option");
    }
    markup_close(m, "select");
    markup_close(m, "p");
}

static void form(struct web_call *c, const struct versions *v)
{
    struct markup *m = &c->markup;
    markup_open(m, "form");
    markup_attr_str(m, "class", "act");
    markup_attr_str(m, "method", "get");
    markup_attrf(m, "action", "/threats/%.*s/compare", SV_ARG(c->params[0]));
    choices(c, v, "from", "Older", v->from);
    choices(c, v, "to", "Newer", v->to);
    web_form_end(c, "Compare");
}

static const struct sv *same_name(const struct text_fields *fields, struct sv name)
{
    for (size_t i = 0; i < fields->list.len; i++)
        if (sv_eq(fields->list.at[i].name, name))
            return &fields->list.at[i].text;
    return NULL;
}

static void differences(struct web_call *c, const struct text_fields *old, const struct text_fields *new)
{
    VEC(struct compare_field) changed = {NULL, 0, 0};
    for (size_t i = 0; i < new->list.len; i++) {
        const struct sv *before = same_name(old, new->list.at[i].name), *after = &new->list.at[i].text;
        if (!before || !sv_eq(*before, *after))
            *vec_push(c->arena, &changed) = (struct compare_field){new->list.at[i].name, before, after};
    }
    for (size_t i = 0; i < old->list.len; i++)
        if (!same_name(new, old->list.at[i].name))
            *vec_push(c->arena, &changed) = (struct compare_field){old->list.at[i].name, &old->list.at[i].text, NULL};
    if (!changed.len) {
        web_text(c, "These two versions are the same.");
        return;
    }
    compare_write_switch(&c->markup);
    markup_open(&c->markup, "div");
    markup_attr_str(&c->markup, "class", "comparisons");
    compare_write_fields(c->arena, &c->markup, changed.at, changed.len);
    markup_close(&c->markup, "div");
}

int threat_compare_page(struct web_call *c, struct err *err)
{
    struct versions v;
    struct text_fields old, new;
    struct sv id = c->params[0];
    int rc = threat_versions_load(c->store, c->arena, id, &v.all, err);
    if (!rc && !v.all.list.len)
        rc = err_set(err, CM_ENOTFOUND, "There is no threat of that identifier.");
    if (rc || (rc = read_query(c, &v, err)) ||
        (rc = threat_version_fields(c->store, c->arena, id, (int64_t)v.from, &old, err)) ||
        (rc = threat_version_fields(c->store, c->arena, id, (int64_t)v.to, &new, err)))
        return rc;
    struct markup *m = web_begin(c, arena_printf(c->arena, "Versions of %.*s", SV_ARG(id)));
    web_link(m, arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(id)), SV("The page of this threat"));
    form(c, &v);
    const struct threat_version *to = version_of(&v, v.to);
    if (to->why.len)
        web_text(c, arena_printf(c->arena, "Reason of the newer one: %.*s", SV_ARG(to->why)));
    differences(c, &old, &new);
    web_end(c);
    return CM_OK;
}
