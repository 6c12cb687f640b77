/* SPDX-License-Identifier: ISC */
/*
 * Seeded pseudo-randomness for tests (splitmix64): the same seed gives the same run
 * everywhere. The seed comes from $CONCLAVE_SEED or a default and is printed.
 */
#ifndef CONCLAVE_TESTS_RANDOM_H
#define CONCLAVE_TESTS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

/* 0..bound-1; bound > 0. */
static inline uint64_t rng_below(struct rng *r, uint64_t bound)
{
    return rng_next(r) % bound;
}

/* True once in `in` times. */
static inline bool rng_chance(struct rng *r, uint64_t in)
{
    return rng_below(r, in) == 0;
}

/* An integer of a random width, so that every length of its encoding turns up. */
static inline uint64_t rng_uint(struct rng *r)
{
    return rng_next(r) >> rng_below(r, 64);
}

static inline void rng_fill(struct rng *r, void *out, size_t size)
{
    uint8_t *bytes = out;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)rng_next(r);
    }
}

static inline struct rng rng_begin(uint64_t seed)
{
    const char *given = getenv("CONCLAVE_SEED");
    struct rng r = {given != NULL ? strtoull(given, NULL, 0) : seed};
    printf("# CONCLAVE_SEED=%llu\n", (unsigned long long)r.state);
    return r;
}

#endif
