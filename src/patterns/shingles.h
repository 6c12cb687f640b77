/* SPDX-License-Identifier: ISC */
/*
 * How alike two texts are: the Jaccard likeness of their shingles, runs of three words,
 * estimated by MinHash (Broder 1997) with one permutation (Li, Owen and Zhang 2012): bins
 * that are empty on both sides are left out, so nothing has to be borrowed for them, and
 * texts of few shingles are compared almost exactly. Says nothing of short texts.
 */
#ifndef CONCLAVE_PATTERNS_SHINGLES_H
#define CONCLAVE_PATTERNS_SHINGLES_H

#include "base/bytes.h"

#include <stdint.h>

/* 16 bins that tell something are those of about 17 shingles, or 19 words. */
enum { SHINGLE_BINS = 128, SHINGLE_WORDS = 3, SHINGLE_BINS_LEAST = 16 };

struct shingles {
    uint32_t count; /* distinct or not; 0: too short, with fewer bins than that */
    uint32_t least[SHINGLE_BINS]; /* SHINGLE_EMPTY, or the lowest of the bin */
};
#define SHINGLE_EMPTY UINT32_MAX

/* Shingles that are not to count, since they are in a text that all have before them: a
 * Bloom filter, which leaves out one other in about 20 where it holds 10,000. */
enum { SHINGLE_FILTER_BYTES = 8 * 1024 };
/* All zero is an empty one. */
struct shingle_filter {
    uint8_t *bits; /* NULL until it holds a shingle: a short title has none */
};
void shingle_filter_add(struct shingle_filter *f, struct slice text);
void shingle_filter_free(struct shingle_filter *f);

/* Letters' case and accents, punctuation and spaces make no difference. Where a script
 * puts no spaces between words, each two signs in a row are taken for one. without may be
 * NULL. */
void shingles_of(struct slice text, const struct shingle_filter *without,
                 struct shingles *out);

/* The estimated likeness in thousandths; 0 where one of them is too short. */
unsigned shingles_likeness(const struct shingles *a, const struct shingles *b);
/* The same without what is in common[bin], unless it is SHINGLE_EMPTY; 0 too where fewer
 * than SHINGLE_BINS_LEAST bins are left to tell by. */
unsigned shingles_likeness_beyond(const struct shingles *a, const struct shingles *b,
                                  const uint32_t common[SHINGLE_BINS]);

#endif
