/* Reading a SIG's folder: the files, then their meaning, in the order in which they depend on one
 * another. */
#include "profile/profile.h"

#include "base/fs.h"
#include "base/utf8.h"
#include "format/diagram.h"
#include "profile/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *const top_files[] = {"analysis.md",    "calibration.yaml", "coverage.tsv", "process.md",
                                        "references.tsv", "sig.yaml",         "template.md"};

/* A regular file, not a symbolic link: a folder from elsewhere must not reach files outside. */
static bool is_plain_file(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static void read_file(struct arena *a, const char *dir, const char *path, struct profile_files *out,
                      struct diag *diag)
{
    struct err err = ERR_INIT;
    struct sv text;
    char *full = fs_join(a, dir, path);
    if (!is_plain_file(full)) {
        diag_error(diag, full, 0, 0, "not a regular file",
                   "a file of its own, no link and no folder");
        return;
    }
    int result = fs_read(a, full, PROFILE_FILE_MAX, &text, &err);
    if (result == CM_ELIMIT)
        diag_error(diag, full, 0, 0, "the file is too large", "at most 2097152 bytes (2 MiB)");
    else if (result != CM_OK)
        diag_error(diag, full, 0, 0, err.text, NULL);
    if (result != CM_OK)
        return;
    struct profile_file *file = vec_push(a, &out->list);
    *file = (struct profile_file){arena_strdup(a, path), text};
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static int read_threats(struct arena *a, const char *dir, struct profile_files *out,
                        struct diag *diag, struct err *err)
{
    struct fs_names names;
    const char *folder = fs_join(a, dir, "threats");
    struct stat st;
    if (lstat(folder, &st) < 0)
        return CM_OK;
    if (!S_ISDIR(st.st_mode)) {
        diag_error(diag, folder, 0, 0, "not a folder", "a folder with one file for each threat");
        return CM_OK;
    }
    int result = fs_list(a, folder, PROFILE_FILES_MAX, &names, err);
    if (result != CM_OK)
        return result;
    for (size_t i = 0; i < names.list.len; i++) {
        const char *name = names.list.at[i];
        if (name[0] == '.')
            continue;
        if (!utf8_valid(sv_str(name), NULL) || !sv_ends(sv_str(name), SV(".md")))
            diag_error(diag, fs_join(a, folder, name), 0, 0, "a file that is no threat",
                       "only files such as T-0001-some-words.md here");
        else
            read_file(a, dir, fs_join(a, "threats", name), out, diag);
    }
    return CM_OK;
}

int profile_read_dir(struct arena *a, const char *dir, struct profile_files *out, struct diag *diag,
                     struct err *err)
{
    memset(out, 0, sizeof(*out));
    enum fs_kind kind = fs_kind(dir);
    if (kind == FS_NONE)
        return err_set(err, CM_EINPUT, "there is no folder %s", dir);
    if (kind != FS_DIR)
        return err_set(err, CM_EINPUT, "%s is not a folder", dir);
    if (!exists(fs_join(a, dir, "sig.yaml")))
        return err_set(err, CM_EINPUT, "%s is not the folder of a group: it has no sig.yaml", dir);
    for (size_t i = 0; i < ARRAY_LEN(top_files); i++)
        if (exists(fs_join(a, dir, top_files[i])))
            read_file(a, dir, top_files[i], out, diag);
    return read_threats(a, dir, out, diag, err);
}

/* Fences named diagram are drawings, and have a caption. */
static void diagrams_check(struct source *s, struct sv text, uint32_t line)
{
    struct arena scratch = ARENA_INIT;
    struct markdown_file md;
    struct diag quiet; /* the faults of the text itself are reported elsewhere */
    diag_init(&quiet, &scratch);
    markdown_scan(&scratch, text, s->read.file, &quiet, &md);
    for (size_t i = 0; i < md.fences.len; i++) {
        const struct markdown_fence *fence = &md.fences.at[i];
        struct sv info = fence->info, language = SV_NONE;
        struct diagram diagram;
        struct diagram_fault fault;
        uint32_t first = line + fence->line - 1;
        if (!sv_split(&info, ' ', &language) || !sv_eq(language, SV("diagram")))
            continue;
        if (!sv_trim(info).len)
            diag_error(s->read.diag, s->read.file, first - 1, 1, "a diagram without a caption",
                       "words that say what it shows, behind `diagram`");
        if (!diagram_scan(&scratch, fence_text(&scratch, fence), &diagram, &fault))
            diag_error(s->read.diag, s->read.file, fault.line ? first + fault.line - 1 : first - 1,
                       fault.column ? fault.column + fence->indent : 0, arena_strdup(s->read.a, fault.what),
                       fault.expected);
    }
    arena_release(&scratch);
}

void prose_check(const struct profile *p, struct source *s, struct sv text, uint32_t line)
{
    struct arena scratch = ARENA_INIT;
    struct err err = ERR_INIT;
    struct markdown_options options = {
        .file = s->read.file, .first_line = line, .heading_base = 3, .diag = s->read.diag};
    if (!text.len)
        return;
    struct doc_block *parent = doc_block_new(&scratch, DOC_SECTION);
    if (markdown_to_doc(&scratch, text, &options, parent, &err) != CM_OK)
        diag_error(s->read.diag, s->read.file, line, 1, err.text, NULL);
    arena_release(&scratch);
    if (sv_find(text, SV("diagram")) >= 0)
        diagrams_check(s, text, line);
    mention_check_prose(p, s, text, line);
}

struct parse {
    struct arena *a;
    struct diag *diag;
    const char *dir;
    const struct profile_files *files;
    struct profile *p;
    struct threat_drafts drafts;
};

static const char *shown_path(const struct parse *in, const char *path)
{
    size_t len = strlen(in->dir);
    if (!len)
        return path;
    return arena_printf(in->a, "%s%s%s", in->dir, in->dir[len - 1] == '/' ? "" : "/", path);
}

static void source_init(const struct parse *in, const struct profile_file *file, struct source *out)
{
    *out = (struct source){.read = {in->a, in->diag, shown_path(in, file->path)},
                           .path = file->path,
                           .raw = file->text};
}

/* Opens one of the files at the top; false when it is not there (a fault when it must be) or cannot
 * be read. */
static bool open_top(const struct parse *in, const char *name, bool required, struct source *out)
{
    for (size_t i = 0; i < in->files->list.len; i++)
        if (!strcmp(in->files->list.at[i].path, name)) {
            source_init(in, &in->files->list.at[i], out);
            return source_open(out);
        }
    if (required)
        diag_error(in->diag, shown_path(in, name), 0, 0, "the file is missing",
                   "it beside the others of the group");
    return false;
}

static void read_drafts(struct parse *in)
{
    size_t count = 0;
    vec_reserve(in->a, &in->drafts.list, in->files->list.len);
    for (size_t i = 0; i < in->files->list.len; i++) {
        const struct profile_file *file = &in->files->list.at[i];
        struct source source;
        if (!sv_starts(sv_str(file->path), SV("threats/")))
            continue;
        source_init(in, file, &source);
        if (count++ == PROFILE_FILES_MAX) {
            diag_error(in->diag, source.read.file, 0, 0, "too many threats",
                       arena_printf(in->a, "at most %d files", PROFILE_FILES_MAX));
            return;
        }
        struct threat_draft draft = {.front = NULL};
        if (!source_open(&source))
            source.text = SV_NONE;
        if (threat_read(&source, in->p, &draft))
            *vec_push(in->a, &in->drafts.list) = draft;
    }
}

static int order_drafts(const void *left, const void *right)
{
    const struct threat_draft *a = left, *b = right;
    if (a->threat.number != b->threat.number)
        return a->threat.number < b->threat.number ? -1 : 1;
    return strcmp(a->threat.file, b->threat.file);
}

/* One identifier, one file. */
static void check_clash(const struct parse *in, const struct threat_draft *d,
                        const struct threat_draft *former)
{
    const struct yaml_node *id = yaml_get(d->front, "id");
    diag_error(in->diag, d->source.read.file, id ? id->line : 0, id ? id->column : 0,
               arena_printf(in->a, "%.*s is already the identifier of %s", SV_ARG(d->threat.id),
                            former->source.read.file),
               "another identifier (casemate fmt --renumber gives it one)");
}

static void check_name(const struct parse *in, struct map *names, struct threat_draft *d)
{
    struct sv folded = d->threat.name.len ? utf8_fold(in->a, d->threat.name) : SV_NONE;
    const struct yaml_node *node = yaml_get(d->front, "name");
    if (!folded.len || !node)
        return;
    const struct threat_draft *former = map_get(names, folded);
    if (former)
        diag_error(in->diag, d->source.read.file, node->line, node->column,
                   arena_printf(in->a, "the name is that of %.*s in %s", SV_ARG(former->threat.id),
                                former->source.read.file),
                   "a name of its own");
    else
        map_set(names, folded, d);
}

static void gather_threats(struct parse *in)
{
    struct map names, ids;
    map_init(&names, in->a);
    map_init(&ids, in->a);
    if (in->drafts.list.len > 1)
        qsort(in->drafts.list.at, in->drafts.list.len, sizeof(*in->drafts.list.at), order_drafts);
    vec_reserve(in->a, &in->p->threats, in->drafts.list.len);
    for (size_t i = 0; i < in->drafts.list.len; i++) {
        struct threat_draft *d = &in->drafts.list.at[i];
        const struct threat_draft *former = map_get(&ids, d->threat.id);
        if (former)
            check_clash(in, d, former);
        else
            map_set(&ids, d->threat.id, d);
        check_name(in, &names, d);
        *vec_push(in->a, &in->p->threats) = d->threat;
    }
    for (size_t i = 0; i < in->p->threats.len; i++)
        if (!map_get(&in->p->by_id, in->p->threats.at[i].id))
            map_set(&in->p->by_id, in->p->threats.at[i].id, &in->p->threats.at[i]);
}

static struct digest rules_digest(const struct profile_files *files)
{
    struct digest_state s;
    digest_begin(&s);
    for (size_t i = 0; i < files->list.len; i++) {
        const struct profile_file *f = &files->list.at[i];
        if (sv_starts(sv_str(f->path), SV("threats/")) || !strcmp(f->path, "coverage.tsv") ||
            !strcmp(f->path, "calibration.yaml"))
            continue;
        digest_add_part(&s, sv_str(f->path));
        digest_add_part(&s, f->text);
    }
    return digest_end(&s);
}

/* Which threats may cite more, or less, than was understood of their files. */
static const bool *unsure_threats(const struct parse *in)
{
    bool *unsure = arena_new_array(in->a, bool, in->p->threats.len + 1);
    for (size_t i = 0; i < in->p->threats.len; i++)
        unsure[i] = !in->drafts.list.at[i].front || !in->p->template.fields.len;
    return unsure;
}

/* coverage.tsv takes its place in *files when it was brought up to date. */
static void bring_coverage(struct parse *in, struct source *s, struct profile_files *files,
                           struct coverage_moves *moves)
{
    struct sv now = coverage_current(in->a, in->p, s->text, moves);
    if (sv_eq(now, s->text))
        return;
    s->raw = s->text = now;
    for (size_t i = 0; i < files->list.len; i++)
        if (!strcmp(files->list.at[i].path, s->path))
            files->list.at[i].text = now;
}

/* How a folder is parsed. */
struct parse_how {
    bool check;                   /* look for faults of threats, too */
    struct profile_files *files;  /* NULL: coverage.tsv stays as it is */
    struct coverage_moves *moves;
};

static void read_coverage(struct parse *in, struct source *sig, const struct parse_how *how)
{
    struct source s;
    const bool *unsure = how->check ? unsure_threats(in) : NULL;
    bool there = open_top(in, "coverage.tsv", false, &s), doubt = false;
    if (how->check && (there || in->p->sig.reading_list.given))
        in->p->cites = profile_cites(in->a, in->p);
    for (size_t i = 0; unsure && i < in->p->threats.len; i++)
        doubt = doubt || unsure[i];
    if (there && how->files && !doubt && !in->p->references.unread)
        bring_coverage(in, &s, how->files, how->moves);
    if (there)
        coverage_read(&s, &in->p->references, &in->p->coverage);
    if (how->check)
        coverage_check(&(struct coverage_check){in->p, there ? &s : NULL, sig,
                                                shown_path(in, "coverage.tsv"), unsure});
}

/* The files that all others are read by: sig.yaml, references.tsv, process.md, template.md. */
struct rule_sources {
    struct source sig, references, process, template;
    bool has_sig, has_process, has_template;
};

static void parse_rules(struct parse *in, struct rule_sources *s)
{
    struct profile *out = in->p;
    memset(out, 0, sizeof(*out));
    out->arena = in->a;
    out->rules = rules_digest(in->files);
    map_init(&out->by_id, in->a);
    map_init(&out->references.by_id, in->a);
    s->has_sig = open_top(in, "sig.yaml", true, &s->sig);
    if (s->has_sig)
        sig_read(&s->sig, &out->sig);
    out->references.unread = true;
    if (open_top(in, "references.tsv", true, &s->references))
        references_read(&s->references, &out->sig, &out->references);
    s->has_process = open_top(in, "process.md", true, &s->process);
    if (s->has_process)
        process_read(&s->process, out, &out->process);
    s->has_template = open_top(in, "template.md", true, &s->template);
    if (s->has_template)
        template_read(&s->template, out, &out->template);
}

static void parse_files(struct arena *a, const struct profile_files *files, const char *dir,
                        struct diag *diag, const struct parse_how *how, struct profile *out)
{
    struct parse in = {.a = a, .diag = diag, .dir = dir, .files = files, .p = out};
    struct rule_sources rules;
    struct source analysis;
    parse_rules(&in, &rules);
    read_drafts(&in);
    gather_threats(&in);
    if (rules.has_process)
        process_check_prose(&rules.process, out);
    if (rules.has_template)
        template_check_prose(&rules.template, out);
    if (open_top(&in, "analysis.md", false, &analysis))
        analysis_read(&analysis, out, &out->analysis);
    profile_parse_samples(a, files, diag, out);
    for (size_t i = 0; how->check && i < in.drafts.list.len; i++)
        threat_check(out, &in.drafts.list.at[i]);
    if (how->check)
        threat_check_trees(out, &in.drafts);
    if (rules.has_sig)
        read_coverage(&in, &rules.sig, how);
}

void profile_parse(struct arena *a, const struct profile_files *files, const char *dir,
                   struct diag *diag, struct profile *out)
{
    parse_files(a, files, dir, diag, &(struct parse_how){.check = true}, out);
}

void profile_parse_checked(struct arena *a, const struct profile_files *files, const char *dir,
                           struct diag *diag, struct profile *out)
{
    parse_files(a, files, dir, diag, &(struct parse_how){.check = false}, out);
}

void profile_parse_current(struct arena *a, struct profile_files *files, const char *dir, struct diag *diag,
                           struct profile *out, struct coverage_moves *moves)
{
    memset(moves, 0, sizeof(*moves));
    parse_files(a, files, dir, diag, &(struct parse_how){true, files, moves}, out);
}

void profile_parse_rules(struct arena *a, const struct profile_files *files, struct diag *diag, struct profile *out)
{
    struct parse in = {.a = a, .diag = diag, .dir = "", .files = files, .p = out};
    struct rule_sources sources;
    parse_rules(&in, &sources);
}

void profile_parse_samples(struct arena *a, const struct profile_files *files, struct diag *diag,
                           struct profile *rules)
{
    struct parse in = {.a = a, .diag = diag, .dir = "", .files = files, .p = rules};
    struct source calibration;
    if (open_top(&in, "calibration.yaml", false, &calibration))
        calibration_read(&calibration, &rules->sig, &rules->calibration);
}

void profile_parse_part(struct arena *a, const struct profile *rules, const struct profile_files *files,
                        const struct map *checked, struct diag *diag, struct profile *out)
{
    struct parse in = {.a = a, .diag = diag, .dir = "", .files = files, .p = out};
    *out = *rules;
    out->arena = a;
    map_init(&out->by_id, a);
    read_drafts(&in);
    gather_threats(&in);
    for (size_t i = 0; checked && i < in.drafts.list.len; i++)
        if (map_get(checked, sv_str(in.drafts.list.at[i].threat.file)))
            threat_check(out, &in.drafts.list.at[i]);
    if (checked)
        threat_check_trees(out, &in.drafts);
}
