/* coverage.tsv as data, with what is derived for it. */
#include "document/write.h"
#include "format/tsv.h"

static void put_or_null(struct json *j, const char *key, struct sv text)
{
    if (text.len) {
        json_put(j, key, text);
        return;
    }
    json_key(j, key);
    json_null(j);
}

static void counts(struct json *j, const struct view *v)
{
    static const char *const considerations[CONSIDERATIONS] = {"substantive", "thin", "none", "not_looked_at"};
    const struct coverage_counts *n = &v->coverage_counts;
    json_key(j, "counts");
    json_object(j);
    json_put_int(j, "documents", (int64_t)v->coverage.len);
    json_put_int(j, "read", n->read);
    json_put_int(j, "again", n->again);
    json_put_int(j, "in_part", n->in_part);
    json_key(j, "results");
    json_object(j);
    for (size_t i = 0; i < COVERAGE_RESULTS; i++)
        json_put_int(j, coverage_results[i], n->by_result[i]);
    json_end(j);
    json_key(j, "considerations");
    json_object(j);
    for (size_t i = 0; i < CONSIDERATIONS; i++)
        json_put_int(j, considerations[i], n->by_considerations[i]);
    json_end(j);
    json_end(j);
}

static void json_row(struct json *j, const struct view *v, const struct coverage_view *c)
{
    const struct coverage_row *row = c->row;
    json_object(j);
    json_put(j, "id", row->reference->id);
    json_put(j, "title", row->reference->title);
    json_put(j, "status", row->reference->status);
    json_put(j, "url", row->reference->url);
    put_or_null(j, "present_version", row->reference->version);
    put_or_null(j, "version", row->version);
    json_put_str(j, "result", coverage_results[row->result]);
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < c->threat_count; i++)
        json_string(j, v->threats.at[c->threats[i]].threat->id);
    json_end(j);
    put_or_null(j, "considerations",
                row->considerations == CONSIDERATIONS_UNSEEN ? SV_NONE
                                                             : sv_str(considerations_words[row->considerations]));
    json_put(j, "note", row->note);
    json_put_bool(j, "again", c->again);
    json_put_bool(j, "in_part", c->in_part);
    json_end(j);
}

void document_write_coverage_json(const struct view *v, struct str *out)
{
    struct json j;
    json_init(&j, out, false);
    j.flat_from = 3;
    json_object(&j);
    json_put_str(&j, "format", "casemate/coverage/1");
    json_put_str(&j, "schema", "schema/coverage.schema.json");
    json_put(&j, "group", v->profile->sig.name);
    counts(&j, v);
    json_key(&j, "documents");
    json_array(&j);
    for (size_t i = 0; i < v->coverage.len; i++)
        json_row(&j, v, &v->coverage.at[i]);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
}

static void csv_threats(const struct view *v, const struct coverage_view *c, struct str *out)
{
    struct str ids = STR_INIT;
    for (size_t i = 0; i < c->threat_count; i++)
        str_addf(&ids, "%s%.*s", i ? "; " : "", SV_ARG(v->threats.at[c->threats[i]].threat->id));
    csv_cell(out, false, str_sv(&ids));
    str_release(&ids);
}

void document_write_coverage_csv(const struct view *v, struct str *out)
{
    static const char *const columns[] = {"id",     "title",   "status",         "url",  "present_version", "version",
                                          "result", "threats", "considerations", "note", "again",           "in_part"};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        csv_cell(out, i == 0, sv_str(columns[i]));
    csv_end_row(out);
    for (size_t i = 0; i < v->coverage.len; i++) {
        const struct coverage_view *c = &v->coverage.at[i];
        const struct reference *r = c->row->reference;
        const struct sv cells[] = {r->id, r->title, r->status, r->url, r->version, c->row->version,
                                   sv_str(coverage_results[c->row->result])};
        for (size_t k = 0; k < ARRAY_LEN(cells); k++)
            csv_cell(out, k == 0, cells[k]);
        csv_threats(v, c, out);
        csv_cell(out, false, c->row->considerations == CONSIDERATIONS_UNSEEN
                                 ? SV_NONE : sv_str(considerations_words[c->row->considerations]));
        csv_cell(out, false, c->row->note);
        csv_cell(out, false, c->again ? SV("yes") : SV("no"));
        csv_cell(out, false, c->in_part ? SV("yes") : SV("no"));
        csv_end_row(out);
    }
}
