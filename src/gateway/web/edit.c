/* One field of a threat: its text, a preview with the difference, and both texts where somebody else was faster. */
#include "action/preview.h"
#include "document/document.h"
#include "document/html.h"
#include "format/merge.h"
#include "gateway/web/pages.h"

enum { PATIENCE_SECONDS = 2 }; /* for the analysis of a tree that is being written */

struct editing {
    struct web_call *c;
    struct profile *profile;            /* the rules, and the threat */
    const struct threat *threat;
    const struct template_field *field; /* NULL: none was chosen */
    struct sv now;                      /* its text, with LF */
    struct sv text, base, reason;       /* of the form; base: digest of the text that was edited */
    struct action_result result;
    bool stale;
};

static bool is_editable(const struct template_field *f)
{
    return f->kind == FIELD_LINE || f->kind == FIELD_PROSE;
}

static int load(struct editing *e, struct err *err)
{
    struct web_call *c = e->c;
    struct sv name = form_has(&c->form, "field") ? form_value(&c->form, "field") : form_value(&c->query, "field");
    struct action_context context = web_context(c);
    int rc = threat_alone(&context, c->params[0], &e->profile, &e->threat, err);
    if (rc)
        return rc;
    const struct template *t = &e->profile->template;
    int field = template_field(t, name);
    if (name.len && (field < 0 || !is_editable(&t->fields.at[field])))
        return err_set(err, CM_ENOTFOUND, "threats have no text \"%.*s\"", SV_ARG(name));
    if (!name.len)
        return CM_OK;
    e->field = &t->fields.at[field];
    e->now = sv_eq_str(name, "name") ? e->threat->name : sv_trim(threat_field(e->threat, field));
    return CM_OK;
}

static const char *digest_text(struct web_call *c, struct sv text)
{
    struct digest d = digest_of(text);
    return digest_hex(c->arena, &d);
}

/* ---- pages ---- */

static void choose_field(struct editing *e)
{
    struct web_call *c = e->c;
    struct markup *m = web_begin(c, arena_printf(c->arena, "Edit %.*s", SV_ARG(e->threat->id)));
    const struct template *t = &e->profile->template;
    markup_element(m, "p", e->threat->name);
    web_text(c, "Which part?");
    markup_open(m, "ul");
    for (size_t i = 0; i < t->fields.len; i++) {
        const struct template_field *f = &t->fields.at[i];
        if (!is_editable(f))
            continue;
        markup_open(m, "li");
        web_link(m, arena_printf(c->arena, "/%.*s?field=%.*s", SV_ARG(c->path), SV_ARG(f->id)), f->name);
        if (!threat_field(e->threat, (int)i).len && !sv_eq_str(f->id, "name"))
            markup_element_class(m, "span", "help", SV(" (empty)"));
        markup_close(m, "li");
    }
    markup_open(m, "li");
    web_link(m, arena_printf(c->arena, "/threats/%.*s/properties", SV_ARG(e->threat->id)), SV("Properties"));
    markup_element_class(m, "span", "help", SV(" (areas, level, attacker, what it affects, responses, rating)"));
    markup_close(m, "li");
    markup_close(m, "ul");
    web_end(c);
}

static void edit_form(struct editing *e, struct sv text, bool saves)
{
    struct web_call *c = e->c;
    const struct template_field *f = e->field;
    bool prose = f->kind == FIELD_PROSE;
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "threat.edit");
    web_hidden(c, "field", f->id);
    web_hidden(c, "base", sv_str(digest_text(c, e->now)));
    web_field(c, &(struct web_field){.name = "text", .label = arena_printf(c->arena, "%.*s", SV_ARG(f->name)),
                                     .type = prose ? NULL : "text", .rows = 18, .value = text,
                                     .help = prose ? "Markdown. An attack tree is a block that begins with three "
                                                     "backticks and attack-tree." : NULL});
    web_field(c, &(struct web_field){.name = "reason", .label = "Reason", .type = "text", .max = 1000,
              .value = e->reason,
                                     .help = "Public, in the history of the threat. May be empty."});
    if (prose)
        web_live(c, arena_printf(c->arena, "/threats/%.*s/preview", SV_ARG(e->threat->id)), "What changes");
    web_button(c, "preview", "Preview");
    if (saves)
        web_button(c, "save", "Save");
    web_form_close(c);
}

