/* Threat models of other tools: any bytes, and what comes out keeps its promises. */
#include "base/utf8.h"
#include "format/threat_model.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(struct arena *a, struct sv text)
{
    struct sv markdown = threat_model_markdown(a, text, "  ");
    check(utf8_valid(text, NULL) && utf8_valid(markdown, NULL));
    check(sv_find(markdown, SV("\n#")) < 0 && sv_find(markdown, SV("\n```")) < 0 && !sv_starts(markdown, SV("#")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct err err = ERR_INIT;
    struct threat_model model;
    diag_init(&diag, &a);
    int rc = threat_model_read(&a, sv_from((const char *)data, size), "model", &diag, &model, &err);
    check(rc ? err.code == rc && err.text[0] : diag.errors == 0);
    for (size_t i = 0; !rc && i < model.threats.len; i++) {
        const struct threat_model_threat *t = &model.threats.at[i];
        check(t->name.len && sv_find_char(t->name, '\n') < 0 && sv_find_char(t->id, '\n') < 0 && t->line > 0);
        check_text(&a, t->name);
        check_text(&a, t->text);
        for (size_t k = 0; k < t->mitigations.len; k++)
            check_text(&a, t->mitigations.at[k]);
    }
    arena_release(&a);
    return 0;
}
