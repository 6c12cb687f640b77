/* SPDX-License-Identifier: ISC */
/*
 * Private to src/crypto: the hash, key derivation and cipher that the Noise channel is
 * composed of (Noise specification, sections 4 and 5.1). Callers hold all of it in
 * locked memory.
 */
#ifndef CONCLAVE_CRYPTO_NOISE_CIPHER_H
#define CONCLAVE_CRYPTO_NOISE_CIPHER_H

#include "crypto/noise.h"

enum { NOISE_HASH_BYTES = 64, NOISE_KEY_BYTES = 32 };

struct noise_cipher {
    uint8_t k[NOISE_KEY_BYTES];
    uint64_t n; /* messages so far */
};

/* BLAKE2b-512(a || b); out may be what a points to. */
void noise_hash_pair(uint8_t out[NOISE_HASH_BYTES], struct slice a, struct slice b);
/* HKDF with two outputs; the outputs must not overlap ck. */
void noise_hkdf(const uint8_t ck[NOISE_HASH_BYTES], struct slice material,
                uint8_t first[NOISE_HASH_BYTES], uint8_t second[NOISE_HASH_BYTES]);

/* Appends ciphertext and tag. */
void noise_cipher_encrypt(struct noise_cipher *c, struct slice ad, struct slice plaintext,
                          struct buffer *out);
/* Appends the plaintext. CONCLAVE_ESIG leaves out and the counter as they were. */
int noise_cipher_decrypt(struct noise_cipher *c, struct slice ad, struct slice ciphertext,
                         struct buffer *out);
/* After each transport message: changes the key when its turn has come. */
void noise_cipher_turn(struct noise_cipher *c);

#endif
