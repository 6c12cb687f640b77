/* SPDX-License-Identifier: ISC */
/* What the detectors take. */
#ifndef CONCLAVE_TESTS_DETECT_COST_H
#define CONCLAVE_TESTS_DETECT_COST_H

#include <stdint.h>

struct cost {
    uint64_t ns;    /* of processor time by decision, rationales included */
    uint64_t bytes; /* patterns_memory in the end */
};
/* Of a council with full windows. */
struct cost cost_of(uint16_t seats);

#endif
