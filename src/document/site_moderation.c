/* What was held back on the lists, as a page, as data and as a feed. Made from the public acts of moderation alone: of
 * a post there is a number, its list and the rules that held it, never its text, subject or author. Of posts that still
 * wait for the first act nothing is known here. */
#include "base/date.h"
#include "document/atom.h"
#include "document/build.h"
#include "document/site_page.h"
#include "format/json.h"
#include "forum/archive.h"
#include "register/calls.h"

#include <stdlib.h>

enum { FEED_MAX = 50, WORDS_MAX = 2000 };

struct moderated { /* a post on which somebody acted */
    int64_t number;
    struct sv list, outcome; /* outcome: of the newest act that settled it; empty: it is not settled */
    hold_rules rules;
    VEC(const struct moderation *) acts; /* in their order */
    VEC(const struct call *) appeals;
};
struct moderated_posts {
    VEC(struct moderated) list; /* what was acted on last stands first */
};

/* ---- collecting ---- */

static int by_post(const void *left, const void *right)
{
    const struct moderation *l = *(const struct moderation *const *)left, *r = *(const struct moderation *const *)right;
    if (l->post != r->post)
        return l->post < r->post ? -1 : 1;
    return (l->event > r->event) - (l->event < r->event);
}

static int last_act_first(const void *left, const void *right)
{
    const struct moderated *l = left, *r = right;
    int64_t a = l->acts.at[l->acts.len - 1]->event, b = r->acts.at[r->acts.len - 1]->event;
    return (a < b) - (a > b);
}

static void add_appeals(struct site *s, struct arena *a, struct moderated *post)
{
    struct sv id = hold_id(a, post->number);
    for (size_t i = 0; s->v->calls && i < s->v->calls->list.len; i++)
        if (s->v->calls->list.at[i].kind == CALL_APPEAL && sv_eq(s->v->calls->list.at[i].subject, id))
            *vec_push(a, &post->appeals) = &s->v->calls->list.at[i];
}

static int add_act(struct arena *a, struct moderated_posts *out, const struct moderation *m, struct err *err)
{
    struct moderated *post = out->list.len ? &out->list.at[out->list.len - 1] : NULL;
    int rc = CM_OK;
    if (!post || post->number != m->post) {
        post = vec_push(a, &out->list);
        *post = (struct moderated){.number = m->post, .list = m->list};
        rc = hold_rules_read(m->rules, &post->rules, err);
    }
    *vec_push(a, &post->acts) = m;
    if (moderation_settles(m))
        post->outcome = m->outcome;
    return rc;
}

static int collect(struct site *s, struct arena *a, struct moderated_posts *out, struct err *err)
{
    size_t count = s->moderation.list.len;
    const struct moderation **acts = arena_array(a, count + 1, sizeof *acts);
    int rc = CM_OK;
    for (size_t i = 0; i < count; i++)
        acts[i] = &s->moderation.list.at[i];
    qsort(acts, count, sizeof *acts, by_post);
    for (size_t i = 0; !rc && i < count; i++)
        rc = add_act(a, out, acts[i], err);
    if (rc || !count)
        return rc;
    qsort(out->list.at, out->list.len, sizeof *out->list.at, last_act_first);
    for (size_t i = 0; i < out->list.len; i++)
        add_appeals(s, a, &out->list.at[i]);
    return CM_OK;
}

/* ---- in words ---- */

static struct sv who(const struct moderation *m)
{
    return sv_eq_str(m->by, "operator") ? SV("The operator") : m->by;
}

static const char *done(const struct moderation *m)
{
    if (sv_eq_str(m->outcome, "approve"))
        return "let it pass";
    return sv_eq_str(m->outcome, "return") ? "returned it to its author" : "discarded it";
}

static const char *to_do(const struct moderation *m)
{
    if (sv_eq_str(m->outcome, "approve"))
        return "to let it pass";
    return sv_eq_str(m->outcome, "return") ? "to return it to its author" : "to discard it";
}

