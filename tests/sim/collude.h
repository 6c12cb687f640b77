/* SPDX-License-Identifier: ISC */
/* Seats that tell two halves of the council two stories, each with the votes to match. */
#ifndef CONCLAVE_TESTS_SIM_COLLUDE_H
#define CONCLAVE_TESTS_SIM_COLLUDE_H

#include <stdbool.h>
#include <stdint.h>

/* Two results (tap.h): the checker sees a disagreement exactly where more than f colluders
 * and half of the others are a quorum, and where not the others decide. */
void collude(uint16_t seats, uint16_t colluders, uint64_t seed, bool trace);

#endif
