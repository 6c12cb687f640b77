/* SPDX-License-Identifier: ISC */
#include "hash/merkle.h"

#include "base/error.h"

#include <assert.h>
#include <nettle/sha2.h>
#include <string.h>

_Static_assert(SHA256_DIGEST_SIZE == HASH_BYTES, "a hash is a SHA-256");

/* The prefixes keep a leaf from passing for a node (RFC 6962 section 2.1). */
static const uint8_t leaf_prefix = 0x00;
static const uint8_t node_prefix = 0x01;

struct hash merkle_leaf(struct slice data)
{
    struct hash out;
    struct sha256_ctx state;
    sha256_init(&state);
    sha256_update(&state, 1, &leaf_prefix);
    sha256_update(&state, data.size, data.data);
    sha256_digest(&state, HASH_BYTES, out.bytes);
    return out;
}

struct hash merkle_node(const struct hash *left, const struct hash *right)
{
    struct hash out;
    struct sha256_ctx state;
    sha256_init(&state);
    sha256_update(&state, 1, &node_prefix);
    sha256_update(&state, HASH_BYTES, left->bytes);
    sha256_update(&state, HASH_BYTES, right->bytes);
    sha256_digest(&state, HASH_BYTES, out.bytes);
    return out;
}

struct hash merkle_root(const struct hash *leaves, size_t count)
{
    struct merkle_tree t;
    merkle_tree_init(&t);
    for (size_t i = 0; i < count; i++) {
        merkle_tree_append(&t, &leaves[i]);
    }
    return merkle_tree_root(&t);
}

void merkle_tree_init(struct merkle_tree *t)
{
    memset(t, 0, sizeof(*t));
}

/* The stack holds the root of one full subtree for each 1 bit of count, largest first. */
void merkle_tree_append(struct merkle_tree *t, const struct hash *leaf)
{
    assert(t->count < UINT64_MAX);
    size_t height = (size_t)__builtin_popcountll(t->count);
    struct hash carry = *leaf;
    for (uint64_t bits = t->count; (bits & 1) != 0; bits >>= 1) {
        carry = merkle_node(&t->stack[--height], &carry);
    }
    t->stack[height] = carry;
    t->count++;
}

struct hash merkle_tree_root(const struct merkle_tree *t)
{
    struct hash root;
    size_t height = (size_t)__builtin_popcountll(t->count);
    if (height == 0) {
        struct sha256_ctx state;
        sha256_init(&state);
        sha256_digest(&state, HASH_BYTES, root.bytes);
        return root;
    }
    root = t->stack[--height];
    while (height > 0) {
        root = merkle_node(&t->stack[--height], &root);
    }
    return root;
}

/* The largest power of two below count, which is at least 2: where RFC 6962 splits. */
static size_t split(size_t count)
{
    size_t k = 1;
    while (k < count - k) {
        k *= 2;
    }
    return k;
}

size_t merkle_path(const struct hash *leaves, size_t count, size_t index,
                   struct hash path[MERKLE_PATH_MAX])
{
    assert(index < count);
    /* Walking down meets the siblings from the root to the leaf; a path runs the other
     * way. */
    size_t length = 0;
    while (count > 1) {
        size_t k = split(count);
        if (index < k) {
            path[length++] = merkle_root(leaves + k, count - k);
            count = k;
        } else {
            path[length++] = merkle_root(leaves, k);
            leaves += k;
            index -= k;
            count -= k;
        }
    }
    for (size_t i = 0; i < length / 2; i++) {
        struct hash other = path[i];
        path[i] = path[length - 1 - i];
        path[length - 1 - i] = other;
    }
    return length;
}

static bool same(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, HASH_BYTES) == 0;
}

/* RFC 9162 section 2.1.3.2. */
int merkle_climb(const struct hash *leaf, uint64_t index, uint64_t count,
                 const struct hash *path, size_t length, struct hash *root)
{
    if (index >= count) {
        return CONCLAVE_ESIG;
    }
    uint64_t fn = index;
    uint64_t sn = count - 1;
    struct hash r = *leaf;
    for (size_t i = 0; i < length; i++) {
        if (sn == 0) {
            return CONCLAVE_ESIG;
        }
        if ((fn & 1) != 0 || fn == sn) {
            r = merkle_node(&path[i], &r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = merkle_node(&r, &path[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    *root = r;
    return sn == 0 ? 0 : CONCLAVE_ESIG;
}

int merkle_verify_path(const struct hash *leaf, uint64_t index, uint64_t count,
                       const struct hash *path, size_t length, const struct hash *root)
{
    struct hash r;
    int error = merkle_climb(leaf, index, count, path, length, &r);
    return error == 0 && same(&r, root) ? 0 : CONCLAVE_ESIG;
}

/* RFC 9162 section 2.1.4.2. */
int merkle_grow(uint64_t first, uint64_t second, const struct hash *first_root,
                const struct hash *proof, size_t length, struct hash *shown_first,
                struct hash *shown_second)
{
    if (first == 0 || first >= second) {
        return CONCLAVE_ESIG;
    }
    uint64_t fn = first - 1;
    uint64_t sn = second - 1;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    /* A first tree that is one full subtree of the second is its own starting point. */
    size_t at = 0;
    struct hash fr = *first_root;
    if (fn != 0) {
        if (length == 0) {
            return CONCLAVE_ESIG;
        }
        fr = proof[at++];
    }
    struct hash sr = fr;
    for (; at < length; at++) {
        if (sn == 0) {
            return CONCLAVE_ESIG;
        }
        if ((fn & 1) != 0 || fn == sn) {
            fr = merkle_node(&proof[at], &fr);
            sr = merkle_node(&proof[at], &sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            sr = merkle_node(&sr, &proof[at]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    *shown_first = fr;
    *shown_second = sr;
    return sn == 0 ? 0 : CONCLAVE_ESIG;
}

int merkle_verify_consistency(uint64_t first, uint64_t second,
                              const struct hash *first_root, const struct hash *second_root,
                              const struct hash *proof, size_t length)
{
    struct hash fr, sr;
    if (first == second && first > 0) {
        return length == 0 && same(first_root, second_root) ? 0 : CONCLAVE_ESIG;
    }
    return merkle_grow(first, second, first_root, proof, length, &fr, &sr) == 0 &&
                   same(&fr, first_root) && same(&sr, second_root)
               ? 0
               : CONCLAVE_ESIG;
}
