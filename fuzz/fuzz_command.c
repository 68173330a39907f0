/* Commands of any mail: what is read is UTF-8, within the limits, and never from a quote. */
#include "base/utf8.h"
#include "forum/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct sv text)
{
    if (!utf8_valid(text, NULL))
        BUG("a text that is no UTF-8");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct mail m;
    struct commands found;
    struct sv first, text;
    (void)mail_read(&a, sv_from((const char *)data, size), &m, &err);
    commands_read(&a, &m, &found);
    if (found.count > COMMANDS_MAX)
        BUG("too many commands");
    for (size_t i = 0; i < found.count; i++) {
        check(found.at[i].subject);
        check(found.at[i].word);
        check(found.at[i].text);
        check(found.at[i].steps);
        if (found.at[i].kind == COMMAND_ESTIMATE && !found.at[i].fault && !commands_hold_estimate(&m))
            BUG("an estimate that would reach the list");
    }
    command_answer(&a, &m, &first, &text);
    check(first);
    check(text);
    if (command_marked(&a, &m, &text))
        check(text);
    arena_release(&a);
    return 0;
}