/* "Ben returned it to its author, as Rosa had proposed" */
static struct sv what(struct arena *a, const struct moderated *post, const struct moderation *m)
{
    if (sv_eq_str(m->act, "contest"))
        return SV("Its author contests what was done");
    if (sv_eq_str(m->act, "timeout"))
        return build_sv(a, "The clock %s, as nobody had decided in time", done(m));
    if (sv_eq_str(m->act, "refile"))
        return build_sv(a, "%.*s filed it under %.*s%s%.*s", SV_ARG(who(m)), SV_ARG(m->threat),
                        m->stage.len ? ", stage " : "", SV_ARG(m->stage));
    if (sv_eq_str(m->act, "propose"))
        return build_sv(a, "%.*s proposed %s%s", SV_ARG(who(m)), to_do(m),
                        post->outcome.len ? "" : "; another moderator has to do the same");
    for (size_t i = 0; m->seconds && i < post->acts.len; i++)
        if (post->acts.at[i]->event == m->seconds)
            return build_sv(a, "%.*s %s, as %.*s had proposed", SV_ARG(who(m)), done(m),
                            SV_ARG(post->acts.at[i]->by));
    return build_sv(a, "%.*s %s%s", SV_ARG(who(m)), done(m), m->urgent ? ", alone, as it was urgent" : "");
}

/* What the reason means in the process as it is; one that is there no more stands by its id. */
static struct sv reason(const struct view *v, struct sv because)
{
    int index = process_reason(&v->profile->process, because);
    return index >= 0 ? v->profile->process.moderation_reasons.at[index].means : because;
}

/* Public words; no address, though somebody wrote one. */
static struct sv words(struct arena *a, const struct moderation *m)
{
    return archive_shown(a, m->why, WORDS_MAX);
}

static struct sv sentence(struct site *s, struct arena *a, const struct moderated *post, const struct moderation *m)
{
    struct str out = STR_INIT;
    str_addf(&out, "%.*s.", SV_ARG(what(a, post, m)));
    if (m->because.len)
        str_addf(&out, " Reason (%.*s): %.*s", SV_ARG(m->because), SV_ARG(reason(s->v, m->because)));
    if (m->why.len)
        str_addf(&out, " \xe2\x80\x9c%.*s\xe2\x80\x9d", SV_ARG(words(a, m)));
    struct sv kept = arena_sv(a, str_sv(&out));
    str_release(&out);
    return kept;
}

/* ---- the page ---- */

static size_t count_outcome(const struct moderated_posts *posts, const char *outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < posts->list.len; i++)
        count += sv_eq_str(posts->list.at[i].outcome, outcome);
    return count;
}

static void put_lead(struct arena *a, const struct moderated_posts *posts, struct doc_block *content)
{
    build_paragraph(a, content, "Which posts were held back from the lists, by which rule, and who decided what, for "
                                "which reason.")->class_name = "lead";
    struct doc_block *p = build_paragraph(a, content, "The rules and the reasons are those of ");
    doc_link(a, p, SV("site:process.html"), SV("the process"));
    doc_text(a, p, SV(". Of what was held nothing stands here: no text, no subject, no author. The same "));
    doc_link(a, p, SV("site:moderation.json"), SV("as data"));
    doc_text(a, p, SV(" and "));
    doc_link(a, p, SV("site:moderation.atom"), SV("as a feed"));
    doc_text(a, p, SV("."));
    if (!posts->list.len) {
        build_paragraph(a, content, "So far nobody has acted on a held post.");
        return;
    }
    size_t open = count_outcome(posts, "");
    p = build_paragraph(a, content, "%.*s: %zu passed, %.*s returned, %zu discarded",
                        SV_ARG(build_count(a, posts->list.len, "post", "posts")), count_outcome(posts, "approve"),
                        SV_ARG(build_count(a, count_outcome(posts, "return"), "was", "were")),
                        count_outcome(posts, "discard"));
    doc_text(a, p, open ? build_sv(a, ", %.*s not settled.", SV_ARG(build_count(a, open, "is", "are"))) : SV("."));
}

static void put_rules(struct arena *a, struct doc_block *s, const struct moderated *post)
{
    struct doc_block *p = build_paragraph(a, s, "Held because ");
    bool first = true;
    for (int i = 0; i < HOLD_RULES; i++) {
        if (!(post->rules & 1u << i))
            continue;
        doc_textf(a, p, "%s%s", first ? "" : "; ", hold_rule_table[i].means);
        first = false;
    }
    doc_text(a, p, SV("."));
}

