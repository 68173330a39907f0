#include "tree/io/read.h"

#include "base/utf8.h"
#include "tree/io/adtool.h"
#include "tree/io/dft.h"
#include "tree/io/dot.h"
#include "tree/io/json.h"
#include "tree/io/openpsa.h"
#include "tree/io/outline.h"
#include "tree/io/outline_write.h"

const char *const tree_format_names[TREE_FORMATS] = {
    [TREE_FORMAT_AUTO] = "auto",     [TREE_FORMAT_OUTLINE] = "outline", [TREE_FORMAT_OPENPSA] = "openpsa",
    [TREE_FORMAT_ADTOOL] = "adtool", [TREE_FORMAT_JSON] = "json",       [TREE_FORMAT_DFT] = "dft",
    [TREE_FORMAT_DOT] = "dot"};

enum tree_format tree_format_by_name(struct sv name)
{
    enum tree_format f = TREE_FORMAT_AUTO;
    while (f < TREE_FORMATS && !sv_eq_str(name, tree_format_names[f]))
        f++;
    return f;
}

enum tree_format tree_format_by_ending(const char *file)
{
    static const struct {
        const char *ending;
        enum tree_format format;
    } endings[] = {{".json", TREE_FORMAT_JSON}, {".dft", TREE_FORMAT_DFT},   {".dot", TREE_FORMAT_DOT},
                   {".gv", TREE_FORMAT_DOT},    {".opsa", TREE_FORMAT_OPENPSA}, {".mef", TREE_FORMAT_OPENPSA},
                   {".adt", TREE_FORMAT_ADTOOL}};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (sv_ends(sv_str(file), sv_str(endings[i].ending)))
            return endings[i].format;
    }
    return TREE_FORMAT_AUTO;
}

/* Behind the end of what begins at the text's start, or the empty view. */
static struct sv after(struct sv text, struct sv end)
{
    ptrdiff_t at = sv_find(text, end);
    return at < 0 ? SV_NONE : sv_from_byte(text, (size_t)at + end.len);
}

/* The name of the first element, behind declarations and comments. */
static struct sv first_element(struct sv text)
{
    for (text = sv_trim(text); text.len > 1 && text.at[0] == '<'; text = sv_trim(text)) {
        if (text.at[1] == '?')
            text = after(text, SV("?>"));
        else if (sv_starts(text, SV("\x3C!--")))
            text = after(text, SV("-->"));
        else if (text.at[1] == '!')
            text = after(text, SV(">"));
        else
            break;
    }
    size_t len = 1;
    while (len < text.len && !memchr(" \t\r\n/>", text.at[len], 6))
        len++;
    return text.len ? sv_from(text.at + 1, len - 1) : SV_NONE;
}

static struct sv skip_c_comments(struct sv text)
{
    for (text = sv_trim(text); text.len; text = sv_trim(text)) {
        if (sv_starts(text, SV("//")))
            text = after(text, SV("\n"));
        else if (sv_starts(text, SV("/*")))
            text = after(text, SV("*/"));
        else
            break;
    }
    return text;
}

enum tree_format tree_format_of(struct sv text, const char *file)
{
    if (sv_starts(text, SV("\xEF\xBB\xBF")))
        text = sv_from_byte(text, 3);
    text = sv_trim(text);
    if (text.len && text.at[0] == '{')
        return TREE_FORMAT_JSON;
    if (text.len && text.at[0] == '<') {
        struct sv name = first_element(text);
        enum tree_format by_name = tree_format_by_ending(file);
        if (sv_eq_str(name, "adtree") || sv_eq_str(name, "sandtree"))
            return TREE_FORMAT_ADTOOL;
        return by_name == TREE_FORMAT_ADTOOL ? by_name : TREE_FORMAT_OPENPSA;
    }
    struct sv rest = skip_c_comments(text);
    if (sv_starts(rest, SV("toplevel")) && rest.len > 8 && memchr(" \t\r\n\"", rest.at[8], 5))
        return TREE_FORMAT_DFT;
    return TREE_FORMAT_OUTLINE;
}

static const struct tree *read_outline(struct arena *a, struct sv text, const char *file,
                                       const struct read_limits *limits, struct diag *diag)
{
    struct outline_limits l = {limits->bytes, limits->nodes, limits->depth, limits->label};
    size_t bad;
    if (utf8_valid(text, &bad))
        return outline_parse(a, text, file, 1, 1, &l, diag);
    diag_error(diag, file, 0, 0, arena_printf(a, "byte %zu is not UTF-8", bad + 1), "text in UTF-8");
    return NULL;
}

const struct tree *tree_read(struct arena *a, struct sv text, const char *file, const struct tree_read_options *options,
                             struct diag *diag)
{
    static const struct tree_read_options usual = {.top = {"", 0}};
    const struct tree_read_options *o = options ? options : &usual;
    struct openpsa_source source = {text, file};
    struct openpsa_options psa = {o->limits, o->top, o->mission_time, o->undefined_events};
    switch (o->format == TREE_FORMAT_AUTO ? tree_format_of(text, file) : o->format) {
    case TREE_FORMAT_OUTLINE:
        return read_outline(a, text, file, &o->limits, diag);
    case TREE_FORMAT_OPENPSA:
        return openpsa_parse(a, &source, 1, &psa, diag);
    case TREE_FORMAT_ADTOOL:
        return adtool_parse(a, text, file, &o->limits, diag);
    case TREE_FORMAT_JSON:
        return tree_json_parse(a, text, file, &o->limits, diag);
    case TREE_FORMAT_DFT:
        return dft_parse(a, text, file, &o->limits, diag);
    default:
        diag_error(diag, file, 0, 0, "this format is only written", "outline, openpsa, adtool, json or dft");
        return NULL;
    }
}

static void write_format(const struct tree *t, enum tree_format format, struct str *out, struct loss *loss)
{
    switch (format) {
    case TREE_FORMAT_OUTLINE:
        outline_write(t, out, loss);
        break;
    case TREE_FORMAT_OPENPSA:
        openpsa_write(t, out, loss);
        break;
    case TREE_FORMAT_ADTOOL:
        adtool_write(t, out, loss);
        break;
    case TREE_FORMAT_JSON:
        tree_json_write(t, out, loss);
        break;
    case TREE_FORMAT_DFT:
        dft_write(t, out, loss);
        break;
    default:
        dot_write(t, out, loss);
    }
}

int tree_write(const struct tree *t, enum tree_format format, const struct tree_write_options *options, struct str *out,
               struct loss *loss, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    struct loss own;
    size_t before = out->len;
    int rc = CM_OK;
    if (format == TREE_FORMAT_AUTO || format >= TREE_FORMATS)
        return err_set(err, CM_EUSAGE, "no format to write");
    loss_init(&own, loss ? loss->arena : &scratch);
    write_format(t, format, out, &own);
    for (size_t i = 0; i < own.items.len; i++) {
        const struct loss_item *item = &own.items.at[i];
        if (item->meaning && !(options && options->approximate) && rc == CM_OK)
            rc = err_set(err, CM_EREFUSED, "%s cannot say what the tree means: %.*s of \"%.*s\": %s",
                         tree_format_names[format], SV_ARG(item->what), SV_ARG(reading_shown(item->name)),
                         item->reason);
        if (loss)
            *vec_push(loss->arena, &loss->items) = *item;
    }
    if (rc != CM_OK)
        str_cut(out, before);
    arena_release(&scratch);
    return rc;
}
