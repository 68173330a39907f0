/* The writers of text, JSON, CSV and XEP XML: form, and the same facts in each. */
#include "documents_fixture.h"

#include "base/utf8.h"
#include "document/gaps.h"
#include "document/html.h"
#include "format/json.h"

#define XMPP "profiles/xmpp"

static void has(struct sv text, const char *part)
{
    if (sv_find(text, sv_str(part)) < 0)
        fail_msg("expected \"%s\" in: %.*s", part, (int)(text.len > 3000 ? 3000 : text.len),
                 text.at);
}

static void hasnt(struct sv text, const char *part)
{
    if (sv_find(text, sv_str(part)) >= 0)
        fail_msg("did not expect \"%s\"", part);
}

/* A document of one section with the given block tree, under a group that has next to nothing. */
struct small {
    struct arena a;
    struct profile profile;
    struct view view;
    struct document d;
    struct doc_block *s;
};

static void small_open(struct small *s)
{
    memset(s, 0, sizeof(*s));
    s->profile.sig.name = SV("Test SIG");
    s->profile.sig.community = SV("Tests");
    map_init(&s->profile.references.by_id, &s->a);
    s->view.profile = &s->profile;
    *vec_push(&s->a, &s->profile.sig.authors) =
        (struct author){.first = SV("Ada"), .last = SV("Example"), .email = SV("ada@example.org")};
    s->d = (struct document){.kind = DOCUMENT_PROCESS,
                             .view = &s->view,
                             .title = SV("A title"),
                             .abstract = SV("What."),
                             .version = SV("0.1"),
                             .date = SV("2026-11-22"),
                             .root = doc_block_new(&s->a, DOC_SECTION)};
    *vec_push(&s->a, &s->d.revisions) =
        (struct revision){SV("0.1"), SV("2026-11-22"), SV("ae"), SV("First.")};
    s->s = doc_add_section(&s->a, s->d.root, SV("Part"), SV("part"));
}

static struct sv small_write(struct small *s, void (*writer)(const struct document *, struct str *))
{
    struct str out = STR_INIT;
    writer(&s->d, &out);
    struct sv text = arena_sv(&s->a, str_sv(&out));
    str_release(&out);
    return text;
}

static void check_width(struct sv text, const char *name)
{
    struct sv line;
    assert_true(utf8_valid(text, NULL));
    for (unsigned n = 1; sv_next_line(&text, &line); n++) {
        if (utf8_width(line) > 72)
            fail_msg("%s:%u is %zu wide: %.*s", name, n, utf8_width(line), SV_ARG(line));
        if (line.len && line.at[line.len - 1] == ' ')
            fail_msg("%s:%u ends with a blank", name, n);
    }
}

static void text_stays_within_72_columns(void **state)
{
    struct documents *d = *state;
    for (int k = 0; k < DOCUMENT_KINDS; k++) {
        struct sv text = documents_write(d, document_write_text, (enum document_kind)k);
        check_width(text, document_names[k]);
        has(text, "\nContents\n");
        has(text, "\nLegal notice\n");
    }
}

static void text_loses_nothing_that_is_too_long(void **state)
{
    (void)state;
    struct small s;
    small_open(&s);
    char word[301];
    memset(word, 'x', 300);
    word[300] = 0;
    doc_add_paragraph(&s.a, s.s, sv_str(word));
    struct doc_block *code = doc_add(&s.a, s.s, DOC_CODE_BLOCK);
    code->text = sv_str(arena_printf(&s.a, "%s\n\xe6\xbc\xa2\xe5\xad\x97", word));
    struct doc_block *table = build_table(&s.a, s.s, SV("t"), "Table");
    build_header(&s.a, table, (const char *const[]){"One", "Two"}, 2);
    struct doc_block *row = build_row(&s.a, table);
    build_cell(&s.a, row, sv_str(word));
    build_cell(&s.a, row, SV("short"));
    struct doc_block *list = s.s; /* lists in lists until there is no room to the right */
    for (int i = 0; i < 40; i++)
        list = doc_add(&s.a, doc_add(&s.a, list, DOC_LIST), DOC_ITEM);
    doc_add_paragraph(&s.a, list, SV("the innermost words of all"));
    struct sv text = small_write(&s, document_write_text);
    check_width(text, "long");
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == 'x';
    assert_int_equal(
        count,
        3 * 300 + 4); /* "Ada Example" twice, "ada@example.org", "Its text does not change" */
    has(text, "innermost");
    arena_release(&s.a);
}

