/* SPDX-License-Identifier: ISC */
/* libsodium's signatures, swapped at link time for ones that cost nothing and are always
 * good: they are counted. All code above them is the one that ships. */
#ifndef CONCLAVE_TESTS_SCALE_FAKE_H
#define CONCLAVE_TESTS_SCALE_FAKE_H

#include <stdbool.h>
#include <stdint.h>

extern bool fake_signatures; /* false: the real ones */
extern uint64_t fake_checks, fake_signs;

#endif
