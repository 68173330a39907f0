/* What one run of the publisher leaves for the next, so that a change of one threat costs little more than
 * that threat.
 *
 * The section of a threat follows from its file, from the files that are not threats, and from what is
 * derived from others: the stage on record, names of related threats, rounds, decisions, reviews, history. The digest
 * of these is the threat's input. When it is that of the last run the section is not built: a stub stands in the tree
 * of the analysis, with title, anchor, the anchors inside it and the documents it cites, which is all that contents,
 * numbering and references ask of it. Writers take its bytes from the old file (fragment.h); a writer that
 * cannot asks for the whole section, and it is built then.
 *
 * .casemate-fragments holds, after a line with the digest of the program:
 *     T input content id skeleton     a threat: digests (hex), skeleton as below
 *     Q digest path                   a page: digest of what decides on it, cheaper to know than its blocks
 *     F name spans                    a file: its fragments
 * Texts have their length before them. The skeleton is a list of: S anchor children (section), B anchor
 * (anything else with an anchor), R id url (a cited document). */
#include "base/fs.h"
#include "document/analysis.h"
#include "document/build.h"
#include "document/site_page.h"
#include "document/write.h"

#include <string.h>
#include <sys/stat.h>

enum { SIDECAR_MAX = 512 * 1024 * 1024, DEPTH_MAX = 200 };

struct reuse_threat {
    struct digest input, content;
    struct sv skeleton;
};

struct reuse_file {
    struct sv spans; /* as they stand in the file */
    struct map by_id;
    uint64_t size;
};

/* ---- what a section is made from ---- */

static void add_digest(struct digest_state *s, const struct digest *d)
{
    digest_add(s, digest_sv(d));
}

static void add_name(struct digest_state *s, const struct view *v, int index)
{
    digest_add_part(s, index < 0 ? SV_NONE : v->threats.at[index].threat->id);
    digest_add_part(s, index < 0 ? SV_NONE : v->threats.at[index].threat->name);
}

static void add_history(struct digest_state *s, const struct view *v, const struct threat_view *t)
{
    for (size_t i = 0; i < t->changes.len; i++) {
        const struct change *c = &t->changes.at[i];
        if (c->initial)
            continue;
        digest_add(s, sv_from((const char *)&c->at, sizeof c->at));
        digest_add_part(s, c->field);
        digest_add_part(s, c->text.len ? SV("changed") : SV("removed"));
        digest_add_part(s, c->who);
        digest_add_part(s, c->why);
        digest_add_part(s, c->source);
        digest_add(s, sv_from((const char *)&c->seq, sizeof c->seq));
    }
    for (size_t i = 0; i < v->editions.len; i++) {
        const struct edition *e = &v->editions.at[i];
        const struct sv parts[] = {e->document, e->version, e->date, e->initials, e->remark};
        for (size_t k = 0; k < ARRAY_LEN(parts); k++)
            digest_add_part(s, parts[k]);
    }
}

/* Rounds and calls are few on one threat and have much to them, so what is shown of them is built to be compared. */
static void add_acts(struct digest_state *s, const struct view *v, size_t index)
{
    struct arena a = ARENA_INIT;
    struct doc_block *shown = doc_block_new(&a, DOC_SECTION);
    struct str data = STR_INIT;
    struct json j;
    json_init(&j, &data, true);
    json_object(&j);
    build_threat_acts(&a, v, index, shown);
    build_discussion(&a, v, index, shown);
    if (shown->first)
        tree_digest_add(s, shown->first, NULL);
    write_acts(&j, v, index);
    document_write_discussion(&j, v, v->threats.at[index].threat->id);
    json_end(&j);
    digest_add_part(s, str_sv(&data));
    str_release(&data);
    arena_release(&a);
}

static struct digest input_of(const struct view *v, size_t index)
{
    const struct threat_view *t = &v->threats.at[index];
    const struct threat *threat = t->threat;
    const unsigned derived[] = {(unsigned)t->confirmed, t->provisional, t->priority, t->editors_rating,
                                (unsigned)t->next};
    struct digest_state s;
    digest_begin(&s);
    add_digest(&s, &v->profile->rules);
    digest_add_part(&s, sv_str(threat->file));
    digest_add_part(&s, threat->source);
    digest_add(&s, sv_from((const char *)derived, sizeof derived));
    for (size_t i = 0; i < threat->related.len; i++)
        add_name(&s, v, view_find(v, threat->related.at[i]));
    for (size_t i = 0; i < t->related_in.len; i++)
        add_name(&s, v, (int)t->related_in.at[i]);
    for (size_t i = 0; i < t->names.len; i++)
        digest_add_part(&s, v->threats.at[t->names.at[i]].threat->id);
    add_history(&s, v, t);
    add_acts(&s, v, index);
    build_threat_reviews_input(&s, v, index);
    document_analysis_input(&s, v, index);
    return digest_end(&s);
}

/* ---- skeletons ---- */

