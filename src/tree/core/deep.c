#include "tree/core/deep.h"

enum { BASE = 8 << 20, PER_LEVEL = 1024 };

int deep_create(pthread_t *out, size_t levels, void *(*run)(void *), void *data)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes))
        return -1;
    int failed = pthread_attr_setstacksize(&attributes, BASE + levels * PER_LEVEL);
    if (!failed)
        failed = pthread_create(out, &attributes, run, data);
    pthread_attr_destroy(&attributes);
    return failed;
}

bool deep_call(size_t levels, void *(*run)(void *), void *data)
{
    pthread_t thread;
    if (levels <= DEEP_LEVELS) {
        run(data);
        return true;
    }
    if (deep_create(&thread, levels, run, data))
        return false;
    pthread_join(thread, NULL);
    return true;
}
