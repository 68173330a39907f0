#include "base/sodium.h"

LIBRARY(static, sodium_table, LIBRARY_SODIUM, SODIUM_FUNCTIONS)

static pthread_once_t started = PTHREAD_ONCE_INIT;

/* Chooses what is fastest on this processor. */
static void start(void)
{
    if (sodium_table()->sodium_init() < 0)
        BUG("libsodium does not start");
}

const struct sodium_table *sodium(void)
{
    pthread_once(&started, start);
    return sodium_table();
}
