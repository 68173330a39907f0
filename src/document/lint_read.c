/* A XEP file as a tree of nodes with places: what lint*.c walks. Entities are never replaced and nothing is loaded. */
#include "document/lint.h"

#include "base/str.h"
#include "format/xml.h"

enum { LINT_DEPTH = 256 };

struct builder {
    struct lint *l;
    struct lint_node *at; /* open element; NULL outside of the root */
    struct str text;      /* gathered, until something else comes */
};

static struct lint_node *add(struct builder *b, enum lint_type type)
{
    struct lint_node *n = arena_new(b->l->arena, struct lint_node);
    n->type = type;
    n->parent = b->at;
    if (!b->at) {
        b->l->root = n;
    } else {
        struct lint_node **end = b->at->last ? &b->at->last->next : &b->at->children;
        *end = b->at->last = n;
        n->line = b->at->line;
        n->column = b->at->column;
    }
    return n;
}

static void flush(struct builder *b)
{
    if (b->at && str_sv(&b->text).len)
        add(b, LINT_TEXT)->text = arena_sv(b->l->arena, str_sv(&b->text));
    str_clear(&b->text);
}

static const char *copied(struct builder *b, const char *text)
{
    return arena_sv(b->l->arena, sv_str(text)).at;
}

static void on_open(void *context, const struct xml_tag *tag)
{
    struct builder *b = context;
    size_t count = 0;
    flush(b);
    struct lint_node *n = add(b, LINT_ELEMENT);
    n->name = copied(b, tag->qname);
    n->line = tag->line;
    n->column = tag->column;
    while (tag->attributes[count])
        count++;
    n->attributes = arena_new_array(b->l->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        n->attributes[i] = copied(b, tag->attributes[i]);
    n->attributes[count] = NULL;
    b->at = n;
}

static void on_close(void *context, const char *name CM_UNUSED)
{
    struct builder *b = context;
    flush(b);
    b->at = b->at->parent;
}

static void on_text(void *context, struct sv piece)
{
    struct builder *b = context;
    str_add(&b->text, piece);
}

static void on_reference(void *context, const char *name)
{
    struct builder *b = context;
    flush(b);
    if (b->at)
        add(b, LINT_REFERENCE)->name = copied(b, name);
}

static void on_entity(void *context, const struct xml_entity *entity)
{
    struct builder *b = context;
    struct lint *l = b->l;
    const char *name = copied(b, entity->name);
    if (!entity->parameter)
        map_set(&l->own_entities, sv_str(name), l);
    if (!entity->system)
        return;
    if (!entity->parameter || strcmp(entity->system, "xep.ent") != 0)
        lint_error_at(l, l->type_line, l->type_column,
                      arena_printf(l->arena, "the entity %s would load \"%s\"", name, entity->system),
                      "no file but xep.ent");
}

static void on_declaration(void *context, const char *name)
{
    struct builder *b = context;
    lint_error_at(b->l, b->l->type_line, b->l->type_column,
                  arena_printf(b->l->arena, "the internal subset declares <%s>", name), "entities only");
}

static void on_doctype(void *context, const char *system, uint32_t line, uint32_t column)
{
    struct builder *b = context;
    b->l->has_type = true;
    b->l->type_line = line;
    b->l->type_column = column;
    if (strcmp(system, "xep.dtd") != 0)
        lint_error_at(b->l, line, column, arena_printf(b->l->arena, "the document type is \"%s\"", system),
                      "SYSTEM 'xep.dtd'");
}

static void on_wanted(void *context, const char *system)
{
    struct builder *b = context;
    b->l->entity_set |= strcmp(system, "xep.ent") == 0;
}

static void on_instruction(void *context, const char *target, struct sv data)
{
    struct builder *b = context;
    if (!b->at && strcmp(target, "xml-stylesheet") == 0)
        b->l->has_stylesheet |= sv_find(data, SV("href='xep.xsl'")) >= 0 || sv_find(data, SV("href=\"xep.xsl\"")) >= 0;
}

bool lint_read(struct lint *l)
{
    static const struct xml_limits limits = {LINT_DEPTH, "UTF-8"};
    static const struct xml_calls calls = {.open = on_open,
                                           .close = on_close,
                                           .text = on_text,
                                           .reference = on_reference,
                                           .entity = on_entity,
                                           .declaration = on_declaration,
                                           .doctype = on_doctype,
                                           .wanted = on_wanted,
                                           .instruction = on_instruction};
    struct builder b = {.l = l, .text = STR_INIT};
    map_init(&l->own_entities, l->arena);
    bool read = xml_read(l->text, l->path, &limits, &calls, &b, l->diag);
    str_release(&b.text);
    return read;
}
