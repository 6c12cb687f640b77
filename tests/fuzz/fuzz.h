/* SPDX-License-Identifier: ISC */
/* What libFuzzer, or replay.c in its place, calls with each input. It aborts where a
 * property does not hold. */
#ifndef CONCLAVE_TESTS_FUZZ_H
#define CONCLAVE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
