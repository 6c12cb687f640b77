/* SPDX-License-Identifier: ISC */
#include "base/histogram.h"

#include <stddef.h>

#define MS UINT64_C(1000)
#define S  UINT64_C(1000000)

const uint64_t histogram_bounds_us[HISTOGRAM_BOUNDS] = {
    100,     250,      500,      1 * MS,   2500,     5 * MS,    10 * MS, 25 * MS,
    50 * MS, 100 * MS, 250 * MS, 500 * MS, 1 * S,    2500 * MS, 5 * S,   10 * S,
    30 * S,  60 * S,   300 * S,  1800 * S, 3600 * S, 86400 * S,
};

void histogram_add(struct histogram *h, uint64_t us)
{
    size_t i = 0;
    while (i < HISTOGRAM_BOUNDS && us > histogram_bounds_us[i]) {
        i++;
    }
    h->buckets[i]++;
    h->sum_us += us;
}

uint64_t histogram_count(const struct histogram *h)
{
    uint64_t count = 0;
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += h->buckets[i];
    }
    return count;
}
