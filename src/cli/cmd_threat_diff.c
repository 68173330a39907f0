/* threat diff, edition diff: what changed between editions, or between an edition and now, field by field. */
#include "cli/cmd_diff.h"

#include "cli/cmd_threat.h"

#include <stdio.h>

static void by_path(struct cli *c, struct profile_files *files, struct map *out)
{
    map_init(out, &c->arena);
    for (size_t i = 0; i < files->list.len; i++)
        map_set(out, sv_str(files->list.at[i].path), &files->list.at[i].text);
}

int diff_load_edition(struct cli *c, struct sv document, struct sv version, struct map *out)
{
    struct profile_files files;
    int rc = edition_sources(c->store, &c->arena, document, version, &files, &c->err);
    if (!rc)
        by_path(c, &files, out);
    return rc;
}

int diff_load_now(struct cli *c, struct map *out)
{
    struct profile_files files = {{NULL, 0, 0}};
    int rc = view_load_files(c->store, &c->arena, &files, &c->err);
    if (!rc)
        by_path(c, &files, out);
    return rc;
}

static const struct sv *field_text(const struct text_fields *fields, struct sv name)
{
    for (size_t i = 0; i < fields->list.len; i++)
        if (sv_eq(fields->list.at[i].name, name))
            return &fields->list.at[i].text;
    return NULL;
}

static void print_lines(char sign, struct sv text)
{
    struct sv line;
    while (sv_next_line(&text, &line))
        printf("  %c %.*s\n", sign, SV_ARG(line));
}

static void print_field(struct cli *c, struct json *j, struct sv name, const struct sv *old, const struct sv *new)
{
    (void)c;
    if (j) {
        json_object(j);
        json_put(j, "field", name);
        json_put_str(j, "change", !old ? "added" : !new ? "removed" : "changed");
        json_put(j, "from", old ? *old : SV_NONE);
        json_put(j, "to", new ? *new : SV_NONE);
        json_end(j);
        return;
    }
    printf(" %.*s: %s\n", SV_ARG(name), !old ? "added" : !new ? "removed" : "changed");
    print_lines('-', old ? *old : SV_NONE);
    print_lines('+', new ? *new : SV_NONE);
}

size_t diff_fields(struct cli *c, struct json *j, struct sv old_text, struct sv new_text)
{
    struct text_fields old = {{NULL, 0, 0}}, new = {{NULL, 0, 0}};
    size_t changes = 0;
    threat_text_fields(&c->arena, old_text, &old);
    threat_text_fields(&c->arena, new_text, &new);
    for (size_t i = 0; i < new.list.len; i++) {
        const struct sv *before = field_text(&old, new.list.at[i].name);
        if (before && sv_eq(*before, new.list.at[i].text))
            continue;
        print_field(c, j, new.list.at[i].name, before, &new.list.at[i].text);
        changes++;
    }
    for (size_t i = 0; i < old.list.len; i++)
        if (!field_text(&new, old.list.at[i].name)) {
            print_field(c, j, old.list.at[i].name, &old.list.at[i].text, NULL);
            changes++;
        }
    return changes;
}

static const struct sv *threat_source(const struct map *files, struct sv id)
{
    for (size_t i = 0; i < files->len; i++) {
        struct sv path = files->entries[i].key;
        if (!sv_starts(path, SV("threats/")))
            continue;
        struct sv name = sv_from_byte(path, 8);
        if (sv_starts(name, id) && name.len > id.len && (name.at[id.len] == '-' || name.at[id.len] == '.'))
            return files->entries[i].value;
    }
    return NULL;
}

static int latest_analysis(struct cli *c, const struct view *v, struct sv *out)
{
    *out = SV_NONE;
    for (size_t i = 0; i < v->editions.len; i++)
        if (sv_eq_str(v->editions.at[i].document, "analysis"))
            *out = v->editions.at[i].version;
    if (!out->len)
        return err_set(&c->err, CM_ENOTFOUND,
                       "no edition of the analysis yet; \"casemate threat history\" shows all changes");
    return CM_OK;
}

int threat_diff(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *from = NULL, *to = NULL;
    struct words words;
    struct view v;
    struct map old, new;
    const struct option options[] = {
        {"from", OPTION_TEXT, &from, "VERSION", "edition to compare with (default: the last)"},
        {"to", OPTION_TEXT, &to, "VERSION", "edition to compare to (default: the text now)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "threat diff wants one id, such as T-0001");
    struct sv id = sv_str(words.at[0]), version = sv_str(from);
    if ((rc = cli_load_view(c, &v)) || (!from && (rc = latest_analysis(c, &v, &version))) ||
        (rc = diff_load_edition(c, SV("analysis"), version, &old)) ||
        (rc = to ? diff_load_edition(c, SV("analysis"), sv_str(to), &new) : diff_load_now(c, &new)))
        return cli_fail(c, rc);
    const struct sv *before = threat_source(&old, id), *after = threat_source(&new, id);
    if (!before && !after)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no threat %.*s on either side", SV_ARG(id)));
    struct cli_json j;
    if (c->json) {
        cli_json_begin(&j);
        json_put(&j.j, "id", id);
        json_put(&j.j, "from", version);
        json_put_str(&j.j, "to", to ? to : "now");
        json_key(&j.j, "changes");
        json_array(&j.j);
    }
    size_t changes = diff_fields(c, c->json ? &j.j : NULL, before ? *before : SV_NONE, after ? *after : SV_NONE);
    if (c->json) {
        json_end(&j.j);
        cli_json_end(&j);
    } else if (!changes) {
        printf("%.*s: no change since analysis %.*s\n", SV_ARG(id), SV_ARG(version));
    }
    return EXIT_DONE;
}

static void diff_file(struct cli *c, struct json *j, struct sv path, const struct sv *old, const struct sv *new)
{
    if (j) {
        json_object(j);
        json_put(j, "file", path);
        json_put_str(j, "change", !old ? "added" : !new ? "removed" : "changed");
        json_key(j, "fields");
        json_array(j);
    } else {
        printf("%.*s: %s\n", SV_ARG(path), !old ? "added" : !new ? "removed" : "changed");
    }
    if (old && new)
        diff_fields(c, j, *old, *new);
    if (j) {
        json_end(j);
        json_end(j);
    }
}

size_t diff_files(struct cli *c, struct json *j, const struct map *old, const struct map *new)
{
    size_t changes = 0;
    for (size_t i = 0; i < new->len; i++) {
        const struct sv *before = map_get(old, new->entries[i].key), *after = new->entries[i].value;
        if (before && sv_eq(*before, *after))
            continue;
        diff_file(c, j, new->entries[i].key, before, after);
        changes++;
    }
    for (size_t i = 0; i < old->len; i++)
        if (!map_get(new, old->entries[i].key)) {
            diff_file(c, j, old->entries[i].key, old->entries[i].value, NULL);
            changes++;
        }
    return changes;
}
