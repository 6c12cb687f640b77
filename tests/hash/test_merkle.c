/* SPDX-License-Identifier: ISC */
/* Merkle trees against published vectors and against the definitions, written naively. */
#define _GNU_SOURCE
#include "base/error.h"
#include "hash/tree.h"
#include "tap.h"
#include "vectors.h"

#include <ftw.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static bool same(const struct hash *a, const struct hash *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* RFC 6962 section 2.1, as it is written there. */
static struct hash naive_root(const struct hash *leaves, size_t count)
{
    if (count == 0) {
        struct hash empty;
        crypto_hash_sha256(empty.bytes, (const uint8_t *)"", 0);
        return empty;
    }
    if (count == 1) {
        return leaves[0];
    }
    size_t k = 1;
    while (2 * k < count) {
        k *= 2;
    }
    uint8_t node[1 + 2 * HASH_BYTES] = {1};
    struct hash out = naive_root(leaves, k);
    memcpy(node + 1, out.bytes, HASH_BYTES);
    out = naive_root(leaves + k, count - k);
    memcpy(node + 1 + HASH_BYTES, out.bytes, HASH_BYTES);
    crypto_hash_sha256(out.bytes, node, sizeof(node));
    return out;
}

/* SUBPROOF(m, D[n], whole) of RFC 6962 section 2.1.2. */
static size_t naive_consistency(size_t m, const struct hash *leaves, size_t n, bool whole,
                                struct hash *proof)
{
    if (m == n) {
        if (!whole) {
            proof[0] = naive_root(leaves, n);
        }
        return whole ? 0 : 1;
    }
    size_t k = 1;
    while (2 * k < n) {
        k *= 2;
    }
    size_t length;
    if (m <= k) {
        length = naive_consistency(m, leaves, k, whole, proof);
        proof[length] = naive_root(leaves + k, n - k);
    } else {
        length = naive_consistency(m - k, leaves + k, n - k, false, proof);
        proof[length] = naive_root(leaves, k);
    }
    return length + 1;
}

static void test_published_tree(void)
{
    json_t *root = vectors_load("merkle_ct_tree.json");
    json_t *texts = json_object_get(root, "leaves");
    json_t *roots = json_object_get(root, "roots");
    struct merkle_tree tree;
    struct hash leaves[8];
    merkle_tree_init(&tree);
    is((int64_t)json_array_size(roots), 9, "the example tree has nine roots");
    for (size_t i = 0; i < json_array_size(roots); i++) {
        struct hash expected, got = merkle_root(leaves, i);
        const char *hex = json_string_value(json_array_get(roots, i));
        bool good = hex_decode(expected.bytes, HASH_BYTES, hex, strlen(hex)) == 0;
        ok(good && same(&got, &expected), "published root of %zu leaves", i);
        got = merkle_tree_root(&tree);
        ok(good && same(&got, &expected), "published root of %zu leaves, grown", i);
        if (i < json_array_size(texts)) {
            const char *text = json_string_value(json_array_get(texts, i));
            uint8_t data[16];
            good = hex_decode(data, strlen(text) / 2, text, strlen(text)) == 0;
            leaves[i] = merkle_leaf(slice_of(data, good ? strlen(text) / 2 : 0));
            merkle_tree_append(&tree, &leaves[i]);
        }
    }
    json_decref(root);
}

/* A hash of a vector. The sets also hold strings that are no hash: shorter ones are
 * told apart by their bytes, while empty and longer ones have no place in struct hash. */
static bool hash_of(const json_t *value, struct hash *out)
{
    struct buffer b = {0};
    vectors_base64(value, &b);
    bool fits = b.size > 0 && b.size <= HASH_BYTES;
    memset(out, 0, sizeof(*out));
    if (fits) {
        memcpy(out->bytes, b.data, b.size);
    }
    buffer_free(&b);
    return fits;
}

static bool path_of(const json_t *proof, struct hash *path, size_t *length)
{
    bool fits = true;
    *length = json_array_size(proof);
    if (*length > MERKLE_PATH_MAX) {
        return false;
    }
    for (size_t i = 0; i < *length; i++) {
        fits = hash_of(json_array_get(proof, i), &path[i]) && fits;
    }
    return fits;
}

/* Whether our verdict is the published one. */
static bool inclusion_agrees(const json_t *v)
{
    struct hash leaf, root, path[MERKLE_PATH_MAX];
    size_t length;
    bool fits = hash_of(json_object_get(v, "leafHash"), &leaf);
    fits = hash_of(json_object_get(v, "root"), &root) && fits;
    fits = path_of(json_object_get(v, "proof"), path, &length) && fits;
    int error = fits
                    ? merkle_verify_path(&leaf, vectors_number(v, "leafIdx"),
                                         vectors_number(v, "treeSize"), path, length, &root)
                    : CONCLAVE_ESIG;
    return (error != 0) == json_is_true(json_object_get(v, "wantErr"));
}

