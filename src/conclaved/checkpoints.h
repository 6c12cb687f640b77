/* SPDX-License-Identifier: ISC */
/*
 * Checkpoints of the public log, conclave-protocol(7) section 12: this seat signs the tree
 * of decisions, at most once an interval of the charter, tells the others, and gathers
 * their signatures until a quorum has signed the same. Nothing of it is kept in the store:
 * what is signed follows from the ledger and the clock, and is signed again after a start.
 */
#ifndef CONCLAVE_CONCLAVED_CHECKPOINTS_H
#define CONCLAVE_CONCLAVED_CHECKPOINTS_H

#include "wire/message.h"

struct node;

/* Of one tree, by whom it is signed: size 0 where there is none. */
struct checkpoint_signed {
    uint64_t size;
    struct hash root;
    uint16_t count; /* of signatures */
    bool has[SEATS_MAX];
    struct signature signatures[SEATS_MAX]; /* [seat - 1], where has */
};

struct checkpoints {
    uint64_t boundary_ms; /* the last one that was looked at */
    /* [seat - 1]: its newest, the first that this node had no such tree for, and the first
     * of another tree than this node has; size 0 none */
    struct checkpoint_vote votes[SEATS_MAX], ahead[SEATS_MAX], differing[SEATS_MAX];
    struct checkpoint_signed council; /* the newest that a quorum signed */
};

/* Signs what is due; with every beat. */
void checkpoints_turn(struct node *n);
/* A seat came: tells it this one's newest. */
void checkpoints_connected(struct node *n, uint16_t seat);
/* The seat says so, and its signature is good. */
void checkpoints_note(struct node *n, uint16_t seat, const struct checkpoint_vote *v);

#endif
