/* The API's description (OpenAPI 3.1), made from the table of acts and from the routes. */
#include "gateway/web/api.h"

#include "action/inputs.h"

/* What is read, one row for each GET route below API_ROOT but this description itself. */
static const struct reading {
    const char *path; /* as the route has it, behind API_ROOT */
    const char *id, *summary, *part, *answer;
    const char *query; /* names with blanks between; NULL: none */
} readings[] = {
    {"/me", "me", "Who the token is of, and what it allows", NULL, "Me", NULL},
    {"/threats", "threats", "Threats by number, without their long texts", NULL, "Threats",
     "stage area priority after limit"},
    {"/threats/?", "threat", "One threat with its texts, attack tree and analysis", "threat", "Threats", NULL},
    {"/rounds", "rounds", "Rounds of estimates", NULL, "Rounds", NULL},
    {"/rounds/?", "round", "One round; of an open one nobody's estimate", "round", "Round", NULL},
    {"/calls", "calls", "Calls for consensus", NULL, "Calls", NULL},
    {"/calls/?", "call", "One call with positions, objections and decision", "call", "Call", NULL},
    {"/decisions", "decisions", "Decisions, and whether they still stand", NULL, "Decisions", NULL},
    {"/due", "due", "What is due, by whom, until when", NULL, "Due", NULL},
    {"/record", "record", "The public record, oldest first", NULL, "Record", "after limit"},
    {"/search", "search",
     "Threats, calls and decisions, cited documents, and public mails", NULL, "Search", "q below limit"},
};

static const struct {
    const char *name, *type, *description;
} parameters[] = {
    {"stage", "string", "Id of a stage: threats that the group has confirmed there."},
    {"area", "string", "Id of an area."},
    {"priority", "integer", "Priority, 1 first; 0: not rated."},
    {"after", "string", "Go on behind this threat, or this event. \"next\" of an answer is the whole address."},
    {"limit", "integer", "At most so many: 1 to 200, 50 when left out."},
    {"below", "integer", "Go on with mails before this one."},
    {"q", "string",
     "Words, \"phrases\", beginnings (downgr*), and from:, subject:, list:, threat:, stage:, after:, before:."},
};

/* What an answer's object has, by name and kind: s text, i number, b truth, a list, o object. Members in brackets may
 * be missing. */
static const struct {
    const char *name, *members;
} answers[] = {
    {"Me", "s:id s:name a:roles a:acts o:token"},
    {"Threats", "a:threats [s:next]"},
    {"Rounds", "a:rounds"},
    {"Round", "s:id s:state s:opened s:due i:estimators [a:may_estimate] a:threats"},
    {"Calls", "a:calls"},
    {"Call", "s:id s:kind s:subject s:question s:until b:open a:threats a:positions a:objections [o:decision]"},
    {"Decisions", "a:decisions"},
    {"Due", "a:due"},
    {"Record", "a:events [s:next]"},
    {"Search", "a:threats a:calls a:documents a:messages [s:next]"},
    {"Done", "s:action b:changed [i:event] [s:id]"},
    {"Problem", "s:type s:title i:status s:detail [a:errors]"},
};

/* ---- pieces ---- */

static void object(struct json *j, const char *key)
{
    if (key)
        json_key(j, key);
    json_object(j);
}

static void reference(struct json *j, const char *name)
{
    object(j, "schema");
    json_put_str(j, "$ref", name);
    json_end(j);
}

static void answer(struct web_call *c, struct json *j, const char *status, const char *description, const char *schema)
{
    bool problem = !strcmp(schema, "Problem");
    object(j, status);
    json_put_str(j, "description", description);
    object(j, "content");
    object(j, problem ? "application/problem+json" : "application/json");
    reference(j, arena_printf(c->arena, "#/components/schemas/%s", schema));
    json_end(j);
    json_end(j);
    json_end(j);
}

