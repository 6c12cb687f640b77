/* SPDX-License-Identifier: ISC */
/* Equivocation that this node sees becomes EVIDENCE, and is repeated until the seat is
 * expelled: conclave-protocol(7) section 9. */
#ifndef CONCLAVE_CONCLAVED_WITNESS_H
#define CONCLAVE_CONCLAVED_WITNESS_H

#include "conclaved/node.h"

struct witness *witness_new(uint16_t seats);
void witness_free(struct witness *w);

/* Whether a vote that the core has no use for may convict its seat. */
bool witness_suspects(const struct node *n, const struct vote *v);
/* Authentic statements are noted; what they prove is sent by witness_progress, at the end
 * of a turn. */
void witness_message(struct node *n, const struct message *m);
void witness_block(struct node *n, const struct block *b);
void witness_progress(struct node *n);
/* Sends the accusations again, to a seat or to all (0), and drops those that are settled.
 */
void witness_repeat(struct node *n, uint16_t seat);

#endif