static void text_shows_links_and_boxes(void **state)
{
    (void)state;
    struct small s;
    small_open(&s);
    struct doc_block *p = doc_add_paragraph(&s.a, s.s, SV("See "));
    doc_link(&s.a, p, SV("https://example.org/a"), SV("the list"));
    doc_link(&s.a, p, SV("https://example.org/b"), SV("https://example.org/b"));
    doc_link(&s.a, p, SV("#part"), SV("this part"));
    doc_threat(&s.a, p, SV("T-0007"), SV("a name"));
    struct doc_block *n = doc_add(&s.a, s.s, DOC_NOTICE);
    doc_add_paragraph(&s.a, n, SV("Mind this."));
    struct sv text = small_write(&s, document_write_text);
    has(text, "the list [1]");
    has(text, "<https://example.org/b>");
    has(text, "this part (section 1)");
    has(text, "(T-0007)");
    has(text, "[1] https://example.org/a");
    has(text, "| Mind this. ");
    arena_release(&s.a);
}

/* A small validator: type, required, properties, additionalProperties, items, enum, const, $ref
 * into $defs. */

static const struct json_value *member(const struct json_value *v, struct sv key)
{
    for (size_t i = 0; v && i < v->count; i++)
        if (sv_eq(v->members[i].key, key))
            return v->members[i].value;
    return NULL;
}

static const struct json_value *resolve(const struct json_value *root,
                                        const struct json_value *schema)
{
    struct sv ref = json_get_text(schema, "$ref");
    if (ref.len == 0)
        return schema;
    const struct json_value *found =
        member(json_get(root, "$defs"), sv_from_byte(ref, strlen("#/$defs/")));
    if (!found)
        fail_msg("the schema has no %.*s", SV_ARG(ref));
    return found;
}

static bool is_type(const struct json_value *v, struct sv type)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",     [JSON_BOOL] = "boolean",  [JSON_INT] = "integer",
        [JSON_DOUBLE] = "number", [JSON_STRING] = "string", [JSON_ARRAY] = "array",
        [JSON_OBJECT] = "object"};
    return sv_eq_str(type, names[v->kind]) || (v->kind == JSON_INT && sv_eq_str(type, "number"));
}

static void check_value(const struct json_value *root, const struct json_value *schema,
                        const struct json_value *v, const char *where);

static void check_members(const struct json_value *root, const struct json_value *schema,
                          const struct json_value *v, const char *where)
{
    const struct json_value *required = json_get(schema, "required"),
                            *properties = json_get(schema, "properties");
    const struct json_value *others = json_get(schema, "additionalProperties");
    for (size_t i = 0; required && i < required->count; i++)
        if (!member(v, required->items[i]->text))
            fail_msg("%s lacks %.*s", where, SV_ARG(required->items[i]->text));
    for (size_t k = 0; k < v->count; k++) {
        const struct json_value *inner = member(properties, v->members[k].key);
        if (!inner && others && others->kind == JSON_OBJECT)
            inner = others;
        if (!inner && others && others->kind == JSON_BOOL && !others->boolean)
            fail_msg("%s has %.*s, which the schema does not know", where,
                     SV_ARG(v->members[k].key));
        char inside[256];
        snprintf(inside, sizeof(inside), "%.150s.%.*s", where,
                 (int)(v->members[k].key.len > 80 ? 80 : v->members[k].key.len),
                 v->members[k].key.at);
        if (inner)
            check_value(root, inner, v->members[k].value, inside);
    }
}

