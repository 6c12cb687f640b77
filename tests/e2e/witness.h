/* SPDX-License-Identifier: ISC */
/*
 * Remembers what the seats were seen to have signed and committed, from their stores as
 * they are at different moments, and finds contradictions: two votes of one seat for one
 * (view, height, phase), two blocks at one height.
 */
#ifndef CONCLAVE_TESTS_WITNESS_H
#define CONCLAVE_TESTS_WITNESS_H

#include "live.h"

struct witness;
struct witness *witness_new(void);
void witness_free(struct witness *w);

/* Reads the store of one seat, or of all (seat 0): the votes it keeps, its certificates,
 * the blocks from the last height seen there. The node may run, or have been killed. */
void witness_look(struct witness *w, struct live *l, unsigned seat);

/* Contradictions so far; each was printed as a TAP comment. */
unsigned witness_contradictions(const struct witness *w);
size_t witness_votes(const struct witness *w);
/* The lowest and highest height among the seats at their last look. */
uint64_t witness_lowest(const struct witness *w, unsigned seats);
uint64_t witness_highest(const struct witness *w, unsigned seats);

#endif
