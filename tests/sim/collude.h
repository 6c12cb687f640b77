/* SPDX-License-Identifier: ISC */
/* Seats that tell two halves of the council two stories, each with the votes to match. */
#ifndef CONCLAVE_TESTS_SIM_COLLUDE_H
#define CONCLAVE_TESTS_SIM_COLLUDE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether more colluders than f that make a quorum with half of the others divide the
 * council before the checker's eyes, and fewer do not, and the others decide; *divides is
 * which of the two it had to be. */
bool collude(uint16_t seats, uint16_t colluders, uint64_t seed, bool trace, bool *divides);

#endif
