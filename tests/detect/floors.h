/* SPDX-License-Identifier: ISC */
/* What the detectors must reach in a short run, and must not exceed. */
#ifndef CONCLAVE_TESTS_DETECT_FLOORS_H
#define CONCLAVE_TESTS_DETECT_FLOORS_H

#include "plan.h"

/* How many of them a short run fails; each is told as a comment of TAP. */
unsigned floors_missed(const struct plan *p);

#endif
