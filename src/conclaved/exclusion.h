/* SPDX-License-Identifier: ISC */
/* Who is expelled or suspended, conclave-protocol(7) section 9, as a node tells it. */
#ifndef CONCLAVE_CONCLAVED_EXCLUSION_H
#define CONCLAVE_CONCLAVED_EXCLUSION_H

#include "conclaved/node.h"

/* The kind of the first EVIDENCE in a block against a seat; false when there is none. */
bool find_evidence(const struct block *b, uint16_t seat, enum evidence_kind *out);
/* in[seat - 1] for every seat of the charter. */
void list_suspended(const struct node *n, bool *in);
/* Tells the log and the subscribers which seats this block suspended, and which may take
 * part again; n->suspended is what they were told before. */
void exclusion_tell(struct node *n, const struct block *b);

#endif
