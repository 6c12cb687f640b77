/* SPDX-License-Identifier: ISC */
#include "patterns/discovery.h"

#include "patterns/fixed.h"

#include <stdlib.h>

static int by_surprise(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x < *y) - (*x > *y);
}

/* A charter may ask for all findings; what surprises by nothing is none. */
static uint32_t not_nothing(uint32_t limit)
{
    return limit > 0 ? limit : 1;
}

uint32_t discovery_limit(uint32_t *surprises, size_t count, uint32_t tests, uint32_t ppm)
{
    if (count > 0) {
        qsort(surprises, count, sizeof(*surprises), by_surprise);
    }
    for (size_t rank = count; rank > 0; rank--) {
        /* The rank-th smallest probability of them is at most rank/tests of the rate. */
        uint32_t limit = surprise_of_shares(ppm, (uint32_t)rank, tests);
        if (surprises[rank - 1] >= limit) {
            return not_nothing(limit);
        }
    }
    return not_nothing(surprise_limit(ppm, tests));
}
