/* SPDX-License-Identifier: ISC */
/* The demo's course, from an empty folder to the last decision, or to the operator's q. */
#ifndef CONCLAVE_CONCLAVE_DEMO_RUN_H
#define CONCLAVE_CONCLAVE_DEMO_RUN_H

#include "conclave/demo_turn.h"

/* Makes the council in dir, starts it, submits the proposals and follows them. Leaves its
 * outcome in d->end, and what was started to be stopped by the caller. */
void demo_run(struct demo *d, const char *dir);

#endif
