/* SPDX-License-Identifier: ISC */
/*
 * Random schedules of what seats do: proposals, ballots and openings that come in time,
 * late, twice, not at all or wrongly, and convictions. The same seed gives the same
 * schedule to the same council.
 */
#ifndef CONCLAVE_TESTS_COUNCIL_PLAYER_H
#define CONCLAVE_TESTS_COUNCIL_PLAYER_H

#include "build.h"
#include "naive.h"
#include "random.h"

struct player {
    struct rng rng;
    struct council_rules rules;
    struct schedule schedule; /* all operations so far, for a recount */
    struct hash ids[NAIVE_PROPOSALS];
    uint16_t proposers[NAIVE_PROPOSALS];
    unsigned patience, quiet, lies; /* how seats behave in this schedule */
    const struct council *seen;
};

/* The rules, with epochs of a few records, some absences, and 3 open proposals; all
 * proposals are of class 0. */
void player_begin(struct player *p, uint64_t seed, const struct council_rules *rules);
void player_end(struct player *p);
/* How many blocks to play, 20 to 59. */
unsigned player_length(struct player *p);
/* Adds the operations of the next block to batch, by what the council is like before it.
 * Returns the block's time. */
uint64_t player_block(struct player *p, const struct council *c, struct batch *batch);

#endif
