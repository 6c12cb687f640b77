/* SPDX-License-Identifier: ISC */
#include "crypto/noise_cipher.h"

#include <sodium.h>
#include <string.h>

enum { BLOCKLEN = 128 };

_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == NOISE_TAG_BYTES, "the tag");
_Static_assert(crypto_aead_chacha20poly1305_ietf_KEYBYTES == NOISE_KEY_BYTES, "the key");

/* --- sections 4.3, 5.1: HMAC (RFC 2104) and HKDF over BLAKE2b-512 --- */

void noise_hash_pair(uint8_t out[NOISE_HASH_BYTES], struct slice a, struct slice b)
{
    crypto_generichash_blake2b_state state;
    crypto_generichash_blake2b_init(&state, NULL, 0, NOISE_HASH_BYTES);
    crypto_generichash_blake2b_update(&state, a.data, a.size);
    crypto_generichash_blake2b_update(&state, b.data, b.size);
    crypto_generichash_blake2b_final(&state, out, NOISE_HASH_BYTES);
    sodium_memzero(&state, sizeof(state));
}

static void hmac(uint8_t out[NOISE_HASH_BYTES], const uint8_t key[NOISE_HASH_BYTES],
                 struct slice data)
{
    uint8_t pad[BLOCKLEN];
    uint8_t inner[NOISE_HASH_BYTES];
    memset(pad, 0x36, sizeof(pad));
    for (size_t i = 0; i < NOISE_HASH_BYTES; i++) {
        pad[i] ^= key[i];
    }
    noise_hash_pair(inner, slice_of(pad, sizeof(pad)), data);
    memset(pad, 0x5c, sizeof(pad));
    for (size_t i = 0; i < NOISE_HASH_BYTES; i++) {
        pad[i] ^= key[i];
    }
    noise_hash_pair(out, slice_of(pad, sizeof(pad)), slice_of(inner, sizeof(inner)));
    sodium_memzero(pad, sizeof(pad));
    sodium_memzero(inner, sizeof(inner));
}

void noise_hkdf(const uint8_t ck[NOISE_HASH_BYTES], struct slice material,
                uint8_t first[NOISE_HASH_BYTES], uint8_t second[NOISE_HASH_BYTES])
{
    uint8_t temp[NOISE_HASH_BYTES];
    uint8_t chain[NOISE_HASH_BYTES + 1];
    const uint8_t one = 0x01;
    hmac(temp, ck, material);
    hmac(first, temp, slice_of(&one, 1));
    memcpy(chain, first, NOISE_HASH_BYTES);
    chain[NOISE_HASH_BYTES] = 0x02;
    hmac(second, temp, slice_of(chain, sizeof(chain)));
    sodium_memzero(temp, sizeof(temp));
    sodium_memzero(chain, sizeof(chain));
}

/* --- section 5.1: CipherState --- */

/* Section 12.3: 32 zero bits, then the counter, little-endian. */
static void cipher_nonce(uint8_t out[12], uint64_t n)
{
    memset(out, 0, 4);
    for (size_t i = 0; i < 8; i++) {
        out[4 + i] = (uint8_t)(n >> (8 * i));
    }
}

void noise_cipher_encrypt(struct noise_cipher *c, struct slice ad, struct slice plaintext,
                          struct buffer *out)
{
    uint8_t nonce[12];
    unsigned long long size;
    cipher_nonce(nonce, c->n);
    buffer_reserve(out, plaintext.size + NOISE_TAG_BYTES);
    crypto_aead_chacha20poly1305_ietf_encrypt(out->data + out->size, &size, plaintext.data,
                                              plaintext.size, ad.data, ad.size, NULL, nonce,
                                              c->k);
    out->size += (size_t)size;
    c->n++;
}

/* A failure leaves out and the counter as they were. */
int noise_cipher_decrypt(struct noise_cipher *c, struct slice ad, struct slice ciphertext,
                         struct buffer *out)
{
    uint8_t nonce[12];
    unsigned long long size;
    if (ciphertext.size < NOISE_TAG_BYTES) {
        return CONCLAVE_ESIG;
    }
    cipher_nonce(nonce, c->n);
    buffer_reserve(out, ciphertext.size);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(out->data + out->size, &size, NULL,
                                                  ciphertext.data, ciphertext.size, ad.data,
                                                  ad.size, nonce, c->k) != 0) {
        return CONCLAVE_ESIG;
    }
    out->size += (size_t)size;
    c->n++;
    return 0;
}

/* Section 4.2, REKEY(k); the counter goes on (section 11.3). */
static void cipher_rekey(struct noise_cipher *c)
{
    static const uint8_t zeros[NOISE_KEY_BYTES];
    uint8_t nonce[12];
    uint8_t sealed[NOISE_KEY_BYTES + NOISE_TAG_BYTES];
    cipher_nonce(nonce, UINT64_MAX);
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, zeros, sizeof(zeros), NULL, 0,
                                              NULL, nonce, c->k);
    memcpy(c->k, sealed, NOISE_KEY_BYTES);
    sodium_memzero(sealed, sizeof(sealed));
}

/* Both sides count the same messages, so they change keys between the same two. */
void noise_cipher_turn(struct noise_cipher *c)
{
    if (c->n % NOISE_REKEY_MESSAGES == 0) {
        cipher_rekey(c);
    }
}
