/* SPDX-License-Identifier: ISC */
#include "base/retry.h"

uint64_t retry_delay_ms(unsigned failures, uint64_t asked_ms, uint64_t most_ms,
                        uint32_t chance)
{
    uint64_t whole = RETRY_FIRST_MS < most_ms ? RETRY_FIRST_MS : most_ms;
    for (unsigned i = 1; i < failures && whole < most_ms; i++) {
        whole = 2 * whole < most_ms ? 2 * whole : most_ms;
    }
    uint64_t half = whole / 2;
    uint64_t delay = whole - half + chance % (half + 1);
    uint64_t asked = asked_ms < most_ms ? asked_ms : most_ms;
    return asked > delay ? asked : delay;
}
