/* SPDX-License-Identifier: ISC */
/* State rebuilt from the ledger at a start. */
#ifndef CONCLAVE_CONCLAVED_REPLAY_H
#define CONCLAVE_CONCLAVED_REPLAY_H

#include "conclaved/node.h"

struct council_rules replay_rules(const struct charter *c);

/*
 * Applies every committed block of n->ledger to n->council, which is new, and compares each
 * header's state root with the one found here; then makes n->core from that and from what
 * this seat signed. 0, or CONCLAVE_ECORRUPT with a complaint that names the height.
 */
int replay(struct node *n, struct complaint *why);

#endif
