/* The properties of a threat, which stand before its texts: areas, level, attacker, what it affects, what responds to
 * it, and an editor's rating. One form for all; what was changed in it is one act. */
#include "action/preview.h"
#include "format/json.h"
#include "gateway/web/pages.h"

enum { ROWS_MORE = 2, ROWS_MAX = 20, KEYS_MAX = 9 };

struct properties {
    struct web_call *c;
    struct profile *profile;
    const struct threat *threat;
    const struct form *form; /* what was sent; NULL: the threat as it is */
};

/* ---- values as they stand in the file ---- */

static bool is_plain(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", text.at[i]) || !text.at[i])
            return false;
    return text.len > 0 && text.at[0] >= 'a' && text.at[0] != '-';
}

/* A word of the SIG's lists bare, everything else in quotes: both are YAML. */
static void add_scalar(struct str *out, struct sv text)
{
    struct json j;
    if (is_plain(text)) {
        str_add(out, text);
        return;
    }
    json_init(&j, out, true);
    json_string(&j, text);
    json_finish(&j);
}

static void add_pair(struct str *out, const char *key, struct sv value)
{
    if (!value.len)
        return;
    str_addf(out, "%s%s: ", out->len > 1 && out->data[out->len - 1] != '{' ? ", " : "", key);
    add_scalar(out, value);
}

static void add_item(struct str *out, struct sv text)
{
    if (out->len > 1)
        str_add_str(out, ", ");
    add_scalar(out, text);
}

static struct sv close_list(struct web_call *c, struct str *out)
{
    str_add_str(out, "]");
    struct sv text = out->len > 2 ? arena_sv(c->arena, str_sv(out)) : SV_NONE;
    str_release(out);
    return text;
}

static void open_list(struct str *out)
{
    *out = (struct str)STR_INIT;
    str_add_str(out, "[");
}

/* ---- what the form shows and brings: one question for both ---- */

static bool has_index(const int *list, size_t len, size_t index)
{
    for (size_t i = 0; i < len; i++)
        if (list[i] == (int)index)
            return true;
    return false;
}

static const char *box_name(struct properties *p, const char *key, struct sv id)
{
    return arena_printf(p->c->arena, "%s.%.*s", key, SV_ARG(id));
}

static bool is_ticked(struct properties *p, const char *key, const struct terms *terms, const int *list, size_t len,
                      size_t index)
{
    return p->form ? form_has(p->form, box_name(p, key, terms->list.at[index].id)) : has_index(list, len, index);
}

static struct sv one(struct properties *p, const char *name, struct sv now)
{
    return p->form ? sv_trim(form_value(p->form, name)) : now;
}

static struct sv id_at(const struct terms *terms, int index)
{
    return index < 0 ? SV_NONE : terms->list.at[index].id;
}

static struct sv terms_value(struct properties *p, const char *key, const struct terms *terms, const int *list,
                             size_t len)
{
    struct str out;
    open_list(&out);
    for (size_t i = 0; i < terms->list.len; i++)
        if (is_ticked(p, key, terms, list, len, i))
            add_item(&out, terms->list.at[i].id);
    return close_list(p->c, &out);
}

/* "a\nb" as it stands in its box. */
static struct sv lines_now(struct properties *p, const struct sv *texts, size_t count)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < count; i++)
        str_addf(&out, "%.*s\n", SV_ARG(texts[i]));
    struct sv text = sv_trim(arena_sv(p->c->arena, str_sv(&out)));
    str_release(&out);
    return text;
}

static struct sv affects_lines(struct properties *p)
{
    const struct threat *t = p->threat;
    struct sv *texts = arena_new_array(p->c->arena, struct sv, t->affects.len + 1);
    for (size_t i = 0; i < t->affects.len; i++)
        texts[i] = t->affects.at[i].text;
    return one(p, "affects", lines_now(p, texts, t->affects.len));
}

static struct sv related_lines(struct properties *p)
{
    return one(p, "related", lines_now(p, p->threat->related.at, p->threat->related.len));
}

static struct sv lines_value(struct properties *p, struct sv lines)
{
    struct str out;
    struct sv line;
    open_list(&out);
    while (sv_next_line(&lines, &line))
        if (sv_trim(line).len)
            add_item(&out, sv_trim(line));
    return close_list(p->c, &out);
}

