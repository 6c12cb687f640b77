/* SPDX-License-Identifier: ISC */
/*
 * A live council of ten seats in which decisions come about in all ways: eight correct
 * nodes whose agents differ, abstain and stay away by the number of the round, and two
 * seats that withhold their ballots, are late, or give none.
 */
#ifndef CONCLAVE_TESTS_E2E_PLAY_H
#define CONCLAVE_TESTS_E2E_PLAY_H

#include "../attacks/evil.h"

#include "council/council.h"

enum {
    SEATS = 10,
    CORRECT = 8, /* 1 to 8 */
    FIRST_EVIL = 9,
    SECOND_EVIL = 10,
    ABSENT = 8, /* gives no ballot in every third round */
    WAIT_MS = 30000,
};

/* What an evil seat does about a proposal. */
enum deed { VOTES, MISSES, WITHHOLDS, IS_LATE };

struct play {
    struct live *l;
    struct evil *evil[2];
    struct council_rules rules;
    unsigned round;
};

/* False when it does not start; to be ended anyway. */
bool play_begin(struct play *p);
void play_end(struct play *p);
/* A decision, until it is final at seat 1. To be late takes another seat that withholds. */
bool play(struct play *p, enum deed first, enum deed second);

#endif
