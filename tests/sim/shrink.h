/* SPDX-License-Identifier: ISC */
/* Makes a failing run smaller. */
#ifndef CONCLAVE_TESTS_SIM_SHRINK_H
#define CONCLAVE_TESTS_SIM_SHRINK_H

#include "plan.h"

/*
 * Switches items off, in halves, quarters and at last one by one, and shortens the time of
 * trouble, as long as the run fails in some way. Returns how many runs that took.
 */
unsigned shrink_plan(struct plan *p);
/* Prints the items left and the command that runs them. */
void shrink_report(const struct plan *p, uint16_t seats_option);

#endif
