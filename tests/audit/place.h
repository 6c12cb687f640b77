/* SPDX-License-Identifier: ISC */
/* A ledger on disk, made by tests/verify/world.h, that goes away. */
#ifndef CONCLAVE_TESTS_AUDIT_PLACE_H
#define CONCLAVE_TESTS_AUDIT_PLACE_H

#include "../verify/world.h"

enum { PLACE_SEAT = 1 };

struct place {
    const struct world *world;
    struct chain chain;
    struct ledger *ledger;
    char *dir;
};

/* dir: NULL for one of its own, which goes away. */
void place_open(struct place *p, const struct world *w, const char *dir);
/* The store is whole now, and nobody writes to it any more; the directory stays. */
void place_finish(struct place *p);
void place_remove(struct place *p);

/* So many proposals, of one seat after the other, opened, decided and final: four blocks.
 * Seats above approve reject. */
void place_round(struct place *p, unsigned count, unsigned approve);

#endif
