/* tsv_parse on any bytes; each cell lies in the text and goes through csv_cell. */
#include "format/tsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct tsv t;
    struct str csv = STR_INIT;
    const struct tsv_limits limits = {100, 8};
    const char *text = (const char *)data;
    diag_init(&diag, &a);
    tsv_parse(&a, sv_from(text, size), "f", &limits, &diag, &t);
    for (size_t i = 0; i < t.rows.len; i++) {
        for (size_t k = 0; k < t.column_count; k++) {
            struct sv cell = t.rows.at[i].cells[k];
            if (cell.len && (cell.at < text || cell.at + cell.len > text + size))
                BUG("a cell outside the text");
            csv_cell(&csv, k == 0, cell);
        }
        csv_end_row(&csv);
    }
    if (t.rows.len > 100 || t.column_count > 8)
        BUG("limits are not kept");
    str_release(&csv);
    arena_release(&a);
    return 0;
}
