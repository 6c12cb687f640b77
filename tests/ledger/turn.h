/* SPDX-License-Identifier: ISC */
/*
 * A turn of a node, as one transaction of the ledger: block h with its certificate, a vote
 * for h + 1, an own operation, an own ballot, a proposal and its record. And whether a
 * ledger is what so many whole turns make.
 */
#ifndef CONCLAVE_TESTS_LEDGER_TURN_H
#define CONCLAVE_TESTS_LEDGER_TURN_H

#include "ledger/ledger.h"

/* salt goes into the block that the vote is for: two tries of one turn vote differently. */
void turn_write(struct ledger *l, uint64_t salt);
/* Every block, the index and the ballots of the last `depth` heights, and all the rest.
 * *salt is that of the last vote. */
bool turn_is_whole(struct ledger *l, uint64_t height, uint64_t depth, uint64_t *salt);

#endif
