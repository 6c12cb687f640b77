/* SPDX-License-Identifier: ISC */
/*
 * Draws from distributions, of tests/lib/random.h. Without the mathematics library, so that
 * the same seed gives the same run everywhere.
 */
#ifndef CONCLAVE_TESTS_DETECT_CHANCE_H
#define CONCLAVE_TESTS_DETECT_CHANCE_H

#include "random.h"

/* 0 <= x < 1. */
static inline double chance_uniform(struct rng *r)
{
    return (double)(rng_next(r) >> 11) / (double)(UINT64_C(1) << 53);
}

static inline double chance_between(struct rng *r, double low, double high)
{
    return low + (high - low) * chance_uniform(r);
}

/* True with this probability. */
static inline bool chance_of(struct rng *r, double p)
{
    return chance_uniform(r) < p;
}

/* Of mean 0 and variance 1: the sum of twelve uniform ones, which ends at 6. */
static inline double chance_normal(struct rng *r)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += chance_uniform(r);
    }
    return sum;
}

/* How often the chance p comes in a row; at most so often. */
static inline unsigned chance_run(struct rng *r, double p, unsigned most)
{
    unsigned count = 0;
    while (count < most && chance_of(r, p)) {
        count++;
    }
    return count;
}

#endif
