/* SPDX-License-Identifier: ISC */
/* Restore-safe seats as an operator meets them (conclave-protocol(7), section 6): a store
 * that is not the one the seat last ran on, and the same seat running elsewhere. */
#ifndef CONCLAVE_CONCLAVED_STANDING_H
#define CONCLAVE_CONCLAVED_STANDING_H

#include "conclaved/node.h"

/* Opens the node's store; an empty directory gets a new one. */
int standing_open(struct node *n, struct complaint *why);
/* Tells the log where the store says that the seat has lost its state. */
void standing_tell(const struct node *n);
/* Tells the other seats at once when this one begins or ends to ask, or to be lost. */
void standing_beat(struct node *n);
/*
 * Whether w peers have refused this node for longer than the dead-peer timeout, because
 * another instance of its seat is alive with them: f of them may lie, not f + 1. Then the
 * log says so, and the node is to stop.
 */
bool standing_is_taken(const struct node *n);

#endif
