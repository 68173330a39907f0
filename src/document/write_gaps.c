#include "document/gaps.h"

static void put_states(struct json *j, const struct sig *sig)
{
    json_key(j, "states");
    json_array(j);
    for (int state = GAP_UNREAD; state < (int)sig->coverage.list.len; state++) {
        struct gap_words w = gaps_words(sig, state);
        json_object(j);
        json_put(j, "id", w.id);
        json_put(j, "name", w.name);
        json_put_str(j, "mark", w.mark);
        json_put(j, "means", w.means);
        json_end(j);
    }
    json_end(j);
}

void document_gaps_json(struct json *j, const struct view *v, const struct gaps *g)
{
    const struct sig *sig = &v->profile->sig;
    put_states(j, sig);
    json_key(j, "documents");
    json_array(j);
    for (size_t i = 0; i < g->documents.len; i++)
        json_string(j, g->documents.at[i]->id);
    json_end(j);
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < g->rows.len; i++) {
        const struct threat *t = v->threats.at[g->rows.at[i].threat].threat;
        json_object(j);
        json_put(j, "id", t->id);
        json_put(j, "name", t->name);
        json_key(j, "cells");
        json_object(j);
        for (size_t d = 0; d < g->documents.len; d++)
            if (g->rows.at[i].cells[d] != GAP_BLANK) {
                json_key_sv(j, g->documents.at[d]->id);
                json_string(j, gaps_words(sig, g->rows.at[i].cells[d]).id);
            }
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

void document_write_gaps_json(const struct view *v, struct str *out)
{
    struct json j;
    struct gaps g;
    gaps_derive(v->arena, v, &g);
    json_init(&j, out, false);
    j.flat_from = 3;
    json_object(&j);
    json_put_str(&j, "format", "casemate/gaps/1");
    json_put_str(&j, "schema", "schema/gaps.schema.json");
    json_put(&j, "group", v->profile->sig.name);
    document_gaps_json(&j, v, &g);
    json_end(&j);
    json_finish(&j);
}
