/* SPDX-License-Identifier: ISC */
/* A time as people give it to --since. */
#ifndef CONCLAVE_CONCLAVE_SINCE_H
#define CONCLAVE_CONCLAVE_SINCE_H

#include <stdbool.h>
#include <stdint.h>

/* "90s", "10m", "2h", "3d" ago, or "2026-01-02", "2026-01-02T03:04:05", in UTC:
 * milliseconds since 1970, never 0. */
bool since_parse(const char *text, uint64_t *out);

#endif
