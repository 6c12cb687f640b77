/* SPDX-License-Identifier: ISC */
#include "ui/now.h"

#include "base/clock.h"

enum { SET_ANEW_MS = 500 };

uint64_t now_ms(void)
{
    static uint64_t offset;
    uint64_t monotonic = clock_monotonic_ms();
    uint64_t wall = clock_wall_ms();
    uint64_t now = monotonic + offset;
    uint64_t apart = now > wall ? now - wall : wall - now;
    if (apart > SET_ANEW_MS) {
        offset = wall - monotonic;
        now = wall;
    }
    return now;
}
