/* SPDX-License-Identifier: ISC */
/* How few groups that overlap have so many seats: maximum coverage, which is NP-hard. */
#ifndef CONCLAVE_CHARTER_DIVERSITY_COVER_H
#define CONCLAVE_CHARTER_DIVERSITY_COVER_H

#include "charter/diversity.h"

/* Steps of a search: sets looked at. Beyond them it is given up. */
enum { DIVERSITY_STEPS = 4000 };

/* Fills what diversity_smallest does, out->need being set, from the groups of all kinds. */
void diversity_cover(const struct diversity *d, struct diversity_set *out);

#endif