static void put_appeal(struct arena *a, struct doc_block *list, const struct call *c)
{
    struct doc_block *p = build_item(a, list);
    doc_textf(a, p, "%.*s ", SV_ARG(build_date(a, c->at)));
    if (!c->decision) {
        doc_textf(a, p, "Appeal %.*s is open until %.*s: \xe2\x80\x9c%.*s\xe2\x80\x9d", SV_ARG(c->id),
                  SV_ARG(build_date(a, c->until - 1)), SV_ARG(c->question));
        return;
    }
    doc_textf(a, p, "Appeal %.*s: \xe2\x80\x9c%.*s\xe2\x80\x9d It was %s on %.*s (%.*s): \xe2\x80\x9c%.*s\xe2\x80\x9d",
              SV_ARG(c->id), SV_ARG(c->question), c->decision->accepted ? "accepted" : "not accepted",
              SV_ARG(build_date(a, c->decision->at)), SV_ARG(c->decision->id), SV_ARG(c->decision->judgement));
}

static void put_post(struct site *s, struct arena *a, struct doc_block *content, const struct moderated *post)
{
    struct sv id = hold_id(a, post->number);
    struct doc_block *part =
        doc_add_section(a, content, build_sv(a, "%.*s, to the list %.*s", SV_ARG(id), SV_ARG(post->list)), id);
    put_rules(a, part, post);
    struct doc_block *list = build_list(a, part);
    list->class_name = "news";
    for (size_t i = 0; i < post->acts.len; i++)
        doc_textf(a, build_item(a, list), "%.*s %.*s", SV_ARG(build_date(a, post->acts.at[i]->at)),
                  SV_ARG(sentence(s, a, post, post->acts.at[i])));
    for (size_t i = 0; i < post->appeals.len; i++)
        put_appeal(a, list, post->appeals.at[i]);
}

static int put_page(struct site *s, struct arena *a, const struct moderated_posts *posts, struct err *err)
{
    struct doc_block *content = doc_block_new(a, DOC_SECTION);
    content->title = SV("Moderation");
    put_lead(a, posts, content);
    for (size_t i = 0; i < posts->list.len; i++)
        put_post(s, a, content, &posts->list.at[i]);
    struct page p = {.path = SV("moderation.html"), .title = content->title, .section = "lists.html",
                     .description = SV("Which posts were held back, by which rule, and who decided what.")};
    page_add_link(a, &p, "alternate", "application/atom+xml", SV("moderation.atom"), "Moderation");
    page_add_link(a, &p, "alternate", "application/json", SV("moderation.json"), "JSON");
    page_add_crumb(a, &p, SV("Start"), SV("index.html"));
    if (s->v->lists)
        page_add_crumb(a, &p, SV("Discussion"), SV("lists.html"));
    page_add_crumb(a, &p, content->title, p.path);
    return site_page(s, &p, content, err);
}

/* ---- data ---- */

static void put_some(struct json *j, const char *key, struct sv text)
{
    if (text.len)
        json_put(j, key, text);
}

static void json_act(struct json *j, struct arena *a, const struct moderation *m)
{
    json_object(j);
    json_put_int(j, "event", m->event);
    json_put_str(j, "at", date_format_time(a, m->at));
    json_put(j, "act", m->act);
    put_some(j, "outcome", m->outcome);
    put_some(j, "because", m->because);
    json_put(j, "by", m->by);
    put_some(j, "why", words(a, m));
    json_put_bool(j, "urgent", m->urgent);
    if (m->seconds)
        json_put_int(j, "seconds", m->seconds);
    put_some(j, "threat", m->threat);
    put_some(j, "stage", m->stage);
    json_end(j);
}

static void json_appeal(struct json *j, struct arena *a, const struct call *c)
{
    json_object(j);
    json_put(j, "call", c->id);
    json_put(j, "question", c->question);
    json_put(j, "opened", build_date(a, c->at));
    json_put(j, "last_day", build_date(a, c->until - 1));
    if (c->decision) {
        json_put(j, "decision", c->decision->id);
        json_put(j, "outcome", c->decision->outcome);
        json_put(j, "judgement", c->decision->judgement);
    }
    json_end(j);
}

