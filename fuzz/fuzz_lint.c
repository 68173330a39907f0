/* document_lint on any bytes: faults lie inside the text, and what is not well-formed is never
 * without one. */
#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    size_t lines = 1;
    diag_init(&diag, &a);
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r'; /* XML ends lines with either */
    document_lint(&a, size % 2 ? "proposal.xml" : "xep-0001.xml", sv_from((const char *)data, size),
                  &diag);
    if (size == 0 && diag.errors == 0)
        BUG("nothing was accepted");
    for (size_t i = 0; i < diag.len; i++)
        if (diag.items[i].line > lines || !diag.items[i].text[0])
            BUG("a fault in line %u of %zu", diag.items[i].line, lines);
    arena_release(&a);
    return 0;
}
