/* SPDX-License-Identifier: ISC */
#include "crypto/noise.h"

#include "crypto/noise_cipher.h"
#include "crypto/secret.h"

#include <assert.h>
#include <string.h>

/* Names in this file are those of the Noise specification, section by section. */

enum { DHLEN = 32 };

_Static_assert(crypto_scalarmult_BYTES == DHLEN, "X25519");

enum noise_state {
    NOISE_WRITE_1, /* the initiator's e, es, s, ss */
    NOISE_READ_1,
    NOISE_WRITE_2, /* the responder's e, ee, se */
    NOISE_READ_2,
    NOISE_ESTABLISHED,
    NOISE_FAILED,
};

struct noise {
    enum noise_state state;
    bool has_key;       /* of the handshake's cipher */
    bool has_ephemeral; /* fixed for a vector */
    bool has_remote;
    uint8_t s[DHLEN]; /* the static pair, */
    uint8_t s_public[DHLEN];
    uint8_t e[DHLEN]; /* the ephemeral pair, */
    uint8_t e_public[DHLEN];
    uint8_t rs[DHLEN]; /* and the other side's public keys */
    uint8_t re[DHLEN];
    uint8_t ck[NOISE_HASH_BYTES];
    uint8_t h[NOISE_HASH_BYTES];
    struct noise_cipher handshake;
    struct noise_cipher sending;
    struct noise_cipher receiving;
};

static struct secret_pool channels = {sizeof(struct noise), NULL};

/* --- section 5.2: SymmetricState --- */

static void mix_hash(struct noise *n, struct slice data)
{
    noise_hash_pair(n->h, slice_of(n->h, NOISE_HASH_BYTES), data);
}

static void mix_key(struct noise *n, struct slice material)
{
    uint8_t temp[NOISE_HASH_BYTES];
    uint8_t chain[NOISE_HASH_BYTES];
    noise_hkdf(n->ck, material, chain, temp);
    memcpy(n->ck, chain, NOISE_HASH_BYTES);
    memcpy(n->handshake.k, temp, NOISE_KEY_BYTES);
    n->handshake.n = 0;
    n->has_key = true;
    sodium_memzero(temp, sizeof(temp));
    sodium_memzero(chain, sizeof(chain));
}

static void encrypt_and_hash(struct noise *n, struct slice plaintext, struct buffer *out)
{
    assert(n->has_key); /* in IK nothing goes before the first mix_key but e */
    size_t start = out->size;
    noise_cipher_encrypt(&n->handshake, slice_of(n->h, NOISE_HASH_BYTES), plaintext, out);
    mix_hash(n, slice_of(out->data + start, out->size - start));
}

static int decrypt_and_hash(struct noise *n, struct slice ciphertext, struct buffer *out)
{
    assert(n->has_key);
    int error = noise_cipher_decrypt(&n->handshake, slice_of(n->h, NOISE_HASH_BYTES),
                                     ciphertext, out);
    if (error == 0) {
        mix_hash(n, ciphertext);
    }
    return error;
}

/* DH and MixKey. libsodium fails on an all-zero result, which no honest key gives. */
static int mix_dh(struct noise *n, const uint8_t secret[DHLEN], const uint8_t public[DHLEN])
{
    uint8_t shared[DHLEN];
    int failed = crypto_scalarmult(shared, secret, public);
    if (failed == 0) {
        mix_key(n, slice_of(shared, sizeof(shared)));
    }
    sodium_memzero(shared, sizeof(shared));
    return failed == 0 ? 0 : CONCLAVE_ESIG;
}

static void split(struct noise *n, bool initiator)
{
    uint8_t first[NOISE_HASH_BYTES];
    uint8_t second[NOISE_HASH_BYTES];
    noise_hkdf(n->ck, SLICE_NONE, first, second);
    memcpy(n->sending.k, initiator ? first : second, NOISE_KEY_BYTES);
    memcpy(n->receiving.k, initiator ? second : first, NOISE_KEY_BYTES);
    sodium_memzero(first, sizeof(first));
    sodium_memzero(second, sizeof(second));
    /* Forward secrecy starts when the means of this handshake are gone. */
    sodium_memzero(n->s, sizeof(n->s));
    sodium_memzero(n->e, sizeof(n->e));
    sodium_memzero(n->ck, sizeof(n->ck));
    sodium_memzero(&n->handshake, sizeof(n->handshake));
    n->has_key = false;
    n->state = NOISE_ESTABLISHED;
}

