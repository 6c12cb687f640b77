/* SPDX-License-Identifier: ISC */
/*
 * The clocks. Only what drives the pure modules reads them.
 */
#ifndef CONCLAVE_BASE_CLOCK_H
#define CONCLAVE_BASE_CLOCK_H

#include <stdint.h>

/* Never goes back; its zero means nothing. */
uint64_t clock_monotonic_ms(void);
/* Since 1970-01-01T00:00:00Z. */
uint64_t clock_wall_ms(void);
/* Microseconds for which this thread had a processor. */
uint64_t clock_processor_us(void);

#endif