static struct sv attacker_value(struct properties *p)
{
    const struct threat *t = p->threat;
    const struct sig *sig = &p->profile->sig;
    struct sv on = terms_value(p, "on", &sig->surfaces, t->attacker.on.at, t->attacker.on.len);
    struct str out = STR_INIT;
    str_add_str(&out, "{");
    add_pair(&out, "position", one(p, "position", id_at(&sig->positions, t->attacker.position)));
    if (on.len)
        str_addf(&out, "%son: %.*s", out.len > 1 ? ", " : "", SV_ARG(on));
    add_pair(&out, "activity", one(p, "activity", id_at(&sig->activities, t->attacker.activity)));
    str_add_str(&out, "}");
    struct sv text = out.len > 2 ? arena_sv(p->c->arena, str_sv(&out)) : SV_NONE;
    str_release(&out);
    return text;
}

/* ---- responses ---- */

static const char *row_name(struct properties *p, const char *part, size_t row)
{
    return arena_printf(p->c->arena, "%s-%zu", part, row);
}

static struct sv row_part(struct properties *p, const char *part, size_t row, struct sv now)
{
    return one(p, row_name(p, part, row), now);
}

static size_t rows(struct properties *p)
{
    size_t count = p->threat->responses.len;
    if (p->form)
        while (count < ROWS_MAX && form_has(p->form, row_name(p, "reference", count)))
            count++;
    return count;
}

static struct response response_at(const struct properties *p, size_t row)
{
    const struct response none = {.covers = -1};
    return row < p->threat->responses.len ? p->threat->responses.at[row] : none;
}

static void add_response(struct properties *p, struct str *out, size_t row)
{
    const struct response r = response_at(p, row);
    struct sv reference = row_part(p, "reference", row, r.citation.text);
    struct sv covers = row_part(p, "covers", row, id_at(&p->profile->sig.coverage, r.covers));
    struct sv how = row_part(p, "how", row, r.how);
    if (!reference.len && !how.len)
        return;
    str_addf(out, "%s{", out->len > 1 ? ", " : "");
    add_pair(out, "reference", reference);
    add_pair(out, "covers", covers);
    add_pair(out, "how", how);
    str_add_str(out, "}");
}

/* More than a form takes: they are left as they are, for the file or the API. */
static bool are_too_many(const struct properties *p)
{
    return p->threat->responses.len > ROWS_MAX;
}

static struct sv responses_value(struct properties *p)
{
    struct str out;
    if (are_too_many(p))
        return SV_NONE;
    struct sv none = one(p, "no-responses", p->threat->no_responses);
    open_list(&out);
    for (size_t i = 0; i < rows(p); i++)
        add_response(p, &out, i);
    struct sv text = close_list(p->c, &out);
    if (text.len || !none.len)
        return text;
    struct str alone = STR_INIT;
    add_scalar(&alone, none);
    text = arena_sv(p->c->arena, str_sv(&alone));
    str_release(&alone);
    return text;
}

/* ---- ratings ---- */

static const struct rating *rating_of(const struct properties *p, bool likelihood)
{
    return likelihood ? &p->threat->likelihood : &p->threat->damage;
}

static const struct terms *scale_of(const struct properties *p, bool likelihood)
{
    return likelihood ? &p->profile->sig.likelihood : &p->profile->sig.damage;
}

static const char *reason_name(bool likelihood)
{
    return likelihood ? "likelihood-reason" : "damage-reason";
}

static struct sv rating_value(struct properties *p, bool likelihood)
{
    const struct rating *r = rating_of(p, likelihood);
    struct sv now = id_at(scale_of(p, likelihood), r->given ? r->level : -1);
    struct sv level = one(p, likelihood ? "likelihood" : "damage", now);
    struct sv reason = one(p, reason_name(likelihood), r->reason);
    struct str out = STR_INIT;
    if (!level.len)
        return SV_NONE;
    str_add_str(&out, "{");
    add_pair(&out, "rating", level);
    str_add_str(&out, ", estimators: 1");
    add_pair(&out, "reason", reason);
    str_add_str(&out, "}");
    struct sv text = arena_sv(p->c->arena, str_sv(&out));
    str_release(&out);
    return text;
}

/* ---- all of them ---- */

struct values {
    struct field_edit list[KEYS_MAX];
    size_t count;
};

static void put(struct values *v, const char *key, struct sv text)
{
    v->list[v->count++] = (struct field_edit){sv_str(key), text};
}

