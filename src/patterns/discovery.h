/* SPDX-License-Identifier: ISC */
/*
 * Which of many tests found something, when of what is found only so much may be false:
 * Benjamini and Hochberg, "Controlling the false discovery rate" (1995). It holds for tests
 * that depend on each other by having the same ballots in common, where that dependence is
 * positive (Benjamini and Yekutieli 2001).
 */
#ifndef CONCLAVE_PATTERNS_DISCOVERY_H
#define CONCLAVE_PATTERNS_DISCOVERY_H

#include <stddef.h>
#include <stdint.h>

/* The least surprise (fixed.h) that counts as found, with ppm/1000000 of those found false
 * on average; where none does, that of the first to be. Of so many tests these surprises
 * are enough that are at least surprise_limit(ppm, 1). They are sorted. */
uint32_t discovery_limit(uint32_t *surprises, size_t count, uint32_t tests, uint32_t ppm);

#endif