static int fail(struct noise *n)
{
    sodium_memzero(n->s, sizeof(n->s));
    sodium_memzero(n->e, sizeof(n->e));
    sodium_memzero(n->ck, sizeof(n->ck));
    sodium_memzero(&n->handshake, sizeof(n->handshake));
    sodium_memzero(&n->sending, sizeof(n->sending));
    sodium_memzero(&n->receiving, sizeof(n->receiving));
    n->state = NOISE_FAILED;
    return CONCLAVE_ESIG;
}

/* --- section 5.3: HandshakeState, with the pattern IK of section 7.5 --- */

struct noise *noise_raw(bool initiator, const uint8_t secret[32], const uint8_t *remote,
                        struct slice prologue)
{
    static const char name[] = "Noise_IK_25519_ChaChaPoly_BLAKE2b";
    _Static_assert(sizeof(name) - 1 <= NOISE_HASH_BYTES,
                   "a name that fits is padded, not hashed");
    assert(initiator == (remote != NULL));
    struct noise *n = secret_pool_take(&channels);
    n->state = initiator ? NOISE_WRITE_1 : NOISE_READ_1;
    memcpy(n->s, secret, DHLEN);
    int failed = crypto_scalarmult_base(n->s_public, n->s);
    assert(failed == 0);
    memcpy(n->h, name, sizeof(name) - 1);
    memcpy(n->ck, n->h, NOISE_HASH_BYTES);
    mix_hash(n, prologue);
    if (initiator) {
        memcpy(n->rs, remote, DHLEN);
        n->has_remote = true;
    }
    mix_hash(n, slice_of(initiator ? n->rs : n->s_public, DHLEN)); /* <- s */
    return n;
}

struct noise *noise_initiator(const struct secret_key *k, const uint8_t remote[32],
                              struct slice prologue)
{
    return noise_raw(true, k->channel, remote, prologue);
}

struct noise *noise_responder(const struct secret_key *k, struct slice prologue)
{
    return noise_raw(false, k->channel, NULL, prologue);
}

void noise_free(struct noise *n)
{
    secret_pool_give(&channels, n);
}

void noise_fix_ephemeral(struct noise *n, const uint8_t secret[32])
{
    memcpy(n->e, secret, DHLEN);
    n->has_ephemeral = true;
}

static void write_ephemeral(struct noise *n, struct buffer *out)
{
    if (!n->has_ephemeral) {
        randombytes_buf(n->e, DHLEN);
    }
    int failed = crypto_scalarmult_base(n->e_public, n->e);
    assert(failed == 0);
    buffer_append(out, n->e_public, DHLEN);
    mix_hash(n, slice_of(n->e_public, DHLEN));
}

/* -> e, es, s, ss */
static int write_1(struct noise *n, struct slice payload, struct buffer *out)
{
    write_ephemeral(n, out);
    if (mix_dh(n, n->e, n->rs) != 0) {
        return CONCLAVE_ESIG;
    }
    encrypt_and_hash(n, slice_of(n->s_public, DHLEN), out);
    if (mix_dh(n, n->s, n->rs) != 0) {
        return CONCLAVE_ESIG;
    }
    encrypt_and_hash(n, payload, out);
    n->state = NOISE_READ_2;
    return 0;
}

static int read_1(struct noise *n, struct slice message, struct buffer *payload)
{
    enum { SEALED_KEY_BYTES = DHLEN + NOISE_TAG_BYTES };
    if (message.size < NOISE_HANDSHAKE_1_BYTES) {
        return CONCLAVE_ESIG;
    }
    memcpy(n->re, message.data, DHLEN);
    mix_hash(n, slice_of(n->re, DHLEN));
    if (mix_dh(n, n->s, n->re) != 0) {
        return CONCLAVE_ESIG;
    }
    struct buffer key = {0};
    int error = decrypt_and_hash(n, slice_of(message.data + DHLEN, SEALED_KEY_BYTES), &key);
    if (error == 0) {
        memcpy(n->rs, key.data, DHLEN);
    }
    buffer_free(&key);
    if (error != 0 || mix_dh(n, n->s, n->rs) != 0) {
        return CONCLAVE_ESIG;
    }
    const size_t head = DHLEN + SEALED_KEY_BYTES;
    if (decrypt_and_hash(n, slice_of(message.data + head, message.size - head), payload) !=
        0) {
        return CONCLAVE_ESIG;
    }
    n->has_remote = true;
    n->state = NOISE_WRITE_2;
    return 0;
}

