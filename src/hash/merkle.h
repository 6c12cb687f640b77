/* SPDX-License-Identifier: ISC */
/*
 * The Merkle tree hash of RFC 6962 section 2.1 with SHA-256: leaf = SHA-256(0x00 || data),
 * node = SHA-256(0x01 || left || right), the empty tree = SHA-256(""). Proofs as in
 * sections 2.1.1 and 2.1.2, verified as in RFC 9162 sections 2.1.3.2 and 2.1.4.2.
 */
#ifndef CONCLAVE_HASH_MERKLE_H
#define CONCLAVE_HASH_MERKLE_H

#include "wire/types.h"

enum { MERKLE_PATH_MAX = 64 };

struct hash merkle_leaf(struct slice data);
struct hash merkle_node(const struct hash *left, const struct hash *right);
/* MTH over leaf hashes. */
struct hash merkle_root(const struct hash *leaves, size_t count);

/* The frontier of a growing tree: appending and the root cost O(log n). */
struct merkle_tree {
    uint64_t count;
    struct hash stack[MERKLE_PATH_MAX];
};

void merkle_tree_init(struct merkle_tree *t);
void merkle_tree_append(struct merkle_tree *t, const struct hash *leaf);
struct hash merkle_tree_root(const struct merkle_tree *t);

/* The path of leaf index in the tree of count leaves; returns its length. */
size_t merkle_path(const struct hash *leaves, size_t count, size_t index,
                   struct hash path[MERKLE_PATH_MAX]);
/* The root that path leads to from leaf at index. 0, or CONCLAVE_ESIG when a tree of count
 * leaves has no such leaf or no path of that length there. */
int merkle_climb(const struct hash *leaf, uint64_t index, uint64_t count,
                 const struct hash *path, size_t length, struct hash *root);
/* 0 if path leads from leaf at index to root, else CONCLAVE_ESIG. */
int merkle_verify_path(const struct hash *leaf, uint64_t index, uint64_t count,
                       const struct hash *path, size_t length, const struct hash *root);
/* The two roots that a consistency proof shows, 0 < first < second. Where first is a power
 * of two the proof does not hold the first root, which is then what is given. 0, or
 * CONCLAVE_ESIG when no such proof has that length. */
int merkle_grow(uint64_t first, uint64_t second, const struct hash *first_root,
                const struct hash *proof, size_t length, struct hash *shown_first,
                struct hash *shown_second);
/* 0 if the tree of size second with root second_root extends that of size first. */
int merkle_verify_consistency(uint64_t first, uint64_t second,
                              const struct hash *first_root, const struct hash *second_root,
                              const struct hash *proof, size_t length);

#endif