static void parameter(struct json *j, const char *name, const char *in, const char *type, const char *description)
{
    json_object(j);
    json_put_str(j, "name", name);
    json_put_str(j, "in", in);
    json_put_bool(j, "required", !strcmp(in, "path"));
    json_put_str(j, "description", description);
    object(j, "schema");
    json_put_str(j, "type", type);
    json_end(j);
    json_end(j);
}

static void security(struct json *j, bool wanted)
{
    json_key(j, "security");
    json_array(j);
    if (wanted) {
        json_object(j);
        json_key(j, "token");
        json_array(j);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

/* ---- reading ---- */

static void query_parameters(struct json *j, const char *names)
{
    struct sv rest = sv_str(names), name;
    while (rest.len && sv_split(&rest, ' ', &name))
        for (size_t i = 0; i < ARRAY_LEN(parameters); i++)
            if (sv_eq_str(name, parameters[i].name))
                parameter(j, parameters[i].name, "query", parameters[i].type, parameters[i].description);
}

static void reading(struct web_call *c, struct json *j, const struct reading *r)
{
    const char *path = r->path;
    size_t base = strlen(path) - (r->part ? 1 : 0);
    if (r->part)
        path = arena_printf(c->arena, "%.*s{%s}", (int)base, r->path, r->part);
    object(j, path);
    object(j, "get");
    json_put_str(j, "operationId", r->id);
    json_put_str(j, "summary", r->summary);
    security(j, !strcmp(r->id, "me"));
    if (r->part || r->query) {
        json_key(j, "parameters");
        json_array(j);
        if (r->part)
            parameter(j, r->part, "path", "string", "Its id.");
        if (r->query)
            query_parameters(j, r->query);
        json_end(j);
    }
    object(j, "responses");
    answer(c, j, "200", "It", r->answer);
    if (r->part)
        answer(c, j, "404", "There is none of that id", "Problem");
    answer(c, j, "default", "What is wrong", "Problem");
    json_end(j);
    json_end(j);
    json_end(j);
}

/* ---- acts ---- */

static void words(struct json *j, const char *text)
{
    struct sv rest = sv_str(text), word;
    json_key(j, "enum");
    json_array(j);
    while (rest.len && sv_split(&rest, ' ', &word))
        json_string(j, word);
    json_end(j);
}

static void value_schema(struct json *j, const struct action_input *in)
{
    const char *type = in->kind == INPUT_FLAG ? "boolean" : in->kind == INPUT_COUNT ? "integer" : "string";
    json_put_str(j, "type", type);
    if (in->words)
        words(j, in->words);
    if (in->kind == INPUT_ADDRESS)
        json_put_str(j, "format", "email");
    if (!strcmp(type, "string"))
        json_put_int(j, "maxLength", in->kind == INPUT_TEXT ? INPUT_TEXT_MAX : INPUT_LINE_MAX);
}

static void input_schema(struct json *j, const struct action_input *in)
{
    object(j, in->name);
    json_put_str(j, "title", in->label);
    if (in->help)
        json_put_str(j, "description", in->help);
    if (in->flags & INPUT_MANY) {
        json_put_str(j, "type", "array");
        object(j, "items");
        value_schema(j, in);
        json_end(j);
    } else {
        value_schema(j, in);
    }
    json_end(j);
}

static void body(struct json *j, const struct action_form *f)
{
    object(j, "requestBody");
    json_put_bool(j, "required", true);
    object(j, "content");
    object(j, "application/json");
    object(j, "schema");
    json_put_str(j, "type", "object");
    json_put_bool(j, "additionalProperties", false);
    object(j, "properties");
    for (size_t i = 0; i < f->count; i++)
        input_schema(j, &f->inputs[i]);
    json_end(j);
    json_key(j, "required");
    json_array(j);
    for (size_t i = 0; i < f->count; i++)
        if (f->inputs[i].flags & INPUT_WANTED)
            json_string_str(j, f->inputs[i].name);
    json_end(j);
    for (int k = 0; k < 4; k++)
        json_end(j);
}

static void act(struct web_call *c, struct json *j, const struct action_form *f)
{
    const struct action_info *info = action_find(f->action);
    object(j, arena_printf(c->arena, "/acts/%s", f->action));
    object(j, "post");
    json_put_str(j, "operationId", f->action);
    json_put_str(j, "summary", f->title);
    json_put_str(j, "description", arena_printf(c->arena, "%s. Right: %s.", info->summary,
                                                permission_names[info->needs]));
    security(j, true);
    body(j, f);
    object(j, "responses");
    answer(c, j, "200", "Done, or nothing to do", "Done");
    answer(c, j, "401", "No token, or none that is good", "Problem");
    answer(c, j, "403", "The token's scope, or the roles of its member, do not allow it", "Problem");
    answer(c, j, "409", "A rule of the process refuses, or a text is another one now", "Problem");
    answer(c, j, "422", "A value cannot be; \"errors\" names all", "Problem");
    answer(c, j, "default", "What is wrong", "Problem");
    json_end(j);
    json_end(j);
    json_end(j);
}

/* ---- schemas ---- */

static void member_schema(struct json *j, struct sv word)
{
    static const char *const types[] = {"string", "integer", "boolean", "array", "object"};
    const char *letter = strchr("sibao", word.at[0]);
    json_key_sv(j, sv_from_byte(word, 2));
    json_object(j);
    json_put_str(j, "type", types[letter - "sibao"]);
    json_end(j);
}

static struct sv without_brackets(struct sv word, bool *out_optional)
{
    *out_optional = sv_starts(word, SV("["));
    return *out_optional ? sv_from(word.at + 1, word.len - 2) : word;
}

static void answer_schema(struct json *j, const char *name, const char *members)
{
    struct sv rest, word;
    bool optional;
    object(j, name);
    json_put_str(j, "type", "object");
    object(j, "properties");
    for (rest = sv_str(members); rest.len && sv_split(&rest, ' ', &word); )
        member_schema(j, without_brackets(word, &optional));
    json_end(j);
    json_key(j, "required");
    json_array(j);
    for (rest = sv_str(members); rest.len && sv_split(&rest, ' ', &word); ) {
        struct sv bare = without_brackets(word, &optional);
        if (!optional)
            json_string(j, sv_from_byte(bare, 2));
    }
    json_end(j);
    json_end(j);
}

static void components(struct json *j)
{
    object(j, "components");
    object(j, "securitySchemes");
    object(j, "token");
    json_put_str(j, "type", "http");
    json_put_str(j, "scheme", "bearer");
    json_put_str(j, "description", "An access token, made on the account page.");
    json_end(j);
    json_end(j);
    object(j, "schemas");
    for (size_t i = 0; i < ARRAY_LEN(answers); i++)
        answer_schema(j, answers[i].name, answers[i].members);
    json_end(j);
    json_end(j);
}

int api_openapi(struct web_call *c, struct err *err CM_UNUSED)
{
    struct json j;
    api_begin(c, &j);
    json_put_str(&j, "openapi", "3.1.0");
    object(&j, "info");
    json_put(&j, "title", c->frame->profile->sig.name);
    json_put_str(&j, "version", "1");
    json_put_str(&j, "description", "Everything that can be done and read on this site, as JSON. Acts are done by the "
                                    "member of the token, and stand in the public record.");
    json_end(&j);
    json_key(&j, "servers");
    json_array(&j);
    json_object(&j);
    json_put_str(&j, "url", API_ROOT);
    json_end(&j);
    json_end(&j);
    object(&j, "paths");
    for (size_t i = 0; i < ARRAY_LEN(readings); i++)
        reading(c, &j, &readings[i]);
    for (size_t i = 0; i < action_form_count; i++)
        act(c, &j, &action_forms[i]);
    json_end(&j);
    components(&j);
    api_end(c, &j);
    return CM_OK;
}
