/* SPDX-License-Identifier: ISC */
/*
 * How often something took how long: a row of counters. All of them have the same bounds,
 * from a tenth of a millisecond to a day, so that any two can be compared and added. All
 * zero is an empty one.
 */
#ifndef CONCLAVE_BASE_HISTOGRAM_H
#define CONCLAVE_BASE_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BOUNDS = 22 };
/* Ascending; a bucket holds what is at most its bound, the last one all that is more. */
extern const uint64_t histogram_bounds_us[HISTOGRAM_BOUNDS];

struct histogram {
    uint64_t buckets[HISTOGRAM_BOUNDS + 1];
    uint64_t sum_us;
};

void histogram_add(struct histogram *h, uint64_t us);
uint64_t histogram_count(const struct histogram *h);

#endif
