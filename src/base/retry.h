/* SPDX-License-Identifier: ISC */
/* When what failed, a delivery or a request, is tried again. Pure: chance is an argument.
 */
#ifndef CONCLAVE_BASE_RETRY_H
#define CONCLAVE_BASE_RETRY_H

#include <stdint.h>

enum { RETRY_FIRST_MS = 1000 };

/*
 * How many milliseconds to wait after so many failures in a row, 1 or more: twice as long
 * each time, from RETRY_FIRST_MS up to most_ms, of which chance takes away up to half, so
 * that receivers of many nodes that went down together are not asked together. What the
 * receiver asked for (Retry-After; 0: nothing) is waited for, but never longer than
 * most_ms.
 */
uint64_t retry_delay_ms(unsigned failures, uint64_t asked_ms, uint64_t most_ms,
                        uint32_t chance);

#endif