static bool consistency_agrees(const json_t *v)
{
    struct hash first, second, proof[MERKLE_PATH_MAX];
    size_t length;
    bool fits = hash_of(json_object_get(v, "root1"), &first);
    fits = hash_of(json_object_get(v, "root2"), &second) && fits;
    fits = path_of(json_object_get(v, "proof"), proof, &length) && fits;
    int error = fits ? merkle_verify_consistency(vectors_number(v, "size1"),
                                                 vectors_number(v, "size2"), &first,
                                                 &second, proof, length)
                     : CONCLAVE_ESIG;
    return (error != 0) == json_is_true(json_object_get(v, "wantErr"));
}

static void test_published_proofs(void)
{
    json_t *root = vectors_load("merkle_proofs.json");
    size_t i, accepted = 0;
    json_t *v;
    json_array_foreach(json_object_get(root, "inclusion"), i, v)
    {
        ok(inclusion_agrees(v), "%s", json_string_value(json_object_get(v, "file")));
        accepted += !json_is_true(json_object_get(v, "wantErr"));
    }
    json_array_foreach(json_object_get(root, "consistency"), i, v)
    {
        ok(consistency_agrees(v), "%s", json_string_value(json_object_get(v, "file")));
        accepted += !json_is_true(json_object_get(v, "wantErr"));
    }
    ok(accepted >= 8, "the vectors hold good proofs too");
    json_decref(root);
}

static size_t shared_seen, shared_wrong;

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (type != FTW_F) {
        return 0;
    }
    json_t *v = vectors_load_path(path);
    bool inclusion = json_object_get(v, "leafIdx") != NULL;
    shared_seen++;
    if (!(inclusion ? inclusion_agrees(v) : consistency_agrees(v))) {
        shared_wrong++;
        printf("# %s\n", path);
    }
    json_decref(v);
    return 0;
}

static void test_shared_proofs(void)
{
    char *path = vectors_shared_path("merkle");
    if (nftw(path, visit, 8, FTW_PHYS) != 0 || shared_seen == 0) {
        skip("the whole of transparency-dev/merkle testdata", "not beside the tree");
    } else {
        ok(shared_wrong == 0, "the whole of transparency-dev/merkle testdata, %zu files",
           shared_seen);
    }
    free(path);
}

/* Every path of every tree up to a size that has all shapes of bits. */
static void test_all_small_trees(void)
{
    enum { MOST = 70 };
    struct hash leaves[MOST], path[MERKLE_PATH_MAX];
    struct merkle_tree tree;
    size_t roots = 0, good = 0, refused = 0, expected = 0, expected_refusals = 0;
    merkle_tree_init(&tree);
    for (size_t n = 0; n < MOST; n++) {
        uint8_t byte = (uint8_t)n;
        struct hash root = naive_root(leaves, n);
        struct hash got = merkle_root(leaves, n);
        struct hash grown = merkle_tree_root(&tree);
        roots += same(&got, &root) && same(&grown, &root) && tree.count == n;
        for (size_t i = 0; i < n; i++) {
            size_t length = merkle_path(leaves, n, i, path);
            good += merkle_verify_path(&leaves[i], i, n, path, length, &root) == 0;
            expected++;
            /* Another place in the tree, a path cut short, one too long. */
            size_t other = (i + 1) % n;
            refused += merkle_verify_path(&leaves[i], other, n, path, length, &root) != 0;
            expected_refusals += other != i;
            path[length] = root;
            refused += merkle_verify_path(&leaves[i], i, n, path, length + 1, &root) != 0;
            expected_refusals++;
            if (length > 0) {
                refused +=
                    merkle_verify_path(&leaves[i], i, n, path, length - 1, &root) != 0;
                path[length - 1].bytes[31] ^= 1;
                refused += merkle_verify_path(&leaves[i], i, n, path, length, &root) != 0;
                expected_refusals += 2;
            }
        }
        leaves[n] = merkle_leaf(slice_of(&byte, 1));
        merkle_tree_append(&tree, &leaves[n]);
    }
    is((int64_t)roots, MOST, "roots equal the definition's up to 69 leaves");
    is((int64_t)good, (int64_t)expected, "every path leads to the root");
    is((int64_t)refused, (int64_t)expected_refusals, "no altered path does");
    for (size_t n = 1; n < 5; n++) {
        struct hash root = naive_root(leaves, n);
        size_t length = merkle_path(leaves, n, n - 1, path);
        ok(merkle_verify_path(&leaves[n - 1], n - 1, n, path, length, &root) == 0 &&
               merkle_verify_path(&leaves[n - 1], n, n, path, length, &root) != 0,
           "a tree of %zu has no leaf %zu", n, n);
    }
}

