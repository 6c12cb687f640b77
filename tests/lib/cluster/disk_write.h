/* SPDX-License-Identifier: ISC */
/* One write to a virtual disk, between disk.c (what is durable) and ledger.c (what is not
 * yet). */
#ifndef CONCLAVE_TESTS_CLUSTER_DISK_WRITE_H
#define CONCLAVE_TESTS_CLUSTER_DISK_WRITE_H

#include "cluster/disk.h"
#include "grow.h"

enum write_kind {
    WRITE_APPEND,
    WRITE_COMMIT,
    WRITE_VOTE,
    WRITE_VIEW_CHANGE,
    WRITE_NEW_VIEW,
    WRITE_BEST,
    WRITE_STANDING,
    WRITE_CANDIDATE,
    WRITE_PRUNE,
    WRITE_OWN,
    WRITE_DROP_OWN,
    WRITE_BALLOT,
    WRITE_PROPOSAL,
    WRITE_RECORD,
};

struct disk_write {
    enum write_kind kind;
    union {
        struct block *block;
        struct certificate *certificate;
        struct vote vote;
        struct view_change view_change;
        struct new_view *new_view;
        struct best prune;
        struct standing standing;
        struct disk_own own;
        struct disk_ballot ballot;
        struct ledger_proposal proposal;
    };
};

void disk_apply(struct disk *d, const struct disk_write *w);

#endif
