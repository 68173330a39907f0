/* The reader of one tree format on any bytes; every tree it returns is written in all formats and read back. */
#include "tree_formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_tree(sv_from((const char *)data, size), TREE_FORMAT_JSON);
    return 0;
}
