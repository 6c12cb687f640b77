/* SPDX-License-Identifier: ISC */
/* A council that does not go on says why: in the log and to the control socket's
 * subscribers. */
#ifndef CONCLAVE_CONCLAVED_HALT_H
#define CONCLAVE_CONCLAVED_HALT_H

#include "conclaved/node.h"

/* Looks whether the ordering stalls or goes on again, and tells it; at every heartbeat. */
void halt_look(struct node *n);

#endif
