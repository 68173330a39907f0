#include "forum/unsubscribe.h"

struct sv unsubscribe_detail(struct arena *a, const struct signing *k, struct sv list, int64_t subscriber)
{
    return signed_write(a, k, subscriber, list);
}

int unsubscribe_find(struct store *s, struct arena *a, struct sv list, struct sv detail, struct subscriber *out,
                     struct err *err)
{
    struct signing k;
    int64_t id;
    *out = (struct subscriber){.id = 0};
    int rc = signing_load(s, UNSUBSCRIBE_PURPOSE, &k, err);
    if (rc || !signed_number(detail, &id) || !signed_check(a, &k, detail, list))
        return rc;
    rc = subscriber_load(s, a, id, out, err);
    if (!rc && !sv_eq(out->list, list))
        *out = (struct subscriber){.id = 0};
    return rc;
}
