#include "gateway/web/api.h"

#include "action/inputs.h"
#include "gateway/http/files.h"

static const char problem_type[] = "application/problem+json";

bool api_is(const struct web_route *r)
{
    return !strncmp(r->pattern, "/api/", 5);
}

bool api_is_sent(const struct framing *request, struct sv head)
{
    size_t index = 0;
    struct sv value, type;
    if (!framing_next_field(request, head, "content-type", &index, &value))
        return false;
    sv_split(&value, ';', &type);
    return sv_same_word(sv_trim(type), SV("application/json")) &&
           !framing_next_field(request, head, "content-type", &index, &value);
}

bool api_token(const struct framing *request, struct sv head, struct sv *out)
{
    size_t index = 0;
    struct sv value, scheme;
    *out = SV_NONE;
    if (!framing_next_field(request, head, "authorization", &index, &value))
        return true;
    sv_split(&value, ' ', &scheme);
    *out = sv_trim(value);
    return sv_same_word(scheme, SV("bearer")) && out->len &&
           !framing_next_field(request, head, "authorization", &index, &value);
}

/* ---- problems ---- */

static void problem_begin(struct http_response *out, struct json *j, int status, const char *detail)
{
    out->status = status;
    out->type = problem_type;
    out->challenge = status == 401 ? "Bearer realm=\"casemate\"" : NULL;
    str_clear(&out->text);
    json_init(j, &out->text, false);
    json_object(j);
    json_put_str(j, "type", "about:blank");
    json_put_str(j, "title", http_status_text(status));
    json_put_int(j, "status", status);
    if (detail)
        json_put_str(j, "detail", detail);
}

static void problem_end(struct http_response *out, struct json *j)
{
    json_end(j);
    json_finish(j);
    out->body = str_cstr(&out->text);
    out->body_len = out->text.len;
}

void api_refuse(struct http_response *out, int status, const char *detail)
{
    struct json j;
    problem_begin(out, &j, status, detail);
    problem_end(out, &j);
}

void api_fail(struct web_call *c, int status, const char *detail)
{
    struct json j;
    c->out->retry_after = status == 503 ? 5 : 0;
    c->out->etag[0] = '\0';
    problem_begin(c->out, &j, status, detail ? detail : "this is our fault; nothing was changed");
    if (c->diag.len) {
        json_key(&j, "errors");
        json_array(&j);
        for (size_t i = 0; i < c->diag.len; i++) {
            const struct diag_item *d = &c->diag.items[i];
            json_object(&j);
            if (d->file)
                json_put_str(&j, "field", d->file);
            if (d->line)
                json_put_int(&j, "line", d->line);
            if (d->column)
                json_put_int(&j, "column", d->column);
            json_put_str(&j, "detail", d->text);
            json_end(&j);
        }
        json_end(&j);
    }
    problem_end(c->out, &j);
}

/* ---- answers ---- */

void api_begin(struct web_call *c, struct json *j)
{
    c->out->type = "application/json";
    str_clear(&c->out->text);
    json_init(j, &c->out->text, false);
    j->flat_from = 3;
    json_object(j);
}

void api_end(struct web_call *c, struct json *j)
{
    json_end(j);
    json_finish(j);
    c->out->body = str_cstr(&c->out->text);
    c->out->body_len = c->out->text.len;
}

/* ---- acts ---- */

/* A text, true, a number, or a list of texts; whatever else is a fault of the member. */
static void take(struct web_call *c, struct sv name, const struct json_value *v, struct action_values *out)
{
    struct sv text = SV_NONE;
    const char *wrong = NULL;
    if (v->kind == JSON_STRING)
        text = v->text;
    else if (v->kind == JSON_BOOL)
        text = v->boolean ? SV("yes") : SV_NONE;
    else if (v->kind == JSON_INT)
        text = sv_str(arena_printf(c->arena, "%lld", (long long)v->integer));
    else if (v->kind != JSON_NULL)
        wrong = "a text, a whole number, true or false, or a list of texts";
    if (wrong) {
        diag_error(&c->diag, arena_strndup(c->arena, name.at, name.len), 0, 0, "its value is of another kind", wrong);
        text = SV("?"); /* so that it is not missing as well */
    }
    *vec_push(c->arena, &out->list) = (struct action_value){name, text};
}

/* False: the body is no JSON object, and the answer says so. */
static bool read_values(struct web_call *c, struct action_values *out)
{
    const struct json_value *object;
    struct err why = ERR_INIT;
    if (json_parse(c->arena, c->request->body, FORM_BYTES_MAX, &object, &why)) {
        api_fail(c, 400, why.text);
        return false;
    }
    if (object->kind != JSON_OBJECT) {
        api_fail(c, 400, "the body is no JSON object with the act's inputs as members");
        return false;
    }
    for (size_t i = 0; i < object->count; i++) {
        const struct json_value *v = object->members[i].value;
        if (v->kind != JSON_ARRAY)
            take(c, object->members[i].key, v, out);
        else
            for (size_t k = 0; k < v->count; k++)
                take(c, object->members[i].key, v->items[k], out);
    }
    return true;
}

int api_act(struct web_call *c, struct err *err)
{
    struct action_values values = {{NULL, 0, 0}};
    struct action_context context = web_context(c);
    struct action_result r;
    struct json j;
    const struct action_form *f = action_form_find(c->params[0]);
    if (!f)
        return err_set(err, CM_ENOTFOUND, "there is no act \"%.*s\"; " API_ROOT "/openapi.json has all",
                       SV_ARG(c->params[0]));
    int rc = CM_OK;
    if (!read_values(c, &values))
        return CM_OK;
    if (c->diag.errors && !(rc = action_check(&context, f, &values, err)))
        rc = err_set(err, CM_EINPUT, "values of the object cannot be read");
    if (!rc)
        rc = action_perform(&context, f, &values, &r, err);
    if (rc == CM_ENOTFOUND) {
        rc = CM_EINPUT; /* what a value names; the act is there */
        err->code = rc;
    }
    if (rc)
        return rc;
    api_begin(c, &j);
    json_put_str(&j, "action", f->action);
    json_put_bool(&j, "changed", r.event != 0);
    if (r.event)
        json_put_int(&j, "event", r.event);
    if (r.id.len)
        json_put(&j, "id", r.id);
    api_end(c, &j);
    return CM_OK;
}