/* Faults of the text, by its own lines. */
static void show_faults(struct editing *e, const struct diag *diag, struct sv source)
{
    struct web_call *c = e->c;
    struct markup *m = &c->markup;
    uint32_t before = 0;
    ptrdiff_t at = sv_find(source, e->text);
    for (ptrdiff_t i = 0; i < at; i++)
        before += source.at[i] == '\n';
    markup_open(m, "div");
    markup_attr_str(m, "class", "notice warning");
    markup_element(m, "p", SV("It cannot be saved like this:"));
    markup_open(m, "ul");
    for (size_t i = 0; i < diag->len; i++) {
        const struct diag_item *f = &diag->items[i];
        if (f->kind != DIAG_ERROR)
            continue;
        markup_open(m, "li");
        if (strcmp(f->file, e->threat->file) != 0)
            markup_textf(m, "In %s%s: ", f->file, f->line ? arena_printf(c->arena, ", line %u", f->line) : "");
        else if (f->line > before)
            markup_textf(m, "Line %u%s: ", f->line - before,
                         f->column ? arena_printf(c->arena, ", column %u", f->column) : "");
        markup_text_str(m, f->text);
        markup_close(m, "li");
    }
    markup_close(m, "ul");
    markup_close(m, "div");
}

/* What the next stage still needs of the threat as it would be, texts and acts of the group. */
static int show_lacks(struct editing *e, const struct threat_preview *as, struct err *err)
{
    struct web_call *c = e->c;
    struct markup *m = &c->markup;
    struct standing standing;
    struct threat_view t;
    const struct process *process = &as->profile->process;
    int rc = standing_load_one(c->store, c->arena, as->profile, c->now, as->threat->id, &standing, err);
    if (rc)
        return rc;
    view_derive_threat(c->arena, as->profile, as->threat, standing_of(&standing, as->threat), &t);
    if (t.wants < 0)
        return CM_OK;
    struct sv stage = process->stages.at[t.wants].name;
    markup_element(m, "h2", sv_str(arena_printf(c->arena, "For \"%.*s\"", SV_ARG(stage))));
    if (!t.lacks.list.len)
        web_text(c, "It has all that this stage needs.");
    else
        web_text(c, "This stage still needs:");
    markup_open(m, "ul");
    for (size_t i = 0; i < t.lacks.list.len; i++)
        markup_element(m, "li", t.lacks.list.at[i].text);
    markup_close(m, "ul");
    return CM_OK;
}

/* As on the threat's page, with the attack tree drawn and analysed; where it has faults, they and the bare text. */
static int show_field(struct editing *e, struct err *err)
{
    struct web_call *c = e->c;
    struct markup *m = &c->markup;
    struct doc_block *root = doc_block_new(c->arena, DOC_SECTION);
    struct view *view = arena_new(c->arena, struct view);
    struct action_context context = web_context(c);
    struct threat_preview as;
    struct err why = ERR_INIT;
    struct diag diag;
    diag_init(&diag, c->arena);
    context.diag = &diag;
    int rc = threat_preview(&context, e->profile, e->threat, e->field->id, e->text, &as, &why);
    bool good = !rc && as.profile;
    view_derive(c->arena, good ? as.profile : e->profile, c->now, view);
    view->patience = PATIENCE_SECONDS;
    const struct html_context html = {.view = view, .root = "/", .heading = 3, .id_prefix = "preview-"};
    if (rc)
        web_fault(c, why.text);
    else if (!good)
        show_faults(e, &diag, as.source);
    markup_open(m, "div");
    markup_attr_str(m, "class", "preview");
    if (good)
        document_build_field(c->arena, view, (size_t)view_find(view, e->threat->id),
                             template_field(&view->profile->template, e->field->id), root);
    else
        document_prose(c->arena, view, root, e->text);
    html_blocks(m, &html, root->first);
    markup_close(m, "div");
    return good ? show_lacks(e, &as, err) : CM_OK;
}

static int preview(struct editing *e, struct err *err)
{
    struct web_call *c = e->c;
    struct markup *m = &c->markup;
    int rc = CM_OK;
    if (e->field->kind == FIELD_PROSE) {
        markup_element(m, "h2", SV("As it will look"));
        rc = show_field(e, err);
    }
    markup_element(m, "h2", SV("What changes"));
    if (sv_eq(e->now, e->text))
        web_text(c, "Nothing: the text is as it was.");
    else
        web_difference(c, e->now, e->text);
    return rc;
}

