/* Texts of fields as they were once. */
#include "action/preview.h"

enum { LOOKED_AT = 100 };

int threat_text_once(struct action_context *c, struct sv threat, struct sv field, struct sv digest, struct sv *out,
                     bool *out_found, struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    *out_found = false;
    int rc = store_prepare(c->store, "SELECT coalesce(text, '') FROM field_change WHERE threat = $1 AND "
                                     "lower(field) = lower($2) ORDER BY id DESC LIMIT $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    store_bind_text(q, 2, field);
    store_bind_int(q, 3, LOOKED_AT);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv text = sv_trim(store_text(q, 0));
        struct digest d = digest_of(text);
        if (*out_found || !sv_eq_str(digest, digest_hex(c->arena, &d)))
            continue;
        *out = arena_sv(c->arena, text);
        *out_found = true;
    }
    store_done(q);
    return rc;
}
