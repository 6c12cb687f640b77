/* SPDX-License-Identifier: ISC */
/*
 * Final records of councils that behave at random, but by the protocol: who was waited for
 * and gave nothing missed it, who gave a ballot alone withheld it, and so on; the outcome
 * is what the threshold makes of the ballots.
 */
#ifndef CONCLAVE_TESTS_PATTERNS_RECORDS_H
#define CONCLAVE_TESTS_PATTERNS_RECORDS_H

#include "random.h"

#include "patterns/patterns.h"

struct habits {
    uint16_t seats;
    uint32_t classes;
    uint8_t approval[SEATS_MAX]; /* of seat - 1: percent */
    uint8_t absence;             /* percent of all ballots that something is wrong with */
};

/* Rules of a council without a charter; by the defaults, but for the window. */
struct pattern_rules records_rules(uint16_t seats, uint32_t classes, uint32_t window,
                                   uint32_t recent);
struct habits records_habits(struct rng *r, uint16_t seats, uint32_t classes);
/* The record of that number, from 0; later ones have greater heights. */
void records_next(struct rng *r, const struct habits *h, uint64_t number,
                  struct record *out);
/* Hands it to the engine, in a block of its own. */
void records_apply(struct patterns *p, const struct record *r);

#endif