static void check_value(const struct json_value *root, const struct json_value *schema,
                        const struct json_value *v, const char *where)
{
    schema = resolve(root, schema);
    const struct json_value *type = json_get(schema, "type"), *words = json_get(schema, "enum");
    const struct json_value *one = json_get(schema, "const"), *items = json_get(schema, "items");
    bool fits = !type || (type->kind == JSON_STRING && is_type(v, type->text));
    for (size_t i = 0; type && type->kind == JSON_ARRAY && i < type->count; i++)
        fits |= is_type(v, type->items[i]->text);
    for (size_t i = 0; words && i < words->count; i++)
        fits = i == 0 ? sv_eq(words->items[i]->text, v->text)
                      : fits || sv_eq(words->items[i]->text, v->text);
    if (!fits || (one && !sv_eq(one->text, v->text)))
        fail_msg("%s does not fit the schema", where);
    if (v->kind == JSON_OBJECT)
        check_members(root, schema, v, where);
    for (size_t i = 0; v->kind == JSON_ARRAY && items && i < v->count; i++)
        check_value(root, items, v->items[i], where);
}

static const struct json_value *read_json(struct arena *a, struct sv text)
{
    const struct json_value *v = NULL;
    struct err err = ERR_INIT;
    if (json_parse(a, text, 1 << 25, &v, &err) != 0)
        fail_msg("%s", err.text);
    return v;
}

static const struct json_value *schema_named(struct arena *a, const char *name)
{
    return read_json(a, web_asset(arena_printf(a, "schema/%s", name)));
}

static void json_fits_its_schema(void **state)
{
    struct documents *d = *state;
    const struct json_value *schema = schema_named(&d->a, "document.schema.json");
    for (int k = 0; k < DOCUMENT_KINDS; k++) {
        const struct json_value *v =
            read_json(&d->a, documents_write(d, document_write_json, (enum document_kind)k));
        check_value(schema, schema, v, document_names[k]);
    }
    struct str out = STR_INIT;
    document_write_register_json(&d->view, &out);
    schema = schema_named(&d->a, "register.schema.json");
    check_value(schema, schema, read_json(&d->a, str_sv(&out)), "register");
    str_clear(&out);
    assert_true(d->view.coverage.len > 0);
    document_write_coverage_json(&d->view, &out);
    schema = schema_named(&d->a, "coverage.schema.json");
    check_value(schema, schema, read_json(&d->a, str_sv(&out)), "coverage");
    str_clear(&out);
    document_write_gaps_json(&d->view, &out);
    schema = schema_named(&d->a, "gaps.schema.json");
    check_value(schema, schema, read_json(&d->a, str_sv(&out)), "gaps");
    str_release(&out);
}

static void deep_trees_are_flattened_in_time(void **state)
{
    (void)state;
    struct small s;
    small_open(&s);
    struct doc_block *list = s.s;
    for (int i = 0; i < 64; i++)
        list = doc_add(&s.a, doc_add(&s.a, list, DOC_LIST), DOC_ITEM);
    struct doc_block *p = doc_add_paragraph(&s.a, list, SV("bottom "));
    struct doc_inline *strong = doc_inline_new(&s.a, DOC_STRONG, SV_NONE);
    doc_put(p, strong);
    for (int i = 0; i < 64; i++) {
        struct doc_inline *inner = doc_inline_new(&s.a, i % 2 ? DOC_STRONG : DOC_EM, SV_NONE);
        doc_put_child(strong, inner);
        strong = inner;
    }
    doc_put_child(strong, doc_inline_new(&s.a, DOC_TEXT, SV("core")));
    struct doc_block *outline = doc_add(&s.a, s.s, DOC_CODE_BLOCK);
    struct str text = STR_INIT;
    for (size_t i = 0; i < 200; i++) {
        str_add_repeat(&text, ' ', 2 * i);
        str_addf(&text, "node %zu\n", i);
    }
    outline->language = SV("attack-tree");
    outline->text = arena_sv(&s.a, str_sv(&text));
    str_release(&text);
    has(small_write(&s, document_write_json), "core");
    struct sv xml = small_write(&s, document_write_xep),
              plain = small_write(&s, document_write_text);
    has(xml, "core");
    has(xml, "node 199");
    check_width(plain, "deep");
    has(plain, "node 199");
    struct diag diag;
    diag_init(&diag, &s.a);
    document_lint(&s.a, "process.xml", xml, &diag);
    if (diag.errors)
        fail_msg("%s", fixture_faults(&s.a, &diag));
    arena_release(&s.a);
}

/* XEP format */

