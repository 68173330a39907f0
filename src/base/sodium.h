/* libsodium, loaded when the first digest needs it (base/library.h), and started then. */
#ifndef CASEMATE_BASE_SODIUM_H
#define CASEMATE_BASE_SODIUM_H

#include "base/library.h"

#include <sodium.h>

/* One line for each function used. */
#define SODIUM_FUNCTIONS(X)                                                                                            \
    X(crypto_generichash)                                                                                              \
    X(crypto_generichash_final)                                                                                        \
    X(crypto_generichash_init)                                                                                         \
    X(crypto_generichash_update)                                                                                       \
    X(crypto_pwhash_str)                                                                                               \
    X(crypto_pwhash_str_verify)                                                                                        \
    X(sodium_base64_encoded_len)                                                                                       \
    X(sodium_bin2base64)                                                                                               \
    X(sodium_bin2hex)                                                                                                  \
    X(sodium_hex2bin)                                                                                                  \
    X(sodium_init)

LIBRARY_TABLE(sodium_table, SODIUM_FUNCTIONS);

const struct sodium_table *sodium(void);

#endif
