/* SPDX-License-Identifier: ISC */
/*
 * Replays a ledger up to a height and hands on what each block did. Far less than an audit:
 * believed is that the blocks are those that a quorum certified, and what they say was
 * signed. Checked is that each follows from the one before it, and that the state roots in
 * their headers are those of the replay. A node may run on the store meanwhile.
 */
#ifndef CONCLAVE_AUDIT_RETRACE_H
#define CONCLAVE_AUDIT_RETRACE_H

#include "charter/charter.h"
#include "council/council.h"
#include "ledger/ledger.h"

struct retrace {
    /* What it did; both are gone after the call. */
    void (*block)(void *context, const struct block *b, const struct council_result *r);
    /* Told now and then; false ends it. May be NULL. */
    bool (*progress)(void *context, uint64_t height, uint64_t target);
    void *context;
};

/* 0, CONCLAVE_ECORRUPT with a complaint that names the block, or CONCLAVE_EAGAIN where
 * progress ended it. */
int retrace(const struct charter *charter, struct ledger *ledger, uint64_t target,
            const struct retrace *told, struct complaint *why);

#endif
