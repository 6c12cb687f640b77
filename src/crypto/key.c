/* SPDX-License-Identifier: ISC */
#include "crypto/key.h"

#include "crypto/secret.h"

#include <assert.h>
#include <string.h>

_Static_assert(crypto_sign_PUBLICKEYBYTES == PUBLIC_KEY_BYTES, "an Ed25519 key");
_Static_assert(crypto_sign_SEEDBYTES == 32, "an RFC 8032 seed");

int key_library_init(void)
{
    return sodium_init() < 0 ? CONCLAVE_EIO : 0;
}

struct secret_key *key_from_seed(const uint8_t seed[32])
{
    struct secret_key *k = secret_alloc(sizeof(*k));
    uint8_t public[PUBLIC_KEY_BYTES];
    int failed = crypto_sign_seed_keypair(public, k->sign, seed);
    failed |= crypto_sign_ed25519_sk_to_curve25519(k->channel, k->sign);
    assert(failed == 0);
    return k;
}

struct secret_key *key_generate(void)
{
    uint8_t *seed = secret_alloc(crypto_sign_SEEDBYTES);
    randombytes_buf(seed, crypto_sign_SEEDBYTES);
    struct secret_key *k = key_from_seed(seed);
    secret_free(seed);
    return k;
}

void key_free(struct secret_key *k)
{
    secret_free(k);
}

void key_public(const struct secret_key *k, struct public_key *out)
{
    int failed = crypto_sign_ed25519_sk_to_pk(out->bytes, k->sign);
    assert(failed == 0);
}

bool key_is_valid(const struct public_key *k)
{
    return crypto_core_ed25519_is_valid_point(k->bytes) == 1;
}

int key_channel_public(const struct public_key *k, uint8_t out[32])
{
    if (!key_is_valid(k) || crypto_sign_ed25519_pk_to_curve25519(out, k->bytes) != 0) {
        return CONCLAVE_ESIG;
    }
    return 0;
}
