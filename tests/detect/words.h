/* SPDX-License-Identifier: ISC */
/*
 * Texts of a synthetic council: proposals, and rationales as a model writes them or as
 * conclave-eval-rules does.
 */
#ifndef CONCLAVE_TESTS_DETECT_WORDS_H
#define CONCLAVE_TESTS_DETECT_WORDS_H

#include "world.h"

/* Title and text. */
void words_proposal(struct decision *d, struct rng *r);
/* Of a seat that has chosen. */
void words_rationale(struct world *w, uint16_t i);
/* The same text, at times with a few words more or fewer. */
void words_copy(struct act *a, const struct act *source, struct rng *r);
/* With an order to whoever reads it, a mark of a chat template, or hidden text. */
void words_inject(struct act *a, struct rng *r);

#endif
