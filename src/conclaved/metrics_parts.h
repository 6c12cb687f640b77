/* SPDX-License-Identifier: ISC */
/* The parts of the method `metrics` that have files of their own. */
#ifndef CONCLAVE_CONCLAVED_METRICS_PARTS_H
#define CONCLAVE_CONCLAVED_METRICS_PARTS_H

#include "conclaved/families.h"
#include "conclaved/methods.h"

/* metrics_peers.c: what the ledger says of each seat; what this node sees of each other. */
void metrics_put_seats(struct families *f, const struct node *n);
void metrics_put_peers(struct families *f, const struct node *n);
/* metrics_machine.c: signatures, store, disk, clients, process. */
void metrics_put_machine(struct families *f, const struct node *n);

#endif
