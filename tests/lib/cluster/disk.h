/* SPDX-License-Identifier: ISC */
/*
 * A virtual disk with one node's store on it: ledger/ledger.h implemented a second time, in
 * memory, as far as a replica uses it. Writes gather until ledger_commit makes all of them
 * durable at once; ledger_close drops what was not synced. The checker looks at what is
 * durable, here.
 */
#ifndef CONCLAVE_TESTS_CLUSTER_DISK_H
#define CONCLAVE_TESTS_CLUSTER_DISK_H

#include "ledger/ledger.h"

struct disk_ballot {
    struct own_ballot ballot; /* its rationale is in the next */
    struct bytes *rationale;
};

struct disk_own {
    struct hash id;
    struct bytes *operation;
};

struct disk {
    bool foreign; /* its marks are not of this machine: it was copied or put back */

    struct block **blocks; /* blocks[height - 1] */
    size_t height, block_capacity;
    struct certificate **commits; /* ascending heights */
    size_t commit_count, commit_capacity;
    struct vote *votes;
    size_t vote_count, vote_capacity;
    bool has_view_change;
    struct view_change view_change;
    struct new_view *new_view;
    struct certificate *best;
    struct standing standing;
    struct block **candidates;
    size_t candidate_count, candidate_capacity;
    struct disk_own *own;
    size_t own_count, own_capacity;
    struct disk_ballot *ballots;
    size_t ballot_count, ballot_capacity;
    struct ledger_proposal *proposals;
    size_t proposal_count, proposal_capacity;
    uint64_t record_count;
};

/* What a sync does. */
enum disk_sync {
    DISK_SYNCED,
    DISK_LOST, /* fails, and nothing is durable */
    DISK_LATE, /* fails, but everything is durable nevertheless */
};

/* The disk and the context are borrowed; sync is asked once for every commit that is to
 * write something. A foreign disk is taken over, and its standing is lost. */
struct ledger *disk_open(struct disk *d, enum disk_sync (*sync)(void *context),
                         void *context);
/* The first promise of ledger.h that the caller broke, or NULL. */
const char *disk_fault(const struct ledger *l);

void disk_copy(const struct disk *d, struct disk *out);
void disk_free(struct disk *d);

const struct own_ballot *disk_ballot(const struct disk *d, const struct hash *proposal);
bool disk_has_own(const struct disk *d, const struct hash *id);
const struct vote *disk_vote(const struct disk *d, enum phase phase, uint64_t view,
                             uint64_t height);
bool disk_has_block(const struct disk *d, uint64_t height, const struct hash *hash);

#endif
