/* SPDX-License-Identifier: ISC */
/*
 * Seats whose machines are not what they were: a disk that is put back, or gone, a second
 * machine with the same key. Of a plan's items these are drawn so that they and the
 * Byzantine seats are at most f.
 *
 * The cluster cannot copy what a node has in memory. A machine that goes back to a snapshot
 * while it runs is one whose disk goes back, with marks that match, and which starts again
 * at once. What differs: it forgets what it held of others, and draws a new instance.
 */
#ifndef CONCLAVE_TESTS_SIM_FORGET_H
#define CONCLAVE_TESTS_SIM_FORGET_H

#include "plan.h"

/* Adds such items to a plan that has its Byzantine seats. */
void forget_draw(struct plan *p);
/* How many seats they are. */
unsigned forget_count(const struct plan *p);

/* What one item needs between its beginning and its end. */
struct forget_state {
    struct cluster_backup *backup;
    uint16_t instance; /* the node; 0: none */
};
void forget_begin(struct cluster *c, const struct item *i, struct forget_state *s);
void forget_end(struct cluster *c, const struct item *i, struct forget_state *s);
/* All nodes crash at once and start again one by one, in any order. */
void forget_power(struct cluster *c, const struct item *i);

#endif
