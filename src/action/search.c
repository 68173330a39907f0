#include "action/search.h"

#include "action/content.h"

int search_check(struct action_context *c, const struct mail_query *query, struct err *err)
{
    struct profile *p;
    if (!query->stage_count)
        return CM_OK;
    int rc = content_rules(c, &p, err);
    if (rc)
        return rc;
    const char **stages = arena_new_array(c->arena, const char *, p->process.stages.len + 1);
    for (size_t i = 0; i < p->process.stages.len; i++)
        stages[i] = arena_strndup(c->arena, p->process.stages.at[i].id.at, p->process.stages.at[i].id.len);
    return mail_query_stages(query, stages, p->process.stages.len, err);
}
