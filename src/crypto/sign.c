/* SPDX-License-Identifier: ISC */
#include "crypto/sign.h"

#include "base/alloc.h"
#include "crypto/secret.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(crypto_sign_BYTES == SIGNATURE_BYTES, "an Ed25519 signature");

/* byte length of label || label || council_id || body */
static void frame_body(struct buffer *out, const char *label, const struct hash *council_id,
                       struct slice body)
{
    size_t length = strlen(label);
    assert(length < 32);
    uint8_t byte = (uint8_t)length;
    buffer_reserve(out, 1 + length + HASH_BYTES + body.size);
    buffer_append(out, &byte, 1);
    buffer_append(out, label, length);
    buffer_append(out, council_id->bytes, HASH_BYTES);
    buffer_append_slice(out, body);
}

void sign_body(const struct secret_key *k, const char *label, const struct hash *council_id,
               struct slice body, struct signature *out)
{
    struct buffer framed = {0};
    frame_body(&framed, label, council_id, body);
    int failed = crypto_sign_detached(out->bytes, NULL, framed.data, framed.size, k->sign);
    assert(failed == 0);
    buffer_free(&framed);
}

static int verify_framed(const struct public_key *k, const struct buffer *framed,
                         const struct signature *signature)
{
    return crypto_sign_verify_detached(signature->bytes, framed->data, framed->size,
                                       k->bytes) == 0
               ? 0
               : CONCLAVE_ESIG;
}

int sign_verify(const struct public_key *k, const char *label,
                const struct hash *council_id, struct slice body,
                const struct signature *signature)
{
    struct buffer framed = {0};
    frame_body(&framed, label, council_id, body);
    int error = verify_framed(k, &framed, signature);
    buffer_free(&framed);
    return error;
}

static bool is_note(struct slice text)
{
    return text.size > 0 && text.data[0] > 0x20 && text.data[0] < 0x7f;
}

void sign_note(const struct secret_key *k, struct slice text, struct signature *out)
{
    assert(is_note(text));
    int failed = crypto_sign_detached(out->bytes, NULL, text.data, text.size, k->sign);
    assert(failed == 0);
}

int sign_check_note(const struct public_key *k, struct slice text,
                    const struct signature *signature)
{
    bool good = is_note(text) && crypto_sign_verify_detached(signature->bytes, text.data,
                                                             text.size, k->bytes) == 0;
    return good ? 0 : CONCLAVE_ESIG;
}

/* --- the memory of what was verified --- */

/* Under a key that nobody knows, 16 bytes leave nothing to search for. */
struct digest {
    uint8_t bytes[16];
};

struct entry {
    struct digest digest;
    uint32_t next; /* in the same bucket; index + 1, 0 ends the chain */
};

struct verified_set {
    uint8_t key[crypto_generichash_KEYBYTES];
    size_t capacity;
    size_t count;
    size_t oldest; /* where the next entry goes once all are taken */
    size_t mask;
    struct entry *entries;
    uint32_t *buckets; /* index + 1 of the chain's first, 0 none */
};

struct verified_set *verified_set_new(size_t capacity)
{
    assert(capacity > 0 && capacity < UINT32_MAX / 2);
    struct verified_set *s = alloc_zero(1, sizeof(*s));
    size_t buckets = 1;
    while (buckets < capacity) {
        buckets *= 2;
    }
    s->capacity = capacity;
    s->mask = buckets - 1;
    s->entries = alloc_zero(capacity, sizeof(*s->entries));
    s->buckets = alloc_zero(buckets, sizeof(*s->buckets));
    randombytes_buf(s->key, sizeof(s->key));
    return s;
}

void verified_set_free(struct verified_set *s)
{
    if (s != NULL) {
        free(s->entries);
        free(s->buckets);
        free(s);
    }
}

static struct digest digest_of(const struct verified_set *s, const struct public_key *k,
                               const struct buffer *framed,
                               const struct signature *signature)
{
    struct digest d;
    crypto_generichash_state state;
    crypto_generichash_init(&state, s->key, sizeof(s->key), sizeof(d.bytes));
    crypto_generichash_update(&state, k->bytes, sizeof(k->bytes));
    crypto_generichash_update(&state, signature->bytes, sizeof(signature->bytes));
    crypto_generichash_update(&state, framed->data, framed->size);
    crypto_generichash_final(&state, d.bytes, sizeof(d.bytes));
    return d;
}

static uint32_t *bucket_of(struct verified_set *s, const struct digest *d)
{
    uint64_t number;
    memcpy(&number, d->bytes, sizeof(number));
    return &s->buckets[number & s->mask];
}

/* The link that names the entry of d, or the one that ends its chain. */
static uint32_t *find(struct verified_set *s, const struct digest *d)
{
    uint32_t *link = bucket_of(s, d);
    while (*link != 0 &&
           memcmp(s->entries[*link - 1].digest.bytes, d->bytes, sizeof(d->bytes)) != 0) {
        link = &s->entries[*link - 1].next;
    }
    return link;
}

static void insert(struct verified_set *s, const struct digest *d)
{
    if (*find(s, d) != 0) {
        return;
    }
    size_t at;
    if (s->count < s->capacity) {
        at = s->count++;
    } else {
        at = s->oldest;
        s->oldest = (s->oldest + 1) % s->capacity;
        uint32_t *link = find(s, &s->entries[at].digest);
        assert(*link == at + 1);
        *link = s->entries[at].next;
    }
    uint32_t *bucket = bucket_of(s, d);
    s->entries[at] = (struct entry){.digest = *d, .next = *bucket};
    *bucket = (uint32_t)(at + 1);
}

int verified_set_check(struct verified_set *s, const struct public_key *k,
                       const char *label, const struct hash *council_id, struct slice body,
                       const struct signature *signature, uint64_t *checks)
{
    struct buffer framed = {0};
    frame_body(&framed, label, council_id, body);
    struct digest d = digest_of(s, k, &framed, signature);
    int error = 0;
    if (*find(s, &d) == 0) {
        error = verify_framed(k, &framed, signature);
        if (checks != NULL) {
            (*checks)++;
        }
        if (error == 0) {
            insert(s, &d);
        }
    }
    buffer_free(&framed);
    return error;
}

void verified_set_add(struct verified_set *s, const struct public_key *k, const char *label,
                      const struct hash *council_id, struct slice body,
                      const struct signature *signature)
{
    struct buffer framed = {0};
    frame_body(&framed, label, council_id, body);
    struct digest d = digest_of(s, k, &framed, signature);
    insert(s, &d);
    buffer_free(&framed);
}
