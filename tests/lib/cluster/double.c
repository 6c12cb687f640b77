/* SPDX-License-Identifier: ISC */
#include "cluster/double.h"

#include "base/quorum.h"
#include "crypto/sign.h"

#include <string.h>

bool double_signatures;
unsigned double_quorum;

unsigned __real_quorum_size(unsigned n);
unsigned __wrap_quorum_size(unsigned n);
void __real_sign_body(const struct secret_key *k, const char *label,
                      const struct hash *council_id, struct slice body,
                      struct signature *out);
void __wrap_sign_body(const struct secret_key *k, const char *label,
                      const struct hash *council_id, struct slice body,
                      struct signature *out);
int __real_verified_set_check(struct verified_set *s, const struct public_key *k,
                              const char *label, const struct hash *council_id,
                              struct slice body, const struct signature *signature,
                              uint64_t *checks);
int __wrap_verified_set_check(struct verified_set *s, const struct public_key *k,
                              const char *label, const struct hash *council_id,
                              struct slice body, const struct signature *signature,
                              uint64_t *checks);
void __real_verified_set_add(struct verified_set *s, const struct public_key *k,
                             const char *label, const struct hash *council_id,
                             struct slice body, const struct signature *signature);
void __wrap_verified_set_add(struct verified_set *s, const struct public_key *k,
                             const char *label, const struct hash *council_id,
                             struct slice body, const struct signature *signature);

unsigned __wrap_quorum_size(unsigned n)
{
    return double_quorum != 0 ? double_quorum : __real_quorum_size(n);
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static uint64_t absorb(uint64_t state, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    while (size > 0) {
        uint64_t word = 0;
        size_t step = size < sizeof(word) ? size : sizeof(word);
        memcpy(&word, bytes, step);
        state = mix(state ^ word) + 0x9e3779b97f4a7c15U + step;
        bytes += step;
        size -= step;
    }
    return state;
}

static void hash_signature(const struct public_key *k, const char *label,
                           const struct hash *council_id, struct slice body,
                           struct signature *out)
{
    uint64_t state = absorb(1, k->bytes, sizeof(k->bytes));
    state = absorb(state, label, strlen(label));
    state = absorb(state, council_id->bytes, HASH_BYTES);
    state = absorb(state, body.data, body.size);
    for (size_t i = 0; i < SIGNATURE_BYTES; i += sizeof(state)) {
        state += 0x9e3779b97f4a7c15U;
        uint64_t word = mix(state);
        memcpy(out->bytes + i, &word, sizeof(word));
    }
}

void __wrap_sign_body(const struct secret_key *k, const char *label,
                      const struct hash *council_id, struct slice body,
                      struct signature *out)
{
    struct public_key public;
    if (!double_signatures) {
        __real_sign_body(k, label, council_id, body, out);
        return;
    }
    key_public(k, &public);
    hash_signature(&public, label, council_id, body, out);
}

int __wrap_verified_set_check(struct verified_set *s, const struct public_key *k,
                              const char *label, const struct hash *council_id,
                              struct slice body, const struct signature *signature,
                              uint64_t *checks)
{
    struct signature right;
    if (!double_signatures) {
        return __real_verified_set_check(s, k, label, council_id, body, signature, checks);
    }
    hash_signature(k, label, council_id, body, &right);
    return memcmp(&right, signature, sizeof(right)) == 0 ? 0 : CONCLAVE_ESIG;
}

void __wrap_verified_set_add(struct verified_set *s, const struct public_key *k,
                             const char *label, const struct hash *council_id,
                             struct slice body, const struct signature *signature)
{
    if (!double_signatures) {
        __real_verified_set_add(s, k, label, council_id, body, signature);
    }
}
