/* SPDX-License-Identifier: ISC */
/* Between ordering and council: a committed block goes into the store and the council, and
 * what came of it to the log, the subscribers and back to the core. */
#ifndef CONCLAVE_CONCLAVED_EXECUTE_H
#define CONCLAVE_CONCLAVED_EXECUTE_H

#include "conclaved/node.h"

/* Appends and applies the next committed block; *out is what the core is told. */
void execute_block(struct node *n, struct block *b, struct pbft_executed *out);
/* What the core is told of the block that was applied last. */
void execute_describe(struct node *n, const struct block *b, const struct council_result *r,
                      struct pbft_executed *out);
/* The council's judgement of an envelope, in the core's terms. */
struct pbft_judgement execute_judgement(const struct node *n, const struct judgement *j);

#endif