static void put_references(struct str *out, const struct doc_inline *i)
{
    for (; i; i = i->next) {
        if (i->kind == DOC_REFERENCE) {
            str_add_char(out, 'R');
            fragment_put_text(out, i->id);
            fragment_put_text(out, i->url);
        }
        put_references(out, i->first);
    }
}

/* in_section: sections are nested in sections only, so far. */
static void put_skeleton(struct str *out, const struct doc_block *b, bool in_section, unsigned depth)
{
    for (; b && depth < DEPTH_MAX; b = b->next) {
        bool section = in_section && b->kind == DOC_SECTION;
        put_references(out, b->inlines);
        if (!section) {
            if (b->anchor.len) {
                str_add_char(out, 'B');
                fragment_put_text(out, b->anchor);
            }
            put_skeleton(out, b->first, false, depth + 1);
            continue;
        }
        struct str inner = STR_INIT;
        put_skeleton(&inner, b->first, true, depth + 1);
        str_add_char(out, 'S');
        fragment_put_text(out, b->anchor);
        fragment_put_text(out, str_sv(&inner));
        str_release(&inner);
    }
}

static void grow(struct arena *a, struct doc_block *parent, struct sv skeleton, unsigned depth)
{
    struct sv anchor, inner;
    while (skeleton.len && depth < DEPTH_MAX) {
        char kind = skeleton.at[0];
        skeleton = sv_from_byte(skeleton, 1);
        if (!fragment_next_text(&skeleton, &anchor) || (kind != 'B' && !fragment_next_text(&skeleton, &inner)))
            return;
        struct doc_block *b = doc_add(a, parent, kind == 'S' ? DOC_SECTION : DOC_PARAGRAPH);
        if (kind == 'R') {
            doc_reference(a, b, anchor, anchor, inner);
            continue;
        }
        b->anchor = anchor;
        b->class_name = "field"; /* not shown in contents */
        if (kind == 'S')
            grow(a, b, inner, depth + 1);
    }
}

static struct doc_block *stub(struct site *s, size_t i, const struct reuse_threat *old)
{
    const struct threat *t = s->v->threats.at[i].threat;
    struct doc_block *b = doc_block_new(s->a, DOC_SECTION);
    b->title = build_sv(s->a, "%.*s: %.*s", SV_ARG(t->id), SV_ARG(t->name));
    b->anchor = t->id;
    b->class_name = "threat";
    grow(s->a, b, old->skeleton, 0);
    return b;
}

/* ---- the last run ---- */

static bool next_hex(struct sv *text, struct digest *out)
{
    struct sv hex;
    return fragment_next_text(text, &hex) && digest_from_hex(hex, out);
}

static bool load_threat(struct site *s, struct sv *text)
{
    struct reuse_threat *t = arena_new(s->a, struct reuse_threat);
    struct sv id;
    if (!next_hex(text, &t->input) || !next_hex(text, &t->content) || !fragment_next_text(text, &id) ||
        !fragment_next_text(text, &t->skeleton))
        return false;
    map_set(&s->reuse.threats, id, t);
    return true;
}

static bool load_page(struct site *s, struct sv *text)
{
    struct sv *hex = arena_new(s->a, struct sv), path;
    if (!fragment_next_text(text, hex) || !fragment_next_text(text, &path))
        return false;
    map_set(&s->reuse.quick, path, hex);
    return true;
}

static bool load_file(struct site *s, struct sv *text)
{
    struct reuse_file *f = arena_new(s->a, struct reuse_file);
    struct fragment_span span;
    struct sv name, id;
    if (!fragment_next_text(text, &name) || !fragment_next_number(text, &f->size) ||
        !fragment_next_text(text, &f->spans))
        return false;
    map_init(&f->by_id, s->a);
    for (struct sv rest = f->spans; fragment_next_span(&rest, &id, &span);) {
        struct fragment_span *kept = arena_new(s->a, struct fragment_span);
        *kept = span;
        map_set(&f->by_id, id, kept);
    }
    map_set(&s->reuse.files, name, f);
    return true;
}

void site_reuse_load(struct site *s, struct sv program)
{
    struct err ignored = ERR_INIT;
    struct sv text, line;
    bool good = true;
    if (s->old_files.len == 0 || fs_read(s->a, fs_join(s->a, s->old, SITE_FRAGMENTS), SIDECAR_MAX, &text, &ignored))
        return;
    s->reuse.text = text;
    if (!sv_next_line(&text, &line) || !sv_eq(line, program))
        return;
    while (good && text.len) {
        char kind = text.at[0];
        text = sv_from_byte(text, 1);
        good = kind == 'T'   ? load_threat(s, &text)
               : kind == 'Q' ? load_page(s, &text)
                             : kind == 'F' && load_file(s, &text);
    }
}

void site_reuse_init(struct site *s)
{
    size_t count = s->v->threats.len + 1;
    map_init(&s->reuse.threats, s->a);
    map_init(&s->reuse.files, s->a);
    map_init(&s->reuse.quick, s->a);
    s->reuse.inputs = arena_new_array(s->a, struct digest, count);
    s->reuse.skeletons = arena_new_array(s->a, struct sv, count);
    s->threats = arena_new_array(s->a, struct doc_block *, count);
    s->stubs = arena_new_array(s->a, bool, count);
    for (size_t i = 0; i < s->v->threats.len; i++)
        s->reuse.inputs[i] = input_of(s->v, i);
}