static void test_all_small_consistency(void)
{
    enum { MOST = 40 };
    struct hash leaves[MOST], proof[MERKLE_PATH_MAX + 1];
    for (size_t n = 0; n < MOST; n++) {
        uint8_t byte = (uint8_t)n;
        leaves[n] = merkle_leaf(slice_of(&byte, 1));
    }
    size_t good = 0, refused = 0, expected = 0, expected_refusals = 0;
    for (size_t n = 1; n <= MOST; n++) {
        for (size_t m = 1; m <= n; m++) {
            struct hash first = naive_root(leaves, m), second = naive_root(leaves, n);
            size_t length = naive_consistency(m, leaves, n, true, proof);
            good += merkle_verify_consistency(m, n, &first, &second, proof, length) == 0;
            expected++;
            proof[length] = first;
            refused +=
                merkle_verify_consistency(m, n, &first, &second, proof, length + 1) != 0;
            expected_refusals++;
            if (m < n) {
                refused += merkle_verify_consistency(m, n, &first, &second, proof,
                                                     length - 1) != 0;
                refused +=
                    merkle_verify_consistency(m, n, &second, &first, proof, length) != 0;
                refused +=
                    merkle_verify_consistency(n, m, &first, &second, proof, length) != 0;
                proof[length - 1].bytes[0] ^= 0x80;
                refused +=
                    merkle_verify_consistency(m, n, &first, &second, proof, length) != 0;
                expected_refusals += 4;
            }
        }
    }
    is((int64_t)good, (int64_t)expected, "every prefix is shown to be one");
    is((int64_t)refused, (int64_t)expected_refusals, "no altered proof shows it");
    is(merkle_verify_consistency(0, 1, &leaves[0], &leaves[0], NULL, 0), CONCLAVE_ESIG,
       "the empty tree is no prefix that anything can be shown of");
}

/* The full subtrees of a tree whose leaves are here. */
static int subtree(void *context, unsigned level, uint64_t index, struct hash *out)
{
    const struct hash *leaves = context;
    *out = naive_root(leaves + (index << level), (size_t)1 << level);
    return 0;
}

static int no_node(void *context, unsigned level, uint64_t index, struct hash *out)
{
    (void)context;
    (void)level;
    (void)index;
    (void)out;
    return CONCLAVE_ENOENT;
}

static void test_subtrees(void)
{
    enum { MOST = 70 };
    struct hash leaves[MOST], path[MERKLE_PATH_MAX], expected[MERKLE_PATH_MAX], root;
    struct tree_source source = {subtree, leaves}, none = {no_node, leaves};
    size_t good = 0, tried = 0, length = 0;
    for (size_t n = 0; n < MOST; n++) {
        uint8_t byte = (uint8_t)n;
        leaves[n] = merkle_leaf(slice_of(&byte, 1));
    }
    for (size_t n = 0; n <= MOST; n++) {
        struct hash naive = naive_root(leaves, n);
        tried++;
        good += tree_root(&source, n, &root) == 0 && same(&root, &naive);
        for (size_t i = 0; i < n; i++) {
            size_t wanted = merkle_path(leaves, n, i, expected);
            tried++;
            good += tree_path(&source, i, n, path, &length) == 0 && length == wanted &&
                    memcmp(path, expected, length * sizeof(path[0])) == 0;
        }
        for (size_t m = 1; m <= n; m++) {
            size_t wanted = naive_consistency(m, leaves, n, true, expected);
            tried++;
            good += tree_consistency(&source, m, n, path, &length) == 0 &&
                    length == wanted &&
                    memcmp(path, expected, length * sizeof(path[0])) == 0;
        }
    }
    is((int64_t)good, (int64_t)tried, "roots, paths and proofs from kept subtrees");
    is(tree_root(&none, 3, &root), CONCLAVE_ENOENT, "a root that lacks a node");
    is(tree_path(&none, 0, 2, path, &length), CONCLAVE_ENOENT, "a path that does");
    is(tree_consistency(&none, 1, 2, path, &length), CONCLAVE_ENOENT, "a proof that does");
    is(tree_consistency(&none, 0, 2, path, &length), 0, "the empty tree needs none");
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    test_published_tree();
    test_published_proofs();
    test_shared_proofs();
    test_all_small_trees();
    test_all_small_consistency();
    test_subtrees();
    return tap_done();
}