static struct values values_of(struct properties *p)
{
    struct values v = {.count = 0};
    const struct threat *t = p->threat;
    const struct sig *sig = &p->profile->sig;
    put(&v, "areas", terms_value(p, "areas", &sig->areas, t->areas.at, t->areas.len));
    put(&v, "stride", terms_value(p, "stride", &sig->stride, t->stride.at, t->stride.len));
    put(&v, "level", one(p, "level", id_at(&sig->levels, t->level)));
    put(&v, "affects", lines_value(p, affects_lines(p)));
    put(&v, "attacker", attacker_value(p));
    put(&v, "likelihood", rating_value(p, true));
    put(&v, "damage", rating_value(p, false));
    put(&v, "responses", responses_value(p));
    put(&v, "related", lines_value(p, related_lines(p)));
    return v;
}

static const char *digest_of_values(struct properties *p)
{
    struct properties now = *p;
    struct sv parts[KEYS_MAX];
    now.form = NULL;
    const struct values v = values_of(&now);
    for (size_t i = 0; i < v.count; i++)
        parts[i] = v.list[i].text;
    struct digest d = digest_of_parts(parts, v.count);
    return digest_hex(p->c->arena, &d);
}

/* ---- the form ---- */

static void boxes(struct properties *p, const char *key, const char *legend, const struct terms *terms, const int *list,
                  size_t len)
{
    struct web_call *c = p->c;
    if (!terms->list.len)
        return;
    markup_open(&c->markup, "fieldset");
    markup_element(&c->markup, "legend", sv_str(legend));
    for (size_t i = 0; i < terms->list.len; i++) {
        const struct term *t = &terms->list.at[i];
        web_box(c, box_name(p, key, t->id), is_ticked(p, key, terms, list, len, i), t->name, t->means);
    }
    markup_close(&c->markup, "fieldset");
}

static void radios(struct properties *p, const char *name, const char *legend, const struct terms *terms,
                   struct sv chosen)
{
    struct web_choice *choices = arena_new_array(p->c->arena, struct web_choice, terms->list.len + 1);
    choices[0] = (struct web_choice){SV_NONE, SV("Not said"), SV_NONE};
    for (size_t i = 0; i < terms->list.len; i++)
        choices[i + 1] = (struct web_choice){terms->list.at[i].id, terms->list.at[i].name, terms->list.at[i].means};
    if (terms->list.len)
        web_choices(p->c, name, legend, choices, terms->list.len + 1, chosen, false);
}

static void attacker_part(struct properties *p)
{
    const struct threat *t = p->threat;
    const struct sig *sig = &p->profile->sig;
    markup_element(&p->c->markup, "h2", SV("The attacker"));
    radios(p, "position", "Position", &sig->positions,
           one(p, "position", id_at(&sig->positions, t->attacker.position)));
    boxes(p, "on", "Where", &sig->surfaces, t->attacker.on.at, t->attacker.on.len);
    radios(p, "activity", "Activity", &sig->activities,
           one(p, "activity", id_at(&sig->activities, t->attacker.activity)));
}

static void response_row(struct properties *p, size_t row)
{
    struct web_call *c = p->c;
    const struct response r = response_at(p, row);
    markup_open(&c->markup, "fieldset");
    markup_attr_str(&c->markup, "class", "row");
    markup_element(&c->markup, "legend", sv_str(arena_printf(c->arena, "Response %zu", row + 1)));
    web_field(c, &(struct web_field){.name = row_name(p, "reference", row), .label = "Document", .type = "text",
                                     .value = row_part(p, "reference", row, r.citation.text),
                                     .help = "With version and section: XEP-0384 v0.8.3 \xc2\xa7" "4.2. Empty: no "
                                             "response."});
    radios(p, row_name(p, "covers", row), "It covers", &p->profile->sig.coverage,
           row_part(p, "covers", row, id_at(&p->profile->sig.coverage, r.covers)));
    web_field(c, &(struct web_field){.name = row_name(p, "how", row), .label = "How", .rows = 2,
                                     .value = row_part(p, "how", row, r.how)});
    markup_close(&c->markup, "fieldset");
}

static void responses_part(struct properties *p)
{
    struct web_call *c = p->c;
    size_t count = rows(p);
    markup_element(&c->markup, "h2", SV("Existing responses"));
    if (are_too_many(p)) {
        web_text(c, "There are more of them than this form takes. They are edited in the threat's file, or by the "
                    "API.");
        return;
    }
    for (size_t i = 0; i < count + (p->form ? 0 : ROWS_MORE) && i < ROWS_MAX; i++)
        response_row(p, i);
    web_field(c, &(struct web_field){.name = "no-responses", .label = "If there is none", .rows = 2,
                                     .value = one(p, "no-responses", p->threat->no_responses),
                                     .help = "That none is known, and where you looked."});
}