static const struct reuse_threat *same_threat(const struct site *s, size_t i)
{
    const struct reuse_threat *old = map_get(&s->reuse.threats, s->v->threats.at[i].threat->id);
    return old && digest_eq(&old->input, &s->reuse.inputs[i]) ? old : NULL;
}

struct doc_block *site_reuse_threat(void *site, size_t i)
{
    struct site *s = site;
    const struct reuse_threat *old = same_threat(s, i);
    s->stubs[i] = old != NULL;
    s->threats[i] = old ? stub(s, i, old) : document_build_threat(s->a, s->v, i);
    return s->threats[i];
}

static void put_hex(struct site *s, const struct digest *d)
{
    struct arena a = ARENA_INIT;
    fragment_put_text(&s->reuse.out, sv_str(digest_hex(&a, d)));
    arena_release(&a);
}

struct digest site_reuse_content(struct site *s, size_t i)
{
    const struct reuse_threat *old = s->stubs[i] ? same_threat(s, i) : NULL;
    struct digest content = old ? old->content : tree_digest_section(s->threats[i]);
    struct str fresh = STR_INIT;
    if (!old)
        put_skeleton(&fresh, s->threats[i]->first, true, 0);
    str_add_char(&s->reuse.out, 'T');
    put_hex(s, &s->reuse.inputs[i]);
    put_hex(s, &content);
    fragment_put_text(&s->reuse.out, s->v->threats.at[i].threat->id);
    fragment_put_text(&s->reuse.out, old ? old->skeleton : str_sv(&fresh));
    str_release(&fresh);
    return content;
}

/* Anchors of a threat begin with its id, which no other anchor does, so they are unique when they are so in
 * the section. */
const struct doc_block *site_section(struct site *s, size_t i)
{
    if (s->stubs[i]) {
        s->threats[i] = document_build_threat(s->a, s->v, i);
        build_unique_anchors(s->a, s->threats[i]);
        s->stubs[i] = false;
    }
    return s->threats[i];
}

bool site_reuse_page(struct site *s, struct sv path, const struct digest *quick)
{
    const struct sv *old = map_get(&s->reuse.quick, path);
    struct arena a = ARENA_INIT;
    struct sv hex = sv_str(digest_hex(&a, quick));
    str_add_char(&s->reuse.out, 'Q');
    fragment_put_text(&s->reuse.out, hex);
    fragment_put_text(&s->reuse.out, path);
    bool same = old && sv_eq(*old, hex);
    arena_release(&a);
    return same && site_keep_old(s, path);
}

/* ---- files ---- */

static bool same_id(void *site, struct sv id)
{
    const struct site *s = site;
    while (sv_ends(id, SV("=")))
        id = sv_from(id.at, id.len - 1);
    int i = view_find(s->v, id);
    return i >= 0 && same_threat(s, (size_t)i);
}

static const struct doc_block *whole(void *site, const struct doc_block *b)
{
    struct site *s = site;
    int i = view_find(s->v, b->anchor);
    return i < 0 ? b : site_section(s, (size_t)i);
}

void site_reuse_begin(struct site *s, struct sv name, struct fragments *f)
{
    const struct reuse_file *old = map_get(&s->reuse.files, name);
    const struct site_old *file = map_get(&s->old_files, name);
    *f = (struct fragments){.arena = s->a, .same = same_id, .whole = whole, .context = s};
    struct stat st;
    struct arena a = ARENA_INIT;
    if (old && file && !file->altered &&
        stat(arena_printf(&a, "%s/%.*s", s->old, SV_ARG(name)), &st) == 0 && (uint64_t)st.st_size == old->size) {
        f->old = &old->by_id;
        f->old_size = old->size;
    }
    arena_release(&a);
}

void site_reuse_end(struct site *s, struct sv name, struct fragments *f, bool kept)
{
    const struct reuse_file *old = kept ? map_get(&s->reuse.files, name) : NULL;
    if (old || !kept) {
        str_add_char(&s->reuse.out, 'F');
        fragment_put_text(&s->reuse.out, name);
        str_addf(&s->reuse.out, "%llu ", (unsigned long long)(old ? old->size : s->buffer.len + f->copied));
        fragment_put_text(&s->reuse.out, old ? old->spans : str_sv(&f->spans));
    }
    str_release(&f->spans);
    str_release(&f->trace);
}

int site_reuse_write(struct site *s, struct sv program, struct err *err)
{
    struct str text = STR_INIT;
    str_add(&text, program);
    str_add_char(&text, '\n');
    str_add(&text, str_sv(&s->reuse.out));
    int rc = site_write_note(s, SITE_FRAGMENTS, str_sv(&text), s->reuse.text, err);
    str_release(&text);
    str_release(&s->reuse.out);
    return rc;
}
