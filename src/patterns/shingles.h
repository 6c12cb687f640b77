/* SPDX-License-Identifier: ISC */
/*
 * How alike two rationales are: MinHash (Broder 1997) by one permutation with densification
 * (Shrivastava 2014/2017), over runs of words. Says nothing of short texts.
 */
#ifndef CONCLAVE_PATTERNS_SHINGLES_H
#define CONCLAVE_PATTERNS_SHINGLES_H

#include "base/bytes.h"

#include <stdint.h>

enum { SHINGLE_BINS = 64 };

struct shingles {
    uint32_t count; /* distinct or not; 0: too short to be compared */
    uint32_t least[SHINGLE_BINS];
};

/* Letters' case, punctuation and spaces make no difference. */
void shingles_of(struct slice text, struct shingles *out);
/* The estimated Jaccard likeness in thousandths; 0 where one of them is too short. */
unsigned shingles_likeness(const struct shingles *a, const struct shingles *b);

#endif
