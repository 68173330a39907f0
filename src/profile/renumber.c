/* New identifiers for threats that took one which another file has. */
#include "base/str.h"
#include "base/utf8.h"
#include "profile/internal.h"
#include "profile/parts.h"

#include <stdlib.h>

struct claim {
    const struct profile_file *file;
    struct sv id;
    unsigned number;
    struct sv date; /* proposed; a file without one comes last */
};

static struct sv scalar(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *node = yaml_get(map, key);
    return node && node->kind == YAML_SCALAR ? sv_trim(node->text) : SV_NONE;
}

/* The identifier that a file claims: of its front matter, otherwise of its name. */
static bool read_claim(struct arena *a, const struct profile_file *file, struct sv prefix,
                       struct claim *out)
{
    struct diag quiet;
    struct text_file text;
    *out = (struct claim){.file = file, .id = threat_path_id(prefix, file->path)};
    diag_init(&quiet, a);
    if (file->text.len <= PROFILE_FILE_MAX && utf8_valid(file->text, NULL) &&
        text_file_cut(a, lexical_plain(a, file->text), file->path, &quiet, &text)) {
        struct sv id = scalar(text.front, "id");
        if (threat_id_number(prefix, id))
            out->id = id;
        out->date = scalar(yaml_get(text.front, "proposed"), "date");
    }
    out->number = out->id.len ? threat_id_number(prefix, out->id) : 0;
    return out->number > 0;
}

static int order_claims(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    if (!a->date.len != !b->date.len)
        return a->date.len ? -1 : 1;
    int dates = sv_cmp(a->date, b->date);
    return dates ? dates : strcmp(a->file->path, b->file->path);
}

/* The text with every mention of one identifier replaced. */
static struct sv replace_id(struct arena *a, struct sv text, struct sv prefix, struct sv old,
                            const char *fresh)
{
    struct str out = STR_INIT;
    struct sig only = {.prefix = prefix};
    struct mention m;
    size_t done = 0;
    for (size_t from = 0; mention_next(&only, text, &from, &m);) {
        if (!sv_eq(sv_from(text.at + m.at, m.len), old))
            continue;
        str_add(&out, sv_from(text.at + done, m.at - done));
        str_add_str(&out, fresh);
        done = m.at + m.len;
    }
    str_add(&out, sv_from_byte(text, done));
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

static const char *new_path(struct arena *a, struct sv prefix, const char *path, const char *fresh)
{
    struct sv old = threat_path_id(prefix, path);
    if (!old.len)
        return arena_printf(a, "threats/%s.md", fresh);
    return arena_printf(a, "threats/%s%s", fresh, path + 8 + old.len);
}

int profile_renumber(struct arena *a, const struct profile_files *files, struct sv prefix,
                     unsigned highest, struct renumber_changes *out, struct err *err)
{
    struct claim *claims = arena_new_array(a, struct claim, files->list.len + 1);
    size_t count = 0;
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < files->list.len; i++)
        if (sv_starts(sv_str(files->list.at[i].path), SV("threats/")))
            count += read_claim(a, &files->list.at[i], prefix, &claims[count]);
    if (count > 1)
        qsort(claims, count, sizeof(*claims), order_claims);
    if (count && claims[count - 1].number > highest)
        highest = claims[count - 1].number;
    for (size_t i = 1; i < count; i++) {
        if (claims[i].number != claims[i - 1].number)
            continue;
        if (highest >= 999999999)
            return err_set(err, CM_ELIMIT, "there is no free identifier left");
        const char *fresh = arena_printf(a, "%.*s-%04u", SV_ARG(prefix), ++highest);
        struct renumber_change *change = vec_push(a, &out->list);
        change->old_path = claims[i].file->path;
        change->new_path = new_path(a, prefix, claims[i].file->path, fresh);
        change->text = replace_id(a, claims[i].file->text, prefix, claims[i].id, fresh);
    }
    return CM_OK;
}
