/* SPDX-License-Identifier: ISC */
/* The committed blocks of a run, counted again by tests/council/naive.h. */
#ifndef CONCLAVE_TESTS_SIM_RECOUNT_H
#define CONCLAVE_TESTS_SIM_RECOUNT_H

#include "cluster/cluster.h"

/* False, and why, where a record says something else. Runs that are too large for it, or
 * have classes of two kinds, are passed over; *proposals is how many were compared. */
bool recount(struct cluster *c, const struct cluster_config *config, uint64_t *proposals,
             char *why, size_t size);

#endif
