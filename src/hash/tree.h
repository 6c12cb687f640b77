/* SPDX-License-Identifier: ISC */
/*
 * Roots, paths and consistency proofs of an RFC 6962 tree whose full subtrees are kept
 * somewhere: node (level, index) is the hash over the 2^level leaves from index * 2^level
 * on, level 0 a leaf hash. Each costs O(log^2 count) nodes at most.
 */
#ifndef CONCLAVE_HASH_TREE_H
#define CONCLAVE_HASH_TREE_H

#include "hash/merkle.h"

struct tree_source {
    /* 0, or an error that ends what asked for the node and is returned by it. */
    int (*node)(void *context, unsigned level, uint64_t index, struct hash *out);
    void *context;
};

/* Of the tree of the first count leaves. */
int tree_root(const struct tree_source *s, uint64_t count, struct hash *out);
/* RFC 6962 section 2.1.1; index < count. */
int tree_path(const struct tree_source *s, uint64_t index, uint64_t count,
              struct hash path[MERKLE_PATH_MAX], size_t *length);
/* Section 2.1.2; first <= second. Nothing needs proving where first is 0 or second. */
int tree_consistency(const struct tree_source *s, uint64_t first, uint64_t second,
                     struct hash proof[MERKLE_PATH_MAX], size_t *length);

#endif
