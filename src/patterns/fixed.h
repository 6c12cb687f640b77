/* SPDX-License-Identifier: ISC */
/*
 * Tail probabilities in fixed-point arithmetic, so that every machine gets the same bits.
 */
#ifndef CONCLAVE_PATTERNS_FIXED_H
#define CONCLAVE_PATTERNS_FIXED_H

#include <stdint.h>

/* 0 to 1, in units of 2^-62. */
typedef uint64_t probability;
#define PROBABILITY_ONE ((probability)1 << 62)

/* part/whole; one where part >= whole, and where whole is 0. */
probability probability_of(uint64_t part, uint64_t whole);
probability probability_times(probability a, probability b);

/* At least k of n trials succeed, each with probability p. n at most 2^20. Off by less than
 * 16 units where n is at most 4096, as all tails here. */
probability binomial_tail(uint32_t n, uint32_t k, probability p);
/* At least k of the n drawn are marked, when marked of whole are, and none is put back:
 * Fisher's exact test, one-sided. whole at most 2^20. */
probability hypergeometric_tail(uint32_t whole, uint32_t marked, uint32_t n, uint32_t k);

/* -log2 p in thousandths of a bit, cut, or one more by the rounding of its logarithm. */
enum { SURPRISE_MAX = 62000 }; /* where p is 0 */
uint32_t surprise_of(probability p);
/* The surprise of ppm/1000000 shared by so many tests (Bonferroni), and of so many of these
 * shares. */
uint32_t surprise_limit(uint32_t ppm, uint32_t tests);
uint32_t surprise_of_shares(uint32_t ppm, uint32_t shares, uint32_t tests);

/* The greatest x with x * x <= n. */
uint64_t root_of(uint64_t n);

#endif
