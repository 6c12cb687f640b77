/* SPDX-License-Identifier: ISC */
/* The replica's ports to this machine, and its observer: log lines, and events for the
 * subscribers of the control socket. */
#ifndef CONCLAVE_CONCLAVED_OBSERVE_H
#define CONCLAVE_CONCLAVED_OBSERVE_H

#include "conclaved/node.h"

void ports_of(struct node *n, struct replica_ports *out);
void observer_of(struct node *n, struct replica_observer *out);

#endif