static void rating_part(struct properties *p, bool likelihood)
{
    const struct rating *r = rating_of(p, likelihood);
    const struct terms *scale = scale_of(p, likelihood);
    const char *name = likelihood ? "likelihood" : "damage";
    radios(p, name, likelihood ? "Likelihood" : "Damage", scale, one(p, name, id_at(scale, r->given ? r->level : -1)));
    web_field(p->c, &(struct web_field){.name = reason_name(likelihood), .rows = 3,
                                        .label = likelihood ? "Why this likelihood" : "Why this damage",
                                        .value = one(p, reason_name(likelihood), r->reason)});
}

static void form(struct properties *p, const char *fault)
{
    struct web_call *c = p->c;
    const struct threat *t = p->threat;
    const struct sig *sig = &p->profile->sig;
    web_begin(c, arena_printf(c->arena, "Properties of %.*s", SV_ARG(t->id)));
    if (fault)
        web_fault(c, fault);
    markup_element(&c->markup, "p", t->name);
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "threat.edit");
    web_hidden(c, "base", sv_str(digest_of_values(p)));
    boxes(p, "areas", "Areas", &sig->areas, t->areas.at, t->areas.len);
    boxes(p, "stride", "STRIDE", &sig->stride, t->stride.at, t->stride.len);
    radios(p, "level", "Level", &sig->levels, one(p, "level", id_at(&sig->levels, t->level)));
    web_field(c, &(struct web_field){.name = "affects", .label = "What it affects", .rows = 4,
                                     .value = affects_lines(p),
                                     .help = "Documents with their sections, one a line: RFC 6120 \xc2\xa7" "5."});
    attacker_part(p);
    responses_part(p);
    markup_element(&c->markup, "h2", SV("An editor's rating"));
    web_text(c, "Ratings are the group's work, in rounds. One editor's rating is marked as such wherever it is shown.");
    rating_part(p, true);
    rating_part(p, false);
    web_field(c, &(struct web_field){.name = "related", .label = "Related threats", .rows = 2,
                                     .value = related_lines(p),
                                     .help = "Their ids, one a line."});
    web_field(c, &(struct web_field){.name = "reason", .label = "Reason", .type = "text", .max = 1000,
                                     .value = p->form ? form_value(p->form, "reason") : SV_NONE,
                                     .help = "Public, in the history of the threat. May be empty."});
    web_form_end(c, "Save");
    web_end(c);
}

static int load(struct properties *p, struct err *err)
{
    struct action_context context = web_context(p->c);
    return threat_alone(&context, p->c->params[0], &p->profile, &p->threat, err);
}

int properties_page(struct web_call *c, struct err *err)
{
    struct properties p = {.c = c};
    int rc = load(&p, err);
    if (!rc)
        form(&p, NULL);
    return rc;
}

/* ---- saving ---- */

struct saving {
    struct properties p;
    struct action_result result;
    bool stale;
};

/* Nobody can come in between: the values are looked at in the transaction that changes them. */
static int save(struct store *s CM_UNUSED, void *context, struct err *err)
{
    struct saving *k = context;
    struct web_call *c = k->p.c;
    struct action_context act = web_context(c);
    struct field_edit edits[KEYS_MAX];
    size_t count = 0;
    act.reason = sv_trim(form_value(&c->form, "reason"));
    k->p.form = NULL;
    int rc = load(&k->p, err);
    if (rc)
        return rc;
    const struct values before = values_of(&k->p);
    k->stale = !sv_eq_str(form_value(&c->form, "base"), digest_of_values(&k->p));
    k->p.form = &c->form;
    const struct values after = values_of(&k->p);
    for (size_t i = 0; i < after.count; i++)
        if (!sv_eq(before.list[i].text, after.list[i].text))
            edits[count++] = after.list[i];
    if (k->stale || !count)
        return CM_OK;
    return action_threat_edit(&act, k->p.threat->id, edits, count, &k->result, err);
}

int properties_do(struct web_call *c, struct err *err)
{
    struct saving k = {.p = {.c = c}};
    struct err why = ERR_INIT;
    int rc = store_tx(c->store, save, &k, &why);
    if (k.stale || rc == CM_EINPUT || rc == CM_ECONFLICT || rc == CM_EREFUSED) {
        c->out->status = k.stale ? 409 : web_status(rc);
        form(&k.p, k.stale ? "Somebody changed these properties while you did. Yours are in the form; save again to "
                             "put them in the place of the others." : why.text);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    web_done(c, &k.result);
    return CM_OK;
}