static void xml_obeys_the_content_model(void **state)
{
    (void)state;
    struct small s;
    small_open(&s);
    struct doc_block *inner = s.s;
    for (int i = 0; i < 7; i++)
        inner =
            doc_add_section(&s.a, inner, SV("Deeper"), sv_str(arena_printf(&s.a, "deeper-%d", i)));
    struct doc_block *item = doc_add(&s.a, doc_add(&s.a, inner, DOC_LIST), DOC_ITEM);
    doc_add_paragraph(&s.a, item, SV("first"));
    struct doc_block *table = build_table(&s.a, item, SV("t"), "A table in an item");
    build_header(&s.a, table, (const char *const[]){"One"}, 1);
    struct doc_block *row = build_row(&s.a, table);
    doc_link(&s.a, build_row_heading(&s.a, row, SV_NONE), SV("#deeper-6"), SV("link"));
    struct doc_block *facts = doc_add(&s.a, item, DOC_FACTS);
    doc_add_paragraph(&s.a, doc_add_fact(&s.a, facts, "k", SV("Key"), NULL, 0), SV("value"));
    struct doc_block *quote = doc_add(&s.a, item, DOC_QUOTE);
    doc_add_paragraph(&s.a, quote, SV("quoted"));
    doc_add_paragraph(&s.a, quote, SV("again"));
    table = build_table(&s.a, s.s, SV("t2"), "A table");
    row = build_row(&s.a, table);
    doc_link(&s.a, build_row_heading(&s.a, row, SV_NONE), SV("https://example.org/"),
             SV("head with link"));
    struct doc_block *p = doc_add_paragraph(&s.a, s.s, SV("A "));
    struct doc_inline *link = doc_inline_new(&s.a, DOC_LINK, SV_NONE),
                      *em = doc_inline_new(&s.a, DOC_EM, SV_NONE);
    link->url = SV("https://example.org/");
    doc_put_child(em, doc_inline_new(&s.a, DOC_CODE, SV("<x>")));
    doc_put_child(link, em);
    doc_put(p, link);
    doc_link(&s.a, p, SV("#nowhere"), SV("dead"));
    doc_put(p, doc_inline_new(&s.a, DOC_BREAK, SV_NONE));
    struct sv xml = small_write(&s, document_write_xep);
    has(xml, "<link url=\"https://example.org/\">&lt;x&gt;</link>");
    has(xml, "url=\"#deeper-3\""); /* the deepest section that the format has */
    hasnt(xml, "#nowhere");
    hasnt(xml, "LEGALNOTICE");
    hasnt(xml, "ProtoXEP");
    struct diag diag;
    diag_init(&diag, &s.a);
    document_lint(&s.a, "process.xml", xml, &diag);
    if (diag.errors + diag.warnings)
        fail_msg("%s\n%.*s", fixture_faults(&s.a, &diag), SV_ARG(xml));
    arena_release(&s.a);
}

static void submissions_need_an_author_who_can_be_reached(void **state)
{
    (void)state;
    struct small s;
    small_open(&s);
    struct str out = STR_INIT;
    struct err err = ERR_INIT;
    assert_int_equal(document_write_protoxep(&s.d, &out, &err), 0);
    struct sv xml = str_sv(&out);
    static const char *const parts[] = {"&LEGALNOTICE;",
                                        "<number>xxxx</number>",
                                        "<status>ProtoXEP</status>",
                                        "<type>Informational</type>",
                                        "<approver>Council</approver>",
                                        "<version>0.0.1</version>",
                                        "<shortname>N/A</shortname>",
                                        "href='xep.xsl'",
                                        "SYSTEM 'xep.ent'",
                                        "topic=\"Introduction\"",
                                        "topic=\"XMPP Registrar Considerations\"",
                                        "topic=\"Accessibility Considerations\""};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        has(xml, parts[i]);
    str_clear(&out);
    s.profile.sig.authors.at[0].email = SV_NONE;
    assert_int_equal(document_write_protoxep(&s.d, &out, &err), CM_EREFUSED);
    has(sv_str(err.text), "Ada Example");
    assert_int_equal(out.len, 0);
    s.profile.sig.authors.at[0].jid = SV("ada@example.org");
    assert_int_equal(document_write_protoxep(&s.d, &out, &err), 0);
    str_release(&out);
    arena_release(&s.a);
}

