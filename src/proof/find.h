/* SPDX-License-Identifier: ISC */
/* The operations behind a record, in the blocks that it names. */
#ifndef CONCLAVE_PROOF_FIND_H
#define CONCLAVE_PROOF_FIND_H

#include "ledger/ledger.h"
#include "wire/proof.h"

/* By seat - 1. What is found points into the blocks, which are held until finds_clear. */
struct finds {
    struct slice propose;
    struct proof_hand proposer;
    struct proof_opening openings[SEATS_MAX];
    struct proof_hand hands[SEATS_MAX];
    /* The rest is find.c's. */
    struct block **blocks;
    size_t block_count, block_capacity;
    struct bytes *paths[SEATS_MAX + 1];
    size_t path_count;
};

/* All openings, and where full is asked for all hands. 0, or CONCLAVE_ECORRUPT where one is
 * not in its block, or an error of the ledger. */
int find_operations(struct ledger *l, const struct hash *council_id, const struct record *r,
                    bool full, struct finds *out);
void finds_clear(struct finds *f);

#endif
