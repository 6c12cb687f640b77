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

/*
 * Many small secrets of one size. Alone each would take two locked pages; so several share
 * them, and the guards stand around these several. Zeroed when taken, wiped when given
 * back; what is empty is freed. Not for several threads at once.
 */
enum { SECRET_POOL_PLACES = 8 }; /* of one piece of memory */
struct secret_pool {
    size_t size;               /* of one, a multiple of what it must be aligned to */
    struct secret_slab *slabs; /* NULL at first */
};
void *secret_pool_take(struct secret_pool *p) __attribute__((returns_nonnull));
/* Allows NULL. */
void secret_pool_give(struct secret_pool *p, void *secret);

#endif