static void begin(struct editing *e)
{
    web_begin(e->c, arena_printf(e->c->arena, "Edit %.*s: %.*s", SV_ARG(e->threat->id), SV_ARG(e->field->name)));
    markup_element(&e->c->markup, "p", e->threat->name);
}

/* Somebody else saved another text since this one was opened: what they changed, what this member did, and where no
 * line was changed by both, one text with all of it. */
static int both_texts(struct editing *e, struct err *err)
{
    struct web_call *c = e->c;
    struct action_context context = web_context(c);
    struct sv before, merged;
    bool found;
    int rc = threat_text_once(&context, e->threat->id, e->field->name, e->base, &before, &found, err);
    if (rc)
        return rc;
    bool whole = found && merge_texts(c->arena, before, e->now, e->text, &merged);
    c->out->status = 409;
    begin(e);
    web_fault(c, whole ? "Somebody changed this text while you edited it. You changed different lines, so the form has "
                         "both changes now: read it, and save."
                       : "Somebody changed this text while you edited it. Nothing of yours is lost: it is in the form. "
                         "Put together what belongs together, and save.");
    if (found) {
        markup_element(&c->markup, "h2", SV("What was changed meanwhile"));
        web_difference(c, before, e->now);
        markup_element(&c->markup, "h2", SV("What you changed"));
        web_difference(c, before, e->text);
    } else {
        markup_element(&c->markup, "h2", SV("From the text as it is now to yours"));
        web_difference(c, e->now, e->text);
    }
    edit_form(e, whole ? merged : e->text, true);
    web_end(c);
    return CM_OK;
}

int edit_page(struct web_call *c, struct err *err)
{
    struct editing e = {.c = c};
    int rc = load(&e, err);
    if (rc)
        return rc;
    if (!e.field) {
        choose_field(&e);
        return CM_OK;
    }
    begin(&e);
    edit_form(&e, e.now, false);
    web_end(c);
    return CM_OK;
}

/* ---- saving ---- */

/* Nobody can come in between: the text is looked at in the transaction that changes it. */
static int save(struct store *s CM_UNUSED, void *context, struct err *err)
{
    struct editing *e = context;
    struct action_context act = web_context(e->c);
    const struct field_edit edit = {e->field->id, e->text};
    int rc = load(e, err);
    e->stale = !rc && !sv_eq_str(e->base, digest_text(e->c, e->now));
    act.reason = e->reason;
    if (rc || e->stale)
        return rc;
    return action_threat_edit(&act, e->threat->id, &edit, 1, &e->result, err);
}

static void faulty(struct editing *e, const char *why)
{
    e->c->out->status = 422;
    begin(e);
    web_fault(e->c, why);
    edit_form(e, e->text, true);
    web_end(e->c);
}

int edit_do(struct web_call *c, struct err *err)
{
    struct editing e = {.c = c, .text = sv_trim(form_value(&c->form, "text")), .base = form_value(&c->form, "base"),
                        .reason = sv_trim(form_value(&c->form, "reason"))};
    struct err why = ERR_INIT;
    bool saves = sv_eq_str(form_value(&c->form, "do"), "save");
    int rc = load(&e, err);
    if (!rc && !e.field)
        rc = err_set(err, CM_EINPUT, "the form does not say which text it is");
    if (rc)
        return rc;
    e.stale = !sv_eq_str(e.base, digest_text(c, e.now));
    if (saves && !e.stale)
        rc = store_tx(c->store, save, &e, &why);
    if (rc == CM_EINPUT || rc == CM_ECONFLICT) {
        faulty(&e, why.text);
    } else if (rc) {
        return err_set(err, rc, "%s", why.text);
    } else if (e.stale) {
        return both_texts(&e, err);
    } else if (saves) {
        web_done(c, &e.result);
    } else {
        begin(&e);
        if ((rc = preview(&e, err)))
            return rc;
        edit_form(&e, e.text, true);
        web_end(c);
    }
    return CM_OK;
}

/* The part of the page that says what changes, for who still writes. */
int edit_preview(struct web_call *c, struct err *err)
{
    struct editing e = {.c = c, .text = sv_trim(form_value(&c->form, "text"))};
    int rc = load(&e, err);
    if (!rc && !e.field)
        rc = err_set(err, CM_EINPUT, "the form does not say which text it is");
    if (rc)
        return rc;
    web_part_begin(c);
    rc = preview(&e, err);
    web_part_end(c);
    return rc;
}
