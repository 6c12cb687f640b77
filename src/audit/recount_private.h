/* SPDX-License-Identifier: ISC */
/* What the two files of the recount share. Heights, 0 being none; seats index arrays by
 * seat - 1. */
#ifndef CONCLAVE_AUDIT_RECOUNT_PRIVATE_H
#define CONCLAVE_AUDIT_RECOUNT_PRIVATE_H

#include "audit/recount.h"

/* What one seat said about one proposal. */
struct hand {
    uint64_t ballot; /* of its first BALLOT; late where that is above sealed */
    struct hash commitment;
    uint64_t reveal; /* of the REVEAL that opened it; what follows is what it opened */
    enum choice choice;
    uint8_t confidence;
    struct hash rationale;
};

struct ballots {
    struct hash id;
    uint64_t opened, sealed;
    uint32_t class_index;
    bool confirmed; /* the council opened it, too */
    struct hand hands[SEATS_MAX];
};

struct recount {
    const struct charter *charter;
    uint64_t height; /* of the block at hand */
    uint64_t *times; /* block time by height, in ms */
    size_t times_capacity;
    uint64_t convicted[SEATS_MAX];
    struct ballots **open; /* by id */
    size_t count, capacity;
    size_t tried; /* of these, not confirmed */
};

struct ballots *recount_find(const struct recount *r, const struct hash *id);
void recount_remove(struct recount *r, struct ballots *p);

#endif