static void all_formats_carry_the_same_facts(void **state)
{
    struct documents *d = *state;
    struct sv text = documents_write(d, document_write_text, DOCUMENT_ANALYSIS);
    struct sv xml = documents_write(d, document_write_xep, DOCUMENT_ANALYSIS);
    const struct json_value *json =
        read_json(&d->a, documents_write(d, document_write_json, DOCUMENT_ANALYSIS));
    const struct json_value *threats = json_get(json, "threats");
    struct str csv = STR_INIT;
    document_write_csv(&d->view, &csv);
    assert_int_equal(threats->count, d->view.threats.len);
    for (size_t i = 0; i < d->view.threats.len; i++) {
        const struct threat_view *tv = &d->view.threats.at[i];
        const struct threat *t = tv->threat;
        const struct json_value *j = threats->items[i];
        assert_true(sv_eq(json_get_text(j, "id"), t->id));
        assert_true(sv_eq(json_get_text(j, "name"), t->name));
        assert_int_equal(json_get_int(j, "priority", 0), tv->priority);
        assert_true(sv_eq(json_get_text(j, "stage"), d->profile.process.stages.at[t->stage].id));
        has(str_sv(&csv), arena_printf(&d->a, "\r\n%.*s,", SV_ARG(t->id)));
        has(xml, arena_printf(&d->a, "<dt>Identifier</dt><dd>%.*s</dd>", SV_ARG(t->id)));
        has(text, arena_printf(&d->a, "   Identifier: %.*s\n", SV_ARG(t->id)));
        has(text, arena_printf(&d->a, "   Priority: %.*s\n",
                               SV_ARG(build_priority_name(&d->a, &d->view, tv->priority))));
        has(xml, arena_printf(&d->a, "<dt>Priority</dt><dd>%.*s</dd>",
                              SV_ARG(build_priority_name(&d->a, &d->view, tv->priority))));
    }
    str_release(&csv);
}

static void published_xml_is_valid_by_the_xsfs_own_type(void **state)
{
    struct documents *d = *state;
    const char *toolchain = shared_toolchain(&d->a);
    if (!toolchain) {
        print_message("# the XSF's xep.dtd is not here: set CASEMATE_SHARED to the folder above "
                      "xep-toolchain\n");
        skip();
    }
    for (int k = 0; k < DOCUMENT_KINDS; k++) {
        struct str out = STR_INIT;
        struct err err = ERR_INIT;
        assert_int_equal(
            xmllint_valid(&d->a, toolchain,
                          documents_write(d, document_write_xep, (enum document_kind)k)),
            1);
        assert_int_equal(document_write_protoxep(&d->list[k], &out, &err), 0);
        assert_int_equal(xmllint_valid(&d->a, toolchain, str_sv(&out)), 1);
        str_release(&out);
    }
}

static void same_view_same_bytes(void **state)
{
    struct documents *d = *state;
    static void (*const writers[])(const struct document *, struct str *) = {
        document_write_text, document_write_json, document_write_xep};
    for (size_t i = 0; i < ARRAY_LEN(writers); i++)
        assert_true(sv_eq(documents_write(d, writers[i], DOCUMENT_ANALYSIS),
                          documents_write(d, writers[i], DOCUMENT_ANALYSIS)));
}

static int open_xmpp(void **state)
{
    struct documents *d = base_malloc(sizeof(*d));
    documents_open(d, XMPP);
    *state = d;
    return 0;
}

static int close_xmpp(void **state)
{
    struct documents *d = *state;
    arena_release(&d->a);
    free(d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_within_72_columns),
        cmocka_unit_test(text_loses_nothing_that_is_too_long),
        cmocka_unit_test(text_shows_links_and_boxes),
        cmocka_unit_test(json_fits_its_schema),
        cmocka_unit_test(deep_trees_are_flattened_in_time),
        cmocka_unit_test(xml_obeys_the_content_model),
        cmocka_unit_test(submissions_need_an_author_who_can_be_reached),
        cmocka_unit_test(all_formats_carry_the_same_facts),
        cmocka_unit_test(published_xml_is_valid_by_the_xsfs_own_type),
        cmocka_unit_test(same_view_same_bytes),
    };
    return cmocka_run_group_tests_name("writers", tests, open_xmpp, close_xmpp);
}
