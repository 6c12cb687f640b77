/* SPDX-License-Identifier: ISC */
/*
 * What a node keeps, as ledger/ledger.h promises it: writes gather until disk_sync makes
 * all of them durable at once; a crash drops what was not synced. Reads see what is
 * durable.
 */
#ifndef CONCLAVE_TESTS_CLUSTER_DISK_H
#define CONCLAVE_TESTS_CLUSTER_DISK_H

#include "wire/message.h"

struct disk_ballot {
    struct hash proposal;
    enum choice choice;
    uint8_t nonce[BALLOT_NONCE_BYTES];
};

struct disk_own {
    struct hash id;
    struct bytes *operation;
};

struct disk_write;

struct disk {
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
    struct block **candidates;
    size_t candidate_count, candidate_capacity;
    struct disk_own *own;
    size_t own_count, own_capacity;
    struct disk_ballot *ballots;
    size_t ballot_count, ballot_capacity;

    struct disk_write *writes; /* not synced */
    size_t write_count, write_capacity;
};

void disk_append(struct disk *d, struct block *b);
void disk_put_commit(struct disk *d, struct certificate *c);
void disk_put_vote(struct disk *d, const struct vote *v);
void disk_put_view_change(struct disk *d, const struct view_change *c);
void disk_put_new_view(struct disk *d, struct new_view *v);
void disk_put_best(struct disk *d, struct certificate *c);
void disk_put_candidate(struct disk *d, struct block *b);
void disk_prune(struct disk *d, uint64_t view, uint64_t height);
void disk_put_own(struct disk *d, const struct hash *id, struct slice operation);
void disk_drop_own(struct disk *d, const struct hash *id);
void disk_put_ballot(struct disk *d, const struct disk_ballot *b);

/* False when a vote contradicts an older one: the seat would have equivocated. */
bool disk_sync(struct disk *d);
void disk_crash(struct disk *d);
void disk_free(struct disk *d);

const struct disk_ballot *disk_ballot(const struct disk *d, const struct hash *proposal);
bool disk_has_own(const struct disk *d, const struct hash *id);
const struct vote *disk_vote(const struct disk *d, enum phase phase, uint64_t view,
                             uint64_t height);
bool disk_has_block(const struct disk *d, uint64_t height, const struct hash *hash);
/* The lowest kept commit certificate at or above height, borrowed, or NULL. */
struct certificate *disk_commit_of(const struct disk *d, uint64_t height);

#endif
