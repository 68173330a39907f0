/* What Mailman writes, on any bytes: settings with names and UTF-8, faults with lines, the same every time; settings of
 * ours that are in order, each once; a Message-ID of one word. */
#include "base/utf8.h"
#include "format/mailman.h"
#include "forum/mailman.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_map(struct arena *a, const struct mailman_values *values)
{
    struct mailman_map map;
    struct err err = ERR_INIT;
    bool seen[LIST_SETTINGS] = {false};
    mailman_map(a, values, &map);
    for (size_t i = 0; i < map.settings.len; i++) {
        const struct mailman_setting *s = &map.settings.at[i];
        if (seen[s->id] || list_setting_check(s->id, s->value, &err))
            BUG("a setting twice, or one that is not in order: %s", err.text);
        seen[s->id] = true;
    }
    if (!seen[SET_ARCHIVE])
        BUG("nothing is said about the archive");
    for (size_t i = 0; i < map.losses.len; i++)
        if (!map.losses.at[i].why || !map.losses.at[i].why[0])
            BUG("a loss without a reason");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct mailman_values values;
    struct sv text = sv_from((const char *)data, size);
    uint32_t line = 0;
    diag_init(&diag, &a);
    int rc = mailman_config_read(&a, "f", text, &diag, &values, &err);
    if (rc && rc != CM_EINPUT && rc != CM_ELIMIT)
        BUG("an odd error: %s", err.text);
    for (size_t i = 0; !rc && i < values.list.len; i++) {
        const struct mailman_value *v = &values.list.at[i];
        if (v->line < line || !utf8_valid(v->text, NULL))
            BUG("lines out of order, or text that is not UTF-8");
        line = v->line;
    }
    if (!rc)
        check_map(&a, &values);
    struct sv id = pipermail_page_id(&a, text);
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.at[i] <= ' ')
            BUG("a Message-ID of several words");
    arena_release(&a);
    return 0;
}
