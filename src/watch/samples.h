/* SPDX-License-Identifier: ISC */
/* The last 32 measurements of something, and their order. Pure; all zero is an empty one.
 */
#ifndef CONCLAVE_WATCH_SAMPLES_H
#define CONCLAVE_WATCH_SAMPLES_H

#include <stdint.h>

enum { SAMPLES_MAX = 32 };

struct samples {
    uint32_t values[SAMPLES_MAX]; /* a ring */
    uint32_t count, next;
};

/* What does not fit into 32 bits counts as the most that does. */
void samples_add(struct samples *s, uint64_t value);
/* The least value that so many of a hundred are not above; 0 where there is none. */
uint32_t samples_percentile(const struct samples *s, unsigned percent);

#endif
