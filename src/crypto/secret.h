/* SPDX-License-Identifier: ISC */
/*
 * Private to src/crypto: what a secret key is made of, and the memory that secrets live
 * in: locked, guarded, kept out of core dumps and wiped when freed.
 */
#ifndef CONCLAVE_CRYPTO_SECRET_H
#define CONCLAVE_CRYPTO_SECRET_H

#include "crypto/key.h"

#include <sodium.h>

struct secret_key {
    uint8_t sign[crypto_sign_SECRETKEYBYTES];       /* seed || public key */
    uint8_t channel[crypto_scalarmult_SCALARBYTES]; /* the X25519 secret */
};

/* Zeroed. Like base/alloc.h it does not fail; secret_free allows NULL. */
void *secret_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void secret_free(void *p);

#endif