static void json_post(struct json *j, struct arena *a, const struct moderated *post)
{
    json_object(j);
    json_put(j, "post", hold_id(a, post->number));
    json_put(j, "list", post->list);
    json_key(j, "rules");
    json_array(j);
    for (int i = 0; i < HOLD_RULES; i++)
        if (post->rules & 1u << i)
            json_string_str(j, hold_rule_table[i].name);
    json_end(j);
    put_some(j, "settled", post->outcome);
    json_key(j, "acts");
    json_array(j);
    for (size_t i = 0; i < post->acts.len; i++)
        json_act(j, a, post->acts.at[i]);
    json_end(j);
    json_key(j, "appeals");
    json_array(j);
    for (size_t i = 0; i < post->appeals.len; i++)
        json_appeal(j, a, post->appeals.at[i]);
    json_end(j);
    json_end(j);
}

static int put_data(struct site *s, struct arena *a, const struct moderated_posts *posts, struct err *err)
{
    struct json j;
    str_clear(&s->buffer);
    json_init(&j, &s->buffer, false);
    json_object(&j);
    json_put_str(&j, "format", "casemate/moderation/1");
    json_put_str(&j, "schema", "schema/moderation.schema.json");
    json_put(&j, "group", s->v->profile->sig.name);
    json_key(&j, "rules");
    json_object(&j);
    for (int i = 0; i < HOLD_RULES; i++)
        json_put_str(&j, hold_rule_table[i].name, hold_rule_table[i].means);
    json_end(&j);
    json_key(&j, "posts");
    json_array(&j);
    for (size_t i = 0; i < posts->list.len; i++)
        json_post(&j, a, &posts->list.at[i]);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    return site_put(s, SV("moderation.json"), str_sv(&s->buffer), err);
}

/* ---- the feed ---- */

static struct sv urn_of(struct site *s, struct arena *a, struct sv key)
{
    const struct sv parts[] = {s->v->profile->sig.name, SV("moderation"), key};
    return atom_urn(a, parts, ARRAY_LEN(parts));
}

static const struct moderated *post_of(const struct moderated_posts *posts, const struct moderation *m)
{
    for (size_t i = 0; i < posts->list.len; i++)
        if (posts->list.at[i].number == m->post)
            return &posts->list.at[i];
    BUG("an act of moderation without its post");
}

static int put_feed(struct site *s, struct arena *a, const struct moderated_posts *posts, struct err *err)
{
    struct markup mu;
    size_t count = s->moderation.list.len;
    const struct moderation *acts = s->moderation.list.at;
    str_clear(&s->buffer);
    atom_begin(a, &mu, &s->buffer,
               &(struct atom){.id = urn_of(s, a, SV("feed")), .author = s->v->profile->sig.name,
                              .title = build_sv(a, "%.*s: moderation", SV_ARG(s->v->profile->sig.name)),
                              .updated = count ? acts[count - 1].at : 0, .alternate = SV("moderation.html"),
                              .self = SV("moderation.atom")});
    for (size_t i = count; i > 0 && count - i < FEED_MAX; i--) {
        const struct moderation *m = &acts[i - 1];
        const struct moderated *post = post_of(posts, m);
        struct sv id = hold_id(a, m->post);
        atom_entry(a, &mu,
                   &(struct atom){.id = urn_of(s, a, build_sv(a, "%lld", (long long)m->event)), .updated = m->at,
                                  .title = build_sv(a, "%.*s: %.*s", SV_ARG(id), SV_ARG(what(a, post, m))),
                                  .alternate = build_sv(a, "moderation.html#%.*s", SV_ARG(id)),
                                  .summary = sentence(s, a, post, m)});
    }
    atom_end(&mu);
    return site_put(s, SV("moderation.atom"), str_sv(&s->buffer), err);
}

bool site_has_moderation(const struct site *s)
{
    return s->v->lists || s->moderation.list.len;
}

int site_moderation_pages(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct moderated_posts posts = {{NULL, 0, 0}};
    if (!site_has_moderation(s))
        return CM_OK;
    int rc = collect(s, &a, &posts, err);
    if (!rc)
        rc = put_page(s, &a, &posts, err);
    if (!rc)
        rc = put_data(s, &a, &posts, err);
    if (!rc)
        rc = put_feed(s, &a, &posts, err);
    arena_release(&a);
    return rc;
}