/* <- e, ee, se */
static int write_2(struct noise *n, struct slice payload, struct buffer *out)
{
    write_ephemeral(n, out);
    if (mix_dh(n, n->e, n->re) != 0 || mix_dh(n, n->e, n->rs) != 0) {
        return CONCLAVE_ESIG;
    }
    encrypt_and_hash(n, payload, out);
    split(n, false);
    return 0;
}

static int read_2(struct noise *n, struct slice message, struct buffer *payload)
{
    if (message.size < NOISE_HANDSHAKE_2_BYTES) {
        return CONCLAVE_ESIG;
    }
    memcpy(n->re, message.data, DHLEN);
    mix_hash(n, slice_of(n->re, DHLEN));
    if (mix_dh(n, n->e, n->re) != 0 || mix_dh(n, n->s, n->re) != 0 ||
        decrypt_and_hash(n, slice_of(message.data + DHLEN, message.size - DHLEN),
                         payload) != 0) {
        return CONCLAVE_ESIG;
    }
    split(n, true);
    return 0;
}

int noise_handshake_write(struct noise *n, struct slice payload, struct buffer *out)
{
    if (n->state != NOISE_WRITE_1 && n->state != NOISE_WRITE_2) {
        return CONCLAVE_ESTATE;
    }
    const bool first = n->state == NOISE_WRITE_1;
    const size_t head = first ? NOISE_HANDSHAKE_1_BYTES : NOISE_HANDSHAKE_2_BYTES;
    if (payload.size > NOISE_MESSAGE_MAX - head) {
        return CONCLAVE_ELIMIT;
    }
    const size_t start = out->size;
    if ((first ? write_1(n, payload, out) : write_2(n, payload, out)) != 0) {
        out->size = start;
        return fail(n);
    }
    return 0;
}

int noise_handshake_read(struct noise *n, struct slice message, struct buffer *payload)
{
    if (n->state != NOISE_READ_1 && n->state != NOISE_READ_2) {
        return CONCLAVE_ESTATE;
    }
    if (message.size > NOISE_MESSAGE_MAX) {
        return fail(n);
    }
    const bool first = n->state == NOISE_READ_1;
    if ((first ? read_1(n, message, payload) : read_2(n, message, payload)) != 0) {
        return fail(n);
    }
    return 0;
}

bool noise_is_established(const struct noise *n)
{
    return n->state == NOISE_ESTABLISHED;
}

const uint8_t *noise_remote(const struct noise *n)
{
    return n->has_remote ? n->rs : NULL;
}

const uint8_t *noise_hash(const struct noise *n)
{
    return n->h;
}

/* --- transport --- */

int noise_encrypt(struct noise *n, struct slice plaintext, struct buffer *out)
{
    if (n->state != NOISE_ESTABLISHED) {
        return CONCLAVE_ESTATE;
    }
    if (plaintext.size > NOISE_PAYLOAD_MAX) {
        return CONCLAVE_ELIMIT;
    }
    noise_cipher_encrypt(&n->sending, SLICE_NONE, plaintext, out);
    noise_cipher_turn(&n->sending);
    return 0;
}

int noise_decrypt(struct noise *n, struct slice message, struct buffer *out)
{
    if (n->state != NOISE_ESTABLISHED) {
        return CONCLAVE_ESTATE;
    }
    if (message.size > NOISE_MESSAGE_MAX) {
        return CONCLAVE_ELIMIT;
    }
    if (noise_cipher_decrypt(&n->receiving, SLICE_NONE, message, out) != 0) {
        return fail(n);
    }
    noise_cipher_turn(&n->receiving);
    return 0;
}
