/* SPDX-License-Identifier: ISC */
/* The interval of a rate by Wilson 1927, at 95 %. */
#ifndef CONCLAVE_TESTS_DETECT_WILSON_H
#define CONCLAVE_TESTS_DETECT_WILSON_H

#include <stdint.h>

struct interval {
    double low, high;
};

/* So many of so many; 0 to 1 where there was nothing to count. */
struct interval wilson_of(uint64_t count, uint64_t of);

#endif
