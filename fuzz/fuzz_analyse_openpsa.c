/* Any bytes as Open-PSA, then every figure of the tree under a small budget: no crash, and bounds in order. */
#include "tree_analysis_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return read_and_analyse(TREE_FORMAT_OPENPSA, data, size);
}
